"""A running jail: its zygote, and the workers it forks."""

from __future__ import annotations

import os
import socket
import subprocess
from types import TracebackType
from typing import Any

import msgspec

from autograder.base.errors import SandboxError
from autograder.jail import mounts, walls
from autograder.jail.clock import WorkerClock
from autograder.jail.worker import Worker
from autograder.worker import confine, messages, zygote

START_SECONDS = 60.0


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
        """The pid of the process that holds the wall; None if there is none."""
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
        readable = mounts.readable(self._packages, mounted=self._wall.bubblewrap)
        filters = walls.filters()
        confinement = confine.Confinement(
            self._wall.nested,
            walls.worker_uid(self._wall),
            filters.worker,
            readable,
            filters.zygote,
            filters.guard,
        )
        become = walls.NOBODY if self._wall.bubblewrap and os.geteuid() == 0 else None
        return zygote.Start(confinement, list(self._warm), become)

    def _last_words(self) -> str:
        assert self._process is not None
        self._process.kill()
        try:
            _, errors = self._process.communicate(timeout=5.0)
        except subprocess.TimeoutExpired:  # a child that it started still holds its stderr
            return "no reason given"
        lines = errors.decode(errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else "no reason given"

    def spawn(self, limits: confine.Limits) -> Worker:
        """Fork a confined worker. Starts the zygote if there is none, and once more if it dies. Raises SandboxError."""
        if self._owner != os.getpid() or self._wall.once or (self._process and self._process.poll() is not None):
            self.close()
        try:
            return self._started_and_spawned(limits)
        except (OSError, SandboxError):  # somebody may have killed the zygote, even while it was starting
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
        inner_requests, requests = os.pipe()
        replies, inner_replies = os.pipe()
        status, inner_status = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            try:
                inner = [inner_requests, inner_replies, inner_status.fileno()]
                socket.send_fds(self._control, [msgspec.msgpack.encode(zygote.Spawn(limits))], inner)
            finally:
                os.close(inner_requests)
                os.close(inner_replies)
                inner_status.close()
            return Worker(requests, replies, status, _clock(status))
        except OSError:
            os.close(requests)
            os.close(replies)
            status.close()
            raise

    def close(self) -> None:
        """End the zygote and all its workers. A forked process only closes its copies: the zygote is its parent's."""
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
            process.returncode = 0  # it is our parent's child: we cannot wait for it


def _clock(status: socket.socket) -> WorkerClock:
    """Receive the guard's first message, which carries a pidfd of the worker. Raises OSError if the guard has ended."""
    status.settimeout(START_SECONDS)
    word, descriptors, _, _ = socket.recv_fds(status, 16, 1)
    if not word:
        raise ConnectionError("the guard has ended")
    return WorkerClock(descriptors[0] if descriptors else None)


def first_that_works(packages: tuple[str, ...] = ("numpy", "msgspec")) -> walls.Wall:
    """Return the strongest wall behind which a trial worker runs on this machine. Raises SandboxError if none does."""
    reasons: list[str] = []
    for wall in walls.WALLS:
        if not wall.automatic:
            continue
        reason = why_not(wall, packages)
        if reason is None:
            return wall
        reasons.append(f"{wall.name}: {reason}")
    raise SandboxError(
        f"no wall works between grader and submissions ({'; '.join(reasons)}); {walls.INSTALL_HINT}, "
        "or ask for limits alone with `--sandbox process`"
    )


def why_not(wall: walls.Wall, packages: tuple[str, ...] = ("numpy", "msgspec")) -> str | None:
    """Return None if a trial worker answers behind this wall, else the reason why not."""
    if wall.own_user and os.geteuid() != 0:
        return "needs root"
    if wall.name != "process" and not walls.filters().worker:
        return "libseccomp is missing (Debian: libseccomp2)"
    limits = confine.Limits(cpu_seconds=10, memory_mb=256, scratch_mb=4, processes=16, statement_seconds=2.0)
    try:
        with Jail(wall, packages, ()) as jail:
            worker = jail.spawn(limits)
            try:
                reply: Any = worker.ask(messages.Load(1, "trial.py", "def answer(): return 42"), 10.0, 1 << 16)
                works = isinstance(reply, messages.Loaded) and reply.functions == ["answer"]
            except messages.Failures:
                works = False
            ending = worker.kill()
    except SandboxError as error:
        return str(error)
    return None if works else f"a trial worker did not answer ({ending})"
