"""One run of the public checks: load the student's module, call each check, and collect the verdicts."""

from __future__ import annotations

import ast
import io
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.base.errors import SubmissionError
from autograder.course import Assignment
from autograder.student.checks import lessons, reading, texts
from autograder.student.checks.calls import SIDES, Recorder, with_sides
from autograder.student.checks.verdict import Judge, Verdict, stand_in
from autograder.student.checks.watchdog import Watchdog
from autograder.worker import module as loader

Report = Callable[[list[Verdict]], None]


class Superseded(Exception):
    """The file was saved again, so nobody waits for the rest of this run."""


def tests(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield name and title of each check of a test file."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node.name, (ast.get_docstring(node) or node.name).strip().partition("\n")[0]


class Session:
    """One run: the student's module, the module of checks, and the verdicts."""

    def __init__(
        self,
        assignment: Assignment,
        folder: Path,
        mine: reading.Work,
        seconds: float,
        screen: io.StringIO,
        live: ModuleType | None = None,
    ) -> None:
        self._assignment, self._folder, self._work = assignment, folder, mine
        self._seconds, self._screen, self._live = seconds, screen, live
        self._recorder = Recorder()
        self._warned: dict[str, tuple[str, Verdict]] = {}
        self._told: set[str] = set()
        self._endless: set[str] = set()
        self._superseded: Callable[[], bool] | None = None
        self._fresh: list[str] = []
        self._notes = [_broken(mine, item) for item in mine.broken]

    def run(
        self,
        tree: ast.Module,
        first: str = "",
        report: Report = lambda verdicts: None,
        superseded: Callable[[], bool] | None = None,
    ) -> list[Verdict]:
        """Run the checks of a test file, those of part `first` before the others; `report` gets only these.

        Raises:
            Superseded: `superseded` returned true.
        """
        self._superseded = superseded
        judge = Judge(self._assignment, self._work, self._student(), self._recorder)
        space = self._test_module(tree)
        order = [(name, title, space["PARTS"].get(name, "")) for name, title in tests(tree)]
        verdicts: dict[str, Verdict] = {}
        before = self._screen.tell()
        for part in [first, None] if first else [None]:
            for name, title, of_part in order:
                if name in verdicts or part not in (None, of_part):
                    continue
                if superseded is not None and superseded():
                    raise Superseded
                verdicts[name], goes_on = self._one(judge, of_part, title, space[name])
                if not goes_on:
                    self._notes.append(Verdict("", texts.STOPPED_EARLY, "note", texts.NOT_RUN))
                    return self._in_order(order, verdicts, before)
            if part is not None:
                report(self._in_order(order, verdicts, before))
        return self._in_order(order, verdicts, before)

    def _in_order(
        self, order: list[tuple[str, str, str]], verdicts: dict[str, Verdict], printed_before: int
    ) -> list[Verdict]:
        """Return verdicts in the file's order, then notes on the file and on warnings that no failure has mentioned."""
        prints = self._screen.getvalue()[printed_before:].strip().partition("\n")[0][:60]
        more = [Verdict("", texts.PRINTS, "note", texts.PRINTS_FIRST.format(first=prints))] if prints else []
        more += [note for said, note in self._warned.values() if said not in self._told]
        return [verdicts[name] for name, _, _ in order if name in verdicts] + self._notes + more

    def _test_module(self, tree: ast.Module) -> dict[str, Any]:
        """Return the names of the test file, with the student's functions wrapped so that their calls are noted."""
        path = self._folder / f"test_{self._assignment.module}.py"
        space: dict[str, Any] = {"__name__": path.stem, "__file__": str(path), SIDES: self._recorder.compare}
        try:
            exec(compile(with_sides(tree), str(path), "exec"), space)
        except Exception as error:
            reason = loader.describe(error)
            raise SubmissionError(texts.BROKEN_TESTS.format(path=path.name, reason=reason)) from None
        for name in (name for part in self._assignment.parts for name in part.functions):
            if callable(space.get(name)) and not isinstance(space[name], type):
                space[name] = self._recorder.watching(space[name])
        return space

    def _student(self) -> ModuleType:
        """Return the module under test, from the live notebook or the file; stand-ins replace missing functions."""
        student = self._live if self._live is not None else self._load()
        sys.modules[self._assignment.module] = student
        wanted = {name for part in self._assignment.parts for name in part.functions}
        for name in wanted:
            if not hasattr(student, name):
                setattr(student, name, stand_in(name, student, self._work, wanted))
        return student

    def _load(self) -> ModuleType:
        dog = Watchdog(self._seconds, self._superseded)
        filename = f"{self._assignment.module}.py"
        try:
            with dog, self._warnings():
                student, notes = loader.load(filename, self._work.source)
        except KeyboardInterrupt as error:
            if dog.called_off:
                raise Superseded from None
            text = texts.STILL_RUNS if dog.bit else texts.STOPPED
            said = text.format(place=self._work.place(loader.line_in(filename, error)), seconds=self._seconds)
            raise SubmissionError(texts.ENDLESS_FILE.format(path=self._work.path.name, said=said)) from None
        for note in notes:
            if "NotImplementedError" not in note.text:
                place = self._work.place(note.line)
                self._notes.append(Verdict("", texts.LEFT_OUT.format(place=place), "note", note.text))
        return student

    def _one(self, judge: Judge, part: str, title: str, check: Any) -> tuple[Verdict, bool]:
        """Return the verdict, and whether to go on with the next check."""
        if part in self._endless:
            return Verdict(part, title, "error", texts.SKIPPED), True
        self._recorder.clear()
        self._fresh.clear()
        dog = Watchdog(self._seconds, self._superseded)
        try:
            with dog, self._warnings():
                check()
        except KeyboardInterrupt as error:
            if dog.called_off:
                raise Superseded from None
            self._endless.add(part)
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
        """Collect what warnings teach, each lesson once, at the place where it came first."""
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


def _broken(mine: reading.Work, item: reading.Broken) -> Verdict:
    place = mine.place(item.line)
    title = texts.NOT_PYTHON_HERE.format(file=mine.path.name, place=place, reason=item.reason)
    return Verdict("", title, "note", texts.CELL_WAITS, source=item.source)
