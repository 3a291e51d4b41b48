"""Read solutions/NN-name/name.py into cells, and check them against course.yml before anything is built."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autograder.base.errors import ReleaseError
from autograder.course import FILENAME, Assignment, Part, paths

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"

Role = Literal["markdown", "code", "part", "checks"]


@dataclass(frozen=True)
class Cell:
    """One cell: `role` is its purpose, `part` the id of its part, empty if it has none."""

    role: Role
    text: str
    part: str = ""
    markdown: bool = False


def read(assignment: Assignment, root: Path) -> list[Cell]:
    """Read and check the cells of an assignment's source.

    Raises:
        ReleaseError: the source is missing, is not Python, or contradicts course.yml.
    """
    path = paths.source(Path(), assignment.id, assignment.module)
    try:
        text = (root / path).read_text(encoding="utf-8")
        ast.parse(text)
    except OSError as error:
        raise ReleaseError(
            f"{path}: cannot be read ({error.strerror}); write it, or fix `module` in {FILENAME}"
        ) from None
    except UnicodeDecodeError:
        raise ReleaseError(f"{path}: is not UTF-8; save it as UTF-8") from None
    except SyntaxError as error:
        raise ReleaseError(f"{path}: line {error.lineno} is not Python ({error.msg}); fix that line") from None
    cells = _split(text)
    for problem in _problems(assignment, cells):
        raise ReleaseError(f"{path}: {problem}")
    return cells


def _split(text: str) -> list[Cell]:
    import jupytext  # imported here: it takes a while, and students' commands do not need it

    cells = []
    for raw in jupytext.reads(text, fmt="py:percent").cells:
        markdown = raw.cell_type == "markdown"
        role: Role = "markdown" if markdown else "code"
        tags: tuple[Role, Role] = ("part", "checks")
        for tag in tags:
            role = tag if tag in raw.metadata else role
        cells.append(Cell(role, raw.source, str(raw.metadata.get(role, "")), markdown))
    return cells


def _problems(assignment: Assignment, cells: list[Cell]) -> Iterator[str]:
    """Yield cause and remedy of each problem, in the order of the source, then of course.yml."""
    tagged = [cell for cell in cells if cell.role in ("part", "checks")]
    counts = Counter((cell.role, cell.part) for cell in tagged)
    for cell in tagged:
        part = assignment.part(cell.part)
        if part is None:
            known = ", ".join(item.id for item in assignment.parts)
            yield f'{cell.role}="{cell.part}" is not a part in {FILENAME}; use one of {known}'
        elif counts[cell.role, cell.part] > 1:
            yield f'{cell.role}="{cell.part}" appears twice; join the two cells'
        elif not cell.markdown:
            yield from _problems_of_part(part, cell) if cell.role == "part" else _problems_of_checks(cell)
    for part in assignment.parts:
        yield from _missing_cells(part, counts)
    names = Counter(name for cell in cells if cell.role == "checks" for name in tests_in(cell.text))
    for name in (name for name, count in names.items() if count > 1):
        yield f"check `{name}` appears twice; rename one, because the second hides the first"
    if any(BEGIN in cell.text or END in cell.text for cell in cells if cell.role != "part"):
        yield f'a solution is outside a part\'s cell; move it below a `# %% part="..."` marker of {FILENAME}'


def _missing_cells(part: Part, counts: Counter[tuple[Role, str]]) -> Iterator[str]:
    wanted: list[Role] = ["checks"]
    if part.manual:
        wanted = ["part"]
    elif part.functions:
        wanted = ["part", "checks"]
    for role in wanted:
        if not counts[role, part.id]:
            yield f'part `{part.id}` has no {role} cell; add one that begins with `# %% {role}="{part.id}"`'


def _problems_of_part(part: Part, cell: Cell) -> Iterator[str]:
    body = ast.parse(cell.text).body
    functions = {node.name: node for node in body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    lines = cell.text.splitlines()
    for name in part.functions:
        if name not in functions:
            yield f'function `{name}` is not defined at the top level of the cell part="{part.id}"; define it there'
        elif not any(BEGIN in line for line in _lines_of(functions[name], lines)):
            yield f"function `{name}` has no {BEGIN}; put it above the lines that students write"
    marks = [line.strip() for line in lines if BEGIN in line or END in line]
    if not marks:
        yield f'the cell part="{part.id}" has no {BEGIN}; put it above the lines that students write'
    elif marks != [BEGIN, END] * (len(marks) // 2):
        yield f'the solution marks of the cell part="{part.id}" do not pair up; close each {BEGIN} with {END}'


def _lines_of(node: ast.FunctionDef | ast.ClassDef, lines: list[str]) -> list[str]:
    return lines[node.lineno - 1 : node.end_lineno]


def _problems_of_checks(cell: Cell) -> Iterator[str]:
    if not tests_in(cell.text):
        yield f'the cell checks="{cell.part}" has no function test_*; write at least one'
    for node in ast.parse(cell.text).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not _is_plain(node):
            # The notebook's cell calls it, and `losslab check` runs it without pytest's machinery.
            yield f"check `{node.name}` has arguments or a decorator; write a plain function without arguments"


def _is_plain(node: ast.FunctionDef) -> bool:
    return not (ast.unparse(node.args) or node.decorator_list)


def tests_in(text: str) -> list[str]:
    """Return the names of the test functions at the top level, in order."""
    body = ast.parse(text).body
    return [node.name for node in body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


def names_in(text: str) -> set[str]:
    """Return every name that the code mentions."""
    return {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
