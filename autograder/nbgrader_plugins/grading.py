"""Grade some students' submissions in a separate process, to keep torch and forks out of nbgrader's server."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import msgspec

from autograder import course as courses
from autograder.base import files, lock
from autograder.base.errors import LossLabError, SandboxError
from autograder.course import Assignment, Course, paths
from autograder.intake import folder
from autograder.nbgrader_plugins.folders import GRADES
from autograder.results import Result, dump


class Request(msgspec.Struct, frozen=True):
    """What the grading process is asked for."""

    root: str
    submitted: str
    assignment: str
    students: list[str]
    sandbox: str | None = None


class Reply(msgspec.Struct, frozen=True):
    problem: str | None
    results: list[Result]


class Graded(NamedTuple):
    """What nbgrader's steps need of one submission."""

    course: Course
    root: Path
    result: Result
    handed_in: datetime.datetime | None


def grade(
    course: Course, root: Path, submitted: str, assignment: Assignment, students: list[str]
) -> dict[tuple[str, str], Graded]:
    """Return results by student and assignment.

    Raises:
        LossLabError: nothing can be graded.
    """
    request = Request(str(root), submitted, assignment.id, students, os.environ.get("LOSSLAB_SANDBOX"))
    package = Path(__file__).parent.parent.parent
    done = subprocess.run(
        [sys.executable, "-m", "autograder.nbgrader_plugins.grading"],
        input=msgspec.json.encode(request),
        stdout=subprocess.PIPE,
        cwd=package,
        check=False,
    )
    try:
        reply = msgspec.json.decode(done.stdout, type=Reply)
    except msgspec.DecodeError:
        raise SandboxError(f"the grading process ended with code {done.returncode}; run `losslab doctor`") from None
    if reply.problem is not None:
        raise LossLabError(reply.problem)
    return {
        (item.student, item.assignment): Graded(
            course, root, item, folder.handed_in(folder.place(root / submitted, item.student) / item.assignment)[0]
        )
        for item in reply.results
    }


def _carry_out(request: Request) -> list[Result]:
    from autograder.use_cases.grading import grade_all  # only in the process that grades
    from autograder.use_cases.order import Order, Place

    root = Path(request.root)
    course = courses.load(root / courses.FILENAME)
    assignment = course.assignment(request.assignment)
    submitted, out, jobs = root / request.submitted, root / GRADES, os.cpu_count() or 1
    folders = [(student, folder.place(submitted, student) / assignment.id) for student in request.students]
    places = [Place(student, assignment, path) for student, path in folders]
    order = Order(submitted, out, course, root, [assignment.id], jobs, request.sandbox, places=places)
    with lock.alone(out):
        graded = grade_all(order).results
        for result in graded:
            files.write_file(out / paths.RESULTS / result.student / f"{result.assignment}.json", dump(result))
    return graded


def main() -> None:
    """Read a request and write a reply, both as JSON."""
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=Request)
    try:
        reply = Reply(None, _carry_out(request))
    except LossLabError as error:
        reply = Reply(str(error), [])
    sys.stdout.buffer.write(msgspec.json.encode(reply))


if __name__ == "__main__":
    main()
