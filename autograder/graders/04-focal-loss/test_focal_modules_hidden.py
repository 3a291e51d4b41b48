"""Hidden checks of 04-focal-loss: the losses as modules, and bad input."""

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from autograder.grading import check, close_to, require
from autograder.grading.helpers import answers, error_of
from autograder.grading.remote import Remote

ALPHA = torch.tensor([0.5, 4.0, 0.25], dtype=torch.float64)
ROUGH = 1e-3
NO_MODULE = "Derive the class from nn.Module, and call super().__init__() first."
TEXT_OF_SHAPES = "Compare the shapes before you compute, and name both in the message."


def classified(rng, rows=6, classes=3):
    return torch.tensor(rng.normal(size=(rows, classes))), torch.tensor(rng.permutation(np.arange(rows) % classes))


def made(student, name, *args, **options):
    loss = getattr(student, name)(*args, **options)
    require(isinstance(loss, Remote), f"`{name}` is not an nn.Module")
    return loss


def is_focal(student, reference, value, *args):
    """Require the right loss, or what the student's own focal_loss gives: a mistake there costs points there only.

    The student's own loss has to depend on logits and targets: a constant is not accepted.
    """
    right = close_to(reference.focal_loss(*args))
    if value != right:
        assert value == close_to(student.focal_loss(*args))
        logits, targets, *options = args
        for others in ((-logits, targets), (logits, targets.roll(1))):
            require(value != close_to(student.focal_loss(*others, *options)), "the loss does not depend on its input")


def smoothed(logits, targets, eps):
    """Compute cross-entropy against a distribution written down class by class."""
    classes = logits.shape[1]
    wanted = torch.full_like(logits, eps / (classes - 1))
    wanted[torch.arange(len(targets)), targets] = 1 - eps
    return F.cross_entropy(logits, wanted)


def focal_works(student, reference, rng):
    """Require that a FocalLoss works and heeds one of its settings, gamma or reduction; return logits and targets."""
    logits, targets = classified(rng)
    value = made(student, "FocalLoss")(logits, targets)
    is_focal(student, reference, value, logits, targets)
    others = [made(student, "FocalLoss", **settings) for settings in ({"gamma": 0.5}, {"reduction": "sum"})]
    told = "`FocalLoss` gives the same whatever its settings"
    require(any(other(logits, targets) != close_to(value) for other in others), told)
    return logits, targets


def smoothing_works(student, rng):
    """Require a LabelSmoothingLoss that tells logits and targets apart, right or wrong; return logits, targets and value."""
    logits, targets = classified(rng)
    values = [
        made(student, "LabelSmoothingLoss", 0.25)(*given)
        for given in ((logits, targets), (logits, targets), (-logits, targets), (logits, targets.roll(1)))
    ]
    finite = all(isinstance(item, torch.Tensor) and item.dim() == 0 and bool(item.isfinite()) for item in values)
    require(finite, "`LabelSmoothingLoss` does not give a finite number yet")
    first, again, *others = map(float, values)
    require(again == first and first not in others, "the loss does not depend on its input")
    heeds = float(made(student, "LabelSmoothingLoss", 0.5)(logits, targets)) != first
    usual = made(student, "LabelSmoothingLoss")(logits, targets) == close_to(smoothed(logits, targets, 0.1))
    require(heeds or usual, "nothing is smoothed yet")
    return logits, targets, first


@check("modules", points=0.5, topic="gamma", hint=NO_MODULE + " forward passes its settings on to focal_loss.")
def test_focal_module_has_a_gamma(student, reference, rng):
    """the module gives what the function gives, by default and with its own gamma"""
    logits, targets = classified(rng)
    is_focal(student, reference, made(student, "FocalLoss")(logits, targets), logits, targets)
    value = made(student, "FocalLoss", gamma=0.5)(logits, targets)
    is_focal(student, reference, value, logits, targets, None, 0.5)


