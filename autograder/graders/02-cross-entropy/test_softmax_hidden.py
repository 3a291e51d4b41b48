"""Hidden checks of 02-cross-entropy, log-sum-exp and softmax: against torch in float64, and against themselves."""

import numpy as np
import torch
import torch.nn.functional as F

from autograder.grading import check, close_to, equal_to, require
from autograder.grading.helpers import answers, error_of, floats, leaves_alone, works_and_leaves_alone

OVERFLOW = "exp overflows above about 709: subtract the maximum of each row first."
IN_PLACE = "In-place operations write into the caller's array; and remove each print before you hand in."
ALONE = "What a row gives does not depend on the rows around it."
SHIFTS = np.array([[1e4], [0.0], [-2e4]])


def matrix(numbers, rows=3, classes=4):
    """Two matrices of positive numbers: arguments for a function that is right or wrong."""
    return numbers.uniform(0.5, 2.0, size=(2, rows, classes))


def softmax_of(logits):
    return F.softmax(torch.tensor(logits), -1)


def log_softmax_of(logits):
    return F.log_softmax(torch.tensor(logits), -1)


def same_of_each_row(student, function, numbers):
    """Require that a function gives for a matrix what it gives for each of its rows."""
    logits, other = matrix(numbers)
    whole = answers(student, function, (logits,), (other,), shape=(3, 4))
    for row, expected in zip(logits, whole, strict=True):
        assert getattr(student, function)(row) == close_to(expected)


def same_of_shifted(student, function, numbers, *shifts):
    """Require that a function of logits does not change if constants are added to whole rows."""
    logits, other = matrix(numbers)
    made = answers(student, function, (logits,), (other,), shape=(3, 4))
    for shift in shifts:
        assert getattr(student, function)(logits + shift) == close_to(made)


def reduced(student, numbers):
    """Two matrices, and what log_sum_exp gives for the first; whether the axis is gone is not asked here."""
    z, other = matrix(numbers)
    kept = np.ndim(student.log_sum_exp(z)) == 2
    return z, other, answers(student, "log_sum_exp", (z,), (other,), shape=(3, 1) if kept else (3,))


@check(
    "log_sum_exp", topic="axes", points=0.5, hint="The logarithm of the sum of exponentials; one number for one axis."
)
def test_log_sum_exp_of_one_slice(student, rng):
    """gives one number for one axis"""
    z = rng.normal(size=5)
    assert student.log_sum_exp(z) == close_to(torch.logsumexp(torch.tensor(z), -1))


@check("log_sum_exp", points=0.5, hint="Reduce the last axis unless told otherwise; it is then gone.")
def test_log_sum_exp_of_rows(student, rng):
    """reduces the last axis by default"""
    z = rng.normal(size=(5, 4))
    assert student.log_sum_exp(z) == close_to(torch.logsumexp(torch.tensor(z), -1))


@check("log_sum_exp", topic="axes", points=0.75, hint="Take the maximum along the axis that is reduced, too.")
def test_log_sum_exp_along_any_axis(student, rng):
    """reduces any axis of three"""
    z = rng.normal(size=(2, 3, 4))
    for axis in (0, 1, 2, -2):
        assert student.log_sum_exp(z, axis=axis) == close_to(torch.logsumexp(torch.tensor(z), axis))


@check("log_sum_exp", topic="axes", points=0.25, hint="Only the reduced axis goes: give squeeze that axis.")
def test_log_sum_exp_of_an_axis_of_length_one(student, rng):
    """an axis of length 1 is no less an axis"""
    z = rng.normal(size=(2, 1, 4))
    for axis in (0, 1, 2):
        assert student.log_sum_exp(z, axis=axis) == close_to(torch.logsumexp(torch.tensor(z), axis))


@check("log_sum_exp", topic="extremes", points=0.5, hint="Only the maximum leaves no positive exponent.")
def test_log_sum_exp_of_extreme_values(student, rng):
    """is exact for a slice that goes from minus to plus 10000"""
    spread = 1e4 * rng.normal(size=(4, 3))
    spread[0], spread[1] = np.sort(spread[0])[::-1], np.sort(spread[1])  # the maximum at either end
    assert student.log_sum_exp(spread) == close_to(torch.logsumexp(torch.tensor(spread), -1))


