"""Hidden checks of 02-cross-entropy: bad input is refused.

Each check makes all of its calls before it judges the first: what a function lacks can then be told from its calls.
"""

import numpy as np

from autograder.grading import check, require
from autograder.grading.helpers import error_of, floats, require_value_errors

OTHERS = ("cross_entropy_naive", "cross_entropy_grad")
BINARY = ("bce_loss", "bce_with_logits", "bce_with_logits_grad")
STRATEGIES = ("inverse", "inverse_sqrt", "effective")


def refused(student, functions, *calls, **named):
    """Require that each call raises a ValueError; return the errors by function."""
    errors = {name: [error_of(student, name, *arguments, **named) for arguments in calls] for name in functions}
    for function, found in errors.items():
        require_value_errors(function, found)
    return errors


def accepted(student, functions, *calls, **named):
    """Require that each function does something with good input: one that refuses everything validates nothing.

    The first two calls give different numbers; they need not be right.
    """
    for function in functions:
        found = [floats(getattr(student, function)(*arguments, **named), f"`{function}`") for arguments in calls]
        numbers = all(np.isfinite(made).all() for made in found)
        require(numbers, f"`{function}` gives no finite numbers for good input")
        require(not np.array_equal(*found[:2]), f"`{function}` gives the same for all input")


def scores(numbers, rows=3, classes=4):
    """Logits and other logits, all of them positive."""
    return numbers.uniform(0.5, 2.0, size=(2, rows, classes))


@check(
    "validation", kind="input", topic="refusal", points=0.25, hint="A negative index is legal in NumPy: compare first."
)
def test_negative_targets(student, numbers):
    """cross_entropy: a negative target raises a ValueError that names it"""
    negative_refused(student, numbers, ["cross_entropy"])


@check(
    "validation", kind="input", topic="refusal", points=0.25, hint="A negative index is legal in NumPy: compare first."
)
def test_negative_targets_elsewhere(student, numbers):
    """cross_entropy_naive, cross_entropy_grad: a negative target raises a ValueError that names it"""
    negative_refused(student, numbers, OTHERS)


def negative_refused(student, numbers, functions):
    logits, other = scores(numbers)
    targets = np.array([1, 3, 0])
    accepted(student, functions, (logits, targets), (other, targets))
    for function, (error,) in refused(student, functions, (logits, np.array([1, 3, -3]))).items():
        require("-3" in str(error), f"the message of `{function}` does not name the target")


@check("validation", kind="input", topic="refusal", points=0.25, hint="Targets are integers in [0, C).")
def test_targets_that_are_no_class(student, numbers):
    """cross_entropy: a target of C or of 1.5 raises a ValueError"""
    classless_refused(student, numbers, ["cross_entropy"])


@check("validation", kind="input", topic="refusal", points=0.25, hint="Targets are integers in [0, C).")
def test_targets_that_are_no_class_elsewhere(student, numbers):
    """cross_entropy_naive, cross_entropy_grad: a target of C or of 1.5 raises a ValueError"""
    classless_refused(student, numbers, OTHERS)


def classless_refused(student, numbers, functions):
    logits, other = scores(numbers, rows=2)
    accepted(student, functions, (logits, np.array([0, 3])), (other, np.array([0, 3])))
    refused(student, functions, (logits, np.array([0, 4])), (logits, np.array([0.0, 1.5])))


@check(
    "validation", kind="input", topic="refusal", points=0.25, hint="Logits have shape (N, C) and targets (N,): compare."
)
def test_shapes_of_logits_and_targets(student, numbers):
    """cross_entropy: targets of another length or in a column, logits with one axis, no rows: each a ValueError"""
    shapeless_refused(student, numbers, ["cross_entropy"])


@check(
    "validation", kind="input", topic="refusal", points=0.25, hint="Logits have shape (N, C) and targets (N,): compare."
)
def test_shapes_of_logits_and_targets_elsewhere(student, numbers):
    """cross_entropy_naive, cross_entropy_grad: the same shapes are refused, each with a ValueError"""
    shapeless_refused(student, numbers, OTHERS)


def shapeless_refused(student, numbers, functions):
    logits, other = scores(numbers, classes=3)
    targets = np.array([1, 2, 0])
    accepted(student, functions, (logits, targets), (other, targets))
    lengths = (logits, targets[:1]), (logits[:2], targets), (np.zeros((0, 3)), np.zeros(0, dtype=int))
    refused(student, functions, *lengths, (logits, targets[:, None]), (logits[0], targets))


@check("validation", kind="input", topic="refusal", points=0.25, hint="There is one weight for each class.")
def test_weights_of_another_length(student, numbers):
    """cross_entropy: more or fewer weights than classes raise a ValueError"""
    (logits, other), targets, weight = scores(numbers), np.array([0, 1, 0]), np.array([1.0, 2.0, 3.0, 4.0])
    accepted(student, ["cross_entropy"], (logits, targets, weight), (other, targets, weight))
    refused(student, ["cross_entropy"], *((logits, targets, np.ones(size)) for size in (2, 5, (4, 1))))


@check("validation", kind="input", topic="refusal", points=0.25, hint='Only "none", "mean" and "sum" are allowed.')
def test_unknown_reductions(student, numbers):
    """cross_entropy: an unknown reduction raises a ValueError"""
    (logits, other), targets = scores(numbers), np.array([0, 1, 0])
    accepted(student, ["cross_entropy"], (logits, targets), (other, targets))
    refused(student, ["cross_entropy"], (logits, targets), reduction="average")


