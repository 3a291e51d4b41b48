"""`losslab grade`: from a folder of submissions to results, gradebook, feedback and report."""

from __future__ import annotations

import datetime
import functools
import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec

from autograder import gradebook
from autograder.base import files, lock
from autograder.base.errors import OutputError
from autograder.base.stopwatch import watch
from autograder.course import Assignment, Course, late
from autograder.course.seed import fingerprint, secret
from autograder.gradebook import by_hand
from autograder.grading.batch import Batch, Graded, import_oracle
from autograder.grading.dispatch import executor
from autograder.grading.dispatch.cache import Cache
from autograder.intake import folder, left
from autograder.intake.submission import Submission
from autograder.jail import jail, walls
from autograder.pages import leaks
from autograder.results import Provenance, Result, score
from autograder.use_cases import provenance, unchanged, written
from autograder.use_cases.waiting import Waiting
from autograder.use_cases.written import Figures

CACHE = ".graded"


@dataclass(frozen=True)
class Order:
    """What to grade, where to write, and how."""

    submitted: Path
    out: Path
    course: Course
    root: Path
    assignments: list[str]
    jobs: int
    sandbox: str | None = None
    database: str | None = None
    force: bool = False
    scheduler: str | None = None

    @property
    def book(self) -> str:
        """SQLAlchemy URL of the gradebook."""
        return self.database or f"sqlite:///{(self.out / 'gradebook.db').resolve()}"


def run(order: Order, progress: Callable[[int, int], None] = lambda done, total: None) -> list[Result]:
    """Grade everything and write everything; results in the order of students and assignments.

    Raises:
        LossLabError: nothing can be graded, or nothing can be written, or somebody else is writing there.
    """
    with lock.alone(order.out):
        return _run(order, progress)


def _run(order: Order, progress: Callable[[int, int], None]) -> list[Result]:
    started = time.monotonic()
    secret(order.root)  # before anything is looked at: where there is none, it is made, and said to be
    with watch("finding a wall"):
        wall = walls.by_name(order.sandbox).name if order.sandbox else jail.first_that_works().name
    with watch("looking for changes"):
        before = unchanged.inputs(
            order.root, order.course, order.submitted, wall, order.assignments, order.book, fingerprint(order.root)
        )
        known = None if order.force else unchanged.known(order.out / CACHE, order.out, order.book, before)
    if known is not None:
        progress(len(known.results), len(known.results))
        _write_timings(order, len(known.results), 0, started, time.monotonic())
        return known.results
    with watch("intake"):
        found = _found(order)
        left.require_apart({student for student, _, _ in found}, order.out)
    done = grade_all(order, wall, read(order, found), progress)
    graded = time.monotonic()
    results = write(order, done.results, done.submissions, done.figures)
    if done.final:
        unchanged.remember(order.out / CACHE, order.out, order.book, before)
    _write_timings(order, len(done.submissions), done.new, started, graded)
    return results


def _write_timings(order: Order, submissions: int, new: int, started: float, graded: float) -> None:
    profile = {station: round(seconds, 4) for station, seconds in sorted(watch.take().items())}
    timings = {
        "submissions": submissions,
        "graded_now": new,
        "grading_seconds": graded - started,
        "writing_seconds": time.monotonic() - graded,
        "jobs": order.jobs,
        "profile": profile,
    }
    files.write(order.out / "timings.json", json.dumps(timings, indent=1) + "\n")


def preview(order: Order, progress: Callable[[int, int], None] = lambda done, total: None) -> list[Result]:
    """What `run` would give; neither results nor gradebook are written, only what has been graded is remembered.

    Raises:
        LossLabError: nothing can be graded.
    """
    wall = walls.by_name(order.sandbox).name if order.sandbox else jail.first_that_works().name
    done = grade_all(order, wall, read(order, _found(order)), progress)
    return with_marks(order, done.results, done.submissions)


def _found(order: Order) -> list[tuple[str, Assignment, Path]]:
    """Student, assignment and folder of all that is graded. Raises OutputError."""
    if not order.submitted.is_dir():
        raise OutputError(f"{order.submitted}: is not a folder; give the one that holds <student>/<assignment>/")
    found = list(folder.find(order.submitted, order.course, order.assignments))
    if not found:
        ids = ", ".join(item.id for item in order.course.assignments)
        raise OutputError(
            f"{order.submitted}: holds no <student>/<assignment>/ with an assignment of the course ({ids})"
        )
    return found


def read(order: Order, found: list[tuple[str, Assignment, Path]]) -> Iterator[Submission]:
    """One after the other: files of a whole class have no room in memory."""
    released = order.root / "assignments"
    try:
        for student, item, path in found:
            with watch("intake"):
                submission = folder.read(student, item, path, released / item.id)
            yield submission
            del submission
    finally:
        folder.done_reading()


