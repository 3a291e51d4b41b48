"""Hidden checks of 01-mse, against torch in float64 and against the reference."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from autograder.grading import check, close_to, require

LOSSES = ("mse_loss", "mae_loss", "rmse", "huber_loss")
ALL = (*LOSSES, "mse_grad", "mae_grad", "rmse_grad", "huber_grad")


def pair(rng, *shape):
    return rng.normal(size=shape), rng.normal(size=shape)


def gradient(loss, pred, target):
    pred = torch.tensor(pred, requires_grad=True)
    loss(pred, torch.tensor(target)).backward()
    return pred.grad.numpy()


def slope(function, pred, target, index, step=1e-2):
    """Central difference of the student's own quadratic loss: exact at any step, and a long one spares float32."""
    up, down = pred.copy(), pred.copy()
    up[index] += step
    down[index] -= step
    return (function(up, target) - function(down, target)) / (2 * step)


def leaves_alone(student, function, pred, target):
    observation = student.observe(function, pred, target)
    seen = observation.arguments
    require(observation.printed == "", f"`{function}` prints something")
    require(len(seen) == 2 and np.array_equal(seen[0], pred), f"`{function}` changes pred")
    require(np.array_equal(seen[1], target), f"`{function}` changes target")


def accepts(student, functions, rng):
    """Good input goes through: whoever refuses everything has validated nothing."""
    for function in functions:
        getattr(student, function)(*pair(rng, 3))


@check("mse_loss", hint="The mean of the squared differences.")
def test_mse_of_a_vector(student, rng):
    """averages squared errors of a vector"""
    pred, target = pair(rng, 9)
    assert student.mse_loss(pred, target) == close_to(F.mse_loss(torch.tensor(pred), torch.tensor(target)))


@check("mse_loss", hint="The mean is over *all* elements, not over the rows.")
def test_hidden_mse_of_a_matrix(student, rng):
    """averages over every element of a table"""
    pred, target = pair(rng, 7, 3)
    assert student.mse_loss(pred, target) == close_to(F.mse_loss(torch.tensor(pred), torch.tensor(target)))


@check("mse_loss", points=0.5, hint="The mean is over *all* elements, whatever the number of axes.")
def test_mse_of_three_axes(student, rng):
    """averages over all elements of three axes"""
    pred, target = pair(rng, 2, 5, 3)
    assert student.mse_loss(pred, target) == close_to(F.mse_loss(torch.tensor(pred), torch.tensor(target)))


@check("mse_loss", points=0.5, hint="np.asarray makes an array of a number, too.")
def test_mse_of_numbers(student, rng):
    """takes single numbers"""
    pred, target = (float(value) for value in rng.normal(size=2))
    assert student.mse_loss(pred, target) == close_to((pred - target) ** 2)


@check("mse_loss", hint="Unsigned integers wrap around below zero: make floats of them first.")
def test_mse_of_unsigned_integers(student, rng):
    """unsigned integers do not wrap around"""
    pred = rng.integers(0, 100, size=8).astype(np.uint8)
    target = (pred + 100 + np.arange(8)).astype(np.uint8)
    expected = np.mean((pred.astype(float) - target.astype(float)) ** 2)
    assert student.mse_loss(pred, target) == close_to(expected)


@check("mse_loss", points=0.5, hint="np.asarray takes lists, too.")
def test_hidden_mse_of_lists(student, rng):
    """takes lists of lists"""
    pred, target = pair(rng, 3, 2)
    assert student.mse_loss(pred.tolist(), target.tolist()) == close_to(np.mean((pred - target) ** 2))


@check("mse_loss", points=0.5, hint="Use float64 inside, or at least do not lose float32.")
def test_mse_of_float32(student, rng):
    """takes float32"""
    pred, target = (item.astype(np.float32) for item in pair(rng, 6))
    assert student.mse_loss(pred, target) == close_to(np.mean((pred.astype(float) - target.astype(float)) ** 2))


@check("mse_loss", hint="In-place operations such as -= write into the caller's array.")
def test_mse_leaves_its_arguments(student, rng):
    """leaves its arguments as they are, keeps no state, prints nothing"""
    pred, target = pair(rng, 5)
    leaves_alone(student, "mse_loss", pred, target)
    student.mse_loss(*pair(rng, 3, 2))
    seen = student.observe("mse_loss", pred, target)
    assert seen.value == close_to(np.mean((pred - target) ** 2))
    require(seen.printed == "", "it prints something")


@check("mse_grad", hint="Differentiate the square: a factor 2.")
def test_mse_grad_of_a_vector(student, rng):
    """the gradient of a vector"""
    pred, target = pair(rng, 6)
    assert student.mse_grad(pred, target) == close_to(gradient(F.mse_loss, pred, target))


@check("mse_grad", hint="n counts all elements; the result has pred's shape.")
def test_hidden_mse_grad_of_a_matrix(student, rng):
    """the gradient of a matrix has its shape and counts all elements"""
    for shape in ((4, 3), (2, 3, 2)):
        pred, target = pair(rng, *shape)
        assert student.mse_grad(pred, target) == close_to(gradient(F.mse_loss, pred, target))


