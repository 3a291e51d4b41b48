"""The zygote: a process that imports what submissions need once, then forks a confined worker for each of them.

It starts inside the jail as `python -I -S zygote.py CONTROL_FD`. The control socket brings one Start (what to
import, how to confine), then a Spawn for each submission with three descriptors: the pipe of requests to the
worker, the pipe of its replies, and a status socket, which the worker does not keep. The zygote never sees a
submission: its text goes directly to the worker.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import io
import itertools
import os
import select
import signal
import socket
import struct
import sys
import tempfile
from typing import Any

import msgspec

from . import confine, serve, standin

_STATUS = struct.Struct("!iqd")
_SECONDS_TO_HANG_UP = 5.0
_MANY = 8  # from this many submissions on, cheap forks are worth their price
_HUGE_PAGE, _MADV_COLLAPSE = 2 << 20, 25


class Start(msgspec.Struct, frozen=True):
    """The first message: how to confine workers, and what to import before the first fork."""

    confinement: confine.Confinement
    warm: list[str]
    become: int | None = None


class Spawn(msgspec.Struct, frozen=True):
    """The message to fork a worker; its three descriptors travel with it."""

    limits: confine.Limits


def pack_status(wait_status: int, peak_kib: int, cpu_seconds: float) -> bytes:
    return _STATUS.pack(wait_status, peak_kib, cpu_seconds)


def unpack_status(data: bytes) -> tuple[int, int, float] | None:
    """Return wait status, peak memory in KiB and CPU seconds of a worker; None if the record is not whole."""
    return _STATUS.unpack(data) if len(data) == _STATUS.size else None


def main(control_fd: int) -> None:
    """Warm up, report readiness, and fork until the grader hangs up."""
    control = socket.socket(fileno=control_fd)
    os.set_inheritable(control_fd, False)
    start = msgspec.msgpack.decode(control.recv(1 << 18), type=Start)
    if start.become is not None:
        confine.become(start.become)
    _warm(start.warm)
    # Nobody with the same user id may trace this process, or read or write its memory through /proc.
    confine.set_dumpable(False)
    if start.confinement.zygote_filter:
        confine.gain_nothing()
        confine.filter_system_calls(start.confinement.zygote_filter)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    control.send(b"ready")
    for number in itertools.count():
        if number == _MANY:
            with contextlib.suppress(OSError):  # no /proc to read; then forks stay slow
                _collapse()
        message, descriptors, _, _ = socket.recv_fds(control, 1 << 12, 3)
        if not message or len(descriptors) != 3:
            return
        spawn = msgspec.msgpack.decode(message, type=Spawn)
        if os.fork() == 0:
            control.close()
            requests, replies, status = descriptors
            _guard(requests, replies, socket.socket(fileno=status), start, spawn)
        for descriptor in descriptors:
            os.close(descriptor)


def _collapse() -> None:
    """Move what is imported into huge pages: with torch, a fork then copies 1,000 page entries, not 60,000.

    With torch it takes half a second. On kernels before Linux 6.1, nothing changes.
    """
    with open("/proc/self/maps", encoding="ascii") as file:
        regions = [line.split() for line in file]
    for region in regions:
        anonymous = len(region) == 5 or region[5] == "[heap]"
        if region[1] != "rw-p" or not anonymous:
            continue
        start, end = (int(number, 16) for number in region[0].split("-"))
        for page in range(-(-start // _HUGE_PAGE) * _HUGE_PAGE, end - _HUGE_PAGE + 1, _HUGE_PAGE):
            confine.libc.madvise(ctypes.c_void_p(page), ctypes.c_size_t(_HUGE_PAGE), _MADV_COLLAPSE)


def _warm(names: list[str]) -> None:
    """Import, before the first fork, what each worker would otherwise import itself."""
    standin.install()
    for name in names:
        importlib.import_module(name)
    if "torch" in names:
        torch = sys.modules["torch"]
        torch.set_num_threads(1)
        # Building the first optimiser imports about a second's worth of modules; no backward pass is run,
        # because autograd's threads would not survive the fork.
        torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))])
        importlib.import_module(f"{__package__}.kit")
    if "matplotlib.pyplot" in names:
        # The first picture makes matplotlib find and load its fonts.
        pyplot = sys.modules["matplotlib.pyplot"]
        figure, axes = pyplot.subplots()
        axes.plot([1, 2], label="a")
        axes.legend()
        figure.savefig(io.BytesIO(), format="png")
        pyplot.close(figure)


def _guard(requests: int, replies: int, status: socket.socket, start: Start, spawn: Spawn) -> None:
    """Fork the worker itself, end it when the grader asks or is gone, and report how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    exit_code = 0
    try:
        mapped = confine.mapped_bytes()
        folder = _scratch_folder(start.confinement)
        if start.confinement.namespaces:
            confine.set_dumpable(True)  # the kernel requires this to write uid maps
            confine.enter_namespaces()
            confine.set_dumpable(False)
        worker = os.fork()
        if worker == 0:
            status.close()
            _become_worker(requests, replies, start.confinement, spawn.limits, mapped, folder)
        os.close(requests)
        os.close(replies)
        ended: Any = os.pidfd_open(worker)
        socket.send_fds(status, [b"worker"], [ended])  # through which the grader reads the worker's clock
        if start.confinement.guard_filter:
            confine.gain_nothing()
            confine.filter_system_calls(start.confinement.guard_filter)
        readable, _, _ = select.select([ended, status], [], [])
        if ended not in readable:
            os.kill(worker, signal.SIGKILL)
        _, wait_status, usage = os.wait4(worker, 0)
        status.send(pack_status(wait_status, usage.ru_maxrss, usage.ru_utime + usage.ru_stime))
        if folder:
            _remove(folder)
        # Closing with unread data would reset the connection, and the status that was sent would be lost.
        status.settimeout(_SECONDS_TO_HANG_UP)
        while status.recv(16):
            pass
    except OSError:
        exit_code = 1
    finally:
        os._exit(exit_code)


