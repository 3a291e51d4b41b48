"""Read the manifest of a submitted zip. It may contain anything, so it is bounded and never affects grades."""

from __future__ import annotations

from typing import Annotated

import msgspec

from autograder.course import Assignment

FILENAME = "manifest.json"
MAX_BYTES = 64 << 10

_Part = Annotated[str, msgspec.Meta(max_length=100)]
_Level = Annotated[int, msgspec.Meta(ge=1, le=3)]


class _Manifest(msgspec.Struct, frozen=True):
    hints: Annotated[dict[_Part, _Level], msgspec.Meta(max_length=100)] = {}


def hints(assignment: Assignment, files: dict[str, bytes]) -> dict[str, int]:
    """Return the highest hint that the student claims to have seen, by part; empty if the manifest is invalid."""
    data = files.get(FILENAME, b"")
    if not data or len(data) > MAX_BYTES:
        return {}
    try:
        told = msgspec.json.decode(data, type=_Manifest).hints
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return {part.id: told[part.id] for part in assignment.parts if part.hints and part.id in told}
