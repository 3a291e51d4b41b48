# %% [markdown]
# # 05 · The challenge: two tasks, one network
#
# One network, two questions about a penguin: which species is it (a class), and how heavy is it (a number)? Both answers
# come from the same hidden layer, and training needs *one* loss. So two losses have to be added up,
#
# $$L_\text{total} = L_\text{cls} + \lambda\, L_\text{reg},$$
#
# and λ decides whose errors count. You will build the network, three ways of choosing the weights, the training loop and
# the experiment that shows what λ does; at the end your network is measured on penguins that you never see. This is
# torch: its layers, losses and optimisers are yours to use.
#
# **Rules for all of it**
#
# - N examples have inputs `X` of shape (N, F), class labels of shape (N,), integers in [0, C), and values of shape (N,).
#   The network answers with logits (N, C) and values (N,). A value of shape (N, 1) beside a target of shape (N,)
#   broadcasts to an (N, N) table, and the "loss" of that table trains to the mean. Keep the shapes.
# - $L_\text{cls}$ is the mean cross-entropy of the logits (finite however large they are), $L_\text{reg}$ the mean
#   squared error of the values.
# - Leave the data as they are and print nothing. A function with a `seed` gives the same result for the same seed, and
#   leaves the caller's random numbers alone: `torch.get_rng_state()` is the same before and after. `torch.Generator` and
#   `torch.random.fork_rng` are made for this.
# - Create tensors on the device and with the dtype of your inputs or parameters; nothing is to be tied to the CPU.
# - Bad input to the loss is a `ValueError`. These errors are a part of their own (`validation`), asked for nowhere else.

# %%
import csv

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

SPECIES = ("Adelie", "Chinstrap", "Gentoo")
ISLANDS = ("Biscoe", "Dream", "Torgersen")
# Mean and standard deviation of the measurements in penguins.csv, in mm. They are constants, so that other penguins are
# put on the same scale as those the network was trained on.
SCALES = {"bill_length_mm": (44.03, 5.46), "bill_depth_mm": (17.16, 1.98), "flipper_length_mm": (201.40, 13.81)}


def load_penguins(path="penguins.csv", grams=False):
    """Read penguins into tensors.

    Args:
        path: the CSV file.
        grams: body mass in grams instead of kilograms.

    Returns:
        Dict of "X" (N, 7) float32: three standardised lengths, 1 for male, one column for each island;
        "labels" (N,) int64, numbers in SPECIES; "values" (N,) float32, body mass.
    """
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    lengths = [[(float(row[name]) - mean) / sd for name, (mean, sd) in SCALES.items()] for row in rows]
    flags = [[row["sex"] == "male", *(row["island"] == island for island in ISLANDS)] for row in rows]
    mass = np.array([float(row["body_mass_g"]) for row in rows])
    return {
        "X": torch.tensor(np.hstack([lengths, flags]), dtype=torch.float32),
        "labels": torch.tensor([SPECIES.index(row["species"]) for row in rows]),
        "values": torch.tensor(mass if grams else mass / 1000, dtype=torch.float32),
    }


def demonstrate(draw, needs=""):
    """Run a demonstration; one line, and no traceback, where what it needs is not written yet."""
    try:
        draw()
    except NotImplementedError:
        print(f"write {needs} first, then run this cell")


# %% [markdown]
# ## The data
#
# 224 penguins (DATA.md says where they are from). Species and body mass hang together, as both depend on the size of
# the bird, so one hidden layer may well serve both. The cells that draw run in a notebook, or with
# `python multi_task.py`; nothing in them is graded.

# %%
def draw_penguins():
    data = load_penguins()
    _, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    for number, name in enumerate(SPECIES):
        chosen = data["labels"] == number
        axes.scatter(data["X"][chosen, 2], data["values"][chosen], s=12, label=name)
    axes.set(xlabel="flipper length, standardised", ylabel="body mass in kg", title="Palmer penguins")
    axes.legend()
    plt.show()


if __name__ == "__main__":  # not where this file is imported, by the checks for instance
    demonstrate(draw_penguins)


# %% [markdown]
# ## The network: a shared trunk and two heads
#
# $$h = \text{trunk}(x), \qquad \text{logits} = \text{head}_\text{cls}(h), \qquad \text{value} = \text{head}_\text{reg}(h)$$
#
# The trunk is any non-linear network from F features to `hidden` numbers; one layer and an activation will do. Errors of
# *both* tasks flow back into it: that is what sharing means. Each head has weights of its own, which the other task never
# touches. Heads are linear: the logits go into cross-entropy as they are (a softmax before it would be one too many), and
# a value may be any number.
#
# | | shape |
# |---|---|
# | input | (N, in_features) |
# | logits | (N, n_classes) |
# | value | (N,), also for N = 1: a bare `squeeze()` would leave no axis at all |
#
# In eval mode each row is answered by itself, whatever else is in the batch. How you initialise, and what else you put
# into the trunk, is up to you.

