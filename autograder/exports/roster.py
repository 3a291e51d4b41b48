"""Class lists from Canvas, Moodle or a plain CSV, read into the gradebook."""

from __future__ import annotations

from pathlib import Path

from autograder.base import tables
from autograder.base.errors import OutputError
from autograder.course import Course
from autograder.exports import canvas
from autograder.exports.load import Person
from autograder.gradebook import opened

# Headers in lower case by field: Moodle's in English and German, nbgrader's, and what a person would write.
_NAMES = {
    "id": ("student", "id", "student_id", "username", "anmeldename"),
    "first_name": ("first_name", "first name", "vorname"),
    "last_name": ("last_name", "last name", "surname", "nachname"),
    "email": ("email", "email address", "e-mail", "e-mail-adresse"),
    "lms_user_id": ("lms_user_id", "id number", "id-nummer", "idnumber"),
}


def read(path: Path) -> list[Person]:
    """Read the people of a class list, in its order.

    Raises:
        OutputError: the file cannot be read, has no column with ids, a row without an id, or an id twice.
    """
    rows = tables.read(path)
    header = [cell.strip() for cell in rows[0]] if rows else []
    people = _from_canvas(path) if header[:2] == ["Student", "ID"] else _from_table(path, header, rows[1:])
    seen: set[str] = set()
    for number, person in enumerate(people, start=2):
        if not person.id:
            raise OutputError(f"{path}: row {number} has no id; fill it in, or remove the row")
        if person.id in seen:
            raise OutputError(f"{path}: student {person.id} is listed twice; remove one row")
        seen.add(person.id)
    return people


def enter(url: str, course: Course, people: list[Person]) -> None:
    """Add people to the gradebook and update the names of those in it; nobody is removed. Raises OutputError."""
    with opened(url, course) as book:
        for person in people:
            fields = {"first_name": person.first_name, "last_name": person.last_name, "email": person.email}
            known = {name: text for name, text in {**fields, "lms_user_id": person.lms_user_id}.items() if text}
            book.update_or_create_student(person.id, **known)


def _from_canvas(path: Path) -> list[Person]:
    exported = canvas.read(path)
    people = []
    for cells in exported.people:
        row = dict(zip(exported.columns, cells, strict=True))
        last, _, first = tables.unguarded(row["Student"]).partition(", ")
        name = row.get("SIS Login ID") or row.get("SIS User ID") or row["ID"]
        people.append(Person(tables.unguarded(name).strip(), first, last, "", row["ID"].strip()))
    return people


def _from_table(path: Path, header: list[str], rows: list[list[str]]) -> list[Person]:
    lower = [name.lower() for name in header]
    where = {field: next((lower.index(n) for n in names if n in lower), -1) for field, names in _NAMES.items()}
    if where["id"] < 0:  # in Moodle's list of participants, a number stands for a missing username
        where["id"] = where["lms_user_id"]
    if where["id"] < 0:
        raise OutputError(
            f"{path}: has no column with ids; name one `student`, or export a class list from Canvas or Moodle"
        )
    return [
        Person(**{field: tables.unguarded(row[at]).strip() for field, at in where.items() if 0 <= at < len(row)})
        if where["id"] < len(row)
        else Person("")
        for row in rows
    ]
