"""Turn what happened in a public check into what the student reads."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from autograder.course import Assignment
from autograder.student.checks import lessons, texts
from autograder.student.checks.calls import Recorder, shown
from autograder.student.checks.reading import Work
from autograder.worker import module as loader


@dataclass(frozen=True)
class Verdict:
    """One public check: part, title, status (pass, fail, error, missing; note if it is not a check), and message.

    `inputs` are the arguments of the call, `source` the student's own line, `lesson` one sentence on what it teaches.
    """

    part: str
    title: str
    status: str
    message: str
    inputs: str = ""
    source: str = ""
    lesson: str = ""


class Judge:
    """Turns exceptions into verdicts; knows the student's file and the arguments of its calls."""

    def __init__(self, assignment: Assignment, work: Work, student: ModuleType, recorder: Recorder) -> None:
        self._filename = f"{assignment.module}.py"
        self._work = work
        self._student = student
        self._recorder = recorder

    def failed(self, part: str, title: str, error: BaseException) -> Verdict:
        """Return the verdict of a check that ended with `error`."""
        call = self._recorder.call
        found = self._of(error, Verdict(part, title, "fail", "", call.inputs if call is not None else ""))
        return replace(found, inputs="") if isinstance(error, NotImplementedError) else found

    def interrupted(self, part: str, title: str, error: BaseException, seconds: float | None) -> Verdict:
        """Return the verdict of a check that ran too long (`seconds`) or was stopped by Ctrl-C."""
        line = loader.line_in(self._filename, error)
        text = texts.STOPPED if seconds is None else texts.STILL_RUNS
        message = text.format(place=self._work.place(line), seconds=seconds or 0)
        call = self._recorder.call
        inputs = call.inputs if call is not None else ""
        return Verdict(part, title, "error", message, inputs, self._work.line(line), texts.ENDLESS)

    def _of(self, error: BaseException, plain: Verdict) -> Verdict:
        if isinstance(error, NotDefined):
            return replace(plain, status="error" if error.near else "missing", message=str(error))
        if isinstance(error, NotImplementedError):
            name = _function_of(self._filename, error)
            return replace(plain, status="missing", message=texts.NOT_STARTED.format(name=name or plain.part))
        if type(error).__name__ == "Failed":  # pytest.raises caught no exception
            message = texts.EXPECTED_RAISE.format(kind="ValueError")
            return replace(plain, message=message, lesson=texts.NOTHING_RAISED)
        inside = loader.line_in(self._filename, error)
        if isinstance(error, AssertionError) and not inside:
            return self._assertion(error, plain)
        return self._exception(error, inside, plain)

    def _assertion(self, error: AssertionError, plain: Verdict) -> Verdict:
        unclear = error.__context__
        if "pattern" in str(error).lower() and isinstance(unclear, ValueError):
            said = str(unclear).partition("\n")[0][:60]
            message = texts.RAISED_UNCLEAR.format(kind=type(unclear).__name__, said=said)
            return replace(plain, message=message, lesson=texts.NAME_THE_VALUE)
        sides, call = self._recorder.sides, self._recorder.call
        if sides is None:
            got = call is not None and call.returned
            message = texts.TITLE_FAILS_FOR.format(got=shown(call.result)) if got and call else texts.TITLE_FAILS
            return replace(plain, message=message)
        return replace(
            plain, message=_compared(sides.relation, sides.left, sides.right), lesson=lessons.of_sides(sides, call)
        )

    def _exception(self, error: BaseException, line: int, plain: Verdict) -> Verdict:
        said = loader.describe(error)
        call = self._recorder.call
        if not line and call is not None and call.returned and call.result is None:
            message = texts.EXPECTED.format(expected=texts.A_VALUE, got="None")
            return replace(plain, message=message, lesson=texts.RETURNS_NONE)
        lesson = texts.OTHER_ERROR if plain.part == "validation" else lessons.of_error(error)
        message = texts.ERROR_AT.format(place=self._work.place(line), said=said)
        return replace(plain, status="error", message=message, source=self._work.line(line), lesson=lesson)


def _compared(relation: str, left: Any, right: Any) -> str:
    if relation != "==":
        return texts.EXPECTED_RELATION.format(left=shown(left), relation=relation, right=shown(right))
    expected = lessons.expected_of(right)
    mine, wanted = getattr(left, "shape", None), getattr(expected, "shape", None)
    if mine is not None and wanted is not None and tuple(mine) != tuple(wanted):
        return texts.EXPECTED_SHAPE.format(expected=tuple(wanted), got=tuple(mine))
    return texts.EXPECTED.format(expected=shown(right), got=shown(left))


def _function_of(filename: str, error: BaseException) -> str:
    """Return the student's function that raised, which need not be the one that the check is about."""
    name, trace = "", error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        name = code.co_qualname.partition(".")[0] if code.co_filename == filename else name
        trace = trace.tb_next
    return name


class NotDefined(NotImplementedError):
    """A function of the exercise is not in the file. `near`: it is there, but left out or under another name."""

    def __init__(self, message: str, near: bool) -> None:
        super().__init__(message)
        self.near = near


def stand_in(name: str, student: ModuleType, work: Work, wanted: set[str]) -> Callable[..., Any]:
    """Make the function that a check calls if the student's file has no function `name`."""
    own = [other for other, item in vars(student).items() if callable(item) and other not in wanted]
    close = difflib.get_close_matches(name, own, n=1, cutoff=0.75)
    if close:
        message, near = texts.MISNAMED.format(name=name, near=close[0]), True
    elif work.left_out(name):
        message, near = texts.LEFT_OUT_WITH_CELL.format(name=name), True
    else:
        message, near = texts.NOT_STARTED.format(name=name), False

    def missing(*args: Any, **kwargs: Any) -> Any:
        raise NotDefined(message, near)

    return missing
