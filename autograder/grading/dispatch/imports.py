"""Find what code imports by reading its text: files of this package, and other libraries."""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

_OURS = __name__.partition(".")[0]
# Parsing all files would take a quarter of a second at each `losslab grade`. A line of prose that looks like an import
# can only add something that exists, so nothing is ever missed. A test compares the result with the syntax trees.
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(?P<base>[.\w]+)[ \t]+import[ \t]+(?P<names>\([^)]*\)|[^\n#]+)|import[ \t]+(?P<modules>[^\n#]+))",
    re.MULTILINE,
)
_COMMENT = re.compile(r"#[^\n]*")


class Needed(NamedTuple):
    """Files of the package by module name, and top-level names of other libraries."""

    files: dict[str, Path]
    libraries: frozenset[str]


def needed(package: Path, modules: Iterable[str], texts: Iterable[str] = ()) -> Needed:
    """Return all that these modules of the package and these source texts import, directly or through others."""
    files: dict[str, Path] = {}
    libraries: set[str] = set()
    waiting = [*modules]
    for text in texts:
        waiting += _imported(text, "")
    while waiting:
        name = waiting.pop()
        top = name.partition(".")[0]
        if top != _OURS:
            libraries |= {top} - sys.stdlib_module_names
            continue
        path = _file(package, name)
        if path is None or name in files:
            continue
        files[name] = path
        base = name if path.name == "__init__.py" else name.rpartition(".")[0]
        waiting += [name.rpartition(".")[0] or name, *_imported(path.read_text(encoding="utf-8"), base)]
    return Needed(dict(sorted(files.items())), frozenset(libraries))


def _imported(text: str, package: str) -> Iterator[str]:
    """Yield the full names of what a text in this package imports, including names that are not modules."""
    for found in _IMPORT.finditer(text):
        if found["modules"]:
            yield from _names(found["modules"])
            continue
        base = _absolute(found["base"], package)
        yield base
        yield from (f"{base}.{name}" for name in _names(found["names"]))


def _absolute(base: str, package: str) -> str:
    up = len(base) - len(base.lstrip("."))
    if not up:
        return base
    parts = package.split(".")
    return ".".join([*parts[: len(parts) - up + 1], *filter(None, [base.lstrip(".")])])


def _names(text: str) -> Iterator[str]:
    for item in _COMMENT.sub("", text).strip("() \t\n").split(","):
        if item.strip():
            yield item.split()[0]


def _file(package: Path, name: str) -> Path | None:
    place = package.joinpath(*name.split(".")[1:])
    return next((path for path in (place / "__init__.py", place.with_suffix(".py")) if path.is_file()), None)


@functools.cache
def distribution(module: str) -> str | None:
    """Return the distribution that a top-level import name belongs to; None if none is installed."""
    try:
        return metadata.distribution(module).name
    except metadata.PackageNotFoundError:
        return _distributions().get(module)


@functools.cache
def _distributions() -> dict[str, str]:
    """Return distributions by the names they declare. Looking up undeclared names would read the files of each one."""
    declared = ((item, item.read_text("top_level.txt") or "") for item in metadata.distributions())
    return {name: item.name for item, names in declared for name in names.split()}
