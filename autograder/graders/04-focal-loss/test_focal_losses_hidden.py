"""Hidden checks of 04-focal-loss: both forms of the loss, against independent formulas in float64."""

import contextlib

import numpy as np
import torch
import torch.nn.functional as F

from autograder.grading import check, close_to, require
from autograder.grading.failures import StudentRaised
from autograder.grading.helpers import answers, error_of

THROUGH = "The modulating factor depends on the logits: do not detach it, and do not compute it under torch.no_grad()."
STABLE = "Take log p_t from log_softmax, and log(1 - p_t) from the logsumexp of the other classes' log-probabilities."
SIGMOID_STABLE = "log p_t and log(1 - p_t) are log-sigmoids: one of the logit, the other of its negative."
IN_PLACE = "In-place operations (names ending in _, or +=) write into the caller's tensor: make a new one."
SMALL_GAMMAS = (0.0, 0.1, 0.5)
DTYPES = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
# For values of a function compared with its own in another precision or on another device.
ROUGH = 1e-3
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


def slope(student, function, logits, *args, **options):
    """Return the student's gradient at the logits."""
    seen = student.differentiate(function, logits.clone().requires_grad_(), *args, **options)
    require(seen.gradients[0] is not None, "no gradient reaches the logits")
    return seen.gradients[0]


# Where a value is not right, it may be right in another form: a slip in the mean or in alpha is paid in its own checks.
FORMS = {
    "focal_loss": ({"reduction": "sum"},),
    "sigmoid_focal_loss": ({"reduction": "sum"}, {"alpha": None}, {"alpha": 0.5}),
}


def value_of(student, function, logits, targets, **options):
    return getattr(student, function)(logits.clone(), targets.clone(), **options)


def right_in_another_form(student, function, ask, wanted, logits, targets, options):
    for form in FORMS[function]:
        given = {**options, **form}
        with contextlib.suppress(StudentRaised):
            if ask(student, function, logits, targets, **given) == close_to(wanted(logits, targets, **given)):
                return True
    return False


def judged(student, function, logits, targets, slopes=False, **options):
    """Require the value, or the gradient, of the oracle."""
    oracle_of = {"focal_loss": oracle, "sigmoid_focal_loss": sigmoid_oracle}[function]
    ask = slope if slopes else value_of

    def wanted(*args, **given):
        return slope_of(oracle_of, *args, **given) if slopes else oracle_of(*args, **given)

    right = close_to(wanted(logits, targets, **options))
    found = ask(student, function, logits, targets, **options)
    if found != right and not right_in_another_form(student, function, ask, wanted, logits, targets, options):
        assert found == right


def works(student, function, logits, targets, shape=(), **options):
    """Require a function that tells logits and targets apart, right or wrong; return its value."""
    other = targets.roll(1, 0) if targets.dim() < 2 else 1 - targets
    given = (logits.clone(), targets.clone())
    value = answers(student, function, given, (-logits, other), shape, **options)
    again = getattr(student, function)(*given, **options)
    require(again == close_to(value), f"`{function}` gives another value the second time")
    return value


def leaves_alone(student, function, *arguments, **options):
    seen = student.observe(function, *[item.clone() for item in arguments], **options)
    given = [*arguments, *options.values()]
    pairs = [pair for pair in zip(seen.arguments, given, strict=False) if isinstance(pair[1], torch.Tensor)]
    require(all(torch.equal(*pair) for pair in pairs), f"`{function}` changes its arguments")
    require(seen.printed == "", f"`{function}` prints something")


def keeps_the_dtype(student, function, logits, targets):
    works(student, function, logits, targets)
    for dtype in DTYPES:
        same = targets.to(dtype) if targets.is_floating_point() else targets
        value = getattr(student, function)(logits.to(dtype), same.clone())
        told = f"logits of {dtype} give a loss that is not {dtype}"
        require(getattr(value, "dtype", None) == dtype, told)


