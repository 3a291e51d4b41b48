"""What runs inside Gradescope's container: one submission in, results.json out."""

from __future__ import annotations

import sys
import time
import traceback
from pathlib import Path
from typing import Any, Literal

import msgspec

from autograder import course as courses
from autograder.base.errors import LossLabError
from autograder.base.text import plain
from autograder.course import Assignment, Course
from autograder.pages.feedback import shortened
from autograder.results import EARNED, Result
from autograder.use_cases.order import Order, Place

_STUDENT = "submission"
_OURS = "The autograder could not run; your submission is kept. Please tell your teacher."


class Test(msgspec.Struct, frozen=True):
    """One check as Gradescope shows it."""

    score: float
    max_score: float
    status: Literal["passed", "failed"]
    name: str
    number: str
    output: str
    output_format: str = "text"
    visibility: str = "visible"


class Report(msgspec.Struct, frozen=True):
    """Gradescope's results.json. Lateness is left to Gradescope, which knows the time of submission."""

    score: float
    execution_time: float
    output: str
    tests: list[Test] = []
    leaderboard: list[dict[str, Any]] = []
    extra_data: dict[str, Any] = {}
    output_format: str = "text"
    visibility: str = "visible"
    stdout_visibility: str = "hidden"


def report(assignment: Assignment, result: Result, seconds: float) -> Report:
    """Turn a Result into Gradescope's form; parts that a person grades are graded there."""
    titles = {part.id: part.title for part in assignment.parts}
    tests = [
        Test(
            check.points,
            check.max_points,
            "passed" if check.status in EARNED else "failed",
            f"{titles.get(part.id, part.id)}: {check.title}",
            f"{at}.{number}",
            plain(shortened(check.message)),
        )
        for at, part in enumerate(result.parts, start=1)
        for number, check in enumerate(part.checks, start=1)
    ]
    board = [
        {"name": item.title, "value": result.measures[item.id], "order": "asc" if item.better == "lower" else "desc"}
        for item in assignment.leaderboard
        if item.id in result.measures
    ]
    lines = [f"Rejected: {shortened(result.problem)}"] if result.problem else []
    return Report(
        score=result.score,
        execution_time=round(seconds, 3),
        output=plain("\n".join([*lines, *result.notes])),
        tests=tests,
        leaderboard=board,
        extra_data={
            "assignment": assignment.id,
            "sandbox": result.sandbox,
            "submission_sha256": result.submission_sha256,
            "provenance": msgspec.to_builtins(result.provenance),
        },
    )


def grade(course: Course, root: Path, assignment: Assignment, submission: Path) -> Result:
    """Grade a folder of submitted files."""
    # Imported here, so that a failing import is reported to Gradescope.
    from autograder.use_cases.grading import grade_all

    (result,) = grade_all(asked(course, root, assignment, submission)).results
    return result


def asked(course: Course, root: Path, assignment: Assignment, submission: Path) -> Order:
    """Order the grading of one folder, read in place, so that pipes and links are neither followed nor copied.

    Lateness is left to Gradescope, and results are not remembered.
    """
    place = Place(_STUDENT, assignment, submission.resolve())
    ids = [assignment.id]
    return Order(submission, submission, course, root, ids, 1, places=[place], remember=False, dated=False)


def main(here: Path, assignment_id: str) -> None:
    """Grade HERE/submission and write HERE/results/results.json; errors are written there, too."""
    started = time.monotonic()
    try:
        course = courses.load(here / "source" / courses.FILENAME)
        assignment = course.assignment(assignment_id)
        result = grade(course, here / "source", assignment, here / "submission")
        made = report(assignment, result, time.monotonic() - started)
    except Exception as error:  # whatever happens, Gradescope gets a result and keeps the submission
        # Only teachers see what is printed.
        lines = [str(error)] if isinstance(error, LossLabError) else traceback.format_exception(error)
        print(plain(f"losslab: {''.join(lines)}"), file=sys.stderr)
        made = Report(0.0, round(time.monotonic() - started, 3), _OURS)
    target = here / "results" / "results.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(msgspec.json.encode(made))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
