"""The references against implementations by others: torch, kornia, scikit-learn, SciPy, and Keras' formula.

Where conventions differ (kornia's mean, Keras' epsilon) the difference is part of the test.
"""

from __future__ import annotations

import math
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import scipy.special
import scipy.stats
import sklearn.metrics
import sklearn.utils.class_weight
import torch
import torch.nn.functional as F
from kornia.losses import binary_focal_loss_with_logits
from kornia.losses import focal_loss as kornia_focal_loss

from autograder.course import Course
from autograder.grading.batch import reference

ROOT = Path(__file__).parent.parent
RNG = np.random.default_rng


@pytest.fixture(scope="module")
def load(course: Course) -> Any:
    return lambda name: reference(ROOT, name, course.assignment(name).module)


@pytest.fixture(scope="module")
def mse(load: Any) -> ModuleType:
    return load("01-mse")  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def ce(load: Any) -> ModuleType:
    return load("02-cross-entropy")  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def curves(load: Any) -> ModuleType:
    return load("03-gradient-comparison")  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def focal(load: Any) -> ModuleType:
    return load("04-focal-loss")  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def multi(load: Any) -> ModuleType:
    return load("05-multi-task")  # type: ignore[no-any-return]


def slope(loss: Any, at: np.ndarray[Any, Any], *rest: Any) -> np.ndarray[Any, Any]:
    """Gradient of one of torch's losses with respect to its first argument."""
    x = torch.tensor(at, requires_grad=True)
    loss(x, *rest).backward()
    assert x.grad is not None
    return np.asarray(x.grad.numpy())


def test_regression_losses_agree_with_scikit_learn(mse: ModuleType) -> None:
    pred, target = RNG(0).normal(size=(2, 50, 3))
    assert mse.mse_loss(pred, target) == pytest.approx(sklearn.metrics.mean_squared_error(target, pred), rel=1e-12)
    assert mse.mae_loss(pred, target) == pytest.approx(sklearn.metrics.mean_absolute_error(target, pred), rel=1e-12)
    flat = sklearn.metrics.root_mean_squared_error(target.ravel(), pred.ravel())
    assert mse.rmse(pred, target) == pytest.approx(flat, rel=1e-12)


@pytest.mark.parametrize("delta", [0.3, 1.0, 2.5])
def test_huber_is_that_of_torch_and_of_scipy(mse: ModuleType, delta: float) -> None:
    pred, target = RNG(1).normal(size=(2, 40)) * 2
    given = mse.huber_loss(pred, target, delta)
    assert given == pytest.approx(F.huber_loss(torch.tensor(pred), torch.tensor(target), delta=delta).item(), rel=1e-12)
    assert given == pytest.approx(scipy.special.huber(delta, pred - target).mean(), rel=1e-12)
    smooth = F.smooth_l1_loss(torch.tensor(pred), torch.tensor(target), beta=delta).item()
    assert given == pytest.approx(delta * smooth, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "loss"),
    [
        ("mse_grad", F.mse_loss),
        ("mae_grad", F.l1_loss),
        ("rmse_grad", lambda x, t: F.mse_loss(x, t).sqrt()),
        ("huber_grad", F.huber_loss),
    ],
)
def test_gradients_of_regression_losses_are_those_of_autograd(mse: ModuleType, name: str, loss: Any) -> None:
    pred, target = RNG(2).normal(size=(2, 6, 4))
    assert np.allclose(getattr(mse, name)(pred, target), slope(loss, pred, torch.tensor(target)), rtol=1e-12)


def test_softmax_and_log_sum_exp_agree_with_scipy(ce: ModuleType) -> None:
    z = RNG(3).normal(size=(7, 5)) * 30
    assert np.allclose(ce.log_sum_exp(z, axis=0), scipy.special.logsumexp(z, axis=0), rtol=1e-12)
    assert np.allclose(ce.softmax(z), scipy.special.softmax(z, axis=-1), rtol=1e-12)
    assert np.allclose(ce.log_softmax(z), scipy.special.log_softmax(z, axis=-1), rtol=1e-12)


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("weighted", [False, True])
def test_cross_entropy_is_that_of_torch(ce: ModuleType, reduction: str, smoothing: float, weighted: bool) -> None:
    rng = RNG(4)
    logits, targets = rng.normal(size=(9, 4)) * 5, rng.integers(0, 4, 9)
    weight = rng.uniform(0.2, 3, 4) if weighted else None
    wanted = F.cross_entropy(
        torch.tensor(logits),
        torch.tensor(targets),
        weight=None if weight is None else torch.tensor(weight),
        label_smoothing=smoothing,
        reduction=reduction,
    )
    given = ce.cross_entropy(logits, targets, weight=weight, label_smoothing=smoothing, reduction=reduction)
    assert np.allclose(given, wanted.numpy(), rtol=1e-12)


