"""Grade a batch of submissions of one assignment in this process. Executors hand out such batches."""

from __future__ import annotations

import atexit
import functools
import importlib.util
import io
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from autograder.base.errors import CourseError
from autograder.base.stopwatch import watch
from autograder.course import Assignment, Course, paths
from autograder.course.decisive import decisive
from autograder.course.seed import secret
from autograder.grading.diagnosis import engine
from autograder.grading.outcome import Outcome
from autograder.grading.plugin import GraderPlugin
from autograder.grading.proxy import Student
from autograder.grading.trial import TrialPlugin, Variation
from autograder.grading.wording import words_of
from autograder.intake.submission import Submission
from autograder.jail import walls
from autograder.jail.jail import Jail

# Plugins of pytest that graders do not need, or that would read settings from the current folder.
_UNUSED = [
    "cacheprovider",
    "capture",
    "debugging",
    "doctest",
    "faulthandler",
    "junitxml",
    "legacypath",
    "logging",
    "monkeypatch",
    "pastebin",
    "recwarn",
    "setuponly",
    "setupplan",
    "skipping",
    "stepwise",
    "terminal",
    "threadexception",
    "tmpdir",
    "unittest",
    "unraisableexception",
    "warnings",
]
_OPTIONS = [
    "--disable-plugin-autoload",
    "--import-mode=importlib",
    "--strict-markers",
    "--assert=rewrite",
    *(argument for name in _UNUSED for argument in ("-p", f"no:{name}")),
]


class Batch(msgspec.Struct, frozen=True):
    """Submissions of one assignment, and where graders and references are.

    The other fields are for proving graders: `only` lists the checks that each submission gets, in order; `until_lost`
    leaves out the checks after a lost one; `seeds` runs the checks of a single submission under each seed; `reach`
    records what each check calls; `diagnose` names mistakes; `pictures` keeps plots as pictures.
    """

    course: Course
    assignment_id: str
    submissions: list[Submission]
    root: str
    wall: str
    until_lost: bool = False
    seeds: list[int] = []
    only: list[list[str]] = []
    reach: bool = False
    diagnose: bool = True
    pictures: bool = True


class GradersStopped(CourseError):
    """The graders ended in the middle of a batch: they are broken, or a submission broke out of them."""


class Graded(msgspec.Struct, frozen=True):
    """Outcomes of one submission's checks, notes on its statements that failed, and what else the checks kept.

    `figures` are the student's plots as PNG, by part; `measures` are values for a leaderboard. If `reach` was asked
    for, `reached` has the functions that each check calls, and `seconds` how long it took. `starved` if a check was
    lost because the machine was busy; `problem` if the submission could not be graded at all.
    """

    outcomes: list[Outcome]
    notes: list[str]
    figures: dict[str, bytes] = {}
    measures: dict[str, float] = {}
    starved: bool = False
    reached: dict[str, list[str]] = {}
    seconds: dict[str, float] = {}
    problem: str | None = None

    @property
    def is_final(self) -> bool:
        """Return whether grading the submission again would give the same."""
        return not self.starved and self.problem is None


def grade(batch: Batch) -> list[Graded]:
    """Run all hidden checks against each submission. With seeds, return one Graded for each seed.

    Raises:
        CourseError: a grader is broken, or there are no checks.
        GradersStopped: they ended at one of the submissions. After that, the state of this process cannot be trusted.
        SandboxError: the jail breaks down.
    """
    plugin = _plugin(batch)
    folder = paths.graders(Path(batch.root), batch.assignment_id)
    _run_pytest(folder, plugin)
    if plugin.broken is not None:
        raise plugin.broken
    if plugin.failure:
        raise CourseError(f"{folder}: {plugin.failure}")
    if plugin.stopped:
        raise GradersStopped(f"{folder}: {plugin.stopped}")
    for outcomes in plugin.outcomes if not batch.seeds and not batch.only else ():
        check_points(batch.course.assignment(batch.assignment_id), outcomes)
    reached = (plugin.reach.functions(), plugin.reach.costs()) if batch.reach else ()
    kept = zip(plugin.outcomes, plugin.notes, plugin.figures, plugin.measures, plugin.starved, strict=True)
    return [Graded(*one, *reached) for one in kept]


