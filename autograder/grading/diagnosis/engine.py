"""Name the mistake behind failed checks: replay the student's recorded calls through the catalogue of wrong answers.

A mistake is named if its outputs equal the student's on every call of the part, and differ from the reference's on at
least one. If a function uses another one that is wrong, both mistakes are tried together. If no mistake fits, or two
do, nothing is said: a false name is worse than none.
"""

from __future__ import annotations

import dataclasses
import itertools
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.course import paths
from autograder.grading.diagnosis import catalogue, references, replay, steps
from autograder.grading.diagnosis.catalogue import Mistake
from autograder.grading.diagnosis.output import Alike, Output, of_student, refused_alike, same
from autograder.grading.trace import Recorded, Trace
from autograder.worker import module as loader

LONG = 0.03  # processor seconds; a check whose calls take more is long


@dataclass(frozen=True)
class Finding:
    """What is said about a failed check. `carried` is the function whose mistake alone made it fail, if it is another."""

    mistake: str
    says: str
    carried: str = ""


class Diagnosis:
    """The catalogue of one assignment, ready to be compared with recorded calls."""

    def __init__(self, reference: str, catalogue: Sequence[Mistake], name: str) -> None:
        self._reference = reference
        self._catalogue = catalogue
        self._name = name
        self._modules: dict[tuple[str, ...], ModuleType] = {}
        self._replays: dict[tuple[tuple[str, ...], tuple[bytes, ...]], list[Output]] = {}
        self._seconds: dict[tuple[bytes, ...], float] = {}

    def find(self, traces: Sequence[Trace]) -> dict[str, Finding]:
        """Return what can be said about failed checks, by check id."""
        findings: dict[str, Finding] = {}
        known: dict[str, Mistake] = {}
        standing: dict[str, Mistake] = {}
        failed = [trace for trace in traces if not trace.passed and trace.calls]
        called = dict.fromkeys(call.label for trace in failed for call in trace.calls)
        labels = [label for label in called if label in references.defined(self._reference)]
        # Functions that use no others come first, so that their mistakes are known when their callers are examined.
        for label in sorted(labels, key=lambda name: len(references.used_by(self._reference, name))):
            below = self._look_at(label, traces, known, findings)
            if below is not None:
                standing[label] = below
            self._look_at_refusals(label, traces, findings)
        for trace in failed:
            carried = self._carried(trace, labels, standing)
            if carried and trace.check in findings:
                findings[trace.check] = dataclasses.replace(findings[trace.check], carried=carried)
        return findings

    def _carried(self, trace: Trace, labels: Sequence[str], standing: dict[str, Mistake]) -> str:
        """Return the function whose mistake is all that is wrong in a check of functions that use it, or nothing."""
        wrong = [label for label in labels if _calls(trace, label) and self._differs(trace, label)]
        below = {standing[label].function if label in standing else "" for label in wrong}
        return below.pop() if len(below) == 1 else ""

    def forget(self, checks: Collection[str]) -> None:
        """Forget the replays of these checks, because nobody else gets the same inputs."""
        gone = {name.encode() for name in checks}
        self._replays = {key: value for key, value in self._replays.items() if key[1][0] not in gone}
        self._seconds = {key: value for key, value in self._seconds.items() if key[0] not in gone}

    def _look_at(
        self, label: str, traces: Sequence[Trace], known: dict[str, Mistake], findings: dict[str, Finding]
    ) -> Mistake | None:
        """Try what may be wrong with a function: its own mistake, one of a function it uses, both, or a simple slip.

        Return the mistake of another function if it explains everything.
        """
        # Bad input is a separate part: a function that refuses nothing may also have a mistake that can be named.
        computing = [trace for trace in traces if trace.part != "validation"] or list(traces)
        wrong = [trace for trace in computing if not trace.passed and self._differs(trace, label)]
        if not wrong:
            return None
        parts = {trace.part for trace in wrong}
        relevant = [trace for trace in computing if trace.part in parts and _calls(trace, label)]
        mine = [item for item in self._about(label) if item.part != "validation"]
        below = [item for name, item in known.items() if name in references.used_by(self._reference, label)]
        # One cause for both functions is more likely; it has already been seen to fit its own function.
        if item := self._inherited(label, wrong, below):
            self._say(item.id, f"`{item.function}`, on which this stands: {item.says}", wrong, findings)
            return item
        fitting = [item for item in mine if self._fits((item.id,), relevant, label)]
        if not fitting:
            fitting = [item for item in mine for other in below if self._fits((item.id, other.id), relevant, label)]
        if len(fitting) == 1:
            known[label] = fitting[0]
            self._say(fitting[0].id, fitting[0].says, wrong, findings)
        elif not fitting:
            self._look_at_steps(label, relevant, wrong, findings)
        return None

    def _about(self, label: str) -> list[Mistake]:
        """Return the mistakes of a function and of its private helpers."""
        helpers = {name for name in references.used_by(self._reference, label) if name.startswith("_")}
        return [item for item in self._catalogue if item.function == label or item.function in helpers]

    def _inherited(self, label: str, relevant: Sequence[Trace], below: Sequence[Mistake]) -> Mistake | None:
        """Return the mistake of another function that explains this one; None if there is none."""
        return next((item for item in below if self._fits((item.id,), relevant, label)), None)

    def _look_at_steps(
        self, label: str, relevant: Sequence[Trace], wrong: Sequence[Trace], findings: dict[str, Finding]
    ) -> None:
        """Say if the results are one simple step away from the right ones."""
        if sum(call.label == label for trace in relevant for call in trace.calls) < 2:
            return  # with a single call, one number may be twice another by chance
        fitting = [name for name, step in steps.STEPS.items() if self._fits((), relevant, label, step.apply)]
        if len(fitting) == 1:
            self._say(fitting[0], steps.STEPS[fitting[0]].says, wrong, findings)

    def _look_at_refusals(self, label: str, traces: Sequence[Trace], findings: dict[str, Finding]) -> None:
        """Compare which input is refused: first along with values, then without, since values may be wrong too."""
        relevant = [trace for trace in traces if trace.part == "validation" and _calls(trace, label)]
        mine = [item for item in self._about(label) if item.part == "validation"]
        for by in (same, refused_alike):
            refused = [trace for trace in relevant if not trace.passed and self._differs(trace, label, by)]
            fitting = [item for item in mine if refused and self._fits((item.id,), relevant, label, by=by)]
            if len(fitting) == 1:
                self._say(fitting[0].id, fitting[0].says, refused, findings)
            if fitting:
                return

    @staticmethod
    def _say(name: str, says: str, wrong: Sequence[Trace], findings: dict[str, Finding]) -> None:
        for trace in wrong:
            findings.setdefault(trace.check, Finding(name, says))

    def _differs(self, trace: Trace, label: str, by: Alike | None = None) -> bool:
        """Return whether the student's outputs of this function differ from the reference's anywhere in the check."""
        right, alike = self._right(trace), by or same
        return any(not alike(of_student(trace.calls[index]), right[index]) for index in _told_by(trace, label))

    def _fits(
        self,
        names: tuple[str, ...],
        traces: Sequence[Trace],
        label: str,
        step: Callable[[Any, Recorded], Any] | None = None,
        by: Alike | None = None,
    ) -> bool:
        """Return whether mistakes equal the student on each call of a function, and differ from the reference on one."""
        alike = by or same
        replays: list[tuple[Trace, list[Output]]] = []
        for trace in sorted(
            traces, key=self._length
        ):  # short checks first: they usually show that a mistake does not fit
            told = set(_told_by(trace, label))

            def stepped(index: int, output: Output, trace: Trace = trace) -> Output:
                call = trace.calls[index]
                return steps.stepped(output, step, call) if step is not None and call.label == label else output

            def unlike(index: int, output: Output, trace: Trace = trace, told: set[int] = told) -> bool:
                return index in told and not alike(of_student(trace.calls[index]), stepped(index, output, trace))

            outputs = self._replay(names, trace, unlike)
            if outputs is None:
                return False
            replays.append((trace, [stepped(index, output) for index, output in enumerate(outputs)]))
        return any(
            not alike(outputs[index], self._right(trace)[index])
            for trace, outputs in replays
            for index in _told_by(trace, label)
        )

    def _right(self, trace: Trace) -> list[Output]:
        """Return the outputs of the trace's calls with the reference."""
        outputs = self._replay((), trace)
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
            text = "\n\n".join(item.text for item in self._catalogue if item.id in names)
            with replay.unmoved():
                self._modules[names], _ = loader.load(f"{self._name}.py", catalogue.replaced(self._reference, text))
        return self._modules[names]


def _key(trace: Trace) -> tuple[bytes, ...]:
    return trace.check.encode(), *(call.function.encode() + call.arguments for call in trace.calls)


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
