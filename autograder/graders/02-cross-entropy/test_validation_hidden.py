"""Hidden checks of 02-cross-entropy: unusual input is taken, and bad input is refused.

Each check makes all of its calls before it judges the first: what a function lacks can then be told from its calls.
"""

import numpy as np

from autograder.grading import check, close_to, require
from autograder.grading.helpers import answers, error_of, require_value_errors

OTHERS = ("cross_entropy_naive", "cross_entropy_grad")
CLASSIFIERS = ("cross_entropy", *OTHERS)
BINARY = ("bce_loss", "bce_with_logits", "bce_with_logits_grad")
STRATEGIES = ("inverse", "inverse_sqrt", "effective")
LISTS = "Lists are array_likes, too: make float arrays of them first."
UNSIGNED = (
    "Unsigned integers wrap around below zero, and small ones have exp in half precision: make float arrays first."
)

LOGITS = np.array([[1.0, 5.0, 9.0], [7.0, 2.0, 4.0], [3.0, 8.0, 6.0], [9.0, 1.0, 2.0]])
# The second largest of a row, its largest, its smallest: a difference wraps around in either order.
TARGETS = np.array([1, 0, 0, 2])
OTHER = (1.1 * LOGITS[:, ::-1], np.array([2, 1, 1, 1]))
SHAPES = {"softmax_naive": (4, 3), "softmax": (4, 3), "log_softmax": (4, 3), "cross_entropy_grad": (4, 3)}


def listed(value):
    return value.tolist()


def unsigned(value):
    return value.astype(np.uint8)


def taken(student, function, convert, first, other, shape=(), **named):
    """Require that a function gives for converted arguments what it gives for arrays of floats, right or wrong."""
    made = answers(student, function, first, other, shape, **named)
    assert getattr(student, function)(*map(convert, first), **named) == close_to(made)


def scores_taken(student, functions, convert):
    for function in functions:
        taken(student, function, convert, (LOGITS,), OTHER[:1], SHAPES[function])


def classes_taken(student, functions, convert):
    for function in functions:
        taken(student, function, convert, (LOGITS, TARGETS), OTHER, SHAPES.get(function, ()))


def binary_taken(student, convert, logits):
    """Require it of the three functions of two classes, with targets above and below the logits."""
    targets = np.array([0.0, 1.0, 1.0, 0.0])
    others = np.array([4.0, 1.0, 2.0, 3.0]), 1 - targets
    probs = np.array([0.2, 0.9, 0.6, 0.5]), np.array([0.4, 0.8, 0.7, 0.1])
    for function, shape in (("bce_with_logits", ()), ("bce_with_logits_grad", (4,))):
        taken(student, function, convert, (logits, targets), others, shape)
    made = answers(student, "bce_loss", (probs[0], targets), (probs[1], 1 - targets))
    given = student.bce_loss(convert(probs[0]) if convert is listed else probs[0], convert(targets))
    assert given == close_to(made)


@check("validation", kind="input", topic="lists", points=0.25, hint=LISTS)
def test_naive_formulas_of_lists(student):
    """the textbook formulas take lists"""
    scores_taken(student, ["softmax_naive"], listed)
    classes_taken(student, ["cross_entropy_naive"], listed)


@check("validation", kind="input", topic="unsigned", points=0.25, hint=UNSIGNED)
def test_naive_formulas_of_unsigned(student):
    """the textbook formulas take unsigned integers"""
    scores_taken(student, ["softmax_naive"], unsigned)
    classes_taken(student, ["cross_entropy_naive"], unsigned)


@check("validation", kind="input", topic="lists", points=0.25, hint=LISTS)
def test_log_sum_exp_of_lists(student):
    """log_sum_exp takes lists"""
    taken(student, "log_sum_exp", listed, (LOGITS,), OTHER[:1], (4,))


@check("validation", kind="input", topic="unsigned", points=0.25, hint=UNSIGNED)
def test_log_sum_exp_of_unsigned(student):
    """log_sum_exp takes unsigned integers"""
    taken(student, "log_sum_exp", unsigned, (LOGITS,), OTHER[:1], (4,))


@check("validation", kind="input", topic="lists", points=0.25, hint=LISTS)
def test_softmax_of_lists(student):
    """softmax and log_softmax take lists"""
    scores_taken(student, ["softmax", "log_softmax"], listed)


@check("validation", kind="input", topic="unsigned", points=0.25, hint=UNSIGNED)
def test_softmax_of_unsigned(student):
    """softmax and log_softmax take unsigned integers"""
    scores_taken(student, ["softmax", "log_softmax"], unsigned)


@check("validation", kind="input", topic="lists", points=0.25, hint=LISTS)
def test_cross_entropy_of_lists(student):
    """cross_entropy takes lists"""
    classes_taken(student, ["cross_entropy"], listed)


