"""Right answers of 02-cross-entropy in other styles; each must earn everything."""

from autograder.grading.diagnosis.catalogue import variant

# --- plain loops over rows, math instead of NumPy


@variant("loops")
def softmax_naive(logits):
    logits = np.array(logits, dtype=float)
    if logits.size == 0:
        raise ValueError("no logits")
    result = np.empty(logits.shape)
    for place in np.ndindex(logits.shape[:-1]):
        total = sum(np.exp(z) for z in logits[place])
        for c in range(logits.shape[-1]):
            result[place + (c,)] = np.exp(logits[place + (c,)]) / total
    return result


@variant("loops")
def softmax(logits):
    logits = np.array(logits, dtype=float)
    if logits.size == 0:
        raise ValueError("no logits")
    result = np.empty(logits.shape)
    for place in np.ndindex(logits.shape[:-1]):
        top = max(logits[place])
        powers = [math.exp(z - top) for z in logits[place]]
        result[place] = [power / sum(powers) for power in powers]
    return result


@variant("loops")
def log_softmax(logits):
    logits = np.array(logits, dtype=float)
    if logits.size == 0:
        raise ValueError("no logits")
    result = np.empty(logits.shape)
    for place in np.ndindex(logits.shape[:-1]):
        top = max(logits[place])
        total = top + math.log(sum(math.exp(z - top) for z in logits[place]))
        result[place] = [z - total for z in logits[place]]
    return result


@variant("loops")
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = [1.0] * classes if weight is None else list(weight)
    if len(weight) != classes or any(np.ndim(w) for w in weight):
        raise ValueError(f"one weight for each of {classes} classes, please")
    losses, used = [], 0.0
    for row, target in zip(log_softmax(logits), targets):
        loss = 0.0
        for c in range(classes):
            share = label_smoothing / classes
            if c == target:
                share += 1 - label_smoothing
            loss -= share * weight[c] * row[c]
        losses.append(loss)
        used += weight[target]
    if reduction == "none":
        return np.array(losses)
    return sum(losses) if reduction == "sum" else sum(losses) / used


@variant("loops")
def cross_entropy_grad(logits, targets):
    logits, targets = _classified(logits, targets)
    gradient = np.zeros(logits.shape)
    for i in range(len(targets)):
        p = softmax(logits[i])
        for c in range(logits.shape[1]):
            gradient[i, c] = (p[c] - (1.0 if c == targets[i] else 0.0)) / len(targets)
    return gradient


@variant("loops")
def bce_loss(probs, targets):
    probs, targets = _paired(probs, targets)
    total = 0.0
    for p, y in zip(probs.ravel(), targets.ravel()):
        if not 0 <= p <= 1:
            raise ValueError(f"{p} is no probability")
        if y > 0:
            total += y * -math.log(p) if p > 0 else math.inf
        if y < 1:
            total += (1 - y) * -math.log(1 - p) if p < 1 else math.inf
    return total / probs.size


@variant("loops")
def entropy(p):
    return sum(-x * math.log(x) for x in _distribution(p, "p") if x > 0)


@variant("loops")
def kl_divergence(p, q):
    p, q = _two_distributions(p, q)
    total = 0.0
    for a, b in zip(p, q):
        if a > 0 and b == 0:
            return math.inf
        if a > 0:
            total += a * math.log(a / b)
    return total


@variant("loops")
def cross_entropy_of(p, q):
    return entropy(p) + kl_divergence(p, q)


@variant("loops")
def stability_sweep(logits, targets, scales):
    rows = {"scale": [], "naive": [], "stable": []}
    for scale in scales:
        scaled = [[scale * z for z in row] for row in logits]
        old = np.seterr(all="ignore")
        rows["naive"].append(cross_entropy_naive(scaled, targets))
        np.seterr(**old)
        rows["stable"].append(cross_entropy(scaled, targets))
        rows["scale"].append(float(scale))
    return rows


# --- one-hot matrices and einsum


@variant("one_hot")
def cross_entropy_naive(logits, targets):
    logits, targets = _classified(logits, targets)
    one_hot = np.zeros(logits.shape)
    one_hot[np.arange(len(targets)), targets] = 1
    with np.errstate(all="ignore"):
        return -np.log((one_hot * softmax_naive(logits)).sum(axis=1)).mean()


