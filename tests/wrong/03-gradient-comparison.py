"""Wrong answers of 03-gradient-comparison that are not in the catalogue: new mistakes, and catalogued ones in other words."""

from autograder.grading.diagnosis.catalogue import mistake


@mistake(
    "square_without_its_two",
    part="logit_grad",
    says="the 2 is lost.",
    seen="written for the held-out set",
    named="mse_slope_no_2",
)
def logit_grad(z, y, loss):
    if loss not in ("bce", "mse"):
        raise ValueError(f"unknown loss {loss!r}")
    z, y = np.array(z, dtype=float), np.array(y, dtype=float)
    if z.shape != y.shape or z.size == 0 or set(np.unique(y)) - {0.0, 1.0}:
        raise ValueError(f"z {z.shape} and y {y.shape}: {y.ravel()[:3]}")
    p = np.exp(-np.logaddexp(0, -z))
    return p - y if loss == "bce" else (p - y) * (p - p**2)


@mistake(
    "label_minus_probability",
    part="logit_grad",
    says="the other way round.",
    seen="written for the held-out set",
    named="slope_sign",
)
def logit_grad(z, y, loss):
    if loss not in ("bce", "mse"):
        raise ValueError(f"unknown loss {loss!r}")
    z, y = np.array(z, dtype=float), np.array(y, dtype=float)
    if z.shape != y.shape or z.size == 0 or set(np.unique(y)) - {0.0, 1.0}:
        raise ValueError(f"z {z.shape} and y {y.shape}: {y.ravel()[:3]}")
    p = np.exp(-np.logaddexp(0, -z))
    d = y - p
    if loss == "mse":
        d = 2 * d * p * (1 - p)
    return d


@mistake(
    "sigmoid_slope_forgotten",
    part="logit_grad",
    says="p(1 - p) is missing.",
    seen="written for the held-out set",
    named="mse_slope_over_p",
)
def logit_grad(z, y, loss):
    if loss not in ("bce", "mse"):
        raise ValueError(f"unknown loss {loss!r}")
    z, y = np.array(z, dtype=float), np.array(y, dtype=float)
    if z.shape != y.shape or z.size == 0 or set(np.unique(y)) - {0.0, 1.0}:
        raise ValueError(f"z {z.shape} and y {y.shape}: {y.ravel()[:3]}")
    p = np.exp(-np.logaddexp(0, -z))
    e = p - y
    return e if loss == "bce" else e + e


@mistake(
    "averaged_slopes",
    part="logit_grad",
    says="divides by N.",
    seen="written for the held-out set",
    named="slope_mean",
)
def logit_grad(z, y, loss):
    if loss not in ("bce", "mse"):
        raise ValueError(f"unknown loss {loss!r}")
    z, y = np.array(z, dtype=float), np.array(y, dtype=float)
    if z.shape != y.shape or z.size == 0 or set(np.unique(y)) - {0.0, 1.0}:
        raise ValueError(f"z {z.shape} and y {y.shape}: {y.ravel()[:3]}")
    p = np.exp(-np.logaddexp(0, -z))
    full = p - y if loss == "bce" else 2 * (p - y) * p * (1 - p)
    return full / len(full.ravel())


@mistake(
    "sigmoid_slope_twice",
    part="logit_grad",
    says="p(1 - p) comes in squared.",
    seen="written for the held-out set",
)
def logit_grad(z, y, loss):
    if loss not in ("bce", "mse"):
        raise ValueError(f"unknown loss {loss!r}")
    z, y = np.array(z, dtype=float), np.array(y, dtype=float)
    if z.shape != y.shape or z.size == 0 or set(np.unique(y)) - {0.0, 1.0}:
        raise ValueError(f"z {z.shape} and y {y.shape}: {y.ravel()[:3]}")
    p = np.exp(-np.logaddexp(0, -z))
    return p - y if loss == "bce" else 2 * (p - y) * (p * (1 - p)) ** 2


@mistake(
    "tanh_for_sigmoid",
    part="logit_grad",
    says="tanh is no sigmoid.",
    seen="written for the held-out set",
)
def logit_grad(z, y, loss):
    if loss not in ("bce", "mse"):
        raise ValueError(f"unknown loss {loss!r}")
    z, y = np.array(z, dtype=float), np.array(y, dtype=float)
    if z.shape != y.shape or z.size == 0 or set(np.unique(y)) - {0.0, 1.0}:
        raise ValueError(f"z {z.shape} and y {y.shape}: {y.ravel()[:3]}")
    p = np.tanh(z)
    return p - y if loss == "bce" else 2 * (p - y) * p * (1 - p)


