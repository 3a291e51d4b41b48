"""Hidden checks of 02-cross-entropy, two classes and information: against torch in float64, and against formulas."""

import math

import numpy as np
import torch
import torch.nn.functional as F

from autograder.grading import check, close_to, equal_to
from autograder.grading.helpers import gradient, leaves_alone

IN_PLACE = "In-place operations write into the caller's array."


def mixed(rng, *columns):
    """These columns with their rows in another order."""
    order = rng.permutation(len(columns[0]))
    return tuple(np.array(column)[order] for column in columns)


def distribution(rng, size=5):
    weights = rng.uniform(0.1, 1.0, size=size)
    return weights / weights.sum()


@check("binary", hint="Minus y·log p minus (1 - y)·log(1 - p), averaged over all elements.")
def test_bce_of_soft_targets(student, rng):
    """takes any shape and soft targets"""
    probs, targets = rng.uniform(0.05, 0.95, size=(2, 3, 4)), rng.uniform(size=(2, 3, 4))
    expected = F.binary_cross_entropy(torch.tensor(probs), torch.tensor(targets))
    assert student.bce_loss(probs, targets) == close_to(expected)


@check("binary", points=0.5, hint="0·log 0 should be 0, but NumPy gives nan.")
def test_bce_at_zero_and_one(student, rng):
    """a certain and right prediction costs 0"""
    p = rng.uniform(0.2, 0.8)
    probs, targets = mixed(rng, [0.0, 1.0, p, 1.0], [0.0, 1.0, 1.0, 1.0])
    assert student.bce_loss(probs.tolist(), targets.tolist()) == close_to(-math.log(p) / 4)


@check("binary", points=0.5, hint="-log 0 is infinite; a clipped probability hides it.")
def test_bce_of_a_sure_mistake(student, rng):
    """a certain and wrong prediction costs infinity"""
    for sure, target in ((0.0, 1.0), (1.0, 0.0)):
        probs, targets = mixed(rng, [sure, rng.uniform(0.2, 0.8)], [target, target])
        assert student.bce_loss(probs.tolist(), targets.tolist()) == equal_to(math.inf)


@check("binary", hint="Use the form with max(z, 0) and log1p.")
def test_bce_with_logits_of_soft_targets(student, rng):
    """from logits: takes any shape and soft targets"""
    logits, targets = 3 * rng.normal(size=(2, 3, 4)), rng.uniform(size=(2, 3, 4))
    expected = F.binary_cross_entropy_with_logits(torch.tensor(logits), torch.tensor(targets))
    assert student.bce_with_logits(logits, targets) == close_to(expected)


@check("binary", points=2, hint="Never form the sigmoid: log(1 - 1) is -inf.")
def test_bce_with_logits_of_extreme_logits(student, rng):
    """from logits: is exact at plus and minus 1000"""
    sizes = rng.uniform([800, 800, 35, 750], [1000, 1000, 60, 1000])
    logits, targets = mixed(rng, sizes * [1, -1, 1, -1], [0.0, 1.0, 0.0, rng.uniform(0.1, 0.4)])
    expected = F.binary_cross_entropy_with_logits(torch.tensor(logits), torch.tensor(targets), reduction="none")
    mean = student.bce_with_logits(logits, targets)
    alone = [student.bce_with_logits([logit], [target]) for logit, target in zip(logits, targets, strict=True)]
    assert mean == close_to(expected.mean())
    for given, loss in zip(alone, expected, strict=True):
        assert given == close_to(loss)


@check("binary", hint="Sigmoid minus target, divided by the number of all elements.")
def test_bce_gradient(student, rng):
    """the gradient with respect to the logits has their shape"""
    logits, targets = rng.normal(size=(3, 4)), rng.uniform(size=(3, 4))
    expected = gradient(F.binary_cross_entropy_with_logits, logits, targets)
    assert student.bce_with_logits_grad(logits, targets) == close_to(expected)


@check(
    "binary", hint="An overflow in the sigmoid gives nan: choose the sign of the exponent so that exp cannot overflow."
)
def test_bce_gradient_of_extreme_logits(student, rng):
    """the gradient is right at plus and minus 1000"""
    logits, targets = mixed(rng, rng.uniform(800, 1000, size=3) * [1, -1, 1], [0.0, 1.0, 1.0])
    expected = gradient(F.binary_cross_entropy_with_logits, logits, targets)
    assert student.bce_with_logits_grad(logits, targets) == close_to(expected)


