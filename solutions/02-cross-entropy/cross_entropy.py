# %% [markdown]
# # 02 · Softmax and cross-entropy from scratch
#
# Classifiers are trained with cross-entropy, and cross-entropy breaks in floating point if it is written as in a
# textbook. You will write it twice: once naively, to see it break, and once so that it never does. NumPy only: there is
# no torch where this is graded, though you are welcome to compare with `torch.nn.functional.cross_entropy` at home.
#
# **Rules for every function**
#
# - Inputs are array_likes: arrays or lists of floats or integers, signed or unsigned. Make float arrays of them first:
#   lists, integers and float32 are tried in the part `validation` alone, and all other checks pass arrays of float64.
# - Logits have shape (N, C), one row an example; class targets have shape (N,), integers in [0, C).
# - Leave the arguments as they are, keep nothing between calls, print nothing.
# - Bad input is a `ValueError` that names what is wrong with it: shapes that do not fit, empty input, a target outside
#   [0, C) or not an integer, an unknown `reduction`. These errors, too, are asked for in the part `validation` alone.

# %%
import math

import numpy as np

# %% [markdown]
# ## The textbook formula
#
# Softmax turns a row of scores into a distribution, and cross-entropy is the surprise at the true class:
#
# $$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}, \qquad L = -\frac{1}{N}\sum_{i=1}^{N} \log p_{i, y_i}$$
#
# The true distribution is one-hot, so of the sum over classes one term is left: the negative log-likelihood. Minimising
# it is maximum likelihood estimation.
#
# Write both as they stand. Your `softmax_naive` *should* fail for a logit of 1000; you will need that later.
#
# | function | arguments | returns |
# |---|---|---|
# | `softmax_naive` | `logits` (..., C) | (..., C), along the last axis |
# | `cross_entropy_naive` | `logits` (N, C), `targets` (N,) | one number |


# %% part="naive"
def softmax_naive(logits):
    """Softmax along the last axis by its definition, without a shift.

    Args:
        logits: array_like of shape (..., C).

    Returns:
        Array of the same shape; rows sum to 1 on ordinary input, and overflow on large ones.

    Raises:
        ValueError: there are no elements.
    """
    ### BEGIN SOLUTION
    powers = np.exp(_filled(logits, "logits"))
    return powers / powers.sum(axis=-1, keepdims=True)


def _filled(values, name):
    """A float array that has at least one element."""
    values = np.asarray(values, dtype=float)
    if values.size == 0:
        raise ValueError(f"{name} is empty (shape {values.shape})")
    return values
    ### END SOLUTION


def cross_entropy_naive(logits, targets):
    """Mean cross-entropy: minus the log of the softmax at the targets.

    Args:
        logits: array_like of shape (N, C).
        targets: integers in [0, C), shape (N,).

    Returns:
        One number; inf or nan on large logits.

    Raises:
        ValueError: shapes or targets do not fit, or there are no elements.
    """
    ### BEGIN SOLUTION
    logits, targets = _classified(logits, targets)
    return -np.mean(np.log(softmax_naive(logits)[np.arange(len(targets)), targets]))


def _classified(logits, targets):
    """Logits (N, C) and targets (N,) as arrays, after the checks that all of the classification losses share."""
    logits, targets = _filled(logits, "logits"), np.asarray(targets)
    if logits.ndim != 2 or targets.shape != logits.shape[:1]:
        raise ValueError(f"logits of shape (N, C) and targets of shape (N,), got {logits.shape} and {targets.shape}")
    classes = logits.shape[1]
    for target in targets:
        if target != int(target) or not 0 <= target < classes:
            raise ValueError(f"target {target} is not an integer in [0, {classes})")
    return logits, targets.astype(int)
    ### END SOLUTION


# %% checks="naive"
def test_naive_softmax_of_equal_logits():
    """equal logits give equal probabilities"""
    assert softmax_naive(np.zeros((2, 4))) == pytest.approx(np.full((2, 4), 0.25))


def test_naive_cross_entropy_of_equal_logits():
    """the loss of a guess among four is log 4"""
    assert cross_entropy_naive(np.zeros((2, 4)), np.array([0, 3])) == pytest.approx(math.log(4))


