"""The catalogue of known wrong answers, and of right ones in another style, as text that replaces parts of a reference.

A mistake is an edit of one function of the reference, in which the old text occurs exactly once; or, if an edit is not
enough, a function or class that replaces the one of the same name:

    mistake(
        "sum_for_mean",
        says="this is the sum of the squares; divide by the number of elements.",
        function="mse_loss",
        change=("np.mean", "np.sum"),
    )

    @mistake("mean_of_rows", says="this averages over rows only; ...", seen="owner/repository#12: ...")
    def mse_loss(pred, target): ...

The mistakes of a part are in `mistakes/<part>.py`. A catalogue is parsed, never imported: its functions use names of
the reference, and several of them have the same name.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from autograder.base.errors import CourseError
from autograder.course import paths

Item = TypeVar("Item", bound=Callable[..., Any])
Definition = ast.FunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Mistake:
    """A wrong answer. `says` is what a tutor would tell its author, `seen` where it was found (empty: made up).

    `also` are parts that lose points with it, besides its own and those computed from it. `breaks` are the topics of the
    properties that it breaks. It is not `replayable` if its results depend on chance or on much earlier calls, or are
    those of another mistake: then checks catch it, but it may stay without a name.
    """

    id: str
    part: str
    function: str
    says: str
    seen: str
    text: str
    also: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()
    named: str | None = None
    replayable: bool = True


@dataclass(frozen=True)
class Variant:
    """A right answer in another style: one or more functions. A naive one loses points for unusual and bad input."""

    id: str
    text: str
    naive: bool = False


def mistake(
    id: str,
    *,
    says: str,
    part: str = "",
    function: str = "",
    change: tuple[str, str] | None = None,
    seen: str = "",
    also: tuple[str, ...] = (),
    breaks: tuple[str, ...] = (),
    named: str | None = None,
    replayable: bool = True,
) -> Callable[[Item], Item]:
    """Describe a wrong answer: the function or class below this mark, or `function` with `change` made in it.

    In a `mistakes` folder `part` is the file's name; elsewhere it must be given. `function` may be left out if it has
    the part's name. `named` is for use outside the catalogue: the id of the catalogued mistake that behaves the same.
    """
    return lambda item: item


def variant(id: str) -> Callable[[Item], Item]:
    """Mark a function or class as right; those with the same id are handed in together."""
    return lambda item: item


def naive(id: str) -> Callable[[Item], Item]:
    """Mark what is right on float arrays, and neither converts nor checks its arguments. Used like `variant`."""
    return lambda item: item


def of_assignment(root: Path, assignment_id: str, module: str) -> tuple[Mistake, ...]:
    """Return the known mistakes of an assignment. Raises CourseError."""
    reference = paths.source(root, assignment_id, module)
    return mistakes(paths.mistakes(root, assignment_id), reference.read_text(encoding="utf-8"))


@functools.cache
def mistakes(path: Path, reference: str = "") -> tuple[Mistake, ...]:
    """Read the catalogue in a file or folder; empty if there is neither. Raises CourseError."""
    found: dict[str, Mistake] = {}
    for file in _files(path):
        for mark in _marked(file):
            item = _mistake(mark, reference, part=file.stem if path.is_dir() else "")
            if item.id in found:
                raise CourseError(f"{mark.place}: mistake `{item.id}` is there twice; rename one")
            found[item.id] = item
    return tuple(found.values())


@functools.cache
def variants(path: Path) -> tuple[Variant, ...]:
    """Read the right variants in a file, joining functions with the same id. Raises CourseError."""
    texts: dict[tuple[str, bool], list[str]] = {}
    for mark in _marked(path):
        texts.setdefault((mark.values["id"], mark.name == "naive"), []).append(mark.text)
    return tuple(Variant(name, "\n\n\n".join(parts), naive) for (name, naive), parts in texts.items())


@dataclass(frozen=True)
class _Mark:
    """A `mistake(...)` or `@variant(...)` in a file: its values, and the function or class below it, if any."""

    place: str
    name: str
    values: dict[str, Any]
    definition: str = ""
    text: str = ""


def _files(path: Path) -> list[Path]:
    """Return the files of a catalogue. Raises CourseError if one lies next to the folder, where it would be ignored."""
    old = path.with_suffix(".py")
    if path.name == paths.CATALOGUE and old.is_file():
        raise CourseError(
            f"{old}: is not read; move its mistakes into the folder {paths.CATALOGUE}, one file for each part"
        )
    return sorted(path.glob("*.py")) if path.is_dir() else [path] if path.is_file() else []


def _mistake(mark: _Mark, reference: str, part: str) -> Mistake:
    """Return the mistake that a mark describes; `part` is the file's."""
    values = dict(mark.values)
    if mark.name != "mistake":
        raise CourseError(f"{mark.place}: `@{mark.name}` does not belong in a catalogue of mistakes")
    if part and "part" in values:
        raise CourseError(f"{mark.place}: the part is `{part}`, by the file's name; remove `part` here")
    change, function = values.pop("change", None), values.pop("function", "")
    if bool(mark.text) == bool(change):
        raise CourseError(f"{mark.place}: a mistake has either a `change` or a function below it; give it one of them")
    if change is None and function:
        raise CourseError(f"{mark.place}: `function` goes with `change`; remove it, the function below says its name")
    values = {"seen": "", **({"part": part} if part else {}), **values}
    if change is None:
        values |= {"function": mark.definition, "text": mark.text}
    else:
        name = function or values.get("part", "")
        where = f"{mark.place}: mistake `{values.get('id')}`"
        values |= {"function": name, "text": edited(reference, name, change, where)}
    try:
        return Mistake(**values)
    except TypeError as error:
        raise CourseError(f"{mark.place}: mistake: {error}") from None


