"""Which student a downloaded file belongs to: `nbgrader zip_collect` asks this for each file of an LMS's download.

Platforms and teachers name the top of a download, students name what is below. So the owner is read from the
first folder or file name alone; nothing further down counts.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from nbgrader.plugins import FileNameCollectorPlugin

from autograder.base.text import one_line
from autograder.intake.names import printable
from autograder.intake.opened import MAX_FILES, is_rubbish

SUFFIXES = (".ipynb", ".py", ".zip", ".csv")
# Both platforms put the student's name first, without trailing underscores; what follows the numbers is the student's.
_LOOSE = (
    re.compile(r"[^_]*_(?P<student>[0-9]+)_assignsubmission_[a-z]+_(?P<file>.+)", re.DOTALL),
    re.compile(r"[^_]+_(?:LATE_)?(?P<student>[0-9]+)_[0-9]+_(?P<file>.+)", re.DOTALL),
)
_MOODLE_FOLDER = re.compile(r"[^_]*_(?P<student>[0-9]+)_assignsubmission_[a-z]+_?")
# Folders that a whole download was unpacked into: Canvas's name for it and usual ones; Moodle's is course-assignment-number.
_DOWNLOAD = re.compile(r"(?:submissions?|downloads?)(?:-[0-9]+| ?\([0-9]+\))?", re.IGNORECASE)
_MOODLE_DOWNLOAD = re.compile(r".+-.+-[0-9]+(?: ?\([0-9]+\))?", re.DOTALL)
# What a browser or Canvas adds to the name of a file that is handed in again.
_AGAIN = re.compile(r"(?:-([0-9]{1,9})| \(([0-9]{1,9})\))(?=\.\w+\Z)")
_SHOWN, _MAX_LETTERS = 5, 120


class Plan(NamedTuple):
    """Student and file id for each path that is taken, and one line on each path that is not."""

    taken: dict[str, tuple[str, str]]
    notes: list[str]


class _File(NamedTuple):
    """A student's file: its path in the download, and its path below the student's folder."""

    path: str
    inside: PurePosixPath


class Collector(FileNameCollectorPlugin):
    """Collects notebooks, scripts, data and students' own zips, each under a unique name."""

    _plan: Plan | None = None

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """Return the student and the name of the file; None for a file that is skipped."""
        root = Path(self.parent._format_collect_path(self.parent.extracted_directory))
        if self._plan is None:
            self._plan = plan(_below(root))
            for note in self._plan.notes:
                self.log.warning(note)
        return _as_info(self._plan, Path(submitted_file).relative_to(root).as_posix())


def _below(root: Path) -> Iterator[str]:
    for folder, _, names in os.walk(root):
        for name in names:
            yield (Path(folder) / name).relative_to(root).as_posix()


def parsed(name: str) -> dict[str, str] | None:
    """Return student and file of a path that is a whole download; None if they cannot be told."""
    return _as_info(plan([name]), name)


def _as_info(made: Plan, path: str) -> dict[str, str] | None:
    student, file = made.taken.get(path, ("", ""))
    return {"student_id": student, "file_id": file} if student else None


def plan(paths: Iterable[str]) -> Plan:
    """Decide from the paths in a download whose each file is and what it is called."""
    paths = sorted(paths)
    wrappers, unclear = _wrappers(paths)
    owned: dict[str, list[_File]] = defaultdict(list)
    unowned = []
    for path in paths:
        parts = PurePosixPath(path).parts
        behind = parts[1:] if len(parts) > 1 and parts[0] in wrappers else parts
        student, inside = ("", behind) if parts[0] in unclear else _owner(behind, wrapped=behind is not parts)
        if student:
            owned[student].append(_File(path, PurePosixPath(*inside)))
        elif parts[0] not in unclear and not is_rubbish(parts):
            unowned.append(path)
    taken: dict[str, tuple[str, str]] = {}
    notes = [
        f"{shown(name)}: may be a student's folder or a whole download, so it is not taken; name a download "
        "submissions, or rename what lies in a student's folder"
        for name in sorted(unclear)
    ]
    if unowned:
        notes.append(f"{some(unowned)}: the student is not known; put each file into a folder with its student's name")
    for student, files in sorted(owned.items()):
        notes += _name_files(student, files, taken)
    return Plan(taken, notes)


def _owner(parts: tuple[str, ...], wrapped: bool) -> tuple[str, tuple[str, ...]]:
    """Return the student, and the path below the student's folder; no student if there is no telling."""
    first = parts[0]
    if len(parts) == 1:
        match = loose(first)
        return (match["student"], (match["file"],)) if match else ("", parts)
    match = _MOODLE_FOLDER.fullmatch(first)
    if match:
        return match["student"], parts[1:]
    # A download inside a download, or a desktop's own file, belongs to nobody.
    if is_rubbish((first,)) or (wrapped and _DOWNLOAD.fullmatch(first)):
        return "", parts
    return first, parts[1:]


