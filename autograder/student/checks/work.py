"""Which file a student works in, whether it is started, and whether the libraries that it needs are installed."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path

from autograder.base.errors import SubmissionError
from autograder.course import Assignment, Course, paths
from autograder.student.checks import texts
from autograder.student.checks.reading import Work, read_file


def folder_of(assignment: Assignment, root: Path, here: Path | None = None) -> Path:
    """Return the folder of an assignment: here, or below the course's root. Raises SubmissionError."""
    here = here or Path.cwd()
    test = f"test_{assignment.module}.py"
    for folder in (here, paths.released(root, assignment.id), root / assignment.id, here / assignment.id):
        if (folder / test).is_file():
            return folder.resolve()
    raise SubmissionError(texts.NO_TESTS.format(path=test, assignment=assignment.id))


def assignment_here(course: Course, here: Path) -> Assignment | None:
    """Return the assignment whose folder this is. Its file of public checks decides, since a folder may be renamed."""
    return next((item for item in course.assignments if (here / f"test_{item.module}.py").is_file()), None)


def names(assignment: Assignment) -> tuple[str, str]:
    """Return the names that the student's file may have."""
    return f"{assignment.module}.py", f"{assignment.module}.ipynb"


def choose(assignment: Assignment, folder: Path) -> Path:
    """Choose script or notebook: the one that is started; if both or neither are, the one saved last.

    Raises:
        SubmissionError: there is neither; the line says which name is expected.
    """
    found = [folder / name for name in names(assignment) if (folder / name).is_file()]
    if not found:
        raise SubmissionError(_missing(assignment, folder))
    if len(found) == 1:
        return found[0]
    begun = [path for path in found if not _is_stub(assignment, path)] or found
    return max(begun, key=lambda path: path.stat().st_mtime_ns)


def _missing(assignment: Assignment, folder: Path) -> str:
    script, notebook = names(assignment)
    others = sorted(
        path.name
        for path in folder.iterdir()
        if path.suffix in (".py", ".ipynb") and not path.name.startswith(("test_", "conftest", "."))
    )
    if len(others) != 1:
        return texts.NO_FILE.format(folder=folder.name, names=f"{script} or {notebook}")
    renamed = notebook if others[0].endswith(".ipynb") else script
    return texts.OTHER_NAME.format(folder=folder.name, wanted=renamed, found=others[0], renamed=renamed)


def _is_stub(assignment: Assignment, path: Path) -> bool:
    try:
        return untouched(assignment, read_file(path))
    except SubmissionError:
        return False


def read(assignment: Assignment, folder: Path) -> Work:
    """Read the file that the student works in. Raises SubmissionError."""
    return read_file(choose(assignment, folder))


def untouched(assignment: Assignment, work: Work) -> bool:
    """Say, without running anything, whether every function of the assignment is still the released stub."""
    if work.broken:
        return False
    found = {node.name: node for node in ast.parse(work.source).body if isinstance(node, _DEFINITIONS)}
    wanted = [name for part in assignment.parts for name in part.functions]
    return all(name in found and _raises_only(found[name]) for name in wanted)


_DEFINITIONS = (ast.FunctionDef, ast.ClassDef)


def _raises_only(node: ast.FunctionDef | ast.ClassDef) -> bool:
    """Say whether a body holds only docstrings, `super().__init__()` and `raise NotImplementedError()`."""
    for item in node.body:
        if isinstance(item, _DEFINITIONS):
            if not _raises_only(item):
                return False
        elif isinstance(item, ast.Raise):
            return "NotImplementedError" in ast.dump(item)
        elif not (isinstance(item, ast.Expr) and (isinstance(item.value, ast.Constant) or _is_super(item.value))):
            return False
    return isinstance(node, ast.ClassDef)


def _is_super(node: ast.expr) -> bool:
    return ast.unparse(node).startswith("super().__init__(")


def missing_library(assignment: Assignment) -> str | None:
    """Return a library that the public checks need and that is not installed here."""
    torch = ["torch"] if assignment.environment == "torch" else []
    wanted = ["numpy", "pytest", *torch, *assignment.packages]
    return next((name for name in wanted if importlib.util.find_spec(name) is None), None)
