"""Late days: the clock of the course, grace, cap, hard deadline, free days and extensions by name."""

from __future__ import annotations

import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import course as courses
from autograder.base.errors import CourseError
from autograder.course import Assignment, Course, Extension, LatePolicy, Part, late

BERLIN = ZoneInfo("Europe/Berlin")
POLICY = LatePolicy(grace_minutes=15, percent_per_day=10, max_percent=50, closes_after_days=7)
PART = Part("loss", "The loss", 10, hints=["nudge", "method", "formula"])
MINUTE, DAY = datetime.timedelta(minutes=1), datetime.timedelta(days=1)


def a_course(**changes: object) -> Course:
    due = [datetime.datetime(2027, 2, day, 23, 59) for day in (1, 8, 15)]
    items = [Assignment(f"0{n}-a", "A", f"a{n}", "numpy", [PART], due[n - 1]) for n in (1, 2, 3)]
    course = Course("c", "Losses", items, "Europe/Berlin", late_policy=POLICY)
    return msgspec.structs.replace(course, **changes)


def handed_in(course: Course, **late_by: float) -> dict[str, datetime.datetime | None]:
    """Times by assignment; `a1=2` hands in 01-a two days late."""
    times: dict[str, datetime.datetime | None] = {}
    for assignment in course.assignments:
        due = course.due(assignment)
        if assignment.module in late_by and due is not None:
            times[assignment.id] = due + late_by[assignment.module] * DAY
    return times


@pytest.mark.parametrize(
    ("due", "night"),
    [
        (datetime.datetime(2027, 3, 27, 23, 59, tzinfo=BERLIN), "the short one, 23 hours"),
        (datetime.datetime(2027, 10, 30, 23, 59, tzinfo=BERLIN), "the long one, 25 hours"),
    ],
)
def test_a_late_day_ends_at_the_hour_of_the_deadline_when_clocks_change(due: datetime.datetime, night: str) -> None:
    end = (due + DAY + 15 * MINUTE).astimezone(datetime.UTC)
    assert late.days_late(POLICY, due, end) == 1, night
    assert late.days_late(POLICY, due, end + MINUTE) == 2, night


def test_times_of_one_zone_are_compared_by_the_time_that_has_passed() -> None:
    due = datetime.datetime(2027, 10, 31, 2, 30, tzinfo=BERLIN)
    an_hour_later = due.replace(fold=1)
    assert late.penalty(POLICY, 20, due, an_hour_later) == 2


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Kiritimati"])
def test_a_students_time_zone_changes_nothing(zone: str) -> None:
    due = datetime.datetime(2027, 2, 1, 23, 59, tzinfo=BERLIN)
    moment = (due + 16 * MINUTE).astimezone(ZoneInfo(zone))
    assert late.penalty(POLICY, 20, due, moment) == 2


@given(
    score=st.floats(0, 100),
    minutes=st.lists(st.integers(-20_000, 20_000), min_size=2, max_size=2),
    free=st.integers(0, 5),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
    due=st.datetimes(datetime.datetime(2026, 1, 1), datetime.datetime(2028, 1, 1)),
)
def test_handing_in_later_never_costs_less(
    score: float, minutes: list[int], free: int, zone: str, due: datetime.datetime
) -> None:
    deadline = due.replace(tzinfo=ZoneInfo(zone)).astimezone(datetime.UTC).astimezone(ZoneInfo(zone))
    start = deadline.astimezone(datetime.UTC)
    early, later = (late.penalty(POLICY, score, deadline, start + m * MINUTE, free) for m in sorted(minutes))
    assert 0 <= early <= later <= score + 1e-6
    assert late.penalty(POLICY, score, deadline, start + 15 * MINUTE) == 0


def test_free_days_go_to_the_earliest_deadlines_first() -> None:
    course = a_course(free_late_days=3)
    assert late.free_days(course, "ada", handed_in(course, a1=1.5, a2=1.5, a3=0.5)) == {"01-a": 2, "02-a": 1, "03-a": 0}
    times = handed_in(course, a1=1.5, a2=1.5, a3=0.5)
    assert [late.penalty_of(course, f"0{n}-a", "ada", 10, times) for n in (1, 2, 3)] == [0, 1, 1]


def test_a_submission_after_the_hard_deadline_takes_no_free_days() -> None:
    course = a_course(free_late_days=2)
    times = handed_in(course, a1=8, a2=1.5)
    assert late.free_days(course, "ada", times) == {"02-a": 2}
    assert late.penalty_of(course, "01-a", "ada", 10, times) == 10


def test_an_extension_applies_only_to_the_named_student() -> None:
    until = datetime.datetime(2027, 2, 5, 12)
    course = a_course(extensions=[Extension("ada", "01-a", until)])
    times = {"01-a": datetime.datetime(2027, 2, 5, 12, 10, tzinfo=BERLIN)}
    assert late.penalty_of(course, "01-a", "ada", 10, times) == 0
    assert late.penalty_of(course, "01-a", "grace", 10, times) == 4


def test_extensions_lie_in_a_file_that_students_do_not_get(tmp_path: Path) -> None:
    text = (Path(__file__).parent.parent / "course.yml").read_text()
    (tmp_path / "course.yml").write_text(text)
    granted = tmp_path / "extensions.yml"
    granted.write_text("- {student: ada, assignment: 01-mse, until: 2027-02-09T12:00:00}\n")
    course = courses.load(tmp_path / "course.yml")
    due = course.due(course.assignment("01-mse"), "ada")
    assert due is not None and due.isoformat() == "2027-02-09T12:00:00+00:00"
    granted.write_text("- {student: ada, assignment: 09-none, until: 2027-02-09T12:00:00}\n")
    with pytest.raises(CourseError, match=r"extensions\.yml: extension of ada: no assignment `09-none`"):
        courses.load(tmp_path / "course.yml")
    granted.write_text("- {student: ada, untli: 2027-02-09}\n")
    with pytest.raises(CourseError, match=r"extensions\.yml"):
        courses.load(tmp_path / "course.yml")


def test_without_a_deadline_or_a_time_nothing_is_late() -> None:
    now = datetime.datetime(2027, 2, 5, tzinfo=BERLIN)
    assert late.penalty(POLICY, 10, None, now) == late.penalty(POLICY, 10, now, None) == 0
