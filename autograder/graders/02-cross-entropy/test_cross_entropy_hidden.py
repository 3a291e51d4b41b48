"""Hidden checks of 02-cross-entropy, against torch in float64 and against the reference."""

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from autograder.grading import check, close_to, equal_to, require

OVERFLOW = "exp overflows above about 709: subtract the maximum of each row first."
IN_PLACE = "In-place operations write into the caller's array."


def classified(rng, rows=6, classes=4):
    return rng.normal(size=(rows, classes)), rng.integers(0, classes, size=rows)


def oracle(logits, targets, weight=None, **options):
    weight = None if weight is None else torch.tensor(weight, dtype=torch.float64)
    return F.cross_entropy(torch.tensor(logits), torch.tensor(targets), weight=weight, **options)


def leaves_alone(student, function, *arguments):
    seen = student.observe(function, *arguments)
    same = [np.array_equal(one, two) for one, two in zip(seen.arguments, arguments, strict=True)]
    require(all(same), f"`{function}` changes its arguments")
    require(seen.printed == "", f"`{function}` prints something")


@check("naive", hint="Exponentials over their sum along the last axis.")
def test_naive_softmax_of_rows(student, rng):
    """softmax of each row"""
    logits = rng.normal(size=(5, 4))
    assert student.softmax_naive(logits) == close_to(F.softmax(torch.tensor(logits), -1))


@check("naive", hint="Minus the log of the target's probability, averaged over rows.")
def test_naive_cross_entropy(student, rng):
    """the mean negative log-probability of the targets"""
    logits, targets = classified(rng)
    assert student.cross_entropy_naive(logits, targets) == close_to(oracle(logits, targets))


@check("naive", hint=IN_PLACE + " Along the last axis, with keepdims.")
def test_naive_softmax_of_lists(student, rng):
    """takes lists and three axes, and leaves its arguments"""
    logits = rng.normal(size=(2, 3, 4))
    assert student.softmax_naive(logits.tolist()) == close_to(F.softmax(torch.tensor(logits), -1))
    leaves_alone(student, "softmax_naive", logits)
    leaves_alone(student, "cross_entropy_naive", *classified(rng))


@check("log_sum_exp", hint="Reduce the last axis unless told otherwise.")
def test_log_sum_exp_of_rows(student, rng):
    """reduces the last axis by default"""
    z = rng.normal(size=(5, 4))
    assert student.log_sum_exp(z) == close_to(torch.logsumexp(torch.tensor(z), -1))


@check("log_sum_exp", hint="The maximum, too, is taken along the axis that is reduced.")
def test_log_sum_exp_along_any_axis(student, rng):
    """reduces any axis of three"""
    z = rng.normal(size=(2, 3, 4))
    for axis in (0, 1, 2, -2):
        assert student.log_sum_exp(z, axis=axis) == close_to(torch.logsumexp(torch.tensor(z), axis))


@check("log_sum_exp", hint=OVERFLOW)
def test_log_sum_exp_of_extreme_values(student, rng):
    """exact at plus and minus 10000"""
    z = rng.normal(size=(4, 3)) + np.array([1e4, -1e4, 0.0, 800.0])[:, None]
    assert student.log_sum_exp(z) == close_to(torch.logsumexp(torch.tensor(z), -1))


@check("log_sum_exp", hint="Each slice is shifted by its own maximum.")
def test_log_sum_exp_shifts_each_slice(student, rng):
    """slices of very different scale, along the first axis"""
    z = rng.normal(size=(3, 4)) + np.array([1e4, 0.0, -1e4, 5.0])
    assert student.log_sum_exp(z, axis=0) == close_to(torch.logsumexp(torch.tensor(z), 0))


@check("log_sum_exp", hint="-inf minus -inf is nan: do not shift by a maximum that is infinite.")
def test_log_sum_exp_of_minus_infinity(student, rng):
    """-inf entries do no harm, and a slice of -inf gives -inf"""
    z = rng.normal(size=(3, 4))
    z[0, 1] = z[2, :2] = -np.inf
    assert student.log_sum_exp(z) == close_to(torch.logsumexp(torch.tensor(z), -1))
    z[1] = -np.inf
    leaves_alone(student, "log_sum_exp", z)
    assert student.log_sum_exp(z) == close_to(torch.logsumexp(torch.tensor(z), -1))
    assert student.log_sum_exp(z.T, axis=0) == close_to(torch.logsumexp(torch.tensor(z), -1))
    assert student.log_sum_exp([-np.inf, -np.inf]) == equal_to(-np.inf)


