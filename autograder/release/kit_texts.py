"""What the kit says to a new student: README and requirements."""

from __future__ import annotations

from collections.abc import Iterable

from autograder.base.errors import ReleaseError
from autograder.course import Assignment, Course
from autograder.release.rendering import TEMPLATES, rendered

_ALWAYS = ("matplotlib", "numpy", "pytest")


def readme(course: Course) -> bytes:
    """README.md: from the zip to the first submission, and where to look when something does not work."""
    first = course.assignments[0]
    text = rendered(
        TEMPLATES,
        "kit-README.md",
        title=course.title,
        id=first.id,
        module=first.module,
        part=first.parts[0].id,
        rows=[(item, course.due(item)) for item in course.assignments],
        with_torch=_listed(_with_torch(course)),
    )
    return text.encode()


def requirements(course: Course, wheel: str, versions: dict[str, str]) -> bytes:
    """requirements.txt: the wheel, and what its users see of the rest. Raises ReleaseError."""
    own = [name for item in course.assignments if item.environment == "numpy" for name in item.packages]
    pins = _pins({*_ALWAYS, *own}, versions)
    return rendered(TEMPLATES, "requirements.txt", wheel=wheel, pins=pins).encode()


def requirements_torch(course: Course, versions: dict[str, str]) -> bytes:
    """requirements-torch.txt: the exercises from scratch do without. Raises ReleaseError."""
    needed = _with_torch(course)
    pins = _pins({"torch", *(name for item in needed for name in item.packages)}, versions)
    return rendered(TEMPLATES, "requirements-torch.txt", with_torch=_listed(needed), pins=pins).encode()


def constraints(versions: dict[str, str]) -> bytes:
    """constraints.txt: the version of everything that may be installed."""
    return rendered(TEMPLATES, "pins.txt", pins=versions).encode()


def _pins(names: Iterable[str], versions: dict[str, str]) -> dict[str, str]:
    """The pinned version of each package. Raises ReleaseError."""
    for name in sorted(names):
        if name not in versions:
            raise ReleaseError(f"constraints.txt: has no version of {name}; add a line {name}==...")
    return {name: versions[name] for name in names}


def _with_torch(course: Course) -> list[Assignment]:
    return [item for item in course.assignments if item.environment == "torch"]


def _listed(assignments: list[Assignment]) -> str:
    return " and ".join(item.id for item in assignments)
