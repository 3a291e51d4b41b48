"""Modules, gradients, devices and figures across the wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from autograder.course import Assignment, Course, Limits
from autograder.grading.failures import CallFailed, NotStarted, StudentRaised
from autograder.grading.proxy import Student
from autograder.grading.remote import Remote
from autograder.intake.submission import Submission
from autograder.jail import walls
from autograder.jail.jail import Jail
from autograder.worker import kit
from autograder.worker.wire import Figure, Line

LIMITS = Limits(call_seconds=4, load_seconds=10, memory_mb=1024)
SOURCE = """
import os
import torch, torch.nn.functional as F
from torch import nn
import matplotlib.pyplot as plt

def focal(logits, targets, alpha=None):
    log_p = F.log_softmax(logits, 1).gather(1, targets[:, None]).squeeze(1)
    weight = 1.0 if alpha is None else torch.tensor(alpha, device=logits.device)[targets]
    return -(weight * (1 - log_p.exp()) ** 2 * log_p).mean()
def on_the_cpu(logits, targets):
    return F.cross_entropy(logits, targets, weight=torch.ones(3))
def number_from_the_cpu(logits, targets):
    return F.cross_entropy(logits, targets) * torch.tensor(2.0)
class Weighted(nn.Module):
    def __init__(self, alpha):
        super().__init__()
        self.register_buffer("alpha", torch.tensor(alpha))
        self.layer = nn.Linear(3, 3)
    def forward(self, logits, targets):
        return F.cross_entropy(self.layer(logits), targets, weight=self.alpha)
class Forgetful(Weighted):
    def __init__(self, alpha):
        super().__init__(alpha)
        del self.alpha
        self.alpha = torch.tensor(alpha)
class Later(nn.Module):
    def forward(self, x):
        raise NotImplementedError()
def train(model, x, loss_fn):
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(3):
        optimiser.zero_grad()
        loss_fn(model(x), torch.zeros(len(x), dtype=torch.long)).backward()
        optimiser.step()
def picture(scatter=False):
    figure, (left, right) = plt.subplots(1, 2)
    left.plot([1, 2], [3.5, 4], label="one")
    left.set(xlabel="x", ylabel="y", xscale="log", title="t")
    left.legend()
    right.scatter([1], [2])
    return figure
