"""Decide the status of a check and the message that its student reads."""

from __future__ import annotations

import gc
import traceback

import pytest

from autograder.course import Assignment
from autograder.grading import checks
from autograder.grading.failures import CallFailed, MissingFunction, NotStarted, StudentRaised
from autograder.grading.outcome import Status
from autograder.grading.wording import Wording


def of(
    assignment: Assignment, check: checks.Check, error: BaseException | None, wording: Wording, mismatch: str | None
) -> tuple[Status, str]:
    """Return the status of a check and the message for its student. Text from the student's own code is limited."""
    if error is None:
        return "pass", ""
    if isinstance(error, StudentRaised):
        where = f" (line {error.line})" if error.line else ""
        said = wording.raised(str(error))
        return "error", f"raised {wording.name(error.type_name, type(error).__name__)}{where}: {said}"
    status, message = _ended(assignment, check, error, mismatch)
    return status, wording.told(message)


def _ended(
    assignment: Assignment, check: checks.Check, error: BaseException, mismatch: str | None
) -> tuple[Status, str]:
    if isinstance(error, CallFailed):
        return error.status, str(error)  # type: ignore[return-value]
    if isinstance(error, (MissingFunction, NotStarted)):
        owner = assignment.part_of(error.function)
        if owner is not None and owner.id != check.part:
            return "blocked", f"waits for `{owner.id}`: {error}"
        return "error", str(error)
    if isinstance(error, checks.Failed):
        return "fail", str(error)
    if isinstance(error, pytest.fail.Exception):
        return "fail", "no ValueError was raised" if "DID NOT RAISE" in str(error) else "the check failed"
    if isinstance(error, AssertionError):
        return "fail", mismatch or "what came back is not right"
    return "fail", f"this check cannot use what came back ({type(error).__name__})"


def let_go(error: BaseException | None) -> None:
    """Free what a check held when memory ran out, because the next check or submission needs the memory."""
    # torch says it in its own way: "std::bad_alloc", "DefaultCPUAllocator: can't allocate memory".
    if isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and "alloc" in str(error)):
        traceback.clear_frames(error.__traceback__)
        gc.collect()
