# %% [markdown]
# # 04 · Focal loss on imbalanced data
#
# One digit in ten is an 8. A classifier that never says "8" is right nine times out of ten, and of no use. Here you write
# the losses that were made for such data, the training loop and the metrics that tell the difference, and then you
# compare them on real digits.
#
# You write in torch. Its own losses (`F.cross_entropy`, `F.binary_cross_entropy_with_logits`, …) may be used, except one
# that already is a focal loss. Where this is graded there is torch, NumPy and matplotlib, and no scikit-learn.
#
# **Rules for every function**
#
# - Class logits have shape (N, C), one row an example; class targets have shape (N,), dtype `torch.long`, in [0, C).
# - Tensors keep their dtype and their device: float64 in, float64 out, and nothing is created on a device of your own
#   choosing. What you create, create with `device=logits.device` and `dtype=logits.dtype`.
# - Leave the arguments as they are, keep nothing between calls, print nothing.
# - Bad input is a `ValueError`. These errors are worth points of their own (part `validation`, the last one, which lists
#   them and what else is unusual), and are asked for nowhere else.

# %%
import copy
import math

import torch
import torch.nn.functional as F
from torch import nn


# %% [markdown]
# ## Focal loss
#
# Let $p_t$ be the probability that the model gives to the *true* class. Cross-entropy is $-\log p_t$. It is small for an
# easy example, but never zero; and where one class has thousands of easy examples, their many small losses drown the few
# large ones. Focal loss (Lin et al. 2017) multiplies by a factor that vanishes as $p_t \to 1$:
#
# $$\ell = -\,\alpha_t\,(1 - p_t)^{\gamma}\,\log p_t$$
#
# | $p_t$ | factor for γ = 2 | what becomes of the loss |
# |---|---|---|
# | 0.9 (easy) | 0.01 | a hundredth is left |
# | 0.1 (hard) | 0.81 | nearly all of it |
#
# What is meant by each letter:
#
# - $p_t$ comes from the softmax of the logits as they are. Weights do not change it.
# - $\alpha_t$ multiplies the loss: `alpha=None` is 1; a number is the same factor for every example, whatever its class; a
#   list or tensor of C weights is looked up by the target, `alpha[targets]`. It is not raised to any power.
# - $\gamma \ge 0$. At γ = 0 the factor is 1, and focal loss *is* cross-entropy, in value and in gradient.
# - The factor depends on the logits, and **gradients flow through it** as through everything else.
# - `reduction`: `"none"` gives the N losses, `"sum"` their sum, `"mean"` their sum **divided by N**, with weights too.
#   (`F.cross_entropy` with weights divides by the sum of the weights. Focal loss does not.)
#
# **Floating point.** Value and gradient are to be finite, and right, for every γ ≥ 0 and every logit up to ±10⁴, in
# float32 as well. Two things go wrong if you write down the formula as it stands:
#
# 1. $\log p_t$ of a probability that has become 0 is −inf. Take it from `log_softmax`, and add no small constant.
# 2. For a sure and right example $1 - p_t$ becomes exactly 0. The slope of $x^{\gamma}$ there is infinite for
#    0 < γ < 1, and infinity times zero is NaN.
#
# The second has a remedy of the same kind as the first: $1 - p_t$ is the sum of the *other* classes' probabilities, so
# its logarithm is a log-sum-exp, and
#
# $$(1 - p_t)^{\gamma} = e^{\gamma \log(1 - p_t)}, \qquad \log(1 - p_t) = \log\sum_{c \ne t} e^{\log p_c}$$

