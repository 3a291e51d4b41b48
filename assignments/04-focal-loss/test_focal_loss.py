"""Public checks of 04-focal-loss: run `pytest` in this folder. Hidden checks decide on the score."""

import math

import pytest
import torch
import torch.nn.functional as F

from focal_loss import *  # noqa: F403

# How many more there are, run when you submit.
HIDDEN_CHECKS = 85

# Which part of the exercise a check belongs to.
PARTS = {
    "test_focal_loss_of_equal_logits": "focal_loss",
    "test_focal_loss_with_gamma_zero": "focal_loss",
    "test_focal_loss_with_weights": "focal_loss",
    "test_focal_loss_of_a_sure_and_right_example": "focal_loss",
    "test_sigmoid_focal_loss_of_zero_logits": "sigmoid_focal_loss",
    "test_sigmoid_focal_loss_without_weights": "sigmoid_focal_loss",
    "test_focal_loss_module_has_defaults": "modules",
    "test_focal_loss_module_moves_its_weights": "modules",
    "test_label_smoothing_of_one_row": "modules",
    "test_training_lowers_the_loss": "train",
    "test_training_leaves_the_random_state": "train",
    "test_metrics_of_four_examples": "evaluate",
    "test_metrics_of_equal_scores": "evaluate",
    "test_evaluation_restores_the_mode": "evaluate",
    "test_comparison_has_three_rows": "compare",
    "test_weights_find_more_positives": "compare",
    "test_a_target_that_is_no_class": "validation",
    "test_a_row_beside_a_column": "validation",
    "test_an_unknown_reduction": "validation",
}


# focal_loss: Focal loss of softmax probabilities


def test_focal_loss_of_equal_logits():
    """at p = 1/2 a quarter of log 2 is left"""
    loss = focal_loss(torch.zeros(3, 2), torch.tensor([0, 1, 1]))
    assert loss.item() == pytest.approx(0.25 * math.log(2))


def test_focal_loss_with_gamma_zero():
    """gamma 0 is cross-entropy"""
    logits, targets = torch.tensor([[1.0, 2.0, -1.0], [0.5, 0.0, 3.0]]), torch.tensor([0, 2])
    assert focal_loss(logits, targets, gamma=0.0).item() == pytest.approx(F.cross_entropy(logits, targets).item())


def test_focal_loss_with_weights():
    """the weight is looked up by the target, and the mean divides by N"""
    loss = focal_loss(torch.zeros(2, 2), torch.tensor([0, 1]), alpha=torch.tensor([1.0, 3.0]))
    assert loss.item() == pytest.approx((1 + 3) * 0.25 * math.log(2) / 2)


def test_focal_loss_of_a_sure_and_right_example():
    """gamma 1/2: a sure and right example has a finite gradient"""
    logits = torch.tensor([[1000.0, 0.0]], requires_grad=True)
    focal_loss(logits, torch.tensor([0]), gamma=0.5).backward()
    assert logits.grad.flatten().tolist() == pytest.approx([0.0, 0.0])


# sigmoid_focal_loss: The sigmoid form of RetinaNet


def test_sigmoid_focal_loss_of_zero_logits():
    """a positive has weight alpha, a negative 1 - alpha"""
    losses = sigmoid_focal_loss(torch.zeros(2), torch.tensor([1.0, 0.0]), alpha=0.25, reduction="none")
    assert losses.tolist() == pytest.approx([0.25 * 0.25 * math.log(2), 0.75 * 0.25 * math.log(2)])


def test_sigmoid_focal_loss_without_weights():
    """without alpha and gamma it is binary cross-entropy"""
    logits, targets = torch.tensor([[1.0, -2.0], [0.5, 3.0]]), torch.tensor([[1.0, 1.0], [0.0, 0.0]])
    expected = F.binary_cross_entropy_with_logits(logits, targets).item()
    assert sigmoid_focal_loss(logits, targets, alpha=None, gamma=0.0).item() == pytest.approx(expected)


# modules: Losses as modules


def test_focal_loss_module_has_defaults():
    """alpha None, gamma 2 and the mean are the defaults"""
    loss = FocalLoss()(torch.zeros(3, 2), torch.tensor([0, 1, 1]))
    assert loss.item() == pytest.approx(0.25 * math.log(2))


def test_focal_loss_module_moves_its_weights():
    """class weights are a buffer, and move with the module"""
    loss = FocalLoss(alpha=[1.0, 3.0]).to(torch.float64)
    assert [weights.dtype for weights in loss.buffers()] == [torch.float64]


