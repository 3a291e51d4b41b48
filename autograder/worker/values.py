"""Types that cross the wire besides Python's own, and bounds on one message."""

from __future__ import annotations

import math
from dataclasses import dataclass

import msgspec

MAX_DEPTH = 32
MAX_DIMENSIONS = 8
# In one message. A list of numbers counts as one value, since it is sent as one block.
MAX_VALUES, MAX_ARRAYS = 20_000, 5_000
# Keys of one dict. An attacker can choose whole numbers as keys so that Python builds the dict in quadratic time.
MAX_KEYS = 1_000
# Elements of one array, counting empty dimensions as 1: NumPy and torch multiply the other ones.
MAX_ELEMENTS = 1 << 26
# Rows of all arrays of a message: for each, the product of its dimensions but the last, counting empty ones as 1. Code that looks at single
# elements makes a list of each row, which takes at least 60 bytes even if the row is empty.
MAX_ROWS = 1 << 20
# Checked before encoding, because the encoder crashes if memory runs out halfway through a large buffer.
MAX_ARRAY_BYTES = 32 << 20
MAX_TYPE_NAME, MAX_TEXT_OF_OPAQUE, MAX_HEX = 80, 200, 64
MAX_AXES, MAX_LINES, MAX_POINTS, MAX_LABEL = 16, 64, 20_000, 200
MAX_PNG_BYTES, MAX_PNG_PIXELS = 1 << 20, 4000

# Bytes of one element by dtype. A dtype is sent as its position in this table, so no other dtype can be sent.
ITEM_SIZES = {
    "bool": 1,
    "int8": 1,
    "int16": 2,
    "int32": 4,
    "int64": 8,
    "uint8": 1,
    "uint16": 2,
    "uint32": 4,
    "uint64": 8,
    "float16": 2,
    "float32": 4,
    "float64": 8,
    "complex64": 8,
    "complex128": 16,
    "bfloat16": 2,
}
DTYPES = tuple(ITEM_SIZES)
ONLY_OF_NUMPY, ONLY_OF_TORCH = frozenset({"uint16", "uint32", "uint64"}), frozenset({"bfloat16"})


# Bounds on notes about a submission, written when it is loaded.
MAX_NAME, MAX_NOTES, MAX_NOTE = 100, 20, 320


def rows_of(shape: tuple[int, ...]) -> int:
    """Return how many rows an array of this shape has. An array of one dimension is a single row."""
    return math.prod(max(size, 1) for size in shape[:-1])


class WireError(Exception):
    """A value cannot be put on the wire, or bytes from it do not describe a value."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value that cannot be sent: the grader learns only its type and a short text."""

    type_name: str
    text: str


@dataclass(frozen=True, slots=True)
class Handle:
    """An object that stays in the worker; the grader refers to it by number."""

    number: int
    type_name: str


@dataclass(frozen=True, slots=True)
class Name:
    """An object that the worker finds by a dotted name, such as torch.nn.functional.relu; only a grader sends it."""

    path: str


@dataclass(frozen=True, slots=True)
class Note:
    """A top-level statement of the submission that failed while the rest was loaded."""

    line: int
    text: str


class Line(msgspec.Struct, frozen=True):
    """A line of a plot, or the points of a scatter plot; `joined` if strokes connect the points."""

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
