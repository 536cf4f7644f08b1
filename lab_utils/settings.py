"""What the user can choose, read from .env and the environment and checked at once."""

from __future__ import annotations

import codecs
import difflib
import io
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Callable, Optional

from dotenv import dotenv_values

from .errors import ConfigError
from .secret import Secret

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


def _gateway(value: str) -> str:
    """Read a gateway's address; what the API adds to it, from /openai on, is left out."""
    address = re.fullmatch(r"(https?://[^\s/?#@]+)((?:/[^\s?#]*)?)(\?\S*)?", value)
    if address:
        path, api, _ = re.split(r"(/openai(?=/|$)|$)", address[2], maxsplit=1)
        if api or not address[3]:
            return address[1] + path.rstrip("/")
    raise ValueError("an address such as https://NAME.azure-api.net, or with the API's path")


def _key(value: str) -> Secret:
    if not re.fullmatch(r"[!-~]+", value):
        raise ValueError("a key of ASCII letters, digits and signs without blanks")
    return Secret(value)


_yes_or_no = _one_of("true", "false")


def _flag(value: str) -> bool:
    return bool(_yes_or_no(value) == "true")


def _path(value: str) -> Path:
    return PROJECT / value  # an absolute path stays as it is


_name = _matching(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", "letters, digits, '.', '_', '-'; 64 at most")


def _setting(variable: str, read: Reader, default: Any) -> Any:
    return field(default=default, metadata={"variable": variable, "read": read})


_API_ID = (  # of an API in a service, as `az` and the portal show it
    r"/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/[^/\s]+/providers/"
    r"Microsoft\.ApiManagement/service/[^/\s]+/apis/[^/\s]+"
)


@dataclass(frozen=True)
class Settings:
    """Hold every choice of the user, each already checked; `.env.example` explains them."""

    target: str = _setting("LAB_TARGET", _one_of("local", "azure", "existing"), "local")
    gateway_url: Optional[str] = _setting("LAB_GATEWAY_URL", _gateway, None)
    gateway_key: Optional[Secret] = _setting("LAB_GATEWAY_KEY", _key, None)
    apim_id: Optional[str] = _setting(
        "LAB_APIM_ID",
        _matching(
            _API_ID,
            "/subscriptions/GUID/resourceGroups/NAME/providers/Microsoft.ApiManagement"
            "/service/NAME/apis/NAME",
        ),
        None,
    )
    backend: str = _setting("LAB_BACKEND", _one_of("openai", "mock"), "openai")
    model: str = _setting("LAB_MODEL", _name, "gpt-5.4-mini")
    model_version: str = _setting("LAB_MODEL_VERSION", _name, "2026-03-17")
    model_sku: str = _setting("LAB_MODEL_SKU", _name, "GlobalStandard")
    model_capacity: int = _setting("LAB_MODEL_CAPACITY", _whole_number(1, 100_000), 50)
    account_kind: str = _setting("LAB_ACCOUNT_KIND", _one_of("OpenAI", "AIServices"), "OpenAI")
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
        "",
    )
    lab_id: str = _setting(
        "LAB_ID", _matching(r"[a-z0-9]{4,13}", "the lab-id tag of a lab: letters and digits"), ""
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
    bearer_key: bool = _setting("LAB_BEARER_KEY", _flag, False)
    monitoring: bool = _setting("LAB_MONITORING", _flag, False)
    adopt_group: bool = _setting("LAB_ADOPT_GROUP", _flag, False)
    idle_seconds: int = _setting("LAB_IDLE_SECONDS", _whole_number(5, 86_400), 60)
    state_dir: Path = _setting("LAB_STATE_DIR", _path, PROJECT / ".lab")

    @classmethod
    def from_env(
        cls, env: Optional[Mapping[str, str]] = None, env_file: Optional[Path] = None
    ) -> Settings:
        """Read `.env` beside the notebooks, then the environment, which wins.

        An empty value counts as not set. Raises ConfigError that names every wrong value and
        every LAB_ variable that looks misspelt.
        """
        from_file = _read(env_file or PROJECT / ".env")
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
                shown = "" if variable.endswith("_KEY") else f"={text!r}"
                problems.append(f"{variable}{shown}: should be {wanted}")
        for variable in sorted(given):
            if variable.startswith("LAB_") and variable not in known:
                near = difflib.get_close_matches(variable, known, n=1, cutoff=0.8)
                if near:
                    problems.append(f"{variable}: no such setting; did you mean {near[0]}?")
                elif variable in from_file:  # in the environment it may be somebody else's
                    problems.append(f"{variable}: no such setting; .env.example lists them")
        if not problems:
            problems += _half_given(values)
        if problems:
            raise ConfigError(
                "Correct these in .env or in the environment (.env.example explains each):\n  "
                + "\n  ".join(problems)
            )
        return cls(**values)


def _half_given(values: Mapping[str, Any]) -> list[str]:
    """Tell what an existing gateway lacks, or that it was given and will not be used."""
    needed = {"gateway_url": "LAB_GATEWAY_URL", "gateway_key": "LAB_GATEWAY_KEY"}
    given = [variable for name, variable in needed.items() if name in values]
    lacking = [variable for name, variable in needed.items() if name not in values]
    if values.get("target") == "existing":
        return [f"{variable}: LAB_TARGET=existing needs it, too" for variable in lacking]
    if "apim_id" in values:
        given.append("LAB_APIM_ID")
    if given and "target" not in values:
        return [
            f"LAB_TARGET: {' and '.join(given)} given, but nothing says to use it: "
            "set LAB_TARGET=existing" + "".join(f" and {variable}" for variable in lacking)
        ]
    return []


def _read(file: Path) -> dict[str, Optional[str]]:
    """Read a .env file. Raises ConfigError, with its name, where it is no text in UTF-8.

    Windows PowerShell's `>` writes UTF-16, with a mark at the beginning: that is read, too.
    """
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None
    marked = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = raw.decode("utf-16" if marked else "utf-8-sig")
        if "\0" in text:
            raise ValueError
    except ValueError:
        raise ConfigError(
            f"{file}: is no text in UTF-8: save it as UTF-8 (in VS Code: Save with Encoding; in "
            f"PowerShell: Set-Content -Encoding utf8 .env (Get-Content .env))"
        ) from None
    return dotenv_values(stream=io.StringIO(text))
