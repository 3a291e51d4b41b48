"""The commands that students work with: check, hint, status, predict."""

from __future__ import annotations

import datetime
import json as json_module
from pathlib import Path, PureWindowsPath
from typing import Annotated

import typer

from autograder import course as courses
from autograder.base.errors import CourseError, SubmissionError
from autograder.course import Assignment, Course
from autograder.student import progress
from autograder.student.checks import texts, work
from autograder.student.screen import say, table

_Exercise = Annotated[str | None, typer.Argument(help="Assignment, say 01-mse; the one of this folder by default.")]


def check(
    exercise: _Exercise = None,
    json: Annotated[bool, typer.Option("--json", help="Machine-readable verdicts.")] = False,
    all: Annotated[bool, typer.Option("--all", help="Show parts that are not started, too.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Run the current part each time you save.")] = False,
) -> None:
    """Run the public checks on your file."""
    from autograder.student.terminal import compiler
    from autograder.student.terminal import run as running

    compiler.put_off()
    path = courses.find()
    course = courses.load(path)
    home = progress.home(path)
    assignment = _assignment(course, exercise, progress.load(home).assignment)
    folder = work.folder_of(assignment, path.parent)
    if watch:
        from autograder.student.terminal import watch as watching

        raise typer.Exit(watching.watch(course, assignment, folder, path, home))
    made = running.run(assignment, folder, home)
    if json:
        checks = [vars(item) for item in made.verdicts]
        print(
            json_module.dumps({"assignment": assignment.id, "hidden_checks": made.hidden, "checks": checks}, indent=1)
        )
    else:
        say(*made.lines(show_all=all))
    raise typer.Exit(0 if made.passed else 1)


def _assignment(course: Course, exercise: str | None, left_off: str = "") -> Assignment:
    """Return the named assignment, the one whose folder this is, or the one worked on last. Raises CourseError."""
    if exercise:
        named = PureWindowsPath(exercise)  # takes both kinds of slashes: a folder or file completed by the shell
        return course.assignment(named.stem if named.suffix in (".py", ".ipynb") else named.name or exercise)
    here = work.assignment_here(course, Path.cwd())
    if here is None and not any(item.id == left_off for item in course.assignments):
        raise CourseError(texts.WHICH.format(example=course.assignments[0].id))
    return here or course.assignment(left_off)


def status(
    json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False,
) -> None:
    """Show what is done, what is open, and when it is due."""
    from autograder.student.terminal import status as standing

    path = courses.find()
    course = courses.load(path)
    home = progress.home(path)
    now = datetime.datetime.now(datetime.UTC)
    folders = {item.id: _folder_or_none(path.parent, item) for item in course.assignments}
    found = {item.id: standing.standings(item, folders[item.id], home) for item in course.assignments}
    if json:
        times = {item.id: standing.time_left(course.due(item), now) for item in course.assignments}
        rows = [{**vars(one), "time": times[one.assignment]} for own in found.values() for one in own]
        print(json_module.dumps(rows, indent=1))
        return
    lines = []
    for item in course.assignments:
        for index, one in enumerate(found[item.id]):
            due = standing.due_words(course.due(item), now) if index == 0 else ""
            lines.append((item.id if index == 0 else "", one.part, f"{one.points:g}", one.state, due))
    say(*table(texts.STATUS_HEAD, lines), "")
    say(standing.total(course, [one for own in found.values() for one in own]))
    say(*standing.late_days(course, standing.zips(course, folders), now))


def _folder_or_none(root: Path, assignment: Assignment) -> Path | None:
    try:
        return work.folder_of(assignment, root)
    except SubmissionError:
        return None


def hint(
    part: Annotated[
        str | None, typer.Argument(help="Part, say mse_loss, or assignment and part: 01-mse/mse_loss.")
    ] = None,
    level: Annotated[
        int | None, typer.Option(min=1, max=3, help="1: nudge, 2: method, 3: formula; the next one by default.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Show the last one again.")] = False,
) -> None:
    """Show the next hint: nudge, method, formula; never the code."""
    from autograder.student.terminal import hints

    path = courses.find()
    course = courses.load(path)
    home = progress.home(path)
    known = progress.load(home)
    here = work.assignment_here(course, Path.cwd())
    if part is None and known.part:
        part = f"{known.assignment}/{known.part}"
    if part is None:
        first = course.assignments[0]
        raise CourseError(texts.HINT_WHICH.format(example=f"{first.id}/{first.parts[0].id}"))
    assignment, found = hints.find(course, part, here)
    say(*hints.take(home, assignment, found, level, again).lines())


def predict(exercise: _Exercise = None) -> None:
    """Predict what functions return before you write them.

    A right answer is explained; after a wrong one you are asked again.
    """
    from autograder.student.terminal import predict as predicting

    path = courses.find()
    course = courses.load(path)
    assignment = _assignment(course, exercise)
    folder = work.folder_of(assignment, path.parent)
    others = [item.id for item in course.assignments if predicting.is_offered(path.parent, item)]
    raise typer.Exit(0 if predicting.ask_all(assignment, folder, progress.home(path), others) else 1)
