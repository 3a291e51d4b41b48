"""Hidden checks of 01-mse, MSE and its gradient: compared with torch in float64 and with the formula."""

import numpy as np
import torch
import torch.nn.functional as F

from autograder.grading import check, close_to, require
from autograder.grading.helpers import gradient, leaves_alone, pair


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
    """averages over all elements of an array with three axes"""
    pred, target = pair(rng, 2, 5, 3)
    assert student.mse_loss(pred, target) == close_to(F.mse_loss(torch.tensor(pred), torch.tensor(target)))


@check("mse_loss", points=0.5, hint="np.asarray turns a single number into an array, too.")
def test_mse_of_numbers(student, rng):
    """takes single numbers"""
    pred, target = (float(value) for value in rng.normal(size=2))
    assert student.mse_loss(pred, target) == close_to((pred - target) ** 2)


@check("mse_loss", points=0.5, hint="Unsigned integers wrap around below zero: make floats of them first.")
def test_mse_of_unsigned_integers(student, rng):
    """unsigned integers do not wrap around"""
    pred = rng.integers(0, 100, size=8).astype(np.uint8)
    target = (pred + 100 + np.arange(8)).astype(np.uint8)
    expected = np.mean((pred.astype(float) - target.astype(float)) ** 2)
    assert student.mse_loss(pred, target) == close_to(expected)


@check("mse_loss", points=0.5, hint="np.asarray turns lists into arrays, too.")
def test_hidden_mse_of_lists(student, rng):
    """takes lists of lists"""
    pred, target = pair(rng, 3, 2)
    assert student.mse_loss(pred.tolist(), target.tolist()) == close_to(np.mean((pred - target) ** 2))


@check("mse_loss", points=0.5, hint="Compute in float64, or at least keep the precision of float32.")
def test_mse_of_float32(student, rng):
    """takes float32"""
    pred, target = (item.astype(np.float32) for item in pair(rng, 6))
    assert student.mse_loss(pred, target) == close_to(np.mean((pred.astype(float) - target.astype(float)) ** 2))


@check(
    "mse_loss", points=0.5, hint="Subtract first, then square: a small difference gets lost between two large squares."
)
def test_mse_of_large_values(student, rng):
    """is exact for small errors of large values"""
    errors = np.resize([1.0, -2.0, 3.0, -1.0, 2.0], 200)
    errors[0] = -2.0  # an odd sum of squares, which no difference of huge sums can hit; all exact in float32
    target = 15.0 * 2**20 + rng.integers(0, 2**19, size=200)
    assert student.mse_loss(target + rng.permutation(errors), target) == close_to(763 / 200)


@check("mse_loss", hint="In-place operations such as -= write into the caller's array.")
def test_mse_leaves_its_arguments(student, numbers):
    """does not change its arguments, keeps no state, prints nothing"""
    pred, target = pair(numbers, 5)
    leaves_alone(student, "mse_loss", pred, target)
    student.mse_loss(*pair(numbers, 3, 2))
    seen = student.observe("mse_loss", pred, target)
    assert seen.value == close_to(np.mean((pred - target) ** 2))
    require(seen.printed == "", "it prints something")


@check("mse_grad", hint="Differentiating the square gives a factor 2.")
def test_mse_grad_of_a_vector(student, rng):
    """the gradient of a vector"""
    pred, target = pair(rng, 6)
    assert student.mse_grad(pred, target) == close_to(gradient(F.mse_loss, pred, target))


@check("mse_grad", hint="n is the number of all elements; the result has the shape of pred.")
def test_hidden_mse_grad_of_a_matrix(student, rng):
    """the gradient of a matrix has its shape and divides by the number of all elements"""
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
def test_mse_grad_leaves_its_arguments(student, numbers):
    """does not change its arguments, keeps no state"""
    pred, target = pair(numbers, 5)
    leaves_alone(student, "mse_grad", pred, target)
    student.mse_grad(*pair(numbers, 2))
    assert student.mse_grad(pred, target) == close_to(2 * (pred - target) / 5)


@check(
    "mse_grad",
    hint="The result is always a float array, whatever numbers come in; for a single number its shape is ().",
)
def test_mse_grad_of_lists_and_numbers(student, rng):
    """takes lists of integers and single numbers"""
    pred, target = rng.integers(-9, 10, size=(2, 4, 2))
    assert student.mse_grad(pred.tolist(), target.tolist()) == close_to(2 * (pred - target) / 8)
    pred, target = (float(value) for value in rng.normal(size=2))
    assert student.mse_grad(pred, target) == close_to(2 * (pred - target))


@check("quick_check", hint="Square +2 and -4, and take the mean.")
def test_quick_check(student):
    """the MSE of +2 and -4"""
    assert student.quick_check_mse() == close_to(10.0)
