"""Find what a reference defines, and which definitions use which."""

from __future__ import annotations

import ast
import functools


@functools.cache
def defined(source: str) -> frozenset[str]:
    """Return the names of a reference's functions and classes."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    return frozenset(node.name for node in ast.parse(source).body if isinstance(node, kinds))


@functools.cache
def used_by(source: str, function: str) -> frozenset[str]:
    """Return the names that a function of the reference uses, directly or through others."""
    uses = {
        node.name: {item.id for item in ast.walk(node) if isinstance(item, ast.Name)} - {node.name}
        for node in ast.parse(source).body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    }
    found: set[str] = set()
    waiting = list(uses.get(function, ()))
    while waiting:
        name = waiting.pop()
        if name in uses and name not in found:
            found.add(name)
            waiting += uses[name]
    return frozenset(found)