class Done(NamedTuple):
    """What came of some submissions: results, plots, how many were graded now (the others were known), whether grading
    again would give the same, and the submissions without their files.
    """

    results: list[Result]
    figures: Figures
    new: int
    final: bool
    submissions: list[Submission]


def grade_all(order: Order, wall: str, submissions: Iterable[Submission], progress: Callable[[int, int], None]) -> Done:
    """Grade these submissions. They are taken one by one, and no more is kept of each than is needed."""
    cache = Cache(order.out / CACHE, order.course, order.root, wall)
    origin = functools.cache(lambda name: provenance.of(order.course, order.root, order.course.assignment(name)))
    results: dict[tuple[str, str], Result] = {}
    figures: Figures = {}

    def take(submission: Submission, graded: Graded) -> None:
        """Keep what is written later, and no more: of a class of thousands, the rest adds up."""
        key = submission.student, submission.assignment
        made = _result(order, wall, origin(submission.assignment), submission, graded)
        results[key], figures[key] = made, graded.figures

    final, kept = True, []
    with Waiting(order.out / CACHE) as waiting:
        for submission in submissions:
            origin(submission.assignment)  # as it is now, whatever changes while others are graded
            known = None if order.force or submission.problem is not None else cache.get(submission)
            if known is None and submission.problem is None:
                waiting.add(submission)
            else:
                take(submission, known or Graded([], []))
            final &= not submission.starved
            kept.append(msgspec.structs.replace(submission, source="", files={}))
        new = len(waiting)
        done = len(kept) - new
        progress(done, len(kept))
        for batch, graded in _executed(order, _batches(order, wall, waiting)):
            for submission, one in zip(batch.submissions, graded, strict=True):
                final &= one.is_final
                if one.is_final:
                    cache.put(submission, one)
                take(msgspec.structs.replace(submission, problem=submission.problem or one.problem), one)
            done += len(graded)
            progress(done, len(kept))
    return Done([results[item.student, item.assignment] for item in kept], figures, new, final, kept)


def _result(order: Order, wall: str, origin: Provenance, submission: Submission, graded: Graded) -> Result:
    """What is written of one submission, without anything hidden in it."""
    assignment = order.course.assignment(submission.assignment)
    times = handed_in(order, submission)
    made = score.result(
        order.course, assignment, submission, graded.outcomes, graded.notes, wall, graded.measures, times
    )
    made = leaks.cleaned(made, leaks.canaries(order.root, assignment))
    return msgspec.structs.replace(made, provenance=provenance.with_round(origin, submission))


def handed_in(order: Order, submission: Submission) -> late.Times:
    """Times of this student by assignment. Free late days depend on all of them, for they are the course's."""
    own = {submission.assignment: submission.timestamp}
    return folder.times(order.submitted, order.course, submission.student) if order.course.free_late_days else own


def _executed(order: Order, batches: Iterator[Batch]) -> Iterator[tuple[Batch, list[Graded]]]:
    """Batches as they are done, on this machine or on a cluster."""
    if order.scheduler is None:
        return executor.local(batches, order.jobs, import_oracle, gradebook.warm)
    from autograder.grading.dispatch import cluster

    return cluster.dask(batches, order.scheduler)


def _batches(order: Order, wall: str, waiting: Waiting) -> Iterator[Batch]:
    for name, submissions in waiting.batches(executor.batch_size(len(waiting), order.jobs)):
        yield Batch(order.course, name, submissions, str(order.root), wall)


def write(order: Order, automatic: list[Result], submissions: Iterable[Submission], figures: Figures) -> list[Result]:
    """All that the fixed layout of DIR promises; results with what people entered by hand. Raises OutputError."""
    course, root = order.course, order.root
    automatic = [leaks.cleaned(item, leaks.canaries(root, course.assignment(item.assignment))) for item in automatic]
    results = with_marks(order, automatic, submissions)
    with watch("pages"):
        written.write(order.out, order.root, course, results, figures)
    times: dict[tuple[str, str], datetime.datetime | None] = {
        (item.student, item.assignment): item.timestamp for item in submissions
    }
    pairs = zip(automatic, results, strict=True)
    entered = [msgspec.structs.replace(one, late_penalty=final.late_penalty) for one, final in pairs]
    with watch("gradebook"):
        gradebook.write(order.book, course, entered, times)
    return results


def with_marks(order: Order, automatic: list[Result], submissions: Iterable[Submission]) -> list[Result]:
    """The results with scores and extra credit from the gradebook. Raises OutputError."""
    book = by_hand.read(order.book, order.course)
    if not book:
        return automatic
    times = {(item.student, item.assignment): handed_in(order, item) for item in submissions}
    keyed = [((result.student, result.assignment), result) for result in automatic]
    return [by_hand.applied(order.course, result, book.get(key), times[key]) for key, result in keyed]