# %%
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    """Focal loss of softmax probabilities.

    Args:
        logits: tensor of shape (N, C).
        targets: integers in [0, C), shape (N,).
        alpha: None, a number, or C weights (list or tensor).
        gamma: 0 or more; 0 is cross-entropy.
        reduction: "none", "mean" (divides by N) or "sum".

    Returns:
        Tensor of shape (N,) for "none", else without dimensions; dtype and device of the logits.

    Raises:
        ValueError: shapes, targets, alpha or reduction do not fit, or there are no elements.

    Source: Lin et al. 2017, Focal Loss for Dense Object Detection, equation 5.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% [markdown]
# A picture of your own function. The dashed line is γ = 0, cross-entropy. The larger γ, the flatter the right-hand side:
# examples that are classified well cease to matter. On the left, where the model is wrong, all curves stay large.

# %%
def draw_focal_loss():
    """Focal loss over p_t: the logits (log p, log(1 - p)) have the softmax (p, 1 - p)."""
    import matplotlib.pyplot as plt

    p = torch.linspace(0.01, 0.999, 300, dtype=torch.float64)
    logits, targets = torch.stack([p.log(), (1 - p).log()], dim=1), torch.zeros(300, dtype=torch.long)
    figure, axes = plt.subplots(figsize=(7, 4))
    for gamma in (0.0, 0.5, 1.0, 2.0, 5.0):
        losses = focal_loss(logits, targets, gamma=gamma, reduction="none")
        axes.plot(p.numpy(), losses.numpy(), "--" if gamma == 0 else "-", label=f"γ = {gamma:g}")
    axes.axvspan(0.6, 1, color="0.93")
    axes.text(0.8, 4.2, "well classified", ha="center", color="0.4")
    axes.set(xlabel="$p_t$, probability of the true class", ylabel="loss", title="Focal loss", ylim=(0, 4.7))
    axes.legend()
    return figure


if __name__ == "__main__":
    try:
        draw_focal_loss()
    except NotImplementedError:
        print("write `focal_loss` first, then run this cell")


# %% [markdown]
# ## The sigmoid form
#
# Detectors such as RetinaNet do not choose one class of C: they ask C separate questions with the answer yes or no. Every
# element then has its own logit $z$ and its own target $y \in \{0, 1\}$ (floats), and with $p = \sigma(z)$
#
# $$p_t = \begin{cases} p & y = 1 \\ 1 - p & y = 0 \end{cases} \qquad
# \alpha_t = \begin{cases} \alpha & y = 1 \\ 1 - \alpha & y = 0 \end{cases} \qquad
# \ell = -\,\alpha_t\,(1 - p_t)^{\gamma}\,\log p_t$$
#
# So here a number `alpha` is the weight of the *positives*, and the negatives have $1 - \alpha$: 0 is a legal value.
# `None` is no weighting at all. Logits and targets have the same shape, any shape; `"mean"` is over all elements. Value
# and gradient are finite and right under the same conditions as above: ±10⁴, every γ ≥ 0.
#
# It gets short with $\sigma(-z) = 1 - \sigma(z)$: flip the sign of the logit where $y = 0$, call it $s$, and both
# logarithms are log-sigmoids, $\log p_t = \log\sigma(s)$ and $\log(1 - p_t) = \log\sigma(-s)$.

# %%
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    """Focal loss of independent yes-or-no questions, as in RetinaNet.

    Args:
        logits: tensor of any shape.
        targets: tensor of the same shape, 0.0 or 1.0.
        alpha: weight of the positives in [0, 1], the negatives have 1 - alpha; None for no weights.
        gamma: 0 or more; 0 is (weighted) binary cross-entropy.
        reduction: "none", "mean" (over all elements) or "sum".

    Returns:
        Tensor of the logits' shape for "none", else without dimensions.

    Raises:
        ValueError: the shapes differ, the reduction is unknown, or there are no elements.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% [markdown]
# ## Losses as modules
#
# A loss that has settings is handy as an `nn.Module`: make it once, call it as `loss(logits, targets)`.
#
# **`FocalLoss(alpha, gamma, reduction)`** gives what `focal_loss` gives. Class weights are a tensor, and a tensor must
# follow the model to another device or dtype. `loss.to(…)` moves *parameters and buffers* and nothing else; the weights
# are not to be trained, so they are a buffer (`register_buffer`), as the `weight` of torch's own `CrossEntropyLoss` is.
# Being a buffer, they are also in `state_dict()`, and come back with `load_state_dict`.
#
# **`LabelSmoothingLoss(smoothing)`** is cross-entropy against a softened target. With $\varepsilon$ for `smoothing`, the
# true class gets $1 - \varepsilon$, and every *other* class gets an equal share of the rest; mean over rows:
#
# $$q_c = \begin{cases} 1 - \varepsilon & c = y \\ \varepsilon / (C - 1) & c \ne y \end{cases} \qquad
# \ell = -\sum_c q_c \log p_c$$
#
# For C = 4 and ε = 0.1 that is 0.9 and three times 0.0333. The chapter defines it so. The `label_smoothing` of torch's
# `cross_entropy` is a little different: it spreads ε over *all* C classes, the true one too, which then has
# $1 - \varepsilon + \varepsilon/C$. Both are in use; here the chapter's counts. C is known when the logits come.

# %%
class FocalLoss(nn.Module):
    """`focal_loss` with its settings.

    Args:
        alpha: None, a number, or C weights (list or tensor), which are kept as a buffer.
        gamma, reduction: as in `focal_loss`.

    Raises:
        ValueError: the reduction is unknown; and, when called, as `focal_loss`.
    """

    def __init__(self, alpha=None, gamma=2.0, reduction="mean"):
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError()

    def forward(self, logits, targets):
        """Logits (N, C) and targets (N,) to the loss."""
        # YOUR CODE HERE
        raise NotImplementedError()


