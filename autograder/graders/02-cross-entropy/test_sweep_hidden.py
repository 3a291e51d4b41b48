"""Hidden checks of 02-cross-entropy, class weights, the sweep and the quick checks."""

import math
from decimal import Decimal, localcontext

import numpy as np
import torch
import torch.nn.functional as F

from autograder.grading import check, close_to, equal_to, require
from autograder.grading.helpers import classified, leaves_alone


def oracle(logits, targets, weight=None, **options):
    weight = None if weight is None else torch.tensor(weight, dtype=torch.float64)
    return F.cross_entropy(torch.tensor(logits), torch.tensor(targets), weight=weight, **options)


@check("class_weights", hint="n / (C·n_c): balanced classes get 1.")
def test_inverse_weights(student, rng):
    """computes inverse frequencies"""
    counts = rng.integers(1, 1000, size=5)
    assert student.class_weights(counts) == close_to(counts.sum() / (5 * counts))


@check("class_weights", hint="The root of the inverse weight, C included.")
def test_hidden_inverse_sqrt_weights(student, rng):
    """computes the roots of inverse frequencies"""
    counts = rng.integers(1, 1000, size=5)
    assert student.class_weights(counts, strategy="inverse_sqrt") == close_to(np.sqrt(counts.sum() / (5 * counts)))


@check("class_weights", hint="(1 - beta) / (1 - beta^n), not normalised.")
def test_hidden_effective_weights(student, rng):
    """computes weights from effective numbers, with the default beta and another one"""
    counts = rng.integers(1, 3000, size=4)
    for options in ({}, {"beta": 0.9}, {"beta": 0.0}):
        beta = options.get("beta", 0.999)
        expected = (1 - beta) / (1 - beta ** counts.astype(float))
        assert student.class_weights(counts, strategy="effective", **options) == close_to(expected)


@check("class_weights", hint="Use expm1 and log1p where 1 - beta^n loses its digits.")
def test_effective_weights_are_precise(student, rng):
    """effective weights keep ten digits for beta near 1 and for huge counts"""
    counts = rng.permutation([*rng.integers(2, 60, size=4), rng.integers(5 * 10**8, 2 * 10**9)]).tolist()
    for beta in (1 - rng.uniform(0.5e-7, 2e-7), 1 - rng.uniform(0.5e-9, 2e-9)):
        with localcontext() as context:
            context.prec = 60
            exact = Decimal(beta)
            expected = np.array([float((1 - exact) / (1 - exact**count)) for count in counts])
        given = student.class_weights(counts, strategy="effective", beta=beta)
        assert given == close_to(expected, rtol=1e-10, atol=0.0)
    huge = rng.integers(10**9, 10**12, size=2).tolist()
    assert student.class_weights(huge, strategy="effective") == close_to(np.full(2, 0.001))


@check("class_weights", hint="Lists and unsigned integers are array_likes; do not change the arguments.")
def test_weights_of_small_integers(student):
    """takes lists and small unsigned integers whose sum would wrap around"""
    counts = np.array([200, 100, 100], dtype=np.uint8)
    assert student.class_weights(counts) == close_to(400 / (3 * np.array([200.0, 100.0, 100.0])))
    assert student.class_weights(counts.tolist(), strategy="inverse_sqrt") == close_to(
        np.sqrt(400 / (3 * np.array([200.0, 100.0, 100.0])))
    )
    leaves_alone(student, "class_weights", np.array([3.0, 5.0]))


@check("stability", hint='Three sequences: "scale", "naive", "stable".')
def test_sweep_of_small_scales(student, rng):
    """returns both losses for each scale"""
    logits, targets = classified(rng)
    scales = [0.5, 1.0, 4.0]
    losses = [float(oracle(scale * logits, targets)) for scale in scales]
    expected = {"scale": np.array(scales), "naive": np.array(losses), "stable": np.array(losses)}
    assert student.stability_sweep(logits, targets, scales) == close_to(expected, sequence_ok=True)
    given = student.stability_sweep(logits.tolist(), targets.tolist(), np.array(scales))
    assert given == close_to(expected, sequence_ok=True)


@check("stability", hint="Keep nan and inf: they are the result.")
def test_sweep_of_large_scales(student, rng):
    """the naive loss breaks down, the stable one does not"""
    logits, targets = classified(rng)
    rows = student.stability_sweep(logits, targets, [1.0, 5000.0])
    stable = [float(oracle(scale * logits, targets)) for scale in (1.0, 5000.0)]
    assert rows == close_to({"stable": np.array(stable)}, sequence_ok=True)
    require("naive" in rows and len(rows["naive"]) == 2, '"naive" has one entry for each scale')
    require(not math.isfinite(rows["naive"][1]), "at a large scale the naive loss is not finite")
    for given in ([[2.0, 1.0]], [0]), ([[0.0, -1.0]], [1]):  # infinite over infinite, and the log of 0
        naive = student.cross_entropy_naive(800 * np.array(given[0]), given[1])
        kept = student.stability_sweep(*given, [1.0, 800.0])["naive"][1]
        require(np.array_equal(kept, naive, equal_nan=True), '"naive" is not what your cross_entropy_naive gives')


@check("stability", hint="np.errstate silences floating-point warnings while it is active.")
def test_sweep_is_silent(student, numbers):
    """shows no warning, does not change its arguments"""
    logits, targets = classified(numbers)
    seen = student.observe("stability_sweep", logits, targets, [1.0, 5000.0])
    assert seen.value == close_to({"scale": np.array([1.0, 5000.0])}, sequence_ok=True)
    first, last = (float(value) for value in seen.value["stable"])
    require(first != last, '"stable" is the same for every scale')
    leaves_alone(student, "stability_sweep", logits, targets, [1.0, 2.0])
    require(not seen.warnings, f"a warning is shown: {seen.warnings[:1]}")


@check("quick_checks", hint="What is -log(p) as p goes to 0?")
def test_quick_check_bce(student):
    """names the limit of BCE"""
    assert student.quick_check_bce() == equal_to(math.inf)


@check("quick_checks", hint="1000 examples in 2 classes: n / (C·n_c).")
def test_quick_check_weights(student):
    """computes the weights of classes with 900 and 100 examples"""
    assert student.quick_check_weights() == close_to(np.array([1000 / 1800, 5.0]), sequence_ok=True)
