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


# %% part="focal_loss"
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
    ### BEGIN SOLUTION
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    column = targets[:, None]
    log_p = F.log_softmax(logits, dim=1)
    log_rest = log_p.scatter(1, column, -math.inf).logsumexp(dim=1)
    losses = -_alpha_at(alpha, logits, targets) * log_p.gather(1, column).squeeze(1)
    if gamma > 0:
        losses = torch.exp(gamma * log_rest) * losses
    return _reduced(losses, reduction)


def _alpha_at(alpha, logits, targets):
    """The weight of each example."""
    if alpha is None:
        return 1.0
    alpha = torch.as_tensor(alpha, dtype=logits.dtype, device=logits.device)
    if alpha.ndim == 0:
        return alpha
    if alpha.shape != logits.shape[1:]:
        raise ValueError(f"alpha has shape {tuple(alpha.shape)}, and there are {logits.shape[1]} classes")
    return alpha[targets]


def _reduced(losses, reduction):
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.mean()


def _require_reduction(reduction):
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f'reduction must be "none", "mean" or "sum", got {reduction!r}')


def _classes(logits, targets):
    """The targets as torch.long, after the checks that all losses of classes share."""
    if logits.ndim != 2 or targets.shape != logits.shape[:1]:
        shapes = f"{tuple(logits.shape)} and {tuple(targets.shape)}"
        raise ValueError(f"logits have shape (N, C) and targets (N,), got {shapes}")
    if logits.numel() == 0:
        raise ValueError(f"logits are empty (shape {tuple(logits.shape)})")
    wrong = (targets < 0) | (targets >= logits.shape[1]) | (targets != targets.long())
    if wrong.any():
        raise ValueError(f"target {targets[wrong][0].item()} is not an integer in [0, {logits.shape[1]})")
    return targets.long()
    ### END SOLUTION


# %% checks="focal_loss"
def test_focal_loss_of_equal_logits():
    """at p = 1/2 a quarter of log 2 is left"""
    loss = focal_loss(torch.zeros(3, 2), torch.tensor([0, 1, 1]))
    assert loss.item() == pytest.approx(0.25 * math.log(2))


def test_focal_loss_with_gamma_zero():
    """gamma 0 is cross-entropy"""
    logits, targets = torch.tensor([[1.0, 2.0, -1.0], [0.5, 0.0, 3.0]]), torch.tensor([0, 2])
    assert focal_loss(logits, targets, gamma=0.0).item() == pytest.approx(F.cross_entropy(logits, targets).item())


def test_focal_loss_with_weights():
    """the weight is looked up by the target, and the mean divides by N"""
    loss = focal_loss(torch.zeros(2, 2), torch.tensor([0, 1]), alpha=torch.tensor([1.0, 3.0]))
    assert loss.item() == pytest.approx((1 + 3) * 0.25 * math.log(2) / 2)


def test_focal_loss_of_a_sure_and_right_example():
    """gamma 1/2: a sure and right example has a finite gradient"""
    logits = torch.tensor([[1000.0, 0.0]], requires_grad=True)
    focal_loss(logits, torch.tensor([0]), gamma=0.5).backward()
    assert logits.grad.flatten().tolist() == pytest.approx([0.0, 0.0])


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


# %% part="sigmoid_focal_loss"
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
    ### BEGIN SOLUTION
    if logits.shape != targets.shape:
        raise ValueError(f"logits have shape {tuple(logits.shape)}, targets have shape {tuple(targets.shape)}")
    if logits.numel() == 0:
        raise ValueError(f"logits are empty (shape {tuple(logits.shape)})")
    _require_reduction(reduction)
    positive = targets == 1
    signed = torch.where(positive, logits, -logits)
    losses = -torch.exp(gamma * F.logsigmoid(-signed)) * F.logsigmoid(signed)
    if alpha is not None:
        losses = torch.where(positive, alpha * losses, (1 - alpha) * losses)
    return _reduced(losses, reduction)
    ### END SOLUTION


# %% checks="sigmoid_focal_loss"
def test_sigmoid_focal_loss_of_zero_logits():
    """a positive has weight alpha, a negative 1 - alpha"""
    losses = sigmoid_focal_loss(torch.zeros(2), torch.tensor([1.0, 0.0]), alpha=0.25, reduction="none")
    assert losses.tolist() == pytest.approx([0.25 * 0.25 * math.log(2), 0.75 * 0.25 * math.log(2)])


def test_sigmoid_focal_loss_without_weights():
    """without alpha and gamma it is binary cross-entropy"""
    logits, targets = torch.tensor([[1.0, -2.0], [0.5, 3.0]]), torch.tensor([[1.0, 1.0], [0.0, 0.0]])
    expected = F.binary_cross_entropy_with_logits(logits, targets).item()
    assert sigmoid_focal_loss(logits, targets, alpha=None, gamma=0.0).item() == pytest.approx(expected)


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


