"""The files beside script and notebook: the public checks as plain pytest, and the README."""

from __future__ import annotations

from autograder.course import Assignment, Course
from autograder.release.hidden import CONSTANT
from autograder.release.notebook import IMPORTS
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
    module, due = assignment.module, course.due(assignment)
    rows = [f"| `{part.id}` | {part.title}{_by_hand(part.manual)} | {part.points:g} |" for part in assignment.parts]
    first = next((part.id for part in assignment.parts if part.hints), "")
    data = [name for name in assignment.data if name != "DATA.md"]
    deadline = f"**Due {due:%Y-%m-%d %H:%M} ({due.tzname()}).**" if due else "**No due date.**"
    lines = [
        f"# {assignment.id[:2]} · {assignment.title}",
        "",
        f"{deadline} {assignment.max_score:g} points.",
        "",
        f"1. Open `{module}.ipynb`, or `{module}.py` if you prefer an editor: the exercise is the same; work in one.",
        "2. Read the statement above each function, then replace `raise NotImplementedError()` with your code.",
        "3. Keep the functions' names and arguments; helper functions and cells of your own are welcome.",
        "4. Check as often as you like; stuck means ask for a hint, which comes in three levels.",
        f"5. Hand in `{module}.ipynb` or `{module}.py`, whichever you worked in.",
        "",
        *([f"Data: {', '.join(f'`{name}`' for name in data)}; see DATA.md.", ""] if data else []),
        "| part | | points |",
        "|---|---|---|",
        *rows,
        "",
        "```",
        f"losslab check {assignment.id}",
        f"losslab check {assignment.id} --watch",
        *([f"losslab predict {assignment.id}"] if predicts else []),
        *([f"losslab hint {assignment.id}/{first}"] if first else []),
        "```",
        "",
        *(
            [f"In the notebook, `%check {first}` and `%hint {first}` do the same, on what is defined there."]
            if first
            else []
        ),
        f"Without `losslab`, run `pytest` in this folder; it checks `{module}.py`.",
        f"The public checks show you the way. {hidden or 'Hidden'}{' hidden' * bool(hidden)} checks, run when you submit, "
        "decide on the points.",
    ]
    return ("\n".join(lines) + "\n").encode()


def _by_hand(manual: bool) -> str:
    return " (graded by hand)" if manual else ""
