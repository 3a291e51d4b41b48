"""What `losslab grade` writes for people: results, pages, table and report, each looked at once more for hidden material."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from autograder.base import files
from autograder.course import Course
from autograder.course.seed import secret
from autograder.gradebook import table
from autograder.pages import feedback, leaderboard, leaks, report
from autograder.results import FORMAT, Result, Results, dump, pieces

_NO_TEXT = re.compile(r'<style>.*?</style>|src="data:image/png;base64,[A-Za-z0-9+/=]*"', re.DOTALL)

# Plots of a student and assignment as PNG, by part.
Figures = dict[tuple[str, str], dict[str, bytes]]


def write(out: Path, root: Path, course: Course, results: list[Result], figures: Figures) -> None:
    """Everything but the gradebook. What would show a secret is withheld, and the instructor is told.

    Raises:
        OutputError: something cannot be written.
        CourseError: there is no secret.
    """
    names = leaderboard.pseudonyms((result.student for result in results), secret(root))
    withheld = leaks.told(results)
    for result in results:
        folder, name = result.student, result.assignment
        files.write(out / "results" / folder / f"{name}.json", dump(result))
        html = _page(root, course, result, figures.get((folder, name)), names[folder])
        if html is None:
            withheld.append(f"{leaks.name_of(result)}: the feedback page is withheld: would show hidden material")
        files.write(out / "feedback" / folder / f"{name}.html", html or feedback.withheld(course, leaks.WITHHELD_PAGE))
    files.write(out / "results.json", pieces(Results(FORMAT, course.id, results)))
    files.write(out / "grades.csv", table.grades_csv(course, results))
    _write_report(out, root, course, results, names, withheld)
    for line in withheld:
        print(f"warning: {line}", file=sys.stderr)


def _page(
    root: Path, course: Course, result: Result, figures: Mapping[str, bytes] | None, pseudonym: str
) -> str | None:
    """The feedback page; None where it would show a secret."""
    assignment = course.assignment(result.assignment)
    html = feedback.render(course, assignment, result, figures, pseudonym)
    return None if leaks.canaries(root, assignment).in_page(_texts(html)) else html


def _texts(html: str) -> str:
    """The page without what no student has written: its style, and plots, whose quotation mark would be escaped in a text."""
    return _NO_TEXT.sub("", html)


def _write_report(
    out: Path, root: Path, course: Course, results: list[Result], names: dict[str, str], withheld: list[str]
) -> None:
    html = report.render(course, results, course.title, names, withheld)
    ids = {result.assignment for result in results}
    if any(leaks.canaries(root, item).in_page(_texts(html)) for item in course.assignments if item.id in ids):
        withheld.append("report.html is withheld: would show hidden material, perhaps in a student's name")
        html = feedback.withheld(course, leaks.WITHHELD_PAGE)
    files.write(out / "report.html", html)