@check("modules", points=0.25, topic="reduction", hint="forward passes its reduction on to focal_loss.")
def test_focal_module_has_a_reduction(student, reference, rng):
    """the module gives what the function gives, with its own reduction"""
    logits, targets = classified(rng)
    for reduction in ("none", "sum"):
        value = made(student, "FocalLoss", reduction=reduction)(logits, targets)
        is_focal(student, reference, value, logits, targets, None, 2.0, reduction)


@check(
    "modules", points=0.25, topic="alpha", hint="forward passes its alpha on to focal_loss; a number has no entries."
)
def test_focal_module_has_a_number_as_alpha(student, reference, rng):
    """the module gives what the function gives, with a number as alpha, first of its settings"""
    logits, targets = classified(rng)
    for alpha in (0.25, 3.0):
        is_focal(student, reference, made(student, "FocalLoss", alpha)(logits, targets), logits, targets, alpha)


@check("modules", points=0.5, topic="weights", hint="forward passes its alpha on to focal_loss.")
def test_focal_module_has_class_weights(student, reference, rng):
    """the module gives what the function gives, with class weights"""
    logits, targets = classified(rng)
    value = made(student, "FocalLoss", alpha=ALPHA.clone())(logits, targets)
    is_focal(student, reference, value, logits, targets, ALPHA)


@check(
    "modules",
    kind="property",
    points=0.5,
    topic="state",
    hint="Keep the weights with self.register_buffer(...): Module.to() moves buffers, and no optimiser trains them.",
)
def test_focal_module_moves_its_weights(student, reference, numbers):
    """class weights move with .to() and are not trained"""
    focal_works(student, reference, numbers)
    loss = made(student, "FocalLoss", alpha=ALPHA.float())
    trained = [item for item in loss.parameters().values() if item.requires_grad]
    require(not trained, "the class weights are a parameter that an optimiser would train")
    loss.to("float64")
    registered = [*loss.buffers().values(), *loss.parameters().values()]
    moved = [item for item in registered if item.dtype == torch.float64 and item.numel() == len(ALPHA)]
    require(moved, "after .to(torch.float64) the class weights are not float64")


@check(
    "modules",
    kind="property",
    points=0.5,
    topic="state",
    hint="Keep the weights in a buffer: state_dict() saves buffers and load_state_dict() restores them.",
)
def test_focal_module_saves_its_weights(student, reference, numbers):
    """load_state_dict() restores the class weights"""
    logits, targets = focal_works(student, reference, numbers)
    loss, other = (made(student, "FocalLoss", alpha=alpha) for alpha in (ALPHA.clone(), torch.ones_like(ALPHA)))
    saved = loss.state()
    require(any(item.numel() == len(ALPHA) for item in saved.values()), "state_dict() does not hold the class weights")
    other.method("load_state_dict", saved)
    if error_of(student, "kit.call", loss, logits, targets) is None:  # who has no weights yet loses points for those
        assert other(logits, targets) == close_to(loss(logits, targets))
    restored = other.state()
    require(all(torch.equal(restored[name], saved[name]) for name in saved), "the class weights are not restored")


@check(
    "modules",
    kind="property",
    points=0.5,
    topic="device",
    hint="Create nothing on a fixed device; keep a module's tensors as buffers.",
)
def test_focal_module_on_another_device(student, reference, numbers):
    """the focal module and its class weights work on a device that is not the CPU"""
    logits, targets = focal_works(student, reference, numbers)
    for alpha in (None, ALPHA):
        loss = made(student, "FocalLoss", alpha=None if alpha is None else alpha.clone())
        if alpha is None or error_of(student, "kit.call", loss, logits, targets) is None:
            here = loss(logits, targets)
            assert student.elsewhere(loss, logits, targets) == close_to(here, rtol=ROUGH)