@check("log_sum_exp", hint=IN_PLACE + " Lists and unsigned integers are array_likes.")
def test_log_sum_exp_of_integers_left_alone(student, rng):
    """takes lists and unsigned integers, gives one number for one axis, leaves its argument"""
    z = rng.integers(0, 200, size=5).astype(np.uint8)
    expected = torch.logsumexp(torch.tensor(z.astype(float)), -1)
    assert student.log_sum_exp(z) == close_to(expected)
    assert student.log_sum_exp(z.tolist()) == close_to(expected)
    leaves_alone(student, "log_sum_exp", rng.normal(size=(3, 2)))


@check("softmax", hint="Along the last axis, with keepdims.")
def test_softmax_of_one_to_three_axes(student, rng):
    """the last axis of one, two and three"""
    for shape in ((4,), (3, 4), (2, 3, 4), (3, 3)):
        logits = rng.normal(size=shape)
        assert student.softmax(logits) == close_to(F.softmax(torch.tensor(logits), -1))


@check("softmax", hint=OVERFLOW)
def test_softmax_of_extreme_logits(student, rng):
    """stays finite at plus and minus 10000"""
    logits = 1e4 * rng.normal(size=(5, 4))
    assert student.softmax(logits) == close_to(F.softmax(torch.tensor(logits), -1))


@check("softmax", hint="One maximum for the whole matrix makes small rows underflow: shift each row by its own.")
def test_softmax_of_rows_of_different_scale(student, rng):
    """softmax of rows of very different scale"""
    logits = rng.normal(size=(3, 4)) + np.array([[1e4], [0.0], [-1e4]])
    assert student.softmax(logits) == close_to(F.softmax(torch.tensor(logits), -1))


@check("softmax", hint="The logit minus the log-sum-exp of its row.")
def test_log_softmax_of_one_to_three_axes(student, rng):
    """log-softmax of one, two and three axes"""
    for shape in ((4,), (3, 4), (2, 3, 4)):
        logits = rng.normal(size=shape)
        assert student.log_softmax(logits) == close_to(F.log_softmax(torch.tensor(logits), -1))


@check("softmax", hint="log(softmax) is -inf where softmax underflows: subtract the log-sum-exp instead.")
def test_log_softmax_of_extreme_logits(student, rng):
    """log-softmax is exact where softmax underflows"""
    logits = 1e4 * rng.normal(size=(5, 4))
    assert student.log_softmax(logits) == close_to(F.log_softmax(torch.tensor(logits), -1))


@check("softmax", hint="Each row is shifted by its own maximum.")
def test_log_softmax_of_rows_of_different_scale(student, rng):
    """log-softmax of rows of very different scale"""
    logits = rng.normal(size=(3, 4)) + np.array([[1e4], [0.0], [-1e4]])
    assert student.log_softmax(logits) == close_to(F.log_softmax(torch.tensor(logits), -1))


@check("softmax", hint=IN_PLACE + " Unsigned integers wrap around below zero.")
def test_softmax_of_integers_left_alone(student, rng):
    """takes unsigned integers, leaves its arguments, prints nothing"""
    logits = rng.integers(0, 4, size=(3, 4)).astype(np.uint8)
    assert student.softmax(logits) == close_to(F.softmax(torch.tensor(logits.astype(float)), -1))
    assert student.log_softmax(logits) == close_to(F.log_softmax(torch.tensor(logits.astype(float)), -1))
    leaves_alone(student, "softmax", rng.normal(size=(3, 2)))
    leaves_alone(student, "log_softmax", rng.normal(size=(3, 2)))


@check("cross_entropy", hint="Minus the log-probability of each row's target, averaged over rows.")
def test_cross_entropy_mean(student, rng):
    """the mean over rows"""
    logits, targets = classified(rng)
    assert student.cross_entropy(logits, targets) == close_to(oracle(logits, targets))


@check("cross_entropy", hint='"none" gives N losses, "sum" their sum.')
def test_cross_entropy_reductions(student, rng):
    """reductions none and sum"""
    logits, targets = classified(rng)
    for reduction in ("none", "sum"):
        expected = oracle(logits, targets, reduction=reduction)
        assert student.cross_entropy(logits, targets, reduction=reduction) == close_to(expected)


