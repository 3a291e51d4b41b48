"""The pytest plugin that runs an assignment's hidden checks against each submission of a batch.

Checks are collected once; pytest's own parametrisation with session scope groups them by submission, so that each
submission has one worker for all of its checks.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal

import msgspec
import numpy as np
import pytest

from ..course import Assignment
from ..errors import CourseError, SandboxError
from ..stopwatch import watch
from ..worker.wire import Figure
from . import checks
from .diagnosis import Diagnosis
from .matchers import Matcher
from .outcome import Outcome, Status
from .student import CallFailed, MissingFunction, NotStarted, Student, StudentRaised
from .trace import Trace

LEFT_OUT = "left out"
_PLAIN = frozenset({"student", "rng", "reference", "request"})
_PNG, _MAX_PNG = b"\x89PNG\r\n\x1a\n", 1 << 20


@dataclass(frozen=True)
class Order:
    """What is other than usual where graders are proven; see Batch."""

    first: str = ""
    until_lost: bool = False
    seeds: tuple[int, ...] = ()
    only: tuple[frozenset[str], ...] = ()


class _LeftOut(Exception):
    """The submission has lost a check already, and one is all that was to be seen."""


class GraderPlugin:
    """Holds one batch: how to open each submission, and the outcomes of its checks."""

    def __init__(
        self,
        assignment: Assignment,
        openers: Sequence[Callable[[], AbstractContextManager[Student]]],
        secret: bytes,
        reference: Callable[[], ModuleType],
        diagnosis: Callable[[], Diagnosis] | None = None,
        order: Order = Order(),
    ) -> None:
        self._assignment = assignment
        self.openers = openers
        self._seed = functools.partial(_seed, secret, assignment.id)
        self.reference = reference
        self._diagnosis = diagnosis
        self._order = order
        self._traces: list[list[Trace]] = [[] for _ in openers]
        self._mismatch: str | None = None
        self.outcomes: list[list[Outcome]] = [[] for _ in openers]
        self.notes: list[list[str]] = [[] for _ in openers]
        self.figures: list[dict[str, bytes]] = [{} for _ in openers]
        self.measures: list[dict[str, float]] = [{} for _ in openers]
        self.failure: str | None = None
        self.broken: SandboxError | None = None
        self._reached: dict[str, set[str]] = {}
        self._shared: dict[str, set[str]] = {}

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", f"{checks.MARK}(check): a hidden check")
        config.pluginmanager.register(_fixtures(self), "losslab-fixtures")

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "student" not in metafunc.fixturenames:
            raise CourseError(f"{metafunc.function.__name__}: asks for no `student`, so it can check nothing")
        metafunc.parametrize("student", range(len(self.openers)), indirect=True, scope="session")

    def pytest_runtest_setup(self) -> None:
        self._mismatch = None

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self._order.seeds:  # what draws no random numbers comes out the same under every seed
            items[:] = [item for item in items if "rng" in item.fixturenames]  # type: ignore[attr-defined]
        if self._order.only:
            items[:] = [item for item in items if checks.of(item).id in self._order.only[_index(item)]]
        if self._order.first:
            items.sort(key=lambda item: (_index(item), checks.of(item).part != self._order.first))

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Iterator[None]:
        """Run a check; once more, with patience and the same inputs, where the machine failed and not the submission."""
        student: Student = pyfuncitem.funcargs["student"]  # type: ignore[assignment]
        student.recorded.clear()
        if self._order.until_lost and any(item.status != "pass" for item in self.outcomes[_index(pyfuncitem)]):
            raise _LeftOut
        try:
            with watch("checks"):
                return (yield)
        except CallFailed as failure:
            if not failure.again:
                raise
        values: dict[str, Any] = dict(pyfuncitem.funcargs)
        if "rng" in values:
            values["rng"] = self.rng_of(pyfuncitem)
        student.recorded.clear()
        student.patient = True
        try:
            with watch("checks"):
                pyfuncitem.obj(**{name: values[name] for name in inspect.signature(pyfuncitem.obj).parameters})
        finally:
            student.patient = False
        return True  # type: ignore[return-value]  # pytest: the call has been made

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
            self._record(item, error)
        elif error is not None:
            self.failure = f"{item.name}: {call.when} failed: {type(error).__name__}: {error}"
        outcome: Literal["passed", "failed"] = "passed" if error is None else "failed"
        assert call.when != "collect"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, call.when)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            lines = str(report.longrepr).strip().splitlines()
            self.failure = f"{report.nodeid}: cannot be collected: {lines[-1] if lines else ''}"

    def _record(self, item: pytest.Item, error: BaseException | None) -> None:
        check = checks.of(item)
        index = _index(item)
        status, message = self._verdict(check, error)
        if status in ("fail", "error") and check.hint and not isinstance(error, (MissingFunction, NotStarted)):
            message = f"{message}\n{check.hint}"
        student: Student = item.funcargs["student"]  # type: ignore[attr-defined]
        self._keep(index, check.part, student)
        self._note_reach(item, student)
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

    def rng_of(self, item: pytest.Item) -> np.random.Generator:
        """Random numbers of a check; the same for every submission, unless seeds are set."""
        seed = self._order.seeds[_index(item)] if self._order.seeds else 0
        return np.random.default_rng(self._seed(checks.of(item).id, seed))

    def name_mistakes(self, index: int) -> None:
        """After the last check of a submission: say which known mistake explains a failure."""
        if self._diagnosis is None or all(item.status not in ("fail", "error") for item in self.outcomes[index]):
            return
        diagnosis = self._diagnosis()
        try:
            with watch("diagnosis"):
                findings = diagnosis.find(self._traces[index])
        except Exception:  # values of a kind that nobody thought of cost the names of mistakes, not the batch
            findings = {}
        self._traces[index] = []
        for place, item in enumerate(self.outcomes[index]):
            found = findings.get(item.id)
            if found is not None and item.status in ("fail", "error"):
                message = f"{item.message}\n{found.says}"
                self.outcomes[index][place] = msgspec.structs.replace(item, mistake=found.mistake, message=message)

    def _keep(self, index: int, part: str, student: Student) -> None:
        """The first picture of each part, and all that was measured."""
        pictures = [call.value.png for call in student.recorded if isinstance(call.value, Figure)]
        for png in pictures:
            if png.startswith(_PNG) and len(png) < _MAX_PNG:
                self.figures[index].setdefault(part, png)
        self.measures[index].update(student.measures)

    def _verdict(self, check: checks.Check, error: BaseException | None) -> tuple[Status, str]:
        if error is None:
            return "pass", ""
        if isinstance(error, _LeftOut):
            return "blocked", LEFT_OUT
        if isinstance(error, CallFailed):
            return error.status, str(error)  # type: ignore[return-value]
        if isinstance(error, (MissingFunction, NotStarted)):
            owner = self._assignment.part_of(error.function)
            if owner is not None and owner.id != check.part:
                return "blocked", f"waits for `{owner.id}`: {error}"
            return "error", str(error)
        if isinstance(error, StudentRaised):
            where = f" (line {error.line})" if error.line else ""
            return "error", f"raised {error.type_name}{where}: {error}"[:300]
        if isinstance(error, checks.Failed):
            return "fail", str(error)
        if isinstance(error, pytest.fail.Exception):
            return "fail", "no ValueError was raised" if "DID NOT RAISE" in str(error) else "the check failed"
        if isinstance(error, AssertionError):
            return "fail", self._mismatch or "what came back is not right"
        return "fail", f"this check cannot use what came back ({type(error).__name__})"


def _index(item: pytest.Item) -> int:
    """Which submission of the batch."""
    index: int = item.callspec.params["student"]  # type: ignore[attr-defined]
    return index


def _seed(secret: bytes, assignment: str, check: str, seed: int = 0) -> int:
    name = f"/{assignment}/{check}" + (f"/{seed}" if seed else "")
    return int.from_bytes(hashlib.sha256(secret + name.encode()).digest()[:16], "big")


def _fixtures(plugin: GraderPlugin) -> ModuleType:
    """What a hidden check may ask for. A module, because pytest gives up session fixtures that are methods."""

    @pytest.fixture(scope="session")
    def student(request: pytest.FixtureRequest) -> Iterator[Student]:
        """The submission under test."""
        with plugin.openers[request.param]() as student:
            yield student
            plugin.name_mistakes(request.param)
            plugin.notes[request.param] = [f"line {note.line}: {note.text}" for note in student.notes]

    @pytest.fixture
    def rng(request: pytest.FixtureRequest) -> np.random.Generator:
        """Random numbers that are the same for every submission, and that nobody without the secret can foresee."""
        return plugin.rng_of(request.node)

    @pytest.fixture(scope="session")
    def reference() -> ModuleType:
        """The module of the reference solution."""
        return plugin.reference()

    module = ModuleType("losslab_fixtures")
    vars(module).update(student=student, rng=rng, reference=reference)
    return module
