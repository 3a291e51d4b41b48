"""Answers of the right kind that do nothing earn nothing in 05, in any part."""

from __future__ import annotations

import runpy

from test_idle import ASSIGNMENTS, ROOT, earned, idle_everywhere

from autograder.course import Course
from autograder.intake.submission import Submission

NAME = "05-multi-task"
BODIES: dict[str, str] = runpy.run_path(str(ROOT / "tests/degenerate" / f"{NAME}.py"))["BODIES"]


def test_degenerate_answers_earn_nothing(course: Course, wall: str) -> None:
    given = [Submission(name, NAME, idle_everywhere(ASSIGNMENTS[NAME], body)) for name, body in BODIES.items()]
    assert len(given) == 15
    assert [(one.student, outcome.part, outcome.id) for one, outcome in earned(course, wall, given)] == []
