"""Hidden checks of 04-focal-loss: the training loop, against torch's Adam."""

import copy
import functools
from itertools import chain

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from autograder.grading import check, close_to, require

SEEDED = "Seed inside torch.random.fork_rng(): it restores the caller's random state and covers dropout too."


def line(student, rng, features=4, classes=2):
    """Make a linear layer in float64 in the worker, and its twin here."""
    twin = nn.Linear(features, classes, dtype=torch.float64)
    with torch.no_grad():
        for parameter in twin.parameters():
            parameter.copy_(torch.tensor(rng.normal(size=tuple(parameter.shape))))
    return sent(student, twin), twin


def sent(student, twin):
    layer = student.call("torch.nn.Linear", twin.in_features, twin.out_features)
    layer.to("float64")
    layer.method("load_state_dict", {name: value.clone() for name, value in twin.state_dict().items()})
    return layer


def table(rng, rows=40, features=4, classes=2):
    X = torch.tensor(rng.normal(size=(rows, features)))
    return X, torch.tensor(rng.permutation(np.arange(rows) % classes))


def descend(model, X, y, loss_fn, lr, epochs):
    """Run full-batch Adam; return the loss before each step."""
    model = copy.deepcopy(model)
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    history = []
    for _ in range(epochs):
        loss = loss_fn(model(X), y)
        model.zero_grad()
        loss.backward()
        optimiser.step()
        history.append(loss.item())
    return history, dict(model.state_dict())


def trained_alike(student, rng, loss_path, loss_fn, **options):
    X, y = table(rng, classes=3)
    model, twin = line(student, rng, classes=3)
    history, state = descend(twin, X, y, loss_fn, options.get("lr", 0.05), options.get("epochs", 60))
    loss = student.name(loss_path) if loss_path.islower() else student.call(loss_path)
    given = student.train(model, X.clone(), y.clone(), loss, **options)
    assert given == close_to(np.array(history), rtol=1e-4, atol=1e-6, sequence_ok=True)
    assert model.state() == close_to(state, rtol=1e-4, atol=1e-6)


@pytest.fixture(scope="session")
def trains(student):
    """Return a function that requires real training: the loss falls, and it does so for any labels."""

    @functools.cache
    def lowers_any_loss():
        X, y = table(np.random.default_rng(2027), rows=32, features=6)
        X[:, :2] += 4.0 * torch.stack([y, y.roll(1)], 1) - 2.0
        # From zero weights no model is better than chance for both of a pair, so noise does not do.
        for labels in (y, 1 - y, y.roll(1), 1 - y.roll(1)):
            twin = nn.Linear(6, 2, dtype=torch.float64)
            nn.init.zeros_(twin.weight), nn.init.zeros_(twin.bias)
            model, loss = sent(student, twin), student.name("torch.nn.functional.cross_entropy")
            student.train(model, X.clone(), labels.clone(), loss, lr=0.1, epochs=5, batch_size=16)
            if loss_of(model.state(), X, labels) > np.log(2) - 0.003:
                return False
        return True

    def require_training(before, after, X, y):
        """Require also that the loss fell in the call that is judged."""
        fell = loss_of(after, X, y) < loss_of(before, X, y)
        require(lowers_any_loss() and fell, "the loss is not smaller after training than before: nothing is learnt")

    return require_training


def loss_of(state, X, y):
    """Compute the cross-entropy of a linear layer here."""
    require({"weight", "bias"} <= set(state), "the model has lost its weights")
    return float(F.cross_entropy(X @ state["weight"].T + state["bias"], y))


@check(
    "train",
    topic="training",
    hint="In this order: zero the gradients, loss, backward, step; note the loss computed before the step.",
)
def test_training_follows_adam(student, rng):
    """with one batch in each epoch, losses and weights are those of Adam; the given model is trained"""
    trained_alike(student, rng, "torch.nn.functional.cross_entropy", F.cross_entropy, lr=0.1, epochs=12, batch_size=40)
    trained_alike(student, rng, "torch.nn.functional.cross_entropy", F.cross_entropy, epochs=3, batch_size=1000)


