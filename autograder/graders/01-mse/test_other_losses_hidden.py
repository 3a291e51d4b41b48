"""Hidden checks of 01-mse, RMSE, MAE and Huber with gradients: values against torch, properties against themselves.

As for the MSE, the axes' checks alone judge whether a loss is a number and a gradient an array.
"""

import numpy as np
import torch
import torch.nn.functional as F

from autograder.grading import check, close_to, require
from autograder.grading.helpers import answers, gradient, keeps_arguments, pair, prints_nothing, unboxed


def root_of_mse(pred, target):
    return F.mse_loss(pred, target).sqrt()


def gives(student, function, oracle, pred, target, *delta, **named):
    """Require the value of a loss as torch computes it."""
    expected = oracle(torch.tensor(pred), torch.tensor(target))
    assert unboxed(getattr(student, function)(pred, target, *delta, **named)) == close_to(expected)


def has_the_slopes(student, function, oracle, pred, target, **named):
    """Require the gradient that torch computes."""
    expected = gradient(oracle, pred, target)
    assert getattr(student, function)(pred, target, **named) == close_to(expected, sequence_ok=True)


def with_an_outlier(rng, size):
    pred, target = pair(rng, size)
    pred[int(rng.integers(size))] += rng.uniform(300, 500) * rng.choice([-1, 1])
    return pred, target


def of_all_elements(student, function, rng, *shape):
    """Require that a table has the loss that its elements have in one row."""
    (pred, target), other = pair(rng, *shape), pair(rng, *shape)
    row = [item.ravel() for item in (pred, target)]
    expected = answers(student, function, row, [item.ravel() for item in other])
    assert getattr(student, function)(pred, target) == close_to(expected)


def slopes_of_all_elements(student, function, rng, *shape):
    """Require that a table has the slopes that its elements have in one row, in its own shape."""
    pred, target = pair(rng, *shape)
    row = [item.ravel() for item in (pred, target)]
    expected = answers(student, function, row, turned(*row), shape=(pred.size,))
    assert getattr(student, function)(pred, target) == close_to(expected.reshape(shape))


def turned(pred, target):
    """Return other arguments, each of which turns the signs of all errors."""
    return 2.25 * target - 1.25 * pred, 2.25 * pred - 1.25 * target


@check("rmse", topic="default", points=0.75, hint="Take the root after the mean.")
def test_rmse_of_a_vector(student, rng):
    """takes the root of the mean"""
    gives(student, "rmse", root_of_mse, *pair(rng, 8))


@check(
    "rmse", topic="extremes", points=0.25, hint="The root is taken of the mean, after large errors have been squared."
)
def test_rmse_with_an_outlier(student, rng):
    """an outlier dominates"""
    gives(student, "rmse", root_of_mse, *with_an_outlier(rng, 9))


def close_by(rng):
    """Return predictions that are off by much less than their values, targets, and errors; exact in float32."""
    target = rng.integers(1000, 1100, size=6).astype(float)
    errors = rng.integers(1, 9, size=6) * rng.choice([-1, 1], size=6) / 1024
    return target + errors, target, errors


@check("rmse", topic="precision", points=0.25, hint="Add nothing under the root; it needs no help, not even at 0.")
def test_rmse_of_small_errors(student, rng):
    """is exact when errors are much smaller than the values"""
    pred, target, errors = close_by(rng)
    assert unboxed(student.rmse(pred, target)) == close_to(np.sqrt(np.mean(errors**2)))


@check(
    "rmse",
    kind="property",
    topic="axes",
    points=0.5,
    hint="The mean under the root is over *all* elements, and the RMSE is one number.",
)
def test_rmse_of_a_matrix(student, rng):
    """a table has the RMSE of its elements in one row, as one number"""
    of_all_elements(student, "rmse", rng, 4, 5)


@check("rmse", topic="gradient", points=0.75, hint="By the chain rule, the error is divided by n times the RMSE.")
def test_rmse_grad_of_a_vector(student, rng):
    """the gradient of a vector"""
    has_the_slopes(student, "rmse_grad", root_of_mse, *pair(rng, 7))


@check("rmse", topic="precision", points=0.25, hint="Add nothing under the root; only a perfect fit is a special case.")
def test_rmse_grad_of_small_errors(student, rng):
    """the gradient is exact when errors are much smaller than the values"""
    pred, target, errors = close_by(rng)
    expected = errors / (6 * np.sqrt(np.mean(errors**2)))
    assert student.rmse_grad(pred, target) == close_to(expected, sequence_ok=True)


@check("rmse", topic="extremes", points=0.75, hint="At a perfect fit the formula is 0/0: handle this case separately.")
def test_hidden_rmse_grad_at_a_perfect_fit(student, rng):
    """the gradient at a perfect fit is zeros in the shape of pred"""
    pred, target = pair(rng, 6)
    answers(student, "rmse_grad", (pred, target), pair(rng, 6), shape=(6,))  # zeros everywhere must not pass
    assert student.rmse_grad(pred, pred.copy()) == close_to(np.zeros(6), sequence_ok=True)


