"""course.yml: its contents, and the one line that a wrong one gives."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from autograder import course as courses
from autograder.base.errors import CourseError
from autograder.course import Course, LatePolicy
from autograder.course.late import penalty as late_penalty

TEXT = (Path(__file__).parent.parent / "course.yml").read_text()


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            "points: 5.5",
            "poinst: 6",
            r"assignments\[0\].parts\[0\]: unknown key `poinst`; allowed are id, title, points",
        ),
        ("    module: mse\n", "", r"assignments\[0\]: key `module` is missing"),
        ("points: 5.5", "points: -1", "part `mse_loss`: `points` is more than 0"),
        ("id: mse_grad", "id: mse_loss", "part `mse_loss` is there twice"),
        ("environment: numpy", "environment: jax", "jax"),
        ("timezone: UTC", "timezone: Mars", "`timezone` is a name such as UTC"),
        ("memory_mb: 512", "memory_mb: 0", "`memory_mb` is more than 0"),
        ("percent_per_day: 10", "percent_per_day: 110", "`percent_per_day` is a percentage"),
        ("assignments:", "assignments: [", "line"),
    ],
)
def test_a_wrong_course_gives_one_line_that_names_the_key(old: str, new: str, line: str) -> None:
    assert old in TEXT
    with pytest.raises(CourseError, match=line) as caught:
        courses.parse(TEXT.replace(old, new, 1))
    assert "\n" not in str(caught.value)


def test_every_part_has_three_hints(course: Course) -> None:
    assert all(len(part.hints) == 3 for item in course.assignments for part in item.parts if not part.manual)


POLICY = LatePolicy(grace_minutes=15, percent_per_day=10, max_percent=30, closes_after_days=7)
DUE = datetime.datetime(2027, 2, 1, 23, 59, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("late", "penalty"),
    [
        (datetime.timedelta(minutes=15), 0),
        (datetime.timedelta(minutes=16), 2),
        (datetime.timedelta(days=1, minutes=16), 4),
        (datetime.timedelta(days=6), 6),
        (datetime.timedelta(days=8), 20),
    ],
)
def test_late_days_cost_by_policy(late: datetime.timedelta, penalty: float) -> None:
    assert late_penalty(POLICY, 20, DUE, DUE + late) == penalty