# %% [markdown]
# ## log-sum-exp
#
# In float64, `exp(710)` is infinite. But a constant can be moved out of the sum, and with the maximum as that constant no
# exponent is positive:
#
# $$\log\sum_i e^{z_i} = m + \log\sum_i e^{z_i - m}, \qquad m = \max_i z_i$$
#
# `axis` may be any single axis, each slice has its own maximum, and the axis is gone in the result. A slice in which
# all entries are -inf has an empty sum: its answer is -inf, not nan.


# %% part="log_sum_exp"
def log_sum_exp(z, axis=-1):
    """log of the sum of exponentials along an axis, shifted so that it does not overflow.

    Args:
        z: array_like of at least one axis.
        axis: the axis to reduce.

    Returns:
        Array of z's shape without that axis, or one number if z has one axis only.

    Raises:
        ValueError: there are no elements.
    """
    ### BEGIN SOLUTION
    z = _filled(z, "z")
    top = np.max(z, axis=axis, keepdims=True)
    shift = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        return np.log(np.sum(np.exp(z - shift), axis=axis)) + np.squeeze(shift, axis=axis)
    ### END SOLUTION


# %% checks="log_sum_exp"
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


# %% [markdown]
# ## Stable softmax
#
# $$\log p_k = z_k - \log\sum_j e^{z_j}$$
#
# Softmax does not change when a constant is added to a row, so each row may be shifted by its own maximum. The maximum
# of the whole matrix would not do: a row far below it would underflow to 0/0. And `log(softmax(z))` is no log-softmax:
# a probability too small for floating point is 0, and its logarithm is -inf.


# %% part="softmax"
def softmax(logits):
    """Softmax along the last axis, finite for every finite input.

    Args:
        logits: array_like of shape (..., C).

    Returns:
        Array of the same shape; each row sums to 1.

    Raises:
        ValueError: there are no elements.
    """
    ### BEGIN SOLUTION
    logits = _filled(logits, "logits")
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
    ### END SOLUTION


def log_softmax(logits):
    """Logarithm of softmax along the last axis, exact where softmax underflows.

    Args:
        logits: array_like of shape (..., C).

    Returns:
        Array of the same shape.

    Raises:
        ValueError: there are no elements.
    """
    ### BEGIN SOLUTION
    logits = _filled(logits, "logits")
    return logits - log_sum_exp(logits)[..., None]
    ### END SOLUTION


# %% checks="softmax"
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


# %% [markdown]
# ## Cross-entropy
#
# Three things are asked of a cross-entropy in practice, and you will have them all, as torch has:
#
# - **Class weights** $w_c$ for imbalanced data: an example counts as much as its class's weight. The *mean* is then the
#   weighted mean, divided by $\sum_i w_{y_i}$ and not by $N$.
# - **Label smoothing** $\varepsilon$ against overconfidence: of the target's one, $\varepsilon$ is shared out among all $C$
#   classes equally. With weights, each class's term bears its own class's weight:
#
# $$\ell_i = -(1-\varepsilon)\, w_{y_i} \log p_{i,y_i} - \frac{\varepsilon}{C}\sum_{c} w_c \log p_{i,c}$$
#
# - **Reduction**: `"none"` gives the $N$ losses, `"sum"` their sum, `"mean"` $\sum_i \ell_i / \sum_i w_{y_i}$.


# %% part="cross_entropy"
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    """Cross-entropy from logits, as torch's cross_entropy with class-index targets.

    Args:
        logits: array_like of shape (N, C).
        targets: integers in [0, C), shape (N,).
        weight: None, or array_like of shape (C,).
        label_smoothing: the share of the target that goes to all classes, in [0, 1].
        reduction: "none", "mean" or "sum".

    Returns:
        Array of shape (N,) for "none", else one number.

    Raises:
        ValueError: shapes, targets or reduction do not fit, or there are no elements.
    """
    ### BEGIN SOLUTION
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != (classes,):
        raise ValueError(f"weight has shape {weight.shape}, and there are {classes} classes")
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing must lie in [0, 1], got {label_smoothing}")
    surprise = -log_softmax(logits)
    used = weight[targets]
    losses = (1 - label_smoothing) * used * surprise[np.arange(rows), targets]
    if label_smoothing > 0:
        losses = losses + label_smoothing / classes * (surprise @ weight)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / used.sum()


