"""Hidden checks of 04-focal-loss: both forms of the loss, against independent formulas in float64."""

import numpy as np
import torch
import torch.nn.functional as F

from autograder.grading import check, close_to, require

THROUGH = "The modulating factor depends on the logits: do not detach it, and do not compute it under torch.no_grad()."
STABLE = "Take log p_t from log_softmax, and log(1 - p_t) from the logsumexp of the other classes' log-probabilities."
SIGMOID_STABLE = "log p_t and log(1 - p_t) are log-sigmoids: one of the logit, the other of its negative."
IN_PLACE = "In-place operations (names ending in _, or +=) write into the caller's tensor: make a new one."
GAMMAS = (0.0, 0.1, 0.5, 1.0, 2.0, 5.0)
HALVES = (torch.float16, torch.bfloat16)
# Weights that every dtype represents exactly.
ALPHA = torch.tensor([0.5, 4.0, 0.25, 1.5], dtype=torch.float64)


def classified(rng, rows=7, classes=4, scale=2.0):
    logits = torch.tensor(scale * rng.normal(size=(rows, classes)))
    return logits, torch.tensor(rng.permutation(np.arange(rows) % classes))


def asked(rng, *shape, scale=2.0):
    """Draw logits and 0/1 targets, equally many of each."""
    answers = rng.permutation(np.arange(int(np.prod(shape))) % 2).reshape(shape)
    return torch.tensor(scale * rng.normal(size=shape)), torch.tensor(answers, dtype=torch.float64)


def extreme(rng):
    """Draw rows that are certain, or undecided between two classes, with targets mostly right or mostly wrong."""
    signs = np.array([[1, -1, 0], [-1, 1, 1], [1, 1, -1], [0, 0, -1], [1, 0, 0]])
    right, wrong = np.array([0, 1, 1, 1, 0]), np.array([1, 0, 2, 2, 2])
    sizes = np.append(rng.uniform(5000, 10000, size=4), rng.uniform(300, 900))
    kinds = rng.permutation(np.append(np.arange(5), rng.integers(0, 5, size=rng.integers(0, 4))))
    columns = rng.permuted(np.tile(np.arange(3), (len(kinds), 1)), axis=1)
    logits = (signs * sizes[:, None])[kinds[:, None], columns]
    places = [np.argmax(columns == targets[kinds][:, None], axis=1) for targets in (right, wrong)]
    return torch.tensor(logits), tuple(map(torch.tensor, places))


def modulated(rest, log_p, gamma):
    """Compute -rest^gamma·log_p, where rest is 1 - p_t as a sum; take no power of a rest that is exactly 0."""
    positive = rest > 0
    factor = torch.where(positive, rest, 1.0) ** gamma * (positive | (gamma == 0))
    return -factor * log_p


def reduced(losses, reduction):
    return {"none": losses, "sum": losses.sum(), "mean": losses.sum() / losses.numel()}[reduction]


def oracle(logits, targets, alpha=1.0, gamma=2.0, reduction="mean"):
    """Compute the softmax form; 1 - p_t is the sum of the other classes' probabilities."""
    mine = F.one_hot(targets, logits.shape[1]).to(logits)
    rest = (F.softmax(logits, 1) * (1 - mine)).sum(1)
    weight = alpha[targets] if isinstance(alpha, torch.Tensor) else alpha
    return reduced(weight * modulated(rest, -F.cross_entropy(logits, targets, reduction="none"), gamma), reduction)


