"""`student`: the submission as hidden checks see it. Each call goes to the worker and comes back as plain values."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any

from autograder.base.stopwatch import watch
from autograder.course import Assignment, Limits
from autograder.grading import failures
from autograder.grading.failures import CallFailed
from autograder.grading.process import SubmissionProcess
from autograder.grading.remote import Observation, Remote
from autograder.grading.trace import Recorded
from autograder.intake.submission import Submission
from autograder.jail.jail import Jail
from autograder.worker import messages, wire
from autograder.worker.values import Note

# What is kept of a submission's replies for the naming of mistakes, in bytes of replies.
_MAX_KEPT = 32 << 20
# What an array or a tensor takes besides its elements. A reply of 60 KiB can hold five thousand of them.
_OBJECT = 1024


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
        self._process = SubmissionProcess(jail, submission, assignment.module, limits, released or {})
        self._limits = limits
        self._kept_bytes = 0
        self.recorded: list[Recorded] = []
        self.named: set[str] = set()
        self.measures: dict[str, float] = {}
        self._pictures = pictures
        self._pictured: set[str] = set()  # functions of which there is a picture; one is enough

    def __enter__(self) -> Student:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.close()

    def start_the_clock(self, spent: float = 0.0) -> None:
        """From here on, the submission has its whole time again, less what is told."""
        self._process.start_the_clock(spent)

    def works_on(self, part: str) -> None:
        """From here on, calls are made for a check of this part, and use the part's time."""
        self._process.part = part

    @property
    def spent(self) -> float:
        """Seconds of its time that are gone."""
        return self._process.spent

    @property
    def starved(self) -> bool:
        """Whether the machine, not the submission, has cost it something."""
        return self._process.starved

    @property
    def patient(self) -> bool:
        """Whether a failure is final even though the machine may be the cause: there is no further try."""
        return self._process.patient

    @patient.setter
    def patient(self, patient: bool) -> None:
        self._process.patient = patient

    @property
    def notes(self) -> list[Note]:
        """Top-level statements of the submission that failed."""
        return self._process.load.notes

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
        self._process.ready(function if "." not in function else "")
        packed = wire.pack([list(args), kwargs], self._name_of_remote)
        record = Recorded(function, packed, backward, label, ended=False)
        self.recorded.append(record)
        request = messages.Call(self._process.nonce(), function, packed, True, backward, self._wants_picture(function))
        with watch("calls"):
            reply = self._process.ask(request, self._limits.call_seconds, label)
        if isinstance(reply, messages.Raised):
            record.raised, record.ended = reply.classes[0], True
            raise failures.raised(label, reply, self._limits.memory_mb)
        assert isinstance(reply, messages.Returned) and self._process.worker is not None
        value = Remote(self, reply.value, self._process.worker) if isinstance(reply.value, wire.Handle) else reply.value
        gradients = reply.gradients if backward and isinstance(reply.gradients, list) else []
        seen = Observation(value, _flat(reply.arguments), reply.warnings, reply.printed, gradients)
        self._keep(record, seen, self._process.worker.reply_bytes)
        if isinstance(value, wire.Figure) and value.png:
            self._pictured.add(function)
        return seen

    def _keep(self, record: Recorded, seen: Observation, size: int) -> None:
        """Keep what a call gave, for the naming of mistakes; of a submission that gives too much, no more."""
        self._kept_bytes += size + _OBJECT * _objects([seen.value, seen.gradients, seen.arguments])
        if self._kept_bytes <= _MAX_KEPT:
            record.value, record.gradients, record.after = seen.value, seen.gradients, seen.arguments
            record.printed, record.ended = bool(seen.printed), True

    def _wants_picture(self, function: str) -> bool:
        return self._pictures and function not in self._pictured

    def _name_of_remote(self, value: Any) -> wire.Handle | None:
        if not isinstance(value, Remote):
            return None
        if value.worker is not self._process.worker:
            raise CallFailed("crash", f"the process that held {value!r} has ended")
        return value.handle


def _label(target: Any) -> str:
    """What a message calls the thing that is called."""
    if isinstance(target, Remote):
        return target.handle.type_name
    return target.path if isinstance(target, wire.Name) else str(target)


def _flat(arguments: Any) -> list[Any]:
    """Positional and keyword arguments in one list, in the order in which they were given."""
    if not (isinstance(arguments, list) and len(arguments) == 2 and isinstance(arguments[0], list)):
        return []
    return [*arguments[0], *(arguments[1].values() if isinstance(arguments[1], dict) else ())]


def _objects(value: Any) -> int:
    """Count the values in nested lists and dicts; numbers and texts in a list count as one."""
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, (list, tuple)):
        return 1
    return 1 + sum(_objects(item) for item in value if not isinstance(item, (int, float, str, bytes, type(None))))
