"""What a check called and compared. Inputs are noted before the call, because the student's code may change them."""

from __future__ import annotations

import ast
import functools
import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

_MANY, _LONG = 12, 100
_RELATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "is": operator.is_,
    "is not": operator.is_not,
}
_NAMES: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
}
SIDES = "__losslab_sides__"


@dataclass
class Call:
    """One call of a student's function, and what it returned."""

    inputs: str
    arguments: tuple[Any, ...]
    result: Any = None
    returned: bool = False


@dataclass(frozen=True)
class Sides:
    """Both sides of a comparison that failed."""

    relation: str
    left: Any
    right: Any


class Recorder:
    """For one check: the last call of a student's function, and the last comparison that failed."""

    def __init__(self) -> None:
        self.call: Call | None = None
        self.sides: Sides | None = None

    def clear(self) -> None:
        self.call, self.sides = None, None

    def watching(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function wrapped so that each call of it is noted."""

        @functools.wraps(function)
        def watched(*args: Any, **kwargs: Any) -> Any:
            call = self.call = Call(_inputs(function, args, kwargs), args)
            call.result = function(*args, **kwargs)
            call.returned = True
            return call.result

        return watched

    def compare(self, relation: str, left: Any, right: Any) -> Any:
        """Compare, and keep both sides if the comparison fails."""
        holds = _RELATIONS[relation](left, right)
        try:
            if not holds:
                self.sides = Sides(relation, left, right)
        except (ValueError, RuntimeError):  # an array has no truth of its own; the assertion will say so
            self.sides = Sides(relation, left, right)
        return holds


class _Compared(ast.NodeTransformer):
    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        name = _NAMES.get(type(node.ops[0]))
        if len(node.ops) > 1 or name is None:
            return node
        arguments = [ast.Constant(name), node.left, node.comparators[0]]
        return ast.copy_location(ast.Call(ast.Name(SIDES, ast.Load()), arguments, []), node)


class _Assertions(ast.NodeTransformer):
    def visit_Assert(self, node: ast.Assert) -> ast.Assert:
        node.test = _Compared().visit(node.test)
        return node


def with_sides(tree: ast.Module) -> ast.Module:
    """Route the comparisons in assertions through `Recorder.compare`; line numbers stay the same."""
    _Assertions().visit(tree)
    return ast.fix_missing_locations(tree)


def _inputs(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    code = getattr(function, "__code__", None)
    names = code.co_varnames[: code.co_argcount] if code is not None else ()
    named = [f"{name}={shown(value)}" for name, value in zip(names, args, strict=False)]
    rest = [shown(value) for value in args[len(names) :]]
    text = " ".join([*named, *rest, *(f"{name}={shown(value)}" for name, value in kwargs.items())])
    return text if len(text) <= _LONG else text[: _LONG - 3] + "..."


def shown(value: Any) -> str:
    """Show a value in a few characters: numbers to six digits, large arrays by their shape alone."""
    try:
        text = _shown(value)
    except Exception:  # a student's own __repr__ or a tensor that cannot be read
        text = type(value).__name__
    return text if len(text) <= _LONG else text[: _LONG - 3] + "..."


def _shown(value: Any) -> str:
    wanted = getattr(value, "expected", None)
    if wanted is not None and type(value).__module__.startswith("_pytest"):
        return _shown(wanted)
    if isinstance(value, bool | str | bytes) or value is None:
        return repr(value)
    if isinstance(value, int | float):
        return number(value)
    if hasattr(value, "shape") and hasattr(value, "tolist"):
        size = math.prod(value.shape)
        return _shown(value.tolist()) if size <= _MANY else f"array{tuple(value.shape)}"
    if isinstance(value, list | tuple):
        inside = ", ".join(map(_shown, value))
        return f"[{inside}]" if isinstance(value, list) else f"({inside}{',' * (len(value) == 1)})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_shown(key)}: {_shown(item)}" for key, item in value.items()) + "}"
    if isinstance(value, type | ModuleType) or callable(value):
        return str(getattr(value, "__name__", type(value).__name__))
    return " ".join(repr(value).split())


def number(value: float) -> str:
    """Write a number to six digits: enough to see what is wrong, without rounding noise."""
    return f"{value:.6g}"
