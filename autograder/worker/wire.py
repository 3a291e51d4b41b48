"""Encode values as bytes for grader and worker, in one fixed form; `reader` decodes them.

Each value is one letter, its length or shape where it has one, and its bytes:

    N T F           None, True, False            i d c    a 64-bit integer, a float, a complex number
    I               a larger integer, in hex     s b      text in UTF-8, bytes
    l t m           a list, a tuple, a dict      Q D      a list of integers only, of floats only
    a g x           a NumPy array, a NumPy scalar, a tensor
    o h n f         Opaque, Handle, Name, Figure

Numbers are little-endian; lengths have four bytes. Nothing else can be sent: no class, no code, no reference from one
value to another. So a message of n bytes is read in time and memory proportional to n.
"""

from __future__ import annotations

import reprlib
import struct
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from .values import (
    DTYPES,
    MAX_ARRAY_BYTES,
    MAX_DEPTH,
    MAX_DIMENSIONS,
    MAX_HEX,
    MAX_ROWS,
    MAX_TEXT_OF_OPAQUE,
    MAX_TYPE_NAME,
    ONLY_OF_NUMPY,
    ONLY_OF_TORCH,
    Axes,
    Figure,
    Handle,
    Line,
    Name,
    Opaque,
    WireError,
    rows_of,
)

__all__ = ["DTYPES", "Axes", "Figure", "Handle", "Line", "Name", "Opaque", "WireError", "pack", "sequence"]

Keep = Callable[[Any], Handle | None]
_LENGTH = struct.Struct("<I")
_INTEGER, _FLOAT, _COMPLEX = struct.Struct("<q"), struct.Struct("<d"), struct.Struct("<dd")
_CODES = {name: bytes([code]) for code, name in enumerate(DTYPES)}


def pack(value: Any, keep: Keep = lambda _: None) -> bytes:
    """Encode `value`; `keep` may turn an object that cannot be sent into a Handle.

    Raises:
        WireError: nested deeper than MAX_DEPTH.
        MemoryError: an array is too large to send.
    """
    return b"".join(_parts(value, keep, 0))


def sequence(*packed: bytes) -> bytes:
    """Pack a list of values that are already packed."""
    return b"l" + _LENGTH.pack(len(packed)) + b"".join(packed)


def _parts(value: Any, keep: Keep, depth: int) -> list[bytes]:
    if depth > MAX_DEPTH:
        raise WireError(f"nested deeper than {MAX_DEPTH} levels")
    kind = type(value)
    if kind in _PLAIN:
        return [_PLAIN[kind](value)]
    if kind is list and value and (block := _block(value)):
        return [block]
    if kind in (list, tuple):
        parts = [(b"l" if kind is list else b"t") + _LENGTH.pack(len(value))]
        for item in value:
            parts += _parts(item, keep, depth + 1)
        return parts
    if isinstance(value, dict):
        items = list(value.items())  # only once: a student's subclass of dict may answer differently each time
        if all(type(key) in (str, int, float, bool) for key, _ in items):
            parts = [b"m" + _LENGTH.pack(len(items))]
            for key, item in items:
                parts += [_PLAIN[type(key)](key), *_parts(item, keep, depth + 1)]
            return parts
    if isinstance(value, Figure):
        return [b"f", *_parts([_axes(item) for item in value.axes], keep, depth + 1), _bytes(value.png)]
    return [_other(value, keep)]


def _other(value: Any, keep: Keep) -> bytes:
    if isinstance(value, (np.ndarray, np.generic)):
        return _array(value)
    torch = sys.modules.get("torch")
    tensor_type = getattr(torch, "Tensor", None)
    if isinstance(tensor_type, type) and isinstance(value, tensor_type):
        return _tensor(torch, value)
    if isinstance(value, Name):
        return b"n" + _text(value.path)
    handle = value if isinstance(value, Handle) else keep(value)
    if handle is not None:
        return b"h" + _LENGTH.pack(handle.number) + _text(handle.type_name[:MAX_TYPE_NAME])
    return _opaque(type(value).__name__, value)


