"""The worker of one submission: started when it is first needed, replaced after it died, held to its time."""

from __future__ import annotations

import random
import signal
import time
from dataclasses import dataclass, field

from autograder.base.stopwatch import watch
from autograder.course import Limits
from autograder.grading import failures
from autograder.grading.failures import CallFailed
from autograder.grading.tensors import tensors
from autograder.intake.submission import Submission
from autograder.jail.jail import Jail
from autograder.jail.worker import Ending, Worker
from autograder.worker import confine, messages
from autograder.worker.values import Note

_LOADING = "loading the file"
# Of the start of a worker after the first one, as much counts as a submission's own time; the rest is the machine's.
_RESTART_SECONDS = 0.1
# A part gets this share of a submission's time, so that a part which computes without end leaves time to the others.
_OF_A_PART = 1 / 3
# So many restarts, and so many deaths by somebody outside, are forgiven; what dies more often does so by itself.
_MAX_RESTARTS, _MAX_KILLS = 5, 3


@dataclass
class Load:
    """What loading the submission gave."""

    functions: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


class SubmissionProcess:
    """The loaded worker, if there is one now, and what the submission has used up.

    `spent` are the seconds of its time that are gone; `part` is the one whose checks run now, with a share of that time.
    `patient` is set where a failure is final even though the machine may be the cause; `starved` says that the machine,
    not the submission, has cost it something.
    """

    def __init__(
        self, jail: Jail, submission: Submission, module: str, limits: Limits, released: dict[str, bytes]
    ) -> None:
        self._jail = jail
        self._submission = submission
        self._module = module
        self._limits = limits
        self._released = released
        self.worker: Worker | None = None
        self.load = Load()
        self.spent = 0.0
        self.part = ""
        self._spent_on: dict[str, float] = {}
        self.patient = self.starved = False
        self._load_failure: CallFailed | None = None
        self._restarts = self._kills = 0
        self._cpu_seconds = int(limits.submission_seconds + limits.load_seconds) + 1
        self._nonces = random.SystemRandom()

    def close(self) -> None:
        """End the worker, if there is one."""
        if self.worker is not None:
            self._end(self.worker)
            self.worker = None

    def nonce(self) -> int:
        """The number that a reply must repeat."""
        return self._nonces.getrandbits(62)

    def ready(self, function: str) -> None:
        """Have a loaded worker that has the function, if one is named. Raises CallFailed, MissingFunction."""
        if self._left() < 0:
            raise self._used_up()
        if self._load_failure is not None:
            raise self._load_failure
        if self.worker is None:
            self._start()
        if function and function not in self.load.functions:
            raise failures.missing(function, self.load.functions)

    def start_the_clock(self, spent: float) -> None:
        """From here on, all parts have their whole time again, less what is told of the whole."""
        self.spent = spent
        self._spent_on.clear()

    def _left(self) -> float:
        """Return the seconds that are left to the part whose checks run."""
        whole = self._limits.submission_seconds
        of_part = whole * _OF_A_PART - self._spent_on.get(self.part, 0.0) if self.part else whole
        return min(whole - self.spent, of_part)

    def _spend(self, seconds: float) -> None:
        self.spent += seconds
        self._spent_on[self.part] = self._spent_on.get(self.part, 0.0) + seconds

    def _used_up(self) -> CallFailed:
        whole = self._limits.submission_seconds
        if self.spent <= whole:
            return CallFailed("timeout", f"stopped: this part used up its {whole * _OF_A_PART:g} s")
        return CallFailed("timeout", f"stopped: the submission used up its {whole:g} s")

    def _start(self) -> None:
        started = time.monotonic()
        with watch("spawn"):
            self.worker = self._jail.spawn(self._allowed())
        if self.load.functions:  # the first worker is the machine's doing, every further one the submission's
            took = time.monotonic() - started
            self._restarts += 1
            self._spend(min(took, _RESTART_SECONDS) if self._restarts <= _MAX_RESTARTS else took)
        try:
            self._load_file()
        except CallFailed as failure:
            if self.patient or not failure.again:
                self._load_failure = failure
            raise

    def _allowed(self) -> confine.Limits:
        limits = self._limits
        return confine.Limits(
            cpu_seconds=self._cpu_seconds,
            memory_mb=limits.memory_mb,
            scratch_mb=limits.scratch_mb,
            processes=limits.processes,
            statement_seconds=min(limits.call_seconds, limits.load_seconds),
        )

    def _load_file(self) -> None:
        """Have the worker load the submission. Raises CallFailed."""
        files = {**self._released, **self._submission.files}
        request = messages.Load(self.nonce(), f"{self._module}.py", self._submission.source, files)
        with watch("load"):
            reply = self.ask(request, self._limits.load_seconds, _LOADING)
        if isinstance(reply, messages.Raised):
            said = " ".join(reply.message.split())
            raise CallFailed("error", f"the file does not load: {reply.classes[0]}: {said}")
        assert isinstance(reply, messages.Loaded)
        self.load = Load(reply.functions, reply.notes)

    def ask(self, request: messages.Request, seconds: float, what: str) -> messages.Reply:
        """Send a request to the worker, which has been made ready, and take its reply. Raises CallFailed."""
        worker = self.worker
        assert worker is not None
        before = worker.spent
        left = max(0.1, self._left())
        try:
            return worker.ask(request, min(seconds, left), int(self._limits.reply_mb * (1 << 20)), tensors)
        except messages.Failures as error:
            failure = self._died(error, seconds, what)
            raise self._used_up() if left < seconds and failure.status == "timeout" else failure from None
        finally:
            self._spend(worker.spent - before)

    def _end(self, worker: Worker) -> Ending | None:
        """End a worker. Where its guard is gone, nobody else can end it, and the jail is closed with it."""
        ending = worker.kill()
        if ending is None:
            self._jail.close()
        return ending

    def _died(self, error: Exception, seconds: float, what: str) -> CallFailed:
        """End the worker, and put into words how it failed; the next call gets a new one."""
        worker, self.worker = self.worker, None
        assert worker is not None
        if isinstance(error, messages.TooLate):
            self._end(worker)
            self.starved |= error.starved and self.patient
            return CallFailed("timeout", f"`{what}` took longer than {seconds:g} s", error.starved)
        if isinstance(error, messages.TooLong):
            self._end(worker)
            return CallFailed("memory", f"`{what}` returned more than {self._limits.reply_mb:g} MiB")
        ending = worker.end() if isinstance(error, messages.Closed) else self._end(worker)
        if isinstance(error, messages.Closed):
            # Nothing inside can send itself SIGKILL: somebody outside did, or it ran into its limit of processor time.
            killed = ending is None or (ending.signal == signal.SIGKILL and ending.cpu_seconds < self._cpu_seconds - 1)
            if killed:  # perhaps the whole jail was, and what is about to die with it would still take orders
                self._jail.close()
                self._kills += 1
            return failures.ended(what, ending, again=killed and self._kills <= _MAX_KILLS)
        return CallFailed("crash", f"what `{what}` sent back could not be read")
