"""What has been graded once, kept beside the results, so that only what has changed is graded again."""

from __future__ import annotations

import hashlib
from importlib import metadata
from pathlib import Path

import msgspec

from autograder.base import files
from autograder.course import Assignment, Course
from autograder.course.seed import secret
from autograder.grading.batch import Graded, packages
from autograder.grading.dispatch.fingerprint import version
from autograder.intake.submission import Submission


class Cache:
    """A folder of graded submissions, each under a hash of all that its outcome depends on."""

    def __init__(self, folder: Path, course: Course, root: Path, wall: str) -> None:
        self._folder = folder
        self._course = course
        self._root = root
        self._wall = wall
        self._versions: dict[str, bytes] = {}

    def get(self, submission: Submission) -> Graded | None:
        """What this submission got before; None where it is new, or the entry cannot be read."""
        try:
            return msgspec.msgpack.decode(self._path(submission).read_bytes(), type=Graded)
        except (OSError, msgspec.DecodeError):
            return None

    def put(self, submission: Submission, graded: Graded) -> None:
        """Keep it. Raises OutputError."""
        files.write(self._path(submission), msgspec.msgpack.encode(graded))

    def _path(self, submission: Submission) -> Path:
        whole = hashlib.sha256(self._version(self._course.assignment(submission.assignment)))
        whole.update(msgspec.msgpack.encode([submission.source, sorted(submission.files.items()), submission.sha256]))
        name = whole.hexdigest()
        return self._folder / name[:2] / name

    def _version(self, assignment: Assignment) -> bytes:
        """Graders, machinery, limits, libraries and wall of an assignment."""
        if assignment.id not in self._versions:
            installed = [(name, metadata.version(name)) for name in (*packages(assignment), "torch", "pytest")]
            parts = (version(self._root, assignment), self._course.limits_of(assignment), installed, self._wall)
            salted = msgspec.json.encode(parts) + secret(self._root)
            self._versions[assignment.id] = hashlib.sha256(salted).digest()
        return self._versions[assignment.id]