@check(
    "modules",
    topic="default",
    hint="Put 1 - eps on the target and eps/(C - 1) on each other class; torch spreads eps/C over all of them instead.",
)
def test_label_smoothing_shares_among_the_others(student, rng):
    """the other classes share the smoothing, which is 0.1 by default"""
    for classes in (2, 3, 5):
        logits, targets = classified(rng, classes=classes)
        assert made(student, "LabelSmoothingLoss")(logits, targets) == close_to(smoothed(logits, targets, 0.1))


@check("modules", points=0.5, topic="smoothing", hint="Use the smoothing that is given; smoothing 0 is cross-entropy.")
def test_label_smoothing_of_another_strength(student, rng):
    """other values of smoothing are right; 0 is cross-entropy"""
    logits, targets = classified(rng)
    assert made(student, "LabelSmoothingLoss", smoothing=0.4)(logits, targets) == close_to(
        smoothed(logits, targets, 0.4)
    )
    assert made(student, "LabelSmoothingLoss", 0.0)(logits, targets) == close_to(F.cross_entropy(logits, targets))


@check("modules", points=0.5, topic="extremes", hint="Use log_softmax, not the log of a softmax.")
def test_label_smoothing_of_extreme_logits(student, rng):
    """right for logits of ±10000"""
    large, small, other = rng.uniform(5000, 10000, size=3)
    logits = torch.tensor([[large, -small, 0.0], [0.0, other, 0.0]], dtype=torch.float64)
    for targets in (torch.tensor([0, 1]), torch.tensor([1, 0])):
        value = made(student, "LabelSmoothingLoss", 0.1)(logits, targets)
        assert value == close_to(smoothed(logits, targets, 0.1))


@check("modules", points=0.25, topic="gradient", hint="The loss is differentiated: detach nothing.")
def test_label_smoothing_gradient(student, rng):
    """the gradient of label smoothing is right"""
    logits, targets = classified(rng)
    seen = made(student, "LabelSmoothingLoss", 0.1).differentiate(logits.clone().requires_grad_(), targets)
    wanted = logits.clone().requires_grad_()
    smoothed(wanted, targets, 0.1).backward()
    require(len(seen.gradients) == 1 and seen.gradients[0] is not None, "no gradient reaches the logits")
    assert seen.gradients[0] == close_to(wanted.grad)


@check("modules", kind="property", points=0.25, topic="dtype", hint="Create each tensor with the logits' dtype.")
def test_label_smoothing_keeps_the_dtype(student, numbers):
    """label smoothing has the logits' dtype"""
    logits, targets, _ = smoothing_works(student, numbers)
    for dtype in (torch.float32, torch.float64):
        value = made(student, "LabelSmoothingLoss", 0.25)(logits.to(dtype), targets)
        require(getattr(value, "dtype", None) == dtype, f"logits of {dtype} give a loss that is not {dtype}")


@check("modules", kind="property", points=0.25, topic="device", hint="Create nothing on a fixed device.")
def test_label_smoothing_on_another_device(student, numbers):
    """label smoothing works on a device that is not the CPU"""
    logits, targets, here = smoothing_works(student, numbers)
    loss = made(student, "LabelSmoothingLoss", 0.25)
    assert student.elsewhere(loss, logits, targets) == close_to(torch.tensor(here), rtol=ROUGH)


@check("modules", kind="property", points=0.25, topic="leaves_alone", hint="In-place operations change the arguments.")
def test_label_smoothing_leaves_its_arguments(student, numbers):
    """label smoothing changes no arguments, prints nothing and has no parameters"""
    logits, targets, _ = smoothing_works(student, numbers)
    loss = made(student, "LabelSmoothingLoss", 0.25)
    seen = loss.observe(logits.clone(), targets.clone())
    unchanged = [torch.equal(one, two) for one, two in zip(seen.arguments[1:], (logits, targets), strict=False)]
    require(len(unchanged) == 2 and all(unchanged), "`LabelSmoothingLoss` changes its arguments")
    require(seen.printed == "", "`LabelSmoothingLoss` prints something")
    require(not loss.parameters(), "`LabelSmoothingLoss` has parameters")