@check(
    "rmse",
    kind="property",
    topic="axes",
    points=0.5,
    hint="n is the number of all elements; the result is an array and has the shape of pred.",
)
def test_rmse_grad_of_a_matrix(student, rng):
    """the gradient of a table is an array of its shape, with the slopes that its elements have in one row"""
    slopes_of_all_elements(student, "rmse_grad", rng, 3, 2)


@check(
    "rmse",
    kind="property",
    topic="leaves_alone",
    points=0.25,
    hint="In-place operations such as -= write into the caller's array.",
)
def test_rmse_leaves_its_arguments(student, numbers):
    """neither function changes its arguments"""
    keeps_arguments(student, "rmse", pair(numbers, 4), pair(numbers, 4))
    keeps_arguments(student, "rmse_grad", pair(numbers, 4), pair(numbers, 4), shape=(4,))


@check("rmse", kind="property", topic="prints", points=0.25, hint="Take out what you print while you look for errors.")
def test_rmse_prints_nothing(student, numbers):
    """neither function prints anything"""
    prints_nothing(student, "rmse", pair(numbers, 4), pair(numbers, 4))
    prints_nothing(student, "rmse_grad", pair(numbers, 4), pair(numbers, 4), shape=(4,))


@check("mae", topic="default", points=0.75, hint="The mean of the absolute errors.")
def test_mae_of_a_vector(student, rng):
    """averages the absolute errors of a vector"""
    gives(student, "mae_loss", F.l1_loss, *pair(rng, 11))


@check("mae", topic="extremes", points=0.25, hint="An error that is ten times as large counts ten times, no more.")
def test_mae_with_an_outlier(student, rng):
    """an outlier counts with its size"""
    gives(student, "mae_loss", F.l1_loss, *with_an_outlier(rng, 8))


@check("mae", kind="property", topic="axes", points=0.5, hint="The mean is over *all* elements, and it is one number.")
def test_mae_of_a_matrix(student, rng):
    """a table has the MAE of its elements in one row, as one number"""
    of_all_elements(student, "mae_loss", rng, 4, 3)


@check("mae", topic="gradient", points=0.75, hint="The sign of the error, divided by n.")
def test_mae_grad_of_a_vector(student, rng):
    """the gradient of a vector"""
    has_the_slopes(student, "mae_grad", F.l1_loss, *pair(rng, 9))


@check("mae", topic="extremes", points=0.5, hint="At an error of 0 take the subgradient 0.")
def test_mae_grad_at_zero(student, rng):
    """the subgradient at an error of 0 is 0"""
    pred, target = pair(rng, 6)
    answers(student, "mae_grad", (pred, target), turned(pred, target), shape=(6,))  # zeros everywhere must not pass
    pred[[1, 4]] = target[[1, 4]]
    found = np.asarray(student.mae_grad(pred, target), dtype=float)
    require(found.shape == (6,), "the gradient has not the shape of pred")
    require((found[[1, 4]] == 0).all(), "the slope is not 0 where the error is")


@check(
    "mae",
    kind="property",
    topic="reduction",
    points=0.25,
    hint="n counts all elements, those that are predicted perfectly too.",
)
def test_mae_grad_counts_perfect_predictions(student, rng):
    """the other slopes stay the same when one prediction becomes perfect"""
    pred, target = pair(rng, 6)
    made = answers(student, "mae_grad", (pred, target), turned(pred, target), shape=(6,))
    pred[2] = target[2]
    found = np.asarray(student.mae_grad(pred, target), dtype=float)
    others = [0, 1, 3, 4, 5]
    kept = found.shape == (6,) and np.allclose(found[others], made[others])
    require(kept, "a perfect prediction changes the slopes of the others")


@check(
    "mae",
    kind="property",
    topic="axes",
    points=0.5,
    hint="n is the number of all elements; the result is an array and has the shape of pred.",
)
def test_mae_grad_of_a_matrix(student, rng):
    """the gradient of a table is an array of its shape, with the slopes that its elements have in one row"""
    slopes_of_all_elements(student, "mae_grad", rng, 4, 3)


@check(
    "mae",
    kind="property",
    topic="leaves_alone",
    points=0.25,
    hint="In-place operations such as -= write into the caller's array.",
)
def test_mae_leaves_its_arguments(student, numbers):
    """neither function changes its arguments"""
    first = pair(numbers, 4)
    keeps_arguments(student, "mae_loss", first, pair(numbers, 4))
    keeps_arguments(student, "mae_grad", first, turned(*first), shape=(4,))


@check("mae", kind="property", topic="prints", points=0.25, hint="Take out what you print while you look for errors.")
def test_mae_prints_nothing(student, numbers):
    """neither function prints anything"""
    first = pair(numbers, 4)
    prints_nothing(student, "mae_loss", first, pair(numbers, 4))
    prints_nothing(student, "mae_grad", first, turned(*first), shape=(4,))


def huber(delta=1.0):
    return lambda pred, target: F.huber_loss(pred, target, delta=delta)


