"""What crosses the wire besides Python's own values, and how much of it one message may hold."""

from __future__ import annotations

import math
from dataclasses import dataclass

import msgspec

MAX_DEPTH = 32
MAX_DIMENSIONS = 8
# Of one message. A list of numbers counts as one value, since it is sent as one block.
MAX_VALUES, MAX_ARRAYS = 20_000, 5_000
# Keys of one dict. Python builds a dict in quadratic time if whole numbers are chosen as keys for that purpose.
MAX_KEYS = 1_000
# Elements of one array, were its empty dimensions of length 1: NumPy and torch multiply the others.
MAX_ELEMENTS = 1 << 26
# Rows of one array: the product of all its dimensions but the last, empty ones taken as 1. Each becomes a list of its own
# where somebody looks at the elements one by one, of 60 bytes and more, whatever it holds.
MAX_ROWS = 1 << 20
# Checked before encoding: the encoder does not survive it when memory runs out half way through a large buffer.
MAX_ARRAY_BYTES = 32 << 20
MAX_TYPE_NAME, MAX_TEXT_OF_OPAQUE, MAX_HEX = 80, 200, 64
MAX_AXES, MAX_LINES, MAX_LABEL = 16, 64, 200
MAX_PNG_BYTES, MAX_PNG_PIXELS = 1 << 20, 4000

# Bytes of one element by dtype. A dtype is sent as its place in this table, so that no other one has a form.
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


# Of what is said about a submission when it is loaded.
MAX_NAME, MAX_NOTES, MAX_NOTE = 100, 20, 320


def has_too_many_rows(shape: tuple[int, ...]) -> bool:
    """Whether an array has more rows than MAX_ROWS. An array of one dimension is a single row."""
    return math.prod(max(size, 1) for size in shape[:-1]) > MAX_ROWS


class WireError(Exception):
    """A value cannot be put on the wire, or bytes from it do not describe a value."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """Something that has no form on the wire: the grader learns its type and a short text."""

    type_name: str
    text: str


@dataclass(frozen=True, slots=True)
class Handle:
    """An object that stays in the worker; the grader names it by its number."""

    number: int
    type_name: str


@dataclass(frozen=True, slots=True)
class Name:
    """Something the worker knows by a dotted name, such as torch.nn.functional.cross_entropy; only a grader sends it."""

    path: str


@dataclass(frozen=True, slots=True)
class Note:
    """A top-level statement of the submission that failed while the rest was loaded."""

    line: int
    text: str


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
