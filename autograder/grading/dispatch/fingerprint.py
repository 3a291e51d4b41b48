"""The one fingerprint of all that an outcome depends on besides the submission, and of nothing else.

The cache of graded submissions, the origin written into results, the proof of `losslab verify`, the check whether anything
has changed and the cluster all ask here. Nothing is listed by hand: files of this package are those that grading and intake
import, libraries those that they, the hidden checks and the reference import, and fields of course.yml those that grading
is given (course/decisive.py). So pages, exports, titles, due dates and the late policy are no part of it.
"""

from __future__ import annotations

import functools
import hashlib
import platform
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

import msgspec

from autograder.course import Assignment, Course, paths
from autograder.course.decisive import decisive
from autograder.course.seed import digest_of_secret
from autograder.grading.batch import packages
from autograder.grading.dispatch.imports import distribution, needed

PACKAGE = Path(__file__).parents[2]
# What runs in a grading process, what makes a submission's source, and what hidden checks are written with.
_STARTS = ("autograder.grading.dispatch.executor", "autograder.intake.folder", "autograder.grading")
# Only `losslab verify` reads these files of a grader's folder, and no worker or check gets a text from the reference's.
_ONLY_PROVEN, _ONLY_READ = frozenset({"variants.py", "equivalent.yml"}), ".md"


class Fingerprint(msgspec.Struct, frozen=True):
    """`graders` is over hidden checks, reference and program, `course` over the fields of course.yml that decide.

    `environment` is Python and libraries in words; `seed` stands for the secret; `wall` is the name of one.
    """

    graders: str
    course: str
    environment: str
    seed: str
    wall: str


def of(course: Course, root: Path, assignment: Assignment, wall: str) -> Fingerprint:
    """The fingerprint as everything is now. Where the course has no secret, one is made. Raises CourseError."""
    files, environment = _program(root, assignment)
    seed = digest_of_secret(root)
    return Fingerprint(_hash_of(files), _hash_of_fields(course, assignment), environment, seed, wall)


def proof(course: Course, root: Path, assignment: Assignment) -> str:
    """What `losslab verify` proves: hidden checks, reference, program and course, and the variants that it tries.

    It is the same on every machine. Libraries, wall and secret are no part of it: the proof lies in the course's
    repository, constraints.txt pins the libraries, and the graders are tried under many seeds.
    """
    files, _ = _program(root, assignment)
    tried = {name: _graders(root, assignment) / name for name in _ONLY_PROVEN}
    files |= {f"graders/{name}": path for name, path in tried.items() if path.is_file()}
    whole = [_hash_of(files), _hash_of_fields(course, assignment)]
    return hashlib.sha256(msgspec.json.encode(whole)).hexdigest()


def _program(root: Path, assignment: Assignment) -> tuple[dict[str, Path], str]:
    """All files that decide, by names that are the same wherever the course lies; and Python and libraries in words."""
    files = {f"graders/{name}": path for name, path in _below(_graders(root, assignment)) if name not in _ONLY_PROVEN}
    reference = paths.solution(root, assignment.id)
    files |= {f"solutions/{name}": path for name, path in _below(reference) if path.suffix != _ONLY_READ}
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in files.values() if path.suffix == ".py"]
    program = needed(PACKAGE, _STARTS, texts)
    # Tables and the like lie with the module that reads them.
    folders = {path.parent for path in program.files.values()} - {PACKAGE}
    beside = [path for folder in folders for path in folder.iterdir() if path.suffix != ".py" and _counts(path)]
    for path in [*program.files.values(), *beside]:
        files[f"autograder/{path.relative_to(PACKAGE).as_posix()}"] = path
    named = {*packages(assignment), *filter(None, map(distribution, program.libraries))}
    return files, _environment(frozenset(named))


def _graders(root: Path, assignment: Assignment) -> Path:
    return paths.graders(root, assignment.id)


def _below(folder: Path) -> Iterable[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if _counts(path):
            yield path.relative_to(folder).as_posix(), path


def _counts(path: Path) -> bool:
    """Whether this is a file that somebody wrote: what Python, pytest and editors leave behind is none."""
    hidden = any(part.startswith(".") for part in path.parts[len(path.parents[1].parts) :])
    return path.is_file() and "__pycache__" not in path.parts and not hidden


def _hash_of(files: dict[str, Path]) -> str:
    contents = [(name, hashlib.sha256(path.read_bytes()).hexdigest()) for name, path in sorted(files.items())]
    return hashlib.sha256(msgspec.json.encode(contents)).hexdigest()


def _hash_of_fields(course: Course, assignment: Assignment) -> str:
    return hashlib.sha256(msgspec.json.encode(decisive(course, assignment))).hexdigest()


@functools.cache
def _environment(names: frozenset[str]) -> str:
    libraries = [f"{name} {_version(name)}" for name in sorted(names, key=str.lower)]
    return ", ".join([f"Python {platform.python_version()}", *libraries])


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:  # the jail says so, and what to do about it
        return "is missing"
