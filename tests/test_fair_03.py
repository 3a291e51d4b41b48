"""Points of 03-gradient-comparison follow causes, and unusual input costs points in `validation` alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.grading.batch import Graded
from autograder.grading.diagnosis import catalogue

ROOT = Path(__file__).parent.parent
NAME = "03-gradient-comparison"
REFERENCE = (ROOT / "solutions" / NAME / "gradient_comparison.py").read_text(encoding="utf-8")
Grade = Callable[..., list[Graded]]


def lost(graded: Graded) -> dict[str, set[str]]:
    """Return the checks that a submission fails, by part; what is carried forward is not lost."""
    found: dict[str, set[str]] = {}
    for item in graded.outcomes:
        if item.status != "pass" and not item.carried:
            found.setdefault(item.part, set()).add(item.id)
    return found


RIGHT_ON_FLOATS = """
def logit_grad(z, y, loss):
    p = 1 / (1 + np.exp(-z))
    return p - y if loss == "bce" else 2 * (p - y) * p * (1 - p)


def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    w, b = np.zeros(X.shape[1]) if w0 is None else w0.copy(), b0
    run = {"loss": [], "accuracy": [], "grad_norm": []}
    for step in range(steps + 1):
        z = X @ w + b
        g = logit_grad(z, y, loss)
        gw, gb = X.T @ g / len(y), g.mean()
        p = 1 / (1 + np.exp(-z))
        run["loss"].append(np.mean((p - y) ** 2) if loss == "mse" else np.mean(np.logaddexp(0, z) - y * z))
        run["accuracy"].append(np.mean((p >= 0.5) == (y == 1)))
        run["grad_norm"].append(np.sqrt(gw @ gw + gb**2))
        if step < steps:
            w -= lr * gw
            b -= lr * gb
    return {**run, "w": w, "b": b}
"""


def test_an_answer_for_arrays_of_floats_loses_points_for_unusual_input_alone(grade_sources: Grade) -> None:
    (graded,) = grade_sources(NAME, catalogue.replaced(REFERENCE, RIGHT_ON_FLOATS))
    found = lost(graded)
    assert set(found) == {"validation"}
    assert {"slopes_of_unsigned_integers", "training_on_lists"} <= found["validation"]


NORM = "np.hypot(np.linalg.norm(along_w), along_b)"


@pytest.mark.parametrize(
    ("old", "new", "checks"),
    [
        ("losses, accuracies, norms = np.array(rows).T", "losses, accuracies, norms = np.array(rows).T[:, :-1]", {"entries_belong_to_their_weights"}),
        (NORM, "np.linalg.norm(along_w)", {"gradient_norms", "gradient_norms_of_mse"}),
        ("np.mean((_sigmoid(z) - y) ** 2)", "np.mean((_sigmoid(z) - y) ** 2) / 2", {"losses_of_mse"}),
        ("(_sigmoid(z) >= 0.5)", "(_sigmoid(z) > 0.5)", {"accuracy_of_an_even_guess"}),
        ("w, b = w - lr * along_w, b - lr * along_b", "w, b = w - lr * along_w, b", {"final_weights", "final_weights_of_mse", "defaults", "a_given_learning_rate", "given_weights", "a_given_bias", "real_data"}),
    ],
)  # fmt: skip
def test_one_slip_of_the_training_costs_only_the_checks_of_what_it_breaks(
    old: str, new: str, checks: set[str], grade_sources: Grade
) -> None:
    assert REFERENCE.count(old) == 1
    (graded,) = grade_sources(NAME, REFERENCE.replace(old, new))
    assert lost(graded) == {"train": checks}


@pytest.mark.parametrize("message", ["z {z.shape}, y {y.shape}", "y {list(y.shape)} but z {list(z.shape)}"])
def test_a_message_may_name_shapes_in_any_order_and_form(message: str, grade_sources: Grade) -> None:
    old = 'f"z has shape {z.shape}, y has shape {y.shape}"'
    assert REFERENCE.count(old) == 1
    (graded,) = grade_sources(NAME, REFERENCE.replace(old, f'f"{message}"'))
    assert lost(graded) == {}


def test_a_logarithmic_loss_costs_the_curve_of_losses_alone(grade_sources: Grade) -> None:
    old = "axes.plot(range(len(history[key])), history[key], label=name)"
    new = old.replace("history[key], label", "np.log(history[key]) if key == 'loss' else history[key], label")
    assert REFERENCE.count(old) == 1
    (graded,) = grade_sources(NAME, REFERENCE.replace(old, new))
    assert lost(graded) == {"plot": {"lines_of_the_losses"}}
