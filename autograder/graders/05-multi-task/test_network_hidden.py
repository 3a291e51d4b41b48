"""Hidden checks of 05-multi-task: the network's shapes, what each head's gradient reaches, and independent rows."""

import numpy as np
import torch

from autograder.grading import check, require

SINGLE = "Remove only the last axis: squeeze(-1)."


def rows(rng, number, features=5):
    return torch.tensor(rng.normal(size=(number, features)), dtype=torch.float32)


def network(student, *arguments, seed=0, **options):
    """Make a new network in eval mode, so that batch normalisation accepts a batch of one.

    Noise is added to each parameter, as if the network had been trained a little: weights may start at any value, 0
    included.
    """
    student.call("torch.manual_seed", seed)
    model = student.MultiTaskNet(*arguments, **options)
    model.method("eval")
    noise = torch.Generator().manual_seed(seed)
    names, state = set(model.parameters()), model.state()
    moved = {
        name: item + 0.3 * torch.randn(item.shape, generator=noise) for name, item in state.items() if name in names
    }
    model.method("load_state_dict", {**state, **moved})
    return model


def answers(model, x):
    """Return logits and values; require a pair of tensors."""
    pair = model(x)
    require(isinstance(pair, (tuple, list)) and len(pair) == 2, "forward has to return a pair: logits and value")
    require(all(isinstance(item, torch.Tensor) for item in pair), "logits and value have to be tensors")
    return pair[0], pair[1]


def works(model, x):
    """Require parameters, and different answers for different rows: zeros of the right shape are not answers."""
    pair = answers(model, x)
    require(model.parameters(), "the network has no parameters; assign layers to attributes of self")
    require(all(len(item) == len(x) for item in pair), "there is not one answer for each row")
    for item in pair:
        require(bool((item != item[:1]).any()), "every row gets the same answer")


def reached(student, x, index):
    """Tell, for each parameter by name, which of its elements the sum of one answer depends on."""
    model = network(student, 5, 3)
    student.call("kit.Pick", model, index).differentiate(x)
    nothing = {name: torch.zeros_like(item) for name, item in model.parameters().items()}
    return {name: (nothing[name] if grad is None else grad) != 0 for name, grad in model.gradients().items()}


@check("network", topic="axes", points=0.5, hint="The value has one axis: remove the last axis of (N, 1).")
def test_shapes_of_answers(student, numbers):
    """logits have shape (N, C) and the value (N,), for several sizes"""
    for number, features, classes in ((7, 5, 3), (4, 2, 6)):
        logits, value = answers(network(student, features, classes), rows(numbers, number, features))
        require(logits.shape == (number, classes), f"logits have shape {tuple(logits.shape)}, not (N, C)")
        require(value.shape == (number,), f"the value has shape {tuple(value.shape)}, not (N,)")
    works(network(student, 5, 3), rows(numbers, 32))


@check("network", topic="axes", points=0.5, hint=SINGLE)
def test_shapes_of_one_row(student, numbers):
    """a batch of one row keeps its first axis"""
    logits, value = answers(network(student, 5, 3), rows(numbers, 1))
    require(logits.shape == (1, 3), f"logits of one row have shape {tuple(logits.shape)}")
    require(value.shape == (1,), f"the value of one row has shape {tuple(value.shape)}")
    works(network(student, 5, 3), rows(numbers, 32))


@check(
    "network",
    topic="gradient",
    hint="Compute both heads from the same trunk, and make its layers attributes of the module.",
)
def test_both_tasks_train_the_trunk(student, numbers):
    """gradients of logits and value reach the shared trunk"""
    x = rows(numbers, 64)
    one, two = reached(student, x, 0), reached(student, x, 1)
    require(one, "the network has no parameters; assign layers to attributes of self")
    require(any(bool((one[name] & two[name]).any()) for name in one), "no parameter is shared by both answers")


@check(
    "network",
    topic="gradient",
    hint="Put one linear layer for each task on top of the trunk; no head uses the other's output.",
)
def test_each_head_is_its_own(student, numbers):
    """each head has its own weights, which the other answer does not use"""
    x = rows(numbers, 64)
    one, two = reached(student, x, 0), reached(student, x, 1)
    require(any(bool((one[name] & ~two[name]).any()) for name in one), "the logits have no weights of their own")
    require(any(bool((two[name] & ~one[name]).any()) for name in one), "the value has no weights of its own")


