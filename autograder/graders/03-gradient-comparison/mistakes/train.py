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
    breaks=("training",),
    seen="activetigger/activetigger#391: the last epoch is missing from the loss plot",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0, right=train):
    run = right(X, y, loss, lr, steps, w0, b0)
    return {key: value[:-1] if key in ("loss", "accuracy", "grad_norm") else value for key, value in run.items()}


@mistake(
    "history_without_start",
    says="this records only after each step; entry 0 should be the start, before any update.",
    breaks=("training",),
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
    breaks=("training",),
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0, right=train):
    run, longer = right(X, y, loss, lr, steps, w0, b0), right(X, y, loss, lr, steps + 1, w0, b0)
    return {**run, "w": longer["w"], "b": longer["b"]}


@mistake(
    "train_ignores_b0",
    says="this always starts the bias at 0; start it at b0.",
    breaks=("training",),
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


@mistake(
    "train_sum_of_slopes",
    says="this steps along the sum of the slopes; the loss is a mean, so divide the gradient by N.",
    replayable=False,  # its steps are so long that rounding decides where a long training ends
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0, right=train):
    count = len(np.asarray(y))
    run = right(X, y, loss, lr * count, steps, w0, b0)
    return {**run, "grad_norm": run["grad_norm"] * count}


@mistake(
    "train_ignores_w0",
    says="this always starts the weights at zeros; start them at w0 if it is given.",
    breaks=("training",),
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0, right=train):
    right(X, y, loss, 0.0, 0, w0, b0)
    return right(X, y, loss, lr, steps, None, b0)


@mistake(
    "train_ignores_lr",
    says="your learning rate is typed in as 0.5; use the lr that is passed.",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0, right=train):
    return right(X, y, loss, 0.5, steps, w0, b0)


@mistake(
    "train_log_of_p",
    says="your bce takes the logarithm of p, which is -inf where p rounds to 0; use the form in logits.",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0, right=train):
    run = right(X, y, loss, lr, steps, w0, b0)
    if loss != "bce":
        return run
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    w, b = np.zeros(X.shape[1]) if w0 is None else np.array(w0, dtype=float), float(b0)
    losses = []
    for _ in range(steps + 1):
        p = _sigmoid(X @ w + b)
        with np.errstate(all="ignore"):
            losses.append(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))
        slope = (p - y) / len(y)
        w, b = w - lr * (X.T @ slope), b - lr * slope.sum()
    return {**run, "loss": np.array(losses)}


@mistake(
    "train_shrinks_lr",
    says="your learning rate shrinks from step to step; it stays the same.",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0, right=train):
    run = right(X, y, loss, lr, 0, w0, b0)
    rows = [run]
    for step in range(steps):
        run = right(X, y, loss, lr / (1 + step) ** 0.5, 1, run["w"], run["b"])
        rows.append(right(X, y, loss, lr, 0, run["w"], run["b"]))
    return {**run, **{key: np.concatenate([row[key] for row in rows]) for key in ("loss", "accuracy", "grad_norm")}}


@mistake(
    "train_in_place",
    says="w -= … writes into the caller's w0; start with a copy of it.",
    seen="docs: numpy.asarray: no copy is performed if the input already is an array of that type",
    breaks=("leaves_alone",),
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0, right=train):
    run = right(X, y, loss, lr, steps, w0, b0)
    if isinstance(w0, np.ndarray) and w0.dtype == float:
        w0[...] = run["w"]
    return run


@mistake(
    "train_goes_on",
    says="this goes on from the bias where the last run ended; start each run at b0.",
    seen="docs: Python language reference, function definitions: a default is evaluated once",
    breaks=("leaves_alone", "prints", "state", "training"),
    also=("validation",),
    replayable=False,
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0, right=train, last=[0.0]):
    run = right(X, y, loss, lr, steps, w0, b0 + last[0])
    last[0] = run["b"]
    return run


@mistake(
    "train_prints",
    says="this prints the loss as it goes; take the print out, or leave it to the caller.",
    breaks=("prints",),
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0, right=train):
    run = right(X, y, loss, lr, steps, w0, b0)
    for step in range(0, steps, 20):
        print(step, run["loss"][step])
    return run
