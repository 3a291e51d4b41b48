"""Pictures that students made: their real size, before a browser is asked to draw them.

A PNG of 100 KB can hold 20,000 × 20,000 pixels, which take 1.6 GB as soon as a page shows it; no style sheet prevents that.
Only the first bytes are read here, and no picture is decoded.
"""

from __future__ import annotations

import struct

MAX_SIDE, MAX_PIXELS, MAX_BYTES = 4000, 8_000_000, 2 << 20

_PNG = b"\x89PNG\r\n\x1a\n"
# Frames that hold a size: all SOF markers but DHT (C4), JPG (C8) and DAC (CC), which share their range.
_SIZED = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def why_not(data: bytes) -> str | None:
    """Return why a picture is not shown, in words that follow "the picture"; None if it may be shown."""
    size = size_of(data)
    if size is None:
        return "is not a PNG, JPEG or GIF"
    width, height = size
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE and width * height <= MAX_PIXELS):
        return (
            f"has {width} × {height} pixels; the limit is {MAX_SIDE} each way and {MAX_PIXELS // 10**6} million in all"
        )
    if len(data) > MAX_BYTES:
        return f"has {len(data) / 2**20:.1f} MiB; the limit is {MAX_BYTES >> 20} MiB"
    return None


def kind_of(data: bytes) -> str:
    """Return the media type according to the first bytes, whatever the file is called; empty for anything else."""
    if data.startswith(_PNG):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/gif" if data.startswith((b"GIF87a", b"GIF89a")) else ""


def size_of(data: bytes) -> tuple[int, int] | None:
    """Return the width and height that a PNG, JPEG or GIF claims; None if they cannot be told."""
    kind = kind_of(data)
    if kind == "image/png" and len(data) >= 33 and data[8:16] == b"\x00\x00\x00\rIHDR":
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if kind == "image/gif" and len(data) >= 13:
        width, height = struct.unpack("<HH", data[6:10])
        return width, height
    return _jpeg(data) if kind == "image/jpeg" else None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    """Go from marker to marker up to the first frame, the only one that browsers use."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _SIZED:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        if marker == 0xFF:  # filling before a marker
            at += 1
            continue
        length = struct.unpack(">H", data[at + 2 : at + 4])[0]
        if length < 2 or marker in (0xD8, 0xD9, 0xDA):
            return None
        at += 2 + length
    return None