def _require_reduction(reduction):
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f'reduction must be "none", "mean" or "sum", got {reduction!r}')
    ### END SOLUTION


# %% checks="cross_entropy"
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


# %% [markdown]
# ## Its gradient
#
# Softmax has a full Jacobian, the logarithm has a reciprocal, and between them nearly everything cancels:
#
# $$\frac{\partial L}{\partial z_{i,c}} = \frac{p_{i,c} - [c = y_i]}{N}$$
#
# This is why cross-entropy and softmax belong together: however wrong the model is, the slope stays as large as the
# probability is off. (No weights and no smoothing here; mean reduction.)


# %% part="cross_entropy_grad"
def cross_entropy_grad(logits, targets):
    """Gradient of the mean cross-entropy with respect to the logits.

    Args:
        logits: array_like of shape (N, C).
        targets: integers in [0, C), shape (N,).

    Returns:
        Array of shape (N, C); each row sums to 0.

    Raises:
        ValueError: shapes or targets do not fit, or there are no elements.
    """
    ### BEGIN SOLUTION
    logits, targets = _classified(logits, targets)
    gradient = softmax(logits)
    gradient[np.arange(len(targets)), targets] -= 1
    return gradient / len(targets)
    ### END SOLUTION


# %% checks="cross_entropy_grad"
def test_cross_entropy_grad_of_equal_logits():
    """softmax minus one-hot, over N"""
    expected = np.array([[-0.25, 0.25], [0.25, -0.25]])
    assert cross_entropy_grad(np.zeros((2, 2)), np.array([0, 1])) == pytest.approx(expected)


# %% [markdown]
# **Look at it.** Three classes have the logits $(z, 0, 0)$, and the first is the true one. On the left their probabilities;
# in the middle what $z$ costs: nearly nothing once it is large, unless the labels are smoothed, which makes too sure a
# prediction expensive again; on the right the slope, which stays near -1 however wrong the model is. The curves are drawn
# with *your* functions, those that are written; run the cell again later.


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


def curves_of_cross_entropy():
    logits = [step / 10 - 8 for step in range(161)]
    shares = {
        "softmax, class 0": lambda z: softmax(np.array([[z, 0.0, 0.0]]))[0][0],
        "softmax, class 1": lambda z: softmax(np.array([[z, 0.0, 0.0]]))[0][1],
    }
    losses = {
        "cross_entropy": lambda z: cross_entropy(np.array([[z, 0.0, 0.0]]), np.array([0])),
        "label_smoothing=0.2": lambda z: cross_entropy(np.array([[z, 0.0, 0.0]]), np.array([0]), label_smoothing=0.2),
    }
    slopes = {"cross_entropy_grad": lambda z: cross_entropy_grad(np.array([[z, 0.0, 0.0]]), np.array([0]))[0][0]}
    picture(
        ({"title": "Logits (z, 0, 0)", "xlabel": "logit z", "ylabel": "probability"}, logits, shares),
        ({"title": "True class 0", "xlabel": "logit z", "ylabel": "loss"}, logits, losses),
        ({"title": "Its slope", "xlabel": "logit z", "ylabel": "gradient over z"}, logits, slopes),
    )


if __name__ == "__main__":  # not where this file is imported, by the checks for instance
    curves_of_cross_entropy()

# %% [markdown]
# ## Two classes: binary cross-entropy
#
# $$\ell(p, y) = -\,y\log p - (1-y)\log(1-p), \qquad p = \sigma(z)$$
#
# Targets may be soft, anywhere in [0, 1]. `bce_loss` takes probabilities; at exactly 0 or 1 a term of the form
# $0\cdot\log 0$ is 0. `bce_with_logits` takes logits and never forms σ(z): with $\log(1+e^{x})$ written safely it is
#
# $$\ell(z, y) = \max(z, 0) - z\,y + \log(1 + e^{-|z|})$$
#
# and its gradient is as short as that of softmax: $(\sigma(z) - y)/n$. All three take any shape and average over all
# elements.


