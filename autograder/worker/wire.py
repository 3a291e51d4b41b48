"""Values on the wire between grader and worker: msgpack with typed extensions, never pickle.

Both ends import this module. The worker packs what student code returned; the grader unpacks it and
trusts nothing: every length, dtype and shape in a reply is checked before an array is made of it.
"""

from __future__ import annotations

import math
import reprlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

MAX_DEPTH = 32
MAX_DIMENSIONS = 16
# Checked before encoding: the encoder does not survive it when memory runs out half way through a large buffer.
MAX_ARRAY_BYTES = 32 << 20
DTYPES = frozenset(
    [
        "bool",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "float16",
        "float32",
        "float64",
        "complex64",
        "complex128",
    ]
)

_ARRAY, _SCALAR, _TUPLE, _BIGINT, _COMPLEX, _OPAQUE, _TENSOR, _HANDLE, _NAME, _FIGURE = range(1, 11)


class WireError(Exception):
    """A value cannot be put on the wire, or bytes from it do not describe a value."""


@dataclass(frozen=True)
class Opaque:
    """Something that has no form on the wire: the grader learns its type and a short text."""

    type_name: str
    text: str


@dataclass(frozen=True)
class Handle:
    """An object that stays in the worker; the grader names it by its number."""

    number: int
    type_name: str


@dataclass(frozen=True)
class Name:
    """Something the worker knows by a dotted name, such as torch.nn.functional.cross_entropy; only a grader sends it."""

    path: str


class Line(msgspec.Struct, frozen=True):
    """What a plot draws: a line, or the points of a scatter plot; joined, if strokes go from point to point."""

    label: str
    x: list[float]
    y: list[float]
    joined: bool = False


class Axes(msgspec.Struct, frozen=True):
    """One pair of axes of a figure."""

    title: str = ""
    xlabel: str = ""
    ylabel: str = ""
    xscale: str = "linear"
    yscale: str = "linear"
    legend: list[str] = []
    lines: list[Line] = []


class Figure(msgspec.Struct, frozen=True):
    """A figure as data, and as a picture."""

    axes: list[Axes]
    png: bytes = b""


def pack(value: Any, keep: Callable[[Any], Handle | None] = lambda _: None) -> bytes:
    """Encode `value`; `keep` may turn an object without a form on the wire into a Handle.

    Raises:
        WireError: nested deeper than MAX_DEPTH.
    """
    return msgspec.msgpack.encode(_lower(value, keep, 0))


def _ext(code: int, payload: Any) -> msgspec.msgpack.Ext:
    return msgspec.msgpack.Ext(code, msgspec.msgpack.encode(payload))


def _lower(value: Any, keep: Callable[[Any], Handle | None], depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise WireError(f"nested deeper than {MAX_DEPTH} levels")
    kind = type(value)
    if value is None or kind in (bool, float, str, bytes):
        return value
    if kind is int:
        return value if -(2**63) <= value < 2**64 else _ext(_BIGINT, format(value, "x")[:4096])
    if kind is list:
        return [_lower(item, keep, depth + 1) for item in value]
    if kind is tuple:
        return _ext(_TUPLE, [_lower(item, keep, depth + 1) for item in value])
    if isinstance(value, dict) and all(type(key) in (str, int, float, bool) for key in value):
        return {key: _lower(item, keep, depth + 1) for key, item in value.items()}
    if kind is complex:
        return _ext(_COMPLEX, [value.real, value.imag])
    if isinstance(value, (np.ndarray, np.generic)):
        return _lower_array(value)
    torch = sys.modules.get("torch")
    tensor_type = getattr(torch, "Tensor", None)
    if isinstance(tensor_type, type) and isinstance(value, tensor_type):
        return _lower_tensor(torch, value)
    if isinstance(value, Handle):
        return _ext(_HANDLE, [value.number, value.type_name])
    if isinstance(value, Name):
        return _ext(_NAME, value.path)
    if isinstance(value, Figure):
        return _ext(_FIGURE, value)
    handle = keep(value)
    if handle is not None:
        return _ext(_HANDLE, [handle.number, handle.type_name])
    return _opaque(value)


def _opaque(value: Any) -> msgspec.msgpack.Ext:
    try:
        text = reprlib.repr(value)
    except Exception:
        text = "(an object whose repr fails)"
    return _ext(_OPAQUE, [type(value).__name__[:80], str(text)[:200]])


def _lower_array(value: np.ndarray[Any, Any] | np.generic) -> msgspec.msgpack.Ext:
    array: np.ndarray[Any, Any] = np.asarray(value)
    if array.nbytes > MAX_ARRAY_BYTES:
        raise MemoryError(f"an array of {array.nbytes >> 20} MiB")
    if array.dtype == np.longdouble:
        array = array.astype(np.float64)
    array = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("=")).reshape(array.shape)
    if array.dtype.name not in DTYPES or array.ndim > MAX_DIMENSIONS:
        return _ext(_OPAQUE, [f"array of {array.dtype.name}"[:80], f"an array of shape {array.shape}"])
    code = _SCALAR if isinstance(value, np.generic) else _ARRAY
    return _ext(code, [array.dtype.name, list(array.shape), array.tobytes()])


def _lower_tensor(torch: Any, value: Any) -> msgspec.msgpack.Ext:
    if value.numel() * value.element_size() > MAX_ARRAY_BYTES:
        raise MemoryError("a tensor too large to send")
    plain = value.detach().cpu().clone(memory_format=torch.contiguous_format)
    name = str(plain.dtype).removeprefix("torch.")
    raw = plain.reshape(-1).view(torch.uint8).numpy().tobytes() if plain.numel() else b""
    return _ext(_TENSOR, [name, list(plain.shape), raw, bool(value.requires_grad)])


