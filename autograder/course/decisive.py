"""The fields of course.yml that decide outcomes. Grading gets only these, so no other field can change an outcome."""

from __future__ import annotations

import msgspec

from autograder.course.model import Assignment, Course, Part

_LEFT_OUT = "…"


def decisive(course: Course, assignment: Assignment) -> Assignment:
    """Return the assignment as grading sees it: with limits, but without titles, hints, dates or late policy.

    A field that is added to the model goes to grading, and into the fingerprint, unless it is left out here.
    """
    return msgspec.structs.replace(
        assignment,
        title=_LEFT_OUT,
        parts=[_decisive_part(part) for part in assignment.parts],
        due=None,
        late_policy=None,
        data=[name for name in assignment.data if not name.endswith(".md")],  # a worker gets no texts
        leaderboard=[],  # every measure is kept; the leaderboard chooses among them when it is written
        limits=course.limits_of(assignment),
    )


def _decisive_part(part: Part) -> Part:
    return msgspec.structs.replace(part, title=_LEFT_OUT, hints=[_LEFT_OUT] * 3)