# %% part="modules"
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
        ### BEGIN SOLUTION
        _require_reduction(reduction)
        self.gamma, self.reduction = gamma, reduction
        # Times 1.0: a copy of the caller's tensor, floating-point even where the weights are whole numbers.
        self.register_buffer("alpha", None if alpha is None else torch.as_tensor(alpha) * 1.0)
        ### END SOLUTION

    def forward(self, logits, targets):
        """Logits (N, C) and targets (N,) to the loss."""
        ### BEGIN SOLUTION
        is_number = self.alpha is not None and self.alpha.ndim == 0
        alpha = self.alpha.item() if is_number else self.alpha
        return focal_loss(logits, targets, alpha, self.gamma, self.reduction)
        ### END SOLUTION


class LabelSmoothingLoss(nn.Module):
    """Mean cross-entropy against 1 - smoothing on the target and smoothing / (C - 1) on each other class.

    Args:
        smoothing: from 0 (plain cross-entropy) to 1.

    Raises:
        ValueError: when called: shapes or targets do not fit, or there are no elements.
    """

    def __init__(self, smoothing=0.1):
        super().__init__()
        ### BEGIN SOLUTION
        self.smoothing = smoothing
        ### END SOLUTION

    def forward(self, logits, targets):
        """Logits (N, C) and targets (N,) to one number."""
        ### BEGIN SOLUTION
        targets = _classes(logits, targets)
        log_p = F.log_softmax(logits, dim=1)
        at_target = log_p.gather(1, targets[:, None]).squeeze(1)
        share = self.smoothing / (logits.shape[1] - 1)
        return -((1 - self.smoothing - share) * at_target + share * log_p.sum(dim=1)).mean()
        ### END SOLUTION


# %% checks="modules"
def test_focal_loss_module_has_defaults():
    """alpha None, gamma 2 and the mean are the defaults"""
    loss = FocalLoss()(torch.zeros(3, 2), torch.tensor([0, 1, 1]))
    assert loss.item() == pytest.approx(0.25 * math.log(2))


def test_focal_loss_module_moves_its_weights():
    """class weights are a buffer, and move with the module"""
    loss = FocalLoss(alpha=[1.0, 3.0]).to(torch.float64)
    assert [weights.dtype for weights in loss.buffers()] == [torch.float64]


def test_label_smoothing_of_one_row():
    """0.9 on the target, and a half of 0.1 on each of two others"""
    loss = LabelSmoothingLoss(smoothing=0.1)(torch.tensor([[2.0, 1.0, 0.0]]), torch.tensor([0]))
    log_p = F.log_softmax(torch.tensor([2.0, 1.0, 0.0]), dim=0).tolist()
    assert loss.item() == pytest.approx(-(0.9 * log_p[0] + 0.05 * log_p[1] + 0.05 * log_p[2]))


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


# %% part="train"
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
    ### BEGIN SOLUTION
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    history = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for _ in range(epochs):
            total = 0.0
            for rows in torch.randperm(len(X)).split(batch_size):
                optimiser.zero_grad()
                loss = loss_fn(model(X[rows]), y[rows])
                loss.backward()
                optimiser.step()
                total += loss.item() * len(rows)
            history.append(total / len(X))
    return history
    ### END SOLUTION


# %% checks="train"
def _separable(rows=60):
    X = torch.linspace(-1, 1, rows)[:, None]
    return X, (X[:, 0] > 0.3).long()


def _zeroed_linear():
    model = nn.Linear(1, 2)
    with torch.no_grad():
        model.weight.zero_()
        model.bias.zero_()
    return model


def test_training_lowers_the_loss():
    """one loss an epoch, and the last is lower than the first"""
    X, y = _separable()
    history = train(_zeroed_linear(), X, y, F.cross_entropy, epochs=20)
    assert len(history) == 20 and history[0] == pytest.approx(math.log(2)) and history[-1] < history[0]


def test_training_leaves_the_random_state():
    """the caller's random numbers are not touched"""
    (X, y), model = _separable(), _zeroed_linear()
    before = torch.get_rng_state()
    train(model, X, y, F.cross_entropy, epochs=2, batch_size=16)
    assert torch.equal(before, torch.get_rng_state())


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


# %% part="evaluate"
def evaluate(model, X, y):
    """Metrics of the minority class, 1.

    Args:
        model: nn.Module from (N, D) to logits (N, 2).
        X: tensor of shape (N, D).
        y: tensor of shape (N,), 0 or 1.

    Returns:
        Dict of floats: accuracy, precision, recall, f1, average_precision; 0 where one is undefined.
    """
    ### BEGIN SOLUTION
    was_training = model.training
    model.eval()
    with torch.no_grad():
        logits = model(X)
    model.train(was_training)
    predicted, actual = logits[:, 1] > logits[:, 0], y == 1
    hits = (predicted & actual).sum().item()
    called, positives = predicted.sum().item(), actual.sum().item()
    return {
        "accuracy": (predicted == actual).sum().item() / len(y),
        "precision": _ratio(hits, called),
        "recall": _ratio(hits, positives),
        "f1": _ratio(2 * hits, called + positives),
        "average_precision": _average_precision(logits[:, 1] - logits[:, 0], actual),
    }


