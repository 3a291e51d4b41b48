"""Name the mistakes behind failed checks: replay the student's recorded calls through the catalogue of wrong answers.

A mistake is named if it explains at least one call, and if nothing speaks against it (see evidence.py). A function may
have several mistakes, each of which explains other calls. Where a function uses another one that is wrong, it is judged
as if that one were right. If two mistakes explain the same, nothing is said: a false name is worse than none.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course import paths
from autograder.grading.diagnosis import catalogue, evidence, pairs, references, steps
from autograder.grading.diagnosis.catalogue import Mistake
from autograder.grading.diagnosis.evidence import Says, Seen
from autograder.grading.diagnosis.output import differences, of_student
from autograder.grading.diagnosis.replays import Names, Replays
from autograder.grading.diagnosis.weighing import JUDGED_ELSEWHERE, Explained, Scales, calls, chosen, told_by
from autograder.grading.trace import Trace

VALIDATION = "validation"


@dataclass(frozen=True)
class Finding:
    """What is said about a failed check. `carried` is the function whose mistake alone made it fail, if it is another."""

    mistake: str
    says: str
    carried: str = ""


@dataclass
class _State:
    """What is known of a submission so far: mistakes by function, and those of other functions that one stands on."""

    traces: Sequence[Trace]
    findings: dict[str, Finding] = field(default_factory=dict)
    known: dict[str, list[Mistake]] = field(default_factory=dict)
    standing: dict[str, list[Mistake]] = field(default_factory=dict)

    def say(self, name: str, says: str, wrong: Iterable[Trace]) -> None:
        for trace in wrong:
            self.findings.setdefault(trace.check, Finding(name, says))


class Diagnosis:
    """The catalogue of one assignment, ready to be compared with recorded calls."""

    def __init__(self, reference: str, catalogue: Sequence[Mistake], name: str) -> None:
        self._reference = reference
        self._catalogue = catalogue
        self._replays = Replays(reference, catalogue, name)
        self._scales = Scales(self._replays)

    def find(self, traces: Sequence[Trace]) -> dict[str, Finding]:
        """Return what can be said about failed checks, by check id."""
        state = _State(traces)
        failed = [trace for trace in traces if not trace.passed and trace.calls]
        called = dict.fromkeys(call.label for trace in failed for call in trace.calls)
        labels = [label for label in called if label in references.defined(self._reference)]
        # Functions that use no others come first, so that their mistakes are known when their callers are examined.
        for label in sorted(labels, key=lambda name: len(references.used_by(self._reference, name))):
            self._look_at(label, state)
            self._look_at_input(label, state)
        for trace in failed:
            carried = self._carried(trace, labels, state)
            if carried and trace.check in state.findings:
                finding = dataclasses.replace(state.findings[trace.check], carried=carried)
                state.findings[trace.check] = finding
        return state.findings

    def forget(self, checks: Collection[str]) -> None:
        """Forget the replays of these checks, because nobody else gets the same inputs."""
        self._replays.forget(checks)

    def _look_at(self, label: str, state: _State) -> None:
        """Explain a function's wrong outputs for ordinary input: by functions below, by its mistakes, by simple slips."""
        traces = [trace for trace in state.traces if not _is_input(trace) and calls(trace, label)]
        wrong = [trace for trace in traces if not trace.passed and self._differs(trace, label, ())]
        if not wrong:
            return
        below = self._below(label, traces, state)
        base = _ids(below)
        if below:
            state.standing[label] = below
            item = below[0]
            told = [trace for trace in wrong if not self._differs(trace, label, base)]
            state.say(item.id, f"`{item.function}`, on which this stands: {item.says}", told)
            wrong = [trace for trace in wrong if trace not in told]
        if not wrong:
            return
        parts = {trace.part for trace in wrong}
        mine = [item for item in self._about(label) if item.part != VALIDATION and parts & {item.part, *item.also}]
        found = self._explained(mine, traces, label, base)
        under = self._known_below(label, state)
        if not below and under and not any(found.values()):  # both are wrong, which neither shows alone
            found = self._explained(mine, traces, label, (), _ids(under))
        if not any(found.values()):
            mine, found = self._pairs(mine, traces, label, base)
        names = chosen(found, lambda name: self._scales.equals((*base, name), traces, label))
        named = [item for item in mine if item.id in names]
        for item in named:
            explained = {check for check, *_ in found[item.id]}
            told = [trace for trace in wrong if trace.check in explained and _may_break(item, trace)]
            state.say(item.id.partition("+")[0], item.says, told)
        state.known[label] = named
        if not any(found.values()):
            self._look_at_steps(label, traces, wrong, state)

    def _explained(
        self, mine: Sequence[Mistake], traces: Sequence[Trace], label: str, base: Names, under: Names = ()
    ) -> dict[str, Explained]:
        """Return what each mistake explains in the checks of its parts; `under` are tried together with it."""
        return {
            item.id: self._scales.weigh(base, (*under, item.id), _in_parts(traces, item), label, self._scales.judge)
            for item in mine
        }

    def _pairs(
        self, mine: Sequence[Mistake], traces: Sequence[Trace], label: str, base: Names
    ) -> tuple[list[Mistake], dict[str, Explained]]:
        """Try two mistakes at once, where that takes no time; they must explain two calls or more."""
        if any(self._replays.is_long(trace) for trace in traces):
            return [], {}
        made = []
        for one, other, text in pairs.pairs(catalogue.text_of(self._reference, label), mine):
            both = dataclasses.replace(one, id=f"{one.id}+{other.id}", text=text, also=(*one.also, *other.also))
            made.append(dataclasses.replace(both, says=f"{one.says}\nBesides: {other.says}"))
            self._replays.add(both.id, text)
        found = self._explained(made, traces, label, base)
        return made, {name: explained for name, explained in found.items() if len(explained) > 1}

    def _known_below(self, label: str, state: _State) -> list[Mistake]:
        used = references.used_by(self._reference, label)
        return [item for name, items in state.known.items() if name in used for item in items]

    def _below(self, label: str, traces: Sequence[Trace], state: _State) -> list[Mistake]:
        """Return the known mistakes of functions that this one uses, if its outputs show them."""
        below = self._known_below(label, state)
        options = [[item] for item in below]
        if len({item.function for item in below}) == len(below) > 1:
            options.append(below)
        weighed = [
            (len(self._scales.weigh((), _ids(those), traces, label, self._scales.judge)), those) for those in options
        ]
        most = max((count for count, _ in weighed), default=0)
        return next((those for count, those in weighed if count == most > 0), [])

    def _about(self, label: str) -> list[Mistake]:
        """Return the mistakes of a function and of its private helpers."""
        helpers = {name for name in references.used_by(self._reference, label) if name.startswith("_")}
        return [item for item in self._catalogue if item.function == label or item.function in helpers]

    def _look_at_steps(self, label: str, traces: Sequence[Trace], wrong: Sequence[Trace], state: _State) -> None:
        """Say if the results are one simple step away from the right ones, in two calls or more."""
        fitting = []
        parts = {trace.part for trace in wrong}
        own = [trace for trace in traces if trace.part in parts]
        for name, step in steps.STEPS.items():

            def judge(seen: Seen, trace: Trace, index: int, step: steps.Step = step) -> dict[str, Says]:
                call = trace.calls[index]
                stepped = steps.stepped(seen.right, step.apply, call) if call.label == label else seen.right
                return evidence.facets(Seen(seen.student, seen.right, stepped))

            if len(self._scales.weigh((), (), own, label, judge)) > 1:
                fitting.append(name)
        if len(fitting) == 1:
            state.say(fitting[0], steps.STEPS[fitting[0]].says, wrong)

    def _look_at_input(self, label: str, state: _State) -> None:
        """Explain what a function makes of unusual and bad input; its values for ordinary input may be wrong, too."""
        traces = [trace for trace in state.traces if _is_input(trace) and calls(trace, label)]
        wrong = [trace for trace in traces if not trace.passed]
        plain = [trace for trace in state.traces if not _is_input(trace) and calls(trace, label)]
        right = not any(self._differs(trace, label, ()) for trace in plain)

        def judge(seen: Seen, trace: Trace, index: int) -> dict[str, Says]:
            if seen.right.raised is None:
                return evidence.of_unusual(seen, right)
            return evidence.facets(seen)

        mine = [item for item in self._about(label) if item.part == VALIDATION] if wrong else []
        found = {item.id: self._scales.weigh((), (item.id,), traces, label, judge) for item in mine}
        names = chosen(found)
        for item in mine:
            if item.id in names:
                explained = {check for check, *_ in found[item.id]}
                state.say(item.id, item.says, [trace for trace in wrong if trace.check in explained])

    def _carried(self, trace: Trace, labels: Sequence[str], state: _State) -> str:
        """Return the function whose mistake is all that is wrong in a check of functions that use it, or nothing."""
        wrong = [label for label in labels if calls(trace, label) and self._differs(trace, label, ())]
        below = [state.standing.get(label, []) for label in wrong]
        if not wrong or not all(below):
            return ""
        if any(self._differs(trace, label, _ids(items)) for label, items in zip(wrong, below, strict=True)):
            return ""
        return below[0][0].function

    def _differs(self, trace: Trace, label: str, base: Names) -> bool:
        """Return whether the student's outputs of this function differ in a check from those with these mistakes."""
        right = self._replays.right(trace, base)
        ignored = JUDGED_ELSEWHERE if trace.kind == "value" else frozenset()
        return any(
            differences(of_student(trace.calls[index]), right[index]) - ignored for index in told_by(trace, label)
        )


def _ids(items: Iterable[Mistake]) -> Names:
    return tuple(item.id for item in items)


def _is_input(trace: Trace) -> bool:
    return trace.kind == "input" or trace.part == VALIDATION


def _may_break(item: Mistake, trace: Trace) -> bool:
    """Return whether a mistake can be the reason why a check fails: a property, only if it breaks this one."""
    return trace.kind != "property" or trace.topic in item.breaks


def _in_parts(traces: Sequence[Trace], item: Mistake) -> list[Trace]:
    """Return the checks of the parts that a mistake is about."""
    return [trace for trace in traces if trace.part in (item.part, *item.also)]


def of(root: Path, assignment_id: str, module: str) -> Diagnosis:
    """Return the diagnosis of an assignment. Raises CourseError."""
    source = paths.source(root, assignment_id, module).read_text(encoding="utf-8")
    return Diagnosis(source, catalogue.of_assignment(root, assignment_id, module), module)
