"""All data that an export may contain: people, results, and what was entered by hand."""

from __future__ import annotations

import datetime
from collections import defaultdict
from pathlib import Path

import msgspec

from autograder.base.errors import OutputError
from autograder.course import Assignment, Course
from autograder.gradebook import by_hand, opened
from autograder.results import Result, regrade


class Person(msgspec.Struct, frozen=True):
    """One student of the gradebook; `lms_user_id` is the learning platform's number for them."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""

    @property
    def sortable_name(self) -> str:
        """`Lovelace, Ada`; the id if no name is known."""
        return ", ".join(name for name in (self.last_name, self.first_name) if name) or self.id


class Grades(msgspec.Struct, frozen=True):
    """People in the order of their ids, and final results by student and assignment."""

    course: Course
    people: list[Person]
    results: dict[tuple[str, str], Result]

    @property
    def assignments(self) -> list[Assignment]:
        """The course's assignments that have results."""
        graded = {assignment for _, assignment in self.results}
        return [item for item in self.course.assignments if item.id in graded]


def load(out: Path, url: str, course: Course, only: list[str]) -> Grades:
    """Read DIR/results and the gradebook; scores entered by hand are included, and the late penalty counts on the sum.

    Raises:
        OutputError: nothing has been graded, or a file cannot be read.
    """
    wanted = {course.assignment(name).id for name in only} or {item.id for item in course.assignments}
    stored = {key: item for key, item in regrade.stored(out).items() if key[1] in wanted}
    if not stored:
        raise OutputError(f"{out}/results: holds no results of {', '.join(sorted(wanted))}; run `losslab grade` first")
    # What people have typed into the gradebook since then counts at once.
    book = by_hand.read(url, course)
    times: dict[str, dict[str, datetime.datetime | None]] = defaultdict(dict)
    for (student, name), entered in book.items():
        times[student][name] = entered.handed_in
    results = {key: by_hand.applied(course, item, book.get(key), times[key[0]]) for key, item in stored.items()}
    people = {person.id: person for person in roster(url, course)}
    for student, _ in results:
        people.setdefault(student, Person(student))
    return Grades(course, [people[name] for name in sorted(people)], results)


def roster(url: str, course: Course) -> list[Person]:
    """Read the gradebook's students; empty before the first grading. Raises OutputError."""
    if by_hand.is_new(url):
        return []
    with opened(url, course) as book:
        return [
            Person(item.id, item.first_name or "", item.last_name or "", item.email or "", str(item.lms_user_id or ""))
            for item in book.students
        ]
