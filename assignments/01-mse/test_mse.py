"""Public checks of 01-mse: run `pytest` in this folder. Hidden checks decide on the score."""

import numpy as np
import pytest

from mse import *  # noqa: F403

# How many more there are, run when you submit.
HIDDEN_CHECKS = 70

# Which part of the exercise a check belongs to.
PARTS = {
    "test_mse_of_two_errors": "mse_loss",
    "test_mse_of_a_matrix": "mse_loss",
    "test_mse_grad_of_two_errors": "mse_grad",
    "test_mse_grad_of_a_matrix": "mse_grad",
    "test_rmse_of_two_errors": "rmse",
    "test_rmse_grad_of_two_errors": "rmse",
    "test_rmse_grad_at_a_perfect_fit": "rmse",
    "test_mae_of_three_errors": "mae",
    "test_mae_grad_with_a_perfect_element": "mae",
    "test_huber_inside_and_outside": "huber",
    "test_huber_with_another_delta": "huber",
    "test_huber_grad_is_bounded": "huber",
    "test_quick_check_is_a_number": "quick_check",
    "test_mse_of_lists": "validation",
    "test_unsigned_integers": "validation",
    "test_a_row_beside_a_column": "validation",
    "test_empty_input": "validation",
}


# mse_loss: Mean squared error


def test_mse_of_two_errors():
    """averages the squares of two errors"""
    assert mse_loss(np.array([3.0, 1.0]), np.array([1.0, 1.0])) == pytest.approx(2.0)


def test_mse_of_a_matrix():
    """averages over all elements of a matrix"""
    assert mse_loss(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.zeros((2, 3))) == pytest.approx(91 / 6)


# mse_grad: Gradient of the mean squared error


def test_mse_grad_of_two_errors():
    """two over n times the error"""
    assert mse_grad(np.array([3.0, 1.0]), np.array([1.0, 1.0])) == pytest.approx(np.array([2.0, 0.0]))


def test_mse_grad_of_a_matrix():
    """keeps the shape of pred, and n counts all elements"""
    expected = np.array([[0.5, 1.0], [1.5, 2.0]])
    assert mse_grad(np.array([[1.0, 2.0], [3.0, 4.0]]), np.zeros((2, 2))) == pytest.approx(expected)


# rmse: Root mean squared error and its gradient


def test_rmse_of_two_errors():
    """the root of the MSE"""
    assert rmse(np.array([3.0, 1.0]), np.array([1.0, 1.0])) == pytest.approx(2.0**0.5)


def test_rmse_grad_of_two_errors():
    """the error over n times the RMSE"""
    expected = np.array([2.0 / (2 * 2.0**0.5), 0.0])
    assert rmse_grad(np.array([3.0, 1.0]), np.array([1.0, 1.0])) == pytest.approx(expected)


def test_rmse_grad_at_a_perfect_fit():
    """zeros at a perfect fit, not NaN"""
    assert rmse_grad(np.array([1.0, 2.0]), np.array([1.0, 2.0])) == pytest.approx(np.zeros(2))


# mae: Mean absolute error and its gradient


def test_mae_of_three_errors():
    """averages absolute errors"""
    assert mae_loss(np.array([1.0, -2.0, 3.0]), np.zeros(3)) == pytest.approx(2.0)


def test_mae_grad_with_a_perfect_element():
    """the sign over n, and 0 at 0"""
    expected = np.array([1 / 3, -1 / 3, 0.0])
    assert mae_grad(np.array([1.0, -2.0, 0.0]), np.zeros(3)) == pytest.approx(expected)


# huber: Huber loss and its gradient


def test_huber_inside_and_outside():
    """half the square inside delta, a line outside"""
    assert huber_loss(np.array([0.5, 3.0]), np.zeros(2)) == pytest.approx((0.125 + 2.5) / 2)


def test_huber_with_another_delta():
    """delta moves the seam and scales the line"""
    assert huber_loss(np.array([1.0, 5.0]), np.zeros(2), delta=2.0) == pytest.approx((0.5 + 8.0) / 2)


def test_huber_grad_is_bounded():
    """the slope never exceeds delta over n"""
    expected = np.array([0.25, 0.5, -0.5])
    assert huber_grad(np.array([0.75, 9.0, -9.0]), np.zeros(3), delta=1.5) == pytest.approx(expected)


# quick_check: Quick check: two errors


def test_quick_check_is_a_number():
    """returns a positive number"""
    assert float(quick_check_mse()) > 0


# validation: Unusual and bad input


def test_mse_of_lists():
    """takes plain lists of integers"""
    assert mse_loss([1, 2], [2, 4]) == pytest.approx(2.5)


def test_unsigned_integers():
    """unsigned integers do not wrap around, whichever is larger"""
    small, large = np.array([3, 0], dtype=np.uint8), np.array([5, 4], dtype=np.uint8)
    assert mae_loss(small, large) == pytest.approx(3.0)
    assert mae_loss(large, small) == pytest.approx(3.0)


def test_a_row_beside_a_column():
    """(3,) beside (3, 1) is a ValueError that names both shapes"""
    in_any_order_and_form = "(?s)(?=.*3.*3)(?=.*1)"  # (3,) and (3, 1), 3x1 beside 3
    with pytest.raises(ValueError, match=in_any_order_and_form):
        mse_loss(np.zeros(3), np.zeros((3, 1)))


def test_empty_input():
    """empty input is a ValueError"""
    with pytest.raises(ValueError):
        mae_loss(np.zeros(0), np.zeros(0))
