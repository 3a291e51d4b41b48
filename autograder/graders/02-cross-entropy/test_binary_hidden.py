"""Hidden checks of 02-cross-entropy, two classes and information: against torch in float64, and against formulas."""

import math

import numpy as np
import torch
import torch.nn.functional as F

from autograder.grading import check, close_to, equal_to
from autograder.grading.helpers import answers, error_of, floats, gradient, leaves_alone, works_and_leaves_alone

IN_PLACE = "In-place operations write into the caller's array; and remove each print before you hand in."
MEAN = "The mean is over all elements, however many axes there are."
SAFE = "Never form the sigmoid, as log(1 - 1) is -inf: use the form with max(z, 0) and log1p."


def mixed(rng, *columns):
    """These columns with their rows in another order."""
    order = rng.permutation(len(columns[0]))
    return tuple(np.array(column)[order] for column in columns)


def distribution(rng, size=5):
    weights = rng.uniform(0.1, 1.0, size=size)
    return weights / weights.sum()


# Their sums are exactly 1.
PAIR = np.array([0.5, 0.25, 0.125, 0.125]), np.array([0.25, 0.25, 0.125, 0.375])
ZEROS = np.array([0.5, 0.25, 0.25, 0.0]), np.array([0.25, 0.5, 0.25, 0.0])
OTHER = np.array([0.125, 0.25, 0.25, 0.375]), np.array([0.5, 0.125, 0.25, 0.125])


def probabilities(numbers):
    """Two pairs of probabilities and soft targets: arguments for a function that is right or wrong."""
    first, other = numbers.uniform(0.1, 0.9, size=(2, 2, 4))
    return tuple(first), tuple(other)


def leaves_zeros_alone(student, function, *arguments):
    """Require that a function does not change zeros among its arguments, if it takes them at all."""
    if error_of(student, function, *arguments) is None:
        leaves_alone(student, function, *arguments)


def bce_of(probs, targets):
    return F.binary_cross_entropy(torch.tensor(probs), torch.tensor(targets))


def bce_with_logits_of(logits, targets):
    return F.binary_cross_entropy_with_logits(torch.tensor(logits), torch.tensor(targets))


def hard(rng):
    """Targets of both classes."""
    return rng.permutation([0.0, 1.0, 1.0, 0.0, 1.0])


@check("binary", points=0.5, hint="Minus y·log p minus (1 - y)·log(1 - p), averaged over all elements.")
def test_bce_of_hard_targets(student, rng):
    """takes targets of 0 and 1"""
    probs, targets = rng.uniform(0.05, 0.95, size=5), hard(rng)
    assert student.bce_loss(probs, targets) == close_to(bce_of(probs, targets))


@check("binary", points=0.5, hint="A soft target shares the loss between both terms: y·log p and (1 - y)·log(1 - p).")
def test_bce_of_soft_targets(student, rng):
    """takes soft targets"""
    probs, targets = rng.uniform(0.05, 0.95, size=(2, 6))
    assert student.bce_loss(probs, targets) == close_to(bce_of(probs, targets))


@check("binary", topic="axes", points=0.5, hint=MEAN)
def test_bce_of_any_shape(student, rng):
    """takes any shape"""
    for shape in ((3, 4), (2, 3, 2)):
        probs, targets = rng.uniform(0.05, 0.95, size=(2, *shape))
        assert student.bce_loss(probs, targets) == close_to(bce_of(probs, targets))


@check("binary", topic="extremes", points=0.25, hint="0·log 0 should be 0, but NumPy gives nan.")
def test_bce_at_zero_and_one(student, rng):
    """a certain and right prediction costs 0"""
    p = rng.uniform(0.2, 0.8)
    probs, targets = mixed(rng, [0.0, 1.0, p, 1.0], [0.0, 1.0, 1.0, 1.0])
    assert student.bce_loss(probs, targets) == close_to(-math.log(p) / 4)


@check("binary", topic="extremes", points=0.25, hint="-log 0 is infinite; a clipped probability hides it.")
def test_bce_of_a_sure_mistake(student, rng):
    """a certain and wrong prediction costs infinity"""
    for sure, target in ((0.0, 1.0), (1.0, 0.0)):
        probs, targets = mixed(rng, [sure, rng.uniform(0.2, 0.8)], [target, target])
        assert student.bce_loss(probs, targets) == equal_to(math.inf)


@check("binary", kind="property", topic="leaves_alone", points=0.5, hint=IN_PLACE)
def test_bce_leaves_its_arguments(student, numbers):
    """does not change its arguments and prints nothing"""
    works_and_leaves_alone(student, "bce_loss", *probabilities(numbers))
    leaves_zeros_alone(student, "bce_loss", np.array([0.0, 1.0, 0.3]), np.array([0.0, 1.0, 0.6]))


