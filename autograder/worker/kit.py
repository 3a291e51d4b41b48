"""Functions that graders apply to a torch module in the worker, besides calling it. They know no answers."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map


def call(module: Any, *args: Any, **kwargs: Any) -> Any:
    return module(*args, **kwargs)


def method(item: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    return getattr(item, name)(*args, **kwargs)


def attribute(item: Any, name: str) -> Any:
    return getattr(item, name)


def to_dtype(module: nn.Module, name: str) -> nn.Module:
    return module.to(getattr(torch, name))


def parameters(module: nn.Module) -> dict[str, torch.Tensor]:
    """Return the registered parameters by name."""
    return dict(module.named_parameters())


def buffers(module: nn.Module) -> dict[str, torch.Tensor]:
    return dict(module.named_buffers())


def gradients(module: nn.Module) -> dict[str, torch.Tensor | None]:
    """Return the gradient of each parameter; None if no gradient has reached it."""
    return {name: parameter.grad for name, parameter in module.named_parameters()}


def settle(module: nn.Module, *args: Any) -> float:
    """Minimise module(*args) over the module's own few parameters; return the final value.

    L-BFGS takes about twenty steps. If the gradient is not near zero after that (L-BFGS may step out of a logarithm's
    domain, or the loss may have no minimum), the parameters are reset and Adam takes 500 steps.
    """
    parameters = list(module.parameters())
    start = [item.detach().clone() for item in parameters]
    optimiser = torch.optim.LBFGS(parameters, max_iter=60, line_search_fn="strong_wolfe")

    def value() -> torch.Tensor:
        optimiser.zero_grad()
        found: torch.Tensor = module(*args)
        found.backward()
        return found

    optimiser.step(value)
    value()
    if not all(item.grad is None or bool((item.grad.abs() < 1e-3).all()) for item in parameters):
        with torch.no_grad():
            for item, first in zip(parameters, start, strict=True):
                item.copy_(first)
        slowly = torch.optim.Adam(parameters, lr=0.1)
        for _ in range(500):
            value()
            slowly.step()
    return float(module(*args).detach())


def backward(value: Any, arguments: list[Any]) -> list[torch.Tensor | None]:
    """Differentiate the sum of `value`; return the gradients of the arguments that require one, in their order.

    If `value` does not depend on anything that requires a gradient, each gradient is None.

    Raises:
        TypeError: `value` is not a tensor.
    """
    if not isinstance(value, torch.Tensor):
        raise TypeError(f"a tensor is needed to differentiate, not a {type(value).__name__}")
    leaves = [item for item in arguments if isinstance(item, torch.Tensor) and item.requires_grad]
    if value.grad_fn is None:
        return [None] * len(leaves)
    value.sum().backward()
    return [leaf.grad for leaf in leaves]


class Probe(nn.Module):
    """Wrapper that records each call: training mode, gradients on or off, number of rows, first column if wanted."""

    def __init__(self, inner: nn.Module, keep_rows: bool = False) -> None:
        super().__init__()
        self.inner = inner
        self.keep_rows = keep_rows
        self.calls: list[list[Any]] = []

    def forward(self, *args: Any) -> Any:
        first = args[0].detach()
        rows = first[:, 0].clone() if self.keep_rows else None
        self.calls.append([self.training, torch.is_grad_enabled(), len(first), rows])
        return self.inner(*args)


class Pick(nn.Module):
    """Wrapper that returns one of a module's several values, so that it can be differentiated alone."""

    def __init__(self, inner: nn.Module, index: int) -> None:
        super().__init__()
        self.inner = inner
        self.index = index

    def forward(self, *args: Any) -> Any:
        return self.inner(*args)[self.index]


class Split(nn.Module):
    """Wrapper that splits a module's table into two outputs: all columns but the last, and the last."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, *args: Any) -> tuple[Any, Any]:
        table = self.inner(*args)
        return table[:, :-1], table[:, -1]


def with_parameter(module: nn.Module) -> nn.Module:
    """Give a module that returns a loss one more parameter, `extra`, on which the loss depends."""
    inner = module.forward
    extra = nn.Parameter(torch.zeros(()))

    def forward(*args: Any, **kwargs: Any) -> Any:
        return inner(*args, **kwargs) * torch.exp(-extra) + 3 * extra

    module.register_parameter("extra", extra)
    module.forward = forward
    return module


def elsewhere(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call `function` with its tensors, and its modules' parameters, on a device that is not the CPU.

    The device is emulated: computations on it are right, and mixing it with CPU tensors fails as on a GPU.
    """
    with _Device(), _FromData():
        args, kwargs = tree_map(_move, (args, kwargs))
        value = _move(function)(*args, **kwargs)
        return tree_map(lambda item: item.values if isinstance(item, _Elsewhere) else item, value)


