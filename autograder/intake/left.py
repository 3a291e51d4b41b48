"""Report what lies among the submissions but is not graded, each in one line with a remedy."""

from __future__ import annotations

import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from autograder.base.errors import OutputError
from autograder.course import Course, paths
from autograder.intake.folder import students
from autograder.intake.names import printable
from autograder.intake.opened import is_rubbish

MAX_LINES = 20
_MAX_LETTERS = 100


def lines(submitted: Path, course: Course) -> list[str]:
    """Return at most MAX_LINES lines, then how many more there are. Raises OutputError."""
    found = list(_all(submitted, course))
    more = [f"and {len(found) - MAX_LINES} more"] if len(found) > MAX_LINES else []
    return found[:MAX_LINES] + more


def _all(submitted: Path, course: Course) -> Iterator[str]:
    ids = {item.id for item in course.assignments}
    for name in students(submitted):
        folder, shown = submitted / name, _shown(name)
        try:
            inside = os.listdir(folder) if folder.is_dir() else None
        except OSError as error:
            yield f"{shown}: cannot be read ({error.strerror}); check its permissions"
            continue
        if name.startswith(".") or is_rubbish((name,)):
            if ids & set(inside or []):
                yield f"{shown}: its name begins with a dot; rename the folder"
        elif inside is None:
            yield f"{shown}: is not a student's folder; put it into <student>/<assignment>/"
        elif not ids & set(inside):
            yield f"{shown}: holds no folder of an assignment ({', '.join(sorted(ids))}); {_holds(inside)}"
        else:
            for other in sorted(set(inside) - ids):
                if not is_rubbish((other,)):
                    yield f"{shown}/{_shown(other)}: is not an assignment of the course; rename it, or put it into one's folder"


def _holds(inside: list[str]) -> str:
    names = sorted(_shown(name) for name in inside if not is_rubbish((name,)))
    return f"it has {', '.join(names[:3])}; put that into one" if names else "it is empty"


def _shown(name: str) -> str:
    text = printable(name)
    return text if len(text) <= _MAX_LETTERS else text[:_MAX_LETTERS] + "…"


def require_apart(names: Iterable[str], out: Path) -> None:
    """Raise OutputError if the disk of `out` merges names that differ only in case or accents."""
    alike: dict[str, set[str]] = defaultdict(set)
    for name in names:
        alike[unicodedata.normalize("NFC", name).casefold()].add(name)
    for several in alike.values():
        if len(several) > 1 and _takes_for_one(sorted(several), out):
            one, other = (_shown(name) for name in sorted(several)[:2])
            raise OutputError(
                f"{out}: this disk takes {one} and {other} for one name; rename one, or choose another --out"
            )


def _takes_for_one(names: list[str], out: Path) -> bool:
    """Return whether the disk merges these names, by creating their folders as results have them."""
    folders = [out / paths.RESULTS / name for name in names]
    try:
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        return len({(at.st_dev, at.st_ino) for at in (folder.stat() for folder in folders)}) < len(names)
    except OSError:
        return False  # writing the results reports this
