"""`losslab verify`: what the graders promise, tried out on right and wrong solutions by the hundred."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from autograder.course import Assignment, Course, paths
from autograder.grading.batch import import_oracle
from autograder.grading.dispatch import executor
from autograder.proving import equivalent
from autograder.proving.judge import LIVES, MUTANTS, Row, judge
from autograder.proving.plan import Plan
from autograder.release import build

SEEDS = 500


def run(
    course: Course,
    root: Path,
    assignments: list[Assignment],
    wall: str,
    jobs: int,
    seeds: int = SEEDS,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Row]:
    """Try every promise of the assignments' graders.

    Raises:
        CourseError, SandboxError: a grader is broken, or nothing can be graded.
    """
    plan = Plan(course, root, assignments, wall, seeds)
    drift: list[Row] = []
    done = executor.local(plan.batches(), jobs, import_oracle, lambda: drift.append(_drift(course, root)))
    for batch, results in done:
        plan.take(batch, results)
        if not batch.reach:
            progress(*plan.progress)
    return [*(row for item in assignments for row in judge(root, item, plan.graded[item.id])), *drift]


def accept(root: Path, rows: list[Row]) -> dict[Path, int]:
    """Draft a line of equivalent.yml for each mutant that lives; how many there are, by file. Raises OutputError."""
    drafted = {}
    for row in rows:
        living = [line.removesuffix(LIVES) for line in row.problems if line.endswith(LIVES)]
        if row.promise == MUTANTS and living:
            path = paths.graders(root, row.assignment) / paths.EQUIVALENT
            equivalent.draft(path, living)
            drafted[path] = len(living)
    return drafted


def _drift(course: Course, root: Path) -> Row:
    lines = build.drift(course, root)
    return Row("all", "assignments are up to date", len(course.assignments), lines)