@mistake(
    "losses_swapped",
    part="logit_grad",
    says="the names are swapped.",
    seen="written for the held-out set",
)
def logit_grad(z, y, loss):
    if loss not in ("bce", "mse"):
        raise ValueError(f"unknown loss {loss!r}")
    z, y = np.array(z, dtype=float), np.array(y, dtype=float)
    if z.shape != y.shape or z.size == 0 or set(np.unique(y)) - {0.0, 1.0}:
        raise ValueError(f"z {z.shape} and y {y.shape}: {y.ravel()[:3]}")
    p = np.exp(-np.logaddexp(0, -z))
    return p - y if loss == "mse" else 2 * (p - y) * p * (1 - p)


@mistake(
    "first_above_it",
    part="speed",
    says="equality counts as well.",
    seen="written for the held-out set",
    named="speed_above",
)
def steps_to_accuracy(history, threshold):
    for k, a in enumerate(history["accuracy"]):
        if a > threshold:
            return k
    return None


@mistake(
    "zero_when_never",
    part="speed",
    says="0 is an answer of its own.",
    seen="written for the held-out set",
    named="speed_argmax",
)
def steps_to_accuracy(history, threshold):
    hits = [k for k, a in enumerate(history["accuracy"]) if a >= threshold]
    return hits[0] if hits else 0


@mistake(
    "counting_from_one",
    part="speed",
    says="the start is 0.",
    seen="written for the held-out set",
    named="speed_from_one",
)
def steps_to_accuracy(history, threshold):
    steps = 1
    for a in history["accuracy"]:
        if a >= threshold:
            return steps
        steps += 1
    return None


@mistake(
    "falsy_start",
    part="speed",
    says="index 0 counts as nothing.",
    seen="written for the held-out set",
    named="speed_zero_is_none",
)
def steps_to_accuracy(history, threshold):
    first = next((k for k, a in enumerate(history["accuracy"]) if a >= threshold), 0)
    return first or None


@mistake(
    "length_when_never",
    part="speed",
    says="None is asked for.",
    seen="written for the held-out set",
)
def steps_to_accuracy(history, threshold):
    accuracy = np.asarray(history["accuracy"])
    return int(np.argmax(accuracy >= threshold)) if (accuracy >= threshold).any() else len(accuracy)


@mistake(
    "minus_one_when_never",
    part="speed",
    says="None is asked for.",
    seen="written for the held-out set",
)
def steps_to_accuracy(history, threshold):
    for k, a in enumerate(history["accuracy"]):
        if a >= threshold:
            return k
    return -1


