"""Hidden checks of 01-mse, MSE and its gradient: values against torch in float64, properties against the function itself.

A loss in an array of one number has its value all the same, and a gradient in a list has its slopes: that they are a
number and an array is judged once, along with the axes.
"""

import numpy as np
import torch
import torch.nn.functional as F

from autograder.grading import check, close_to, require
from autograder.grading.helpers import answers, gradient, keeps_arguments, pair, prints_nothing, unboxed


def gives_the_mse(student, pred, target):
    expected = F.mse_loss(torch.tensor(pred), torch.tensor(target))
    assert unboxed(student.mse_loss(pred, target)) == close_to(expected)


def of_all_elements(student, rng, *shape):
    """Require that an array has the loss that its elements have in one row."""
    (pred, target), other = pair(rng, *shape), pair(rng, *shape)
    row = [item.ravel() for item in (pred, target)]
    expected = answers(student, "mse_loss", row, [item.ravel() for item in other])
    assert student.mse_loss(pred, target) == close_to(expected)


@check("mse_loss", topic="default", points=1.5, hint="The mean of the squared differences.")
def test_mse_of_a_vector(student, rng):
    """averages squared errors of a vector"""
    gives_the_mse(student, *pair(rng, 9))


@check("mse_loss", topic="extremes", points=0.75, hint="An error that is ten times as large counts a hundred times.")
def test_mse_with_an_outlier(student, rng):
    """an outlier counts with its square"""
    pred, target = pair(rng, 8)
    pred[3] += rng.uniform(300, 500) * rng.choice([-1, 1])
    gives_the_mse(student, pred, target)


@check("mse_loss", topic="default", points=0.5, hint="Errors that are all the same are errors, too.")
def test_mse_of_an_offset(student, rng):
    """predictions that are all off by the same have the square of it"""
    target = rng.normal(size=7)
    gives_the_mse(student, target + rng.uniform(2, 4) * rng.choice([-1, 1]), target)


@check(
    "mse_loss",
    topic="precision",
    points=0.5,
    hint="Subtract first, then square: a small difference gets lost between two large squares.",
)
def test_mse_of_large_values(student, rng):
    """is exact for small errors of large values"""
    errors = np.resize([1.0, -2.0, 3.0, -1.0, 2.0], 200)
    errors[0] = -2.0  # an odd sum of squares, which no difference of huge sums can hit; all exact in float32
    target = 15.0 * 2**20 + rng.integers(0, 2**19, size=200)
    assert unboxed(student.mse_loss(target + rng.permutation(errors), target)) == close_to(763 / 200)


@check(
    "mse_loss",
    kind="property",
    topic="axes",
    points=0.75,
    hint="The mean is over *all* elements, not over the rows, and it is one number.",
)
def test_hidden_mse_of_a_matrix(student, rng):
    """a table has the loss of its elements in one row, as one number"""
    of_all_elements(student, rng, 7, 3)


@check(
    "mse_loss",
    kind="property",
    topic="axes",
    points=0.5,
    hint="The mean is over *all* elements, whatever the number of axes.",
)
def test_mse_of_three_axes(student, rng):
    """an array of three axes has the loss of its elements in one row"""
    of_all_elements(student, rng, 2, 5, 3)


@check(
    "mse_loss",
    kind="property",
    topic="leaves_alone",
    points=0.5,
    hint="In-place operations such as -= write into the caller's array.",
)
def test_mse_leaves_its_arguments(student, numbers):
    """does not change its arguments"""
    keeps_arguments(student, "mse_loss", pair(numbers, 5), pair(numbers, 5))


@check(
    "mse_loss",
    kind="property",
    topic="state",
    points=0.25,
    hint="Nothing may be kept from one call to the next: no global variable, no list as a default.",
)
def test_mse_keeps_no_state(student, numbers):
    """gives the same before and after a call with other arguments"""
    first = pair(numbers, 5)
    before = answers(student, "mse_loss", first, pair(numbers, 5))
    student.mse_loss(*pair(numbers, 3, 2))
    require(unboxed(student.mse_loss(*first)) == close_to(before), "`mse_loss` remembers its earlier calls")


