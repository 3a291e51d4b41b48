"""The pytest plugin that runs an assignment's hidden checks against each submission of a batch.

Checks are collected once; pytest's own parametrisation with session scope groups them by submission, so that each
submission has one worker for all of its checks. `trial` has what differs when graders are proven.
"""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Any, Literal

import msgspec
import numpy as np
import pytest

from autograder.base.errors import CourseError, SandboxError
from autograder.base.stopwatch import watch
from autograder.course import Assignment
from autograder.grading import checks, draws, plots, verdict
from autograder.grading.diagnosis.engine import Diagnosis
from autograder.grading.failures import CallFailed, MissingFunction, NotStarted
from autograder.grading.fixtures import fixtures
from autograder.grading.matchers import Matcher
from autograder.grading.outcome import Outcome
from autograder.grading.proxy import Student
from autograder.grading.reach import Reach
from autograder.grading.trace import Recorded, Trace
from autograder.grading.wording import Wording
from autograder.intake.submission import Submission
from autograder.worker.wire import Figure

STARVED = "the machine was too busy to grade this fairly; the next `losslab grade` grades it again"


class GraderPlugin:
    """One batch: how to open each submission, and the outcomes of its checks.

    `cases` counts the lists of outcomes: one for each submission, unless a trial runs one under several seeds.
    """

    def __init__(
        self,
        assignment: Assignment,
        openers: Sequence[Callable[[], AbstractContextManager[Student]]],
        secret: bytes,
        reference: Callable[[], ModuleType],
        diagnosis: Callable[[], Diagnosis] | None = None,
        submissions: Sequence[Submission] = (),
        words: frozenset[str] = frozenset(),
        draws_of_plots: Sequence[plots.Opener] = (),
        cases: int | None = None,
    ) -> None:
        self._assignment = assignment
        self.openers = openers
        self._plotters = draws_of_plots
        handed_in = submissions or [Submission("", assignment.id)] * len(openers)
        self._rounds = [submission.sha256 for submission in handed_in]
        self._wordings = [Wording(submission.source, words) for submission in handed_in]
        self.draws = draws.Draws(secret, assignment.id, self._rounds)
        self.reference = reference
        self._diagnosis = diagnosis
        self.mismatch: str | None = None
        count = len(openers) if cases is None else cases
        self._traces: list[list[Trace]] = [[] for _ in range(count)]
        self.outcomes: list[list[Outcome]] = [[] for _ in range(count)]
        self.notes: list[list[str]] = [[] for _ in range(count)]
        self.figures: list[dict[str, bytes]] = [{} for _ in range(count)]
        self._plots: list[dict[str, Recorded]] = [{} for _ in range(count)]
        self.measures: list[dict[str, float]] = [{} for _ in range(count)]
        self.starved = [False] * count
        self.now = 0  # the submission that is being graded
        self.failure: str | None = None  # why the graders cannot be used
        self.stopped: str | None = None  # why they ended in the middle
        self.broken: SandboxError | None = None
        self.reach = Reach()
        self._drawing: frozenset[str] = frozenset()

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", f"{checks.MARK}(check): a hidden check")
        config.pluginmanager.register(fixtures(self), "losslab-fixtures")

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "student" not in metafunc.fixturenames:
            raise CourseError(f"{metafunc.function.__name__}: asks for no `student`, so it can check nothing")
        metafunc.parametrize("student", range(len(self.openers)), indirect=True, scope="session")

    def pytest_runtest_setup(self) -> None:
        self.mismatch = None

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self._drawing = frozenset(checks.of(item).id for item in items if "rng" in item.fixturenames)  # type: ignore[attr-defined]

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        """Run a check."""
        self.run(pyfuncitem)
        return True  # pytest: the call has been made

    def run(self, item: pytest.Function, seed: int | None = None) -> None:
        """Call a check; if the machine failed and not the submission, call it again, with patience and the same inputs.

        If a seed is given, use the random inputs of this seed.
        """
        student: Student = item.funcargs["student"]  # type: ignore[assignment]
        student.works_on(checks.of(item).part)
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
                self.reach.seconds[checks.of(item).id] = time.perf_counter() - started

    def _drawn(self, item: pytest.Item, seed: int) -> dict[str, Callable[[], np.random.Generator]]:
        """Return what a check gets again for another run, by the name of the fixture."""
        return {"rng": lambda: self.rng_of(item, seed), "numbers": draws.numbers}

    def rng_of(self, item: pytest.Item, seed: int = 0) -> np.random.Generator:
        """Return random numbers of a check for a submission; the same each time it is graded."""
        return self.draws.of_check(checks.of(item).id, index_of(item), seed)

    def pytest_assertrepr_compare(self, op: str, left: Any, right: Any) -> list[str] | None:
        if not isinstance(right, Matcher):
            return None
        self.mismatch = right.mismatch
        return [right.mismatch or op]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """Keep the outcome. pytest's own report would render a traceback, which takes time and which nobody reads."""
        error = call.excinfo.value if call.excinfo is not None else None
        if isinstance(error, SandboxError):  # the machine failed, so no check may be lost
            self.broken = error
            item.session.shouldstop = True
        elif call.when == "call":
            self.keep_outcome(item, error)
        elif error is not None:
            told = isinstance(error, CourseError)  # its text is already the whole line for people
            self.stopped = str(error) if told else f"{item.name}: {call.when} failed: {type(error).__name__}: {error}"
            item.session.shouldstop = True  # the submission is graded again, alone in a process
        outcome: Literal["passed", "failed"] = "passed" if error is None else "failed"
        assert call.when != "collect"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, call.when)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            lines = str(report.longrepr).strip().splitlines()
            self.failure = f"{report.nodeid}: cannot be collected: {lines[-1] if lines else ''}"

    def keep_outcome(self, item: pytest.Item, error: BaseException | None) -> None:
        """Record the outcome of a check for its submission."""
        self.record(item, error, index_of(item))

    def record(self, item: pytest.Item, error: BaseException | None, case: int) -> None:
        """Record the outcome of a check, its plots and measures, and its calls, from which mistakes are named."""
        check = checks.of(item)
        verdict.let_go(error)
        wording = self._wordings[index_of(item)]
        status, message = verdict.of(self._assignment, check, error, wording, self.mismatch)
        if status in ("fail", "error") and check.hint and not isinstance(error, (MissingFunction, NotStarted)):
            message = f"{message}\n{check.hint}"
        student: Student = item.funcargs["student"]  # type: ignore[attr-defined]
        self._keep(case, check.part, student)
        self.reach.note(item, student)
        if self._diagnosis is not None:
            calls = tuple(student.recorded)
            self._traces[case].append(Trace(check.id, check.part, status == "pass", calls, check.kind, check.topic))
        self.outcomes[case].append(check.outcome(status, message))

    def _keep(self, case: int, part: str, student: Student) -> None:
        """Keep the first plot of each part, to be drawn later, and all measures."""
        for call in student.recorded:
            if self._plotters and isinstance(call.value, Figure):
                self._plots[case].setdefault(part, call)
        self.measures[case].update(student.measures)

    def finish(self, index: int, student: Student) -> None:
        """Finish a submission after its last check, while its worker still runs."""
        self._name_mistakes(index)
        self.notes[index] = self._notes_of(index, student)
        if student.starved:
            self.notes[index].append(STARVED)
        self.starved[index] = student.starved

    def _name_mistakes(self, index: int) -> None:
        """Add to each failure the known mistake that explains it."""
        traces, self._traces[index] = self._traces[index], []  # this also frees the values that the submission returned
        if self._diagnosis is None or all(item.status not in ("fail", "error") for item in self.outcomes[index]):
            return
        diagnosis = self._diagnosis()
        try:
            with watch("diagnosis"):
                findings = diagnosis.find(traces)
        except Exception:  # unforeseen values cost only the names of mistakes, not the batch
            findings = {}
        if self._rounds[index]:  # nobody else gets the same inputs
            diagnosis.forget(self._drawing)
        for place, item in enumerate(self.outcomes[index]):
            found = findings.get(item.id)
            if found is not None and item.status in ("fail", "error"):
                message = f"{item.message}\n{found.says}"
                carried = f"right, given your `{found.carried}`" if found.carried else ""
                self.outcomes[index][place] = msgspec.structs.replace(
                    item, mistake=found.mistake, message=message, carried=carried
                )

    def _notes_of(self, index: int, student: Student) -> list[str]:
        """Return notes on top-level statements that failed. They ran before any check, so they have their own budget."""
        wording = self._wordings[index].renewed()
        return [f"line {note.line}: {wording.noted(note.text)}" for note in student.notes]

    def draw(self, index: int) -> None:
        """Draw the plots of a submission after its last check, when its worker has ended."""
        if self._plots[index]:
            with watch("pictures"):
                self.figures[index] = plots.drawn(self._plotters[index], self._plots[index])


def index_of(item: pytest.Item) -> int:
    """Return the position of the item's submission in the batch."""
    index: int = item.callspec.params["student"]  # type: ignore[attr-defined]
    return index


@functools.cache
def _parameters(function: Callable[..., object]) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)
