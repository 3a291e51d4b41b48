"""The requests and replies between grader and worker, and their framing on a socket."""

from __future__ import annotations

import socket
import struct
import time
from typing import Annotated, Any

import msgspec

_LENGTH = struct.Struct("!I")

# What a reply may hold beside values; a worker that was taken over by its submission is not asked to keep to it.
MAX_FUNCTIONS, MAX_NAME, MAX_NOTES, MAX_NOTE, MAX_CLASSES, MAX_MESSAGE = 1000, 100, 20, 320, 10, 400
MAX_WARNINGS, MAX_WARNING, MAX_PRINTED = 20, 200, 2000
_Name = Annotated[str, msgspec.Meta(max_length=MAX_NAME)]
_Warning = Annotated[str, msgspec.Meta(max_length=MAX_WARNING)]


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


class Note(msgspec.Struct, frozen=True):
    """A top-level statement of the submission that failed while the rest was loaded."""

    line: int
    text: Annotated[str, msgspec.Meta(max_length=MAX_NOTE)]


class Loaded(msgspec.Struct, tag="loaded", frozen=True):
    nonce: int
    functions: Annotated[list[_Name], msgspec.Meta(max_length=MAX_FUNCTIONS)]
    notes: Annotated[list[Note], msgspec.Meta(max_length=MAX_NOTES)]


class Returned(msgspec.Struct, tag="returned", frozen=True):
    """What a call gave: a packed value, packed arguments and gradients if asked for, warnings, printed text."""

    nonce: int
    value: bytes
    arguments: bytes = b""
    gradients: bytes = b""
    warnings: Annotated[list[_Warning], msgspec.Meta(max_length=MAX_WARNINGS)] = []
    printed: Annotated[str, msgspec.Meta(max_length=MAX_PRINTED)] = ""


class Raised(msgspec.Struct, tag="raised", frozen=True):
    """What a call raised: class names along its MRO, message, and the line in the student's file."""

    nonce: int
    classes: Annotated[list[_Name], msgspec.Meta(min_length=1, max_length=MAX_CLASSES)]
    message: Annotated[str, msgspec.Meta(max_length=MAX_MESSAGE)]
    line: int = 0


Reply = Loaded | Returned | Raised

_requests: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
_replies: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


class Closed(Exception):
    """The other end is gone."""


class TooLate(Exception):
    """The deadline passed before the message was complete."""


class TooLong(Exception):
    """The message is longer than the reader allows."""


def send(sock: socket.socket, message: Request | Reply, seconds: float | None = None) -> None:
    """Send one message. Raises Closed or TooLate."""
    data = msgspec.msgpack.encode(message)
    try:
        sock.settimeout(seconds)
        sock.sendall(_LENGTH.pack(len(data)))
        sock.sendall(data)
    except TimeoutError:
        raise TooLate from None
    except OSError:
        raise Closed from None


def receive_request(sock: socket.socket) -> Request:
    return _requests.decode(_receive(sock, None, 2**31))


def receive_reply(sock: socket.socket, seconds: float, max_bytes: int) -> Reply:
    """Read one reply within `seconds`.

    Raises:
        Closed, TooLate, TooLong: as their names say.
        msgspec.DecodeError: the bytes are no reply.
    """
    return decode_reply(_receive(sock, seconds, max_bytes))


def decode_reply(data: bytes) -> Reply:
    """Raises msgspec.DecodeError, whatever is wrong with the bytes."""
    try:
        return _replies.decode(data)
    except (ValueError, TypeError, RecursionError, OverflowError, MemoryError) as error:
        raise msgspec.DecodeError(type(error).__name__) from None


def _receive(sock: socket.socket, seconds: float | None, max_bytes: int) -> bytes:
    deadline = None if seconds is None else time.monotonic() + seconds
    (length,) = _LENGTH.unpack(_exactly(sock, _LENGTH.size, deadline))
    if length > max_bytes:
        raise TooLong
    return _exactly(sock, length, deadline)


def _exactly(sock: socket.socket, count: int, deadline: float | None) -> bytes:
    parts: list[Any] = []
    while count:
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            raise TooLate
        try:
            sock.settimeout(left)
            part = sock.recv(min(count, 1 << 20))
        except TimeoutError:
            raise TooLate from None
        except OSError:
            raise Closed from None
        if not part:
            raise Closed
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
