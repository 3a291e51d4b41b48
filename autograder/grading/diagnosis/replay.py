"""Name the mistake behind failed checks: replay the student's recorded calls through the catalogue of wrong answers.

A mistake is named when its outputs equal the student's on every call of the part, and differ from the reference's on at
least one; where a function stands on another that is wrong, both mistakes are put in place together. Where nothing
matches, or two do, nothing is said: a false name is worse than none.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import importlib
import io
import itertools
import operator
import sys
import time
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from autograder.grading.diagnosis import catalogue
from autograder.grading.diagnosis.catalogue import Mistake
from autograder.grading.matchers import to_array
from autograder.grading.trace import Recorded, Trace
from autograder.worker import figures, reader, wire
from autograder.worker import module as loader

MAX_CALLS = 400
LONG = 0.03  # seconds of the processor that a check's calls take


@dataclass(frozen=True)
class Finding:
    """What is said about a failed check."""

    mistake: str
    says: str


@dataclass(frozen=True)
class Output:
    """What a call gave, in a form that can be compared."""

    value: Any
    gradients: tuple[Any, ...]
    after: tuple[Any, ...]
    raised: str | None
    printed: bool = False


class Diagnosis:
    """The catalogue of one assignment, ready to be held against recorded calls."""

    def __init__(self, reference: str, catalogue: Sequence[Mistake], name: str) -> None:
        self._reference = reference
        self._catalogue = catalogue
        self._name = name
        self._modules: dict[tuple[str, ...], ModuleType] = {}
        self._replays: dict[tuple[tuple[str, ...], tuple[bytes, ...]], list[Output]] = {}
        self._seconds: dict[tuple[bytes, ...], float] = {}

    def find(self, traces: Sequence[Trace]) -> dict[str, Finding]:
        """What can be said about failed checks, by check id."""
        findings: dict[str, Finding] = {}
        known: dict[str, Mistake] = {}
        failed = [trace for trace in traces if not trace.passed and trace.calls]
        called = dict.fromkeys(call.label for trace in failed for call in trace.calls)
        labels = [label for label in called if label in defined(self._reference)]
        # What stands on nothing comes first: its mistake is known when what stands on it is looked at.
        for label in sorted(labels, key=lambda name: len(used_by(self._reference, name))):
            self._look_at(label, traces, known, findings)
            self._look_at_refusals(label, traces, findings)
        return findings

    def forget(self, checks: Collection[str]) -> None:
        """Let go of what is known of these checks' calls: nobody else is given the same inputs."""
        gone = {name.encode() for name in checks}
        self._replays = {key: value for key, value in self._replays.items() if key[1][0] not in gone}
        self._seconds = {key: value for key, value in self._seconds.items() if key[0] not in gone}

    def _look_at(
        self, label: str, traces: Sequence[Trace], known: dict[str, Mistake], findings: dict[str, Finding]
    ) -> None:
        """Try what may be wrong with one function: a mistake of its own, of one it stands on, both, a simple slip."""
        # Bad input is a part of its own: who refuses nothing may still have made a mistake that has a name.
        computing = [trace for trace in traces if trace.part != "validation"] or list(traces)
        wrong = [trace for trace in computing if not trace.passed and self._differs(trace, label)]
        if not wrong:
            return
        parts = {trace.part for trace in wrong}
        relevant = [trace for trace in computing if trace.part in parts and _calls(trace, label)]
        mine = [item for item in self._about(label) if item.part != "validation"]
        below = [item for name, item in known.items() if name in used_by(self._reference, label)]
        # One cause for two functions is the likelier one; what it does to its own function has been seen to fit.
        if item := self._inherited(label, wrong, below):
            self._say(item.id, f"`{item.function}`, on which this stands: {item.says}", wrong, findings)
            return
        fitting = [item for item in mine if self._fits((item.id,), relevant, label)]
        if not fitting:
            fitting = [item for item in mine for other in below if self._fits((item.id, other.id), relevant, label)]
        if len(fitting) == 1:
            known[label] = fitting[0]
            self._say(fitting[0].id, fitting[0].says, wrong, findings)
        elif not fitting:
            self._look_at_steps(label, relevant, wrong, findings)

    def _about(self, label: str) -> list[Mistake]:
        """Mistakes of a function, and of the private ones that it is made of."""
        helpers = {name for name in used_by(self._reference, label) if name.startswith("_")}
        return [item for item in self._catalogue if item.function == label or item.function in helpers]

    def _inherited(self, label: str, relevant: Sequence[Trace], below: Sequence[Mistake]) -> Mistake | None:
        """The mistake of another function that explains this one."""
        return next((item for item in below if self._fits((item.id,), relevant, label)), None)

    def _look_at_steps(
        self, label: str, relevant: Sequence[Trace], wrong: Sequence[Trace], findings: dict[str, Finding]
    ) -> None:
        """A right result, a simple step away."""
        if sum(call.label == label for trace in relevant for call in trace.calls) < 2:
            return  # one number is twice another by chance
        fitting = [name for name, step in STEPS.items() if self._fits((), relevant, label, step.apply)]
        if len(fitting) == 1:
            self._say(fitting[0], STEPS[fitting[0]].says, wrong, findings)

    def _look_at_refusals(self, label: str, traces: Sequence[Trace], findings: dict[str, Finding]) -> None:
        """Which input is refused and which is not; if all else is not alike, for values may be wrong here as well."""
        relevant = [trace for trace in traces if trace.part == "validation" and _calls(trace, label)]
        mine = [item for item in self._about(label) if item.part == "validation"]
        for by in (same, _refused_alike):
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
        """Whether the student's outputs of this function differ from the reference's somewhere in the check."""
        right, alike = self._right(trace), by or same
        return any(not alike(_given(trace.calls[index]), right[index]) for index in _told_by(trace, label))

    def _fits(
        self,
        names: tuple[str, ...],
        traces: Sequence[Trace],
        label: str,
        step: Callable[[Any, Recorded], Any] | None = None,
        by: Alike | None = None,
    ) -> bool:
        """Equal to the student on every call of the function, other than the reference on at least one."""
        alike = by or same
        replays: list[tuple[Trace, list[Output]]] = []
        for trace in sorted(traces, key=self._length):  # what does not fit seldom takes a long check to show it
            told = set(_told_by(trace, label))

            def stepped(index: int, output: Output, trace: Trace = trace) -> Output:
                call = trace.calls[index]
                return _stepped(output, step, call) if step is not None and call.label == label else output

            def unlike(index: int, output: Output, trace: Trace = trace, told: set[int] = told) -> bool:
                return index in told and not alike(_given(trace.calls[index]), stepped(index, output, trace))

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
        """Outputs of the trace's calls with the reference."""
        outputs = self._replay((), trace)
        assert outputs is not None
        return outputs

    def _length(self, trace: Trace) -> int:
        """0 for short traces, which stay in their order (a mistake may keep something); the input's size for long ones."""
        return sum(len(call.arguments) for call in trace.calls) if self._is_long(trace) else 0

    def _is_long(self, trace: Trace) -> bool:
        """Whether the trace's calls take a while with the reference: then they are not run to the end for nothing."""
        self._right(trace)
        return self._seconds[_key(trace)] > LONG

    def _replay(
        self, names: tuple[str, ...], trace: Trace, stop: Callable[[int, Output], bool] = lambda index, output: False
    ) -> list[Output] | None:
        """Outputs of the trace's calls with mistakes in place, or with the reference where there are none.

        None where `stop` is true of one: what comes after it need not be known.
        """
        key = names, _key(trace)
        known = self._replays.get(key)
        if known is None or not (len(known) == len(trace.calls) or any(itertools.starmap(stop, enumerate(known)))):
            started = time.thread_time()
            long = bool(names) and self._is_long(trace)
            known = self._replays[key] = _run(self._module(names), trace.calls, stop if long else None)
            if not names:
                self._seconds[_key(trace)] = time.thread_time() - started
        return None if any(itertools.starmap(stop, enumerate(known))) else known

    def _module(self, names: tuple[str, ...]) -> ModuleType:
        if names not in self._modules:
            text = "\n\n".join(item.text for item in self._catalogue if item.id in names)
            with _unmoved():
                self._modules[names], _ = loader.load(f"{self._name}.py", catalogue.replaced(self._reference, text))
        return self._modules[names]