@check(
    "mse_loss", kind="property", topic="prints", points=0.25, hint="Take out what you print while you look for errors."
)
def test_mse_prints_nothing(student, numbers):
    """prints nothing"""
    prints_nothing(student, "mse_loss", pair(numbers, 5), pair(numbers, 5))


def has_the_slopes(student, pred, target):
    expected = gradient(F.mse_loss, pred, target)
    assert student.mse_grad(pred, target) == close_to(expected, sequence_ok=True)


@check("mse_grad", topic="gradient", points=1.75, hint="Differentiating the square gives a factor 2.")
def test_mse_grad_of_a_vector(student, rng):
    """the gradient of a vector"""
    has_the_slopes(student, *pair(rng, 6))


@check("mse_grad", topic="extremes", points=0.75, hint="The slope grows with the error, without any bound.")
def test_mse_grad_with_an_outlier(student, rng):
    """the slope of an outlier is as large as its error"""
    pred, target = pair(rng, 10)
    pred[7] += rng.uniform(300, 500) * rng.choice([-1, 1])
    has_the_slopes(student, pred, target)


@check(
    "mse_grad",
    kind="property",
    topic="gradient",
    points=0.25,
    hint="Each prediction has a slope of its own, in which no other error occurs.",
)
def test_mse_grad_of_one_error_alone(student, rng):
    """another prediction for one element changes the slope of that element alone"""
    (pred, target), other = pair(rng, 6), pair(rng, 6)
    made = answers(student, "mse_grad", (pred, target), other, shape=(6,))
    place = int(rng.integers(6))
    pred[place] += 2.5
    found = answers(student, "mse_grad", (pred, target), other, shape=(6,))
    require(found[place] != made[place], "the slope stays the same where the prediction has changed")
    elsewhere = np.arange(6) != place
    require(np.allclose(found[elsewhere], made[elsewhere]), "slopes change where the prediction stays the same")


@check(
    "mse_grad",
    kind="property",
    topic="axes",
    points=0.75,
    hint="n is the number of all elements; the result is an array and has the shape of pred.",
)
def test_hidden_mse_grad_of_a_matrix(student, rng):
    """the gradient of a table is an array of its shape, with the slopes that its elements have in one row"""
    for shape in ((4, 3), (2, 3, 2)):
        (pred, target), other = pair(rng, *shape), pair(rng, *shape)
        row = [item.ravel() for item in (pred, target)]
        expected = answers(student, "mse_grad", row, [item.ravel() for item in other], shape=(12,))
        assert student.mse_grad(pred, target) == close_to(expected.reshape(shape))


@check(
    "mse_grad",
    kind="property",
    topic="leaves_alone",
    points=0.5,
    hint="In-place operations such as -= write into the caller's array.",
)
def test_mse_grad_leaves_its_arguments(student, numbers):
    """does not change its arguments"""
    keeps_arguments(student, "mse_grad", pair(numbers, 5), pair(numbers, 5), shape=(5,))


@check(
    "mse_grad",
    kind="property",
    topic="state",
    points=0.25,
    hint="Nothing may be kept from one call to the next: no global variable, no list as a default.",
)
def test_mse_grad_keeps_no_state(student, numbers):
    """gives the same before and after a call with other arguments"""
    first = pair(numbers, 5)
    before = answers(student, "mse_grad", first, pair(numbers, 5), shape=(5,))
    student.mse_grad(*pair(numbers, 40))
    after = answers(student, "mse_grad", first, pair(numbers, 5), shape=(5,))
    require(np.allclose(before, after), "`mse_grad` remembers its earlier calls")


@check(
    "mse_grad", kind="property", topic="prints", points=0.25, hint="Take out what you print while you look for errors."
)
def test_mse_grad_prints_nothing(student, numbers):
    """prints nothing"""
    prints_nothing(student, "mse_grad", pair(numbers, 5), pair(numbers, 5), shape=(5,))


@check("quick_check", topic="default", hint="Square +2 and -4, and take the mean.")
def test_quick_check(student):
    """the MSE of +2 and -4"""
    assert student.quick_check_mse() == close_to(10.0)
