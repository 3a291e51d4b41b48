"""Hidden checks of 01-mse, RMSE, MAE and Huber with gradients: compared with torch in float64 and with formulas."""

import numpy as np
import torch
import torch.nn.functional as F

from autograder.grading import check, close_to, require
from autograder.grading.helpers import gradient, leaves_alone, pair


@check("rmse", hint="Take the root after the mean.")
def test_rmse_of_a_matrix(student, rng):
    """takes the root of the mean over all elements"""
    pred, target = pair(rng, 4, 5)
    assert student.rmse(pred, target) == close_to(np.sqrt(np.mean((pred - target) ** 2)))


@check("rmse", hint="By the chain rule, the error is divided by n times the RMSE.")
def test_rmse_grad_of_a_vector(student, rng):
    """the gradient of a vector"""
    pred, target = pair(rng, 7)
    expected = gradient(lambda p, t: F.mse_loss(p, t).sqrt(), pred, target)
    assert student.rmse_grad(pred, target) == close_to(expected)


@check("rmse", points=0.5, hint="n is the number of all elements; the result has the shape of pred.")
def test_rmse_grad_of_a_matrix(student, rng):
    """the gradient of a matrix, in its shape"""
    pred, target = pair(rng, 3, 2)
    expected = gradient(lambda p, t: F.mse_loss(p, t).sqrt(), pred, target)
    assert student.rmse_grad(pred, target) == close_to(expected)


@check("rmse", points=0.5, hint="Add nothing under the root; only a perfect fit is a special case.")
def test_rmse_of_small_errors(student, rng):
    """value and gradient are exact when errors are much smaller than the values"""
    target = rng.integers(1000, 1100, size=6).astype(float)
    errors = rng.integers(1, 9, size=6) * rng.choice([-1, 1], size=6) / 1024  # exact in float32
    root = np.sqrt(np.mean(errors**2))
    assert student.rmse(target + errors, target) == close_to(root)
    assert student.rmse_grad(target + errors, target) == close_to(errors / (6 * root))


@check("rmse", hint="At a perfect fit the formula is 0/0: handle this case separately.")
def test_hidden_rmse_grad_at_a_perfect_fit(student, rng):
    """the gradient at a perfect fit is zeros in the shape of pred"""
    pred = rng.normal(size=(2, 3))
    elsewhere = np.asarray(
        student.rmse_grad(pred, pred + 1), dtype=float
    )  # a function that always returns zeros must not pass
    require(elsewhere.any(), "the gradient is 0 where the fit is not perfect")
    assert student.rmse_grad(pred, pred.copy()) == close_to(np.zeros((2, 3)))


@check(
    "rmse",
    hint="np.asarray(..., dtype=float) converts lists and integers; in-place operations change the caller's array.",
)
def test_rmse_of_integers_left_alone(student, numbers):
    """takes lists and unsigned integers, does not change its arguments"""
    pred = numbers.integers(0, 100, size=5).astype(np.uint8)
    target = (pred + 100 + np.arange(5)).astype(np.uint8)
    assert student.rmse(pred, target) == close_to(np.sqrt(np.mean((pred.astype(float) - target) ** 2)))
    expected = gradient(lambda p, t: F.mse_loss(p, t).sqrt(), pred.astype(float), target.astype(float))
    assert student.rmse_grad(pred, target) == close_to(expected)
    assert student.rmse(pred.tolist(), target.tolist()) == close_to(
        np.sqrt(np.mean((pred.astype(float) - target) ** 2))
    )
    assert student.rmse_grad(pred.tolist(), target.tolist()) == close_to(expected)
    leaves_alone(student, "rmse", *pair(numbers, 4))
    leaves_alone(student, "rmse_grad", *pair(numbers, 4))


@check("mae", hint="The mean is over *all* elements.")
def test_mae_of_a_matrix(student, rng):
    """averages absolute errors over all elements"""
    pred, target = pair(rng, 4, 3)
    assert student.mae_loss(pred, target) == close_to(F.l1_loss(torch.tensor(pred), torch.tensor(target)))


@check("mae", hint="The sign of the error, divided by n.")
def test_mae_grad_of_a_matrix(student, rng):
    """the gradient of a matrix, in its shape"""
    pred, target = pair(rng, 4, 3)
    assert student.mae_grad(pred, target) == close_to(gradient(F.l1_loss, pred, target))


