"""The requests and replies between grader and worker, and their framing on two pipes.

A request is the grader's own and comes as msgpack. A reply is a value of the wire, which a few dozen lines of Python take
apart: the worker that sends it may have been taken over by its submission.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass, field
from typing import Any

import msgspec

from . import reader, wire
from .values import MAX_NAME, MAX_NOTE, MAX_NOTES, Note

LENGTH = struct.Struct("!I")

# What a reply may hold besides values; a worker that was taken over by its submission is not asked to keep to it.
MAX_FUNCTIONS, MAX_CLASSES, MAX_MESSAGE = 1000, 10, 400
MAX_WARNINGS, MAX_WARNING, MAX_PRINTED = 20, 200, 2000


class Load(msgspec.Struct, tag="load", frozen=True):
    """Make a module of a submission's source."""

    nonce: int
    filename: str
    source: str
    files: dict[str, bytes] = {}


class Call(msgspec.Struct, tag="call", frozen=True):
    """Call a function of the module, or one that the worker knows by a dotted name (torch.…, kit.…).

    `arguments` is a packed [args, kwargs]. With `backward` the sum of what comes back is differentiated, and the
    gradients of the tensors among the arguments come with the reply. With `picture` a figure that comes back is drawn.
    """

    nonce: int
    function: str
    arguments: bytes
    return_arguments: bool = False
    backward: bool = False
    picture: bool = False


Request = Load | Call


@dataclass(frozen=True)
class Loaded:
    """The names that can be called, and what failed."""

    nonce: int
    functions: list[str]
    notes: list[Note]


@dataclass(frozen=True)
class Returned:
    """What a call gave: its value, arguments and gradients if asked for, warnings, printed text."""

    nonce: int
    value: Any
    arguments: Any = None
    gradients: Any = None
    warnings: list[str] = field(default_factory=list)
    printed: str = ""


@dataclass(frozen=True)
class Raised:
    """What a call raised: class names along its MRO, message, and the line in the student's file."""

    nonce: int
    classes: list[str]
    message: str
    line: int = 0


Reply = Loaded | Returned | Raised

_requests: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)


class Closed(Exception):
    """The other end is gone."""


class TooLate(Exception):
    """The deadline passed before the message was complete; `starved` where the machine, not the worker, is the cause."""

    starved = False


class TooLong(Exception):
    """The message is longer than the reader allows."""


class Malformed(Exception):
    """The message is not a reply, or not one to this question."""


# All that makes a worker of no more use.
Failures = (Closed, TooLate, TooLong, Malformed)


# The worker's end.


def receive_request(requests: int) -> Request:
    """Wait for the next question on this pipe. Raises Closed."""
    (length,) = LENGTH.unpack(_exactly(requests, LENGTH.size))
    return _requests.decode(_exactly(requests, length))


def _exactly(pipe: int, count: int) -> bytes:
    parts = []
    while count:
        part = os.read(pipe, min(count, 1 << 20))
        if not part:
            raise Closed
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def send_reply(replies: int, packed: bytes) -> None:
    """Send a packed reply. Raises BrokenPipeError."""
    left = memoryview(LENGTH.pack(len(packed)) + packed)
    while left:
        left = left[os.write(replies, left) :]


def loaded(nonce: int, functions: list[str], notes: list[Note]) -> bytes:
    """A packed Loaded."""
    return wire.pack(["loaded", nonce, functions, [[note.line, note.text] for note in notes]])


def returned(nonce: int, value: bytes, arguments: bytes, gradients: bytes, warnings: list[str], printed: str) -> bytes:
    """A packed Returned, of values that are packed already."""
    head = (wire.pack("returned"), wire.pack(nonce))
    return wire.sequence(*head, value, arguments, gradients, wire.pack(warnings), wire.pack(printed))


def raised(nonce: int, classes: list[str], message: str, line: int) -> bytes:
    """A packed Raised."""
    return wire.pack(["raised", nonce, classes, message, line])


# The grader's end.


def request_bytes(request: Request) -> bytes:
    """A request with its length before it."""
    data = msgspec.msgpack.encode(request)
    return LENGTH.pack(len(data)) + data


def decode_reply(data: bytes, tensors: reader.Tensors | None = None) -> Reply:
    """Take a reply apart, whatever the bytes are. Raises Malformed."""
    try:
        reply = reader.unpack(data, tensors)
    except wire.WireError as error:
        raise Malformed(str(error)) from None
    # Asked for their types first: an array among them would be compared element by element.
    if type(reply) is not list or [type(item) for item in reply[:2]] != [str, int]:
        raise Malformed("a reply of the wrong form")
    match reply:
        case ["loaded", int(nonce), list(functions), list(notes)] if _texts(functions, MAX_FUNCTIONS, MAX_NAME):
            return Loaded(nonce, functions, _notes(notes))
        case ["returned", int(nonce), value, arguments, gradients, list(warnings), str(printed)]:
            if _texts(warnings, MAX_WARNINGS, MAX_WARNING) and len(printed) <= MAX_PRINTED:
                return Returned(nonce, value, arguments, gradients, warnings, printed)
        case ["raised", int(nonce), [_, *_] as classes, str(message), int(line)]:
            if _texts(classes, MAX_CLASSES, MAX_NAME) and len(message) <= MAX_MESSAGE:
                return Raised(nonce, classes, message, _line(line))
    raise Malformed("a reply of the wrong form")


def _texts(items: list[Any], most: int, longest: int) -> bool:
    return len(items) <= most and all(type(item) is str and len(item) <= longest for item in items)


def _line(number: int) -> int:
    if not 0 <= number < 1 << 31:
        raise Malformed("no such line")
    return number


def _notes(notes: list[Any]) -> list[Note]:
    found: list[Note] = []
    for note in notes[: MAX_NOTES + 1]:
        match note:
            case [int(line), str(text)] if len(text) <= MAX_NOTE and len(found) < MAX_NOTES:
                found.append(Note(_line(line), text))
            case _:
                raise Malformed("a note of the wrong form")
    return found
