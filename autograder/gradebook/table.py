"""grades.csv: one line for each student."""

from __future__ import annotations

from collections import defaultdict

from autograder.base import tables
from autograder.course import Course
from autograder.results import Result
from autograder.results.score import final_score


def grades_csv(course: Course, results: list[Result]) -> str:
    """Write student, final score and status for each assignment, and the total.

    Texts are quoted and numbers are not, so a reader can tell the student 007 from a number. A name that a spreadsheet
    would run as a formula gets an apostrophe in front, which `base.tables.unguarded` removes.
    """
    ids = [item.id for item in course.assignments if any(result.assignment == item.id for result in results)]
    rows: dict[str, dict[str, Result]] = defaultdict(dict)
    for result in results:
        rows[result.student][result.assignment] = result
    table: list[list[tables.Cell]] = [
        ["student", *(column for item in ids for column in (item, f"{item} status")), "total"]
    ]
    for student, row in rows.items():
        cells = [cell for item in ids for cell in _cells(row.get(item))]
        total = sum(final_score(row[item]) for item in ids if item in row)
        table.append([tables.shown(student), *cells, tables.rounded(total)])
    return tables.text_of(table, line_end="\n")


def _cells(result: Result | None) -> tuple[float | str, str]:
    return ("", "missing") if result is None else (tables.rounded(final_score(result)), result.status)
