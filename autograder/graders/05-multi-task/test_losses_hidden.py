"""Hidden checks of 05-multi-task, the loss in its three modes, against torch in float64."""

import math

import pytest
import torch
import torch.nn.functional as F

from autograder.grading import check, close_to, require

FINITE = "A loss of 0 divided by a magnitude of 0 is NaN: keep the magnitude away from 0."


def batch(rng, rows=6, classes=4, scale=1.0):
    """Logits, labels, predicted and true values; what is predicted asks for a gradient."""
    logits = torch.tensor(rng.normal(size=(rows, classes)), requires_grad=True)
    pred = torch.tensor(scale * rng.normal(size=rows), requires_grad=True)
    target = torch.tensor(scale * rng.normal(size=rows))
    return logits, torch.tensor(rng.integers(0, classes, size=rows)), pred, target


def parts(logits, labels, pred, target):
    """The two losses as numbers, and their gradients over logits and pred."""
    one, two = F.cross_entropy(logits, labels), F.mse_loss(pred, target)
    slopes = torch.autograd.grad(one, logits)[0], torch.autograd.grad(two, pred)[0]
    return one.item(), two.item(), *slopes


def finite(seen):
    """Value and gradients of an observation are numbers."""
    values = [seen.value, *(grad for grad in seen.gradients if grad is not None)]
    return all(isinstance(item, torch.Tensor) and bool(torch.isfinite(item).all()) for item in values)


@check("loss_fixed", points=0.5, hint="Cross-entropy plus the squared error, each a mean over the batch.")
def test_fixed_with_the_default(student, rng):
    """both losses count equally by default"""
    data = batch(rng)
    one, two, *_ = parts(*data)
    assert student.MultiTaskLoss()(*data) == close_to(one + two)


@check("loss_fixed", hint="lam multiplies the second loss only.")
def test_fixed_with_a_weight(student, rng):
    """lam weighs the squared error"""
    for lam in (0.25, 3.0, 0):
        data = batch(rng, rows=9)
        one, two, *_ = parts(*data)
        assert student.MultiTaskLoss(mode="fixed", lam=lam)(*data) == close_to(one + lam * two)
        assert student.MultiTaskLoss("fixed", lam)(*data) == close_to(one + lam * two)


@check("loss_fixed", hint="Everything between the arguments and the loss has to stay a tensor.")
def test_gradient_of_fixed(student, rng):
    """gradients reach logits and predictions"""
    data = batch(rng)
    one, two, slope, other = parts(*data)
    seen = student.MultiTaskLoss(mode="fixed", lam=0.3).differentiate(*data)
    assert seen.value == close_to(one + 0.3 * two)
    assert seen.gradients[0] == close_to(slope)
    assert seen.gradients[1] == close_to(0.3 * other)


@check(
    "loss_fixed", points=0.5, hint="Take cross-entropy from the logits: log(softmax) is -inf for what is very unlikely."
)
def test_fixed_of_a_sure_mistake(student, numbers):
    """finite for logits of a thousand that are wrong"""
    logits, labels, pred, target = batch(numbers)
    logits = 1000 * F.one_hot((labels + 1) % 4, 4).double() + logits.detach()
    one, two = F.cross_entropy(logits, labels), F.mse_loss(pred, target)
    found = student.MultiTaskLoss(mode="fixed")(logits, labels, pred.detach(), target)
    assert found == close_to(one + two)


@check("loss_fixed", points=0.5, hint="No constants on a fixed device; keep the dtype that comes in.")
def test_fixed_elsewhere(student, numbers):
    """works on another device and in float32"""
    data = [item.detach() for item in batch(numbers)]
    one, two, *_ = parts(*(item.requires_grad_() if item.is_floating_point() else item for item in data))
    loss = student.MultiTaskLoss(mode="fixed", lam=2.0)
    assert student.elsewhere(loss, *(item.detach() for item in data)) == close_to(one + 2 * two)
    short = [item.detach().float() if item.is_floating_point() else item for item in data]
    assert student.MultiTaskLoss(mode="fixed", lam=2.0)(*short) == close_to(one + 2 * two)