@check("mae", hint="At an error of 0 take the subgradient 0.")
def test_mae_grad_at_zero(student, rng):
    """the subgradient at an error of 0 is 0"""
    pred, target = pair(rng, 6)
    pred[[1, 4]] = target[[1, 4]]
    assert student.mae_grad(pred, target) == close_to(np.sign(pred - target) / 6)


@check(
    "mae",
    hint="np.asarray(..., dtype=float) converts lists and integers; in-place operations change the caller's array.",
)
def test_mae_of_integers_left_alone(student, numbers):
    """takes lists and unsigned integers, does not change its arguments"""
    pred = numbers.integers(0, 100, size=5).astype(np.uint8)
    target = (pred + 100 + np.arange(5)).astype(np.uint8)
    assert student.mae_loss(pred, target) == close_to(np.mean(np.abs(pred.astype(float) - target)))
    assert student.mae_grad(pred, target) == close_to(np.full(5, -0.2))
    assert student.mae_loss(pred.tolist(), target.tolist()) == close_to(np.mean(np.abs(pred.astype(float) - target)))
    assert student.mae_grad(pred.tolist(), target.tolist()) == close_to(np.full(5, -0.2))
    leaves_alone(student, "mae_loss", *pair(numbers, 4))
    leaves_alone(student, "mae_grad", *pair(numbers, 4))


@check("huber", hint="Half the squared error up to delta, a straight line beyond it.")
def test_huber_with_the_default(student, rng):
    """averages both branches over all elements, with the default delta of 1"""
    pred, target = pair(rng, 6, 4)
    pred = 3 * pred
    assert student.huber_loss(pred, target) == close_to(F.huber_loss(torch.tensor(pred), torch.tensor(target)))


@check("huber", hint="Smooth L1 is Huber divided by delta: which of the two is yours?")
def test_huber_with_a_small_delta(student, rng):
    """uses a delta below 1"""
    pred, target = pair(rng, 20)
    expected = F.huber_loss(torch.tensor(pred), torch.tensor(target), delta=0.5)
    assert student.huber_loss(pred, target, delta=0.5) == close_to(expected)


@check("huber", hint="Smooth L1 is Huber divided by delta: which of the two is yours?")
def test_huber_with_a_large_delta(student, rng):
    """uses a delta above 1, passed by position"""
    pred, target = pair(rng, 20)
    pred = 5 * pred
    assert student.huber_loss(pred, target, 3.0) == close_to(
        F.huber_loss(torch.tensor(pred), torch.tensor(target), delta=3.0)
    )


@check("huber", hint="The error up to delta, plus or minus delta beyond it, divided by n.")
def test_huber_grad_of_both_branches(student, rng):
    """the gradient is right in both branches, for several deltas"""
    pred, target = pair(rng, 5, 4)
    pred = 3 * pred
    for delta in (1.0, 0.5, 3.0):
        expected = gradient(lambda p, t, d=delta: F.huber_loss(p, t, delta=d), pred, target)
        assert student.huber_grad(pred, target, delta=delta) == close_to(expected)


@check("huber", hint="At |e| = delta both branches agree, in value and in slope.")
def test_huber_at_the_seam(student, rng):
    """value and slope are right where the branches meet"""
    target = rng.normal(size=2).round(3)
    target = np.round(target * 4) / 4
    pred = target + np.array([2.0, -2.0])
    assert student.huber_loss(pred, target, delta=2.0) == close_to(2.0)
    assert student.huber_grad(pred, target, delta=2.0) == close_to(np.array([1.0, -1.0]))


@check(
    "huber",
    hint="np.asarray(..., dtype=float) converts lists and integers; in-place operations change the caller's array.",
)
def test_huber_of_integers_left_alone(student, numbers):
    """takes lists and unsigned integers, does not change its arguments"""
    pred = numbers.integers(0, 100, size=5).astype(np.uint8)
    target = (pred + 100 + np.arange(5)).astype(np.uint8)
    expected = F.huber_loss(torch.tensor(pred.astype(float)), torch.tensor(target.astype(float)))
    assert student.huber_loss(pred, target) == close_to(expected)
    assert student.huber_grad(pred, target) == close_to(np.full(5, -0.2))
    assert student.huber_loss(pred.tolist(), target.tolist()) == close_to(expected)
    assert student.huber_grad(pred.tolist(), target.tolist()) == close_to(np.full(5, -0.2))
    leaves_alone(student, "huber_loss", *pair(numbers, 4))
    leaves_alone(student, "huber_grad", *pair(numbers, 4))
