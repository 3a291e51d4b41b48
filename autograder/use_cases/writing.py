"""Write what `losslab grade` promises: gradebook, results, pages, table and report, each checked again for hidden
material.
"""

from __future__ import annotations

import datetime
import json
import re
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from autograder import gradebook
from autograder.base import files
from autograder.base.stopwatch import watch
from autograder.course import Course, paths
from autograder.course.seed import secret
from autograder.gradebook import by_hand, table
from autograder.intake.submission import Submission
from autograder.pages import feedback, leaderboard, leaks, report
from autograder.results import FORMAT, Result, Results, dump, pieces
from autograder.use_cases import reading
from autograder.use_cases.grading import Figures
from autograder.use_cases.order import Order

_NO_TEXT = re.compile(r'<style>.*?</style>|src="data:image/png;base64,[A-Za-z0-9+/=]*"', re.DOTALL)


def write_all(
    order: Order, automatic: list[Result], submissions: Iterable[Submission], figures: Figures
) -> list[Result]:
    """Write all files of DIR's fixed layout; return results with what people entered by hand. Raises OutputError."""
    course, root = order.course, order.root
    automatic = [leaks.cleaned(item, leaks.canaries(root, course.assignment(item.assignment))) for item in automatic]
    results = with_marks(order, automatic, submissions)
    with watch("pages"):
        write_pages(order.out, order.root, course, results, figures)
    times: dict[tuple[str, str], datetime.datetime | None] = {
        (item.student, item.assignment): item.timestamp for item in submissions
    }
    pairs = zip(automatic, results, strict=True)
    entered = [msgspec.structs.replace(one, late_penalty=final.late_penalty) for one, final in pairs]
    with watch("gradebook"):
        gradebook.write_gradebook(order.book, course, entered, times)
    return results


def with_marks(order: Order, automatic: list[Result], submissions: Iterable[Submission]) -> list[Result]:
    """Return the results with scores and extra credit from the gradebook. Raises OutputError."""
    book = by_hand.read(order.book, order.course)
    if not book:
        return automatic
    times = {(item.student, item.assignment): reading.handed_in(order, item) for item in submissions}
    keyed = [((result.student, result.assignment), result) for result in automatic]
    return [by_hand.applied(order.course, result, book.get(key), times[key]) for key, result in keyed]


def write_timings(order: Order, submissions: int, new: int, started: float, graded: float) -> None:
    """Write how long grading took, in a file of its own: the others depend only on the input. Raises OutputError."""
    profile = {station: round(seconds, 4) for station, seconds in sorted(watch.take().items())}
    timings = {
        "submissions": submissions,
        "graded_now": new,
        "grading_seconds": graded - started,
        "writing_seconds": time.monotonic() - graded,
        "jobs": order.jobs,
        "profile": profile,
    }
    files.write_file(order.out / "timings.json", json.dumps(timings, indent=1) + "\n")


def write_pages(out: Path, root: Path, course: Course, results: list[Result], figures: Figures) -> None:
    """Write everything except the gradebook. What would show a secret is withheld, and the instructor is told.

    Raises:
        OutputError: something cannot be written.
        CourseError: there is no secret.
    """
    names = leaderboard.pseudonyms((result.student for result in results), secret(root))
    withheld = leaks.told(results)
    for result in results:
        folder, name = result.student, result.assignment
        files.write_file(out / paths.RESULTS / folder / f"{name}.json", dump(result))
        html = _page(root, course, result, figures.get((folder, name)), names[folder])
        if html is None:
            withheld.append(f"{leaks.name_of(result)}: the feedback page is withheld: it would show hidden material")
        files.write_file(
            out / paths.FEEDBACK / folder / f"{name}.html", html or feedback.withheld(course, leaks.WITHHELD_PAGE)
        )
    files.write_file(out / "results.json", pieces(Results(FORMAT, course.id, results)))
    files.write_file(out / "grades.csv", table.grades_csv(course, results))
    _write_report(out, root, course, results, names, withheld)
    for line in withheld:
        print(f"warning: {line}", file=sys.stderr)


def _page(
    root: Path, course: Course, result: Result, figures: Mapping[str, bytes] | None, pseudonym: str
) -> str | None:
    """Return the feedback page; None if it would show a secret."""
    assignment = course.assignment(result.assignment)
    html = feedback.render(course, assignment, result, figures, pseudonym)
    return None if leaks.canaries(root, assignment).in_page(_texts(html)) else html


def _texts(html: str) -> str:
    """Return the page without style and plots, which no student has written (a quotation mark in text is escaped)."""
    return _NO_TEXT.sub("", html)


def _write_report(
    out: Path, root: Path, course: Course, results: list[Result], names: dict[str, str], withheld: list[str]
) -> None:
    html = report.render(course, results, course.title, names, withheld)
    ids = {result.assignment for result in results}
    if any(leaks.canaries(root, item).in_page(_texts(html)) for item in course.assignments if item.id in ids):
        withheld.append("report.html is withheld: it would show hidden material, perhaps in a student's name")
        html = feedback.withheld(course, leaks.WITHHELD_PAGE)
    files.write_file(out / "report.html", html)