@check("binary", points=0.5, hint="max(z, 0) - z·y + log1p(exp(-|z|)), averaged over all elements.")
def test_bce_with_logits_of_hard_targets(student, rng):
    """from logits: takes targets of 0 and 1"""
    logits, targets = 3 * rng.normal(size=5), hard(rng)
    assert student.bce_with_logits(logits, targets) == close_to(bce_with_logits_of(logits, targets))


@check("binary", points=0.5, hint="The target is a factor of z, whether it is 0, 1 or between.")
def test_bce_with_logits_of_soft_targets(student, rng):
    """from logits: takes soft targets"""
    logits, targets = 3 * rng.normal(size=6), rng.uniform(size=6)
    assert student.bce_with_logits(logits, targets) == close_to(bce_with_logits_of(logits, targets))


@check("binary", topic="axes", points=0.5, hint=MEAN)
def test_bce_with_logits_of_any_shape(student, rng):
    """from logits: takes any shape"""
    for shape in ((3, 4), (2, 3, 2)):
        logits, targets = 3 * rng.normal(size=shape), rng.uniform(size=shape)
        assert student.bce_with_logits(logits, targets) == close_to(bce_with_logits_of(logits, targets))


@check("binary", topic="extremes", points=0.5, hint=SAFE)
def test_bce_with_logits_of_extreme_logits(student, rng):
    """from logits: is exact at plus 1000"""
    for target in (0.0, 1.0, rng.uniform(0.1, 0.4)):
        logits, targets = mixed(rng, rng.uniform([800, 750], [1000, 1000]), [target, 1.0])
        assert student.bce_with_logits(logits, targets) == close_to(bce_with_logits_of(logits, targets))
    logits = rng.uniform(35, 60, size=1)  # where the sigmoid is 1, and exp does not overflow
    assert student.bce_with_logits(logits, np.zeros(1)) == close_to(bce_with_logits_of(logits, np.zeros(1)))


@check("binary", topic="extremes", points=0.5, hint=SAFE)
def test_bce_with_logits_of_very_negative_logits(student, rng):
    """from logits: is exact at minus 1000"""
    for target in (0.0, 1.0, rng.uniform(0.1, 0.4)):
        logits, targets = mixed(rng, rng.uniform([-1000, -1000], [-800, -750]), [target, 0.0])
        assert student.bce_with_logits(logits, targets) == close_to(bce_with_logits_of(logits, targets))


@check("binary", kind="property", topic="leaves_alone", points=0.5, hint=IN_PLACE)
def test_bce_with_logits_leaves_its_arguments(student, numbers):
    """from logits: does not change its arguments and prints nothing"""
    works_and_leaves_alone(student, "bce_with_logits", *probabilities(numbers))


@check("binary", topic="gradient", points=0.75, hint="Sigmoid minus target, divided by the number of elements.")
def test_bce_gradient(student, rng):
    """the gradient of a vector of logits"""
    logits, targets = rng.normal(size=5), rng.uniform(size=5)
    expected = gradient(F.binary_cross_entropy_with_logits, logits, targets)
    assert student.bce_with_logits_grad(logits, targets) == close_to(expected)


@check("binary", topic="axes", points=0.5, hint="The gradient has the logits' shape, and n counts all elements.")
def test_bce_gradient_of_any_shape(student, rng):
    """the gradient of logits of any shape"""
    for shape in ((3, 4), (2, 3, 2)):
        logits, targets = rng.normal(size=shape), rng.uniform(size=shape)
        expected = gradient(F.binary_cross_entropy_with_logits, logits, targets)
        assert student.bce_with_logits_grad(logits, targets) == close_to(expected)


@check(
    "binary",
    topic="extremes",
    points=0.5,
    hint="An overflow in the sigmoid gives nan: choose the sign of the exponent so that exp cannot overflow.",
)
def test_bce_gradient_of_extreme_logits(student, rng):
    """the gradient is right at plus and minus 1000"""
    logits, targets = mixed(rng, rng.uniform(800, 1000, size=3) * [1, -1, 1], [0.0, 1.0, 1.0])
    expected = gradient(F.binary_cross_entropy_with_logits, logits, targets)
    assert student.bce_with_logits_grad(logits, targets) == close_to(expected)


@check("binary", kind="property", topic="gradient", points=0.25, hint="Each logit has its own slope.")
def test_bce_gradient_of_each_element(student, numbers):
    """the gradient of an element does not change where only another element changes"""
    first, other = probabilities(numbers)
    made = answers(student, "bce_with_logits_grad", first, other, shape=(4,))
    changed = [np.append(old[:3], new[3:]) for old, new in zip(first, other, strict=True)]
    assert floats(student.bce_with_logits_grad(*changed))[:3] == close_to(made[:3])


