"""What several tests share: the course, and grading of a source text behind the wall."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder import course as courses
from autograder.course import Course
from autograder.course.seed import VARIABLE
from autograder.grading.batch import Batch, Graded, grade
from autograder.grading.checks import MARK
from autograder.intake.submission import Submission
from autograder.jail.jail import first_that_works

ROOT = Path(__file__).parent.parent
# Of a course under test, and of all commands that tests start: outcomes are the same on every machine, and no test writes
# a secret into the course that it stands in.
os.environ[VARIABLE] = str(ROOT / "tests" / "secret.txt")


def pytest_configure(config: pytest.Config) -> None:
    """Know the mark of hidden checks, since some tests import a module of them."""
    config.addinivalue_line("markers", f"{MARK}(check): a hidden check")


@pytest.fixture(scope="session")
def course() -> Course:
    return courses.load(ROOT / "course.yml")


@pytest.fixture(scope="session")
def wall() -> str:
    return first_that_works().name


@pytest.fixture(scope="session")
def grade_sources(course: Course, wall: str) -> Callable[..., list[Graded]]:
    """Grade source texts of one assignment."""

    def run(assignment: str, *sources: str, sandbox: str = wall) -> list[Graded]:
        submissions = [Submission(f"s{index}", assignment, source) for index, source in enumerate(sources)]
        return grade(Batch(course, assignment, submissions, str(ROOT), sandbox))

    return run