def _ratio(numerator, denominator):
    return numerator / denominator if denominator else 0.0


def _average_precision(scores, actual):
    """Sum over distinct scores, from the top, of precision times the recall that is gained."""
    if not actual.any():
        return 0.0
    scores, order = scores.sort(descending=True)
    hits = actual[order].double().cumsum(0)
    called = torch.arange(1, len(scores) + 1, device=scores.device)
    # The last of equal scores stands for all of them.
    last = torch.ones_like(actual)
    last[:-1] = scores[1:] != scores[:-1]
    hits, called = hits[last], called[last]
    gained = torch.diff(hits, prepend=hits.new_zeros(1)) / hits[-1]
    return (gained * hits / called).sum().item()
    ### END SOLUTION


# %% checks="evaluate"
def test_metrics_of_four_examples():
    """one positive found, one missed, one false alarm"""
    logits = torch.tensor([[0.0, 3.0], [0.0, 2.0], [0.0, -1.0], [0.0, -2.0]])
    found = evaluate(nn.Identity(), logits, torch.tensor([1, 0, 1, 0]))
    wanted = {"accuracy": 1 / 2, "precision": 1 / 2, "recall": 1 / 2, "f1": 1 / 2, "average_precision": 5 / 6}
    assert found == pytest.approx(wanted)


def test_metrics_of_equal_scores():
    """equal scores are taken in together: the order of the rows does not matter"""
    logits = torch.tensor([[0.0, 1.0], [0.0, 1.0], [0.0, -1.0]])
    for y in ([1, 0, 0], [0, 1, 0]):
        assert evaluate(nn.Identity(), logits, torch.tensor(y))["average_precision"] == pytest.approx(1 / 2)


def test_evaluation_restores_the_mode():
    """the model is left in the mode it was in"""
    model = nn.Identity()
    for mode in (True, False):
        model.train(mode)
        evaluate(model, torch.tensor([[0.0, 1.0]]), torch.tensor([1]))
        assert model.training is mode


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


# %% part="compare"
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
    ### BEGIN SOLUTION
    weight = (len(y_train) / (2 * torch.bincount(y_train, minlength=2))).to(X_train.dtype)
    losses = {
        "cross_entropy": F.cross_entropy,
        "weighted": nn.CrossEntropyLoss(weight=weight),
        "focal": FocalLoss(alpha=[0.25, 0.75]).to(X_train.device),
    }
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        start = nn.Linear(X_train.shape[1], 2).to(X_train)
    results = {}
    for name, loss_fn in losses.items():
        model = copy.deepcopy(start)
        train(model, X_train, y_train, loss_fn, lr=0.01, seed=seed)
        results[name] = evaluate(model, X_test, y_test)
    return results
    ### END SOLUTION


# %% checks="compare"
def _imbalanced(rows=200):
    X = torch.cat([torch.linspace(-2, 1, rows - rows // 10), torch.linspace(0, 2, rows // 10)])[:, None]
    return X, (torch.arange(rows) >= rows - rows // 10).long()


def test_comparison_has_three_rows():
    """three losses, five metrics each, all from 0 to 1"""
    X, y = _imbalanced()
    rows = compare(X, y, X, y)
    assert set(rows) == {"cross_entropy", "weighted", "focal"}
    for row in rows.values():
        assert set(row) == {"accuracy", "precision", "recall", "f1", "average_precision"}
        assert all(0 <= value <= 1 for value in row.values())


def test_weights_find_more_positives():
    """weights raise recall where the classes overlap"""
    X, y = _imbalanced()
    rows = compare(X, y, X, y)
    assert rows["weighted"]["recall"] > rows["cross_entropy"]["recall"]


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


# %% checks="validation"
def test_a_target_that_is_no_class():
    """a target of -100 is a ValueError that names it"""
    with pytest.raises(ValueError, match="-100"):
        focal_loss(torch.zeros(2, 3), torch.tensor([0, -100]))


def test_a_row_beside_a_column():
    """(N,) beside (N, 1) is a ValueError"""
    with pytest.raises(ValueError):
        sigmoid_focal_loss(torch.zeros(3), torch.zeros(3, 1))


def test_an_unknown_reduction():
    """an unknown reduction is a ValueError"""
    with pytest.raises(ValueError):
        focal_loss(torch.zeros(2, 3), torch.tensor([0, 1]), reduction="avg")
