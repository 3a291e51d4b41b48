"""`losslab grade` and `regrade`: grade a folder of submissions, then write results, gradebook, feedback and report."""

from __future__ import annotations

import time
from dataclasses import replace

from autograder.base import lock
from autograder.base.stopwatch import watch
from autograder.course.seed import secret
from autograder.grading.dispatch import fingerprint
from autograder.intake import left
from autograder.results import Result
from autograder.use_cases import grading, reading, unchanged, writing
from autograder.use_cases.grading import Progress, silent
from autograder.use_cases.order import Order


def run(order: Order, progress: Progress = silent) -> list[Result]:
    """Grade and write everything; return results in the order of students and assignments.

    Raises:
        LossLabError: nothing can be graded or written, or another run is writing there.
    """
    with lock.alone(order.out):
        return _run(order, progress)


def _run(order: Order, progress: Progress) -> list[Result]:
    started = time.monotonic()
    secret(order.root)  # first of all: if there is none, it is made, and a line says so
    with watch("finding a wall"):
        order = replace(order, sandbox=grading.wall_for(order))
    with watch("looking for changes"):
        before = _inputs(order)
        known = None if order.force else unchanged.known(order.memory, order.out, order.book, before)
    if known is not None:
        progress(len(known.results), len(known.results))
        writing.write_timings(order, len(known.results), 0, started, time.monotonic())
        return known.results
    with watch("intake"):
        order = replace(order, places=reading.places(order))
        left.require_apart({place.student for place in order.places or ()}, order.out)
    done = grading.grade_all(order, progress)
    graded = time.monotonic()
    results = writing.write_all(order, done.results, done.submissions, done.figures)
    if done.final:
        unchanged.remember(order.memory, order.out, order.book, before)
    writing.write_timings(order, len(done.submissions), done.new, started, graded)
    return results


def _inputs(order: Order) -> str:
    """Hash all that grading reads; order.sandbox is a wall that works."""
    course = order.course
    wanted = [course.assignment(name) for name in order.assignments] or course.assignments
    fingerprints = [fingerprint.of(course, order.root, item, order.sandbox or "") for item in wanted]
    return unchanged.inputs(order.root, course, order.submitted, fingerprints, order.assignments, order.book)


def preview(order: Order, progress: Progress = silent) -> list[Result]:
    """Return what `run` would. Results and gradebook are not written, but what has been graded is remembered.

    Raises:
        LossLabError: nothing can be graded.
    """
    done = grading.grade_all(order, progress)
    return writing.with_marks(order, done.results, done.submissions)
