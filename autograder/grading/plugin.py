"""The pytest plugin that runs an assignment's hidden checks against each submission of a batch.

Checks are collected once; pytest's own parametrisation with session scope groups them by submission, so that each
submission has one worker for all of its checks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from ..course import Assignment
from ..errors import CourseError, SandboxError
from . import checks
from .matchers import Matcher
from .outcome import Outcome, Status
from .student import CallFailed, MissingFunction, NotStarted, Student, StudentRaised


class GraderPlugin:
    """Holds one batch: how to open each submission, and the outcomes of its checks."""

    def __init__(
        self,
        assignment: Assignment,
        openers: list[Callable[[], Student]],
        secret: bytes,
        reference: Callable[[], ModuleType],
    ) -> None:
        self._assignment = assignment
        self._openers = openers
        self._secret = secret
        self._reference = reference
        self._mismatch: str | None = None
        self.outcomes: list[list[Outcome]] = [[] for _ in openers]
        self.notes: list[list[str]] = [[] for _ in openers]
        self.failure: str | None = None

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", f"{checks.MARK}(check): a hidden check")

    @pytest.fixture(scope="session")
    def student(self, request: pytest.FixtureRequest) -> Iterator[Student]:
        """The submission under test."""
        with self._openers[request.param]() as student:
            yield student
            self.notes[request.param] = [f"line {note.line}: {note.text}" for note in student.notes]

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        """Random numbers that are the same for every submission, and that nobody without the secret can foresee."""
        check = checks.of(request.node)
        seed = hashlib.sha256(self._secret + f"/{self._assignment.id}/{check.id}".encode()).digest()
        return np.random.default_rng(int.from_bytes(seed[:16], "big"))

    @pytest.fixture(scope="session")
    def reference(self) -> ModuleType:
        """The module of the reference solution."""
        return self._reference()

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "student" not in metafunc.fixturenames:
            raise CourseError(f"{metafunc.function.__name__}: asks for no `student`, so it can check nothing")
        metafunc.parametrize("student", range(len(self._openers)), indirect=True, scope="session")

    def pytest_runtest_setup(self) -> None:
        self._mismatch = None

    def pytest_assertrepr_compare(self, op: str, left: Any, right: Any) -> list[str] | None:
        if not isinstance(right, Matcher):
            return None
        self._mismatch = right.mismatch
        return [right.mismatch or op]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Iterator[None]:  # the report itself is pytest's
        report = yield
        error = call.excinfo.value if call.excinfo is not None else None
        if call.when == "call":
            self._record(item, error)
        elif error is not None:
            self.failure = f"{item.name}: {call.when} failed: {type(error).__name__}: {error}"
            if isinstance(error, SandboxError):
                self.failure = str(error)
        return report

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            lines = str(report.longrepr).strip().splitlines()
            self.failure = f"{report.nodeid}: cannot be collected: {lines[-1] if lines else ''}"

    def _record(self, item: pytest.Item, error: BaseException | None) -> None:
        check = checks.of(item)
        index: int = item.callspec.params["student"]  # type: ignore[attr-defined]
        status, message = self._verdict(check, error)
        if status in ("fail", "error") and check.hint and not isinstance(error, (MissingFunction, NotStarted)):
            message = f"{message}\n{check.hint}"
        self.outcomes[index].append(Outcome(check.id, check.part, check.title, status, check.points, message))

    def _verdict(self, check: checks.Check, error: BaseException | None) -> tuple[Status, str]:
        if error is None:
            return "pass", ""
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
