"""docs/streaming.md, written from the tables that gateway and check read."""

from __future__ import annotations

from collections.abc import Iterable

from apim_gateway.markdown import table
from apim_gateway.policies import REGISTRY
from apim_gateway.reading.effect import ANSWERS, FORWARDS, GATHERS, HOLDS, PASSES, REPLACES, Effect
from apim_gateway.running.sections import SECTIONS
from apim_gateway.streaming.rules import EXPRESSIONS, LEARN, RULES
from apim_gateway.streaming.ways import VERDICTS

INTRODUCTION = """\
# Why does it not stream?

`apim-gateway check` answers for a policy document, without a deployment and without any traffic.
It compiles the document as the local gateway does and follows a streamed response through every
section, scope, fragment and branch, so that check and gateway cannot disagree. This page is written
by `python -m apim_gateway policies --streaming` from the tables that both read.

```sh
python -m apim_gateway check my-policy.xml
python -m apim_gateway check policies/ --fragments fragments/ --global global.xml --format sarif
```

Named values that are not given are unknown text and no fault. Parent scopes that are not given are
taken for what API Management starts with: a global policy whose `forward-request` gathers 8 KB.
A fragment is judged as if it stood in outbound, or in backend where it has a `forward-request`.
A pull request shows the findings with `--format github`, or with `--format sarif` in code scanning;
`.pre-commit-hooks.yaml` and `action.yml` in this repository run the check for others.

The check knows policies, tier and diagnostics. What a model's own content filter or a client does
to a stream it cannot see."""
KINDS = {
    PASSES: "passes",
    FORWARDS: "brings it",
    GATHERS: "**gathers**",
    HOLDS: "**holds**",
    REPLACES: "**replaces**",
    ANSWERS: "**replaces**",
}
READS = (
    "an expression that reads `context.Response.Body`",
    "**holds**",
    "after the response has come",
    "the body is read to its end before anything goes on; read as JSON it is an error, and without "
    "`preserveContent` nothing is left to send",
    f"[page]({EXPRESSIONS})",
)


def markdown() -> str:
    """Return the whole page."""
    head = ("Policy", "Stream", "In", "What happens", "Source")
    return (
        "\n\n".join(
            (
                INTRODUCTION,
                "## Verdicts",
                table(
                    ("Verdict", "Meaning"), ((f"`{name}`", told) for name, told in VERDICTS.items())
                ),
                "## What each policy does to a streamed response",
                table(head, [READS, *_policies()]),
                "## Rules",
                "An error under a condition is a warning, with the line of the condition.",
                table(
                    ("Rule", "Level", "What happens", "How to correct it"),
                    (
                        (f"[`{rule.id}`]({rule.url})", rule.level, rule.what, rule.fix)
                        for rule in RULES.values()
                    ),
                ),
            )
        )
        + "\n"
    )


def _policies() -> Iterable[tuple[str, ...]]:
    here = {name: row.stream for name, row in REGISTRY.policies.items()}
    elsewhere = {name: row.stream for name, row in REGISTRY.elsewhere.items()}
    for name, effect in sorted({**here, **elsewhere}.items()):
        told = f"{effect.text}{'' if name in here else ' (not run by the local gateway)'}"
        page = f"[page]({LEARN}{name}-policy)" if name != "base" else ""
        yield f"`{name}`", KINDS[effect.kind], _where(effect), told, page


def _where(effect: Effect) -> str:
    if effect.kind == PASSES:
        return ""
    where = "any section" if effect.sections == SECTIONS else ", ".join(effect.sections)
    if effect.unless[0]:
        where += ', unless {}="{}"'.format(*effect.unless)
    return f"{where}, if {effect.only}" if effect.only else where
