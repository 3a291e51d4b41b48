# %% [markdown]
# # 03 · MSE against BCE on a binary classifier
#
# One classifier, one data set, one start, one learning rate, and two losses: mean squared error and binary
# cross-entropy. You will train the same logistic regression with both, plot what happens, and count steps. Then you will
# know how much the choice of a loss is worth, and one short formula tells you why.
#
# A training step goes round a loop of four stations. With N examples of D features:
#
# | station | formula | shape |
# |---|---|---|
# | forward: logits, probabilities of class 1 | $z = Xw + b, \quad p = \sigma(z) = 1/(1+e^{-z})$ | (N,), (N,) |
# | loss: how wrong is that, in one number | $L(p, y)$, a mean over examples | () |
# | gradient: which way is downhill | $\partial L/\partial w, \quad \partial L/\partial b$ | (D,), () |
# | update: a step that way | $w \leftarrow w - \eta\,\partial L/\partial w, \quad b \leftarrow b - \eta\,\partial L/\partial b$ | (D,), () |
#
# The loss stands between what you want and what the optimiser sees. You want a high *accuracy*, but accuracy is a
# staircase: move $w$ a little and no prediction changes sides, so its slope is 0 almost everywhere and says nothing about
# where to go. You descend on a loss, which has a slope, and report a metric, which has a meaning.
#
# **Rules for every function**
#
# - `z`, `y`, `X` and `w0` are array_likes: arrays or lists of floats or integers, signed or unsigned. Make float arrays
#   of them first. Labels are 0 or 1. `loss` is `"mse"` or `"bce"`.
# - Leave the arguments as they are, keep nothing between calls, print nothing.
# - Bad input is a `ValueError` that names what is wrong with it. What counts as bad is listed at the end.
#
# The points of a part are for arrays of floats. What your functions make of lists, numbers, integers and bad input is
# worth points of its own (part `validation`), and is asked for nowhere else.
#
# NumPy does the numbers and matplotlib the pictures. There is no torch where this is graded; at home, its autograd is a
# good judge of your gradients.
#
# Cells with a picture use *your* functions. Run them again once the functions are written.

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np


def picture(draw, *needed):
    """Draw when this file is run, not when it is imported; where something is not written yet, say what."""
    if __name__ != "__main__":
        return
    try:
        figure = draw()
    except NotImplementedError:
        plt.close("all")  # what was begun would be shown empty
        print(f"Write {', '.join(needed)} first, then run this cell again.")
        return
    if "get_ipython" in globals():
        from IPython.display import display

        display(figure)
        plt.close(figure)  # or the notebook would show it a second time
    else:
        plt.show()


# %% [markdown]
# ## One example: the slope over the logit
#
# Every parameter of a classifier acts through the logit $z$, so $\partial\ell/\partial z$ is the signal that all of them
# share. For one example with label $y$, go by the chain rule: first over $p$, then from $p$ to $z$.
#
# | | $\ell(p, y)$ | $\partial\ell/\partial p$ | $\cdot\;\partial p/\partial z = p(1-p)$ | $= \partial\ell/\partial z$ |
# |---|---|---|---|---|
# | MSE | $(p-y)^2$ | $2(p-y)$ | stays | $2(p-y)\,p(1-p)$ |
# | BCE | $-y\log p-(1-y)\log(1-p)$ | $\dfrac{p-y}{p(1-p)}$ | cancels | $p-y$ |
#
# Over the *probability*, the slope of MSE is never steeper than 2, while that of BCE has no bound: it is $-1/p$ for
# $y = 1$. The sigmoid then multiplies both by $p(1-p)$, which goes to 0 wherever the model is sure of itself, rightly or
# not: a saturated sigmoid. BCE's denominator was made for this factor. MSE has nothing to set against it.
#
# An example with $y=1$, and how hard each loss pulls:
#
# | $p$ | over $p$: MSE | over $p$: BCE | over $z$: MSE | over $z$: BCE |
# |---|---|---|---|---|
# | 0.5 | -1.00 | -2 | -0.250 | -0.500 |
# | 0.05 | -1.90 | -20 | -0.090 | -0.950 |
# | 0.001 | -2.00 | -1000 | -0.002 | -0.999 |
#
# The worse the mistake, the *less* MSE corrects it, and at $p = 0.001$ BCE pulls 500 times as hard. In general the ratio
# is $1/(2p(1-p))$, at least 2.
#
# Write the last column of the first table, elementwise and without any mean. `z` and `y` have the same shape, any shape
# and so has the result. It must be finite for every finite logit: at $z = \pm1000$ the right answer
# is 0 or ±1, not nan.

