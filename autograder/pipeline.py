"""`losslab grade`: from a folder of submissions to results, gradebook, feedback and report."""

from __future__ import annotations

import datetime
import json
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from . import gradebook, score, table
from .course import Course
from .errors import OutputError
from .feedback import leaderboard, page, report
from .grading import executor
from .grading.batch import Batch, Graded, import_oracle, secret
from .grading.cache import Cache
from .intake import folder
from .intake.submission import Submission
from .jail import jail, walls
from .results import FORMAT, Result, Results, dump
from .stopwatch import watch

CACHE = ".graded"

# Plots of a student and assignment as PNG, by part.
Figures = dict[tuple[str, str], dict[str, bytes]]


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


def run(order: Order, progress: Callable[[int, int], None] = lambda done, total: None) -> list[Result]:
    """Grade everything and write everything; results in the order of students and assignments.

    Raises:
        LossLabError: nothing can be graded, or nothing can be written.
    """
    started = time.monotonic()
    with watch("finding a wall"):
        wall = walls.by_name(order.sandbox).name if order.sandbox else jail.first_that_works().name
    with watch("intake"):
        submissions = _read_all(order)
    results, figures, new = _grade_all(order, wall, submissions, progress)
    graded = time.monotonic()
    write(order, results, submissions, figures)
    profile = {station: round(seconds, 4) for station, seconds in sorted(watch.take().items())}
    timings = {
        "submissions": len(submissions),
        "graded_now": new,
        "grading_seconds": graded - started,
        "writing_seconds": time.monotonic() - graded,
        "jobs": order.jobs,
        "profile": profile,
    }
    _save(order.out / "timings.json", json.dumps(timings, indent=1) + "\n")
    return results


def _read_all(order: Order) -> list[Submission]:
    if not order.submitted.is_dir():
        raise OutputError(f"{order.submitted}: is no folder; give the one that holds <student>/<assignment>/")
    released = order.root / "assignments"
    found = folder.find(order.submitted, order.course, order.assignments)
    submissions = [folder.read(student, item, path, released / item.id) for student, item, path in found]
    if not submissions:
        ids = ", ".join(item.id for item in order.course.assignments)
        raise OutputError(
            f"{order.submitted}: holds no <student>/<assignment>/ with an assignment of the course ({ids})"
        )
    return submissions


def _grade_all(
    order: Order, wall: str, submissions: list[Submission], progress: Callable[[int, int], None]
) -> tuple[list[Result], Figures, int]:
    cache = Cache(order.out / CACHE, order.course, order.root, wall)
    outcomes: dict[tuple[str, str], Graded] = {}
    waiting = []
    for submission in submissions:
        known = None if order.force or submission.problem is not None else cache.get(submission)
        if known is not None:
            outcomes[submission.student, submission.assignment] = known
        elif submission.problem is None:
            waiting.append(submission)
    done = len(submissions) - len(waiting)
    progress(done, len(submissions))
    for batch, graded in _executed(order, _batches(order, wall, waiting)):
        for submission, one in zip(batch.submissions, graded, strict=True):
            cache.put(submission, one)
            outcomes[submission.student, submission.assignment] = one
        done += len(graded)
        progress(done, len(submissions))
    results = []
    for item in submissions:
        one = outcomes.get((item.student, item.assignment), Graded([], []))
        assignment = order.course.assignment(item.assignment)
        results.append(score.result(order.course, assignment, item, one.outcomes, one.notes, wall, one.measures))
    return results, {key: one.figures for key, one in outcomes.items()}, len(waiting)


def _executed(order: Order, batches: list[Batch]) -> Iterator[tuple[Batch, list[Graded]]]:
    """Batches as they are done, on this machine or on a cluster."""
    if order.scheduler is None:
        return executor.local(batches, order.jobs, import_oracle, gradebook.warm)
    from .grading import cluster

    return cluster.dask(batches, order.scheduler)


def _batches(order: Order, wall: str, submissions: list[Submission]) -> list[Batch]:
    by_assignment: dict[str, list[Submission]] = defaultdict(list)
    for submission in submissions:
        by_assignment[submission.assignment].append(submission)
    size = executor.batch_size(len(submissions), order.jobs)
    return [
        Batch(order.course, name, items[start : start + size], str(order.root), wall)
        for name, items in by_assignment.items()
        for start in range(0, len(items), size)
    ]


def write(order: Order, results: list[Result], submissions: Iterable[Submission], figures: Figures) -> None:
    """All that the fixed layout of DIR promises. Raises OutputError."""
    out, course = order.out, order.course
    with watch("pages"):
        _write_pages(
            out, course, results, figures, leaderboard.pseudonyms((r.student for r in results), secret(order.root))
        )
    times: dict[tuple[str, str], datetime.datetime | None] = {
        (item.student, item.assignment): item.timestamp for item in submissions
    }
    with watch("gradebook"):
        gradebook.write(order.database or f"sqlite:///{(out / 'gradebook.db').resolve()}", course, results, times)


def _write_pages(out: Path, course: Course, results: list[Result], figures: Figures, names: dict[str, str]) -> None:
    """Everything but the gradebook; `names` are the pseudonyms of the leaderboard."""
    for result in results:
        assignment = course.assignment(result.assignment)
        _save(out / "results" / result.student / f"{result.assignment}.json", dump(result))
        plots = figures.get((result.student, result.assignment))
        html = page.render(course, assignment, result, plots, names[result.student])
        _save(out / "feedback" / result.student / f"{result.assignment}.html", html)
    _save(out / "results.json", dump(Results(FORMAT, course.id, results)))
    _save(out / "grades.csv", table.grades_csv(course, results))
    _save(out / "report.html", report.render(course, results, course.title, names))


def _save(path: Path, content: str | bytes) -> None:
    """Write beside, then rename: a reader never meets half a file."""
    data = content.encode("utf-8", errors="replace") if isinstance(content, str) else content
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(data)
        beside.replace(path)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror}); free space or choose another --out") from None