# %%
class MultiTaskNet(nn.Module):
    """A shared trunk with one head for classification and one for regression.

    Args:
        in_features: columns of the input, F.
        n_classes: number of classes, C.
        hidden: width of the trunk.
    """

    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError()

    def forward(self, x):
        """Both answers for a batch.

        Args:
            x: tensor of shape (N, in_features).

        Returns:
            Tuple of logits (N, n_classes) and value (N,).
        """
        # YOUR CODE HERE
        raise NotImplementedError()


# %% [markdown]
# ## Why the plain sum goes wrong
#
# Write the mass in grams, as the file does, and look at the two losses of a network that has learnt nothing: cross-entropy
# starts near log 3, and the mean squared error near 18 million. With λ = 1, of the gradient that reaches the shared trunk
# nearly all is about mass.

# %%
def compare_raw_losses():
    torch.manual_seed(0)
    data = load_penguins(grams=True)
    with torch.no_grad():
        logits, value = MultiTaskNet(data["X"].shape[1], len(SPECIES))(data["X"])
    classification = F.cross_entropy(logits, data["labels"]).item()
    regression = F.mse_loss(value, data["values"]).item()
    print(
        f"cross-entropy {classification:.2f}, squared error {regression:,.0f} g²: {regression / classification:,.0f} to 1"
    )


if __name__ == "__main__":
    demonstrate(compare_raw_losses, "`MultiTaskNet`")


# %% [markdown]
# ## The loss, in three modes
#
# `MultiTaskLoss(mode, lam)` is one `nn.Module` for three parts of this exercise. Its `forward(logits, labels, reg_pred,
# reg_target)` returns a scalar. You may write the modes one after the other.
#
# ### `mode="fixed"` (part `loss_fixed`)
#
# $$L = L_\text{cls} + \lambda L_\text{reg}$$
#
# ### `mode="normalised"` (part `loss_normalised`)
#
# Divide each loss by its own typical magnitude $m$, and λ compares two pure numbers:
#
# $$L = \frac{L_\text{cls}}{m_\text{cls}} + \lambda \frac{L_\text{reg}}{m_\text{reg}}$$
#
# What the typical magnitude is, is your decision: the loss of the first call, a running average, or the current value.
# Whichever you take, a new `MultiTaskLoss` knows no other loss at its first call, so that call gives exactly $1 + \lambda$.
# The magnitude is a *constant* to autograd (`detach`): divide by something that is differentiated along, and the
# gradient of $L/L = 1$ is zero. And a loss may be exactly 0, at the first call or at a later one: neither the value nor
# a gradient may turn to NaN or infinity then.
#
# ### `mode="uncertainty"` (part `loss_uncertainty`)
#
# Kendall, Gal and Cipolla (2018, eq. 10) let the network say how noisy each task is. With $s = \log\sigma^2$, one $s$ for
# each task, learnt along with the weights:
#
# $$L = e^{-s_1} L_\text{cls} + \tfrac12 e^{-s_2} L_\text{reg} + \tfrac12 (s_1 + s_2)$$
#
# A noisy task gets a small weight; the last term keeps $s$ from running off to infinity, where every loss is free. Both
# $s$ are 0 at the start, so the first value is $L_\text{cls} + \frac12 L_\text{reg}$. They must be known to the module
# as parameters (`nn.Parameter`), or no optimiser will find them, and `.to(...)` will leave them behind. You may store
# $\log\sigma$ instead of $\log\sigma^2$: it is the same loss. `lam` has no say in this mode.
#
# **Bad input** (part `validation`): an unknown `mode`; `reg_pred` and `reg_target` of different shapes, (N,) beside (N, 1)
# too, with both shapes in the message; logits and labels that do not fit each other; no rows at all; a label that is not
# an integer in [0, C), with the label in the message. Mind that torch's cross-entropy silently skips labels of -100.