@check("validation", kind="input", topic="refusal", points=0.25, hint="Compare shapes before you compute.")
def test_shapes_of_two_classes(student, numbers):
    """two classes: different shapes raise a ValueError"""
    even = (np.array([0.5, 0.5]), np.array([0.5, 1.0])), (np.array([0.25, 0.5]), np.array([0.5, 1.0]))
    accepted(student, BINARY, *even)
    column, one = numbers.uniform(size=(3, 1)), numbers.uniform(size=1)
    refused(student, BINARY, (numbers.uniform(size=3), column), (numbers.uniform(size=3), one))


@check("validation", kind="input", topic="refusal", points=0.25, hint="Soft targets lie in [0, 1].")
def test_targets_of_two_classes(student):
    """two classes: a target outside [0, 1] raises a ValueError"""
    even = np.array([0.5, 0.5])
    accepted(student, BINARY, (even, np.array([0.5, 1.0])), (even / 2, np.array([0.5, 1.0])))
    refused(student, BINARY, (even, np.array([0.5, 1.5])), (even, np.array([-0.5, 0.5])))


@check("validation", kind="input", topic="refusal", points=0.25, hint="A probability lies in [0, 1].")
def test_probabilities_of_two_classes(student):
    """bce_loss: a probability outside [0, 1] raises a ValueError"""
    accepted(student, ["bce_loss"], (np.array([0.5]), np.ones(1)), (np.array([0.25]), np.ones(1)))
    refused(student, ["bce_loss"], (np.array([1.5]), np.ones(1)), (np.array([-0.5]), np.zeros(1)))


PAIR = np.array([0.5, 0.5]), np.array([0.25, 0.75])
SWAPPED = PAIR[1], np.array([0.625, 0.375])


def not_distributions(student, *wrong):
    """Require that the three functions refuse these, in either place."""
    accepted(student, ["entropy"], PAIR[:1], PAIR[1:])
    accepted(student, ["kl_divergence", "cross_entropy_of"], PAIR, SWAPPED)
    refused(student, ["entropy"], *((np.array(item),) for item in wrong))
    pairs = [(PAIR[0], np.array(item)) for item in wrong] + [(np.array(item), PAIR[0]) for item in wrong]
    refused(student, ["kl_divergence", "cross_entropy_of"], *pairs)


@check("validation", kind="input", topic="refusal", points=0.25, hint="A probability is not negative.")
def test_negative_probabilities(student):
    """no distribution: a negative entry raises a ValueError"""
    not_distributions(student, [1.5, -0.5])


@check("validation", kind="input", topic="refusal", points=0.25, hint="A distribution sums to 1, up to 1e-6.")
def test_sums_other_than_one(student):
    """no distribution: a sum other than 1 raises a ValueError, but not one that is off by rounding"""
    tenths = np.full(10, 0.1)  # sum to 1 up to rounding only
    accepted(student, ["entropy"], (tenths,), PAIR[:1])
    accepted(student, ["kl_divergence", "cross_entropy_of"], (tenths, np.append(np.full(9, 0.05), 0.55)), PAIR)
    not_distributions(student, [0.5, 0.6], [0.5, 0.4], [0.5, 0.499])


@check("validation", kind="input", topic="refusal", points=0.25, hint="Two distributions have one shape.")
def test_distributions_of_different_lengths(student):
    """two distributions of different shapes raise a ValueError"""
    functions = ["kl_divergence", "cross_entropy_of"]
    accepted(student, functions, PAIR, SWAPPED)
    refused(student, functions, (np.ones(1), PAIR[0]), (PAIR[0], PAIR[0][None]))


@check(
    "validation", kind="input", topic="refusal", points=0.25, hint="A class without examples has no inverse frequency."
)
def test_a_zero_count(student):
    """class_weights: a count of 0 or below raises a ValueError in each strategy"""
    for strategy in STRATEGIES:
        accepted(student, ["class_weights"], (np.array([5.0, 2.0]), strategy), (np.array([4.0, 7.0]), strategy))
    calls = [(np.array([5.0, count]), strategy) for strategy in STRATEGIES for count in (0.0, -2.0)]
    refused(student, ["class_weights"], *calls)


@check("validation", kind="input", topic="refusal", points=0.25, hint="There are three strategies.")
def test_unknown_strategies(student):
    """class_weights: an unknown strategy raises a ValueError"""
    accepted(student, ["class_weights"], (np.array([5.0, 2.0]), "inverse"), (np.array([4.0, 7.0]), "inverse"))
    refused(student, ["class_weights"], (np.array([1.0, 2.0]), "balanced"))


@check("validation", kind="input", topic="refusal", points=0.25, hint="Empty input has no softmax: refuse it.")
def test_input_without_elements(student, numbers):
    """softmax_naive, log_sum_exp, softmax, log_softmax: empty input raises a ValueError"""
    of_one = ("softmax_naive", "log_sum_exp", "softmax", "log_softmax")
    accepted(student, of_one, *((logits,) for logits in scores(numbers)))
    refused(student, of_one, (np.zeros(0),), (np.zeros((2, 0)),), (np.zeros((0, 2)),))


@check(
    "validation", kind="input", topic="refusal", points=0.25, hint="The mean of no losses is NaN: refuse empty input."
)
def test_means_of_nothing(student):
    """two classes, class_weights: empty input raises a ValueError"""
    accepted(student, BINARY, (np.array([0.5]), np.ones(1)), (np.array([0.25]), np.ones(1)))
    accepted(student, ["class_weights"], (np.array([5.0, 2.0]),), (np.array([4.0, 7.0]),))
    refused(student, BINARY, (np.zeros(0), np.zeros(0)))
    refused(student, ["class_weights"], (np.zeros(0),))
