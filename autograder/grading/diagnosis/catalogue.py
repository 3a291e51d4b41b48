"""The catalogue of known wrong answers, and of right ones in another style: text that replaces parts of a reference.

    @mistake("sum_for_mean", part="mse_loss", says="this is the sum of the squares; ...", seen="where")
    def mse_loss(pred, target): ...

A catalogue is parsed, never imported: its functions stand on the reference's names, and several replace the same one.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from autograder.base.errors import CourseError

Item = TypeVar("Item", bound=Callable[..., Any])


@dataclass(frozen=True)
class Mistake:
    """A wrong answer. `says` is what a tutor would tell its author, `seen` where it was met.

    `also` are parts that lose points with it, beside its own and those that are computed from it. It is not `replayable`
    where what it gives hangs on chance, or on what was called long before: then it is caught, and may go without its name.
    """

    id: str
    part: str
    function: str
    says: str
    seen: str
    text: str
    also: tuple[str, ...] = ()
    named: str | None = None
    replayable: bool = True


@dataclass(frozen=True)
class Variant:
    """A right answer in another style: one or more functions."""

    id: str
    text: str


def mistake(
    id: str,
    *,
    part: str,
    says: str,
    seen: str,
    also: tuple[str, ...] = (),
    named: str | None = None,
    replayable: bool = True,
) -> Callable[[Item], Item]:
    """Mark a function or class as a wrong answer that replaces the reference's of its name.

    `named` is used outside of the catalogue: the id of the catalogued mistake that this one equals in behaviour.
    """
    return lambda item: item


def variant(id: str) -> Callable[[Item], Item]:
    """Mark a function or class as right; those of one id are handed in together."""
    return lambda item: item


@functools.cache
def mistakes(path: Path) -> tuple[Mistake, ...]:
    """The catalogue in a file; none where there is no file. Raises CourseError."""
    found = []
    for node, name, values, text in _marked(path):
        if name != "mistake":
            raise CourseError(f"{path} line {node.lineno}: `@{name}` does not belong in a catalogue of mistakes")
        try:
            found.append(Mistake(function=node.name, text=text, **values))
        except TypeError as error:
            raise CourseError(f"{path} line {node.lineno}: @mistake: {error}") from None
    ids = [item.id for item in found]
    for item in found:
        if ids.count(item.id) > 1:
            raise CourseError(f"{path}: mistake `{item.id}` is there twice; rename one")
    return tuple(found)


@functools.cache
def variants(path: Path) -> tuple[Variant, ...]:
    """The right variants in a file, functions of one id joined. Raises CourseError."""
    texts: dict[str, list[str]] = {}
    for _, _, values, text in _marked(path):
        texts.setdefault(values["id"], []).append(text)
    return tuple(Variant(name, "\n\n\n".join(parts)) for name, parts in texts.items())


def _marked(path: Path) -> list[tuple[ast.FunctionDef | ast.ClassDef, str, dict[str, Any], str]]:
    """Functions and classes with a mark: the node, the mark's name, its values, and the text without the mark."""
    if not path.is_file():
        return []
    try:
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source)
    except (OSError, UnicodeDecodeError, SyntaxError) as error:
        raise CourseError(f"{path}: cannot be read ({error}); mend it") from None
    lines = source.splitlines(keepends=True)
    found = []
    for node in tree.body:
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            continue
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name):
                try:
                    values = {key.arg or "": ast.literal_eval(key.value) for key in mark.keywords}
                    if mark.args:
                        values["id"] = ast.literal_eval(mark.args[0])
                except ValueError:
                    raise CourseError(f"{path} line {mark.lineno}: the mark's values are plain literals") from None
                found.append((node, mark.func.id, values, "".join(lines[node.lineno - 1 : node.end_lineno])))
    return found


@functools.lru_cache(maxsize=8)
def definitions(source: str) -> str:
    """What a module defines: imports, functions, classes and constants, without checks, demonstrations and plots."""
    kept = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
    lines = source.splitlines(keepends=True)
    parts = []
    for node in ast.parse(source).body:
        if isinstance(node, kept) and not getattr(node, "name", "").startswith("test_"):
            first = min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", []))])
            parts.append("".join(lines[first - 1 : node.end_lineno]).rstrip("\n") + "\n")
    return "\n".join(parts)


def replaced(source: str, text: str) -> str:
    """A reference in which `text` stands in the place of what it defines anew."""
    return f"{definitions(source)}\n\n{text}\n"