def unpack(
    data: bytes,
    tensors: Callable[[str, tuple[int, ...], bytes, bool], Any] | None = None,
    resolve: Callable[[Handle | Name], Any] | None = None,
) -> Any:
    """Decode one value. `tensors` builds tensors; without it they become NumPy arrays.

    `resolve` turns handles and names into what they stand for; without it a handle stays one, and a name is refused.

    Raises:
        WireError: the bytes are no value, or describe an impossible array.
    """

    depth = 0

    def decode(body: bytes | memoryview) -> Any:
        nonlocal depth
        if depth > MAX_DEPTH:
            raise WireError(f"nested deeper than {MAX_DEPTH} levels")
        depth += 1
        _inspect(body)
        value = decoder.decode(body)
        depth -= 1
        return value

    decoder = msgspec.msgpack.Decoder(ext_hook=lambda code, payload: _lift(code, payload, decode, tensors, resolve))
    try:
        return decode(data)
    except (msgspec.DecodeError, RecursionError, ValueError, TypeError, OverflowError, MemoryError) as error:
        raise WireError(f"not a value: {type(error).__name__}") from None
    except (LookupError, AttributeError, RuntimeError) as error:
        if resolve is not None:  # what a name stands for could not be had: that is for the caller
            raise
        raise WireError(f"not a value: {type(error).__name__}") from None


# Bytes after a token's first one, by that first one: numbers; and how many of them tell the length of what follows.
_FIXED = {
    0xC0: 0,
    0xC2: 0,
    0xC3: 0,
    0xCA: 4,
    0xCB: 8,
    0xCC: 1,
    0xCD: 2,
    0xCE: 4,
    0xCF: 8,
    0xD0: 1,
    0xD1: 2,
    0xD2: 4,
    0xD3: 8,
}
_TEXT = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}
_EXTENSION = {0xC7: 1, 0xC8: 2, 0xC9: 4}
_FIXED_EXTENSION = {0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD7: 8, 0xD8: 16}
_CONTAINER = {0xDC: 2, 0xDD: 4, 0xDE: 2, 0xDF: 4}


def _inspect(data: bytes | memoryview) -> None:
    """Refuse nesting without end, and maps whose keys are no texts or numbers: keys of other kinds can be chosen so that
    all of them have one hash, and a dict of them takes minutes to build.
    """
    place = 0
    left, is_map = [1], [False]  # values still to come in each open container
    while left:
        if not left[-1]:
            left.pop()
            is_map.pop()
            continue
        is_key = is_map[-1] and left[-1] % 2 == 0
        left[-1] -= 1
        if place >= len(data):
            raise WireError("not a value: it ends too early")
        first = data[place]
        place += 1
        if first < 0x80 or first >= 0xE0:
            continue
        if 0xA0 <= first < 0xC0:
            place += first & 31
        elif first in _FIXED:
            place += _FIXED[first]
        elif first in _TEXT:
            place += _TEXT[first] + int.from_bytes(data[place : place + _TEXT[first]], "big")
        elif is_key:
            raise WireError("a key that is no text and no number")
        elif first in _EXTENSION:
            place += 1 + _EXTENSION[first] + int.from_bytes(data[place : place + _EXTENSION[first]], "big")
        elif first in _FIXED_EXTENSION:
            place += 1 + _FIXED_EXTENSION[first]
        else:
            size = _CONTAINER.get(first, 0)
            count = int.from_bytes(data[place : place + size], "big") if size else first & 15
            mapping = first in (0xDE, 0xDF) or 0x80 <= first < 0x90
            place += size
            if len(left) > MAX_DEPTH + 2:
                raise WireError(f"nested deeper than {MAX_DEPTH} levels")
            left.append(2 * count if mapping else count)
            is_map.append(mapping)


def _lift(code: int, payload: memoryview, decode: Callable[[memoryview], Any], tensors: Any, resolve: Any) -> Any:
    if code == _FIGURE:
        return msgspec.msgpack.decode(payload, type=Figure)
    body = decode(payload)
    if code in (_ARRAY, _SCALAR):
        name, shape, raw = body
        array = _array(name, _shape(shape), raw)
        return array[()] if code == _SCALAR else array
    if code == _TUPLE:
        return tuple(body)
    if code == _BIGINT:
        return int(body[:4096], 16)
    if code == _COMPLEX:
        return complex(float(body[0]), float(body[1]))
    if code == _OPAQUE:
        return Opaque(str(body[0])[:80], str(body[1])[:200])
    if code == _HANDLE:
        handle = Handle(int(body[0]), str(body[1])[:80])
        return handle if resolve is None else resolve(handle)
    if code == _NAME and resolve is not None:
        return resolve(Name(str(body)))
    if code == _TENSOR:
        name, shape, raw, requires_grad = body
        if tensors is None:
            return _array(name, _shape(shape), raw)
        return tensors(str(name), _shape(shape), bytes(raw), bool(requires_grad))
    raise WireError(f"unknown extension {code}")


def _shape(shape: Any) -> tuple[int, ...]:
    if not isinstance(shape, list) or len(shape) > MAX_DIMENSIONS:
        raise WireError("impossible shape")
    if any(type(size) is not int or not 0 <= size < 2**31 for size in shape):
        raise WireError("impossible shape")
    return tuple(shape)


def _array(name: Any, shape: tuple[int, ...], raw: Any) -> np.ndarray[Any, Any]:
    if name not in DTYPES or not isinstance(raw, bytes):
        raise WireError("unknown dtype")
    dtype = np.dtype(name)
    if math.prod(shape) * dtype.itemsize != len(raw):
        raise WireError("length of an array does not fit its shape")
    return np.frombuffer(raw, dtype).reshape(shape).copy()
