"""The pytest plugin that runs an assignment's hidden checks against each submission of a batch.

Checks are collected once; pytest's own parametrisation with session scope groups them by submission, so that each
submission has one worker for all of its checks.
"""

from __future__ import annotations

import functools
import gc
import hashlib
import hmac
import inspect
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal

import msgspec
import numpy as np
import pytest

from autograder.base.errors import CourseError, SandboxError
from autograder.base.stopwatch import watch
from autograder.course import Assignment
from autograder.grading import checks, plots
from autograder.grading.diagnosis.engine import Diagnosis
from autograder.grading.matchers import Matcher
from autograder.grading.outcome import Outcome, Status
from autograder.grading.proxy import CallFailed, MissingFunction, NotStarted, Student, StudentRaised
from autograder.grading.trace import Recorded, Trace
from autograder.grading.wording import Wording
from autograder.intake.submission import Submission
from autograder.worker.wire import Figure

LEFT_OUT = "left out"
STARVED = "the machine was too busy to grade this fairly; it is graded anew the next time that `losslab grade` runs"
_PLAIN = frozenset({"student", "rng", "numbers", "draw", "draw_for_all", "reference", "request"})
_NUMBERS = 2027


@dataclass(frozen=True)
class Variation:
    """What is other than usual where graders are proven; see Batch."""

    until_lost: bool = False
    seeds: tuple[int, ...] = ()
    only: tuple[tuple[str, ...], ...] = ()


