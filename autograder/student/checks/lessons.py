"""Turn a wrong value, an exception or a warning into one sentence that teaches something."""

from __future__ import annotations

import builtins
import difflib
from types import ModuleType
from typing import Any

from autograder.student.checks import texts
from autograder.student.checks.calls import Call, Sides, number


def of_warning(text: str) -> str | None:
    """Return the sentence for a warning of NumPy or torch, if there is one."""
    return next((lesson for words, lesson in texts.WARNING_LESSONS.items() if words in text), None)


def of_error(error: BaseException) -> str:
    """Return the sentence for an exception of the student's code; empty if there is nothing to say."""
    said = f"{type(error).__name__}: {_text(error)}"
    near = _near(error) if isinstance(error, NameError | AttributeError) else None
    if near is not None:
        return texts.DID_YOU_MEAN.format(name=near)
    found = next((lesson for words, lesson in texts.ERROR_LESSONS.items() if said.startswith(words)), None)
    return found or ""


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return ""


def _near(error: NameError | AttributeError) -> str | None:
    """Return a known name that is close to the unknown one; Python 3.11 suggests names only in printed tracebacks."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if isinstance(error, AttributeError):
        known = dir(error.obj) if isinstance(error.obj, ModuleType) else dir(type(error.obj))
    else:
        known = [*trace.tb_frame.f_locals, *trace.tb_frame.f_globals, *dir(builtins)] if trace is not None else []
    close = difflib.get_close_matches(error.name or "", known, n=1, cutoff=0.7)
    return close[0] if close else None


def of_sides(sides: Sides, call: Call | None) -> str:
    """Return the sentence for a comparison that failed; empty if nothing is recognised."""
    if call is not None and call.returned and call.result is None and sides.relation == "==":
        return texts.RETURNS_NONE
    if sides.relation != "==":
        return ""
    try:
        return _of_arrays(sides.left, expected_of(sides.right), call)
    except (TypeError, ValueError, OverflowError, RuntimeError):
        return ""  # texts, dicts, objects: nothing to calculate with


def expected_of(value: Any) -> Any:
    """Return the value that pytest.approx was given, or the value itself."""
    return getattr(value, "expected", value)


def _of_arrays(got: Any, expected: Any, call: Call | None) -> str:
    import numpy as np

    if isinstance(got, dict | str | type(None)) or isinstance(expected, dict | str | type(None)):
        return ""
    mine, wanted = np.asarray(got, dtype=float), np.asarray(expected, dtype=float)
    if mine.shape != wanted.shape:
        return _of_shapes(mine.shape, wanted.shape)
    if np.isnan(mine).any() and not np.isnan(wanted).any():
        return texts.NAN
    if not np.isfinite(mine).all() and np.isfinite(wanted).all():
        return texts.INFINITE
    with np.errstate(all="ignore"):
        return _of_values(mine, wanted, call)


def _of_shapes(mine: tuple[int, ...], wanted: tuple[int, ...]) -> str:
    if not wanted:
        return texts.SCALAR_WANTED
    return texts.OTHER_SHAPE if mine else texts.ARRAY_WANTED


def _of_values(mine: Any, wanted: Any, call: Call | None) -> str:
    import numpy as np

    if np.array_equal(mine == 0, wanted == 0) and (wanted != 0).any():
        ratios = mine[wanted != 0] / wanted[wanted != 0]
        factor = float(ratios.flat[0])
        told = _of_factor(factor, call) if np.allclose(ratios, factor, rtol=1e-4) else ""
        if told:
            return told
    if wanted.size == 1 and np.allclose(mine**2, wanted, rtol=1e-4):
        return texts.SQUARE_ROOT
    if wanted.size == 1 and np.allclose(mine, wanted**2, rtol=1e-4):
        return texts.SQUARED
    return ""


def _of_factor(factor: float, call: Call | None) -> str:
    if abs(factor + 1) < 1e-4:
        return texts.OTHER_SIGN
    turned = 1 / factor if abs(factor) < 1 else factor
    simple = next(
        (f"{top}/{low}" if low > 1 else str(top) for top, low in _SMALL if abs(turned - top / low) < 1e-3), None
    )
    if simple is None:
        return ""  # pi or 17.3 is no factor that was forgotten
    shown = simple if abs(factor) >= 1 else (f"1/{simple}" if "/" not in simple else number(factor))
    counted = _counted(turned, call)
    return texts.FACTOR_COUNT.format(factor=shown, what=counted) if counted else texts.FACTOR.format(factor=shown)


_SMALL = [(top, low) for low in (1, 2, 3) for top in range(2, 65) if top > low and (low == 1 or top % low)]


def _counted(factor: float, call: Call | None) -> str | None:
    """Return what the factor counts in the first array. A 2 is ignored: it may come from the slope of a square."""
    shape = _shape(call.arguments[0]) if call is not None and call.arguments else ()
    if not shape or abs(factor - 2) < 1e-3:
        return None
    size = 1
    for length in shape:
        size *= length
    counts = {texts.COLUMNS: shape[-1] if len(shape) > 1 else 0, texts.ROWS: shape[0] if len(shape) > 1 else 0}
    counts[texts.ELEMENTS] = size
    return next((name for name, count in counts.items() if abs(factor - count) < 1e-3), None)


def _shape(value: Any) -> tuple[int, ...]:
    if isinstance(value, list):
        return (len(value), *_shape(value[0])) if value else (0,)
    return tuple(getattr(value, "shape", ()))
