"""Measure from outside how much time a worker has used itself.

Computing and sleeping count. Waiting for a busy processor, being stopped by somebody else and being throttled do not: a
right answer must not lose points because the machine was busy.
"""

from __future__ import annotations

import os
import random
import time


class WorkerClock:
    """The clock of one process, given by a pidfd that this object owns."""

    def __init__(self, pidfd: int | None) -> None:
        self._pidfd = pidfd
        self._pid = None if pidfd is None else _pid_of(pidfd)
        # The number of a process's CPU clock is computed from its pid: clock_getcpuclockid(3), which Python offers only
        # for threads.
        self._clock = None if self._pid is None else (~self._pid << 3) | 2
        self._last = 0.0
        self._waited: dict[str, float] = {}  # by thread

    def processor(self) -> float:
        """Return processor seconds of all its threads so far; once the process has ended, the last known value."""
        if self._clock is not None:
            try:
                self._last = max(self._last, time.clock_gettime(self._clock))
            except OSError:
                self._clock = None
        return self._last

    def is_known(self) -> bool:
        """Return whether there is a clock to read; without one, all time counts as the worker's own."""
        return self._clock is not None

    def newly_waited(self) -> float:
        """Return for how many seconds a thread was ready to run but waited for a processor, since the last call.

        Of several threads that waited, the longest wait counts, since they wait at the same time. Adding the waits up
        would let a worker that sleeps wake many threads now and then, and be excused for more time than it sleeps.
        """
        before, self._waited = self._waited, {task: _waited(f"{task}/schedstat") for task in self._threads()}
        return max((now - before.get(task, 0.0) for task, now in self._waited.items()), default=0.0)

    def is_held_up(self) -> bool:
        """Return whether a thread is ready to run, or was stopped from outside: a worker cannot stop itself."""
        return any(_state(f"{task}/stat") in (b"R", b"T", b"t") for task in self._threads())

    def _threads(self) -> list[str]:
        """List all threads: the first one may have ended or be waiting while others go on."""
        folder = f"/proc/{self._pid}/task"
        try:
            return [f"{folder}/{name}" for name in os.listdir(folder)]
        except OSError:
            return []

    def close(self) -> None:
        """Close the pidfd."""
        if self._pidfd is not None:
            os.close(self._pidfd)
            self._pidfd = self._clock = None


def _waited(path: str) -> float:
    """Return the waiting time in a schedstat, in seconds; 0 if the kernel does not count it."""
    try:
        with open(path, "rb") as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


def _state(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read().rpartition(b")")[2].split()[0]
    except (OSError, IndexError):
        return b"?"


def _pid_of(pidfd: int) -> int | None:
    """Return the pid in this process's namespace; None if the process has ended."""
    try:
        with open(f"/proc/self/fdinfo/{pidfd}", encoding="ascii") as file:
            numbers = [int(line.split()[1]) for line in file if line.startswith("Pid:")]
    except (OSError, ValueError, IndexError):
        return None
    return numbers[0] if numbers and numbers[0] > 0 else None


class Deadline:
    """The time limit of one request: how long the worker has taken, and whether that is too long.

    `seconds` limits the worker's own time. As a safety net, `far` seconds limit wall time much more generously.
    """

    SLICE, FAR, FAR_MORE = 0.05, 20.0, 10.0
    _SELDOM = 0.02

    def __init__(self, clock: WorkerClock, seconds: float, far: float | None = None) -> None:
        self._clock = clock
        self._seconds = seconds
        self._far = self.FAR * seconds + self.FAR_MORE if far is None else far
        self._began = self._seen = time.monotonic()
        self._processor = self._processor_seen = clock.processor()
        self._slept = 0.0
        self._grader_waited: float | None = None

    def own(self) -> float:
        """Return the worker's own seconds since this deadline began."""
        if not self._clock.is_known():
            return time.monotonic() - self._began
        return self._clock.processor() - self._processor + self._slept

    def look(self, something_came: bool = False) -> None:
        """Account for the time since the last look, unless that was only a moment ago."""
        now = time.monotonic()
        if now - self._seen < self._SELDOM or not self._clock.is_known():
            return
        processor, excused = self._clock.processor(), self._clock.newly_waited()
        if something_came:  # it may have arrived earlier, while this process itself waited for a processor
            excused += self._own_wait(now)
        idle = now - self._seen - (processor - self._processor_seen) - excused
        if idle > 0 and not self._clock.is_held_up():
            self._slept += idle
        self._seen, self._processor_seen = now, processor

    def _own_wait(self, now: float) -> float:
        before, self._grader_waited = self._grader_waited, _waited("/proc/thread-self/schedstat")
        return now if before is None else self._grader_waited - before

    def is_over(self) -> bool:
        return self.own() >= self._seconds or self.is_far_over()

    def is_far_over(self) -> bool:
        """Return whether wall time ran out although the worker used little time itself: the machine is to blame."""
        waited = time.monotonic() - self._began
        return waited >= self._far and self.own() < self._seconds

    def slice(self) -> float:
        """Return how long to wait before the next look; random, so that a worker cannot work between the looks."""
        left = max(0.001, self._seconds - self.own())
        return min(self.SLICE, left) * random.uniform(0.5, 1.5)