@check(
    "train",
    points=0.5,
    topic="default",
    hint="Add up each batch's loss times its rows, and divide by the number of all rows.",
)
def test_training_keeps_the_mean_of_an_epoch(student, numbers):
    """the loss of an epoch with several batches is their mean, not their sum"""
    # At a rate of 0 nothing moves: every epoch has the loss of all rows.
    options = {"lr": 0.0, "epochs": 2, "batch_size": 8}
    trained_alike(student, numbers, "torch.nn.functional.cross_entropy", F.cross_entropy, **options)


@check(
    "train", points=0.5, topic="training", hint="Call loss_fn(logits, targets), whether it is a function or a module."
)
def test_training_with_another_loss(student, numbers):
    """works with any loss_fn, function or module; the defaults are lr 0.05, 60 epochs and batches of 128"""
    trained_alike(student, numbers, "torch.nn.MultiMarginLoss", nn.MultiMarginLoss())


def batches_of(student, rng, seed, trains, rows=37, epochs=3):
    """Return the row numbers of each batch, as a list of epochs of batches."""
    X, y = table(rng, rows)
    X[:, 0] = torch.arange(rows) / rows
    student.call("torch.manual_seed", 2027)  # so that a replay also repeats what is drawn without the seed
    layer, twin = line(student, rng)
    probe = student.call("kit.Probe", layer, True)
    probe.method("train", False)
    loss = student.name("torch.nn.functional.cross_entropy")
    student.train(probe, X, y, loss, epochs=epochs, batch_size=8, seed=seed)
    trains(twin.state_dict(), layer.state(), X, y)
    calls = [call for call in probe.attribute("calls") if call[1]]
    most = 2 * rows * epochs  # a single batch that claims more would take the grader's time
    require(sum(len(call[3]) for call in calls) <= most, "the model is called with too many rows")
    return [[round(float(place) * rows) for place in call[3]] for call in calls]


@check(
    "train",
    kind="property",
    points=0.5,
    topic="training",
    hint="Split the order of the rows into pieces of batch_size; the smaller rest is a batch too.",
)
def test_training_makes_batches(student, numbers, trains):
    """each epoch has batches of batch_size, with the rest as the last batch"""
    batches = batches_of(student, numbers, 0, trains)
    told = f"37 rows in batches of 8 make 5 batches in each epoch; 3 epochs had {len(batches)} in all"
    require(len(batches) == 15, told)
    for start in (0, 5, 10):
        sizes = [len(batch) for batch in batches[start : start + 5]]
        require(sizes == [8, 8, 8, 8, 5], "the batches of an epoch have wrong sizes")


def epochs_of(batches, epochs=3):
    """Return the row numbers of each epoch, where all epochs have as many rows."""
    rows = list(chain(*batches))
    require(rows and len(rows) % epochs == 0, "the epochs have not equally many rows")
    size = len(rows) // epochs
    return [rows[start : start + size] for start in range(0, len(rows), size)]


@check("train", kind="property", points=0.5, topic="training", hint="A permutation of the rows has each of them once.")
def test_training_visits_every_row_once(student, numbers, trains):
    """each epoch uses no row twice"""
    for epoch in epochs_of(batches_of(student, numbers, 0, trains)):
        require(len(epoch) > 24 and len(set(epoch)) == len(epoch), "an epoch uses a row twice, or few rows")


@check("train", kind="property", points=0.5, topic="training", hint="Draw a new order in each epoch.")
def test_training_shuffles_in_each_epoch(student, numbers, trains):
    """each epoch has a new order"""
    first, second, _ = epochs_of(batches_of(student, numbers, 3, trains))
    require(first != sorted(first), "the rows come in the order in which they were given")
    require(first != second, "every epoch has the same order")


@check("train", kind="property", points=0.25, topic="training", hint="The order depends on the seed.")
def test_training_depends_on_the_seed(student, numbers, trains):
    """another seed gives other orders"""
    batches, others = (epochs_of(batches_of(student, numbers, seed, trains)) for seed in (3, 4))
    require(batches != others, "another seed gives the same batches")