def test_cross_entropy_is_scikit_learns_log_loss(ce: ModuleType) -> None:
    rng = RNG(5)
    logits, targets = rng.normal(size=(30, 3)), rng.integers(0, 3, 30)
    wanted = sklearn.metrics.log_loss(targets, scipy.special.softmax(logits, axis=1), labels=[0, 1, 2])
    assert ce.cross_entropy(logits, targets) == pytest.approx(wanted, rel=1e-9)
    probs, labels = rng.uniform(0.01, 0.99, 30), rng.integers(0, 2, 30)
    assert ce.bce_loss(probs, labels) == pytest.approx(sklearn.metrics.log_loss(labels, probs), rel=1e-9)


def test_binary_cross_entropy_with_logits_is_that_of_torch_and_of_keras(ce: ModuleType) -> None:
    rng = RNG(6)
    logits, targets = rng.normal(size=(8, 3)) * 20, rng.uniform(size=(8, 3))
    given = ce.bce_with_logits(logits, targets)
    wanted = F.binary_cross_entropy_with_logits(torch.tensor(logits), torch.tensor(targets)).item()
    # Keras computes max(z, 0) - z y + log(1 + exp(-|z|)).
    keras = np.mean(np.maximum(logits, 0) - logits * targets + np.log1p(np.exp(-np.abs(logits))))
    assert given == pytest.approx(wanted, rel=1e-12) and given == pytest.approx(keras, rel=1e-12)
    autograd = slope(F.binary_cross_entropy_with_logits, logits, torch.tensor(targets))
    assert np.allclose(ce.bce_with_logits_grad(logits, targets), autograd, rtol=1e-10)


def test_cross_entropy_gradient_is_that_of_autograd(ce: ModuleType) -> None:
    rng = RNG(7)
    logits, targets = rng.normal(size=(6, 5)) * 4, rng.integers(0, 5, 6)
    assert np.allclose(
        ce.cross_entropy_grad(logits, targets), slope(F.cross_entropy, logits, torch.tensor(targets)), rtol=1e-10
    )


def test_entropy_and_divergence_agree_with_scipy(ce: ModuleType) -> None:
    p, q = RNG(8).dirichlet(np.ones(6), size=2)
    assert ce.entropy(p) == pytest.approx(scipy.stats.entropy(p), rel=1e-12)
    assert ce.kl_divergence(p, q) == pytest.approx(scipy.special.rel_entr(p, q).sum(), rel=1e-12)
    assert ce.cross_entropy_of(p, q) == pytest.approx(scipy.stats.entropy(p) + scipy.stats.entropy(p, q), rel=1e-12)


def test_inverse_class_weights_are_scikit_learns_balanced_ones(ce: ModuleType) -> None:
    labels = np.repeat([0, 1, 2], [50, 30, 7])
    wanted = sklearn.utils.class_weight.compute_class_weight("balanced", classes=np.arange(3), y=labels)
    assert np.allclose(ce.class_weights([50, 30, 7]), wanted, rtol=1e-12)


@pytest.mark.parametrize("loss", ["bce", "mse"])
def test_slopes_over_the_logit_are_those_of_autograd(curves: ModuleType, loss: str) -> None:
    z, y = np.linspace(-9, 9, 37), RNG(9).integers(0, 2, 37)
    of = {"bce": F.binary_cross_entropy_with_logits, "mse": lambda x, t: F.mse_loss(torch.sigmoid(x), t)}[loss]
    wanted = slope(of, z, torch.tensor(y, dtype=torch.float64)) * z.size
    assert np.allclose(curves.logit_grad(z, y, loss), wanted, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("loss", ["bce", "mse"])
def test_descent_is_that_of_torchs_sgd(curves: ModuleType, loss: str) -> None:
    rng = RNG(10)
    X, y = rng.normal(size=(30, 3)), rng.integers(0, 2, 30)
    model = torch.nn.Linear(3, 1, dtype=torch.float64)
    torch.nn.init.zeros_(model.weight), torch.nn.init.zeros_(model.bias)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.5)
    inputs, labels, losses = torch.tensor(X), torch.tensor(y, dtype=torch.float64), []
    for _ in range(21):
        logits = model(inputs)[:, 0]
        value = (
            F.binary_cross_entropy_with_logits(logits, labels)
            if loss == "bce"
            else F.mse_loss(torch.sigmoid(logits), labels)
        )
        losses.append(value.item())
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
    assert np.allclose(curves.train(X, y, loss, lr=0.5, steps=20)["loss"], losses, rtol=1e-10)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0, 5.0])
def test_focal_loss_agrees_with_kornia_up_to_the_number_of_classes(focal: ModuleType, gamma: float) -> None:
    rng = RNG(11)
    logits, targets = torch.tensor(rng.normal(size=(12, 5))), torch.tensor(rng.integers(0, 5, 12))
    theirs = kornia_focal_loss(logits, targets, alpha=None, gamma=gamma, reduction="mean").item()
    # kornia takes the mean over N times C entries, of which one a row is not zero.
    assert focal.focal_loss(logits, targets, gamma=gamma).item() == pytest.approx(5 * theirs, rel=1e-9)
    summed = kornia_focal_loss(logits, targets, alpha=None, gamma=gamma, reduction="sum").item()
    assert focal.focal_loss(logits, targets, gamma=gamma, reduction="sum").item() == pytest.approx(summed, rel=1e-9)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
