"""Right answers of 03-gradient-comparison in other styles: each earns everything, a naive one all but unusual and bad input."""

from autograder.grading.diagnosis.catalogue import naive, variant


@variant("slope:loop")
def logit_grad(z, y, loss):
    _require_loss(loss)
    z, y = np.asarray(z, dtype=float), np.asarray(y, dtype=float)
    if z.shape != y.shape:
        raise ValueError(f"z has shape {z.shape}, y has shape {y.shape}")
    _require_labels(y)
    slopes = np.empty(z.size)
    for place, (logit, label) in enumerate(zip(z.ravel(), y.ravel(), strict=True)):
        p = 1 / (1 + math_exp(-logit)) if logit >= 0 else math_exp(logit) / (1 + math_exp(logit))
        slopes[place] = p - label if loss == "bce" else 2 * (p - label) * p * (1 - p)
    return slopes.reshape(z.shape)


@variant("slope:loop")
def math_exp(value):
    import math

    return math.exp(value) if value > -745 else 0.0


@variant("slope:tanh")
def _sigmoid(z):
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(z, dtype=float)))


@variant("slope:logaddexp")
def _sigmoid(z):
    return np.exp(-np.logaddexp(0, -np.asarray(z, dtype=float)))


@variant("slope:clipped")
def _sigmoid(z):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-np.clip(z, -700, 700)))


@variant("slope:table")
def logit_grad(z, y, loss):
    slopes = {"bce": lambda p, y: p - y, "mse": lambda p, y: 2 * (p - y) * p * (1 - p)}
    if loss not in slopes:
        raise ValueError(f"no loss {loss!r}; there are {list(slopes)}")
    z, y = np.array(z, dtype=np.float64), np.array(y, dtype=np.float64)
    if z.shape != y.shape or z.size == 0 or not np.isin(y, (0, 1)).all():
        raise ValueError(f"z of shape {z.shape} and labels 0 or 1 of the same shape, got {y.shape}: {y.ravel()[:5]}")
    return slopes[loss](_sigmoid(z), y)


@variant("train:lists")
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    _require_loss(loss)
    X, y = np.array(X, dtype=float), np.array(y, dtype=float)
    if X.ndim != 2 or y.shape != (X.shape[0],):
        raise ValueError(f"X of shape (N, D) and y of shape (N,), got {X.shape} and {y.shape}")
    _require_labels(y)
    w = np.zeros(X.shape[1]) if w0 is None else np.array(w0, dtype=float)
    if w.shape != (X.shape[1],):
        raise ValueError(f"w0 has shape {w.shape}, and X has {X.shape[1]} features")
    b, history = float(b0), {"loss": [], "accuracy": [], "grad_norm": []}
    for step in range(steps + 1):
        z = X.dot(w) + b
        history["loss"].append(_mean_loss(z, y, loss))
        history["accuracy"].append(((_sigmoid(z) >= 0.5).astype(int) == y).mean())
        slope = logit_grad(z, y, loss)
        both = np.append(X.T.dot(slope), slope.sum()) / len(X)
        history["grad_norm"].append(np.sqrt(both.dot(both)))
        if step < steps:
            w, b = w - lr * both[:-1], b - lr * both[-1]
    return {**{key: np.array(value) for key, value in history.items()}, "w": w, "b": b}


@variant("train:bias_column")
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    _require_loss(loss)
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    if X.ndim != 2 or y.shape != X.shape[:1]:
        raise ValueError(f"X of shape (N, D) and y of shape (N,), got {X.shape} and {y.shape}")
    _require_labels(y)
    if w0 is not None and np.shape(w0) != X.shape[1:]:
        raise ValueError(f"w0 has shape {np.shape(w0)}, and X has {X.shape[1]} features")
    start = np.zeros(X.shape[1]) if w0 is None else np.asarray(w0, dtype=float)
    wide, weights = np.column_stack([X, np.ones(len(X))]), np.append(start, b0)
    losses, accuracies, norms = np.empty((3, steps + 1))
    for step in range(steps + 1):
        z = wide @ weights
        gradient = logit_grad(z, y, loss) @ wide / len(y)
        losses[step], norms[step] = _mean_loss(z, y, loss), np.linalg.norm(gradient)
        accuracies[step] = np.mean((_sigmoid(z) >= 0.5) == y.astype(bool))
        if step < steps:
            weights = weights - lr * gradient
    return {"loss": losses, "accuracy": accuracies, "grad_norm": norms, "w": weights[:-1].copy(), "b": weights[-1]}


