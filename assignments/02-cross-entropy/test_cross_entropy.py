"""Public checks of 02-cross-entropy: run `pytest` in this folder. Hidden checks decide on the score."""

import math

import numpy as np
import pytest

from cross_entropy import *  # noqa: F403

# How many more there are, run when you submit.
HIDDEN_CHECKS = 142

# Which part of the exercise a check belongs to.
PARTS = {
    "test_naive_softmax_of_equal_logits": "naive",
    "test_naive_cross_entropy_of_equal_logits": "naive",
    "test_log_sum_exp_of_two_zeros": "log_sum_exp",
    "test_log_sum_exp_of_large_values": "log_sum_exp",
    "test_log_sum_exp_along_the_first_axis": "log_sum_exp",
    "test_softmax_of_large_logits": "softmax",
    "test_softmax_shifts_each_row": "softmax",
    "test_log_softmax_of_a_tiny_probability": "softmax",
    "test_cross_entropy_of_equal_logits": "cross_entropy",
    "test_cross_entropy_of_a_confident_mistake": "cross_entropy",
    "test_cross_entropy_with_weights": "cross_entropy",
    "test_cross_entropy_without_reduction": "cross_entropy",
    "test_cross_entropy_grad_of_equal_logits": "cross_entropy_grad",
    "test_bce_of_an_even_guess": "binary",
    "test_bce_of_a_sure_and_right_prediction": "binary",
    "test_bce_with_logits_at_a_thousand": "binary",
    "test_bce_with_logits_grad_of_zero": "binary",
    "test_entropy_of_a_fair_coin": "information",
    "test_entropy_of_a_sure_thing": "information",
    "test_the_decomposition": "information",
    "test_inverse_weights_of_balanced_classes": "class_weights",
    "test_inverse_sqrt_weights": "class_weights",
    "test_effective_weights": "class_weights",
    "test_the_sweep_agrees_on_small_scales": "stability",
    "test_the_sweep_keeps_what_overflows": "stability",
    "test_quick_checks_are_numbers": "quick_checks",
    "test_a_list_of_targets": "validation",
    "test_unsigned_logits": "validation",
    "test_a_negative_target": "validation",
    "test_an_unknown_reduction": "validation",
    "test_a_sum_that_is_not_one": "validation",
}


# naive: The textbook formula


def test_naive_softmax_of_equal_logits():
    """equal logits give equal probabilities"""
    assert softmax_naive(np.zeros((2, 4))) == pytest.approx(np.full((2, 4), 0.25))


def test_naive_cross_entropy_of_equal_logits():
    """the loss of a guess among four is log 4"""
    assert cross_entropy_naive(np.zeros((2, 4)), np.array([0, 3])) == pytest.approx(math.log(4))


# log_sum_exp: log-sum-exp


def test_log_sum_exp_of_two_zeros():
    """two zeros give log 2"""
    assert log_sum_exp(np.array([0.0, 0.0])) == pytest.approx(math.log(2))


def test_log_sum_exp_of_large_values():
    """does not overflow at 1000"""
    assert log_sum_exp(np.array([1000.0, 1000.0])) == pytest.approx(1000 + math.log(2))


def test_log_sum_exp_along_the_first_axis():
    """reduces the axis that it is told to"""
    expected = np.array([math.log(2), 1 + math.log(2), 2 + math.log(2)])
    assert log_sum_exp(np.array([[0.0, 1.0, 2.0], [0.0, 1.0, 2.0]]), axis=0) == pytest.approx(expected)


# softmax: Stable softmax and log-softmax


def test_softmax_of_large_logits():
    """finite at 1000"""
    assert softmax(np.array([[1000.0, 1000.0]])) == pytest.approx(np.array([[0.5, 0.5]]))


def test_softmax_shifts_each_row():
    """a row far below another keeps its probabilities"""
    logits = np.array([[1000.0, 1000.0], [0.0, 0.0]])
    assert softmax(logits) == pytest.approx(np.full((2, 2), 0.5))


def test_log_softmax_of_a_tiny_probability():
    """log-softmax is -1000 where softmax is 0"""
    assert log_softmax(np.array([[1000.0, 0.0]])) == pytest.approx(np.array([[0.0, -1000.0]]))


# cross_entropy: Cross-entropy with weights, smoothing and reductions


def test_cross_entropy_of_equal_logits():
    """the loss of a guess among four is log 4"""
    assert cross_entropy(np.zeros((2, 4)), np.array([0, 3])) == pytest.approx(math.log(4))


def test_cross_entropy_of_a_confident_mistake():
    """confidently wrong by 1000 costs 1000, not inf"""
    assert cross_entropy(np.array([[1000.0, 0.0]]), np.array([1])) == pytest.approx(1000.0)


def test_cross_entropy_with_weights():
    """the weighted mean divides by the weights that were used"""
    logits, targets = np.array([[0.0, 0.0], [math.log(3), 0.0]]), np.array([0, 1])
    expected = (1 * math.log(2) + 3 * math.log(4)) / (1 + 3)
    assert cross_entropy(logits, targets, weight=np.array([1.0, 3.0])) == pytest.approx(expected)


