"""Every small change of a reference, one at a time: operators, constants, comparisons, arguments, calls, conditions."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from autograder.grading.diagnosis.catalogue import definitions
from autograder.grading.diagnosis.references import used_by

_BINARY: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.Mult,
}
_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


@dataclass(frozen=True)
class Mutant:
    """A reference with one change. The id says what was changed and where, and does not depend on line numbers."""

    id: str
    function: str
    source: str


def mutants(source: str, graded: Iterable[str]) -> list[Mutant]:
    """Return all mutants of a reference's graded functions and classes, and of the definitions that these use."""
    text = definitions(source)
    tree = ast.parse(text)
    wanted = {name for top in graded for name in (top, *used_by(text, top))}
    texts = [ast.unparse(item) for item in tree.body]
    found: list[Mutant] = []
    seen: Counter[str] = Counter()
    for index, item in enumerate(tree.body):
        if not isinstance(item, (ast.FunctionDef, ast.ClassDef)) or item.name not in wanted:
            continue
        for old, new in _changes(item):
            if ast.dump(old) == ast.dump(new):
                continue
            name = f"{item.name}: {_short(old)} → {_short(new)}"
            seen[name] += 1
            if seen[name] > 1:
                name += f" #{seen[name]}"
            changed = ast.unparse(ast.fix_missing_locations(_with(item, old, new)))
            found.append(Mutant(name, item.name, "\n".join([*texts[:index], changed, *texts[index + 1 :]]) + "\n"))
    return found


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 60 else text[:57] + "..."


def _with(item: ast.stmt, old: ast.AST, new: ast.AST) -> ast.stmt:
    """Return a copy of `item` with `new` in the place of `old`."""

    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return new if node is old else self.generic_visit(_shallow(node))

    replaced = Replace().visit(item)
    assert isinstance(replaced, ast.stmt)
    return replaced


def _shallow(node: ast.AST) -> ast.AST:
    """Copy the node with lists of its own, so that a transformer does not change the original."""
    made = copy.copy(node)
    for name, value in ast.iter_fields(made):
        if isinstance(value, list):
            setattr(made, name, list(value))
    return made


def _changes(item: ast.FunctionDef | ast.ClassDef) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield pairs of a node and its replacement."""
    for node in _code(item):
        if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
            yield node, ast.BinOp(node.left, _BINARY[type(node.op)](), node.right)
        elif isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARE:
            yield node, ast.Compare(node.left, [_COMPARE[type(node.ops[0])](), *node.ops[1:]], node.comparators)
        elif isinstance(node, ast.BoolOp):
            yield node, ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        elif isinstance(node, ast.UnaryOp) and not isinstance(node.operand, ast.Constant):
            yield node, node.operand
        elif isinstance(node, ast.Constant):
            yield from _constants(node)
        elif isinstance(node, ast.Call):
            yield from _calls(node)
        elif isinstance(node, (ast.If, ast.IfExp)):
            yield node.test, ast.UnaryOp(ast.Not(), node.test)


def _code(item: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that compute, without docstrings, annotations and messages of exceptions."""
    for node in ast.iter_child_nodes(item):
        if isinstance(node, (ast.Raise, ast.JoinedStr)) or _is_docstring(node):
            continue
        if isinstance(node, ast.arguments):
            for default in (*node.defaults, *(value for value in node.kw_defaults if value)):
                yield default
                yield from _code(default)
            continue
        yield node
        yield from _code(node)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _constants(node: ast.Constant) -> Iterator[tuple[ast.AST, ast.AST]]:
    value = node.value
    if isinstance(value, bool):
        yield node, ast.Constant(not value)
    elif isinstance(value, (int, float)):
        yield node, ast.Constant(value + 1)
    elif isinstance(value, str) and value:
        yield node, ast.Constant(value + "_")


def _calls(node: ast.Call) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Drop each keyword, drop the last argument, swap two arguments, and replace the call by its first argument."""
    if isinstance(node.func, ast.Name) and node.func.id == "super":
        return
    for index in range(len(node.keywords)):
        yield node, ast.Call(node.func, node.args, [*node.keywords[:index], *node.keywords[index + 1 :]])
    if len(node.args) > 1:
        yield node, ast.Call(node.func, node.args[:-1], node.keywords)
        yield node, ast.Call(node.func, [node.args[1], node.args[0], *node.args[2:]], node.keywords)
    if node.args and not isinstance(node.args[0], ast.Starred):
        yield node, node.args[0]
    elif isinstance(node.func, ast.Attribute) and not node.args:
        yield node, node.func.value
