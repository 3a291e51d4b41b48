"""The command that students submit with: submit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder import course as courses
from autograder.student import progress
from autograder.student.checks import work
from autograder.student.screen import say


def submit(
    exercise: Annotated[
        str | None, typer.Argument(help="Assignment, say 01-mse; the one of this folder by default.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write the zip; next to the assignment by default.")] = None,
) -> None:
    """Run the public checks and pack the zip that you hand in."""
    from autograder.student import submit as packing

    path = courses.find()
    course = courses.load(path)
    here = None if exercise else work.assignment_here(course, Path.cwd())
    assignment = here or course.assignment(exercise or Path.cwd().name)
    folder = work.folder_of(assignment, path.parent)
    hints = progress.hints_taken(path.parent, assignment.id)
    say(*packing.hand_in(assignment, folder, out or folder.parent / f"{assignment.id}.zip", hints))
