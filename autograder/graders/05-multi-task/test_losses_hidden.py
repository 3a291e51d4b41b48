"""Hidden checks of 05-multi-task: the loss in its three modes, against torch in float64."""

import math
import re

import pytest
import torch
import torch.nn.functional as F

from autograder.grading import check, close_to, require

FINITE = "A loss of 0 divided by a magnitude of 0 gives NaN: keep the magnitude away from 0."


def batch(rng, rows=6, classes=4, scale=1.0):
    """Draw logits, labels, predicted and true values; logits and predictions require a gradient."""
    logits = torch.tensor(rng.normal(size=(rows, classes)), requires_grad=True)
    pred = torch.tensor(scale * rng.normal(size=rows), requires_grad=True)
    target = torch.tensor(scale * rng.normal(size=rows))
    return logits, torch.tensor(rng.integers(0, classes, size=rows)), pred, target


def parts(logits, labels, pred, target):
    """Return both losses as numbers, and their gradients with respect to logits and pred."""
    one, two = F.cross_entropy(logits, labels), F.mse_loss(pred, target)
    slopes = torch.autograd.grad(one, logits)[0], torch.autograd.grad(two, pred)[0]
    return one.item(), two.item(), *slopes


def finite(seen):
    """Tell whether value and gradients of an observation are finite."""
    values = [seen.value, *(grad for grad in seen.gradients if grad is not None)]
    return all(isinstance(item, torch.Tensor) and bool(torch.isfinite(item).all()) for item in values)


@check("loss_fixed", topic="default", hint="Add cross-entropy and the squared error, each a mean over the batch.")
def test_fixed_with_the_default(student, rng):
    """both losses count equally by default"""
    data = batch(rng)
    one, two, *_ = parts(*data)
    assert student.MultiTaskLoss()(*data) == close_to(one + two)


@check("loss_fixed", topic="lam", hint="lam multiplies the second loss only.")
def test_fixed_with_a_weight(student, rng):
    """lam weights the squared error"""
    for lam in (0.25, 3.0, 0):
        data = batch(rng, rows=9)
        one, two, *_ = parts(*data)
        assert student.MultiTaskLoss(mode="fixed", lam=lam)(*data) == close_to(one + lam * two)
        assert student.MultiTaskLoss("fixed", lam)(*data) == close_to(one + lam * two)


@check(
    "loss_fixed",
    topic="gradient",
    points=0.5,
    hint="Keep everything from the arguments to the loss a tensor: .item(), float() and detach() stop the gradient.",
)
def test_gradient_of_fixed(student, rng):
    """the gradients of logits and predictions are right"""
    data = batch(rng)
    *_, slope, other = parts(*data)
    seen = student.MultiTaskLoss(mode="fixed").differentiate(*data)
    assert seen.gradients[0] == close_to(slope)
    assert seen.gradients[1] == close_to(other)


@check(
    "loss_fixed",
    topic="extremes",
    points=0.5,
    hint="Compute cross-entropy from the logits: log(softmax) is -inf for a very unlikely class.",
)
def test_fixed_of_a_sure_mistake(student, rng):
    """right and finite for wrong logits of 1000"""
    logits, labels, pred, target = batch(rng)
    logits = 1000 * F.one_hot((labels + 1) % 4, 4).double() + logits.detach()
    one, two = F.cross_entropy(logits, labels), F.mse_loss(pred, target)
    found = student.MultiTaskLoss(mode="fixed")(logits, labels, pred.detach(), target)
    assert found == close_to(one + two)


def works(student, rng, **options):
    """Require that a loss gives finite numbers that depend on logits, labels, predictions and targets; return data."""
    data = [item.detach() for item in batch(rng, rows=9)]
    others = [item.detach() for item in batch(rng, rows=9)]
    others[1] = (data[1] + 1) % 4
    found = []
    for index in (-1, -1, 0, 1, 2, 3):
        changed = [others[place] if place == index else item for place, item in enumerate(data)]
        value = student.MultiTaskLoss(**options)(*changed)
        right = isinstance(value, torch.Tensor) and value.shape == () and bool(torch.isfinite(value))
        require(right, "the loss does not give a finite scalar tensor yet")
        found.append(value.item())
    require(found[0] == found[1], "the loss is another one each time")
    require(all(value != found[0] for value in found[2:]), "the loss does not depend on each of its arguments")
    return data, found[0]


