"""What a course remembers for one student in .losslab/progress.json: where they left off, hints, predictions, verdicts.

The file stays on the student's machine. A damaged one is set aside and never stops a command.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec

from autograder import __version__
from autograder import course as courses
from autograder.base.files import write_file
from autograder.student.checks import texts
from autograder.student.screen import say

FOLDER, FILENAME = ".losslab", "progress.json"
FORMAT = 1

Level = Annotated[int, msgspec.Meta(ge=1, le=3)]


class Seen(msgspec.Struct, frozen=True):
    """The public checks' verdict on a file, by its hash. For each part: checks passed, checks, whether it is begun."""

    digest: str
    parts: dict[str, tuple[int, int, bool]]


class Progress(msgspec.Struct, frozen=True, omit_defaults=True):
    """`assignment` and `part`: where the student left off; `hints`: the highest level, by assignment and part."""

    format: int = FORMAT
    assignment: str = ""
    part: str = ""
    hints: dict[str, dict[str, Level]] = {}
    predicted: dict[str, list[str]] = {}
    seen: dict[str, Seen] = {}


def home(course_file: Path, here: Path | None = None) -> Path:
    """Return the folder that holds .losslab: the course's, or if the course file is installed, the nearest one here."""
    if course_file.parent.resolve() != Path(courses.__file__).parents[1].resolve():
        return course_file.parent
    here = (here or Path.cwd()).resolve()
    marked = next((folder for folder in (here, *here.parents) if (folder / FOLDER / FILENAME).is_file()), None)
    return marked or (here.parent if any(here.glob("test_*.py")) else here)


def path_in(home: Path) -> Path:
    return home / FOLDER / FILENAME


def load(home: Path) -> Progress:
    """Read what is remembered; a damaged file is set aside, which one line says."""
    path = path_in(home)
    try:
        return msgspec.json.decode(path.read_bytes(), type=Progress)
    except OSError:
        return Progress()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        aside = path.with_name("progress.damaged.json")
        with contextlib.suppress(OSError):
            os.replace(path, aside)
            say(texts.DAMAGED.format(path=FOLDER + "/" + FILENAME, aside=aside.name), stream=sys.stderr)
        return Progress()


def update(home: Path, change: Callable[[Progress], Progress], remedy: str = texts.SAVE_REMEDY) -> Progress:
    """Read, change and write the whole file; nothing is written if nothing changes. Raises OutputError."""
    before = load(home)
    after = change(before)
    if after != before:
        write_file(path_in(home), msgspec.json.format(msgspec.json.encode(after), indent=1) + b"\n", remedy)
    return after


def hints_taken(folder: Path, assignment: str) -> dict[str, int]:
    """Return the highest hint asked for in each part of an assignment; `folder` is the course's, or one below it."""
    folder = folder.resolve()
    for place in (folder, *folder.parents):
        with contextlib.suppress(OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            known = msgspec.json.decode(path_in(place).read_bytes(), type=Progress)
            return dict(sorted(known.hints.get(assignment, {}).items()))
    return {}


def digest(*data: bytes) -> str:
    """Hash a student's file, the checks on it, and the version that ran them."""
    whole = hashlib.sha256(__version__.encode())
    for item in data:
        whole.update(hashlib.sha256(item).digest())
    return whole.hexdigest()[:32]
