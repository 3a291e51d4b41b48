"""Hidden checks of 02-cross-entropy: unusual input is taken, and gives what arrays of floats give.

Each check makes all of its calls before it judges the first: what a function lacks can then be told from its calls.
"""

import numpy as np

from autograder.grading import check, close_to, require
from autograder.grading.helpers import answers

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