def edited(reference: str, name: str, change: Any, where: str) -> str:
    """Return the text of a reference's function or class with one change made in it.

    Raises:
        CourseError: the old text does not occur exactly once, or the result is not this function. Its text begins with
            `where`.
    """
    if not (isinstance(change, tuple) and len(change) == 2 and all(isinstance(text, str) for text in change)):
        raise CourseError(f"{where}: `change` is two texts: (old, new)")
    old, new = change
    text = _texts(reference).get(name)
    if text is None:
        raise CourseError(f'{where}: the reference defines no `{name}`; say which one is changed: function="..."')
    times = text.count(old) if old else 0
    if times != 1:
        remedy = "quote more of the line" if times else "quote the reference as it is now"
        raise CourseError(f"{where}: {old!r} stands {times} times in the reference's `{name}`, not once; {remedy}")
    changed = text.replace(old, new)
    try:
        names = list(_texts(changed))
    except SyntaxError as error:
        raise CourseError(f"{where}: is not Python after its change ({error.msg}); fix the new text") from None
    if names != [name]:
        raise CourseError(f"{where}: after its change `{name}` is not defined alone; change what is inside of it")
    return changed


@functools.lru_cache(maxsize=8)
def _texts(source: str) -> dict[str, str]:
    """Return the source text of a module's top-level functions and classes, by name."""
    lines = source.splitlines(keepends=True)
    nodes = [node for node in ast.parse(source).body if isinstance(node, Definition)]
    return {node.name: "".join(lines[_first_line(node) - 1 : node.end_lineno]) for node in nodes}


def text_of(reference: str, name: str) -> str:
    """Return the source text of a reference's function or class; empty if it has none of this name."""
    return _texts(reference).get(name, "")


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(item.lineno for item in decorators)])


def _marked(path: Path) -> Iterator[_Mark]:
    """Yield the marks of a file, in order. Raises CourseError."""
    if not path.is_file():
        return
    try:
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source)
    except (OSError, UnicodeDecodeError, SyntaxError) as error:
        raise CourseError(f"{path}: cannot be read ({error}); fix it") from None
    lines = source.splitlines(keepends=True)
    for node in tree.body:
        if isinstance(node, Definition):
            text = "".join(lines[node.lineno - 1 : node.end_lineno])
            for call in _calls(node.decorator_list):
                yield _mark(path, call, node.name, text)
        elif isinstance(node, ast.Expr):
            for call in _calls([node.value]):
                yield _mark(path, call)


def _calls(nodes: list[ast.expr]) -> list[ast.Call]:
    return [node for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]


def _mark(path: Path, call: ast.Call, definition: str = "", text: str = "") -> _Mark:
    assert isinstance(call.func, ast.Name)
    place = f"{path} line {call.lineno}"
    try:
        values = {key.arg or "": ast.literal_eval(key.value) for key in call.keywords}
        if call.args:
            values["id"] = ast.literal_eval(call.args[0])
    except ValueError:
        raise CourseError(f"{place}: the mark's values are plain literals") from None
    return _Mark(place, call.func.id, values, definition, text)


@functools.lru_cache(maxsize=8)
def definitions(source: str) -> str:
    """Return what a module defines: imports, functions, classes and constants; no checks, demonstrations or plots."""
    kept = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
    lines = source.splitlines(keepends=True)
    parts = []
    for node in ast.parse(source).body:
        if isinstance(node, kept) and not getattr(node, "name", "").startswith("test_"):
            parts.append("".join(lines[_first_line(node) - 1 : node.end_lineno]).rstrip("\n") + "\n")
    return "\n".join(parts)


def replaced(source: str, text: str) -> str:
    """Return a reference in which the definitions in `text` replace its own."""
    return f"{definitions(source)}\n\n{text}\n"
