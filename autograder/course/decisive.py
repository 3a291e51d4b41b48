"""The fields of course.yml that decide outcomes. Grading is given these and no others, so none of the rest can reach one."""

from __future__ import annotations

import msgspec

from autograder.course.model import Assignment, Course, Part

_LEFT_OUT = "…"


def decisive(course: Course, assignment: Assignment) -> Assignment:
    """The assignment as grading sees it: its own limits or the course's, and nothing that is only shown, dated or priced late.

    A field that is added to the model is given to grading, and is part of the fingerprint, until it is left out here.
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
