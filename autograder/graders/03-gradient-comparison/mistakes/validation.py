"""Known wrong answers of 03-gradient-comparison, part `validation`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake


@mistake(
    "slope_unknown_loss",
    says="logit_grad treats any unknown loss as mse; raise a ValueError.",
)
def logit_grad(z, y, loss, right=logit_grad):
    return right(z, y, loss if loss == "bce" else "mse")


@mistake(
    "train_unknown_loss",
    says="train treats any unknown loss as mse; raise a ValueError.",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0, right=train):
    return right(X, y, loss if loss == "bce" else "mse", lr, steps, w0, b0)


@mistake(
    "logit_grad_broadcasts",
    says="shapes that differ are silently broadcast; raise a ValueError, for example for (N,) and (N, 1).",
    seen="pytorch/pytorch#19699: (N, 1) beside (N,), another loss without a word (there the MSE)",
)
def logit_grad(z, y, loss):
    _require_loss(loss)
    z, y = np.asarray(z, dtype=float), np.asarray(y, dtype=float)
    _require_labels(y)
    p = _sigmoid(z)
    return p - y if loss == "bce" else 2 * (p - y) * p * (1 - p)


mistake(
    "train_takes_other_weights",
    says="w0 of the wrong length is noticed late or not at all; raise a ValueError before the first product.",
    function="train",
    change=(
        "if w.shape != X.shape[1:]:\n"
        '        raise ValueError(f"w0 has shape {w.shape}, and X has {X.shape[1]} features")',
        "w = np.resize(w, X.shape[1])",
    ),
)


@mistake(
    "labels_unchecked",
    says="the labels are not checked; raise a ValueError if there are none, or if one is neither 0 nor 1.",
)
def _require_labels(y):
    pass


@mistake(
    "train_takes_nothing",
    says="empty input is accepted, and the mean of nothing is NaN; raise a ValueError.",
    seen="pytorch/pytorch#141057: the mean of an empty tensor is nan",
)
def _require_labels(y):
    strange = y[(y != 0) & (y != 1)]
    if strange.size:
        raise ValueError(f"a label must be 0 or 1, got {strange.flat[0]:g}")
