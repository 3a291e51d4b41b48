"""A submission, whatever it was handed in as."""

from __future__ import annotations

import datetime

import msgspec


class Submission(msgspec.Struct, frozen=True):
    """One student's work on one assignment.

    `source` is the module that will be loaded, `files` lie beside it; `notes` tell the student what intake did;
    `problem` is the one line on why there is nothing to grade, else None. `hints` are those that the student says to
    have asked for, by part; nothing is graded by them. `starved` where a busy machine is why it could not be read.

    `sha256` is over all that was handed in, and chooses the random inputs: whoever changes a byte gets others. What has
    none, as where graders are proven, is given the same inputs as all others that have none.
    """

    student: str
    assignment: str
    source: str = ""
    filename: str = ""
    files: dict[str, bytes] = {}
    notes: list[str] = []
    problem: str | None = None
    sha256: str = ""
    timestamp: datetime.datetime | None = None
    hints: dict[str, int] = {}
    starved: bool = False
