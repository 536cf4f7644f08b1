"""The models that deployments serve: what each takes, and how the chunks of its answers look.

Sources: https://learn.microsoft.com/azure/ai-foundry/openai/how-to/reasoning, recorded streams,
and the refusals that users report of Azure (those of `temperature` differ by default effort:
gpt-5.1 to gpt-5.4 do not reason unless asked to, gpt-5.5 and later do).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Optional

HARMS = ("hate", "self_harm", "sexual", "violence")
PROTECTED = ("protected_material_code", "protected_material_text")

# What a model serves, by the names of the operations
CHAT = "chat"
COMPLETIONS = "completions"
EMBEDDINGS = "embeddings"
RESPONSES = "responses"


@dataclass(frozen=True)
class Reasoning:
    """Say how a model thinks: the efforts it takes, from the least to the most, and its default."""

    efforts: tuple[str, ...]
    default: str = "medium"
    verbosity: bool = True  # takes any, else only `medium`
    tools: bool = True  # may be combined with an effort in chat completions

    @property
    def samples(self) -> bool:
        """Tell whether temperature and the like can be set at all: where it can be kept from it."""
        return "none" in self.efforts


@dataclass(frozen=True)
class Model:
    """Describe a model as its chunks show it."""

    name: str
    version: str
    families: tuple[str, ...] = ()  # content filters that judge each chunk, alphabetically
    fingerprint: Optional[str] = None
    service_tier: Optional[str] = None
    serves: tuple[str, ...] = (CHAT, RESPONSES)
    most_tokens: int = 16_384  # of an answer
    reasoning: Optional[Reasoning] = None
    schemas: bool = True  # takes a JSON schema of the answer
    judged_end: bool = False  # the finish chunk has verdicts, too
    dimensions: int = 0  # of an embedding
    foundry: bool = False  # not by OpenAI: the wire of Azure AI model inference

    @property
    def full(self) -> str:
        """Return what `model` says in every chunk: name and version, not the deployment's name."""
        return f"{self.name}-{self.version}" if self.version else self.name


_TEXT = ("protected_material_text",)
_ALL = tuple(sorted(HARMS + PROTECTED))
_EMBEDS = (EMBEDDINGS,)
_ONLY_RESPONSES = (RESPONSES,)

_O = Reasoning(("low", "medium", "high"), verbosity=False)
_5 = Reasoning(("minimal", "low", "medium", "high"))
_5_1 = Reasoning(("none", "low", "medium", "high"), "none")
_5_2 = Reasoning(("none", "low", "medium", "high", "xhigh"), "none")
_5_5 = Reasoning(("none", "low", "medium", "high", "xhigh"), "medium")
_5_6 = Reasoning(("none", "low", "medium", "high", "xhigh"), "medium", tools=False)
_CODEX = Reasoning(("low", "medium", "high"))
_MAX = Reasoning(("none", "low", "medium", "high", "xhigh"))
_PRO = Reasoning(("high",), "high")


def _newer(name: str, version: str, reasoning: Optional[Reasoning], *serves: str) -> Model:
    served = serves or (CHAT, RESPONSES)
    return Model(name, version, _TEXT, None, "default", served, 128_000, reasoning)


def _o(name: str, version: str, *serves: str) -> Model:
    served = serves or (CHAT, RESPONSES)
    return Model(name, version, HARMS, None, None, served, 100_000, _O)


# The first is what a deployment serves whose name tells nothing.
MODELS = (
    _newer("gpt-5.4-mini", "2026-03-17", _5_2),
    _newer("gpt-6-luna", "2026-09-22", _5_5),
    _newer("gpt-5.6-sol", "2026-07-09", _5_6),
    _newer("gpt-5.6-terra", "2026-07-09", _5_6),
    _newer("gpt-5.6-luna", "2026-07-09", _5_6),
    _newer("gpt-5.5", "2026-04-23", _5_5),
    _newer("gpt-5.4", "2026-03-05", _5_2),
    _newer("gpt-5.4-nano", "2026-03-17", _5_2),
    _newer("gpt-5.2", "2025-12-11", _5_2),
    _newer("gpt-5.1", "2025-11-13", _5_1),
    _newer("gpt-5.1-codex-max", "2025-12-04", _MAX, *_ONLY_RESPONSES),
    _newer("gpt-5.1-codex", "2025-11-13", _CODEX, *_ONLY_RESPONSES),
    _newer("gpt-5-pro", "2025-10-06", _PRO, *_ONLY_RESPONSES),
    _newer("gpt-5-codex", "2025-09-15", _CODEX, *_ONLY_RESPONSES),
    Model("gpt-5-chat", "2025-10-03", HARMS, None, None),
    Model("gpt-5-mini", "2025-08-07", HARMS, most_tokens=128_000, reasoning=_5),
    Model("gpt-5-nano", "2025-08-07", HARMS, most_tokens=128_000, reasoning=_5),
    Model("gpt-5", "2025-08-07", HARMS, most_tokens=128_000, reasoning=_5),
    _o("o4-mini", "2025-04-16"),
    _o("o3-pro", "2025-06-10", *_ONLY_RESPONSES),
    _o("o3-mini", "2025-01-31"),
    _o("o3", "2025-04-16"),
    _o("o1", "2024-12-17"),
    Model("gpt-4.1-mini", "2025-04-14", _ALL, "fp_4f3d32ad4e", most_tokens=32_768, judged_end=True),
    Model("gpt-4.1-nano", "2025-04-14", _ALL, "fp_68472df8fd", most_tokens=32_768, judged_end=True),
    Model("gpt-4.1", "2025-04-14", _ALL, "fp_9ab7d013ff", most_tokens=32_768, judged_end=True),
    Model("gpt-4o-mini", "2024-07-18", HARMS, "fp_71b22f18d2"),
    Model("gpt-4o", "2024-11-20", HARMS, "fp_ee1d74bde0"),
    Model("gpt-35-turbo", "0125", HARMS, "fp_0165350fbb", most_tokens=4_096, schemas=False),
    Model("gpt-35-turbo-instruct", "0914", HARMS, serves=(COMPLETIONS,), most_tokens=4_096),
    Model("DeepSeek-V4-Pro", "", serves=(CHAT,), most_tokens=65_536, foundry=True),
    Model("text-embedding-3-small", "", serves=_EMBEDS, dimensions=1536),
    Model("text-embedding-3-large", "", serves=_EMBEDS, dimensions=3072),
    Model("text-embedding-ada-002", "", serves=_EMBEDS, dimensions=1536),
)
_BY_NAME = {model.name.lower(): model for model in MODELS}
# The router's chunks tell the model that it has chosen; recorded with a small question.
_BY_NAME["model-router"] = _BY_NAME["gpt-5-nano"]


def known(name: str) -> Optional[Model]:
    """Return the model of that name, in another version if the name ends in one."""
    found = _BY_NAME.get(name.lower())
    dated = re.fullmatch(r"(.+)-(\d{4}-\d\d-\d\d)", name)
    if found or not dated:
        return found
    model = _BY_NAME.get(dated[1].lower())
    return replace(model, version=dated[2]) if model and model.version else None


def served_by(deployment: str) -> Model:
    """Return the model whose name is in the deployment's, or the first."""
    found = [name for name in _BY_NAME if name in deployment.lower()]
    return known(deployment) or (_BY_NAME[max(found, key=len)] if found else MODELS[0])
