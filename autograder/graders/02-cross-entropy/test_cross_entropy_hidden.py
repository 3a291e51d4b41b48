"""Hidden checks of 02-cross-entropy, the loss and its gradient: against torch in float64, and against themselves."""

import numpy as np
import torch
import torch.nn.functional as F

from autograder.grading import check, close_to
from autograder.grading.helpers import answers, classified, floats, gradient, leaves_alone, works_and_leaves_alone

OVERFLOW = "exp overflows above about 709: subtract the maximum of each row first."
IN_PLACE = "In-place operations write into the caller's array; and remove each print before you hand in."
SHIFTS = np.array([[1e4], [0.0], [-2e4]])


def oracle(logits, targets, weight=None, **options):
    weight = None if weight is None else torch.tensor(weight, dtype=torch.float64)
    return F.cross_entropy(torch.tensor(logits), torch.tensor(targets), weight=weight, **options)


def every_class(rng, rows=6, classes=4):
    """Logits, and targets among which each class occurs."""
    return rng.normal(size=(rows, classes)), rng.permutation(np.arange(rows) % classes)


def positive(numbers, classes=4):
    """Two pairs of logits and targets that differ in each row: arguments for a function that is right or wrong."""
    logits, other = numbers.uniform(0.5, 2.0, size=(2, 3, classes))
    targets = np.array([classes - 1, 1, 2])
    return (logits, targets), (other, np.array([0, 2, classes - 1]))


def row_by_row(student, numbers):
    """Logits and targets, and what the student's loss gives for each row alone: these need not be right."""
    first, other = positive(numbers)
    answers(student, "cross_entropy", first, other)
    losses = [answers(student, "cross_entropy", (z[None], y[None]), ()) for z, y in zip(*first, strict=True)]
    return *first, np.array(losses)


def right_or(own, given, exact):
    """What a result is to be: the right one if it is that, else the one that follows from the student's own losses."""
    return exact if given == close_to(exact) else own


@check("cross_entropy", points=1, hint="Minus the log-probability of the row's target.")
def test_cross_entropy_of_one_row(student, rng):
    """is minus the log-probability of the target"""
    logits, targets = classified(rng, rows=1)
    assert student.cross_entropy(logits, targets) == close_to(oracle(logits, targets))


@check("cross_entropy", points=1.5, hint="Minus the log-probability of each row's target, averaged over rows.")
def test_cross_entropy_mean(student, rng):
    """averages the loss over rows"""
    logits, targets = classified(rng)
    assert student.cross_entropy(logits, targets) == close_to(oracle(logits, targets))


@check(
    "cross_entropy", kind="property", topic="state", points=0.25, hint="Weights of one call are not those of the next."
)
def test_cross_entropy_keeps_nothing(student, numbers):
    """keeps nothing between calls"""
    first, other = positive(numbers, classes=7)
    made = answers(student, "cross_entropy", first, other)
    student.cross_entropy(*other, weight=numbers.uniform(0.2, 5.0, size=7))
    assert student.cross_entropy(*first) == close_to(made)


@check(
    "cross_entropy", kind="property", topic="reduction", points=0.5, hint='"mean" is the mean of the losses of N rows.'
)
def test_cross_entropy_averages_its_rows(student, numbers):
    """mean is the mean of what it gives for each row alone"""
    logits, targets, losses = row_by_row(student, numbers)
    assert student.cross_entropy(logits, targets) == close_to(losses.mean())


@check("cross_entropy", kind="property", topic="reduction", points=0.5, hint='"none" returns the losses of N rows.')
def test_cross_entropy_of_each_row(student, numbers):
    """none is what it gives for each row alone"""
    logits, targets, losses = row_by_row(student, numbers)
    given = student.cross_entropy(logits, targets, reduction="none")
    assert given == close_to(right_or(losses, given, oracle(logits, targets, reduction="none")))


@check("cross_entropy", kind="property", topic="reduction", points=0.5, hint='"sum" adds up, and divides by nothing.')
def test_cross_entropy_sum(student, numbers):
    """sum is the sum of what it gives for each row alone"""
    logits, targets, losses = row_by_row(student, numbers)
    given = student.cross_entropy(logits, targets, reduction="sum")
    assert given == close_to(right_or(losses.sum(), given, oracle(logits, targets, reduction="sum")))


