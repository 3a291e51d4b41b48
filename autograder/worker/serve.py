"""Answer the grader's requests for one submission until it hangs up."""

from __future__ import annotations

import operator
import os
import sys
import types
import warnings
from typing import Any

from . import figures, messages, module, reader, wire
from .values import MAX_NAME

MAX_PRINTED, MAX_MESSAGE = messages.MAX_PRINTED, messages.MAX_MESSAGE
_NONE = wire.pack(None)


class _Printed:
    """A standard output that keeps the beginning of what is printed and drops the rest."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        if len(self.text) < MAX_PRINTED:
            self.text += str(text)[: MAX_PRINTED - len(self.text)]
        return len(text)

    def flush(self) -> None:
        """Do nothing, for nothing is buffered."""

    def isatty(self) -> bool:
        return False

    def take(self) -> str:
        text, self.text = self.text, ""
        return text


class Server:
    """One submission's module and the calls into it."""

    def __init__(self, requests: int, replies: int, folder: str, statement_seconds: float) -> None:
        self._requests = requests
        self._replies = replies
        self._folder = folder
        self._statement_seconds = statement_seconds
        self._module = types.ModuleType("empty")
        self._filename = ""
        self._printed = _Printed()
        self._kept: list[Any] = []
        self._numbers: dict[int, int] = {}  # of the kept objects, by id()

    def run(self) -> None:
        """Serve until the grader closes its end."""
        sys.stdout = sys.stderr = self._printed
        while True:
            try:
                request = messages.receive_request(self._requests)
            except messages.Closed:
                return
            try:
                messages.send_reply(self._replies, self._answer(request))
            except MemoryError as error:
                messages.send_reply(self._replies, self._raised(request.nonce, error))

    def _answer(self, request: messages.Request) -> bytes:
        try:
            if isinstance(request, messages.Load):
                return self._load(request)
            return self._call(request)
        except BaseException as error:
            return self._raised(request.nonce, error)

    def _load(self, request: messages.Load) -> bytes:
        for name, data in request.files.items():
            with open(os.path.join(self._folder, os.path.basename(name)), "wb") as file:
                file.write(data)
        os.chdir(self._folder)
        sys.path.append(self._folder)
        self._filename = request.filename
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._module, notes = module.load(request.filename, request.source, self._statement_seconds)
        self._printed.take()
        return messages.loaded(request.nonce, module.functions(self._module)[: messages.MAX_FUNCTIONS], notes)

    def _call(self, request: messages.Call) -> bytes:
        args, kwargs = reader.unpack(request.arguments, tensor_maker(), self._resolve)
        function = self._find(request.function)
        gradients = _NONE
        self._printed.take()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            value = function(*args, **kwargs)
            if request.backward:
                from . import kit

                gradients = wire.pack(kit.backward(value, [*args, *kwargs.values()]))
            # A lazy value (a generator, say) may still run student code while it is packed.
            packed = wire.pack(figures.as_data(value, request.picture), self._keep)
        told = [f"{item.category.__name__}: {item.message}" for item in caught[: messages.MAX_WARNINGS]]
        return messages.returned(
            request.nonce,
            packed,
            wire.pack([list(args), kwargs], self._keep) if request.return_arguments else _NONE,
            gradients,
            [text[: messages.MAX_WARNING] for text in told],
            self._printed.take(),
        )

    def _find(self, path: str) -> Any:
        """Return a function of the submission, or the object that a dotted name stands for."""
        head, _, rest = path.partition(".")
        if not rest:
            return getattr(self._module, path)
        if head == "kit":
            from . import kit

            return getattr(kit, rest)
        return operator.attrgetter(rest)(sys.modules[head])

    def _resolve(self, reference: wire.Handle | wire.Name) -> Any:
        if isinstance(reference, wire.Name):
            return self._find(reference.path)
        return self._kept[reference.number]

    def _keep(self, value: Any) -> wire.Handle | None:
        """Keep torch modules here; the grader refers to them by number. Return None for anything else."""
        torch = sys.modules.get("torch")
        module_type = getattr(getattr(torch, "nn", None), "Module", None)
        if not (isinstance(module_type, type) and isinstance(value, module_type)):
            return None
        number = self._numbers.setdefault(id(value), len(self._kept))
        if number == len(self._kept):
            self._kept.append(value)
        return wire.Handle(number, type(value).__name__[:80])

    def _raised(self, nonce: int, error: BaseException) -> bytes:
        classes = [item.__name__[:MAX_NAME] for item in type(error).__mro__[: messages.MAX_CLASSES]]
        try:
            message = str(error)[:MAX_MESSAGE]
        except BaseException:
            message = ""
        return messages.raised(nonce, classes, message, module.line_in(self._filename, error))


def tensor_maker() -> reader.Tensors | None:
    """Return a function that makes tensors from bytes if torch is loaded, else None."""
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "frombuffer"):
        return None
    return lambda name, shape, raw, grad: make_tensor(torch, name, shape, raw, grad)


def make_tensor(torch: Any, name: str, shape: tuple[int, ...], raw: bytes, requires_grad: bool) -> Any:
    """Make a tensor of `shape` from raw bytes; the reader has checked their length and the dtype."""
    dtype = getattr(torch, name)
    flat = torch.frombuffer(bytearray(raw), dtype=dtype) if raw else torch.empty(0, dtype=dtype)
    return flat.reshape(shape).requires_grad_(requires_grad)
