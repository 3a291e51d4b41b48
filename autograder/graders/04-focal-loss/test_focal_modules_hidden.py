"""Hidden checks of 04-focal-loss: the losses as modules, and bad input."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from autograder.grading import check, close_to, require
from autograder.grading.remote import Remote

ALPHA = torch.tensor([0.5, 4.0, 0.25])
NO_MODULE = "Derive the class from nn.Module, and call super().__init__() first."
TEXT_OF_SHAPES = "Compare the shapes before you compute, and name both in the message."


def classified(rng, rows=6, classes=3):
    return torch.tensor(rng.normal(size=(rows, classes))), torch.tensor(rng.permutation(np.arange(rows) % classes))


def made(student, name, *args, **options):
    loss = getattr(student, name)(*args, **options)
    require(isinstance(loss, Remote), f"`{name}` is not an nn.Module")
    return loss


def is_focal(student, reference, value, *args):
    """Return the right loss, or what the student's own focal_loss gives: a mistake there costs points there only.

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


@check("modules", hint=NO_MODULE + " forward passes its settings on to focal_loss.")
def test_focal_module_has_settings(student, reference, rng):
    """the module gives what the function gives, with each of its settings"""
    logits, targets = classified(rng)
    is_focal(student, reference, made(student, "FocalLoss")(logits, targets), logits, targets)
    for settings in ((0.25, 1.0, "none"), (None, 0.5, "sum"), (3.0, 2.0, "mean")):
        loss = made(student, "FocalLoss", *settings)
        is_focal(student, reference, loss(logits, targets), logits, targets, *settings)
    named = made(student, "FocalLoss", alpha=0.5, gamma=3.0, reduction="sum")
    is_focal(student, reference, named(logits, targets), logits, targets, 0.5, 3.0, "sum")


@check(
    "modules",
    hint="Keep the weights with self.register_buffer(...): Module.to() moves buffers, and state_dict() holds them.",
)
def test_focal_module_moves_its_weights(student, reference, numbers):
    """class weights, given as a tensor or a list, move with .to() and are not trained"""
    logits, targets = classified(numbers)
    for alpha in (ALPHA.clone(), ALPHA.tolist()):
        loss = made(student, "FocalLoss", alpha=alpha)
        trained = [item for item in loss.parameters().values() if item.requires_grad]
        require(not trained, "the class weights are a parameter that an optimiser would train")
        loss.to("float64")
        registered = [*loss.buffers().values(), *loss.parameters().values()]
        moved = [item for item in registered if item.dtype == torch.float64 and item.numel() == len(ALPHA)]
        require(moved, "after .to(torch.float64) the class weights are not float64")
        is_focal(student, reference, loss(logits, targets), logits, targets, ALPHA.double())


@check("modules", hint="Keep the weights in a buffer: state_dict() saves buffers and load_state_dict() restores them.")
def test_focal_module_saves_its_weights(student, reference, numbers):
    """load_state_dict() restores the class weights"""
    logits, targets = classified(numbers)
    saved = made(student, "FocalLoss", alpha=ALPHA.clone()).state()
    other = made(student, "FocalLoss", alpha=torch.ones(3))
    before = other(logits, targets)
    is_focal(student, reference, before, logits, targets, torch.ones(3))
    other.method("load_state_dict", saved)
    is_focal(student, reference, other(logits, targets), logits, targets, ALPHA)
    require(other(logits, targets) != close_to(before), "the class weights loaded from a state_dict have no effect")


@check("modules", hint="Create nothing on a fixed device; keep a module's tensors as buffers.")
def test_modules_on_another_device(student, reference, numbers):
    """both modules work on a device that is not the CPU"""
    logits, targets = classified(numbers)
    loss = made(student, "FocalLoss", alpha=ALPHA.tolist())
    is_focal(student, reference, student.elsewhere(loss, logits, targets), logits, targets, ALPHA)
    smoothing = made(student, "LabelSmoothingLoss", 0.25)
    assert student.elsewhere(smoothing, logits, targets) == close_to(smoothed(logits, targets, 0.25))


@check(
    "modules",
    hint="Put 1 - eps on the target and eps/(C - 1) on each other class; torch spreads eps/C over all of them instead.",
)
def test_label_smoothing_shares_among_the_others(student, rng):
    """the other classes share the smoothing, which is 0.1 by default"""
    for classes in (2, 3, 5):
        logits, targets = classified(rng, classes=classes)
        assert made(student, "LabelSmoothingLoss")(logits, targets) == close_to(smoothed(logits, targets, 0.1))
        loss = made(student, "LabelSmoothingLoss", smoothing=0.4)
        assert loss(logits, targets) == close_to(smoothed(logits, targets, 0.4))


@check("modules", hint="Smoothing 0 gives cross-entropy; use log_softmax, not the log of a softmax.")
def test_label_smoothing_of_extreme_logits(student, rng):
    """right for logits of ±10000 and any number of classes; with smoothing 0 it is cross-entropy"""
    loss = made(student, "LabelSmoothingLoss", 0.0)
    for classes in (4, 3):
        logits, targets = classified(rng, classes=classes)
        assert loss(logits, targets) == close_to(F.cross_entropy(logits, targets))
    large, small, other = rng.uniform(5000, 10000, size=3)
    logits = torch.tensor([[large, -small, 0.0], [0.0, other, 0.0]], dtype=torch.float64)
    for targets in (torch.tensor([0, 1]), torch.tensor([1, 0])):
        value = made(student, "LabelSmoothingLoss", 0.1)(logits, targets)
        assert value == close_to(smoothed(logits, targets, 0.1))


