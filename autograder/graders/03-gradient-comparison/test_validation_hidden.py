"""Hidden checks of 03-gradient-comparison: unusual input is taken, bad input is refused.

Unusual input is compared with the function's own answer to the same numbers in float64, so that it needs no right value.
"""

import numpy as np

from autograder.grading import check, require
from autograder.grading.helpers import answers, error_of, floats, names_shapes, require_value_errors

LOSSES = ("bce", "mse")
KEYS = ("loss", "accuracy", "grad_norm", "w", "b")
CONVERT = "np.asarray(..., dtype=float) makes arrays of lists and numbers, and floats of integers."
LABELS = np.array([0, 1, 1, 0, 1, 0, 1])


def like(value, expected):
    """Whether a value has the same numbers, NaN included; a list serves as an array, and an array of one as a number."""
    try:
        found = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return False
    if found.size == 1 and np.size(expected) == 1:
        found = found.reshape(np.shape(expected))
    return np.shape(expected) == found.shape and np.allclose(found, expected, rtol=1e-5, atol=1e-7, equal_nan=True)


def slope_takes(student, z, y, kind):
    """Require that slopes are the same as those of float64 arrays, by a function that works there, right or wrong."""
    for loss in LOSSES:
        usual = np.array([0.4, -1.3, 2.2, 0.9]), np.array([1.0, 0.0, 0.0, 1.0])
        answers(student, "logit_grad", usual, (0.5 - usual[0], 1 - usual[1]), (4,), loss=loss)
        own = student.logit_grad(
            np.atleast_1d(np.asarray(z, dtype=float)), np.atleast_1d(np.asarray(y, dtype=float)), loss
        )
        given = student.logit_grad(z, y, loss)
        require(like(given, own), f"{loss}: other slopes for {kind} than for arrays of floats")


def training_works(student, loss):
    """Require that a training moves finite weights, in a way that depends on the labels, right or wrong."""
    X, y, w0 = np.array([[0.4, 1.0], [-1.3, 0.2], [0.8, -0.5]]), np.array([1.0, 0.0, 1.0]), np.array([0.3, -0.2])
    own, other = (
        [floats(student.train(X, labels, loss, lr=0.3, steps=3, w0=w0)[key], f'"{key}"') for key in KEYS]
        for labels in (y, 1 - y)
    )
    require(np.shape(own[3]) == (2,) and np.isfinite(own[3]).all(), "`train` does not give finite weights yet")
    require(not np.array_equal(own[3], w0) and not np.array_equal(own[3], other[3]), "`train` does not train yet")
    require(own[0].size > 2 and np.ptp(own[0]) > 0, "the loss does not change from step to step")


def training_takes(student, X, y, w0, kind):
    """Require that a run is the same as with float64 arrays, by a training that works there, right or wrong."""
    usual = [np.asarray(item, dtype=float) for item in (X, y, w0)]
    for loss in LOSSES:
        training_works(student, loss)
        own = student.train(*usual[:2], loss, lr=0.3, steps=3, w0=usual[2])
        given = student.train(X, y, loss, lr=0.3, steps=3, w0=w0)
        same = isinstance(given, dict) and all(like(given.get(key), np.asarray(own[key], dtype=float)) for key in KEYS)
        require(same, f"{loss}: another run for {kind} than for arrays of floats")


@check("validation", kind="input", topic="lists", points=0.5, hint=CONVERT)
def test_slopes_of_lists(student, numbers):
    """logit_grad takes lists"""
    slope_takes(student, numbers.normal(size=7).tolist(), LABELS.astype(float).tolist(), "lists")


@check("validation", kind="input", topic="unsigned", points=0.5, hint=CONVERT)
def test_slopes_of_unsigned_integers(student, numbers):
    """logit_grad takes unsigned integers: -z does not wrap around"""
    slope_takes(student, numbers.integers(0, 6, size=7).astype(np.uint8), LABELS.astype(np.uint8), "unsigned integers")


