"""What recorded calls say for and against a known mistake.

A mistake speaks only where it is wrong. Where the student gives the same there, this is evidence for it; where the
student gives anything else, the right result included, it is not what the student did. Where the mistake is right, it
says nothing: the student may have made another one besides. Value, gradients, changed arguments and prints are judged
one by one, so that a loss whose gradient is NaN can still be named for its value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from autograder.grading.diagnosis.output import Output, changed, differences, is_finite

Says = Literal["for", "against", "nothing"]


@dataclass(frozen=True)
class Seen:
    """A call's outputs: the student's, the right one, and that of the reference with a mistake in it."""

    student: Output
    right: Output
    mistaken: Output


def facets(seen: Seen) -> dict[str, Says]:
    """Return what a call with ordinary input, or with input to refuse, says for or against a mistake, by facet."""
    wrong = differences(seen.mistaken, seen.right)
    if not wrong:
        return {}
    if seen.student.raised and not seen.right.raised:  # an error hides what would have come
        return {"raised": "for" if seen.student.raised == seen.mistaken.raised else "nothing"}
    mine = differences(seen.student, seen.right)
    between = differences(seen.student, seen.mistaken)
    if seen.right.raised and not between:  # both accept what must be refused, and make the same of it
        return {"raised": "for", "value": "for"}
    return {name: _says(name, seen, mine, between) for name in wrong}


def of_unusual(seen: Seen, values_are_right: bool) -> dict[str, Says]:
    """Return what a call with lists, unsigned integers or the like says. Wrong in any way is alike: 3 - 5 and 5 - 3 wrap
    around to different numbers. If the student's values are wrong for ordinary input, only an error tells.
    """
    if not differences(seen.mistaken, seen.right) & {"raised", "value"}:
        return {}
    if seen.student.raised:
        return {"unusual": "for" if seen.mistaken.raised == seen.student.raised else "against"}
    if not values_are_right:
        return {}
    return {"unusual": "for" if "value" in differences(seen.student, seen.right) else "against"}


def _says(name: str, seen: Seen, mine: frozenset[str], between: frozenset[str]) -> Says:
    if name not in mine:
        return "against"
    if name == "changed":
        same = changed(seen.student, seen.right) == changed(seen.mistaken, seen.right)
        return "for" if same else "against"
    if name not in between and "raised" not in between:
        return "for"
    if name == "gradients" and not is_finite(list(seen.student.gradients)) and is_finite(list(seen.right.gradients)):
        return "nothing"  # something else made them NaN
    return "against"
