"""Carried forward: what is right given a named mistake in another function keeps its points, and a slip is paid once."""

from __future__ import annotations

import html
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from autograder.course import Course
from autograder.exports import gradescope_run
from autograder.grading.batch import Graded
from autograder.grading.diagnosis import catalogue
from autograder.intake.submission import Submission
from autograder.nbgrader_plugins import preprocessors
from autograder.results import PartResult, Result, score

ROOT = Path(__file__).parent.parent
REFERENCE = (ROOT / "solutions" / "01-mse" / "mse.py").read_text()
ROWS = """
def mse_loss(pred, target):
    errors = _errors(pred, target)
    return np.sum(errors**2) / len(np.atleast_1d(errors))
"""
# Right, given mse_loss above; the second is wrong by itself, too.
OWN_ROOT = "\ndef rmse(pred, target):\n    return mse_loss(pred, target) ** 0.5\n"
HALF_ROOT = "\ndef rmse(pred, target):\n    return mse_loss(pred, target) ** 0.5 / 2\n"
Grade = Callable[..., list[Graded]]


def handed_in(text: str) -> str:
    return catalogue.replaced(REFERENCE, text)


def scored(course: Course, graded: Graded) -> Result:
    submission = Submission("ada", "01-mse", "")
    return score.result(course, course.assignment("01-mse"), submission, graded.outcomes, [], "wall")


def part(result: Result, name: str) -> PartResult:
    return next(item for item in result.parts if item.id == name)


@pytest.fixture(scope="module")
def slips(grade_sources: Grade) -> list[Graded]:
    return grade_sources("01-mse", *(handed_in(ROWS + root) for root in (OWN_ROOT, HALF_ROOT)))


def test_what_stands_on_a_named_mistake_keeps_its_points(course: Course, slips: list[Graded]) -> None:
    result = scored(course, slips[0])
    assert part(result, "mse_loss").score < part(result, "mse_loss").max_score
    assert part(result, "rmse").score == part(result, "rmse").max_score
    carried = [check for check in part(result, "rmse").checks if check.status == "carried"]
    assert carried and {(check.message, check.points) for check in carried} == {
        ("right, given your `mse_loss`", check.max_points) for check in carried
    }
    assert len({check.mistake for check in carried}) == 1 and carried[0].mistake is not None


def test_a_mistake_of_its_own_is_not_carried(course: Course, slips: list[Graded]) -> None:
    rmse = part(scored(course, slips[1]), "rmse")
    assert rmse.score < rmse.max_score and all(check.status != "carried" for check in rmse.checks)


def test_a_mistake_without_a_name_is_not_carried(course: Course, grade_sources: Grade) -> None:
    odd = "\ndef mse_loss(pred, target):\n    return 1.0371 * np.mean(_errors(pred, target) ** 2) ** 1.01\n"
    rmse = part(scored(course, grade_sources("01-mse", handed_in(odd + OWN_ROOT))[0]), "rmse")
    assert rmse.score < rmse.max_score and all(check.status != "carried" for check in rmse.checks)


def test_a_course_may_turn_it_off(course: Course, slips: list[Graded]) -> None:
    result = scored(msgspec.structs.replace(course, carry_forward=False), slips[0])
    rmse = part(result, "rmse")
    assert rmse.score < rmse.max_score and {check.status for check in rmse.checks} <= {"pass", "fail", "error"}
    assert any("on which this stands" in check.message for check in rmse.checks)


def test_gradescope_and_nbgrader_show_it_as_earned(course: Course, slips: list[Graded]) -> None:
    result = scored(course, slips[0])
    report = gradescope_run.report(course.assignment("01-mse"), result, 1.0)
    assert sum(item.score for item in report.tests) == result.score
    assert all((item.status == "passed") == (item.score == item.max_score) for item in report.tests)
    told = preprocessors.verdict(result, part(result, "rmse"))
    assert "(right, given your `mse_loss`)" in told and "✗" not in told


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course of its own and a class of one, graded by the command."""
    folder = tmp_path_factory.mktemp("carried")
    for name in ("solutions", "assignments", "course.yml"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "autograder" / "graders").mkdir(parents=True)
    (folder / "autograder" / "graders" / "01-mse").symlink_to(ROOT / "autograder" / "graders" / "01-mse")
    submitted = folder / "submitted" / "ada" / "01-mse"
    submitted.mkdir(parents=True)
    (submitted / "mse.py").write_text(handed_in(ROWS + OWN_ROOT))
    losslab(folder, "grade", "submitted", "--out", "grades")
    return folder


def losslab(folder: Path, *command: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    call = [sys.executable, "-m", "autograder", *command]
    return subprocess.run(call, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout


def ada(folder: Path) -> Any:
    return json.loads((folder / "grades" / "results" / "ada" / "01-mse.json").read_text())


def test_page_gradebook_and_table_have_the_carried_points(folder: Path) -> None:
    result = ada(folder)
    rmse = next(item for item in result["parts"] if item["id"] == "rmse")
    assert rmse["score"] == rmse["max_score"]
    page = html.unescape((folder / "grades" / "feedback" / "ada" / "01-mse.html").read_text())
    assert "carried forward: right, given your `mse_loss`" in page
    with sqlite3.connect(folder / "grades" / "gradebook.db") as book:
        (total,) = book.execute("select sum(auto_score) from grade").fetchone()
    assert total == result["score"]
    assert f"{result['score']:g}" in (folder / "grades" / "grades.csv").read_text()


def test_a_replay_gives_the_same_carried_checks(folder: Path) -> None:
    assert "same outcome, check by check" in losslab(folder, "replay", "ada", "01-mse")


def test_a_regrade_previews_what_turning_it_off_changes(folder: Path) -> None:
    text = (ROOT / "course.yml").read_text()
    (folder / "course.yml").unlink()
    (folder / "course.yml").write_text(f"{text}\ncarry_forward: false\n")
    (change,) = json.loads(losslab(folder, "regrade", "submitted", "--out", "grades", "--json"))
    assert change["after"] < change["before"] and any("carried → fail" in reason for reason in change["reasons"])
