"""The code of the process for hostile bytes: it confines itself, then answers requests until its parent hangs up.

It gives up its rights, all files but Python's own libraries, system calls, and its parent's descriptors.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import math
import os
import signal
import struct
import sys
import sysconfig
from collections.abc import Callable
from typing import NoReturn

HEAD = struct.Struct("<cQ")
DONE, NO_MEMORY, FAILED, NOTHING = b"d", b"m", b"f", b"n"
_PR_SET_PDEATHSIG = 1


def serve(
    work: Callable[[bytes], bytes], give_up: Callable[[], None], cpu_seconds: int, requests: int, replies: int
) -> NoReturn:
    """Run the forked process until its parent hangs up. It never returns into the parent's code."""
    try:
        gc.freeze()  # the collector skips objects from before the fork, so their pages are not copied
        requests, replies = _let_go_of_descriptors(requests, replies)
        give_up()
        while head := _read(requests, HEAD.size):
            kind, size = HEAD.unpack(head)
            request = _read(requests, size)
            _allow(cpu_seconds)
            _answer(bytes if kind == NOTHING else work, request, replies)
            del request
    finally:
        os._exit(0)


def _answer(work: Callable[[bytes], bytes], request: bytes, replies: int) -> None:
    kind, answer = FAILED, b""
    try:
        kind, answer = DONE, work(request)
    except MemoryError:
        kind = NO_MEMORY
    except Exception:
        pass  # `work` reports faults of a submission itself; this is our own fault, and costs one submission
    _write_all(replies, HEAD.pack(kind, len(answer)))
    _write_all(replies, answer)


def _read(descriptor: int, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        piece = os.read(descriptor, min(size - len(data), 1 << 20))
        if not piece:
            return b""
        data += piece
    return bytes(data)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _let_go_of_descriptors(requests: int, replies: int) -> tuple[int, int]:
    """Point the standard streams at /dev/null and close all other descriptors except the two pipes."""
    import fcntl

    kept = [
        fcntl.fcntl(pipe, fcntl.F_DUPFD, 3) for pipe in (requests, replies)
    ]  # out of the way of the standard streams
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    edges = [2, *sorted(kept), os.sysconf("SC_OPEN_MAX")]
    for below, above in itertools.pairwise(edges):
        os.closerange(below + 1, above)
    return kept[0], kept[1]


def _allow(cpu_seconds: int) -> None:
    """Allow this many more processor seconds from now on; the kernel kills the process if it exceeds them."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(used.ru_utime + used.ru_stime) + cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def confine(memory_mb: int, parent: int, program: bytes) -> None:
    """Give up as much as this system allows. Limits work wherever fork exists; the rest works only on Linux."""
    import resource

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent gets the signal too, and ends this process
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    if sys.platform != "linux":
        with contextlib.suppress(OSError, ValueError):  # macOS does not accept a limit on address space
            resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
        return
    from autograder.worker import confine as worker

    worker.libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # the parent ended before the death signal was set
        os._exit(1)
    most = worker.mapped_bytes() + (memory_mb << 20)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    libraries = sorted({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})
    with contextlib.suppress(OSError):  # each step on its own: if one is refused, the others and the limits still apply
        worker.drop_rights()
    with contextlib.suppress(OSError):
        worker.keep_to_paths(libraries, os.devnull)
    with contextlib.suppress(OSError):
        worker.filter_system_calls(program)
