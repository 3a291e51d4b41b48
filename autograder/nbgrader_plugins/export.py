"""`nbgrader export` with quoted texts: a name with a comma stays in its column, and no name runs as a formula."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry
from nbgrader.plugins import ExportPlugin

from autograder.base import files, tables

COLUMNS = "assignment duedate timestamp student_id last_name first_name email raw_score late_submission_penalty score max_score"


_REMEDY = "free space, or name another file with --to"


class QuotedCsv(ExportPlugin):
    """Exports nbgrader's own columns, as CSV that any reader understands."""

    def export(self, gradebook: Any) -> None:
        """Write `--to`, or grades.csv."""
        students = [str(name) for name in self.student]
        assignments = [str(name) for name in self.assignment]
        rows = [
            [tables.shown(cell) for cell in _row(gradebook, assignment, student)]
            for assignment in gradebook.assignments
            for student in gradebook.students
            if student.id in (students or [student.id]) and assignment.name in (assignments or [assignment.name])
        ]
        files.write_file(
            Path(self.to or "grades.csv"), tables.text_of([COLUMNS.split(), *rows], line_end="\n"), _REMEDY
        )


def _row(book: Any, assignment: Any, student: Any) -> list[str | float]:
    try:
        submission = book.find_submission(assignment.name, student.id)
        score, penalty = submission.score, submission.late_submission_penalty or 0.0
        handed_in = submission.timestamp or ""
    except MissingEntry:
        score, penalty, handed_in = 0.0, 0.0, ""
    who = [student.id, student.last_name or "", student.first_name or "", student.email or ""]
    marks = [score, penalty, max(0.0, score - penalty), assignment.max_score]
    return [assignment.name, str(assignment.duedate or ""), str(handed_in), *who, *marks]