def _key(trace: Trace) -> tuple[bytes, ...]:
    return trace.check.encode(), *(call.function.encode() + call.arguments for call in trace.calls)


def _calls(trace: Trace, label: str) -> bool:
    return any(call.label == label for call in trace.calls)


def _told_by(trace: Trace, label: str) -> list[int]:
    """Calls that tell of a function: its own, and later ones of torch that show what it left behind."""
    first = next((index for index, call in enumerate(trace.calls) if call.label == label), len(trace.calls))
    return [
        index
        for index, call in enumerate(trace.calls)
        if call.label == label or (index > first and "." in call.function and call.function != "kit.call")
    ]


def _given(call: Recorded) -> Output:
    raised = call.raised if call.ended else "(none)"
    return Output(call.value, tuple(call.gradients), tuple(call.after), raised, call.printed)


def _run(
    module: ModuleType, calls: Sequence[Recorded], stop: Callable[[int, Output], bool] | None = None
) -> list[Output]:
    """Call by call, with objects that stay in the worker standing here instead; to the first of which `stop` is true."""
    kept: dict[int, Any] = {}

    def resolve(reference: wire.Handle | wire.Name) -> Any:
        if isinstance(reference, wire.Handle):
            return kept[reference.number]
        return _find(module, reference.path)

    outputs = []
    with _unmoved():
        for call in calls[:MAX_CALLS]:
            output = _one(module, call, resolve)
            handle = getattr(call.value, "handle", None)
            if handle is not None and output.raised is None:
                kept[handle.number] = output.value
            outputs.append(output)
            if stop is not None and stop(len(outputs) - 1, output):
                return outputs
    return outputs + [Output(None, (), (), "(not replayed)")] * (len(calls) - len(outputs))