def test_cross_entropy_without_reduction():
    """ "none" gives one loss a row"""
    logits, targets = np.array([[0.0, 0.0], [math.log(3), 0.0]]), np.array([0, 1])
    expected = np.array([math.log(2), math.log(4)])
    assert cross_entropy(logits, targets, reduction="none") == pytest.approx(expected)


# cross_entropy_grad: Gradient of cross-entropy


def test_cross_entropy_grad_of_equal_logits():
    """softmax minus one-hot, over N"""
    expected = np.array([[-0.25, 0.25], [0.25, -0.25]])
    assert cross_entropy_grad(np.zeros((2, 2)), np.array([0, 1])) == pytest.approx(expected)


# binary: Binary cross-entropy, from probabilities and from logits


def test_bce_of_an_even_guess():
    """an even guess costs log 2"""
    assert bce_loss(np.array([0.5, 0.5]), np.array([0.0, 1.0])) == pytest.approx(math.log(2))


def test_bce_of_a_sure_and_right_prediction():
    """a sure prediction that is right costs nothing, and gives no nan"""
    assert bce_loss(np.array([0.0, 1.0]), np.array([0.0, 1.0])) == pytest.approx(0.0)


def test_bce_with_logits_at_a_thousand():
    """confidently wrong by 1000 costs 1000"""
    assert bce_with_logits(np.array([1000.0]), np.array([0.0])) == pytest.approx(1000.0)


def test_bce_with_logits_grad_of_zero():
    """sigmoid minus target, over n"""
    expected = np.array([0.25, -0.25])
    assert bce_with_logits_grad(np.zeros(2), np.array([0.0, 1.0])) == pytest.approx(expected)


# information: Entropy, KL divergence and cross-entropy


def test_entropy_of_a_fair_coin():
    """a fair coin has log 2 nats"""
    assert entropy(np.array([0.5, 0.5])) == pytest.approx(math.log(2))


def test_entropy_of_a_sure_thing():
    """a sure thing has no entropy, and gives no nan"""
    assert entropy(np.array([1.0, 0.0])) == pytest.approx(0.0)


def test_the_decomposition():
    """H(p, q) = H(p) + KL(p, q)"""
    p, q = np.array([0.2, 0.5, 0.3]), np.array([0.4, 0.4, 0.2])
    assert cross_entropy_of(p, q) == pytest.approx(entropy(p) + kl_divergence(p, q))


# class_weights: Weights for imbalanced classes


def test_inverse_weights_of_balanced_classes():
    """balanced classes have weight 1"""
    assert class_weights(np.array([50, 50])) == pytest.approx(np.ones(2))


def test_inverse_sqrt_weights():
    """the root of the inverse weights"""
    expected = np.array([(2 / 3) ** 0.5, 2**0.5])
    assert class_weights(np.array([75, 25]), strategy="inverse_sqrt") == pytest.approx(expected)


def test_effective_weights():
    """(1 - beta) / (1 - beta^n)"""
    expected = np.array([1.0, 0.5 / 0.75])
    assert class_weights(np.array([1, 2]), strategy="effective", beta=0.5) == pytest.approx(expected)


# stability: Naive against stable


def test_the_sweep_agrees_on_small_scales():
    """both formulas agree while nothing overflows"""
    rows = stability_sweep(np.array([[1.0, 2.0], [0.5, 0.0]]), np.array([0, 0]), [1.0, 2.0])
    assert list(rows["naive"]) == pytest.approx(list(rows["stable"]))


def test_the_sweep_keeps_what_overflows():
    """at a large scale the naive loss is not finite and the stable one is"""
    rows = stability_sweep(np.array([[1.0, 2.0]]), np.array([0]), [1.0, 1000.0])
    assert not math.isfinite(rows["naive"][1]) and math.isfinite(rows["stable"][1])


# quick_checks: Quick checks: a limit and two weights


def test_quick_checks_are_numbers():
    """one number, and two weights"""
    assert float(quick_check_bce()) >= 0 and len(quick_check_weights()) == 2


# validation: Unusual and bad input


def test_a_list_of_targets():
    """lists of logits and of targets are taken"""
    assert cross_entropy([[0.0, 0.0], [0.0, 0.0]], [0, 1]) == pytest.approx(math.log(2))


def test_unsigned_logits():
    """unsigned integers do not wrap around below zero"""
    logits = np.array([[3, 5]], dtype=np.uint8)
    assert cross_entropy(logits, np.array([0])) == pytest.approx(math.log(1 + math.exp(2)))


def test_a_negative_target():
    """a target of -1 is a ValueError that names it"""
    with pytest.raises(ValueError, match="-1"):
        cross_entropy(np.zeros((2, 3)), np.array([0, -1]))


def test_an_unknown_reduction():
    """an unknown reduction is a ValueError"""
    with pytest.raises(ValueError):
        cross_entropy(np.zeros((2, 3)), np.array([0, 1]), reduction="avg")


def test_a_sum_that_is_not_one():
    """a distribution must sum to 1"""
    with pytest.raises(ValueError):
        entropy(np.array([0.5, 0.6]))