class LabelSmoothingLoss(nn.Module):
    """Mean cross-entropy against 1 - smoothing on the target and smoothing / (C - 1) on each other class.

    Args:
        smoothing: from 0 (plain cross-entropy) to 1.

    Raises:
        ValueError: when called: shapes or targets do not fit, or there are no elements.
    """

    def __init__(self, smoothing=0.1):
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError()

    def forward(self, logits, targets):
        """Logits (N, C) and targets (N,) to one number."""
        # YOUR CODE HERE
        raise NotImplementedError()


# %% [markdown]
# ## Training
#
# A training loop that does not care which loss it minimises: `loss_fn(logits, targets)` gives one number, be it a
# function or a module. In each epoch it visits every row once, in a new random order:
#
# 1. put the model into training mode (it may come in another);
# 2. take a random order of the rows, and cut it into batches of `batch_size` rows; the last takes what is left over,
#    however few, and none is dropped;
# 3. for each batch: gradients to zero, loss, backward, one step of `torch.optim.Adam(model.parameters(), lr=lr)`. One
#    optimiser serves all epochs, with torch's defaults but for `lr`.
#
# The model is trained in place. What is returned is a list with one number an epoch: the mean of the losses that you met
# in its batches, each as it was *before* its step. (Weigh a smaller last batch by its rows or not; only the case of a
# single batch is graded, where both are the same.)
#
# **Randomness.** The same `seed` and the same starting weights give the same result, another seed gives other batches,
# and the caller's random numbers are not touched: `torch.get_rng_state()` is the same before and after, and what the
# caller drew before does not matter. A bare `torch.manual_seed(seed)` breaks that. There are two tools: a
# `torch.Generator` of your own for the order of the rows; and `torch.random.fork_rng()`, inside of which you may seed
# as you like, for what was there before comes back at its end. The second also covers a model that draws random
# numbers itself, as dropout does; such a model is among those you will be graded on.

# %%
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    """Train a model in place with Adam on shuffled batches.

    Args:
        model: nn.Module from (n, D) to what loss_fn takes.
        X: tensor of shape (N, D).
        y: tensor of shape (N,).
        loss_fn: takes (logits, targets) and gives a tensor without dimensions.
        lr, epochs, batch_size: as usual.
        seed: decides all randomness; the caller's random state is left alone.

    Returns:
        List of `epochs` floats: the mean loss over the batches of each epoch.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% [markdown]
# ## Metrics
#
# On imbalanced data accuracy says little: look at the minority class, class 1, by itself. The model gives logits of shape
# (N, 2); class 1 is *predicted* where its logit is the larger one. With true positives TP, false positives FP and false
# negatives FN, the definitions are scikit-learn's:
#
# | key | definition | in words |
# |---|---|---|
# | `"accuracy"` | share of right predictions | |
# | `"precision"` | TP / (TP + FP) | of those called positive, how many are? |
# | `"recall"` | TP / (TP + FN) | of the positives, how many were found? |
# | `"f1"` | 2 TP / (2 TP + FP + FN) | harmonic mean of the two |
# | `"average_precision"` | $\sum_k (R_k - R_{k-1})\,P_k$ | quality of the *ranking*, without any threshold |
#
# A fraction whose denominator is 0 is given as 0, without a warning: never NaN.
#
# For **average precision**, sort the examples by how strongly the model believes in class 1, that is by its softmax
# probability (or by $z_1 - z_0$, which orders them in the same way; $z_1$ alone does not). Go down the list: after each
# *distinct* score, $P_k$ and $R_k$ are precision and recall if all examples down to there were called positive, and
# $R_0 = 0$. Examples of equal score are taken in together, at one stroke: otherwise the result would depend on their
# order. Without any positive it is 0.
#
# Evaluation runs the model in **eval mode** and **without gradients**, and leaves it in the mode it was found in, training
# or not. All five numbers are returned in a dict.

# %%
def evaluate(model, X, y):
    """Metrics of the minority class, 1.

    Args:
        model: nn.Module from (N, D) to logits (N, 2).
        X: tensor of shape (N, D).
        y: tensor of shape (N,), 0 or 1.

    Returns:
        Dict of floats: accuracy, precision, recall, f1, average_precision; 0 where one is undefined.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% [markdown]
