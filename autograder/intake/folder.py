"""Read submitted/<student>/<assignment>/ into a Submission; one that cannot be read is rejected, with the reason."""

from __future__ import annotations

import datetime
import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from autograder.base.errors import OutputError, SubmissionError
from autograder.course import Assignment, Course
from autograder.intake import bounded, choice, contents, opened
from autograder.intake.names import is_plain, printable, student_id
from autograder.intake.opened import TIMESTAMP, Found
from autograder.intake.submission import Submission

_SUFFIXES = (".py", ".ipynb")
_reader = bounded.Reader(contents.answer)


class Taken(msgspec.Struct, frozen=True):
    """The contents of a folder, read once: files, or why they cannot be read; time of handing in, and notes on it."""

    files: list[Found]
    problem: str | None
    timestamp: datetime.datetime | None
    notes: list[str]


def find(submitted: Path, course: Course, only: list[str]) -> Iterator[tuple[str, Assignment, Path]]:
    """Yield student, assignment and folder of each submission, sorted by student."""
    wanted = [course.assignment(name) for name in only] or course.assignments
    for name in students(submitted):
        for assignment in wanted:
            folder = submitted / name / assignment.id
            if not name.startswith(".") and os.path.lexists(folder):
                yield student_id(name), assignment, folder


def students(submitted: Path) -> list[str]:
    """Return the sorted names in the folder of submissions. Raises OutputError."""
    try:
        return sorted(os.listdir(submitted))
    except OSError as error:
        raise OutputError(f"{submitted}: cannot be read ({error.strerror}); check its permissions") from None


def place(submitted: Path, student: str) -> Path:
    """Return the folder of the student who has this id in results."""
    direct = submitted / student
    if student_id(student) == student and os.path.lexists(direct):
        return direct
    names = students(submitted) if submitted.is_dir() else []
    return next((submitted / name for name in names if student_id(name) == student), direct)


def read(
    student: str, assignment: Assignment, folder: Path, released: Path | None = None, dated: bool = True
) -> Submission:
    """Read one folder. A student's fault never raises; `released` is the assignment's folder with the stubs.

    If not `dated`, the time of handing in is ignored.
    """
    taken = take(folder)
    return submission(
        student, assignment, taken if dated else msgspec.structs.replace(taken, timestamp=None, notes=[]), released
    )


def take(folder: Path) -> Taken:
    """Read the files of one folder, without parsing them."""
    timestamp, notes = handed_in(folder)
    try:
        return Taken(opened.files(folder), None, timestamp, notes)
    except SubmissionError as error:
        return Taken([], printable(str(error)), timestamp, notes)


def submission(student: str, assignment: Assignment, taken: Taken, released: Path | None = None) -> Submission:
    """Make a Submission from its files, which are unpacked and parsed in a separate process, within limits."""
    starved = False
    try:
        found = _contents(assignment, taken, released)
    except bounded.Ended as reason:
        found, starved = too_much(assignment, taken, reason), reason.starved
    return Submission(
        student,
        assignment.id,
        found.source,
        found.filename,
        found.files,
        taken.notes + found.notes,
        found.problem,
        found.sha256,
        taken.timestamp,
        found.hints,
        starved,
    )


def job(assignment: Assignment, taken: Taken, released: Path | None) -> contents.Job:
    """Return the job for the process that reads the files."""
    given = {}
    for name in (f"{assignment.module}{suffix}" for suffix in _SUFFIXES):
        if released is not None and (released / name).is_file():
            given[name] = choice.mark((released / name).read_bytes())
    return contents.Job(assignment, taken.files, given)


def too_much(assignment: Assignment, taken: Taken, reason: bounded.Ended) -> contents.Contents:
    """Return the contents of a submission whose reading was stopped: only the problem and the hash."""
    remedy = "it is read again the next time" if reason.starved else "hand in your own code only, as a plain script"
    problem = f"{assignment.module}.py: {reason}; {remedy}"
    return contents.Contents(problem=problem, sha256=contents.digest({item.path: item.data for item in taken.files}))


def warm_for(files: list[Found], reader: bounded.Reader, *modules: str) -> None:
    """Import what reads notebooks before the process is forked; otherwise each process would take a second to do so."""
    needed = any(_may_hold_notebook(item) for item in files)
    missing = [name for name in ("nbformat", *modules) if needed and name not in sys.modules]
    for name in missing:
        importlib.import_module(name)
    if missing:
        reader.close()


def _may_hold_notebook(item: Found) -> bool:
    name = item.path.lower()
    return name.endswith(".ipynb") or (name.endswith(".zip") and b".ipynb" in item.data)


def done_reading() -> None:
    """End the process that reads; the next submission starts a new one."""
    _reader.close()


def _contents(assignment: Assignment, taken: Taken, released: Path | None) -> contents.Contents:
    """Read the files in the other process. Raises bounded.Ended."""
    if taken.problem is not None:
        return contents.Contents(problem=taken.problem[: contents.MAX_LETTERS], sha256=contents.digest({}))
    warm_for(taken.files, _reader)
    reply = _reader.ask(msgspec.msgpack.encode(job(assignment, taken, released)))
    try:
        return checked(msgspec.msgpack.decode(reply, type=contents.Contents))
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise bounded.Ended("breaks what reads it") from None


def checked(found: contents.Contents) -> contents.Contents:
    """Check that no file name from the other process leads out of its folder. Raises msgspec.ValidationError."""
    names = [*found.files, *([found.filename] if found.filename else [])]
    if not all(map(is_plain, names)):
        raise msgspec.ValidationError("a name of a file leads elsewhere")
    return found


def times(submitted: Path, course: Course, student: str) -> dict[str, datetime.datetime | None]:
    """Return when this student handed in each assignment of the course, by assignment."""
    own = place(submitted, student)
    return {item.id: handed_in(own / item.id)[0] for item in course.assignments}


def handed_in(folder: Path) -> tuple[datetime.datetime | None, list[str]]:
    """Return the time of handing in, as nbgrader writes it (UTC if no zone is named), and notes on problems."""
    try:
        data = opened.timestamp(folder)
    except opened.NoFolder:
        return None, []  # reading the files reports this
    except SubmissionError as error:
        said = str(error).partition("; hand in")[0]
        return None, [f"{said}; it counts as handed in on time"]
    if data is None:
        return None, []
    text = data.decode(errors="replace").strip().removesuffix(" UTC").strip()
    try:
        moment = datetime.datetime.fromisoformat(text)
        if not 1970 < moment.year < 3000:
            raise ValueError(text)
    except ValueError:
        return None, [f"{TIMESTAMP}: {text[:40]!r} is not a time; it counts as handed in on time"]
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC), []