def same_elsewhere(student, function, logits, targets, **options):
    here = getattr(student, function)(logits.clone(), targets.clone(), **options)
    given = {name: item.clone() if isinstance(item, torch.Tensor) else item for name, item in options.items()}
    assert student.elsewhere(function, logits, targets, **given) == close_to(here, rtol=ROUGH)


def takes_weights(student, logits, targets):
    """Tell whether class weights raise no error: who has none yet loses points for weights alone."""
    return error_of(student, "focal_loss", logits.clone(), targets.clone(), alpha=ALPHA.clone()) is None


# --- the softmax form: values


@check("focal_loss", topic="default", hint="The loss of a row is -(1 - p_t)^2 log p_t; return the mean.")
def test_focal_with_the_defaults(student, rng):
    """the defaults are no weights, gamma 2 and the mean"""
    for classes in (2, 5):
        logits, targets = classified(rng, classes=classes)
        assert student.focal_loss(logits, targets) == close_to(oracle(logits, targets))


@check("focal_loss", points=0.5, topic="axes", hint="The number of classes is logits.shape[1]; softmax runs over them.")
def test_focal_of_few_rows(student, rng):
    """right for a single row, and where no row is of the last classes"""
    for rows, classes in ((1, 3), (3, 5)):
        judged(student, "focal_loss", *classified(rng, rows=rows, classes=classes))


@check("focal_loss", topic="gamma", hint="gamma is the exponent of 1 - p_t.")
def test_focal_of_several_gammas(student, rng):
    """other values of gamma are right"""
    logits, targets = classified(rng)
    for gamma in (0.3, 1.0, 3.5):
        judged(student, "focal_loss", logits, targets, gamma=gamma)


@check("focal_loss", points=0.5, topic="gamma", hint="At gamma 0 the factor is 1 everywhere.")
def test_focal_with_gamma_zero_is_cross_entropy(student, rng):
    """at gamma 0 it is cross-entropy"""
    judged(student, "focal_loss", *classified(rng), gamma=0.0)


@check(
    "focal_loss",
    topic="alpha",
    hint="Multiply the finished loss by the number: the same factor for each class, outside the power.",
)
def test_focal_with_a_number_as_alpha(student, rng):
    """a number as alpha is the same factor for every class"""
    for classes in (2, 4):
        logits, targets = classified(rng, classes=classes)
        for alpha in (0.25, 3.0):
            judged(student, "focal_loss", logits, targets, alpha=alpha)


@check(
    "focal_loss",
    topic="weights",
    hint="Multiply each loss by alpha[targets]; keep the weights out of p_t; the mean divides by N.",
)
def test_focal_with_class_weights(student, rng):
    """each row gets its target's class weight; the weights change neither p_t nor the N of the mean"""
    for classes in (4, 3):
        logits, targets = classified(rng, classes=classes)
        alpha = torch.tensor(rng.permutation(ALPHA.numpy())[:classes])
        assert student.focal_loss(logits, targets, alpha=alpha.clone()) == close_to(oracle(logits, targets, alpha))


@check("focal_loss", topic="gradient", hint=THROUGH)
def test_focal_gradient(student, rng):
    """the gradient is right: it flows through the modulating factor too"""
    judged(student, "focal_loss", *classified(rng), slopes=True)


@check(
    "focal_loss",
    points=0.5,
    topic="extremes",
    hint=STABLE + " Do not add a small constant inside the logarithm: it caps the loss.",
)
def test_focal_of_extreme_logits(student, rng):
    """the value is right for logits of ±10000"""
    logits, right_and_wrong = extreme(rng)
    for targets in right_and_wrong:
        judged(student, "focal_loss", logits, targets)


@check("focal_loss", points=0.5, topic="extremes", hint=STABLE + " A clamp has no slope.")
def test_focal_gradient_of_extreme_logits(student, rng):
    """the gradient is right for logits of ±10000"""
    logits, right_and_wrong = extreme(rng)
    for targets in right_and_wrong:
        judged(student, "focal_loss", logits, targets, slopes=True)


