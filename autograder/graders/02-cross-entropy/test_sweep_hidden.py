"""Hidden checks of 02-cross-entropy, class weights, the sweep and the quick checks."""

import math
from decimal import Decimal, localcontext

import numpy as np
import torch
import torch.nn.functional as F

from autograder.grading import check, close_to, equal_to, require
from autograder.grading.helpers import answers, classified, error_of, works_and_leaves_alone

IN_PLACE = "In-place operations write into the caller's array; and remove each print before you hand in."
KEYS = 'Three sequences: "scale", "naive", "stable", one entry for each scale.'
LOSSES = {"naive": "cross_entropy_naive", "stable": "cross_entropy"}


def counted(rng, size=5, high=1000):
    """Counts as an array of floats."""
    return rng.integers(1, high, size=size).astype(float)


@check("class_weights", topic="strategy", points=1.25, hint="n / (C·n_c): balanced classes get 1.")
def test_inverse_weights(student, rng):
    """computes inverse frequencies"""
    counts = counted(rng)
    assert student.class_weights(counts) == close_to(counts.sum() / (5 * counts))


@check("class_weights", topic="strategy", points=0.5, hint="The root of the inverse weight, C included.")
def test_hidden_inverse_sqrt_weights(student, rng):
    """computes the roots of inverse frequencies"""
    counts = counted(rng)
    assert student.class_weights(counts, strategy="inverse_sqrt") == close_to(
        np.sqrt(counts.sum() / (5 * counts)), sequence_ok=True
    )


@check("class_weights", kind="property", topic="strategy", points=0.5, hint="The root is of the whole inverse weight.")
def test_squared_roots_are_the_inverse_weights(student, numbers):
    """the weights by inverse_sqrt, squared, are those by inverse"""
    first, other = (counted(numbers, 4, 30),), (counted(numbers, 4, 30),)
    made = answers(student, "class_weights", first, other, shape=(4,))
    roots = answers(student, "class_weights", first, other, shape=(4,), strategy="inverse_sqrt")
    assert roots**2 == close_to(made)


@check("class_weights", topic="strategy", points=0.75, hint="(1 - beta) / (1 - beta^n), not normalised.")
def test_hidden_effective_weights(student, rng):
    """computes weights from effective numbers"""
    counts = counted(rng, 4, 3000)
    assert student.class_weights(counts, strategy="effective") == close_to(
        (1 - 0.999) / (1 - 0.999**counts), sequence_ok=True
    )


@check("class_weights", topic="strategy", points=0.5, hint="Use the beta that is passed.")
def test_effective_weights_of_another_beta(student, rng):
    """computes weights from effective numbers with another beta"""
    counts = counted(rng, 4, 30)
    assert student.class_weights(counts, strategy="effective", beta=0.9) == close_to(
        0.1 / (1 - 0.9**counts), sequence_ok=True
    )


@check("class_weights", topic="extremes", points=0.25, hint="0 to the power of n is 0: each class has weight 1.")
def test_effective_weights_of_beta_zero(student, rng):
    """a beta of 0 gives weights of 1"""
    counts = counted(rng, 4, 30)
    assert student.class_weights(counts, strategy="effective", beta=0.0) == close_to(np.ones(4), sequence_ok=True)


@check("class_weights", topic="extremes", points=0.5, hint="Use expm1 and log1p where 1 - beta^n loses its digits.")
def test_effective_weights_are_precise(student, rng):
    """effective weights keep ten digits for beta near 1"""
    counts = rng.permutation([*rng.integers(2, 60, size=4), rng.integers(5 * 10**8, 2 * 10**9)]).tolist()
    for beta in (1 - rng.uniform(0.5e-7, 2e-7), 1 - rng.uniform(0.5e-9, 2e-9)):
        with localcontext() as context:
            context.prec = 60
            exact = Decimal(beta)
            expected = np.array([float((1 - exact) / (1 - exact**count)) for count in counts])
        given = student.class_weights(np.array(counts, dtype=float), strategy="effective", beta=beta)
        assert given == close_to(expected, rtol=1e-10, atol=0.0, sequence_ok=True)