@check("cross_entropy", hint="Take the log-softmax, not the log of a softmax; no epsilon is needed.")
def test_cross_entropy_of_extreme_logits(student, rng):
    """exact at plus and minus 10000"""
    logits, targets = classified(rng)
    logits = 1e4 * logits
    assert student.cross_entropy(logits, targets) == close_to(oracle(logits, targets))


@check("cross_entropy", hint="Each row has its own maximum.")
def test_cross_entropy_of_rows_of_different_scale(student, rng):
    """rows of very different scale"""
    logits, targets = classified(rng, rows=3)
    logits = logits + np.array([[1e4], [0.0], [-1e4]])
    expected = oracle(logits, targets, reduction="none")
    assert student.cross_entropy(logits, targets, reduction="none") == close_to(expected)


@check("cross_entropy", hint="The weighted mean divides by the sum of the weights of the targets, not by N.")
def test_cross_entropy_weighted_mean(student, rng):
    """the weighted mean has the right denominator"""
    logits, targets = classified(rng)
    weight = rng.uniform(0.2, 5.0, size=4)
    assert student.cross_entropy(logits, targets, weight=weight) == close_to(oracle(logits, targets, weight))


@check("cross_entropy", hint="Without the mean nothing is divided; each loss has its target's weight.")
def test_cross_entropy_weighted_reductions(student, rng):
    """weights with reductions none and sum"""
    logits, targets = classified(rng)
    weight = rng.uniform(0.2, 5.0, size=4)
    for reduction in ("none", "sum"):
        expected = oracle(logits, targets, weight, reduction=reduction)
        assert student.cross_entropy(logits, targets, weight=weight, reduction=reduction) == close_to(expected)


@check("cross_entropy", hint="Every class gets eps/C, the target's too: it has 1 - eps + eps/C in all.")
def test_cross_entropy_with_smoothing(student, rng):
    """label smoothing shares eps among all C classes"""
    logits, targets = classified(rng)
    for eps in (0.1, 0.6, 1.0):
        expected = oracle(logits, targets, label_smoothing=eps)
        assert student.cross_entropy(logits, targets, label_smoothing=eps) == close_to(expected)


@check("cross_entropy", hint="With smoothing, each class's term bears its own class's weight.")
def test_cross_entropy_with_weights_and_smoothing(student, rng):
    """weights and smoothing together, in every reduction"""
    logits, targets = classified(rng)
    weight = rng.uniform(0.2, 5.0, size=4)
    for reduction in ("mean", "sum", "none"):
        expected = oracle(logits, targets, weight, label_smoothing=0.3, reduction=reduction)
        given = student.cross_entropy(logits, targets, weight=weight, label_smoothing=0.3, reduction=reduction)
        assert given == close_to(expected)


@check("cross_entropy", hint="Lists, float32 and integer logits are array_likes, too.")
def test_cross_entropy_of_other_types(student, rng):
    """takes lists, float32, unsigned integers and targets that skip a class"""
    logits, _ = classified(rng, rows=4)
    targets = np.array([0, 1, 0, 1], dtype=np.uint8)
    expected = oracle(logits.astype(np.float32).astype(float), targets.astype(int))
    assert student.cross_entropy(logits.astype(np.float32), targets) == close_to(expected)
    whole = rng.integers(0, 9, size=(4, 4)).astype(np.uint8)
    expected = oracle(whole.astype(float), targets.astype(int))
    assert student.cross_entropy(whole, targets) == close_to(expected)
    assert student.cross_entropy(whole.tolist(), targets.tolist()) == close_to(expected)


@check("cross_entropy", hint=IN_PLACE + " And what is kept from one call must not meet the next.")
def test_cross_entropy_leaves_its_arguments(student, rng):
    """leaves its arguments, keeps no state, prints nothing"""
    logits, targets = classified(rng)
    weight = rng.uniform(0.2, 5.0, size=4)
    leaves_alone(student, "cross_entropy", logits, targets, weight, 0.2)
    student.cross_entropy(*classified(rng, rows=3, classes=7))
    assert student.cross_entropy(logits, targets) == close_to(oracle(logits, targets))


def logit_gradient(loss, logits, targets):
    logits = torch.tensor(logits, requires_grad=True)
    loss(logits, torch.tensor(targets)).backward()
    return logits.grad