@check(
    "train",
    kind="property",
    points=0.5,
    topic="state",
    hint="Everything random depends on `seed` alone, not on numbers that were drawn before the call.",
)
def test_training_is_reproducible(student, numbers, trains):
    """the same seed gives the same result, whatever random numbers were drawn before"""
    X, y = table(numbers)
    _, twin = line(student, numbers)
    results = []
    for before in (1, 2):
        student.call("torch.manual_seed", before)
        model = sent(student, twin)
        loss = student.name("torch.nn.functional.cross_entropy")
        losses = student.train(model, X.clone(), y.clone(), loss, epochs=4, batch_size=16, seed=5)
        results.append({"losses": np.array([float(value) for value in losses]), **model.state()})
    trains(twin.state_dict(), results[0], X, y)
    assert results[1] == close_to(results[0])


@check("train", kind="property", points=0.5, topic="state", hint=SEEDED)
def test_training_leaves_the_random_state_alone(student, numbers, random_state, trains):
    """the random states of torch, NumPy and Python are the same after the call as before"""
    X, y = table(numbers)
    model, twin = line(student, numbers)
    before = random_state()
    loss = student.name("torch.nn.functional.cross_entropy")
    student.train(model, X, y, loss, epochs=2, batch_size=16, seed=5)
    require(random_state() == before, "the caller's random state has changed afterwards")
    trains(twin.state_dict(), model.state(), X, y)


def dropped(student, numbers, trains):
    """Train a model with dropout twice, after different seeds; return both results and the losses without dropout."""
    X, y = table(numbers)
    _, twin = line(student, numbers)
    results = []
    for before in (1, 2):
        layer = sent(student, twin)
        model = student.call("torch.nn.Sequential", student.call("torch.nn.Dropout", 0.5), layer)
        model.method("train", False)
        student.call("torch.manual_seed", before)
        loss = student.name("torch.nn.functional.cross_entropy")
        losses = student.train(model, X.clone(), y.clone(), loss, epochs=12, batch_size=100, seed=5)
        results.append({"losses": np.array([float(value) for value in losses]), **layer.state()})
    trains(twin.state_dict(), results[0], X, y)
    # Without dropout, one batch of all rows gives the same losses in any order.
    model, loss = sent(student, twin), student.name("torch.nn.functional.cross_entropy")
    plain = student.train(model, X.clone(), y.clone(), loss, epochs=12, batch_size=100, seed=5)
    return results, np.array([float(value) for value in plain])


@check("train", kind="property", points=0.5, topic="training", hint="Call model.train() before the first epoch.")
def test_training_is_in_training_mode(student, numbers, trains):
    """the model is in training mode, so that dropout has an effect"""
    results, plain = dropped(student, numbers, trains)
    require(results[0]["losses"] != close_to(plain), "the model is not in training mode: dropout has no effect")


@check("train", kind="property", points=0.5, topic="state", hint=SEEDED)
def test_training_with_dropout(student, numbers, trains):
    """a model with dropout is trained reproducibly too"""
    results, _ = dropped(student, numbers, trains)
    assert results[1] == close_to(results[0])


@check(
    "train",
    kind="property",
    points=0.25,
    topic="leaves_alone",
    hint="Index X and y to make batches; do not sort or shuffle X and y in place.",
)
def test_training_leaves_the_data_alone(student, numbers, trains):
    """changes neither X nor y, and prints nothing"""
    X, y = table(numbers)
    model, twin = line(student, numbers)
    loss = student.name("torch.nn.functional.cross_entropy")
    seen = student.observe("train", model, X.clone(), y.clone(), loss, epochs=2, batch_size=16)
    require(torch.equal(seen.arguments[1], X) and torch.equal(seen.arguments[2], y), "`train` changes X or y")
    require(seen.printed == "", "`train` prints something")
    trains(twin.state_dict(), model.state(), X, y)
