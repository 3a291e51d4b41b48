"""Commands of the teaching staff: new, release, grade, doctor."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from autograder import course as courses
from autograder.base.errors import LossLabError, OutputError
from autograder.base.text import in_json
from autograder.cli.terminal import tell, warn, words
from autograder.course import Course, paths

if TYPE_CHECKING:
    from autograder.results import Result
    from autograder.use_cases.order import Order

_Assignments = Annotated[list[str] | None, typer.Option("--assignment", help="Only this assignment; may be repeated.")]


def new(
    name: Annotated[str, typer.Argument(help="Its id: two digits and words, such as 11-hinge-loss.")],
    title: Annotated[str, typer.Option(help="What students read above it; made of the name by default.")] = "",
) -> None:
    """Write the skeleton of a new assignment.

    That is its source, its graders, a written question with its rubric, and its entry in course.yml.
    """
    from autograder.release import new as skeleton

    path = courses.find()
    for written in skeleton.write_skeleton(path, name, title):
        tell(written.relative_to(path.parent))
    tell(f"next: losslab release --assignment {name}, losslab verify {name}; then make it yours")


def release(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 if assignments/ is not up to date.")
    ] = False,
    assignment: _Assignments = None,
) -> None:
    """Generate assignments/ from solutions/.

    Each assignment gets a stub, a notebook, public checks and a README.
    """
    from autograder.release import build

    path = courses.find()
    course = courses.load(path)
    if check:
        lines = build.drift(course, path.parent)
        for line in lines:
            tell(line)
        raise typer.Exit(1 if lines else 0)
    ids = [course.assignment(name).id for name in assignment or []] or [item.id for item in course.assignments]
    for written in build.write_assignments(course, path.parent, ids):
        tell(written.relative_to(path.parent))
    _warn_of_unproven(course, path.parent, ids)


def _warn_of_unproven(course: Course, root: Path, ids: Iterable[str]) -> None:
    from autograder.proving import stamp

    unproven = stamp.unproven(course, root, [course.assignment(name) for name in ids])
    if unproven:
        warn(
            f"warning: graders of {', '.join(unproven)} have changed since they were last proven; run `losslab verify`"
        )


def grade(
    submitted: Annotated[Path, typer.Argument(help="Folder with <student>/<assignment>/<files>.")],
    out: Annotated[Path, typer.Option(help="Where gradebook, results, feedback and report go.")],
    assignment: _Assignments = None,
    jobs: Annotated[int, typer.Option(min=1, help="Grading processes.")] = os.cpu_count() or 1,
    executor: Annotated[str, typer.Option(help="local, or dask for a cluster.")] = "local",
    scheduler: Annotated[
        str | None, typer.Option(help="Address of the Dask scheduler, say tcp://127.0.0.1:8786.")
    ] = None,
    db: Annotated[
        str | None, typer.Option(help="SQLAlchemy URL of the gradebook; DIR/gradebook.db by default.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Grade again what has not changed since the last time.")
    ] = False,
    sandbox: Annotated[str | None, typer.Option(help="bubblewrap, bubblewrap-once, uid or process.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print results.json instead of a table.")] = False,
    profile: Annotated[bool, typer.Option("--profile", help="Say where the time went.")] = False,
) -> None:
    """Grade a class, each submission behind a wall."""
    from autograder.use_cases.order import Order

    if executor not in ("local", "dask") or (executor == "dask") != (scheduler is not None):
        raise OutputError(f"--executor {executor}: must be `local`, or `dask` together with --scheduler ADDRESS")
    path = courses.find()
    order = Order(
        submitted, out, courses.load(path), path.parent, assignment or [], jobs, sandbox, db, force, scheduler
    )
    results = _graded(order)
    if json:
        _print_json(order, results)
    else:
        _show(results, out, db)
    if profile:
        _show_profile(out)


def _graded(order: Order) -> list[Result]:
    """Grade with a bar on the terminal, and warn of what the results do not tell."""
    from autograder.intake import left
    from autograder.use_cases import grade

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("grading", total=None)
        results = grade.run(order, lambda done, total: bar.update(task, completed=done, total=total))
    _warn_of_unproven(order.course, order.root, sorted({result.assignment for result in results}))
    for line in left.lines(order.submitted, order.course):
        warn(f"not graded: {line}")
    return results


def _print_json(order: Order, results: list[Result]) -> None:
    from autograder.results import FORMAT, Results, dump

    # JSON leaves some control characters as they are; in a text of it, an escape means the same.
    print(in_json(dump(Results(FORMAT, order.course.id, results)).decode()), end="")


def _show(results: list[Result], out: Path, db: str | None) -> None:
    from autograder.results.score import final_score

    console = Console()
    table = Table("student", title="Grades")
    assignments = sorted({result.assignment for result in results})
    for assignment in assignments:
        table.add_column(assignment, justify="right")
    rows: dict[str, dict[str, str]] = defaultdict(dict)
    for result in results:
        points = f"{final_score(result):g} / {result.max_score:g}"
        rows[result.student][result.assignment] = points if result.problem is None else "rejected"
    for student, row in rows.items():
        table.add_row(words(student), *(row.get(assignment, "") for assignment in assignments))
    console.print(table)
    for result in results:
        if result.problem is not None:
            console.print(words(f"rejected: {result.student}/{result.assignment}: {result.problem}"), soft_wrap=True)
    where = {"gradebook": _without_password(db) if db else out / paths.GRADEBOOK, "feedback": out / paths.FEEDBACK}
    for what, place in {**where, "report": out / "report.html"}.items():
        console.print(words(f"{what}: {place}"), soft_wrap=True)


def _show_profile(out: Path) -> None:
    """Show seconds by station, added up over all grading processes."""
    import json as json_module

    timings = json_module.loads((out / "timings.json").read_bytes())
    table = Table("station", title="Where the time went")
    for name in ("seconds", "ms a submission"):
        table.add_column(name, justify="right")
    for station, seconds in sorted(timings["profile"].items(), key=lambda item: -item[1]):
        each = f"{1000 * seconds / timings['graded_now']:.1f}" if timings["graded_now"] else ""
        table.add_row(station, f"{seconds:.2f}", each)
    Console(stderr=True).print(table)


def _without_password(url: str) -> str:
    from sqlalchemy.engine import make_url

    return str(make_url(url).render_as_string(hide_password=True))


def doctor() -> None:
    """Report which walls, libraries and courses work here.

    Each wall is tried with live attacks. For what is missing you are told what to do.
    """
    from autograder.jail import attacks, jail, walls

    works = False
    for wall in walls.WALLS:
        try:
            reason = jail.why_not(wall)
        except LossLabError as error:
            reason = str(error)
        broken: list[str] = []
        if reason is None:
            try:
                found = list(attacks.run(wall))
            except LossLabError as error:
                reason, found = str(error), []
            broken = [f"{finding.attack} ({', '.join(finding.got)[:80]})" for finding in found if finding.got]
        works = works or (reason is None and wall.automatic and not broken)
        tell(f"{'missing' if reason else 'BROKEN ' if broken else 'ok     '} {wall.name}: {reason or wall.summary}")
        if reason is None:
            tell(f"        held {len(found) - len(broken)} of {len(found)} attacks")
        for line in broken:
            tell(f"        not held: {line}")
    for name in ("torch", "nbgrader", "matplotlib"):
        tell(_library(name))
    try:
        path = courses.find()
        tell(f"ok      {path}: {len(courses.load(path).assignments)} assignments")
    except LossLabError as error:
        works = False
        tell(f"missing {error}")
    if not works:
        tell(f"remedy: {walls.INSTALL_HINT}")
    raise typer.Exit(0 if works else 1)


def _library(name: str) -> str:
    from importlib import metadata

    try:
        return f"ok      {name} {metadata.version(name)}"
    except metadata.PackageNotFoundError:
        return f"missing {name}: run `make setup`, or `pip install 'losslab[instructor]'`"