@variant("train:einsum")
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    _require_loss(loss)
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    if X.ndim != 2 or y.shape != X.shape[:1]:
        raise ValueError(f"X of shape (N, D) and y of shape (N,), got {X.shape} and {y.shape}")
    _require_labels(y)
    w, b = (np.zeros(X.shape[1]) if w0 is None else np.array(w0, dtype=float)), float(b0)
    if w.shape != X.shape[1:]:
        raise ValueError(f"w0 has shape {w.shape}, and X has {X.shape[1]} features")

    def look(w, b):
        z = np.einsum("nd,d->n", X, w) + b
        slope = logit_grad(z, y, loss)
        return z, np.einsum("n,nd->d", slope, X) / len(y), slope.mean()

    found = []
    while True:
        z, dw, db = look(w, b)
        accuracy = np.count_nonzero((_sigmoid(z) >= 0.5) == (y > 0.5)) / len(y)
        found.append([_mean_loss(z, y, loss), accuracy, np.sqrt(np.sum(dw**2) + db**2)])
        if len(found) > steps:
            break
        w, b = w - lr * dw, b - lr * db
    columns = np.transpose(found)
    return dict(zip(("loss", "accuracy", "grad_norm"), columns, strict=True), w=w, b=b)


@variant("loss:logaddexp")
def _mean_loss(z, y, loss):
    if loss == "mse":
        return np.mean(np.square(y - _sigmoid(z)))
    return np.mean(np.logaddexp(0, z) - y * z)


@variant("loss:signed")
def _mean_loss(z, y, loss):
    if loss == "mse":
        return np.var(_sigmoid(z) - y) + np.mean(_sigmoid(z) - y) ** 2
    return np.logaddexp(0, np.where(y == 1, -z, z)).mean()


@variant("speed:loop")
def steps_to_accuracy(history, threshold):
    for step, accuracy in enumerate(history["accuracy"]):
        if accuracy >= threshold:
            return step
    return None


@variant("speed:next")
def steps_to_accuracy(history, threshold):
    return next((k for k in range(len(history["accuracy"])) if history["accuracy"][k] >= threshold), None)


@variant("speed:argmax")
def steps_to_accuracy(history, threshold):
    there = np.array(history["accuracy"]) >= threshold
    return there.argmax() if there.any() else None


@variant("plot:rows")
def plot_training_curves(histories):
    figure, axes = plt.subplots(2, 1, sharex=True)
    for place, (key, words) in enumerate({"loss": "mean loss", "accuracy": "share of right answers"}.items()):
        for name in histories:
            axes[place].plot(np.asarray(histories[name][key]), "--", label=str(name))
        axes[place].set(xlabel="number of steps", ylabel=words, title=words)
        axes[place].legend(loc="best")
    return figure


@variant("plot:figure")
def plot_training_curves(histories):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3))
    for place, key in enumerate(("loss", "accuracy")):
        axes = figure.add_subplot(1, 2, place + 1)
        for name, history in histories.items():
            axes.plot(np.arange(len(history[key])), history[key], label=name, linewidth=2)
        axes.set_xlabel("training step")
        axes.set_ylabel(key.capitalize())
        axes.legend()
        axes.grid(True)
    return figure


# --- right on arrays of floats, without conversions and refusals, as many people write


@naive("slope:plain")
def logit_grad(z, y, loss):
    p = 1 / (1 + np.exp(-z))
    if loss == "bce":
        return p - y
    return 2 * (p - y) * p * (1 - p)


@naive("slope:two_functions")
def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


@naive("slope:two_functions")
def logit_grad(z, y, loss):
    a = sigmoid(z)
    dl_da = {"mse": 2 * (a - y)}
    return dl_da["mse"] * a * (1 - a) if loss == "mse" else a - y


@naive("slope:label_first")
def logit_grad(z, y, loss):
    p = np.where(z < 0, np.exp(-np.abs(z)), 1) / (1 + np.exp(-np.abs(z)))
    if loss == "mse":
        return -2 * (y - p) * (p - p**2)
    return -(y - p)


@naive("slope:comprehension")
def logit_grad(z, y, loss):
    out = []
    for zi, yi in zip(z.flatten(), y.flatten()):
        p = 1 / (1 + np.exp(-zi))
        out.append(p - yi if loss == "bce" else 2 * (p - yi) * p * (1 - p))
    return np.array(out).reshape(z.shape)


@naive("slope:clipped")
def logit_grad(z, y, loss):
    p = np.clip(1 / (1 + np.exp(-z)), 1e-8, 1 - 1e-8)
    slope = p - y
    return slope if loss != "mse" else slope * 2 * p * (1 - p)


@naive("slope:tanh")
def logit_grad(z, y, loss):
    p = (np.tanh(z / 2) + 1) / 2
    return dict(bce=p - y, mse=2 * p * (1 - p) * (p - y))[loss]


