"""The requests and replies between grader and worker, and their framing on two pipes.

A request comes from the grader, so it is msgpack. A reply is a value of the wire, decoded by a few dozen lines of
Python, because the submission may have taken over the worker that sends it.
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

# Bounds on a reply besides its values. The grader enforces them, since a submission may have taken over its worker.
MAX_FUNCTIONS, MAX_CLASSES, MAX_MESSAGE = 1000, 10, 400
MAX_WARNINGS, MAX_WARNING, MAX_PRINTED = 20, 200, 2000


class Load(msgspec.Struct, tag="load", frozen=True):
    """Request to make a module from a submission's source."""

    nonce: int
    filename: str
    source: str
    files: dict[str, bytes] = {}


class Call(msgspec.Struct, tag="call", frozen=True):
    """Request to call a function of the module, or one that the worker knows by a dotted name (torch.…, kit.…).

    `arguments` is a packed [args, kwargs]. With `backward` the sum of the result is differentiated, and the reply has
    the gradients of the tensors among the arguments. With `picture` a figure that is returned is drawn.
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
    """Reply to Load: the names that can be called, and notes on statements that failed."""

    nonce: int
    functions: list[str]
    notes: list[Note]


@dataclass(frozen=True)
class Returned:
    """Reply to Call: the value, arguments and gradients if asked for, warnings, printed text."""

    nonce: int
    value: Any
    arguments: Any = None
    gradients: Any = None
    warnings: list[str] = field(default_factory=list)
    printed: str = ""


@dataclass(frozen=True)
class Raised:
    """Reply to Call if it raised: class names along the MRO, message, and the line in the student's file."""

    nonce: int
    classes: list[str]
    message: str
    line: int = 0


Reply = Loaded | Returned | Raised

_requests: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)


class Closed(Exception):
    """The other end of the pipe has closed."""


class TooLate(Exception):
    """The deadline passed before the message was complete; `starved` if the machine is the cause, not the worker."""

    starved = False


class TooLong(Exception):
    """The message is longer than the reader allows."""


class Malformed(Exception):
    """The message is not a reply, or not the reply to this request."""


# After any of these, the worker cannot be used any more.
Failures = (Closed, TooLate, TooLong, Malformed)


# The worker's end.


def receive_request(requests: int) -> Request:
    """Wait for the next request on this pipe. Raises Closed."""
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
    """Return a packed Loaded."""
    return wire.pack(["loaded", nonce, functions, [[note.line, note.text] for note in notes]])


def returned(nonce: int, value: bytes, arguments: bytes, gradients: bytes, warnings: list[str], printed: str) -> bytes:
    """Return a packed Returned; its values are already packed."""
    head = (wire.pack("returned"), wire.pack(nonce))
    return wire.sequence(*head, value, arguments, gradients, wire.pack(warnings), wire.pack(printed))


def raised(nonce: int, classes: list[str], message: str, line: int) -> bytes:
    """Return a packed Raised."""
    return wire.pack(["raised", nonce, classes, message, line])


# The grader's end.


def request_bytes(request: Request) -> bytes:
    """Return a request as bytes, with its length in front."""
    data = msgspec.msgpack.encode(request)
    return LENGTH.pack(len(data)) + data


def decode_reply(data: bytes, tensors: reader.Tensors | None = None) -> Reply:
    """Decode a reply from bytes that nobody has checked. Raises Malformed."""
    try:
        reply = reader.unpack(data, tensors)
    except wire.WireError as error:
        raise Malformed(str(error)) from None
    # Check the types first: an array among them would be compared element by element.
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
