"""Canvas's gradebook as CSV: what its importer takes, with the ids of an exported gradebook where there is one.

The importer wants `Student` and `ID` first, reads each column after `Section` as an assignment, and drops columns that
look like its own totals ("Current Score", "Final Grade", ...). A row named "Points Possible" is not a student.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from autograder.base import tables
from autograder.base.errors import OutputError
from autograder.course import Assignment
from autograder.exports.load import Grades, Person
from autograder.results.score import final_score

COLUMNS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
_IDS = ("ID", "SIS User ID", "SIS Login ID", "Integration ID")
POINTS = "    Points Possible"
_TOTAL = re.compile(r"(current|final|override).*(score|points|grade)", re.IGNORECASE)
_WITH_ID = re.compile(r"^(?P<title>.*?) ?\((?P<id>\d+)\)$")


class Exported(NamedTuple):
    """A gradebook that Canvas exported: its student columns and rows, and its assignments' headers by title."""

    columns: list[str]
    people: list[list[str]]
    headers: dict[str, str]


def write_canvas_csv(grades: Grades, exported: Path | None = None) -> tuple[str, list[str]]:
    """Write grades as Canvas's CSV; return it with notes on what Canvas does not know.

    Raises:
        OutputError: `exported` is not a gradebook of Canvas.
    """
    known = read(exported) if exported else Exported(COLUMNS, [], {})
    headers = [_header(item, known) for item in grades.assignments]
    rows: list[list[tables.Cell]] = [[*known.columns, *headers]]
    rows.append([POINTS, *[""] * (len(known.columns) - 1), *(tables.rounded(a.max_score) for a in grades.assignments)])
    people, notes = _matched(grades, known)
    rows += [[*_safe(known.columns, cells), *_scores(grades, person)] for cells, person in people]
    if exported:
        strangers = [header for header in headers if not _WITH_ID.match(header)]
        notes += [
            f"assignment {header!r} is not in {exported.name}: Canvas will offer to create it" for header in strangers
        ]
    return tables.text_of(rows), notes


def read(path: Path) -> Exported:
    """Read an exported gradebook. Raises OutputError."""
    rows = tables.read(path)
    header = [cell.strip() for cell in rows[0]] if rows else []
    if header[:2] != ["Student", "ID"] or "Section" not in header:
        raise OutputError(
            f"{path}: is not a gradebook exported from Canvas, whose header begins with Student,ID; export it again"
        )
    width = header.index("Section") + 1
    titles = {}
    for name in header[width:]:
        match = _WITH_ID.match(name)
        if match:
            titles[match["title"]] = name
    filled = [row + [""] * (width - len(row)) for row in rows[1:]]
    people = [row[:width] for row in filled if row[0].strip() not in ("", "Points Possible", "Student, Test")]
    return Exported(header[:width], people, titles)


def _header(assignment: Assignment, known: Exported) -> str:
    """Return Canvas's own header, else one that it takes neither for a total nor for an assignment's number."""
    for title in (assignment.title, assignment.id, f"{assignment.id} {assignment.title}"):
        if title in known.headers:
            return known.headers[title]
    names = (f"{assignment.id} {assignment.title}", assignment.id, f"Assignment {assignment.id[:2]}")
    return next(name for name in names if not _TOTAL.search(name) and not _WITH_ID.match(name))


def _matched(grades: Grades, known: Exported) -> tuple[list[tuple[list[str], Person | None]], list[str]]:
    """Match Canvas's rows with our students; students whom Canvas does not know come last."""
    waiting = {person.id: person for person in grades.people}
    by_number = {person.lms_user_id: person.id for person in grades.people if person.lms_user_id}
    rows: list[tuple[list[str], Person | None]] = []
    for cells in known.people:
        row = dict(zip(known.columns, cells, strict=True))
        names = [row.get("SIS Login ID", ""), row.get("SIS User ID", ""), by_number.get(row["ID"], ""), row["ID"]]
        rows.append((cells, next((waiting.pop(name) for name in names if name in waiting), None)))
    notes = []
    for person in waiting.values():
        own = {"Student": person.sortable_name, "ID": person.lms_user_id, "SIS Login ID": person.id}
        rows.append(([own.get(column, "") for column in known.columns], person))
        if known.people:
            notes.append(f"student {person.id} is not in the exported gradebook")
    return rows, notes


def _safe(columns: list[str], cells: list[str]) -> list[tables.Cell]:
    """Keep ids exact, since Canvas finds people by them; guard names and sections, which it does not read."""
    pairs = zip(columns, cells, strict=True)
    return [tables.exact(cell) if column in _IDS else tables.shown(cell) for column, cell in pairs]


def _scores(grades: Grades, person: Person | None) -> list[tables.Cell]:
    """Return a person's scores; an empty cell changes nothing in Canvas."""
    results = [grades.results.get((person.id if person else "", item.id)) for item in grades.assignments]
    return ["" if result is None else tables.rounded(final_score(result)) for result in results]
