"""Work on hostile bytes in a process of its own, which can be ended: bounded in processor time, memory and wall time.

Parsers of archives, notebooks and Python are what this is for. The process is forked once and asked for one piece of
work at a time; one that exceeds its limits is killed, and the next gets a new process. It gives up what it can: rights,
files but Python's own libraries, system calls, its parent's descriptors. Bytes come back, and nothing else.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import itertools
import math
import os
import select
import signal
import struct
import sys
import sysconfig
import threading
import time
from collections.abc import Callable
from typing import NamedTuple, NoReturn

from autograder.base.errors import SandboxError

_HEAD = struct.Struct("<cQ")
_DONE, _NO_MEMORY, _FAILED, _NOTHING = b"d", b"m", b"f", b"n"
_PR_SET_PDEATHSIG = 1
CAN_FORK = hasattr(os, "fork")  # not on Windows, where nobody grades: students' own files are read in their own process


class Limits(NamedTuple):
    """Of one piece of work. Wall time is a far bound, for a process that sleeps; processor time is what is measured."""

    cpu_seconds: int = 4
    wall_seconds: float = 60.0
    memory_mb: int = 768
    reply_bytes: int = 64 << 20


class Ended(Exception):
    """The work was not done; the text says what of it was too much."""


class Reader:
    """A process that does `work`. After `pieces` of it a new one takes over, so that little adds up in any."""

    def __init__(self, work: Callable[[bytes], bytes], limits: Limits | None = None, pieces: int = 50) -> None:
        self._work = work
        self.limits = limits or Limits()
        self._pieces = pieces
        self._done = 0
        self._process: _Process | None = None
        self._lock = threading.Lock()  # formgrader's server has threads

    def ask(self, request: bytes) -> bytes:
        """Do the work.

        Raises:
            Ended: it took too much, or broke its process.
            SandboxError: there can be no process.
        """
        if not CAN_FORK:
            return self._work(request)
        with self._lock:
            try:
                return self._asked(request)
            except _Crash:  # somebody may have killed it from outside: it is asked once more
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
        """Raises SandboxError where a process that is asked for nothing ends as well: then it is not the hand-in."""
        try:
            if self._ready().exchange(b"", _NOTHING) == b"":
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
        """End the process; the next piece of work starts another."""
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
        from autograder.jail import walls

        self._limits = limits
        self._owner = os.getpid()
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        program = walls.filters().intake  # compiled here: what compiles it needs files
        try:
            self._pid = os.fork()
        except OSError as error:
            raise SandboxError(
                f"no process can be started to read hand-ins ({error.strerror}); end some processes, and grade again"
            ) from None
        if self._pid == 0:
            _serve(work, functools.partial(_confine, limits, self._owner, program), limits, theirs_in, theirs_out)
        os.close(theirs_in)
        os.close(theirs_out)
        os.set_blocking(self._out, False)
        os.set_blocking(self._in, False)

    def is_ours(self) -> bool:
        """Not in a process that was forked from the one that made it."""
        return self._owner == os.getpid()

    def exchange(self, request: bytes, what: bytes = _DONE) -> bytes:
        deadline = time.monotonic() + self._limits.wall_seconds
        try:
            self._send(_HEAD.pack(what, len(request)), deadline)
            self._send(request, deadline)
            kind, size = _HEAD.unpack(self._receive(_HEAD.size, deadline))
        except (BrokenPipeError, EOFError):
            raise self._why() from None
        if kind == _NO_MEMORY:
            raise Ended(f"takes more than {self._limits.memory_mb} MiB to read")
        if kind != _DONE or size > self._limits.reply_bytes:
            raise Ended("breaks what reads it")
        try:
            return self._receive(size, deadline)
        except EOFError:
            raise self._why() from None

    def _send(self, data: bytes, deadline: float) -> None:
        rest = memoryview(data)
        while rest:
            self._wait(self._out, select.POLLOUT, deadline)
            with contextlib.suppress(BlockingIOError):
                rest = rest[os.write(self._out, rest[: 1 << 16]) :]

    def _receive(self, size: int, deadline: float) -> bytes:
        data = bytearray()
        while len(data) < size:
            self._wait(self._in, select.POLLIN, deadline)
            with contextlib.suppress(BlockingIOError):
                piece = os.read(self._in, min(size - len(data), 1 << 20))
                if not piece:
                    raise EOFError
                data += piece
        return bytes(data)

    def _wait(self, descriptor: int, what: int, deadline: float) -> None:
        poll = select.poll()
        poll.register(descriptor, what)
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise Ended(f"takes more than {self._limits.wall_seconds:g} s to read")

    def _why(self) -> Exception:
        """It has closed its pipe. What ended it stands, whatever it is sent now."""
        status = self._killed()
        self._pid = 0
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
            return Ended(f"takes more than {self._limits.cpu_seconds} s to read")
        return _Crash()

    def end(self) -> None:
        os.close(self._out)
        os.close(self._in)
        if self._pid and self.is_ours():
            self._killed()

    def _killed(self) -> int:
        """How it ended, killed if nothing else did it."""
        try:
            os.kill(self._pid, signal.SIGKILL)
            return os.waitpid(self._pid, 0)[1]
        except OSError:
            return 0


def _serve(
    work: Callable[[bytes], bytes], confine: Callable[[], None], limits: Limits, requests: int, replies: int
) -> NoReturn:
    """What the forked process does, until nobody asks any more. It never returns into its parent's code."""
    try:
        gc.freeze()  # what was there before the fork is not looked through again, and so not copied
        requests, replies = _let_go_of_descriptors(requests, replies)
        confine()
        while head := _read(requests, _HEAD.size):
            kind, size = _HEAD.unpack(head)
            request = _read(requests, size)
            _allow(limits.cpu_seconds)
            _answer(bytes if kind == _NOTHING else work, request, replies)
            del request
    finally:
        os._exit(0)