# %%
class MultiTaskLoss(nn.Module):
    """Cross-entropy and mean squared error as one loss.

    Args:
        mode: "fixed", "normalised" or "uncertainty".
        lam: weight of the regression loss in the first two modes.

    Raises:
        ValueError: the mode is unknown.
    """

    def __init__(self, mode="fixed", lam=1.0):
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError()

    def forward(self, logits, labels, reg_pred, reg_target):
        """The combined loss of a batch.

        Args:
            logits: tensor of shape (N, C).
            labels: integers in [0, C), shape (N,).
            reg_pred: tensor of shape (N,).
            reg_target: tensor of shape (N,).

        Returns:
            Scalar tensor.

        Raises:
            ValueError: shapes or labels do not fit, or there are no rows.
        """
        # YOUR CODE HERE
        raise NotImplementedError()


# %% [markdown]
# ## Training
#
# `data` is a dict with `"X"`, `"labels"` and `"values"`, as `load_penguins` gives it. Train `model` in place, in training
# mode, for `epochs` passes over the data. With so few penguins one step on all of them a pass is enough, though you may take
# mini-batches; Adam does well, though the choice is yours. In the uncertainty mode the loss learns, too: **the optimiser
# gets the parameters of the model and of the loss**.
#
# Return a dict of five lists with one number for each epoch:
#
# | key | |
# |---|---|
# | `"total"` | what was minimised |
# | `"classification"`, `"regression"` | $L_\text{cls}$ and $L_\text{reg}$ as they are, without weights |
# | `"weight_classification"`, `"weight_regression"` | the factor of each in the total |
#
# The factors are 1 and λ in the fixed mode, $1/m_\text{cls}$ and $\lambda/m_\text{reg}$ in the normalised one, $e^{-s_1}$
# and $\frac12 e^{-s_2}$ in the other, so that total = factor · loss + factor · loss (and $\frac12(s_1+s_2)$ where it
# applies). With mini-batches take the mean over the epoch. `loss_fn` will always be a `MultiTaskLoss` of yours,
# so let it remember what you need: its forward may, say, keep the factors of the last call in an attribute.
# `model` is any module that returns logits and value.

# %%
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0):
    """Train a model with two heads in place.

    Args:
        model: module from (N, F) to logits (N, C) and value (N,).
        loss_fn: a MultiTaskLoss; its parameters are trained as well.
        data: dict of "X" (N, F), "labels" (N,) and "values" (N,).
        lr: the optimiser's learning rate.
        epochs: passes over the data.
        seed: of whatever is random here; the caller's random numbers stay as they are.

    Returns:
        Dict of lists of `epochs` floats: "total", "classification", "regression", "weight_classification",
        "weight_regression".
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% [markdown]
# ## Three ways to weigh, side by side

# %%
def draw_three_modes():
    data = load_penguins()
    histories = {}
    for mode in ("fixed", "normalised", "uncertainty"):
        torch.manual_seed(0)
        model, loss = MultiTaskNet(data["X"].shape[1], len(SPECIES)), MultiTaskLoss(mode=mode)
        histories[mode] = train_multi_task(model, loss, data)
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
    for pane, name in zip(axes, ("classification", "regression"), strict=True):
        for mode, history in histories.items():
            pane.plot(history[name], label=mode)
        pane.set(title=name, xlabel="epoch", ylabel="loss, without its weight", yscale="log")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    plt.show()


if __name__ == "__main__":
    demonstrate(draw_three_modes, "all modes of `MultiTaskLoss` and `train_multi_task`")


# %% [markdown]
# ## Measuring
#
# A loss is for training; what you report is accuracy and, for the value, the root mean squared error in its own unit and
# the share of the variance explained:
#
# $$\text{RMSE} = \sqrt{\frac1N \sum_i (\hat v_i - v_i)^2}, \qquad
# R^2 = 1 - \frac{\sum_i (\hat v_i - v_i)^2}{\sum_i (v_i - \bar v)^2}$$
#
# with $\bar v$ the mean of the true values. Measure in eval mode and without gradients, and leave the model in the mode
# in which it came.

# %%
def evaluate_multi_task(model, data):
    """Accuracy of the classes; RMSE and R² of the values.

    Args:
        model: module from (N, F) to logits (N, C) and value (N,).
        data: dict of "X" (N, F), "labels" (N,) and "values" (N,).

    Returns:
        Dict of numbers: "accuracy", "rmse", "r2".
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% [markdown]
# ## The experiment: accuracy and RMSE against λ
#
# `lambda_sweep` trains once for each λ, in the fixed mode with that λ, on `data_train`, and measures on `data_val`. For
# each it makes a **new** model: a row says what this λ does, whichever others are in the list and wherever it stands. (Train
# one model on and on, and the last row has had all the training.) Seed the making of the model, too: its first weights
# are random. Width and number of epochs are up to you; the defaults will do.
#
# Return a list of dicts `{"lam": ..., "accuracy": ..., "rmse": ...}`, in the order of `lams`.
#
# `plot_lambda_tradeoff` draws such rows, whatever their order: accuracy and RMSE against λ, with points or lines, on one
# pair of axes with two scales (`twinx`) or on two. The λ axis is **logarithmic**, as λ acts by its factor and not by its
# difference. It has a label, so has each vertical axis, and a legend names "accuracy" and "RMSE". Return the figure.