@variant("one_hot")
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    if reduction not in {"none", "mean", "sum"}:
        raise ValueError("reduction: " + str(reduction))
    one_hot = np.eye(logits.shape[1])[targets]
    weight = np.ones(logits.shape[1]) if weight is None else np.array(weight, dtype=float)
    if weight.shape != logits.shape[1:]:
        raise ValueError("weight: " + str(weight.shape))
    wanted = one_hot * (1 - label_smoothing) + label_smoothing / logits.shape[1]
    losses = np.einsum("nc,c,nc->n", wanted, weight, -log_softmax(logits))
    return {"none": losses, "sum": losses.sum(), "mean": losses.sum() / np.einsum("nc,c->", one_hot, weight)}[reduction]


@variant("one_hot")
def cross_entropy_grad(logits, targets):
    logits, targets = _classified(logits, targets)
    return (softmax(logits) - (np.arange(logits.shape[1]) == targets[:, None])) / logits.shape[0]


# --- take_along_axis and a transposed layout


@variant("take_along_axis")
def cross_entropy_naive(logits, targets):
    logits, targets = _classified(logits, targets)
    return -np.log(np.take_along_axis(softmax_naive(logits), targets[:, None], axis=1)).mean()


@variant("take_along_axis")
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    if weight is not None and np.shape(weight) != logits.shape[1:]:
        raise ValueError(f"weight has shape {np.shape(weight)}")
    weight = np.ones(logits.shape[1]) if weight is None else np.asarray(weight)
    logp = log_softmax(logits)
    used = np.take(weight, targets)
    picked = np.take_along_axis(logp, targets.reshape(-1, 1), axis=1).squeeze(1)
    losses = -(1 - label_smoothing) * used * picked - label_smoothing * np.mean(logp * weight, axis=1)
    if reduction == "mean":
        return np.sum(losses) / np.sum(used)
    return np.sum(losses) if reduction == "sum" else losses


@variant("take_along_axis")
def cross_entropy_grad(logits, targets):
    logits, targets = _classified(logits, targets)
    p = softmax(logits)
    picked = np.take_along_axis(p, targets[:, None], axis=1)
    np.put_along_axis(p, targets[:, None], picked - 1, axis=1)
    return p * (1 / len(p))


@variant("columns")
def softmax(logits):
    columns = _filled(logits, "logits").T
    powers = np.exp(columns - columns.max(axis=0))
    return (powers / powers.sum(axis=0)).T


@variant("columns")
def log_softmax(logits):
    columns = np.moveaxis(_filled(logits, "logits"), -1, 0)
    return np.moveaxis(columns - log_sum_exp(columns, axis=0), 0, -1)


# --- logaddexp for everything


@variant("logaddexp")
def log_sum_exp(z, axis=-1):
    z = np.asarray(z, dtype=float)
    if not z.size:
        raise ValueError("empty")
    return np.logaddexp.reduce(z, axis=axis)


@variant("logaddexp")
def softmax(logits):
    return np.exp(log_softmax(logits))


@variant("logaddexp")
def log_softmax(logits):
    if np.size(logits) == 0:
        raise ValueError("empty")
    return np.subtract(logits, np.logaddexp.reduce(np.array(logits, float), axis=-1, keepdims=True))


@variant("logaddexp")
def bce_with_logits(logits, targets):
    z, y = _paired(logits, targets)
    return np.mean(y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z))


@variant("logaddexp")
def bce_with_logits_grad(logits, targets):
    z, y = _paired(logits, targets)
    return (np.exp(-np.logaddexp(0, -z)) - y) / z.size


# --- the gradient by softmax of margins; a maximum that is found along moved axes


@variant("moved_axes")
def log_sum_exp(z, axis=-1):
    z = np.moveaxis(_filled(z, "z"), axis, -1)
    rows = z.reshape(-1, z.shape[-1])
    found = []
    for row in rows:
        top = row.max()
        found.append(top if top == -np.inf else top + np.log(np.sum(np.exp(row - top))))
    return np.array(found).reshape(z.shape[:-1])


