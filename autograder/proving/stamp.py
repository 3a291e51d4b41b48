"""Which version of an assignment was proven: a hash in the graders' folder, written by `losslab verify`."""

from __future__ import annotations

from pathlib import Path

import msgspec

from autograder.base import files
from autograder.course import Assignment, Course, paths
from autograder.grading.dispatch.fingerprint import proof


def unproven(course: Course, root: Path, assignments: list[Assignment]) -> list[str]:
    """Return the ids of assignments that have not passed `verify` in their present form."""
    proven = _read(root)
    return [item.id for item in assignments if proven.get(item.id) != proof(course, root, item)]


def write_stamp(course: Course, root: Path, assignments: list[Assignment]) -> None:
    """Note that these assignments have passed `verify`. Raises OSError."""
    proven = _read(root) | {item.id: proof(course, root, item) for item in assignments}
    text = msgspec.json.format(msgspec.json.encode(dict(sorted(proven.items()))), indent=1) + b"\n"
    files.replace(paths.verified(root), [text])


def _read(root: Path) -> dict[str, str]:
    try:
        return msgspec.json.decode(paths.verified(root).read_bytes(), type=dict[str, str])
    except (OSError, msgspec.DecodeError):
        return {}
