"""Turn a matplotlib figure into data: axes, labels, scales, lines and a picture."""

from __future__ import annotations

import io
import sys
from typing import Any

import numpy as np

from .values import MAX_AXES, MAX_LABEL, MAX_LINES, MAX_POINTS, Axes, Figure, Line

DPI = 80


def as_data(value: Any, picture: bool = False) -> Any:
    """Convert a matplotlib figure to a Figure of the wire, with a picture if wanted; return anything else unchanged."""
    kind = getattr(sys.modules.get("matplotlib.figure"), "Figure", None)
    if not (isinstance(kind, type) and isinstance(value, kind)):
        return value
    return Figure(_all_axes(value), _png(value) if picture else b"")


def _png(figure: Any) -> bytes:
    """Draw the figure, which takes as long as all the checks of a plot together."""
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=DPI)
    return picture.getvalue()


def _all_axes(figure: Any) -> list[Axes]:
    shared = [text for legend in figure.legends for text in _texts(legend)]
    return [_axes(item, shared) for item in figure.axes[:MAX_AXES]]


def _axes(axes: Any, shared: list[str]) -> Axes:
    own = _texts(axes.get_legend()) if axes.get_legend() is not None else []
    lines = [
        _line(line.get_label(), line.get_xdata(), line.get_ydata(), line.get_linestyle() not in ("", " ", "None"))
        for line in axes.get_lines()[:MAX_LINES]
        if _is_seen(axes, line)
    ]
    for points in axes.collections[:MAX_LINES]:
        offsets = np.asarray(points.get_offsets(), dtype=float).reshape(-1, 2)
        lines.append(_line(points.get_label(), offsets[:, 0], offsets[:, 1]))
    return Axes(
        _text(axes.get_title()),
        _text(axes.get_xlabel()),
        _text(axes.get_ylabel()),
        _text(axes.get_xscale()),
        _text(axes.get_yscale()),
        own + shared,
        lines,
    )


def _is_seen(axes: Any, line: Any) -> bool:
    """Whether a line shows at all: neither hidden nor transparent, and not wholly outside of what the axes shows."""
    x, y = (np.asarray(values, dtype=float).reshape(-1) for values in (line.get_xdata(), line.get_ydata()))
    left, right = sorted(axes.get_xlim())
    low, high = sorted(axes.get_ylim())
    outside = x.size > 0 and (x.max() < left or x.min() > right or y.max() < low or y.min() > high)
    return bool(line.get_visible()) and line.get_alpha() != 0 and not outside


def _line(label: Any, x: Any, y: Any, joined: bool = False) -> Line:
    return Line(_text(label), _numbers(x), _numbers(y), joined)


def _numbers(values: Any) -> list[float]:
    flat: list[float] = np.asarray(values, dtype=float).reshape(-1)[:MAX_POINTS].tolist()
    return flat


def _texts(legend: Any) -> list[str]:
    return [_text(text.get_text()) for text in legend.get_texts()[:MAX_LINES]]


def _text(value: Any) -> str:
    return str(value)[:MAX_LABEL]
