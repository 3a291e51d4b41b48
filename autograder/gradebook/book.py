"""nbgrader's gradebook, written through nbgrader's own models; what people graded there by hand stays.

`Gradebook.add_*` commits after every row. Here a whole class is entered in one transaction: all of it, or nothing.
"""

from __future__ import annotations

import contextlib
import datetime
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from autograder.base.errors import OutputError
from autograder.base.stopwatch import watch
from autograder.base.text import plain
from autograder.course import Assignment, Course
from autograder.results import EARNED, PartResult, Result

Timestamps = Mapping[tuple[str, str], datetime.datetime | None]


class _Cells(NamedTuple):
    """Ids of an assignment's rows: the assignment, its notebook, and each part's grade cell and solution cell."""

    assignment: str
    notebook: str
    grades: dict[str, str]
    solutions: dict[str, str]


def write_gradebook(url: str, course: Course, results: list[Result], timestamps: Timestamps) -> None:
    """Enter all results into the database at this SQLAlchemy URL; it is created if it does not exist.

    Raises:
        OutputError: the database cannot be opened or written; then nothing has been entered.
    """
    with opened(url, course) as book:
        for assignment in course.assignments:
            mine = {result.student: result for result in results if result.assignment == assignment.id}
            if mine:
                _enter(book.db, _register(book, course, assignment), mine, timestamps)
        book.db.commit()


def warm() -> None:
    """Import nbgrader, which takes more than a second, while nobody waits for it."""
    with contextlib.suppress(ImportError), watch("imports while grading"):
        import nbgrader.api  # noqa: F401


@contextlib.contextmanager
def opened(url: str, course: Course) -> Iterator[Any]:
    """Open the gradebook; whatever goes wrong with it becomes one line."""
    try:
        from nbgrader.api import Gradebook, InvalidEntry
        from sqlalchemy.exc import SQLAlchemyError
    except ImportError:
        raise OutputError("gradebook: nbgrader is not installed; run `pip install 'losslab[instructor]'`") from None
    try:
        with _schema_version_in_process(), _quiet(), Gradebook(url, course_id=course.id) as book:
            yield book
    except (SQLAlchemyError, InvalidEntry) as error:
        reason = (str(getattr(error, "orig", None) or error).splitlines() or [type(error).__name__])[0]
        raise OutputError(
            f"{_name(url)}: the gradebook cannot be written ({reason}); "
            "close what holds it open, check its permissions, or name another with --db"
        ) from None
    except ImportError as error:
        raise OutputError(f"{_name(url)}: no driver for this database ({error}); install it with pip") from None
    except OSError as error:
        raise OutputError(f"{_name(url)}: the gradebook cannot be made ({error}); choose another --out") from None


def _name(url: str) -> str:
    """Name the database for a message: its file, or its URL without the password."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        parsed = make_url(url)
    except ArgumentError:
        return "--db"  # a URL that cannot be parsed may hold a password anywhere
    file = parsed.database if parsed.get_backend_name() == "sqlite" else None
    return str(file or parsed.render_as_string(hide_password=True))


@contextlib.contextmanager
def _schema_version_in_process() -> Iterator[None]:
    """Answer nbgrader's question for the schema version here: it would start `alembic`, which takes two seconds."""
    from nbgrader import api

    before = api.get_alembic_version
    api.get_alembic_version = newest_schema
    try:
        yield
    finally:
        api.get_alembic_version = before


def newest_schema() -> str | None:
    import nbgrader
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic")).get_current_head()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silence nbgrader's log, which repeats as a traceback an error that is raised and shown in one line anyway."""
    from nbgrader import api

    log: logging.Logger = api.app_log
    before = log.disabled
    log.disabled = True
    try:
        yield
    finally:
        log.disabled = before


def _register(book: Any, course: Course, assignment: Assignment) -> _Cells:
    """Register assignment, notebook and cells as nbgrader's `generate_assignment` would."""
    from nbgrader import api

    db = book.db
    due = _naive_utc(course.due(assignment))
    row = _row(db, api.Assignment, {"name": assignment.id}, {"duedate": due, "course_id": book.course_id})
    notebook = _row(db, api.Notebook, {"name": assignment.module, "assignment_id": row.id}, {})
    grades, solutions = {}, {}
    for part in assignment.parts:
        key = {"name": part.id, "notebook_id": notebook.id}
        kind = "markdown" if part.manual else "code"
        grades[part.id] = _row(db, api.GradeCell, key, {"max_score": part.points, "cell_type": kind}).id
        # A written answer is one cell for grade and solution; in other parts, checks and solution are two cells.
        key = {"name": part.id if part.manual else f"{part.id}_solution", "notebook_id": notebook.id}
        solutions[part.id] = _row(db, api.SolutionCell, key, {}).id
    return _Cells(row.id, notebook.id, grades, solutions)