# %%
def logit_grad(z, y, loss):
    """Slope of the loss of each example over its logit.

    Args:
        z: logits, array_like of any shape.
        y: labels 0 or 1, array_like of the same shape.
        loss: "mse" for (p - y)², or "bce" for binary cross-entropy, with p = sigmoid(z).

    Returns:
        Array of z's shape, or one number for two numbers.

    Raises:
        ValueError: the loss is unknown, the shapes differ, a label is not 0 or 1, or there are no elements.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% [markdown]
# **Look at it.** The label is 1, so the model is badly wrong on the left and right on the right. There BCE's slope tends
# to -1 on the left: a mistake that is sure of itself is pulled with full force. MSE's slope turns back to 0; it is
# steepest at $p = 1/3$, with no more than $8/27 \approx 0.3$, and between a bad mistake and a perfect answer it sees no
# difference.

# %%
def slopes_over_the_logit():
    z = np.linspace(-10, 10, 201)
    figure, axes = plt.subplots(figsize=(7, 3.5), layout="constrained")
    for loss in ("mse", "bce"):
        axes.plot(z, logit_grad(z, np.ones_like(z), loss), label=loss)
    axes.set(xlabel="logit z", ylabel="slope of the loss over z", title="One example with label 1")
    axes.axvspan(-10, -4, alpha=0.1, color="grey", label="sure and wrong")
    axes.legend()
    return figure


picture(slopes_over_the_logit, "logit_grad")


# %% [markdown]
# **And in a deep network?** There backpropagation starts with $\partial\ell/\partial z$ of the output and multiplies its
# way back, layer by layer. It is linear in what it starts with: a start 1000 times smaller makes *every* gradient behind
# it 1000 times smaller. The next cell sends your slopes back through six layers of sigmoids with random weights, whose
# output is sure and wrong. Both curves fall alike from layer to layer, for each sigmoid on the way has its
# $p(1-p) \le 1/4$; that is not the doing of the loss. But the loss decides at which level the curve starts, and so what
# is left for the early layers.

# %%
def gradient_norms(loss, layers=6, width=32):
    """Norm of the gradient of each layer's weights, first layer first, for 64 examples that are surely wrong."""
    rng = np.random.default_rng(0)
    weights = [2 * rng.normal(size=(width, width)) / width**0.5 for _ in range(layers)]
    out = rng.normal(size=width) / width**0.5
    activations = [rng.normal(size=(64, width))]
    for weight in weights:
        activations.append(1 / (1 + np.exp(-activations[-1] @ weight)))
    z = activations[-1] @ out - 8  # labels are 1, so a logit about -8 is sure and wrong
    back = logit_grad(z, np.ones_like(z), loss)[:, None] / len(z) * out
    norms = []
    for weight, before, after in zip(weights[::-1], activations[-2::-1], activations[:0:-1], strict=True):
        back = back * after * (1 - after)
        norms.append(np.linalg.norm(before.T @ back))
        back = back @ weight.T
    return norms[::-1]


def gradient_flow():
    figure, axes = plt.subplots(figsize=(7, 3.5), layout="constrained")
    for loss in ("mse", "bce"):
        norms = gradient_norms(loss)
        axes.semilogy(range(1, len(norms) + 1), norms, marker="o", label=loss)
    axes.set(
        xlabel="layer (1 is next to the input)", ylabel="norm of its gradient", title="Gradients on their way back"
    )
    axes.legend()
    return figure


picture(gradient_flow, "logit_grad")


# %% [markdown]
# ## Training: full-batch gradient descent
#
# Now all N examples, and their mean:
#
# $$L_\text{mse} = \frac1N\sum_i (p_i - y_i)^2, \qquad
#   L_\text{bce} = \frac1N\sum_i \big[\max(z_i, 0) - z_i y_i + \log(1 + e^{-|z_i|})\big]$$
#
# The second is $-y\log p - (1-y)\log(1-p)$ written in logits. In floating point $\sigma(40)$ is exactly 1 and
# $\log(1-1)$ is -inf; the form in logits loses nothing at ±1000, and no epsilon is needed. That is what
# `BCEWithLogitsLoss` does in torch, and why it is preferred to a sigmoid followed by `BCELoss`.
#
# With $g_i = \partial\ell_i/\partial z_i$, which you have, the gradients of both losses read the same:
#
# $$\frac{\partial L}{\partial w} = \frac1N X^\top g \;\;\text{(D,)}, \qquad \frac{\partial L}{\partial b} = \frac1N\sum_i g_i$$
#
# There is nothing random here: all examples are in every step, and the start is given. So your run is compared with the
# reference's at every step. Mind what is recorded when: entry $k$ of each array belongs to the weights after $k$ steps.
# Entry 0 is the start, so there are `steps + 1` entries; `"w"` and `"b"` are those after the last step.
#
# | key | shape | |
# |---|---|---|
# | `"loss"` | (steps + 1,) | the mean loss |
# | `"accuracy"` | (steps + 1,) | share of examples that are classified rightly; class 1 where $p \ge 0.5$ |
# | `"grad_norm"` | (steps + 1,) | $\sqrt{\lVert\partial L/\partial w\rVert^2 + (\partial L/\partial b)^2}$, w and b together |
# | `"w"` | (D,) | the weights at the end |
# | `"b"` | one number | the bias at the end |
#
# `w0` is where the weights start, zeros if it is None, and `b0` where the bias starts. With zeros, every $p$ is 0.5, and
# every example is put into class 1. `steps=0` makes no step: one entry in each array. Do not shuffle, standardise or stop
# early.