@check(
    "focal_loss",
    topic="extremes",
    hint="x^gamma has an infinite slope at 0 for gamma < 1: use exp(gamma · log(1 - p_t)). " + STABLE,
)
def test_focal_of_extreme_logits_and_small_gamma(student, rng):
    """the gradient is right for logits of ±10000, for gamma below 1"""
    logits, right_and_wrong = extreme(rng)
    for targets in right_and_wrong:
        for gamma in SMALL_GAMMAS:
            judged(student, "focal_loss", logits, targets, slopes=True, gamma=gamma)


# --- the softmax form: properties


@check("focal_loss", kind="property", points=0.5, topic="reduction", hint='"none" returns N losses, "mean" their mean.')
def test_focal_of_each_row(student, numbers):
    """the reduction "none" gives one loss for each row, and "mean" is their mean"""
    logits, targets = classified(numbers)
    mean = works(student, "focal_loss", logits, targets, reduction="mean")
    each = works(student, "focal_loss", logits, targets, shape=targets.shape, reduction="none")
    require(mean == close_to(each.mean()), '"mean" is not the mean of what "none" gives')


@check("focal_loss", kind="property", points=0.5, topic="reduction", hint='"sum" is the mean times the number of rows.')
def test_focal_of_all_rows(student, numbers):
    """the reduction "sum" is N times the mean"""
    logits, targets = classified(numbers)
    mean = works(student, "focal_loss", logits, targets, reduction="mean")
    total = works(student, "focal_loss", logits, targets, reduction="sum")
    require(total == close_to(mean * len(targets)), '"sum" is not N times "mean"')


@check(
    "focal_loss",
    kind="property",
    points=0.5,
    topic="weights",
    hint="The weights stand outside of the power, and the mean does not divide by them.",
)
def test_focal_grows_with_its_weights(student, numbers):
    """class weights of 1 are no weights, and doubled weights double the loss"""
    logits, targets = classified(numbers)
    plain = works(student, "focal_loss", logits, targets)
    once, twice, ones = (
        student.focal_loss(logits.clone(), targets.clone(), alpha=a) for a in (ALPHA, 2 * ALPHA, ALPHA / ALPHA)
    )
    require(ones == close_to(plain, rtol=ROUGH), "weights of 1 change the loss")
    require(once != close_to(plain, rtol=ROUGH), "weights have no effect")
    assert twice == close_to(2 * once, rtol=ROUGH)


@check("focal_loss", kind="property", points=0.5, topic="gradient", hint=THROUGH)
def test_focal_gradient_is_the_slope(student, numbers):
    """the gradient agrees with finite differences of your own loss"""
    logits, targets = classified(numbers, rows=3, classes=3, scale=1.0)
    works(student, "focal_loss", logits, targets)
    gradient = slope(student, "focal_loss", logits, targets)
    require(bool((gradient != 0).any()), "the loss does not depend on the logits")
    for place in ((0, 0), (1, 2)):
        step = torch.zeros_like(logits)
        step[place] = 1e-3
        rise = student.focal_loss(logits + step, targets) - student.focal_loss(logits - step, targets)
        assert rise / 2e-3 == close_to(gradient[place], rtol=1e-3, atol=1e-5)


@check(
    "focal_loss",
    kind="property",
    points=0.5,
    topic="precision",
    hint="In float32, 1 - p_t becomes 0 for a logit of only 20. " + STABLE,
)
def test_focal_in_float32(student, numbers):
    """float32 gives about the same gradient as float64 where the model is rather sure"""
    logits, targets = classified(numbers)
    sure = logits.sign() * torch.tensor(numbers.uniform(9, 12, size=logits.shape))
    works(student, "focal_loss", sure, targets)
    for gamma in (0.5, 2.0):
        wanted = slope(student, "focal_loss", sure, targets, gamma=gamma)
        found = slope(student, "focal_loss", sure.float(), targets, gamma=gamma)
        assert found == close_to(wanted, rtol=1e-2, atol=1e-4)


