"""Read values of the wire, trusting nothing: each letter, length, dtype and shape is checked before use.

This is the only code that touches the bytes of a worker on the grader's side, so it is short and uses no parser written
in C: numbers, texts and blocks of numbers are copied out of the message, and a dtype is looked up in a table.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from . import values
from .values import DTYPES, ITEM_SIZES, Axes, Figure, Handle, Line, Name, Opaque, WireError

# Makes a tensor from dtype, shape, bytes, and whether it requires a gradient.
Tensors = Callable[[str, tuple[int, ...], bytes, bool], Any]
Resolve = Callable[[Handle | Name], Any]

_CLASS = re.compile(r"((array|tensor) of )?[A-Za-z_]\w{0,39}", re.ASCII)
_HEX = re.compile("-?[0-9a-f]+")
_PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


def unpack(data: bytes, tensors: Tensors | None = None, resolve: Resolve | None = None) -> Any:
    """Decode one value. `tensors` builds tensors; without it they become NumPy arrays.

    `resolve` turns handles and names into the objects they stand for; without it a handle stays a handle, and a name is
    refused.

    Raises:
        WireError: the bytes are not exactly one value within the bounds of `values`. Errors of `resolve` pass through.
    """
    reader = _Reader(data, tensors, resolve)
    try:
        value = reader.value(0)
    except (struct.error, UnicodeDecodeError, IndexError, OverflowError, MemoryError) as error:
        raise WireError(f"not a value: {type(error).__name__}") from None
    if reader.place != len(data):
        raise WireError("something follows the value")
    return value


class _Reader:
    """A position in a message, and how much of the bounds is left."""

    def __init__(self, data: bytes, tensors: Tensors | None, resolve: Resolve | None) -> None:
        self._data = data
        self._tensors = tensors
        self._resolve = resolve
        self.place = 0
        self._values_left, self._arrays_left, self._rows_left = values.MAX_VALUES, values.MAX_ARRAYS, values.MAX_ROWS

    def value(self, depth: int) -> Any:
        self._values_left -= 1
        if depth > values.MAX_DEPTH or self._values_left < 0:
            raise WireError("nested too deep, or too many values")
        letter = self._take(1)
        read = _READ.get(letter)
        if read is None:
            raise WireError("no value begins like this")
        return read(self, depth + 1)

    def _take(self, count: int) -> bytes:
        """Return the next bytes of the message, after checking that the message has that many."""
        start, self.place = self.place, self.place + count
        if self.place > len(self._data):
            raise WireError("the message ends too early")
        return self._data[start : self.place]

    def _length(self) -> int:
        return int.from_bytes(self._take(4), "little")

    def _bytes(self, longest: int | None = None) -> bytes:
        length = self._length()
        if longest is not None and length > longest:
            raise WireError("longer than it may be")
        return self._take(length)

    def _text(self, longest: int | None = None) -> str:
        """Read a text. `longest` counts letters, each of which takes up to four bytes."""
        return self._bytes(None if longest is None else 4 * longest).decode()[:longest]

    def _items(self, depth: int) -> list[Any]:
        return [self.value(depth) for _ in range(self._length())]

    def _block(self, letter: str) -> list[Any]:
        count = self._length()
        return list(struct.unpack(f"<{count}{letter}", self._take(8 * count)))

    def _integer(self) -> int:
        digits = self._text(values.MAX_HEX)
        if not _HEX.fullmatch(digits):
            raise WireError("not a number")
        return int(digits, 16)

    def _dict(self, depth: int) -> dict[Any, Any]:
        count = self._length()
        if count > values.MAX_KEYS:
            raise WireError("too many keys")
        found: dict[Any, Any] = {}
        for _ in range(count):
            key = self.value(depth)
            if type(key) not in (str, int, float, bool):
                raise WireError("a key that is neither a text nor a number")
            found[key] = self.value(depth)
        return found

    def _shape(self) -> tuple[int, ...]:
        count = self._take(1)[0]
        if count > values.MAX_DIMENSIONS:
            raise WireError("too many dimensions")
        shape = tuple(self._length() for _ in range(count))
        if math.prod(max(size, 1) for size in shape) > values.MAX_ELEMENTS:
            raise WireError("impossible shape")
        self._rows_left -= values.rows_of(shape)
        if self._rows_left < 0:
            raise WireError("too many rows")
        return shape

    def _raw(self, shaped: bool, flagged: bool) -> tuple[str, bool, tuple[int, ...], bytes]:
        """Read dtype, flag, shape and bytes of an array. Each true becomes 1, because torch and NumPy rely on that."""
        self._arrays_left -= shaped
        if self._arrays_left < 0:
            raise WireError("too many arrays")
        code = self._take(1)[0]
        if code >= len(DTYPES):
            raise WireError("unknown dtype")
        name, flag = DTYPES[code], flagged and self._take(1) == b"\1"
        shape = self._shape() if shaped else ()
        raw = self._take(math.prod(shape) * ITEM_SIZES[name])
        if name == "bool":
            raw = raw.translate(_TRUTH)
        return name, flag, shape, raw

    def _array(self, shaped: bool) -> Any:
        name, _, shape, raw = self._raw(shaped, flagged=False)
        return _array(name, shape, raw) if shaped else _array(name, shape, raw)[()]

    def _tensor(self) -> Any:
        name, gradient, shape, raw = self._raw(shaped=True, flagged=True)
        if name in values.ONLY_OF_NUMPY or (gradient and "float" not in name and "complex" not in name):
            raise WireError("there is no such tensor")
        return _array(name, shape, raw) if self._tensors is None else self._tensors(name, shape, raw, gradient)

    def _handle(self) -> Any:
        handle = Handle(self._length(), self._type_name())
        return handle if self._resolve is None else self._resolve(handle)

    def _type_name(self) -> str:
        """Read the name of a class. Our own sentences use it, so a name with spaces or signs becomes `object`."""
        name = self._text(values.MAX_TYPE_NAME)
        return name if _CLASS.fullmatch(name) else "object"

    def _name(self) -> Any:
        name = Name(self._text(values.MAX_TEXT_OF_OPAQUE))
        if self._resolve is None:
            raise WireError("a name")
        return self._resolve(name)

    def _figure(self, depth: int) -> Figure:
        axes, png = self.value(depth), self.value(depth)
        if not isinstance(axes, list) or len(axes) > values.MAX_AXES:
            raise WireError("not a figure")
        return Figure([_axes(item) for item in axes], png if _is_small_png(png) else b"")


_TRUTH = bytes([0]) + bytes([1]) * 255
_READ: dict[bytes, Callable[[_Reader, int], Any]] = {
    b"N": lambda reader, depth: None,
    b"T": lambda reader, depth: True,
    b"F": lambda reader, depth: False,
    b"i": lambda reader, depth: int.from_bytes(reader._take(8), "little", signed=True),
    b"I": lambda reader, depth: reader._integer(),
    b"d": lambda reader, depth: struct.unpack("<d", reader._take(8))[0],
    b"c": lambda reader, depth: complex(*struct.unpack("<dd", reader._take(16))),
    b"s": lambda reader, depth: reader._text(),
    b"b": lambda reader, depth: reader._bytes(),
    b"l": _Reader._items,
    b"t": lambda reader, depth: tuple(reader._items(depth)),
    b"m": _Reader._dict,
    b"Q": lambda reader, depth: reader._block("q"),
    b"D": lambda reader, depth: reader._block("d"),
    b"a": lambda reader, depth: reader._array(shaped=True),
    b"g": lambda reader, depth: reader._array(shaped=False),
    b"x": lambda reader, depth: reader._tensor(),
    b"o": lambda reader, depth: Opaque(reader._type_name(), reader._text(values.MAX_TEXT_OF_OPAQUE)),
    b"h": lambda reader, depth: reader._handle(),
    b"n": lambda reader, depth: reader._name(),
    b"f": _Reader._figure,
}


def _array(name: str, shape: tuple[int, ...], raw: bytes) -> np.ndarray[Any, Any]:
    if name in values.ONLY_OF_TORCH:
        raise WireError("there is no such array")
    return np.frombuffer(raw, np.dtype(name).newbyteorder("<")).reshape(shape).copy()


def _axes(axes: Any) -> Axes:
    if not (isinstance(axes, list) and len(axes) == 7 and _texts(axes[:5]) and _texts(axes[5])):
        raise WireError("not a pair of axes")
    if not (isinstance(axes[6], list) and len(axes[6]) <= values.MAX_LINES * 2):
        raise WireError("not a pair of axes")
    title, xlabel, ylabel, xscale, yscale, legend, lines = axes
    return Axes(title, xlabel, ylabel, xscale, yscale, legend, [_line(item) for item in lines])


def _line(line: Any) -> Line:
    if not (isinstance(line, list) and len(line) == 4 and _texts(line[:1]) and type(line[3]) is bool):
        raise WireError("not a line")
    if not all(isinstance(numbers, list) and len(numbers) <= values.MAX_POINTS for numbers in line[1:3]):
        raise WireError("not a line")
    if not all(set(map(type, numbers)) <= {float} for numbers in line[1:3]):
        raise WireError("not a line")
    return Line(*line)


def _texts(texts: Any) -> bool:
    known = isinstance(texts, list) and len(texts) <= values.MAX_LINES * values.MAX_AXES
    return known and all(isinstance(text, str) and len(text) <= values.MAX_LABEL for text in texts)


def _is_small_png(png: Any) -> bool:
    """Return whether this is a PNG of few bytes and pixels, by the width and height in its header."""
    if not isinstance(png, bytes) or len(png) > values.MAX_PNG_BYTES or not png.startswith(_PNG):
        return False
    width, height = struct.unpack(">II", png[16:24].ljust(8, b"\xff"))
    return bool(0 < width <= values.MAX_PNG_PIXELS and 0 < height <= values.MAX_PNG_PIXELS)
