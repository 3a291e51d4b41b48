"""Hidden checks of 02-cross-entropy, textbook formula: against torch in float64, and against itself."""

import numpy as np
import torch
import torch.nn.functional as F

from autograder.grading import check, close_to
from autograder.grading.helpers import answers, classified, works_and_leaves_alone

IN_PLACE = "In-place operations write into the caller's array; and remove each print before you hand in."


def matrix(numbers, rows=3, classes=4):
    """Two matrices of positive numbers: arguments for a function that is right or wrong."""
    return numbers.uniform(0.5, 2.0, size=(2, rows, classes))


def softmax_of(logits):
    return F.softmax(torch.tensor(logits), -1)


@check("naive", topic="axes", points=0.5, hint="Exponentials divided by their sum.")
def test_naive_softmax_of_one_row(student, rng):
    """takes the softmax of one row"""
    logits = rng.normal(size=4)
    assert student.softmax_naive(logits) == close_to(softmax_of(logits))


@check("naive", points=0.5, hint="The sum is along the last axis, with keepdims.")
def test_naive_softmax_of_rows(student, rng):
    """takes the softmax of each row of a matrix"""
    logits = rng.normal(size=(5, 4))
    assert student.softmax_naive(logits) == close_to(softmax_of(logits))


@check("naive", topic="axes", points=0.25, hint="Along the last axis, however many there are: axis=-1.")
def test_naive_softmax_of_three_axes(student, rng):
    """takes the softmax along the last of three axes"""
    logits = rng.normal(size=(2, 3, 4))
    assert student.softmax_naive(logits) == close_to(softmax_of(logits))


@check("naive", points=0.5, hint="Minus the log of the target's probability.")
def test_naive_cross_entropy_of_one_row(student, rng):
    """is minus the log-probability of the target"""
    logits, targets = classified(rng, rows=1)
    assert student.cross_entropy_naive(logits, targets) == close_to(
        F.cross_entropy(torch.tensor(logits), torch.tensor(targets))
    )


@check("naive", topic="reduction", points=0.5, hint="One loss for each row, and the mean of these.")
def test_naive_cross_entropy(student, rng):
    """averages minus the log-probability of the targets over rows"""
    logits, targets = classified(rng)
    assert student.cross_entropy_naive(logits, targets) == close_to(
        F.cross_entropy(torch.tensor(logits), torch.tensor(targets))
    )


@check("naive", kind="property", topic="leaves_alone", points=0.25, hint=IN_PLACE)
def test_naive_softmax_leaves_its_argument(student, numbers):
    """softmax does not change its argument and prints nothing"""
    logits, other = matrix(numbers)
    works_and_leaves_alone(student, "softmax_naive", (logits,), (other,), shape=(3, 4))


@check("naive", kind="property", topic="leaves_alone", points=0.25, hint=IN_PLACE)
def test_naive_cross_entropy_leaves_its_arguments(student, numbers):
    """cross-entropy does not change its arguments and prints nothing"""
    logits, other = matrix(numbers)
    targets = np.array([0, 3, 1])
    works_and_leaves_alone(student, "cross_entropy_naive", (logits, targets), (other, (targets + 1) % 4))


@check("naive", kind="property", topic="state", points=0.25, hint="Nothing that one call leaves may affect the next.")
def test_naive_formulas_keep_nothing(student, numbers):
    """the loss keeps nothing between calls"""
    logits, other = matrix(numbers)
    targets = np.array([0, 3, 1])
    made = answers(student, "cross_entropy_naive", (logits, targets), (other, (targets + 1) % 4))
    student.cross_entropy_naive(numbers.uniform(0.5, 2.0, size=(2, 6)), np.array([5, 0]))
    assert student.cross_entropy_naive(logits, targets) == close_to(made)