@check("binary", hint=IN_PLACE + " Unsigned integers wrap around below zero.")
def test_binary_of_integers_left_alone(student, numbers):
    """takes integer logits and targets, does not change its arguments"""
    logits, targets = np.array([3, 0, 7], dtype=np.uint8), np.array([0, 1, 1], dtype=np.uint8)
    expected = F.binary_cross_entropy_with_logits(
        torch.tensor(logits.astype(float)), torch.tensor(targets.astype(float))
    )
    assert student.bce_with_logits(logits, targets) == close_to(expected)
    expected = gradient(F.binary_cross_entropy_with_logits, logits.astype(float), targets.astype(float))
    assert student.bce_with_logits_grad(logits, targets) == close_to(expected)
    expected = -math.log(0.8 * 0.9 * 0.6) / 3
    assert student.bce_loss([0.2, 0.9, 0.6], targets) == close_to(expected)
    leaves_alone(student, "bce_with_logits", numbers.normal(size=4), numbers.uniform(size=4))
    leaves_alone(student, "bce_with_logits_grad", numbers.normal(size=4), numbers.uniform(size=4))
    leaves_alone(student, "bce_loss", np.array([0.0, 1.0, 0.3]), np.array([0.0, 1.0, 0.6]))


@check("information", hint="Natural logarithms, and a minus sign.")
def test_entropy(student, rng):
    """entropy in nats"""
    p = distribution(rng)
    assert student.entropy(p) == close_to(-np.sum(p * np.log(p)))


@check("information", hint="0·log 0 should be 0, but NumPy gives nan.")
def test_entropy_with_zeros(student, rng):
    """entropy is right if a probability is 0"""
    some = distribution(rng, 3)
    p = rng.permutation(np.append(some, 0.0))
    assert student.entropy(p.tolist()) == close_to(-np.sum(some * np.log(some)))


@check("information", hint="KL(p‖q) sums p·log(p/q): which of the two is the weight?")
def test_kl_divergence(student, rng):
    """the divergence is not symmetric"""
    p, q = distribution(rng), distribution(rng)
    expected = F.kl_div(torch.tensor(np.log(q)), torch.tensor(p), reduction="sum")
    assert student.kl_divergence(p, q) == close_to(expected)


@check("information", hint="Sum only where p > 0; q = 0 there gives infinity.")
def test_kl_divergence_with_zeros(student, rng):
    """zeros in p cost nothing, and zeros in q where p > 0 cost infinity"""
    some, full = distribution(rng, 2), distribution(rng, 3)
    p, q = mixed(rng, [*some, 0.0], full)
    assert student.kl_divergence(p.tolist(), q.tolist()) == close_to(np.sum(some * np.log(some / full[:2])))
    assert student.kl_divergence(p.tolist(), p.tolist()) == close_to(0.0)
    p, q = mixed(rng, some, [1.0, 0.0])
    assert student.kl_divergence(p.tolist(), q.tolist()) == equal_to(math.inf)


@check("information", hint="Minus the sum of p·log q.")
def test_cross_entropy_of_distributions(student, rng):
    """H(p, q) is H(p) + KL(p‖q)"""
    p, q = distribution(rng), distribution(rng)
    expected = -np.sum(p * np.log(q))
    assert student.cross_entropy_of(p, q) == close_to(expected)
    assert student.entropy(p) + student.kl_divergence(p, q) == close_to(expected)


@check("information", hint="0·log 0 is 0, also for q; and do not change the arguments.")
def test_cross_entropy_of_with_zeros(student, rng):
    """takes zeros in both, can be infinite, does not change its arguments"""
    some, other = distribution(rng, 2), distribution(rng, 2)
    p, q = mixed(rng, [*some, 0.0], [*other, 0.0])
    assert student.cross_entropy_of(p.tolist(), q.tolist()) == close_to(-np.sum(some * np.log(other)))
    p, q = mixed(rng, some, [1.0, 0.0])
    assert student.cross_entropy_of(p.tolist(), q.tolist()) == equal_to(math.inf)
    p, q = np.append(distribution(rng), 0.0), np.append(distribution(rng), 0.0)
    leaves_alone(student, "entropy", p)
    leaves_alone(student, "kl_divergence", p, q)
    leaves_alone(student, "cross_entropy_of", p, q)
