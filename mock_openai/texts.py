"""What the model says to a prompt, and how its tokenizer splits that."""

from __future__ import annotations

import itertools
import operator
import re
from typing import Optional

# Near enough to OpenAI's cl100k pattern: a word takes the space before it, digits come by threes.
_TOKEN = re.compile(r" ?[^\W\d_]+|\d{1,3}| ?(?:[^\w\s]|_)+|\s+(?=\S)|\s+")

_COUNT = re.compile(
    r"\bcount(?:ing)?\b.{0,40}?(?:\bfrom\s+(\d{1,6}).{0,20}?)?\bto\s+(\d{1,6})", re.I | re.S
)
_SUM = re.compile(r"\b(\d{1,9})\s*([-+*x])\s*(\d{1,9})\b")
_SAY = re.compile(r"^\W*(?:please\s+)?say\s+(?:just\s+)?[\"'“]?(.{1,200}?)[\"'”]?\W*$", re.I | re.S)
_GREETING = re.compile(r"^\W*(?:hi|hello|hey|good (?:morning|evening))\b.{0,40}$", re.I | re.S)
_BRIEF = re.compile(r"\bin (?:one|a single) word\b|\bone[- ]word\b|\byes or no\b", re.I)

_OPERATORS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "x": operator.mul,
}

MOST_COUNTED = 10_000

_ESSAY = (
    "A language model writes one token after the other, and streaming lets you watch it do so.",
    "With stream=true the answer is no single JSON document but a series of server-sent events:"
    " each is a line that begins with “data: ”, holds a small piece of the answer, called a delta,"
    " and ends with an empty line.",
    "The first delta names the role, those after it carry the text, the last one says why the"
    " model stopped, and the line “data: [DONE]” closes the stream.",
    "Nothing is computed faster that way, but a reader can begin while the model still writes.",
    "Whatever stands between model and reader must pass each piece on at once.",
    "A gateway such as Azure API Management does so only if its policies let it: buffering of the"
    " response has to be off, and bodies must be neither logged nor cached.",
    "Where somebody on the way does buffer (naïve proxies are fond of it) the reader gets eight"
    " kilobytes at a time: a long silence, a whole paragraph, and silence again.",
    "So measure at the client when the first text came, and how long the gaps between the deltas"
    " were.",
)


def answer(prompt: str, variant: int = 0) -> str:
    """Return the text a prompt gets; the same prompt and variant always get the same text.

    "Count to 100" counts, greetings and small sums are answered in a word or two, and anything
    else gets an essay on streaming of more than 100 tokens. Variants (the choices of `n`) differ
    only in the essay.
    """
    return _count(prompt) or _short(prompt) or _essay(variant)


def _count(prompt: str) -> Optional[str]:
    found = _COUNT.search(prompt)
    if not found:
        return None
    first, last = int(found[1] or 1), int(found[2])
    step = 1 if first <= last else -1
    return ", ".join(
        str(n) for n in itertools.islice(range(first, last + step, step), MOST_COUNTED)
    )


def _short(prompt: str) -> Optional[str]:
    total = _SUM.search(prompt)
    if total:
        return str(_OPERATORS[total[2].lower()](int(total[1]), int(total[3])))
    said = _SAY.match(prompt)
    if said:
        return said[1][0].upper() + said[1][1:] + ("" if said[1][-1] in ".!?" else "!")
    if _GREETING.match(prompt):
        return "Hello! How can I help you today?"
    if _BRIEF.search(prompt):
        return "Streaming."
    return None


def _essay(variant: int) -> str:
    turn = variant % len(_ESSAY)
    return " ".join(_ESSAY[turn:] + _ESSAY[:turn])


def tokens(text: str) -> list[str]:
    """Split a text as a tokenizer roughly would; the pieces joined are the text."""
    return _TOKEN.findall(text)


def fill(count: int, variant: int = 0) -> list[str]:
    """Return exactly `count` tokens of essay, which starts again where it ends."""
    return list(itertools.islice(itertools.cycle(tokens(_essay(variant) + " ")), count))
