"""Known wrong answers of 03-gradient-comparison, part `train`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake


@mistake(
    "norm_without_b",
    says="your grad_norm leaves out the bias; take it over w and b together.",
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
    says="your arrays have `steps` entries and lack the one after the last step; they need steps + 1.",
    seen="activetigger/activetigger#391: the last epoch is missing from the loss plot",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0, right=train):
    run = right(X, y, loss, lr, steps, w0, b0)
    return {key: value[:-1] if key in ("loss", "accuracy", "grad_norm") else value for key, value in run.items()}


@mistake(
    "history_without_start",
    says="this records only after each step; entry 0 should be the start, before any update.",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0, right=train):
    run = right(X, y, loss, lr, steps, w0, b0)
    return {key: value[1:] if key in ("loss", "accuracy", "grad_norm") else value for key, value in run.items()}


@mistake(
    "accuracy_above",
    says="this puts p = 0.5 into class 0; predict class 1 if p >= 0.5.",
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
    says="this takes one more step after the last entry; return w and b after `steps` updates.",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0, right=train):
    run, longer = right(X, y, loss, lr, steps, w0, b0), right(X, y, loss, lr, steps + 1, w0, b0)
    return {**run, "w": longer["w"], "b": longer["b"]}


@mistake(
    "train_ignores_b0",
    says="this always starts the bias at 0; start it at b0.",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0, right=train):
    return right(X, y, loss, lr, steps, w0)


@mistake(
    "train_half_mse",
    says="this reports half of the mean squared error; the loss is the plain mean of (p - y)².",
    seen="kuleshov-group/aml-book#17: the MSE with 1/(2n)",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0, right=train):
    run = right(X, y, loss, lr, steps, w0, b0)
    return {**run, "loss": run["loss"] / 2} if loss == "mse" else run
