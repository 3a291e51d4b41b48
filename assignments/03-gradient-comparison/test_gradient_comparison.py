"""Public checks of 03-gradient-comparison: run `pytest` in this folder. Hidden checks decide on the score."""

import numpy as np
import pytest

from gradient_comparison import *  # noqa: F403

# How many more there are, run when you submit.
HIDDEN_CHECKS = 63

# Which part of the exercise a check belongs to.
PARTS = {
    "test_slope_of_bce_at_an_even_guess": "logit_grad",
    "test_slope_of_mse_at_an_even_guess": "logit_grad",
    "test_slopes_at_a_thousand": "logit_grad",
    "test_the_start_is_recorded": "train",
    "test_one_step_of_bce": "train",
    "test_one_step_of_mse": "train",
    "test_a_saturated_start": "train",
    "test_the_first_index_that_reaches": "speed",
    "test_a_threshold_that_is_never_reached": "speed",
    "test_the_figure_has_a_line_for_each_run": "plot",
    "test_the_figure_can_be_read": "plot",
    "test_slopes_of_lists": "validation",
    "test_slopes_of_unsigned_integers": "validation",
    "test_an_unknown_loss": "validation",
    "test_a_row_of_logits_beside_a_column_of_labels": "validation",
    "test_a_label_of_two": "validation",
}


# logit_grad: Slope of both losses over the logit


def test_slope_of_bce_at_an_even_guess():
    """bce at z = 0: the probability 0.5 minus the label"""
    assert logit_grad(np.zeros(2), np.array([0, 1]), "bce") == pytest.approx(np.array([0.5, -0.5]))


def test_slope_of_mse_at_an_even_guess():
    """mse at z = 0: twice the error, times 0.5 · 0.5"""
    assert logit_grad(np.zeros(2), np.array([0, 1]), "mse") == pytest.approx(np.array([0.25, -0.25]))


def test_slopes_at_a_thousand():
    """sure and wrong at z = 1000: bce pulls with 1, mse not at all, and neither is nan"""
    z, y = np.array([1000.0, -1000.0]), np.array([0, 1])
    assert logit_grad(z, y, "bce") == pytest.approx(np.array([1.0, -1.0]))
    assert logit_grad(z, y, "mse") == pytest.approx(np.zeros(2))


# train: Full-batch gradient descent


def test_the_start_is_recorded():
    """without a step there is one entry: an even guess, loss log 2 or 0.25, everything in class 1"""
    X, y = np.array([[1.0], [2.0], [-1.0], [-2.0]]), np.array([1, 1, 1, 0])
    bce, mse = train(X, y, "bce", steps=0), train(X, y, "mse", steps=0)
    assert np.asarray(bce["loss"]) == pytest.approx(np.array([np.log(2)]))
    assert np.asarray(mse["loss"]) == pytest.approx(np.array([0.25]))
    assert np.asarray(mse["accuracy"]) == pytest.approx(np.array([0.75]))


def test_one_step_of_bce():
    """one step of bce from zeros: half the mean of x·(y - 0.5)"""
    run = train(np.array([[1.0, 0.0], [0.0, 3.0]]), np.array([1, 0]), "bce", lr=0.5, steps=1)
    assert run["w"] == pytest.approx(np.array([0.125, -0.375]))
    assert run["b"] == pytest.approx(0.0)
    assert np.shape(run["loss"]) == np.shape(run["accuracy"]) == np.shape(run["grad_norm"]) == (2,)
    assert run["grad_norm"][0] == pytest.approx((0.25**2 + 0.75**2) ** 0.5)


def test_one_step_of_mse():
    """one step of mse from zeros is half as long here"""
    run = train(np.array([[1.0, 0.0], [0.0, 3.0]]), np.array([1, 0]), "mse", lr=0.5, steps=1)
    assert run["w"] == pytest.approx(np.array([0.0625, -0.1875]))


def test_a_saturated_start():
    """sure and wrong by 1000 costs 1000 under bce, not inf"""
    run = train(np.array([[1.0]]), np.array([0]), "bce", steps=0, w0=np.array([1000.0]))
    assert run["loss"][0] == pytest.approx(1000.0)


# speed: Steps until an accuracy is reached


def example_history(accuracy):
    """A history with this accuracy, for the checks."""
    ones = np.ones(len(accuracy))
    return {"loss": ones, "accuracy": np.array(accuracy), "grad_norm": ones, "w": np.zeros(2), "b": 0.0}


def test_the_first_index_that_reaches():
    """the first index that reaches it, though the accuracy falls again"""
    assert steps_to_accuracy(example_history([0.5, 0.9, 0.7, 0.9]), 0.8) == 1


def test_a_threshold_that_is_never_reached():
    """None where it is never reached"""
    assert steps_to_accuracy(example_history([0.5, 0.6]), 0.8) is None


# plot: Training curves


def curves_of_two_runs():
    """The figure of two made-up runs, for the checks."""
    slow = {"loss": np.array([0.6, 0.5, 0.4]), "accuracy": np.array([0.5, 0.6, 0.7])}
    fast = {"loss": np.array([0.7, 0.3, 0.1]), "accuracy": np.array([0.5, 0.8, 0.9])}
    rest = {"grad_norm": np.array([0.3, 0.2, 0.1]), "w": np.zeros(2), "b": 0.0}
    return plot_training_curves({"slow": {**slow, **rest}, "fast": {**fast, **rest}})


def test_the_figure_has_a_line_for_each_run():
    """two axes, and on each a line for each run"""
    figure = curves_of_two_runs()
    drawn = [[line.get_ydata() for line in axes.get_lines()] for axes in figure.axes]
    for values in ([0.7, 0.3, 0.1], [0.5, 0.8, 0.9]):
        assert any(len(y) == 3 and np.allclose(y, values) for lines in drawn for y in lines)
    assert len(figure.axes) >= 2


def test_the_figure_can_be_read():
    """labels on the y axes, and a legend"""
    figure = curves_of_two_runs()
    assert all(axes.get_ylabel() for axes in figure.axes if axes.get_lines())
    assert figure.legends or any(axes.get_legend() for axes in figure.axes)


# validation: Unusual and bad input


def test_slopes_of_lists():
    """takes plain lists"""
    assert np.asarray(logit_grad([0, 0], [0, 1], "bce")) == pytest.approx(np.array([0.5, -0.5]))


def test_slopes_of_unsigned_integers():
    """unsigned integers do not wrap around"""
    z, y = np.array([40, 40], dtype=np.uint8), np.array([0, 1], dtype=np.uint8)
    assert logit_grad(z, y, "bce") == pytest.approx(np.array([1.0, 0.0]))


def test_an_unknown_loss():
    """an unknown loss is a ValueError that names it"""
    with pytest.raises(ValueError, match="hinge"):
        logit_grad(np.zeros(2), np.array([0, 1]), "hinge")
    with pytest.raises(ValueError, match="hinge"):
        train(np.ones((2, 1)), np.array([0, 1]), "hinge")


def test_a_row_of_logits_beside_a_column_of_labels():
    """(N,) beside (N, 1) is a ValueError"""
    with pytest.raises(ValueError):
        logit_grad(np.zeros(2), np.array([[0], [1]]), "bce")
    with pytest.raises(ValueError):
        train(np.ones((2, 1)), np.array([[0], [1]]), "bce")


def test_a_label_of_two():
    """a label of 2 is a ValueError"""
    with pytest.raises(ValueError):
        train(np.ones((2, 1)), np.array([1, 2]), "bce")