class GraderPlugin:
    """Holds one batch: how to open each submission, and the outcomes of its checks."""

    def __init__(
        self,
        assignment: Assignment,
        openers: Sequence[Callable[[], AbstractContextManager[Student]]],
        secret: bytes,
        reference: Callable[[], ModuleType],
        diagnosis: Callable[[], Diagnosis] | None = None,
        variation: Variation = Variation(),
        submissions: Sequence[Submission] = (),
        words: frozenset[str] = frozenset(),
        draws: Sequence[plots.Opener] = (),
    ) -> None:
        self._assignment = assignment
        self.openers = openers
        self.draws = draws
        handed_in = submissions or [Submission("", assignment.id)] * len(openers)
        self._rounds = [submission.sha256 for submission in handed_in]
        self._wordings = [Wording(submission.source, words) for submission in handed_in]
        self._seed = functools.partial(seed_of, secret, assignment.id)
        self.reference = reference
        self._diagnosis = diagnosis
        self._variation = variation
        self._mismatch: str | None = None
        cases = variation.seeds or openers
        self._traces: list[list[Trace]] = [[] for _ in cases]
        self.outcomes: list[list[Outcome]] = [[] for _ in cases]
        self.notes: list[list[str]] = [[] for _ in cases]
        self.figures: list[dict[str, bytes]] = [{} for _ in cases]
        self._plots: list[dict[str, Recorded]] = [{} for _ in cases]
        self.measures: list[dict[str, float]] = [{} for _ in cases]
        self.starved = [False for _ in cases]
        self.now = 0  # the submission that is being graded
        self.failure: str | None = None  # why the graders cannot be used
        self.stopped: str | None = None  # why they ended in the middle
        self.broken: SandboxError | None = None
        self._seconds: dict[str, float] = {}
        self._reached: dict[str, set[str]] = {}
        self._shared: dict[str, set[str]] = {}
        self._drawing: frozenset[str] = frozenset()

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", f"{checks.MARK}(check): a hidden check")
        config.pluginmanager.register(_fixtures(self), "losslab-fixtures")

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "student" not in metafunc.fixturenames:
            raise CourseError(f"{metafunc.function.__name__}: asks for no `student`, so it can check nothing")
        metafunc.parametrize("student", range(len(self.openers)), indirect=True, scope="session")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Leave a check out where one is all that was to be lost: True says to pytest that the item has been run."""
        outcomes = self.outcomes[_index(item)]
        if not (self._variation.until_lost and any(outcome.status != "pass" for outcome in outcomes)):
            return None
        check = checks.of(item)
        outcomes.append(Outcome(check.id, check.part, check.title, "blocked", check.points, LEFT_OUT))
        item.ihook.pytest_runtest_teardown(item=item, nextitem=nextitem)  # of what the item before this one has left
        return True

    def pytest_runtest_setup(self) -> None:
        self._mismatch = None

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self._drawing = frozenset(checks.of(item).id for item in items if "rng" in item.fixturenames)  # type: ignore[attr-defined]
        if self._variation.seeds:  # what draws no random numbers comes out the same under every seed
            items[:] = [item for item in items if "rng" in item.fixturenames]  # type: ignore[attr-defined]
        if self._variation.only:
            places = [{name: place for place, name in enumerate(only)} for only in self._variation.only]
            items[:] = [item for item in items if checks.of(item).id in places[_index(item)]]
            items.sort(key=lambda item: (_index(item), places[_index(item)][checks.of(item).id]))

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        """Run a check; where seeds are set, under each of them."""
        if not self._variation.seeds:
            self._try(pyfuncitem)
        for index, seed in enumerate(self._variation.seeds):
            error: BaseException | None = None
            try:
                self._mismatch = None
                self._try(pyfuncitem, seed)
            except (Exception, pytest.fail.Exception) as found:
                if isinstance(found, SandboxError):
                    raise
                error = found
            self._record(pyfuncitem, error, index)
        return True  # pytest: the call has been made

    def _try(self, item: pytest.Function, seed: int | None = None) -> None:
        """Call a check; once more, with patience and the same inputs, where the machine failed and not the submission."""
        student: Student = item.funcargs["student"]  # type: ignore[assignment]
        started = time.perf_counter()
        for patient in (False, True):
            values = {name: item.funcargs[name] for name in _parameters(item.function)}
            if patient or seed is not None:
                values |= {name: make() for name, make in self._drawn(item, seed or 0).items() if name in values}
            if seed is not None:
                student.start_the_clock()
            student.recorded.clear()
            student.patient = patient
            try:
                with watch("checks"):
                    item.obj(**values)
                break
            except CallFailed as failure:
                if patient or not failure.again:
                    raise
            finally:
                student.patient = False
                self._seconds[checks.of(item).id] = time.perf_counter() - started

    def _drawn(self, item: pytest.Item, seed: int) -> dict[str, Callable[[], np.random.Generator]]:
        """What a check gets fresh for another run, by the name of the fixture."""
        return {"rng": lambda: self.rng_of(item, seed), "numbers": _numbers}

    def pytest_assertrepr_compare(self, op: str, left: Any, right: Any) -> list[str] | None:
        if not isinstance(right, Matcher):
            return None
        self._mismatch = right.mismatch
        return [right.mismatch or op]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """Keep the outcome. pytest's own report would render a traceback that nobody reads."""
        error = call.excinfo.value if call.excinfo is not None else None
        if isinstance(error, SandboxError):  # the machine's doing: no check may be lost by it
            self.broken = error
            item.session.shouldstop = True
        elif call.when == "call":
            if not self._variation.seeds or error is not None:
                self._record(item, error, _index(item))
        elif error is not None:
            told = isinstance(error, CourseError)  # its text is the line that a person reads
            self.stopped = str(error) if told else f"{item.name}: {call.when} failed: {type(error).__name__}: {error}"
            item.session.shouldstop = True  # it is graded apart from the others, in a process of its own
        outcome: Literal["passed", "failed"] = "passed" if error is None else "failed"
        assert call.when != "collect"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, call.when)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            lines = str(report.longrepr).strip().splitlines()
            self.failure = f"{report.nodeid}: cannot be collected: {lines[-1] if lines else ''}"

    def _record(self, item: pytest.Item, error: BaseException | None, index: int) -> None:
        check = checks.of(item)
        _let_go(error)
        status, message = self._verdict(check, error, self._wordings[_index(item)])
        if status in ("fail", "error") and check.hint and not isinstance(error, (MissingFunction, NotStarted)):
            message = f"{message}\n{check.hint}"
        student: Student = item.funcargs["student"]  # type: ignore[attr-defined]
        self._keep(index, check.part, student)
        self._note_reach(item, student)
        if self._diagnosis is not None:
            self._traces[index].append(Trace(check.id, check.part, status == "pass", tuple(student.recorded)))
        self.outcomes[index].append(Outcome(check.id, check.part, check.title, status, check.points, message))

    def _note_reach(self, item: pytest.Item, student: Student) -> None:
        """What the check called. What checks share in a fixture, each of them has called: only the first really does."""
        called = {name for call in student.recorded for name in (call.function, call.label)} | student.named
        student.named.clear()
        own = self._reached.setdefault(checks.of(item).id, set())
        own |= called
        for fixture in set(item.fixturenames) - _PLAIN:  # type: ignore[attr-defined]
            self._shared.setdefault(fixture, set()).update(called)
            own.add(fixture)

    def reach(self) -> dict[str, list[str]]:
        """Names of functions and classes by the checks that called them."""
        return {
            check: sorted(names.union(*(self._shared.get(name, set()) for name in names)))
            for check, names in self._reached.items()
        }

    def costs(self) -> dict[str, float]:
        """Seconds by check. What is computed once for several of them may fall to each."""
        shared = {name: max(self._seconds[check] for check in self._sharing(name)) for name in self._shared}
        return {
            check: max([self._seconds[check], *(shared[name] for name in names if name in shared)])
            for check, names in self._reached.items()
        }

    def _sharing(self, fixture: str) -> list[str]:
        return [check for check, names in self._reached.items() if fixture in names]

    def rng_of(self, item: pytest.Item, seed: int = 0) -> np.random.Generator:
        """Random numbers of a check for a submission; the same each time that it is graded."""
        return np.random.default_rng(self._seed(checks.of(item).id, self._rounds[_index(item)], seed))

    def drawn(self, name: str, index: int | None = None) -> np.random.Generator:
        """Random numbers of what several checks share: a submission's own, or, without an index, everybody's."""
        return np.random.default_rng(self._seed(f"shared/{name}", "" if index is None else self._rounds[index]))

    def name_mistakes(self, index: int) -> None:
        """After the last check of a submission: say which known mistake explains a failure."""
        traces, self._traces[index] = self._traces[index], []  # what the submission gave is let go of with them
        if self._diagnosis is None or all(item.status not in ("fail", "error") for item in self.outcomes[index]):
            return
        diagnosis = self._diagnosis()
        try:
            with watch("diagnosis"):
                findings = diagnosis.find(traces)
        except Exception:  # values of a kind that nobody thought of cost the names of mistakes, not the batch
            findings = {}
        if self._rounds[index]:  # what it was given nobody else will be
            diagnosis.forget(self._drawing)
        for place, item in enumerate(self.outcomes[index]):
            found = findings.get(item.id)
            if found is not None and item.status in ("fail", "error"):
                message = f"{item.message}\n{found.says}"
                self.outcomes[index][place] = msgspec.structs.replace(item, mistake=found.mistake, message=message)

    def notes_of(self, index: int, student: Student) -> list[str]:
        """Top-level statements that failed. What they say is counted apart: they ran before any check."""
        wording = self._wordings[index].anew()
        return [f"line {note.line}: {wording.noted(note.text)}" for note in student.notes]

    def _keep(self, index: int, part: str, student: Student) -> None:
        """The first plot of each part, to be drawn later, and all that was measured."""
        for call in student.recorded:
            if self.draws and isinstance(call.value, Figure):
                self._plots[index].setdefault(part, call)
        self.measures[index].update(student.measures)

    def draw(self, index: int) -> None:
        """After the last check of a submission: pictures of its plots."""
        if self._plots[index]:
            with watch("pictures"):
                self.figures[index] = plots.drawn(self.draws[index], self._plots[index])

    def _verdict(self, check: checks.Check, error: BaseException | None, wording: Wording) -> tuple[Status, str]:
        """How the check ended, and what the student reads of it; what their own code says there is counted."""
        if error is None:
            return "pass", ""
        if isinstance(error, StudentRaised):
            where = f" (line {error.line})" if error.line else ""
            said = wording.raised(str(error))
            return "error", f"raised {wording.name(error.type_name, type(error).__name__)}{where}: {said}"
        status, message = self._ended(check, error)
        return status, wording.told(message)

    def _ended(self, check: checks.Check, error: BaseException) -> tuple[Status, str]:
        if isinstance(error, CallFailed):
            return error.status, str(error)  # type: ignore[return-value]
        if isinstance(error, (MissingFunction, NotStarted)):
            owner = self._assignment.part_of(error.function)
            if owner is not None and owner.id != check.part:
                return "blocked", f"waits for `{owner.id}`: {error}"
            return "error", str(error)
        if isinstance(error, checks.Failed):
            return "fail", str(error)
        if isinstance(error, pytest.fail.Exception):
            return "fail", "no ValueError was raised" if "DID NOT RAISE" in str(error) else "the check failed"
        if isinstance(error, AssertionError):
            return "fail", self._mismatch or "what came back is not right"
        return "fail", f"this check cannot use what came back ({type(error).__name__})"


