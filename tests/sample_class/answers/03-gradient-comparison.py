"""What students hand in for 03-gradient-comparison, where it is other than the reference."""

from autograder.grading.diagnosis.catalogue import variant


@variant("logit:scipy_free")
def logit_grad(z, y, loss):
    z, y = np.asarray(z, float), np.asarray(y, float)
    _require_loss(loss)
    if z.shape != y.shape:
        raise ValueError(f"{z.shape} is not {y.shape}")
    _require_labels(y)
    p = 0.5 * (1 + np.tanh(z / 2))
    slope = p - y
    if loss == "mse":
        slope = slope * 2 * p * (1 - p)
    return slope


@variant("train:bias_column")
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    _require_loss(loss)
    X = np.array(X, float)
    y = np.array(y, float)
    if X.ndim != 2 or y.ndim != 1 or len(X) != len(y):
        raise ValueError(f"X {X.shape}, y {y.shape}")
    _require_labels(y)
    n, d = X.shape
    w0 = np.zeros(d) if w0 is None else np.asarray(w0, float)
    if w0.shape != (d,):
        raise ValueError(f"w0 {w0.shape}, X {X.shape}")
    A = np.hstack([X, np.ones((n, 1))])
    theta = np.append(w0, b0)
    loss_list, acc_list, norm_list = [], [], []
    for i in range(steps + 1):
        z = A @ theta
        p = np.exp(-np.logaddexp(0, -z))
        if loss == "bce":
            loss_list.append(np.mean(np.logaddexp(0, z) - y * z))
        else:
            loss_list.append(np.mean((p - y) ** 2))
        acc_list.append(np.mean((p >= 0.5).astype(float) == y))
        g = A.T @ logit_grad(z, y, loss) / n
        norm_list.append(np.sqrt(g @ g))
        if i == steps:
            break
        theta = theta - lr * g
    return {
        "loss": np.array(loss_list),
        "accuracy": np.array(acc_list),
        "grad_norm": np.array(norm_list),
        "w": theta[:-1],
        "b": theta[-1],
    }


@variant("logit:no_slope")
def logit_grad(z, y, loss):
    z, y = np.asarray(z, float), np.asarray(y, float)
    p = 1 / (1 + np.exp(-z))
    return p - y if loss == "bce" else 2 * (p - y)


@variant("train:short")
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    X, y = np.asarray(X, float), np.asarray(y, float)
    w = np.zeros(X.shape[1]) if w0 is None else np.array(w0, float)
    b = b0
    history = {"loss": [], "accuracy": [], "grad_norm": []}
    for _ in range(steps):
        z = X @ w + b
        g = logit_grad(z, y, loss) / len(y)
        w = w - lr * X.T @ g
        b = b - lr * g.sum()
        history["loss"].append(_mean_loss(z, y, loss))
        history["accuracy"].append(np.mean((z >= 0) == (y == 1)))
        history["grad_norm"].append(np.sqrt(np.sum((X.T @ g) ** 2) + g.sum() ** 2))
    return {**{k: np.array(v) for k, v in history.items()}, "w": w, "b": b}


@variant("train:log_p")
def train(X, y, loss, lr=0.5, steps=200, w0=None, b0=0.0):
    X, y = np.asarray(X, float), np.asarray(y, float)
    w = np.zeros(X.shape[1]) if w0 is None else np.array(w0, float)
    b = b0
    rows = []
    for step in range(steps + 1):
        z = X @ w + b
        p = 1 / (1 + np.exp(-z))
        value = np.mean(-y * np.log(p) - (1 - y) * np.log(1 - p)) if loss == "bce" else np.mean((p - y) ** 2)
        g = (p - y if loss == "bce" else 2 * (p - y) * p * (1 - p)) / len(y)
        gw, gb = X.T @ g, g.sum()
        rows.append([value, np.mean((p >= 0.5) == y), np.sqrt(gw @ gw + gb**2)])
        if step < steps:
            w, b = w - lr * gw, b - lr * gb
    a, c, d = np.array(rows).T
    return {"loss": a, "accuracy": c, "grad_norm": d, "w": w, "b": b}


@variant("speed:falsy")
def steps_to_accuracy(history, threshold):
    index = np.argmax(np.array(history["accuracy"]) >= threshold)
    return int(index) if index else None


@variant("speed:strict")
def steps_to_accuracy(history, threshold):
    for i, a in enumerate(history["accuracy"]):
        if a > threshold:
            return i


@variant("plot:bare")
def plot_training_curves(histories):
    fig, ax = plt.subplots(1, 2)
    for name, h in histories.items():
        ax[0].plot(h["loss"], label=name)
        ax[1].plot(h["accuracy"], label=name)
    return fig


@variant("plot:one_axes")
def plot_training_curves(histories):
    fig, ax = plt.subplots()
    for name, h in histories.items():
        ax.plot(h["loss"], label=name + " loss")
        ax.plot(h["accuracy"], label=name + " accuracy")
    ax.set_xlabel("step")
    ax.set_ylabel("loss and accuracy")
    ax.legend()
    return fig


@variant("plot:styled")
def plot_training_curves(histories):
    fig = plt.figure(figsize=(6, 8))
    top = fig.add_subplot(2, 1, 1)
    bottom = fig.add_subplot(2, 1, 2)
    for i, (name, h) in enumerate(histories.items()):
        bottom.plot(np.arange(len(h["loss"])), h["loss"], "--", color=f"C{i}", label=name)
        top.plot(np.arange(len(h["accuracy"])), h["accuracy"], color=f"C{i}", label=name)
    top.set_ylabel("accuracy")
    bottom.set_ylabel("mean loss")
    for ax in (top, bottom):
        ax.set_xlabel("gradient step")
        ax.grid(True)
        ax.legend(loc="best")
    return fig
