"""Hidden checks of 03-gradient-comparison: the slope with respect to the logit, against torch's autograd."""

import numpy as np
import torch

from autograder.grading import check, close_to, require
from autograder.grading.helpers import answers, keeps_arguments, prints_nothing

LOSSES = ("bce", "mse")


def oracle(z, y, loss):
    """Slope of each example's loss by automatic differentiation in float64."""
    z, y = torch.tensor(z, requires_grad=True), torch.tensor(y)
    losses = torch.logaddexp(z, torch.zeros_like(z)) - z * y if loss == "bce" else (z.sigmoid() - y) ** 2
    losses.sum().backward()
    return z.grad.numpy()


def labelled(rng, *shape):
    """Logits and labels, with both labels on both sides of the boundary."""
    return 2 * rng.normal(size=shape), rng.integers(0, 2, size=shape).astype(float)


def slopes(student, z, y, loss):
    """Return the slopes that a function which works gives, right or wrong: they depend on z and y, and fit z."""
    return answers(student, "logit_grad", (z, y), (0.5 - z, 1 - y), np.shape(z), loss=loss)


def saturated(rng):
    """Logits at which the sigmoid rounds to 0 or 1, of both signs."""
    return np.concatenate([rng.uniform(800, 2000, size=6), rng.uniform(40, 50, size=2)]) * np.tile([1.0, -1.0], 4)


@check(
    "logit_grad",
    topic="gradient",
    hint="The sigmoid's slope cancels: what is left is the probability minus the label, without a mean.",
)
def test_slope_of_bce(student, rng):
    """bce agrees with automatic differentiation, example by example"""
    z, y = labelled(rng, 9)
    assert student.logit_grad(z, y, "bce") == close_to(oracle(z, y, "bce"), sequence_ok=True)


@check("logit_grad", topic="gradient", hint="2(p - y) times p(1 - p): the factor 2 stays, and nothing is averaged.")
def test_slope_of_mse(student, rng):
    """mse agrees with automatic differentiation, example by example"""
    z, y = labelled(rng, 9)
    assert student.logit_grad(z, y, "mse") == close_to(oracle(z, y, "mse"), sequence_ok=True)


@check(
    "logit_grad",
    topic="extremes",
    points=0.5,
    hint="e^z/(1 + e^z) is inf/inf for large z: choose the form by the sign of z.",
)
def test_slopes_of_saturated_logits(student, rng):
    """bce: is finite and right at logits of ±1000 and beyond"""
    z = saturated(rng)
    for y in (np.zeros(8), np.ones(8)):
        assert student.logit_grad(z, y, "bce") == close_to(oracle(z, y, "bce"), sequence_ok=True)


@check(
    "logit_grad",
    topic="extremes",
    points=0.25,
    hint="A saturated sigmoid has no slope, so mse has none either, nor nan.",
)
def test_slopes_of_saturated_logits_under_mse(student, rng):
    """mse: is 0, not nan, at logits of ±1000 and beyond"""
    slopes(student, *labelled(rng, 8), "mse")  # zeros everywhere must not pass
    z = saturated(rng)
    for y in (np.zeros(8), np.ones(8)):
        assert student.logit_grad(z, y, "mse") == close_to(oracle(z, y, "mse"), sequence_ok=True)


@check(
    "logit_grad",
    kind="property",
    topic="axes",
    points=0.5,
    hint="The result is an array, and always has the shape of z.",
)
def test_slopes_of_any_shape(student, rng):
    """a table or three axes have the slopes that their examples have in one row, as an array of their shape"""
    for loss in LOSSES:
        for shape in ((4, 3), (2, 3, 2)):
            z, y = labelled(rng, *shape)
            expected = slopes(student, z.ravel(), y.ravel(), loss).reshape(shape)
            assert student.logit_grad(z, y, loss) == close_to(expected)


@check(
    "logit_grad",
    kind="property",
    topic="reduction",
    points=0.5,
    hint="Return the slope of each example's own loss: nothing is averaged, so no N comes in.",
)
def test_slopes_of_fewer_examples(student, rng):
    """an example's slope is the same whatever examples stand beside it"""
    for loss in LOSSES:
        z, y = labelled(rng, 9)
        some = slopes(student, z[:4], y[:4], loss)
        require(np.allclose(slopes(student, z, y, loss)[:4], some), f"{loss}: an example's slope depends on the others")


@check(
    "logit_grad",
    kind="property",
    topic="leaves_alone",
    points=0.25,
    hint="In-place operations write into the caller's array.",
)
def test_slopes_leave_their_arguments(student, numbers):
    """does not change its arguments"""
    for loss in LOSSES:
        z, y = labelled(numbers, 6)
        keeps_arguments(student, "logit_grad", (z, y), (0.5 - z, 1 - y), (6,), loss=loss)


@check(
    "logit_grad",
    kind="property",
    topic="state",
    points=0.25,
    hint="Nothing may be kept from one call to the next: no global variable, no list as a default.",
)
def test_slopes_keep_no_state(student, numbers):
    """gives the same before and after calls with other arguments and the other loss"""
    z, y = labelled(numbers, 6)
    for loss in LOSSES:
        before = slopes(student, z, y, loss)
        for other in LOSSES:
            student.logit_grad(*labelled(numbers, 40), other)
        require(np.allclose(before, slopes(student, z, y, loss)), "`logit_grad` remembers its earlier calls")


@check("logit_grad", kind="property", topic="prints", points=0.25, hint="Take out what you print to find errors.")
def test_slopes_print_nothing(student, numbers):
    """prints nothing"""
    for loss in LOSSES:
        z, y = labelled(numbers, 6)
        prints_nothing(student, "logit_grad", (z, y), (0.5 - z, 1 - y), (6,), loss=loss)