@check("loss_fixed", points=0.5, hint="In-place operations write into the caller's tensors.")
def test_fixed_keeps_nothing(student, numbers):
    """leaves its arguments, prints nothing, and forgets earlier calls"""
    loss = student.MultiTaskLoss(mode="fixed")
    loss(*batch(numbers, scale=10.0))
    data = batch(numbers)
    one, two, *_ = parts(*data)
    seen = loss.observe(*(item.detach() for item in data))
    assert seen.value == close_to(one + two)
    after = [item for item in seen.arguments if isinstance(item, torch.Tensor)]
    same = len(after) == 4 and all(torch.equal(was, now) for was, now in zip(data, after, strict=True))
    require(same, "the loss changes its arguments")
    require(seen.printed == "", "the loss prints something")


@check("loss_normalised", hint="At the first call each loss is divided by itself.")
def test_first_call_of_normalised(student, rng):
    """the first call gives 1 + lam"""
    assert student.MultiTaskLoss(mode="normalised")(*batch(rng)) == close_to(2.0)
    for lam in (0.25, 3.0):
        assert student.MultiTaskLoss(mode="normalised", lam=lam)(*batch(rng, rows=9)) == close_to(1 + lam)


@check("loss_normalised", points=1.5, hint="detach() the magnitude: a loss over itself has no slope.")
def test_gradient_of_normalised(student, rng):
    """the gradient of the first call is each loss's own over its magnitude"""
    data = batch(rng)
    one, two, slope, other = parts(*data)
    seen = student.MultiTaskLoss(mode="normalised", lam=0.5).differentiate(*data)
    assert seen.gradients[0] == close_to(slope / one)
    assert seen.gradients[1] == close_to(0.5 * other / two)


@check("loss_normalised", points=0.5, hint="Each MultiTaskLoss keeps magnitudes of its own, from its own first call.")
def test_scale_of_normalised(student, rng):
    """the unit of the values does not matter to a new loss"""
    for scale in (1000.0, 0.1):
        data = batch(rng, scale=scale)
        one, _, slope, _ = parts(*data)
        seen = student.MultiTaskLoss(mode="normalised", lam=2.0).differentiate(*data)
        assert seen.value == close_to(3.0)
        assert seen.gradients[0] == close_to(slope / one)


def factors_of(loss, data):
    """By how much each loss is multiplied in a call, told from the gradients; the losses; what the call gave."""
    one, two, *slopes = parts(*data)
    seen = loss.differentiate(*data)
    require(isinstance(seen.value, torch.Tensor) and seen.value.shape == (), "the loss is a scalar tensor")
    require(finite(seen) and seen.value.item() > 0, "a later call gives no positive, finite loss")
    found = []
    for given, wanted in zip(seen.gradients, slopes, strict=True):
        require(given is not None and bool((given * wanted).sum() > 0), "a later call has lost its gradient")
        found.append(float((given * wanted).sum() / wanted.square().sum()))
    return found, (one, two), seen.value.item()


@check(
    "loss_normalised",
    hint="Later calls divide by a magnitude as the first does; keep a plain number, or a detached one.",
)
def test_later_calls_of_normalised(student, rng):
    """later calls divide by a magnitude between the least loss and the largest, as the first one did"""
    loss = student.MultiTaskLoss(mode="normalised", lam=float(rng.uniform(0.3, 0.7)))
    first = batch(rng, scale=rng.uniform(2, 3))
    own, start, _ = factors_of(loss, first)
    least, most = start, start
    for data in (first, batch(rng, scale=rng.uniform(5, 8)), batch(rng, scale=rng.uniform(0.4, 0.8)), first):
        now, losses, value = factors_of(loss, [item.detach().requires_grad_(item.requires_grad) for item in data])
        least, most = (tuple(map(pick, kept, losses)) for pick, kept in ((min, least), (max, most)))
        for index in (0, 1):
            # What the first call divided by was its loss, but for what was wrong there, which is paid for there.
            magnitude = start[index] * own[index] / now[index]
            within = 0.999 * least[index] <= magnitude <= 1.001 * most[index]
            require(within, "a later call divides by a number that is no magnitude of the losses so far")
        together = now[0] * losses[0] + now[1] * losses[1]
        require(abs(value - together) < 1e-3 * value, "the value of a later call is not that of its gradient")


