"""grades.csv: one line a student."""

from __future__ import annotations

import csv
import io
from collections import defaultdict

from .course import Course
from .feedback.report import final_score
from .results import Result


def grades_csv(course: Course, results: list[Result]) -> str:
    """Student, final score and status for each assignment, and the total."""
    ids = [item.id for item in course.assignments if any(result.assignment == item.id for result in results)]
    rows: dict[str, dict[str, Result]] = defaultdict(dict)
    for result in results:
        rows[result.student][result.assignment] = result
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["student", *(column for item in ids for column in (item, f"{item} status")), "total"])
    for student, row in rows.items():
        cells = [cell for item in ids for cell in _cells(row.get(item))]
        writer.writerow([student, *cells, f"{sum(map(final_score, row.values())):g}"])
    return text.getvalue()


def _cells(result: Result | None) -> tuple[str, str]:
    return ("", "missing") if result is None else (f"{final_score(result):g}", result.status)
