"""Load a submission's source as a module, statement by statement, so that a failing statement costs only itself."""

from __future__ import annotations
import __future__

import ast
import builtins
import contextlib
import linecache
import signal
import sys
import time
import types
from collections.abc import Iterator
from typing import Any

from .values import MAX_NAME, MAX_NOTE, MAX_NOTES, Note


class _NoShell:
    """Stand-in for IPython, which a notebook's code expects: magics do nothing."""

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **kwargs: None


_FROM_THE_NOTEBOOK: dict[str, Any] = {"get_ipython": _NoShell, "display": lambda *args, **kwargs: None}


class StatementTooSlow(BaseException):
    """A top-level statement ran too long. A BaseException, so that `except Exception` does not catch it."""


def load(filename: str, source: str, seconds: float | None = None) -> tuple[types.ModuleType, list[Note]]:
    """Run each top-level statement of `source`; failures become notes with line and reason.

    `seconds` limits each statement (Linux and macOS, main thread), so that a test run left in the file costs only
    itself.

    Raises:
        SyntaxError, ValueError: the source cannot be parsed.
    """
    name = filename.removesuffix(".py")
    module = types.ModuleType(name)
    module.__file__ = filename
    vars(module).update(_FROM_THE_NOTEBOOK)
    sys.modules[name] = module  # dataclasses look their module up by name
    # Without this the student's own lines are missing from tracebacks and inspect.getsource fails.
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    notes: list[Note] = []
    tree = ast.parse(source, filename)
    flags = _future_flags(tree)
    for statement in tree.body:
        try:
            code = compile(ast.Module([statement], type_ignores=[]), filename, "exec", flags, dont_inherit=True)
            with _at_most(seconds):
                builtins.exec(code, vars(module))
        except KeyboardInterrupt:
            raise
        except StatementTooSlow:
            notes.append(Note(statement.lineno, f"stopped: it ran longer than {seconds:g} s"))
        except BaseException as error:  # sys.exit() at the end of a script is common; go on
            notes.append(Note(statement.lineno, describe(error)))
    return module, notes[:MAX_NOTES]


def functions(module: types.ModuleType) -> list[str]:
    """Return the names of what can be called in a student's module."""
    return [
        name
        for name, item in vars(module).items()
        if callable(item)
        and not isinstance(item, types.ModuleType)
        and not name.startswith("_")
        and len(name) <= MAX_NAME
        and name not in _FROM_THE_NOTEBOOK
    ]


def _future_flags(tree: ast.Module) -> int:
    """Return the compiler flags of `from __future__ import`, for each statement is compiled on its own."""
    imports = (node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__")
    features = (getattr(__future__, alias.name, None) for node in imports for alias in node.names)
    return sum({feature.compiler_flag for feature in features if feature is not None})


@contextlib.contextmanager
def _at_most(seconds: float | None) -> Iterator[None]:
    """Raise StatementTooSlow in the `with` block once it has used this many seconds of its own.

    Computing and sleeping count; waiting for a busy processor does not.
    """
    if seconds is None:
        yield
        return
    own = _OwnTime()

    def look(*_: Any) -> None:
        if own.so_far() >= seconds:
            raise StatementTooSlow

    before = signal.signal(signal.SIGALRM, look)
    tick = max(0.01, min(0.1, seconds / 8))
    signal.setitimer(signal.ITIMER_REAL, tick, tick)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class _OwnTime:
    """The seconds that this process has spent computing or sleeping, measured from inside."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._last = self._look()

    @staticmethod
    def _look() -> tuple[float, float, int]:
        import resource  # not on Windows, where statements are not timed

        return time.monotonic(), time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw

    def so_far(self) -> float:
        now = self._look()
        wall, processor, switches = (new - old for new, old in zip(now, self._last, strict=True))
        # An involuntary switch means that the process wanted to run and waited; without one, it slept.
        self._seconds += processor if switches else max(wall, processor)
        self._last = now
        return self._seconds


def describe(error: BaseException) -> str:
    """Describe an exception in one short line, even if its str() fails."""
    try:
        text = str(error)
    except BaseException:
        text = ""
    first = text.strip().splitlines()[0][:200] if text.strip() else ""
    kind = type(error).__name__[:MAX_NAME]
    return (f"{kind}: {first}" if first else kind)[:MAX_NOTE]


def line_in(filename: str, error: BaseException) -> int:
    """Return the innermost line of `filename` that the exception passed through; 0 if none."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == filename:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