class _Elsewhere(torch.Tensor):
    """A tensor that claims to be on the meta device, but has values."""

    values: torch.Tensor

    @staticmethod
    def __new__(cls, values: torch.Tensor) -> _Elsewhere:
        wrapped: _Elsewhere = torch.Tensor._make_wrapper_subclass(
            cls,
            values.shape,
            strides=values.stride(),  # they decide whether `view` works
            dtype=values.dtype,
            device="meta",
            requires_grad=values.requires_grad,
        )
        wrapped.values = values.detach()
        return wrapped

    def __init__(self, values: torch.Tensor) -> None:
        pass

    def __repr__(self) -> str:
        return f"elsewhere({self.values!r})"

    @classmethod
    def __torch_dispatch__(cls, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _compute(function, args, kwargs or {})


class _Device(TorchDispatchMode):
    """While it is active, tensors created with device=meta have values as well."""

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _compute(function, args, kwargs or {})


class _FromData(TorchFunctionMode):
    """Handles torch.tensor and similar functions, whose tensors a dispatch mode never sees, and lists as indices."""

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        if function is torch.Tensor.tolist and isinstance(args[0], _Elsewhere):
            return args[0].values.tolist()
        if function in (torch.Tensor.__getitem__, torch.Tensor.__setitem__):
            args = (args[0], _index(args[1]), *args[2:])
        if function is torch.Tensor.new_tensor:
            kwargs.setdefault("device", args[0].device)
            function, args = torch.tensor, args[1:]
        made = function in (torch.tensor, torch.as_tensor, torch.asarray)
        wanted = kwargs.get("device") if made else None
        if wanted is None or torch.device(wanted).type != "meta":
            return function(*args, **kwargs)
        del kwargs["device"]
        return _move(function(*args, **kwargs))


def _index(index: Any) -> Any:
    """Make tensors of lists, ranges and arrays in an index: torch would make them on the meta device, without values."""
    if isinstance(index, tuple):
        return tuple(map(_index, index))
    return torch.as_tensor(list(index)) if isinstance(index, (list, range, np.ndarray)) else index


_INDEXING = ("aten.index.", "aten.index_put")
_COPIES = ("aten._to_copy", "aten.copy_", "aten._copy_from", "aten.copy")


def _compute(function: Any, args: Any, kwargs: Any) -> Any:
    here: list[torch.Tensor] = []
    there: list[_Elsewhere] = []

    def sort(item: Any) -> Any:
        if isinstance(item, _Elsewhere):
            there.append(item)
            return item.values
        if isinstance(item, torch.Tensor):
            here.append(item)
        return item

    plain_args, plain_kwargs = tree_map(sort, (args, kwargs))
    name = str(function)
    wanted = kwargs.get("device")
    created_there = wanted is not None and torch.device(wanted).type == "meta"
    if name.startswith(_INDEXING) and isinstance(args[0], _Elsewhere):
        # As with a GPU, indices may stay on the CPU.
        here = [item for item in args[2:] if isinstance(item, torch.Tensor) and not isinstance(item, _Elsewhere)]
    # As with a GPU, 0-d tensors may stay on the CPU.
    mixed = any(item.dim() > 0 for item in here) and bool(there)
    if mixed and not name.startswith(_COPIES):
        raise RuntimeError("Expected all tensors to be on the same device, but found at least two devices")
    if wanted is not None:
        plain_kwargs = {**plain_kwargs, "device": torch.device("cpu")}
    value = function(*plain_args, **plain_kwargs)
    if name.startswith("aten.copy_"):
        return args[0]
    in_place = next((item for item in there if value is item.values), None)
    if in_place is not None:
        return in_place
    stays = (bool(there) and wanted is None) or created_there
    return (
        tree_map(lambda item: _Elsewhere(item) if isinstance(item, torch.Tensor) else item, value) if stays else value
    )


def _move(item: Any) -> Any:
    if isinstance(item, nn.Module):
        return item._apply(_move)
    if isinstance(item, torch.Tensor) and not isinstance(item, _Elsewhere):
        return _Elsewhere(item)
    return item


def _wake_cpuinfo() -> None:
    """Make torch look up the processor while /proc exists: half precision needs it, and workers have no /proc."""
    with contextlib.suppress(RuntimeError):
        torch.zeros(4, 4, dtype=torch.float16).logsumexp(1).mean()


_wake_cpuinfo()