@check(
    "focal_loss",
    kind="property",
    points=0.5,
    topic="dtype",
    hint="Create each tensor with the logits' dtype: dtype=logits.dtype.",
)
def test_focal_keeps_the_dtype(student, numbers):
    """the loss has the logits' dtype: half, single or double precision"""
    keeps_the_dtype(student, "focal_loss", *classified(numbers))


@check(
    "focal_loss",
    kind="property",
    points=0.5,
    topic="device",
    hint="Create each tensor on the logits' device: device=logits.device.",
)
def test_focal_on_another_device(student, numbers):
    """gives the same on a device that is not the CPU"""
    logits, targets = classified(numbers)
    works(student, "focal_loss", logits, targets)
    same_elsewhere(student, "focal_loss", logits, targets)
    if takes_weights(student, logits, targets):
        same_elsewhere(student, "focal_loss", logits, targets, alpha=ALPHA)


@check("focal_loss", kind="property", points=0.5, topic="leaves_alone", hint=IN_PLACE)
def test_focal_leaves_its_arguments(student, numbers):
    """changes no arguments, keeps no state and prints nothing"""
    logits, targets = classified(numbers)
    first = works(student, "focal_loss", logits, targets)
    leaves_alone(student, "focal_loss", logits, targets)
    if takes_weights(student, logits, targets):
        leaves_alone(student, "focal_loss", logits, targets, alpha=ALPHA.clone())
    student.focal_loss(*classified(numbers, rows=6, classes=3), gamma=1.0)
    require(student.focal_loss(logits, targets) == close_to(first), "another call changes what `focal_loss` gives")


# --- the sigmoid form: values


def weighs(student, logits, targets, alpha):
    """Require the right weights, in the mean or at least in the sum."""
    values = {}
    for reduction in ("mean", "sum"):
        wanted = close_to(sigmoid_oracle(logits, targets, alpha=alpha, reduction=reduction))
        options = {} if reduction == "mean" else {"reduction": reduction}
        values[reduction] = student.sigmoid_focal_loss(logits.clone(), targets.clone(), alpha=alpha, **options), wanted
        if values[reduction][0] == wanted:
            return
    assert values["mean"][0] == values["mean"][1]


@check(
    "sigmoid_focal_loss",
    points=1.5,
    topic="default",
    hint="The loss is alpha_t (1 - p_t)^gamma times binary cross-entropy, averaged over all elements.",
)
def test_sigmoid_focal_with_the_defaults(student, rng):
    """works for any shape; the defaults are alpha 0.25 and gamma 2"""
    for shape in ((6,), (5, 3), (2, 3, 4)):
        logits, targets = asked(rng, *shape)
        assert student.sigmoid_focal_loss(logits, targets) == close_to(sigmoid_oracle(logits, targets))


@check(
    "sigmoid_focal_loss",
    topic="alpha",
    hint="The weight is alpha where the target is 1, and 1 - alpha where it is 0; an alpha of 0 is not None.",
)
def test_sigmoid_focal_weighs_positives(student, rng):
    """positives are weighted by alpha and negatives by 1 - alpha, for any alpha from 0 to 1"""
    logits, targets = asked(rng, 4, 3)
    for alpha in (0.9, 0.0, 1.0):
        weighs(student, logits, targets, alpha)


@check(
    "sigmoid_focal_loss", points=0.5, topic="alpha", hint="alpha=None means no weights at all, not 1/2 and not alpha 1."
)
def test_sigmoid_focal_without_weights(student, rng):
    """alpha=None is no weighting"""
    logits, targets = asked(rng, 4, 3)
    weighs(student, logits, targets, None)


@check("sigmoid_focal_loss", points=0.5, topic="gamma", hint="gamma is the exponent; at gamma 0 the factor is 1.")
def test_sigmoid_focal_of_several_gammas(student, rng):
    """other values of gamma are right"""
    logits, targets = asked(rng, 3, 4)
    for gamma in (0.0, 0.5, 1.0, 4.0):
        judged(student, "sigmoid_focal_loss", logits, targets, gamma=gamma)


