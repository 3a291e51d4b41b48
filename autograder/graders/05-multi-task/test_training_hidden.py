"""Hidden checks of 05-multi-task: training, with models made by the grader."""

import functools

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from autograder.grading import check, close_to, require

KEYS = ("total", "classification", "regression", "weight_classification", "weight_regression")
# A learning rate at which nothing moves: losses are the same before and after a step, on a batch and on all rows.
STILL = 1e-7


def penguins(rng, rows=64, features=5):
    """Draw data that a linear model can learn; 64 rows split into equal batches of any usual size."""
    X = torch.tensor(rng.normal(size=(rows, features)), dtype=torch.float32)
    scores = X @ torch.tensor(rng.normal(size=(features, 3)), dtype=torch.float32)
    values = 2 + X @ torch.tensor(rng.normal(size=features), dtype=torch.float32)
    return {"X": X, "labels": scores.argmax(dim=1), "values": values}


def two_headed(student, seed=0):
    """Make a linear model of 5 features with 3 logits and a value."""
    student.call("torch.manual_seed", seed)
    return student.call("kit.Split", student.call("torch.nn.Linear", 5, 4))


def losses(model, data):
    """Compute both losses of the model as it is now."""
    weight, bias = model.state()["inner.weight"].double(), model.state()["inner.bias"].double()
    table = data["X"].double() @ weight.T + bias
    labels, values = data["labels"], data["values"].double()
    return F.cross_entropy(table[:, :3], labels).item(), F.mse_loss(table[:, 3], values).item()


def batch(rng, rows=8):
    """Draw the arguments of a loss; logits and predictions require a gradient."""
    logits = torch.tensor(rng.normal(size=(rows, 3)), requires_grad=True)
    pred = torch.tensor(rng.normal(size=rows), requires_grad=True)
    return logits, torch.tensor(rng.integers(0, 3, size=rows)), pred, torch.tensor(rng.normal(size=rows))


def factors(loss, logits, labels, pred, target):
    """Return the factors by which the student's own loss really multiplies each loss, told from its gradients."""
    one = torch.autograd.grad(F.cross_entropy(logits, labels), logits)[0]
    two = torch.autograd.grad(F.mse_loss(pred, target), pred)[0]
    found = loss.differentiate(logits, labels, pred, target).gradients
    pairs = zip(found, (one, two), strict=True)
    return [0.0 if given is None else float((given * plain).sum() / plain.square().sum()) for given, plain in pairs]


def history_of(value, epochs=None):
    """Return the five lists as arrays; require numbers, of `epochs` if given: one check asks for as many as epochs."""
    require(isinstance(value, dict), "train_multi_task has to return a dict")
    for key in KEYS:
        require(key in value, f'key "{key}" is missing')
        found = value[key]
        require(hasattr(found, "__len__") and len(found) > 0, f'"{key}" is not a list of numbers')
        right = epochs is None or len(found) == epochs
        require(right, f'"{key}" does not have one entry for each epoch')
    history = {key: np.array([float(item) for item in value[key]]) for key in KEYS}
    for key in KEYS:
        require(np.isfinite(history[key]).all(), f'"{key}" is not finite')
    return history


def near(given, wanted, tolerance):
    return bool(np.allclose(given, wanted, rtol=tolerance, atol=tolerance * 1e-2))


def uncertain(rng, rows=64):
    """Draw data that no model can fit without error: the values have random errors, and some labels are wrong."""
    data = penguins(rng, rows)
    off = torch.tensor(rng.normal(size=rows), dtype=torch.float32)
    some = torch.tensor(rng.permutation(rows) < rows // 4)
    labels = torch.where(some, (data["labels"] + 1) % 3, data["labels"])
    return {"X": data["X"], "labels": labels, "values": data["values"] + off}


def least_entropy(data):
    """Return the smallest cross-entropy of a linear model; there is no formula for it."""
    X = torch.cat([data["X"].double(), torch.ones(len(data["X"]), 1, dtype=torch.float64)], dim=1)
    weight = torch.zeros(X.shape[1], 3, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weight], max_iter=200, line_search_fn="strong_wolfe")

    def value():
        optimiser.zero_grad()
        found = F.cross_entropy(X @ weight, data["labels"])
        found.backward()
        return found

    optimiser.step(value)
    return value().item()


