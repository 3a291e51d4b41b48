"""The one fingerprint of all that an outcome depends on besides the submission, and of nothing else.

The cache of graded submissions, the origin in results, the proof of `losslab verify`, the test whether anything has
changed, and the cluster all use it. Nothing is listed by hand: it covers the files of this package that grading and
intake import, the libraries that these, the hidden checks and the reference import, and the fields of course.yml that
grading gets (course/decisive.py). So pages, exports, titles, due dates and the late policy are not part of it.
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
# What runs in a grading process, what reads submissions, and what hidden checks are written with.
_STARTS = ("autograder.grading.dispatch.executor", "autograder.intake.folder", "autograder.grading")
# Only `losslab verify` reads these files of a grader's folder. No worker or check gets the texts of the reference's
# folder.
_ONLY_PROVEN, _ONLY_READ = frozenset({"variants.py", "equivalent.yml"}), ".md"


class Fingerprint(msgspec.Struct, frozen=True):
    """All that an outcome depends on besides the submission.

    `graders` is a hash of hidden checks, reference and program, `course` one of the fields of course.yml that decide.
    `environment` lists Python and libraries with versions; `seed` is a digest of the secret; `wall` is the wall's name.
    """

    graders: str
    course: str
    environment: str
    seed: str
    wall: str


def of(course: Course, root: Path, assignment: Assignment, wall: str) -> Fingerprint:
    """Return the current fingerprint. If the course has no secret, one is created. Raises CourseError."""
    files, environment = _program(root, assignment)
    seed = digest_of_secret(root)
    return Fingerprint(_hash_of(files), _hash_of_fields(course, assignment), environment, seed, wall)


def proof(course: Course, root: Path, assignment: Assignment) -> str:
    """Return a hash of what `losslab verify` proves: hidden checks, reference, program, course and variants.

    It is the same on every machine. Libraries, wall and secret are not part of it: the proof is stored in the course's
    repository, constraints.txt pins the libraries, and the graders are tried under many seeds.
    """
    files, _ = _program(root, assignment)
    tried = {name: _graders(root, assignment) / name for name in _ONLY_PROVEN}
    files |= {f"graders/{name}": path for name, path in tried.items() if path.is_file()}
    whole = [_hash_of(files), _hash_of_fields(course, assignment)]
    return hashlib.sha256(msgspec.json.encode(whole)).hexdigest()


def _program(root: Path, assignment: Assignment) -> tuple[dict[str, Path], str]:
    """Return all files that decide, by names independent of the course's folder, and the environment in words."""
    files = {f"graders/{name}": path for name, path in _below(_graders(root, assignment)) if name not in _ONLY_PROVEN}
    reference = paths.solution(root, assignment.id)
    files |= {f"solutions/{name}": path for name, path in _below(reference) if path.suffix != _ONLY_READ}
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in files.values() if path.suffix == ".py"]
    program = needed(PACKAGE, _STARTS, texts)
    # Tables and the like lie next to the module that reads them.
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
    """Return whether somebody wrote this file, rather than Python, pytest or an editor leaving it behind."""
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
    except metadata.PackageNotFoundError:  # the jail reports this, with a remedy
        return "is missing"