@check("binary", kind="property", topic="leaves_alone", points=0.5, hint=IN_PLACE)
def test_bce_gradient_leaves_its_arguments(student, numbers):
    """the gradient does not change its arguments and prints nothing"""
    works_and_leaves_alone(student, "bce_with_logits_grad", *probabilities(numbers), shape=(4,))


@check("information", points=0.75, hint="Natural logarithms, and a minus sign.")
def test_entropy(student, rng):
    """entropy in nats"""
    p = distribution(rng)
    assert student.entropy(p) == close_to(-np.sum(p * np.log(p)))


@check("information", topic="extremes", points=0.5, hint="0·log 0 should be 0, but NumPy gives nan.")
def test_entropy_with_zeros(student, rng):
    """entropy is right if a probability is 0"""
    some = distribution(rng, 3)
    p = rng.permutation(np.append(some, 0.0))
    assert student.entropy(p) == close_to(-np.sum(some * np.log(some)))


@check("information", kind="property", topic="leaves_alone", points=0.75, hint=IN_PLACE)
def test_entropy_leaves_its_argument(student):
    """entropy does not change its argument and prints nothing"""
    works_and_leaves_alone(student, "entropy", PAIR[:1], OTHER[:1])
    leaves_zeros_alone(student, "entropy", ZEROS[0])


@check("information", points=0.75, hint="KL(p‖q) sums p·log(p/q): which of the two is the weight?")
def test_kl_divergence(student, rng):
    """the divergence is not symmetric"""
    p, q = distribution(rng), distribution(rng)
    expected = F.kl_div(torch.tensor(np.log(q)), torch.tensor(p), reduction="sum")
    assert student.kl_divergence(p, q) == close_to(expected)


@check("information", topic="extremes", points=0.25, hint="Sum only where p > 0.")
def test_kl_divergence_with_zeros(student, rng):
    """zeros in p cost the divergence nothing, with q = 0 there or not"""
    some, full, other = distribution(rng, 2), distribution(rng, 3), distribution(rng, 2)
    p, q = mixed(rng, [*some, 0.0], full)
    assert student.kl_divergence(p, q) == close_to(np.sum(some * np.log(some / full[:2])))
    p, q = mixed(rng, [*some, 0.0], [*other, 0.0])
    assert student.kl_divergence(p, q) == close_to(np.sum(some * np.log(some / other)))


@check("information", topic="extremes", points=0.25, hint="Where q is 0 and p is not, the answer is infinite.")
def test_kl_divergence_of_the_impossible(student, rng):
    """zeros in q where p > 0 cost the divergence infinity"""
    p, q = mixed(rng, distribution(rng, 2), [1.0, 0.0])
    assert student.kl_divergence(p, q) == equal_to(math.inf)


@check("information", kind="property", topic="leaves_alone", points=0.75, hint=IN_PLACE)
def test_kl_divergence_leaves_its_arguments(student):
    """the divergence does not change its arguments and prints nothing"""
    works_and_leaves_alone(student, "kl_divergence", PAIR, OTHER)
    leaves_zeros_alone(student, "kl_divergence", *ZEROS)


@check("information", points=0.75, hint="Minus the sum of p·log q: H(p, q) is H(p) + KL(p‖q).")
def test_cross_entropy_of_distributions(student, rng):
    """cross-entropy of two distributions"""
    p, q = distribution(rng), distribution(rng)
    assert student.cross_entropy_of(p, q) == close_to(-np.sum(p * np.log(q)))


@check("information", topic="extremes", points=0.25, hint="0·log 0 is 0, also for q.")
def test_cross_entropy_of_with_zeros(student, rng):
    """zeros in p cost cross-entropy nothing, with q = 0 there or not"""
    some, other, full = distribution(rng, 2), distribution(rng, 2), distribution(rng, 3)
    p, q = mixed(rng, [*some, 0.0], [*other, 0.0])
    assert student.cross_entropy_of(p, q) == close_to(-np.sum(some * np.log(other)))
    p, q = mixed(rng, [*some, 0.0], full)
    assert student.cross_entropy_of(p, q) == close_to(-np.sum(some * np.log(full[:2])))


@check("information", topic="extremes", points=0.25, hint="Where q is 0 and p is not, the answer is infinite.")
def test_cross_entropy_of_the_impossible(student, rng):
    """zeros in q where p > 0 cost cross-entropy infinity"""
    p, q = mixed(rng, distribution(rng, 2), [1.0, 0.0])
    assert student.cross_entropy_of(p, q) == equal_to(math.inf)


@check("information", kind="property", topic="leaves_alone", points=0.75, hint=IN_PLACE)
def test_cross_entropy_of_leaves_its_arguments(student):
    """cross-entropy does not change its arguments and prints nothing"""
    works_and_leaves_alone(student, "cross_entropy_of", PAIR, OTHER)
    leaves_zeros_alone(student, "cross_entropy_of", *ZEROS)
