"""Hidden checks of 01-mse: bad input is refused.

Each check tries every kind of bad input and judges one of them: what a function lacks can then be told from its calls.
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
    """Good input goes through: whoever refuses everything has validated nothing."""
    for function in functions:
        getattr(student, function)(rng.normal(size=3), rng.normal(size=3))


def errors_of(student, function, rng):
    """What a function raises, for each kind of bad input."""
    return {
        kind: [error_of(student, function, *(rng.normal(size=shape) for shape in shapes)) for shapes in pairs]
        for kind, pairs in KINDS.items()
    }


def refuses(student, functions, rng, kind):
    """Every one of the functions raises a ValueError for this kind of input."""
    accepts(student, functions, rng)
    for function, errors in [(function, errors_of(student, function, rng)[kind]) for function in functions]:
        require_value_errors(function, errors)


@check("validation", hint="Compare the shapes before you subtract; name both in the message.")
def test_hidden_a_row_beside_a_column(student, numbers):
    """(N,) beside (N, 1) is a ValueError that names both shapes"""
    accepts(student, ("mse_loss", "mse_grad"), numbers)
    for function in ("mse_loss", "mse_grad"):
        found = errors_of(student, function, numbers)["column"]
        require_value_errors(function, found)
        text = str(found[0]).replace(" ", "")
        require("(4,)" in text and "(4,1)" in text, f"the message of `{function}` does not name both shapes")


@check("validation", hint="Compare the shapes in every function.")
def test_shapes_that_differ_in_losses(student, numbers):
    """every loss refuses shapes that broadcast"""
    refuses(student, LOSSES, numbers, "shapes")


@check("validation", hint="Compare the shapes in every function.")
def test_shapes_that_differ_in_gradients(student, numbers):
    """every gradient refuses shapes that broadcast"""
    refuses(student, GRADIENTS, numbers, "shapes")


@check("validation", hint="The mean of nothing is NaN: refuse it.")
def test_hidden_empty_input(student, numbers):
    """empty input is a ValueError everywhere"""
    refuses(student, (*LOSSES, *GRADIENTS), numbers, "empty")


@check("validation", hint="delta is a width: it must be positive.")
def test_a_delta_that_is_not_positive(student, numbers):
    """delta of 0 or below is a ValueError"""
    accepts(student, ("huber_loss", "huber_grad"), numbers)
    pred, target = numbers.normal(size=(2, 3))
    for function in ("huber_loss", "huber_grad"):
        require_value_errors(
            function, [error_of(student, function, pred, target, delta=delta) for delta in (-1.0, 0.0)]
        )