def losses_of_classes(student):
    """Return the losses that take logits (N, C) and class targets (N,)."""
    return {
        "focal_loss": student.focal_loss,
        "FocalLoss": lambda *args: student.FocalLoss()(*args),
        "LabelSmoothingLoss": lambda *args: student.LabelSmoothingLoss()(*args),
    }


def names_both(error, one, other):
    """Tell whether the message names both shapes, in any order and any usual form: (3,), [3], 3 and 3x1."""
    found = [
        tuple(int(size) for size in re.findall(r"[0-9]+", text))
        for text in re.findall(r"[0-9]+(?:\s*[,x×]\s*[0-9]+)*", str(error))
    ]
    return one in found and other in found


@check(
    "validation",
    kind="input",
    topic="refusal",
    hint="Check the targets before you use them as indices: torch ignores -100 and counts -1 from the end.",
)
def test_targets_that_are_no_class(student, numbers):
    """a target that is negative, or C or more, raises a ValueError that names it"""
    logits, targets = classified(numbers)
    for name, loss in losses_of_classes(student).items():
        loss(logits, targets)  # good input is accepted
        for wrong in (-100, -1, 3):
            bad = targets.clone()
            bad[2] = wrong
            with pytest.raises(ValueError) as caught:
                loss(logits, bad)
            require(str(wrong) in str(caught.value), f"the message of `{name}` does not name the target")


@check(
    "validation",
    kind="input",
    points=0.5,
    topic="refusal",
    hint="Compare the targets with targets.long() before you use it.",
)
def test_targets_that_are_not_whole(student, numbers):
    """a target of 1.5 raises a ValueError that names it"""
    logits, targets = classified(numbers)
    student.focal_loss(logits, targets)
    with pytest.raises(ValueError) as caught:
        student.focal_loss(logits, torch.tensor([0.0, 1.0, 1.5, 2.0, 0.0, 1.0]))
    require("1.5" in str(caught.value), "the message of `focal_loss` does not name the target")


@check("validation", kind="input", topic="refusal", hint=TEXT_OF_SHAPES)
def test_class_targets_of_another_shape(student, numbers):
    """class targets of shape (N, 1), or of another length, raise a ValueError that names both shapes"""
    logits, targets = classified(numbers)
    for name, loss in losses_of_classes(student).items():
        loss(logits, targets)
        with pytest.raises(ValueError) as caught:
            loss(logits, targets[:, None].clone())
        require(names_both(caught.value, (6, 3), (6, 1)), f"the message of `{name}` does not name both shapes")
        with pytest.raises(ValueError):
            loss(logits, targets[:1].clone())


@check(
    "validation",
    kind="input",
    points=0.75,
    topic="refusal",
    hint=TEXT_OF_SHAPES + " (N,) with (N, 1) broadcasts to (N, N).",
)
def test_sigmoid_targets_of_another_shape(student, numbers):
    """the sigmoid form raises a ValueError for (N,) with (N, 1), and for any other two shapes that differ"""
    answers = torch.ones(4, dtype=torch.float64)
    student.sigmoid_focal_loss(torch.tensor(numbers.normal(size=4)), answers)
    with pytest.raises(ValueError) as caught:
        student.sigmoid_focal_loss(torch.tensor(numbers.normal(size=4)), answers[:, None].clone())
    require(names_both(caught.value, (4,), (4, 1)), "the message does not name both shapes")
    with pytest.raises(ValueError):
        student.sigmoid_focal_loss(torch.tensor(numbers.normal(size=(3, 4))), answers)


@check(
    "validation",
    kind="input",
    points=0.75,
    topic="refusal",
    hint='Accept only "none", "mean" and "sum"; raise a ValueError for anything else.',
)
def test_reductions_that_are_unknown(student, numbers):
    """both functions and the module refuse a misspelt reduction"""
    logits, targets = classified(numbers)
    answers = (logits > 0).double()
    student.focal_loss(logits, targets, reduction="sum")
    student.sigmoid_focal_loss(logits, answers, reduction="sum")
    student.FocalLoss(reduction="sum")(logits, targets)
    for wrong in ("average", "Mean", ""):
        with pytest.raises(ValueError):
            student.focal_loss(logits, targets, reduction=wrong)
        with pytest.raises(ValueError):
            student.sigmoid_focal_loss(logits, answers, reduction=wrong)
        with pytest.raises(ValueError):
            student.FocalLoss(reduction=wrong)(logits, targets)


