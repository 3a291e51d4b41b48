"""The grader's end of one confined worker."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import socket
import time
from dataclasses import dataclass

from autograder.jail.clock import Deadline, WorkerClock
from autograder.worker import messages, reader, zygote

_F_SETPIPE_SZ, _PIPE_BYTES = 1031, 1 << 20
# What an honest worker writes arrives in whole pages, except for the end of a message.
_PAGE, _MAX_CRUMBS = 4096, 64


@dataclass(frozen=True)
class Ending:
    """How a worker ended: the signal that killed it or its exit code, peak memory in MiB, CPU seconds."""

    signal: int
    exit_code: int
    peak_mib: float
    cpu_seconds: float


class Worker:
    """Two pipes to a confined worker, and a status socket to its guard.

    `spent` is the worker's own time so far, `reply_bytes` the length of its last reply.
    """

    def __init__(self, requests: int, replies: int, status: socket.socket, clock: WorkerClock) -> None:
        self._requests, self._replies = requests, replies
        self._status = status
        self._clock = clock
        self.spent, self.reply_bytes = 0.0, 0
        for pipe in (requests, replies):
            os.set_blocking(pipe, False)
        with contextlib.suppress(
            OSError
        ):  # a larger pipe needs fewer turns, but the kernel limits pipe memory per user
            fcntl.fcntl(requests, _F_SETPIPE_SZ, _PIPE_BYTES)

    def ask(
        self,
        request: messages.Request,
        seconds: float,
        max_bytes: int,
        tensors: reader.Tensors | None = None,
    ) -> messages.Reply:
        """Send a request and read its reply within `seconds` of the worker's own time; decoding it counts as well.

        Raises:
            messages.Closed, messages.TooLate, messages.TooLong, messages.Malformed: the worker cannot be used any more.
        """
        deadline = Deadline(self._clock, seconds)
        try:
            self._send(messages.request_bytes(request), deadline)
            data = self._receive(deadline, max_bytes)
        except messages.TooLate as error:
            error.starved = deadline.is_far_over()
            raise
        finally:
            self.spent += deadline.own()
        self.reply_bytes = len(data)
        started = time.thread_time()
        try:
            reply = messages.decode_reply(data, tensors)
        finally:
            self.spent += time.thread_time() - started
        wanted = messages.Loaded if isinstance(request, messages.Load) else messages.Returned
        if not isinstance(reply, (wanted, messages.Raised)) or reply.nonce != request.nonce:
            raise messages.Malformed("the reply belongs to no question")
        return reply

    def _send(self, data: bytes, deadline: Deadline) -> None:
        left = memoryview(data)
        while left:
            try:
                left = left[os.write(self._requests, left) :]
                self._look(deadline)
            except BlockingIOError:
                self._wait(self._requests, select.POLLOUT, deadline)
            except OSError:
                raise messages.Closed from None

    def _receive(self, deadline: Deadline, max_bytes: int) -> bytes:
        (length,) = messages.LENGTH.unpack(self._exactly(messages.LENGTH.size, deadline))
        if length > max_bytes:
            raise messages.TooLong
        return self._exactly(length, deadline)

    def _exactly(self, count: int, deadline: Deadline) -> bytes:
        parts: list[bytes] = []
        crumbs = 0
        while count:
            part = self._read(count, deadline)
            parts.append(part)
            count -= len(part)
            crumbs += len(part) < _PAGE
            if crumbs > _MAX_CRUMBS:
                raise messages.Malformed("a message in crumbs")
        return b"".join(parts)

    def _read(self, count: int, deadline: Deadline) -> bytes:
        while True:
            try:
                part = os.read(self._replies, min(count, 1 << 20))
            except BlockingIOError:
                self._wait(self._replies, select.POLLIN, deadline)
                continue
            except OSError:
                raise messages.Closed from None
            if not part:
                raise messages.Closed
            self._look(deadline)
            return part

    @staticmethod
    def _look(deadline: Deadline) -> None:
        """Check the deadline after each piece, since a message may arrive in many small ones. Raises TooLate."""
        deadline.look(something_came=True)
        if deadline.is_over():
            raise messages.TooLate

    def _wait(self, pipe: int, event: int, deadline: Deadline) -> None:
        """Wait until the pipe is ready. Raises TooLate."""
        poll = select.poll()
        poll.register(pipe, event)
        while not poll.poll(1000 * deadline.slice()):
            deadline.look()
            if deadline.is_over():
                raise messages.TooLate

    def end(self) -> Ending | None:
        """Kill what is left of the worker and return how it ended; None if that is unknown."""
        os.close(self._requests)
        os.close(self._replies)
        self._clock.close()
        try:
            self._status.settimeout(0.2)
            data = self._receive_status() or self._kill()
        finally:
            self._status.close()
        record = zygote.unpack_status(data)
        if record is None:
            return None
        status, peak_kib, cpu = record
        died = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0
        return Ending(died, code, peak_kib / 1024, cpu)

    def kill(self) -> Ending | None:
        """Kill a worker that may still be running, and return how it ended."""
        self._ask_to_kill()
        return self.end()

    def _kill(self) -> bytes:
        self._ask_to_kill()
        self._status.settimeout(5.0)
        return self._receive_status()

    def _ask_to_kill(self) -> None:
        with contextlib.suppress(OSError):  # its guard has ended, and the worker with it
            self._status.send(b"k")

    def _receive_status(self) -> bytes:
        try:
            return self._status.recv(64)
        except OSError:
            return b""