def test_label_smoothing_of_one_row():
    """0.9 on the target, and a half of 0.1 on each of two others"""
    loss = LabelSmoothingLoss(smoothing=0.1)(torch.tensor([[2.0, 1.0, 0.0]]), torch.tensor([0]))
    log_p = F.log_softmax(torch.tensor([2.0, 1.0, 0.0]), dim=0).tolist()
    assert loss.item() == pytest.approx(-(0.9 * log_p[0] + 0.05 * log_p[1] + 0.05 * log_p[2]))


# train: A training loop


def _separable(rows=60):
    X = torch.linspace(-1, 1, rows)[:, None]
    return X, (X[:, 0] > 0.3).long()


def _zeroed_linear():
    model = nn.Linear(1, 2)
    with torch.no_grad():
        model.weight.zero_()
        model.bias.zero_()
    return model


def test_training_lowers_the_loss():
    """one loss an epoch, and the last is lower than the first"""
    X, y = _separable()
    history = train(_zeroed_linear(), X, y, F.cross_entropy, epochs=20)
    assert len(history) == 20 and history[0] == pytest.approx(math.log(2)) and history[-1] < history[0]


def test_training_leaves_the_random_state():
    """the caller's random numbers are not touched"""
    (X, y), model = _separable(), _zeroed_linear()
    before = torch.get_rng_state()
    train(model, X, y, F.cross_entropy, epochs=2, batch_size=16)
    assert torch.equal(before, torch.get_rng_state())


# evaluate: Metrics of the minority class


def test_metrics_of_four_examples():
    """one positive found, one missed, one false alarm"""
    logits = torch.tensor([[0.0, 3.0], [0.0, 2.0], [0.0, -1.0], [0.0, -2.0]])
    found = evaluate(nn.Identity(), logits, torch.tensor([1, 0, 1, 0]))
    wanted = {"accuracy": 1 / 2, "precision": 1 / 2, "recall": 1 / 2, "f1": 1 / 2, "average_precision": 5 / 6}
    assert found == pytest.approx(wanted)


def test_metrics_of_equal_scores():
    """equal scores are taken in together: the order of the rows does not matter"""
    logits = torch.tensor([[0.0, 1.0], [0.0, 1.0], [0.0, -1.0]])
    for y in ([1, 0, 0], [0, 1, 0]):
        assert evaluate(nn.Identity(), logits, torch.tensor(y))["average_precision"] == pytest.approx(1 / 2)


def test_evaluation_restores_the_mode():
    """the model is left in the mode it was in"""
    model = nn.Identity()
    for mode in (True, False):
        model.train(mode)
        evaluate(model, torch.tensor([[0.0, 1.0]]), torch.tensor([1]))
        assert model.training is mode


# compare: Three losses compared


def _imbalanced(rows=200):
    X = torch.cat([torch.linspace(-2, 1, rows - rows // 10), torch.linspace(0, 2, rows // 10)])[:, None]
    return X, (torch.arange(rows) >= rows - rows // 10).long()


def test_comparison_has_three_rows():
    """three losses, five metrics each, all from 0 to 1"""
    X, y = _imbalanced()
    rows = compare(X, y, X, y)
    assert set(rows) == {"cross_entropy", "weighted", "focal"}
    for row in rows.values():
        assert set(row) == {"accuracy", "precision", "recall", "f1", "average_precision"}
        assert all(0 <= value <= 1 for value in row.values())


def test_weights_find_more_positives():
    """weights raise recall where the classes overlap"""
    X, y = _imbalanced()
    rows = compare(X, y, X, y)
    assert rows["weighted"]["recall"] > rows["cross_entropy"]["recall"]


# validation: Unusual and bad input


def test_a_target_that_is_no_class():
    """a target of -100 is a ValueError that names it"""
    with pytest.raises(ValueError, match="-100"):
        focal_loss(torch.zeros(2, 3), torch.tensor([0, -100]))


def test_a_row_beside_a_column():
    """(N,) beside (N, 1) is a ValueError"""
    with pytest.raises(ValueError):
        sigmoid_focal_loss(torch.zeros(3), torch.zeros(3, 1))


def test_an_unknown_reduction():
    """an unknown reduction is a ValueError"""
    with pytest.raises(ValueError):
        focal_loss(torch.zeros(2, 3), torch.tensor([0, 1]), reduction="avg")