@mistake(
    "norm_of_weights_alone",
    part="train",
    says="the bias is left out.",
    seen="written for the held-out set",
    named="norm_without_b",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    X, y = np.array(X, dtype=float), np.array(y, dtype=float)
    if X.ndim != 2 or y.shape != (len(X),) or not len(X):
        raise ValueError(f"X {X.shape}, y {y.shape}")
    w, b = np.zeros(X.shape[1]) if w0 is None else np.array(w0, dtype=float), float(b0)
    if w.shape != X.shape[1:]:
        raise ValueError(f"w0 {w.shape}, X {X.shape}")
    L, A, G = [], [], []
    for k in range(steps + 1):
        z = X @ w + b
        g = logit_grad(z, y, loss)
        gw, gb = g @ X / len(y), g.mean()
        L.append(_mean_loss(z, y, loss))
        A.append(np.mean((z >= 0) == (y == 1)))
        G.append(np.sqrt(gw @ gw))
        if k < steps:
            w, b = w - lr * gw, b - lr * gb
    return {"loss": np.array(L), "accuracy": np.array(A), "grad_norm": np.array(G), "w": w, "b": b}


@mistake(
    "recorded_between_updates",
    part="train",
    says="the last entry is missing.",
    seen="written for the held-out set",
    named="history_one_short",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    X, y = np.array(X, dtype=float), np.array(y, dtype=float)
    if X.ndim != 2 or y.shape != (len(X),) or not len(X):
        raise ValueError(f"X {X.shape}, y {y.shape}")
    w, b = np.zeros(X.shape[1]) if w0 is None else np.array(w0, dtype=float), float(b0)
    if w.shape != X.shape[1:]:
        raise ValueError(f"w0 {w.shape}, X {X.shape}")
    L, A, G = [], [], []
    for k in range(steps + 1):
        z = X @ w + b
        g = logit_grad(z, y, loss)
        gw, gb = g @ X / len(y), g.mean()
        L.append(_mean_loss(z, y, loss))
        A.append(np.mean((z >= 0) == (y == 1)))
        G.append(np.sqrt(gw @ gw + gb**2))
        if k < steps:
            w, b = w - lr * gw, b - lr * gb
    return {"loss": np.array(L[:-1]), "accuracy": np.array(A[:-1]), "grad_norm": np.array(G[:-1]), "w": w, "b": b}


@mistake(
    "strictly_above_half",
    part="train",
    says="0.5 is class 1.",
    seen="written for the held-out set",
    named="accuracy_above",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    X, y = np.array(X, dtype=float), np.array(y, dtype=float)
    if X.ndim != 2 or y.shape != (len(X),) or not len(X):
        raise ValueError(f"X {X.shape}, y {y.shape}")
    w, b = np.zeros(X.shape[1]) if w0 is None else np.array(w0, dtype=float), float(b0)
    if w.shape != X.shape[1:]:
        raise ValueError(f"w0 {w.shape}, X {X.shape}")
    L, A, G = [], [], []
    for k in range(steps + 1):
        z = X @ w + b
        g = logit_grad(z, y, loss)
        gw, gb = g @ X / len(y), g.mean()
        L.append(_mean_loss(z, y, loss))
        A.append(np.mean((z > 0) == (y == 1)))
        G.append(np.sqrt(gw @ gw + gb**2))
        if k < steps:
            w, b = w - lr * gw, b - lr * gb
    return {"loss": np.array(L), "accuracy": np.array(A), "grad_norm": np.array(G), "w": w, "b": b}


@mistake(
    "bias_from_zero",
    part="train",
    says="b0 is not used.",
    seen="written for the held-out set",
    named="train_ignores_b0",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    X, y = np.array(X, dtype=float), np.array(y, dtype=float)
    if X.ndim != 2 or y.shape != (len(X),) or not len(X):
        raise ValueError(f"X {X.shape}, y {y.shape}")
    w, b = np.zeros(X.shape[1]) if w0 is None else np.array(w0, dtype=float), 0.0
    if w.shape != X.shape[1:]:
        raise ValueError(f"w0 {w.shape}, X {X.shape}")
    L, A, G = [], [], []
    for k in range(steps + 1):
        z = X @ w + b
        g = logit_grad(z, y, loss)
        gw, gb = g @ X / len(y), g.mean()
        L.append(_mean_loss(z, y, loss))
        A.append(np.mean((z >= 0) == (y == 1)))
        G.append(np.sqrt(gw @ gw + gb**2))
        if k < steps:
            w, b = w - lr * gw, b - lr * gb
    return {"loss": np.array(L), "accuracy": np.array(A), "grad_norm": np.array(G), "w": w, "b": b}


@mistake(
    "sum_instead_of_mean",
    part="train",
    says="the gradient is summed.",
    seen="written for the held-out set",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    X, y = np.array(X, dtype=float), np.array(y, dtype=float)
    if X.ndim != 2 or y.shape != (len(X),) or not len(X):
        raise ValueError(f"X {X.shape}, y {y.shape}")
    w, b = np.zeros(X.shape[1]) if w0 is None else np.array(w0, dtype=float), float(b0)
    if w.shape != X.shape[1:]:
        raise ValueError(f"w0 {w.shape}, X {X.shape}")
    L, A, G = [], [], []
    for k in range(steps + 1):
        z = X @ w + b
        g = logit_grad(z, y, loss)
        gw, gb = g @ X, g.sum()
        L.append(_mean_loss(z, y, loss))
        A.append(np.mean((z >= 0) == (y == 1)))
        G.append(np.sqrt(gw @ gw + gb**2))
        if k < steps:
            w, b = w - lr * gw, b - lr * gb
    return {"loss": np.array(L), "accuracy": np.array(A), "grad_norm": np.array(G), "w": w, "b": b}


@mistake(
    "bias_never_moves",
    part="train",
    says="the bias stays.",
    seen="written for the held-out set",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    X, y = np.array(X, dtype=float), np.array(y, dtype=float)
    if X.ndim != 2 or y.shape != (len(X),) or not len(X):
        raise ValueError(f"X {X.shape}, y {y.shape}")
    w, b = np.zeros(X.shape[1]) if w0 is None else np.array(w0, dtype=float), float(b0)
    if w.shape != X.shape[1:]:
        raise ValueError(f"w0 {w.shape}, X {X.shape}")
    L, A, G = [], [], []
    for k in range(steps + 1):
        z = X @ w + b
        g = logit_grad(z, y, loss)
        gw, gb = g @ X / len(y), g.mean()
        L.append(_mean_loss(z, y, loss))
        A.append(np.mean((z >= 0) == (y == 1)))
        G.append(np.sqrt(gw @ gw + gb**2))
        if k < steps:
            w = w - lr * gw
    return {"loss": np.array(L), "accuracy": np.array(A), "grad_norm": np.array(G), "w": w, "b": b}


@mistake(
    "norm_squared",
    part="train",
    says="the root is missing.",
    seen="written for the held-out set",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    X, y = np.array(X, dtype=float), np.array(y, dtype=float)
    if X.ndim != 2 or y.shape != (len(X),) or not len(X):
        raise ValueError(f"X {X.shape}, y {y.shape}")
    w, b = np.zeros(X.shape[1]) if w0 is None else np.array(w0, dtype=float), float(b0)
    if w.shape != X.shape[1:]:
        raise ValueError(f"w0 {w.shape}, X {X.shape}")
    L, A, G = [], [], []
    for k in range(steps + 1):
        z = X @ w + b
        g = logit_grad(z, y, loss)
        gw, gb = g @ X / len(y), g.mean()
        L.append(_mean_loss(z, y, loss))
        A.append(np.mean((z >= 0) == (y == 1)))
        G.append(gw @ gw + gb**2)
        if k < steps:
            w, b = w - lr * gw, b - lr * gb
    return {"loss": np.array(L), "accuracy": np.array(A), "grad_norm": np.array(G), "w": w, "b": b}


@mistake(
    "climbs",
    part="train",
    says="the update adds.",
    seen="written for the held-out set",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    X, y = np.array(X, dtype=float), np.array(y, dtype=float)
    if X.ndim != 2 or y.shape != (len(X),) or not len(X):
        raise ValueError(f"X {X.shape}, y {y.shape}")
    w, b = np.zeros(X.shape[1]) if w0 is None else np.array(w0, dtype=float), float(b0)
    if w.shape != X.shape[1:]:
        raise ValueError(f"w0 {w.shape}, X {X.shape}")
    L, A, G = [], [], []
    for k in range(steps + 1):
        z = X @ w + b
        g = logit_grad(z, y, loss)
        gw, gb = g @ X / len(y), g.mean()
        L.append(_mean_loss(z, y, loss))
        A.append(np.mean((z >= 0) == (y == 1)))
        G.append(np.sqrt(gw @ gw + gb**2))
        if k < steps:
            w, b = w + lr * gw, b + lr * gb
    return {"loss": np.array(L), "accuracy": np.array(A), "grad_norm": np.array(G), "w": w, "b": b}


@mistake(
    "rate_decays",
    part="train",
    says="the rate shrinks.",
    seen="written for the held-out set",
)
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    X, y = np.array(X, dtype=float), np.array(y, dtype=float)
    if X.ndim != 2 or y.shape != (len(X),) or not len(X):
        raise ValueError(f"X {X.shape}, y {y.shape}")
    w, b = np.zeros(X.shape[1]) if w0 is None else np.array(w0, dtype=float), float(b0)
    if w.shape != X.shape[1:]:
        raise ValueError(f"w0 {w.shape}, X {X.shape}")
    L, A, G = [], [], []
    for k in range(steps + 1):
        z = X @ w + b
        g = logit_grad(z, y, loss)
        gw, gb = g @ X / len(y), g.mean()
        L.append(_mean_loss(z, y, loss))
        A.append(np.mean((z >= 0) == (y == 1)))
        G.append(np.sqrt(gw @ gw + gb**2))
        if k < steps:
            w, b = w - lr / (1 + k) * gw, b - lr / (1 + k) * gb
    return {"loss": np.array(L), "accuracy": np.array(A), "grad_norm": np.array(G), "w": w, "b": b}


@mistake(
    "plot_without_axes_words",
    part="plot",
    says="axes have no words.",
    seen="written for the held-out set",
    named="plot_no_axis_labels",
)
def plot_training_curves(histories):
    fig, ax = plt.subplots(1, 2)
    for name in histories:
        ax[0].semilogy(histories[name]["loss"], label=name)
        ax[1].plot(histories[name]["accuracy"], label=name)
    ax[0].legend()
    ax[1].legend()
    return fig


@mistake(
    "plot_of_the_first_run",
    part="plot",
    says="only one run is drawn.",
    seen="written for the held-out set",
)
def plot_training_curves(histories):
    fig, ax = plt.subplots(1, 2)
    name = next(iter(histories))
    for axes, key in zip(ax, ("loss", "accuracy")):
        axes.plot(histories[name][key], label=name)
        axes.set(xlabel="step", ylabel=key)
        axes.legend()
    return fig