@check("class_weights", topic="extremes", points=0.25, hint="beta^n goes to 0 as n grows, and the weight to 1 - beta.")
def test_effective_weights_of_huge_counts(student, rng):
    """effective weights of huge counts"""
    huge = rng.integers(10**9, 10**12, size=2).astype(float)
    assert student.class_weights(huge, strategy="effective") == close_to(np.full(2, 0.001), sequence_ok=True)


@check("class_weights", kind="property", topic="leaves_alone", points=0.5, hint=IN_PLACE)
def test_weights_leave_the_counts(student, numbers):
    """does not change its argument and prints nothing"""
    works_and_leaves_alone(
        student, "class_weights", (np.array([3.0, 5.0, 8.0]),), (np.array([4.0, 5.0, 1.0]),), shape=(3,)
    )


def column(rows, key, size):
    """Require that a sweep has a sequence of this name and length; return it."""
    require(isinstance(rows, dict), "`stability_sweep` returns no dict")
    require(key in rows, f'"{key}" is missing')
    require(np.shape(rows[key]) == (size,), f'"{key}" is not one number for each scale')
    return np.asarray(rows[key], dtype=float)


def large_scale(student, logits, targets):
    """A scale at which the textbook formula breaks down; a smaller one where the student's raises an error there."""
    return 100.0 if error_of(student, "cross_entropy_naive", 5000 * logits, targets) else 5000.0


def loss_of_each_scale(student, rows, key, logits, targets, scales):
    """Require that a sweep's losses are the right ones, or those that the student's own loss gives."""
    given = column(rows, key, len(scales))
    # A wrong loss is paid in its own part: the sweep has to report it.
    with np.errstate(all="ignore"):
        exact = [float(F.cross_entropy(torch.tensor(scale * logits), torch.tensor(targets))) for scale in scales]
    if given == close_to(np.array(exact)):
        return
    own = [float(getattr(student, LOSSES[key])(scale * logits, targets)) for scale in scales]
    require(len(set(own)) == len(own), f"`{LOSSES[key]}` gives the same loss for each scale")
    require(np.allclose(given, own, rtol=1e-5, atol=1e-7, equal_nan=True), f'"{key}" is not what `{LOSSES[key]}` gives')


@check("stability", points=0.25, hint=KEYS)
def test_sweep_of_scales(student, rng):
    """returns the scales, next to losses that depend on them"""
    logits, targets = classified(rng)
    scales = [0.5, 1.0, 4.0]
    rows = student.stability_sweep(logits, targets, scales)
    losses = [rows[key] for key in rows if key != "scale"] if isinstance(rows, dict) else []
    require(
        any(np.shape(found) == (3,) and len({*map(float, found)} - {*scales}) == 3 for found in losses), "no losses"
    )
    assert column(rows, "scale", 3) == close_to(np.array(scales))


@check("stability", points=0.5, hint=KEYS)
def test_sweep_of_stable_losses(student, rng):
    """returns the stable loss of each scale"""
    logits, targets = classified(rng)
    scales = [0.5, 1.0, 4.0]
    rows = student.stability_sweep(logits, targets, scales)
    loss_of_each_scale(student, rows, "stable", logits, targets, scales)


@check("stability", points=0.5, hint=KEYS)
def test_sweep_of_naive_losses(student, rng):
    """returns the naive loss of each scale"""
    logits, targets = classified(rng)
    scales = [0.5, 1.0, 4.0]
    rows = student.stability_sweep(logits, targets, scales)
    loss_of_each_scale(student, rows, "naive", logits, targets, scales)


@check("stability", topic="extremes", points=0.5, hint="The stable loss goes on, in proportion to the scale.")
def test_sweep_of_large_scales(student, rng):
    """the stable loss does not break down"""
    logits, targets = classified(rng)
    scales = [1.0, large_scale(student, logits, targets)]
    rows = student.stability_sweep(logits, targets, scales)
    loss_of_each_scale(student, rows, "stable", logits, targets, scales)