def _remove(folder: str) -> None:
    """Remove a folder of any depth: contents of inner folders are moved up until none are left."""
    names = itertools.count()
    while entries := list(os.scandir(folder)):
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.path)
                continue
            os.chmod(entry.path, 0o700)
            for inner in list(os.scandir(entry.path)):
                os.rename(inner.path, f"{folder}/moved-up-{next(names)}-{os.getpid()}")
            os.rmdir(entry.path)
    os.rmdir(folder)


def _scratch_folder(confinement: confine.Confinement) -> str:
    """Create the worker's own folder, which the guard also removes; return "" if the worker has a tmpfs instead."""
    if confinement.namespaces:
        return ""
    folder = tempfile.mkdtemp(prefix="submission-", dir="/tmp")
    if confinement.uid is not None:
        os.chown(folder, confinement.uid, confinement.uid)
    return folder


def _become_worker(
    requests: int, replies: int, confinement: confine.Confinement, limits: confine.Limits, mapped: int, folder: str
) -> None:
    """Confine this process, then serve the submission. Does not return."""
    try:
        os.setsid()
        _null_standard_streams()
        os.umask(0o077)
        if confinement.namespaces:
            confine.own_scratch(limits)
        if confinement.uid is not None:
            confine.become(confinement.uid)
        folder = folder or tempfile.mkdtemp(prefix="submission-", dir="/tmp")
        confine.set_limits(limits, mapped)
        confine.drop_rights()
        if confinement.readable:
            confine.keep_to_paths(confinement.readable, folder)
        if confinement.seccomp:
            confine.filter_system_calls(confinement.seccomp)
        gc.enable()
        serve.Server(requests, replies, folder, limits.statement_seconds).run()
        os._exit(0)
    except BaseException:
        os._exit(70)


def _null_standard_streams() -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)


if __name__ == "__main__":
    main(int(sys.argv[1]))
