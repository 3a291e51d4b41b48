"""Numbers that nothing was computed for earn nothing, however likely they look."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import Course
from autograder.grading.batch import Batch, grade
from autograder.grading.diagnosis import catalogue
from autograder.grading.diagnosis.catalogue import Variant
from autograder.intake.submission import Submission

ROOT = Path(__file__).parent.parent
PARTS = {"04-focal-loss": "compare", "05-multi-task": "lambda_tradeoff"}
# These are of the sweep's figure, which is right in all of them.
FIGURE = {"plot_shows_the_rows", "plot_on_a_log_axis", "plot_is_labelled"}
CASES = [
    (assignment, item)
    for assignment in PARTS
    for item in catalogue.variants(ROOT / "tests/constants" / f"{assignment}.py")
]


@pytest.mark.parametrize(("assignment", "made_up"), CASES, ids=[f"{name}-{item.id}" for name, item in CASES])
def test_numbers_that_nothing_was_computed_for_earn_nothing(
    assignment: str, made_up: Variant, course: Course, wall: str
) -> None:
    module = course.assignment(assignment).module
    reference = (ROOT / "solutions" / assignment / f"{module}.py").read_text(encoding="utf-8")
    submission = Submission(made_up.id, assignment, catalogue.replaced(reference, made_up.text))
    graded = grade(Batch(course, assignment, [submission], str(ROOT), wall, diagnose=False, pictures=False))[0]
    of_part = [item for item in graded.outcomes if item.part == PARTS[assignment]]
    assert {item.id for item in of_part if item.status == "pass"} <= FIGURE
    assert {item.id for item in graded.outcomes if item.status != "pass"} <= {item.id for item in of_part}