@check(
    "loss_fixed",
    kind="property",
    topic="device",
    points=0.25,
    hint="Create no constants on a fixed device; use the device of the arguments.",
)
def test_fixed_elsewhere(student, numbers):
    """gives the same on another device"""
    data, here = works(student, numbers, mode="fixed")
    assert student.elsewhere(student.MultiTaskLoss(mode="fixed"), *data) == close_to(here)


@check("loss_fixed", kind="property", topic="state", points=0.25, hint="The fixed mode remembers nothing of a call.")
def test_fixed_keeps_nothing(student, numbers):
    """does not depend on earlier calls"""
    data, alone = works(student, numbers, mode="fixed")
    loss = student.MultiTaskLoss(mode="fixed")
    loss(*(item.detach() for item in batch(numbers, scale=10.0)))
    assert loss(*data) == close_to(alone)


@check(
    "loss_fixed",
    kind="property",
    topic="leaves_alone",
    points=0.25,
    hint="In-place operations write into the caller's tensors: make new ones.",
)
def test_fixed_leaves_its_arguments(student, numbers):
    """changes no arguments"""
    data, _ = works(student, numbers, mode="fixed")
    seen = student.MultiTaskLoss(mode="fixed").observe(*data)
    after = [item for item in seen.arguments if isinstance(item, torch.Tensor)]
    same = len(after) == 4 and all(torch.equal(was, now) for was, now in zip(data, after, strict=True))
    require(same, "the loss changes its arguments")


@check("loss_fixed", kind="property", topic="prints", points=0.25, hint="Return the loss, and print nothing.")
def test_fixed_prints_nothing(student, numbers):
    """prints nothing"""
    data, _ = works(student, numbers, mode="fixed")
    require(student.MultiTaskLoss(mode="fixed").observe(*data).printed == "", "the loss prints something")


@check("loss_normalised", topic="default", hint="In the first call, divide each loss by its own value.")
def test_first_call_of_normalised(student, rng):
    """the first call returns 2 by default"""
    for rows in (6, 9):
        assert student.MultiTaskLoss(mode="normalised")(*batch(rng, rows)) == close_to(2.0)


@check("loss_normalised", topic="lam", hint="lam multiplies the second loss, after it has been divided.")
def test_first_call_with_a_weight(student, rng):
    """the first call returns 1 + lam, and lam weights the gradient of the second loss"""
    for lam in (0.25, 3.0):
        data = batch(rng, rows=9)
        one, two, slope, other = parts(*data)
        seen = student.MultiTaskLoss(mode="normalised", lam=lam).differentiate(*data)
        assert seen.value == close_to(1 + lam)
        scaled = [
            given is not None and bool((given * wanted).sum() > 0)
            for given, wanted in zip(seen.gradients, (slope, other), strict=True)
        ]
        if all(scaled):  # a loss without a gradient costs another check
            assert seen.gradients[0] == close_to(slope / one)
            assert seen.gradients[1] == close_to(lam * other / two)


@check(
    "loss_normalised",
    topic="gradient",
    hint="detach() the magnitude: a loss divided by itself is a constant without a gradient.",
)
def test_gradient_of_normalised(student, rng):
    """in the first call, each loss's gradient is divided by its magnitude"""
    data = batch(rng)
    one, two, slope, other = parts(*data)
    seen = student.MultiTaskLoss(mode="normalised").differentiate(*data)
    assert seen.gradients[0] == close_to(slope / one)
    assert seen.gradients[1] == close_to(other / two)


