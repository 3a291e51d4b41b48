"""A running jail: its zygote, and the workers it forks."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import msgspec

from ..errors import SandboxError
from ..worker import confine, messages, zygote
from . import mounts, walls

START_SECONDS = 60.0


@dataclass(frozen=True)
class Ending:
    """How a worker ended: the signal that killed it or its exit code, peak memory in MiB, CPU seconds."""

    signal: int
    exit_code: int
    peak_mib: float
    cpu_seconds: float


class Worker:
    """The grader's end of one confined worker."""

    def __init__(self, sock: socket.socket, status: socket.socket) -> None:
        self._sock = sock
        self._status = status

    def ask(self, request: messages.Request, seconds: float, max_bytes: int) -> messages.Reply:
        """Send a request and read its reply.

        Raises:
            messages.Closed, messages.TooLate, messages.TooLong, msgspec.DecodeError: the worker is of no more use.
        """
        started = time.monotonic()
        messages.send(self._sock, request, seconds)
        reply = messages.receive_reply(self._sock, seconds - (time.monotonic() - started), max_bytes)
        wanted = messages.Loaded if isinstance(request, messages.Load) else messages.Returned
        if not isinstance(reply, (wanted, messages.Raised)):
            raise msgspec.DecodeError("a reply of the wrong kind")
        return reply

    def end(self) -> Ending | None:
        """Kill what is left of the worker and say how it ended; None if even that is unknown."""
        self._sock.close()
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
        """End a worker that may still be running."""
        self._ask_to_kill()
        return self.end()

    def _kill(self) -> bytes:
        self._ask_to_kill()
        self._status.settimeout(5.0)
        return self._receive_status()

    def _ask_to_kill(self) -> None:
        with contextlib.suppress(OSError):  # its guard is gone, and the worker with it
            self._status.send(b"k")

    def _receive_status(self) -> bytes:
        try:
            return self._status.recv(64)
        except OSError:
            return b""


class Jail:
    """A zygote behind a wall, for one environment. Use as a context manager."""

    def __init__(self, wall: walls.Wall, packages: tuple[str, ...], warm: tuple[str, ...]) -> None:
        self._wall = wall
        self._packages = packages
        self._warm = warm
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._owner = os.getpid()

    @property
    def wall(self) -> walls.Wall:
        return self._wall

    @property
    def pid(self) -> int | None:
        """Of the process that holds the wall; None where there is none."""
        return None if self._process is None else self._process.pid

    def __enter__(self) -> Jail:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start the zygote and wait until it is warm. Raises SandboxError."""
        self._owner = os.getpid()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            arguments = walls.command(self._wall, self._packages, theirs.fileno())
            self._process = subprocess.Popen(
                arguments,
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=walls.environment(inside=False),
                cwd="/",
            )
        except OSError as error:
            raise SandboxError(f"the jail cannot be started: {error}") from None
        finally:
            theirs.close()
        self._control = ours
        ours.settimeout(START_SECONDS)
        try:
            ours.send(msgspec.msgpack.encode(self._start_message()))
            ready = ours.recv(16)
        except OSError:
            ready = b""
        if ready != b"ready":
            raise SandboxError(f"the {self._wall.name} jail does not start: {self._last_words()}")

    def _start_message(self) -> zygote.Start:
        readable = [] if self._wall.bubblewrap else mounts.readable(self._packages)
        confinement = confine.Confinement(
            self._wall.nested, walls.worker_uid(self._wall), walls.filter_program(), readable
        )
        become = walls.NOBODY if self._wall.bubblewrap and os.geteuid() == 0 else None
        return zygote.Start(confinement, list(self._warm), become)

    def _last_words(self) -> str:
        assert self._process is not None
        self._process.kill()
        try:
            _, errors = self._process.communicate(timeout=5.0)
        except subprocess.TimeoutExpired:  # what it had started has its stderr still
            return "no reason given"
        lines = errors.decode(errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else "no reason given"

    def spawn(self, limits: confine.Limits) -> Worker:
        """Fork a confined worker; starts the zygote if there is none, and once more if it dies. Raises SandboxError."""
        if self._owner != os.getpid() or self._wall.once or (self._process and self._process.poll() is not None):
            self.close()
        try:
            return self._started_and_spawned(limits)
        except (OSError, SandboxError):  # somebody may have killed it, even while it was starting
            self.close()
        try:
            return self._started_and_spawned(limits)
        except OSError as error:
            raise SandboxError(f"the jail forks no more workers: {error}") from None

    def _started_and_spawned(self, limits: confine.Limits) -> Worker:
        if self._control is None:
            self.start()
        return self._spawn(limits)

    def _spawn(self, limits: confine.Limits) -> Worker:
        assert self._control is not None
        sock, inner_sock = socket.socketpair()
        status, inner_status = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            message = msgspec.msgpack.encode(zygote.Spawn(limits))
            socket.send_fds(self._control, [message], [inner_sock.fileno(), inner_status.fileno()])
        except OSError:
            sock.close()
            status.close()
            raise
        finally:
            inner_sock.close()
            inner_status.close()
        return Worker(sock, status)

    def close(self) -> None:
        """End the zygote and with it all its workers; in a process that was forked, only let go of its parent's."""
        if self._control is not None:
            self._control.close()
            self._control = None
        process, self._process = self._process, None
        if process is None:
            return
        if process.stderr is not None:
            process.stderr.close()
        if self._owner == os.getpid():
            process.kill()
            process.wait()
        else:
            process.returncode = 0  # it is not ours to wait for


def first_that_works(packages: tuple[str, ...] = ("numpy", "msgspec")) -> walls.Wall:
    """The strongest wall that holds a trial worker on this machine. Raises SandboxError if none does."""
    reasons: list[str] = []
    for wall in walls.WALLS:
        if not wall.automatic:
            continue
        reason = why_not(wall, packages)
        if reason is None:
            return wall
        reasons.append(f"{wall.name}: {reason}")
    raise SandboxError(
        f"no wall can be had between grader and submissions ({'; '.join(reasons)}); {walls.INSTALL_HINT}, "
        "or ask for limits alone with `--sandbox process`"
    )


def why_not(wall: walls.Wall, packages: tuple[str, ...] = ("numpy", "msgspec")) -> str | None:
    """None if a trial worker answers behind this wall; else the reason."""
    if wall.own_user and os.geteuid() != 0:
        return "needs root"
    if wall.name != "process" and not walls.filter_program():
        return "libseccomp is missing (Debian: libseccomp2)"
    limits = confine.Limits(cpu_seconds=10, memory_mb=256, scratch_mb=4, processes=16, statement_seconds=2.0)
    try:
        with Jail(wall, packages, ()) as jail:
            worker = jail.spawn(limits)
            try:
                reply: Any = worker.ask(messages.Load(1, "trial.py", "def answer(): return 42"), 10.0, 1 << 16)
                works = isinstance(reply, messages.Loaded) and reply.functions == ["answer"]
            except (messages.Closed, messages.TooLate, messages.TooLong, msgspec.DecodeError):
                works = False
            ending = worker.kill()
    except SandboxError as error:
        return str(error)
    return None if works else f"a trial worker did not answer ({ending})"