@check("cross_entropy_grad", hint="Softmax minus one-hot, over N.")
def test_gradient_of_rows(student, rng):
    """agrees with automatic differentiation"""
    logits, targets = classified(rng)
    assert student.cross_entropy_grad(logits, targets) == close_to(logit_gradient(F.cross_entropy, logits, targets))


@check("cross_entropy_grad", hint="One-hot vectors have C entries, whichever classes occur.")
def test_gradient_without_the_last_class(student, rng):
    """targets need not contain the last class"""
    logits, targets = rng.normal(size=(3, 5)), np.array([0, 1, 0])
    assert student.cross_entropy_grad(logits, targets) == close_to(logit_gradient(F.cross_entropy, logits, targets))


@check("cross_entropy_grad", hint=OVERFLOW)
def test_gradient_of_extreme_logits(student, rng):
    """stays finite at plus and minus 10000"""
    logits, targets = classified(rng)
    logits = 1e4 * logits
    assert student.cross_entropy_grad(logits, targets) == close_to(logit_gradient(F.cross_entropy, logits, targets))


@check("cross_entropy_grad", hint=IN_PLACE + " Is it the slope of *your* cross_entropy?")
def test_gradient_is_the_slope(student, rng):
    """leaves its arguments, and agrees with finite differences of your loss"""
    logits, targets = classified(rng, rows=2, classes=3)
    leaves_alone(student, "cross_entropy_grad", logits, targets)
    found = student.cross_entropy_grad(logits, targets)
    assert found == close_to(logit_gradient(F.cross_entropy, logits, targets))
    up, down = logits.copy(), logits.copy()
    up[1, 2] += 1e-2
    down[1, 2] -= 1e-2
    measured = (student.cross_entropy(up, targets) - student.cross_entropy(down, targets)) / 2e-2
    assert measured == close_to(found[1, 2], rtol=1e-3, atol=1e-4)


@check("binary", hint="Minus y·log p minus (1 - y)·log(1 - p), averaged over all elements.")
def test_bce_of_soft_targets(student, rng):
    """any shape and soft targets"""
    probs, targets = rng.uniform(0.05, 0.95, size=(2, 3, 4)), rng.uniform(size=(2, 3, 4))
    expected = F.binary_cross_entropy(torch.tensor(probs), torch.tensor(targets))
    assert student.bce_loss(probs, targets) == close_to(expected)


@check("binary", points=0.5, hint="0·log 0 is 0; NumPy says nan.")
def test_bce_at_zero_and_one(student):
    """sure and right costs nothing"""
    assert student.bce_loss([0.0, 1.0, 0.5], [0.0, 1.0, 1.0]) == close_to(math.log(2) / 3)


@check("binary", points=0.5, hint="-log 0 is infinite; a clipped probability hides it.")
def test_bce_of_a_sure_mistake(student):
    """sure and wrong costs infinitely much"""
    for probs, targets in (([0.0, 0.5], [1.0, 1.0]), ([0.5, 1.0], [0.0, 0.0])):
        assert student.bce_loss(probs, targets) == equal_to(math.inf)


@check("binary", hint="Take the form with max(z, 0) and log1p.")
def test_bce_with_logits_of_soft_targets(student, rng):
    """from logits, any shape and soft targets"""
    logits, targets = 3 * rng.normal(size=(2, 3, 4)), rng.uniform(size=(2, 3, 4))
    expected = F.binary_cross_entropy_with_logits(torch.tensor(logits), torch.tensor(targets))
    assert student.bce_with_logits(logits, targets) == close_to(expected)


@check("binary", points=2, hint="Never form the sigmoid: log(1 - 1) is -inf.")
def test_bce_with_logits_of_extreme_logits(student, rng):
    """from logits, exact at plus and minus 1000"""
    logits, targets = np.array([1000.0, -1000.0, 40.0, -800.0]), np.array([0.0, 1.0, 0.0, 0.25])
    expected = F.binary_cross_entropy_with_logits(torch.tensor(logits), torch.tensor(targets))
    assert student.bce_with_logits(logits, targets) == close_to(expected)


@check("binary", hint="Sigmoid minus target, over the number of all elements.")
def test_bce_gradient(student, rng):
    """the gradient over the logits, in their shape"""
    logits, targets = rng.normal(size=(3, 4)), rng.uniform(size=(3, 4))
    expected = logit_gradient(F.binary_cross_entropy_with_logits, logits, targets)
    assert student.bce_with_logits_grad(logits, targets) == close_to(expected)


