"""Weigh known mistakes against recorded calls, and choose among those that nothing speaks against."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from autograder.grading.diagnosis import evidence, replay
from autograder.grading.diagnosis.evidence import Says, Seen
from autograder.grading.diagnosis.output import Output, differences, of_student
from autograder.grading.diagnosis.replays import Names, Replays
from autograder.grading.trace import Trace

# What checks of values do not judge.
JUDGED_ELSEWHERE = frozenset({"printed", "changed", "dtype"})
Explained = frozenset[tuple[str, int, str]]  # check, call and facet
Judge = Callable[[Seen, Trace, int], dict[str, Says]]


class Scales:
    """Weighs mistakes with the replays of one assignment."""

    def __init__(self, replays: Replays) -> None:
        self._replays = replays

    def judge(self, seen: Seen, trace: Trace, index: int) -> dict[str, Says]:
        """Judge a call with ordinary input. Who takes no such option does what one does who ignores it."""
        call = trace.calls[index]
        if not differences(seen.mistaken, seen.right):
            return {}
        if seen.student.raised == "TypeError" and seen.right.raised is None and call.function == call.label:
            bare = replay.without_options(call)
            if bare is not None:
                (ignored,) = replay.run(self._replays.module(), [bare])
                return {"value": "for" if not differences(seen.mistaken, ignored) else "nothing"}
        said = evidence.facets(seen)
        if trace.kind == "value":  # what it prints or changes is judged by other checks
            said = {name: word for name, word in said.items() if name not in JUDGED_ELSEWHERE}
        if "against" in said.values() and replay.options(call.arguments) > 1:
            # With two options given, two mistakes may meet; that the student is right there still tells.
            mine = differences(seen.student, seen.right)
            said = {name: "nothing" if word == "against" and name in mine else word for name, word in said.items()}
        return said

    def equals(self, names: Names, traces: Sequence[Trace], label: str) -> bool:
        """Return whether the reference with these mistakes gives what the student gives, in each call of a function."""
        return all(
            not differences(of_student(trace.calls[index]), self._replays.right(trace, names)[index]) - JUDGED_ELSEWHERE
            for trace in traces
            for index in told_by(trace, label)
        )

    def weigh(self, base: Names, names: Names, traces: Sequence[Trace], label: str, judge: Judge) -> Explained:
        """Return what mistakes explain: check, call and facet. Nothing, if anything speaks against them.

        `base` are mistakes of other functions, with which the outputs count as right.
        """
        explained = set()
        for trace in sorted(
            traces, key=self._replays.length
        ):  # short checks first: they usually show that a mistake does not fit
            right, told = self._replays.right(trace, base), set(told_by(trace, label))
            said: dict[int, dict[str, Says]] = {}

            def against(
                index: int,
                output: Output,
                trace: Trace = trace,
                right: list[Output] = right,
                told: set[int] = told,
                said: dict[int, dict[str, Says]] = said,
            ) -> bool:
                if index in told:
                    said[index] = judge(Seen(of_student(trace.calls[index]), right[index], output), trace, index)
                return "against" in said.get(index, {}).values()

            if self._replays.replay((*base, *names), trace, against) is None:
                return frozenset()
            explained |= {
                (trace.check, index, facet)
                for index, facets in said.items()
                for facet, word in facets.items()
                if word == "for"
            }
        return frozenset(explained)


def chosen(found: dict[str, Explained], is_exact: Callable[[str], bool] = lambda name: False) -> set[str]:
    """Return the mistakes that explain most, each something of its own.

    Two that explain the same say nothing, unless one of them is exact: it equals the student in each call.
    """
    names: set[str] = set()
    taken: set[tuple[str, int, str]] = set()
    left = {name: explained for name, explained in found.items() if explained}
    while left:
        most = max(map(len, left.values()))
        best = [name for name, explained in left.items() if len(explained) == most]
        if len(best) > 1:
            best = [name for name in best if is_exact(name)]
        if len(best) == 1:
            names.add(best[0])
        for name in [name for name, explained in left.items() if len(explained) == most]:
            taken |= left.pop(name)
        left = {name: explained for name, explained in left.items() if not explained & taken}
    return names


def calls(trace: Trace, label: str) -> bool:
    return any(call.label == label for call in trace.calls)


def told_by(trace: Trace, label: str) -> list[int]:
    """Return the calls that show what a function does: its own, and later calls of torch that show its effects."""
    first = next((index for index, call in enumerate(trace.calls) if call.label == label), len(trace.calls))
    return [
        index
        for index, call in enumerate(trace.calls)
        if call.label == label or (index > first and "." in call.function and call.function != "kit.call")
    ]