@check(
    "validation", kind="input", points=0.75, topic="refusal", hint="The mean of no elements is NaN: count them first."
)
def test_nothing(student, numbers):
    """empty input raises a ValueError"""
    logits, targets = classified(numbers)
    student.sigmoid_focal_loss(logits, (logits > 0).double())
    nothing, no_targets = torch.zeros(0, 3), torch.zeros(0, dtype=torch.long)
    for loss in losses_of_classes(student).values():
        loss(logits, targets)
        with pytest.raises(ValueError):
            loss(nothing, no_targets)
    with pytest.raises(ValueError):
        student.sigmoid_focal_loss(torch.zeros(0), torch.zeros(0))


@check(
    "validation",
    kind="input",
    points=0.5,
    topic="refusal",
    hint="Indexing does not notice too many class weights: compare their number with logits.shape[1].",
)
def test_too_many_weights(student, numbers):
    """a number of class weights other than C raises a ValueError"""
    logits, targets = classified(numbers)
    student.focal_loss(logits, targets, alpha=torch.ones_like(ALPHA))
    for alpha in (torch.ones(2), torch.ones(4)):
        with pytest.raises(ValueError):
            student.focal_loss(logits, targets, alpha=alpha.double())


def same_as_a_tensor(student, alpha):
    """Require that these class weights give what the same weights give as a tensor of the logits' dtype."""
    logits, targets = classified(np.random.default_rng(2027))
    answers(student, "focal_loss", (logits, targets), (-logits, targets.roll(1)))
    wanted = student.focal_loss(logits, targets, alpha=ALPHA.clone())
    assert student.focal_loss(logits, targets, alpha=alpha) == close_to(wanted)
    return logits, targets, wanted


@check(
    "validation", kind="input", points=0.25, topic="lists", hint="torch.as_tensor(alpha, dtype=…, device=…) takes both."
)
def test_a_list_of_weights(student):
    """the class weights of the function may be a list, on another device too"""
    logits, targets, wanted = same_as_a_tensor(student, ALPHA.tolist())
    found = student.elsewhere("focal_loss", logits, targets, alpha=ALPHA.tolist())
    assert found == close_to(wanted, rtol=ROUGH)


@check(
    "validation", kind="input", points=0.25, topic="dtype", hint="torch.as_tensor(alpha, dtype=logits.dtype) converts."
)
def test_weights_of_another_dtype(student):
    """the class weights of the function may be float32 where the logits are float64"""
    logits, *_ = same_as_a_tensor(student, ALPHA.float())
    single = student.focal_loss(logits.float(), torch.tensor([0, 1, 2, 0, 1, 2]), alpha=ALPHA.tolist())
    require(getattr(single, "dtype", None) == torch.float32, "a list of weights changes the loss's dtype")


@check(
    "validation", kind="input", points=0.25, topic="lists", hint="torch.as_tensor(alpha) makes a buffer of a list too."
)
def test_a_list_of_weights_of_the_module(student, reference, numbers):
    """the class weights of the module may be a list, of whole numbers too"""
    logits, targets = focal_works(student, reference, numbers)
    for alpha in (ALPHA, torch.tensor([1.0, 4.0, 2.0], dtype=torch.float64)):
        whole = alpha.tolist() if alpha is ALPHA else [1, 4, 2]
        wanted = made(student, "FocalLoss", alpha=alpha.clone())(logits, targets)
        loss = made(student, "FocalLoss", alpha=whole)
        loss.to("float64")
        assert loss(logits, targets) == close_to(wanted)
