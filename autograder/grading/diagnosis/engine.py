"""Name the mistakes behind failed checks: replay the student's recorded calls through the catalogue of wrong answers.

A mistake is named if it explains at least one call, and if nothing speaks against it (see evidence.py). A function may
have several mistakes, each of which explains other calls. Where a function uses another one that is wrong, it is judged
as if that one were right. If two mistakes explain the same, nothing is said: a false name is worse than none.
"""

from __future__ import annotations

import dataclasses
import itertools
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from autograder.course import paths
from autograder.grading.diagnosis import catalogue, evidence, pairs, references, replay, steps
from autograder.grading.diagnosis.catalogue import Mistake
from autograder.grading.diagnosis.evidence import Says, Seen
from autograder.grading.diagnosis.output import Output, differences, of_student
from autograder.grading.trace import Trace
from autograder.worker import module as loader

LONG = 0.03  # processor seconds; a check whose calls take more is long
VALIDATION = "validation"
Names = tuple[str, ...]
Judge = Callable[[Seen, Trace, int], dict[str, Says]]


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
        self._name = name
        self._texts = {item.id: item.text for item in catalogue}
        self._modules: dict[Names, ModuleType] = {}
        self._replays: dict[tuple[Names, tuple[bytes, ...]], list[Output]] = {}
        self._seconds: dict[tuple[bytes, ...], float] = {}

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
        gone = {name.encode() for name in checks}
        self._replays = {key: value for key, value in self._replays.items() if key[1][0] not in gone}
        self._seconds = {key: value for key, value in self._seconds.items() if key[0] not in gone}

    def _look_at(self, label: str, state: _State) -> None:
        """Explain a function's wrong outputs for ordinary input: by functions below, by its mistakes, by simple slips."""
        traces = [trace for trace in state.traces if not _is_input(trace) and _calls(trace, label)]
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
        chosen = [item for item in mine if item.id in _chosen(found)]
        for item in chosen:
            explained = {check for check, *_ in found[item.id]}
            state.say(item.id.partition("+")[0], item.says, [trace for trace in wrong if trace.check in explained])
        state.known[label] = chosen
        if not any(found.values()):
            self._look_at_steps(label, traces, wrong, state)

    def _explained(
        self, mine: Sequence[Mistake], traces: Sequence[Trace], label: str, base: Names, under: Names = ()
    ) -> dict[str, frozenset[tuple[str, int, str]]]:
        """Return what each mistake explains in the checks of its parts; `under` are tried together with it."""
        return {
            item.id: self._weigh(base, (*under, item.id), _in_parts(traces, item), label, self._judge) for item in mine
        }

    def _pairs(
        self, mine: Sequence[Mistake], traces: Sequence[Trace], label: str, base: Names
    ) -> tuple[list[Mistake], dict[str, frozenset[tuple[str, int, str]]]]:
        """Try two mistakes at once, where that takes no time; they must explain two calls or more."""
        if any(self._is_long(trace) for trace in traces):
            return [], {}
        made = []
        for one, other, text in pairs.pairs(catalogue.text_of(self._reference, label), mine):
            both = dataclasses.replace(one, id=f"{one.id}+{other.id}", text=text, also=(*one.also, *other.also))
            made.append(dataclasses.replace(both, says=f"{one.says}\nBesides: {other.says}"))
            self._texts[both.id] = text
        found = self._explained(made, traces, label, base)
        return made, {name: explained for name, explained in found.items() if len(explained) > 1}

    def _known_below(self, label: str, state: _State) -> list[Mistake]:
        used = references.used_by(self._reference, label)
        return [item for name, items in state.known.items() if name in used for item in items]

    def _below(self, label: str, traces: Sequence[Trace], state: _State) -> list[Mistake]:
        """Return the known mistakes of functions that this one uses, if its outputs show them."""
        below = self._known_below(label, state)
        for those in [below, *([item] for item in below)] if len(below) > 1 else [below]:
            if those and self._weigh((), _ids(those), traces, label, self._judge):
                return those
        return []

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

            if len(self._weigh((), (), own, label, judge)) > 1:
                fitting.append(name)
        if len(fitting) == 1:
            state.say(fitting[0], steps.STEPS[fitting[0]].says, wrong)

    def _look_at_input(self, label: str, state: _State) -> None:
        """Explain what a function makes of unusual and bad input; its values for ordinary input may be wrong, too."""
        traces = [trace for trace in state.traces if _is_input(trace) and _calls(trace, label)]
        wrong = [trace for trace in traces if not trace.passed]
        plain = [trace for trace in state.traces if not _is_input(trace) and _calls(trace, label)]
        right = not any(self._differs(trace, label, ()) for trace in plain)

        def judge(seen: Seen, trace: Trace, index: int) -> dict[str, Says]:
            if seen.right.raised is None:
                return evidence.of_unusual(seen, right)
            return evidence.facets(seen)

        mine = [item for item in self._about(label) if item.part == VALIDATION] if wrong else []
        found = {item.id: self._weigh((), (item.id,), traces, label, judge) for item in mine}
        for item in mine:
            if item.id in _chosen(found):
                explained = {check for check, *_ in found[item.id]}
                state.say(item.id, item.says, [trace for trace in wrong if trace.check in explained])

    def _carried(self, trace: Trace, labels: Sequence[str], state: _State) -> str:
        """Return the function whose mistake is all that is wrong in a check of functions that use it, or nothing."""
        wrong = [label for label in labels if _calls(trace, label) and self._differs(trace, label, ())]
        below = [state.standing.get(label, []) for label in wrong]
        if not wrong or not all(below):
            return ""
        if any(self._differs(trace, label, _ids(items)) for label, items in zip(wrong, below, strict=True)):
            return ""
        return below[0][0].function

    def _differs(self, trace: Trace, label: str, base: Names) -> bool:
        """Return whether the student's outputs of this function differ in a check from those with these mistakes."""
        right = self._right(trace, base)
        return any(differences(of_student(trace.calls[index]), right[index]) for index in _told_by(trace, label))

    def _judge(self, seen: Seen, trace: Trace, index: int) -> dict[str, Says]:
        """Judge a call with ordinary input. Who takes no such option does what one does who ignores it."""
        call = trace.calls[index]
        if seen.student.raised == "TypeError" and seen.right.raised is None and differences(seen.mistaken, seen.right):
            bare = replay.without_options(call) if call.function == call.label else None
            if bare is not None:
                (ignored,) = replay.run(self._module(()), [bare])
                return {"value": "for" if not differences(seen.mistaken, ignored) else "nothing"}
        return evidence.facets(seen)

    def _weigh(
        self, base: Names, names: Names, traces: Sequence[Trace], label: str, judge: Judge
    ) -> frozenset[tuple[str, int, str]]:
        """Return what mistakes explain: check, call and facet. Nothing, if anything speaks against them.

        `base` are mistakes of other functions, with which the outputs count as right.
        """
        explained = set()
        for trace in sorted(
            traces, key=self._length
        ):  # short checks first: they usually show that a mistake does not fit
            right, told = self._right(trace, base), set(_told_by(trace, label))
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

            if self._replay((*base, *names), trace, against) is None:
                return frozenset()
            explained |= {
                (trace.check, index, facet)
                for index, facets in said.items()
                for facet, word in facets.items()
                if word == "for"
            }
        return frozenset(explained)

    def _right(self, trace: Trace, base: Names = ()) -> list[Output]:
        """Return the outputs of the trace's calls with the reference, and these mistakes in it."""
        outputs = self._replay(base, trace)
        assert outputs is not None
        return outputs

    def _length(self, trace: Trace) -> int:
        """Sort key: 0 for short traces, whose order matters if a mistake keeps state; the input's size for long ones."""
        return sum(len(call.arguments) for call in trace.calls) if self._is_long(trace) else 0

    def _is_long(self, trace: Trace) -> bool:
        """Return whether the trace's calls take long with the reference; if so, replays stop at a difference."""
        self._right(trace)
        return self._seconds[_key(trace)] > LONG

    def _replay(
        self, names: tuple[str, ...], trace: Trace, stop: Callable[[int, Output], bool] = lambda index, output: False
    ) -> list[Output] | None:
        """Return the outputs of the trace's calls with these mistakes in place; with none, those of the reference.

        Return None if `stop` is true for one of them; the later ones are then not needed.
        """
        key = names, _key(trace)
        known = self._replays.get(key)
        if known is None or not (len(known) == len(trace.calls) or any(itertools.starmap(stop, enumerate(known)))):
            started = time.thread_time()
            long = bool(names) and self._is_long(trace)
            known = self._replays[key] = replay.run(self._module(names), trace.calls, stop if long else None)
            if not names:
                self._seconds[_key(trace)] = time.thread_time() - started
        return None if any(itertools.starmap(stop, enumerate(known))) else known

    def _module(self, names: tuple[str, ...]) -> ModuleType:
        if names not in self._modules:
            text = "\n\n".join(self._texts[name] for name in names)
            with replay.unmoved():
                self._modules[names], _ = loader.load(f"{self._name}.py", catalogue.replaced(self._reference, text))
        return self._modules[names]


