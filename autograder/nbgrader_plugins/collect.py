"""Which student a downloaded file is from: what `nbgrader zip_collect` asks of each file of an LMS's download.

Platforms and teachers name what lies at the top of a download, students name what lies below. So the owner is read from the
first folder or file name alone, and nothing further down says who somebody is.
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
# Both platforms put the student's name first, without the underscores that end it; what is behind the numbers is the student's.
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
    """Student and file id for each path that is taken, and what a person has to know of the others, a line each."""

    taken: dict[str, tuple[str, str]]
    notes: list[str]


class _File(NamedTuple):
    """A file of a student: its path in the download, and below what belongs to the student."""

    path: str
    inside: PurePosixPath


class Collector(FileNameCollectorPlugin):
    """Takes notebooks, scripts, data and students' own zips, each with a name of its own."""

    _plan: Plan | None = None

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """The student and the name of the file, None for one that is skipped."""
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
    """Student and file of a path that is all of a download; None where there is no telling."""
    return _as_info(plan([name]), name)


def _as_info(made: Plan, path: str) -> dict[str, str] | None:
    student, file = made.taken.get(path, ("", ""))
    return {"student_id": student, "file_id": file} if student else None


def plan(paths: Iterable[str]) -> Plan:
    """Decide for all files of a download, by their paths in it, whose they are and what they are called."""
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
        f"{shown(name)}: may be a student's folder or a whole download, and is not taken; name a download "
        "submissions, or rename what lies in a student's folder"
        for name in sorted(unclear)
    ]
    if unowned:
        notes.append(f"{some(unowned)}: no telling whose; put each into a folder named by its student")
    for student, files in sorted(owned.items()):
        notes += _name_files(student, files, taken)
    return Plan(taken, notes)


def _owner(parts: tuple[str, ...], wrapped: bool) -> tuple[str, tuple[str, ...]]:
    """Student, and the path below what names the student; no student where there is no telling."""
    first = parts[0]
    if len(parts) == 1:
        match = loose(first)
        return (match["student"], (match["file"],)) if match else ("", parts)
    match = _MOODLE_FOLDER.fullmatch(first)
    if match:
        return match["student"], parts[1:]
    # A download in a download, or what desktops lay down, is nobody.
    if is_rubbish((first,)) or (wrapped and _DOWNLOAD.fullmatch(first)):
        return "", parts
    return first, parts[1:]


def loose(name: str) -> re.Match[str] | None:
    """Student and file, where a platform has named a file by both."""
    return next(filter(None, (pattern.fullmatch(name) for pattern in _LOOSE)), None)


def _wrappers(paths: list[str]) -> tuple[set[str], set[str]]:
    """Folders at the top that are downloads, and those that may be.

    A folder by student looks like a download where the student has named files so. Canvas's name for it decides; Moodle's does
    where nothing lies in any folder at the top but what Moodle has named. Where neither does, nobody is made somebody else.
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
    """Whether all that lies in a folder is named as platforms do, for more than one student."""
    matches = [_MOODLE_FOLDER.fullmatch(child) if is_folder else loose(child) for child, is_folder in inside]
    return all(matches) and len({match["student"] for match in matches if match}) > 1


def _name_files(student: str, files: list[_File], taken: dict[str, tuple[str, str]]) -> Iterator[str]:
    """Give each file of a student an id of its own; a line for each that is not taken under its name."""
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
            yield f"{shown(student)}: {first} counts where it was worked on; kept besides it: {kept}{more}"


def _is_usable(file: _File) -> bool:
    return file.inside.suffix.lower() in SUFFIXES and not is_rubbish(file.inside.parts)


def _rank(file: _File) -> tuple[int, int, str]:
    """Least for what is nearest to the top, then for a name as it was handed out, then for the last that was handed in again."""
    again = _AGAIN.search(file.inside.name)
    return len(file.inside.parts), -int(again[1] or again[2]) if again else -(10**9), file.path


def some(paths: list[str]) -> str:
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return ", ".join(shown(path) for path in paths[:_SHOWN]) + more


def shown(text: str) -> str:
    text = one_line(printable(text))
    return text if len(text) <= _MAX_LETTERS else text[:_MAX_LETTERS] + "…"
