"""Hidden checks of 03-gradient-comparison: the slope with respect to the logit, against torch's autograd."""

import numpy as np
import pytest
import torch

from autograder.grading import check, close_to, require

IN_PLACE = "In-place operations write into the caller's array."


def oracle(z, y, loss):
    """Slope of each example's loss by automatic differentiation in float64."""
    z = torch.tensor(np.asarray(z, dtype=float), requires_grad=True)
    y = torch.tensor(np.asarray(y, dtype=float))
    losses = torch.logaddexp(z, torch.zeros_like(z)) - z * y if loss == "bce" else (z.sigmoid() - y) ** 2
    losses.sum().backward()
    return z.grad.numpy()


def labelled(rng, *shape):
    """Logits and labels, with both labels on both sides of the boundary."""
    return 2 * rng.normal(size=shape), rng.integers(0, 2, size=shape)


def accepts(student):
    """Call the function with good input: a function that refuses everything validates nothing."""
    for loss in ("bce", "mse"):
        student.logit_grad(np.array([0.5, -1.0]), np.array([1, 0]), loss)


@check(
    "logit_grad", hint="The sigmoid's slope cancels: what is left is the probability minus the label, without a mean."
)
def test_slope_of_bce(student, rng):
    """bce agrees with automatic differentiation, example by example"""
    z, y = labelled(rng, 9)
    assert student.logit_grad(z, y, "bce") == close_to(oracle(z, y, "bce"))


@check("logit_grad", hint="2(p - y) times p(1 - p): the factor 2 stays, and nothing is averaged.")
def test_slope_of_mse(student, rng):
    """mse agrees with automatic differentiation, example by example"""
    z, y = labelled(rng, 9)
    assert student.logit_grad(z, y, "mse") == close_to(oracle(z, y, "mse"))


@check("logit_grad", hint="The result always has the shape of z.")
def test_slopes_of_any_shape(student, rng):
    """keeps the shape: a table, three axes, a single number"""
    for shape in ((4, 3), (2, 3, 2)):
        z, y = labelled(rng, *shape)
        for loss in ("bce", "mse"):
            assert student.logit_grad(z, y, loss) == close_to(oracle(z, y, loss))
    for loss in ("bce", "mse"):
        assert student.logit_grad(0.75, 1, loss) == close_to(oracle(0.75, 1, loss))


@check("logit_grad", hint="e^z/(1 + e^z) is inf/inf for large z: choose the form by the sign of z.")
def test_slopes_of_saturated_logits(student, rng):
    """is finite and right at logits of ±1000 and beyond"""
    z = np.concatenate([rng.uniform(800, 2000, size=6), rng.uniform(30, 50, size=2)]) * np.tile([1.0, -1.0], 4)
    for y in (np.zeros(8, dtype=int), np.ones(8, dtype=int)):
        for loss in ("bce", "mse"):
            assert student.logit_grad(z, y, loss) == close_to(oracle(z, y, loss))


@check("logit_grad", points=0.5, hint="Make float arrays of both first: unsigned integers wrap around below zero.")
def test_slopes_of_lists_and_unsigned_integers(student, numbers):
    """takes lists and unsigned integers"""
    z, y = numbers.integers(0, 6, size=7).astype(np.uint8), np.array([0, 1, 1, 0, 1, 0, 1], dtype=np.uint8)
    for loss in ("bce", "mse"):
        expected = oracle(z, y, loss)
        assert student.logit_grad(z.copy(), y.copy(), loss) == close_to(expected)
        assert student.logit_grad(z.tolist(), y.tolist(), loss) == close_to(expected)


@check("logit_grad", points=0.5, hint=IN_PLACE)
def test_slopes_leave_their_arguments(student, numbers):
    """does not change its arguments, keeps no state, prints nothing"""
    z, y = numbers.normal(size=6), np.array([0.0, 1.0, 1.0, 0.0, 1.0, 0.0])
    for loss in ("bce", "mse"):
        seen = student.observe("logit_grad", z, y, loss)
        require(np.array_equal(seen.arguments[0], z), "`logit_grad` changes z")
        require(np.array_equal(seen.arguments[1], y), "`logit_grad` changes y")
        require(seen.printed == "", "`logit_grad` prints something")
        student.logit_grad(*labelled(numbers, 3, 2), loss)
        assert student.logit_grad(z, y, loss) == close_to(oracle(z, y, loss))


@check("validation", points=0.5, hint='Raise a ValueError for any loss other than "mse" and "bce".')
def test_slope_of_an_unknown_loss(student, numbers):
    """logit_grad: an unknown loss raises a ValueError that names it"""
    accepts(student)
    with pytest.raises(ValueError) as caught:
        student.logit_grad(*labelled(numbers, 3), "hinge")
    require("hinge" in str(caught.value), "the message does not name the loss")


@check("validation", points=0.5, hint="Compare the shapes before you subtract, and name both.")
def test_slope_of_shapes_that_differ(student, numbers):
    """logit_grad: different shapes of z and y raise a ValueError that names both"""
    accepts(student)
    for loss in ("bce", "mse"):
        for first, second in (((4,), (4, 1)), ((3, 4), (4,)), ((5,), (1,))):
            with pytest.raises(ValueError) as caught:
                student.logit_grad(numbers.normal(size=first), numbers.integers(0, 2, size=second), loss)
            text = str(caught.value).replace(" ", "")
            both = all(str(shape).replace(" ", "") in text for shape in (first, second))
            require(both, "the message does not name both shapes")
        with pytest.raises(ValueError):
            student.logit_grad(numbers.normal(size=4), np.float64(1), loss)


@check("validation", points=0.5, hint="Labels are 0 or 1, and there is at least one.")
def test_slope_of_labels_that_are_none(student, numbers):
    """logit_grad: a label other than 0 and 1 raises a ValueError that names it, and so does empty input"""
    accepts(student)
    for loss in ("bce", "mse"):
        for label in (7, -1, 0.5):
            with pytest.raises(ValueError) as caught:
                student.logit_grad(numbers.normal(size=3), np.array([1, label, 0]), loss)
            require(str(label) in str(caught.value), "the message does not name the label")
        with pytest.raises(ValueError):
            student.logit_grad(np.zeros(0), np.zeros(0), loss)
