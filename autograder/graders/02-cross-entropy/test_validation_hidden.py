"""Hidden checks of 02-cross-entropy: bad input is refused.

Each check makes all of its calls before it judges the first: what a function lacks can then be told from its calls.
"""

import numpy as np

from autograder.grading import check, require
from autograder.grading.helpers import classified, error_of, require_value_errors

CLASSIFIERS = ("cross_entropy", "cross_entropy_naive", "cross_entropy_grad")
BINARY = ("bce_loss", "bce_with_logits", "bce_with_logits_grad")
STRATEGIES = ("inverse", "inverse_sqrt", "effective")


def refused(student, functions, *calls, **named):
    """Require that each call raises a ValueError; return the errors by function."""
    errors = {name: [error_of(student, name, *arguments, **named) for arguments in calls] for name in functions}
    for function, found in errors.items():
        require_value_errors(function, found)
    return errors


def accepted(student, functions, *calls):
    """Call each function with good input: a function that refuses everything validates nothing."""
    for function in functions:
        for arguments in calls:
            getattr(student, function)(*arguments)


@check("validation", hint="A negative index is legal in NumPy: compare before you index.")
def test_negative_targets(student, numbers):
    """a negative target raises a ValueError that names it"""
    logits, targets = classified(numbers)
    accepted(student, CLASSIFIERS, (logits, targets))
    targets[2] = -3
    for function, (error,) in refused(student, CLASSIFIERS, (logits, targets)).items():
        require("-3" in str(error), f"the message of `{function}` does not name the target")


@check("validation", points=0.5, hint="Targets are integers in [0, C).")
def test_targets_that_are_no_class(student, numbers):
    """a target of C or of 1.5 raises a ValueError"""
    logits, _ = classified(numbers, rows=2)
    accepted(student, CLASSIFIERS, (logits, [0, 3]))
    refused(student, CLASSIFIERS, (logits, [0, 4]), (logits, [0.0, 1.5]))


@check("validation", points=0.5, hint="One target for each row.")
def test_lengths_that_differ(student, numbers):
    """more or fewer targets than rows, or no rows at all, raise a ValueError"""
    logits, targets = classified(numbers, rows=3)
    accepted(student, CLASSIFIERS, (logits, targets))
    none = (np.zeros((0, 4)), np.zeros(0, dtype=int))
    refused(student, CLASSIFIERS, (logits, [0]), (logits[:2], targets), none)


@check("validation", points=0.5, hint="Logits have two axes, targets one: compare the shapes before you index.")
def test_shapes_of_logits_and_targets(student, numbers):
    """targets in a column, and logits with one axis, raise a ValueError"""
    logits, targets = classified(numbers, rows=3, classes=3)
    accepted(student, CLASSIFIERS, (logits, targets))
    refused(student, CLASSIFIERS, (logits, targets[:, None]), (logits[0], targets))


@check("validation", points=0.5, hint="There is one weight for each class, even if it does not occur.")
def test_weights_of_another_length(student, numbers):
    """more or fewer weights than classes raise a ValueError"""
    logits, _ = classified(numbers, rows=3)
    accepted(student, ["cross_entropy"], (logits, [0, 1, 0], np.ones(4)))
    refused(student, ["cross_entropy"], *((logits, [0, 1, 0], np.ones(size)) for size in (2, 5, (4, 1))))


@check("validation", points=0.5, hint='Only "none", "mean" and "sum" are allowed.')
def test_unknown_words(student, numbers):
    """an unknown reduction or strategy raises a ValueError"""
    student.cross_entropy(*classified(numbers), reduction="sum")
    accepted(student, ["class_weights"], ([1, 2], "inverse"))
    calls = ["cross_entropy", "class_weights"]
    errors = [error_of(student, calls[0], *classified(numbers), reduction="average")]
    errors += [error_of(student, calls[1], [1, 2], strategy="balanced")]
    for function, error in zip(calls, errors, strict=True):
        require(isinstance(error, ValueError), f"`{function}` raises no ValueError")


@check("validation", hint="Compare shapes before you compute; soft targets lie in [0, 1].")
def test_binary_input(student, numbers):
    """different shapes, and targets or probabilities outside [0, 1], raise a ValueError"""
    accepted(student, BINARY, ([0.5, 0.5], [0.5, 1.0]))
    shapes = (numbers.uniform(size=3), numbers.uniform(size=(3, 1))), (numbers.uniform(size=3), numbers.uniform(size=1))
    refused(student, BINARY, *shapes, ([0.5, 0.5], [0.5, 1.5]), ([0.5, 0.5], [-0.5, 0.5]))
    refused(student, ["bce_loss"], ([1.5], [1.0]), ([-0.5], [0.0]))


@check("validation", hint="A distribution is not negative, and sums to 1.")
def test_no_distribution(student):
    """a negative entry, a sum other than 1, or different lengths raise a ValueError"""
    tenths, even = [0.1] * 10, [0.5, 0.5]  # tenths sum to 1 up to rounding only
    wrong = [0.5, 0.6], [0.5, 0.4], [0.5, 0.499], [1.5, -0.5]
    accepted(student, ["entropy"], (even,), (tenths,))
    accepted(student, ["kl_divergence", "cross_entropy_of"], (even, [0.25, 0.75]), (tenths, tenths))
    refused(student, ["entropy"], *((item,) for item in wrong))
    pairs = [(even, item) for item in wrong] + [(item, even) for item in wrong]
    refused(student, ["kl_divergence", "cross_entropy_of"], *pairs, ([1.0], even), (even, [even]))


@check("validation", points=0.5, hint="A class without examples has no inverse frequency.")
def test_a_zero_count(student, numbers):
    """a count of 0 or below raises a ValueError in each strategy"""
    accepted(student, ["class_weights"], *(([5, 2], strategy) for strategy in STRATEGIES))
    refused(student, ["class_weights"], *(([5, count], strategy) for strategy in STRATEGIES for count in (0, -2)))


@check("validation", hint="Empty input has no softmax, and the mean of no losses is NaN: refuse it.")
def test_input_without_elements(student, numbers):
    """empty input raises a ValueError in each function"""
    of_one = ("softmax_naive", "log_sum_exp", "softmax", "log_softmax")
    accepted(student, of_one, (numbers.normal(size=(2, 1)),))
    accepted(student, ["class_weights"], ([1],))
    accepted(student, BINARY, ([0.5], [1.0]))
    refused(student, of_one, ([],), (np.zeros((2, 0)),), (np.zeros((0, 2)),))
    refused(student, ["class_weights"], ([],))
    refused(student, BINARY, ([], []))
