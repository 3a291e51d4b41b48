"""The one entry to grading for all callers: wall, intake, memory of what has been graded, and grading itself."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from autograder import gradebook
from autograder.course.seed import secret
from autograder.grading.batch import Batch, Graded, import_oracle
from autograder.grading.dispatch import executor, fingerprint
from autograder.grading.dispatch.cache import Cache
from autograder.grading.dispatch.fingerprint import Fingerprint
from autograder.intake.submission import Submission
from autograder.jail import jail, walls
from autograder.pages import leaks
from autograder.results import Provenance, Result, score
from autograder.use_cases import reading
from autograder.use_cases.order import Order
from autograder.use_cases.waiting import Waiting

# Plots of a student and assignment as PNG, by part.
Figures = dict[tuple[str, str], dict[str, bytes]]
Progress = Callable[[int, int], None]


def silent(done: int, total: int) -> None:
    """Show no progress."""


class Done(NamedTuple):
    """What grading gave: results, plots, how many were graded now (the others were known), whether grading
    again would give the same, and the submissions without their files.
    """

    results: list[Result]
    figures: Figures
    new: int
    final: bool
    submissions: list[Submission]


def wall_for(order: Order) -> str:
    """Return the wall that the order names, or the strongest that works here. Raises SandboxError."""
    return walls.by_name(order.sandbox).name if order.sandbox else jail.first_that_works().name


def grade_all(order: Order, progress: Progress = silent) -> Done:
    """Find, read and grade what the order asks for; only the memory of it is written.

    Submissions are read one at a time, and only what is needed of each is kept.

    Raises:
        LossLabError: nothing can be graded.
    """
    secret(order.root)  # first of all: if there is none, it is made, and a line says so
    work = _Work(order, wall_for(order))
    with Waiting(order.scratch) as waiting:
        for submission in reading.read(order):
            known = work.known(submission)
            if known is None:
                waiting.add(submission)
            else:
                work.take(submission, known)
            work.keep(submission)
        new = len(waiting)
        done, total = len(work.submissions) - new, len(work.submissions)
        progress(done, total)
        for batch, graded in _executed(order, _batches(order, work.wall, waiting)):
            for submission, one in zip(batch.submissions, graded, strict=True):
                work.take_new(submission, one)
            done += len(graded)
            progress(done, total)
    results = [work.results[item.student, item.assignment] for item in work.submissions]
    return Done(results, work.figures, new, work.final, work.submissions)


@dataclass
class _Work:
    """What an order has given so far."""

    order: Order
    wall: str
    results: dict[tuple[str, str], Result] = field(default_factory=dict)
    figures: Figures = field(default_factory=dict)
    submissions: list[Submission] = field(default_factory=list)
    final: bool = True

    def __post_init__(self) -> None:
        course, root = self.order.course, self.order.root
        # Computed once for each assignment, when its first submission is read, even if files change during grading.
        self._fingerprint: Callable[[str], Fingerprint] = functools.cache(
            lambda name: fingerprint.of(course, root, course.assignment(name), self.wall)
        )
        self._cache = Cache(self.order.memory, self._fingerprint) if self.order.remember else None

    def known(self, submission: Submission) -> Graded | None:
        """Return what is known of a submission without grading it; None if it has to be graded."""
        self._fingerprint(submission.assignment)
        if submission.problem is not None:
            return Graded([], [])
        return None if self._cache is None or self.order.force else self._cache.get(submission)

    def keep(self, submission: Submission) -> None:
        """Keep a submission without its files, to save memory."""
        self.final &= not submission.starved
        self.submissions.append(msgspec.structs.replace(submission, source="", files={}))

    def take_new(self, submission: Submission, graded: Graded) -> None:
        """Take what was graded now, and remember it if it is final."""
        self.final &= graded.is_final
        if graded.is_final and self._cache is not None:
            self._cache.put(submission, graded)
        self.take(msgspec.structs.replace(submission, problem=submission.problem or graded.problem), graded)

    def take(self, submission: Submission, graded: Graded) -> None:
        """Keep only what is written later: with thousands of submissions, the rest adds up."""
        key = submission.student, submission.assignment
        self.results[key], self.figures[key] = self._result(submission, graded), graded.figures

    def _result(self, submission: Submission, graded: Graded) -> Result:
        """Return the Result to write for one submission, without anything hidden."""
        course, root = self.order.course, self.order.root
        assignment = course.assignment(submission.assignment)
        times = reading.handed_in(self.order, submission)
        made = score.result(
            course, assignment, submission, graded.outcomes, graded.notes, self.wall, graded.measures, times
        )
        made = leaks.cleaned(made, leaks.canaries(root, assignment))
        return msgspec.structs.replace(made, provenance=_origin(self._fingerprint(assignment.id), submission))


def _origin(basis: Fingerprint, submission: Submission) -> Provenance:
    """Return the fingerprint as a Result holds it, and which random inputs the submission got."""
    return Provenance(basis.graders[:16], basis.course[:16], basis.environment, basis.seed, submission.sha256[:16])


def _executed(order: Order, batches: Iterator[Batch]) -> Iterator[tuple[Batch, list[Graded]]]:
    """Yield batches as they finish, on this machine or on a cluster."""
    if order.scheduler is None:
        return executor.local(batches, order.jobs, import_oracle, gradebook.warm)
    from autograder.grading.dispatch import cluster

    return cluster.dask(batches, order.scheduler)


def _batches(order: Order, wall: str, waiting: Waiting) -> Iterator[Batch]:
    for name, submissions in waiting.batches(executor.batch_size(len(waiting), order.jobs)):
        yield Batch(order.course, name, submissions, str(order.root), wall)
