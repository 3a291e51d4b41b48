"""Cache graded submissions next to the results, so that only what has changed is graded again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec

from autograder.base import files
from autograder.grading.batch import Graded
from autograder.grading.dispatch.fingerprint import Fingerprint
from autograder.intake.submission import Submission


class Cache:
    """A folder of graded submissions, each under a hash of all that its outcome depends on.

    `fingerprint` returns the fingerprint of an assignment, by its id.
    """

    def __init__(self, folder: Path, fingerprint: Callable[[str], Fingerprint]) -> None:
        self._folder = folder
        self._fingerprint = fingerprint

    def get(self, submission: Submission) -> Graded | None:
        """Return what this submission got before; None if it is new or the entry cannot be read."""
        try:
            return msgspec.msgpack.decode(self._path(submission).read_bytes(), type=Graded)
        except (OSError, msgspec.DecodeError):
            return None

    def put(self, submission: Submission, graded: Graded) -> None:
        """Store what this submission got. Raises OutputError."""
        files.write_file(self._path(submission), msgspec.msgpack.encode(graded))

    def _path(self, submission: Submission) -> Path:
        fingerprint = self._fingerprint(submission.assignment)
        whole = [fingerprint, submission.source, sorted(submission.files.items()), submission.sha256]
        name = hashlib.sha256(msgspec.msgpack.encode(whole)).hexdigest()
        return self._folder / name[:2] / name
