"""Grades for Moodle's `Grades > Import > CSV file`: one row for each student, one column for each assignment."""

from __future__ import annotations

from autograder.base import tables
from autograder.exports.load import Grades
from autograder.results.score import final_score

COLUMNS = ["Username", "First name", "Last name", "Email address", "ID number"]


def write_moodle_csv(grades: Grades) -> str:
    """Write the CSV. On import the teacher maps `Username`, `ID number` or `Email address`; empty cells change nothing.

    Columns that Moodle finds people by stay exact; names, which it does not read, are guarded.
    """
    rows: list[list[tables.Cell]] = [[*COLUMNS, *(f"{item.id} {item.title}" for item in grades.assignments)]]
    for person in grades.people:
        results = [grades.results.get((person.id, item.id)) for item in grades.assignments]
        scores = ["" if result is None else tables.rounded(final_score(result)) for result in results]
        names = [tables.shown(person.first_name), tables.shown(person.last_name)]
        number = tables.exact(person.lms_user_id or person.id)
        rows.append([tables.exact(person.id), *names, tables.exact(person.email), number, *scores])
    return tables.text_of(rows)