@pytest.fixture(scope="session")
def descents(student):
    """Return a function that trains new models for 1, 3 and 10 epochs, and then for 150 with larger steps.

    It gives the data, the cross-entropy before, and for each training that of the model afterwards and the noted ones.
    """

    @functools.cache
    def found(seed):
        data = uncertain(np.random.default_rng(seed))
        before, told = losses(two_headed(student), data)[0], []
        for epochs, lr in ((1, 0.01), (3, 0.01), (10, 0.01), (150, 0.05)):
            model = two_headed(student)
            value = student.train_multi_task(model, student.MultiTaskLoss(mode="fixed"), data, lr=lr, epochs=epochs)
            told.append((losses(model, data)[0], entropies(value)))
        return data, before, told

    return found


def entropies(value):
    """Return the noted cross-entropies; of none, NaN."""
    try:
        return [float(item) for item in value["classification"]] or [float("nan")]
    except (KeyError, TypeError, ValueError):
        return [float("nan")]


@pytest.fixture(scope="session")
def trains(descents):
    """Return a function that tells whether train_multi_task descends: the loss falls with each epoch, and not at once.

    A function that does nothing, that moves the model without looking at the data, or that solves for the weights could
    pass every other check of this part. If another model than the given one is trained, or always for as many epochs,
    the noted losses have to fall.
    """

    @functools.cache
    def found():
        for seed in (1, 2):
            data, before, told = descents(seed)
            least, noted = least_entropy(data), told[2][1]
            ways = [number for number, _ in told[:3]], [noted[min(place, len(noted)) - 1] for place in (1, 3, 10)]
            if not any(falls(before, way, least) for way in ways):
                return False
        return True

    return found


def falls(before, found, least):
    """Tell whether a loss falls from number to number, and by the first one only a part of the way."""
    way = [(before - number) / (before - least) for number in found]
    return -0.01 < way[0] < min(0.6, way[1]) and way[1] < way[2]


def does_train(trains):
    require(trains(), "the model's losses do not fall from epoch to epoch")


@check("train", topic="default", points=0.5, hint="Append one number to each of the five lists in every epoch.")
def test_lists_of_a_history(student, numbers, trains):
    """the history has five lists with one number for each epoch"""
    does_train(trains)
    data = penguins(numbers)
    for epochs in (1, 4):
        value = student.train_multi_task(two_headed(student), student.MultiTaskLoss(mode="fixed"), data, epochs=epochs)
        history_of(value, epochs)
    history_of(student.train_multi_task(two_headed(student), student.MultiTaskLoss(), data), 200)


@check(
    "train",
    topic="default",
    points=0.5,
    hint="In every epoch, note both losses without their weights, each a mean over the rows.",
)
def test_raw_losses_of_a_history(student, rng, trains):
    """the history holds the model's losses without weights"""
    does_train(trains)
    data, model = uncertain(rng), two_headed(student)
    data["values"] = 3 * data["values"]
    loss = student.MultiTaskLoss(mode="fixed", lam=0.25)
    first = losses(model, data)
    history = history_of(student.train_multi_task(model, loss, data, lr=STILL, epochs=2))
    for key, wanted in zip(KEYS[1:3], first, strict=True):
        require(near(history[key], wanted, 1e-3), f'"{key}" is not the mean loss of the model')


@check(
    "train",
    topic="training",
    points=0.25,
    hint="Note each epoch's losses as they were measured in it, from the first to the last.",
)
def test_history_follows_the_training(student, descents, trains):
    """the noted losses are those of the model in each epoch"""
    does_train(trains)
    _, before, told = descents(1)
    if all(abs(found - before) < 1e-6 for found, _ in told):
        return  # another model was trained, which costs a point elsewhere
    earlier = before
    for found, noted in told[:3]:
        right = found - 0.05 * before <= noted[-1] <= earlier + 0.05 * before
        require(right, 'the last "classification" is not the loss of the model in the last epoch')
        earlier = found


