"""Public checks of 05-multi-task: run `pytest` in this folder. Hidden checks decide on the score."""

import math

import pytest
import torch

from multi_task import *  # noqa: F403

# How many more there are, run when you submit.
HIDDEN_CHECKS = 71

# Which part of the exercise a check belongs to.
PARTS = {
    "test_shapes_of_a_batch": "network",
    "test_value_of_a_single_row": "network",
    "test_fixed_loss_of_equal_logits": "loss_fixed",
    "test_fixed_loss_counts_equally_by_default": "loss_fixed",
    "test_normalised_loss_of_the_first_call": "loss_normalised",
    "test_normalised_loss_has_a_gradient": "loss_normalised",
    "test_uncertainty_loss_at_the_start": "loss_uncertainty",
    "test_uncertainty_loss_has_parameters": "loss_uncertainty",
    "test_history_of_a_training": "train",
    "test_training_lowers_the_loss": "train",
    "test_training_reaches_the_loss": "train",
    "test_evaluation_of_four_rows": "evaluate",
    "test_evaluation_restores_the_mode": "evaluate",
    "test_rows_of_a_sweep": "lambda_tradeoff",
    "test_each_lam_has_a_new_model": "lambda_tradeoff",
    "test_plot_of_three_rows": "lambda_tradeoff",
    "test_training_on_the_penguins": "score",
    "test_regression_shapes_that_differ": "validation",
    "test_an_unknown_mode": "validation",
}


# network: A shared trunk and two heads


def test_shapes_of_a_batch():
    """logits (N, C) and value (N,)"""
    logits, value = MultiTaskNet(7, 3)(torch.zeros(5, 7))
    assert (tuple(logits.shape), tuple(value.shape)) == ((5, 3), (5,))


def test_value_of_a_single_row():
    """a batch of one still has one axis"""
    _, value = MultiTaskNet(4, 2).eval()(torch.zeros(1, 4))
    assert tuple(value.shape) == (1,)


# loss_fixed: The loss with a fixed weight


def test_fixed_loss_of_equal_logits():
    """cross-entropy plus lam times the squared error"""
    loss = MultiTaskLoss(mode="fixed", lam=0.5)
    labels, target = torch.tensor([0, 1]), torch.tensor([1.0, -3.0])
    assert loss(torch.zeros(2, 2), labels, torch.zeros(2), target).item() == pytest.approx(math.log(2) + 0.5 * 5)


def test_fixed_loss_counts_equally_by_default():
    """lam is 1 unless told otherwise"""
    labels, target = torch.tensor([0, 1]), torch.tensor([1.0, -3.0])
    assert MultiTaskLoss()(torch.zeros(2, 2), labels, torch.zeros(2), target).item() == pytest.approx(math.log(2) + 5)


# loss_normalised: Losses divided by their magnitude


def test_normalised_loss_of_the_first_call():
    """the first call gives 1 + lam, on any scale"""
    loss = MultiTaskLoss(mode="normalised", lam=0.5)
    labels, target = torch.tensor([0, 1]), torch.tensor([4000.0, 3000.0])
    assert loss(torch.zeros(2, 2), labels, torch.zeros(2), target).item() == pytest.approx(1.5)


def test_normalised_loss_has_a_gradient():
    """the magnitude is a constant to autograd"""
    loss = MultiTaskLoss(mode="normalised")
    pred = torch.tensor([1.0, 3.0], requires_grad=True)
    loss(torch.zeros(2, 2), torch.tensor([0, 1]), pred, torch.zeros(2)).backward()
    assert pred.grad.tolist() == pytest.approx([0.2, 0.6])


# loss_uncertainty: Weights learnt from uncertainty


def test_uncertainty_loss_at_the_start():
    """cross-entropy plus half the squared error"""
    loss = MultiTaskLoss(mode="uncertainty")
    labels, target = torch.tensor([0, 1]), torch.tensor([1.0, -3.0])
    assert loss(torch.zeros(2, 2), labels, torch.zeros(2), target).item() == pytest.approx(math.log(2) + 2.5)


def test_uncertainty_loss_has_parameters():
    """an optimiser finds what is to be learnt"""
    assert len(list(MultiTaskLoss(mode="uncertainty").parameters())) > 0


# train: Training model and loss together


def test_history_of_a_training():
    """five lists, one number for each epoch"""
    torch.manual_seed(0)
    data = {"X": torch.randn(20, 4), "labels": torch.arange(20) % 3, "values": torch.randn(20)}
    history = train_multi_task(MultiTaskNet(4, 3), MultiTaskLoss(lam=0.5), data, epochs=3)
    names = ["classification", "regression", "total", "weight_classification", "weight_regression"]
    assert sorted(history) == names
    assert [len(history[name]) for name in names] == [3] * 5
    assert history["weight_regression"] == pytest.approx([0.5] * 3)