@check("binary", hint="A sigmoid that overflows is nan times something: pick the exponent's sign.")
def test_bce_gradient_of_extreme_logits(student, rng):
    """the gradient at plus and minus 1000"""
    logits, targets = np.array([1000.0, -1000.0, 1000.0]), np.array([0.0, 1.0, 1.0])
    expected = logit_gradient(F.binary_cross_entropy_with_logits, logits, targets)
    assert student.bce_with_logits_grad(logits, targets) == close_to(expected)


@check("binary", hint=IN_PLACE + " Unsigned integers wrap around below zero.")
def test_binary_of_integers_left_alone(student, rng):
    """takes integer logits and targets, leaves its arguments"""
    logits, targets = np.array([3, 0, 7], dtype=np.uint8), np.array([0, 1, 1], dtype=np.uint8)
    expected = F.binary_cross_entropy_with_logits(
        torch.tensor(logits.astype(float)), torch.tensor(targets.astype(float))
    )
    assert student.bce_with_logits(logits, targets) == close_to(expected)
    expected = logit_gradient(F.binary_cross_entropy_with_logits, logits.astype(float), targets.astype(float))
    assert student.bce_with_logits_grad(logits, targets) == close_to(expected)
    leaves_alone(student, "bce_with_logits", rng.normal(size=4), rng.uniform(size=4))
    leaves_alone(student, "bce_with_logits_grad", rng.normal(size=4), rng.uniform(size=4))
    leaves_alone(student, "bce_loss", np.array([0.0, 1.0, 0.3]), np.array([0.0, 1.0, 0.6]))


def distribution(rng, size=5):
    weights = rng.uniform(0.1, 1.0, size=size)
    return weights / weights.sum()


@check("information", hint="Natural logarithms, and a minus sign.")
def test_entropy(student, rng):
    """entropy in nats"""
    p = distribution(rng)
    assert student.entropy(p) == close_to(-np.sum(p * np.log(p)))


@check("information", hint="0·log 0 is 0; NumPy says nan.")
def test_entropy_with_zeros(student):
    """entropy where a probability is 0"""
    assert student.entropy([0.5, 0.0, 0.5]) == close_to(math.log(2))


@check("information", hint="KL(p‖q) sums p·log(p/q): which one is in front?")
def test_kl_divergence(student, rng):
    """the divergence is not symmetric"""
    p, q = distribution(rng), distribution(rng)
    expected = F.kl_div(torch.tensor(np.log(q)), torch.tensor(p), reduction="sum")
    assert student.kl_divergence(p, q) == close_to(expected)


@check("information", hint="Sum where p > 0 only; q = 0 there is infinite.")
def test_kl_divergence_with_zeros(student):
    """zeros in p cost nothing, zeros in q where p has something cost infinitely much"""
    assert student.kl_divergence([0.5, 0.5, 0.0], [0.25, 0.25, 0.5]) == close_to(math.log(2))
    assert student.kl_divergence([0.5, 0.5, 0.0], [0.5, 0.5, 0.0]) == close_to(0.0)
    assert student.kl_divergence([0.5, 0.5], [1.0, 0.0]) == equal_to(math.inf)


@check("information", hint="Minus the sum of p·log q.")
def test_cross_entropy_of_distributions(student, rng):
    """H(p, q) is H(p) + KL(p‖q)"""
    p, q = distribution(rng), distribution(rng)
    expected = -np.sum(p * np.log(q))
    assert student.cross_entropy_of(p, q) == close_to(expected)
    assert student.entropy(p) + student.kl_divergence(p, q) == close_to(expected)


@check("information", hint="0·log 0 is 0, also for q; and leave the arguments alone.")
def test_cross_entropy_of_with_zeros(student, rng):
    """zeros in both, infinity, and arguments left alone"""
    assert student.cross_entropy_of([0.5, 0.5, 0.0], [0.5, 0.5, 0.0]) == close_to(math.log(2))
    assert student.cross_entropy_of([0.5, 0.5], [1.0, 0.0]) == equal_to(math.inf)
    p, q = np.append(distribution(rng), 0.0), np.append(distribution(rng), 0.0)
    leaves_alone(student, "entropy", p)
    leaves_alone(student, "kl_divergence", p, q)
    leaves_alone(student, "cross_entropy_of", p, q)