def _answer(work: Callable[[bytes], bytes], request: bytes, replies: int) -> None:
    kind, answer = _FAILED, b""
    try:
        kind, answer = _DONE, work(request)
    except MemoryError:
        kind = _NO_MEMORY
    except Exception:
        pass  # `work` says by itself what is wrong with a submission: this is a fault of ours, and costs one
    _write(replies, _HEAD.pack(kind, len(answer)))
    _write(replies, answer)


def _read(descriptor: int, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        piece = os.read(descriptor, min(size - len(data), 1 << 20))
        if not piece:
            return b""
        data += piece
    return bytes(data)


def _write(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _let_go_of_descriptors(requests: int, replies: int) -> tuple[int, int]:
    """Standard streams lead nowhere, and all else is closed but the two pipes."""
    import fcntl

    kept = [fcntl.fcntl(pipe, fcntl.F_DUPFD, 3) for pipe in (requests, replies)]  # not among the standard streams
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    edges = [2, *sorted(kept), os.sysconf("SC_OPEN_MAX")]
    for below, above in itertools.pairwise(edges):
        os.closerange(below + 1, above)
    return kept[0], kept[1]


def _allow(cpu_seconds: int) -> None:
    """So much more processor time from now on; who exceeds it is killed by the kernel."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(used.ru_utime + used.ru_stime) + cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _confine(limits: Limits, parent: int, program: bytes) -> None:
    """Give up what this system lets one give up. Limits hold wherever there is fork; the rest is Linux."""
    import resource

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told, and ends this process
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    if sys.platform != "linux":
        with contextlib.suppress(OSError, ValueError):  # macOS refuses a bound on address space
            resource.setrlimit(resource.RLIMIT_AS, (limits.memory_mb << 20, limits.memory_mb << 20))
        return
    from autograder.worker import confine

    confine.libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before this took effect
        os._exit(1)
    most = confine.mapped_bytes() + (limits.memory_mb << 20)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    libraries = sorted({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})
    with contextlib.suppress(OSError):  # one that is refused here leaves the others, and the limits
        confine.drop_rights()
    with contextlib.suppress(OSError):
        confine.keep_to_paths(libraries, os.devnull)
    with contextlib.suppress(OSError):
        confine.filter_system_calls(program)
