"""Choose which of the submitted files is graded: the assignment's own, with work in it, nearest to the top.

Each guess becomes a note for student and teacher.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import NamedTuple

from autograder.base.errors import SubmissionError
from autograder.course import Assignment

_SUFFIXES = (".py", ".ipynb")
_SHOWN = 5


class Chosen(NamedTuple):
    path: str
    notes: list[str]


def choose(assignment: Assignment, files: dict[str, bytes], released: dict[str, str]) -> Chosen:
    """Return the path of the file to grade; `released` are hashes of the files that students were given.

    Raises:
        SubmissionError: there is none with the expected name, and no single other file to take for it.
    """
    wanted = [f"{assignment.module}{suffix}" for suffix in _SUFFIXES]
    own = [path for path in files if PurePosixPath(path).name.lower() in wanted]
    others = [path for path in files if path not in own and _may_be_work(path)]
    worked_on = [path for path in own if not _is_released(files[path], released)]
    renamed = [path for path in others if not _is_released(files[path], released)]
    if not own and not renamed:
        renamed = others
    if not worked_on and len(renamed) == 1:
        return Chosen(renamed[0], [_guessed(renamed[0], wanted[0], own)])
    if not own:
        handed_in = f"; there are {_some(sorted(files))}" if files else " and the folder is empty"
        raise SubmissionError(f"{wanted[0]}: is missing{handed_in}; hand in {wanted[0]} or {wanted[1]}")
    ranked = sorted(worked_on or own, key=lambda path: _rank(assignment, path))
    rivals = [path for path in ranked[1:] if worked_on and files[path] != files[ranked[0]]]
    aside = [path for path in renamed if worked_on and assignment.module in path.lower()]
    return Chosen(ranked[0], [*_notes(ranked, rivals, own, wanted), *_left_aside(ranked[0], aside)])


def is_certain(assignment: Assignment, path: str, data: bytes, released: dict[str, str]) -> bool:
    """Return whether this file has the assignment's name, perhaps as a copy (`mse (1).py`), and has work in it."""
    return assignment.module in PurePosixPath(path).name.lower() and not _is_released(data, released)


def nearness(path: str, chosen: str) -> tuple[bool, int, str]:
    """Sort key: files in the folder of the chosen file come first, then those nearer to the top."""
    place = PurePosixPath(path)
    return place.parent != PurePosixPath(chosen).parent, len(place.parts), path


def _rank(assignment: Assignment, path: str) -> tuple[int, bool, int, str]:
    """Sort key: files nearer to the top come first, then those in a folder named like the assignment, then scripts."""
    place = PurePosixPath(path)
    return len(place.parts), assignment.id not in place.parts, _SUFFIXES.index(place.suffix.lower()), path


def _notes(ranked: list[str], rivals: list[str], own: list[str], wanted: list[str]) -> Iterable[str]:
    chosen, name = ranked[0], PurePosixPath(ranked[0]).name
    if name not in wanted:
        yield f"{chosen} was taken for {name.lower()}"
    if rivals:
        how = "both" if len(rivals) == 1 else "all"
        yield f"{' and '.join([chosen, *rivals[:_SHOWN]])} were {how} changed; {chosen} was graded"
    above = [path for path in own if path not in ranked and len(PurePosixPath(path).parts) == 1]
    if above and len(PurePosixPath(chosen).parts) > 1:
        yield f"{chosen} was graded: {' and '.join(sorted(above))} is as it was handed out"


def _left_aside(chosen: str, aside: list[str]) -> Iterable[str]:
    """Note copies under other names, which the student may have meant to hand in."""
    if aside:
        yield f"{chosen} was graded, and {' and '.join(sorted(aside)[:_SHOWN])} was not: it has another name"


def _guessed(path: str, name: str, own: list[str]) -> str:
    if own:
        return f"{path} was taken for {name}: {' and '.join(sorted(own)[:_SHOWN])} is as it was handed out"
    return f"{path} was taken for {name}"


def _may_be_work(path: str) -> bool:
    """Return whether a file with another name may be work: `mse (1).ipynb`, `homework.py`."""
    place = PurePosixPath(path)
    return place.suffix.lower() in _SUFFIXES and not place.name.startswith(("test_", "conftest"))


def _is_released(data: bytes, released: dict[str, str]) -> bool:
    """Return whether this is one of the files that students were given, under any name."""
    return mark(data) in released.values()


def mark(data: bytes) -> str:
    """Return a hash that is the same for all copies of a file in which nobody has worked.

    It ignores line ends, spaces at the ends of lines, and what Jupyter changes when it opens, runs and saves a
    notebook.
    """
    return hashlib.sha256(_cells(data) or b"\n".join(line.rstrip() for line in _text(data).splitlines())).hexdigest()


def _text(data: bytes) -> bytes:
    return data.removeprefix(b"\xef\xbb\xbf").strip()


def _cells(data: bytes) -> bytes | None:
    """Return the text of a notebook's cells; None if this is not a notebook."""
    if not data[:10].lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
        return None
    try:
        cells = json.loads(data)["cells"]
        sources = ["".join(cell["source"]).strip() for cell in cells]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return json.dumps([source for source in sources if source]).encode()


def _some(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN])