def _key(trace: Trace) -> tuple[bytes, ...]:
    return trace.check.encode(), *(call.function.encode() + call.arguments for call in trace.calls)


def _ids(items: Iterable[Mistake]) -> Names:
    return tuple(item.id for item in items)


def _is_input(trace: Trace) -> bool:
    return trace.kind == "input" or trace.part == VALIDATION


def _in_parts(traces: Sequence[Trace], item: Mistake) -> list[Trace]:
    """Return the checks of the parts that a mistake is about."""
    return [trace for trace in traces if trace.part in (item.part, *item.also)]


def _chosen(found: dict[str, frozenset[tuple[str, int, str]]]) -> set[str]:
    """Return the mistakes that explain most, each something of its own. Two that explain the same say nothing."""
    chosen: set[str] = set()
    taken: set[tuple[str, int, str]] = set()
    left = {name: explained for name, explained in found.items() if explained}
    while left:
        most = max(map(len, left.values()))
        best = [name for name, explained in left.items() if len(explained) == most]
        if len(best) == 1:
            chosen.add(best[0])
        for name in best:
            taken |= left.pop(name)
        left = {name: explained for name, explained in left.items() if not explained & taken}
    return chosen


def _calls(trace: Trace, label: str) -> bool:
    return any(call.label == label for call in trace.calls)


def _told_by(trace: Trace, label: str) -> list[int]:
    """Return the calls that show what a function does: its own, and later calls of torch that show its effects."""
    first = next((index for index, call in enumerate(trace.calls) if call.label == label), len(trace.calls))
    return [
        index
        for index, call in enumerate(trace.calls)
        if call.label == label or (index > first and "." in call.function and call.function != "kit.call")
    ]


def of(root: Path, assignment_id: str, module: str) -> Diagnosis:
    """Return the diagnosis of an assignment. Raises CourseError."""
    source = paths.source(root, assignment_id, module).read_text(encoding="utf-8")
    return Diagnosis(source, catalogue.of_assignment(root, assignment_id, module), module)
