"""Hidden checks of 03-gradient-comparison: training, against torch's autograd.

What is recorded is judged apart from the descent, with steps so small that the weights stay where they start, and so that
any number of entries will do. Which entry belongs to which weights is a property of the runs themselves.
"""

import functools
from pathlib import Path

import numpy as np
import torch

from autograder.grading import check, close_to, require
from autograder.grading.helpers import floats

LOSSES = ("bce", "mse")
DATA = Path(__file__).resolve().parents[3] / "solutions" / "03-gradient-comparison" / "breast_cancer.csv"


def oracle(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    """The run by automatic differentiation in float64.

    logaddexp, because binary_cross_entropy_with_logits starts threads for a dozen numbers, which takes ten times as long.
    """
    X, y = torch.tensor(np.asarray(X, dtype=float)), torch.tensor(np.asarray(y, dtype=float))
    w = torch.tensor(np.zeros(X.shape[1]) if w0 is None else np.asarray(w0, dtype=float), requires_grad=True)
    b = torch.tensor(float(b0), dtype=torch.float64, requires_grad=True)
    rows = []
    for step in range(steps + 1):
        z = X @ w + b
        value = (torch.logaddexp(z, torch.zeros_like(z)) - z * y if loss == "bce" else (z.sigmoid() - y) ** 2).mean()
        along_w, along_b = torch.autograd.grad(value, (w, b))
        accuracy = ((z >= 0) == (y == 1)).double().mean()
        rows.append([value.item(), accuracy.item(), float((along_w.square().sum() + along_b.square()).sqrt())])
        if step < steps:
            with torch.no_grad():
                w -= lr * along_w
                b -= lr * along_b
    losses, accuracies, norms = np.array(rows).T
    ends = {"w": w.detach().numpy(), "b": b.item()}
    return {"loss": losses, "accuracy": accuracies, "grad_norm": norms, **ends}


def examples(rng, rows=12, features=3):
    """Two overlapping clouds off the origin, so that the bias has something to do; more of class 1."""
    y = (np.arange(rows) % 3 > 0).astype(float)
    return rng.normal(size=(rows, features)) + 0.6 * y[:, None] + 0.4, y


@functools.cache
def _biopsies():
    table = np.loadtxt(DATA, delimiter=",", skiprows=1)
    return table[:, :-1], table[:, -1]


def biopsies(rng):
    """Real data, standardised: rows and columns that `rng` picks, for how all of them go can be worked out at home."""
    X, y = _biopsies()
    rows, columns = (
        rng.permutation(len(X))[: rng.integers(400, 560)],
        rng.permutation(X.shape[1])[: rng.integers(15, 30)],
    )
    X, y = X[np.ix_(rows, columns)], y[rows]
    return (X - X.mean(axis=0)) / X.std(axis=0), y


def saturated(rng):
    """Data and weights whose probabilities round to 0 or 1; half of the examples are surely wrong, and stay so."""
    X = rng.uniform(0.5, 1.5, size=(8, 2)) * np.tile([[1.0], [-1.0]], (4, 1))
    return X, np.array([1.0, 0, 0, 1, 1, 0, 0, 1]), np.array([700.0, 500.0])


HERE = 1e-12  # a learning rate with which the weights stay where they are, for all that can be seen


def recorded(student, key, X, y, loss, **start):
    """Return what a run records first; the steps are tiny, so that it may be noted before or after one."""
    run = student.train(X, y, loss, lr=HERE, steps=3, **start)
    require(isinstance(run, dict) and key in run, f'`train` gives no dict with "{key}"')
    found = floats(run[key], f'"{key}"')
    require(found.ndim == 1 and found.size > 0, f'"{key}" is not an array with one entry for each set of weights')
    return found[0]


def moved(student, X, y, loss, *options, **named):
    """Return w and b at the end, as a dict."""
    run = student.train(X, y, loss, *options, **named)
    require(isinstance(run, dict) and {"w", "b"} <= set(run), '`train` gives no dict with "w" and "b"')
    return {"w": run["w"], "b": run["b"]}


def ends(*run, **named):
    """Return w and b of the oracle's run, to compare with."""
    found = oracle(*run, **named)
    return close_to({"w": found["w"], "b": found["b"]}, sequence_ok=True)


def works(student, X, y, loss="bce"):
    """Require that training does something that depends on X and y, right or wrong; return the run of five steps."""
    runs = [student.train(*data, loss, lr=0.3, steps=5) for data in ((X, y), (X, y), (0.5 - X, y), (X, 1 - y))]
    found = []
    for run in runs:
        require(isinstance(run, dict) and {"loss", "accuracy", "grad_norm", "w", "b"} <= set(run), "keys are missing")
        row = np.concatenate([np.ravel(np.asarray(run[key], dtype=float)) for key in ("w", "b", "loss", "grad_norm")])
        require(np.isfinite(row).all(), "`train` does not give finite numbers yet")
        require(np.shape(run["w"]) == X.shape[1:], '"w" does not have one weight for each feature')
        curves = [np.asarray(run[key], dtype=float) for key in ("loss", "grad_norm")]
        require(all(curve.size > 3 and np.ptp(curve) > 0 for curve in curves), "nothing changes from step to step")
        found.append(row)
    require(np.array_equal(found[0], found[1]), "`train` gives something else when it is called again")
    require(not any(np.array_equal(found[0], other) for other in found[2:]), "the run does not depend on X and y")
    return runs[0]


@check("train", topic="default", hint="The mean over examples of the form in logits.")
def test_losses_of_bce(student, rng):
    """bce: records the mean loss"""
    X, y = examples(rng)
    w0 = rng.normal(size=3)
    expected = oracle(X, y, "bce", steps=0, w0=w0)["loss"][0]
    assert recorded(student, "loss", X, y, "bce", w0=w0) == close_to(expected)


@check("train", topic="default", points=0.75, hint="The loss is the mean of (p - y)².")
def test_losses_of_mse(student, rng):
    """mse: records the mean loss"""
    X, y = examples(rng)
    w0 = rng.normal(size=3)
    expected = oracle(X, y, "mse", steps=0, w0=w0)["loss"][0]
    assert recorded(student, "loss", X, y, "mse", w0=w0) == close_to(expected)


def clear(rng):
    """Examples and weights with no logit near 0, where rounding decides, and an accuracy that is not that of one class."""
    while True:
        (X, y), w0 = examples(rng, rows=30), rng.normal(size=3)
        right = ((X @ w0 >= 0) == (y == 1)).mean()
        if (np.abs(X @ w0) > 1e-3).all() and 0.1 < right < 0.9 and min(abs(right - 1 / 2), abs(right - 2 / 3)) > 0.05:
            return X, y, w0, right


@check("train", topic="evaluation", points=0.5, hint="The share of examples whose predicted class is their label.")
def test_accuracies(student, rng):
    """records the accuracy"""
    X, y, w0, right = clear(rng)
    assert recorded(student, "accuracy", X, y, "bce", w0=w0) == close_to(right)


@check("train", topic="extremes", points=0.25, hint="Predict class 1 if p >= 0.5, also at p = 0.5.")
def test_accuracy_of_an_even_guess(student, rng):
    """puts p = 0.5 into class 1: the accuracy at the start from zeros"""
    X, y, w0, _ = clear(rng)
    found = floats(student.train(X, y, "bce", lr=0.1, steps=2, w0=w0)["accuracy"], '"accuracy"')
    require(not np.allclose(found, y.mean()), "the accuracy does not depend on the weights")
    found = student.train(0 * X, y, "mse", lr=HERE, steps=2)["accuracy"]  # without features, p is 0.5 for all
    assert floats(found, '"accuracy"')[0] == close_to(y.mean())


@check(
    "train",
    topic="gradient",
    points=0.5,
    hint="The root of the sum of the squares over w and b, of the mean's gradient.",
)
def test_gradient_norms(student, rng):
    """bce: records the norm of the gradient, over w and b together"""
    X, y = examples(rng)
    w0 = rng.normal(size=3)
    expected = oracle(X, y, "bce", steps=0, w0=w0)["grad_norm"][0]
    assert recorded(student, "grad_norm", X, y, "bce", w0=w0) == close_to(expected)


@check("train", topic="gradient", points=0.5, hint="Under mse, the slope has the factors 2 and p(1 - p).")
def test_gradient_norms_of_mse(student, rng):
    """mse: records the norm of the gradient, over w and b together"""
    X, y = examples(rng)
    w0 = rng.normal(size=3)
    expected = oracle(X, y, "mse", steps=0, w0=w0)["grad_norm"][0]
    assert recorded(student, "grad_norm", X, y, "mse", w0=w0) == close_to(expected)


@check("train", topic="training", points=0.75, hint="Return them after the last of `steps` updates; b changes, too.")
def test_final_weights(student, rng):
    """bce: returns w and b after the last step"""
    X, y = examples(rng, features=4)
    assert moved(student, X, y, "bce", steps=7) == ends(X, y, "bce", steps=7)


@check("train", topic="training", points=0.75, hint="Return them after the last of `steps` updates; b changes, too.")
def test_final_weights_of_mse(student, rng):
    """mse: returns w and b after the last step"""
    X, y = examples(rng, features=4)
    assert moved(student, X, y, "mse", steps=7) == ends(X, y, "mse", steps=7)


@check("train", topic="default", points=0.25, hint="The defaults are lr=0.5, steps=200, w0=None (zeros) and b0=0.0.")
def test_defaults(student, rng):
    """by default takes 200 steps with lr 0.5 from zeros"""
    X, y = examples(rng, rows=24)
    assert moved(student, X, y, "bce") == ends(X, y, "bce")


@check("train", topic="training", points=0.25, hint="Each update subtracts lr times the gradient; lr stays the same.")
def test_a_given_learning_rate(student, rng):
    """uses lr"""
    X, y = examples(rng)
    assert moved(student, X, y, "bce", lr=1.1, steps=7) == ends(X, y, "bce", lr=1.1, steps=7)


@check("train", topic="training", points=0.25, hint="Start at w0 if it is given.")
def test_given_weights(student, rng):
    """starts at w0"""
    X, y = examples(rng)
    w0 = rng.normal(size=3)
    assert moved(student, X, y, "bce", steps=7, w0=w0) == ends(X, y, "bce", steps=7, w0=w0)


@check("train", topic="training", points=0.25, hint="The bias starts at b0, and not at 0.")
def test_a_given_bias(student, rng):
    """starts at b0, passed by position"""
    X, y = examples(rng)
    assert moved(student, X, y, "bce", 0.5, 7, None, 0.8) == ends(X, y, "bce", steps=7, b0=0.8)


@check(
    "train",
    topic="extremes",
    points=0.5,
    hint="log(p) is -inf where p rounds to 0, and a clipped p gives a wrong loss: use the form in logits.",
)
def test_a_saturated_start_of_bce(student, rng):
    """bce: the loss is exact when all probabilities round to 0 or 1"""
    X, y, w0 = saturated(rng)
    assert recorded(student, "loss", X, y, "bce", w0=w0) == close_to(oracle(X, y, "bce", steps=0, w0=w0)["loss"][0])


@check("train", topic="extremes", points=0.25, hint="A sure mistake is pulled with full force: the slope is 1 or -1.")
def test_steps_of_bce_from_a_saturated_start(student, rng):
    """bce: moves with full force when all probabilities round to 0 or 1"""
    X, y, w0 = saturated(rng)
    assert moved(student, X, y, "bce", steps=4, w0=w0) == ends(X, y, "bce", steps=4, w0=w0)


@check(
    "train",
    topic="extremes",
    points=0.25,
    hint="A saturated sigmoid has no slope: under mse the weights stay, and nothing is nan.",
)
def test_a_saturated_start_of_mse(student, rng):
    """mse: does not move when all probabilities round to 0 or 1"""
    works(student, *examples(rng), "mse")  # a run in which nothing ever moves must not pass
    X, y, w0 = saturated(rng)
    assert moved(student, X, y, "mse", steps=4, w0=w0) == ends(X, y, "mse", steps=4, w0=w0)


@check(
    "train",
    topic="training",
    points=0.25,
    hint="Use all examples in each step: no shuffling, no batches, no early stop.",
)
def test_real_data(student, rng):
    """bce: trains on hundreds of biopsies with many measurements"""
    X, y = biopsies(rng)
    assert moved(student, X, y, "bce", steps=30) == ends(X, y, "bce", steps=30)


@check(
    "train",
    kind="property",
    topic="training",
    points=1.0,
    hint="Entry k belongs to the weights after k updates: steps + 1 entries, the first before any update.",
)
def test_entries_belong_to_their_weights(student, rng):
    """records steps + 1 entries: those of a shorter run, and the last one for the weights that are returned"""
    X, y = examples(rng)
    run = works(student, X, y)
    for steps in (0, 1, 4):
        short = student.train(X, y, "bce", lr=0.3, steps=steps)
        for key in ("loss", "accuracy", "grad_norm"):
            given, longer = (np.asarray(item[key], dtype=float) for item in (short, run))
            require(given.shape == (steps + 1,), f'"{key}" does not have steps + 1 entries')
            require(
                np.allclose(given, longer[: steps + 1]), f'"{key}" of a shorter run is not the beginning of a longer'
            )
    again = student.train(X, y, "bce", lr=0.3, steps=0, w0=np.asarray(run["w"]), b0=float(run["b"]))
    same = all(np.allclose(np.asarray(run[key])[-1], np.asarray(again[key])[0]) for key in ("loss", "grad_norm"))
    require(same, "the last entries do not belong to the w and b that are returned")


@check(
    "train",
    kind="property",
    topic="leaves_alone",
    points=0.25,
    hint="w0 -= … writes into the caller's array: work on a copy.",
)
def test_training_leaves_its_arguments(student, numbers):
    """does not change its arguments"""
    X, y = examples(numbers)
    w0 = numbers.normal(size=3)
    for loss in LOSSES:
        works(student, X, y, loss)
        seen = student.observe("train", X, y, loss, 0.3, 3, w0, 0.25)
        for name, before, place in (("X", X, 0), ("y", y, 1), ("w0", w0, 5)):
            require(np.array_equal(before, seen.arguments[place]), f"`train` changes {name}")


@check("train", kind="property", topic="state", points=0.25, hint="Nothing may be kept from one run to the next.")
def test_training_keeps_no_state(student, numbers):
    """gives the same before and after a run on other examples"""
    X, y = examples(numbers)
    before = works(student, X, y)
    student.train(*examples(numbers, rows=21), "mse", steps=9, w0=np.ones(3), b0=1.0)
    after = works(student, X, y)
    same = all(np.array_equal(before[key], after[key]) for key in ("loss", "accuracy", "grad_norm", "w", "b"))
    require(same, "`train` remembers its earlier runs")


@check(
    "train", kind="property", topic="prints", points=0.25, hint="Take out what you print to see how the training goes."
)
def test_training_prints_nothing(student, numbers):
    """prints nothing"""
    X, y = examples(numbers)
    for loss in LOSSES:
        works(student, X, y, loss)
        require(student.observe("train", X, y, loss, steps=30).printed == "", "`train` prints something")
