"""Points of 01-mse follow causes: one slip is paid once, and unusual input costs points in `validation` alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.grading.batch import Graded
from autograder.grading.diagnosis import catalogue
from autograder.student.checks import public

ROOT = Path(__file__).parent.parent
NAME = "01-mse"
REFERENCE = (ROOT / "solutions" / NAME / "mse.py").read_text(encoding="utf-8")
Grade = Callable[..., list[Graded]]
WRAPPED = {
    "target first": "def mae_loss(pred, target):\n    _errors(pred, target)\n    return np.mean(np.abs(np.subtract(target, pred)))\n",
    "pred first": "def mae_loss(pred, target):\n    _errors(pred, target)\n    return np.mean(np.abs(np.subtract(pred, target)))\n",
}
MESSAGES = [
    "pred has shape {p}, target has shape {t}",
    "target has shape {t} but pred has shape {p}",
    "shapes {pl} and {tl} differ",
    "{px} and {tx}",
]
CHECKED = """
def _errors(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    p, t = pred.shape, target.shape
    pl, tl, px, tx = list(p), list(t), "x".join(map(str, p)), "x".join(map(str, t))
    if p != t or pred.size == 0:
        raise ValueError(f"MESSAGE")
    return pred - target
"""


def lost(graded: Graded) -> dict[str, set[str]]:
    """Return the topics of the checks that a submission fails, by part."""
    found: dict[str, set[str]] = {}
    for item in graded.outcomes:
        if item.status != "pass":
            found.setdefault(item.part, set()).add(item.topic)
    return found


def graded(grade_sources: Grade, *texts: str) -> list[Graded]:
    return grade_sources(NAME, *(catalogue.replaced(REFERENCE, text) for text in texts))


def test_unsigned_integers_are_tried_in_both_orders(grade_sources: Grade) -> None:
    """5 and 3 wrap around in target - pred, 3 and 5 in pred - target."""
    found = [lost(one) for one in graded(grade_sources, *WRAPPED.values())]
    assert found == [{"validation": {"unsigned"}}] * 2


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_may_name_shapes_in_any_order_and_form(
    message: str, grade_sources: Grade, course: Course, tmp_path: Path
) -> None:
    text = catalogue.replaced(REFERENCE, CHECKED.replace("MESSAGE", message))
    assert lost(grade_sources(NAME, text)[0]) == {}
    kit = shutil.copytree(ROOT / "assignments" / NAME, tmp_path / NAME)
    (kit / "mse.py").write_text(text, encoding="utf-8")
    verdicts = public.run(course.assignment(NAME), kit)
    assert verdicts and [item.title for item in verdicts if item.status != "pass"] == []


def test_a_message_that_names_one_shape_loses_that_check_alone(grade_sources: Grade, course: Course) -> None:
    one = graded(grade_sources, CHECKED.replace("MESSAGE", "pred has shape {p}"))[0]
    assert [item.id for item in one.outcomes if item.status != "pass"] == ["hidden_a_row_beside_a_column"]


@pytest.mark.parametrize(
    ("old", "new", "topics"),
    [
        (
            "np.mean(_errors(pred, target) ** 2)",
            "np.mean(_errors(pred, target) ** 2, keepdims=True)",
            {"axes", "numbers"},
        ),
        ("2 * errors / errors.size", "(2 * errors / errors.size).tolist()", {"axes"}),
        (
            "np.mean(_errors(pred, target) ** 2)",
            "np.mean(_errors(pred, target) ** 2) / 2",
            {"default", "extremes", "precision"},
        ),
    ],
)
def test_one_slip_costs_only_the_checks_of_what_it_breaks(
    old: str, new: str, topics: set[str], grade_sources: Grade
) -> None:
    assert REFERENCE.count(old) == 1
    (found,) = grade_sources(NAME, REFERENCE.replace(old, new))
    own = next(item.part for item in found.outcomes if item.status != "pass")
    assert lost(found)[own] <= topics
    assert {item.kind for item in found.outcomes if item.part == own and item.status != "pass"} <= {"value", "property"}


def test_an_answer_for_arrays_of_floats_loses_points_for_unusual_input_alone(grade_sources: Grade) -> None:
    plain = """
def mse_loss(pred, target):
    gap = target - pred
    return np.average(gap * gap)


def rmse(pred, target):
    d = target - pred
    return (d * d).mean() ** 0.5


def mae_grad(pred, target):
    return np.sign(pred - target) / len(pred.flatten())


def quick_check_mse():
    return mse_loss(np.array([2, -4]), np.array([0, 0]))
"""
    assert set(lost(graded(grade_sources, plain)[0])) == {"validation"}