@check(
    "network",
    topic="default",
    points=0.5,
    hint="Put an activation between the layers: two linear layers without one act as one. Heads have no activation.",
)
def test_the_trunk_is_not_linear(student, numbers):
    """the trunk is not linear, and the logits are not probabilities"""
    model = network(student, 5, 3)
    works(model, rows(numbers, 32))
    # Inputs of one sign, so that an activation of the input itself, before any layer, is linear too.
    x, y = 4 * rows(numbers, 64).abs(), 4 * rows(numbers, 64).abs()
    here, there, middle = (answers(model, item) for item in (x, y, (x + y) / 2))
    for one, other, between in zip(here, there, middle, strict=True):
        bend = (one + other - 2 * between).abs().max()
        require(bend > 1e-3 * (one - other).abs().max(), "the trunk is linear: an activation is missing")
    for one, other in zip(here, there, strict=True):
        cut = int((torch.cat([one, other]) == 0).sum())
        require(cut < 8, "the answers are never negative: remove the activation after the head")
    sums = here[0].sum(dim=1)
    require((sums - 1).abs().max() > 1e-3, "the logits are probabilities: leave softmax to the loss")


@check(
    "network",
    kind="property",
    topic="state",
    points=0.5,
    hint="In eval mode, a row's answer must not depend on the other rows.",
)
def test_rows_are_independent(student, numbers):
    """in eval mode a row gets the same answer alone as in a batch"""
    model, x = network(student, 5, 3), rows(numbers, 6)
    works(model, x)
    logits, value = answers(model, x)
    require(value.std().item() > 1e-6, "every row gets the same value")
    for index in range(6):
        alone = answers(model, x[index : index + 1])
        same = np.allclose(alone[0].detach(), logits[index].detach(), rtol=1e-4, atol=1e-5)
        same = same and np.allclose(alone[1].detach(), value[index].detach(), rtol=1e-4, atol=1e-5)
        require(same, "a row's answer changes with the rest of the batch")


@check(
    "network",
    topic="state",
    points=0.5,
    hint="Make every layer an attribute of the module, or it is not saved; `hidden` is the trunk's width.",
)
def test_saved_and_loaded(student, numbers):
    """a loaded state gives the same answers, and `hidden` sets the trunk's width"""
    x, model, other = rows(numbers, 6), network(student, 5, 3, seed=1), network(student, 5, 3, seed=2)
    works(model, rows(numbers, 32))
    before = answers(model, x)
    other.method("load_state_dict", model.state())
    for one, two in zip(before, answers(other, x), strict=True):
        require(torch.allclose(one, two, atol=1e-6), "a network with the same state gives different answers")
    sizes = [sum(item.numel() for item in network(student, 5, 3, hidden=n).parameters().values()) for n in (4, 64)]
    require(sizes[0] < sizes[1], "`hidden` does not change the network")
    usual = [
        {name: item.shape for name, item in network(student, 5, 3, **options).parameters().items()}
        for options in ({}, {"hidden": 32})
    ]
    require(usual[0] == usual[1], "`hidden` is not 32 by default")


@check(
    "network",
    kind="property",
    topic="device",
    points=0.5,
    hint="Give tensors that you create the dtype and the device of x.",
)
def test_moved_elsewhere(student, numbers):
    """works in float64 and on another device"""
    x, model = rows(numbers, 4), network(student, 5, 3)
    works(model, rows(numbers, 32))
    expected = answers(model, x)
    model.to("float64")
    for one, two in zip(answers(model, x.double()), expected, strict=True):
        require(one.dtype == torch.float64, f"after .to(float64) an answer is {one.dtype}")
        require(torch.allclose(one, two.double(), atol=1e-4), "the answers in float64 differ")
    found = student.elsewhere(network(student, 5, 3), x)
    require(torch.allclose(found[1], expected[1], atol=1e-5), "the answers on another device differ")