def _row(db: Any, model: Any, key: dict[str, Any], values: dict[str, Any]) -> Any:
    """Return the row with this key, with these values and an id; create it if there is none."""
    row = db.query(model).filter_by(**key).one_or_none()
    if row is None:
        row = model(**key, **values)
        db.add(row)
    for name, value in values.items():
        setattr(row, name, value)
    db.flush()
    return row


def _enter(db: Any, cells: _Cells, results: dict[str, Result], timestamps: Timestamps) -> None:
    """Enter the submissions of one assignment, with a few statements however many there are."""
    from nbgrader import api

    known = {name for (name,) in db.query(api.Student.id)}
    _insert(db, api.Student, [{"id": name} for name in results if name not in known])

    model: Any = api.SubmittedAssignment
    handed_in = {
        name: {"timestamp": _naive_utc(timestamps.get((name, result.assignment)))} for name, result in results.items()
    }
    query = db.query(model.student_id, model.id).filter(model.assignment_id == cells.assignment)
    submissions = _upsert(db, model, ("assignment_id", "student_id"), cells.assignment, dict(query.all()), handed_in)

    model = api.SubmittedNotebook
    late = {submissions[name]: {"late_submission_penalty": result.late_penalty} for name, result in results.items()}
    query = db.query(model.assignment_id, model.id).filter(model.notebook_id == cells.notebook)
    notebooks = _upsert(db, model, ("notebook_id", "assignment_id"), cells.notebook, dict(query.all()), late)

    of_notebook = {notebooks[submissions[name]]: result for name, result in results.items()}
    for part_id, cell in cells.grades.items():
        _enter_grades(db, cell, part_id, of_notebook)
    for part_id, cell in cells.solutions.items():
        _enter_comments(db, cell, part_id, of_notebook)


def _enter_grades(db: Any, cell: str, part_id: str, of_notebook: dict[str, Result]) -> None:
    """Enter the scores of a part; a person's `manual_score` and `extra_credit` are never written."""
    from nbgrader.api import Grade

    rows = db.query(Grade.notebook_id, Grade.id, Grade.manual_score).filter(Grade.cell_id == cell).all()
    marked = {notebook for notebook, _, manual in rows if manual is not None}
    values = {}
    for notebook, result in of_notebook.items():
        part = _part(result, part_id)
        by_hand = part is not None and part.needs_manual_grade and result.status == "graded"
        score = part.score if part is not None and result.status == "graded" else 0.0
        values[notebook] = {
            "auto_score": None if by_hand else score,
            "needs_manual_grade": by_hand and notebook not in marked,
        }
    known = {notebook: row for notebook, row, _ in rows}
    _upsert(db, Grade, ("cell_id", "notebook_id"), cell, known, values)


def _enter_comments(db: Any, cell: str, part_id: str, of_notebook: dict[str, Result]) -> None:
    """Enter the comments on a part; a person's `manual_comment` is never written."""
    from nbgrader.api import Comment

    known = dict(db.query(Comment.notebook_id, Comment.id).filter(Comment.cell_id == cell).all())
    values = {
        notebook: {"auto_comment": _comment(_part(result, part_id), result.problem)}
        for notebook, result in of_notebook.items()
    }
    _upsert(db, Comment, ("cell_id", "notebook_id"), cell, known, values)


def _upsert(
    db: Any,
    model: Any,
    columns: tuple[str, str],
    owner: str,
    known: dict[str, str],
    rows: dict[str, dict[str, Any]],
) -> dict[str, str]:
    """Write the rows, which owner and key (in `columns`) identify; return the id of each key."""
    from nbgrader.api import new_uuid
    from sqlalchemy import update

    ids = {key: known.get(key) or new_uuid() for key in rows}
    own, other = columns
    _insert(
        db,
        model,
        [{"id": ids[key], own: owner, other: key, **values} for key, values in rows.items() if key not in known],
    )
    changes = [{"id": ids[key], **values} for key, values in rows.items() if key in known]
    if changes:
        db.execute(update(model), changes)
    return ids


def _insert(db: Any, model: Any, rows: list[dict[str, Any]]) -> None:
    from sqlalchemy import insert

    if rows:  # an empty list would insert a row of defaults
        db.execute(insert(model), rows)


def _naive_utc(time: datetime.datetime | None) -> datetime.datetime | None:
    """Convert a time to nbgrader's form, naive UTC; one without an offset is UTC already."""
    return time if time is None or time.tzinfo is None else time.astimezone(datetime.UTC).replace(tzinfo=None)


def _part(result: Result, part_id: str) -> PartResult | None:
    return next((part for part in result.parts if part.id == part_id), None)


def _comment(part: PartResult | None, problem: str | None) -> str | None:
    """Return the failures of a part as text; None if there are none."""
    if problem is not None:
        return plain(problem)
    lost = [check for check in part.checks if check.status not in EARNED] if part else []
    return plain("\n\n".join(f"✗ {check.title} ({check.status})\n{check.message}".rstrip() for check in lost)) or None
