"""04's comparison: an `evaluate` that lies costs points where it lies, and an honest mistake in it costs none elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import Course
from autograder.grading.batch import Batch, Graded, grade
from autograder.grading.diagnosis import catalogue
from autograder.grading.diagnosis.catalogue import Variant
from autograder.intake.submission import Submission

ROOT = Path(__file__).parent.parent
NAME = "04-focal-loss"
REFERENCE = (ROOT / "solutions" / NAME / "focal_loss.py").read_text(encoding="utf-8")
TRAPEZOID = """
def _average_precision(scores, actual):
    order = scores.argsort(descending=True)
    hits = actual[order].double().cumsum(0)
    precision, recall = hits / torch.arange(1, len(hits) + 1), hits / hits[-1].clamp(min=1)
    return torch.trapezoid(precision, recall).item()
"""
BOTH_CLASSES = """
def _ratio(numerator, denominator):
    return numerator / denominator if denominator else 0.0


def evaluate(model, X, y):
    was = model.training
    model.eval()
    with torch.no_grad():
        logits = model(X)
    model.train(was)
    said, rows = logits.argmax(1), []
    for c in (0, 1):
        hits, called, there = ((said == c) & (y == c)).sum().item(), (said == c).sum().item(), (y == c).sum().item()
        rows.append((_ratio(hits, called), _ratio(hits, there), _ratio(2 * hits, called + there)))
    mean = [sum(pair) / 2 for pair in zip(*rows, strict=True)]
    return {
        "accuracy": (said == y).double().mean().item(),
        **dict(zip(("precision", "recall", "f1"), mean, strict=True)),
        "average_precision": _average_precision(logits[:, 1] - logits[:, 0], y == 1),
    }
"""
HUGE = """
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    if hasattr(model, "calls"):
        model.calls = [[True, True, 37, torch.zeros(4_000_000, dtype=torch.uint8)]]
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    for _ in range(epochs):
        optimiser.zero_grad()
        loss = loss_fn(getattr(model, "inner", model)(X), y)
        loss.backward()
        optimiser.step()
    return [loss.item()] * epochs
"""


def graded(course: Course, wall: str, name: str, text: str) -> Graded:
    submission = Submission(name, NAME, catalogue.replaced(REFERENCE, text))
    return grade(Batch(course, NAME, [submission], str(ROOT), wall, diagnose=False, pictures=False))[0]


def lost(one: Graded) -> dict[str, float]:
    """Return how many points each part lost."""
    points: dict[str, float] = {}
    for item in one.outcomes:
        if item.status != "pass":
            points[item.part] = points.get(item.part, 0) + item.max_points
    return points


def points_of(course: Course, part: str) -> float:
    return next(item.points for item in course.assignment(NAME).parts if item.id == part)


@pytest.mark.parametrize(
    "lie", catalogue.variants(ROOT / "tests" / "constants" / f"{NAME}-lies.py"), ids=lambda lie: str(lie.id)
)
def test_an_evaluate_that_lies_to_the_grader_earns_nothing_in_the_comparison(
    lie: Variant, course: Course, wall: str
) -> None:
    assert lost(graded(course, wall, lie.id, lie.text))["compare"] == points_of(course, "compare")


@pytest.mark.parametrize(("name", "text"), [("trapezoid", TRAPEZOID), ("means of both classes", BOTH_CLASSES)])
def test_an_honest_mistake_in_evaluate_costs_no_points_in_the_comparison(
    name: str, text: str, course: Course, wall: str
) -> None:
    assert set(lost(graded(course, wall, name, text))) == {"evaluate"}


def test_a_probe_that_claims_millions_of_rows_is_not_read(course: Course, wall: str) -> None:
    one = graded(course, wall, "huge", HUGE)
    said = {item.id: item.message for item in one.outcomes if item.part == "train"}
    assert "too many rows" in said["training_visits_every_row_once"]
