"""Whether script or notebook is handed in, and whether it is saved, complete and started, as its author believes."""

from __future__ import annotations

import ast
from pathlib import Path

from autograder.base.errors import SubmissionError
from autograder.course import Assignment
from autograder.intake import source
from autograder.intake.opened import MAX_FILE_BYTES
from autograder.student.checks import texts, work

SUFFIXES = (".py", ".ipynb")
# A copy has the time of its file, apart from the file system's rounding and the time that saving takes.
_SLACK_NS = 5 * 10**9


def choose(assignment: Assignment, folder: Path) -> Path:
    """Choose the file to hand in: the one that `losslab check` runs.

    Raises:
        SubmissionError: there is none, it is empty or too large, or it has unsaved changes.
    """
    chosen = work.choose(assignment, folder)
    data = content(chosen)
    if not data.strip():
        raise SubmissionError(texts.EMPTY.format(path=chosen))
    if len(data) > MAX_FILE_BYTES:
        raise SubmissionError(texts.TOO_LARGE.format(path=chosen, most=MAX_FILE_BYTES >> 20))
    _require_saved(chosen)
    return chosen


def other_with_work(assignment: Assignment, chosen: Path) -> tuple[str, list[str]]:
    """Return the name of the file that is not chosen and the functions written in it; none if there is no such file."""
    suffix = next(suffix for suffix in SUFFIXES if suffix != chosen.suffix)
    other = chosen.with_suffix(suffix)
    try:
        text, _ = converted(other) if other.is_file() else ("", [])
    except SubmissionError:
        return other.name, []
    return other.name, written(assignment, text)


def converted(path: Path) -> tuple[str, list[str]]:
    """Convert the file to the module that is graded, with notes on what is left out. Raises SubmissionError."""
    convert = source.from_notebook if path.suffix == ".ipynb" else source.from_script
    return convert(path.name, content(path))


def written(assignment: Assignment, text: str) -> list[str]:
    """Return those of the assignment's functions and classes that are more than their stub."""
    asked = {name for part in assignment.parts for name in part.functions}
    kinds = (ast.FunctionDef, ast.ClassDef)
    found = [node for node in ast.parse(text).body if isinstance(node, kinds) and node.name in asked]
    return list(dict.fromkeys(node.name for node in found if not _is_stub(node)))


def content(path: Path) -> bytes:
    """Read the file's bytes. Raises SubmissionError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise SubmissionError(texts.UNREADABLE.format(path=path, reason=error.strerror)) from None


def _require_saved(path: Path) -> None:
    folder, name = path.parent, path.name
    # The lock and the autosave file of Emacs, the swap files of Vim (and nano) and of Kate.
    for trace in (f".#{name}", f"#{name}#", f".{name}.swp", f".{name}.kate-swp"):
        if (folder / trace).is_symlink() or (folder / trace).exists():
            raise SubmissionError(texts.IN_EDITOR.format(path=path, trace=trace))
    checkpoint = folder / ".ipynb_checkpoints" / f"{path.stem}-checkpoint{path.suffix}"
    if checkpoint.is_file() and checkpoint.stat().st_mtime_ns > path.stat().st_mtime_ns + _SLACK_NS:
        raise SubmissionError(texts.BEFORE_CHECKPOINT.format(path=path))


def _is_stub(node: ast.stmt) -> bool:
    if isinstance(node, ast.ClassDef):
        methods = [item for item in node.body if isinstance(item, ast.FunctionDef)]
        return bool(methods) and all(map(_is_stub, methods))
    if not isinstance(node, ast.FunctionDef):
        return False
    body = [item for item in node.body if not _is_given(item)]
    return len(body) == 1 and isinstance(body[0], ast.Raise) and "NotImplementedError" in ast.unparse(body[0])


def _is_given(statement: ast.stmt) -> bool:
    """Say whether this is a docstring, or the first line of a module's constructor."""
    if not isinstance(statement, ast.Expr):
        return False
    return isinstance(statement.value, ast.Constant) or ast.unparse(statement) == "super().__init__()"
