"""Read the contents of submitted files: the only code that parses hostile bytes, as a function from bytes to bytes.

It runs in a separate process (see bounded.py). Everything that comes back is plain data of bounded size.
"""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath
from typing import Annotated

import msgspec

from autograder.base.errors import SubmissionError
from autograder.course import Assignment
from autograder.intake import archive, choice, manifest, source
from autograder.intake.names import is_plain, printable
from autograder.intake.opened import MAX_TOTAL_BYTES, TIMESTAMP, Found

MAX_NOTES, MAX_LETTERS = 50, 600
# Bounds on files next to the module: each one, and all together. They are sent to each worker of the submission.
_MAX_BESIDE_BYTES, _MAX_BESIDE_TOTAL = 1 << 20, 4 << 20
_BESIDE = (".py", ".csv", ".json", ".txt", ".npy", ".npz")
_Line = Annotated[str, msgspec.Meta(max_length=MAX_LETTERS + 1)]
_Name = Annotated[str, msgspec.Meta(max_length=255)]


class Job(msgspec.Struct, frozen=True):
    """The files of one submission, and hashes of the released files: a file that equals one has no work in it."""

    assignment: Assignment
    files: list[Found]
    released: dict[str, str] = {}


class Contents(msgspec.Struct, frozen=True):
    """The module to grade, with the fields of a Submission; `path` is its path among the submitted files."""

    source: Annotated[str, msgspec.Meta(max_length=4 * source.MAX_SOURCE_BYTES)] = ""
    filename: _Name = ""
    path: _Line = ""
    files: Annotated[dict[_Name, bytes], msgspec.Meta(max_length=3 * archive.MAX_FILES)] = {}
    notes: Annotated[list[_Line], msgspec.Meta(max_length=MAX_NOTES + 1)] = []
    problem: _Line | None = None
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")] = "0" * 64
    hints: Annotated[dict[_Name, int], msgspec.Meta(max_length=100)] = {}


def answer(request: bytes) -> bytes:
    """Read a Job and return its Contents, both as msgpack."""
    contents, _ = read(msgspec.msgpack.decode(request, type=Job))
    return msgspec.msgpack.encode(contents)


def read(job: Job) -> tuple[Contents, bytes]:
    """Return what is graded, and its file as submitted. Raises nothing for a student's fault, except MemoryError."""
    files = {item.path: item.data for item in job.files}
    broken: list[str] = []
    try:
        files = _unpacked(job, broken)
        chosen = _chosen(job, files, broken)
        convert = source.from_notebook if chosen.path.lower().endswith(".ipynb") else source.from_script
        text, notes = convert(chosen.path, files[chosen.path])
    except MemoryError:
        raise
    except Exception as error:  # a parser that stumbles costs this submission, not the class
        said = isinstance(error, SubmissionError)
        problem = str(error) if said else f"{job.assignment.module}: cannot be read ({type(error).__name__})"
        return Contents(problem=_line(problem), sha256=digest(files)), b""
    beside, lost = _beside(job.assignment, files, chosen.path)
    aside = [f"{line.rpartition('; ')[0]}; it was left aside" for line in broken]
    contents = Contents(
        source=text,
        filename=_line(PurePosixPath(chosen.path).name)[:255],
        path=_line(chosen.path),
        files=beside,
        notes=_bounded([*chosen.notes, *lost, *aside, *notes]),
        sha256=digest(files),
        hints=manifest.hints(job.assignment, {PurePosixPath(path).name: data for path, data in files.items()}),
    )
    return contents, files[chosen.path]


def digest(files: dict[str, bytes]) -> str:
    """Return one hash over names and contents."""
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(
            hashlib.sha256(name.encode(errors="surrogateescape")).digest() + hashlib.sha256(files[name]).digest()
        )
    return whole.hexdigest()


def _chosen(job: Job, files: dict[str, bytes], broken: list[str]) -> choice.Chosen:
    """Return the file to grade. Raises SubmissionError, also if the work may be in a damaged archive."""
    try:
        chosen = choice.choose(job.assignment, files, job.released)
    except SubmissionError:
        if broken:
            raise SubmissionError(broken[0]) from None
        raise
    if broken and not choice.is_certain(job.assignment, chosen.path, files[chosen.path], job.released):
        raise SubmissionError(broken[0])
    return chosen


def _unpacked(job: Job, broken: list[str]) -> dict[str, bytes]:
    """Return files by path, including those in zips. A damaged zip stays a file, and `broken` gets the reason."""
    files: dict[str, bytes] = {}
    for found in sorted(job.files, key=lambda one: one.path.lower().endswith(".zip")):
        if found.path.lower().endswith(".zip"):
            archived = PurePosixPath(found.path)
            try:
                inside = archive.read(found.path, found.data, broken)
            except archive.Broken as error:
                broken.append(str(error))
                inside = {archived.name: found.data}
            for path, data in inside.items():
                files[_place(files, archived, path, data)] = data
        else:
            files[found.path] = found.data
        if sum(map(len, files.values())) > MAX_TOTAL_BYTES:
            raise SubmissionError(
                f"{job.assignment.id}: has more than {MAX_TOTAL_BYTES >> 20} MiB in all; hand in your own files only"
            )
    # A timestamp in the student's own zip proves nothing.
    return {path: data for path, data in files.items() if PurePosixPath(path).name != TIMESTAMP}


def _place(files: dict[str, bytes], archived: PurePosixPath, path: str, data: bytes) -> str:
    """Where a file of a zip lies: next to the zip, or, if another file has that name there, in a folder of the zip's name."""
    place = printable(str(archived.parent / path))
    if files.get(place, data) == data:
        return place
    return archive.free(files, printable(str(archived.with_suffix("") / path)))


def _beside(assignment: Assignment, files: dict[str, bytes], chosen: str) -> tuple[dict[str, bytes], list[str]]:
    """Return the files placed next to the module when it runs, by name, and a note for each file that is left out."""
    beside: dict[str, bytes] = {}
    origin: dict[str, str] = {}
    notes = []
    own = PurePosixPath(chosen).name
    left = _MAX_BESIDE_TOTAL
    for path in sorted(files, key=lambda path: choice.nearness(path, chosen)):
        name, data = PurePosixPath(path).name, files[path]
        if (
            path == chosen
            or name in (own, f"{assignment.module}.py")
            or not (name.endswith(_BESIDE) and is_plain(name))
        ):
            continue
        if name in beside:
            if name.endswith(".py") and data != beside[name]:
                notes.append(f"{origin[name]} was taken, and {path} was not: they have the same name")
        elif len(data) >= _MAX_BESIDE_BYTES:
            notes.append(f"{path} was left out: it has {_MAX_BESIDE_BYTES >> 20} MiB or more")
        elif len(data) > left:
            notes.append(f"{path} was left out: files besides {own} may have {_MAX_BESIDE_TOTAL >> 20} MiB in all")
        else:
            beside[name], origin[name] = data, path
            left -= len(data)
    return beside, notes


def _bounded(notes: list[str]) -> list[str]:
    kept = [_line(note) for note in notes[:MAX_NOTES]]
    return kept if len(notes) <= MAX_NOTES else [*kept, f"and {len(notes) - MAX_NOTES} more of this kind"]


def _line(text: str) -> str:
    """Cut a student's text to a length that people read."""
    text = printable(text)
    return text if len(text) <= MAX_LETTERS else text[:MAX_LETTERS] + "…"
