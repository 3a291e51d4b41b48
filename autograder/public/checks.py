"""Run the released public checks on a student's file, in this process.

Public checks are plain functions that assert and take nothing, since a notebook's cell calls them, too. So they are run
without pytest's own machinery, which takes longer than all of them; `pytest` in the folder gives the same verdicts.
"""

from __future__ import annotations

import ast
import io
import sys
import warnings
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from ..course import Assignment
from ..errors import SubmissionError
from ..worker import module as loader
from . import lessons, texts, work
from .calls import SIDES, Recorder, with_sides
from .render import render
from .verdict import Judge, Verdict, stand_in
from .watchdog import Watchdog

__all__ = ["Verdict", "hidden_checks", "render", "run", "run_work"]

MIN_SECONDS, CALLS = 10.0, 10
_COUNT = "HIDDEN_CHECKS = "


def run(assignment: Assignment, folder: Path) -> list[Verdict]:
    """Run test_<module>.py of the folder against the student's file there, with that folder as the current one.

    Raises:
        SubmissionError: the file is missing or cannot be read, or a library that the checks need is not installed.
    """
    return run_work(assignment, folder.resolve(), work.read(assignment, folder.resolve()))


def run_work(assignment: Assignment, folder: Path, mine: work.Work) -> list[Verdict]:
    """`run` of a file that has been read. Raises SubmissionError."""
    tests = _parsed(folder / f"test_{assignment.module}.py")
    if work.untouched(assignment, mine):
        return _nothing_started(assignment, tests)
    missing = work.missing_library(assignment)
    if missing is not None:
        raise SubmissionError(texts.MISSING_LIBRARY.format(name=missing, assignment=assignment.id))
    screen, seconds = io.StringIO(), limit(assignment)
    with chdir(folder), redirect_stdout(screen), redirect_stderr(screen), _importable(folder):
        return _Session(assignment, folder, mine, seconds, screen).run(tests)


def limit(assignment: Assignment) -> float:
    """Seconds after which a check is stopped at home, where machines are slow and nothing is lost by waiting."""
    return max(MIN_SECONDS, CALLS * assignment.limits.call_seconds if assignment.limits else 0)


def hidden_checks(assignment: Assignment, folder: Path) -> int | None:
    """How many hidden checks wait, as the released test file says; None where it does not."""
    try:
        lines = (folder / f"test_{assignment.module}.py").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    found = [line.removeprefix(_COUNT) for line in lines if line.startswith(_COUNT)]
    return int(found[0]) if found and found[0].isdecimal() else None


def _parsed(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_bytes(), str(path))
    except OSError as error:
        raise SubmissionError(texts.UNREADABLE.format(path=path, reason=error.strerror)) from None
    except (SyntaxError, ValueError) as error:
        raise SubmissionError(texts.BROKEN_TESTS.format(path=path, reason=type(error).__name__)) from None