@check("class_weights", hint="n over C times n_c: balanced classes get 1.")
def test_inverse_weights(student, rng):
    """inverse frequencies"""
    counts = rng.integers(1, 1000, size=5)
    assert student.class_weights(counts) == close_to(counts.sum() / (5 * counts))


@check("class_weights", hint="The root of the inverse weight, C included.")
def test_hidden_inverse_sqrt_weights(student, rng):
    """their roots"""
    counts = rng.integers(1, 1000, size=5)
    assert student.class_weights(counts, strategy="inverse_sqrt") == close_to(np.sqrt(counts.sum() / (5 * counts)))


@check("class_weights", hint="(1 - beta) / (1 - beta^n), not normalised.")
def test_hidden_effective_weights(student, rng):
    """effective numbers, with the default beta and another"""
    counts = rng.integers(1, 3000, size=4)
    for options in ({}, {"beta": 0.9}):
        beta = options.get("beta", 0.999)
        expected = (1 - beta) / (1 - beta ** counts.astype(float))
        assert student.class_weights(counts, strategy="effective", **options) == close_to(expected)


@check("class_weights", hint="Use expm1 and log1p where 1 - beta^n loses its digits.")
def test_effective_weights_are_precise(student):
    """precision: effective weights keep ten digits for beta near 1 and for huge counts"""
    counts = [2, 3, 7, 50, 10**9]
    for beta in (0.9999999, 1 - 1e-9):
        with localcontext() as context:
            context.prec = 60
            exact = Decimal(beta)
            expected = np.array([float((1 - exact) / (1 - exact**count)) for count in counts])
        given = student.class_weights(counts, strategy="effective", beta=beta)
        assert given == close_to(expected, rtol=1e-10, atol=0.0)
    assert student.class_weights([10**9, 10**12], strategy="effective") == close_to(np.full(2, 0.001))


@check("class_weights", hint="Lists and unsigned integers are array_likes; leave the arguments alone.")
def test_weights_of_small_integers(student):
    """takes lists and small unsigned integers whose sum would wrap around"""
    counts = np.array([200, 100, 100], dtype=np.uint8)
    assert student.class_weights(counts) == close_to(400 / (3 * np.array([200.0, 100.0, 100.0])))
    leaves_alone(student, "class_weights", np.array([3.0, 5.0]))


@check("stability", hint='Three sequences: "scale", "naive", "stable".')
def test_sweep_of_small_scales(student, rng):
    """both losses for each scale"""
    logits, targets = classified(rng)
    scales = [0.5, 1.0, 4.0]
    losses = [float(oracle(scale * logits, targets)) for scale in scales]
    expected = {"scale": np.array(scales), "naive": np.array(losses), "stable": np.array(losses)}
    assert student.stability_sweep(logits, targets, scales) == close_to(expected, sequence_ok=True)


@check("stability", hint="Keep nan and inf: they are the result.")
def test_sweep_of_large_scales(student, rng):
    """the naive loss breaks down, the stable one does not"""
    logits, targets = classified(rng)
    rows = student.stability_sweep(logits, targets, [1.0, 5000.0])
    stable = [float(oracle(scale * logits, targets)) for scale in (1.0, 5000.0)]
    assert rows == close_to({"stable": np.array(stable)}, sequence_ok=True)
    require("naive" in rows and len(rows["naive"]) == 2, '"naive" has one entry for each scale')
    require(not math.isfinite(rows["naive"][1]), "at a large scale the naive loss is not finite")


@check("stability", hint="np.errstate silences floating-point warnings while it is active.")
def test_sweep_is_silent(student, rng):
    """lets no warning out, and leaves its arguments"""
    logits, targets = classified(rng)
    seen = student.observe("stability_sweep", logits, targets, [1.0, 5000.0])
    assert seen.value == close_to({"scale": np.array([1.0, 5000.0])}, sequence_ok=True)
    leaves_alone(student, "stability_sweep", logits, targets, [1.0, 2.0])
    require(not seen.warnings, f"a warning got out: {seen.warnings[0] if seen.warnings else ''}")


@check("quick_checks", hint="What is -log(p) as p goes to 0?")
def test_quick_check_bce(student):
    """the limit of BCE"""
    assert student.quick_check_bce() == equal_to(math.inf)


