"""Wrong answers of 02-cross-entropy that are not in the catalogue: new mistakes, and catalogued ones in other words."""

from autograder.grading.diagnosis.catalogue import mistake

# --- catalogued mistakes, written differently: they must get the catalogued name


@mistake(
    "one_sum_for_the_matrix",
    part="naive",
    says="this has one sum for all rows.",
    seen="written for the held-out set",
    named="naive_whole_sum",
)
def softmax_naive(logits):
    e = np.exp(np.array(logits, dtype=float))
    if e.size == 0:
        raise ValueError("empty")
    return e / np.sum(e)


@mistake(
    "loop_that_never_divides",
    part="naive",
    says="this never divides by N.",
    seen="written for the held-out set",
    named="naive_loss_sum",
)
def cross_entropy_naive(logits, targets):
    z, y = _classified(logits, targets)
    total = 0.0
    for i in range(len(y)):
        p = np.exp(z[i]) / np.exp(z[i]).sum()
        total -= np.log(p[y[i]])
    return total


@mistake(
    "textbook_log_sum_exp",
    part="log_sum_exp",
    says="this does not shift.",
    seen="written for the held-out set",
    named="lse_unshifted",
)
def log_sum_exp(z, axis=-1):
    z = np.array(z, dtype=float)
    if not z.size:
        raise ValueError("z is empty")
    old = np.seterr(all="ignore")
    result = np.log(np.exp(z).sum(axis))
    np.seterr(**old)
    return result


@mistake(
    "shift_without_a_guard",
    part="log_sum_exp",
    says="this subtracts -inf from -inf.",
    seen="written for the held-out set",
    named="lse_nan_of_nothing",
)
def log_sum_exp(z, axis=-1):
    z = np.asarray(z).astype(float)
    if z.size == 0:
        raise ValueError("z is empty")
    m = np.amax(z, axis=axis)
    with np.errstate(invalid="ignore", divide="ignore"):
        return m + np.log(np.exp(z - np.expand_dims(m, axis)).sum(axis=axis))


@mistake(
    "global_maximum",
    part="softmax",
    says="this has one maximum for all rows.",
    seen="written for the held-out set",
    named="softmax_one_maximum",
)
def softmax(logits):
    z = np.array(logits, dtype=float)
    if z.size == 0:
        raise ValueError("empty")
    z = z - max(z.ravel())
    e = np.exp(z)
    with np.errstate(invalid="ignore"):
        return np.divide(e, np.sum(e, axis=-1)[..., np.newaxis])


@mistake(
    "stable_softmax_then_log",
    part="softmax",
    says="this takes the log of 0.",
    seen="written for the held-out set",
    named="log_softmax_of_softmax",
)
def log_softmax(logits):
    z = np.array(logits, dtype=float)
    if z.size == 0:
        raise ValueError("empty")
    e = np.exp(z - z.max(-1)[..., None])
    with np.errstate(divide="ignore"):
        return np.log(e / e.sum(-1)[..., None])