# %% part="binary"
def bce_loss(probs, targets):
    """Mean binary cross-entropy from probabilities, with 0·log 0 = 0.

    Args:
        probs: array_like in [0, 1], any shape.
        targets: array_like in [0, 1], the same shape.

    Returns:
        One number; inf where a sure prediction is wrong.

    Raises:
        ValueError: the shapes differ, a value lies outside [0, 1], or there are no elements.
    """
    ### BEGIN SOLUTION
    probs, targets = _paired(probs, targets)
    if np.any((probs < 0) | (probs > 1)):
        raise ValueError(f"probs must lie in [0, 1], got {probs[(probs < 0) | (probs > 1)][0]}")
    return -np.mean(_x_log_y(targets, probs) + _x_log_y(1 - targets, 1 - probs))


def _x_log_y(x, y):
    """x·log y elementwise, with 0·log 0 = 0."""
    with np.errstate(divide="ignore"):
        return np.where(x == 0, 0.0, x * np.log(np.where(x == 0, 1.0, y)))


def _paired(values, targets):
    """Predictions and soft targets of one shape, as floats."""
    values, targets = _filled(values, "input"), np.asarray(targets, dtype=float)
    if values.shape != targets.shape:
        raise ValueError(f"input has shape {values.shape}, targets have shape {targets.shape}")
    if np.any((targets < 0) | (targets > 1)):
        raise ValueError(f"targets must lie in [0, 1], got {targets[(targets < 0) | (targets > 1)][0]}")
    return values, targets
    ### END SOLUTION


def bce_with_logits(logits, targets):
    """Mean binary cross-entropy from logits, exact at ±1000.

    Args:
        logits: array_like of any shape.
        targets: array_like in [0, 1], the same shape.

    Returns:
        One number.

    Raises:
        ValueError: the shapes differ, a target lies outside [0, 1], or there are no elements.
    """
    ### BEGIN SOLUTION
    logits, targets = _paired(logits, targets)
    return np.mean(np.maximum(logits, 0) - logits * targets + np.log1p(np.exp(-np.abs(logits))))
    ### END SOLUTION


def bce_with_logits_grad(logits, targets):
    """Gradient of bce_with_logits with respect to the logits.

    Args:
        logits: array_like of any shape.
        targets: array_like in [0, 1], the same shape.

    Returns:
        Array of the logits' shape.

    Raises:
        ValueError: the shapes differ, a target lies outside [0, 1], or there are no elements.
    """
    ### BEGIN SOLUTION
    logits, targets = _paired(logits, targets)
    small = np.exp(-np.abs(logits))
    sigmoid = np.where(logits >= 0, 1.0, small) / (1 + small)
    return (sigmoid - targets) / logits.size
    ### END SOLUTION


# %% checks="binary"
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


# %% [markdown]
# ## Where it comes from: information
#
# Code messages from a source $p$ with a code made for $q$, and you pay $H(p, q)$ on average. The best you can do is
# $H(p)$; the rest is what the wrong code costs, the Kullback-Leibler divergence:
#
# $$H(p) = -\sum p\log p, \quad D_\text{KL}(p\,\|\,q) = \sum p\log\frac{p}{q}, \quad H(p,q) = -\sum p\log q = H(p) + D_\text{KL}(p\,\|\,q)$$
#
# In training $p$ is fixed, so minimising cross-entropy and minimising the divergence are one and the same. Use natural
# logarithms (nats). $0\cdot\log 0$ is 0, and where $q = 0 < p$ the answer is `inf`. `p` and `q` are 1-d distributions:
# a negative entry, or a sum off 1 by more than 1e-6, is a `ValueError`.


# %% part="information"
def entropy(p):
    """Entropy of a distribution in nats.

    Args:
        p: array_like of shape (K,), sums to 1.

    Returns:
        One number.

    Raises:
        ValueError: p is no distribution.
    """
    ### BEGIN SOLUTION
    p = _distribution(p, "p")
    return -np.sum(_x_log_y(p, p))