def test_sigmoid_focal_loss_agrees_with_kornia(focal: ModuleType, gamma: float) -> None:
    rng = RNG(12)
    logits = torch.tensor(rng.normal(size=(8, 3)) * 3)
    targets = torch.tensor(rng.integers(0, 2, (8, 3)), dtype=torch.float64)
    theirs = binary_focal_loss_with_logits(logits, targets, alpha=0.25, gamma=gamma, reduction="mean").item()
    assert focal.sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=gamma).item() == pytest.approx(theirs, rel=1e-9)


def test_sigmoid_focal_loss_is_the_formula_of_keras(focal: ModuleType) -> None:
    rng = RNG(13)
    z, y = rng.normal(size=40) * 3, rng.integers(0, 2, 40).astype(float)
    p = scipy.special.expit(z)
    p_t = y * p + (1 - y) * (1 - p)
    alpha = y * 0.25 + (1 - y) * 0.75
    keras = np.mean(alpha * (1 - p_t) ** 2 * -np.log(np.clip(p_t, 1e-7, 1)))
    assert focal.sigmoid_focal_loss(torch.tensor(z), torch.tensor(y)).item() == pytest.approx(keras, rel=1e-9)


@pytest.mark.parametrize("classes", [2, 4, 10])
def test_label_smoothing_is_torchs_with_a_smaller_epsilon(focal: ModuleType, classes: int) -> None:
    rng = RNG(14)
    logits, targets = torch.tensor(rng.normal(size=(9, classes))), torch.tensor(rng.integers(0, classes, 9))
    # eps/(C-1) on every other class is torch's eps'/C with eps' = eps C/(C-1).
    theirs = F.cross_entropy(logits, targets, label_smoothing=0.1 * classes / (classes - 1)).item()
    assert focal.LabelSmoothingLoss(0.1)(logits, targets).item() == pytest.approx(theirs, rel=1e-9)


class Given(torch.nn.Module):
    """A model that answers with its input."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


@pytest.mark.parametrize("seed", range(5))
def test_metrics_of_the_minority_class_are_scikit_learns(focal: ModuleType, seed: int) -> None:
    rng = RNG(seed)  # logits in halves: ties are exact, whichever score is sorted
    logits, y = torch.tensor((rng.normal(size=(60, 2)) * 2).round() / 2), torch.tensor(rng.integers(0, 2, 60))
    given = focal.evaluate(Given(), logits, y)
    said, scores = logits.argmax(1).numpy(), torch.softmax(logits, 1)[:, 1].numpy()
    metrics = sklearn.metrics
    assert given["accuracy"] == pytest.approx(metrics.accuracy_score(y, said))
    assert given["precision"] == pytest.approx(metrics.precision_score(y, said, zero_division=0))
    assert given["recall"] == pytest.approx(metrics.recall_score(y, said, zero_division=0))
    assert given["f1"] == pytest.approx(metrics.f1_score(y, said, zero_division=0))
    assert given["average_precision"] == pytest.approx(metrics.average_precision_score(y, scores), rel=1e-6)


def test_uncertainty_weighting_has_the_closed_form_optimum_of_kendall(multi: ModuleType) -> None:
    rng = RNG(15)
    logits, labels = torch.tensor(rng.normal(size=(20, 3))), torch.tensor(rng.integers(0, 3, 20))
    pred, target = torch.tensor(rng.normal(size=(2, 20)))
    loss = multi.MultiTaskLoss(mode="uncertainty")
    optimiser = torch.optim.LBFGS(loss.parameters(), max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> float:
        optimiser.zero_grad()
        value = loss(logits, labels, pred, target)
        value.backward()
        return value.item()  # type: ignore[no-any-return]

    optimiser.step(closure)
    first, second = F.cross_entropy(logits, labels).item(), F.mse_loss(pred, target).item()
    # Where the slope over s1 and s2 is zero: e^s1 = 2 L_cls, e^s2 = L_reg.
    wanted = 0.5 + 0.5 + 0.5 * (math.log(2 * first) + math.log(second))
    assert closure() == pytest.approx(wanted, rel=1e-4)


def test_metrics_of_the_two_tasks_are_scikit_learns(multi: ModuleType) -> None:
    rng = RNG(16)
    logits, labels = torch.tensor(rng.normal(size=(40, 3))), torch.tensor(rng.integers(0, 3, 40))
    said, values = torch.tensor(rng.normal(size=(2, 40)))

    class Both(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return x, said

    given = multi.evaluate_multi_task(Both(), {"X": logits, "labels": labels, "values": values})
    assert given["accuracy"] == pytest.approx(sklearn.metrics.accuracy_score(labels, logits.argmax(1)))
    assert given["rmse"] == pytest.approx(sklearn.metrics.root_mean_squared_error(values, said), rel=1e-6)
    assert given["r2"] == pytest.approx(sklearn.metrics.r2_score(values, said), rel=1e-6)
