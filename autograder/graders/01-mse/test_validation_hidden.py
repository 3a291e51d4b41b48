"""Hidden checks of 01-mse: unusual input is taken, bad input is refused.

Unusual input is compared with the function's own answer to the same numbers in float64, so that it needs no right
value. Each check of bad input tries all kinds but judges only one: the calls then show which test a function lacks.
"""

import numpy as np

from autograder.grading import check, require
from autograder.grading.helpers import answers, error_of, names_shapes, pair, require_value_errors

LOSSES = ("mse_loss", "mae_loss", "rmse", "huber_loss")
GRADIENTS = ("mse_grad", "rmse_grad", "mae_grad", "huber_grad")
MSE, RMSE = ("mse_loss", "mse_grad"), ("rmse", "rmse_grad")
MAE, HUBER = ("mae_loss", "mae_grad"), ("huber_loss", "huber_grad")
KINDS = {
    "column": (((7,), (7, 1)),),
    "shapes": (((3, 2), (2,)), ((3, 2), (3, 1)), ((3, 1), (3,))),
    "empty": (((0,), (0,)), ((2, 0), (2, 0))),
}
CONVERT = "np.asarray(..., dtype=float) makes arrays of lists and numbers, and floats of integers."
SHAPES = "Compare the two shapes before you subtract, in each function."
EMPTY = "The mean of no elements is NaN: refuse empty input."


def takes(student, function, unusual, usual, kind):
    """Require that a function that works says the same of unusual input as of the same numbers in arrays of floats."""
    works(student, function)
    own = getattr(student, function)(*usual)
    given = getattr(student, function)(*unusual)
    require(alike(given, own), f"`{function}` gives something else for {kind} than for arrays of floats")


def works(student, function):
    pred, target = np.array([0.3, -1.4, 0.6, 1.1, -0.7]), np.array([-0.2, 0.9, 0.4, 0.3, 0.8])
    swapped = 2.25 * target - 1.25 * pred, 2.25 * pred - 1.25 * target  # each of them turns the sign of all errors
    made = answers(student, function, (pred, target), swapped, shape=None)
    require(made.size in (1, 5), f"`{function}` gives neither one number nor one for each element yet")


def alike(value, expected):
    """Whether a value has the same numbers, NaN included; shape () and an array of one number are the same here."""
    try:
        found = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return False
    if found.size == 1 and np.size(expected) == 1:
        found = found.reshape(np.shape(expected))
    return np.shape(expected) == found.shape and np.allclose(found, expected, rtol=1e-5, atol=1e-7, equal_nan=True)


def take_lists(student, functions, numbers):
    for function in functions:
        usual = pair(numbers, 5) if function in GRADIENTS else pair(numbers, 3, 2)
        takes(student, function, [item.tolist() for item in usual], usual, "lists")


def take_unsigned(student, functions, numbers):
    """Try differences of both signs, so that the subtraction wraps around in either order."""
    for function in functions:
        low = numbers.integers(0, 100, size=6)
        first = (low + np.array([0, 9, 0, 40, 0, 155])).astype(np.uint8)
        second = (low + np.array([12, 0, 70, 0, 150, 0])).astype(np.uint8)
        for unsigned in ((first, second), (second, first)):
            takes(student, function, unsigned, [item.astype(float) for item in unsigned], "unsigned integers")


def take_numbers(student, functions, numbers):
    """Require for single numbers what a function gives for arrays of one number."""
    for function in functions:
        works(student, function)
        pred, target = (float(item) for item in numbers.normal(size=2))
        own = getattr(student, function)(np.array([pred]), np.array([target]))
        given = getattr(student, function)(pred, target)
        require(np.ndim(given) == 0 or function in LOSSES, f"the gradient `{function}` of a number has axes")
        require(alike(given, own), f"`{function}` gives something else for numbers than for arrays of one number")


@check("validation", kind="input", topic="lists", points=0.25, hint=CONVERT)
def test_mse_of_lists_and_its_gradient(student, numbers):
    """the MSE and its gradient take lists"""
    take_lists(student, MSE, numbers)


@check("validation", kind="input", topic="lists", points=0.25, hint=CONVERT)
def test_rmse_of_lists_and_its_gradient(student, numbers):
    """the RMSE and its gradient take lists"""
    take_lists(student, RMSE, numbers)


@check("validation", kind="input", topic="lists", points=0.25, hint=CONVERT)
def test_mae_of_lists_and_its_gradient(student, numbers):
    """the MAE and its gradient take lists"""
    take_lists(student, MAE, numbers)


@check("validation", kind="input", topic="lists", points=0.25, hint=CONVERT)
def test_huber_of_lists_and_its_gradient(student, numbers):
    """the Huber loss and its gradient take lists"""
    take_lists(student, HUBER, numbers)


@check("validation", kind="input", topic="unsigned", points=0.25, hint=CONVERT)
def test_mse_of_unsigned_integers(student, numbers):
    """unsigned integers do not wrap around in the MSE and its gradient"""
    take_unsigned(student, MSE, numbers)


@check("validation", kind="input", topic="unsigned", points=0.25, hint=CONVERT)
def test_rmse_of_unsigned_integers(student, numbers):
    """unsigned integers do not wrap around in the RMSE and its gradient"""
    take_unsigned(student, RMSE, numbers)


