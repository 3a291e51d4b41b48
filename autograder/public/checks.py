"""Run the released public checks on a student's file, in this process, and show failures in a few lines."""

from __future__ import annotations

import io
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ..course import Assignment
from ..errors import SubmissionError
from ..intake import folder as intake
from ..worker import module as loader


@dataclass(frozen=True)
class Verdict:
    """One public check: part, title, status (pass, fail, error, missing) and what the student reads."""

    part: str
    title: str
    status: str
    message: str


def run(assignment: Assignment, folder: Path) -> list[Verdict]:
    """Run test_<module>.py of the folder against the student's file there, with that folder as the current one.

    Raises:
        SubmissionError: the file is missing or cannot be read.
    """
    submission = intake.read("you", assignment, folder) if not _both(assignment, folder) else _pick(assignment, folder)
    if submission.problem is not None:
        raise SubmissionError(submission.problem)
    screen = io.StringIO()
    with chdir(folder), redirect_stdout(screen), redirect_stderr(screen):
        student, notes = loader.load(f"{assignment.module}.py", submission.source)
    verdicts = run_on(assignment, folder, student)
    verdicts += [Verdict("", "noted", "note", note) for note in submission.notes]
    verdicts += [Verdict("", f"line {note.line} was left out", "note", note.text) for note in notes]
    return [item for item in verdicts if item.status != "note" or "NotImplementedError" not in item.message]


def run_on(assignment: Assignment, folder: Path, student: ModuleType) -> list[Verdict]:
    """The same for a module that is loaded already; a notebook's live functions, say. It is left in `sys.modules`.

    Raises:
        SubmissionError: no check could be run.
    """
    screen, folder = io.StringIO(), folder.resolve()
    with chdir(folder), redirect_stdout(screen), redirect_stderr(screen):
        for function in (name for part in assignment.parts for name in part.functions):
            if not hasattr(student, function):
                setattr(student, function, _missing(function))
        sys.modules[assignment.module] = student
        plugin = _Plugin(f"{assignment.module}.py")
        test_file = folder / f"test_{assignment.module}.py"
        sys.modules.pop(test_file.stem, None)  # pytest would use again what an earlier run imported
        options = ["-q", "--disable-plugin-autoload", "--import-mode=importlib", "-p", "no:cacheprovider", "--tb=no"]
        pytest.main([*options, "-c", os.devnull, "--rootdir", str(folder), str(test_file)], plugins=[plugin])
    if not plugin.verdicts:
        raise SubmissionError(f"{test_file.name}: no public check could be run; download it again")
    return [*plugin.verdicts, *plugin.warnings.values()]


def _both(assignment: Assignment, folder: Path) -> bool:
    return (folder / f"{assignment.module}.py").is_file() and (folder / f"{assignment.module}.ipynb").is_file()


def _pick(assignment: Assignment, folder: Path) -> Any:
    """Script and notebook lie side by side in the kit: the one saved last is the one being worked on."""
    from ..intake import source
    from ..intake.submission import Submission

    paths = [folder / f"{assignment.module}{suffix}" for suffix in (".py", ".ipynb")]
    newest = max(paths, key=lambda path: path.stat().st_mtime_ns)
    convert = source.from_notebook if newest.suffix == ".ipynb" else source.from_script
    text, notes = convert(newest.name, newest.read_bytes())
    return Submission("you", assignment.id, text, newest.name, notes=notes)


def _missing(function: str) -> Any:
    def missing(*args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"`{function}` is missing")

    return missing


class _Plugin:
    """Collects verdicts; knows of each check its part and, after a failure, both sides of the comparison."""

    def __init__(self, filename: str) -> None:
        self._filename = filename
        self._sides: tuple[str, str] | None = None
        self.verdicts: list[Verdict] = []
        self.warnings: dict[str, Verdict] = {}

    def pytest_runtest_setup(self) -> None:
        self._sides = None

    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage) -> None:
        text = str(warning_message.message)
        lesson = next((lesson for words, lesson in _LESSONS.items() if words in text), None)
        if lesson is not None:
            inside = Path(warning_message.filename).name == self._filename
            place = f"line {warning_message.lineno}" if inside else "your code"
            self.warnings.setdefault(lesson, Verdict("", f"{place} warns", "note", lesson))

    def pytest_assertrepr_compare(self, op: str, left: Any, right: Any) -> None:
        self._sides = (_short(left), _short(right))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        report = yield
        if call.when == "call":
            module = getattr(item, "module", None)
            part = getattr(module, "PARTS", {}).get(item.name, "")
            title = (getattr(item.obj, "__doc__", "") or item.name).strip().partition("\n")[0]  # type: ignore[attr-defined]
            error = call.excinfo.value if call.excinfo is not None else None
            self.verdicts.append(Verdict(part, title, *self._verdict(error)))
        return report

    def _verdict(self, error: BaseException | None) -> tuple[str, str]:
        if error is None:
            return "pass", ""
        if isinstance(error, NotImplementedError):
            return "missing", str(error) or "not started"
        if isinstance(error, AssertionError):
            got, expected = self._sides or ("something else", "what the title says")
            return "fail", f"expected {expected}, got {got}"
        if isinstance(error, pytest.fail.Exception):
            return "fail", "no ValueError was raised"
        line = loader.line_in(self._filename, error)
        return "error", (f"line {line}: " if line else "") + loader.describe(error)


# What a warning of NumPy or torch says of a loss, by words of its text.
_LESSONS = {
    "overflow encountered in exp": "exp of more than 709 is infinite: subtract the largest number of the row first",
    "overflow encountered": "a number became infinite: look at what is multiplied, squared or exponentiated",
    "divide by zero encountered in log": "log(0) is -inf: compute the logarithm of a probability from the logits",
    "divide by zero": "something is divided by 0: what should come out there, and from which formula?",
    "invalid value encountered": "0 times inf, or inf minus inf, is NaN: one of the numbers was infinite before",
    "Using a target size": "shapes (N,) and (N, 1) make an (N, N) table: give both the same shape",
    "Mean of empty slice": "the mean of nothing is NaN: what should an empty input do?",
}


def _short(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 120 else text[:117] + "..."


def render(assignment: Assignment, verdicts: list[Verdict], show_all: bool = False) -> list[str]:
    """The lines of `losslab check`: at most five for a failure, no traceback."""
    checks = [item for item in verdicts if item.status != "note"]
    started = {item.part for item in checks if item.status != "missing"}
    lines: list[str] = []
    for item in checks:
        if item.status == "pass":
            lines.append(f"✓ {item.part} · {item.title}")
        elif item.status != "missing" or show_all or item.part in started:
            lines += [
                f"✗ {item.part} · {item.title}",
                f"  {item.message}",
            ]
    idle = [part.id for part in assignment.parts if part.id not in started and not part.manual]
    if idle:
        lines.append(f"· not started: {', '.join(idle)}")
    lines += [f"! {item.title}: {item.message}" for item in verdicts if item.status == "note"]
    passed = sum(item.status == "pass" for item in checks)
    begun = next((item.part for item in checks if item.status != "pass" and item.part in started), None)
    following = begun or (idle[0] if idle else None)
    if following is not None:
        lines.append(f"next: {following}; a nudge: losslab hint {assignment.id}/{following}")
    verdict = "All public checks passed" if passed == len(checks) else f"{passed} of {len(checks)} public checks passed"
    return [*lines, f"{verdict}; hidden checks run when you submit."]
