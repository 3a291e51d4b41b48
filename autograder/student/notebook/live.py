"""Run the public checks on what a notebook's kernel holds now, saved or not."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from autograder import course as courses
from autograder.base.errors import CourseError, SubmissionError
from autograder.course import Assignment, Part
from autograder.student.checks import public as public
from autograder.student.checks import texts
from autograder.student.checks.public import Verdict


def assignment_of(folder: Path) -> Assignment:
    """Return the assignment whose public checks are in this folder.

    Raises:
        SubmissionError: there are none.
        CourseError: there is no course file, or it is broken.
    """
    for assignment in courses.load(courses.find(folder)).assignments:
        if (folder / f"test_{assignment.module}.py").is_file():
            return assignment
    raise SubmissionError(texts.NO_TESTS_HERE.format(folder=folder))


def part_named(assignment: Assignment, name: str) -> Part:
    """Return the part with this id, or the one that asks for a function of this name. Raises CourseError."""
    part = assignment.part(name) or assignment.part_of(name)
    if part is None:
        known = ", ".join(item.id for item in assignment.parts)
        raise CourseError(texts.NO_SUCH_PART.format(name=name, assignment=assignment.id, known=known))
    return part


def check(assignment: Assignment, folder: Path, namespace: Mapping[str, Any]) -> list[Verdict]:
    """Run `losslab check` on the functions of this namespace.

    Raises:
        SubmissionError: no public check could be run.
    """
    student = types.ModuleType(assignment.module)
    # Functions named test_* are the notebook's own check cells; the folder's test file has all checks.
    own = {name: item for name, item in namespace.items() if not name.startswith(("_", "test_"))}
    vars(student).update(own)
    with _modules_as_before(assignment.module, f"test_{assignment.module}"):
        return [item for item in public.run_on(assignment, folder, student) if item.part or item.status == "note"]


@contextmanager
def _modules_as_before(*names: str) -> Iterator[None]:
    before = {name: sys.modules.get(name) for name in names}
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module
