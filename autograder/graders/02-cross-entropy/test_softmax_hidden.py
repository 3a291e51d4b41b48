"""Hidden checks of 02-cross-entropy, textbook formula, log-sum-exp and softmax: against torch in float64."""

import numpy as np
import torch
import torch.nn.functional as F

from autograder.grading import check, close_to, equal_to
from autograder.grading.helpers import classified, leaves_alone

OVERFLOW = "exp overflows above about 709: subtract the maximum of each row first."
IN_PLACE = "In-place operations write into the caller's array."


@check("naive", hint="Exponentials divided by their sum along the last axis.")
def test_naive_softmax_of_rows(student, rng):
    """takes the softmax of each row"""
    logits = rng.normal(size=(5, 4))
    assert student.softmax_naive(logits) == close_to(F.softmax(torch.tensor(logits), -1))


@check("naive", hint="Minus the log of the target's probability, averaged over rows.")
def test_naive_cross_entropy(student, rng):
    """averages minus the log-probability of the targets"""
    logits, targets = classified(rng)
    assert student.cross_entropy_naive(logits, targets) == close_to(
        F.cross_entropy(torch.tensor(logits), torch.tensor(targets))
    )


@check("naive", points=0.5, hint=IN_PLACE + " Along the last axis, with keepdims.")
def test_naive_softmax_of_lists(student, numbers):
    """takes lists and three axes, does not change its arguments"""
    logits = numbers.normal(size=(2, 3, 4))
    assert student.softmax_naive(logits.tolist()) == close_to(F.softmax(torch.tensor(logits), -1))
    leaves_alone(student, "softmax_naive", logits)
    leaves_alone(student, "cross_entropy_naive", *classified(numbers))


@check("naive", points=0.5, hint="exp of a small integer type is computed in half precision: make float arrays first.")
def test_naive_formulas_of_integers(student, numbers):
    """takes unsigned integers, and lists of targets"""
    logits, targets = numbers.integers(0, 9, size=(4, 3)).astype(np.uint8), [0, 1, 0, 1]
    exact = torch.tensor(logits.astype(float))
    assert student.softmax_naive(logits) == close_to(F.softmax(exact, -1))
    expected = F.cross_entropy(exact, torch.tensor(targets))
    assert student.cross_entropy_naive(logits, np.array(targets, dtype=np.uint8)) == close_to(expected)
    assert student.cross_entropy_naive(logits.tolist(), targets) == close_to(expected)


@check("log_sum_exp", hint="Reduce the last axis unless told otherwise.")
def test_log_sum_exp_of_rows(student, rng):
    """reduces the last axis by default"""
    z = rng.normal(size=(5, 4))
    assert student.log_sum_exp(z) == close_to(torch.logsumexp(torch.tensor(z), -1))


@check("log_sum_exp", hint="Take the maximum along the axis that is reduced, too.")
def test_log_sum_exp_along_any_axis(student, rng):
    """reduces any axis of three"""
    z = rng.normal(size=(2, 3, 4))
    for axis in (0, 1, 2, -2):
        assert student.log_sum_exp(z, axis=axis) == close_to(torch.logsumexp(torch.tensor(z), axis))
    for axis in (0, 1, 2):  # an axis of length 1 is no less an axis
        assert student.log_sum_exp(z[:, :1], axis=axis) == close_to(torch.logsumexp(torch.tensor(z[:, :1]), axis))


@check("log_sum_exp", hint=OVERFLOW)
def test_log_sum_exp_of_extreme_values(student, rng):
    """is exact at plus and minus 10000"""
    z = rng.normal(size=(4, 3)) + np.array([1e4, -1e4, 0.0, 800.0])[:, None]
    assert student.log_sum_exp(z) == close_to(torch.logsumexp(torch.tensor(z), -1))
    spread = 1e4 * rng.normal(size=(4, 3))
    spread[0], spread[1] = np.sort(spread[0])[::-1], np.sort(spread[1])  # the maximum at either end
    assert student.log_sum_exp(spread) == close_to(torch.logsumexp(torch.tensor(spread), -1))


@check("log_sum_exp", hint="Each slice is shifted by its own maximum.")
def test_log_sum_exp_shifts_each_slice(student, rng):
    """takes slices of very different scale, along the first axis"""
    z = rng.normal(size=(3, 4)) + np.array([1e4, 0.0, -1e4, 5.0])
    assert student.log_sum_exp(z, axis=0) == close_to(torch.logsumexp(torch.tensor(z), 0))


