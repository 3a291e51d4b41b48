"""What an outcome depends on beside the submission, so that a Result can be had again, or told why not."""

from __future__ import annotations

import functools
import hashlib
import platform
from importlib import metadata
from pathlib import Path

import msgspec

from autograder.course import Assignment, Course
from autograder.course.seed import fingerprint
from autograder.grading.batch import packages
from autograder.grading.dispatch.fingerprint import version
from autograder.intake.submission import Submission
from autograder.results import Provenance


def of(course: Course, root: Path, assignment: Assignment) -> Provenance:
    """Hashes of graders, course and secret, and the libraries by name. Raises CourseError."""
    policy = msgspec.structs.replace(course, extensions=[])  # who was granted one is nobody's business here
    return Provenance(
        graders=version(root, assignment)[:16],
        course=hashlib.sha256(msgspec.json.encode(policy)).hexdigest()[:16],
        environment=_environment(packages(assignment)),
        seed=fingerprint(root),
    )


def with_round(origin: Provenance, submission: Submission) -> Provenance:
    """The same, and which random inputs the submission was given."""
    return msgspec.structs.replace(origin, round=submission.sha256[:16])


@functools.cache
def _environment(names: tuple[str, ...]) -> str:
    libraries = [f"{name} {metadata.version(name)}" for name in sorted({*names, "torch", "pytest"})]
    return ", ".join([f"Python {platform.python_version()}", *libraries])