@check("log_sum_exp", topic="extremes", points=0.25, hint="exp(-inf) is 0: it adds nothing to the sum.")
def test_log_sum_exp_of_some_minus_infinity(student, rng):
    """-inf entries do no harm"""
    z = rng.normal(size=(3, 4))
    z[0, 1] = z[2, :2] = -np.inf
    assert student.log_sum_exp(z) == close_to(torch.logsumexp(torch.tensor(z), -1))


@check(
    "log_sum_exp",
    topic="extremes",
    points=0.5,
    hint="-inf minus -inf is nan: do not shift by an infinite maximum.",
)
def test_log_sum_exp_of_minus_infinity(student, numbers):
    """a slice of -inf gives -inf"""
    reduced(student, numbers)
    assert student.log_sum_exp(np.full(2, -np.inf)) == equal_to(-np.inf)
    given = floats(student.log_sum_exp(np.array([[0.5, 1.5], [-np.inf, -np.inf]])))
    require(given.ravel()[1:].tolist() == [-np.inf], "a row of -inf beside another one does not give -inf")
    require(np.isfinite(given.ravel()[:1]).all(), "the row beside a row of -inf is not finite")


@check("log_sum_exp", kind="property", topic="extremes", points=0.5, hint=OVERFLOW)
def test_log_sum_exp_of_shifted_values(student, numbers):
    """grows and falls by 10000 with all of its values"""
    z, _, made = reduced(student, numbers)
    for shift in (1e4, -1e4):
        assert floats(student.log_sum_exp(z + shift)) - shift == close_to(made)


@check("log_sum_exp", kind="property", topic="extremes", points=0.5, hint="Each slice is shifted by its own maximum.")
def test_log_sum_exp_shifts_each_slice(student, numbers):
    """takes slices of very different scale"""
    z, _, made = reduced(student, numbers)
    given = floats(student.log_sum_exp(z + SHIFTS)).reshape(made.shape)
    assert given - SHIFTS.reshape(made.shape) == close_to(made)


@check("log_sum_exp", kind="property", topic="axes", points=0.25, hint="The axis belongs in each reduction.")
def test_log_sum_exp_of_the_transposed(student, numbers):
    """gives down the columns of the transposed what it gives along the rows"""
    z, _, made = reduced(student, numbers)
    assert floats(student.log_sum_exp(np.ascontiguousarray(z.T), axis=0)).ravel() == close_to(made.ravel())


@check("log_sum_exp", kind="property", topic="leaves_alone", points=0.5, hint=IN_PLACE)
def test_log_sum_exp_leaves_its_argument(student, numbers):
    """does not change its argument and prints nothing"""
    z, other, made = reduced(student, numbers)
    works_and_leaves_alone(student, "log_sum_exp", (z,), (other,), shape=made.shape)
    empty = np.array([[0.5, -np.inf], [-np.inf, -np.inf]])
    if error_of(student, "log_sum_exp", empty) is None:
        leaves_alone(student, "log_sum_exp", empty)


@check("softmax", topic="axes", points=0.5, hint="Exponentials divided by their sum.")
def test_softmax_of_one_row(student, rng):
    """softmax of one row"""
    logits = rng.normal(size=4)
    assert student.softmax(logits) == close_to(softmax_of(logits))


@check("softmax", points=0.5, hint="Both the maximum and the sum are along the last axis, with keepdims.")
def test_softmax_of_rows(student, rng):
    """softmax of each row of a matrix"""
    for rows in (5, 4):  # a square matrix hides no axis
        logits = rng.normal(size=(rows, 4))
        assert student.softmax(logits) == close_to(softmax_of(logits))


@check("softmax", topic="axes", points=0.25, hint="Along the last axis, however many there are: axis=-1.")
def test_softmax_of_three_axes(student, rng):
    """softmax along the last of three axes"""
    logits = rng.normal(size=(2, 3, 4))
    assert student.softmax(logits) == close_to(softmax_of(logits))


