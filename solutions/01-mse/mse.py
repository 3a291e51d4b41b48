# %% [markdown]
# # 01 · Mean squared error from scratch
#
# A regression model is as good as the number that says how wrong it is, and it learns from the slope of that
# number. In this exercise you write both, value and gradient, for the losses that regression is trained with:
# MSE, its root, MAE and Huber. NumPy only: there is no torch where this is graded, though you are welcome to
# compare with `torch.nn.functional.mse_loss` at home.
#
# **Rules for every function**
#
# - `pred` and `target` are array_likes of one shape: arrays, lists, or single numbers; floats or integers, signed
#   or unsigned. Make float arrays of them first: a `uint8` 3 minus a `uint8` 5 is 254.
# - A loss returns one number, a gradient returns an array of `pred`'s shape.
# - Leave the arguments as they are, keep nothing between calls, print nothing.
# - Different shapes are a `ValueError` that names both of them; an (N,) beside an (N, 1) too. So is empty input.
#
# The points of a loss are for arrays of floats. What your functions make of lists, numbers, integers and bad input is
# worth points of its own (part `validation`), and is asked for nowhere else.

# %%
import numpy as np

# %% [markdown]
# ## Mean squared error
#
# With errors $e_i = \hat y_i - y_i$ over all $n$ elements, whatever the number of axes:
#
# $$L_\text{MSE} = \frac{1}{n}\sum_{i=1}^{n} (\hat y_i - y_i)^2$$
#
# Squaring makes every error count as positive, and makes one error of 10 weigh as much as a hundred errors of 1.
# That is what you want when large errors are really worse, and what you will regret when they are outliers.
#
# | argument | shape | |
# |---|---|---|
# | `pred`, `target` | any, the same | |
# | returns | one number | `mse_loss([3, 1], [1, 1])` is 2.0 |


# %% part="mse_loss"
def mse_loss(pred, target):
    """Mean of the squared error over all elements.

    Args:
        pred: predictions, array_like of any shape.
        target: true values, array_like of the same shape.

    Returns:
        One number.

    Raises:
        ValueError: the shapes differ, or there are no elements.
    """
    ### BEGIN SOLUTION
    return np.mean(_errors(pred, target) ** 2)


def _errors(pred, target):
    """pred - target as floats, after the checks that all losses share."""
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    if pred.shape != target.shape:
        raise ValueError(f"pred has shape {pred.shape}, target has shape {target.shape}")
    if pred.size == 0:
        raise ValueError(f"pred and target are empty (shape {pred.shape})")
    return pred - target
    ### END SOLUTION


# %% checks="mse_loss"
def test_mse_of_two_errors():
    """averages the squares of two errors"""
    assert mse_loss(np.array([3.0, 1.0]), np.array([1.0, 1.0])) == pytest.approx(2.0)


def test_mse_of_a_matrix():
    """averages over all elements of a matrix"""
    assert mse_loss(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.zeros((2, 3))) == pytest.approx(91 / 6)


# %% [markdown]
# ## Its gradient
#
# Gradient descent never looks at the loss, only at its slope:
#
# $$\frac{\partial L_\text{MSE}}{\partial \hat y_i} = \frac{2}{n}(\hat y_i - y_i)$$
#
# It grows in proportion to the error: far away, the pull is strong; close by, it fades, and the steps become small
# by themselves. `mse_grad` returns this for every element, in the shape of `pred`.


# %% part="mse_grad"
def mse_grad(pred, target):
    """Gradient of mse_loss with respect to pred.

    Args:
        pred: predictions, array_like of any shape.
        target: true values, array_like of the same shape.

    Returns:
        Array of pred's shape.

    Raises:
        ValueError: the shapes differ, or there are no elements.
    """
    ### BEGIN SOLUTION
    errors = _errors(pred, target)
    return 2 * errors / errors.size
    ### END SOLUTION


# %% checks="mse_grad"
def test_mse_grad_of_two_errors():
    """two over n times the error"""
    assert mse_grad(np.array([3.0, 1.0]), np.array([1.0, 1.0])) == pytest.approx(np.array([2.0, 0.0]))


def test_mse_grad_of_a_matrix():
    """keeps the shape of pred, and n counts all elements"""
    expected = np.array([[0.5, 1.0], [1.5, 2.0]])
    assert mse_grad(np.array([[1.0, 2.0], [3.0, 4.0]]), np.zeros((2, 2))) == pytest.approx(expected)


