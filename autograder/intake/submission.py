"""The Submission: one student's work, whatever form it was handed in as."""

from __future__ import annotations

import datetime

import msgspec


class Submission(msgspec.Struct, frozen=True):
    """One student's work on one assignment.

    `source` is the module to load, and `files` lie next to it; `notes` tell the student what intake did; `problem` is
    one line on why there is nothing to grade, else None. `hints` are the hints that the student claims to have asked
    for, by part; they do not affect grades. `starved` if it could not be read because the machine was busy.

    `sha256` covers all that was handed in, and chooses the random inputs: changing a byte changes the inputs.
    Submissions without one, as when graders are proven, all get the same inputs.
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