@check("mse_grad", hint="Unsigned integers wrap around below zero: make floats of them first.")
def test_mse_grad_of_unsigned_integers(student, rng):
    """unsigned integers do not wrap around"""
    pred = rng.integers(0, 100, size=5).astype(np.uint8)
    target = (pred + 100 + np.arange(5)).astype(np.uint8)
    expected = 2 * (pred.astype(float) - target.astype(float)) / 5
    assert student.mse_grad(pred, target) == close_to(expected)


@check("mse_grad", hint="In-place operations such as -= write into the caller's array.")
def test_mse_grad_leaves_its_arguments(student, rng):
    """leaves its arguments as they are, and keeps no state"""
    pred, target = pair(rng, 5)
    leaves_alone(student, "mse_grad", pred, target)
    student.mse_grad(*pair(rng, 2))
    assert student.mse_grad(pred, target) == close_to(2 * (pred - target) / 5)


@check("mse_grad", hint="Is it the slope of *your* mse_loss?")
def test_mse_grad_is_the_slope(student, rng):
    """agrees with finite differences of your loss, and with the reference"""
    pred, target = pair(rng, 3)
    found = student.mse_grad(pred, target)
    assert found == close_to(2 * (pred - target) / 3)
    assert slope(student.mse_loss, pred, target, 1) == close_to(found[1], rtol=1e-3, atol=1e-4)


@check("rmse", hint="The root comes after the mean.")
def test_rmse_of_a_matrix(student, rng):
    """the root of the mean over all elements"""
    pred, target = pair(rng, 4, 5)
    assert student.rmse(pred, target) == close_to(np.sqrt(np.mean((pred - target) ** 2)))


@check("rmse", hint="The chain rule divides by n times the RMSE.")
def test_rmse_grad_of_a_vector(student, rng):
    """the gradient of a vector"""
    pred, target = pair(rng, 7)
    expected = gradient(lambda p, t: F.mse_loss(p, t).sqrt(), pred, target)
    assert student.rmse_grad(pred, target) == close_to(expected)


@check("rmse", hint="n counts all elements; the result has pred's shape.")
def test_rmse_grad_of_a_matrix(student, rng):
    """the gradient of a matrix, in its shape"""
    pred, target = pair(rng, 3, 2)
    expected = gradient(lambda p, t: F.mse_loss(p, t).sqrt(), pred, target)
    assert student.rmse_grad(pred, target) == close_to(expected)


@check("rmse", hint="At a perfect fit the formula is 0/0: treat it on its own.")
def test_hidden_rmse_grad_at_a_perfect_fit(student, rng):
    """zeros at a perfect fit, in the shape of pred"""
    pred = rng.normal(size=(2, 3))
    assert student.rmse_grad(pred, pred.copy()) == close_to(np.zeros((2, 3)))


@check("rmse", hint="In-place operations write into the caller's array; unsigned integers wrap around.")
def test_rmse_of_integers_left_alone(student, rng):
    """takes unsigned integers, and leaves its arguments as they are"""
    pred = rng.integers(0, 100, size=5).astype(np.uint8)
    target = (pred + 100 + np.arange(5)).astype(np.uint8)
    assert student.rmse(pred, target) == close_to(np.sqrt(np.mean((pred.astype(float) - target) ** 2)))
    expected = gradient(lambda p, t: F.mse_loss(p, t).sqrt(), pred.astype(float), target.astype(float))
    assert student.rmse_grad(pred, target) == close_to(expected)
    leaves_alone(student, "rmse", *pair(rng, 4))
    leaves_alone(student, "rmse_grad", *pair(rng, 4))


@check("mae", hint="The mean is over *all* elements.")
def test_mae_of_a_matrix(student, rng):
    """averages absolute errors over all elements"""
    pred, target = pair(rng, 4, 3)
    assert student.mae_loss(pred, target) == close_to(F.l1_loss(torch.tensor(pred), torch.tensor(target)))


@check("mae", hint="The sign of the error over n.")
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


@check("mae", hint="In-place operations write into the caller's array; unsigned integers wrap around.")
def test_mae_of_integers_left_alone(student, rng):
    """takes unsigned integers, and leaves its arguments as they are"""
    pred = rng.integers(0, 100, size=5).astype(np.uint8)
    target = (pred + 100 + np.arange(5)).astype(np.uint8)
    assert student.mae_loss(pred, target) == close_to(np.mean(np.abs(pred.astype(float) - target)))
    assert student.mae_grad(pred, target) == close_to(np.full(5, -0.2))
    leaves_alone(student, "mae_loss", *pair(rng, 4))
    leaves_alone(student, "mae_grad", *pair(rng, 4))


@check("huber", hint="Half the square inside delta, a line outside.")
def test_huber_with_the_default(student, rng):
    """both branches at delta 1, averaged over all elements"""
    pred, target = pair(rng, 6, 4)
    pred = 3 * pred
    assert student.huber_loss(pred, target) == close_to(F.huber_loss(torch.tensor(pred), torch.tensor(target)))