@check("loss_normalised", hint=FINITE)
def test_perfect_tasks_of_normalised(student, numbers):
    """a task without any error is no NaN, in the first call or later"""
    data = batch(numbers)
    one, three = (student.MultiTaskLoss(mode="normalised", lam=lam)(*data) for lam in (1.0, 3.0))
    require(one != close_to(three), "the loss is the same for every lam")
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


@check("loss_uncertainty", hint="With both s at 0 the factors are 1 and a half; lam has no say.")
def test_uncertainty_at_the_start(student, rng):
    """starts at the cross-entropy plus half the squared error"""
    for options in ({}, {"lam": 7.0}):
        data = batch(rng)
        one, two, *_ = parts(*data)
        assert student.MultiTaskLoss(mode="uncertainty", **options)(*data) == close_to(one + two / 2)


@check("loss_uncertainty", hint="Exponentials of -s weigh the losses: 1 and a half at the start.")
def test_gradient_of_uncertainty(student, rng):
    """starts with gradients weighed 1 and a half"""
    data = batch(rng)
    _, _, slope, other = parts(*data)
    seen = student.MultiTaskLoss(mode="uncertainty").differentiate(*data)
    assert seen.gradients[0] == close_to(slope)
    assert seen.gradients[1] == close_to(other / 2)


@check("loss_uncertainty", hint="nn.Parameter, assigned to an attribute; .data and .item() cut the gradient off.")
def test_uncertainty_is_learnable(student, numbers):
    """what is learnt is a registered parameter that gradients reach"""
    loss = student.MultiTaskLoss(mode="uncertainty")
    require(sum(item.numel() for item in loss.parameters().values()) >= 2, "there are no parameters for two tasks")
    loss.differentiate(*batch(numbers, scale=3.0))
    found = [grad for grad in loss.gradients().values() if grad is not None]
    require(sum(int((grad != 0).sum()) for grad in found) >= 2, "no gradient reaches the parameters")


def settle(student, loss, data):
    """Descend over the loss's own parameters; the last value."""
    return student.call("kit.settle", loss, *(item.detach() for item in data))


def optimum(one, two):
    """Least of e^-a one + ½e^-b two + ½(a + b): at e^a = 2 one and e^b = two."""
    return 1 + (math.log(2 * one) + math.log(two)) / 2


@check(
    "loss_uncertainty", points=1.5, hint="The last term, half the sum of both s, makes small weights cost something."
)
def test_optimum_of_uncertainty(student, rng):
    """descending over s ends at the optimum known in closed form"""
    data = batch(rng)
    one, two, *_ = parts(*data)
    loss = student.MultiTaskLoss(mode="uncertainty")
    assert settle(student, loss, data) == close_to(optimum(one, two), rtol=1e-3, atol=2e-3)


@check("loss_uncertainty", hint="Each task has an s of its own; the last term takes half of each.")
def test_optimum_of_a_large_loss(student, rng):
    """the optimum where one loss is far larger than the other"""
    data = batch(rng, rows=12, scale=2.5)
    one, two, *_ = parts(*data)
    loss = student.MultiTaskLoss(mode="uncertainty")
    assert settle(student, loss, data) == close_to(optimum(one, two), rtol=1e-3, atol=2e-3)


