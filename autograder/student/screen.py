"""Lines on a terminal: colour only where it can be shown, ASCII signs where the encoding has no others."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TextIO

from autograder.base.text import plain

_COLOURS = {"✓": "32", "✗": "31", "!": "33", "·": "2"}
# Signs that older consoles cannot print; the words next to them carry the meaning.
_PLAIN = {
    "✓": "ok", "✗": "x", " · ": " - ", "·": "*", "…": "...", "→": "->", "≤": "<=", "≥": ">=", "≠": "!=", "∈": "in", "√": "sqrt",
    "Σ": "sum ", "∂": "d", "∞": "inf", "∥": "||", "‖": "||", "²": "^2", "½": "1/2 ", "⁺": "+", "₁": "1", "₂": "2",
    "ᵀ": "^T", "×": "x", "−": "-", "–": "-", "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "eps",
    "λ": "lambda", "μ": "mu", "σ": "sigma", "θ": "theta", "τ": "tau", "ŷ": "y_hat", "v̂": "v_hat", "ē": "e_mean",
    "₀": "0", "⟩": ">", "⟨": "<", "∇": "grad ", "π": "pi", "ρ": "rho", "Δ": "Delta", "’": "'", "“": '"', "”": '"',
}  # fmt: skip


def encodable(text: str, encoding: str | None) -> str:
    """Return the text with every sign that `encoding` lacks spelt in ASCII."""
    name = encoding or "ascii"
    try:
        text.encode(name)
        return text
    except (UnicodeEncodeError, LookupError):
        pass
    for sign, words in _PLAIN.items():
        if sign in text and not _can(sign, name):
            text = text.replace(sign, words)
    try:
        return text.encode(name, "replace").decode(name)
    except LookupError:
        return text.encode("ascii", "replace").decode()


def _can(sign: str, encoding: str) -> bool:
    try:
        sign.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def coloured(stream: TextIO, environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Say whether colour can be shown and is wanted (https://no-color.org)."""
    if environment.get("NO_COLOR") or environment.get("TERM") == "dumb" or not stream.isatty():
        return False
    return platform != "win32" or "WT_SESSION" in environment  # the old console would print the codes


def say(*lines: str, stream: TextIO | None = None) -> None:
    """Print lines; those that begin with a sign of state also get its colour, never the colour alone."""
    out = stream or sys.stdout
    colour = coloured(out)
    for line in lines:
        text = encodable(plain(line), getattr(out, "encoding", None))
        code = _COLOURS.get(line[:1]) if colour else None
        out.write(f"\x1b[{code}m{text}\x1b[0m\n" if code else text + "\n")
    out.flush()


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Lay out columns in plain text, which a screen reader reads line by line."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = [head, tuple("-" * width for width in widths), *rows]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
