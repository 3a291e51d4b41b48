"""Keep names with `[`, `*` or `?` literal: nbgrader treats folders that it has found as patterns again."""

from __future__ import annotations

import glob as real
import os


def glob(pattern: str) -> list[str]:
    """Replace `glob.glob` for nbgrader's converters: find an assignment's folders, then the notebooks in each."""
    if pattern.endswith(".ipynb"):
        folder, name = os.path.split(pattern)
        return real.glob(os.path.join(real.escape(folder), name))
    found = real.glob(pattern)
    return found if pattern in found or not os.path.isdir(pattern) else [*found, pattern]
