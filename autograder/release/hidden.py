"""How many hidden checks an assignment has: the only thing about them that students are told."""

from __future__ import annotations

import ast
from pathlib import Path

from autograder.base.errors import ReleaseError
from autograder.course import Assignment, paths

CONSTANT = "HIDDEN_CHECKS"


def count(root: Path, assignment: Assignment) -> int:
    """Count the functions marked with @check in the assignment's graders, without running them.

    Raises:
        ReleaseError: a grader cannot be read as Python.
    """
    found = 0
    for path in paths.hidden_checks(root, assignment.id):
        try:
            body = ast.parse(path.read_bytes()).body
        except (OSError, SyntaxError, ValueError) as error:
            reason = type(error).__name__
            raise ReleaseError(f"{path}: cannot be read as Python ({reason}); fix it, then release again") from None
        found += sum(isinstance(node, ast.FunctionDef) and any(map(_is_check, node.decorator_list)) for node in body)
    return found


def _is_check(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "check"