@check(
    "modules",
    hint="Average over the rows; keep the gradient and the logits' dtype; in-place operations change the arguments.",
)
def test_label_smoothing_gradient(student, numbers):
    """gradient and dtype are right; it changes no arguments, prints nothing and has no parameters"""
    logits, targets = classified(numbers)
    loss = made(student, "LabelSmoothingLoss", 0.1)
    seen = loss.differentiate(logits.clone().requires_grad_(), targets)
    wanted = logits.clone().requires_grad_()
    smoothed(wanted, targets, 0.1).backward()
    require(len(seen.gradients) == 1 and seen.gradients[0] is not None, "no gradient reaches the logits")
    assert seen.gradients[0] == close_to(wanted.grad)
    seen = loss.observe(logits.float(), targets.clone())
    require(getattr(seen.value, "dtype", None) == torch.float32, "float32 logits give a loss that is not float32")
    unchanged = [torch.equal(one, two) for one, two in zip(seen.arguments[1:], (logits.float(), targets), strict=True)]
    require(all(unchanged), "`LabelSmoothingLoss` changes its arguments")
    require(seen.printed == "", "`LabelSmoothingLoss` prints something")
    require(not loss.parameters(), "`LabelSmoothingLoss` has parameters")


def losses_of_classes(student):
    """Return the losses that take logits (N, C) and class targets (N,)."""
    return {
        "focal_loss": student.focal_loss,
        "FocalLoss": lambda *args: student.FocalLoss()(*args),
        "LabelSmoothingLoss": lambda *args: student.LabelSmoothingLoss()(*args),
    }


@check(
    "validation",
    hint="Check the targets before you use them as indices: torch ignores -100 and counts -1 from the end.",
)
def test_targets_that_are_no_class(student, numbers):
    """a target that is negative, C or more, or 1.5 raises a ValueError that names it"""
    logits, targets = classified(numbers)
    for name, loss in losses_of_classes(student).items():
        loss(logits, targets)  # good input is accepted
        for wrong in (-100, -1, 3):
            bad = targets.clone()
            bad[2] = wrong
            with pytest.raises(ValueError) as caught:
                loss(logits, bad)
            require(str(wrong) in str(caught.value), f"the message of `{name}` does not name the target")
    with pytest.raises(ValueError) as caught:
        student.focal_loss(logits, torch.tensor([0.0, 1.0, 1.5, 2.0, 0.0, 1.0]))
    require("1.5" in str(caught.value), "the message of `focal_loss` does not name the target")


@check("validation", hint=TEXT_OF_SHAPES)
def test_class_targets_of_another_shape(student, numbers):
    """class targets of shape (N, 1), or of another length, raise a ValueError that names both shapes"""
    logits, targets = classified(numbers)
    for name, loss in losses_of_classes(student).items():
        loss(logits, targets)
        with pytest.raises(ValueError) as caught:
            loss(logits, targets[:, None].clone())
        text = str(caught.value).replace(" ", "")
        require("6,3" in text and "6,1" in text, f"the message of `{name}` does not name both shapes")
        with pytest.raises(ValueError):
            loss(logits, targets[:1].clone())


@check("validation", hint=TEXT_OF_SHAPES + " (N,) with (N, 1) broadcasts to (N, N).")
def test_sigmoid_targets_of_another_shape(student, numbers):
    """the sigmoid form raises a ValueError for (N,) with (N, 1), and for any other two shapes that differ"""
    answers = torch.ones(4, dtype=torch.float64)
    student.sigmoid_focal_loss(torch.tensor(numbers.normal(size=4)), answers)
    with pytest.raises(ValueError) as caught:
        student.sigmoid_focal_loss(torch.tensor(numbers.normal(size=4)), answers[:, None].clone())
    text = str(caught.value).replace(" ", "")
    require(("4,)" in text or "[4]" in text) and "4,1" in text, "the message does not name both shapes")
    with pytest.raises(ValueError):
        student.sigmoid_focal_loss(torch.tensor(numbers.normal(size=(3, 4))), answers)


@check("validation", hint='Accept only "none", "mean" and "sum"; raise a ValueError for anything else.')
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
    "validation",
    hint="The mean of no elements is NaN, and indexing does not notice too many class weights: check both first.",
)
def test_nothing_and_too_many_weights(student, numbers):
    """empty input, or a number of class weights other than C, raises a ValueError"""
    logits, targets = classified(numbers)
    student.focal_loss(logits, targets, alpha=[1.0, 1.0, 1.0])
    student.sigmoid_focal_loss(logits, (logits > 0).double())
    nothing, no_targets = torch.zeros(0, 3), torch.zeros(0, dtype=torch.long)
    for loss in losses_of_classes(student).values():
        with pytest.raises(ValueError):
            loss(nothing, no_targets)
    with pytest.raises(ValueError):
        student.sigmoid_focal_loss(torch.zeros(0), torch.zeros(0))
    for alpha in ([1.0, 1.0], [1.0, 1.0, 1.0, 1.0]):
        with pytest.raises(ValueError):
            student.focal_loss(logits, targets, alpha=alpha)
