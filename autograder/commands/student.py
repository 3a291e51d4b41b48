"""Commands of students: check, hint, status, submit."""

from __future__ import annotations

import datetime
import json as json_module
from pathlib import Path
from typing import Annotated

import typer

from .. import course as courses
from ..course import Assignment
from ..errors import CourseError, SubmissionError
from ..public import checks as public


def check(
    exercise: Annotated[
        str | None, typer.Argument(help="Assignment, say 01-mse; the one of this folder by default.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Machine-readable verdicts.")] = False,
    all: Annotated[bool, typer.Option("--all", help="Show parts that are not started, too.")] = False,
) -> None:
    """Run the public checks on your file."""
    path = courses.find()
    course = courses.load(path)
    assignment = course.assignment(exercise or Path.cwd().name)
    verdicts = public.run(assignment, _folder(path.parent, assignment))
    if json:
        print(json_module.dumps({"assignment": assignment.id, "checks": [vars(item) for item in verdicts]}, indent=1))
    else:
        for line in public.render(assignment, verdicts, show_all=all):
            print(line)
    raise typer.Exit(0 if all_passed(verdicts) else 1)


def all_passed(verdicts: list[public.Verdict]) -> bool:
    return bool(verdicts) and all(item.status == "pass" for item in verdicts)


def _folder(root: Path, assignment: Assignment) -> Path:
    for folder in (Path.cwd(), root / "assignments" / assignment.id, root / assignment.id, Path.cwd() / assignment.id):
        if (folder / f"test_{assignment.module}.py").is_file():
            return folder
    raise SubmissionError(f"test_{assignment.module}.py: not found; run this in the folder of {assignment.id}")


def submit(
    exercise: Annotated[
        str | None, typer.Argument(help="Assignment, say 01-mse; the one of this folder by default.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write the zip; beside the assignment by default.")] = None,
) -> None:
    """Run the public checks, and pack what you hand in."""
    from ..student import submit as packing

    path = courses.find()
    assignment = courses.load(path).assignment(exercise or Path.cwd().name)
    folder = _folder(path.parent, assignment).resolve()
    for line in packing.hand_in(assignment, folder, out or folder.parent / f"{assignment.id}.zip"):
        print(line)


def status(
    json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False,
) -> None:
    """Show what is done, what is open, and until when."""
    from ..student import status as standing

    path = courses.find()
    course = courses.load(path)
    now = datetime.datetime.now(datetime.UTC)
    rows = []
    for assignment in course.assignments:
        due = course.due(assignment, "")
        left = standing.time_left(due, now)
        folder = _folder_or_none(path.parent, assignment)
        rows += [(item, left) for item in standing.standings(assignment, folder)]
    if json:
        print(json_module.dumps([{**vars(item), "time": left} for item, left in rows], indent=1))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("assignment", "part", "points", "state", "time")
    for (item, left), before in zip(rows, [None, *(row[0].assignment for row in rows)], strict=False):
        first = item.assignment != before
        table.add_row(
            item.assignment if first else "", item.part, f"{item.points:g}", item.state, left if first else ""
        )
    Console().print(table)
    if course.free_late_days:
        print(f"free late days for the whole course: {course.free_late_days}")


def _folder_or_none(root: Path, assignment: Assignment) -> Path | None:
    try:
        return _folder(root, assignment).resolve()
    except SubmissionError:
        return None


def hint(
    part: Annotated[str, typer.Argument(help="Part, say mse_loss, or assignment and part: 01-mse/mse_loss.")],
    level: Annotated[int, typer.Option(min=1, max=3, help="1: nudge, 2: method, 3: formula.")] = 1,
) -> None:
    """Show a hint: a nudge first, then the method, then the formula; never the code."""
    course = courses.load(courses.find())
    name, _, part_id = part.rpartition("/")
    for assignment in [course.assignment(name)] if name else course.assignments:
        found = assignment.part(part_id)
        if found is not None and (name or assignment.id == Path.cwd().name or _only(course, part_id)):
            print(f"{assignment.id} · {found.title} · hint {level} of {len(found.hints)}")
            print(f"  {found.hints[level - 1]}")
            return
    owners = [item.id for item in course.assignments if item.part(part_id)]
    if owners:
        raise CourseError(
            f"hint {part}: several assignments have it; write {' or '.join(f'{item}/{part_id}' for item in owners)}"
        )
    known = ", ".join(item.id for assignment in course.assignments for item in assignment.parts)
    raise CourseError(f"hint {part}: no such part; there are {known}")


def _only(course: courses.Course, part_id: str) -> bool:
    return sum(item.part(part_id) is not None for item in course.assignments) == 1
