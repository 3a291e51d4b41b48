"""Which version of an assignment's graders was proven: a hash beside the graders, written by `losslab verify`."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from autograder.course import Assignment
from autograder.grading.dispatch.fingerprint import version

FILENAME = "verified.json"


def unproven(root: Path, assignments: list[Assignment]) -> list[str]:
    """Ids of assignments whose graders have not passed `verify` as they are now."""
    proven = _read(root)
    return [item.id for item in assignments if proven.get(item.id) != version(root, item)]


def write(root: Path, assignments: list[Assignment]) -> None:
    """Note that these have passed. Raises OSError."""
    proven = _read(root) | {item.id: version(root, item) for item in assignments}
    path = _path(root)
    beside = path.with_name(f".{path.name}.tmp")
    beside.write_bytes(msgspec.json.format(msgspec.json.encode(dict(sorted(proven.items()))), indent=1) + b"\n")
    os.replace(beside, path)


def _path(root: Path) -> Path:
    return root / "autograder" / "graders" / FILENAME


def _read(root: Path) -> dict[str, str]:
    try:
        return msgspec.json.decode(_path(root).read_bytes(), type=dict[str, str])
    except (OSError, msgspec.DecodeError):
        return {}
