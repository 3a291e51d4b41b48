"""Degenerate answers to 01-mse earn nothing, in no part."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import Course
from autograder.grading.batch import Batch, grade
from autograder.grading.diagnosis import catalogue
from autograder.intake.submission import Submission

ROOT = Path(__file__).parent.parent
NAME = "01-mse"
ANSWERS = {item.id: item.text for item in catalogue.variants(ROOT / "tests" / "degenerate" / f"{NAME}.py")}
AT_A_TIME = 8


def everywhere(course: Course, text: str) -> str:
    """Return a submission in which one answer stands for every function."""
    functions = [name for part in course.assignment(NAME).parts for name in part.functions]
    return f"import numpy as np\n\n\n{text}\n\n{' = '.join(functions)} = answer\n"


@pytest.mark.parametrize("start", range(0, len(ANSWERS), AT_A_TIME))
def test_a_degenerate_answer_earns_nothing(start: int, course: Course, wall: str) -> None:
    chosen = list(ANSWERS.items())[start : start + AT_A_TIME]
    given = [Submission(name, NAME, everywhere(course, text)) for name, text in chosen]
    graded = grade(Batch(course, NAME, given, str(ROOT), wall, diagnose=False, pictures=False))
    passed = [
        (submission.student, outcome.part, outcome.id)
        for submission, one in zip(given, graded, strict=True)
        for outcome in one.outcomes
        if outcome.status == "pass"
    ]
    assert passed == [] and all(one.outcomes for one in graded)


def test_there_are_many_degenerate_answers() -> None:
    assert len(ANSWERS) >= 15
