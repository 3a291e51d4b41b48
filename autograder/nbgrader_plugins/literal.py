"""Names with `[`, `*` or `?` in them are names: nbgrader takes the folders it has found for patterns again."""

from __future__ import annotations

import glob as real
import os


def glob(pattern: str) -> list[str]:
    """What nbgrader's converters ask of `glob.glob`: the folders of an assignment, then the notebooks in each."""
    if pattern.endswith(".ipynb"):
        folder, name = os.path.split(pattern)
        return real.glob(os.path.join(real.escape(folder), name))
    found = real.glob(pattern)
    return found if pattern in found or not os.path.isdir(pattern) else [*found, pattern]
