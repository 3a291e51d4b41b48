"""Grade one submission again, from scratch, and compare the outcome with the stored one."""

from __future__ import annotations

import os
from dataclasses import replace

import msgspec

from autograder.base.errors import OutputError
from autograder.course import Assignment
from autograder.intake import folder
from autograder.results import Result, regrade
from autograder.use_cases.grading import grade_all
from autograder.use_cases.order import Order, Place


class Replayed(msgspec.Struct, frozen=True):
    """`differences` between two outcomes, check by check, and `causes` that may explain them."""

    student: str
    assignment: str
    checks: int
    differences: list[str]
    causes: list[str]


def replay(order: Order, student: str, assignment: Assignment) -> Replayed:
    """Grade the submission again; nothing is written, and nothing is taken from the cache.

    Raises:
        OutputError: there is no result to compare with, or no submission.
        LossLabError: it cannot be graded.
    """
    old = regrade.stored(order.out).get((student, assignment.id))
    path = folder.place(order.submitted, student) / assignment.id
    if old is None:
        raise OutputError(f"{order.out}/results/{student}/{assignment.id}.json: is missing; run `losslab grade` first")
    if not os.path.lexists(path):
        raise OutputError(f"{path}: is missing; name the folder of the submissions with --submitted")
    (new,) = grade_all(replace(order, places=[Place(student, assignment, path)], remember=False)).results
    count = sum(len(part.checks) for part in old.parts)
    causes = regrade.origins_differ(old, new)
    return Replayed(student, assignment.id, count, _differences(old, new), causes)


def _differences(old: Result, new: Result) -> list[str]:
    """Compare status, points, message and mistake of each check. A person's scores are not compared."""
    lines = [] if old.problem == new.problem else [f"problem: {old.problem!r} then, {new.problem!r} now"]
    before = {check.id: check for part in old.parts for check in part.checks}
    after = {check.id: check for part in new.parts for check in part.checks}
    for name in [*before, *(name for name in after if name not in before)]:
        if name not in before or name not in after:
            lines.append(f"{name}: {'new' if name in after else 'gone'}")
            continue
        for field in ("status", "points", "max_points", "message", "mistake"):
            if field == "message" and before[name].status == after[name].status == "timeout":
                continue  # the seconds in the message depend on the machine's load
            then, now = getattr(before[name], field), getattr(after[name], field)
            if then != now:
                lines.append(f"{name}: {field} {then!r} then, {now!r} now")
    return lines
