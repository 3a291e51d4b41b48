"""Results as they are written to results.json; the format is fixed, and numbered."""

from __future__ import annotations

from typing import Literal

import msgspec

from .grading.outcome import Status

FORMAT = 1


class CheckResult(msgspec.Struct, frozen=True):
    id: str
    title: str
    status: Status
    points: float
    max_points: float
    message: str
    mistake: str | None


class PartResult(msgspec.Struct, frozen=True):
    id: str
    score: float
    max_score: float
    needs_manual_grade: bool
    checks: list[CheckResult]


class Provenance(msgspec.Struct, frozen=True):
    """What the outcome depends on beside the submission: hashes, and the environment in words. `seed` hides the secret."""

    graders: str
    course: str
    environment: str
    seed: str


class Result(msgspec.Struct, frozen=True):
    """One graded or rejected submission. `score` is before the late penalty, which is in points.

    `measures` are figures for a leaderboard, by name. A person's scores and extra credit are in the parts they are for.
    `hints` are the highest ones that the student says to have asked for, by part; no score depends on them.
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
    """Indented JSON; equal values give equal bytes."""
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"