def _integer(value: int) -> bytes:
    if -(2**63) <= value < 2**63:
        return b"i" + _INTEGER.pack(value)
    if value.bit_length() > 4 * (MAX_HEX - 1):
        return _opaque("int", value)
    digits = format(value, "x").encode()
    return b"I" + _LENGTH.pack(len(digits)) + digits


def _text(value: str) -> bytes:
    return _bytes(value.encode("utf-8", "replace"))[1:]


def _bytes(value: bytes) -> bytes:
    return b"b" + _LENGTH.pack(len(value)) + value


def _block(value: list[Any]) -> bytes | None:
    """Encode a list of only floats, or of only 64-bit integers, as one block; return None for any other list."""
    kinds = set(map(type, value))
    if kinds == {float}:
        return b"D" + _LENGTH.pack(len(value)) + struct.pack(f"<{len(value)}d", *value)
    if kinds == {int} and min(value) >= -(2**63) and max(value) < 2**63:
        return b"Q" + _LENGTH.pack(len(value)) + struct.pack(f"<{len(value)}q", *value)
    return None


_PLAIN: dict[type, Callable[[Any], bytes]] = {
    type(None): lambda _: b"N",
    bool: lambda value: b"T" if value else b"F",
    int: _integer,
    float: lambda value: b"d" + _FLOAT.pack(value),
    complex: lambda value: b"c" + _COMPLEX.pack(value.real, value.imag),
    str: lambda value: b"s" + _text(value),
    bytes: _bytes,
}


def _opaque(type_name: str, value: Any) -> bytes:
    try:
        text = value if isinstance(value, _Said) else reprlib.repr(value)
    except Exception:
        text = "(an object whose repr fails)"
    return b"o" + _text(str(type_name)[:MAX_TYPE_NAME]) + _text(str(text)[:MAX_TEXT_OF_OPAQUE])


class _Said(str):
    """A text that is sent as it is, instead of its repr."""


def _axes(axes: Axes) -> list[Any]:
    lines = [[line.label, line.x, line.y, line.joined] for line in axes.lines]
    return [axes.title, axes.xlabel, axes.ylabel, axes.xscale, axes.yscale, axes.legend, lines]


def _shape(shape: tuple[int, ...]) -> bytes:
    return bytes([len(shape)]) + b"".join(map(_LENGTH.pack, shape))


def _array(value: np.ndarray[Any, Any] | np.generic) -> bytes:
    array: np.ndarray[Any, Any] = np.asarray(value)
    if array.nbytes > MAX_ARRAY_BYTES or rows_of(array.shape) > MAX_ROWS:
        raise MemoryError("an array too large to send")
    if array.dtype == np.longdouble:
        array = array.astype(np.float64)
    name = array.dtype.name
    if name not in _CODES or name in ONLY_OF_TORCH or array.ndim > MAX_DIMENSIONS:
        return _opaque(f"array of {name}", _Said(f"an array of shape {array.shape}"))
    raw = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).tobytes()
    if isinstance(value, np.generic):
        return b"g" + _CODES[name] + raw
    return b"a" + _CODES[name] + _shape(array.shape) + raw


def _tensor(torch: Any, value: Any) -> bytes:
    name = str(value.dtype).removeprefix("torch.")
    dense = value.layout is torch.strided and value.device.type != "meta"
    if not dense or name not in _CODES or name in ONLY_OF_NUMPY or value.dim() > MAX_DIMENSIONS:
        return _opaque(f"tensor of {name}", _Said(f"a tensor of shape {tuple(value.shape)}"))
    if value.numel() * value.element_size() > MAX_ARRAY_BYTES or rows_of(tuple(value.shape)) > MAX_ROWS:
        raise MemoryError("a tensor too large to send")
    plain = value.detach().cpu().clone(memory_format=torch.contiguous_format)
    raw = plain.reshape(-1).view(torch.uint8).numpy().tobytes() if plain.numel() else b""
    return b"x" + _CODES[name] + (b"\1" if value.requires_grad else b"\0") + _shape(tuple(plain.shape)) + raw