def _distribution(values, name):
    """A 1-d float array that is not negative and sums to 1."""
    values = _filled(values, name)
    if values.ndim != 1:
        raise ValueError(f"{name} must have one axis, got shape {values.shape}")
    if not np.all(values >= 0):
        raise ValueError(f"{name} must not be negative, got {values.min()}")
    if not abs(values.sum() - 1) <= 1e-6:
        raise ValueError(f"{name} must sum to 1, got {values.sum()}")
    return values


def _two_distributions(p, q):
    p, q = _distribution(p, "p"), _distribution(q, "q")
    if p.shape != q.shape:
        raise ValueError(f"p has shape {p.shape}, q has shape {q.shape}")
    return p, q
    ### END SOLUTION


def kl_divergence(p, q):
    """Kullback-Leibler divergence of q from p in nats; inf where q is 0 and p is not.

    Args:
        p: array_like of shape (K,), sums to 1.
        q: array_like of shape (K,), sums to 1.

    Returns:
        One number.

    Raises:
        ValueError: p or q is no distribution, or their shapes differ.
    """
    ### BEGIN SOLUTION
    p, q = _two_distributions(p, q)
    used = p > 0
    with np.errstate(divide="ignore"):
        return np.sum(p[used] * (np.log(p[used]) - np.log(q[used])))
    ### END SOLUTION


def cross_entropy_of(p, q):
    """Cross-entropy H(p, q) of two distributions in nats; inf where q is 0 and p is not.

    Args:
        p: array_like of shape (K,), sums to 1.
        q: array_like of shape (K,), sums to 1.

    Returns:
        One number.

    Raises:
        ValueError: p or q is no distribution, or their shapes differ.
    """
    ### BEGIN SOLUTION
    p, q = _two_distributions(p, q)
    return -np.sum(_x_log_y(p, q))
    ### END SOLUTION


# %% checks="information"
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


# %% [markdown]
# ## Class weights
#
# With 95 % of one class, always predicting it is 95 % accurate and useless. Weights give the rare class its say. From
# counts $n_c$, with $n = \sum_c n_c$:
#
# | strategy | $w_c$ | |
# |---|---|---|
# | `"inverse"` | $n / (C\,n_c)$ | balanced classes get weight 1 |
# | `"inverse_sqrt"` | $\sqrt{n / (C\,n_c)}$ | the same, tempered |
# | `"effective"` | $(1-\beta)/(1-\beta^{n_c})$ | effective number of samples, Cui et al. 2019; not normalised |
#
# Mind the last one in floating point: for β near 1 and for huge counts it should still have all its digits.


# %% part="class_weights"
def class_weights(counts, strategy="inverse", beta=0.999):
    """One weight per class from the number of its examples.

    Args:
        counts: array_like of shape (C,), positive.
        strategy: "inverse", "inverse_sqrt" or "effective".
        beta: in [0, 1), for "effective".

    Returns:
        Array of shape (C,).

    Raises:
        ValueError: a count is not positive, there are no classes, or the strategy is unknown.
    """
    ### BEGIN SOLUTION
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    inverse = counts.sum() / (counts.size * counts)
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return np.sqrt(inverse)
    if strategy != "effective":
        raise ValueError(f'strategy must be "inverse", "inverse_sqrt" or "effective", got {strategy!r}')
    if not 0 <= beta < 1:
        raise ValueError(f"beta must lie in [0, 1), got {beta}")
    if beta == 0:
        return np.ones_like(counts)
    return (beta - 1) / np.expm1(counts * np.log1p(beta - 1))
    ### END SOLUTION


# %% checks="class_weights"
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


# %% [markdown]
# ## The experiment: naive against stable
#
# Scale one set of logits up, step by step, and watch the two losses part company: the same model, only more confident.
# `stability_sweep` returns a dict with three sequences of equal length, `"scale"`, `"naive"` and `"stable"`: for each
# scale the loss of `scale * logits` by `cross_entropy_naive` and by `cross_entropy`. Keep nan and inf as they come, and
# let no warning out: here they are the result.


