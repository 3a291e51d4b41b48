"""`losslab export` and `losslab import-roster`: exchange grades and class lists with other systems."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder import course as courses
from autograder.base.errors import OutputError
from autograder.cli.terminal import tell, warn
from autograder.course import Course

if TYPE_CHECKING:
    from autograder.exports.load import Grades


class Target(StrEnum):
    """What to export to."""

    gradescope = "gradescope"
    canvas = "canvas"
    moodle = "moodle"
    plain = "plain"
    json = "json"
    feedback = "feedback"


_Db = Annotated[str | None, typer.Option(help="SQLAlchemy URL of the gradebook; GRADES/gradebook.db by default.")]


def export(
    target: Annotated[Target, typer.Argument(help="Which format.")],
    grades: Annotated[Path, typer.Option(help="Folder that `losslab grade` has written.")] = Path("grades"),
    to: Annotated[Path | None, typer.Option(help="File to write, for `plain` a folder; in GRADES by default.")] = None,
    assignment: Annotated[
        list[str] | None, typer.Option("--assignment", help="Only this assignment; may be repeated.")
    ] = None,
    gradebook: Annotated[
        Path | None, typer.Option(help="Gradebook that Canvas exported: its ids and headers are kept.")
    ] = None,
    db: _Db = None,
    raw: Annotated[bool, typer.Option("--raw", help="`plain`: leave cells that a spreadsheet would compute.")] = False,
) -> None:
    """Export grades, feedback pages or a Gradescope autograder.

    Grades go to Canvas, Moodle, spreadsheets (plain) or scripts (json); feedback is the pages to hand out.
    """
    path = courses.find()
    course = courses.load(path)
    if target is Target.gradescope:
        files = _gradescope(course, path.parent, assignment or [], to)
    elif target is Target.feedback:
        from autograder.exports import feedback

        files = {
            to or grades / "feedback.zip": feedback.write_feedback_zip(grades, path.parent, course, assignment or [])
        }
    else:
        files = _grades(target, course, grades, to, assignment or [], gradebook, db, raw)
    for name, content in files.items():
        _write(name, content)
        tell(name)


def _grades(
    target: Target,
    course: Course,
    grades: Path,
    to: Path | None,
    only: list[str],
    gradebook: Path | None,
    db: str | None,
    raw: bool,
) -> dict[Path, bytes]:
    from autograder.exports import canvas, load, moodle, plain, schema

    loaded = load.load(grades, db or _book(grades), course, only)
    if target is Target.plain:
        tables = plain.write_plain_tables(loaded, guard=not raw)
        mark = "" if raw else "\ufeff"  # a byte order mark tells spreadsheets that it is UTF-8
        return {(to or grades / "export") / name: _bytes(mark + text) for name, text in tables.items()}
    if target is Target.canvas:
        text, notes = canvas.write_canvas_csv(loaded, gradebook)
        warn(*(f"note: {note}" for note in [*notes, *_changed(loaded)]))
        return {to or grades / "canvas.csv": _bytes(text)}
    if target is Target.moodle:
        warn(*(f"note: {note}" for note in _changed(loaded)))
        return {to or grades / "moodle.csv": _bytes(moodle.write_moodle_csv(loaded))}
    return {to or grades / "export.json": _bytes(schema.write_export_json(loaded))}


def _changed(loaded: Grades) -> list[str]:
    """Return a line for each id that is not exported exactly, because a spreadsheet would run it as a formula."""
    from autograder.base import tables

    ids = [person.id for person in loaded.people if tables.exact(person.id) != person.id]
    return [
        f"student {name}: a spreadsheet would run this id as a formula, so it is quoted; enter the score by hand"
        for name in ids
    ]


def _gradescope(course: Course, root: Path, only: list[str], to: Path | None) -> dict[Path, bytes]:
    from autograder.exports import gradescope

    chosen = [course.assignment(name) for name in only] or course.assignments
    if to is not None and len(chosen) > 1:
        raise OutputError("--to: each assignment has a zip of its own; name one with --assignment, or leave --to out")
    names = {item.id: to or Path(f"gradescope-{item.id}.zip") for item in chosen}
    return {names[item.id]: gradescope.write_gradescope_zip(root, item) for item in chosen}


def import_roster(
    roster: Annotated[Path, typer.Argument(help="Class list as Canvas, Moodle or a plain CSV has it.")],
    grades: Annotated[Path, typer.Option(help="Folder of the gradebook.")] = Path("grades"),
    db: _Db = None,
) -> None:
    """Read a class list into the gradebook; nobody is removed.

    It takes names, e-mail addresses and ids from Canvas, Moodle or a plain CSV file.
    """
    from autograder.exports import roster as rosters

    course = courses.load(courses.find())
    people = rosters.read(roster)
    grades.mkdir(parents=True, exist_ok=True)
    rosters.enter(db or _book(grades), course, people)
    tell(f"{len(people)} students in the gradebook, from {roster}")


def _book(grades: Path) -> str:
    return f"sqlite:///{(grades / 'gradebook.db').resolve()}"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", errors="replace")


def _write(path: Path, content: bytes) -> None:
    from autograder.base import files

    files.write_file(path, content)
