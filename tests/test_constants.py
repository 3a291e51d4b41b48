"""Made-up numbers earn nothing, however plausible they look."""

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
# These checks are of the sweep's figure, which is right in all cases.
FIGURE = {"plot_shows_the_rows", "plot_on_a_log_axis", "plot_is_labelled"}
CASES = [
    (assignment, item)
    for assignment in PARTS
    for item in catalogue.variants(ROOT / "tests/constants" / f"{assignment}.py")
]

ONE_FOR_ALL = """
def compare(X_train, y_train, X_test, y_test, seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = nn.Linear(X_train.shape[1], 2)
    train(model, X_train, y_train, F.cross_entropy, lr=0.01, seed=seed)
    row = evaluate(model, X_test, y_test)
    return {name: dict(row) for name in ("cross_entropy", "weighted", "focal")}
"""


@pytest.mark.parametrize(("assignment", "made_up"), CASES, ids=[f"{name}-{item.id}" for name, item in CASES])
def test_made_up_numbers_earn_nothing(assignment: str, made_up: Variant, course: Course, wall: str) -> None:
    module = course.assignment(assignment).module
    reference = (ROOT / "solutions" / assignment / f"{module}.py").read_text(encoding="utf-8")
    submission = Submission(made_up.id, assignment, catalogue.replaced(reference, made_up.text))
    graded = grade(Batch(course, assignment, [submission], str(ROOT), wall, diagnose=False, pictures=False))[0]
    of_part = [item for item in graded.outcomes if item.part == PARTS[assignment]]
    assert {item.id for item in of_part if item.status == "pass"} <= FIGURE
    assert {item.id for item in graded.outcomes if item.status != "pass"} <= {item.id for item in of_part}


def test_one_trained_model_reported_for_all_three_losses_earns_one_check(course: Course, wall: str) -> None:
    reference = (ROOT / "solutions/04-focal-loss/focal_loss.py").read_text(encoding="utf-8")
    submission = Submission("one", "04-focal-loss", catalogue.replaced(reference, ONE_FOR_ALL))
    graded = grade(Batch(course, "04-focal-loss", [submission], str(ROOT), wall, diagnose=False, pictures=False))[0]
    passed = {item.id for item in graded.outcomes if item.part == "compare" and item.status == "pass"}
    assert passed == {"comparison_measures_the_test_rows"}
