"""Known wrong answers of 03-gradient-comparison, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake

# --- logit_grad


@mistake(
    "mse_slope_no_2",
    part="logit_grad",
    also=("train",),
    says="this lost the factor 2 of the square under mse; the loss has no ½ that would cancel it.",
    seen="davisking/dlib#1169: loss (x - y)², gradient without the 2",
)
def logit_grad(z, y, loss, right=logit_grad):
    slope = right(z, y, loss)
    return slope / 2 if loss == "mse" else slope


@mistake(
    "mse_slope_over_p",
    part="logit_grad",
    also=("train",),
    says="this is the slope of mse over p; over z the sigmoid's slope p(1 - p) comes in as well.",
    seen="hunkim/DeepLearningZeroToAll#113: takes sigma_prime out of the gradient of an L2 loss",
)
def logit_grad(z, y, loss, right=logit_grad):
    right(z, y, loss)
    p = _sigmoid(np.asarray(z, dtype=float))
    return (2 if loss == "mse" else 1) * (p - np.asarray(y, dtype=float))


@mistake(
    "bce_slope_over_p",
    part="logit_grad",
    also=("train",),
    says="this is the slope of bce over p; over z the factor p(1 - p) cancels its denominator, and p - y is left.",
    seen="not found in the wild: made for this catalogue",
)
def logit_grad(z, y, loss, right=logit_grad):
    if loss != "bce":
        return right(z, y, loss)
    right(z, y, loss)
    p = _sigmoid(np.asarray(z, dtype=float))
    with np.errstate(all="ignore"):
        return (p - np.asarray(y, dtype=float)) / (p * (1 - p))


@mistake(
    "slope_sign",
    part="logit_grad",
    also=("train",),
    says="this has the wrong sign: the slope has the sign of p - y, and the update subtracts it.",
    seen="kszymani/Heras plain/losses.py: mse_deriv has y - p",
)
def logit_grad(z, y, loss, right=logit_grad):
    return -right(z, y, loss)


@mistake(
    "slope_mean",
    part="logit_grad",
    also=("train",),
    says="this divides by the number of examples; the slope of each example by itself is asked for.",
    seen="not found in the wild: made for this catalogue",
)
def logit_grad(z, y, loss, right=logit_grad):
    return right(z, y, loss) / np.size(z)


@mistake(
    "slope_overflows",
    part="logit_grad",
    also=("train",),
    says="your sigmoid is e^z / (1 + e^z), which is inf / inf for large z; choose the form by the sign of z.",
    seen="clab/dynet#1525: nan from a sigmoid whose exp overflows",
)
def logit_grad(z, y, loss, right=logit_grad):
    right(z, y, loss)
    z, y = np.asarray(z, dtype=float), np.asarray(y, dtype=float)
    with np.errstate(all="ignore"):
        p = np.exp(z) / (1 + np.exp(z))
    return p - y if loss == "bce" else 2 * (p - y) * p * (1 - p)


# --- train


@mistake(
    "norm_without_b",
    part="train",
    says="your grad_norm leaves out the bias; it goes over w and b together.",
    seen="not found in the wild: made for this catalogue",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0, right=train):
    run = right(X, y, loss, lr, steps, w0, b0)
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    w, b = np.zeros(X.shape[1]) if w0 is None else np.array(w0, dtype=float), float(b0)
    norms = []
    for _ in range(steps + 1):
        slope = logit_grad(X @ w + b, y, loss) / len(y)
        norms.append(np.linalg.norm(X.T @ slope))
        w, b = w - lr * (X.T @ slope), b - lr * slope.sum()
    return {**run, "grad_norm": np.array(norms)}


@mistake(
    "history_one_short",
    part="train",
    says="your arrays have `steps` entries and lack the one after the last step; there are steps + 1.",
    seen="activetigger/activetigger#391: the last epoch is missing from the loss plot",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0, right=train):
    run = right(X, y, loss, lr, steps, w0, b0)
    return {key: value[:-1] if key in ("loss", "accuracy", "grad_norm") else value for key, value in run.items()}


@mistake(
    "history_without_start",
    part="train",
    says="this records only after each step; entry 0 is the start, before any update.",
    seen="not found in the wild: made for this catalogue",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0, right=train):
    run = right(X, y, loss, lr, steps, w0, b0)
    return {key: value[1:] if key in ("loss", "accuracy", "grad_norm") else value for key, value in run.items()}


@mistake(
    "accuracy_above",
    part="train",
    says="this puts p = 0.5 into class 0; class 1 is where p >= 0.5, the even guess included.",
    seen="AmirHosein-Gharaati/ai-back logisticRegression/LogisticRegression.py: 1 if i > 0.5 else 0",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0, right=train):
    run = right(X, y, loss, lr, steps, w0, b0)
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    w, b = np.zeros(X.shape[1]) if w0 is None else np.array(w0, dtype=float), float(b0)
    shares = []
    for _ in range(steps + 1):
        z = X @ w + b
        shares.append(np.mean((_sigmoid(z) > 0.5) == (y == 1)))
        slope = logit_grad(z, y, loss) / len(y)
        w, b = w - lr * (X.T @ slope), b - lr * slope.sum()
    return {**run, "accuracy": np.array(shares)}


@mistake(
    "train_one_step_more",
    part="train",
    says="this takes a step after the last entry too; w and b are those after `steps` updates.",
    seen="not found in the wild: made for this catalogue",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0, right=train):
    run, longer = right(X, y, loss, lr, steps, w0, b0), right(X, y, loss, lr, steps + 1, w0, b0)
    return {**run, "w": longer["w"], "b": longer["b"]}


@mistake(
    "train_ignores_b0",
    part="train",
    says="this starts the bias at 0 whatever b0 says.",
    seen="not found in the wild: made for this catalogue",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0, right=train):
    return right(X, y, loss, lr, steps, w0)


@mistake(
    "train_half_mse",
    part="train",
    says="this reports half of the mean squared error; the loss is the plain mean of (p - y)².",
    seen="kuleshov-group/aml-book#17: the MSE with 1/(2n)",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0, right=train):
    run = right(X, y, loss, lr, steps, w0, b0)
    return {**run, "loss": run["loss"] / 2} if loss == "mse" else run


# --- speed


@mistake(
    "speed_above",
    part="speed",
    says="to be equal to the threshold is to reach it: compare with >=.",
    seen="not found in the wild: made for this catalogue",
)
def steps_to_accuracy(history, threshold):
    reached = np.flatnonzero(np.asarray(history["accuracy"]) > threshold)
    return int(reached[0]) if reached.size else None


@mistake(
    "speed_argmax",
    part="speed",
    says="argmax of a row of False is 0, so this answers 0 where the threshold is never reached; return None there.",
    seen="PointOneNav/fusion-engine-client#144: np.argmax of a boolean array replaced by find_first",
)
def steps_to_accuracy(history, threshold):
    return int(np.argmax(np.asarray(history["accuracy"]) >= threshold))


@mistake(
    "speed_last",
    part="speed",
    says="this gives the last index that reaches the threshold; the first is asked for.",
    seen="not found in the wild: made for this catalogue",
)
def steps_to_accuracy(history, threshold):
    reached = np.flatnonzero(np.asarray(history["accuracy"]) >= threshold)
    return int(reached[-1]) if reached.size else None


@mistake(
    "speed_searchsorted",
    part="speed",
    says="searchsorted needs a sorted row, and the accuracy goes up and down.",
    seen="docs: numpy.searchsorted: assumes that the array is sorted",
)
def steps_to_accuracy(history, threshold):
    index = int(np.searchsorted(history["accuracy"], threshold))
    return index if index < len(history["accuracy"]) else None


@mistake(
    "speed_from_one",
    part="speed",
    says="this counts from 1; index 0 is the start, before any step.",
    seen="not found in the wild: made for this catalogue",
)
def steps_to_accuracy(history, threshold):
    reached = np.flatnonzero(np.asarray(history["accuracy"]) >= threshold)
    return int(reached[0]) + 1 if reached.size else None


# --- plot


@mistake(
    "plot_no_legend",
    part="plot",
    says="there is no legend, so nobody can tell which line is which; call legend() once the lines are there.",
    seen="roboflow/rf-detr#1335: legends missing in plots of training metrics",
)
def plot_training_curves(histories, right=plot_training_curves):
    figure = right(histories)
    for axes in figure.axes:
        axes.get_legend().remove()
    return figure


@mistake(
    "plot_no_axis_labels",
    part="plot",
    says="the axes have no labels; set_xlabel and set_ylabel say what is drawn.",
    seen="dnouri/nolearn#122: plot_loss gets its axis labels",
)
def plot_training_curves(histories, right=plot_training_curves):
    figure = right(histories)
    for axes in figure.axes:
        axes.set(xlabel="", ylabel="")
    return figure


# --- validation


@mistake(
    "slope_unknown_loss",
    part="validation",
    says="logit_grad takes every unknown loss for mse; what is neither is a ValueError.",
    seen="not found in the wild: made for this catalogue",
)
def logit_grad(z, y, loss, right=logit_grad):
    return right(z, y, loss if loss == "bce" else "mse")


@mistake(
    "train_unknown_loss",
    part="validation",
    says="train takes every unknown loss for mse; what is neither is a ValueError.",
    seen="not found in the wild: made for this catalogue",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0, right=train):
    return right(X, y, loss if loss == "bce" else "mse", lr, steps, w0, b0)


@mistake(
    "plot_loss_twice",
    part="plot",
    says="both axes show the loss; one of them is for the accuracy.",
    seen="not found in the wild: made for this catalogue",
)
def plot_training_curves(histories):
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for axes, key in ((left, "loss"), (right, "accuracy")):
        for name, history in histories.items():
            axes.plot(range(len(history[key])), history["loss"], label=name)
        axes.set_xlabel("step")
        axes.set_ylabel(key)
        axes.legend()
    left.set_yscale("log")
    return figure


@mistake(
    "plot_log_of_the_loss",
    part="plot",
    says='this draws logarithms of the losses; draw the losses, and set_yscale("log") will show them so.',
    seen="not found in the wild: made for this catalogue",
)
def plot_training_curves(histories):
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for name, history in histories.items():
        left.plot(range(len(history["loss"])), np.log(history["loss"]), label=name)
        right.plot(range(len(history["accuracy"])), history["accuracy"], label=name)
    left.set(xlabel="step", ylabel="log loss")
    right.set(xlabel="step", ylabel="accuracy")
    left.legend()
    right.legend()
    return figure


@mistake(
    "plot_cut_to_the_shortest",
    part="plot",
    says="all lines end where the shortest history ends; each has a length of its own.",
    seen="not found in the wild: made for this catalogue",
)
def plot_training_curves(histories):
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for axes, key in ((left, "loss"), (right, "accuracy")):
        for name, history in histories.items():
            short = min(len(other[key]) for other in histories.values())
            axes.plot(range(short), history[key][:short], label=name)
        axes.set_xlabel("step")
        axes.set_ylabel(key)
        axes.legend()
    left.set_yscale("log")
    return figure


@mistake(
    "plot_into_one_figure",
    part="plot",
    says="every call draws into the same figure, so the lines of earlier calls are still there; make a new figure each time.",
    seen="Novacer/alpharithmic-trading#12: each call's plot is appended to the old figure",
    replayable=False,
)
def plot_training_curves(histories):
    figure = plt.figure(1)
    left, right = figure.axes or (figure.add_subplot(1, 2, 1), figure.add_subplot(1, 2, 2))
    for axes, key in ((left, "loss"), (right, "accuracy")):
        for name, history in histories.items():
            axes.plot(range(len(history[key])), history[key], label=name)
        axes.set_xlabel("step")
        axes.set_ylabel(key)
        axes.legend()
    left.set_yscale("log")
    return figure


@mistake(
    "logit_grad_broadcasts",
    part="validation",
    says="shapes that differ are broadcast without a word; (N,) beside (N, 1) is a ValueError.",
    seen="pytorch/pytorch#19699: (N, 1) beside (N,), another loss without a word (there the MSE)",
)
def logit_grad(z, y, loss):
    _require_loss(loss)
    z, y = np.asarray(z, dtype=float), np.asarray(y, dtype=float)
    _require_labels(y)
    p = _sigmoid(z)
    return p - y if loss == "bce" else 2 * (p - y) * p * (1 - p)


@mistake(
    "train_takes_other_weights",
    part="validation",
    says="starting weights of the wrong length are not noticed before the product fails, or not at all; they are a ValueError.",
    seen="not found in the wild: made for this catalogue",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    _require_loss(loss)
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    if X.ndim != 2 or y.shape != X.shape[:1]:
        raise ValueError(f"X of shape (N, D) and y of shape (N,), got {X.shape} and {y.shape}")
    _require_labels(y)
    w, b = np.zeros(X.shape[1]) if w0 is None else np.array(w0, dtype=float), float(b0)
    w = np.resize(w, X.shape[1])
    rows = []
    for step in range(steps + 1):
        z = X @ w + b
        slope = logit_grad(z, y, loss) / len(y)
        along_w, along_b = X.T @ slope, slope.sum()
        accuracy = np.mean((_sigmoid(z) >= 0.5) == (y == 1))
        rows.append((_mean_loss(z, y, loss), accuracy, np.hypot(np.linalg.norm(along_w), along_b)))
        if step < steps:
            w, b = w - lr * along_w, b - lr * along_b
    losses, accuracies, norms = np.array(rows).T
    return {"loss": losses, "accuracy": accuracies, "grad_norm": norms, "w": w, "b": float(b)}


@mistake(
    "labels_unchecked",
    part="validation",
    says="nothing is checked about the labels: no example at all, or a label of 2, is a ValueError.",
    seen="not found in the wild: made for this catalogue",
)
def _require_labels(y):
    pass


@mistake(
    "train_takes_nothing",
    part="validation",
    says="no example at all is taken, and the mean of nothing is NaN; it is a ValueError.",
    seen="pytorch/pytorch#141057: the mean of an empty tensor is nan",
)
def _require_labels(y):
    strange = y[(y != 0) & (y != 1)]
    if strange.size:
        raise ValueError(f"a label must be 0 or 1, got {strange.flat[0]:g}")
