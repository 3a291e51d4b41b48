"""A notebook that nbgrader can read, made from any submission: the released one, with the student's work in it.

It is what people see in formgrader. Grading reads the submission itself, so nothing is earned or lost here. What was
handed in is read in a separate process, within the limits of intake, which returns a notebook of the released form.
"""

from __future__ import annotations

import ast
import datetime
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec

from autograder.course import Assignment
from autograder.intake import bounded, contents, folder, source
from autograder.intake.submission import Submission
from autograder.nbgrader_plugins import clean

_TIMESTAMP = "timestamp.txt"
_TAG = "nbgrader"


class Job(msgspec.Struct, frozen=True):
    """The submission, and the text of the released notebook."""

    handed_in: contents.Job
    template: str


class Shown(msgspec.Struct, frozen=True):
    """The text of the notebook that people see."""

    text: Annotated[str, msgspec.Meta(max_length=32 << 20)]


def write_notebook(assignment: Assignment, submitted: Path, target: Path, released: Path) -> Iterator[str]:
    """Write a submission's notebook and time into `target`; yield one line for each problem."""
    template = (released / f"{assignment.module}.ipynb").read_text(encoding="utf-8")
    taken = folder.take(submitted)
    submission = folder.submission(submitted.parent.name, assignment, taken, released)
    target.mkdir(parents=True, exist_ok=True)
    try:
        text = _shown(assignment, taken, submission, template, released)
    except (bounded.Ended, msgspec.DecodeError, UnicodeDecodeError) as error:
        yield f"its notebook is shown as plain code ({error})"
        text = _plain(template, submission)
    (target / f"{assignment.module}.ipynb").write_text(text, encoding="utf-8", errors="replace")
    if taken.timestamp is not None:
        # nbgrader cannot read an offset that has seconds.
        (target / _TIMESTAMP).write_text(taken.timestamp.astimezone(datetime.UTC).isoformat())
    for name, data in submission.files.items():
        try:
            (target / name).write_bytes(data)
        except (OSError, ValueError) as error:  # a name that no file can have
            yield f"a file next to it is left out ({type(error).__name__})"
    if submission.problem is not None:
        yield f"rejected: {submission.problem}"


def _shown(assignment: Assignment, taken: folder.Taken, submission: Submission, template: str, released: Path) -> str:
    if submission.problem is not None:
        return _with_cell(template, "markdown", f"**Could not be graded:** {submission.problem}")
    folder.warm_for(taken.files, _reader, "jupytext", "nbformat")
    job = Job(folder.job(assignment, taken, released), template)
    return msgspec.msgpack.decode(_reader.ask(msgspec.msgpack.encode(job)), type=Shown).text


def _plain(template: str, submission: Submission) -> str:
    return _with_cell(template, "code", submission.source)


def _with_cell(template: str, kind: str, text: str) -> str:
    """Put one more cell, which is not parsed, before all others of the released notebook."""
    import nbformat

    notebook = rebuilt(nbformat.reads(template, as_version=4), [])
    new = nbformat.v4.new_markdown_cell if kind == "markdown" else nbformat.v4.new_code_cell
    notebook.cells.insert(0, new(text, id="handed-in"))
    return str(nbformat.writes(notebook))


def _answer(request: bytes) -> bytes:
    """Turn a Job into the notebook, in the process that reads hostile bytes."""
    import nbformat

    job = msgspec.msgpack.decode(request, type=Job)
    found, data = contents.read(job.handed_in)
    template = nbformat.reads(job.template, as_version=4)
    notebook = rebuilt(template, _cells(found, data))
    nbformat.validate(notebook)
    text = nbformat.writes(notebook).encode("utf-8", "replace").decode()  # half of a pair, which JSON can spell
    return msgspec.msgpack.encode(Shown(text))


_reader = bounded.Reader(_answer)


def done_reading() -> None:
    """End the reading processes; the next request starts them again."""
    _reader.close()
    folder.done_reading()


def rebuilt(template: Any, cells: list[Any]) -> Any:
    """Return the student's cells in their order, with the released metadata; missing cells are added."""
    import nbformat

    owners = _owners(template.cells, cells)
    made: list[Any] = []
    for index, cell in enumerate(cells):
        original = owners.get(index)
        new = nbformat.v4.new_markdown_cell if cell.cell_type == "markdown" else nbformat.v4.new_code_cell
        if original is None:
            made.append(new(cell.source) if cell.cell_type != "raw" else nbformat.v4.new_markdown_cell(cell.source))
        else:
            made.append(_copy(original, original.source if _locked(original) else cell.source))
        if cell.cell_type == "markdown" and (pictures := clean.attached(cell)):
            made[-1].attachments = pictures
    _add_missing(template.cells, made)
    for number, cell in enumerate(made):
        cell.id = f"cell-{number}"
    return nbformat.v4.new_notebook(cells=made, metadata=template.metadata)


def _cells(found: contents.Contents, data: bytes) -> list[Any]:
    """Return the cells of the file that is graded."""
    import jupytext

    if found.path.lower().endswith(".ipynb"):
        return list(source.read_notebook(found.path, data, attachments=True).cells)
    return list(jupytext.reads(data.decode("utf-8-sig"), fmt="py:percent").cells)


def _owners(released: list[Any], cells: list[Any]) -> dict[int, Any]:
    """Match the student's cells with released ones: by nbgrader's id, else by their definitions or first line."""
    known = {_grade_id(cell): cell for cell in released if _grade_id(cell)}
    claims: dict[str, list[int]] = {}
    for index, cell in enumerate(cells):
        claimed = _grade_id(cell)
        original = known.get(claimed)
        if original is None or original.cell_type != cell.cell_type:
            claimed = next((name for name, item in known.items() if _alike(item, cell)), "")
        if claimed:
            claims.setdefault(claimed, []).append(index)
    owners = {}
    for name, indices in claims.items():
        worked_on = [index for index in indices if cells[index].source != known[name].source]
        owners[(worked_on or indices)[-1]] = known[name]
    return owners


def _alike(original: Any, cell: Any) -> bool:
    """Match a cell that has no metadata, for example a script's."""
    if original.cell_type != cell.cell_type:
        return False
    if _locked(original):
        return bool(original.source == cell.source)
    if cell.cell_type == "code":
        return bool(_defined(original.source) & _defined(cell.source))
    return bool(original.source.splitlines()[:1] == cell.source.splitlines()[:1])


@functools.lru_cache(maxsize=4096)
def _defined(text: str) -> frozenset[str]:
    """Return a cell's functions and classes; cached, because each cell is compared with each released one."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    return frozenset(node.name for node in body if isinstance(node, (ast.FunctionDef, ast.ClassDef)))


def _add_missing(released: list[Any], made: list[Any]) -> None:
    """Insert each missing cell after the released cell that comes before it."""
    place = 0
    for original in (cell for cell in released if _grade_id(cell)):
        at = next((index for index, cell in enumerate(made) if _grade_id(cell) == _grade_id(original)), None)
        if at is None:
            made.insert(place, _copy(original, original.source))
            at = place
        place = at + 1


def _copy(original: Any, text: str) -> Any:
    import nbformat

    new = nbformat.v4.new_markdown_cell if original.cell_type == "markdown" else nbformat.v4.new_code_cell
    return new(text, metadata=original.metadata)


def _grade_id(cell: Any) -> str:
    tag = cell.metadata.get(_TAG)
    name = tag.get("grade_id") if isinstance(tag, dict) else None
    return name if isinstance(name, str) else ""


def _locked(cell: Any) -> bool:
    return bool(cell.metadata.get(_TAG, {}).get("locked"))