def _one(module: ModuleType, call: Recorded, resolve: Callable[[wire.Handle | wire.Name], Any]) -> Output:
    from autograder.grading.proxy import tensors

    try:
        args, kwargs = reader.unpack(call.arguments, tensors, resolve)
        if isinstance(sys.stdout, io.StringIO):
            sys.stdout.truncate(0)
        value = _find(module, call.function)(*args, **kwargs)
        gradients: tuple[Any, ...] = ()
        if call.backward:
            from autograder.worker import kit

            gradients = tuple(kit.backward(value, [*args, *kwargs.values()]))
        value = _as_it_is(value)
        printed = isinstance(sys.stdout, io.StringIO) and bool(sys.stdout.getvalue())
        return Output(_without_picture(value), gradients, (*args, *kwargs.values()), None, printed)
    except Exception as error:  # a mistake may raise whatever a student's code may
        return Output(None, (), (), type(error).__name__)


def _as_it_is(value: Any) -> Any:
    """A copy of a module's parameters or gradients, as a worker sends them: a later call may move what they are now."""
    if isinstance(value, dict) and any(hasattr(item, "detach") for item in value.values()):
        return {name: item.detach().clone() if hasattr(item, "detach") else item for name, item in value.items()}
    return value.detach() if hasattr(value, "detach") else value


def _without_picture(value: Any) -> Any:
    """Figures as data, and none of them left open."""
    data = figures.as_data(value)
    if data is not value:
        sys.modules["matplotlib.pyplot"].close(value)
    return data


def _find(module: ModuleType, path: str) -> Any:
    head, _, rest = path.partition(".")
    if not rest:
        return getattr(module, path)
    owner = importlib.import_module("autograder.worker.kit") if head == "kit" else importlib.import_module(head)
    return operator.attrgetter(rest)(owner)


