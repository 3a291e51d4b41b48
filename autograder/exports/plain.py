"""Three tables for spreadsheets and scripts: one row for each student, for each part, for each check."""

from __future__ import annotations

from autograder.base import tables
from autograder.base.text import plain
from autograder.exports.load import Grades, Person
from autograder.results.score import final_score

STUDENTS = ["student", "last_name", "first_name", "email"]
PARTS = ["student", "assignment", "part", "score", "max_score", "waits_for_a_person"]
CHECKS = [
    *("student", "assignment", "part", "check", "title", "status", "points", "max_points", "mistake", "message"),
    *("kind", "topic"),
]


def write_plain_tables(grades: Grades, guard: bool = True) -> dict[str, str]:
    """Return CSV by file name. With `guard`, no spreadsheet runs a cell as a formula; `tables.unguarded` undoes it."""
    made = {"students.csv": _students(grades), "parts.csv": _parts(grades), "checks.csv": _checks(grades)}
    cleaned = tables.shown if guard else _raw
    return {name: tables.text_of([[cleaned(cell) for cell in row] for row in rows]) for name, rows in made.items()}


def _raw(cell: tables.Cell) -> tables.Cell:
    return plain(cell) if isinstance(cell, str) else cell


def _students(grades: Grades) -> list[list[tables.Cell]]:
    ids = [item.id for item in grades.assignments]
    columns = [name for item in ids for name in (item, f"{item} late penalty", f"{item} status")]
    rows: list[list[tables.Cell]] = [[*STUDENTS, *columns, "total"]]
    for person in grades.people:
        cells = [cell for item in ids for cell in _assignment(grades, person, item)]
        of = [grades.results[person.id, item] for item in ids if (person.id, item) in grades.results]
        total = tables.rounded(sum(final_score(result) for result in of))
        rows.append([person.id, person.last_name, person.first_name, person.email, *cells, total])
    return rows


def _assignment(grades: Grades, person: Person, assignment: str) -> list[tables.Cell]:
    result = grades.results.get((person.id, assignment))
    if result is None:
        return ["", "", "missing"]
    return [tables.rounded(final_score(result)), tables.rounded(result.late_penalty), result.status]


def _parts(grades: Grades) -> list[list[tables.Cell]]:
    rows: list[list[tables.Cell]] = [[*PARTS]]
    for (student, assignment), result in sorted(grades.results.items()):
        for part in result.parts:
            scores = [tables.rounded(part.score), tables.rounded(part.max_score)]
            rows.append([student, assignment, part.id, *scores, "yes" if part.needs_manual_grade else "no"])
    return rows


def _checks(grades: Grades) -> list[list[tables.Cell]]:
    rows: list[list[tables.Cell]] = [[*CHECKS]]
    for (student, assignment), result in sorted(grades.results.items()):
        for part in result.parts:
            for check in part.checks:
                points = [tables.rounded(check.points), tables.rounded(check.max_points)]
                what = [part.id, check.id, check.title, check.status]
                rows.append(
                    [student, assignment, *what, *points, check.mistake or "", check.message, check.kind, check.topic]
                )
    return rows
