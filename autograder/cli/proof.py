"""`losslab verify`: the proof of the graders, on the terminal or as JSON."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from autograder import course as courses
from autograder.base.text import number
from autograder.cli.terminal import tell, warn, words
from autograder.course import Assignment, Course

if TYPE_CHECKING:
    from autograder.proving.judge import Row


def verify(
    assignment: Annotated[str | None, typer.Argument(help="Only this assignment.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Grading processes.")] = os.cpu_count() or 1,
    seeds: Annotated[int, typer.Option(min=0, help="How many times the reference gets other random inputs.")] = 500,
    json: Annotated[bool, typer.Option("--json", help="Print the rows as JSON instead of a table.")] = False,
    accept: Annotated[
        bool, typer.Option("--accept", help="Draft equivalent.yml for mutants that live; the reasons are yours.")
    ] = False,
    points: Annotated[bool, typer.Option("--points", help="List what each known mistake costs, too.")] = False,
) -> None:
    """Prove the graders on right and wrong solutions.

    Right solutions must earn everything, and each wrong one must lose points in the part where it is wrong.
    """
    from autograder.proving import stamp
    from autograder.proving import verify as proving

    path = courses.find()
    course = courses.load(path)
    chosen = [course.assignment(assignment)] if assignment else course.assignments
    rows = _proven(course, path.parent, chosen, jobs, seeds)
    if json:
        _print_rows(rows)
    else:
        _show_rows(rows)
        _show_costs(rows, each=points)
    for drafted, count in proving.accept(path.parent, rows).items() if accept else ():
        warn(f"{drafted}: {count} drafted; write for each why it is right too, then verify again")
    broken = {row.assignment for row in rows if row.problems}
    passed = [item for item in chosen if item.id not in broken and seeds >= proving.SEEDS]
    if passed:
        stamp.write_stamp(course, path.parent, passed)
    raise typer.Exit(1 if broken else 0)


def _proven(course: Course, root: Path, chosen: list[Assignment], jobs: int, seeds: int) -> list[Row]:
    """Try what the graders promise, with a bar on the terminal."""
    from autograder.jail.jail import first_that_works
    from autograder.proving import verify as proving

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("proving", total=None)
        wall = first_that_works().name
        return proving.run(
            course, root, chosen, wall, jobs, seeds, lambda done, total: bar.update(task, completed=done, total=total)
        )


def _print_rows(rows: list[Row]) -> None:
    import msgspec

    print(msgspec.json.format(msgspec.json.encode(rows), indent=1).decode())


def _show_rows(rows: list[Row]) -> None:
    console = Console()
    table = Table("assignment", "promise", title="Proof of the graders")
    table.add_column("tried", justify="right")
    table.add_column("broken", justify="right")
    for row in rows:
        table.add_row(row.assignment, row.promise, str(row.cases), str(len(row.problems)) if row.problems else "✓ none")
    console.print(table)
    for row in rows:
        for problem in row.problems:
            console.print(words(f"{row.assignment}: {row.promise}: {problem}"), soft_wrap=True)


def _show_costs(rows: list[Row], each: bool) -> None:
    from autograder.proving.costs import summary

    console = Console()
    for row in (row for row in rows if row.costs):
        if each:
            table = Table("mistake", "part", title=f"{row.assignment}: what a mistake costs")
            for name in ("lost", "of", "elsewhere"):
                table.add_column(name, justify="right")
            for item in sorted(row.costs, key=lambda item: (item.part, item.mistake)):
                numbers = (number(item.lost), number(item.points), number(item.elsewhere))
                table.add_row(item.mistake, item.part, *numbers)
            console.print(table)
        tell(f"{row.assignment}: {summary(row.costs)}")