@variant("margins")
def log_softmax(logits):
    logits = _filled(logits, "logits")
    margins = logits[..., None, :] - logits[..., :, None]
    return -log_sum_exp(margins)


@variant("margins")
def softmax(logits):
    return np.exp(log_softmax(logits))


# --- log1p of what the other classes have


@variant("log1p")
def log_sum_exp(z, axis=-1):
    z = np.sort(_filled(z, "z"), axis=axis)
    z = np.moveaxis(z, axis, 0)
    top, rest = z[-1], z[:-1]
    base = np.where(np.isneginf(top), 0.0, top)
    with np.errstate(divide="ignore"):
        return np.where(np.isneginf(top), -np.inf, base + np.log1p(np.exp(rest - base).sum(axis=0)))


# --- logarithm of the sigmoid


@variant("log_sigmoid")
def log_sigmoid(z):
    return np.minimum(z, 0) - np.log1p(np.exp(-np.abs(z)))


@variant("log_sigmoid")
def bce_with_logits(logits, targets):
    z, y = _paired(logits, targets)
    return -(y * log_sigmoid(z) + (1 - y) * log_sigmoid(-z)).mean()


@variant("log_sigmoid")
def bce_with_logits_grad(logits, targets):
    z, y = _paired(logits, targets)
    return np.divide(np.exp(log_sigmoid(z)) - y, z.size)


@variant("two_branches")
def sigmoid(z):
    result = np.empty_like(z)
    up = z >= 0
    result[up] = 1 / (1 + np.exp(-z[up]))
    powers = np.exp(z[~up])
    result[~up] = powers / (1 + powers)
    return result


@variant("two_branches")
def bce_with_logits_grad(logits, targets):
    z, y = _paired(logits, targets)
    return (sigmoid(z) - y) / np.prod(z.shape)


@variant("two_branches")
def bce_with_logits(logits, targets):
    z, y = _paired(logits, targets)
    losses = np.where(z > 0, (1 - y) * z, -y * z)
    return (losses + np.log(1 + np.exp(-abs(z)))).mean()


@variant("tanh")
def bce_with_logits_grad(logits, targets):
    z, y = _paired(logits, targets)
    return (0.5 + 0.5 * np.tanh(z / 2) - y) / z.size


@variant("tanh")
def bce_with_logits(logits, targets):
    z, y = _paired(logits, targets)
    return np.average(log_sum_exp(np.stack([np.zeros(z.shape), z], axis=-1)) - y * z)


# --- masks and where= for 0·log 0


@variant("masks")
def bce_loss(probs, targets):
    probs, targets = _paired(probs, targets)
    if probs.min() < 0 or probs.max() > 1:
        raise ValueError("probs")
    losses = np.zeros(probs.shape)
    positive, negative = targets > 0, targets < 1
    with np.errstate(divide="ignore"):
        losses[positive] -= targets[positive] * np.log(probs[positive])
        losses[negative] -= (1 - targets[negative]) * np.log1p(-probs[negative])
    return losses.mean()


@variant("masks")
def entropy(p):
    p = _distribution(p, "p")
    logs = np.log(p, where=p > 0, out=np.zeros(len(p)))
    return -p.dot(logs)


@variant("masks")
def cross_entropy_of(p, q):
    p, q = _two_distributions(p, q)
    with np.errstate(divide="ignore"):
        return -(p[p > 0] * np.log(q[p > 0])).sum()


@variant("masks")
def kl_divergence(p, q):
    return cross_entropy_of(p, q) - entropy(p)


@variant("nan_sums")
def bce_loss(probs, targets):
    probs, targets = _paired(probs, targets)
    if not ((probs >= 0) & (probs <= 1)).all():
        raise ValueError("a probability lies in [0, 1]")
    with np.errstate(all="ignore"):
        return -(np.nansum(targets * np.log(probs)) + np.nansum((1 - targets) * np.log(1 - probs))) / probs.size


@variant("nan_sums")
def entropy(p):
    p = _distribution(p, "p")
    with np.errstate(all="ignore"):
        return np.nansum(p * -np.log(p))


@variant("nan_sums")
def kl_divergence(p, q):
    p, q = _two_distributions(p, q)
    with np.errstate(all="ignore"):
        return np.nansum(np.where(p == 0, 0, p * np.log(p / q)))