def loose(name: str) -> re.Match[str] | None:
    """Return student and file if a platform has put both into a file's name."""
    return next(filter(None, (pattern.fullmatch(name) for pattern in _LOOSE)), None)


def _wrappers(paths: list[str]) -> tuple[set[str], set[str]]:
    """Return the top folders that are downloads, and those that may be.

    A student's folder looks like a download if the student has named files that way. Canvas's name for it decides; Moodle's
    does if the top folders hold only what Moodle has named. If neither decides, no work goes to another student.
    """
    children: dict[str, set[tuple[str, bool]]] = defaultdict(set)
    at_top = False
    for path in paths:
        parts = PurePosixPath(path).parts
        if len(parts) > 1 and not is_rubbish(parts):
            children[parts[0]].add((parts[1], len(parts) > 2))
        at_top = at_top or (len(parts) == 1 and not is_rubbish(parts))
    found = {name for name in children if _DOWNLOAD.fullmatch(name)}
    others = {name for name in children if name not in found and not _MOODLE_FOLDER.fullmatch(name)}
    by_moodle = {name for name in others if _is_moodles(children[name])}
    if len(by_moodle) == len(children) and all(map(_MOODLE_DOWNLOAD.fullmatch, by_moodle)):
        return by_moodle, set()
    doubtful = others if len(children) == 1 and not at_top else by_moodle
    return found, {name for name in doubtful if _several(children[name])}


def _is_moodles(inside: set[tuple[str, bool]]) -> bool:
    return all((_MOODLE_FOLDER if is_folder else _LOOSE[0]).fullmatch(child) for child, is_folder in inside)


def _several(inside: set[tuple[str, bool]]) -> bool:
    """Say whether all names in a folder are a platform's, for more than one student."""
    matches = [_MOODLE_FOLDER.fullmatch(child) if is_folder else loose(child) for child, is_folder in inside]
    return all(matches) and len({match["student"] for match in matches if match}) > 1


def _name_files(student: str, files: list[_File], taken: dict[str, tuple[str, str]]) -> Iterator[str]:
    """Give each file of a student a unique id; yield a line for each that does not keep its name."""
    usable = [file for file in files if _is_usable(file)]
    aside = [file.path for file in files if not _is_usable(file) and not is_rubbish(file.inside.parts)]
    if aside:
        yield f"{shown(student)}: not taken, as it is not a notebook, script, table or zip: {some(aside)}"
    # One more than intake allows: it rejects them with the reason, as it would with all of them.
    usable.sort(key=_rank)
    if len(usable) > MAX_FILES + 1:
        yield f"{shown(student)}: has {len(usable)} files, of which {MAX_FILES + 1} are taken; more than {MAX_FILES} are rejected"
    alike: dict[str, list[_File]] = defaultdict(list)
    for file in usable[: MAX_FILES + 1]:
        name = _AGAIN.sub("", file.inside.name)
        # Some disks take two names for one that differ in case or accents alone.
        same = alike[unicodedata.normalize("NFC", name).casefold()]
        same.append(file)
        # A number has no suffix, so no file has the name of this folder.
        taken[file.path] = student, name if len(same) == 1 else f"{len(same)}/{name}"
    for same in alike.values():
        if len(same) > 1:
            first, *rest = (shown(file.path) for file in same)
            kept = ", ".join(
                f"{path} as {shown(taken[file.path][1])}" for path, file in zip(rest[:_SHOWN], same[1:], strict=False)
            )
            more = f" and {len(rest) - _SHOWN} more" if len(rest) > _SHOWN else ""
            yield f"{shown(student)}: {first} counts if it was worked on; also kept: {kept}{more}"


def _is_usable(file: _File) -> bool:
    return file.inside.suffix.lower() in SUFFIXES and not is_rubbish(file.inside.parts)


def _rank(file: _File) -> tuple[int, int, str]:
    """Rank files: nearest to the top first, then a name as released, then the latest resubmission."""
    again = _AGAIN.search(file.inside.name)
    return len(file.inside.parts), -int(again[1] or again[2]) if again else -(10**9), file.path


def some(paths: list[str]) -> str:
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return ", ".join(shown(path) for path in paths[:_SHOWN]) + more


def shown(text: str) -> str:
    text = one_line(printable(text))
    return text if len(text) <= _MAX_LETTERS else text[:_MAX_LETTERS] + "…"