# %%
def lambda_sweep(data_train, data_val, lams, seed=0):
    """What each λ leads to.

    Args:
        data_train, data_val: dicts of "X" (N, F), "labels" (N,) and "values" (N,), with the same classes.
        lams: positive numbers.
        seed: of the models' first weights and of the training; the caller's random numbers stay as they are.

    Returns:
        List of dicts, one for each λ in order: "lam", "accuracy" and "rmse" on data_val.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def plot_lambda_tradeoff(rows):
    """Accuracy and RMSE against λ on a logarithmic axis.

    Args:
        rows: list of dicts with "lam", "accuracy" and "rmse", in any order.

    Returns:
        matplotlib Figure.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% [markdown]
# Below, sixty penguins of the file are held back to measure on, and the network sees two of the seven columns only, bill and
# flipper length, so that the tasks have something to dispute. How wide is the range of λ in which both are fine? What
# happens at each end? Adam softens the fight: it divides each step by the size of the gradient, so a head with a tiny
# λ still learns. The trunk, where both gradients are added up, is what λ decides about.

# %%
def draw_lambda_tradeoff():
    data = load_penguins()
    data["X"] = data["X"][:, [0, 2]]
    train, val = ({name: data[name][part] for name in data} for part in (slice(60, None), slice(60)))
    plot_lambda_tradeoff(lambda_sweep(train, val, [1e-6, 1e-4, 1e-2, 1.0, 1e2, 1e4, 1e6]))
    plt.show()


if __name__ == "__main__":
    demonstrate(draw_lambda_tradeoff, "`lambda_sweep` and `plot_lambda_tradeoff`")

# %% [markdown]
# ## The score: penguins that you never see
#
# There is nothing more to write here. For each seed 0, 1 and 2 the grader calls
#
#     torch.manual_seed(seed)
#     model = MultiTaskNet(7, 3)
#     train_multi_task(model, MultiTaskLoss(mode="fixed", lam=1.0), penguins, seed=seed)
#
# with everything else at its default, gives the model 2000 other penguins in eval mode, and takes the mean of the
# accuracies and of the RMSEs over the seeds. None of these penguins, 224 to train on and 2000 to measure on, was ever caught:
# they are drawn from what the real ones of a species and a sex have in common, so there is nothing to look up. And they come
# in another dress, since what is measured is what the training has learnt: columns in another order, lengths turned about in
# space and stretched a little, species with other numbers, and masses scaled or flipped about 4.2 kg, with something added that depends on
# the lengths. The grader undoes all this in the answers. The fixed mode with masses in kilograms is fair to all: it needs none of
# the modes that are parts of their own, and on this scale neither loss drowns the other. Penguins of the same
# measurements differ by 270 g or so in mass, and nobody gets below that.
#
# Points come in steps: 1 for better answers than "always the most common species" and "always the mean mass"; 2 for an accuracy of at
# least 0.9 and an RMSE of at most 450 g; and 3 for the goals, 0.975 (1 point) and 385 g (2 points). A network of one hidden layer
# trained with Adam reaches them, whatever its random numbers: about 0.99 and 335 g. With another activation, steps of
# another size or mini-batches, 290 g can be had, for the class's leaderboard. Strong dropout (a half, say) in so narrow a
# trunk costs some 50 g.
#
# **Time and size.** A call of a function of yours, a whole training included, may take 6 seconds of processor time, importing the file 10, the
# checks of one part 40 together, and all checks 120; waiting for a busy machine does not count. There are 1 GiB of memory, 16 threads
# and 16 MiB for files, and a function returns at most 4 MiB.

# %% [markdown]
# ## Two questions
#
# Answer in five to ten sentences each (3 points each).
#
# 1. **How is λ chosen?** What would you do in practice, on which data, judged by which number? Why can λ not be learnt as
#    an ordinary parameter of $L_\text{cls} + \lambda L_\text{reg}$, and what keeps the uncertainty mode from the same fate?
# 2. **Losses on different scales.** The mass is given in grams instead of kilograms. By how much do the squared error
#    and its gradient change, what happens to training with λ = 1, and what can be done about it? Name at least two
#    remedies, and what each of them costs or assumes.
#
# YOUR ANSWER HERE