def _tests(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node.name, (ast.get_docstring(node) or node.name).strip().partition("\n")[0]


def _nothing_started(assignment: Assignment, tree: ast.Module) -> list[Verdict]:
    parts: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PARTS":
            parts = ast.literal_eval(node.value)
    verdicts = []
    for name, title in _tests(tree):
        part = assignment.part(parts.get(name, ""))
        first = part.functions[0] if part and part.functions else parts.get(name, "")
        verdicts.append(
            Verdict(parts.get(name, ""), title, "missing", texts.NOT_STARTED.format(name=first or assignment.module))
        )
    return verdicts


class _Session:
    """One run: the student's module, the checks' module, and what came of each."""

    def __init__(
        self, assignment: Assignment, folder: Path, mine: work.Work, seconds: float, screen: io.StringIO
    ) -> None:
        self._assignment, self._folder, self._work = assignment, folder, mine
        self._seconds, self._screen = seconds, screen
        self._recorder = Recorder()
        self._warned: dict[str, tuple[str, Verdict]] = {}
        self._told: set[str] = set()
        self._fresh: list[str] = []
        self._notes = [_broken(mine, item) for item in mine.broken]

    def run(self, tree: ast.Module) -> list[Verdict]:
        student = self._load()
        judge = Judge(self._assignment, self._work, student, self._recorder)
        path = self._folder / f"test_{self._assignment.module}.py"
        space: dict[str, Any] = {"__name__": path.stem, "__file__": str(path), SIDES: self._recorder.compare}
        titles = dict(_tests(tree))
        try:
            exec(compile(with_sides(tree), str(path), "exec"), space)
        except Exception as error:
            reason = loader.describe(error)
            raise SubmissionError(texts.BROKEN_TESTS.format(path=path.name, reason=reason)) from None
        for name in (name for part in self._assignment.parts for name in part.functions):
            if callable(space.get(name)) and not isinstance(space[name], type):
                space[name] = self._recorder.watching(space[name])
        verdicts, before = [], self._screen.tell()
        for name, title in titles.items():
            verdict, goes_on = self._one(judge, space["PARTS"].get(name, ""), title, space[name])
            verdicts.append(verdict)
            if not goes_on:
                self._notes.append(Verdict("", texts.STOPPED_EARLY, "note", texts.NOT_RUN))
                break
        self._note_prints(before)
        return verdicts + self._last_words()

    def _note_prints(self, before: int) -> None:
        first = self._screen.getvalue()[before:].strip().partition("\n")[0][:60]
        if first:
            self._notes.append(Verdict("", texts.PRINTS, "note", texts.PRINTS_FIRST.format(first=first)))

    def _load(self) -> ModuleType:
        dog = Watchdog(self._seconds)
        filename = f"{self._assignment.module}.py"
        try:
            with dog, self._warnings():
                student, notes = loader.load(filename, self._work.source)
        except KeyboardInterrupt as error:
            text = texts.STILL_RUNS if dog.bit else texts.STOPPED
            said = text.format(place=self._work.place(loader.line_in(filename, error)), seconds=self._seconds)
            raise SubmissionError(texts.ENDLESS_FILE.format(path=self._work.path.name, said=said)) from None
        for note in notes:
            if "NotImplementedError" not in note.text:
                place = self._work.place(note.line)
                self._notes.append(Verdict("", texts.LEFT_OUT.format(place=place), "note", note.text))
        wanted = {name for part in self._assignment.parts for name in part.functions}
        for name in wanted:
            if not hasattr(student, name):
                setattr(student, name, stand_in(name, student, self._work, wanted))
        return student

    def _one(self, judge: Judge, part: str, title: str, check: Any) -> tuple[Verdict, bool]:
        """The verdict, and whether to go on with the next check."""
        self._recorder.clear()
        self._fresh.clear()
        dog = Watchdog(self._seconds)
        try:
            with dog, self._warnings():
                check()
        except KeyboardInterrupt as error:
            return judge.interrupted(part, title, error, self._seconds if dog.bit else None), dog.bit
        except BaseException as error:
            verdict = judge.failed(part, title, error)
            if self._fresh and verdict.status == "fail":
                verdict = replace(verdict, lesson=self._fresh[0])
                self._told.add(self._fresh[0])
            return verdict, True
        return Verdict(part, title, "pass", ""), True

    @contextmanager
    def _warnings(self) -> Iterator[None]:
        """Collect what warnings teach, each lesson once, at the place where it came up first."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                yield
            finally:
                for item in caught:
                    lesson = lessons.of_warning(str(item.message))
                    if lesson is not None:
                        inside = Path(item.filename).name == f"{self._assignment.module}.py"
                        place = self._work.place(item.lineno if inside else 0)
                        said = texts.WARNS_IN_CHECK.format(place=place, lesson=lesson)
                        self._fresh.append(said)
                        note = Verdict("", texts.WARNS.format(place=place), "note", lesson)
                        self._warned.setdefault(lesson, (said, note))

    def _last_words(self) -> list[Verdict]:
        """Notes on the file, and on warnings that no failure has told of."""
        return self._notes + [note for said, note in self._warned.values() if said not in self._told]


def _broken(mine: work.Work, item: work.Broken) -> Verdict:
    place = mine.place(item.line)
    title = texts.NOT_PYTHON_HERE.format(file=mine.path.name, place=place, reason=item.reason)
    return Verdict("", title, "note", texts.CELL_WAITS, source=item.source)


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    """Let the student's own helper files be imported, and forget them afterwards: they may change until the next run."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if isinstance(file, str) and Path(file).parent == folder:
                del sys.modules[name]
