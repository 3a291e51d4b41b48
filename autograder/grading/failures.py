"""How a call of a submission can fail: the exceptions that a hidden check sees, and their words."""

from __future__ import annotations

import builtins
import difflib
import functools
import signal
from collections.abc import Iterable
from typing import Any

from autograder.jail.worker import Ending
from autograder.worker import messages


class StudentRaised(Exception):
    """Mixed into what a call raises when the student's code did; the other base is the builtin of the same name."""

    type_name: str = "Exception"
    line: int = 0


class CallFailed(Exception):
    """The call did not end in a value or an exception; `status` is timeout, memory, crash or error.

    `again` where the machine, not the submission, may be the cause: the check deserves another try.
    """

    def __init__(self, status: str, message: str, again: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.again = again


class MissingFunction(Exception):
    """The submission does not define what a check calls."""

    def __init__(self, function: str, message: str) -> None:
        super().__init__(message)
        self.function = function


class NotStarted(Exception):
    """The stub still stands where a function should be."""

    def __init__(self, function: str) -> None:
        super().__init__(f"`{function}` is not written yet")
        self.function = function


def raised(function: str, reply: messages.Raised, memory_mb: int) -> Exception:
    """What a call raises here where the student's code raised there."""
    if reply.classes[:1] == ["NotImplementedError"]:
        return NotStarted(function)
    if "MemoryError" in reply.classes:
        return CallFailed("memory", f"`{function}` needed or returned more memory than it may ({memory_mb} MiB)")
    names = [name for name in reply.classes if _builtin_exception(name) is not None]
    error: Exception = _raised_class(names[0] if names else "Exception")(reply.message)
    assert isinstance(error, StudentRaised)
    error.type_name = reply.classes[0][:80] if reply.classes else "Exception"
    error.line = reply.line
    return error


def missing(function: str, defined: Iterable[str]) -> MissingFunction:
    """What a call of a function raises that the submission does not define; a name like it is offered."""
    near = difflib.get_close_matches(function, defined, n=1, cutoff=0.6)
    return MissingFunction(function, f"`{function}` is missing" + (f"; did you mean `{near[0]}`?" if near else ""))


def ended(what: str, ending: Ending | None, again: bool) -> CallFailed:
    """What a call raises whose worker has ended, and how that ended if it is known."""
    if ending is not None and ending.signal in (signal.SIGKILL, signal.SIGXCPU):
        return CallFailed("timeout", f"`{what}` was stopped: it used up its processor time or memory", again)
    if ending is not None and ending.signal:
        return CallFailed("crash", f"`{what}` crashed the interpreter (signal {ending.signal})", again)
    code = "" if ending is None else f" (exit code {ending.exit_code})"
    return CallFailed("crash", f"`{what}` ended the interpreter{code}", again)


def _builtin_exception(name: str) -> type[Exception] | None:
    kind = getattr(builtins, name, None)
    # Raised inside of `all(map(...))` in a check, these two would end the loop as if there were nothing left to look at.
    usable = (
        isinstance(kind, type) and issubclass(kind, Exception) and name not in ("StopIteration", "StopAsyncIteration")
    )
    return kind if usable else None


@functools.cache
def _raised_class(name: str) -> Any:
    """A class that is both StudentRaised and the builtin of that name."""
    kind = _builtin_exception(name) or Exception
    if kind in (UnicodeDecodeError, UnicodeEncodeError, UnicodeTranslateError, BaseExceptionGroup, ExceptionGroup):
        kind = ValueError if issubclass(kind, ValueError) else Exception  # their constructors want more than a message
    return type(kind.__name__, (StudentRaised, kind) if kind is not Exception else (StudentRaised,), {})
