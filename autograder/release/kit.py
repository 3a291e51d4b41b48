"""The kit: all that a student needs in one zip. It holds nothing hidden, and equal sources give equal bytes."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from autograder import course as courses
from autograder.base import files
from autograder.base.errors import OutputError, ReleaseError
from autograder.course import Course, paths
from autograder.pages import leaks
from autograder.release import build, classroom, kit_texts, wheel

CONSTRAINTS = "constraints.txt"
_TEXTS = (".py", ".ipynb", ".md", ".yml", ".csv", ".txt", ".html", ".toml")


def make(course: Course, root: Path) -> bytes:
    """Make the zip, with everything in one folder that has the course's name.

    Raises:
        ReleaseError: assignments/ is out of date, a version is not pinned, or the wheel cannot be built.
        OutputError: it would hold something hidden.
    """
    for line in build.drift(course, root):
        raise ReleaseError(f"{line}, then make the kit again")
    contents = _released(course, root)
    contents[courses.FILENAME] = _course_file(root)
    contents["README.md"] = kit_texts.readme(course)
    name, data = wheel.build(root, contents["README.md"])
    contents[name] = data
    contents |= _pins(course, name, versions(root))
    _refuse_leaks(course, root, contents)
    return files.zipped({f"{course.id}/{name}": content for name, content in contents.items()})


def versions(root: Path) -> dict[str, str]:
    """Read the pinned version of each package. Raises ReleaseError."""
    lines = [line.partition("==") for line in _read(root / CONSTRAINTS).decode().splitlines()]
    return {name.lower().replace("_", "-"): version.strip() for name, _, version in lines if version}


def _released(course: Course, root: Path) -> dict[str, bytes]:
    """Build the assignments without GitHub Classroom's workflow, which is of use only in a repository."""
    return {
        f"{paths.RELEASED}/{assignment.id}/{name}": content
        for assignment in course.assignments
        for name, content in build.build(course, assignment, root).items()
        if name != classroom.PATH
    }


def _course_file(root: Path) -> bytes:
    data = _read(root / courses.FILENAME)
    if courses.parse(data.decode()).extensions:
        raise ReleaseError(
            f"{courses.FILENAME}: `extensions` names students; move it to {courses.EXTENSIONS}, which no student gets"
        )
    return data


def _pins(course: Course, wheel_name: str, pinned: dict[str, str]) -> dict[str, bytes]:
    made = {
        CONSTRAINTS: kit_texts.constraints(pinned),
        "requirements.txt": kit_texts.requirements(course, wheel_name, pinned),
    }
    if any(assignment.environment == "torch" for assignment in course.assignments):
        made["requirements-torch.txt"] = kit_texts.requirements_torch(course, pinned)
    return made


def _refuse_leaks(course: Course, root: Path, contents: dict[str, bytes]) -> None:
    """Check all contents, those of the wheel too, before anything is written."""
    texts = texts_of(contents)
    for assignment in course.assignments:
        signs = leaks.canaries(root, assignment)
        for name, text in texts.items():
            # A released line of one assignment may also be in another's hidden checks, because calls look the same.
            foreign = name.startswith(f"{paths.RELEASED}/") and not name.startswith(
                f"{paths.RELEASED}/{assignment.id}/"
            )
            if signs.in_text(text) if not foreign else any(token in text for token in signs.tokens):
                raise OutputError(
                    f"{name}: would show hidden material of {assignment.id}, so no kit is made; remove it"
                )


def texts_of(contents: dict[str, bytes]) -> dict[str, str]:
    """Return every text by name, also those inside archives."""
    found: dict[str, str] = {}
    for name, data in contents.items():
        if name.endswith((".whl", ".zip")):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                inside = {f"{name}/{item}": archive.read(item) for item in archive.namelist()}
            found |= texts_of(inside)
        elif name.endswith(_TEXTS) or ".dist-info/" in name:
            found[name] = data.decode(errors="replace")
    return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ReleaseError(
            f"{path}: cannot be read ({error.strerror}); make the kit in a checkout of the project"
        ) from None