@check("loss_uncertainty", hint="At the optimum each weight is one over its loss, but for factors of two.")
def test_weights_at_the_optimum(student, rng):
    """at the optimum gradients are weighed by half of one over each loss"""
    data = batch(rng, scale=2.0)
    one, two, slope, other = parts(*data)
    loss = student.MultiTaskLoss(mode="uncertainty")
    settle(student, loss, data)
    seen = loss.differentiate(*data)
    assert seen.gradients[0] == close_to(slope / (2 * one), rtol=2e-2, atol=1e-4)
    assert seen.gradients[1] == close_to(other / (2 * two), rtol=2e-2, atol=1e-4)


@check("loss_uncertainty", points=0.5, hint="Registered parameters move with the module; a plain tensor stays behind.")
def test_uncertainty_moves(student, numbers):
    """moves to float64 and to another device"""
    data = batch(numbers)
    one, two, *_ = parts(*data)
    loss = student.MultiTaskLoss(mode="uncertainty")
    loss.to("float64")
    kinds = {item.dtype for item in loss.parameters().values()}
    require(kinds == {torch.float64}, "after .to(float64) the parameters are not float64")
    moved = student.elsewhere(student.MultiTaskLoss(mode="uncertainty"), *(item.detach() for item in data))
    assert moved == close_to(one + two / 2)


@check("validation", hint="Compare the shapes before you compute, and name both: mse_loss only warns.")
def test_shapes_of_the_regression_pair(student, numbers):
    """(N,) beside (N, 1) is a ValueError that names both shapes"""
    logits, labels, pred, target = (item.detach() for item in batch(numbers))
    for wrong in ((pred, target[:, None]), (pred[:, None], target), (pred, target[:1]), (pred[:1], target)):
        loss = student.MultiTaskLoss()
        loss(logits, labels, pred, target)  # good input goes through
        with pytest.raises(ValueError) as caught:
            loss(logits, labels, *wrong)
        text = str(caught.value).replace(" ", "").replace(",)", ")").replace("[", "(").replace("]", ")")
        named = all(str(tuple(item.shape)).replace(" ", "").replace(",)", ")") in text for item in wrong)
        require(named, "the message does not name both shapes")


@check("validation", points=0.5, hint='"fixed", "normalised" or "uncertainty", nothing else.')
def test_mode_that_is_unknown(student, numbers):
    """an unknown mode is a ValueError"""
    data = batch(numbers)
    student.MultiTaskLoss(mode="fixed")(*data)
    for mode in ("average", "Fixed"):
        with pytest.raises(ValueError):
            student.MultiTaskLoss(mode=mode)(*data)


@check("validation", hint="Labels are integers in [0, C); torch skips -100 without a word, and fails late on others.")
def test_labels_that_are_no_class(student, numbers):
    """a label that is no class is a ValueError that names it"""
    for wrong in (-1, 4, -100, 1.5):
        logits, labels, pred, target = (item.detach() for item in batch(numbers))
        loss = student.MultiTaskLoss()
        loss(logits, labels, pred, target)
        labels = labels.double() if wrong == 1.5 else labels
        labels[2] = wrong
        with pytest.raises(ValueError) as caught:
            loss(logits, labels, pred, target)
        require(str(wrong) in str(caught.value), "the message does not name the label")


@check("validation", points=0.5, hint="The mean of nothing is NaN; and there is one label for each row.")
def test_rows_that_are_missing(student, numbers):
    """no rows, or a number of labels that is not that of the rows, is a ValueError"""
    logits, labels, pred, target = (item.detach() for item in batch(numbers))
    loss = student.MultiTaskLoss()
    loss(logits, labels, pred, target)
    loss(logits[:1], labels[:1], pred[:1], target[:1])
    for count, of_labels in ((0, 0), (6, 5)):
        with pytest.raises(ValueError):
            loss(logits[:count], labels[:of_labels], pred[:count], target[:count])
