"""Results as they are written to results.json; the format is fixed and numbered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from autograder.grading.outcome import Kind, Status

FORMAT = 1
# The statuses of checks that earn their points.
EARNED = frozenset({"pass", "carried"})


class CheckResult(msgspec.Struct, frozen=True):
    id: str
    title: str
    status: Status
    points: float
    max_points: float
    message: str
    mistake: str | None
    kind: Kind = "value"
    topic: str = "default"


class PartResult(msgspec.Struct, frozen=True):
    id: str
    score: float
    max_score: float
    needs_manual_grade: bool
    checks: list[CheckResult]


class Provenance(msgspec.Struct, frozen=True):
    """What the outcome depends on besides the submission (see grading/dispatch/fingerprint.py).

    `graders` hashes graders, reference and program, `course` the fields of course.yml that decide, `seed` the secret;
    `environment` is in words. `round` says which random inputs were drawn: the start of the submission's digest.
    """

    graders: str
    course: str
    environment: str
    seed: str
    round: str = ""


class Result(msgspec.Struct, frozen=True):
    """One graded or rejected submission. `score` is before the late penalty, which is in points.

    `measures` are figures for a leaderboard, by name. A person's scores and extra credit are included in their parts.
    `hints` are the highest levels that the student reports, by part; no score depends on them.
    """

    student: str
    assignment: str
    status: Literal["graded", "rejected"]
    problem: str | None
    score: float
    max_score: float
    late_penalty: float
    submission_sha256: str
    sandbox: str
    parts: list[PartResult]
    notes: list[str]
    measures: dict[str, float] = {}
    provenance: Provenance | None = None
    hints: dict[str, int] = {}


class Results(msgspec.Struct, frozen=True):
    format: int
    course: str
    results: list[Result]


def dump(value: Result | Results) -> bytes:
    """Write indented JSON; equal values give equal bytes."""
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"


def pieces(value: Results) -> Iterator[bytes]:
    """Yield what dump() returns, one result at a time: for thousands of students the whole text takes much memory."""
    head, bracket, tail = dump(msgspec.structs.replace(value, results=[])).rpartition(b"[]")
    yield head + bracket[:1]
    for place, result in enumerate(value.results):
        yield (b"," if place else b"") + b"\n  " + dump(result).rstrip(b"\n").replace(b"\n", b"\n  ")
    yield (b"\n " if value.results else b"") + bracket[1:] + tail