@mistake(
    "plain_mean_of_weighted_losses",
    part="cross_entropy",
    says="this divides by N.",
    seen="written for the held-out set",
    named="ce_weighted_over_n",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    z, y = _classified(logits, targets)
    w = np.ones(z.shape[1]) if weight is None else np.array(weight, dtype=float)
    if w.shape != (z.shape[1],):
        raise ValueError("weight")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(reduction)
    q = np.full(z.shape, label_smoothing / z.shape[1])
    for i, c in enumerate(y):
        q[i, c] += 1 - label_smoothing
    loss = -(q * w * log_softmax(z)).sum(1)
    if reduction == "none":
        return loss
    if reduction == "sum":
        return loss.sum()
    return np.mean(loss)


@mistake(
    "epsilon_for_the_other_classes",
    part="cross_entropy",
    says="this shares eps among C - 1.",
    seen="written for the held-out set",
    named="ce_smoothing_among_others",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    z, y = _classified(logits, targets)
    w = np.ones(z.shape[1]) if weight is None else np.array(weight, dtype=float)
    if w.shape != (z.shape[1],):
        raise ValueError("weight")
    _require_reduction(reduction)
    q = np.full(z.shape, label_smoothing / (z.shape[1] - 1))
    q[range(len(y)), y] = 1 - label_smoothing
    loss = (q * w * -log_softmax(z)).sum(axis=1)
    if reduction == "none":
        return loss
    return loss.sum() / (w[y].sum() if reduction == "mean" else 1)


@mistake(
    "tiny_number_in_the_log",
    part="cross_entropy",
    says="this adds 1e-12.",
    seen="written for the held-out set",
    named="ce_log_epsilon",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    z, y = _classified(logits, targets)
    w = np.ones(z.shape[1]) if weight is None else np.array(weight, dtype=float)
    if w.shape != (z.shape[1],):
        raise ValueError("weight")
    _require_reduction(reduction)
    e = np.exp(z - z.max(axis=1, keepdims=True))
    logp = np.log(e / e.sum(axis=1, keepdims=True) + 1e-12)
    loss = np.zeros(len(y))
    for i, c in enumerate(y):
        loss[i] = -(1 - label_smoothing) * w[c] * logp[i, c] - label_smoothing * (w * logp[i]).mean()
    if reduction == "none":
        return loss
    return loss.sum() if reduction == "sum" else loss.sum() / w[y].sum()


@mistake(
    "sum_of_the_rows",
    part="cross_entropy_grad",
    says="this forgets 1/N.",
    seen="written for the held-out set",
    named="grad_no_n",
)
def cross_entropy_grad(logits, targets):
    z, y = _classified(logits, targets)
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True) - np.eye(z.shape[1])[y]


@mistake(
    "minus_one_everywhere",
    part="cross_entropy_grad",
    says="this changes whole columns.",
    seen="written for the held-out set",
    named="grad_columns",
)
def cross_entropy_grad(logits, targets):
    z, y = _classified(logits, targets)
    p = softmax(z)
    for i in range(len(y)):
        p[i, list(set(y.tolist()))] -= 1
    return p / z.shape[0]


@mistake(
    "keras_clip",
    part="binary",
    says="this clips at 1e-7.",
    seen="written for the held-out set",
    named="bce_clipped",
)
def bce_loss(probs, targets):
    p, y = _paired(probs, targets)
    if p.min() < 0 or p.max() > 1:
        raise ValueError("probs")
    p = np.minimum(np.maximum(p, 1e-7), 1 - 1e-7)
    return np.average(np.where(y == 1, -np.log(p), -y * np.log(p) - (1 - y) * np.log(1 - p)))


@mistake(
    "sigmoid_then_bce",
    part="binary",
    says="this goes through the sigmoid.",
    seen="written for the held-out set",
    named="bwl_through_the_sigmoid",
)
def bce_with_logits(logits, targets):
    z, y = _paired(logits, targets)
    with np.errstate(over="ignore"):
        return bce_loss(1 / (1 + np.exp(-z)), y)


@mistake(
    "exp_over_one_plus_exp",
    part="binary",
    says="this overflows.",
    seen="written for the held-out set",
    named="bgrad_overflows",
)
def bce_with_logits_grad(logits, targets):
    z, y = _paired(logits, targets)
    old = np.seterr(all="ignore")
    e = np.exp(z)
    p = e / (e + 1.0)
    np.seterr(**old)
    return (p - y) / z.size


@mistake(
    "both_zeros_left_out",
    part="information",
    says="this leaves out q = 0.",
    seen="written for the held-out set",
    named="kl_skips_impossible",
)
def kl_divergence(p, q):
    p, q = _two_distributions(p, q)
    return sum(a * math.log(a / b) for a, b in zip(p, q) if a > 0 and b > 0)


@mistake(
    "total_over_count",
    part="class_weights",
    says="this lacks C.",
    seen="written for the held-out set",
    named="weights_without_c",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = np.array(counts, dtype=float)
    if counts.size == 0 or min(counts) <= 0:
        raise ValueError("counts")
    if strategy == "inverse":
        return 1 / (counts / counts.sum())
    if strategy == "inverse_sqrt":
        return (1 / (counts / counts.sum())) ** 0.5
    if strategy == "effective":
        return np.array([1.0 if beta == 0 else (beta - 1) / math.expm1(n * math.log(beta)) for n in counts])
    raise ValueError(strategy)


@mistake(
    "mended_naive_column",
    part="stability",
    says="this never calls the naive function.",
    seen="written for the held-out set",
    named="sweep_stable_twice",
)
def stability_sweep(logits, targets, scales):
    z = np.array(logits, dtype=float)
    rows = {"scale": [float(s) for s in scales], "naive": [], "stable": []}
    for s in scales:
        logp = log_softmax(s * z)
        rows["naive"].append(-np.mean([row[t] for row, t in zip(logp, targets)]))
        rows["stable"].append(cross_entropy(s * z, targets))
    return rows


@mistake(
    "integers_at_once",
    part="validation",
    says="this cuts fractions off.",
    seen="written for the held-out set",
    named="ce_cuts_fractions_off",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    z, y = np.array(logits, dtype=float), np.array(targets).astype("int64")
    if z.ndim != 2 or y.ndim != 1 or len(z) != len(y) or z.size == 0:
        raise ValueError("shapes")
    for c in y:
        if c < 0 or c >= z.shape[1]:
            raise ValueError(f"no class {c}")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(reduction)
    w = np.ones(z.shape[1]) if weight is None else np.array(weight, dtype=float)
    if w.shape != (z.shape[1],):
        raise ValueError("weight")
    logp = log_softmax(z)
    loss = -(1 - label_smoothing) * w[y] * logp[range(len(y)), y] - label_smoothing * (logp * w).mean(axis=1)
    if reduction == "none":
        return loss
    return loss.sum() if reduction == "sum" else loss.sum() / w[y].sum()


@mistake(
    "sum_forgotten",
    part="validation",
    says="this looks for negatives only.",
    seen="written for the held-out set",
    named="entropy_sum_unchecked",
)
def entropy(p):
    p = np.array(p, dtype=float)
    if p.size == 0 or min(p) < 0:
        raise ValueError("p")
    return -sum(x * math.log(x) for x in p if x > 0)


# --- new mistakes: they must lose points in their part, and must not be called by a wrong name


@mistake(
    "powers_of_two",
    part="naive",
    says="this has 2 for the base.",
    seen="written for the held-out set: np.exp2 for np.exp",
)
def softmax_naive(logits):
    powers = np.exp2(_filled(logits, "logits"))
    return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "first_entry_as_shift",
    part="log_sum_exp",
    says="this shifts by the first entry of each slice.",
    seen="written for the held-out set: any constant may be moved out, but not every one helps",
)
def log_sum_exp(z, axis=-1):
    z = _filled(z, "z")
    first = np.take(z, [0], axis=axis)
    first = np.where(np.isfinite(first), first, 0.0)
    with np.errstate(all="ignore"):
        return np.log(np.sum(np.exp(z - first), axis=axis)) + np.squeeze(first, axis=axis)


@mistake(
    "half_precision_throughout",
    part="softmax",
    says="this computes in float16.",
    seen="mixed precision training, where softmax is kept in float32 for this reason",
)
def softmax(logits):
    logits = _filled(logits, "logits").astype(np.float16)
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return (powers / powers.sum(axis=-1, keepdims=True)).astype(float)


@mistake(
    "hard_maximum",
    part="softmax",
    says="this is a hard maximum.",
    seen="written for the held-out set: argmax taken for softmax",
)
def softmax(logits):
    logits = _filled(logits, "logits")
    top = (logits == logits.max(axis=-1, keepdims=True)).astype(float)
    return top / top.sum(axis=-1, keepdims=True)


@mistake(
    "weights_on_the_logits",
    part="cross_entropy",
    says="this adds the logarithm of each weight to its logit.",
    seen="logit adjustment, which is another remedy against imbalance",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    weight = np.ones(logits.shape[1]) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != logits.shape[1:]:
        raise ValueError("weight")
    logp = log_softmax(logits + np.log(weight))
    losses = -(1 - label_smoothing) * logp[np.arange(len(targets)), targets] - label_smoothing * logp.mean(axis=1)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.mean()


@mistake(
    "weights_normalised_in_place",
    part="cross_entropy",
    says="this writes the normalised weights back into the caller's array.",
    seen="written for the held-out set: weight /= weight.sum()",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    scale = 1.0
    if weight is None:
        weight = np.ones(logits.shape[1])
    weight = np.asarray(weight, dtype=float)
    if weight.shape != logits.shape[1:]:
        raise ValueError("weight")
    scale = weight.sum()
    weight /= scale
    logp = log_softmax(logits)
    used = weight[targets]
    losses = -(1 - label_smoothing) * used * logp[np.arange(len(targets)), targets]
    losses = losses - label_smoothing * (logp * weight).mean(axis=1)
    if reduction == "none":
        return losses * scale
    return losses.sum() * scale if reduction == "sum" else losses.sum() / used.sum()


@mistake(
    "slope_of_softmax_alone",
    part="cross_entropy_grad",
    says="this is the diagonal of the Jacobian of softmax.",
    seen="written for the held-out set: p(1 - p), as for a sigmoid",
)
def cross_entropy_grad(logits, targets):
    logits, targets = _classified(logits, targets)
    p = softmax(logits)
    return p * (1 - p) / len(targets)


@mistake(
    "hinge_for_the_loss",
    part="binary",
    says="this is the hinge loss.",
    seen="the loss of support vector machines",
)
def bce_with_logits(logits, targets):
    logits, targets = _paired(logits, targets)
    return np.mean(np.maximum(0, 1 - (2 * targets - 1) * logits))


@mistake(
    "over_the_positives",
    part="binary",
    says="this divides by the number of positive targets.",
    seen="detectors that normalise by the number of positives",
)
def bce_with_logits_grad(logits, targets):
    logits, targets = _paired(logits, targets)
    small = np.exp(-np.abs(logits))
    sigmoid = np.where(logits >= 0, 1.0, small) / (1 + small)
    return (sigmoid - targets) / max(1, np.sum(targets > 0))


@mistake(
    "impurity",
    part="information",
    says="this is the Gini impurity.",
    seen="decision trees, which offer both criteria",
)
def entropy(p):
    p = _distribution(p, "p")
    return 1 - np.sum(p**2)


@mistake(
    "jensen_shannon",
    part="information",
    says="this is the Jensen-Shannon divergence.",
    seen="scipy.spatial.distance.jensenshannon",
)
def kl_divergence(p, q):
    p, q = _two_distributions(p, q)
    middle = (p + q) / 2
    used, other = p > 0, q > 0
    first = np.sum(p[used] * np.log(p[used] / middle[used]))
    return (first + np.sum(q[other] * np.log(q[other] / middle[other]))) / 2


@mistake(
    "digits_lost_near_one",
    part="class_weights",
    says="this subtracts numbers that are nearly equal.",
    seen="the formula of Cui et al. 2019 as it stands",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError("counts")
    inverse = counts.mean() / counts
    if strategy == "effective":
        return (1.0 - beta) / (1.0 - np.power(beta, counts))
    if strategy not in ("inverse", "inverse_sqrt"):
        raise ValueError(strategy)
    return inverse if strategy == "inverse" else np.sqrt(inverse)


@mistake(
    "warnings_get_out",
    part="stability",
    says="this lets the warnings out.",
    seen="written for the held-out set: the experiment without errstate",
)
def stability_sweep(logits, targets, scales):
    z = np.array(logits, dtype=float)
    naive = [cross_entropy_naive(s * z, targets) for s in scales]
    stable = [cross_entropy(s * z, targets) for s in scales]
    return {"scale": list(map(float, scales)), "naive": naive, "stable": stable}


@mistake(
    "a_large_number",
    part="quick_checks",
    says="this is a number, not the limit.",
    seen="-log(1e-7), what a clipped loss gives",
)
def quick_check_bce():
    return -math.log(1e-7)


@mistake(
    "target_without_a_name",
    part="validation",
    says="this does not say which target.",
    seen="written for the held-out set",
)
def cross_entropy_grad(logits, targets):
    try:
        logits, targets = _classified(logits, targets)
    except ValueError:
        raise ValueError("invalid input") from None
    return (softmax(logits) - np.eye(logits.shape[1])[targets]) / len(targets)