@check(
    "cross_entropy",
    topic="extremes",
    points=0.75,
    hint="Take the log-softmax, not the log of a softmax; no epsilon is needed.",
)
def test_cross_entropy_of_extreme_logits(student, rng):
    """is exact at plus and minus 10000"""
    logits, targets = classified(rng)
    logits = 1e4 * logits
    for classes in (targets, logits.argmax(axis=1), logits.argmin(axis=1)):
        assert student.cross_entropy(logits, classes) == close_to(oracle(logits, classes))


@check("cross_entropy", kind="property", topic="extremes", points=0.5, hint="Each row has its own maximum. " + OVERFLOW)
def test_cross_entropy_of_rows_of_different_scale(student, numbers):
    """takes rows of very different scale"""
    first, other = positive(numbers)
    made = answers(student, "cross_entropy", first, other)
    assert student.cross_entropy(first[0] + SHIFTS, first[1]) == close_to(made)


@check(
    "cross_entropy",
    topic="weights",
    points=1,
    hint="The weighted mean divides by the sum of the weights of the targets, not by N.",
)
def test_cross_entropy_weighted_mean(student, rng):
    """the weighted mean has the right denominator"""
    logits, targets = classified(rng)
    weight = rng.uniform(0.2, 5.0, size=4)
    assert student.cross_entropy(logits, targets, weight=weight) == close_to(oracle(logits, targets, weight))


@check("cross_entropy", kind="property", topic="weights", points=0.25, hint="Each loss bears the weight of its target.")
def test_cross_entropy_weighted_without_reduction(student, numbers):
    """none with weights multiplies each row's loss by its target's weight"""
    logits, targets, losses = row_by_row(student, numbers)
    weight = numbers.uniform(0.2, 5.0, size=4)
    given = student.cross_entropy(logits, targets, weight=weight, reduction="none")
    exact = oracle(logits, targets, weight, reduction="none")
    assert given == close_to(right_or(weight[targets] * losses, given, exact))


@check("cross_entropy", kind="property", topic="weights", points=0.25, hint="Without the mean, nothing is divided.")
def test_cross_entropy_weighted_sum(student, numbers):
    """sum with weights adds up each row's loss times its target's weight"""
    logits, targets, losses = row_by_row(student, numbers)
    weight = numbers.uniform(0.2, 5.0, size=4)
    given = student.cross_entropy(logits, targets, weight=weight, reduction="sum")
    exact = oracle(logits, targets, weight, reduction="sum")
    assert given == close_to(right_or((weight[targets] * losses).sum(), given, exact))


@check("cross_entropy", kind="property", topic="weights", points=0.25, hint="Equal weights change nothing in the mean.")
def test_cross_entropy_with_weights_of_one(student, numbers):
    """weights of one are no weights"""
    first, other = positive(numbers)
    made = answers(student, "cross_entropy", first, other)
    assert student.cross_entropy(*first, weight=np.ones(4)) == close_to(made)


@check(
    "cross_entropy",
    topic="smoothing",
    points=1,
    hint="Each class gets eps/C, the target as well: it has 1 - eps + eps/C in all.",
)
def test_cross_entropy_with_smoothing(student, rng):
    """label smoothing shares eps among all C classes"""
    logits, targets = every_class(rng)
    for eps in (0.1, 0.6):
        expected = oracle(logits, targets, label_smoothing=eps)
        assert student.cross_entropy(logits, targets, label_smoothing=eps) == close_to(expected)


@check("cross_entropy", topic="smoothing", points=0.25, hint="With eps = 1 nothing is left to the target but 1/C.")
def test_cross_entropy_smoothed_entirely(student, rng):
    """label smoothing of 1 gives each class the same share"""
    logits, targets = every_class(rng)
    expected = oracle(logits, targets, label_smoothing=1.0)
    assert student.cross_entropy(logits, targets, label_smoothing=1.0) == close_to(expected)


@check("cross_entropy", topic="smoothing", points=0.25, hint="C is the number of columns, whichever classes occur.")
def test_cross_entropy_smoothed_without_a_class(student, rng):
    """label smoothing counts classes that are no target"""
    logits, targets = rng.normal(size=(4, 5)), rng.permutation([0, 1, 1, 3])
    expected = oracle(logits, targets, label_smoothing=0.3)
    assert student.cross_entropy(logits, targets, label_smoothing=0.3) == close_to(expected)