@check("sigmoid_focal_loss", topic="gradient", hint=THROUGH)
def test_sigmoid_focal_gradient(student, rng):
    """the gradient is right: it flows through the modulating factor too"""
    judged(student, "sigmoid_focal_loss", *asked(rng, 3, 4), slopes=True)


def sure(rng):
    """Draw large logits, right and wrong, for either target."""
    order = rng.permutation(7)
    sizes = np.concatenate([rng.uniform(5000, 10000, size=4), rng.uniform(30, 60, size=2), rng.normal(size=1)])
    logits = torch.tensor((np.array([1, -1, 1, -1, 1, -1, 1]) * sizes)[order])
    return logits, torch.tensor(np.array([1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0])[order])


@check("sigmoid_focal_loss", points=0.5, topic="extremes", hint=SIGMOID_STABLE)
def test_sigmoid_focal_of_extreme_logits(student, rng):
    """value and gradient are right for logits of ±10000"""
    logits, targets = sure(rng)
    judged(student, "sigmoid_focal_loss", logits, targets)
    judged(student, "sigmoid_focal_loss", logits, targets, slopes=True)


@check("sigmoid_focal_loss", points=0.5, topic="extremes", hint=SIGMOID_STABLE)
def test_sigmoid_focal_of_extreme_logits_and_small_gamma(student, rng):
    """the gradient is right for logits of ±10000, for gamma below 1"""
    logits, targets = sure(rng)
    for gamma in SMALL_GAMMAS:
        judged(student, "sigmoid_focal_loss", logits, targets, slopes=True, gamma=gamma)


# --- the sigmoid form: properties


@check(
    "sigmoid_focal_loss",
    kind="property",
    points=0.5,
    topic="reduction",
    hint='"none" keeps the shape, "mean" is the mean over all elements and "sum" their sum.',
)
def test_sigmoid_focal_reductions(student, numbers):
    """ "none" keeps the shape; "mean" and "sum" are the mean and the sum of what it gives"""
    logits, targets = asked(numbers, 3, 4)
    each = works(student, "sigmoid_focal_loss", logits, targets, shape=logits.shape, reduction="none")
    for reduction, wanted in (("mean", each.mean()), ("sum", each.sum())):
        value = works(student, "sigmoid_focal_loss", logits, targets, reduction=reduction)
        require(value == close_to(wanted), f'"{reduction}" is not the {reduction} of what "none" gives')


@check(
    "sigmoid_focal_loss",
    kind="property",
    points=0.5,
    topic="dtype",
    hint="Create each tensor with the logits' dtype. " + SIGMOID_STABLE,
)
def test_sigmoid_focal_keeps_the_dtype(student, numbers):
    """the loss has the logits' dtype: half, single or double precision"""
    keeps_the_dtype(student, "sigmoid_focal_loss", *asked(numbers, 4, 3))


@check(
    "sigmoid_focal_loss",
    kind="property",
    points=0.25,
    topic="device",
    hint="Create each tensor on the logits' device: device=logits.device.",
)
def test_sigmoid_focal_on_another_device(student, numbers):
    """gives the same on a device that is not the CPU"""
    logits, targets = asked(numbers, 4, 3)
    works(student, "sigmoid_focal_loss", logits, targets)
    same_elsewhere(student, "sigmoid_focal_loss", logits, targets)


@check("sigmoid_focal_loss", kind="property", points=0.25, topic="leaves_alone", hint=IN_PLACE)
def test_sigmoid_focal_leaves_its_arguments(student, numbers):
    """changes no arguments, keeps no state and prints nothing"""
    logits, targets = asked(numbers, 4, 3)
    first = works(student, "sigmoid_focal_loss", logits, targets)
    leaves_alone(student, "sigmoid_focal_loss", logits, targets)
    student.sigmoid_focal_loss(*asked(numbers, 5))
    again = student.sigmoid_focal_loss(logits, targets)
    require(again == close_to(first), "another call changes what `sigmoid_focal_loss` gives")
