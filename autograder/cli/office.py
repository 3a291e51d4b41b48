"""Commands of the instructor's office: regrade and replay."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from autograder import course as courses
from autograder.base.text import in_json
from autograder.cli.terminal import words

if TYPE_CHECKING:
    from autograder.results.regrade import Change

_Assignments = Annotated[list[str] | None, typer.Option("--assignment", help="Only this assignment; may be repeated.")]
_Out = Annotated[Path, typer.Option(help="Folder that `losslab grade` has written.")]
_Db = Annotated[str | None, typer.Option(help="SQLAlchemy URL of the gradebook; OUT/gradebook.db by default.")]


def regrade(
    submitted: Annotated[Path, typer.Argument(help="Folder with <student>/<assignment>/<files>.")],
    out: _Out,
    preview: Annotated[bool, typer.Option("--preview", help="Say who would change, and write nothing.")] = False,
    assignment: _Assignments = None,
    jobs: Annotated[int, typer.Option(min=1, help="Grading processes.")] = os.cpu_count() or 1,
    db: _Db = None,
    sandbox: Annotated[str | None, typer.Option(help="bubblewrap, bubblewrap-once, uid or process.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the changes as JSON instead of a table.")] = False,
) -> None:
    """Grade again after graders or rules have changed.

    Scores, comments and extra credit that people entered by hand stay.
    """
    import msgspec

    from autograder.results import regrade as regrading
    from autograder.use_cases import grade
    from autograder.use_cases.order import Order

    path = courses.find()
    order = Order(submitted, out, courses.load(path), path.parent, assignment or [], jobs, sandbox, db)
    before = regrading.stored(out)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("grading", total=None)
        work = grade.preview if preview else grade.run
        after = work(order, lambda done, total: bar.update(task, completed=done, total=total))
    changes = regrading.changes(before, after)
    if json:
        print(in_json(msgspec.json.format(msgspec.json.encode(changes), indent=1).decode()))
    else:
        _show(changes, len(after), preview)


def _show(changes: list[Change], total: int, preview: bool) -> None:
    from autograder.base.text import number

    console = Console()
    table = Table("student", "assignment", title="Would change" if preview else "Changed")
    for column in ("before", "after", "difference"):
        table.add_column(column, justify="right")
    table.add_column("why", overflow="fold")
    for change in changes:
        scores = ["" if score is None else number(score) for score in (change.before, change.after)]
        why = Text("\n").join(words(reason) for reason in change.reasons)
        table.add_row(words(change.student), change.assignment, *scores, f"{round(change.difference, 2):+g}", why)
    if changes:
        console.print(table)
    verb = "would change" if preview else "changed"
    console.print(f"{len(changes)} of {total} submissions {verb}" + ("; nothing was written" if preview else ""))


def replay(
    student: Annotated[str, typer.Argument(help="The student's folder in SUBMITTED.")],
    assignment: Annotated[str, typer.Argument(help="The assignment's id.")],
    submitted: Annotated[Path, typer.Option(help="Folder with <student>/<assignment>/<files>.")] = Path("submitted"),
    out: _Out = Path("grades"),
    sandbox: Annotated[str | None, typer.Option(help="bubblewrap, bubblewrap-once, uid or process.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print what differs as JSON.")] = False,
) -> None:
    """Grade one submission again and compare it check by check.

    The exit code is 1 if the outcome differs.
    """
    import msgspec

    from autograder.use_cases import replay as replaying
    from autograder.use_cases.order import Order

    path = courses.find()
    course = courses.load(path)
    order = Order(submitted, out, course, path.parent, [], 1, sandbox)
    outcome = replaying.replay(order, student, course.assignment(assignment))
    console = Console()
    if json:
        print(in_json(msgspec.json.format(msgspec.json.encode(outcome), indent=1).decode()))
    else:
        lines = [f"differs: {line}" for line in outcome.differences] + [f"because? {line}" for line in outcome.causes]
        for line in lines:
            console.print(words(line), soft_wrap=True)
        if not outcome.differences:
            console.print(f"same outcome, check by check ({outcome.checks} checks)")
    raise typer.Exit(1 if outcome.differences else 0)
