"""Right answers of 02-cross-entropy in other styles.

Each variant must earn everything; what is naive is right on float arrays, neither converts nor refuses, and loses points
for unusual and bad input alone.
"""

from autograder.grading.diagnosis.catalogue import naive, variant

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


# --- naive: arrays of floats are taken as they come


@naive("naive_methods")
def softmax_naive(logits):
    return np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)


@naive("naive_methods")
def cross_entropy_naive(logits, targets):
    probs = softmax_naive(logits)
    return -np.log(probs[np.arange(len(targets)), targets]).mean()


@naive("naive_methods")
def log_sum_exp(z, axis=-1):
    top = z.max(axis=axis, keepdims=True)
    top[top == -np.inf] = 0
    with np.errstate(divide="ignore"):
        return np.log(np.exp(z - top).sum(axis=axis)) + top.squeeze(axis=axis)


@naive("naive_methods")
def softmax(logits):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


@naive("naive_methods")
def log_softmax(logits):
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


@naive("naive_methods")
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    n, c = logits.shape
    if weight is None:
        weight = np.ones(c)
    logp = log_softmax(logits)
    soft = np.full((n, c), label_smoothing / c)
    soft[np.arange(n), targets] += 1 - label_smoothing
    losses = -(soft * weight * logp).sum(axis=1)
    if reduction == "none":
        return losses
    if reduction == "sum":
        return losses.sum()
    return losses.sum() / weight[targets].sum()


@naive("naive_methods")
def cross_entropy_grad(logits, targets):
    probs = softmax(logits)
    probs[np.arange(len(targets)), targets] -= 1
    return probs / len(targets)


@naive("naive_row_by_row")
def softmax_naive(logits):
    if logits.ndim == 1:
        return np.exp(logits) / sum(np.exp(logits))
    return np.array([softmax_naive(row) for row in logits])


@naive("naive_row_by_row")
def cross_entropy_naive(logits, targets):
    return np.mean([-np.log(softmax_naive(row)[target]) for row, target in zip(logits, targets)])


@naive("naive_row_by_row")
def softmax(logits):
    if logits.ndim > 1:
        return np.stack([softmax(row) for row in logits])
    powers = np.exp(logits - max(logits))
    return powers / sum(powers)


@naive("naive_row_by_row")
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    losses, total = [], 0
    for row, target in zip(logits, targets):
        loss = 0
        top = row.max()
        log_total = np.log(np.exp(row - top).sum()) + top
        for c in range(len(row)):
            w = 1 if weight is None else weight[c]
            share = label_smoothing / len(row) + (1 - label_smoothing if c == target else 0)
            loss += w * share * (log_total - row[c])
        losses.append(loss)
        total += 1 if weight is None else weight[target]
    if reduction == "none":
        return np.array(losses)
    return sum(losses) if reduction == "sum" else sum(losses) / total


@naive("naive_row_by_row")
def cross_entropy_grad(logits, targets):
    grad = np.zeros(logits.shape)
    for i in range(logits.shape[0]):
        grad[i] = softmax(logits[i])
        grad[i][targets[i]] = grad[i][targets[i]] - 1
    return grad / logits.shape[0]


@naive("naive_total_less_picked")
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    top = np.max(logits, axis=1)[:, None]
    total = (top + np.log(np.sum(np.exp(logits - top), axis=1))[:, None]) - logits
    w = np.ones(logits.shape[1]) if weight is None else weight
    picked = w[targets]
    own = picked * total[range(len(targets)), targets]
    smooth = np.dot(total, w) / logits.shape[1]
    losses = own + label_smoothing * (smooth - own)
    return losses if reduction == "none" else np.sum(losses) if reduction == "sum" else np.sum(losses) / np.sum(picked)


@naive("naive_total_less_picked")
def log_softmax(logits):
    top = np.amax(logits, axis=-1)
    return logits - (top + np.log(np.sum(np.exp(logits - top[..., None]), axis=-1)))[..., None]


@naive("naive_one_hot")
def one_hot(targets, classes):
    return np.eye(classes)[targets]


@naive("naive_one_hot")
def cross_entropy_naive(logits, targets):
    probs = np.exp(logits) / np.sum(np.exp(logits), axis=1).reshape(-1, 1)
    return -np.sum(np.log(np.sum(one_hot(targets, logits.shape[1]) * probs, axis=1))) / logits.shape[0]


@naive("naive_one_hot")
def cross_entropy_grad(logits, targets):
    powers = np.exp(logits - np.max(logits, axis=1).reshape(-1, 1))
    return (powers / np.sum(powers, axis=1).reshape(-1, 1) - one_hot(targets, logits.shape[1])) / targets.size


@naive("naive_one_hot")
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    hot = one_hot(targets, logits.shape[1])
    wanted = (1 - label_smoothing) * hot + label_smoothing / logits.shape[1]
    if weight is not None:
        wanted = wanted * weight
    losses = -np.sum(wanted * log_softmax(logits), axis=1)
    count = len(targets) if weight is None else np.sum(hot @ weight)
    return {"none": losses, "sum": np.sum(losses), "mean": np.sum(losses) / count}[reduction]


@naive("naive_binary_in_one_line")
def bce_loss(probs, targets):
    with np.errstate(all="ignore"):
        return -np.mean(
            np.where(targets == 0, 0, targets * np.log(probs))
            + np.where(targets == 1, 0, (1 - targets) * np.log(1 - probs))
        )