def notes_its_weights(student, rng, options, nominal):
    """Require the noted weights to be those of the statement, or those that the student's own loss really has."""
    measured = factors(student.MultiTaskLoss(**options), *batch(rng))
    loss = student.MultiTaskLoss(**options)
    value = student.train_multi_task(two_headed(student), loss, penguins(rng), lr=STILL, epochs=2)
    history = history_of(value)
    noted = history["weight_classification"], history["weight_regression"]
    right = any(
        all(near(given, wanted, 1e-3) for given, wanted in zip(noted, pair, strict=True))
        for pair in (nominal, measured)  # a wrong loss costs its points elsewhere
    )
    require(right, "the noted weights are not the factors of the losses")


@check("train", topic="weights", points=0.5, hint="In the fixed mode the factors are 1 and lam.")
def test_fixed_weights_of_a_history(student, numbers, trains):
    """in the fixed mode the weights are 1 and lam"""
    does_train(trains)
    notes_its_weights(student, numbers, {"mode": "fixed", "lam": 0.25}, (1, 0.25))


@check(
    "train", topic="weights", points=0.5, hint="In the uncertainty mode the factors are e^(-s1) and half of e^(-s2)."
)
def test_learnt_weights_of_a_history(student, numbers, trains):
    """in the uncertainty mode the weights are the current factors"""
    does_train(trains)
    notes_its_weights(student, numbers, {"mode": "uncertainty"}, (1, 0.5))


@check("train", topic="default", points=0.5, hint="Note the value that loss_fn returns.")
def test_total_of_a_history(student, rng, trains):
    """the total is the value of the combined loss"""
    does_train(trains)
    data, model, loss = penguins(rng), two_headed(student), student.MultiTaskLoss(mode="fixed", lam=0.25)
    logits, value = model(data["X"])
    own = float(loss(logits.detach(), data["labels"], value.detach(), data["values"]).detach())
    one, two = losses(model, data)
    history = history_of(student.train_multi_task(model, loss, data, lr=STILL, epochs=2))
    right = near(history["total"], own, 1e-3) or near(history["total"], one + 0.25 * two, 1e-3)
    require(right, '"total" is not the combined loss')


@check(
    "train",
    topic="weights",
    points=0.5,
    hint="Read the factors again in each epoch, because s changes during training.",
)
def test_weights_follow_the_loss(student, numbers, trains):
    """in the uncertainty mode the noted weights change with the loss's own factors"""
    does_train(trains)
    loss, data, same = student.MultiTaskLoss(mode="uncertainty"), penguins(numbers), batch(numbers)
    before = factors(loss, *same)
    history = history_of(student.train_multi_task(two_headed(student), loss, data, lr=0.03, epochs=60))
    for key, was, now in zip(KEYS[3:], before, factors(loss, *same), strict=True):
        require(history[key][0] > 0, f'the first "{key}" is not positive')
        last = history[key][-1]  # off by the same factor throughout, which costs another check
        right = near(last, now, 0.2) or near(last / history[key][0], now / was if was else 1.0, 0.2)
        require(right, f'"{key}" does not change as the factor in the loss does')