@check("stability", topic="extremes", points=0.5, hint="Keep nan and inf: they are the result.")
def test_sweep_of_broken_losses(student, rng):
    """the naive loss breaks down, by nan or by inf as it comes"""
    low = rng.uniform(0.5, 1.0)
    seen = []
    for given in ([[2.0, low]], [0]), ([[0.0, -low]], [1]):  # infinite over infinite, and the log of 0
        logits, targets = np.array(given[0]), np.array(given[1])
        kept = column(student.stability_sweep(logits, targets, [1.0, 2000.0]), "naive", 2)
        own = np.array([float(student.cross_entropy_naive(scale * logits, targets)) for scale in (1.0, 2000.0)])
        exact = float(F.cross_entropy(torch.tensor(2000 * logits), torch.tensor(targets)))
        require(kept[1] != close_to(exact), "at a large scale the naive loss does not break down")
        same = np.allclose(kept, own, rtol=1e-5, atol=1e-7, equal_nan=True)
        require(same, '"naive" is not what your cross_entropy_naive gives')
        seen += kept.tolist()
    require(np.isfinite(seen[0]) and len(set(seen)) > 1, '"naive" does not depend on logits and scale')


def swept(student, numbers):
    """Logits, targets and scales of a sweep that depends on all of them, right or wrong."""
    logits, targets = numbers.uniform(0.5, 2.0, size=(6, 4)), numbers.integers(0, 4, size=6)
    first = (logits, targets, [0.5, 1.0])
    others = (2 * logits, *first[1:]), (logits, (targets + 1) % 4, first[2]), (*first[:2], [0.25, 2.0])
    made, again, *changed = (numbers_of(student.stability_sweep(*given)) for given in (first, first, *others))
    require(made == again, "`stability_sweep` gives something else each time")
    for place, found in enumerate(changed, 1):
        require(found != made, f"`stability_sweep` gives the same whatever argument {place} is")
    return first


def numbers_of(rows):
    """Return the numbers in a sweep's losses, whatever they are called."""
    require(isinstance(rows, dict) and len(rows) > 1, "`stability_sweep` returns no dict of losses")
    losses = [column(rows, key, 2).tolist() for key in rows]
    require(np.isfinite(losses).all(), "a loss of a small scale is not finite")
    return losses


@check(
    "stability", kind="property", topic="prints", points=0.25, hint="np.errstate silences warnings while it is active."
)
def test_sweep_is_silent(student, numbers):
    """shows no warning"""
    logits, targets, _ = swept(student, numbers)
    scales = [1.0, large_scale(student, logits, targets)]
    seen = student.observe("stability_sweep", logits, targets, scales)
    own = student.observe("cross_entropy", scales[1] * logits, targets).warnings  # are not the sweep's
    shown = [text for text in seen.warnings if text not in own]
    require(not shown, f"a warning is shown: {shown[:1]}")


@check("stability", kind="property", topic="leaves_alone", points=0.5, hint=IN_PLACE)
def test_sweep_leaves_its_arguments(student, numbers):
    """does not change its arguments"""
    arguments = swept(student, numbers)
    seen = student.observe("stability_sweep", *arguments)
    for place, (after, before) in enumerate(zip(seen.arguments, arguments, strict=True), 1):
        require(np.array_equal(after, before), f"`stability_sweep` changes argument {place}")


@check("quick_checks", topic="extremes", hint="What is -log(p) as p goes to 0?")
def test_quick_check_bce(student):
    """names the limit of BCE"""
    assert student.quick_check_bce() == equal_to(math.inf)


@check("quick_checks", hint="1000 examples in 2 classes: n / (C·n_c).")
def test_quick_check_weights(student):
    """computes the weights of classes with 900 and 100 examples"""
    assert student.quick_check_weights() == close_to(np.array([1000 / 1800, 5.0]), sequence_ok=True)
