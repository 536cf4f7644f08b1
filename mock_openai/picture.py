"""Pictures as a generator of images would send them, as far as their size goes: they show noise."""

from __future__ import annotations

import base64
import random
import struct
import zlib
from typing import Optional

SIZES = ("1024x1024", "1024x1536", "1536x1024", "auto")
QUALITIES = ("low", "medium", "high", "auto")


def size_of(asked: Optional[str]) -> str:
    """Return the size, as width x height in pixels, that is made."""
    return SIZES[0] if asked in (None, "auto") else str(asked)


def quality_of(asked: Optional[str]) -> str:
    """Return the quality that is told."""
    return "medium" if asked in (None, "auto") else str(asked)


def noise(size: str, rng: random.Random) -> str:
    """Return a PNG of black and white noise as base64: 1024x1024 takes 175 kilobytes."""
    width, height = (int(side) for side in size.split("x"))
    row = width // 8
    dots = rng.getrandbits(8 * row * height).to_bytes(row * height, "big")
    rows = b"".join(b"\0" + dots[at : at + row] for at in range(0, len(dots), row))
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 0)), (b"IEND", b""))
    made = b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)
    return base64.b64encode(made).decode("ascii")


def _chunk(name: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + check