@check("huber", hint="Smooth L1 is Huber divided by delta: which one is yours?")
def test_huber_with_a_small_delta(student, rng):
    """a delta below 1"""
    pred, target = pair(rng, 20)
    expected = F.huber_loss(torch.tensor(pred), torch.tensor(target), delta=0.5)
    assert student.huber_loss(pred, target, delta=0.5) == close_to(expected)


@check("huber", hint="Smooth L1 is Huber divided by delta: which one is yours?")
def test_huber_with_a_large_delta(student, rng):
    """a delta above 1, given by position"""
    pred, target = pair(rng, 20)
    pred = 5 * pred
    assert student.huber_loss(pred, target, 3.0) == close_to(
        F.huber_loss(torch.tensor(pred), torch.tensor(target), delta=3.0)
    )


@check("huber", hint="The error inside delta, plus or minus delta outside, over n.")
def test_huber_grad_of_both_branches(student, rng):
    """the gradient of both branches, for several deltas"""
    pred, target = pair(rng, 5, 4)
    pred = 3 * pred
    for delta in (1.0, 0.5, 3.0):
        expected = gradient(lambda p, t, d=delta: F.huber_loss(p, t, delta=d), pred, target)
        assert student.huber_grad(pred, target, delta=delta) == close_to(expected)


@check("huber", hint="At |e| = delta both branches agree, in value and in slope.")
def test_huber_at_the_seam(student, rng):
    """value and slope at the seam"""
    target = rng.normal(size=2).round(3)
    target = np.round(target * 4) / 4
    pred = target + np.array([2.0, -2.0])
    assert student.huber_loss(pred, target, delta=2.0) == close_to(2.0)
    assert student.huber_grad(pred, target, delta=2.0) == close_to(np.array([1.0, -1.0]))


@check("huber", hint="In-place operations write into the caller's array; unsigned integers wrap around.")
def test_huber_of_integers_left_alone(student, rng):
    """takes unsigned integers, and leaves its arguments as they are"""
    pred = rng.integers(0, 100, size=5).astype(np.uint8)
    target = (pred + 100 + np.arange(5)).astype(np.uint8)
    expected = F.huber_loss(torch.tensor(pred.astype(float)), torch.tensor(target.astype(float)))
    assert student.huber_loss(pred, target) == close_to(expected)
    assert student.huber_grad(pred, target) == close_to(np.full(5, -0.2))
    leaves_alone(student, "huber_loss", *pair(rng, 4))
    leaves_alone(student, "huber_grad", *pair(rng, 4))


@check("quick_check", hint="Square +2 and -4, and take the mean.")
def test_quick_check(student):
    """the MSE of +2 and -4"""
    assert student.quick_check_mse() == close_to(10.0)


@check("validation", hint="Compare the shapes before you subtract; name both in the message.")
def test_hidden_a_row_beside_a_column(student, rng):
    """(N,) beside (N, 1) is a ValueError that names both shapes"""
    accepts(student, ("mse_loss", "mse_grad"), rng)
    for function in ("mse_loss", "mse_grad"):
        with pytest.raises(ValueError) as caught:
            getattr(student, function)(rng.normal(size=4), rng.normal(size=(4, 1)))
        text = str(caught.value).replace(" ", "")
        require("(4,)" in text and "(4,1)" in text, f"the message of `{function}` does not name both shapes")


@check("validation", hint="Compare the shapes in every function.")
def test_shapes_that_differ_in_losses(student, rng):
    """every loss refuses shapes that broadcast"""
    accepts(student, LOSSES, rng)
    for function in LOSSES:
        with pytest.raises(ValueError):
            getattr(student, function)(rng.normal(size=(3, 2)), rng.normal(size=2))


@check("validation", hint="Compare the shapes in every function.")
def test_shapes_that_differ_in_gradients(student, rng):
    """every gradient refuses shapes that broadcast"""
    accepts(student, ("mse_grad", "rmse_grad", "mae_grad", "huber_grad"), rng)
    for function in ("mse_grad", "rmse_grad", "mae_grad", "huber_grad"):
        with pytest.raises(ValueError):
            getattr(student, function)(rng.normal(size=(3, 1)), rng.normal(size=3))


@check("validation", hint="The mean of nothing is NaN: refuse it.")
def test_hidden_empty_input(student, rng):
    """empty input is a ValueError everywhere"""
    accepts(student, ALL, rng)
    for function in ALL:
        with pytest.raises(ValueError):
            getattr(student, function)([], [])


@check("validation", hint="delta is a width: it must be positive.")
def test_a_delta_that_is_not_positive(student, rng):
    """delta of 0 or below is a ValueError"""
    accepts(student, ("huber_loss", "huber_grad"), rng)
    pred, target = pair(rng, 3)
    for function in ("huber_loss", "huber_grad"):
        for delta in (0.0, -1.0):
            with pytest.raises(ValueError):
                getattr(student, function)(pred, target, delta=delta)
