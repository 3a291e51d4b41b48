"""Grades as Moodle's `Grades > Import > CSV file` takes them: one row a student, one column an assignment."""

from __future__ import annotations

from autograder.base import tables
from autograder.exports.load import Grades
from autograder.results.score import final_score

COLUMNS = ["Username", "First name", "Last name", "Email address", "ID number"]


def write_moodle_csv(grades: Grades) -> str:
    """The CSV; the teacher maps `Username`, `ID number` or `Email address` on import. An empty cell changes nothing.

    What Moodle looks people up by stays exact; names, which it does not read, are guarded.
    """
    rows: list[list[tables.Cell]] = [[*COLUMNS, *(f"{item.id} {item.title}" for item in grades.assignments)]]
    for person in grades.people:
        results = [grades.results.get((person.id, item.id)) for item in grades.assignments]
        scores = ["" if result is None else tables.rounded(final_score(result)) for result in results]
        names = [tables.shown(person.first_name), tables.shown(person.last_name)]
        number = tables.exact(person.lms_user_id or person.id)
        rows.append([tables.exact(person.id), *names, tables.exact(person.email), number, *scores])
    return tables.text_of(rows)
