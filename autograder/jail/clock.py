"""How much time a worker has taken by its own doing, as the grader sees it from outside.

What it computes counts, and what it sleeps. What it waits for a busy processor, is stopped by somebody else or is
throttled does not: a right answer costs no points because the machine was busy.
"""

from __future__ import annotations

import os
import random
import time


class WorkerClock:
    """Looks at one process, named by a pidfd, which this object owns."""

    def __init__(self, pidfd: int | None) -> None:
        self._pidfd = pidfd
        self._pid = None if pidfd is None else _pid_of(pidfd)
        # A process's own clock has its number made of the pid: clock_getcpuclockid(3), which Python has for threads only.
        self._clock = None if self._pid is None else (~self._pid << 3) | 2
        self._last = 0.0
        self._waited: dict[str, float] = {}  # by thread

    def processor(self) -> float:
        """Seconds of processor time of all its threads so far; of a process that has ended, as last seen."""
        if self._clock is not None:
            try:
                self._last = max(self._last, time.clock_gettime(self._clock))
            except OSError:
                self._clock = None
        return self._last

    def is_known(self) -> bool:
        """Whether there is a clock to look at; without one, all time counts as the worker's own."""
        return self._clock is not None

    def newly_waited(self) -> float:
        """Seconds that a thread of it has been ready to run, and waited for a processor, since this was last asked.

        Of several that waited, the longest: what they wait side by side passes once. A worker that sleeps could else wake
        all that it may have at once now and then, and be excused for more than it sleeps.
        """
        before, self._waited = self._waited, {task: _waited(f"{task}/schedstat") for task in self._threads()}
        return max((now - before.get(task, 0.0) for task, now in self._waited.items()), default=0.0)

    def is_held_up(self) -> bool:
        """Whether a thread is ready to run just now, or was stopped: nothing inside can stop itself."""
        return any(_state(f"{task}/stat") in (b"R", b"T", b"t") for task in self._threads())

    def _threads(self) -> list[str]:
        """All of them: the first one may have ended, or wait for another, while others go on."""
        folder = f"/proc/{self._pid}/task"
        try:
            return [f"{folder}/{name}" for name in os.listdir(folder)]
        except OSError:
            return []

    def close(self) -> None:
        """Let go of the process."""
        if self._pidfd is not None:
            os.close(self._pidfd)
            self._pidfd = self._clock = None


def _waited(path: str) -> float:
    """The second number of a schedstat, in seconds; 0 where the kernel does not count."""
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
    """The number of the process here, whatever it is in its own namespace; None of one that has ended."""
    try:
        with open(f"/proc/self/fdinfo/{pidfd}", encoding="ascii") as file:
            numbers = [int(line.split()[1]) for line in file if line.startswith("Pid:")]
    except (OSError, ValueError, IndexError):
        return None
    return numbers[0] if numbers and numbers[0] > 0 else None


class Deadline:
    """Watches over one question: how long the worker has taken, and whether that is too long.

    `seconds` bound the worker's own time. Wall time is bounded far beyond that, for what nobody foresaw: by `far` seconds.
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
        """Seconds that the worker has taken by its own doing."""
        if not self._clock.is_known():
            return time.monotonic() - self._began
        return self._clock.processor() - self._processor + self._slept

    def look(self, something_came: bool = False) -> None:
        """Note how the time since the last look was spent, unless that is a moment ago."""
        now = time.monotonic()
        if now - self._seen < self._SELDOM or not self._clock.is_known():
            return
        processor, excused = self._clock.processor(), self._clock.newly_waited()
        if something_came:  # it may have come long ago, while this process waited for a processor
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
        """The worker hardly got the processor: that is the machine's doing."""
        waited = time.monotonic() - self._began
        return waited >= self._far and self.own() < self._seconds

    def slice(self) -> float:
        """How long to wait for the worker before the next look; never quite the same, so that nobody is busy just then."""
        left = max(0.001, self._seconds - self.own())
        return min(self.SLICE, left) * random.uniform(0.5, 1.5)