# %%
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    """Logistic regression by full-batch gradient descent on the mean loss.

    Args:
        X: features, array_like of shape (N, D).
        y: labels 0 or 1, array_like of shape (N,).
        loss: "mse" or "bce".
        lr: learning rate.
        steps: number of updates, 0 or more.
        w0: array_like of shape (D,), where the weights start; None for zeros.
        b0: a number, where the bias starts.

    Returns:
        Dict of "loss", "accuracy", "grad_norm", arrays of shape (steps + 1,) of which the first entry is before any
        update, and "w" of shape (D,) and "b", a number, after the last.

    Raises:
        ValueError: the loss is unknown, shapes do not fit, a label is not 0 or 1, or there are no examples.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% [markdown]
# **The landscape.** Two features, two clouds of points, no bias: the loss is a height over the plane of the two weights,
# and training is a walk downhill. Both walks start in the corner where nearly every prediction is sure and wrong. The
# surface of BCE is convex: on the wrong side it is a steep ramp that does not level off, however far out you begin. The
# surface of MSE, behind a sigmoid, is not convex: out there it is a high plain, nearly level, and the walk hardly gets
# away. (MSE of a *linear* model is a bowl. It is the sigmoid that spoils it, not the square.)

# %%
def two_clouds():
    rng = np.random.default_rng(1)
    y = np.repeat([0, 1], 30)
    return rng.normal(size=(60, 2)) + 1.2 * (2 * y[:, None] - 1), y


def walk(X, y, loss, start, steps=40):
    """The weights (steps + 1, 2) and the losses (steps + 1,) on the way down, with the bias held at 0."""
    path, losses = [np.array(start)], []
    for _ in range(steps + 1):
        run = train(X, y, loss, steps=1, w0=path[-1])
        path.append(run["w"])
        losses.append(run["loss"][0])
    return np.array(path[:-1]), np.array(losses)


def landscapes():
    X, y = two_clouds()
    ticks = np.linspace(-6, 6, 25)
    first, second = np.meshgrid(ticks, ticks)
    figure, both = plt.subplots(1, 2, figsize=(10, 4.5), subplot_kw={"projection": "3d"}, layout="constrained")
    for axes, loss in zip(both, ("mse", "bce"), strict=True):
        grid = zip(first.ravel(), second.ravel(), strict=True)
        height = [train(X, y, loss, steps=0, w0=np.array(weights))["loss"][0] for weights in grid]
        axes.plot_surface(first, second, np.reshape(height, first.shape), cmap="viridis", alpha=0.6)
        path, losses = walk(X, y, loss, start=[-5.0, -3.5])
        axes.plot(*path.T, losses, color="red", marker=".", zorder=10)
        axes.set(xlabel="w[0]", ylabel="w[1]", zlabel="loss", title=f"{loss}: 40 steps from the same corner")
        axes.view_init(elev=35, azim=-20)
    return figure


picture(landscapes, "logit_grad", "train")


# %% [markdown]
# ## How fast?
#
# Two losses have two scales: an MSE of 0.1 and a BCE of 0.1 cannot be compared, so neither can the heights of their
# curves. A metric can. Count the steps until the accuracy *reaches* a threshold, that is, is equal to it or above: the
# first index in `history["accuracy"]`, an int. Index 0, the start, counts too. The accuracy need not rise steadily; it
# may fall again later. If it never gets there, the answer is None.

# %%
def steps_to_accuracy(history, threshold):
    """Number of steps after which the accuracy first reaches the threshold.

    Args:
        history: what `train` returns.
        threshold: a number in [0, 1].

    Returns:
        An int, the first index where accuracy >= threshold; None if there is none.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% [markdown]
# ## Training curves
#
# `plot_training_curves` takes a dict of name → history and returns a matplotlib `Figure` with (at least) two axes:
#
# - one axes for the losses, another for the accuracies; on each, one line for every history;
# - the points of a line are the history as it is: the step number on x, counted from 0, and the value on y, every step
#   of it. Histories may differ in length, and there may be any number of them;
# - each line has its name as its label, and a legend shows the names (one legend for both axes is enough);
# - both axes have a label on y; the step is labelled on x (once is enough where one axes stands above the other).
#
# Everything else is yours: order, colours, scales, titles. Losses of different size are easier to read on a logarithmic
# scale. Set labels with `set_xlabel` and `set_ylabel` of the axes. Return the figure and leave it to the caller to show
# it: no `plt.show()` in the function.