@naive("train:plain")
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    n, d = X.shape
    w = np.zeros(d) if w0 is None else w0.copy()
    b = b0
    losses, accs, norms = [], [], []
    for i in range(steps + 1):
        z = X @ w + b
        p = 1 / (1 + np.exp(-z))
        if loss == "bce":
            losses.append(np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))))
            g = p - y
        else:
            losses.append(np.mean((p - y) ** 2))
            g = 2 * (p - y) * p * (1 - p)
        accs.append(np.mean((p >= 0.5) == y))
        dw, db = X.T @ g / n, g.mean()
        norms.append(np.sqrt(np.sum(dw**2) + db**2))
        if i < steps:
            w -= lr * dw
            b -= lr * db
    return {"loss": losses, "accuracy": accs, "grad_norm": norms, "w": w, "b": b}


@naive("train:uses_logit_grad")
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    w = np.zeros(X.shape[1]) if w0 is None else w0
    b = b0
    history = {"loss": np.zeros(steps + 1), "accuracy": np.zeros(steps + 1), "grad_norm": np.zeros(steps + 1)}
    for k in range(steps + 1):
        z = np.dot(X, w) + b
        p = 1 / (1 + np.exp(-z))
        history["loss"][k] = np.mean((y - p) ** 2) if loss == "mse" else np.mean(np.logaddexp(0, z) - y * z)
        history["accuracy"][k] = (np.where(p >= 0.5, 1, 0) == y).sum() / y.size
        g = logit_grad(z, y, loss)
        gw = np.dot(g, X) / y.size
        gb = np.sum(g) / y.size
        history["grad_norm"][k] = np.linalg.norm(np.append(gw, gb))
        if k == steps:
            break
        w = w - lr * gw
        b = b - lr * gb
    history["w"], history["b"] = w, b
    return history


@naive("train:column_of_ones")
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    A = np.c_[X, np.ones(X.shape[0])]
    theta = np.zeros(A.shape[1])
    if w0 is not None:
        theta[:-1] = w0
    theta[-1] = b0
    rows = []

    def look():
        z = A.dot(theta)
        g = A.T.dot(logit_grad(z, y, loss)) / A.shape[0]
        value = _mean_loss(z, y, loss)
        rows.append([value, ((z >= 0) == (y > 0.5)).mean(), np.sqrt(g.dot(g))])
        return g

    g = look()
    for _ in range(steps):
        theta = theta - lr * g
        g = look()
    rows = np.array(rows)
    return {"loss": rows[:, 0], "accuracy": rows[:, 1], "grad_norm": rows[:, 2], "w": theta[:-1], "b": theta[-1]}


@naive("train:loop_over_examples")
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    n, d = X.shape
    w, b = (np.zeros(d) if w0 is None else 1.0 * w0), b0
    L, A, G = [], [], []
    for step in range(steps + 1):
        dw, db, total, hits = np.zeros(d), 0.0, 0.0, 0
        for i in range(n):
            z = X[i] @ w + b
            p = 1 / (1 + np.exp(-z))
            if loss == "bce":
                total += max(z, 0) - z * y[i] + np.log(1 + np.exp(-abs(z)))
                g = p - y[i]
            else:
                total += (p - y[i]) ** 2
                g = 2 * (p - y[i]) * p * (1 - p)
            hits += int((p >= 0.5) == (y[i] == 1))
            dw += g * X[i] / n
            db += g / n
        L.append(total / n)
        A.append(hits / n)
        G.append((dw @ dw + db**2) ** 0.5)
        if step < steps:
            w, b = w - lr * dw, b - lr * db
    return {"loss": np.array(L), "accuracy": np.array(A), "grad_norm": np.array(G), "w": w, "b": b}


@naive("both:helper")
def probability(z):
    return np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))


@naive("both:helper")
def logit_grad(z, y, loss):
    p = probability(z)
    factor = 1 if loss == "bce" else 2 * p * (1 - p)
    return factor * (p - y)


@naive("both:helper")
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    w, b = np.zeros_like(X[0]) if w0 is None else np.array(w0), b0
    out = {"loss": [], "accuracy": [], "grad_norm": []}
    for k in range(steps + 1):
        if k > 0:
            w, b = w - lr * dw, b - lr * db
        z = (X * w).sum(axis=1) + b
        g = logit_grad(z, y, loss)
        dw, db = (X * g[:, None]).mean(axis=0), g.mean()
        if loss == "bce":
            value = np.mean(y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z))
        else:
            value = np.square(probability(z) - y).mean()
        out["loss"].append(value)
        out["accuracy"].append(np.mean(np.where(probability(z) >= 0.5, 1.0, 0.0) == y))
        out["grad_norm"].append(np.hypot(np.linalg.norm(dw), db))
    out["w"], out["b"] = w, b
    return out


@naive("slope:math")
def logit_grad(z, y, loss):
    result = np.zeros_like(z)
    for i in np.ndindex(z.shape):
        p = 1 / (1 + np.exp(-z[i]))
        result[i] = p - y[i]
        if loss == "mse":
            result[i] *= 2 * p * (1 - p)
    return result