@check(
    "loss_normalised",
    topic="numbers",
    points=0.5,
    hint="Each MultiTaskLoss keeps its own magnitudes, from its own first call.",
)
def test_scale_of_normalised(student, rng):
    """a new loss gives the same value in any unit of the values"""
    for scale in (1000.0, 0.1):
        data = batch(rng, scale=scale)
        one, _, slope, _ = parts(*data)
        seen = student.MultiTaskLoss(mode="normalised").differentiate(*data)
        assert seen.value == close_to(2.0)
        assert seen.gradients[0] == close_to(slope / one)


def factors_of(loss, data):
    """Return each loss's factor in a call, told from the gradients; both losses; and the value of the call."""
    one, two, *slopes = parts(*data)
    seen = loss.differentiate(*data)
    require(isinstance(seen.value, torch.Tensor) and seen.value.shape == (), "the loss has to be a scalar tensor")
    require(finite(seen) and seen.value.item() > 0, "the loss of a later call is not positive and finite")
    found = []
    for given, wanted in zip(seen.gradients, slopes, strict=True):
        require(
            given is not None and bool((given * wanted).sum() > 0),
            "a gradient of a later call is missing or points the wrong way",
        )
        found.append(float((given * wanted).sum() / wanted.square().sum()))
    return found, (one, two), seen.value.item()


@check(
    "loss_normalised",
    topic="state",
    hint="Divide by a magnitude in later calls too; keep it as a number or as a detached tensor.",
)
def test_later_calls_of_normalised(student, rng):
    """later calls also divide each loss by a magnitude, between the smallest and the largest loss so far"""
    loss = student.MultiTaskLoss(mode="normalised")
    first = batch(rng, scale=rng.uniform(2, 3))
    own, start, _ = factors_of(loss, first)
    least, most = start, start
    for data in (first, batch(rng, scale=rng.uniform(5, 8)), batch(rng, scale=rng.uniform(0.4, 0.8)), first):
        now, losses, value = factors_of(loss, [item.detach().requires_grad_(item.requires_grad) for item in data])
        least, most = (tuple(map(pick, kept, losses)) for pick, kept in ((min, least), (max, most)))
        for index in (0, 1):
            # The first call divided by its loss, except for a mistake that already cost points in its own check.
            magnitude = start[index] * own[index] / now[index]
            within = 0.999 * least[index] <= magnitude <= 1.001 * most[index]
            require(within, "a later call divides by a number that is not between the least and largest loss so far")
        together = now[0] * losses[0] + now[1] * losses[1]
        require(abs(value - together) < 1e-3 * value, "value and gradient of a later call do not fit together")


@check("loss_normalised", topic="extremes", points=0.5, hint=FINITE)
def test_perfect_tasks_of_normalised(student, numbers):
    """a task without any error gives no NaN, in the first call or later"""
    data = batch(numbers)
    seen = student.MultiTaskLoss(mode="normalised").differentiate(*data)
    moved = [grad for grad in seen.gradients[:2] if grad is not None and bool((grad != 0).any())]
    require(finite(seen) and len(moved) == 2, "the loss has no gradient for ordinary tasks either")
    for order in ((0, 1), (1, 0)):
        for task in ("value", "class"):
            loss = student.MultiTaskLoss(mode="normalised")
            for step in order:
                logits, labels, pred, target = batch(numbers)
                if step == 0 and task == "value":
                    target = pred.detach().clone()
                if step == 0 and task == "class":
                    logits = (1000 * F.one_hot(labels, 4).double()).requires_grad_()
                seen = loss.differentiate(logits, labels, pred, target)
                require(finite(seen), "value or gradient is not finite")


@check("loss_uncertainty", topic="default", hint="With both s at 0 the factors are 1 and 1/2.")
def test_uncertainty_at_the_start(student, rng):
    """at the start the loss is the cross-entropy plus half the squared error"""
    data = batch(rng)
    one, two, *_ = parts(*data)
    assert student.MultiTaskLoss(mode="uncertainty")(*data) == close_to(one + two / 2)


