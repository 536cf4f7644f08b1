"""What the user can choose, read from .env and the environment and checked at once."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Callable, Optional

from dotenv import dotenv_values

from .errors import ConfigError

PROJECT = Path(__file__).resolve().parent.parent  # a kernel's working folder may be any other
Reader = Callable[[str], Any]  # raises ValueError with the form that is wanted


def _one_of(*choices: str) -> Reader:
    def read(value: str) -> str:
        for choice in choices:
            if value.lower() == choice.lower():
                return choice
        raise ValueError(f"one of {', '.join(choices)}")

    return read


def _matching(pattern: str, wanted: str) -> Reader:
    def read(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(wanted)
        return value

    return read


def _whole_number(low: int, high: int) -> Reader:
    def read(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", value) or not low <= int(value) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(value)

    return read


def _regions(value: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in value.split(","))
    if not all(re.fullmatch(r"[a-z0-9]+", name) for name in names):
        raise ValueError("region names such as swedencentral, separated by commas")
    return names


_yes_or_no = _one_of("true", "false")


def _flag(value: str) -> bool:
    return bool(_yes_or_no(value) == "true")


def _path(value: str) -> Path:
    return PROJECT / value  # an absolute path stays as it is


_name = _matching(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", "letters, digits, '.', '_', '-'; 64 at most")


def _setting(variable: str, read: Reader, default: Any) -> Any:
    return field(default=default, metadata={"variable": variable, "read": read})


@dataclass(frozen=True)
class Settings:
    """Hold every choice of the user, each already checked; `.env.example` explains them."""

    target: str = _setting("LAB_TARGET", _one_of("local", "azure"), "local")
    backend: str = _setting("LAB_BACKEND", _one_of("openai", "mock"), "openai")
    model: str = _setting("LAB_MODEL", _name, "gpt-5.4-mini")
    model_version: str = _setting("LAB_MODEL_VERSION", _name, "2026-03-17")
    model_sku: str = _setting("LAB_MODEL_SKU", _name, "GlobalStandard")
    model_capacity: int = _setting("LAB_MODEL_CAPACITY", _whole_number(1, 100_000), 10)
    api_version: str = _setting(
        "LAB_API_VERSION",
        _matching(r"20\d\d-\d\d-\d\d(-preview)?", "a version such as 2024-10-21"),
        "2024-10-21",
    )
    subscription: Optional[str] = _setting(
        "AZURE_SUBSCRIPTION_ID", _matching(r"[0-9a-fA-F-]{36}", "a GUID of 36 characters"), None
    )
    resource_group: str = _setting(
        "LAB_RESOURCE_GROUP",
        _matching(
            r"[\w()-][\w().-]{0,88}[\w()-]|[\w()-]", "letters, digits, '_', '-', '.', '(' and ')'"
        ),
        "lab-response-streaming",
    )
    location: str = _setting(
        "LAB_LOCATION",
        _matching(r"[a-z0-9]+", "a region such as swedencentral"),
        "swedencentral",
    )
    openai_locations: tuple[str, ...] = _setting("LAB_OPENAI_LOCATIONS", _regions, ())
    apim_sku: str = _setting(
        "LAB_APIM_SKU",
        _one_of("Developer", "Basic", "BasicV2", "Standard", "StandardV2", "Premium"),
        "BasicV2",
    )
    publisher_email: str = _setting(
        "LAB_PUBLISHER_EMAIL",
        _matching(r"\S+@\S+", "a mail address"),
        "noreply@example.com",
    )
    monitoring: bool = _setting("LAB_MONITORING", _flag, False)
    adopt_group: bool = _setting("LAB_ADOPT_GROUP", _flag, False)
    idle_seconds: int = _setting("LAB_IDLE_SECONDS", _whole_number(5, 86_400), 900)
    state_dir: Path = _setting("LAB_STATE_DIR", _path, PROJECT / ".lab")

    @classmethod
    def from_env(
        cls, env: Optional[Mapping[str, str]] = None, env_file: Optional[Path] = None
    ) -> Settings:
        """Read `.env` beside the notebooks, then the environment, which wins.

        An empty value counts as not set. Raises ConfigError that names every wrong value and
        every LAB_ variable that looks misspelt.
        """
        from_file = dotenv_values(env_file or PROJECT / ".env", encoding="utf-8")
        given = {**from_file, **(os.environ if env is None else env)}
        values, problems = {}, []
        known = {"LAB_API_KEY"}  # the gateway's own, for who starts it by hand
        for item in fields(cls):
            variable = item.metadata["variable"]
            known.add(variable)
            text = (given.get(variable) or "").strip()
            if not text:
                continue
            try:
                values[item.name] = item.metadata["read"](text)
            except ValueError as wanted:
                problems.append(f"{variable}={text!r}: should be {wanted}")
        for variable in sorted(given):
            if variable.startswith("LAB_") and variable not in known:
                near = difflib.get_close_matches(variable, known, n=1, cutoff=0.8)
                if near:
                    problems.append(f"{variable}: no such setting; did you mean {near[0]}?")
                elif variable in from_file:  # in the environment it may be somebody else's
                    problems.append(f"{variable}: no such setting; .env.example lists them")
        if problems:
            raise ConfigError(
                "Mend these in .env or in the environment (.env.example explains each):\n  "
                + "\n  ".join(problems)
            )
        return cls(**values)