# %% part="stability"
def stability_sweep(logits, targets, scales):
    """Cross-entropy of scaled logits by the naive and by the stable formula.

    Args:
        logits: array_like of shape (N, C).
        targets: integers in [0, C), shape (N,).
        scales: sequence of S numbers.

    Returns:
        Dict of three sequences of length S: "scale", "naive", "stable".
    """
    ### BEGIN SOLUTION
    logits = np.asarray(logits, dtype=float)
    with np.errstate(all="ignore"):
        naive = [float(cross_entropy_naive(scale * logits, targets)) for scale in scales]
    stable = [float(cross_entropy(scale * logits, targets)) for scale in scales]
    return {"scale": [float(scale) for scale in scales], "naive": naive, "stable": stable}
    ### END SOLUTION


# %% checks="stability"
def test_the_sweep_agrees_on_small_scales():
    """both formulas agree while nothing overflows"""
    rows = stability_sweep(np.array([[1.0, 2.0], [0.5, 0.0]]), np.array([0, 0]), [1.0, 2.0])
    assert list(rows["naive"]) == pytest.approx(list(rows["stable"]))


def test_the_sweep_keeps_what_overflows():
    """at a large scale the naive loss is not finite and the stable one is"""
    rows = stability_sweep(np.array([[1.0, 2.0]]), np.array([0]), [1.0, 1000.0])
    assert not math.isfinite(rows["naive"][1]) and math.isfinite(rows["stable"][1])


# %% [markdown]
# **Look at it.** The logits grow by a factor, and two of three predictions are wrong. Both losses are the same until
# `exp` overflows or a probability becomes 0; there the naive line ends, and the stable one goes on, in proportion.


# %%
def curves_of_the_sweep():
    logits, targets = np.array([[2.0, 0.0, 0.0], [0.0, 3.0, 1.0], [1.0, 0.0, 0.5]]), np.array([0, 2, 1])
    scales = [10 ** (step / 20) for step in range(81)]
    losses = {
        "stability_sweep, stable": lambda scale: stability_sweep(logits, targets, [scale])["stable"][0],
        "stability_sweep, naive": lambda scale: stability_sweep(logits, targets, [scale])["naive"][0],
    }
    settings = {"title": "Where the textbook formula ends", "xlabel": "scale of the logits", "ylabel": "loss"}
    picture(({**settings, "xscale": "log", "yscale": "log"}, scales, losses))


if __name__ == "__main__":
    curves_of_the_sweep()

# %% [markdown]
# ## Quick checks
#
# 1. For a target of 1, what does binary cross-entropy tend to as the predicted probability goes to 0? Return it as a
#    float (`math` has a name for it, should you need one).
# 2. What are the inverse-frequency weights of two classes with 900 and 100 examples? Return both, in this order.


# %% part="quick_checks"
def quick_check_bce():
    """What BCE tends to for y = 1 as p goes to 0."""
    ### BEGIN SOLUTION
    return math.inf
    ### END SOLUTION


def quick_check_weights():
    """The inverse-frequency weights of classes of 900 and of 100 examples."""
    ### BEGIN SOLUTION
    return [1000 / (2 * 900), 1000 / (2 * 100)]
    ### END SOLUTION


# %% checks="quick_checks"
def test_quick_checks_are_numbers():
    """one number, and two weights"""
    assert float(quick_check_bce()) >= 0 and len(quick_check_weights()) == 2


# %% [markdown]
# ## Unusual and bad input
#
# Two things are left, and they are graded here and nowhere else.
#
# - **Unusual input is taken**: lists, integers, float32. The small unsigned integers are treacherous: in uint8, 3 - 5 is
#   254 and 200 + 100 is 44, and the exponential of one is computed in half precision. A float array made at the
#   beginning of a function ends all of that.
# - **Bad input is refused**: a target of -1 silently picks the last class, a target of 1.5 is no class at all, and a
#   `reduction="avg"` that is taken for "none" surfaces three files later. Go back to your functions and let them raise
#   `ValueError`, with a message that names the offending value.


# %% checks="validation"
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