@check("loss_uncertainty", kind="property", topic="lam", points=0.5, hint="The weights are learnt: lam has no effect.")
def test_uncertainty_without_lam(student, rng):
    """lam has no effect"""
    data, value = works(student, rng, mode="uncertainty")
    assert student.MultiTaskLoss(mode="uncertainty", lam=7.0)(*data) == close_to(value)


@check(
    "loss_uncertainty", topic="gradient", hint="The factors are exp(-s1) and half of exp(-s2): 1 and 1/2 at the start."
)
def test_gradient_of_uncertainty(student, rng):
    """at the start the gradients are weighted by 1 and 1/2"""
    data = batch(rng)
    _, _, slope, other = parts(*data)
    seen = student.MultiTaskLoss(mode="uncertainty").differentiate(*data)
    assert seen.gradients[0] == close_to(slope)
    assert seen.gradients[1] == close_to(other / 2)


@check(
    "loss_uncertainty",
    topic="training",
    hint="Assign an nn.Parameter to an attribute of self; .data and .item() cut off its gradient.",
)
def test_uncertainty_is_learnable(student, numbers):
    """both s are registered parameters, and gradients reach them"""
    loss = student.MultiTaskLoss(mode="uncertainty")
    require(sum(item.numel() for item in loss.parameters().values()) >= 2, "there are no parameters for two tasks")
    loss.differentiate(*batch(numbers, scale=3.0))
    found = [grad for grad in loss.gradients().values() if grad is not None]
    require(sum(int((grad != 0).sum()) for grad in found) >= 2, "no gradient reaches the parameters")


def settle(student, loss, data):
    """Minimise over the loss's own parameters; return the last value."""
    return student.call("kit.settle", loss, *(item.detach() for item in data))


def optimum(one, two):
    """Return the minimum of e^-a one + ½e^-b two + ½(a + b), at e^a = 2 one and e^b = two."""
    return 1 + (math.log(2 * one) + math.log(two)) / 2


@check(
    "loss_uncertainty",
    topic="weights",
    points=1.5,
    hint="Add the last term, half the sum of both s: without it, small weights cost nothing.",
)
def test_optimum_of_uncertainty(student, rng):
    """minimising over both s reaches the exact optimum"""
    data = batch(rng)
    one, two, *_ = parts(*data)
    loss = student.MultiTaskLoss(mode="uncertainty")
    assert settle(student, loss, data) == close_to(optimum(one, two), rtol=1e-3, atol=2e-3)


@check(
    "loss_uncertainty", topic="extremes", points=0.5, hint="Each task has its own s; the last term adds half of each."
)
def test_optimum_of_a_large_loss(student, rng):
    """minimising over both s reaches the optimum even where one loss is far larger"""
    data = batch(rng, rows=12, scale=2.5)
    one, two, *_ = parts(*data)
    loss = student.MultiTaskLoss(mode="uncertainty")
    assert settle(student, loss, data) == close_to(optimum(one, two), rtol=1e-3, atol=2e-3)


@check(
    "loss_uncertainty",
    topic="weights",
    hint="At the optimum each loss is multiplied by 1 / (2 · loss): check the factors of 2.",
)
def test_weights_at_the_optimum(student, rng):
    """at the optimum each gradient is weighted by 1 / (2 · loss)"""
    data = batch(rng, scale=2.0)
    one, two, slope, other = parts(*data)
    loss = student.MultiTaskLoss(mode="uncertainty")
    settle(student, loss, data)
    seen = loss.differentiate(*data)
    assert seen.gradients[0] == close_to(slope / (2 * one), rtol=2e-2, atol=1e-4)
    assert seen.gradients[1] == close_to(other / (2 * two), rtol=2e-2, atol=1e-4)


@check(
    "loss_uncertainty",
    kind="property",
    topic="device",
    points=0.5,
    hint="Registered parameters move with the module; a plain tensor stays behind.",
)
def test_uncertainty_moves(student, numbers):
    """moves to float64 and to another device"""
    data, here = works(student, numbers, mode="uncertainty")
    loss = student.MultiTaskLoss(mode="uncertainty")
    loss.to("float64")
    kinds = {item.dtype for item in loss.parameters().values()}
    require(kinds == {torch.float64}, "after .to(float64) there are no parameters, or they are not float64")
    assert student.elsewhere(student.MultiTaskLoss(mode="uncertainty"), *data) == close_to(here)


