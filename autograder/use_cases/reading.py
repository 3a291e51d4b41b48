"""Find the submissions that an order asks for, and read them."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.base.errors import OutputError
from autograder.base.stopwatch import watch
from autograder.course import late, paths
from autograder.intake import folder
from autograder.intake.submission import Submission
from autograder.use_cases.order import Order, Place


def places(order: Order) -> list[Place]:
    """Find the submissions, in the order of students and assignments. Raises OutputError."""
    if order.places is not None:
        return list(order.places)
    if not order.submitted.is_dir():
        raise OutputError(f"{order.submitted}: is not a folder; give the one that holds <student>/<assignment>/")
    found = [Place(*item) for item in folder.find(order.submitted, order.course, order.assignments)]
    if not found:
        ids = ", ".join(item.id for item in order.course.assignments)
        raise OutputError(
            f"{order.submitted}: holds no <student>/<assignment>/ with an assignment of the course ({ids})"
        )
    return found


def read(order: Order) -> Iterator[Submission]:
    """Yield submissions one at a time, because a whole class does not fit into memory. Raises OutputError."""
    released = order.root / paths.RELEASED
    found = places(order)
    try:
        for student, item, path in found:
            with watch("intake"):
                submission = folder.read(student, item, path, released / item.id, order.dated)
            yield submission
            del submission
    finally:
        folder.done_reading()


def handed_in(order: Order, submission: Submission) -> late.Times:
    """Return this student's times by assignment: free late days are for the whole course, so they depend on all times."""
    if order.dated and order.course.free_late_days:
        return folder.times(order.submitted, order.course, submission.student)
    return {submission.assignment: submission.timestamp}
