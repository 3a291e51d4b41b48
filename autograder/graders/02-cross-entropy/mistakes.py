"""Known wrong answers of 02-cross-entropy, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake

# --- naive


@mistake(
    "naive_first_axis",
    part="naive",
    says="this normalises down the columns; each row is one example, so sum along the last axis.",
    seen="perone/euclidesdb#2: softmax along dim 0 for dim 1",
)
def softmax_naive(logits):
    powers = np.exp(_filled(logits, "logits"))
    return powers / powers.sum(axis=0)


@mistake(
    "naive_whole_sum",
    part="naive",
    says="this divides by the sum of the whole matrix, so that all rows together sum to 1; give each row a sum of its own.",
    seen="koyahi/study 2016/11a_deep_learning_from_scratch/03/softmax.py: np.sum without an axis",
)
def softmax_naive(logits):
    powers = np.exp(_filled(logits, "logits"))
    return powers / powers.sum()


@mistake(
    "naive_no_exponential",
    part="naive",
    says="this divides the scores by their sum without the exponential, and a negative score becomes a negative probability.",
    seen="not found in the wild: made for this catalogue",
)
def softmax_naive(logits):
    logits = _filled(logits, "logits")
    with np.errstate(all="ignore"):
        return logits / logits.sum(axis=-1, keepdims=True)


@mistake(
    "naive_in_place",
    part="naive",
    says="this writes the exponentials into the caller's array, since np.asarray makes no copy of an array of floats.",
    seen="JuliaGPU/CUDA.jl#592: softmax(x) updates its argument",
)
def softmax_naive(logits):
    powers = _filled(logits, "logits")
    np.exp(powers, out=powers)
    return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "naive_half_precision",
    part="naive",
    says="this exponentiates small integers as they come, for which NumPy computes in float16 and keeps three digits; make float arrays first.",
    seen="not found in the wild: made for this catalogue",
)
def softmax_naive(logits):
    _filled(logits, "logits")
    powers = np.exp(np.asarray(logits))
    return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "naive_loss_sum",
    part="naive",
    says="this sums over the rows; the loss is their mean.",
    seen="kattoyoshi/NeuralNetworkFromScratch functions.py: -np.sum(...) over the batch",
)
def cross_entropy_naive(logits, targets):
    logits, targets = _classified(logits, targets)
    return -np.sum(np.log(softmax_naive(logits)[np.arange(len(targets)), targets]))


@mistake(
    "naive_loss_over_elements",
    part="naive",
    says="this divides by N·C, the number of all logits; a row has one loss, so divide by N.",
    seen="not found in the wild: made for this catalogue",
)
def cross_entropy_naive(logits, targets):
    logits, targets = _classified(logits, targets)
    return -np.sum(np.log(softmax_naive(logits)[np.arange(len(targets)), targets])) / logits.size


@mistake(
    "naive_loss_sign",
    part="naive",
    says="this is the mean log-likelihood, which is negative; the loss has a minus in front.",
    seen="fastai/course22#22: a cross-entropy formula that gave negative losses",
)
def cross_entropy_naive(logits, targets):
    logits, targets = _classified(logits, targets)
    return np.mean(np.log(softmax_naive(logits)[np.arange(len(targets)), targets]))


@mistake(
    "naive_loss_log_of_mean",
    part="naive",
    says="this takes the logarithm of the mean probability; take the mean of the logarithms.",
    seen="not found in the wild: made for this catalogue",
)
def cross_entropy_naive(logits, targets):
    logits, targets = _classified(logits, targets)
    return -np.log(np.mean(softmax_naive(logits)[np.arange(len(targets)), targets]))


@mistake(
    "naive_loss_no_log",
    part="naive",
    says="this averages the probabilities themselves; cross-entropy averages minus their logarithms.",
    seen="pytorch/pytorch#10033: probabilities handed to nll_loss",
)
def cross_entropy_naive(logits, targets):
    logits, targets = _classified(logits, targets)
    return -np.mean(softmax_naive(logits)[np.arange(len(targets)), targets])


@mistake(
    "naive_loss_bits",
    part="naive",
    says="this is in bits; use the natural logarithm.",
    seen="not found in the wild: made for this catalogue",
)
def cross_entropy_naive(logits, targets):
    logits, targets = _classified(logits, targets)
    return -np.mean(np.log2(softmax_naive(logits)[np.arange(len(targets)), targets]))


@mistake(
    "naive_loss_columns",
    part="naive",
    says="a colon in p[:, targets] takes those columns of every row, N times N numbers; pair np.arange(N) with the targets to take one number a row.",
    seen="not found in the wild: made for this catalogue",
)
def cross_entropy_naive(logits, targets):
    logits, targets = _classified(logits, targets)
    return -np.mean(np.log(softmax_naive(logits)[:, targets]))


@mistake(
    "naive_loss_all_classes",
    part="naive",
    says="this adds up the log-probabilities of all classes; only the target's counts, since the true distribution is one-hot.",
    seen="not found in the wild: made for this catalogue",
)
def cross_entropy_naive(logits, targets):
    logits, targets = _classified(logits, targets)
    return -np.sum(np.log(softmax_naive(logits))) / len(targets)


@mistake(
    "naive_loss_softmax_twice",
    part="naive",
    says="this sends the logits through softmax twice, which flattens every distribution.",
    seen="tflearn/tflearn#562: softmax before softmax_cross_entropy_with_logits",
)
def cross_entropy_naive(logits, targets):
    logits, targets = _classified(logits, targets)
    return -np.mean(np.log(softmax_naive(softmax_naive(logits))[np.arange(len(targets)), targets]))


# --- log_sum_exp


@mistake(
    "lse_unshifted",
    part="log_sum_exp",
    says="this exponentiates without a shift, which overflows above 709 and gives log 0 below -745; move the maximum out of the sum.",
    seen="deeplearning4j/deeplearning4j-examples#730: exp of the raw input (there in softmax)",
)
def log_sum_exp(z, axis=-1):
    with np.errstate(all="ignore"):
        return np.log(np.sum(np.exp(_filled(z, "z")), axis=axis))


@mistake(
    "lse_one_maximum",
    part="log_sum_exp",
    says="this shifts every slice by the maximum of the whole array, so that slices far below it underflow to log 0; take the maximum along the axis.",
    seen="nik31096/lstm_keras assignment3.py: np.max(x) without an axis (there in softmax)",
)
def log_sum_exp(z, axis=-1):
    z = _filled(z, "z")
    top = np.max(z) if np.isfinite(np.max(z)) else 0.0
    with np.errstate(all="ignore"):
        return np.log(np.sum(np.exp(z - top), axis=axis)) + top


@mistake(
    "lse_maximum_not_added",
    part="log_sum_exp",
    says="this takes the maximum away and never adds it back; it belongs in front of the logarithm.",
    seen="not found in the wild: made for this catalogue",
)
def log_sum_exp(z, axis=-1):
    z = _filled(z, "z")
    top = np.max(z, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(all="ignore"):
        return np.log(np.sum(np.exp(z - top), axis=axis))


@mistake(
    "lse_axis_ignored",
    part="log_sum_exp",
    says="this always reduces the last axis, whichever one it was asked for; pass axis on to both max and sum.",
    seen="not found in the wild: made for this catalogue",
)
def log_sum_exp(z, axis=-1):
    z = _filled(z, "z")
    top = np.max(z, axis=-1, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(all="ignore"):
        return np.log(np.sum(np.exp(z - top), axis=-1)) + top[..., 0]


@mistake(
    "lse_nan_of_nothing",
    part="log_sum_exp",
    says="a slice of -inf is shifted by its maximum, and -inf minus -inf is nan; shift by 0 where the maximum is infinite.",
    seen="not found in the wild: made for this catalogue",
)
def log_sum_exp(z, axis=-1):
    z = _filled(z, "z")
    top = np.max(z, axis=axis, keepdims=True)
    with np.errstate(all="ignore"):
        return np.log(np.sum(np.exp(z - top), axis=axis)) + np.squeeze(top, axis=axis)


@mistake(
    "lse_keeps_the_axis",
    part="log_sum_exp",
    says="the reduced axis is still there with length 1; squeeze it out of the result.",
    seen="not found in the wild: made for this catalogue",
    also=("validation",),
)
def log_sum_exp(z, axis=-1):
    z = _filled(z, "z")
    top = np.max(z, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(all="ignore"):
        return np.log(np.sum(np.exp(z - top), axis=axis, keepdims=True)) + top


@mistake(
    "lse_squeezes_everything",
    part="log_sum_exp",
    says="this squeezes out every axis of length 1, not the reduced one alone; give squeeze the axis.",
    seen="NVIDIA/tacotron2#303: squeeze without a dimension squeezes them all",
)
def log_sum_exp(z, axis=-1):
    z = _filled(z, "z")
    top = np.max(z, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(all="ignore"):
        return np.squeeze(np.log(np.sum(np.exp(z - top), axis=axis, keepdims=True)) + top)


@mistake(
    "lse_clipped",
    part="log_sum_exp",
    says="this clips its input so that exp cannot overflow, and answers for other numbers than it was given; shift instead of clipping.",
    seen="VielenDanke/study_machine_learning week_3/sigmoid.py: np.clip(z, -500, 500) (there in a sigmoid)",
)
def log_sum_exp(z, axis=-1):
    return np.log(np.sum(np.exp(np.clip(_filled(z, "z"), -500, 500)), axis=axis))


@mistake(
    "lse_mean_as_shift",
    part="log_sum_exp",
    says="this shifts by the mean, and what lies more than 709 above it still overflows; only the maximum leaves no positive exponent.",
    seen="not found in the wild: made for this catalogue",
)
def log_sum_exp(z, axis=-1):
    z = _filled(z, "z")
    middle = np.mean(z, axis=axis, keepdims=True)
    middle = np.where(np.isfinite(middle), middle, 0.0)
    with np.errstate(all="ignore"):
        return np.log(np.sum(np.exp(z - middle), axis=axis)) + np.squeeze(middle, axis=axis)


@mistake(
    "lse_largest_size_as_shift",
    part="log_sum_exp",
    says="this shifts by the largest absolute value, which pushes negative slices down to log 0; shift by the maximum with its sign.",
    seen="FluxML/NNlib.jl#43: fails on large negative logits (there a shift by max(0, maximum))",
)
def log_sum_exp(z, axis=-1):
    z = _filled(z, "z")
    top = np.max(np.abs(z), axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(all="ignore"):
        return np.log(np.sum(np.exp(z - top), axis=axis)) + np.squeeze(top, axis=axis)


@mistake(
    "lse_mean",
    part="log_sum_exp",
    says="this takes the mean of the exponentials, which is less by the log of their number; sum them.",
    seen="not found in the wild: made for this catalogue",
)
def log_sum_exp(z, axis=-1):
    z = _filled(z, "z")
    top = np.max(z, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(all="ignore"):
        return np.log(np.mean(np.exp(z - top), axis=axis)) + np.squeeze(top, axis=axis)


@mistake(
    "lse_in_place",
    part="log_sum_exp",
    says="this subtracts the maximum in place and so shifts the caller's array; let the difference be a new array.",
    seen="JuliaGPU/CUDA.jl#592: logsoftmax(x) updates its argument",
)
def log_sum_exp(z, axis=-1):
    z = _filled(z, "z")
    top = np.max(z, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    z -= top
    with np.errstate(all="ignore"):
        return np.log(np.sum(np.exp(z), axis=axis)) + np.squeeze(top, axis=axis)


@mistake(
    "lse_unsigned",
    part="log_sum_exp",
    says="this subtracts the maximum from unsigned integers, and they wrap around below zero; make a float array first.",
    seen="dwave-examples/image-segmentation#10: differences of uint8 wrap around",
)
def log_sum_exp(z, axis=-1):
    _filled(z, "z")
    z = np.asarray(z)
    top = np.max(z, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, np.zeros_like(top))
    with np.errstate(all="ignore"):
        return np.log(np.sum(np.exp(z - top), axis=axis, dtype=float)) + np.squeeze(top, axis=axis)


# --- softmax


@mistake(
    "softmax_unshifted",
    part="softmax",
    says="this overflows for large logits, inf over inf is nan; subtract each row's maximum before you exponentiate.",
    seen="theophilec/oco-project src/utils.py; met in practice: 6 of 22 student softmaxes",
)
def softmax(logits):
    powers = np.exp(_filled(logits, "logits"))
    return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "softmax_one_maximum",
    part="softmax",
    says="this shifts every row by the maximum of the whole matrix, and rows far below it become 0/0; use the maximum of each row.",
    seen="orris27/deeplearning-simple-implementation utils.py; met in practice: 5 of 22 student softmaxes",
)
def softmax(logits):
    logits = _filled(logits, "logits")
    with np.errstate(all="ignore"):
        powers = np.exp(logits - np.max(logits))
        return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "softmax_first_axis",
    part="softmax",
    says="this works down the first axis; classes are along the last one.",
    seen="perone/euclidesdb#2: softmax along dim 0 for dim 1",
)
def softmax(logits):
    logits = _filled(logits, "logits")
    powers = np.exp(logits - logits.max(axis=0, keepdims=True))
    return powers / powers.sum(axis=0, keepdims=True)


@mistake(
    "softmax_axis_1",
    part="softmax",
    says="this names axis 1, which is the last one for matrices only; use axis=-1.",
    seen="vanqaq/hm1 loss.py: axis=1 written out in softmax",
)
def softmax(logits):
    logits = _filled(logits, "logits")
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@mistake(
    "softmax_without_keepdims",
    part="softmax",
    says="your sums lost their axis, so they are lined up with the columns instead of the rows; keep it with keepdims=True.",
    seen="triton-lang/triton#11409: reductions without their axis line up with the wrong one",
    also=("validation",),
)
def softmax(logits):
    logits = _filled(logits, "logits")
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1)


@mistake(
    "softmax_denominator_unshifted",
    part="softmax",
    says="this shifts the numerator only: the denominator still sums exp of the logits as they came, and both need the same shift.",
    seen="not found in the wild: made for this catalogue",
)
def softmax(logits):
    logits = _filled(logits, "logits")
    with np.errstate(all="ignore"):
        powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return powers / np.exp(logits).sum(axis=-1, keepdims=True)


@mistake(
    "softmax_shifted_after_exp",
    part="softmax",
    says="this takes the maximum away from the powers, after exp; it has to go off the logits, before exp sees them.",
    seen="not found in the wild: made for this catalogue",
)
def softmax(logits):
    logits = _filled(logits, "logits")
    with np.errstate(all="ignore"):
        powers = np.exp(logits) - logits.max(axis=-1, keepdims=True)
        return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "softmax_clipped",
    part="softmax",
    says="this clips the logits, so that all above the limit come out as equal; shift each row by its maximum instead.",
    seen="VielenDanke/study_machine_learning week_3/sigmoid.py: np.clip(z, -500, 500) (there in a sigmoid)",
)
def softmax(logits):
    powers = np.exp(np.clip(_filled(logits, "logits"), -500, 500))
    return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "softmax_nan_to_zero",
    part="softmax",
    says="this turns the nan of an overflow into 0, so the most likely class gets no probability at all; keep exp from overflowing.",
    seen="docs: numpy.nan_to_num: replaces nan with zero",
)
def softmax(logits):
    with np.errstate(all="ignore"):
        powers = np.exp(_filled(logits, "logits"))
        return np.nan_to_num(powers / powers.sum(axis=-1, keepdims=True))


@mistake(
    "softmax_in_place",
    part="softmax",
    says="this subtracts the maximum in place and so changes the caller's logits.",
    seen="JuliaGPU/CUDA.jl#592: softmax(x) updates its argument",
)
def softmax(logits):
    logits = _filled(logits, "logits")
    logits -= logits.max(axis=-1, keepdims=True)
    powers = np.exp(logits)
    return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "softmax_unsigned",
    part="softmax",
    says="this subtracts the maximum from unsigned integers, and they wrap around below zero; make a float array first.",
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
    part="softmax",
    says="this calls a method that only arrays have, so a list breaks it; begin with np.asarray.",
    seen="not found in the wild: made for this catalogue",
)
def softmax(logits):
    powers = np.exp(_filled(logits, "logits") - logits.max(axis=-1, keepdims=True).astype(float))
    return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "log_softmax_of_softmax",
    part="softmax",
    says="this takes the logarithm of a softmax, which is -inf where the softmax has underflowed to 0; subtract the log-sum-exp from the logits.",
    seen="docs: torch.nn.functional.log_softmax: log(softmax(x)) is numerically unstable",
)
def log_softmax(logits):
    with np.errstate(all="ignore"):
        return np.log(softmax(logits))


@mistake(
    "log_softmax_epsilon",
    part="softmax",
    says="this adds a small number under the logarithm, so no log-probability can fall below about -18; subtract the log-sum-exp, which needs no help.",
    seen="vanqaq/hm1 loss.py: np.log(softmax + 1e-05)",
)
def log_softmax(logits):
    return np.log(softmax(logits) + 1e-8)


@mistake(
    "log_softmax_unshifted",
    part="softmax",
    says="this takes the logarithm of a softmax without a shift, which is nan where exp overflows; subtract your log_sum_exp from the logits.",
    seen="kakavegeta/NLP-practice text-classification/utils.py: np.log of an unshifted softmax",
)
def log_softmax(logits):
    with np.errstate(all="ignore"):
        return np.log(softmax_naive(logits))


@mistake(
    "log_softmax_one_maximum",
    part="softmax",
    says="this takes the logarithm of a softmax that is shifted by the maximum of the whole matrix, and rows far below it become nan; subtract your log_sum_exp from the logits.",
    seen="orris27/deeplearning-simple-implementation utils.py: np.max(x) without an axis (there in softmax)",
)
def log_softmax(logits):
    logits = _filled(logits, "logits")
    powers = np.exp(logits - logits.max())
    with np.errstate(all="ignore"):
        return np.log(powers / powers.sum(axis=-1, keepdims=True))


@mistake(
    "log_softmax_whole_sum",
    part="softmax",
    says="this subtracts one log-sum-exp of the whole array; each row has its own.",
    seen="uTensor/uTensor#171: the sum over all elements (there in softmax)",
)
def log_softmax(logits):
    logits = _filled(logits, "logits")
    return logits - log_sum_exp(logits.ravel())


# --- cross_entropy


@mistake(
    "ce_weighted_over_n",
    part="cross_entropy",
    says="your weighted mean divides by N; divide by the sum of the targets' weights, so that weights which are all alike change nothing.",
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
    part="cross_entropy",
    says="your weighted mean divides by the sum of all classes' weights; sum the weights of the targets, row by row.",
    seen="not found in the wild: made for this catalogue",
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
    part="cross_entropy",
    says="this divides each loss by the sum of the weights before it looks at the reduction, so that none and sum are divided as well.",
    seen="not found in the wild: made for this catalogue",
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
    part="cross_entropy",
    says="this scales the weights so that they sum to 1, which the mean does not notice but the sum and the single losses do; use the weights as they are given.",
    seen="EthanRosenthal/spacecutter#16: asks that class weights be divided by their sum",
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
    part="cross_entropy",
    says="this applies the class weights in the mean only; the single losses and their sum bear them too.",
    seen="not found in the wild: made for this catalogue",
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
    part="cross_entropy",
    says="this shares eps among the other C - 1 classes; here it is shared among all C, so the target gets its eps/C back.",
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
    part="cross_entropy",
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
    part="cross_entropy",
    says="your target has 1 - eps/C where it should have 1 - eps + eps/C, so that the smoothed targets sum to more than 1.",
    seen="not found in the wild: made for this catalogue",
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
    part="cross_entropy",
    says="this gives the whole smoothed loss the target's weight; each class's term bears the weight of its own class.",
    seen="not found in the wild: made for this catalogue",
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
    part="cross_entropy",
    says="your smoothing term has no weights; each class's term bears the weight of its own class.",
    seen="not found in the wild: made for this catalogue",
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
    part="cross_entropy",
    says="your mean divides by the smoothed weights; as in torch, the denominator has the weights of the targets alone.",
    seen="not found in the wild: made for this catalogue",
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
    part="cross_entropy",
    says="this takes label_smoothing and never uses it.",
    seen="not found in the wild: made for this catalogue",
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
    part="cross_entropy",
    says="this counts the classes among the targets, and a class that does not occur gets lost; C is the number of columns.",
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
    part="cross_entropy",
    says="this adds a small number under the logarithm, so that no loss can exceed about 27; take your log_softmax, which needs no help.",
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
    part="cross_entropy",
    says="this clips the probabilities, so that a confident mistake costs 16 and not what it should; take your log_softmax.",
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
    part="cross_entropy",
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
    part="cross_entropy",
    says="this sends the logits through softmax before log_softmax, which is a softmax too; give log_softmax the logits.",
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


@mistake(
    "ce_takes_probabilities",
    part="cross_entropy",
    says="this takes the logarithm of its input as if that were probabilities; the input is logits, so begin with log_softmax.",
    seen="keras-team/keras#4744: raw outputs handed to a loss of probabilities (there binary)",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _classified(logits, targets)
    _require_reduction(reduction)
    rows, classes = logits.shape
    weight = np.ones(classes) if weight is None else np.asarray(weight, dtype=float)
    if weight.shape != (classes,):
        raise ValueError(f"weight has shape {weight.shape}, and there are {classes} classes")
    used = weight[targets]
    with np.errstate(all="ignore"):
        surprise = -np.log(logits)
    losses = (1 - label_smoothing) * used * surprise[np.arange(rows), targets]
    if label_smoothing > 0:
        losses = losses + label_smoothing / classes * (surprise @ weight)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / used.sum()


@mistake(
    "ce_over_elements",
    part="cross_entropy",
    says="this divides by N·C, the number of all logits; a row has one loss.",
    seen="not found in the wild: made for this catalogue",
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
    part="cross_entropy",
    says="this takes the mean whatever reduction says.",
    seen="not found in the wild: made for this catalogue",
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
    part="cross_entropy",
    says="this gives the sum where the mean is asked for.",
    seen="not found in the wild: made for this catalogue",
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
    part="cross_entropy",
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
    part="cross_entropy",
    says="a colon in logp[:, targets] takes those columns of every row, N times N numbers; pair np.arange(N) with the targets.",
    seen="not found in the wild: made for this catalogue",
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
    part="cross_entropy",
    says="this subtracts each row's maximum in place and so changes the caller's logits.",
    seen="JuliaGPU/CUDA.jl#592: logsoftmax(x) updates its argument",
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
    part="cross_entropy",
    says="this prints while it computes; a loss is called thousands of times, so take the print out before you hand in.",
    seen="not found in the wild: made for this catalogue",
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
    part="cross_entropy",
    says="this keeps the weights of an earlier call and uses them where none are given; keep nothing between calls.",
    seen="docs: Python language reference, function definitions: a default is evaluated once",
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


@mistake(
    "ce_weights_in_arrays_only",
    part="cross_entropy",
    says="this indexes the weights as they come, which a list does not allow; make an array of them first.",
    seen="not found in the wild: made for this catalogue",
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


# --- cross_entropy_grad


@mistake(
    "grad_no_n",
    part="cross_entropy_grad",
    says="this is the gradient of the sum; the 1/N of the mean stays in front when you differentiate.",
    seen="victorlempitsky/Mate#2: the derivative is not normalised by the batch size",
)
def cross_entropy_grad(logits, targets):
    logits, targets = _classified(logits, targets)
    gradient = softmax(logits)
    gradient[np.arange(len(targets)), targets] -= 1
    return gradient


@mistake(
    "grad_over_elements",
    part="cross_entropy_grad",
    says="this divides by N·C, the number of all logits; the loss is a mean over N rows.",
    seen="not found in the wild: made for this catalogue",
)
def cross_entropy_grad(logits, targets):
    logits, targets = _classified(logits, targets)
    gradient = softmax(logits)
    gradient[np.arange(len(targets)), targets] -= 1
    return gradient / logits.size


@mistake(
    "grad_sign",
    part="cross_entropy_grad",
    says="this points the other way: it is softmax minus one-hot.",
    seen="not found in the wild: made for this catalogue",
)
def cross_entropy_grad(logits, targets):
    logits, targets = _classified(logits, targets)
    gradient = softmax(logits)
    gradient[np.arange(len(targets)), targets] -= 1
    return -gradient / len(targets)


@mistake(
    "grad_one_hot_too_narrow",
    part="cross_entropy_grad",
    says="your one-hot rows end at the largest target that occurs; they have C entries, whichever classes occur.",
    seen="kakavegeta/NLP-practice text-classification/utils.py: np.arange(np.max(y) + 1)",
    also=("validation",),
)
def cross_entropy_grad(logits, targets):
    logits, targets = _classified(logits, targets)
    one_hot = np.eye(targets.max() + 1)[targets]
    return (softmax(logits) - one_hot) / len(targets)


@mistake(
    "grad_columns",
    part="cross_entropy_grad",
    says="a colon in p[:, targets] changes those columns in every row; pair np.arange(N) with the targets.",
    seen="not found in the wild: made for this catalogue",
)
def cross_entropy_grad(logits, targets):
    logits, targets = _classified(logits, targets)
    gradient = softmax(logits)
    gradient[:, targets] -= 1
    return gradient / len(targets)


@mistake(
    "grad_target_only",
    part="cross_entropy_grad",
    says="only the target's entry has a slope here; raising another logit lowers the target's probability, so every entry has one.",
    seen="not found in the wild: made for this catalogue",
)
def cross_entropy_grad(logits, targets):
    logits, targets = _classified(logits, targets)
    rows = np.arange(len(targets))
    gradient = np.zeros(logits.shape)
    gradient[rows, targets] = softmax(logits)[rows, targets] - 1
    return gradient / len(targets)


@mistake(
    "grad_of_probabilities",
    part="cross_entropy_grad",
    says="this is the slope over the probabilities, -1/p; over the logits, the softmax has to be differentiated too.",
    seen="not found in the wild: made for this catalogue",
)
def cross_entropy_grad(logits, targets):
    logits, targets = _classified(logits, targets)
    rows = np.arange(len(targets))
    gradient = np.zeros(logits.shape)
    with np.errstate(all="ignore"):
        gradient[rows, targets] = -1 / softmax(logits)[rows, targets]
    return gradient / len(targets)


@mistake(
    "grad_softmax_slope",
    part="cross_entropy_grad",
    says="this has a factor p(1 - p) left, as the squared error of a sigmoid has; with cross-entropy it cancels.",
    seen="rasbt/python-machine-learning-book-2nd-edition#54: asks for the activation's derivative in output - target",
)
def cross_entropy_grad(logits, targets):
    logits, targets = _classified(logits, targets)
    gradient = softmax(logits)
    gradient[np.arange(len(targets)), targets] -= 1
    p = softmax(logits)
    return gradient * p * (1 - p) / len(targets)


@mistake(
    "grad_without_softmax",
    part="cross_entropy_grad",
    says="this subtracts the one-hot rows from the logits themselves; take the softmax first.",
    seen="not found in the wild: made for this catalogue",
)
def cross_entropy_grad(logits, targets):
    logits, targets = _classified(logits, targets)
    return (logits - np.eye(logits.shape[1])[targets]) / len(targets)


@mistake(
    "grad_mean_over_rows",
    part="cross_entropy_grad",
    says="this averages the rows into one; every logit has a slope of its own, so keep the shape (N, C).",
    seen="not found in the wild: made for this catalogue",
)
def cross_entropy_grad(logits, targets):
    logits, targets = _classified(logits, targets)
    gradient = softmax(logits)
    gradient[np.arange(len(targets)), targets] -= 1
    return gradient.mean(axis=0)


@mistake(
    "grad_like_the_logits",
    part="cross_entropy_grad",
    says="your result takes over the number type of the logits, so whole logits get a gradient cut to whole numbers; make a float array for it.",
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
    "grad_in_place",
    part="cross_entropy_grad",
    says="this works in place on the caller's logits and leaves the gradient in them; work on a new array.",
    seen="docs: numpy.asarray: no copy is performed if the input already is an array of that type",
)
def cross_entropy_grad(logits, targets):
    logits, targets = _classified(logits, targets)
    logits[...] = softmax(logits)
    logits[np.arange(len(targets)), targets] -= 1
    return logits / len(targets)


@mistake(
    "grad_keeps_n",
    part="cross_entropy_grad",
    says="this keeps the N of its first call and uses it ever after; count the rows anew in every call.",
    seen="docs: Python language reference, function definitions: a default is evaluated once",
)
def cross_entropy_grad(logits, targets, counted=[]):
    logits, targets = _classified(logits, targets)
    gradient = softmax(logits)
    gradient[np.arange(len(targets)), targets] -= 1
    if not counted:
        counted.append(len(targets))
    return gradient / counted[0]


# --- binary


@mistake(
    "bce_sum",
    part="binary",
    says="this is the sum over the elements; the loss is their mean.",
    seen="not found in the wild: made for this catalogue",
)
def bce_loss(probs, targets):
    probs, targets = _paired(probs, targets)
    if np.any((probs < 0) | (probs > 1)):
        raise ValueError("probs must lie in [0, 1]")
    return -np.sum(_x_log_y(targets, probs) + _x_log_y(1 - targets, 1 - probs))


@mistake(
    "bce_sign",
    part="binary",
    says="this is the log-likelihood, which is negative; the loss has a minus in front.",
    seen="alirezakazemipour/NN-Without-Frameworks python_nn/numpy_nn/utils.py: no minus",
)
def bce_loss(probs, targets):
    probs, targets = _paired(probs, targets)
    if np.any((probs < 0) | (probs > 1)):
        raise ValueError("probs must lie in [0, 1]")
    return np.mean(_x_log_y(targets, probs) + _x_log_y(1 - targets, 1 - probs))


@mistake(
    "bce_positives_only",
    part="binary",
    says="this has only the term y·log p; an example of class 0 costs (1 - y)·log(1 - p).",
    seen="not found in the wild: made for this catalogue",
)
def bce_loss(probs, targets):
    probs, targets = _paired(probs, targets)
    if np.any((probs < 0) | (probs > 1)):
        raise ValueError("probs must lie in [0, 1]")
    return -np.mean(_x_log_y(targets, probs))


@mistake(
    "bce_clipped",
    part="binary",
    says="this clips the probabilities, so that a sure mistake costs 16 and not infinity; give 0·log 0 the value 0 and leave the rest to the logarithm.",
    seen="tensorflow/tensorflow#41595: clipping at 1e-7, so that no loss exceeds 16",
)
def bce_loss(probs, targets):
    probs, targets = _paired(probs, targets)
    if np.any((probs < 0) | (probs > 1)):
        raise ValueError("probs must lie in [0, 1]")
    probs = np.clip(probs, 1e-7, 1 - 1e-7)
    return -np.mean(targets * np.log(probs) + (1 - targets) * np.log(1 - probs))


@mistake(
    "bce_epsilon",
    part="binary",
    says="this adds a small number under both logarithms, so that a sure mistake costs 18 and not infinity; give 0·log 0 the value 0 instead.",
    seen="maxvfischer/keras-image-segmentation-loss-functions#1: K.log(y_pred + epsilon)",
)
def bce_loss(probs, targets):
    probs, targets = _paired(probs, targets)
    if np.any((probs < 0) | (probs > 1)):
        raise ValueError("probs must lie in [0, 1]")
    return -np.mean(targets * np.log(probs + 1e-8) + (1 - targets) * np.log(1 - probs + 1e-8))


@mistake(
    "bce_clamped_like_torch",
    part="binary",
    says="this cuts each logarithm off at -100, as torch does; here a sure mistake costs infinity.",
    seen="docs: torch.nn.BCELoss: clamps its logarithms at -100",
)
def bce_loss(probs, targets):
    probs, targets = _paired(probs, targets)
    if np.any((probs < 0) | (probs > 1)):
        raise ValueError("probs must lie in [0, 1]")
    with np.errstate(divide="ignore"):
        logs, rests = np.maximum(np.log(probs), -100), np.maximum(np.log(1 - probs), -100)
    return -np.mean(targets * logs + (1 - targets) * rests)


@mistake(
    "bce_nan_at_the_ends",
    part="binary",
    says="0 times the logarithm of 0 is nan in NumPy, and a sure and right prediction meets it; leave out the terms whose factor is 0.",
    seen="ml-explore/mlx#1280: nan where a probability is exactly 0 or 1",
)
def bce_loss(probs, targets):
    probs, targets = _paired(probs, targets)
    if np.any((probs < 0) | (probs > 1)):
        raise ValueError("probs must lie in [0, 1]")
    with np.errstate(all="ignore"):
        return -np.mean(targets * np.log(probs) + (1 - targets) * np.log(1 - probs))


@mistake(
    "bce_nan_to_num",
    part="binary",
    says="this sends the nan of 0·log 0 through nan_to_num, which turns infinity into a large number as well; treat the zero factors alone.",
    seen="docs: numpy.nan_to_num: infinity becomes a large finite number",
)
def bce_loss(probs, targets):
    probs, targets = _paired(probs, targets)
    if np.any((probs < 0) | (probs > 1)):
        raise ValueError("probs must lie in [0, 1]")
    with np.errstate(all="ignore"):
        return np.mean(np.nan_to_num(-targets * np.log(probs) - (1 - targets) * np.log(1 - probs)))


@mistake(
    "bce_one_logarithm",
    part="binary",
    says="both of your terms have log(p), so the target has no say; what weighs 1 - y is log(1 - p).",
    seen="not found in the wild: made for this catalogue",
)
def bce_loss(probs, targets):
    probs, targets = _paired(probs, targets)
    if np.any((probs < 0) | (probs > 1)):
        raise ValueError("probs must lie in [0, 1]")
    return -np.mean(_x_log_y(targets, probs) + _x_log_y(1 - targets, probs))


@mistake(
    "bce_targets_rounded",
    part="binary",
    says="this asks whether a target is 1 or not, so soft targets are rounded; weigh both logarithms with y and 1 - y.",
    seen="AlexeyAB/darknet#5207: t ? -log(p) : 0 beside smoothed labels",
)
def bce_loss(probs, targets):
    probs, targets = _paired(probs, targets)
    if np.any((probs < 0) | (probs > 1)):
        raise ValueError("probs must lie in [0, 1]")
    with np.errstate(divide="ignore"):
        return -np.mean(np.where(targets >= 0.5, np.log(probs), np.log(1 - probs)))


@mistake(
    "bce_first_axis",
    part="binary",
    says="this averages over the first axis only; average over all elements.",
    seen="hoangchunghien/deep-learning-framework loss.py: reduced along axis 0 only (there an MSE)",
)
def bce_loss(probs, targets):
    probs, targets = _paired(probs, targets)
    if np.any((probs < 0) | (probs > 1)):
        raise ValueError("probs must lie in [0, 1]")
    return -np.mean(_x_log_y(targets, probs) + _x_log_y(1 - targets, 1 - probs), axis=0)


@mistake(
    "bce_unsigned",
    part="binary",
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
    "bwl_through_the_sigmoid",
    part="binary",
    says="this forms the sigmoid, which is exactly 0 or 1 at large logits, and then takes its logarithm; write the loss with max(z, 0) and log1p.",
    seen="docs: torch.nn.BCEWithLogitsLoss: more stable than a sigmoid followed by BCELoss",
)
def bce_with_logits(logits, targets):
    logits, targets = _paired(logits, targets)
    small = np.exp(-np.abs(logits))
    sigmoid = np.where(logits >= 0, 1.0, small) / (1 + small)
    return -np.mean(_x_log_y(targets, sigmoid) + _x_log_y(1 - targets, 1 - sigmoid))


@mistake(
    "bwl_clipped_sigmoid",
    part="binary",
    says="this clips the sigmoid before its logarithm, so that no loss exceeds 16; write the loss with max(z, 0) and log1p.",
    seen="tensorflow/tensorflow#41595: clipping at 1e-7, so that no loss exceeds 16",
)
def bce_with_logits(logits, targets):
    logits, targets = _paired(logits, targets)
    small = np.exp(-np.abs(logits))
    sigmoid = np.where(logits >= 0, 1.0, small) / (1 + small)
    sigmoid = np.clip(sigmoid, 1e-7, 1 - 1e-7)
    return -np.mean(targets * np.log(sigmoid) + (1 - targets) * np.log(1 - sigmoid))


@mistake(
    "bwl_clipped_logits",
    part="binary",
    says="this clips the logits so that exp cannot overflow, and a mistake by 1000 costs 500; take the form that needs no clipping.",
    seen="VielenDanke/study_machine_learning week_3/sigmoid.py: np.clip(z, -500, 500)",
)
def bce_with_logits(logits, targets):
    logits, targets = _paired(logits, targets)
    logits = np.clip(logits, -500, 500)
    return np.mean(np.maximum(logits, 0) - logits * targets + np.log1p(np.exp(-np.abs(logits))))


@mistake(
    "bwl_softplus_overflows",
    part="binary",
    says="this writes softplus as log(1 + exp(z)), which overflows at 710; the exponent has to be -|z|.",
    seen="borgwang/tinynn#7: np.log(1 + np.exp(logits)) overflows",
)
def bce_with_logits(logits, targets):
    logits, targets = _paired(logits, targets)
    with np.errstate(all="ignore"):
        return np.mean(np.log1p(np.exp(logits)) - logits * targets)


@mistake(
    "bwl_without_the_absolute_value",
    part="binary",
    says="your exponent is -z, where the form with max(z, 0) needs -|z|; for negative logits the loss is too large by -z.",
    seen="not found in the wild: made for this catalogue",
)
def bce_with_logits(logits, targets):
    logits, targets = _paired(logits, targets)
    with np.errstate(all="ignore"):
        return np.mean(np.maximum(logits, 0) - logits * targets + np.log1p(np.exp(-logits)))


@mistake(
    "bwl_without_the_maximum",
    part="binary",
    says="the term max(z, 0) is missing; log(1 + exp(z)) is max(z, 0) + log(1 + exp(-|z|)).",
    seen="not found in the wild: made for this catalogue",
)
def bce_with_logits(logits, targets):
    logits, targets = _paired(logits, targets)
    return np.mean(np.log1p(np.exp(-np.abs(logits))) - logits * targets)


@mistake(
    "bwl_product_added",
    part="binary",
    says="this adds z·y where it should be subtracted: a large logit for a target of 1 ought to cost nothing.",
    seen="not found in the wild: made for this catalogue",
)
def bce_with_logits(logits, targets):
    logits, targets = _paired(logits, targets)
    return np.mean(np.maximum(logits, 0) + logits * targets + np.log1p(np.exp(-np.abs(logits))))


@mistake(
    "bwl_targets_rounded",
    part="binary",
    says="this takes log(1 + exp(∓z)) by whether the target is 1, so soft targets are rounded; use y itself in the formula.",
    seen="AlexeyAB/darknet#5207: t ? -log(p) : 0 beside smoothed labels",
)
def bce_with_logits(logits, targets):
    logits, targets = _paired(logits, targets)
    return np.mean(np.logaddexp(0, np.where(targets >= 0.5, -logits, logits)))


@mistake(
    "bwl_sum",
    part="binary",
    says="this is the sum over the elements; the loss is their mean.",
    seen="not found in the wild: made for this catalogue",
)
def bce_with_logits(logits, targets):
    logits, targets = _paired(logits, targets)
    return np.sum(np.maximum(logits, 0) - logits * targets + np.log1p(np.exp(-np.abs(logits))))


@mistake(
    "bwl_unsigned",
    part="binary",
    says="this negates the logits before it makes them floats, and unsigned integers wrap around below zero; make float arrays first.",
    seen="dwave-examples/image-segmentation#10: differences of uint8 wrap around",
)
def bce_with_logits(logits, targets):
    _paired(logits, targets)
    given, targets = np.asarray(logits), np.asarray(targets, dtype=float)
    return np.mean((1 - targets) * given + np.logaddexp(0, (-given).astype(float)))


@mistake(
    "bgrad_no_n",
    part="binary",
    says="this is the gradient of the sum; the 1/n of the mean stays in front when you differentiate.",
    seen="MBELSABAH/activation-gradient-flow src/losses.py: mean in the loss, y_pred - y_true in the gradient",
)
def bce_with_logits_grad(logits, targets):
    logits, targets = _paired(logits, targets)
    small = np.exp(-np.abs(logits))
    sigmoid = np.where(logits >= 0, 1.0, small) / (1 + small)
    return sigmoid - targets


@mistake(
    "bgrad_rows",
    part="binary",
    says="this divides by the number of rows; the loss is a mean over all elements, and so is its gradient.",
    seen="oysteijo/simd_neuralnet#1: the gradient is off by the number of outputs",
)
def bce_with_logits_grad(logits, targets):
    logits, targets = _paired(logits, targets)
    small = np.exp(-np.abs(logits))
    sigmoid = np.where(logits >= 0, 1.0, small) / (1 + small)
    return (sigmoid - targets) / (len(logits) if logits.ndim else 1)


@mistake(
    "bgrad_sign",
    part="binary",
    says="this points the other way: it is sigmoid minus target.",
    seen="not found in the wild: made for this catalogue",
)
def bce_with_logits_grad(logits, targets):
    logits, targets = _paired(logits, targets)
    small = np.exp(-np.abs(logits))
    sigmoid = np.where(logits >= 0, 1.0, small) / (1 + small)
    return (targets - sigmoid) / logits.size


@mistake(
    "bgrad_sigmoid_slope",
    part="binary",
    says="this has a factor p(1 - p) left, as the squared error has; with cross-entropy it cancels.",
    seen="mnielsen/neural-networks-and-deep-learning#77: sigmoid_prime put into the output's delta",
)
def bce_with_logits_grad(logits, targets):
    logits, targets = _paired(logits, targets)
    small = np.exp(-np.abs(logits))
    sigmoid = np.where(logits >= 0, 1.0, small) / (1 + small)
    return (sigmoid - targets) * sigmoid * (1 - sigmoid) / logits.size


@mistake(
    "bgrad_overflows",
    part="binary",
    says="this writes the sigmoid as exp(z)/(1 + exp(z)), which is inf/inf at 1000; choose the form by the sign of z.",
    seen="clab/dynet#1525: nan from a sigmoid whose exp overflows",
)
def bce_with_logits_grad(logits, targets):
    logits, targets = _paired(logits, targets)
    with np.errstate(all="ignore"):
        sigmoid = np.exp(logits) / (1 + np.exp(logits))
    return (sigmoid - targets) / logits.size


@mistake(
    "bgrad_mean",
    part="binary",
    says="this averages the gradient into one number; every logit has a slope of its own, so keep the shape of the logits.",
    seen="not found in the wild: made for this catalogue",
)
def bce_with_logits_grad(logits, targets):
    logits, targets = _paired(logits, targets)
    small = np.exp(-np.abs(logits))
    sigmoid = np.where(logits >= 0, 1.0, small) / (1 + small)
    return np.mean(sigmoid - targets)


@mistake(
    "bgrad_takes_probabilities",
    part="binary",
    says="this subtracts the targets from the logits themselves; take the sigmoid first.",
    seen="not found in the wild: made for this catalogue",
)
def bce_with_logits_grad(logits, targets):
    logits, targets = _paired(logits, targets)
    return (logits - targets) / logits.size


@mistake(
    "bgrad_in_place",
    part="binary",
    says="this works in place on the caller's logits; work on a new array.",
    seen="docs: numpy.asarray: no copy is performed if the input already is an array of that type",
)
def bce_with_logits_grad(logits, targets):
    logits, targets = _paired(logits, targets)
    small = np.exp(-np.abs(logits))
    sigmoid = np.where(logits >= 0, 1.0, small) / (1 + small)
    logits[...] = sigmoid - targets
    return logits / logits.size


# --- information


@mistake(
    "entropy_bits",
    part="information",
    says="this is in bits; use the natural logarithm.",
    seen="mrtkp9993/MathProg python/information.py: np.log2",
)
def entropy(p):
    p = _distribution(p, "p")
    return -np.sum(_x_log_y(p, p)) / np.log(2)


@mistake(
    "entropy_sign",
    part="information",
    says="this is negative; the entropy has a minus in front.",
    seen="not found in the wild: made for this catalogue",
)
def entropy(p):
    p = _distribution(p, "p")
    return np.sum(_x_log_y(p, p))


@mistake(
    "entropy_nan",
    part="information",
    says="0 times the logarithm of 0 is nan in NumPy; leave out the entries that are 0.",
    seen="mrtkp9993/MathProg python/information.py: -np.sum(x * np.log2(x))",
)
def entropy(p):
    p = _distribution(p, "p")
    with np.errstate(all="ignore"):
        return -np.sum(p * np.log(p))


@mistake(
    "entropy_mean",
    part="information",
    says="this averages over the outcomes; the expectation is a sum, since p is the weight already.",
    seen="not found in the wild: made for this catalogue",
)
def entropy(p):
    p = _distribution(p, "p")
    return -np.mean(_x_log_y(p, p))


@mistake(
    "entropy_no_weight",
    part="information",
    says="this adds up the logarithms without weighing each with its probability.",
    seen="not found in the wild: made for this catalogue",
)
def entropy(p):
    p = _distribution(p, "p")
    return -np.sum(np.log(p[p > 0]))


@mistake(
    "entropy_relative",
    part="information",
    says="this divides by the entropy of the uniform distribution; here it is asked for in nats, not as a share.",
    seen="not found in the wild: made for this catalogue",
)
def entropy(p):
    p = _distribution(p, "p")
    with np.errstate(all="ignore"):
        return -np.sum(_x_log_y(p, p)) / np.log(p.size)


@mistake(
    "kl_swapped",
    part="information",
    says="p and q have changed places: the expectation is taken under p, and q is what the code was made for.",
    seen="docs: torch.nn.KLDivLoss: the first argument is the model's, in log-space",
)
def kl_divergence(p, q):
    p, q = _two_distributions(p, q)
    used = q > 0
    with np.errstate(divide="ignore"):
        return np.sum(q[used] * (np.log(q[used]) - np.log(p[used])))


@mistake(
    "kl_sign",
    part="information",
    says="this is minus the divergence, which is never negative; the ratio is p/q.",
    seen="not found in the wild: made for this catalogue",
)
def kl_divergence(p, q):
    p, q = _two_distributions(p, q)
    used = p > 0
    with np.errstate(divide="ignore"):
        return np.sum(p[used] * (np.log(q[used]) - np.log(p[used])))


@mistake(
    "kl_nan",
    part="information",
    says="where p is 0 this computes 0 times the logarithm of 0, which is nan; sum over the entries with p > 0.",
    seen="TheAlgorithms/Python#12233: log(0) in the KL divergence",
)
def kl_divergence(p, q):
    p, q = _two_distributions(p, q)
    with np.errstate(all="ignore"):
        return np.sum(p * np.log(p / q))


@mistake(
    "kl_epsilon",
    part="information",
    says="this adds a small number to q, so that an impossible outcome costs 23 nats and not infinity; sum where p > 0, and leave q as it is.",
    seen="PIQuIL/QuCumber#67: a small epsilon proposed for p and q",
)
def kl_divergence(p, q):
    p, q = _two_distributions(p, q)
    used = p > 0
    return np.sum(p[used] * np.log(p[used] / (q[used] + 1e-10)))


@mistake(
    "kl_skips_impossible",
    part="information",
    says="this leaves out the entries with q = 0 as well, and they are the ones that cost infinity; leave out only those with p = 0.",
    seen="not found in the wild: made for this catalogue",
)
def kl_divergence(p, q):
    p, q = _two_distributions(p, q)
    used = (p > 0) & (q > 0)
    return np.sum(p[used] * np.log(p[used] / q[used]))


@mistake(
    "kl_symmetric",
    part="information",
    says="this is the mean of both directions; the divergence of q from p is one of them.",
    seen="not found in the wild: made for this catalogue",
)
def kl_divergence(p, q):
    p, q = _two_distributions(p, q)

    def one_way(p, q):
        used = p > 0
        with np.errstate(divide="ignore"):
            return np.sum(p[used] * (np.log(p[used]) - np.log(q[used])))

    return (one_way(p, q) + one_way(q, p)) / 2


@mistake(
    "kl_mean",
    part="information",
    says="this averages over the outcomes; the divergence is a sum.",
    seen="docs: torch.nn.KLDivLoss: reduction='mean' does not return the true divergence",
)
def kl_divergence(p, q):
    p, q = _two_distributions(p, q)
    used = p > 0
    with np.errstate(divide="ignore"):
        return np.sum(p[used] * (np.log(p[used]) - np.log(q[used]))) / p.size


@mistake(
    "kl_is_cross_entropy",
    part="information",
    says="this is the cross-entropy H(p, q); subtract the entropy of p, so that equal distributions give 0.",
    seen="not found in the wild: made for this catalogue",
)
def kl_divergence(p, q):
    p, q = _two_distributions(p, q)
    return -np.sum(_x_log_y(p, q))


@mistake(
    "hpq_swapped",
    part="information",
    says="p and q have changed places: p weighs, and the logarithm is of q.",
    seen="not found in the wild: made for this catalogue",
)
def cross_entropy_of(p, q):
    p, q = _two_distributions(p, q)
    return -np.sum(_x_log_y(q, p))


@mistake(
    "hpq_skips_impossible",
    part="information",
    says="this leaves out the entries with q = 0, and where p is not 0 they cost infinity; leave out only those with p = 0.",
    seen="not found in the wild: made for this catalogue",
)
def cross_entropy_of(p, q):
    p, q = _two_distributions(p, q)
    used = q > 0
    return -np.sum(p[used] * np.log(q[used]))


@mistake(
    "hpq_epsilon",
    part="information",
    says="this adds a small number under the logarithm, so that an impossible outcome costs 23 nats and not infinity.",
    seen="charlesaraya/deep-learning src/layers/losses.py: np.log(y_hat + 1e-8)",
)
def cross_entropy_of(p, q):
    p, q = _two_distributions(p, q)
    return -np.sum(p * np.log(q + 1e-10))


@mistake(
    "hpq_nan",
    part="information",
    says="where both are 0 this computes 0 times the logarithm of 0, which is nan; leave out the entries with p = 0.",
    seen="OpenBMB/ModelCenter#14: 0 times -inf is nan in -(p * log q).sum()",
)
def cross_entropy_of(p, q):
    p, q = _two_distributions(p, q)
    with np.errstate(all="ignore"):
        return -np.sum(p * np.log(q))


@mistake(
    "hpq_is_kl",
    part="information",
    says="this is the divergence only; the cross-entropy has the entropy of p besides.",
    seen="not found in the wild: made for this catalogue",
)
def cross_entropy_of(p, q):
    p, q = _two_distributions(p, q)
    return kl_divergence(p, q)


@mistake(
    "hpq_binary",
    part="information",
    says="this adds the terms (1 - p)·log(1 - q) of binary cross-entropy; over several outcomes each has one term, p·log q.",
    seen="FluxML/Flux.jl#139: asks for the terms (1 - y) * log(1 - ŷ) in crossentropy",
)
def cross_entropy_of(p, q):
    p, q = _two_distributions(p, q)
    return -np.sum(_x_log_y(p, q) + _x_log_y(1 - p, 1 - q))


# --- class_weights


@mistake(
    "weights_without_c",
    part="class_weights",
    says="the number of classes C is missing below the line, so balanced classes get C and not 1.",
    seen="mistaluai/AIFellowship_CodingChallenge weighted_loss.py: total_samples / class_counts",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    inverse = counts.sum() / counts
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return np.sqrt(inverse)
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    return np.ones_like(counts) if beta == 0 else (beta - 1) / np.expm1(counts * np.log1p(beta - 1))


@mistake(
    "weights_reciprocal",
    part="class_weights",
    says="this is one over each count; times n/C it is what is asked for, and balanced classes get 1.",
    seen="PRBonn/lidar-bonnetal#48: 1 / (content + epsilon), one over a class's frequency",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    inverse = 1 / counts
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return np.sqrt(inverse)
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    return np.ones_like(counts) if beta == 0 else (beta - 1) / np.expm1(counts * np.log1p(beta - 1))


@mistake(
    "weights_sum_to_one",
    part="class_weights",
    says="this scales the weights so that they sum to 1; balanced classes should get 1 each.",
    seen="WajeehAlamoudi/skinlite again/utils.py: normed / normed.sum()",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    inverse = 1 / counts / np.sum(1 / counts)
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return np.sqrt(inverse)
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    return np.ones_like(counts) if beta == 0 else (beta - 1) / np.expm1(counts * np.log1p(beta - 1))


@mistake(
    "weights_mean_one",
    part="class_weights",
    says="this scales the weights so that their mean is 1; n/(C·n_c) needs no scaling.",
    seen="usagisukisuki/Imbalanced-Classification utils/loss/gr.py: divided by torch.mean",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    inverse = counts.size / counts / np.sum(1 / counts)
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return np.sqrt(inverse)
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    return np.ones_like(counts) if beta == 0 else (beta - 1) / np.expm1(counts * np.log1p(beta - 1))


@mistake(
    "weights_of_the_largest",
    part="class_weights",
    says="this divides the largest count by each count; the numerator is n/C, the mean count.",
    seen="docs: torch.nn.BCEWithLogitsLoss: pos_weight is the ratio of two counts",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    inverse = counts.max() / counts
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return np.sqrt(inverse)
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    return np.ones_like(counts) if beta == 0 else (beta - 1) / np.expm1(counts * np.log1p(beta - 1))


@mistake(
    "weights_frequencies",
    part="class_weights",
    says="this gives frequent classes the large weights; the rare ones are to count more.",
    seen="ninous-dev/heart-prediction LogisticRegression/compute_class_weights.py: counts / rows",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    inverse = counts * counts.size / counts.sum()
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return np.sqrt(inverse)
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    return np.ones_like(counts) if beta == 0 else (beta - 1) / np.expm1(counts * np.log1p(beta - 1))


@mistake(
    "weights_root_without_c",
    part="class_weights",
    says="under the root the number of classes is missing; take the root of the whole inverse weight.",
    seen="not found in the wild: made for this catalogue",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    inverse = counts.sum() / (counts.size * counts)
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return np.sqrt(counts.sum() / counts)
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    return np.ones_like(counts) if beta == 0 else (beta - 1) / np.expm1(counts * np.log1p(beta - 1))


@mistake(
    "weights_root_of_counts",
    part="class_weights",
    says="this is one over the root of each count; take the root of the inverse weight, n/C included.",
    seen="not found in the wild: made for this catalogue",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    inverse = counts.sum() / (counts.size * counts)
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return 1 / np.sqrt(counts)
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    return np.ones_like(counts) if beta == 0 else (beta - 1) / np.expm1(counts * np.log1p(beta - 1))


@mistake(
    "weights_root_of_the_frequency",
    part="class_weights",
    says="this puts the root of n_c below n/C, which has no root of its own; the root goes over the whole fraction.",
    seen="not found in the wild: made for this catalogue",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    inverse = counts.sum() / (counts.size * counts)
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return counts.sum() / (counts.size * np.sqrt(counts))
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    return np.ones_like(counts) if beta == 0 else (beta - 1) / np.expm1(counts * np.log1p(beta - 1))


@mistake(
    "weights_effective_upside_down",
    part="class_weights",
    says="this is the effective number itself, which grows with the count; the weight is one over it.",
    seen="not found in the wild: made for this catalogue",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    inverse = counts.sum() / (counts.size * counts)
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return np.sqrt(inverse)
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    return (1 - beta**counts) / (1 - beta)


@mistake(
    "weights_effective_normalised",
    part="class_weights",
    says="this scales the effective weights so that they sum to C; here they are asked for as they are.",
    seen="richardaecn/class-balanced-loss#7: weights / np.sum(weights) * C",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    inverse = counts.sum() / (counts.size * counts)
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return np.sqrt(inverse)
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    weights = (beta - 1) / np.expm1(counts * np.log(beta)) if beta else np.ones_like(counts)
    return weights / weights.sum() * counts.size


@mistake(
    "weights_effective_without_numerator",
    part="class_weights",
    says="the numerator 1 - beta is missing.",
    seen="not found in the wild: made for this catalogue",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    inverse = counts.sum() / (counts.size * counts)
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return np.sqrt(inverse)
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    return -1 / np.expm1(counts * np.log(beta)) if beta else np.ones_like(counts)


@mistake(
    "weights_beta_ignored",
    part="class_weights",
    says="this always computes with 0.999; use the beta that is passed.",
    seen="not found in the wild: made for this catalogue",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    inverse = counts.sum() / (counts.size * counts)
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return np.sqrt(inverse)
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    return -0.001 / np.expm1(counts * np.log(0.999))


@mistake(
    "weights_beta_times_n",
    part="class_weights",
    says="this multiplies beta by the count; beta is raised to its power.",
    seen="not found in the wild: made for this catalogue",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    inverse = counts.sum() / (counts.size * counts)
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return np.sqrt(inverse)
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    with np.errstate(all="ignore"):
        return (1 - beta) / (1 - beta * counts)


@mistake(
    "weights_unsigned",
    part="class_weights",
    says="this multiplies small unsigned integers by C, and they wrap around above 255; make a float array of the counts first.",
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
    "weights_whole_numbers",
    part="class_weights",
    says="this divides with //, which cuts off what stands behind the point.",
    seen="MathGaron/mean_average_precision#9: integer division (there of precision and recall)",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    inverse = counts.sum() // (counts.size * counts)
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return np.sqrt(inverse)
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    return np.ones_like(counts) if beta == 0 else (beta - 1) / np.expm1(counts * np.log1p(beta - 1))


@mistake(
    "weights_in_place",
    part="class_weights",
    says="this works in place on the array of counts that the caller handed in.",
    seen="docs: numpy.asarray: no copy is performed if the input already is an array of that type",
)
def class_weights(counts, strategy="inverse", beta=0.999):
    counts = _filled(counts, "counts")
    if not np.all(counts > 0):
        raise ValueError(f"every count must be positive, got {counts.min():g}")
    total, classes = counts.sum(), counts.size
    if strategy == "inverse":
        np.divide(total / classes, counts, out=counts)
        return counts
    inverse = total / (classes * counts)
    if strategy == "inverse":
        return inverse
    if strategy == "inverse_sqrt":
        return np.sqrt(inverse)
    if strategy != "effective":
        raise ValueError(f"unknown strategy {strategy!r}")
    return np.ones_like(counts) if beta == 0 else (beta - 1) / np.expm1(counts * np.log1p(beta - 1))


# --- stability


@mistake(
    "sweep_stable_twice",
    part="stability",
    says="your naive losses stay finite: they come from a shifted formula, and the experiment has nothing to show; use cross_entropy_naive as it stands.",
    seen="not found in the wild: made for this catalogue",
)
def stability_sweep(logits, targets, scales):
    logits = np.asarray(logits, dtype=float)
    with np.errstate(all="ignore"):
        naive = [float(cross_entropy(scale * logits, targets)) for scale in scales]
        stable = [float(cross_entropy(scale * logits, targets)) for scale in scales]
    return {"scale": [float(scale) for scale in scales], "naive": naive, "stable": stable}


@mistake(
    "sweep_swapped",
    part="stability",
    says="the naive and the stable losses stand under each other's key.",
    seen="not found in the wild: made for this catalogue",
)
def stability_sweep(logits, targets, scales):
    logits = np.asarray(logits, dtype=float)
    with np.errstate(all="ignore"):
        naive = [float(cross_entropy(scale * logits, targets)) for scale in scales]
        stable = [float(cross_entropy_naive(scale * logits, targets)) for scale in scales]
    return {"scale": [float(scale) for scale in scales], "naive": naive, "stable": stable}


@mistake(
    "sweep_stable_unscaled",
    part="stability",
    says="this scales the logits for the naive loss only; both are to see the same logits.",
    seen="not found in the wild: made for this catalogue",
)
def stability_sweep(logits, targets, scales):
    logits = np.asarray(logits, dtype=float)
    with np.errstate(all="ignore"):
        naive = [float(cross_entropy_naive(scale * logits, targets)) for scale in scales]
        stable = [float(cross_entropy(logits, targets)) for scale in scales]
    return {"scale": [float(scale) for scale in scales], "naive": naive, "stable": stable}


@mistake(
    "sweep_divides",
    part="stability",
    says="this divides by the scale; a larger scale is to make the logits larger.",
    seen="not found in the wild: made for this catalogue",
)
def stability_sweep(logits, targets, scales):
    logits = np.asarray(logits, dtype=float)
    with np.errstate(all="ignore"):
        naive = [float(cross_entropy_naive(logits / scale, targets)) for scale in scales]
        stable = [float(cross_entropy(logits / scale, targets)) for scale in scales]
    return {"scale": [float(scale) for scale in scales], "naive": naive, "stable": stable}


@mistake(
    "sweep_nan_to_num",
    part="stability",
    says="this replaces nan and inf by ordinary numbers, and with them goes what the experiment is about; keep them as they come.",
    seen="docs: numpy.nan_to_num: nan becomes zero, infinity a large finite number",
)
def stability_sweep(logits, targets, scales):
    logits = np.asarray(logits, dtype=float)
    with np.errstate(all="ignore"):
        naive = [float(np.nan_to_num(cross_entropy_naive(scale * logits, targets))) for scale in scales]
        stable = [float(cross_entropy(scale * logits, targets)) for scale in scales]
    return {"scale": [float(scale) for scale in scales], "naive": naive, "stable": stable}


@mistake(
    "sweep_nan_to_inf",
    part="stability",
    says="this makes inf of every nan; keep both as they come, for they tell two failures apart: inf/inf and log 0.",
    seen="not found in the wild: made for this catalogue",
)
def stability_sweep(logits, targets, scales):
    logits = np.asarray(logits, dtype=float)
    with np.errstate(all="ignore"):
        naive = [
            float(np.nan_to_num(cross_entropy_naive(scale * logits, targets), nan=np.inf, posinf=np.inf))
            for scale in scales
        ]
        stable = [float(cross_entropy(scale * logits, targets)) for scale in scales]
    return {"scale": [float(scale) for scale in scales], "naive": naive, "stable": stable}


@mistake(
    "sweep_drops_what_overflows",
    part="stability",
    says="this leaves out the losses that are not finite, so that the sequences have different lengths; keep one entry for each scale.",
    seen="not found in the wild: made for this catalogue",
)
def stability_sweep(logits, targets, scales):
    logits = np.asarray(logits, dtype=float)
    with np.errstate(all="ignore"):
        naive = [float(cross_entropy_naive(scale * logits, targets)) for scale in scales]
        stable = [float(cross_entropy(scale * logits, targets)) for scale in scales]
    return {
        "scale": [float(scale) for scale in scales],
        "naive": [loss for loss in naive if np.isfinite(loss)],
        "stable": stable,
    }


@mistake(
    "sweep_other_keys",
    part="stability",
    says='the keys are not those that were asked for: "scale", "naive" and "stable".',
    seen="not found in the wild: made for this catalogue",
)
def stability_sweep(logits, targets, scales):
    logits = np.asarray(logits, dtype=float)
    with np.errstate(all="ignore"):
        naive = [float(cross_entropy_naive(scale * logits, targets)) for scale in scales]
        stable = [float(cross_entropy(scale * logits, targets)) for scale in scales]
    return {"scales": [float(scale) for scale in scales], "naive": naive, "stable": stable}


@mistake(
    "sweep_compounds",
    part="stability",
    says="this scales logits that were scaled already, so that the scales multiply up; begin each time with the logits that were given.",
    seen="not found in the wild: made for this catalogue",
)
def stability_sweep(logits, targets, scales):
    logits = np.asarray(logits, dtype=float)
    naive, stable = [], []
    for scale in scales:
        logits = scale * logits
        with np.errstate(all="ignore"):
            naive.append(float(cross_entropy_naive(logits, targets)))
        stable.append(float(cross_entropy(logits, targets)))
    return {"scale": [float(scale) for scale in scales], "naive": naive, "stable": stable}


@mistake(
    "sweep_arrays_only",
    part="stability",
    says="this multiplies the logits as they come, which a list does not allow; make an array of them first.",
    seen="not found in the wild: made for this catalogue",
)
def stability_sweep(logits, targets, scales):
    with np.errstate(all="ignore"):
        naive = [float(cross_entropy_naive(scale * logits, targets)) for scale in scales]
        stable = [float(cross_entropy(scale * logits, targets)) for scale in scales]
    return {"scale": [float(scale) for scale in scales], "naive": naive, "stable": stable}


# --- quick_checks


@mistake(
    "quick_bce_zero",
    part="quick_checks",
    says="this is the limit for a target of 0; for a target of 1 the term -log p is left, and p goes to 0.",
    seen="not found in the wild: made for this catalogue",
)
def quick_check_bce():
    return 0.0


@mistake(
    "quick_bce_one",
    part="quick_checks",
    says="no finite number is the limit: -log p grows without bound as p goes to 0.",
    seen="not found in the wild: made for this catalogue",
)
def quick_check_bce():
    return 1.0


@mistake(
    "quick_bce_minus_infinity",
    part="quick_checks",
    says="log p goes to minus infinity, and the loss has a minus in front.",
    seen="not found in the wild: made for this catalogue",
)
def quick_check_bce():
    return -math.inf


@mistake(
    "quick_weights_swapped",
    part="quick_checks",
    says="these are the right weights in the wrong order: the class of 900 comes first.",
    seen="not found in the wild: made for this catalogue",
)
def quick_check_weights():
    return np.array([5.0, 1000 / 1800])


@mistake(
    "quick_weights_roots",
    part="quick_checks",
    says="these are the roots; inverse-frequency weights have none.",
    seen="not found in the wild: made for this catalogue",
)
def quick_check_weights():
    return class_weights([900, 100], strategy="inverse_sqrt")


@mistake(
    "quick_weights_rounded",
    part="quick_checks",
    says="this is rounded to two digits; return the quotients themselves.",
    seen="not found in the wild: made for this catalogue",
)
def quick_check_weights():
    return np.array([0.56, 5.0])


# --- validation


@mistake(
    "ce_checks_nothing",
    part="validation",
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
    part="validation",
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
    part="validation",
    says="your cross_entropy lets a target of C through to an IndexError; classes end at C - 1, so compare with >=.",
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
    part="validation",
    says="your cross_entropy makes integers of the targets before it looks at them, and 1.5 becomes 1; a target that is not whole is a ValueError.",
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
    part="validation",
    says="your cross_entropy moves targets that are no class to the nearest one; they are a mistake of the caller, so raise a ValueError.",
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
    part="validation",
    says="your cross_entropy takes targets modulo C, so that 4 becomes 0 and -3 becomes 1; they are a mistake of the caller, so raise a ValueError.",
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
    part="validation",
    says="your cross_entropy refuses bad targets with an assert, which is an AssertionError and is gone under python -O; raise a ValueError.",
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
    part="validation",
    says="your cross_entropy raises an IndexError for a target that is no class; what is asked for is a ValueError.",
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
    part="validation",
    says="your cross_entropy does not compare the number of targets with the number of rows, and one target is used for all rows; compare the shapes.",
    seen="not found in the wild: made for this catalogue",
)
def cross_entropy(logits, targets, weight=None, label_smoothing=0.0, reduction="mean"):
    logits, targets = _filled(logits, "logits"), np.asarray(targets)
    for target in targets.ravel():
        if target != int(target) or not 0 <= target < logits.shape[-1]:
            raise ValueError(f"target {target} is no class")
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
    part="validation",
    says="your cross_entropy flattens its targets, so that a column passes for a row; targets have shape (N,), and anything else is a ValueError.",
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
    part="validation",
    says="your cross_entropy does not count the weights: too few or too many go unnoticed as long as no target needs them; there is one for each class.",
    seen="not found in the wild: made for this catalogue",
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
    part="validation",
    says='your cross_entropy takes any unknown word for "mean"; what is no reduction is a ValueError.',
    seen="not found in the wild: made for this catalogue",
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
    part="validation",
    says="your cross_entropy falls off its end for an unknown reduction and returns None; raise a ValueError there.",
    seen="not found in the wild: made for this catalogue",
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
    part="validation",
    says="your cross_entropy answers a batch without rows with nan, the mean of nothing; raise a ValueError.",
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
    part="validation",
    says="your cross_entropy answers a batch without rows with 0, as if the fit were perfect; raise a ValueError.",
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


@mistake(
    "grad_checks_nothing",
    part="validation",
    says="your cross_entropy_grad checks nothing: what your loss refuses, its gradient should refuse too.",
    seen="not found in the wild: made for this catalogue",
)
def cross_entropy_grad(logits, targets):
    logits, targets = np.asarray(logits, dtype=float), np.asarray(targets).astype(int)
    gradient = softmax(logits)
    gradient[np.arange(len(targets)), targets] -= 1
    return gradient / len(targets)


@mistake(
    "grad_takes_negative_targets",
    part="validation",
    says="your cross_entropy_grad takes a negative target, and subtracts 1 from a class counted from the end.",
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
    part="validation",
    says="your cross_entropy_grad moves targets that are no class to the nearest one; raise a ValueError for them.",
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
    part="validation",
    says="your cross_entropy_grad makes one-hot rows by comparing each class with the target, so a target that is no class gets a row of zeros; raise a ValueError for it.",
    seen="kakavegeta/NLP-practice text-classification/utils.py: np.arange(...) == y[:, None]",
)
def cross_entropy_grad(logits, targets):
    logits, targets = _filled(logits, "logits"), np.asarray(targets)
    if logits.ndim != 2 or targets.shape != logits.shape[:1]:
        raise ValueError(f"logits have shape {logits.shape}, targets have shape {targets.shape}")
    one_hot = (targets[:, None] == np.arange(logits.shape[1])).astype(float)
    return (softmax(logits) - one_hot) / len(targets)


@mistake(
    "naive_loss_checks_nothing",
    part="validation",
    says="your cross_entropy_naive checks nothing, so a target of -1 silently picks the last class; the textbook formula may overflow, but bad input is refused.",
    seen="PaddlePaddle/Paddle#10945: label 1000 of 100 classes gives a loss, no error",
)
def cross_entropy_naive(logits, targets):
    targets = np.asarray(targets).astype(int)
    return -np.mean(np.log(softmax_naive(logits)[np.arange(len(targets)), targets]))


@mistake(
    "naive_takes_empty",
    part="validation",
    says="your softmax_naive returns an empty array for empty input; raise a ValueError where there are no elements.",
    seen="not found in the wild: made for this catalogue",
)
def softmax_naive(logits):
    powers = np.exp(np.asarray(logits, dtype=float))
    return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "softmax_takes_empty",
    part="validation",
    says="your softmax hands empty input back; raise a ValueError where there are no elements.",
    seen="not found in the wild: made for this catalogue",
)
def softmax(logits):
    logits = np.asarray(logits, dtype=float)
    if logits.size == 0:
        return logits
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "softmax_empty_by_len",
    part="validation",
    says="your softmax looks for emptiness with len, which counts rows: an array without columns has rows but no elements; use size.",
    seen="not found in the wild: made for this catalogue",
)
def softmax(logits):
    logits = np.asarray(logits, dtype=float)
    if len(logits) == 0:
        raise ValueError("logits are empty")
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True, initial=-np.inf))
    return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "lse_of_nothing",
    part="validation",
    says="your log_sum_exp answers empty input with -inf, the log of an empty sum; here it is a ValueError.",
    seen="docs: numpy.ufunc.reduce: begins with the identity, which is -inf for logaddexp",
)
def log_sum_exp(z, axis=-1):
    z = np.asarray(z, dtype=float)
    with np.errstate(all="ignore"):
        return np.logaddexp.reduce(z, axis=axis)


@mistake(
    "bce_broadcasts",
    part="validation",
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
    part="validation",
    says="your bce_loss takes probabilities outside of [0, 1], and answers with nan; raise a ValueError for them.",
    seen="keras-team/keras#4744: negative predictions taken without a check",
)
def bce_loss(probs, targets):
    probs, targets = _paired(probs, targets)
    with np.errstate(all="ignore"):
        return -np.mean(_x_log_y(targets, probs) + _x_log_y(1 - targets, 1 - probs))


@mistake(
    "bce_takes_any_target",
    part="validation",
    says="your bce_loss takes targets outside of [0, 1]; raise a ValueError for them.",
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
    part="validation",
    says="your bce_with_logits lets NumPy stretch (N,) and (N, 1) to a matrix of all pairs; compare the shapes first.",
    seen="pytorch/pytorch#19699: (N, 1) beside (N,), another loss without a word (there the MSE)",
)
def bce_with_logits(logits, targets):
    logits, targets = _paired(*np.broadcast_arrays(_filled(logits, "logits"), _filled(targets, "targets")))
    return np.mean(np.maximum(logits, 0) - logits * targets + np.log1p(np.exp(-np.abs(logits))))


@mistake(
    "bwl_takes_any_target",
    part="validation",
    says="your bce_with_logits takes targets outside of [0, 1], for which the loss has no lower bound; raise a ValueError for them.",
    seen="pytorch/pytorch#152437: targets outside of [0, 1] taken (there CrossEntropyLoss)",
)
def bce_with_logits(logits, targets):
    logits, targets = _filled(logits, "logits"), np.asarray(targets, dtype=float)
    if logits.shape != targets.shape:
        raise ValueError(f"logits have shape {logits.shape}, targets have shape {targets.shape}")
    return np.mean(np.maximum(logits, 0) - logits * targets + np.log1p(np.exp(-np.abs(logits))))


@mistake(
    "bgrad_checks_nothing",
    part="validation",
    says="your bce_with_logits_grad checks nothing: what your loss refuses, its gradient should refuse too.",
    seen="not found in the wild: made for this catalogue",
)
def bce_with_logits_grad(logits, targets):
    logits, targets = np.asarray(logits, dtype=float), np.asarray(targets, dtype=float)
    small = np.exp(-np.abs(logits))
    return (np.where(logits >= 0, 1.0, small) / (1 + small) - targets) / logits.size


@mistake(
    "entropy_checks_nothing",
    part="validation",
    says="your entropy takes anything for a distribution; refuse what is negative or does not sum to 1.",
    seen="not found in the wild: made for this catalogue",
)
def entropy(p):
    p = np.asarray(p, dtype=float)
    with np.errstate(all="ignore"):
        return -np.sum(_x_log_y(p, p))


@mistake(
    "entropy_normalises",
    part="validation",
    says="your entropy divides p by its sum, which hides a mistake of the caller; a sum that is not 1 is a ValueError.",
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
    part="validation",
    says="your entropy looks for negative entries only; a sum that is not 1 is a ValueError as well.",
    seen="not found in the wild: made for this catalogue",
)
def entropy(p):
    p = _filled(p, "p")
    if np.any(p < 0):
        raise ValueError("p is negative somewhere")
    return -np.sum(_x_log_y(p, p))


@mistake(
    "entropy_only_sums_above_one",
    part="validation",
    says="your entropy refuses sums above 1 but not below: take the absolute value of the difference.",
    seen="not found in the wild: made for this catalogue",
)
def entropy(p):
    p = _filled(p, "p")
    if np.any(p < 0) or p.sum() - 1 > 1e-6:
        raise ValueError("p is no distribution")
    return -np.sum(_x_log_y(p, p))


@mistake(
    "entropy_forgiving",
    part="validation",
    says="your entropy forgives a sum that is off by as much as a hundredth; the tolerance is 1e-6.",
    seen="not found in the wild: made for this catalogue",
)
def entropy(p):
    p = _filled(p, "p")
    if np.any(p < 0) or abs(p.sum() - 1) > 0.01:
        raise ValueError("p is no distribution")
    return -np.sum(_x_log_y(p, p))


@mistake(
    "entropy_exact_sum",
    part="validation",
    says="your entropy wants a sum of exactly 1, and refuses ten times 0.1, whose sum is rounded; allow a difference of 1e-6.",
    seen="not found in the wild: made for this catalogue",
    also=("information",),
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
    part="validation",
    says="your entropy looks at the sum only, and 1.5 with -0.5 sums to 1; refuse negative entries too.",
    seen="not found in the wild: made for this catalogue",
)
def entropy(p):
    p = _filled(p, "p")
    if abs(p.sum() - 1) > 1e-6:
        raise ValueError("p is no distribution")
    with np.errstate(all="ignore"):
        return -np.sum(_x_log_y(p, p))


@mistake(
    "kl_lengths_unchecked",
    part="validation",
    says="your kl_divergence does not compare the lengths, and NumPy stretches one entry over all; compare the shapes.",
    seen="not found in the wild: made for this catalogue",
)
def kl_divergence(p, q):
    p, q = _distribution(p, "p"), _distribution(np.ravel(q), "q")
    p, q = np.broadcast_arrays(p, q)
    used = p > 0
    with np.errstate(divide="ignore"):
        return np.sum(p[used] * (np.log(p[used]) - np.log(q[used])))


@mistake(
    "kl_q_unchecked",
    part="validation",
    says="your kl_divergence checks p and not q; both are distributions.",
    seen="not found in the wild: made for this catalogue",
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
    part="validation",
    says="your cross_entropy_of takes anything for distributions; refuse what is negative, does not sum to 1, or differs in length.",
    seen="not found in the wild: made for this catalogue",
)
def cross_entropy_of(p, q):
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    with np.errstate(all="ignore"):
        return -np.sum(_x_log_y(p, q))


@mistake(
    "weights_infinite",
    part="validation",
    says="your class_weights gives a class without examples an infinite weight, and the first loss is inf or nan; raise a ValueError.",
    seen="not found in the wild: made for this catalogue",
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
    part="validation",
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
    part="validation",
    says="your class_weights refuses a count of 0 only; a negative count is no count either.",
    seen="not found in the wild: made for this catalogue",
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
    part="validation",
    says='your class_weights takes any unknown word for "inverse"; what is no strategy is a ValueError.',
    seen="not found in the wild: made for this catalogue",
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
    part="validation",
    says='your class_weights takes any unknown word for "effective"; what is no strategy is a ValueError.',
    seen="not found in the wild: made for this catalogue",
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
    part="validation",
    says="your class_weights raises a KeyError for an unknown strategy; what is asked for is a ValueError.",
    seen="not found in the wild: made for this catalogue",
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