@check("quick_checks", hint="1000 examples in 2 classes: n over C times n_c.")
def test_quick_check_weights(student):
    """the weights of 900 and 100"""
    assert student.quick_check_weights() == close_to(np.array([1000 / 1800, 5.0]), sequence_ok=True)


@check("validation", hint="A negative index is legal in NumPy: compare before you index.")
def test_negative_targets(student, rng):
    """a negative target is a ValueError that names it"""
    logits, targets = classified(rng)
    for function in ("cross_entropy", "cross_entropy_naive", "cross_entropy_grad"):
        getattr(student, function)(logits, targets)  # good input goes through
    targets[2] = -3
    for function in ("cross_entropy", "cross_entropy_naive", "cross_entropy_grad"):
        with pytest.raises(ValueError) as caught:
            getattr(student, function)(logits, targets)
        require("-3" in str(caught.value), f"the message of `{function}` does not name the target")


@check("validation", hint="Targets are integers in [0, C).")
def test_targets_that_are_no_class(student, rng):
    """a target of C or of 1.5 is a ValueError"""
    logits, _ = classified(rng, rows=2)
    for function in ("cross_entropy", "cross_entropy_grad"):
        getattr(student, function)(logits, [0, 3])
    for targets in ([0, 4], [0.0, 1.5]):
        for function in ("cross_entropy", "cross_entropy_grad"):
            with pytest.raises(ValueError):
                getattr(student, function)(logits, targets)


@check("validation", hint="One target for each row.")
def test_lengths_that_differ(student, rng):
    """a number of targets that is not the number of rows is a ValueError, so is no row at all"""
    student.cross_entropy(rng.normal(size=(3, 4)), [0, 1, 2])
    student.softmax([1.0, 2.0])
    with pytest.raises(ValueError):
        student.cross_entropy(rng.normal(size=(3, 4)), [0])
    with pytest.raises(ValueError):
        student.cross_entropy(np.zeros((0, 4)), np.zeros(0, dtype=int))
    with pytest.raises(ValueError):
        student.softmax([])


@check("validation", hint='"none", "mean" or "sum", nothing else.')
def test_unknown_words(student, rng):
    """an unknown reduction or strategy is a ValueError"""
    student.cross_entropy(*classified(rng), reduction="sum")
    student.class_weights([1, 2], strategy="inverse")
    with pytest.raises(ValueError):
        student.cross_entropy(*classified(rng), reduction="average")
    with pytest.raises(ValueError):
        student.class_weights([1, 2], strategy="balanced")


@check("validation", hint="Compare shapes before you compute; soft targets lie in [0, 1].")
def test_binary_input(student, rng):
    """shapes that differ, and targets or probabilities outside [0, 1]"""
    for function in ("bce_loss", "bce_with_logits", "bce_with_logits_grad"):
        getattr(student, function)([0.5, 0.5], [0.5, 1.0])
        with pytest.raises(ValueError):
            getattr(student, function)(rng.uniform(size=3), rng.uniform(size=(3, 1)))
        with pytest.raises(ValueError):
            getattr(student, function)([0.5, 0.5], [0.5, 1.5])
    with pytest.raises(ValueError):
        student.bce_loss([1.5], [1.0])


@check("validation", hint="A distribution is not negative, and sums to 1.")
def test_no_distribution(student):
    """a negative entry, a sum that is not 1, or lengths that differ, is a ValueError"""
    student.entropy([0.5, 0.5])
    for function in ("kl_divergence", "cross_entropy_of"):
        getattr(student, function)([0.5, 0.5], [0.25, 0.75])
        with pytest.raises(ValueError):
            getattr(student, function)([1.0], [0.5, 0.5])
    for wrong in ([0.5, 0.6], [1.5, -0.5]):
        with pytest.raises(ValueError):
            student.entropy(wrong)
        with pytest.raises(ValueError):
            student.kl_divergence([0.5, 0.5], wrong)
        with pytest.raises(ValueError):
            student.cross_entropy_of(wrong, [0.5, 0.5])


@check("validation", hint="A class without examples has no inverse frequency.")
def test_a_zero_count(student):
    """a count of zero is a ValueError in every strategy"""
    for strategy in ("inverse", "inverse_sqrt", "effective"):
        student.class_weights([5, 2], strategy=strategy)
        with pytest.raises(ValueError):
            student.class_weights([5, 0], strategy=strategy)
