"""What must not be seen in a message, an output or a log, and how it is hidden."""

from __future__ import annotations

import re

HIDDEN = "***"

_SECRETS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(\beyJ)[\w-]{8,}(?:\.[\w-]*){0,2}",  # a JSON web token
        r"(\bBearer\s+)[\w.~+/=-]{8,}",
        r"([\"']?\b\w*(?:password|pwd|secret|primaryKey|secondaryKey|access_?token|api[-_]?key)"
        r"[\"']?\s*[:=]\s*[\"']?)[^\s\"',;&]{6,}",
        r"(\b(?:AccountKey|SharedAccessKey|InstrumentationKey|sig)=)[^\s\"',;&]{6,}",
        r"(://[^/\s:@]+:)[^/\s@]+(?=@)",  # user and password in an address
    )
)


def redact(text: str) -> str:
    """Return `text` with the value of every token, key and password replaced by `***`."""
    for pattern in _SECRETS:
        text = pattern.sub(rf"\g<1>{HIDDEN}", text)
    return text
