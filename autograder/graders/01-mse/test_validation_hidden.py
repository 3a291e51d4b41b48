"""Hidden checks of 01-mse: bad input is refused.

Each check tries all kinds of bad input but judges only one: the calls then show which test a function lacks.
"""

from autograder.grading import check, require
from autograder.grading.helpers import error_of, require_value_errors

LOSSES = ("mse_loss", "mae_loss", "rmse", "huber_loss")
GRADIENTS = ("mse_grad", "rmse_grad", "mae_grad", "huber_grad")
KINDS = {
    "column": (((4,), (4, 1)),),
    "shapes": (((3, 2), (2,)), ((3, 2), (3, 1)), ((3, 1), (3,))),
    "empty": (((0,), (0,)), ((2, 0), (2, 0))),
}


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


@check("validation", hint="Compare the shapes before you subtract, and name both in the message.")
def test_hidden_a_row_beside_a_column(student, numbers):
    """shapes (N,) and (N, 1) together raise a ValueError that names both"""
    accepts(student, ("mse_loss", "mse_grad"), numbers)
    for function in ("mse_loss", "mse_grad"):
        found = errors_of(student, function, numbers)["column"]
        require_value_errors(function, found)
        text = str(found[0]).replace(" ", "")
        require("(4,)" in text and "(4,1)" in text, f"the message of `{function}` does not name both shapes")


@check("validation", hint="Compare the two shapes in each function.")
def test_shapes_that_differ_in_losses(student, numbers):
    """each loss refuses different shapes, even if they broadcast"""
    refuses(student, LOSSES, numbers, "shapes")


@check("validation", hint="Compare the two shapes in each function.")
def test_shapes_that_differ_in_gradients(student, numbers):
    """each gradient refuses different shapes, even if they broadcast"""
    refuses(student, GRADIENTS, numbers, "shapes")


@check("validation", hint="The mean of no elements is NaN: refuse empty input.")
def test_hidden_empty_input(student, numbers):
    """empty input raises a ValueError in each function"""
    refuses(student, (*LOSSES, *GRADIENTS), numbers, "empty")


@check("validation", hint="delta is a width: it must be positive.")
def test_a_delta_that_is_not_positive(student, numbers):
    """a delta of 0 or below raises a ValueError"""
    accepts(student, ("huber_loss", "huber_grad"), numbers)
    pred, target = numbers.normal(size=(2, 3))
    for function in ("huber_loss", "huber_grad"):
        require_value_errors(
            function, [error_of(student, function, pred, target, delta=delta) for delta in (-1.0, 0.0)]
        )
