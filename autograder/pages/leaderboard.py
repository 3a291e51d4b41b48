"""The challenge's leaderboard: ranks from results, under pseudonyms that only their owners know."""

from __future__ import annotations

import hashlib
import hmac
import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from autograder.course import Assignment
from autograder.pages.feedback import digits
from autograder.results import Result

_KINDS = """
amber brave bright calm clever copper cosmic daring eager early fair fleet gentle golden hazel ivory jolly keen
lively lucky lunar mellow merry misty noble opal patient polar proud quiet rapid rosy royal ruby silver solar
steady sunny swift velvet vivid wild wise witty
"""
_ANIMALS = """
badger beaver bison cod condor crane deer dolphin eagle falcon finch fox gecko gull hare hawk heron ibex jackal
jay kestrel koala lark lemur lynx marten mole newt orca otter owl panda puffin raven robin seal shrew skua sparrow
stork swan tern trout wren
"""


@dataclass(frozen=True)
class Entry:
    """One line of the board. Equal values share a rank, and the next rank counts all before it (1, 2, 2, 4)."""

    rank: int
    pseudonym: str
    values: list[str]


def pseudonyms(students: Iterable[str], secret: bytes) -> dict[str, str]:
    """Give each student a unique name that nobody can foresee without the secret."""
    kinds, animals = _KINDS.split(), _ANIMALS.split()
    names: dict[str, str] = {}
    taken: set[str] = set()
    for student in sorted(set(students)):
        digest = hmac.new(secret, student.encode(errors="surrogateescape"), hashlib.sha256).digest()
        number = int.from_bytes(digest[:8], "big")
        name = f"{kinds[number % len(kinds)]} {animals[number // len(kinds) % len(animals)]}"
        numbered = itertools.chain([name], (f"{name} {count}" for count in itertools.count(2)))
        names[student] = next(item for item in numbered if item not in taken)
        taken.add(names[student])
    return names


def ranking(assignment: Assignment, results: list[Result], names: dict[str, str]) -> list[Entry]:
    """Rank results, best first, by the assignment's measures in order; a result that lacks one is not ranked."""
    measures = assignment.leaderboard
    ranked = [item for item in results if measures and all(measure.id in item.measures for measure in measures)]

    def key(result: Result) -> tuple[float, ...]:
        """Sort by the rounded values on the page: values that look equal are equal."""
        signs = {"higher": -1, "lower": 1}
        return tuple(signs[item.better] * round(result.measures[item.id], item.digits) for item in measures)

    ranked.sort(key=lambda result: (key(result), names[result.student]))
    keys = [key(result) for result in ranked]
    return [
        Entry(
            keys.index(key(result)) + 1,
            names[result.student],
            [digits(result.measures[item.id], item.digits) for item in measures],
        )
        for result in ranked
    ]
