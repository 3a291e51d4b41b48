"""The files beside script and notebook: the public checks as plain pytest, and the README."""

from __future__ import annotations

from autograder.course import Assignment, Course
from autograder.release.hidden import CONSTANT
from autograder.release.notebook import IMPORTS
from autograder.release.rendering import TEMPLATES, rendered
from autograder.release.source import Cell, names_in, tests_in


def public_checks(assignment: Assignment, cells: list[Cell], hidden: int = 0) -> bytes:
    """test_<module>.py; `losslab check` reads in it how many hidden checks wait. The star import lets the other checks run where one function is missing."""
    checks = [cell for cell in cells if cell.role == "checks"]
    used = {name for cell in checks for name in names_in(cell.text)}
    standard = [IMPORTS["math"]] if "math" in used else []
    libraries = [IMPORTS[name] for name in ("np", "pytest", "torch", "F") if name in used]
    parts = {name: cell.part for cell in checks for name in tests_in(cell.text)}
    table = "\n".join(["PARTS = {", *(f'    "{name}": "{part}",' for name, part in parts.items()), "}"])
    title = f'"""Public checks of {assignment.id}: run `pytest` in this folder. Hidden checks decide on the score."""'
    imports = [group for group in (standard, libraries, [f"from {assignment.module} import *  # noqa: F403"]) if group]
    head = [title, *("\n".join(group) if isinstance(group, list) else group for group in imports)]
    waiting = [f"# How many more there are, run when you submit.\n{CONSTANT} = {hidden}"] if hidden else []
    top = "\n\n".join([*head, *waiting, "# Which part of the exercise a check belongs to.\n" + table])
    return ("\n\n\n".join([top, *(_block(assignment, cell) for cell in checks)]) + "\n").encode()


def _block(assignment: Assignment, cell: Cell) -> str:
    part = assignment.part(cell.part)
    return f"# {cell.part}: {part.title if part else ''}\n\n\n{cell.text.strip()}"


def readme(course: Course, assignment: Assignment, hidden: int = 0, predicts: bool = False) -> bytes:
    """README.md: what to do, parts and points, deadline, commands."""
    text = rendered(
        TEMPLATES,
        "README.md",
        assignment=assignment,
        module=assignment.module,
        due=course.due(assignment),
        data=[name for name in assignment.data if name != "DATA.md"],
        hinted=next((part.id for part in assignment.parts if part.hints), ""),
        hidden=hidden,
        predicts=predicts,
    )
    return text.encode()
