"""Hidden checks of 02-cross-entropy, the loss and its gradient: against torch in float64."""

import numpy as np
import torch
import torch.nn.functional as F

from autograder.grading import check, close_to
from autograder.grading.helpers import classified, gradient, leaves_alone

OVERFLOW = "exp overflows above about 709: subtract the maximum of each row first."
IN_PLACE = "In-place operations write into the caller's array."


def oracle(logits, targets, weight=None, **options):
    weight = None if weight is None else torch.tensor(weight, dtype=torch.float64)
    return F.cross_entropy(torch.tensor(logits), torch.tensor(targets), weight=weight, **options)


@check("cross_entropy", hint="Minus the log-probability of each row's target, averaged over rows.")
def test_cross_entropy_mean(student, rng):
    """averages the loss over rows"""
    logits, targets = classified(rng)
    assert student.cross_entropy(logits, targets) == close_to(oracle(logits, targets))


@check("cross_entropy", hint='"none" returns N losses, "sum" returns their sum.')
def test_cross_entropy_reductions(student, rng):
    """reductions none and sum"""
    logits, targets = classified(rng)
    for reduction in ("none", "sum"):
        expected = oracle(logits, targets, reduction=reduction)
        assert student.cross_entropy(logits, targets, reduction=reduction) == close_to(expected)


@check("cross_entropy", hint="Take the log-softmax, not the log of a softmax; no epsilon is needed.")
def test_cross_entropy_of_extreme_logits(student, rng):
    """is exact at plus and minus 10000"""
    logits, targets = classified(rng)
    logits = 1e4 * logits
    assert student.cross_entropy(logits, targets) == close_to(oracle(logits, targets))
    for classes in (logits.argmax(axis=1), logits.argmin(axis=1)):
        expected = oracle(logits, classes, reduction="none")
        assert student.cross_entropy(logits, classes, reduction="none") == close_to(expected)


@check("cross_entropy", hint="Each row has its own maximum.")
def test_cross_entropy_of_rows_of_different_scale(student, rng):
    """takes rows of very different scale"""
    logits, targets = classified(rng, rows=3)
    logits = logits + np.array([[1e4], [0.0], [-1e4]])
    expected = oracle(logits, targets, reduction="none")
    assert student.cross_entropy(logits, targets, reduction="none") == close_to(expected)


@check("cross_entropy", hint="The weighted mean divides by the sum of the weights of the targets, not by N.")
def test_cross_entropy_weighted_mean(student, rng):
    """the weighted mean has the right denominator"""
    logits, targets = classified(rng)
    weight = rng.uniform(0.2, 5.0, size=4)
    assert student.cross_entropy(logits, targets, weight=weight) == close_to(oracle(logits, targets, weight))


@check("cross_entropy", hint="Without the mean, nothing is divided; each loss is multiplied by its target's weight.")
def test_cross_entropy_weighted_reductions(student, rng):
    """uses weights with reductions none and sum"""
    logits, targets = classified(rng)
    weight = rng.uniform(0.2, 5.0, size=4)
    for reduction in ("none", "sum"):
        expected = oracle(logits, targets, weight, reduction=reduction)
        assert student.cross_entropy(logits, targets, weight=weight, reduction=reduction) == close_to(expected)


@check("cross_entropy", hint="Each class gets eps/C, the target as well: it has 1 - eps + eps/C in all.")
def test_cross_entropy_with_smoothing(student, rng):
    """label smoothing shares eps among all C classes"""
    logits, targets = classified(rng)
    for eps in (0.1, 0.6, 1.0):
        expected = oracle(logits, targets, label_smoothing=eps)
        assert student.cross_entropy(logits, targets, label_smoothing=eps) == close_to(expected)


@check("cross_entropy", hint="With smoothing, the term of each class has the weight of that class.")
def test_cross_entropy_with_weights_and_smoothing(student, rng):
    """combines weights and smoothing, in each reduction"""
    logits, targets = classified(rng)
    weight = rng.uniform(0.2, 5.0, size=4)
    for reduction in ("mean", "sum", "none"):
        expected = oracle(logits, targets, weight, label_smoothing=0.3, reduction=reduction)
        given = student.cross_entropy(logits, targets, weight=weight, label_smoothing=0.3, reduction=reduction)
        assert given == close_to(expected)