def test_training_lowers_the_loss():
    """the total falls"""
    torch.manual_seed(0)
    X = torch.randn(30, 4)
    data = {"X": X, "labels": (X[:, 0] > 0).long(), "values": 2 * X[:, 1]}
    total = train_multi_task(MultiTaskNet(4, 2), MultiTaskLoss(), data, lr=0.05, epochs=30)["total"]
    assert total[-1] < total[0] / 2


def test_training_reaches_the_loss():
    """the parameters of the uncertainty loss are trained as well"""
    torch.manual_seed(0)
    data = {"X": torch.randn(20, 4), "labels": torch.arange(20) % 3, "values": torch.randn(20)}
    loss = MultiTaskLoss(mode="uncertainty")
    train_multi_task(MultiTaskNet(4, 3), loss, data, epochs=3)
    assert any(float(item.detach().abs().sum()) > 0 for item in loss.parameters())


# evaluate: Accuracy, RMSE and R²


class Echo(nn.Module):
    """Answers with columns of its input: two logits and a value."""

    def forward(self, x):
        return x[:, :2], x[:, 2]


def test_evaluation_of_four_rows():
    """accuracy, root of the mean square, and explained variance"""
    X = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 2.0], [1.0, 0.0, 3.0], [0.0, 1.0, 2.0]])
    data = {"X": X, "labels": torch.tensor([0, 1, 1, 1]), "values": torch.tensor([1.0, 2.0, 3.0, 4.0])}
    found = evaluate_multi_task(Echo(), data)
    assert {name: float(found[name]) for name in found} == pytest.approx({"accuracy": 0.75, "rmse": 1.0, "r2": 0.2})


def test_evaluation_restores_the_mode():
    """a model that was training is training afterwards"""
    data = {"X": torch.randn(4, 3), "labels": torch.zeros(4, dtype=torch.long), "values": torch.arange(4.0)}
    model = Echo().train()
    evaluate_multi_task(model, data)
    assert model.training is True


# lambda_tradeoff: What λ trades


def small_data():
    X = torch.randn(30, 4, generator=torch.Generator().manual_seed(0))
    return {"X": X, "labels": (X[:, 0] > 0).long(), "values": 2 * X[:, 1]}


def test_rows_of_a_sweep():
    """one row for each lam, in order"""
    rows = lambda_sweep(small_data(), small_data(), [1.0, 0.1])
    assert [row["lam"] for row in rows] == [1.0, 0.1]
    assert all(0 <= row["accuracy"] <= 1 and row["rmse"] >= 0 for row in rows)


def test_each_lam_has_a_new_model():
    """a row does not depend on those before it"""
    both, alone = lambda_sweep(small_data(), small_data(), [1.0, 0.1]), lambda_sweep(small_data(), small_data(), [0.1])
    assert float(both[1]["rmse"]) == pytest.approx(float(alone[0]["rmse"]), rel=1e-4)


def test_plot_of_three_rows():
    """a figure with a logarithmic axis"""
    rows = [{"lam": 10.0**n, "accuracy": 0.9 - n / 10, "rmse": 0.5 - n / 10} for n in range(3)]
    assert "log" in [axes.get_xscale() for axes in plot_lambda_tradeoff(rows).axes]


# score: Penguins never seen


def test_training_on_the_penguins():
    """species and mass of the penguins that it was trained on"""
    torch.manual_seed(0)
    data = load_penguins("penguins.csv")
    model = MultiTaskNet(7, 3)
    train_multi_task(model, MultiTaskLoss(mode="fixed", lam=1.0), data, seed=0)
    with torch.no_grad():
        logits, value = model.eval()(data["X"])
    assert float((logits.argmax(dim=1) == data["labels"]).float().mean()) > 0.9
    assert float((value - data["values"]).square().mean().sqrt()) < 0.5


# validation: Unusual and bad input


def test_regression_shapes_that_differ():
    """(N,) beside (N, 1) is refused"""
    with pytest.raises(ValueError):
        MultiTaskLoss()(torch.zeros(3, 2), torch.tensor([0, 1, 1]), torch.zeros(3), torch.zeros(3, 1))


def test_an_unknown_mode():
    """an unknown mode is refused"""
    with pytest.raises(ValueError):
        MultiTaskLoss(mode="average")
