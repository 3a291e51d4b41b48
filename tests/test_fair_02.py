"""02: what is right on float arrays keeps its points, and a slip costs what it breaks and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.grading.batch import Graded
from autograder.grading.diagnosis import catalogue

ROOT = Path(__file__).parent.parent
NAME = "02-cross-entropy"
REFERENCE = (ROOT / "solutions" / NAME / "cross_entropy.py").read_text(encoding="utf-8")
Grade = Callable[..., list[Graded]]

RIGHT_ON_ARRAYS = {
    "binary cross-entropy in one line": """
def bce_with_logits(z, y):
    return np.mean(np.maximum(z, 0.) - z*y + np.log1p(np.exp(-np.abs(z))))
""",
    "its gradient by two forms of the sigmoid": """
def bce_with_logits_grad(z, y):
    with np.errstate(over="ignore", invalid="ignore"):
        p = np.where(z > 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))
    return (p - y) / z.size
""",
    "entropy of what is not 0": """
def entropy(p):
    p = p[p > 0]
    return -(p * np.log(p)).sum()
""",
    "divergence of what is not 0": """
def kl_divergence(p, q):
    used = p > 0
    with np.errstate(divide="ignore"):
        return (p[used] * np.log(p[used] / q[used])).sum()
""",
    "weights of an array": """
def class_weights(counts, strategy="inverse", beta=0.999):
    if strategy == "inverse":
        return counts.sum() / (counts.size * counts)
    if strategy == "inverse_sqrt":
        return (counts.sum() / (counts.size * counts)) ** 0.5
    if beta == 0:
        return np.ones(counts.size)
    return (beta - 1) / np.expm1(counts * np.log1p(beta - 1))
""",
}

EXACT_MEAN = """
def cross_entropy(z, y, weight=None, label_smoothing=0.0, reduction="mean"):
    return -np.mean(log_softmax(z)[np.arange(len(y)), y])
"""

WITHOUT_NONE = """
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    if reduction == "none":
        raise ValueError("none of that")
    _require_reduction(reduction)
    weight = np.ones(logits.shape[1]) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != logits.shape[1:]:
        raise ValueError("weight")
    logp = log_softmax(logits)
    losses = -(1 - label_smoothing) * weight[targets] * logp[np.arange(len(targets)), targets]
    losses = losses - label_smoothing * (logp * weight).mean(axis=1)
    return losses.sum() if reduction == "sum" else losses.sum() / weight[targets].sum()
"""


def lost(grade_sources: Grade, text: str) -> set[tuple[str, str]]:
    """Return the part and topic of each check that is lost."""
    graded = grade_sources(NAME, catalogue.replaced(REFERENCE, text))[0]
    return {(item.part, item.topic) for item in graded.outcomes if item.status != "pass"}


@pytest.mark.parametrize("name", RIGHT_ON_ARRAYS)
def test_what_is_right_on_float_arrays_loses_in_validation_alone(name: str, grade_sources: Grade) -> None:
    assert {part for part, _ in lost(grade_sources, RIGHT_ON_ARRAYS[name])} == {"validation"}


def test_an_exact_mean_without_options_keeps_the_checks_of_extreme_logits(grade_sources: Grade) -> None:
    given = {topic for part, topic in lost(grade_sources, EXACT_MEAN) if part == "cross_entropy"}
    assert given == {"reduction", "weights", "smoothing"}


def test_a_missing_reduction_costs_only_what_asks_for_it(grade_sources: Grade) -> None:
    given = {topic for part, topic in lost(grade_sources, WITHOUT_NONE)}
    assert given == {"reduction", "weights"}  # of weights, the one that is asked for without a reduction


@pytest.mark.parametrize("name", ["weights_without_c", "weights_reciprocal"])
def test_wrong_weights_cost_nothing_outside_their_part(name: str, grade_sources: Grade) -> None:
    """A quick check is about a number, not about another function."""
    known = {item.id: item for item in catalogue.of_assignment(ROOT, NAME, "cross_entropy")}
    assert {part for part, _ in lost(grade_sources, known[name].text)} == {"class_weights"}


def test_a_wrong_loss_costs_the_sweep_nothing(grade_sources: Grade) -> None:
    """The sweep is right if it reports what the student's own losses give."""
    known = {item.id: item for item in catalogue.of_assignment(ROOT, NAME, "cross_entropy")}
    for name in ("ce_over_elements", "naive_loss_sum"):
        assert {part for part, _ in lost(grade_sources, known[name].text)} == {known[name].part}


def test_every_value_check_is_lost_by_somebody_who_has_the_formula_wrong(grade_sources: Grade) -> None:
    known = {item.id: item for item in catalogue.of_assignment(ROOT, NAME, "cross_entropy")}
    for name in ("ce_sign", "grad_sign", "lse_mean", "naive_no_exponential"):
        graded = grade_sources(NAME, catalogue.replaced(REFERENCE, known[name].text))[0]
        mine = [item for item in graded.outcomes if item.part == known[name].part and item.kind == "value"]
        share = sum(item.max_points for item in mine if item.status != "pass") / sum(item.max_points for item in mine)
        assert share > 0.6, name