def sigmoid_oracle(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    log_p = -F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    rest = targets * torch.sigmoid(-logits) + (1 - targets) * torch.sigmoid(logits)
    weight = 1.0 if alpha is None else targets * alpha + (1 - targets) * (1 - alpha)
    return reduced(weight * modulated(rest, log_p, gamma), reduction)


def slope_of(function, logits, *args, **options):
    logits = logits.double().clone().requires_grad_()
    function(logits, *args, **options).sum().backward()
    return logits.grad


def with_slope(student, function, logits, *args, **options):
    """Return the student's value and gradient at the logits."""
    seen = student.differentiate(function, logits.clone().requires_grad_(), *args, **options)
    require(seen.gradients[0] is not None, "no gradient reaches the logits")
    return seen.value, seen.gradients[0]


def same_with_slope(student, function, wanted, logits, *args, **options):
    value, gradient = with_slope(student, function, logits, *args, **options)
    assert value == close_to(wanted(logits, *args, **options))
    assert gradient == close_to(slope_of(wanted, logits, *args, **options))


def leaves_alone(student, function, *arguments, **options):
    seen = student.observe(function, *[item.clone() for item in arguments], **options)
    given = [*arguments, *options.values()]
    pairs = [pair for pair in zip(seen.arguments, given, strict=True) if isinstance(pair[1], torch.Tensor)]
    require(all(torch.equal(*pair) for pair in pairs), f"`{function}` changes its arguments")
    require(seen.printed == "", f"`{function}` prints something")


def has_dtype(value, dtype):
    require(getattr(value, "dtype", None) == dtype, f"logits of {dtype} give a loss that is not {dtype}")


@check("focal_loss", hint="The loss of a row is -(1 - p_t)^2 log p_t; return the mean over the rows.")
def test_focal_with_the_defaults(student, rng):
    """the defaults are no weights, gamma 2 and the mean"""
    for classes in (2, 5):
        logits, targets = classified(rng, classes=classes)
        assert student.focal_loss(logits, targets) == close_to(oracle(logits, targets))


@check("focal_loss", hint='"none" returns N losses, "sum" their sum.')
def test_focal_reductions(student, rng):
    """the reductions "none" and "sum" are right"""
    logits, targets = classified(rng)
    for reduction in ("none", "sum"):
        wanted = oracle(logits, targets, reduction=reduction)
        assert student.focal_loss(logits, targets, reduction=reduction) == close_to(wanted)


@check("focal_loss", hint="gamma is the exponent of 1 - p_t.")
def test_focal_of_several_gammas(student, rng):
    """other values of gamma are right"""
    logits, targets = classified(rng)
    for gamma in (0.3, 1.0, 3.5):
        assert student.focal_loss(logits, targets, gamma=gamma) == close_to(oracle(logits, targets, gamma=gamma))


@check("focal_loss", hint="At gamma 0 the factor is 1 everywhere and adds nothing to the gradient.")
def test_focal_with_gamma_zero_is_cross_entropy(student, rng):
    """at gamma 0, value and gradient are those of cross-entropy, even where a class is certain"""
    sure, targets_of_sure = extreme(rng)
    for logits, targets in (classified(rng), *((sure, targets) for targets in targets_of_sure)):
        value, gradient = with_slope(student, "focal_loss", logits, targets, gamma=0.0)
        assert value == close_to(F.cross_entropy(logits, targets))
        assert gradient == close_to(slope_of(F.cross_entropy, logits, targets))


@check(
    "focal_loss", hint="Multiply the finished loss by the number: the same factor for each class, outside the power."
)
def test_focal_with_a_number_as_alpha(student, rng):
    """a number as alpha is the same factor for every class"""
    for classes in (2, 4):
        logits, targets = classified(rng, classes=classes)
        for alpha in (0.25, 3.0):
            wanted = oracle(logits, targets, alpha=alpha)
            assert student.focal_loss(logits, targets, alpha=alpha) == close_to(wanted)


@check("focal_loss", hint="Multiply each loss by alpha[targets]; keep the weights out of p_t; the mean divides by N.")
def test_focal_with_class_weights(student, rng):
    """each row gets its target's class weight; the weights change neither p_t nor the N of the mean"""
    logits, targets = classified(rng)
    for reduction in ("none", "mean", "sum"):
        wanted = oracle(logits, targets, ALPHA, reduction=reduction)
        assert student.focal_loss(logits, targets, alpha=ALPHA.clone(), reduction=reduction) == close_to(wanted)
    assert student.focal_loss(logits, targets, alpha=ALPHA.tolist()) == close_to(oracle(logits, targets, ALPHA))


@check("focal_loss", points=1.5, hint=THROUGH)
def test_focal_gradient(student, rng):
    """the gradient is right: it flows through the modulating factor too"""
    for gamma in (0.5, 2.0, 5.0):
        logits, targets = classified(rng)
        same_with_slope(student, "focal_loss", oracle, logits, targets, gamma=gamma, reduction="sum")


@check("focal_loss", points=0.5, hint=THROUGH)
def test_focal_gradient_is_the_slope(student, numbers):
    """the gradient agrees with finite differences of your own loss"""
    logits, targets = classified(numbers, rows=2, classes=3, scale=1.0)
    _, gradient = with_slope(student, "focal_loss", logits, targets)
    require(bool((gradient != 0).any()), "the loss does not depend on the logits")
    for place in ((0, 0), (1, 2)):
        step = torch.zeros_like(logits)
        step[place] = 1e-3
        rise = student.focal_loss(logits + step, targets) - student.focal_loss(logits - step, targets)
        assert rise / 2e-3 == close_to(gradient[place], rtol=1e-3, atol=1e-5)


@check("focal_loss", hint=STABLE + " Do not add a small constant inside the logarithm: it caps the loss.")
def test_focal_of_extreme_logits(student, rng):
    """value and gradient are right for logits of ±10000, for gamma of 1 or more"""
    logits, right_and_wrong = extreme(rng)
    for targets in right_and_wrong:
        for gamma in (1.0, 2.0, 5.0):
            same_with_slope(student, "focal_loss", oracle, logits, targets, gamma=gamma)


@check("focal_loss", hint="x^gamma has an infinite slope at 0 for gamma < 1: use exp(gamma · log(1 - p_t)). " + STABLE)
def test_focal_of_extreme_logits_and_small_gamma(student, rng):
    """value and gradient are right for logits of ±10000, for gamma below 1"""
    logits, right_and_wrong = extreme(rng)
    for targets in right_and_wrong:
        for gamma in (0.1, 0.5):
            same_with_slope(student, "focal_loss", oracle, logits, targets, gamma=gamma)


@check("focal_loss", points=0.5, hint="In float32, 1 - p_t becomes 0 for a logit of only 20. " + STABLE)
def test_focal_in_float32(student, numbers):
    """in float32, value and gradient are finite for every gamma and every logit"""
    ordinary, some = classified(numbers, classes=3, rows=5)
    sure, right_and_wrong = extreme(numbers)
    cases = [(20 * ordinary, some), *((sure, targets) for targets in right_and_wrong)]
    for logits, targets in cases:
        for gamma in GAMMAS:
            single = logits.float()
            value, gradient = with_slope(student, "focal_loss", single, targets, gamma=gamma)
            # Differences of numbers near 1e4 have few digits in float32, so the check asks only for finite numbers.
            assert value == close_to(oracle(single.double(), targets, gamma=gamma), rtol=1e-2, atol=1e-2)
            assert gradient == close_to(slope_of(oracle, single, targets, gamma=gamma), rtol=1e-2, atol=1e-2)


@check("focal_loss", points=0.5, hint="Create each tensor with the logits' dtype: dtype=logits.dtype.")
def test_focal_keeps_the_dtype(student, numbers):
    """the loss has the logits' dtype: half, single or double precision"""
    logits, targets = classified(numbers)
    for dtype in (*HALVES, torch.float32, torch.float64):
        value = student.focal_loss(logits.to(dtype), targets, alpha=ALPHA.to(dtype))
        has_dtype(value, dtype)
        assert value == close_to(oracle(logits.to(dtype).double(), targets, ALPHA), rtol=0.05, atol=0.02)
        has_dtype(student.focal_loss(logits.to(dtype), targets, alpha=ALPHA.tolist()), dtype)


@check("focal_loss", points=0.5, hint="Create each tensor on the logits' device: device=logits.device.")
def test_focal_on_another_device(student, numbers):
    """works on a device that is not the CPU"""
    logits, targets = classified(numbers)
    assert student.elsewhere("focal_loss", logits, targets) == close_to(oracle(logits, targets))
    wanted = oracle(logits, targets, ALPHA, gamma=0.5, reduction="sum")
    for alpha in (ALPHA.clone(), ALPHA.tolist()):
        value = student.elsewhere("focal_loss", logits, targets, alpha=alpha, gamma=0.5, reduction="sum")
        assert value == close_to(wanted)


@check("focal_loss", points=0.5, hint=IN_PLACE)
def test_focal_leaves_its_arguments(student, numbers):
    """changes no arguments, keeps no state and prints nothing"""
    logits, targets = classified(numbers)
    leaves_alone(student, "focal_loss", logits, targets, alpha=ALPHA.clone())
    leaves_alone(student, "focal_loss", logits, targets, reduction="none")
    student.focal_loss(*classified(numbers, rows=3, classes=6), gamma=1.0)
    assert student.focal_loss(logits, targets) == close_to(oracle(logits, targets))


@check(
    "sigmoid_focal_loss",
    hint="The loss is alpha_t (1 - p_t)^gamma times binary cross-entropy, averaged over all elements.",
)
def test_sigmoid_focal_with_the_defaults(student, rng):
    """works for any shape; the defaults are alpha 0.25 and gamma 2"""
    for shape in ((6,), (5, 3), (2, 3, 4)):
        logits, targets = asked(rng, *shape)
        assert student.sigmoid_focal_loss(logits, targets) == close_to(sigmoid_oracle(logits, targets))


@check(
    "sigmoid_focal_loss",
    hint="The weight is alpha where the target is 1, and 1 - alpha where it is 0; an alpha of 0 is not None.",
)
def test_sigmoid_focal_weighs_positives(student, rng):
    """positives are weighted by alpha and negatives by 1 - alpha, for any alpha from 0 to 1"""
    logits, targets = asked(rng, 4, 3)
    for alpha in (0.9, 0.0, 1.0):
        wanted = sigmoid_oracle(logits, targets, alpha=alpha, reduction="none")
        assert student.sigmoid_focal_loss(logits, targets, alpha=alpha, reduction="none") == close_to(wanted)


@check(
    "sigmoid_focal_loss",
    hint="alpha=None means no weights at all, not 1/2 and not alpha 1; at gamma 0 the modulating factor is 1.",
)
def test_sigmoid_focal_without_weights(student, rng):
    """without weights and at gamma 0, value and gradient are those of binary cross-entropy"""
    logits, targets = asked(rng, 4, 3)
    value, gradient = with_slope(student, "sigmoid_focal_loss", logits, targets, alpha=None, gamma=0.0)
    assert value == close_to(F.binary_cross_entropy_with_logits(logits, targets))
    assert gradient == close_to(slope_of(F.binary_cross_entropy_with_logits, logits, targets))
    wanted = sigmoid_oracle(logits, targets, alpha=None)
    assert student.sigmoid_focal_loss(logits, targets, alpha=None) == close_to(wanted)


@check("sigmoid_focal_loss", points=0.5, hint='gamma is the exponent; "none" keeps the shape, "sum" adds all elements.')
def test_sigmoid_focal_gammas_and_reductions(student, rng):
    """other values of gamma are right with each reduction"""
    logits, targets = asked(rng, 3, 4)
    for gamma, reduction in ((0.5, "sum"), (1.0, "none"), (4.0, "sum"), (3.0, "mean")):
        wanted = sigmoid_oracle(logits, targets, gamma=gamma, reduction=reduction)
        assert student.sigmoid_focal_loss(logits, targets, gamma=gamma, reduction=reduction) == close_to(wanted)


@check("sigmoid_focal_loss", hint=THROUGH)
def test_sigmoid_focal_gradient(student, rng):
    """the gradient is right: it flows through the modulating factor too"""
    for gamma in (0.5, 2.0, 5.0):
        logits, targets = asked(rng, 3, 4)
        same_with_slope(student, "sigmoid_focal_loss", sigmoid_oracle, logits, targets, gamma=gamma, reduction="sum")


@check("sigmoid_focal_loss", hint=SIGMOID_STABLE)
def test_sigmoid_focal_of_extreme_logits(student, rng):
    """value and gradient are right for logits of ±10000, for every gamma"""
    order = rng.permutation(7)
    sizes = np.concatenate([rng.uniform(5000, 10000, size=4), rng.uniform(30, 60, size=2), rng.normal(size=1)])
    logits = torch.tensor((np.array([1, -1, 1, -1, 1, -1, 1]) * sizes)[order])
    targets = torch.tensor(np.array([1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0])[order])
    for gamma in GAMMAS:
        same_with_slope(student, "sigmoid_focal_loss", sigmoid_oracle, logits, targets, gamma=gamma, reduction="sum")


@check("sigmoid_focal_loss", points=0.5, hint="Create each tensor with the logits' dtype. " + SIGMOID_STABLE)
def test_sigmoid_focal_keeps_the_dtype(student, numbers):
    """the loss has the logits' dtype, and float32 is finite for logits of ±10000"""
    logits, targets = asked(numbers, 4, 3)
    for dtype in (*HALVES, torch.float32, torch.float64):
        value = student.sigmoid_focal_loss(logits.to(dtype), targets.to(dtype))
        has_dtype(value, dtype)
        assert value == close_to(sigmoid_oracle(logits.to(dtype).double(), targets), rtol=0.05, atol=0.02)
    sure = 1e4 * logits.sign()
    for gamma in GAMMAS:
        value, gradient = with_slope(student, "sigmoid_focal_loss", sure.float(), targets.float(), gamma=gamma)
        assert value == close_to(sigmoid_oracle(sure, targets, gamma=gamma), rtol=1e-4)
        assert gradient == close_to(slope_of(sigmoid_oracle, sure, targets, gamma=gamma), rtol=1e-4)


@check("sigmoid_focal_loss", points=0.5, hint="Create each tensor on the logits' device: device=logits.device.")
def test_sigmoid_focal_on_another_device(student, numbers):
    """works on a device that is not the CPU"""
    logits, targets = asked(numbers, 4, 3)
    assert student.elsewhere("sigmoid_focal_loss", logits, targets) == close_to(sigmoid_oracle(logits, targets))
    value = student.elsewhere("sigmoid_focal_loss", logits, targets, alpha=None, gamma=0.5)
    assert value == close_to(sigmoid_oracle(logits, targets, alpha=None, gamma=0.5))


@check("sigmoid_focal_loss", points=0.5, hint=IN_PLACE)
def test_sigmoid_focal_leaves_its_arguments(student, numbers):
    """changes no arguments, keeps no state and prints nothing"""
    logits, targets = asked(numbers, 4, 3)
    leaves_alone(student, "sigmoid_focal_loss", logits, targets)
    leaves_alone(student, "sigmoid_focal_loss", logits, targets, alpha=None, reduction="none")
    student.sigmoid_focal_loss(*asked(numbers, 5), alpha=0.75)
    assert student.sigmoid_focal_loss(logits, targets) == close_to(sigmoid_oracle(logits, targets))
