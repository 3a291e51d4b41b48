"""submitted/<student>/<assignment>/ to a Submission; what cannot be read becomes a rejected one, with the reason."""

from __future__ import annotations

import datetime
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from ..course import Assignment, Course
from ..errors import SubmissionError
from . import archive, manifest, source
from .submission import Submission

MAX_FILE_BYTES = 20 << 20
MAX_FILES, MAX_FOLDERS, MAX_TOTAL_BYTES = 200, 200, 40 << 20
_BESIDE = (".py", ".csv", ".json", ".txt", ".npy", ".npz")
_TIMESTAMP = "timestamp.txt"


def find(submitted: Path, course: Course, only: list[str]) -> Iterator[tuple[str, Assignment, Path]]:
    """Student, assignment and folder of each submission, in the order of names."""
    wanted = [course.assignment(name) for name in only] or course.assignments
    for student in sorted(path for path in submitted.iterdir() if path.is_dir() and not path.name.startswith(".")):
        for assignment in wanted:
            folder = student / assignment.id
            if folder.is_dir() or folder.is_symlink():
                yield printable(student.name), assignment, folder


def read(student: str, assignment: Assignment, folder: Path, released: Path | None = None) -> Submission:
    """Read one folder. Never raises for what a student did; `released` is the assignment's folder with the stubs."""
    files: dict[str, bytes] = {}
    timestamp: datetime.datetime | None = None
    notes: list[str] = []
    try:
        timestamp, notes = handed_in(folder)
        files = _files(folder)
        files.pop(_TIMESTAMP, None)  # one in the student's own zip says nothing
        name, text, more = _module(assignment, files, released)
    except Exception as error:  # a parser that stumbles costs this submission, not the class
        said = isinstance(error, SubmissionError)
        problem = str(error) if said else f"{assignment.module}: cannot be read ({type(error).__name__})"
        return Submission(
            student, assignment.id, problem=printable(problem), sha256=digest(files), timestamp=timestamp, notes=notes
        )
    beside = {
        other: data
        for other, data in files.items()
        if other != name and other.endswith(_BESIDE) and len(data) < 1 << 20
    }
    beside.pop(f"{assignment.module}.py", None)
    asked = manifest.hints(assignment, files)
    return Submission(student, assignment.id, text, name, beside, notes + more, None, digest(files), timestamp, asked)


def content(folder: Path, name: str) -> bytes:
    """A file of the submission, from its archive if it came in one. Raises SubmissionError."""
    return _files(folder)[name]


def times(submitted: Path, course: Course, student: str) -> dict[str, datetime.datetime | None]:
    """When this student handed in each assignment of the course."""
    return {item.id: handed_in(submitted / student / item.id)[0] for item in course.assignments}


def printable(text: str) -> str:
    """A name of a file as text that can be written: bytes of it that are no UTF-8 become escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def digest(files: dict[str, bytes]) -> str:
    """One hash over names and contents."""
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(
            hashlib.sha256(name.encode(errors="surrogateescape")).digest() + hashlib.sha256(files[name]).digest()
        )
    return whole.hexdigest()


def _files(folder: Path) -> dict[str, bytes]:
    """Plain files of the folder and, if there is one zip, its contents."""
    if folder.is_symlink():
        raise SubmissionError(f"{folder.name}: is a symbolic link; hand in the files themselves")
    files: dict[str, bytes] = {}
    for path in sorted(_found(folder)):
        if path.is_symlink() or not path.is_file():
            raise SubmissionError(f"{path.name}: is a symbolic link or no plain file; hand in the file itself")
        try:
            if path.stat().st_size > MAX_FILE_BYTES:
                raise SubmissionError(
                    f"{path.name}: is larger than {MAX_FILE_BYTES >> 20} MiB; clear the notebook's outputs"
                )
            files[printable(path.name)] = path.read_bytes()
        except OSError as error:
            raise SubmissionError(f"{path.name}: cannot be read ({error.strerror})") from None
        _bound(folder, files)
    for name in [name for name in files if name.endswith(".zip")]:
        files.update(archive.read(name, files.pop(name)))
        _bound(folder, files)
    return files


def _bound(folder: Path, files: dict[str, bytes]) -> None:
    if sum(map(len, files.values())) > MAX_TOTAL_BYTES:
        raise SubmissionError(
            f"{folder.name}: has more than {MAX_TOTAL_BYTES >> 20} MiB in all; hand in your own files only"
        )


def _found(folder: Path) -> list[Path]:
    """What lies in the folder and below, but caches, checkpoints and what desktops leave behind."""
    found: list[Path] = []
    waiting, folders = [folder], 0
    while waiting:
        folders += 1
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.name.startswith(".") or entry.name == "__pycache__":
                        continue
                    below = waiting if entry.is_dir(follow_symlinks=False) else found
                    below.append(Path(entry.path))
                    if len(found) > MAX_FILES or folders + len(waiting) > MAX_FOLDERS:
                        raise SubmissionError(
                            f"{folder.name}: has more than {MAX_FILES} files or folders; hand in your own files only"
                        )
        except OSError as error:
            raise SubmissionError(f"{folder.name}: cannot be read ({error.strerror})") from None
    return found


def handed_in(folder: Path) -> tuple[datetime.datetime | None, list[str]]:
    """When it was handed in, as nbgrader writes it (UTC where it names no zone), and what is wrong with that."""
    path = folder / _TIMESTAMP
    if folder.is_symlink() or path.is_symlink() or not path.is_file():
        return None, []
    try:
        with path.open("rb") as file:
            data = file.read(100)
    except OSError as error:
        return None, [f"{_TIMESTAMP}: cannot be read ({error.strerror}); it counts as handed in on time"]
    text = data.decode(errors="replace").strip().removesuffix(" UTC").strip()
    try:
        moment = datetime.datetime.fromisoformat(text)
        if not 1970 < moment.year < 3000:
            raise ValueError(text)
    except ValueError:
        return None, [f"{_TIMESTAMP}: {text[:40]!r} is no time; it counts as handed in on time"]
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC), []


def _module(assignment: Assignment, files: dict[str, bytes], released: Path | None) -> tuple[str, str, list[str]]:
    """Name, text and notes of the file that is graded: the assignment's own, as script or notebook."""
    names = [f"{assignment.module}{suffix}" for suffix in (".py", ".ipynb")]
    there = [name for name in names if name in files] or _only_candidate(files)
    if not there:
        handed_in = f"; there are {', '.join(sorted(files)[:5])}" if files else " and the folder is empty"
        raise SubmissionError(f"{names[0]}: is missing{handed_in}; hand in {names[0]} or {names[1]}")
    worked_on = [name for name in there if not _is_stub(name, files[name], released)] or there
    chosen = worked_on[0]
    notes = [] if chosen in names else [f"{chosen} was taken for {names[0]}"]
    if len(worked_on) > 1:
        notes.append(f"{' and '.join(worked_on)} were both changed; {chosen} was graded")
    convert = source.from_notebook if chosen.endswith(".ipynb") else source.from_script
    text, more = convert(chosen, files[chosen])
    return chosen, text, notes + more


def _only_candidate(files: dict[str, bytes]) -> list[str]:
    """A file under another name (`mse (1).ipynb`, `homework.py`), if there is just one that it can be."""
    candidates = [
        name for name in files if name.endswith((".py", ".ipynb")) and not name.startswith(("test_", "conftest"))
    ]
    return candidates if len(candidates) == 1 else []


def _is_stub(name: str, data: bytes, released: Path | None) -> bool:
    stub = released / name if released else None
    return stub is not None and stub.is_file() and stub.read_bytes() == data
