"""Hidden checks of 03-gradient-comparison: training, step by step, against torch's autograd and the reference."""

import functools
from pathlib import Path

import numpy as np
import pytest
import torch

from autograder.grading import check, close_to, require

LOSSES = ("bce", "mse")
DATA = Path(__file__).resolve().parents[3] / "solutions" / "03-gradient-comparison" / "breast_cancer.csv"


def oracle(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    """The run by automatic differentiation in float64; "sure" says at which steps no example is near the boundary.

    logaddexp, because binary_cross_entropy_with_logits starts threads for a dozen numbers, which takes ten times as long.
    """
    X, y = torch.tensor(np.asarray(X, dtype=float)), torch.tensor(np.asarray(y, dtype=float))
    w = torch.tensor(np.zeros(X.shape[1]) if w0 is None else np.asarray(w0, dtype=float), requires_grad=True)
    b = torch.tensor(float(b0), dtype=torch.float64, requires_grad=True)
    rows, sure = [], []
    for step in range(steps + 1):
        z = X @ w + b
        value = (torch.logaddexp(z, torch.zeros_like(z)) - z * y if loss == "bce" else (z.sigmoid() - y) ** 2).mean()
        along_w, along_b = torch.autograd.grad(value, (w, b))
        accuracy = ((z >= 0) == (y == 1)).double().mean()
        rows.append([value.item(), accuracy.item(), float((along_w.square().sum() + along_b.square()).sqrt())])
        sure.append(bool(((z.abs() > 1e-4) | (z == 0)).all()))
        if step < steps:
            with torch.no_grad():
                w -= lr * along_w
                b -= lr * along_b
    losses, accuracies, norms = np.array(rows).T
    ends = {"w": w.detach().numpy(), "b": b.item()}
    return {"loss": losses, "accuracy": accuracies, "grad_norm": norms, **ends, "sure": np.array(sure)}


def follow(run, expected, *keys):
    """Hold entries of a student's run against the expected ones; a list serves as an array."""
    assert run == close_to({key: expected[key] for key in keys if key != "accuracy"}, sequence_ok=True)
    if "accuracy" in keys:
        # An example on the boundary may fall to either side by rounding; there the accuracy proves nothing.
        sure = expected.get("sure", np.ones(len(expected["accuracy"]), dtype=bool))
        given = (
            {"accuracy": np.where(sure, expected["accuracy"], run["accuracy"])} if _fits(run, expected) else expected
        )
        assert run == close_to({"accuracy": given["accuracy"]}, sequence_ok=True)


def _fits(run, expected):
    return isinstance(run, dict) and np.shape(run.get("accuracy")) == np.shape(expected["accuracy"])


def examples(rng, rows=12, features=3):
    """Two overlapping clouds off the origin, so that the bias has something to do; more of class 1."""
    y = (np.arange(rows) % 3 > 0).astype(int)
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
    return X, np.array([1, 0, 0, 1, 1, 0, 0, 1]), np.array([700.0, 500.0])


def accepts(student):
    """Call the function with good input: a function that refuses everything validates nothing."""
    for loss in LOSSES:
        student.train(np.array([[1.0, 2.0], [0.5, -1.0]]), np.array([1, 0]), loss, steps=1, w0=np.zeros(2))


@check(
    "train",
    hint="Use the form in logits; record one entry before any step and one after each; use the gradient of the mean.",
)
def test_losses_of_bce(student, rng):
    """bce: the loss at every step"""
    X, y = examples(rng)
    follow(student.train(X, y, "bce", lr=0.3, steps=25), oracle(X, y, "bce", lr=0.3, steps=25), "loss")


@check("train", hint="The loss is the mean of (p - y)²; its slope has the factors 2 and p(1 - p).")
def test_losses_of_mse(student, rng):
    """mse: the loss at every step"""
    X, y = examples(rng)
    follow(student.train(X, y, "mse", lr=0.3, steps=25), oracle(X, y, "mse", lr=0.3, steps=25), "loss")


@check("train", hint="Predict class 1 if p >= 0.5, also at p = 0.5; record one entry before any step.")
def test_accuracies(student, rng):
    """the accuracy at every step, also at the start, where p = 0.5"""
    X, y = examples(rng, rows=30)
    for loss in LOSSES:
        follow(student.train(X, y, loss, lr=0.2, steps=20), oracle(X, y, loss, lr=0.2, steps=20), "accuracy")


@check("train", hint="Take the gradient at the weights of that entry: the root of the sum of its squares over w and b.")
def test_gradient_norms(student, rng):
    """the norm of the gradient at every step, over w and b together"""
    X, y = examples(rng)
    for loss in LOSSES:
        follow(student.train(X, y, loss, lr=0.3, steps=15), oracle(X, y, loss, lr=0.3, steps=15), "grad_norm")


@check("train", hint="Return them after the last of `steps` updates; b changes, too.")
def test_final_weights(student, rng):
    """returns w and b after the last step"""
    X, y = examples(rng, features=4)
    for loss in LOSSES:
        follow(student.train(X, y, loss, lr=0.3, steps=7), oracle(X, y, loss, lr=0.3, steps=7), "w", "b")


@check("train", hint="The defaults are lr=0.5, steps=200, w0=None (zeros) and b0=0.0.")
def test_defaults(student, reference, numbers):
    """by default takes 200 steps with lr 0.5 from zeros"""
    X, y = examples(numbers, rows=24)
    for loss in LOSSES:
        follow(student.train(X, y, loss), reference.train(X, y, loss), "loss", "grad_norm", "w", "b")


@check("train", hint="Start at w0 and b0, and use lr and steps.")
def test_given_weights(student, reference, rng):
    """uses w0, b0, lr and steps, passed by position and by name"""
    X, y = examples(rng, rows=10)
    w0, b0 = rng.normal(size=3), 0.8
    for loss in LOSSES:
        expected = reference.train(X, y, loss, 0.1, 9, w0, b0)
        follow(student.train(X, y, loss, 0.1, 9, w0, b0), expected, "loss", "grad_norm", "w", "b")
        expected = oracle(X, y, loss, lr=1.1, steps=4, b0=-0.7)
        follow(student.train(X, y, loss, b0=-0.7, steps=4, lr=1.1), expected, "loss", "w", "b")


@check("train", hint="log(p) is -inf where p rounds to 0, and a clipped p gives a wrong loss: use the form in logits.")
def test_a_saturated_start_of_bce(student, rng):
    """bce: is exact when all probabilities round to 0 or 1"""
    X, y, w0 = saturated(rng)
    expected = oracle(X, y, "bce", steps=4, w0=w0, b0=3.0)
    follow(student.train(X, y, "bce", steps=4, w0=w0, b0=3.0), expected, "loss", "accuracy", "grad_norm", "w", "b")


@check("train", points=0.5, hint="A saturated sigmoid has no slope: under mse the weights stay, and nothing is nan.")
def test_a_saturated_start_of_mse(student, rng):
    """mse: does not move when all probabilities round to 0 or 1"""
    X, y, w0 = saturated(rng)
    expected = oracle(X, y, "mse", steps=4, w0=w0, b0=3.0)
    follow(student.train(X, y, "mse", steps=4, w0=w0, b0=3.0), expected, "loss", "accuracy", "grad_norm", "w", "b")


@check("train", points=0.5, hint="Use all examples in each step: no shuffling, no batches, no early stop.")
def test_real_data(student, rng):
    """trains on hundreds of biopsies with many measurements, right at every step of both losses"""
    for loss in LOSSES:
        X, y = biopsies(rng)
        expected = oracle(X, y, loss, steps=30)
        follow(student.train(X, y, loss, steps=30), expected, "loss", "accuracy", "grad_norm", "w", "b")


@check("train", points=0.5, hint="Make float arrays of X, y and w0 first; steps=0 only records the start.")
def test_integers_lists_and_no_step(student, numbers):
    """takes lists, integers (also unsigned) and a single feature; steps=0 records the start"""
    X, y = numbers.integers(0, 4, size=(6, 2)).astype(np.uint8), np.array([1, 0, 1, 1, 0, 1], dtype=np.uint8)
    for loss in LOSSES:
        expected = oracle(X, y, loss, steps=3, w0=[1, -1])
        keys = ("loss", "accuracy", "grad_norm", "w", "b")
        follow(student.train(X, y, loss, steps=3, w0=np.array([1, -1])), expected, *keys)
        follow(student.train(X.tolist(), y.tolist(), loss, steps=3, w0=[1, -1]), expected, *keys)
        follow(student.train(X[:, :1], y, loss, steps=0), oracle(X[:, :1], y, loss, steps=0), *keys)


@check("train", points=0.5, hint="w0 -= … writes into the caller's array: work on a copy.")
def test_training_leaves_its_arguments(student, numbers):
    """does not change its arguments, keeps no state between runs, prints nothing"""
    X, y = examples(numbers)
    y, w0 = y.astype(float), numbers.normal(size=3)
    for loss in LOSSES:
        seen = student.observe("train", X, y, loss, 0.3, 3, w0, 0.25)
        for name, before, after in zip(
            ("X", "y", "w0"), (X, y, w0), [*seen.arguments[:2], seen.arguments[5]], strict=True
        ):
            require(np.array_equal(before, after), f"`train` changes {name}")
        require(seen.printed == "", "`train` prints something")
        for _ in range(2):
            follow(student.train(X, y, loss, steps=3), oracle(X, y, loss, steps=3), "loss", "w", "b")


@check("validation", points=0.5, hint='Raise a ValueError for any loss other than "mse" and "bce".')
def test_training_on_an_unknown_loss(student, numbers):
    """train: an unknown loss raises a ValueError that names it"""
    accepts(student)
    with pytest.raises(ValueError) as caught:
        student.train(*examples(numbers), "hinge", steps=1)
    require("hinge" in str(caught.value), "the message does not name the loss")


@check("validation", points=0.5, hint="X is (N, D) and y is (N,): compare before you multiply, and name both.")
def test_training_on_shapes_that_do_not_fit(student, numbers):
    """train: shapes of X and y that do not fit raise a ValueError that names them"""
    accepts(student)
    for loss in LOSSES:
        for first, second in (((5, 2), (5, 1)), ((5, 2), (4,)), ((5, 2), (1,)), ((5,), (5,)), ((5, 2, 1), (5,))):
            with pytest.raises(ValueError) as caught:
                student.train(numbers.normal(size=first), numbers.integers(0, 2, size=second), loss, steps=1)
            text = str(caught.value).replace(" ", "")
            wanted = (first, second) if len(first) == 2 else (first,)
            named = all(str(shape).replace(" ", "") in text for shape in wanted)
            require(named, "the message does not name the shapes")


@check("validation", points=0.5, hint="w0 has one weight for each feature, in one axis.")
def test_training_from_weights_that_do_not_fit(student, numbers):
    """train: a w0 whose shape is not (D,) raises a ValueError"""
    accepts(student)
    for loss in LOSSES:
        for shape in ((3, 1), (4,), (1,), (1, 3)):
            with pytest.raises(ValueError):
                student.train(*examples(numbers), loss, steps=1, w0=np.zeros(shape))


@check("validation", points=0.5, hint="The mean over no examples is NaN: refuse empty input.")
def test_training_on_nothing(student):
    """train: empty input raises a ValueError"""
    accepts(student)
    for loss in LOSSES:
        with pytest.raises(ValueError):
            student.train(np.zeros((0, 3)), np.zeros(0), loss, steps=1)


@check("validation", points=0.5, hint="Labels are 0 or 1; refuse anything else before the first step.")
def test_training_on_labels_that_are_none(student, numbers):
    """train: a label other than 0 and 1 raises a ValueError that names it"""
    accepts(student)
    for loss in LOSSES:
        for label in (7, -1, 0.5):
            with pytest.raises(ValueError) as caught:
                student.train(numbers.normal(size=(3, 2)), np.array([1, label, 0]), loss, steps=1)
            require(str(label) in str(caught.value), "the message does not name the label")