@check("validation", kind="input", topic="unsigned", points=0.25, hint=CONVERT)
def test_mae_of_unsigned_integers(student, numbers):
    """unsigned integers do not wrap around in the MAE and its gradient"""
    take_unsigned(student, MAE, numbers)


@check("validation", kind="input", topic="unsigned", points=0.25, hint=CONVERT)
def test_huber_of_unsigned_integers(student, numbers):
    """unsigned integers do not wrap around in the Huber loss and its gradient"""
    take_unsigned(student, HUBER, numbers)


@check("validation", kind="input", topic="numbers", points=0.25, hint=CONVERT)
def test_losses_of_numbers(student, numbers):
    """each loss takes single numbers"""
    take_numbers(student, LOSSES, numbers)


@check(
    "validation", kind="input", topic="numbers", points=0.25, hint="The gradient of a single number has the shape ()."
)
def test_gradients_of_numbers(student, numbers):
    """each gradient takes single numbers"""
    take_numbers(student, GRADIENTS, numbers)


@check("validation", kind="input", topic="dtype", points=0.5, hint="The result is of floats, whatever numbers come in.")
def test_integers_and_float32(student, numbers):
    """each function takes arrays of integers and of float32"""
    for function in (*LOSSES, *GRADIENTS):
        whole = numbers.integers(-9, 10, size=(2, 7))
        single = numbers.normal(size=(2, 7)).astype(np.float32)
        takes(student, function, list(whole), list(whole.astype(float)), "integers")
        takes(student, function, list(single), list(single.astype(float)), "float32")


def accepts(student, functions, rng):
    """Call each function with good input: a function that refuses everything validates nothing."""
    for function in functions:
        getattr(student, function)(rng.normal(size=3), rng.normal(size=3))


def errors_of(student, function, rng):
    """Return what a function raises, for each kind of bad input."""
    return {
        kind: [error_of(student, function, *(rng.normal(size=shape) for shape in shapes)) for shapes in pairs]
        for kind, pairs in KINDS.items()
    }


def refuses(student, functions, rng, kind):
    """Require that each function raises a ValueError for this kind of input."""
    accepts(student, functions, rng)
    for function, errors in [(function, errors_of(student, function, rng)[kind]) for function in functions]:
        require_value_errors(function, errors)


@check("validation", kind="input", topic="refusal", points=0.5, hint="Name both shapes in the message.")
def test_hidden_a_row_beside_a_column(student, numbers):
    """shapes (N,) and (N, 1) together raise a ValueError that names both"""
    accepts(student, MSE, numbers)
    for function in MSE:
        found = errors_of(student, function, numbers)["column"]
        require_value_errors(function, found)
        named = names_shapes(str(found[0]), *KINDS["column"][0])
        require(named, f"the message of `{function}` does not name both shapes")


@check("validation", kind="input", topic="refusal", points=0.5, hint=SHAPES)
def test_shapes_that_differ_in_mse(student, numbers):
    """the MSE and its gradient refuse different shapes, even if they broadcast"""
    refuses(student, MSE, numbers, "shapes")


@check("validation", kind="input", topic="refusal", points=0.5, hint=SHAPES)
def test_shapes_that_differ_in_rmse(student, numbers):
    """the RMSE and its gradient refuse different shapes, even if they broadcast"""
    refuses(student, RMSE, numbers, "shapes")


@check("validation", kind="input", topic="refusal", points=0.5, hint=SHAPES)
def test_shapes_that_differ_in_mae(student, numbers):
    """the MAE and its gradient refuse different shapes, even if they broadcast"""
    refuses(student, MAE, numbers, "shapes")


@check("validation", kind="input", topic="refusal", points=0.5, hint=SHAPES)
def test_shapes_that_differ_in_huber(student, numbers):
    """the Huber loss and its gradient refuse different shapes, even if they broadcast"""
    refuses(student, HUBER, numbers, "shapes")


@check("validation", kind="input", topic="refusal", points=0.25, hint=EMPTY)
def test_hidden_empty_input(student, numbers):
    """empty input raises a ValueError in the MSE and its gradient"""
    refuses(student, MSE, numbers, "empty")


@check("validation", kind="input", topic="refusal", points=0.25, hint=EMPTY)
def test_empty_input_of_rmse(student, numbers):
    """empty input raises a ValueError in the RMSE and its gradient"""
    refuses(student, RMSE, numbers, "empty")


@check("validation", kind="input", topic="refusal", points=0.25, hint=EMPTY)
def test_empty_input_of_mae(student, numbers):
    """empty input raises a ValueError in the MAE and its gradient"""
    refuses(student, MAE, numbers, "empty")


@check("validation", kind="input", topic="refusal", points=0.25, hint=EMPTY)
def test_empty_input_of_huber(student, numbers):
    """empty input raises a ValueError in the Huber loss and its gradient"""
    refuses(student, HUBER, numbers, "empty")


@check("validation", kind="input", topic="refusal", points=0.5, hint="delta is a width: it must be positive.")
def test_a_delta_that_is_not_positive(student, numbers):
    """a delta of 0 or below raises a ValueError"""
    accepts(student, HUBER, numbers)
    pred, target = numbers.normal(size=(2, 3))
    for function in HUBER:
        require_value_errors(
            function, [error_of(student, function, pred, target, delta=delta) for delta in (-1.0, 0.0)]
        )