@check("cross_entropy", hint="Lists, float32 and integer logits are array_likes, too.")
def test_cross_entropy_of_other_types(student, numbers):
    """takes lists, float32, unsigned integers and targets that skip a class"""
    logits, _ = classified(numbers, rows=4)
    targets = np.array([0, 1, 0, 1], dtype=np.uint8)
    expected = oracle(logits.astype(np.float32).astype(float), targets.astype(int))
    assert student.cross_entropy(logits.astype(np.float32), targets) == close_to(expected)
    whole = numbers.integers(0, 9, size=(4, 4)).astype(np.uint8)
    expected = oracle(whole.astype(float), targets.astype(int))
    assert student.cross_entropy(whole, targets) == close_to(expected)
    assert student.cross_entropy(whole.tolist(), targets.tolist()) == close_to(expected)
    expected = oracle(logits, targets.astype(int), [3, 1, 2, 1], label_smoothing=0.2)
    given = student.cross_entropy(logits, targets, weight=[3, 1, 2, 1], label_smoothing=0.2)
    assert given == close_to(expected)


@check("cross_entropy", hint=IN_PLACE + " And nothing kept from one call may affect the next.")
def test_cross_entropy_leaves_its_arguments(student, numbers):
    """does not change its arguments, keeps no state, prints nothing"""
    logits, targets = classified(numbers)
    weight = numbers.uniform(0.2, 5.0, size=4)
    leaves_alone(student, "cross_entropy", logits, targets, weight, 0.2)
    student.cross_entropy(*classified(numbers, rows=3, classes=7), reduction="sum")
    assert student.cross_entropy(logits, targets) == close_to(oracle(logits, targets))


@check("cross_entropy_grad", hint="Softmax minus one-hot, divided by N.")
def test_gradient_of_rows(student, rng):
    """agrees with automatic differentiation"""
    logits, targets = classified(rng)
    assert student.cross_entropy_grad(logits, targets) == close_to(gradient(F.cross_entropy, logits, targets))


@check("cross_entropy_grad", hint="One-hot vectors have C entries, whichever classes occur.")
def test_gradient_without_the_last_class(student, rng):
    """targets need not contain the last class"""
    logits, targets = rng.normal(size=(3, 5)), np.array([0, 1, 0])
    assert student.cross_entropy_grad(logits, targets) == close_to(gradient(F.cross_entropy, logits, targets))


@check("cross_entropy_grad", hint=OVERFLOW)
def test_gradient_of_extreme_logits(student, rng):
    """stays finite at plus and minus 10000"""
    logits, targets = classified(rng)
    logits = 1e4 * logits
    assert student.cross_entropy_grad(logits, targets) == close_to(gradient(F.cross_entropy, logits, targets))


@check(
    "cross_entropy_grad", points=0.5, hint="Lists and unsigned integers are array_likes; keep nothing between calls."
)
def test_gradient_of_other_types(student, numbers):
    """takes lists and unsigned integers, and keeps nothing between calls"""
    student.cross_entropy_grad(*classified(numbers, rows=3, classes=7))
    logits, targets = numbers.integers(0, 9, size=(4, 4)).astype(np.uint8), np.array([0, 1, 0, 3], dtype=np.uint8)
    expected = gradient(F.cross_entropy, logits.astype(float), targets.astype(int))
    assert student.cross_entropy_grad(logits, targets) == close_to(expected)
    assert student.cross_entropy_grad(logits.tolist(), targets.tolist()) == close_to(expected)


@check("cross_entropy_grad", points=0.5, hint=IN_PLACE + " Raise one logit a little: how does the loss change?")
def test_gradient_is_the_slope(student, rng):
    """does not change its arguments, agrees with finite differences of the loss"""
    logits, targets = classified(rng, rows=2, classes=3)
    targets = np.zeros_like(targets)  # the same for everybody, or one-hot rows of too few classes would pass by chance
    leaves_alone(student, "cross_entropy_grad", logits, targets)
    found = student.cross_entropy_grad(logits, targets)
    assert found == close_to(gradient(F.cross_entropy, logits, targets))
    up, down = logits.copy(), logits.copy()
    up[1, 2] += 1e-2
    down[1, 2] -= 1e-2
    measured = (oracle(up, targets) - oracle(down, targets)) / 2e-2
    assert found[1, 2] == close_to(measured, rtol=1e-3, atol=1e-4)