# %%
def plot_training_curves(histories):
    """Losses and accuracies of some runs, side by side.

    Args:
        histories: dict of name -> what `train` returns.

    Returns:
        A matplotlib Figure: one axes for loss, one for accuracy, on each a line labelled with its name for each history.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% [markdown]
# ## The experiment
#
# 569 biopsies, 30 measurements of cell nuclei each, standardised: is the tumour benign (1) or malignant (0)? We compare
# how fast the training data are learned, so there is no test set here. Two starts:
#
# - **from zeros**, where every $p$ is 0.5. There BCE's slope is twice as long as that of MSE, hardly more: with
#   $p(1-p) = 1/4$ no sigmoid is saturated;
# - **from a sure mistake**: weights that put nearly every biopsy on the wrong side, and far from the boundary.
#
# Before you run it: which of the four curves do you expect to be the last? Would a larger learning rate for MSE mend it?
# Try `lr=5.0`, and then start from `3 * wrong` with it. How much larger must the rate be for each start, and which rate
# does BCE need for the same?

# %%
def read_biopsies():
    """Standardised measurements (569, 30) and labels (569,): 1 for benign, 0 for malignant."""
    folder = Path(__file__).parent if "__file__" in globals() else Path()
    table = np.loadtxt(folder / "breast_cancer.csv", delimiter=",", skiprows=1)
    X, y = table[:, :-1], table[:, -1].astype(int)
    return (X - X.mean(axis=0)) / X.std(axis=0), y


def compare_losses():
    X, y = read_biopsies()
    wrong = np.ones(X.shape[1])  # large cells speak for a malignant tumour, and these weights say the contrary
    runs = {}
    for loss in ("mse", "bce"):
        runs[f"{loss} from zeros"] = train(X, y, loss, steps=200)
        runs[f"{loss} from a sure mistake"] = train(X, y, loss, steps=200, w0=wrong)
    for name, run in runs.items():
        reached = steps_to_accuracy(run, 0.95)
        after = f"{reached} steps" if reached is not None else "not reached"
        print(f"{name:24}  95 % accuracy: {after:12}  first gradient {run['grad_norm'][0]:.3f}")
    return plot_training_curves(runs)


picture(compare_losses, "logit_grad", "train", "steps_to_accuracy", "plot_training_curves")

# %% [markdown]
# **What it comes to**
#
# | | MSE behind a sigmoid | BCE |
# |---|---|---|
# | slope over $p$ | bounded, at most 2 | unbounded as the true class's $p$ goes to 0 |
# | slope over $z$, sure and wrong | goes to 0 | goes to ±1 |
# | slope over $z$, sure and right | goes to 0 | goes to 0, as it should |
# | surface over $w$ of a linear model | plains, not convex | convex |
# | as a likelihood | that of Gaussian noise, which labels do not have | that of a label drawn with probability $p$ |
# | at home in | regression | classification |

# %% [markdown]
# ## In your own words
#
# Graded by hand, 2 points each. A few sentences and a formula or two are enough; no code.
#
# 1. A label is 1, and the predicted probability $p$ goes to 0. Why does the gradient of cross-entropy grow beyond every
#    bound, and that of MSE does not? Give both over $p$, and say what is left of each over the logit.
# 2. Why is it the same to minimise the mean cross-entropy of a classifier and to maximise the likelihood of its training
#    labels? Start with the likelihood of N labels, and say what you assume of the examples.
# 3. You fit a regression. When would you train with the mean absolute error instead of the mean squared error, and what
#    do you give up for it?
#
# YOUR ANSWER HERE

# %% [markdown]
# ## Unusual and bad input
#
# So far, arrays of floats were enough. People who call your functions also have lists, single numbers and integers, and
# minus an unsigned 3 is 253: let your functions make float arrays of `z`, `y`, `X` and `w0` before they compute. Two
# numbers `z` and `y` give one number.
#
# A column of labels beside a row of logits becomes an N × N table without a word, and the loss even falls. Go back and
# let your functions raise `ValueError`, before they compute anything:
#
# | | bad | the message names |
# |---|---|---|
# | `logit_grad`, `train` | a `loss` that is neither `"mse"` nor `"bce"` | the loss |
# | `logit_grad` | `z` and `y` differ in shape: (N,) beside (N, 1), or a number beside an array | both shapes |
# | `train` | `X` is not (N, D) | its shape |
# | `train` | `y` is not (N,), with the N of `X` | both shapes |
# | `train` | `w0` is not (D,) | |
# | `logit_grad`, `train` | a label that is not 0 or 1, such as 2, -1 or 0.5 | the label |
# | `logit_grad`, `train` | no examples | |