# --- class weights in other words


@variant("weights_by_log")
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = np.array(counts, dtype=float)
    if counts.ndim != 1 or counts.size == 0 or (counts <= 0).any():
        raise ValueError(f"counts {counts}")
    if strategy == "effective":
        with np.errstate(divide="ignore"):
            return -(1 - beta) / np.expm1(counts * np.log(beta))
    powers = {"inverse": 1.0, "inverse_sqrt": 0.5}
    if strategy not in powers:
        raise ValueError(f"strategy {strategy}")
    return np.power(counts.mean() / counts, powers[strategy])


@variant("weights_by_list")
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = [int(n) for n in counts]
    if not counts or min(counts) <= 0:
        raise ValueError("every class needs an example: %s" % counts)

    def weight(n):
        if strategy == "inverse":
            return sum(counts) / (len(counts) * n)
        if strategy == "inverse_sqrt":
            return (sum(counts) / (len(counts) * n)) ** 0.5
        if strategy == "effective":
            return 1.0 if beta == 0 else (beta - 1) / math.expm1(n * math.log1p(beta - 1))
        raise ValueError("strategy " + strategy)

    return np.array([weight(n) for n in counts])


@variant("weights_by_list")
def quick_check_weights():
    return [5 / 9, 5]


@variant("weights_by_list")
def quick_check_bce():
    return np.inf


# --- warnings silenced by the other means; arrays for lists


@variant("sweep_of_arrays")
def stability_sweep(logits, targets, scales):
    import warnings

    scales = np.array(scales, dtype=float)
    logits = np.array(logits)
    naive, stable = np.empty(len(scales)), np.empty(len(scales))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for i, scale in enumerate(scales):
            naive[i] = cross_entropy_naive(logits * scale, targets)
            stable[i] = cross_entropy(logits * scale, targets)
    return dict(scale=scales, naive=naive, stable=stable)


# --- own checks, own words


@variant("own_checks")
class TargetError(ValueError):
    pass


@variant("own_checks")
def _classified(logits, targets):
    logits, targets = np.array(logits, dtype=np.float64), np.array(targets)
    if logits.ndim != 2:
        raise ValueError("logits must be a matrix")
    n, c = logits.shape
    if n * c == 0:
        raise ValueError("empty batch")
    if targets.ndim != 1 or len(targets) != n:
        raise ValueError(f"{n} rows but targets of shape {targets.shape}")
    bad = ~np.isin(targets, np.arange(c))
    if bad.any():
        raise TargetError("bad targets: " + ", ".join(map(str, targets[bad].tolist())))
    return logits, targets.astype(np.intp)


@variant("own_checks")
def _distribution(values, name):
    values = np.array(values, dtype=float)
    if values.ndim != 1 or min(values, default=-1) < 0 or not np.isclose(values.sum(), 1, rtol=0, atol=1e-6):
        raise ValueError(name + " is not a distribution")
    return values


@variant("own_checks")
def _paired(values, targets):
    values, targets = np.array(values, dtype=float), np.array(targets, dtype=float)
    if values.shape != targets.shape or 0 in values.shape:
        raise ValueError(f"{values.shape} and {targets.shape} do not go together")
    if np.clip(targets, 0, 1).tolist() != targets.tolist():
        raise ValueError("targets between 0 and 1, please")
    return values, targets


# --- extended precision


@variant("extended_precision")
def softmax(logits):
    logits = _filled(logits, "logits").astype(np.longdouble)
    powers = np.exp(logits - np.max(logits, axis=-1, keepdims=True))
    return (powers / np.sum(powers, axis=-1, keepdims=True)).astype(float)


@variant("extended_precision")
def bce_loss(probs, targets):
    probs, targets = _paired(probs, targets)
    if np.any(np.abs(probs - 0.5) > 0.5):
        raise ValueError("probs")
    x = probs.astype(np.longdouble)
    with np.errstate(divide="ignore"):
        first = np.multiply(targets, np.log(x), where=targets > 0, out=np.zeros_like(x))
        second = np.multiply(1 - targets, np.log1p(-x), where=targets < 1, out=np.zeros_like(x))
    return float(-(first + second).mean())