# ## The comparison
#
# Now all of it together. `compare` trains the same model three times, each time from the same starting weights and with a
# different loss, and evaluates each on the *test* rows:
#
# | key | loss |
# |---|---|
# | `"cross_entropy"` | cross-entropy |
# | `"weighted"` | cross-entropy with inverse-frequency weights $w_c = n / (2\,n_c)$, counted on the training labels |
# | `"focal"` | your focal loss with γ = 2 and weights 0.25 for class 0, 0.75 for class 1 |
#
# The model is one linear layer from D features to 2 logits, `nn.Linear(D, 2)`, whatever D is; `train` runs with
# `lr=0.01`, the given seed, and its defaults else. What comes back is a dict of these three keys, each with the dict that
# `evaluate` gives.
#
# The same seed gives the same result, and the caller's random state is untouched here as well. Mind that making a layer
# draws its starting weights from the global generator.

# %%
def compare(X_train, y_train, X_test, y_test, seed=0):
    """Train a linear classifier with three losses, and evaluate each.

    Args:
        X_train: floats of shape (N, D).
        y_train: tensor of shape (N,), 0 or 1, both of which occur.
        X_test: floats of shape (M, D).
        y_test: tensor of shape (M,).
        seed: decides starting weights and batches; the caller's random state is left alone.

    Returns:
        Dict "cross_entropy", "weighted", "focal" -> the dict of `evaluate` on the test rows.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% [markdown]
# The digits: 1797 images of 8 × 8 pixels, and the question "is it an 8?" (see `DATA.md`). A quarter of each class is kept
# for testing. Read the bars as an argument: which loss would you choose where a missed 8 is expensive, and which one
# where a false alarm is? And what does average precision say, which does not look at the threshold?

# %%
def load_digits(test_share=0.25, seed=0):
    """X_train, y_train, X_test, y_test: pixels in [0, 1], and 1 for an 8."""
    import numpy as np

    table = np.loadtxt("digits.csv", delimiter=",", skiprows=1)
    X, y = torch.tensor(table[:, :-1] / 16, dtype=torch.float32), torch.tensor(table[:, -1] == 8).long()
    order = torch.randperm(len(X), generator=torch.Generator().manual_seed(seed))
    of_class = [order[y[order] == c] for c in (0, 1)]
    cuts = [round(test_share * len(rows)) for rows in of_class]
    test = torch.cat([rows[:cut] for rows, cut in zip(of_class, cuts, strict=True)])
    rest = torch.cat([rows[cut:] for rows, cut in zip(of_class, cuts, strict=True)])
    return X[rest], y[rest], X[test], y[test]


def draw_comparison(results):
    """A group of bars for each loss."""
    import matplotlib.pyplot as plt

    metrics = ("precision", "recall", "f1", "average_precision", "accuracy")
    figure, axes = plt.subplots(figsize=(8, 4))
    for place, (name, row) in enumerate(results.items()):
        bars = axes.bar(
            [k + 0.27 * (place - 1) for k in range(len(metrics))], [row[m] for m in metrics], 0.25, label=name
        )
        axes.bar_label(bars, fmt="%.2f", fontsize=7)
    axes.set_xticks(range(len(metrics)), [metric.replace("_", " ") for metric in metrics])
    axes.plot([3.55, 4.45], [0.9, 0.9], color="black", linestyle=":", label="who never says 8")
    axes.set(ylim=(0, 1.25), title='Three losses on "is it an 8?"')
    axes.legend(loc="upper center", ncols=4, fontsize=8)
    return figure


if __name__ == "__main__":
    try:
        draw_comparison(compare(*load_digits()))
    except NotImplementedError:
        print("write `compare`, and what it uses, first; then run this cell")

# %% [markdown]
# ## Unusual and bad input
#
# Class weights may come as a list, of whole numbers too, or in another dtype than the logits; the loss keeps the dtype of the
# logits all the same. Nowhere else are you graded on that.
#
# And torch forgives much: it stretches shapes that do not fit, a target of −100 is silently ignored by `F.cross_entropy`, and
# the mean of nothing is NaN. Go back to `focal_loss`, `sigmoid_focal_loss`, `FocalLoss` and `LabelSmoothingLoss`, and let
# them raise `ValueError` before anything is computed:
#
# - class targets that are negative, C or more, or not whole numbers; the message names the target (a module is called
#   with them, so it is the call that raises);
# - logits and targets whose shapes do not fit; the message names both shapes. (N,) beside (N, 1) is such a case;
# - no elements at all;
# - as many class weights as there are *not* classes;
# - a `reduction` that is none of the three (a module may raise when it is made or when it is called).