def leave(): os._exit(1)
def loss_as_number(x): return float(x.sum())
"""


@pytest.fixture(scope="module")
def jail() -> Iterator[Jail]:
    packages = ("msgspec", "numpy", "torch", "matplotlib")
    with Jail(walls.by_name("bubblewrap"), packages, ("numpy", "torch", "matplotlib.pyplot")) as jail:
        yield jail


@pytest.fixture
def student(jail: Jail, course: Course) -> Iterator[Any]:
    assignment: Assignment = course.assignment("05-multi-task")
    with Student(jail, Submission("s", assignment.id, SOURCE), assignment, LIMITS) as student:
        yield student


@pytest.fixture
def batch() -> tuple[torch.Tensor, torch.Tensor]:
    logits = torch.tensor([[1.0, 2.0, -1.0], [0.0, 0.5, 3.0]], requires_grad=True)
    return logits, torch.tensor([1, 0])


def test_a_call_can_be_differentiated_in_the_worker(student: Any, batch: Any) -> None:
    seen = student.differentiate("focal", *batch)
    logits, targets = batch[0].detach().clone().requires_grad_(), batch[1]
    p = logits.softmax(1).gather(1, targets[:, None])
    (-((1 - p) ** 2) * p.log()).mean().backward()
    assert torch.allclose(seen.gradients[0], logits.grad)
    with pytest.raises(StudentRaised, match="a tensor is needed"):
        student.differentiate("loss_as_number", batch[0])


def test_a_module_stays_in_the_worker_and_its_gradients_can_be_read(student: Any, batch: Any) -> None:
    loss = student.Weighted([1.0, 2.0, 3.0])
    assert isinstance(loss, Remote) and set(loss.parameters()) == {"layer.weight", "layer.bias"}
    assert loss.gradients() == {"layer.weight": None, "layer.bias": None}
    loss.differentiate(*batch)
    assert loss.gradients()["layer.bias"].shape == (3,)
    loss.to("float64")
    assert loss.buffers()["alpha"].dtype == torch.float64
    copy = student.Weighted([0.0, 0.0, 0.0])
    copy.to("float64")
    copy.method("load_state_dict", loss.state())
    double = batch[0].detach().double()
    assert torch.equal(copy(double, batch[1]), loss(double, batch[1]))


def test_a_module_of_torch_and_a_function_by_name_are_arguments(student: Any) -> None:
    model = student.call("torch.nn.Linear", 2, 2)
    before = model.parameters()["weight"]
    probe = student.call("kit.Probe", model, True)
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    student.train(probe, x, student.name("torch.nn.functional.cross_entropy"))
    assert not torch.equal(model.parameters()["weight"], before)
    calls = probe.attribute("calls")
    assert [call[:3] for call in calls] == [[True, True, 2]] * 3 and calls[0][3].tolist() == [1.0, 3.0]


def test_a_tensor_made_on_the_cpu_is_refused_on_another_device(student: Any, batch: Any) -> None:
    logits, targets = batch
    for alpha in (None, [0.1, 0.2, 0.7]):
        here = student.focal(logits, targets, alpha)
        assert torch.allclose(student.elsewhere("focal", logits, targets, alpha), here)
    with pytest.raises(StudentRaised, match="same device"):
        student.elsewhere("on_the_cpu", logits, targets)
    # As with a GPU: a number without dimensions may come from the CPU.
    assert torch.allclose(
        student.elsewhere("number_from_the_cpu", logits, targets), 2 * F.cross_entropy(logits, targets)
    )


def test_a_buffer_moves_with_its_module_and_an_attribute_does_not(student: Any, batch: Any) -> None:
    weights = [1.0, 2.0, 3.0]
    assert student.elsewhere(student.Weighted(weights), *batch).shape == ()
    with pytest.raises(StudentRaised, match="same device"):
        student.elsewhere(student.Forgetful(weights), *batch)


def test_a_module_whose_process_has_ended_says_so(student: Any, batch: Any) -> None:
    loss = student.Weighted([1.0, 1.0, 1.0])
    with pytest.raises(CallFailed):
        student.leave()
    student.focal(*batch)
    with pytest.raises(CallFailed, match="has ended"):
        loss(*batch)


def test_a_forward_that_is_not_written_names_its_class(student: Any) -> None:
    with pytest.raises(NotStarted, match="`Later`"):
        student.Later()(torch.ones(1))


def test_a_figure_comes_as_the_data_of_its_lines_and_a_picture(student: Any) -> None:
    figure = student.picture()
    assert isinstance(figure, Figure) and figure.png.startswith(b"\x89PNG")
    left, right = figure.axes
    assert (left.xlabel, left.ylabel, left.xscale, left.yscale, left.title) == ("x", "y", "log", "linear", "t")
    assert left.lines == [Line("one", [1.0, 2.0], [3.5, 4.0], joined=True)] and left.legend == ["one"]
    assert (right.lines[0].x, right.lines[0].y) == ([1.0], [2.0])


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.int8, torch.bool, torch.complex64])
def test_tensors_of_every_kind_cross_the_wire(student: Any, dtype: torch.dtype) -> None:
    sent = torch.tensor([[1, 0, 1]], dtype=dtype)
    back = student.call("torch.clone", sent)
    assert back.dtype == dtype and torch.equal(back, sent)


def _put(x: torch.Tensor, rows: Any, values: Any) -> torch.Tensor:
    made = torch.zeros_like(x)
    made[rows, x.argmax(dim=1)] = values
    return (made * x).sum()


ON_A_GPU: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "a list of its values": lambda x: torch.tensor(sum(map(sum, x.tolist()))),
    "einsum to a number": lambda x: torch.einsum("nc,nc->", x, x),
    "einsum to rows": lambda x: torch.einsum("nc,nc->n", x, x).sum(),
    "a transposed view": lambda x: x.T.reshape(-1).sum(),
    "rows by a range": lambda x: x[range(4), torch.tensor([2, 0, 1, 2])].sum(),
    "rows by a range, classes from elsewhere": lambda x: x[range(4), x.argmin(dim=1)].sum(),
    "rows by a list": lambda x: x[[3, 1]].sum(),
    "columns by a list": lambda x: x[:, [2, 0]].sum(),
    "rows by an array": lambda x: x[np.array([0, 2])].sum(),
    "rows by a list of booleans": lambda x: x[[True, False, True, False]].sum(),
    "ones put by a range": lambda x: _put(x, range(4), 1.0),
    "ones put by a list": lambda x: _put(x, [0, 1, 2, 3], 1.0),
    "ones put by rows from the CPU": lambda x: _put(x, torch.arange(4), 1.0),
    "rows put from elsewhere": lambda x: _put(x, range(4), x[:, 1]),
    "an array of NumPy": lambda x: torch.tensor(x.cpu().numpy().sum()),
}


def test_values_from_the_cpu_are_refused_where_they_are_put_elsewhere() -> None:
    with pytest.raises(RuntimeError, match="same device"):
        kit.elsewhere(lambda x: _put(x, range(4), torch.ones(4, dtype=x.dtype)), torch.ones(4, 3, dtype=torch.float64))


def test_a_table_on_the_cpu_is_not_indexed_from_elsewhere() -> None:
    with pytest.raises(RuntimeError, match="same device"):
        kit.elsewhere(lambda rows: torch.ones(3)[rows], torch.tensor([0, 2]))


@pytest.mark.parametrize("name", ON_A_GPU)
def test_what_works_on_a_gpu_works_elsewhere(name: str) -> None:
    x = torch.arange(12.0, dtype=torch.float64).reshape(4, 3)
    assert kit.elsewhere(ON_A_GPU[name], x) == ON_A_GPU[name](x)
