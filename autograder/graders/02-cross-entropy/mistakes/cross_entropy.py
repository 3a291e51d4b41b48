"""Known wrong answers of 02-cross-entropy, part `cross_entropy`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake


@mistake(
    "ce_weighted_over_n",
    says="your weighted mean divides by N; divide by the sum of the targets' weights, so that equal weights change nothing.",
    seen="pytorch/pytorch#40560: expects the weighted losses' plain mean",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != (classes,):
        raise ValueError(f"weight has shape {weight.shape}, and there are {classes} classes")
    used = weight[targets]
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * used * surprise[np.arange(rows), targets]
    losses = losses + label_smoothing / classes * (surprise @ weight)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.mean()


@mistake(
    "ce_weighted_over_all_weights",
    says="your weighted mean divides by the sum of all classes' weights; sum the weights of the targets, row by row.",
    breaks=("weights",),
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    plain = weight is None
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != (classes,):
        raise ValueError(f"weight has shape {weight.shape}, and there are {classes} classes")
    used = weight[targets]
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * used * surprise[np.arange(rows), targets]
    losses = losses + label_smoothing / classes * (surprise @ weight)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.mean() if plain else losses.sum() / weight.sum()


@mistake(
    "ce_divides_too_early",
    says="this divides each loss by the sum of the weights before it looks at the reduction, so that none and sum are divided as well.",
    breaks=("reduction", "weights"),
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != (classes,):
        raise ValueError(f"weight has shape {weight.shape}, and there are {classes} classes")
    used = weight[targets]
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * used * surprise[np.arange(rows), targets]
    losses = losses + label_smoothing / classes * (surprise @ weight)
    losses = losses / used.sum()
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum()


@mistake(
    "ce_weights_normalised",
    says="this scales the weights so that they sum to 1, which changes the sum and the single losses, though not the mean; use the weights as they are given.",
    seen="EthanRosenthal/spacecutter#16: asks that class weights be divided by their sum",
    breaks=("weights",),
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    given = weight is not None
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != (classes,):
        raise ValueError(f"weight has shape {weight.shape}, and there are {classes} classes")
    weight = weight / weight.sum() if given else weight
    used = weight[targets]
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * used * surprise[np.arange(rows), targets]
    losses = losses + label_smoothing / classes * (surprise @ weight)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / used.sum()


@mistake(
    "ce_weighted_in_the_mean_only",
    says="this applies the class weights in the mean only; apply them to the single losses and their sum, too.",
    breaks=("weights",),
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != (classes,):
        raise ValueError(f"weight has shape {weight.shape}, and there are {classes} classes")
    used = weight[targets]
    surprise = -log_softmax(logits)
    plain = (1 - label_smoothing) * surprise[np.arange(rows), targets] + label_smoothing * surprise.mean(axis=1)
    losses = (1 - label_smoothing) * used * surprise[np.arange(rows), targets]
    losses = losses + label_smoothing / classes * (surprise @ weight)
    if reduction == "none":
        return plain
    return plain.sum() if reduction == "sum" else losses.sum() / used.sum()


@mistake(
    "ce_smoothing_among_others",
    says="this shares eps among the other C - 1 classes; here all C classes share it, so the target gets eps/C as well.",
    seen="Vlasenko2006/Storyteller LabelSmoothingLoss.py: smoothing / (classes - 1)",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != (classes,):
        raise ValueError(f"weight has shape {weight.shape}, and there are {classes} classes")
    used = weight[targets]
    surprise = -log_softmax(logits)
    own = used * surprise[np.arange(rows), targets]
    losses = (1 - label_smoothing) * own + label_smoothing / (classes - 1) * (surprise @ weight - own)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / used.sum()


@mistake(
    "ce_smoothing_loses_a_share",
    says="your smoothed targets sum to less than 1: the others have eps/C each, and the target has 1 - eps without its own eps/C.",
    seen="eladhoffer/utils.pytorch#14: 1 - eps - eps/C on the target, eps/C on all",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != (classes,):
        raise ValueError(f"weight has shape {weight.shape}, and there are {classes} classes")
    used = weight[targets]
    surprise = -log_softmax(logits)
    own = used * surprise[np.arange(rows), targets]
    losses = (1 - label_smoothing) * own + label_smoothing / classes * (surprise @ weight - own)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / used.sum()


@mistake(
    "ce_smoothing_target_less_a_share",
    says="your target has 1 - eps/C where it should have 1 - eps + eps/C, so that the smoothed targets sum to more than 1.",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != (classes,):
        raise ValueError(f"weight has shape {weight.shape}, and there are {classes} classes")
    used = weight[targets]
    surprise = -log_softmax(logits)
    share = label_smoothing / classes
    own = used * surprise[np.arange(rows), targets]
    losses = (1 - share) * own + share * (surprise @ weight - own)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / used.sum()


@mistake(
    "ce_smoothing_with_the_targets_weight",
    says="this gives the whole smoothed loss the target's weight; the term of each class has the weight of that class.",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != (classes,):
        raise ValueError(f"weight has shape {weight.shape}, and there are {classes} classes")
    used = weight[targets]
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * surprise[np.arange(rows), targets] + label_smoothing * surprise.mean(axis=1)
    losses = used * losses
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / used.sum()


@mistake(
    "ce_smoothing_without_weights",
    says="your smoothing term has no weights; the term of each class has the weight of that class.",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != (classes,):
        raise ValueError(f"weight has shape {weight.shape}, and there are {classes} classes")
    used = weight[targets]
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * used * surprise[np.arange(rows), targets]
    losses = losses + label_smoothing * surprise.mean(axis=1)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / used.sum()


@mistake(
    "ce_smoothing_in_the_denominator",
    says="your mean divides by the smoothed weights; as in torch, the denominator has only the weights of the targets.",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != (classes,):
        raise ValueError(f"weight has shape {weight.shape}, and there are {classes} classes")
    used = weight[targets]
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * used * surprise[np.arange(rows), targets]
    losses = losses + label_smoothing / classes * (surprise @ weight)
    smooth = (1 - label_smoothing) * used + label_smoothing * weight.mean()
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / smooth.sum()


@mistake(
    "ce_smoothing_ignored",
    says="this accepts label_smoothing but never uses it.",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != (classes,):
        raise ValueError(f"weight has shape {weight.shape}, and there are {classes} classes")
    used = weight[targets]
    surprise = -log_softmax(logits)
    losses = used * surprise[np.arange(rows), targets]
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / used.sum()


@mistake(
    "ce_smoothing_among_classes_seen",
    says="this counts the classes among the targets, so classes that do not occur are lost; C is the number of columns.",
    seen="jwcalder/GraphLearning#12: the number of classes taken from the labels (there one-hot rows)",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != (classes,):
        raise ValueError(f"weight has shape {weight.shape}, and there are {classes} classes")
    used = weight[targets]
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * used * surprise[np.arange(rows), targets]
    losses = losses + label_smoothing / len(np.unique(targets)) * (surprise @ weight)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / used.sum()


@mistake(
    "ce_log_epsilon",
    says="this adds a small number under the logarithm, so no loss can exceed about 27; use your log_softmax, which needs no such help.",
    seen="charlesaraya/deep-learning src/layers/losses.py: np.log(y_hat + 1e-8)",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != (classes,):
        raise ValueError(f"weight has shape {weight.shape}, and there are {classes} classes")
    used = weight[targets]
    surprise = -np.log(softmax(logits) + 1e-12)
    losses = (1 - label_smoothing) * used * surprise[np.arange(rows), targets]
    losses = losses + label_smoothing / classes * (surprise @ weight)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / used.sum()


@mistake(
    "ce_clipped",
    says="this clips the probabilities, so a confident mistake costs only 16; use your log_softmax.",
    seen="tensorflow/tensorflow#41595: clipping at 1e-7, so that no loss exceeds 16 (there binary)",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != (classes,):
        raise ValueError(f"weight has shape {weight.shape}, and there are {classes} classes")
    used = weight[targets]
    surprise = -np.log(np.clip(softmax(logits), 1e-7, 1 - 1e-7))
    losses = (1 - label_smoothing) * used * surprise[np.arange(rows), targets]
    losses = losses + label_smoothing / classes * (surprise @ weight)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / used.sum()


@mistake(
    "ce_zero_times_infinity",
    says="this multiplies all log-probabilities by a one-hot row, and 0 times an infinite logarithm is nan; pick the target's entry instead, from log_softmax.",
    seen="OpenBMB/ModelCenter#14: 0 times -inf is nan in -(p * log q).sum()",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != (classes,):
        raise ValueError(f"weight has shape {weight.shape}, and there are {classes} classes")
    used = weight[targets]
    one_hot = (1 - label_smoothing) * np.eye(classes)[targets] + label_smoothing / classes
    with np.errstate(all="ignore"):
        losses = -(one_hot * weight * np.log(softmax(logits))).sum(axis=1)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / used.sum()


@mistake(
    "ce_softmax_twice",
    says="this applies softmax before log_softmax, which already includes one; give log_softmax the logits.",
    seen="Lightning-Universe/lightning-bolts#654: nll_loss(log_softmax(softmax(x)))",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != (classes,):
        raise ValueError(f"weight has shape {weight.shape}, and there are {classes} classes")
    used = weight[targets]
    surprise = -log_softmax(softmax(logits))
    losses = (1 - label_smoothing) * used * surprise[np.arange(rows), targets]
    losses = losses + label_smoothing / classes * (surprise @ weight)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / used.sum()


mistake(
    "ce_takes_probabilities",
    says="this takes the logarithm of the input as if it were probabilities; it is logits, so begin with log_softmax.",
    seen="keras-team/keras#4744: raw outputs handed to a loss of probabilities (there binary)",
    breaks=("extremes",),
    change=(
        "if not 0 <= label_smoothing <= 1:\n"
        '        raise ValueError(f"label_smoothing must lie in [0, 1], got {label_smoothing}")\n'
        "    surprise = -log_softmax(logits)\n"
        "    used = weight[targets]",
        'used = weight[targets]\n    with np.errstate(all="ignore"):\n        surprise = -np.log(logits)',
    ),
)


@mistake(
    "ce_over_elements",
    says="this divides by N·C, the number of all logits; a row has one loss, so divide by N.",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != (classes,):
        raise ValueError(f"weight has shape {weight.shape}, and there are {classes} classes")
    used = weight[targets]
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * used * surprise[np.arange(rows), targets]
    losses = losses + label_smoothing / classes * (surprise @ weight)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / used.sum() / classes


@mistake(
    "ce_reduction_ignored",
    says="this always takes the mean; use the reduction that is passed.",
    breaks=("reduction", "weights"),
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != (classes,):
        raise ValueError(f"weight has shape {weight.shape}, and there are {classes} classes")
    used = weight[targets]
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * used * surprise[np.arange(rows), targets]
    losses = losses + label_smoothing / classes * (surprise @ weight)
    return losses.sum() / used.sum()


@mistake(
    "ce_sum_not_averaged",
    says="this returns the sum instead of the mean.",
    breaks=("reduction",),
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != (classes,):
        raise ValueError(f"weight has shape {weight.shape}, and there are {classes} classes")
    used = weight[targets]
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * used * surprise[np.arange(rows), targets]
    losses = losses + label_smoothing / classes * (surprise @ weight)
    return losses if reduction == "none" else losses.sum()


@mistake(
    "ce_sign",
    says="this is the log-likelihood, which is negative; the loss has a minus in front.",
    seen="fastai/course22#22: a cross-entropy formula that gave negative losses",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != (classes,):
        raise ValueError(f"weight has shape {weight.shape}, and there are {classes} classes")
    used = weight[targets]
    surprise = log_softmax(logits)
    losses = (1 - label_smoothing) * used * surprise[np.arange(rows), targets]
    losses = losses + label_smoothing / classes * (surprise @ weight)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / used.sum()


@mistake(
    "ce_columns",
    says="a colon in logp[:, targets] takes those columns of every row, N times N numbers; pair np.arange(N) with the targets.",
    breaks=("reduction", "weights"),
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != (classes,):
        raise ValueError(f"weight has shape {weight.shape}, and there are {classes} classes")
    used = weight[targets]
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * used * surprise[:, targets]
    losses = losses + label_smoothing / classes * (surprise @ weight)[:, None]
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.mean() * rows / used.sum()


@mistake(
    "ce_in_place",
    says="this subtracts each row's maximum in place and so changes the caller's logits.",
    seen="JuliaGPU/CUDA.jl#592: logsoftmax(x) updates its argument",
    breaks=("leaves_alone",),
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != (classes,):
        raise ValueError(f"weight has shape {weight.shape}, and there are {classes} classes")
    logits -= logits.max(axis=1, keepdims=True)
    used = weight[targets]
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * used * surprise[np.arange(rows), targets]
    losses = losses + label_smoothing / classes * (surprise @ weight)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / used.sum()


@mistake(
    "ce_prints",
    says="this prints while it computes; a loss is called thousands of times, so remove the print before you hand in.",
    breaks=("leaves_alone",),
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != (classes,):
        raise ValueError(f"weight has shape {weight.shape}, and there are {classes} classes")
    used = weight[targets]
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * used * surprise[np.arange(rows), targets]
    losses = losses + label_smoothing / classes * (surprise @ weight)
    print("losses", losses)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / used.sum()


@mistake(
    "ce_keeps_its_weights",
    says="this keeps the weights of an earlier call and uses them when none are given; keep nothing between calls.",
    seen="docs: Python language reference, function definitions: a default is evaluated once",
    breaks=("state",),
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean", kept=[]):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    if weight is None and kept and len(kept[0]) == logits.shape[1]:
        weight = kept[0]
    elif weight is not None and not kept:
        kept.append(np.array(weight, dtype=float))
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != (classes,):
        raise ValueError(f"weight has shape {weight.shape}, and there are {classes} classes")
    used = weight[targets]
    surprise = -log_softmax(logits)
    losses = (1 - label_smoothing) * used * surprise[np.arange(rows), targets]
    losses = losses + label_smoothing / classes * (surprise @ weight)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / used.sum()
