"""Hidden checks of 05-multi-task, the network: shapes, what each head's gradient reaches, and each row by itself."""

import numpy as np
import torch

from autograder.grading import check, require

SINGLE = "Take off the last axis only: squeeze(-1)."


def rows(rng, number, features=5):
    return torch.tensor(rng.normal(size=(number, features)), dtype=torch.float32)


def network(student, *arguments, seed=0, **options):
    """A new network in eval mode, so that a batch of one is no trouble to whoever normalises batches.

    It is judged as what it is after some training, for weights may start as the student likes, at 0 as well: to each
    parameter noise is added.
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
    """Logits and values, once they are a pair of tensors."""
    pair = model(x)
    require(isinstance(pair, (tuple, list)) and len(pair) == 2, "forward returns a pair: logits and value")
    require(all(isinstance(item, torch.Tensor) for item in pair), "logits and value are tensors")
    return pair[0], pair[1]


def works(model, x):
    """Answers for rows that differ, of a network with parameters, differ: zeros of the right shape are no answers."""
    pair = answers(model, x)
    require(model.parameters(), "the network has no parameters; assign layers to attributes of self")
    require(all(len(item) == len(x) for item in pair), "there is not one answer for each row")
    for item in pair:
        require(bool((item != item[:1]).any()), "every row gets the same answer")


def reached(student, x, index):
    """For each parameter, by name: which of its elements the sum of one answer depends on."""
    model = network(student, 5, 3)
    student.call("kit.Pick", model, index).differentiate(x)
    nothing = {name: torch.zeros_like(item) for name, item in model.parameters().items()}
    return {name: (nothing[name] if grad is None else grad) != 0 for name, grad in model.gradients().items()}


@check("network", points=0.5, hint="The value has one axis: take off the last one of (N, 1).")
def test_shapes_of_answers(student, numbers):
    """logits (N, C) and value (N,), for several sizes"""
    for number, features, classes in ((7, 5, 3), (4, 2, 6)):
        logits, value = answers(network(student, features, classes), rows(numbers, number, features))
        require(logits.shape == (number, classes), f"logits have shape {tuple(logits.shape)}, not (N, C)")
        require(value.shape == (number,), f"the value has shape {tuple(value.shape)}, not (N,)")
    works(network(student, 5, 3), rows(numbers, 32))


@check("network", points=0.5, hint=SINGLE)
def test_shapes_of_one_row(student, numbers):
    """a batch of one keeps its axis"""
    logits, value = answers(network(student, 5, 3), rows(numbers, 1))
    require(logits.shape == (1, 3), f"logits of one row have shape {tuple(logits.shape)}")
    require(value.shape == (1,), f"the value of one row has shape {tuple(value.shape)}")
    works(network(student, 5, 3), rows(numbers, 32))


@check("network", hint="Both heads stand on one and the same trunk, and its layers are attributes of the module.")
def test_both_tasks_train_the_trunk(student, numbers):
    """gradients of both answers reach the shared trunk"""
    x = rows(numbers, 64)
    one, two = reached(student, x, 0), reached(student, x, 1)
    require(one, "the network has no parameters; assign layers to attributes of self")
    require(any(bool((one[name] & two[name]).any()) for name in one), "no parameter is shared by both answers")


@check("network", hint="One linear layer for each task on top of the trunk; a head does not read the other head.")
def test_each_head_is_its_own(student, numbers):
    """each head has weights that the other answer does not touch"""
    x = rows(numbers, 64)
    one, two = reached(student, x, 0), reached(student, x, 1)
    require(any(bool((one[name] & ~two[name]).any()) for name in one), "the logits have no weights of their own")
    require(any(bool((two[name] & ~one[name]).any()) for name in one), "the value has no weights of its own")


@check("network", points=0.5, hint="Two linear layers without an activation between them are one linear layer.")
def test_the_trunk_is_not_linear(student, numbers):
    """the answers are no linear function of the input, and the logits no probabilities"""
    model = network(student, 5, 3)
    # Inputs of one sign, so that an activation that acts on the input itself, before any layer, is linear, too.
    x, y = 4 * rows(numbers, 64).abs(), 4 * rows(numbers, 64).abs()
    here, there, middle = (answers(model, item) for item in (x, y, (x + y) / 2))
    for one, other, between in zip(here, there, middle, strict=True):
        bend = (one + other - 2 * between).abs().max()
        require(bend > 1e-3 * (one - other).abs().max(), "the trunk is linear: an activation is missing")
    for one, other in zip(here, there, strict=True):
        cut = int((torch.cat([one, other]) == 0).sum())
        require(cut < 8, "answers are cut off at 0: a head has no activation")
    sums = here[0].sum(dim=1)
    require((sums - 1).abs().max() > 1e-3, "the logits are probabilities; leave softmax to the loss")


@check("network", points=0.5, hint="Nothing in a row's answer may depend on the other rows.")
def test_rows_are_independent(student, numbers):
    """in eval mode a row alone is answered as in a batch"""
    model, x = network(student, 5, 3), rows(numbers, 6)
    works(model, x)
    logits, value = answers(model, x)
    require(value.std().item() > 1e-6, "every row gets the same value")
    for index in range(6):
        alone = answers(model, x[index : index + 1])
        same = np.allclose(alone[0].detach(), logits[index].detach(), rtol=1e-4, atol=1e-5)
        same = same and np.allclose(alone[1].detach(), value[index].detach(), rtol=1e-4, atol=1e-5)
        require(same, "a row's answer changes with the rest of the batch")


@check("network", points=0.5, hint="Only what is an attribute of the module is saved; `hidden` is the trunk's width.")
def test_saved_and_loaded(student, numbers):
    """a loaded state gives the same answers, and hidden sets the size"""
    x, model, other = rows(numbers, 6), network(student, 5, 3, seed=1), network(student, 5, 3, seed=2)
    works(model, rows(numbers, 32))
    before = answers(model, x)
    other.method("load_state_dict", model.state())
    for one, two in zip(before, answers(other, x), strict=True):
        require(torch.allclose(one, two, atol=1e-6), "a network with the same state gives other answers")
    sizes = [sum(item.numel() for item in network(student, 5, 3, hidden=n).parameters().values()) for n in (4, 64)]
    require(sizes[0] < sizes[1], "`hidden` does not change the network")
    usual = [
        {name: item.shape for name, item in network(student, 5, 3, **options).parameters().items()}
        for options in ({}, {"hidden": 32})
    ]
    require(usual[0] == usual[1], "`hidden` is not 32 by default")


@check("network", points=0.5, hint="Let layers make what they need: tensors of your own want dtype and device of x.")
def test_moved_elsewhere(student, numbers):
    """works in float64 and on another device"""
    x, model = rows(numbers, 4), network(student, 5, 3)
    works(model, rows(numbers, 32))
    expected = answers(model, x)
    model.to("float64")
    for one, two in zip(answers(model, x.double()), expected, strict=True):
        require(one.dtype == torch.float64, f"after .to(float64) an answer is {one.dtype}")
        require(torch.allclose(one, two.double(), atol=1e-4), "the answers in float64 are others")
    found = student.elsewhere(network(student, 5, 3), x)
    require(torch.allclose(found[1], expected[1], atol=1e-5), "on another device the answers are others")