def _let_go(error: BaseException | None) -> None:
    """Of what a check held when memory ran out, nothing is kept: the next check, or the next submission, needs it."""
    if isinstance(error, MemoryError):
        traceback.clear_frames(error.__traceback__)
        gc.collect()


def _index(item: pytest.Item) -> int:
    """Which submission of the batch."""
    index: int = item.callspec.params["student"]  # type: ignore[attr-defined]
    return index


@functools.cache
def _parameters(function: Callable[..., object]) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)


def _numbers() -> np.random.Generator:
    return np.random.default_rng(_NUMBERS)


def seed_of(secret: bytes, assignment: str, check: str, round: str, seed: int = 0) -> int:
    """The seed of a check's random numbers. `round` is a submission's digest, so that no two rounds of feedback share it."""
    name = msgspec.json.encode(["inputs", assignment, check, round, seed])
    return int.from_bytes(hmac.digest(secret, name, hashlib.sha256)[:16], "big")


def _fixtures(plugin: GraderPlugin) -> ModuleType:
    """What a hidden check may ask for. A module, because pytest gives up session fixtures that are methods."""

    @pytest.fixture(scope="session")
    def student(request: pytest.FixtureRequest) -> Iterator[Student]:
        """The submission under test."""
        plugin.now = request.param
        with plugin.openers[request.param]() as student:
            yield student
            plugin.name_mistakes(request.param)
            plugin.notes[request.param] = plugin.notes_of(request.param, student)
            if student.starved:
                plugin.notes[request.param].append(STARVED)
            plugin.starved[request.param] = student.starved
        plugin.draw(request.param)

    @pytest.fixture
    def rng(request: pytest.FixtureRequest) -> np.random.Generator:
        """Random numbers of this check and this submission: the same each time that it is graded, others once a byte of it
        has changed, and for nobody without the secret to foresee.
        """
        return plugin.rng_of(request.node)

    @pytest.fixture(scope="session")
    def draw(student: Student) -> Callable[[str], np.random.Generator]:
        """Random numbers for what several checks share, by name: this submission's own, as those of `rng`."""
        return functools.partial(plugin.drawn, index=plugin.now)

    @pytest.fixture(scope="session")
    def draw_for_all() -> Callable[[str], np.random.Generator]:
        """The same for every submission and each round: for what is dear to compute, or ranks students."""
        return plugin.drawn

    @pytest.fixture
    def numbers() -> np.random.Generator:
        """Numbers for checks of something else than values (types, refusals, what is left alone, how training goes): the
        same whatever the secret, so that what is shown with them once is shown for good.
        """
        return _numbers()

    @pytest.fixture(scope="session")
    def reference() -> ModuleType:
        """The module of the reference solution."""
        return plugin.reference()

    module = ModuleType("losslab_fixtures")
    vars(module).update(
        student=student, rng=rng, draw=draw, draw_for_all=draw_for_all, numbers=numbers, reference=reference
    )
    return module