@check("log_sum_exp", hint="-inf minus -inf is nan: do not shift by an infinite maximum.")
def test_log_sum_exp_of_minus_infinity(student, rng):
    """-inf entries do no harm, and a slice of -inf gives -inf"""
    z = rng.normal(size=(3, 4))
    z[0, 1] = z[2, :2] = -np.inf
    assert student.log_sum_exp(z) == close_to(torch.logsumexp(torch.tensor(z), -1))
    z[1] = -np.inf
    leaves_alone(student, "log_sum_exp", z)
    assert student.log_sum_exp(z) == close_to(torch.logsumexp(torch.tensor(z), -1))
    assert student.log_sum_exp(z.T, axis=0) == close_to(torch.logsumexp(torch.tensor(z), -1))
    assert student.log_sum_exp([-np.inf, -np.inf]) == equal_to(-np.inf)


@check("log_sum_exp", hint=IN_PLACE + " Lists and unsigned integers are array_likes.")
def test_log_sum_exp_of_integers_left_alone(student, numbers):
    """takes lists and unsigned integers, returns one number for one axis, does not change its argument"""
    z = numbers.integers(0, 200, size=5).astype(np.uint8)
    expected = torch.logsumexp(torch.tensor(z.astype(float)), -1)
    assert student.log_sum_exp(z) == close_to(expected)
    assert student.log_sum_exp(z.tolist()) == close_to(expected)
    leaves_alone(student, "log_sum_exp", numbers.normal(size=(3, 2)))


@check("softmax", hint="Along the last axis, with keepdims.")
def test_softmax_of_one_to_three_axes(student, rng):
    """works along the last of one, two and three axes"""
    for shape in ((4,), (3, 4), (2, 3, 4), (3, 3)):
        logits = rng.normal(size=shape)
        assert student.softmax(logits) == close_to(F.softmax(torch.tensor(logits), -1))


@check("softmax", hint=OVERFLOW)
def test_softmax_of_extreme_logits(student, rng):
    """stays finite at plus and minus 10000"""
    logits = 1e4 * rng.normal(size=(5, 4))
    assert student.softmax(logits) == close_to(F.softmax(torch.tensor(logits), -1))


@check("softmax", hint="One maximum for the whole matrix makes small rows underflow: shift each row by its own.")
def test_softmax_of_rows_of_different_scale(student, rng):
    """softmax takes rows of very different scale"""
    logits = rng.normal(size=(3, 4)) + np.array([[1e4], [0.0], [-1e4]])
    assert student.softmax(logits) == close_to(F.softmax(torch.tensor(logits), -1))


@check("softmax", hint="The logit minus the log-sum-exp of its row.")
def test_log_softmax_of_one_to_three_axes(student, rng):
    """log-softmax takes one, two and three axes"""
    for shape in ((4,), (3, 4), (2, 3, 4)):
        logits = rng.normal(size=shape)
        assert student.log_softmax(logits) == close_to(F.log_softmax(torch.tensor(logits), -1))


@check("softmax", hint="log(softmax) is -inf where softmax underflows: subtract the log-sum-exp instead.")
def test_log_softmax_of_extreme_logits(student, rng):
    """log-softmax is exact where softmax underflows"""
    logits = 1e4 * rng.normal(size=(5, 4))
    assert student.log_softmax(logits) == close_to(F.log_softmax(torch.tensor(logits), -1))


@check("softmax", hint="Each row is shifted by its own maximum.")
def test_log_softmax_of_rows_of_different_scale(student, rng):
    """log-softmax takes rows of very different scale"""
    logits = rng.normal(size=(3, 4)) + np.array([[1e4], [0.0], [-1e4]])
    assert student.log_softmax(logits) == close_to(F.log_softmax(torch.tensor(logits), -1))


@check("softmax", hint=IN_PLACE + " Unsigned integers wrap around below zero.")
def test_softmax_of_integers_left_alone(student, numbers):
    """takes unsigned integers and lists, does not change its arguments, prints nothing"""
    logits = numbers.integers(0, 4, size=(3, 4)).astype(np.uint8)
    exact = torch.tensor(logits.astype(float))
    for given in (logits, logits.tolist()):
        assert student.softmax(given) == close_to(F.softmax(exact, -1))
        assert student.log_softmax(given) == close_to(F.log_softmax(exact, -1))
    leaves_alone(student, "softmax", numbers.normal(size=(3, 2)))
    leaves_alone(student, "log_softmax", numbers.normal(size=(3, 2)))