@check(
    "train",
    topic="training",
    hint="In each step clear the gradients, call backward() on the combined loss, and then step().",
)
def test_training_learns_both_tasks(student, numbers, descents, trains):
    """both losses of the given model fall and stay low"""
    does_train(trains)
    data, model = penguins(numbers), two_headed(student)
    first = losses(model, data)
    history = history_of(
        student.train_multi_task(model, student.MultiTaskLoss(mode="fixed"), data, lr=0.05, epochs=120)
    )
    for key, was, now in zip(KEYS[1:3], first, losses(model, data), strict=True):
        require(now < 0.5 * was, f'the model\'s loss of "{key}" has hardly changed')
        late = history[key][len(history[key]) // 2 :]
        require(late.max() < 0.6 * was, f'"{key}" does not stay low')
        require(late[-10:].mean() < 1.2 * late[:10].mean(), f'"{key}" rises again')
    some, before, told = descents(1)  # after this check's own call, from which a mistake can be told
    least = least_entropy(some)
    require(told[-1][0] - least < 0.15 * (before - least), "the cross-entropy does not come near its least value")


@check("train", topic="training", hint="Give the optimiser the parameters of both the model and the loss.")
def test_training_moves_the_loss(student, numbers, trains):
    """the parameters of the loss are trained too"""
    does_train(trains)
    loss = student.MultiTaskLoss(mode="uncertainty")
    if not loss.parameters():  # a mistake of the loss, not of the training
        loss = student.call("kit.with_parameter", student.MultiTaskLoss(mode="fixed"))
    before = loss.parameters()
    data = penguins(numbers)
    data["values"] = 4 * data["values"]
    student.train_multi_task(two_headed(student), loss, data, lr=0.02, epochs=5)
    after = loss.parameters()
    moved = all(float((after[name] - before[name]).detach().abs().max()) > 1e-3 for name in before)
    require(moved, "parameters of the loss do not change")


@check(
    "train",
    kind="property",
    topic="evaluation",
    points=0.5,
    hint="Call model.train() before the first epoch: dropout does nothing in eval mode.",
)
def test_training_mode(student, numbers, trains):
    """a model given in eval mode is trained in training mode"""
    does_train(trains)
    probe = student.call("kit.Probe", two_headed(student))
    probe.method("train", False)
    student.train_multi_task(probe, student.MultiTaskLoss(mode="fixed"), penguins(numbers), epochs=2)
    stepped = [call for call in probe.attribute("calls") if call[1]]
    require(stepped, "the model is never called with gradients on")
    require(all(call[0] for call in stepped), "the model is trained in eval mode")


@check(
    "train",
    kind="property",
    topic="state",
    points=0.5,
    hint="Everything random depends on the seed, and on nothing else.",
)
def test_training_is_repeatable(student, numbers, trains):
    """the same seed gives the same training, even for a model with dropout"""
    does_train(trains)
    data = penguins(numbers)
    for kind in ("torch.nn.Identity", "torch.nn.Dropout"):
        found = []
        for mood in (5, 6):
            student.call("torch.manual_seed", 0)
            layers = student.call("torch.nn.Linear", 5, 4), student.call(kind)
            model = student.call("kit.Split", student.call("torch.nn.Sequential", *layers))
            student.call("torch.manual_seed", mood)
            loss = student.MultiTaskLoss(mode="fixed")
            value = student.train_multi_task(model, loss, data, lr=0.05, epochs=4, seed=3)
            found.append((history_of(value), model.state()["inner.0.weight"]))
        assert found[0][0] == close_to(found[1][0])
        assert found[0][1] == close_to(found[1][1])


@check(
    "train",
    kind="property",
    topic="state",
    points=0.25,
    hint="torch.manual_seed changes the caller's random state: call it inside fork_rng, or use a Generator.",
)
def test_training_leaves_random_numbers(student, numbers, trains):
    """the caller's random state stays unchanged"""
    does_train(trains)
    model = two_headed(student)
    before = student.call("torch.get_rng_state")
    student.train_multi_task(model, student.MultiTaskLoss(mode="fixed"), penguins(numbers), epochs=2, seed=11)
    require(torch.equal(before, student.call("torch.get_rng_state")), "the caller's random state has changed")


@check(
    "train",
    kind="property",
    topic="leaves_alone",
    points=0.25,
    hint="Make batches as new tensors; do not change the given data.",
)
def test_training_leaves_the_data(student, numbers, trains):
    """changes no data"""
    does_train(trains)
    data = penguins(numbers)
    seen = student.observe("train_multi_task", two_headed(student), student.MultiTaskLoss(mode="fixed"), data, epochs=3)
    after = next((item for item in seen.arguments if isinstance(item, dict)), {})
    same = all(isinstance(after.get(key), torch.Tensor) and torch.equal(after[key], data[key]) for key in data)
    require(same, "the data have changed")


@check("train", kind="property", topic="prints", points=0.25, hint="The history tells what happens: print nothing.")
def test_training_prints_nothing(student, numbers, trains):
    """prints nothing"""
    does_train(trains)
    loss, data = student.MultiTaskLoss(mode="fixed"), penguins(numbers)
    seen = student.observe("train_multi_task", two_headed(student), loss, data, epochs=3)
    require(seen.printed == "", "the function prints something")
