"""Known wrong answers of 02-cross-entropy, part `validation`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake


@mistake(
    "ce_checks_nothing",
    says="your cross_entropy checks nothing, so a target of -1 silently picks the last class; refuse bad input before you compute.",
    seen="PaddlePaddle/Paddle#10945: label 1000 of 100 classes gives a loss, no error",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = np.asarray(logits, dtype=float), np.asarray(targets).astype(int)
    weight = np.ones(logits.shape[1]) if weight is None else np.asarray(weight, dtype=float)
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * weight[targets] * surprise[np.arange(len(targets)), targets]
    losses = losses + label_smoothing / len(weight) * (surprise @ weight)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / weight[targets].sum()


@mistake(
    "ce_takes_negative_targets",
    says="your cross_entropy takes a negative target, which picks a class from the end; a target below 0 is a ValueError.",
    seen="PaddlePaddle/Paddle#36891: a negative label used as an address",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _filled(logits, "logits"), np.asarray(targets)
    if logits.ndim != 2 or targets.shape != logits.shape[:1]:
        raise ValueError(f"logits have shape {logits.shape}, targets have shape {targets.shape}")
    if np.any(targets != np.floor(targets)):
        raise ValueError(f"targets are not whole: {targets}")
    if np.any(targets >= logits.shape[1]):
        raise ValueError(f"targets lie outside of the classes: {targets}")
    targets = targets.astype(int)
    _require_reduction(reduction)
    weight = np.ones(logits.shape[1]) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != logits.shape[1:]:
        raise ValueError(f"weight has shape {weight.shape}, and logits have shape {logits.shape}")
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * weight[targets] * surprise[np.arange(len(targets)), targets]
    losses = losses + label_smoothing / len(weight) * (surprise @ weight)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / weight[targets].sum()


@mistake(
    "ce_takes_a_target_of_c",
    says="your cross_entropy lets a target of C through, which raises an IndexError; classes end at C - 1, so compare with >=.",
    seen="guillaume-chevalier/LSTM-Human-Activity-Recognition#19: label 2 of 2 classes, an IndexError",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _filled(logits, "logits"), np.asarray(targets)
    if logits.ndim != 2 or targets.shape != logits.shape[:1]:
        raise ValueError(f"logits have shape {logits.shape}, targets have shape {targets.shape}")
    if np.any(targets != np.floor(targets)):
        raise ValueError(f"targets are not whole: {targets}")
    if np.any((targets < 0) | (targets > logits.shape[1])):
        raise ValueError(f"targets lie outside of the classes: {targets}")
    targets = targets.astype(int)
    _require_reduction(reduction)
    weight = np.ones(logits.shape[1]) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != logits.shape[1:]:
        raise ValueError(f"weight has shape {weight.shape}, and logits have shape {logits.shape}")
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * weight[targets] * surprise[np.arange(len(targets)), targets]
    losses = losses + label_smoothing / len(weight) * (surprise @ weight)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / weight[targets].sum()


@mistake(
    "ce_cuts_fractions_off",
    says="your cross_entropy turns targets into integers before it checks them, so 1.5 becomes 1; raise a ValueError for a target that is not whole.",
    seen="keras-team/keras#570: to_categorical begins with np.asarray(y, dtype='int32')",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _filled(logits, "logits"), np.asarray(targets)
    if logits.ndim != 2 or targets.shape != logits.shape[:1]:
        raise ValueError(f"logits have shape {logits.shape}, targets have shape {targets.shape}")
    if np.any((targets < 0) | (targets >= logits.shape[1])):
        raise ValueError(f"targets lie outside of the classes: {targets}")
    targets = targets.astype(int)
    _require_reduction(reduction)
    weight = np.ones(logits.shape[1]) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != logits.shape[1:]:
        raise ValueError(f"weight has shape {weight.shape}, and logits have shape {logits.shape}")
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * weight[targets] * surprise[np.arange(len(targets)), targets]
    losses = losses + label_smoothing / len(weight) * (surprise @ weight)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / weight[targets].sum()


@mistake(
    "ce_clips_targets",
    says="your cross_entropy moves targets outside the classes to the nearest class; they are the caller's mistake, so raise a ValueError.",
    seen="docs: numpy.take: mode='clip'",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _filled(logits, "logits"), np.asarray(targets)
    if logits.ndim != 2 or targets.shape != logits.shape[:1]:
        raise ValueError(f"logits have shape {logits.shape}, targets have shape {targets.shape}")
    targets = np.clip(targets, 0, logits.shape[1] - 1).astype(int)
    _require_reduction(reduction)
    weight = np.ones(logits.shape[1]) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != logits.shape[1:]:
        raise ValueError(f"weight has shape {weight.shape}, and logits have shape {logits.shape}")
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * weight[targets] * surprise[np.arange(len(targets)), targets]
    losses = losses + label_smoothing / len(weight) * (surprise @ weight)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / weight[targets].sum()


@mistake(
    "ce_wraps_targets",
    says="your cross_entropy takes targets modulo C, so 4 becomes 0 and -3 becomes 1; such targets are the caller's mistake, so raise a ValueError.",
    seen="docs: numpy.take: mode='wrap'",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _filled(logits, "logits"), np.asarray(targets)
    if logits.ndim != 2 or targets.shape != logits.shape[:1]:
        raise ValueError(f"logits have shape {logits.shape}, targets have shape {targets.shape}")
    _require_reduction(reduction)
    targets = targets.astype(int) % logits.shape[1]
    weight = np.ones(logits.shape[1]) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != logits.shape[1:]:
        raise ValueError(f"weight has shape {weight.shape}, and logits have shape {logits.shape}")
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * weight[targets] * surprise[np.arange(len(targets)), targets]
    losses = losses + label_smoothing / len(weight) * (surprise @ weight)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / weight[targets].sum()


@mistake(
    "ce_asserts",
    says="your cross_entropy refuses bad targets with assert, which raises AssertionError and does nothing under python -O; raise a ValueError.",
    seen="kgdunn/process-improve#243: assert for input checks, gone under python -O",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _filled(logits, "logits"), np.asarray(targets)
    if logits.ndim != 2 or targets.shape != logits.shape[:1]:
        raise ValueError(f"logits have shape {logits.shape}, targets have shape {targets.shape}")
    assert np.all((targets >= 0) & (targets < logits.shape[1]) & (targets == np.floor(targets))), "targets"
    targets = targets.astype(int)
    _require_reduction(reduction)
    weight = np.ones(logits.shape[1]) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != logits.shape[1:]:
        raise ValueError(f"weight has shape {weight.shape}, and logits have shape {logits.shape}")
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * weight[targets] * surprise[np.arange(len(targets)), targets]
    losses = losses + label_smoothing / len(weight) * (surprise @ weight)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / weight[targets].sum()


@mistake(
    "ce_raises_index_errors",
    says="your cross_entropy raises an IndexError for a target outside the classes; raise a ValueError.",
    seen="EricFillion/happy-transformer#248: torch's IndexError, target -1 is out of bounds",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    try:
        logits, targets = _classified(logits, targets)
    except ValueError as error:
        if np.shape(logits)[:1] == np.shape(targets) and np.size(logits):
            raise IndexError(str(error)) from None
        raise
    _require_reduction(reduction)
    weight = np.ones(logits.shape[1]) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != logits.shape[1:]:
        raise ValueError(f"weight has shape {weight.shape}, and logits have shape {logits.shape}")
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * weight[targets] * surprise[np.arange(len(targets)), targets]
    losses = losses + label_smoothing / len(weight) * (surprise @ weight)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / weight[targets].sum()


@mistake(
    "ce_lengths_unchecked",
    says="your cross_entropy does not compare the number of targets with the number of rows, so one target is used for all rows; compare the shapes.",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _filled(logits, "logits"), np.asarray(targets)
    for target in targets.ravel():
        if target != int(target) or not 0 <= target < logits.shape[-1]:
            raise ValueError(f"target {target} is not a class")
    targets = targets.astype(int)
    _require_reduction(reduction)
    weight = np.ones(logits.shape[1]) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != logits.shape[1:]:
        raise ValueError(f"weight has shape {weight.shape}, and logits have shape {logits.shape}")
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * weight[targets] * surprise[np.arange(len(targets)), targets]
    losses = losses + label_smoothing / len(weight) * (surprise @ weight)
    losses = np.broadcast_to(losses, len(logits))
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / np.broadcast_to(weight[targets], len(logits)).sum()


@mistake(
    "ce_flattens_targets",
    says="your cross_entropy flattens its targets, so it accepts a column; targets have shape (N,), so raise a ValueError for any other shape.",
    seen="docs: sklearn.utils.column_or_1d: ravels a column",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, np.ravel(targets))
    _require_reduction(reduction)
    weight = np.ones(logits.shape[1]) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != logits.shape[1:]:
        raise ValueError(f"weight has shape {weight.shape}, and logits have shape {logits.shape}")
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * weight[targets] * surprise[np.arange(len(targets)), targets]
    losses = losses + label_smoothing / len(weight) * (surprise @ weight)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / weight[targets].sum()


@mistake(
    "ce_weights_unchecked",
    says="your cross_entropy does not count the weights: too few or too many go unnoticed if no target needs them; there must be one for each class.",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    weight = np.ones(logits.shape[1]) if weight is None else np.asarray(weight, dtype=float)
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * weight[targets] * surprise[np.arange(len(targets)), targets]
    losses = losses + label_smoothing / len(weight) * (surprise @ weight)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / weight[targets].sum()


@mistake(
    "ce_unknown_reduction_is_mean",
    says='your cross_entropy treats any unknown reduction as "mean"; raise a ValueError.',
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    weight = np.ones(logits.shape[1]) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != logits.shape[1:]:
        raise ValueError(f"weight has shape {weight.shape}, and logits have shape {logits.shape}")
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * weight[targets] * surprise[np.arange(len(targets)), targets]
    losses = losses + label_smoothing / len(weight) * (surprise @ weight)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / weight[targets].sum()


@mistake(
    "ce_unknown_reduction_is_nothing",
    says="your cross_entropy returns None for an unknown reduction; raise a ValueError.",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    weight = np.ones(logits.shape[1]) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != logits.shape[1:]:
        raise ValueError(f"weight has shape {weight.shape}, and logits have shape {logits.shape}")
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * weight[targets] * surprise[np.arange(len(targets)), targets]
    losses = losses + label_smoothing / len(weight) * (surprise @ weight)
    if reduction == "none":
        return losses
    elif reduction == "sum":
        return losses.sum()
    elif reduction == "mean":
        return losses.sum() / weight[targets].sum()


@mistake(
    "ce_empty_is_nan",
    says="your cross_entropy returns nan, the mean of nothing, for a batch without rows; raise a ValueError.",
    seen="pytorch/pytorch#50224: cross_entropy of an empty batch is nan",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    if np.size(targets) == 0:
        return np.nan
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    weight = np.ones(logits.shape[1]) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != logits.shape[1:]:
        raise ValueError(f"weight has shape {weight.shape}, and logits have shape {logits.shape}")
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * weight[targets] * surprise[np.arange(len(targets)), targets]
    losses = losses + label_smoothing / len(weight) * (surprise @ weight)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / weight[targets].sum()


@mistake(
    "ce_empty_is_zero",
    says="your cross_entropy returns 0 for a batch without rows, as if the fit were perfect; raise a ValueError.",
    seen="pytorch/pytorch#50224: asks for 0 as the loss of an empty batch",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    if np.size(targets) == 0:
        return 0.0
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    weight = np.ones(logits.shape[1]) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != logits.shape[1:]:
        raise ValueError(f"weight has shape {weight.shape}, and logits have shape {logits.shape}")
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * weight[targets] * surprise[np.arange(len(targets)), targets]
    losses = losses + label_smoothing / len(weight) * (surprise @ weight)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / weight[targets].sum()


mistake(
    "grad_checks_nothing",
    says="your cross_entropy_grad checks nothing: what your loss refuses, its gradient should refuse too.",
    function="cross_entropy_grad",
    change=("_classified(logits, targets)", "np.asarray(logits, dtype=float), np.asarray(targets).astype(int)"),
)


@mistake(
    "grad_takes_negative_targets",
    says="your cross_entropy_grad accepts a negative target, and subtracts 1 from a class counted from the end.",
    seen="PaddlePaddle/Paddle#36891: a negative label used as an address (there in the loss)",
)
def cross_entropy_grad(logits, targets):
    logits, targets = _filled(logits, "logits"), np.asarray(targets)
    if logits.ndim != 2 or targets.shape != logits.shape[:1]:
        raise ValueError(f"logits have shape {logits.shape}, targets have shape {targets.shape}")
    if np.any(targets != np.floor(targets)):
        raise ValueError(f"targets are not whole: {targets}")
    if np.any(targets >= logits.shape[1]):
        raise ValueError(f"targets lie outside of the classes: {targets}")
    targets = targets.astype(int)
    gradient = softmax(logits)
    gradient[np.arange(len(targets)), targets] -= 1
    return gradient / len(targets)


@mistake(
    "grad_clips_targets",
    says="your cross_entropy_grad moves targets outside the classes to the nearest class; raise a ValueError.",
    seen="docs: numpy.take: mode='clip'",
)
def cross_entropy_grad(logits, targets):
    logits, targets = _filled(logits, "logits"), np.asarray(targets)
    if logits.ndim != 2 or targets.shape != logits.shape[:1]:
        raise ValueError(f"logits have shape {logits.shape}, targets have shape {targets.shape}")
    gradient = softmax(logits)
    gradient[np.arange(len(targets)), np.clip(targets, 0, logits.shape[1] - 1).astype(int)] -= 1
    return gradient / len(targets)


@mistake(
    "grad_by_comparison",
    says="your cross_entropy_grad makes one-hot rows by comparing each class with the target, so a target outside the classes gets a row of zeros; raise a ValueError.",
    seen="kakavegeta/NLP-practice text-classification/utils.py: np.arange(...) == y[:, None]",
)
def cross_entropy_grad(logits, targets):
    logits, targets = _filled(logits, "logits"), np.asarray(targets)
    if logits.ndim != 2 or targets.shape != logits.shape[:1]:
        raise ValueError(f"logits have shape {logits.shape}, targets have shape {targets.shape}")
    one_hot = (targets[:, None] == np.arange(logits.shape[1])).astype(float)
    return (softmax(logits) - one_hot) / len(targets)


mistake(
    "naive_loss_checks_nothing",
    says="your cross_entropy_naive checks nothing, so a target of -1 silently picks the last class; the textbook formula may overflow, but bad input is refused.",
    seen="PaddlePaddle/Paddle#10945: label 1000 of 100 classes gives a loss, no error",
    function="cross_entropy_naive",
    change=("logits, targets = _classified(logits, targets)", "targets = np.asarray(targets).astype(int)"),
)

mistake(
    "naive_takes_empty",
    says="your softmax_naive returns an empty array for empty input; raise a ValueError if there are no elements.",
    function="softmax_naive",
    change=('_filled(logits, "logits")', "np.asarray(logits, dtype=float)"),
)


@mistake(
    "softmax_takes_empty",
    says="your softmax returns empty input unchanged; raise a ValueError if there are no elements.",
)
def softmax(logits):
    logits = np.asarray(logits, dtype=float)
    if logits.size == 0:
        return logits
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "softmax_empty_by_len",
    says="your softmax tests for empty input with len, which counts rows: an array without columns has rows but no elements; use size.",
)
def softmax(logits):
    logits = np.asarray(logits, dtype=float)
    if len(logits) == 0:
        raise ValueError("logits are empty")
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True, initial=-np.inf))
    return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "lse_of_nothing",
    says="your log_sum_exp returns -inf, the log of an empty sum, for empty input; raise a ValueError here.",
    seen="docs: numpy.ufunc.reduce: begins with the identity, which is -inf for logaddexp",
)
def log_sum_exp(z, axis=-1):
    z = np.asarray(z, dtype=float)
    with np.errstate(all="ignore"):
        return np.logaddexp.reduce(z, axis=axis)


@mistake(
    "bce_broadcasts",
    says="your bce_loss lets NumPy stretch (N,) and (N, 1) to a matrix of all pairs; compare the shapes first.",
    seen="pytorch/pytorch#19699: (N, 1) beside (N,), another loss without a word (there the MSE)",
)
def bce_loss(probs, targets):
    probs, targets = np.broadcast_arrays(_filled(probs, "probs"), _filled(targets, "targets"))
    if np.any((probs < 0) | (probs > 1)):
        raise ValueError("probs must lie in [0, 1]")
    probs, targets = _paired(probs, targets)
    return -np.mean(_x_log_y(targets, probs) + _x_log_y(1 - targets, 1 - probs))


@mistake(
    "bce_takes_any_probability",
    says="your bce_loss returns nan for probabilities outside [0, 1]; raise a ValueError for them.",
    seen="keras-team/keras#4744: negative predictions taken without a check",
)
def bce_loss(probs, targets):
    probs, targets = _paired(probs, targets)
    with np.errstate(all="ignore"):
        return -np.mean(_x_log_y(targets, probs) + _x_log_y(1 - targets, 1 - probs))


@mistake(
    "bce_takes_any_target",
    says="your bce_loss accepts targets outside [0, 1]; raise a ValueError for them.",
    seen="pytorch/pytorch#152437: targets outside of [0, 1] taken (there CrossEntropyLoss)",
)
def bce_loss(probs, targets):
    probs, targets = _filled(probs, "probs"), np.asarray(targets, dtype=float)
    if probs.shape != targets.shape:
        raise ValueError(f"probs have shape {probs.shape}, targets have shape {targets.shape}")
    if np.any((probs < 0) | (probs > 1)):
        raise ValueError("probs must lie in [0, 1]")
    return -np.mean(_x_log_y(targets, probs) + _x_log_y(1 - targets, 1 - probs))


@mistake(
    "bwl_broadcasts",
    says="your bce_with_logits lets NumPy stretch (N,) and (N, 1) to a matrix of all pairs; compare the shapes first.",
    seen="pytorch/pytorch#19699: (N, 1) beside (N,), another loss without a word (there the MSE)",
)
def bce_with_logits(logits, targets):
    logits, targets = _paired(*np.broadcast_arrays(_filled(logits, "logits"), _filled(targets, "targets")))
    return np.mean(np.maximum(logits, 0) - logits * targets + np.log1p(np.exp(-np.abs(logits))))


@mistake(
    "bwl_takes_any_target",
    says="your bce_with_logits accepts targets outside [0, 1], for which the loss has no lower bound; raise a ValueError for them.",
    seen="pytorch/pytorch#152437: targets outside of [0, 1] taken (there CrossEntropyLoss)",
)
def bce_with_logits(logits, targets):
    logits, targets = _filled(logits, "logits"), np.asarray(targets, dtype=float)
    if logits.shape != targets.shape:
        raise ValueError(f"logits have shape {logits.shape}, targets have shape {targets.shape}")
    return np.mean(np.maximum(logits, 0) - logits * targets + np.log1p(np.exp(-np.abs(logits))))


@mistake(
    "bgrad_checks_nothing",
    says="your bce_with_logits_grad checks nothing: what your loss refuses, its gradient should refuse too.",
)
def bce_with_logits_grad(logits, targets):
    logits, targets = np.asarray(logits, dtype=float), np.asarray(targets, dtype=float)
    small = np.exp(-np.abs(logits))
    return (np.where(logits >= 0, 1.0, small) / (1 + small) - targets) / logits.size


@mistake(
    "entropy_checks_nothing",
    says="your entropy accepts anything as a distribution; refuse negative entries and sums other than 1.",
)
def entropy(p):
    p = np.asarray(p, dtype=float)
    with np.errstate(all="ignore"):
        return -np.sum(_x_log_y(p, p))


@mistake(
    "entropy_normalises",
    says="your entropy divides p by its sum, which hides the caller's mistake; raise a ValueError for a sum other than 1.",
    seen="docs: scipy.stats.entropy: normalises what does not sum to 1",
)
def entropy(p):
    p = _filled(p, "p")
    if np.any(p < 0):
        raise ValueError("p is negative somewhere")
    p = p / p.sum()
    return -np.sum(_x_log_y(p, p))


@mistake(
    "entropy_sum_unchecked",
    says="your entropy only tests for negative entries; raise a ValueError for a sum other than 1 as well.",
)
def entropy(p):
    p = _filled(p, "p")
    if np.any(p < 0):
        raise ValueError("p is negative somewhere")
    return -np.sum(_x_log_y(p, p))


@mistake(
    "entropy_only_sums_above_one",
    says="your entropy refuses sums above 1 but not below; take the absolute value of the difference.",
)
def entropy(p):
    p = _filled(p, "p")
    if np.any(p < 0) or p.sum() - 1 > 1e-6:
        raise ValueError("p is no distribution")
    return -np.sum(_x_log_y(p, p))


@mistake(
    "entropy_forgiving",
    says="your entropy accepts a sum that is wrong by up to 0.01; the tolerance is 1e-6.",
)
def entropy(p):
    p = _filled(p, "p")
    if np.any(p < 0) or abs(p.sum() - 1) > 0.01:
        raise ValueError("p is no distribution")
    return -np.sum(_x_log_y(p, p))


@mistake(
    "entropy_exact_sum",
    says="your entropy requires a sum of exactly 1, and refuses ten times 0.1 because of rounding; allow a difference of 1e-6.",
)
def entropy(p):
    p = _distribution(p, "p")
    total = 0.0
    for part in p:
        total += part
    if total != 1:
        raise ValueError("p is no distribution")
    return -np.sum(_x_log_y(p, p))


@mistake(
    "entropy_takes_negatives",
    says="your entropy only tests the sum, but 1.5 and -0.5 also sum to 1; refuse negative entries too.",
)
def entropy(p):
    p = _filled(p, "p")
    if abs(p.sum() - 1) > 1e-6:
        raise ValueError("p is no distribution")
    with np.errstate(all="ignore"):
        return -np.sum(_x_log_y(p, p))


@mistake(
    "kl_lengths_unchecked",
    says="your kl_divergence does not compare the lengths, so NumPy stretches one entry over all; compare the shapes.",
)
def kl_divergence(p, q):
    p, q = _distribution(p, "p"), _distribution(np.ravel(q), "q")
    p, q = np.broadcast_arrays(p, q)
    used = p > 0
    with np.errstate(divide="ignore"):
        return np.sum(p[used] * (np.log(p[used]) - np.log(q[used])))


@mistake(
    "kl_q_unchecked",
    says="your kl_divergence checks p but not q; both are distributions.",
)
def kl_divergence(p, q):
    p, q = _distribution(p, "p"), np.asarray(q, dtype=float)
    if p.shape != q.shape:
        raise ValueError("p and q differ in length")
    used = p > 0
    with np.errstate(all="ignore"):
        return np.sum(p[used] * (np.log(p[used]) - np.log(q[used])))


@mistake(
    "hpq_checks_nothing",
    says="your cross_entropy_of accepts anything as distributions; refuse negative entries, sums other than 1, and different lengths.",
)
def cross_entropy_of(p, q):
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    with np.errstate(all="ignore"):
        return -np.sum(_x_log_y(p, q))


@mistake(
    "weights_infinite",
    says="your class_weights gives a class without examples an infinite weight, so the first loss is inf or nan; raise a ValueError.",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    with np.errstate(all="ignore"):
        inverse = counts.sum() / (counts.size * counts)
        if strategy == "inverse_sqrt":
            return np.sqrt(inverse)
        if strategy == "effective":
            return (beta - 1) / np.expm1(counts * np.log1p(beta - 1))
    if strategy == "inverse":
        return inverse
    raise ValueError(f"unknown strategy {strategy!r}")


@mistake(
    "weights_count_of_one",
    says="your class_weights counts an empty class as one example; there is nothing to learn it from, so raise a ValueError.",
    seen="WajeehAlamoudi/skinlite again/utils.py: label_counts.get(i, 1)",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    counts = np.maximum(counts, 1)
    with np.errstate(all="ignore"):
        inverse = counts.sum() / (counts.size * counts)
        if strategy == "inverse_sqrt":
            return np.sqrt(inverse)
        if strategy == "effective":
            return (beta - 1) / np.expm1(counts * np.log1p(beta - 1))
    if strategy == "inverse":
        return inverse
    raise ValueError(f"unknown strategy {strategy!r}")


@mistake(
    "weights_takes_negative_counts",
    says="your class_weights only refuses a count of 0; refuse negative counts, too.",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if np.any(counts == 0):
        raise ValueError("a count is 0")
    with np.errstate(all="ignore"):
        inverse = counts.sum() / (counts.size * counts)
        if strategy == "inverse_sqrt":
            return np.sqrt(inverse)
        if strategy == "effective":
            return (beta - 1) / np.expm1(counts * np.log1p(beta - 1))
    if strategy == "inverse":
        return inverse
    raise ValueError(f"unknown strategy {strategy!r}")


@mistake(
    "weights_unknown_is_inverse",
    says='your class_weights treats any unknown strategy as "inverse"; raise a ValueError.',
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError("counts must be positive")
    with np.errstate(all="ignore"):
        inverse = counts.sum() / (counts.size * counts)
        if strategy == "inverse_sqrt":
            return np.sqrt(inverse)
        if strategy == "effective":
            return (beta - 1) / np.expm1(counts * np.log1p(beta - 1))
    if strategy == "inverse":
        return inverse
    return inverse


@mistake(
    "weights_unknown_is_effective",
    says='your class_weights treats any unknown strategy as "effective"; raise a ValueError.',
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError("counts must be positive")
    inverse = counts.sum() / (counts.size * counts)
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return np.sqrt(inverse)
    with np.errstate(all="ignore"):
        return (beta - 1) / np.expm1(counts * np.log1p(beta - 1))


@mistake(
    "weights_raises_key_errors",
    says="your class_weights raises a KeyError for an unknown strategy; raise a ValueError.",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError("counts must be positive")
    with np.errstate(all="ignore"):
        inverse = counts.sum() / (counts.size * counts)
        if strategy == "inverse_sqrt":
            return np.sqrt(inverse)
        if strategy == "effective":
            return (beta - 1) / np.expm1(counts * np.log1p(beta - 1))
    if strategy == "inverse":
        return inverse
    raise KeyError(strategy)


@mistake(
    "naive_half_precision",
    says="this exponentiates small integers, for which NumPy uses float16 and keeps three digits; make float arrays first.",
)
def softmax_naive(logits):
    _filled(logits, "logits")
    powers = np.exp(np.asarray(logits))
    return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "lse_unsigned",
    says="this subtracts the maximum from unsigned integers, which wrap around below zero; make a float array first.",
    seen="dwave-examples/image-segmentation#10: differences of uint8 wrap around",
)
def log_sum_exp(z, axis=-1):
    _filled(z, "z")
    z = np.asarray(z)
    top = np.max(z, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, np.zeros_like(top))
    with np.errstate(all="ignore"):
        return np.log(np.sum(np.exp(z - top), axis=axis, dtype=float)) + np.squeeze(top, axis=axis)


@mistake(
    "softmax_unsigned",
    says="this subtracts the maximum from unsigned integers, which wrap around below zero; make a float array first.",
    seen="dwave-examples/image-segmentation#10: differences of uint8 wrap around",
)
def softmax(logits):
    _filled(logits, "logits")
    logits = np.asarray(logits)
    with np.errstate(all="ignore"):
        powers = np.exp((logits - logits.max(axis=-1, keepdims=True)).astype(float))
        return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "softmax_arrays_only",
    says="this calls a method that only arrays have, so it fails for a list; begin with np.asarray.",
)
def softmax(logits):
    powers = np.exp(_filled(logits, "logits") - logits.max(axis=-1, keepdims=True).astype(float))
    return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "ce_weights_in_arrays_only",
    says="this indexes the weights directly, which fails for a list; make an array of them first.",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else weight
    if np.shape(weight) != (classes,):
        raise ValueError(f"weight has shape {np.shape(weight)}, and there are {classes} classes")
    used = weight[targets]
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * used * surprise[np.arange(rows), targets]
    losses = losses + label_smoothing / classes * (surprise @ weight)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / used.sum()


@mistake(
    "grad_like_the_logits",
    says="your result has the dtype of the logits, so integer logits get a gradient cut to whole numbers; make a float array for it.",
    seen="docs: numpy.zeros_like: takes over the data type of its argument",
)
def cross_entropy_grad(logits, targets):
    given = np.asarray(logits)
    logits, targets = _classified(logits, targets)
    gradient = np.zeros_like(given)
    gradient[...] = (
        np.trunc((softmax(logits) - np.eye(logits.shape[1])[targets]) / len(targets))
        if given.dtype.kind in "iu"
        else (softmax(logits) - np.eye(logits.shape[1])[targets]) / len(targets)
    )
    return gradient


@mistake(
    "bce_unsigned",
    says="this takes minus an unsigned integer, and -1 wraps around to 255; make float arrays of the targets as well.",
    seen="dwave-examples/image-segmentation#10: differences of uint8 wrap around",
)
def bce_loss(probs, targets):
    _paired(probs, targets)
    probs, targets = np.asarray(probs, dtype=float), np.asarray(targets)
    if np.any((probs < 0) | (probs > 1)):
        raise ValueError("probs must lie in [0, 1]")
    with np.errstate(all="ignore"):
        first = np.where(targets == 0, 0.0, -targets * np.log(np.where(targets == 0, 1.0, probs)))
    return np.mean(first - _x_log_y(1 - targets, 1 - probs))


@mistake(
    "bwl_unsigned",
    says="this negates the logits before it makes them floats, and unsigned integers wrap around below zero; make float arrays first.",
    seen="dwave-examples/image-segmentation#10: differences of uint8 wrap around",
)
def bce_with_logits(logits, targets):
    _paired(logits, targets)
    given, targets = np.asarray(logits), np.asarray(targets, dtype=float)
    return np.mean((1 - targets) * given + np.logaddexp(0, (-given).astype(float)))


@mistake(
    "weights_unsigned",
    says="this multiplies small unsigned integers by C, which wrap around above 255; make a float array of the counts first.",
    seen="ybarancan/efficient_spectral_cnn#5: 16**2 is 0 in uint8",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    raw, counts = counts, _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    given = np.asarray(raw)
    inverse = counts.sum() / (given * given.dtype.type(len(given)))
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return np.sqrt(inverse)
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    return np.ones_like(counts) if beta == 0 else (beta - 1) / np.expm1(counts * np.log1p(beta - 1))


@mistake(
    "sweep_arrays_only",
    says="this multiplies the logits directly, which fails for a list; make an array of them first.",
)
def stability_sweep(logits, targets, scales):
    with np.errstate(all="ignore"):
        naive = [float(cross_entropy_naive(scale * logits, targets)) for scale in scales]
        stable = [float(cross_entropy(scale * logits, targets)) for scale in scales]
    return {"scale": [float(scale) for scale in scales], "naive": naive, "stable": stable}