@check("softmax", topic="extremes", points=0.5, hint=OVERFLOW)
def test_softmax_of_extreme_logits(student, rng):
    """softmax stays finite at plus and minus 10000"""
    logits = 1e4 * rng.normal(size=(5, 4))
    assert student.softmax(logits) == close_to(softmax_of(logits))


@check("softmax", kind="property", topic="extremes", points=0.25, hint=OVERFLOW)
def test_softmax_of_shifted_logits(student, numbers):
    """softmax is the same if all logits grow or fall by 10000"""
    same_of_shifted(student, "softmax", numbers, 1e4, -1e4)


@check(
    "softmax",
    kind="property",
    topic="extremes",
    points=0.5,
    hint="One maximum for the whole matrix makes small rows underflow: shift each row by its own.",
)
def test_softmax_of_rows_of_different_scale(student, numbers):
    """softmax takes rows of very different scale"""
    same_of_shifted(student, "softmax", numbers, SHIFTS)


@check("softmax", kind="property", topic="axes", points=0.25, hint=ALONE)
def test_softmax_of_each_row(student, numbers):
    """softmax of a row is the same alone and in a matrix"""
    same_of_each_row(student, "softmax", numbers)


@check("softmax", kind="property", topic="leaves_alone", points=0.25, hint=IN_PLACE)
def test_softmax_leaves_its_argument(student, numbers):
    """softmax does not change its argument and prints nothing"""
    logits, other = matrix(numbers)
    works_and_leaves_alone(student, "softmax", (logits,), (other,), shape=(3, 4))


@check("softmax", topic="axes", points=0.5, hint="The logit minus the log-sum-exp of its row.")
def test_log_softmax_of_one_row(student, rng):
    """log-softmax of one row"""
    logits = rng.normal(size=4)
    assert student.log_softmax(logits) == close_to(log_softmax_of(logits))


@check("softmax", points=0.5, hint="Each row has its own log-sum-exp.")
def test_log_softmax_of_rows(student, rng):
    """log-softmax of each row of a matrix"""
    for rows in (5, 4):
        logits = rng.normal(size=(rows, 4))
        assert student.log_softmax(logits) == close_to(log_softmax_of(logits))


@check("softmax", topic="axes", points=0.25, hint="Along the last axis, however many there are: axis=-1.")
def test_log_softmax_of_three_axes(student, rng):
    """log-softmax along the last of three axes"""
    logits = rng.normal(size=(2, 3, 4))
    assert student.log_softmax(logits) == close_to(log_softmax_of(logits))


@check(
    "softmax",
    topic="extremes",
    points=0.5,
    hint="log(softmax) is -inf where softmax underflows: subtract the log-sum-exp instead.",
)
def test_log_softmax_of_extreme_logits(student, rng):
    """log-softmax is exact where softmax underflows"""
    logits = 1e4 * rng.normal(size=(5, 4))
    assert student.log_softmax(logits) == close_to(log_softmax_of(logits))


@check("softmax", kind="property", topic="extremes", points=0.25, hint=OVERFLOW)
def test_log_softmax_of_shifted_logits(student, numbers):
    """log-softmax is the same if all logits grow or fall by 10000"""
    same_of_shifted(student, "log_softmax", numbers, 1e4, -1e4)


@check(
    "softmax",
    kind="property",
    topic="extremes",
    points=0.5,
    hint="One maximum for the whole matrix makes small rows underflow: shift each row by its own.",
)
def test_log_softmax_of_rows_of_different_scale(student, numbers):
    """log-softmax takes rows of very different scale"""
    same_of_shifted(student, "log_softmax", numbers, SHIFTS)


@check("softmax", kind="property", topic="axes", points=0.25, hint=ALONE)
def test_log_softmax_of_each_row(student, numbers):
    """log-softmax of a row is the same alone and in a matrix"""
    same_of_each_row(student, "log_softmax", numbers)


@check("softmax", kind="property", topic="leaves_alone", points=0.25, hint=IN_PLACE)
def test_log_softmax_leaves_its_argument(student, numbers):
    """log-softmax does not change its argument and prints nothing"""
    logits, other = matrix(numbers)
    works_and_leaves_alone(student, "log_softmax", (logits,), (other,), shape=(3, 4))
