"""Results as they are written to results.json; the format is fixed, and numbered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from autograder.grading.outcome import Status

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
    """What the outcome depends on besides the submission (grading/dispatch/fingerprint.py): hashes of graders, reference and
    program, and of the fields of course.yml that decide, and the environment in words. `seed` stands for the secret.

    `round` is whose random inputs they were: the beginning of the submission's digest.
    """

    graders: str
    course: str
    environment: str
    seed: str
    round: str = ""


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


def pieces(value: Results) -> Iterator[bytes]:
    """What dump() gives, one result after the other: of a class of thousands, the whole would be the largest of all."""
    head, bracket, tail = dump(msgspec.structs.replace(value, results=[])).rpartition(b"[]")
    yield head + bracket[:1]
    for place, result in enumerate(value.results):
        yield (b"," if place else b"") + b"\n  " + dump(result).rstrip(b"\n").replace(b"\n", b"\n  ")
    yield (b"\n " if value.results else b"") + bracket[1:] + tail