@check("cross_entropy", topic="smoothing", points=0.5, hint="The term of each class has the weight of that class.")
def test_cross_entropy_with_weights_and_smoothing(student, rng):
    """combines weights and smoothing"""
    logits, targets = every_class(rng)
    weight = rng.uniform(0.2, 5.0, size=4)
    expected = oracle(logits, targets, weight, label_smoothing=0.3)
    assert student.cross_entropy(logits, targets, weight=weight, label_smoothing=0.3) == close_to(expected)


@check("cross_entropy", topic="reduction", points=0.25, hint="Smooth the losses first, then reduce them.")
def test_cross_entropy_with_everything(student, rng):
    """combines weights and smoothing with none and sum"""
    logits, targets = every_class(rng)
    options = {"weight": rng.uniform(0.2, 5.0, size=4), "label_smoothing": 0.3}
    for reduction in ("sum", "none"):
        expected = oracle(logits, targets, **options, reduction=reduction)
        assert student.cross_entropy(logits, targets, **options, reduction=reduction) == close_to(expected)


@check("cross_entropy", kind="property", topic="leaves_alone", points=0.5, hint=IN_PLACE)
def test_cross_entropy_leaves_its_arguments(student, numbers):
    """does not change its arguments and prints nothing, with weights and without"""
    first, other = positive(numbers)
    works_and_leaves_alone(student, "cross_entropy", first, other)
    leaves_alone(student, "cross_entropy", *first, numbers.uniform(0.2, 5.0, size=4), 0.2)


@check("cross_entropy_grad", topic="reduction", points=0.75, hint="Softmax minus one-hot, divided by N.")
def test_gradient_of_rows(student, rng):
    """agrees with automatic differentiation for several rows"""
    logits, targets = every_class(rng)
    assert student.cross_entropy_grad(logits, targets) == close_to(gradient(F.cross_entropy, logits, targets))


@check("cross_entropy_grad", points=0.75, hint="Softmax minus one-hot.")
def test_gradient_of_one_row(student, rng):
    """agrees with automatic differentiation for one row"""
    logits, targets = rng.normal(size=(1, 4)), np.array([3])
    assert student.cross_entropy_grad(logits, targets) == close_to(gradient(F.cross_entropy, logits, targets))


@check("cross_entropy_grad", points=0.25, hint="One-hot vectors have C entries, whichever classes occur.")
def test_gradient_without_the_last_class(student, rng):
    """targets need not contain the last class"""
    logits, targets = rng.normal(size=(1, 5)), np.array([2])
    assert student.cross_entropy_grad(logits, targets) == close_to(gradient(F.cross_entropy, logits, targets))


@check("cross_entropy_grad", topic="extremes", points=0.25, hint=OVERFLOW)
def test_gradient_of_extreme_logits(student, rng):
    """stays finite at plus and minus 10000"""
    logits, targets = 1e4 * np.sort(rng.normal(size=(1, 4)))[:, ::-1], np.array([3])  # a sure mistake, of slope 1
    assert student.cross_entropy_grad(logits, targets) == close_to(gradient(F.cross_entropy, logits, targets))


@check(
    "cross_entropy_grad",
    kind="property",
    topic="extremes",
    points=0.75,
    hint="Each row has its own maximum. " + OVERFLOW,
)
def test_gradient_of_rows_of_different_scale(student, numbers):
    """takes rows of very different scale"""
    first, other = positive(numbers)
    made = answers(student, "cross_entropy_grad", first, other, shape=(3, 4))
    assert student.cross_entropy_grad(first[0] + SHIFTS, first[1]) == close_to(made)


@check(
    "cross_entropy_grad", kind="property", topic="axes", points=0.75, hint="A row's slope has nothing of other rows."
)
def test_gradient_of_each_row(student, numbers):
    """does not change in a row where only another row changes"""
    first, other = positive(numbers)
    made = answers(student, "cross_entropy_grad", first, other, shape=(3, 4))
    changed = [np.concatenate([old[:2], new[2:]]) for old, new in zip(first, other, strict=True)]
    assert floats(student.cross_entropy_grad(*changed))[:2] == close_to(made[:2])


@check("cross_entropy_grad", kind="property", topic="leaves_alone", points=0.5, hint=IN_PLACE)
def test_gradient_leaves_its_arguments(student, numbers):
    """does not change its arguments and prints nothing"""
    works_and_leaves_alone(student, "cross_entropy_grad", *positive(numbers), shape=(3, 4))