# %% [markdown]
# ## Root mean squared error
#
# The MSE of house prices in dollars is in squared dollars. Its root is in dollars again:
#
# $$L_\text{RMSE} = \sqrt{L_\text{MSE}}, \qquad
# \frac{\partial L_\text{RMSE}}{\partial \hat y_i} = \frac{\hat y_i - y_i}{n\, L_\text{RMSE}}$$
#
# Both losses have their minimum at the same place, and there the formula on the right becomes 0/0. A NaN in one
# gradient spoils every parameter it meets, so at a perfect fit `rmse_grad` returns zeros.


# %% part="rmse"
def rmse(pred, target):
    """Root of the mean squared error, in the units of the target.

    Args:
        pred: predictions, array_like of any shape.
        target: true values, array_like of the same shape.

    Returns:
        One number.

    Raises:
        ValueError: the shapes differ, or there are no elements.
    """
    ### BEGIN SOLUTION
    return np.sqrt(mse_loss(pred, target))
    ### END SOLUTION


def rmse_grad(pred, target):
    """Gradient of rmse with respect to pred; zeros where pred equals target everywhere.

    Args:
        pred: predictions, array_like of any shape.
        target: true values, array_like of the same shape.

    Returns:
        Array of pred's shape.

    Raises:
        ValueError: the shapes differ, or there are no elements.
    """
    ### BEGIN SOLUTION
    errors = _errors(pred, target)
    root = np.sqrt(np.mean(errors**2))
    return errors / (errors.size * root) if root > 0 else np.zeros_like(errors)
    ### END SOLUTION


# %% checks="rmse"
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


# %% [markdown]
# ## Mean absolute error
#
# $$L_\text{MAE} = \frac{1}{n}\sum_i |e_i|, \qquad
# \frac{\partial L_\text{MAE}}{\partial \hat y_i} = \frac{\operatorname{sign}(e_i)}{n}$$
#
# Every error pulls equally hard, however large it is, so an outlier cannot drag the fit. The price is a kink at zero:
# the slope jumps, and steps do not shrink on their own near the optimum. At the kink every slope between -1 and 1 is a
# valid subgradient; take 0.


# %% part="mae"
def mae_loss(pred, target):
    """Mean of the absolute error over all elements.

    Args:
        pred: predictions, array_like of any shape.
        target: true values, array_like of the same shape.

    Returns:
        One number.

    Raises:
        ValueError: the shapes differ, or there are no elements.
    """
    ### BEGIN SOLUTION
    return np.mean(np.abs(_errors(pred, target)))
    ### END SOLUTION


def mae_grad(pred, target):
    """Subgradient of mae_loss with respect to pred, 0 where the error is 0.

    Args:
        pred: predictions, array_like of any shape.
        target: true values, array_like of the same shape.

    Returns:
        Array of pred's shape.

    Raises:
        ValueError: the shapes differ, or there are no elements.
    """
    ### BEGIN SOLUTION
    errors = _errors(pred, target)
    return np.sign(errors) / errors.size
    ### END SOLUTION


# %% checks="mae"
def test_mae_of_three_errors():
    """averages absolute errors"""
    assert mae_loss(np.array([1.0, -2.0, 3.0]), np.zeros(3)) == pytest.approx(2.0)


def test_mae_grad_with_a_perfect_element():
    """the sign over n, and 0 at 0"""
    expected = np.array([1 / 3, -1 / 3, 0.0])
    assert mae_grad(np.array([1.0, -2.0, 0.0]), np.zeros(3)) == pytest.approx(expected)


# %% [markdown]
# ## Huber loss
#
# Quadratic where errors are small, linear where they are large, and joined so that value and slope agree at $|e|=\delta$:
#
# $$\ell(e) = \begin{cases} \tfrac12 e^2 & |e| \le \delta \\ \delta\,(|e| - \tfrac12\delta) & \text{otherwise}\end{cases}
# \qquad L = \frac{1}{n}\sum_i \ell(e_i)$$
#
# This is `torch.nn.HuberLoss`. Its neighbour `SmoothL1Loss(beta=δ)` is the same curve divided by δ; only at δ = 1 are
# they equal.


# %% part="huber"
def huber_loss(pred, target, delta=1.0):
    """Mean Huber loss over all elements.

    Args:
        pred: predictions, array_like of any shape.
        target: true values, array_like of the same shape.
        delta: where the parabola ends and the line begins, more than 0.

    Returns:
        One number.

    Raises:
        ValueError: delta is not positive, the shapes differ, or there are no elements.
    """
    ### BEGIN SOLUTION
    _require_positive(delta)
    size = np.abs(_errors(pred, target))
    return np.mean(np.where(size <= delta, 0.5 * size**2, delta * (size - 0.5 * delta)))


def _require_positive(delta):
    if not delta > 0:
        raise ValueError(f"delta must be positive, got {delta}")
    ### END SOLUTION