def _plugin(batch: Batch) -> GraderPlugin:
    """Return the plugin that grades a batch, or the one that tries out graders with it."""
    assignment = decisive(batch.course, batch.course.assignment(batch.assignment_id))
    root = Path(batch.root)
    jail = _jail(batch.wall, packages(assignment), warm(assignment))
    given = assignment, batch.course.limits_of(assignment), released(root, assignment)
    openers, plotters = (
        [functools.partial(Student, jail, submission, *given, pictures) for submission in batch.submissions]
        for pictures in (False, True)
    )
    variation = Variation(batch.until_lost, tuple(batch.seeds), tuple(map(tuple, batch.only)))
    kind = GraderPlugin if variation == Variation() else functools.partial(TrialPlugin, variation=variation)
    return kind(
        assignment,
        openers,
        secret(root),
        functools.partial(reference, root, assignment.id, assignment.module),
        functools.partial(_diagnosis, root, assignment.id, assignment.module) if batch.diagnose else None,
        batch.submissions,
        _words(paths.graders(root, assignment.id)),
        plotters if batch.pictures else [],
    )


def import_oracle() -> None:
    """Import torch, which graders compare with, once before processes are forked, so that each of them has it."""
    with watch("importing torch"):
        import torch

    torch.set_num_threads(1)


def _run_pytest(folder: Path, plugin: GraderPlugin) -> None:
    if not folder.is_dir():
        raise CourseError(f"{folder}: has no graders; `losslab new` writes a skeleton")
    screen = io.StringIO()
    with redirect_stdout(screen), redirect_stderr(screen), watch("pytest"):
        # Modules are named after their path below rootdir: files of two assignments may have the same name.
        code = pytest.main(
            [*_OPTIONS, "-c", os.devnull, "--rootdir", str(folder.parent), str(folder)], plugins=[plugin]
        )
    if code in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) or plugin.failure or plugin.stopped:
        return
    told = f"pytest ended with code {int(code)}: {screen.getvalue().strip()[-300:]}"
    if code == pytest.ExitCode.INTERNAL_ERROR:  # errors of our own hooks end up here
        plugin.stopped = told
    else:
        plugin.failure = told


def check_points(assignment: Assignment, outcomes: list[Outcome]) -> None:
    """Raise CourseError unless the points of each automatic part's checks add up to the part's points."""
    for part in assignment.parts:
        points = sum(outcome.max_points for outcome in outcomes if outcome.part == part.id)
        if not part.manual and abs(points - part.points) > 1e-9:
            raise CourseError(
                f"course.yml: {assignment.id}, part `{part.id}` has {part.points:g} points, its checks have {points:g}"
            )
    strangers = {outcome.part for outcome in outcomes} - {part.id for part in assignment.parts}
    if strangers:
        raise CourseError(f"graders of {assignment.id}: part `{min(strangers)}` is not in course.yml")


def packages(assignment: Assignment) -> tuple[str, ...]:
    """Return the distributions that the assignment's jail can see."""
    torch = ("torch",) if assignment.environment == "torch" else ()
    return ("msgspec", "numpy", *torch, *assignment.packages)


def warm(assignment: Assignment) -> tuple[str, ...]:
    """Return the modules to import before the first fork."""
    torch = ("torch",) if assignment.environment == "torch" else ()
    pyplot = ("matplotlib.pyplot",) if "matplotlib" in assignment.packages else ()
    return ("numpy", *torch, *pyplot)


@functools.cache
def _jail(wall: str, names: tuple[str, ...], modules: tuple[str, ...]) -> Jail:
    """Return the jail of an environment: one for each process, for as long as the process lives."""
    jail = Jail(walls.by_name(wall), names, modules)
    atexit.register(jail.close)
    return jail


def released(root: Path, assignment: Assignment) -> dict[str, bytes]:
    """Read the data files that students have, to place next to their module. Raises CourseError."""
    folder = paths.solution(root, assignment.id)
    try:
        return {name: (folder / name).read_bytes() for name in assignment.data if not name.endswith(".md")}
    except OSError as error:
        raise CourseError(f"{error.filename}: cannot be read ({error.strerror}); fix `data` in course.yml") from None


@functools.cache
def _words(folder: Path) -> frozenset[str]:
    """Return the words in hidden checks and in this package, which therefore do not come from a submission."""
    files = [*folder.glob("test_*.py"), *folder.glob("conftest.py"), *Path(__file__).parent.rglob("*.py")]
    return words_of("\n".join(path.read_text(encoding="utf-8") for path in sorted(files)))


_diagnosis = functools.cache(engine.of)  # one per process, so that all submissions share its replays


@functools.cache
def reference(root: Path, assignment_id: str, name: str) -> ModuleType:
    """Load the reference solution as a module. It is our own code, so it may run here."""
    path = paths.source(root, assignment_id, name)
    spec = importlib.util.spec_from_file_location(f"reference_{name}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise CourseError(f"{path}: the reference is missing")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