@check("validation", kind="input", topic="numbers", points=0.25, hint="The slope of two numbers is a number.")
def test_slopes_of_numbers(student):
    """logit_grad takes two numbers and gives one"""
    for z, y in ((0.75, 1.0), (-0.5, 0.0)):
        slope_takes(student, z, y, "numbers")
        require(np.ndim(student.logit_grad(z, y, "bce")) == 0, "the slope of two numbers has axes")


@check("validation", kind="input", topic="dtype", points=0.25, hint=CONVERT)
def test_slopes_of_integers_and_float32(student, numbers):
    """logit_grad takes integers and float32"""
    slope_takes(student, numbers.integers(-5, 6, size=7), LABELS, "integers")
    slope_takes(student, numbers.normal(size=7).astype(np.float32), LABELS.astype(np.float32), "float32")


@check("validation", kind="input", topic="lists", points=0.25, hint=CONVERT)
def test_training_on_lists(student, numbers):
    """train takes lists"""
    X = numbers.normal(size=(7, 2))
    training_takes(student, X.tolist(), LABELS.astype(float).tolist(), [0.5, -1.0], "lists")


@check("validation", kind="input", topic="unsigned", points=0.25, hint=CONVERT)
def test_training_on_unsigned_integers(student, numbers):
    """train takes unsigned integers"""
    X = numbers.integers(0, 4, size=(7, 2)).astype(np.uint8)
    training_takes(student, X, LABELS.astype(np.uint8), np.array([1, 0], dtype=np.uint8), "unsigned integers")


@check(
    "validation",
    kind="input",
    topic="dtype",
    points=0.25,
    hint="w0 may be of integers, and w is of floats after a step.",
)
def test_training_on_integers_and_float32(student, numbers):
    """train takes integers and float32, for w0 too"""
    training_takes(student, numbers.integers(-3, 4, size=(7, 2)), LABELS, np.array([1, -1]), "integers")
    single = numbers.normal(size=(7, 2)).astype(np.float32)
    training_takes(student, single, LABELS.astype(np.float32), np.array([0.5, -1], dtype=np.float32), "float32")


def slope(student, z, y, loss="bce"):
    return error_of(student, "logit_grad", z, y, loss)


def training(student, X, y, loss="bce", **named):
    return error_of(student, "train", X, y, loss, steps=1, **named)


def accepts_slopes(student):
    """Call with good input: a function that refuses everything validates nothing."""
    for loss in LOSSES:
        student.logit_grad(np.array([0.5, -1.0]), np.array([1.0, 0.0]), loss)


def accepts_training(student):
    for loss in LOSSES:
        student.train(np.array([[1.0, 2.0], [0.5, -1.0]]), np.array([1.0, 0.0]), loss, steps=1, w0=np.zeros(2))


def labels(numbers, count):
    return numbers.integers(0, 2, size=count).astype(float)


@check(
    "validation",
    kind="input",
    topic="refusal",
    points=0.25,
    hint='Raise a ValueError for any loss other than "mse" and "bce".',
)
def test_slope_of_an_unknown_loss(student, numbers):
    """logit_grad: an unknown loss raises a ValueError that names it"""
    accepts_slopes(student)
    error = slope(student, numbers.normal(size=3), labels(numbers, 3), "hinge")
    require_value_errors("logit_grad", [error])
    require("hinge" in str(error), "the message does not name the loss")


@check(
    "validation",
    kind="input",
    topic="refusal",
    points=0.5,
    hint="Compare the shapes before you subtract, and name both.",
)
def test_slope_of_shapes_that_differ(student, numbers):
    """logit_grad: different shapes of z and y raise a ValueError that names both"""
    accepts_slopes(student)
    for loss in LOSSES:
        for first, second in (((4,), (4, 1)), ((3, 4), (4,)), ((5,), (1,))):
            error = slope(student, numbers.normal(size=first), labels(numbers, second), loss)
            require_value_errors("logit_grad", [error])
            require(names_shapes(str(error), first, second), "the message does not name both shapes")
        require_value_errors("logit_grad", [slope(student, numbers.normal(size=4), np.float64(1), loss)])


