"""`student`: the submission as hidden checks see it. Each call goes to the worker and comes back as plain values."""

from __future__ import annotations

import builtins
import difflib
import functools
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from autograder.base.stopwatch import watch
from autograder.course import Assignment, Limits
from autograder.grading.trace import Recorded
from autograder.intake.submission import Submission
from autograder.jail.jail import Jail
from autograder.jail.worker import Ending, Worker
from autograder.worker import confine, messages, wire
from autograder.worker.values import Note

_SIGKILL, _SIGXCPU = 9, 24
_LOADING = "loading the file"
# Of the start of a worker after the first one, as much counts as a submission's own time; the rest is the machine's.
_RESTART_SECONDS = 0.1
# So many restarts, and so many deaths by somebody outside, are forgiven; what dies more often does so by itself.
_MAX_RESTARTS, _MAX_KILLS = 5, 3
# What is kept of a submission's replies for the naming of mistakes, in bytes of replies.
_MAX_KEPT = 32 << 20


class StudentRaised(Exception):
    """Mixed into what a call raises when the student's code did; the other base is the builtin of the same name."""

    type_name: str = "Exception"
    line: int = 0


class CallFailed(Exception):
    """The call did not end in a value or an exception; `status` is timeout, memory, crash or error.

    `again` where the machine, not the submission, may be the cause: the check deserves another try.
    """

    def __init__(self, status: str, message: str, again: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.again = again


class MissingFunction(Exception):
    """The submission does not define what a check calls."""

    def __init__(self, function: str, message: str) -> None:
        super().__init__(message)
        self.function = function


class NotStarted(Exception):
    """The stub still stands where a function should be."""

    def __init__(self, function: str) -> None:
        super().__init__(f"`{function}` is not written yet")
        self.function = function


@dataclass(frozen=True)
class Observation:
    """A call with all that it did: value, arguments afterwards, warnings, what it printed.

    `gradients` are those of the tensors among the arguments that ask for one, where the call was differentiated.
    """

    value: Any
    arguments: list[Any]
    warnings: list[str]
    printed: str
    gradients: list[Any] = field(default_factory=list)


class Remote:
    """A torch module that stays in the worker; calling it calls the module there."""

    def __init__(self, student: Student, handle: wire.Handle, worker: Worker) -> None:
        self._student = student
        self.handle = handle
        self.worker = worker

    def __repr__(self) -> str:
        return f"a {self.handle.type_name}"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.observe(*args, **kwargs).value

    def observe(self, *args: Any, **kwargs: Any) -> Observation:
        return self._student.observe("kit.call", self, *args, **kwargs)

    def differentiate(self, *args: Any, **kwargs: Any) -> Observation:
        """Call, then backward; the gradients of parameters are had from `gradients`."""
        return self._student.differentiate("kit.call", self, *args, **kwargs)

    def method(self, name: str, *args: Any, **kwargs: Any) -> Any:
        return self._student.call("kit.method", self, name, *args, **kwargs)

    def attribute(self, name: str) -> Any:
        return self._student.call("kit.attribute", self, name)

    def to(self, dtype: str) -> Any:
        return self._student.call("kit.to_dtype", self, dtype)

    def parameters(self) -> dict[str, Any]:
        return self._dict("kit.parameters")

    def buffers(self) -> dict[str, Any]:
        return self._dict("kit.buffers")

    def gradients(self) -> dict[str, Any]:
        """The gradient of each parameter, or None."""
        return self._dict("kit.gradients")

    def state(self) -> dict[str, Any]:
        """A copy of state_dict()."""
        return self._dict("kit.method", "state_dict")

    def _dict(self, function: str, *args: Any) -> dict[str, Any]:
        value = self._student.call(function, self, *args)
        if not isinstance(value, dict):
            raise CallFailed("crash", f"`{self.handle.type_name}` gave back what is no answer")
        return value


@dataclass
class Load:
    """What loading the submission gave."""

    functions: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


class Student:
    """Proxy of one submission; functions are attributes. Use as a context manager.

    Raises, at a call: the builtin of what the student's code raised (mixed with StudentRaised), CallFailed,
    MissingFunction or NotStarted.
    """

    def __init__(
        self,
        jail: Jail,
        submission: Submission,
        assignment: Assignment,
        limits: Limits,
        released: dict[str, bytes] | None = None,
        pictures: bool = True,
    ) -> None:
        self._jail = jail
        self._released = released or {}
        self._submission = submission
        self._assignment = assignment
        self._limits = limits
        self._worker: Worker | None = None
        self._load = Load()
        self._load_failure: CallFailed | None = None
        self._spent = 0.0
        self._kept_bytes = 0
        self._restarts = self._kills = 0
        self.starved = False  # the machine, not the submission, has cost it something
        self._cpu_seconds = int(limits.submission_seconds + limits.load_seconds) + 1
        self._nonces = random.SystemRandom()
        self.recorded: list[Recorded] = []
        self.named: set[str] = set()
        self.measures: dict[str, float] = {}
        self.patient = False
        self._pictures = pictures
        self._pictured: set[str] = set()  # functions of which there is a picture; one is enough

    def __enter__(self) -> Student:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._worker is not None:
            self._end(self._worker)
            self._worker = None

    def start_the_clock(self, spent: float = 0.0) -> None:
        """From here on, the submission has its whole time again, less what is told."""
        self._spent = spent

    @property
    def spent(self) -> float:
        """Seconds of its time that are gone."""
        return self._spent

    @property
    def notes(self) -> list[Note]:
        """Top-level statements of the submission that failed."""
        return self._load.notes

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *args, **kwargs: self.observe(name, *args, **kwargs).value

    def observe(self, function: str, /, *args: Any, **kwargs: Any) -> Observation:
        """Call a function of the submission and tell everything about the call."""
        return self._observe(function, args, kwargs, backward=False)

    def differentiate(self, function: str, /, *args: Any, **kwargs: Any) -> Observation:
        """Call, then backward from the sum of the value: the gradients of the tensors that ask for one come along."""
        return self._observe(function, args, kwargs, backward=True)

    def call(self, path: str, /, *args: Any, **kwargs: Any) -> Any:
        """Call what the worker knows by a dotted name: student.call("torch.nn.Linear", 4, 2) gives a Remote."""
        return self.observe(path, *args, **kwargs).value

    def name(self, path: str) -> wire.Name:
        """A function as an argument: one of the submission, or a dotted one of torch."""
        self.named.add(path)
        return wire.Name(path)

    def elsewhere(self, function: str | Remote, /, *args: Any, **kwargs: Any) -> Any:
        """Call with all tensors on a device that is not the CPU, and refuses to be mixed with it."""
        target = wire.Name(function) if isinstance(function, str) else function
        return self._observe("kit.elsewhere", (target, *args), kwargs, label=_label(function)).value

    def _observe(
        self, function: str, args: Any, kwargs: dict[str, Any], backward: bool = False, label: str = ""
    ) -> Observation:
        label = label or _label(args[0] if function.startswith("kit.") and args else function)
        self._ready(function if "." not in function else "")
        packed = wire.pack([list(args), kwargs], self._name_of_remote)
        record = Recorded(function, packed, backward, label, ended=False)
        self.recorded.append(record)
        request = messages.Call(self._nonce(), function, packed, True, backward, self._wants_picture(function))
        with watch("calls"):
            reply = self._ask(request, self._limits.call_seconds, label)
        if isinstance(reply, messages.Raised):
            record.raised, record.ended = reply.classes[0], True
            raise self._exception(label, reply)
        assert isinstance(reply, messages.Returned) and self._worker is not None
        value = Remote(self, reply.value, self._worker) if isinstance(reply.value, wire.Handle) else reply.value
        gradients = reply.gradients if backward and isinstance(reply.gradients, list) else []
        seen = Observation(value, _flat(reply.arguments), reply.warnings, reply.printed, gradients)
        self._keep(record, seen, self._worker.reply_bytes)
        if isinstance(value, wire.Figure) and value.png:
            self._pictured.add(function)
        return seen

    def _keep(self, record: Recorded, seen: Observation, size: int) -> None:
        """Keep what a call gave, for the naming of mistakes; of a submission that gives too much, no more."""
        self._kept_bytes += size
        if self._kept_bytes <= _MAX_KEPT:
            record.value, record.gradients, record.after = seen.value, seen.gradients, seen.arguments
            record.printed, record.ended = bool(seen.printed), True

    def _wants_picture(self, function: str) -> bool:
        return self._pictures and function not in self._pictured

    def _name_of_remote(self, value: Any) -> wire.Handle | None:
        if not isinstance(value, Remote):
            return None
        if value.worker is not self._worker:
            raise CallFailed("crash", f"the process that held {value!r} has ended")
        return value.handle

    def _nonce(self) -> int:
        return self._nonces.getrandbits(62)

    def _ready(self, function: str) -> None:
        """A loaded worker that has the function, or the reason why not."""
        if self._spent > self._limits.submission_seconds:
            raise self._used_up()
        if self._load_failure is not None:
            raise self._load_failure
        if self._worker is None:
            self._start()
        if function and function not in self._load.functions:
            raise MissingFunction(function, self._missing(function))

    def _used_up(self) -> CallFailed:
        return CallFailed("timeout", f"stopped: the submission used up its {self._limits.submission_seconds:g} s")

    def _start(self) -> None:
        limits = self._limits
        started = time.monotonic()
        allowed = confine.Limits(
            cpu_seconds=self._cpu_seconds,
            memory_mb=limits.memory_mb,
            scratch_mb=limits.scratch_mb,
            processes=limits.processes,
            statement_seconds=min(limits.call_seconds, limits.load_seconds),
        )
        with watch("spawn"):
            self._worker = self._jail.spawn(allowed)
        if self._load.functions:  # the first worker is the machine's doing, every further one the submission's
            took = time.monotonic() - started
            self._restarts += 1
            self._spent += min(took, _RESTART_SECONDS) if self._restarts <= _MAX_RESTARTS else took
        request = messages.Load(
            self._nonce(),
            f"{self._assignment.module}.py",
            self._submission.source,
            {**self._released, **self._submission.files},
        )
        try:
            with watch("load"):
                reply = self._ask(request, limits.load_seconds, _LOADING)
            if isinstance(reply, messages.Raised):
                raise CallFailed(
                    "error", f"the file does not load: {reply.classes[0]}: {' '.join(reply.message.split())}"
                )
        except CallFailed as failure:
            if self.patient or not failure.again:
                self._load_failure = failure
            raise
        assert isinstance(reply, messages.Loaded)
        self._load = Load(reply.functions, reply.notes)

    def _missing(self, function: str) -> str:
        near = difflib.get_close_matches(function, self._load.functions, n=1, cutoff=0.6)
        return f"`{function}` is missing" + (f"; did you mean `{near[0]}`?" if near else "")

    def _ask(self, request: messages.Request, seconds: float, what: str) -> messages.Reply:
        worker = self._worker
        assert worker is not None
        before = worker.spent
        left = max(0.1, self._limits.submission_seconds - self._spent)
        try:
            return worker.ask(request, min(seconds, left), int(self._limits.reply_mb * (1 << 20)), tensors)
        except messages.Failures as error:
            failure = self._died(error, seconds, what)
            raise self._used_up() if left < seconds and failure.status == "timeout" else failure from None
        finally:
            self._spent += worker.spent - before

    def _end(self, worker: Worker) -> Ending | None:
        """End a worker. Where its guard is gone, nobody else can end it, and the jail is closed with it."""
        ending = worker.kill()
        if ending is None:
            self._jail.close()
        return ending

    def _died(self, error: Exception, seconds: float, what: str) -> CallFailed:
        """End the worker, and put into words how it failed; the next call gets a new one."""
        worker, self._worker = self._worker, None
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
            killed = ending is None or (ending.signal == _SIGKILL and ending.cpu_seconds < self._cpu_seconds - 1)
            if killed:  # perhaps the whole jail was, and what is about to die with it would still take orders
                self._jail.close()
                self._kills += 1
            return CallFailed(*_put_into_words(what, ending), again=killed and self._kills <= _MAX_KILLS)
        return CallFailed("crash", f"what `{what}` sent back could not be read")

    def _exception(self, function: str, reply: messages.Raised) -> Exception:
        if reply.classes[:1] == ["NotImplementedError"]:
            return NotStarted(function)
        if "MemoryError" in reply.classes:
            return CallFailed(
                "memory", f"`{function}` needed or returned more memory than it may ({self._limits.memory_mb} MiB)"
            )
        names = [name for name in reply.classes if _builtin_exception(name) is not None]
        error: Exception = _raised_class(names[0] if names else "Exception")(reply.message)
        assert isinstance(error, StudentRaised)
        error.type_name = reply.classes[0][:80] if reply.classes else "Exception"
        error.line = reply.line
        return error


def _label(target: Any) -> str:
    """What a message calls the thing that is called."""
    if isinstance(target, Remote):
        return target.handle.type_name
    return target.path if isinstance(target, wire.Name) else str(target)


def tensors(name: str, shape: tuple[int, ...], raw: bytes, requires_grad: bool) -> Any:
    import torch  # only reached in exercises that are about torch

    from autograder.worker.serve import make_tensor

    return make_tensor(torch, name, shape, raw, requires_grad)


def _flat(arguments: Any) -> list[Any]:
    """Positional and keyword arguments in one list, in the order in which they were given."""
    if not (isinstance(arguments, list) and len(arguments) == 2 and isinstance(arguments[0], list)):
        return []
    return [*arguments[0], *(arguments[1].values() if isinstance(arguments[1], dict) else ())]


def _put_into_words(what: str, ending: Ending | None) -> tuple[str, str]:
    if ending is not None and ending.signal in (_SIGKILL, _SIGXCPU):
        return "timeout", f"`{what}` was stopped: it used up its processor time or memory"
    if ending is not None and ending.signal:
        return "crash", f"`{what}` crashed the interpreter (signal {ending.signal})"
    code = "" if ending is None else f" (exit code {ending.exit_code})"
    return "crash", f"`{what}` ended the interpreter{code}"


def _builtin_exception(name: str) -> type[Exception] | None:
    kind = getattr(builtins, name, None)
    # Raised inside of `all(map(...))` in a check, these two would end the loop as if there were nothing left to look at.
    usable = (
        isinstance(kind, type) and issubclass(kind, Exception) and name not in ("StopIteration", "StopAsyncIteration")
    )
    return kind if usable else None


@functools.cache
def _raised_class(name: str) -> Any:
    """A class that is both StudentRaised and the builtin of that name."""
    kind = _builtin_exception(name) or Exception
    if kind in (UnicodeDecodeError, UnicodeEncodeError, UnicodeTranslateError, BaseExceptionGroup, ExceptionGroup):
        kind = ValueError if issubclass(kind, ValueError) else Exception  # their constructors want more than a message
    return type(kind.__name__, (StudentRaised, kind) if kind is not Exception else (StudentRaised,), {})