@contextlib.contextmanager
def _unmoved() -> Iterator[None]:
    """Run our own wrong code without a word, without warnings, and without a trace in random states."""
    state = np.random.get_state()
    torch = sys.modules.get("torch")
    torch_state = torch.get_rng_state() if torch is not None else None
    silent = io.StringIO()
    try:
        with (
            warnings.catch_warnings(),
            np.errstate(all="ignore"),
            contextlib.redirect_stdout(silent),
            contextlib.redirect_stderr(silent),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(state)
        if torch is not None:
            torch.set_rng_state(torch_state)


Alike = Callable[[Output, Output], bool]


def _refused_alike(one: Output, other: Output) -> bool:
    """Equal in what is refused and what is not."""
    return one.raised == other.raised


def same(one: Output, other: Output) -> bool:
    """Equal in all that a check may see, up to rounding."""
    if one.raised or other.raised:
        return one.raised == other.raised
    return one.printed == other.printed and (
        _equal(one.value, other.value)
        and _equal(list(one.gradients), list(other.gradients))
        and _equal(list(one.after), list(other.after))
    )


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        if len(one) == len(other) > 8 and all(type(item) in (int, float) for item in (*one, *other)):
            one, other = np.array(one, dtype=float), np.array(other, dtype=float)  # a state of six hundred numbers, say
            return _equal(one, other)
        return len(one) == len(other) and all(map(_equal, one, other))
    if isinstance(one, wire.Figure) and isinstance(other, wire.Figure):
        return len(one.axes) == len(other.axes) and all(map(_drawn_alike, one.axes, other.axes))
    first, second = to_array(one), to_array(other)
    if first is None or second is None:
        # What has no form on the wire (a module, a figure) is not compared: its calls are.
        plain = (str, bool, type(None))
        if isinstance(one, plain) or isinstance(other, plain):  # an array beside None would compare element by element
            return isinstance(one, plain) and isinstance(other, plain) and one == other
        return (first is None) == (second is None)
    if first.shape != second.shape or first.dtype.kind in "OSU" or second.dtype.kind in "OSU":
        return False
    with np.errstate(all="ignore"):
        return bool(np.allclose(first, second, rtol=min(_rounding(one), _rounding(other)), atol=1e-7, equal_nan=True))


def _rounding(value: Any) -> float:
    """By how much two ways of computing one thing may differ in the value's own precision."""
    dtype, torch = getattr(value, "dtype", None), sys.modules.get("torch")
    eps = 0.0
    if isinstance(dtype, np.dtype) and dtype.kind == "f":
        eps = float(np.finfo(dtype).eps)
    elif torch is not None and isinstance(dtype, torch.dtype) and dtype.is_floating_point:
        eps = float(torch.finfo(dtype).eps)
    return max(2e-5, 4 * eps)


def _drawn_alike(one: wire.Axes, other: wire.Axes) -> bool:
    """The same lines on the same scales, and words where the other has words: which ones is the student's choice."""
    words = [(bool(item.xlabel), bool(item.ylabel), bool(item.legend)) for item in (one, other)]
    lines = [sorted((line.x, line.y) for line in item.lines) for item in (one, other)]
    return (
        words[0] == words[1]
        and (one.xscale, one.yscale) == (other.xscale, other.yscale)
        and len(lines[0]) == len(lines[1])
        and all(_equal(list(first), list(second)) for first, second in zip(*lines, strict=True))
    )


@functools.cache
def defined(source: str) -> frozenset[str]:
    """Names of a reference's functions and classes."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    return frozenset(node.name for node in ast.parse(source).body if isinstance(node, kinds))


@functools.cache
def used_by(source: str, function: str) -> frozenset[str]:
    """Names that a function of the reference stands on, directly or through others."""
    uses = {
        node.name: {item.id for item in ast.walk(node) if isinstance(item, ast.Name)} - {node.name}
        for node in ast.parse(source).body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    }
    found: set[str] = set()
    waiting = list(uses.get(function, ()))
    while waiting:
        name = waiting.pop()
        if name in uses and name not in found:
            found.add(name)
            waiting += uses[name]
    return frozenset(found)


@dataclass(frozen=True)
class Step:
    """A simple change of a right result, and what a tutor would say of it."""

    apply: Callable[[Any, Recorded], Any]
    says: str


def _stepped(output: Output, step: Callable[[Any, Recorded], Any], call: Recorded) -> Output:
    if output.raised or to_array(output.value) is None:
        return output
    try:
        with np.errstate(all="ignore"):
            return Output(step(np.asarray(to_array(output.value), dtype=float), call), (), output.after, None)
    except (ValueError, TypeError, IndexError):
        return output


def _first_argument(call: Recorded) -> Any:
    args, kwargs = reader.unpack(call.arguments, None, lambda _: None)
    return np.asarray([*args, *kwargs.values()][0])


def _times(factor: Callable[[Any], float]) -> Callable[[Any, Recorded], Any]:
    return lambda value, call: value * factor(_first_argument(call))


STEPS = {
    "twice": Step(
        lambda value, _: 2 * value, "this is twice the right result: is a factor 2 there that should not be?"
    ),
    "half": Step(lambda value, _: value / 2, "this is half of the right result: where did a factor 2 go?"),
    "negated": Step(lambda value, _: -value, "this is the right result with the other sign."),
    "inverse": Step(lambda value, _: 1 / value, "this is one over the right result."),
    "transposed": Step(lambda value, _: value.T if value.ndim > 1 else value, "this is the right result, transposed."),
    "column": Step(
        lambda value, _: value[:, None] if value.ndim == 1 else value,
        "the values are right, but stand in a column of shape (N, 1).",
    ),
    "boxed": Step(
        lambda value, _: value.reshape(1) if value.ndim == 0 else value,
        "the value is right, but comes in an array of one element; return the number.",
    ),
    "times_elements": Step(
        _times(lambda array: array.size),
        "this is the right result times the number of elements: a sum where the mean is asked for?",
    ),
    "times_rows": Step(
        _times(lambda array: len(np.atleast_1d(array))),
        "this is the right result times the number of rows: the division by N is missing.",
    ),
    "divided_by_rows": Step(
        _times(lambda array: 1 / len(np.atleast_1d(array))),
        "this is the right result divided by the number of rows once more.",
    ),
}


def of(root: Path, assignment_id: str, module: str) -> Diagnosis:
    """The diagnosis of an assignment. Raises CourseError."""
    source = (root / "solutions" / assignment_id / f"{module}.py").read_text(encoding="utf-8")
    path = root / "autograder" / "graders" / assignment_id / "mistakes.py"
    return Diagnosis(source, catalogue.mistakes(path), module)
