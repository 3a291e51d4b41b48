"""Run the released public checks on a student's file, in this process.

Public checks are plain functions that assert and take no arguments, because a notebook's cell calls them, too. They run
without pytest's machinery, which takes longer than all the checks; `pytest` in the folder gives the same verdicts.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from types import ModuleType

from autograder.base.errors import SubmissionError
from autograder.course import Assignment
from autograder.student.checks import reading, texts, work
from autograder.student.checks.render import render
from autograder.student.checks.session import Report, Session, tests
from autograder.student.checks.verdict import Verdict

__all__ = ["Verdict", "hidden_checks", "render", "run", "run_on", "run_work"]

MIN_SECONDS, CALLS = 5.0, 5
_COUNT = "HIDDEN_CHECKS = "


def run(assignment: Assignment, folder: Path) -> list[Verdict]:
    """Run the folder's test_<module>.py on the student's file there, with that folder as the current one.

    Raises:
        SubmissionError: the file is missing or cannot be read, or a library that the checks need is not installed.
    """
    return run_work(assignment, folder.resolve(), work.read(assignment, folder.resolve()))


def run_on(assignment: Assignment, folder: Path, student: ModuleType) -> list[Verdict]:
    """Run the checks on a loaded module: a notebook's live functions, saved or not. It stays in `sys.modules`.

    Raises:
        SubmissionError: no check could be run.
    """
    folder = folder.resolve()
    tree, mine = (
        _parsed(folder / f"test_{assignment.module}.py"),
        reading.Work(folder / f"{assignment.module}.ipynb", "", b""),
    )
    screen = io.StringIO()
    with chdir(folder), redirect_stdout(screen), redirect_stderr(screen):
        return Session(assignment, folder, mine, limit(assignment), screen, student).run(tree)


def run_work(
    assignment: Assignment,
    folder: Path,
    mine: reading.Work,
    first: str = "",
    report: Report = lambda verdicts: None,
    superseded: Callable[[], bool] | None = None,
) -> list[Verdict]:
    """Run the checks on a file that has been read; part `first` runs before the others and is reported at once.

    Raises:
        SubmissionError: as `run`.
        Superseded: `superseded` returned true.
    """
    tree = _parsed(folder / f"test_{assignment.module}.py")
    if work.untouched(assignment, mine):
        return _nothing_started(assignment, tree)
    missing = work.missing_library(assignment)
    if missing is not None:
        raise SubmissionError(texts.MISSING_LIBRARY.format(name=missing, assignment=assignment.id))
    screen, seconds = io.StringIO(), limit(assignment)
    with chdir(folder), redirect_stdout(screen), redirect_stderr(screen), _importable(folder):
        return Session(assignment, folder, mine, seconds, screen).run(tree, first, report, superseded)


def limit(assignment: Assignment) -> float:
    """Return the seconds after which a check is stopped at home, where machines are slow and waiting costs nothing."""
    return max(MIN_SECONDS, CALLS * assignment.limits.call_seconds if assignment.limits else 0)


def hidden_checks(assignment: Assignment, folder: Path) -> int | None:
    """Return the number of hidden checks that the released test file names; None if it names none."""
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


def _nothing_started(assignment: Assignment, tree: ast.Module) -> list[Verdict]:
    parts: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PARTS":
            parts = ast.literal_eval(node.value)
    verdicts = []
    for name, title in tests(tree):
        part = assignment.part(parts.get(name, ""))
        first = part.functions[0] if part and part.functions else parts.get(name, "")
        verdicts.append(
            Verdict(parts.get(name, ""), title, "missing", texts.NOT_STARTED.format(name=first or assignment.module))
        )
    return verdicts


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    """Let the student's own helper files be imported, and forget them afterwards: they may change between runs."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if isinstance(file, str) and Path(file).parent == folder:
                del sys.modules[name]
