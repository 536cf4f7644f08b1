"""XName and XNamespace: a namespace and a local name, equal when both are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional

from policy_expressions.errors import ExpressionFailure, argument
from policy_expressions.runtime.abilities import HasText
from policy_expressions.runtime.run import Run

XML = "http://www.w3.org/XML/1998/namespace"
XMLNS = "http://www.w3.org/2000/xmlns/"
_START = (
    r"A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    r"\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd"
)
_NAME = rf"[{_START}][{_START}\-.0-9\u00b7\u0300-\u036f\u203f\u2040]*"


@dataclass(frozen=True)
class Namespace(HasText):
    """XNamespace: its URI, empty for none."""

    uri: str
    type = "XNamespace"

    def to_text(self, run: Run) -> str:
        """Return the URI."""
        return self.uri


@dataclass(frozen=True)
class Name(HasText):
    """XName."""

    local: str
    uri: str = ""
    type = "XName"

    @property
    def text(self) -> str:
        """Return `{uri}local`, or the local name alone."""
        return f"{{{self.uri}}}{self.local}" if self.uri else self.local

    def to_text(self, run: Run) -> str:
        """Return `{uri}local`, or the local name alone."""
        return self.text


def xml_error(message: str) -> ExpressionFailure:
    """Return an XmlException."""
    return ExpressionFailure("System.Xml.XmlException", message)


def checked(local: str) -> str:
    """Return a local name. Raises XmlException when it cannot be one."""
    found = re.match(_NAME, local)
    end = found.end() if found else 0
    if end == len(local) and local:
        return local
    if not local:
        raise argument("The empty string '' is not a valid local name.")
    char = f"'{local[end]}' character, hexadecimal value 0x{ord(local[end]):02X}"
    if end:
        raise xml_error(f"The {char}, cannot be included in a name.")
    raise xml_error(f"Name cannot begin with the {char}.")


def name_of(text: str) -> Name:
    """Return the name an expanded text gives: `{uri}local` or `local`."""
    if not text.startswith("{"):
        return Name(checked(text))
    uri, closed, local = text[1:].rpartition("}")
    if not closed or not uri or not local:
        raise argument(f"The expanded name '{text}' is not valid.", "expandedName")
    return Name(checked(local), uri)


def as_name(text: Optional[str]) -> Optional[Name]:
    """Convert a string, as C# does where an XName is wanted."""
    return None if text is None else name_of(text)