SHAPE = re.compile(r"\d+(?:\s*[,x×]\s*\d+)*")


def names(text, shape):
    """Tell whether a message names a shape, as (3, 1), [3, 1], 3x1 or the like."""
    found = [tuple(int(number) for number in re.findall(r"\d+", item)) for item in SHAPE.findall(text)]
    return tuple(shape) in found


@check(
    "validation",
    kind="input",
    topic="refusal",
    points=0.75,
    hint="Compare the shapes before you compute, and name both: mse_loss only warns.",
)
def test_shapes_of_the_regression_pair(student, numbers):
    """(N,) with (N, 1) raises a ValueError that names both shapes"""
    logits, labels, pred, target = (item.detach() for item in batch(numbers))
    for wrong in ((pred, target[:, None]), (pred[:, None], target), (pred, target[:1]), (pred[:1], target)):
        loss = student.MultiTaskLoss()
        loss(logits, labels, pred, target)  # good input is accepted
        with pytest.raises(ValueError) as caught:
            loss(logits, labels, *wrong)
        named = all(names(str(caught.value), item.shape) for item in wrong)
        require(named, "the message does not name both shapes")


@check(
    "validation", kind="input", topic="refusal", points=0.5, hint='Accept only "fixed", "normalised" and "uncertainty".'
)
def test_mode_that_is_unknown(student, numbers):
    """an unknown mode raises a ValueError"""
    data = batch(numbers)
    student.MultiTaskLoss(mode="fixed")(*data)
    for mode in ("average", "Fixed"):
        with pytest.raises(ValueError):
            student.MultiTaskLoss(mode=mode)(*data)


@check(
    "validation",
    kind="input",
    topic="refusal",
    points=0.75,
    hint="Labels are integers in [0, C): check them, because torch silently skips -100.",
)
def test_labels_that_are_no_class(student, numbers):
    """a label that is not a class raises a ValueError that names it"""
    for wrong in (-1, 4, -100, 1.5):
        logits, labels, pred, target = (item.detach() for item in batch(numbers))
        loss = student.MultiTaskLoss()
        loss(logits, labels, pred, target)
        labels = labels.double() if wrong == 1.5 else labels
        labels[2] = wrong
        with pytest.raises(ValueError) as caught:
            loss(logits, labels, pred, target)
        require(str(wrong) in str(caught.value), "the message does not name the label")


@check(
    "validation",
    kind="input",
    topic="refusal",
    points=0.5,
    hint="Require at least one row, since the mean of no rows is NaN, and one label for each row.",
)
def test_rows_that_are_missing(student, numbers):
    """no rows, or a wrong number of labels, raises a ValueError"""
    logits, labels, pred, target = (item.detach() for item in batch(numbers))
    loss = student.MultiTaskLoss()
    loss(logits, labels, pred, target)
    loss(logits[:1], labels[:1], pred[:1], target[:1])
    for count, of_labels in ((0, 0), (6, 5)):
        with pytest.raises(ValueError):
            loss(logits[:count], labels[:of_labels], pred[:count], target[:count])


@check("validation", kind="input", topic="precision", points=0.5, hint="Keep the dtype of the arguments.")
def test_losses_of_float32(student, numbers):
    """float32 gives nearly the same as float64"""
    for mode in ("fixed", "uncertainty"):
        logits, labels, pred, target = works(student, numbers, mode=mode)[0]
        short = logits.float(), labels, pred.float() + 4096, target.float() + 4096  # as grams are: large, and close
        long = [item.double() if item.is_floating_point() else item for item in short]
        value = student.MultiTaskLoss(mode=mode)(*long).item()
        assert student.MultiTaskLoss(mode=mode)(*short) == close_to(value, rtol=1e-4)
