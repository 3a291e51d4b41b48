"""Process hostile bytes in a separate process with limits on processor time, memory and wall time.

It runs the parsers of archives, notebooks and Python. The process is forked once and gets one piece of work at a time;
if it exceeds its limits, it is killed and the next piece gets a new process. confined.py says what the process gives
up. Only bytes come back.
"""

from __future__ import annotations

import contextlib
import functools
import os
import select
import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from autograder.base.errors import SandboxError
from autograder.intake import confined

if TYPE_CHECKING:
    from autograder.jail.clock import Deadline

CAN_FORK = hasattr(os, "fork")  # Windows cannot, but nobody grades there: students read only their own files


class Limits(NamedTuple):
    """Limits on one piece of work: processor time, its own wall time (for a process that sleeps), memory, reply.

    Waiting for a busy machine does not count, up to the much larger `far_seconds`.
    """

    cpu_seconds: int = 4
    wall_seconds: float = 60.0
    far_seconds: float = 300.0
    memory_mb: int = 768
    reply_bytes: int = 64 << 20


class Ended(Exception):
    """The work was not finished; the text says which limit it exceeded. `starved` if the machine is the cause."""

    def __init__(self, reason: str, starved: bool = False) -> None:
        super().__init__(reason)
        self.starved = starved


class Reader:
    """A process that does `work`; after `pieces` of it a new process takes over, so that leaks stay small."""

    def __init__(self, work: Callable[[bytes], bytes], limits: Limits | None = None, pieces: int = 50) -> None:
        self._work = work
        self.limits = limits or Limits()
        self._pieces = pieces
        self._done = 0
        self._process: _Process | None = None
        self._lock = threading.Lock()  # formgrader's server has threads

    def ask(self, request: bytes) -> bytes:
        """Do the work in the process, and return its answer.

        Raises:
            Ended: the work exceeded a limit or crashed its process.
            SandboxError: no process can be started.
        """
        if not CAN_FORK:
            return self._work(request)
        with self._lock:
            try:
                return self._asked(request)
            except _Crash:  # somebody may have killed the process from outside: try once more
                return self._asked(request, last=True)

    def _asked(self, request: bytes, last: bool = False) -> bytes:
        process = self._ready()
        try:
            answer = process.exchange(request)
        except _Crash:
            self._close()
            if last:
                self._require_health()
                raise Ended("breaks what reads it") from None
            raise
        except BaseException:
            self._close()
            raise
        self._done += 1
        return answer

    def _require_health(self) -> None:
        """Raise SandboxError if a process without any work ends as well: then the hand-in is not to blame."""
        try:
            if self._ready().exchange(b"", confined.NOTHING) == b"":
                return
        except (_Crash, Ended):
            pass
        self._close()
        raise SandboxError("the process that reads hand-ins does not run here; run `losslab doctor`")

    def _ready(self) -> _Process:
        if self._process is not None and (self._done >= self._pieces or not self._process.is_ours()):
            self._close()
        if self._process is None:
            self._process, self._done = _Process(self._work, self.limits), 0
        return self._process

    def close(self) -> None:
        """End the process; the next piece of work starts a new one."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.end()


class _Crash(Exception):
    pass


class _Process:
    """The parent's end of a forked process, connected by two pipes."""

    def __init__(self, work: Callable[[bytes], bytes], limits: Limits) -> None:
        from autograder.jail import clock, walls

        self._limits = limits
        self._owner = os.getpid()
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        program = walls.filters().intake  # compiled before the fork, because the compiler needs files
        try:
            self._pid = os.fork()
        except OSError as error:
            raise SandboxError(
                f"no process can be started to read hand-ins ({error.strerror}); end some processes, and grade again"
            ) from None
        if self._pid == 0:
            give_up = functools.partial(confined.confine, limits.memory_mb, self._owner, program)
            confined.serve(work, give_up, limits.cpu_seconds, theirs_in, theirs_out)
        self._clock = clock.WorkerClock(_pidfd(self._pid))
        os.close(theirs_in)
        os.close(theirs_out)
        os.set_blocking(self._out, False)
        os.set_blocking(self._in, False)

    def is_ours(self) -> bool:
        """Return whether this process started it; a process forked from this one did not."""
        return self._owner == os.getpid()

    def exchange(self, request: bytes, what: bytes = confined.DONE) -> bytes:
        from autograder.jail.clock import Deadline

        deadline = Deadline(self._clock, self._limits.wall_seconds, self._limits.far_seconds)
        try:
            self._send(confined.HEAD.pack(what, len(request)), deadline)
            self._send(request, deadline)
            kind, size = confined.HEAD.unpack(self._receive(confined.HEAD.size, deadline))
        except (BrokenPipeError, EOFError):
            raise self._why() from None
        if kind == confined.NO_MEMORY:
            raise Ended(f"takes more than {self._limits.memory_mb} MiB to read")
        if kind != confined.DONE or size > self._limits.reply_bytes:
            raise Ended("breaks what reads it")
        try:
            return self._receive(size, deadline)
        except EOFError:
            raise self._why() from None

    def _send(self, data: bytes, deadline: Deadline) -> None:
        rest = memoryview(data)
        while rest:
            self._wait(self._out, select.POLLOUT, deadline)
            with contextlib.suppress(BlockingIOError):
                rest = rest[os.write(self._out, rest[: 1 << 16]) :]

    def _receive(self, size: int, deadline: Deadline) -> bytes:
        data = bytearray()
        while len(data) < size:
            self._wait(self._in, select.POLLIN, deadline)
            with contextlib.suppress(BlockingIOError):
                piece = os.read(self._in, min(size - len(data), 1 << 20))
                if not piece:
                    raise EOFError
                data += piece
        return bytes(data)

    def _wait(self, descriptor: int, what: int, deadline: Deadline) -> None:
        poll = select.poll()
        poll.register(descriptor, what)
        ready = False
        while not ready:
            ready = bool(poll.poll(1000 * deadline.slice()))
            deadline.look(something_came=ready)  # an answer may come in many small pieces, so check after each
            if deadline.is_far_over():
                raise Ended("could not be read, for the machine was too busy", starved=True)
            if deadline.is_over():
                raise Ended(f"takes more than {self._limits.wall_seconds:g} s to read")

    def _why(self) -> Exception:
        """Return why the process closed its pipe. Killing it now does not change how it has already ended."""
        status = self._killed()
        self._pid = 0
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
            return Ended(f"takes more than {self._limits.cpu_seconds} s to read")
        return _Crash()

    def end(self) -> None:
        os.close(self._out)
        os.close(self._in)
        self._clock.close()
        if self._pid and self.is_ours():
            self._killed()

    def _killed(self) -> int:
        """Kill the process if it still runs, and return its wait status."""
        try:
            os.kill(self._pid, signal.SIGKILL)
            return os.waitpid(self._pid, 0)[1]
        except OSError:
            return 0


def _pidfd(pid: int) -> int | None:
    """Return a pidfd; None if the system has no pidfds, in which case all time counts as the process's own."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None