@check("validation", kind="input", topic="lists", points=0.25, hint="Weights are an array_like, too.")
def test_cross_entropy_of_a_list_of_weights(student):
    """cross_entropy takes a list of weights"""
    made = answers(student, "cross_entropy", (LOGITS, TARGETS), OTHER, weight=np.array([3.0, 1.0, 2.0]))
    assert student.cross_entropy(LOGITS, TARGETS, weight=[3, 1, 2]) == close_to(made)


@check("validation", kind="input", topic="unsigned", points=0.25, hint=UNSIGNED)
def test_cross_entropy_of_unsigned(student):
    """cross_entropy takes unsigned integers"""
    classes_taken(student, ["cross_entropy"], unsigned)


@check("validation", kind="input", topic="precision", points=0.25, hint="float32 logits are array_likes, too.")
def test_cross_entropy_of_single_precision(student, numbers):
    """cross_entropy takes float32"""
    logits = numbers.uniform(0.5, 2.0, size=(4, 3)).astype(np.float32)
    made = answers(student, "cross_entropy", (logits.astype(float), TARGETS), OTHER)
    assert student.cross_entropy(logits, TARGETS) == close_to(made)


@check("validation", kind="input", topic="lists", points=0.25, hint=LISTS)
def test_gradient_of_lists(student):
    """cross_entropy_grad takes lists"""
    classes_taken(student, ["cross_entropy_grad"], listed)


@check("validation", kind="input", topic="unsigned", points=0.25, hint=UNSIGNED)
def test_gradient_of_unsigned(student):
    """cross_entropy_grad takes unsigned integers"""
    classes_taken(student, ["cross_entropy_grad"], unsigned)


@check("validation", kind="input", topic="lists", points=0.25, hint=LISTS)
def test_binary_of_lists(student):
    """the functions of two classes take lists"""
    binary_taken(student, listed, np.array([0.5, -2.0, 3.0, 1.0]))


@check("validation", kind="input", topic="unsigned", points=0.25, hint=UNSIGNED)
def test_binary_of_unsigned(student):
    """the functions of two classes take unsigned integers"""
    binary_taken(student, unsigned, np.array([3.0, 0.0, 7.0, 1.0]))


@check("validation", kind="input", topic="lists", points=0.25, hint=LISTS)
def test_information_of_lists(student):
    """entropy, kl_divergence and cross_entropy_of take lists"""
    pairs = (
        (np.array([0.2, 0.5, 0.3]), np.array([0.4, 0.4, 0.2])),
        (np.array([0.1, 0.1, 0.8]), np.array([0.2, 0.6, 0.2])),
    )
    taken(student, "entropy", listed, pairs[0][:1], pairs[1][:1])
    for function in ("kl_divergence", "cross_entropy_of"):
        taken(student, function, listed, *pairs)


@check("validation", kind="input", topic="lists", points=0.25, hint=LISTS)
def test_weights_of_lists(student):
    """class_weights takes lists, in each strategy"""
    for strategy in STRATEGIES:
        first, other = np.array([20.0, 5.0, 9.0]), np.array([7.0, 11.0, 2.0])
        taken(student, "class_weights", listed, (first,), (other,), (3,), strategy=strategy)


@check(
    "validation", kind="input", topic="unsigned", points=0.25, hint="Sums and products of uint8 wrap around above 255."
)
def test_weights_of_small_integers(student):
    """class_weights takes small unsigned integers whose sum would wrap around, in each strategy"""
    for strategy in STRATEGIES:
        first, other = np.array([200.0, 100.0, 90.0]), np.array([7.0, 110.0, 21.0])
        taken(student, "class_weights", unsigned, (first,), (other,), (3,), strategy=strategy)


@check("validation", kind="input", topic="lists", points=0.25, hint=LISTS)
def test_sweep_of_lists(student):
    """stability_sweep takes lists of logits and targets"""
    scales = [0.25, 0.5]
    made, other = (student.stability_sweep(*given, scales) for given in ((LOGITS, TARGETS), OTHER))
    require(isinstance(made, dict) and bool(made), "`stability_sweep` returns no dict")
    depends = [key for key in made if not np.array_equal(made[key], other.get(key))]
    require(depends, "`stability_sweep` gives the same whatever its arguments are")
    expected = {key: np.asarray(made[key], dtype=float) for key in depends}
    given = student.stability_sweep(LOGITS.tolist(), TARGETS.tolist(), scales)
    assert given == close_to(expected, sequence_ok=True)


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
        found = [np.asarray(getattr(student, function)(*arguments, **named)) for arguments in calls]
        numbers = all(made.dtype.kind in "iuf" and np.isfinite(made).all() for made in found)
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