def on_both_sides(rng, size=20, delta=1.0):
    """Return predictions and targets whose errors are on both sides of delta, with both signs."""
    sizes = delta * (np.resize([0.05, 1.05], size) + 0.9 * rng.random(size))
    target = rng.normal(size=size)
    return target + sizes * np.resize([1, 1, -1, -1], size), target


@check("huber", topic="default", points=0.75, hint="Half the squared error up to delta, a straight line beyond it.")
def test_huber_with_the_default(student, rng):
    """averages both branches, with the default delta of 1"""
    gives(student, "huber_loss", huber(), *on_both_sides(rng, 14))


@check("huber", topic="default", points=0.25, hint="Up to delta, the loss is half the squared error.")
def test_huber_of_small_errors(student, rng):
    """small errors have half their square"""
    target = rng.normal(size=9)
    gives(student, "huber_loss", huber(), target + rng.uniform(-0.6, 0.6, size=9), target)


@check(
    "huber",
    topic="extremes",
    points=0.25,
    hint="Beyond delta, the loss is delta times the error's size less half delta.",
)
def test_huber_of_large_errors(student, rng):
    """large errors lie on a straight line"""
    target = rng.normal(size=9)
    gives(student, "huber_loss", huber(), target + rng.uniform(2, 90, size=9) * np.resize([1, -1], 9), target)


@check("huber", topic="delta", points=0.5, hint="Smooth L1 is Huber divided by delta: which of the two is yours?")
def test_huber_with_a_small_delta(student, rng):
    """uses a delta below 1"""
    gives(student, "huber_loss", huber(0.5), *on_both_sides(rng, delta=0.5), delta=0.5)


@check("huber", topic="delta", points=0.5, hint="Smooth L1 is Huber divided by delta: which of the two is yours?")
def test_huber_with_a_large_delta(student, rng):
    """uses a delta above 1, passed by position"""
    gives(student, "huber_loss", huber(3.0), *on_both_sides(rng, delta=3.0), 3.0)


@check(
    "huber", kind="property", topic="axes", points=0.5, hint="The mean is over *all* elements, and it is one number."
)
def test_huber_of_a_matrix(student, rng):
    """a table has the loss of its elements in one row, as one number"""
    of_all_elements(student, "huber_loss", rng, 6, 4)


@check(
    "huber", topic="gradient", points=0.75, hint="The error up to delta, plus or minus delta beyond it, divided by n."
)
def test_huber_grad_of_both_branches(student, rng):
    """the gradient is right in both branches, with the default delta of 1"""
    has_the_slopes(student, "huber_grad", huber(), *on_both_sides(rng, 12))


@check("huber", topic="delta", points=0.25, hint="The slope outside is delta, and so is the error where it begins.")
def test_huber_grad_with_a_small_delta(student, rng):
    """the gradient uses a delta below 1"""
    has_the_slopes(student, "huber_grad", huber(0.5), *on_both_sides(rng, delta=0.5), delta=0.5)


@check("huber", topic="delta", points=0.25, hint="The slope outside is delta, and so is the error where it begins.")
def test_huber_grad_with_a_large_delta(student, rng):
    """the gradient uses a delta above 1"""
    has_the_slopes(student, "huber_grad", huber(3.0), *on_both_sides(rng, delta=3.0), delta=3.0)


@check(
    "huber",
    topic="extremes",
    points=0.5,
    hint="An error of exactly delta has the slope of both branches, which is delta.",
)
def test_huber_grad_at_the_seam(student, rng):
    """the slope is right where the branches meet"""
    target = np.round(rng.normal(size=4) * 4) / 4
    pred = target + np.array([1.0, -1.0, 0.5, -1.0])
    assert student.huber_grad(pred, target) == close_to(np.array([1.0, -1.0, 0.5, -1.0]) / 4, sequence_ok=True)


@check(
    "huber",
    kind="property",
    topic="axes",
    points=0.5,
    hint="n is the number of all elements; the result is an array and has the shape of pred.",
)
def test_huber_grad_of_a_matrix(student, rng):
    """the gradient of a table is an array of its shape, with the slopes that its elements have in one row"""
    slopes_of_all_elements(student, "huber_grad", rng, 5, 4)


@check(
    "huber",
    kind="property",
    topic="leaves_alone",
    points=0.25,
    hint="In-place operations such as -= write into the caller's array.",
)
def test_huber_leaves_its_arguments(student, numbers):
    """neither function changes its arguments"""
    keeps_arguments(student, "huber_loss", pair(numbers, 4), pair(numbers, 4))
    keeps_arguments(student, "huber_grad", pair(numbers, 4), pair(numbers, 4), shape=(4,))


@check("huber", kind="property", topic="prints", points=0.25, hint="Take out what you print while you look for errors.")
def test_huber_prints_nothing(student, numbers):
    """neither function prints anything"""
    prints_nothing(student, "huber_loss", pair(numbers, 4), pair(numbers, 4))
    prints_nothing(student, "huber_grad", pair(numbers, 4), pair(numbers, 4), shape=(4,))