def huber_grad(pred, target, delta=1.0):
    """Gradient of huber_loss with respect to pred.

    Args:
        pred: predictions, array_like of any shape.
        target: true values, array_like of the same shape.
        delta: where the parabola ends and the line begins, more than 0.

    Returns:
        Array of pred's shape.

    Raises:
        ValueError: delta is not positive, the shapes differ, or there are no elements.
    """
    ### BEGIN SOLUTION
    _require_positive(delta)
    errors = _errors(pred, target)
    return np.clip(errors, -delta, delta) / errors.size
    ### END SOLUTION


# %% checks="huber"
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


# %% [markdown]
# **Look at them.** On the left, one prediction that is off by $e$; in the middle, the slope there. On the right, the same
# number $c$ is predicted for the targets 0, 1, 2 and 9: RMSE, and MSE with it, is lowest at their mean, MAE anywhere
# between the two in the middle, Huber close by. The curves are drawn with *your* functions, those that are written; run
# the cell again later.


# %%
def picture(*panels):
    """Draw panels (settings, x, {label: function of x}) side by side; a curve that cannot be had is left out, and named."""
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        print("The picture needs matplotlib: pip install matplotlib")
        return
    figure, row = plt.subplots(1, len(panels), figsize=(4.4 * len(panels), 3.6), layout="constrained", squeeze=False)
    left_out = []
    for axes, (settings, x, curves) in zip(row[0], panels, strict=True):
        for (label, function), style in zip(curves.items(), ("-", "--", "-."), strict=False):
            try:
                axes.plot(x, [function(value) for value in x], style, label=label)
            except NotImplementedError:
                left_out.append(label)
            except Exception as error:
                left_out.append(f"{label} ({type(error).__name__})")
        axes.set(**settings)
        axes.grid(alpha=0.3)
        if axes.lines:
            axes.legend()
    if left_out:
        print("Left out of the picture until it is written:", ", ".join(dict.fromkeys(left_out)))
    if any(axes.lines for axes in figure.axes):
        plt.show()
    plt.close(figure)


def curves_of_the_losses():
    errors = [step / 20 - 3 for step in range(121)]
    constants = [step / 10 - 1 for step in range(111)]
    targets = np.array([0.0, 1.0, 2.0, 9.0])
    values = {
        "mse_loss": lambda e: mse_loss(np.array([e]), np.zeros(1)),
        "mae_loss": lambda e: mae_loss(np.array([e]), np.zeros(1)),
        "huber_loss": lambda e: huber_loss(np.array([e]), np.zeros(1)),
    }
    slopes = {
        "mse_grad": lambda e: mse_grad(np.array([e]), np.zeros(1))[0],
        "mae_grad": lambda e: mae_grad(np.array([e]), np.zeros(1))[0],
        "huber_grad": lambda e: huber_grad(np.array([e]), np.zeros(1))[0],
    }
    fits = {
        "rmse": lambda c: rmse(np.full(4, c), targets),
        "mae_loss": lambda c: mae_loss(np.full(4, c), targets),
        "huber_loss": lambda c: huber_loss(np.full(4, c), targets),
    }
    picture(
        ({"title": "One error", "xlabel": "error e", "ylabel": "loss"}, errors, values),
        ({"title": "Its slope", "xlabel": "error e", "ylabel": "gradient"}, errors, slopes),
        ({"title": "One number for four targets", "xlabel": "prediction c", "ylabel": "loss"}, constants, fits),
    )


if __name__ == "__main__":  # not where this file is imported, by the checks for instance
    curves_of_the_losses()

# %% [markdown]
# ## Quick check
#
# Two predictions miss their targets by +2 and by -4. What is the MSE? Return the number; how you get to it is up to you.


# %% part="quick_check"
def quick_check_mse():
    """The MSE of the errors +2 and -4."""
    ### BEGIN SOLUTION
    return mse_loss(np.array([2.0, -4.0]), np.zeros(2))
    ### END SOLUTION


# %% checks="quick_check"
def test_quick_check_is_a_number():
    """returns a positive number"""
    assert float(quick_check_mse()) > 0


# %% [markdown]
# ## Unusual and bad input
#
# So far, arrays of floats were enough. People who call your functions also have lists, single numbers, and pictures of
# unsigned integers, in which 3 - 5 is 254: let each function make float arrays of its arguments before it subtracts.
#
# NumPy subtracts an (N, 1) from an (N,) without complaint and hands back N² differences; the loss is then a plausible
# number that means nothing. Go back to your functions and let each of them raise `ValueError` for different shapes
# (naming both), for empty input, and for a `delta` that is not positive.


# %% checks="validation"
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