@check(
    "validation",
    kind="input",
    topic="refusal",
    points=0.5,
    hint="Labels are 0 or 1; refuse anything else, and name it.",
)
def test_slope_of_labels_that_are_none(student, numbers):
    """logit_grad: a label other than 0 and 1 raises a ValueError that names it"""
    accepts_slopes(student)
    for loss in LOSSES:
        for label in (7, -1, 0.5):
            error = slope(student, numbers.normal(size=3), np.array([1, label, 0], dtype=float), loss)
            require_value_errors("logit_grad", [error])
            require(str(label) in str(error), "the message does not name the label")


@check("validation", kind="input", topic="refusal", points=0.25, hint="There is at least one example.")
def test_slope_of_nothing(student):
    """logit_grad: empty input raises a ValueError"""
    accepts_slopes(student)
    require_value_errors("logit_grad", [slope(student, np.zeros(0), np.zeros(0), loss) for loss in LOSSES])


@check(
    "validation",
    kind="input",
    topic="refusal",
    points=0.25,
    hint='Raise a ValueError for any loss other than "mse" and "bce".',
)
def test_training_on_an_unknown_loss(student, numbers):
    """train: an unknown loss raises a ValueError that names it"""
    accepts_training(student)
    error = training(student, numbers.normal(size=(3, 2)), labels(numbers, 3), "hinge")
    require_value_errors("train", [error])
    require("hinge" in str(error), "the message does not name the loss")


@check(
    "validation",
    kind="input",
    topic="refusal",
    points=0.5,
    hint="X is (N, D) and y is (N,): compare before you multiply, and name both.",
)
def test_training_on_shapes_that_do_not_fit(student, numbers):
    """train: shapes of X and y that do not fit raise a ValueError that names them"""
    accepts_training(student)
    for loss in LOSSES:
        for first, second in (((5, 2), (5, 1)), ((5, 2), (4,)), ((5, 2), (1,)), ((5,), (5,)), ((5, 2, 1), (5,))):
            error = training(student, numbers.normal(size=first), labels(numbers, second), loss)
            require_value_errors("train", [error])
            wanted = (first, second) if len(first) == 2 else (first,)
            require(names_shapes(str(error), *wanted), "the message does not name the shapes")


@check(
    "validation", kind="input", topic="refusal", points=0.25, hint="w0 has one weight for each feature, in one axis."
)
def test_training_from_weights_that_do_not_fit(student, numbers):
    """train: a w0 whose shape is not (D,) raises a ValueError"""
    accepts_training(student)
    for shape in ((3, 1), (4,), (1,), (1, 3)):
        X, y = numbers.normal(size=(6, 3)), labels(numbers, 6)
        require_value_errors("train", [training(student, X, y, loss, w0=np.zeros(shape)) for loss in LOSSES])


@check(
    "validation",
    kind="input",
    topic="refusal",
    points=0.25,
    hint="The mean over no examples is NaN: refuse empty input.",
)
def test_training_on_nothing(student):
    """train: empty input raises a ValueError"""
    accepts_training(student)
    require_value_errors("train", [training(student, np.zeros((0, 3)), np.zeros(0), loss) for loss in LOSSES])


@check(
    "validation",
    kind="input",
    topic="refusal",
    points=0.5,
    hint="Labels are 0 or 1; refuse anything else before the first step.",
)
def test_training_on_labels_that_are_none(student, numbers):
    """train: a label other than 0 and 1 raises a ValueError that names it"""
    accepts_training(student)
    for loss in LOSSES:
        for label in (7, -1, 0.5):
            error = training(student, numbers.normal(size=(3, 2)), np.array([1, label, 0], dtype=float), loss)
            require_value_errors("train", [error])
            require(str(label) in str(error), "the message does not name the label")
