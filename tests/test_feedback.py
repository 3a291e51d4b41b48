"""What results become: pages that run nothing, a table, and nbgrader's gradebook."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from autograder import gradebook, table
from autograder.course import Course
from autograder.errors import OutputError
from autograder.feedback import page, report
from autograder.grading.outcome import Outcome
from autograder.intake.submission import Submission
from autograder.results import Result
from autograder.score import result

HOSTILE = '<script>alert(1)</script>\x1b[31m "quoted"'


def graded(course: Course, student: str = "ada", problem: str | None = None) -> Result:
    outcomes = [
        Outcome("a", "mse_loss", "a title", "pass", 4.0),
        Outcome("b", "mse_loss", HOSTILE, "fail", 2.0, f"{HOSTILE}\nthe hint"),
    ]
    submission = Submission(student, "01-mse", problem=problem)
    return result(course, course.assignments[0], submission, [] if problem else outcomes, [HOSTILE], "bubblewrap")


def test_nothing_a_student_writes_runs_in_a_page(course: Course) -> None:
    one = graded(course, HOSTILE)
    for html in (page.render(course, course.assignments[0], one), report.render(course, [one], "class")):
        assert "<script" not in html and "&lt;script&gt;" in html and "\x1b" not in html


def test_a_page_needs_nothing_from_elsewhere(course: Course) -> None:
    html = page.render(course, course.assignments[0], graded(course))
    assert "default-src 'none'" in html and "http://" not in html and "https://" not in html


def test_a_failure_has_message_hint_and_next_step(course: Course) -> None:
    html = page.render(course, course.assignments[0], graded(course))
    assert "the hint" in html and "losslab hint 01-mse/mse_loss" in html and "(fail)" in html


def test_a_rejected_submission_says_why(course: Course) -> None:
    assert "mse.py: is missing" in page.render(
        course, course.assignments[0], graded(course, problem="mse.py: is missing")
    )


@pytest.mark.parametrize("name", ["Müller, Ada", 'O"Neill', "007", "=1+1"])
def test_names_survive_the_table(course: Course, name: str) -> None:
    rows = list(csv.DictReader(io.StringIO(table.grades_csv(course, [graded(course, name)]))))
    assert (rows[0]["student"], rows[0]["01-mse"], rows[0]["01-mse status"]) == (name, "4", "graded")


def test_the_gradebook_holds_the_scores_and_keeps_what_was_graded_by_hand(course: Course, tmp_path: Path) -> None:
    from nbgrader.api import Gradebook

    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    gradebook.write(url, course, [graded(course)], {})
    with gradebook._own_tools_on_path(), Gradebook(url) as book:
        assert book.find_submission("01-mse", "ada").score == 4.0
        book.find_grade("mse_loss", "mse", "01-mse", "ada").manual_score = 5.5
        book.db.commit()
    gradebook.write(url, course, [graded(course)], {})
    with gradebook._own_tools_on_path(), Gradebook(url) as book:
        assert book.find_submission("01-mse", "ada").score == 5.5


def test_a_gradebook_that_cannot_be_opened_is_one_line(course: Course, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="gradebook cannot be written") as caught:
        gradebook.write(f"sqlite:///{tmp_path}/no/such/gradebook.db", course, [graded(course)], {})
    assert "\n" not in str(caught.value)
