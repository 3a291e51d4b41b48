"""Pack a submission: list its files, make bytes that depend only on them, and read back what was written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.base.errors import OutputError, SubmissionError
from autograder.base.files import write_file, zipped
from autograder.course import Assignment
from autograder.intake import archive
from autograder.student.checks import public as public
from autograder.student.checks import texts
from autograder.student.saved import choose, content, converted, other_with_work

MANIFEST = "manifest.json"
MAX_BYTES = 1 << 20


@dataclass(frozen=True)
class Packed:
    """A zip on the disk: what is in it, what in the folder is left out, and what else its author should know."""

    path: Path
    names: list[str]
    left_out: list[str]
    sha256: str
    notes: list[str]


def hand_in(assignment: Assignment, folder: Path, path: Path, hints: dict[str, int] | None = None) -> list[str]:
    """Run the public checks, pack, and return the lines to show; `hints` are the levels asked for, by part.

    Raises:
        SubmissionError: there is nothing to hand in, or it is not saved.
        OutputError: the zip cannot be written.
    """
    chosen = choose(assignment, folder)
    verdicts = [item for item in public.run(assignment, folder) if item.status != "note"]
    if all(item.status == "missing" for item in verdicts):
        raise SubmissionError(texts.NOTHING_STARTED.format(path=chosen))
    packed = pack(assignment, folder, path, hints)
    passed = sum(item.status == "pass" for item in verdicts)
    lines = [texts.PACKED.format(assignment=assignment.id, passed=passed, total=len(verdicts))]
    lines.append(texts.PACKED_IN.format(names=", ".join(packed.names)))
    lines += [texts.PACKED_OUT.format(names=", ".join(packed.left_out))] if packed.left_out else []
    lines += [texts.PACKED_NOTE.format(note=note) for note in packed.notes]
    return [*lines, texts.PACKED_AT.format(path=packed.path, sha256=packed.sha256[:16])]


def pack(assignment: Assignment, folder: Path, path: Path, hints: dict[str, int] | None = None) -> Packed:
    """Write the submission of this folder to `path`.

    Raises:
        SubmissionError: the file is missing, empty, unsaved, or cannot be read as Python.
        OutputError: the zip cannot be written, or does not hold what was written.
    """
    chosen = choose(assignment, folder)
    _, notes = converted(chosen)
    inside, left_out = _sorted_out(assignment, chosen)
    files = {file.name: content(file) for file in inside}
    manifest = _manifest(assignment, files, hints or {})
    data = zipped({MANIFEST: (json.dumps(manifest, indent=1) + "\n").encode(), **files})
    archive.read(path.name, data)  # raises before anything is written if grading would reject it
    write_file(path, data, "choose another place with --out")
    if content(path) != data:
        raise OutputError(texts.NOT_AS_WRITTEN.format(path=path))
    notes = [*notes, *_notes(assignment, chosen, hints or {})]
    return Packed(path, sorted(files), left_out, _hash(data), notes)


def _sorted_out(assignment: Assignment, chosen: Path) -> tuple[list[Path], list[str]]:
    """Return the files to hand in (the chosen one and the student's own modules), and the names of those left out."""
    ours = {f"test_{assignment.module}.py", f"{assignment.module}.py", *assignment.data}
    inside, left_out = [chosen], []
    for other in sorted(chosen.parent.iterdir()):
        if other.name.startswith((".", "__", "#")) or other == chosen:
            continue
        own = other.is_file() and other.suffix == ".py" and other.name not in ours
        if own and other.stat().st_size < MAX_BYTES:
            inside.append(other)
        else:
            left_out.append(f"{other.name}/" if other.is_dir() else other.name)
    return inside, left_out


def _manifest(assignment: Assignment, files: dict[str, bytes], hints: dict[str, int]) -> dict[str, Any]:
    listed = {name: {"bytes": len(data), "sha256": _hash(data)} for name, data in sorted(files.items())}
    taken = {"hints": dict(sorted(hints.items()))} if hints else {}
    return {"format": 1, "assignment": assignment.id, "files": listed, **taken}


def _notes(assignment: Assignment, chosen: Path, hints: dict[str, int]) -> Iterator[str]:
    other, functions = other_with_work(assignment, chosen)
    if functions:
        yield texts.OTHER_HAS_WORK.format(other=other, functions=_some(functions), chosen=chosen.name)
    if hints:
        asked = ", ".join(f"{part} ({level})" for part, level in sorted(hints.items()))
        yield texts.HINTS_IN_ZIP.format(manifest=MANIFEST, hints=asked)


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