@naive("naive_binary_in_one_line")
def bce_with_logits(z, y):
    return np.mean(np.maximum(z, 0.0) - z * y + np.log1p(np.exp(-np.abs(z))))


@naive("naive_binary_in_one_line")
def bce_with_logits_grad(z, y):
    return (0.5 * (1 + np.tanh(z / 2)) - y) / z.size


@naive("naive_binary_target_first")
def bce_loss(probs, targets):
    losses = []
    for p, y in zip(probs.flatten(), targets.flatten()):
        loss = 0
        with np.errstate(divide="ignore"):
            if y != 0:
                loss = loss - y * np.log(p)
            if y != 1:
                loss = loss + (y - 1) * np.log(1 - p)
        losses.append(loss)
    return sum(losses) / len(losses)


@naive("naive_binary_target_first")
def bce_with_logits(logits, targets):
    return -np.mean(targets * logits - np.logaddexp(0, logits))


@naive("naive_binary_target_first")
def bce_with_logits_grad(logits, targets):
    p = np.exp(-np.logaddexp(0, -logits))
    return -(targets - p) / np.prod(logits.shape)


@naive("naive_binary_by_sign")
def bce_with_logits(logits, targets):
    total = 0
    for z, y in zip(logits.ravel(), targets.ravel()):
        if z > 0:
            total += z - z * y + math.log(1 + math.exp(-z))
        else:
            total += -z * y + math.log(1 + math.exp(z))
    return total / logits.size


@naive("naive_binary_by_sign")
def bce_with_logits_grad(logits, targets):
    grad = np.empty(logits.shape)
    up = logits > 0
    grad[up] = 1 / (1 + np.exp(-logits[up])) - targets[up]
    grad[~up] = np.exp(logits[~up]) / (1 + np.exp(logits[~up])) - targets[~up]
    return grad / grad.size


@naive("naive_binary_by_sign")
def bce_loss(probs, targets):
    wrong = np.where(targets > 0, -targets * np.log(probs, out=np.full(probs.shape, -np.inf), where=probs > 0), 0)
    rest = 1 - probs
    return (
        wrong - np.where(targets < 1, (1 - targets) * np.log(rest, out=rest * 0 - np.inf, where=rest > 0), 0)
    ).mean()


@naive("naive_information_of_masks")
def entropy(p):
    p = p[p > 0]
    return -(p * np.log(p)).sum()


@naive("naive_information_of_masks")
def kl_divergence(p, q):
    keep = p > 0
    with np.errstate(divide="ignore"):
        return np.sum(p[keep] * np.log(p[keep] / q[keep]))


@naive("naive_information_of_masks")
def cross_entropy_of(p, q):
    keep = p != 0
    with np.errstate(divide="ignore"):
        return -np.dot(p[keep], np.log(q[keep]))


@naive("naive_information_where")
def entropy(p):
    with np.errstate(all="ignore"):
        return np.sum(np.where(p == 0, 0, -p * np.log(p)))


@naive("naive_information_where")
def kl_divergence(p, q):
    with np.errstate(all="ignore"):
        return np.where(p == 0, 0, p * np.log(p / q)).sum()


@naive("naive_information_where")
def cross_entropy_of(p, q):
    return entropy(p) + kl_divergence(p, q)


@naive("naive_information_in_loops")
def entropy(p):
    return -sum(x * math.log(x) for x in p if x)


@naive("naive_information_in_loops")
def kl_divergence(p, q):
    total = 0.0
    for i in range(len(p)):
        if p[i] == 0:
            continue
        if q[i] == 0:
            return float("inf")
        total = total + p[i] * (math.log(p[i]) - math.log(q[i]))
    return total


@naive("naive_information_in_loops")
def cross_entropy_of(p, q):
    if any(a > 0 and b == 0 for a, b in zip(p, q)):
        return math.inf
    return sum([-a * math.log(b) for a, b in zip(p, q) if a > 0])


@naive("naive_weights_by_if")
def class_weights(counts, strategy="inverse", beta=0.999):
    if strategy == "inverse":
        return counts.sum() / (len(counts) * counts)
    elif strategy == "inverse_sqrt":
        return np.sqrt(counts.sum() / (len(counts) * counts))
    elif strategy == "effective":
        if beta == 0:
            return np.ones(len(counts))
        return (1 - beta) / -np.expm1(counts * np.log1p(-(1 - beta)))


@naive("naive_weights_by_mean")
def class_weights(counts, strategy="inverse", beta=0.999):
    if strategy == "effective":
        with np.errstate(divide="ignore"):
            return (beta - 1) / np.expm1(np.log(beta) * counts)
    weights = np.mean(counts) / counts
    return weights**0.5 if strategy == "inverse_sqrt" else weights


@naive("naive_sweep")
def stability_sweep(logits, targets, scales):
    result = {"scale": [], "naive": [], "stable": []}
    for s in scales:
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            result["naive"].append(cross_entropy_naive(logits * s, targets))
        result["stable"].append(cross_entropy(logits * s, targets))
        result["scale"].append(s)
    return result


@naive("naive_sweep")
def log_sum_exp(z, axis=-1):
    def of_slice(row):
        top = row.max()
        return top if np.isinf(top) else top + np.log(np.exp(row - top).sum())

    return np.apply_along_axis(of_slice, axis, z)[()]
