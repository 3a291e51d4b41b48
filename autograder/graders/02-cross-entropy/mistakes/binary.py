"""Known wrong answers of 02-cross-entropy, part `binary`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake


@mistake(
    "bce_sum",
    says="this is the sum over the elements; the loss is their mean.",
)
def bce_loss(probs, targets):
    probs, targets = _paired(probs, targets)
    if np.any((probs < 0) | (probs > 1)):
        raise ValueError("probs must lie in [0, 1]")
    return -np.sum(_x_log_y(targets, probs) + _x_log_y(1 - targets, 1 - probs))


@mistake(
    "bce_sign",
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
    says="this has only the term y·log p; an example of class 0 costs (1 - y)·log(1 - p).",
)
def bce_loss(probs, targets):
    probs, targets = _paired(probs, targets)
    if np.any((probs < 0) | (probs > 1)):
        raise ValueError("probs must lie in [0, 1]")
    return -np.mean(_x_log_y(targets, probs))


@mistake(
    "bce_clipped",
    says="this clips the probabilities, so a certain mistake costs 16 instead of infinity; give 0·log 0 the value 0 and leave the rest to the logarithm.",
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
    says="this adds a small number under both logarithms, so a certain mistake costs 18 instead of infinity; give 0·log 0 the value 0 instead.",
    seen="maxvfischer/keras-image-segmentation-loss-functions#1: K.log(y_pred + epsilon)",
)
def bce_loss(probs, targets):
    probs, targets = _paired(probs, targets)
    if np.any((probs < 0) | (probs > 1)):
        raise ValueError("probs must lie in [0, 1]")
    return -np.mean(targets * np.log(probs + 1e-8) + (1 - targets) * np.log(1 - probs + 1e-8))


@mistake(
    "bce_clamped_like_torch",
    says="this cuts each logarithm off at -100, as torch does; here a certain mistake costs infinity.",
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
    says="0 times the logarithm of 0 is nan in NumPy, which spoils certain and right predictions; leave out the terms whose factor is 0.",
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
    says="this sends the nan of 0·log 0 through nan_to_num, which turns infinity into a large number as well; handle only the zero factors.",
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
    says="both of your terms have log(p), so the target has no effect; the factor 1 - y belongs to log(1 - p).",
    also=("validation",),
    breaks=("leaves_alone",),
)
def bce_loss(probs, targets):
    probs, targets = _paired(probs, targets)
    if np.any((probs < 0) | (probs > 1)):
        raise ValueError("probs must lie in [0, 1]")
    return -np.mean(_x_log_y(targets, probs) + _x_log_y(1 - targets, probs))


@mistake(
    "bce_targets_rounded",
    says="this tests whether a target is 1, which rounds soft targets; weight the two logarithms with y and 1 - y.",
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
    says="this averages over the first axis only; average over all elements.",
    seen="hoangchunghien/deep-learning-framework loss.py: reduced along axis 0 only (there an MSE)",
)
def bce_loss(probs, targets):
    probs, targets = _paired(probs, targets)
    if np.any((probs < 0) | (probs > 1)):
        raise ValueError("probs must lie in [0, 1]")
    return -np.mean(_x_log_y(targets, probs) + _x_log_y(1 - targets, 1 - probs), axis=0)


@mistake(
    "bwl_through_the_sigmoid",
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
    says="this clips the sigmoid before its logarithm, so no loss exceeds 16; write the loss with max(z, 0) and log1p.",
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
    says="this clips the logits so that exp cannot overflow, so a logit that is wrong by 1000 costs only 500; use the form that needs no clipping.",
    seen="VielenDanke/study_machine_learning week_3/sigmoid.py: np.clip(z, -500, 500)",
)
def bce_with_logits(logits, targets):
    logits, targets = _paired(logits, targets)
    logits = np.clip(logits, -500, 500)
    return np.mean(np.maximum(logits, 0) - logits * targets + np.log1p(np.exp(-np.abs(logits))))


@mistake(
    "bwl_softplus_overflows",
    says="this writes softplus as log(1 + exp(z)), which overflows at 710; the exponent must be -|z|.",
    seen="borgwang/tinynn#7: np.log(1 + np.exp(logits)) overflows",
)
def bce_with_logits(logits, targets):
    logits, targets = _paired(logits, targets)
    with np.errstate(all="ignore"):
        return np.mean(np.log1p(np.exp(logits)) - logits * targets)


@mistake(
    "bwl_without_the_absolute_value",
    says="your exponent is -z, where the form with max(z, 0) needs -|z|; for negative logits the loss is too large by -z.",
)
def bce_with_logits(logits, targets):
    logits, targets = _paired(logits, targets)
    with np.errstate(all="ignore"):
        return np.mean(np.maximum(logits, 0) - logits * targets + np.log1p(np.exp(-logits)))


@mistake(
    "bwl_without_the_maximum",
    says="the term max(z, 0) is missing; log(1 + exp(z)) is max(z, 0) + log(1 + exp(-|z|)).",
)
def bce_with_logits(logits, targets):
    logits, targets = _paired(logits, targets)
    return np.mean(np.log1p(np.exp(-np.abs(logits))) - logits * targets)


mistake(
    "bwl_product_added",
    says="this adds z·y instead of subtracting it: a large logit for a target of 1 should cost nothing.",
    function="bce_with_logits",
    change=("- logits", "+ logits"),
)


@mistake(
    "bwl_targets_rounded",
    says="this chooses log(1 + exp(∓z)) by whether the target is 1, which rounds soft targets; use y itself in the formula.",
    seen="AlexeyAB/darknet#5207: t ? -log(p) : 0 beside smoothed labels",
)
def bce_with_logits(logits, targets):
    logits, targets = _paired(logits, targets)
    return np.mean(np.logaddexp(0, np.where(targets >= 0.5, -logits, logits)))


mistake(
    "bwl_sum",
    says="this is the sum over the elements; the loss is their mean.",
    function="bce_with_logits",
    change=("np.mean", "np.sum"),
)


mistake(
    "bgrad_no_n",
    says="this is the gradient of the sum; the 1/n of the mean stays in front when you differentiate.",
    seen="MBELSABAH/activation-gradient-flow src/losses.py: mean in the loss, y_pred - y_true in the gradient",
    function="bce_with_logits_grad",
    change=("(sigmoid - targets) / logits.size", "sigmoid - targets"),
)

mistake(
    "bgrad_rows",
    says="this divides by the number of rows; the loss is a mean over all elements, and so is its gradient.",
    seen="oysteijo/simd_neuralnet#1: the gradient is off by the number of outputs",
    function="bce_with_logits_grad",
    change=("logits.size", "(len(logits) if logits.ndim else 1)"),
)

mistake(
    "bgrad_sign",
    says="this has the wrong sign: the gradient is sigmoid minus target.",
    function="bce_with_logits_grad",
    change=("sigmoid - targets", "targets - sigmoid"),
)

mistake(
    "bgrad_sigmoid_slope",
    says="this has a factor p(1 - p) left, as the squared error has; with cross-entropy it cancels.",
    seen="mnielsen/neural-networks-and-deep-learning#77: sigmoid_prime put into the output's delta",
    function="bce_with_logits_grad",
    change=("(sigmoid - targets) / logits.size", "(sigmoid - targets) * sigmoid * (1 - sigmoid) / logits.size"),
)


@mistake(
    "bgrad_overflows",
    says="this writes the sigmoid as exp(z)/(1 + exp(z)), which is inf/inf at 1000; choose the form by the sign of z.",
    seen="clab/dynet#1525: nan from a sigmoid whose exp overflows",
)
def bce_with_logits_grad(logits, targets):
    logits, targets = _paired(logits, targets)
    with np.errstate(all="ignore"):
        sigmoid = np.exp(logits) / (1 + np.exp(logits))
    return (sigmoid - targets) / logits.size


mistake(
    "bgrad_mean",
    says="this averages the gradient into one number; each logit has its own slope, so keep the shape of the logits.",
    also=("validation",),
    breaks=("gradient", "leaves_alone"),
    function="bce_with_logits_grad",
    change=("(sigmoid - targets) / logits.size", "np.mean(sigmoid - targets)"),
)


@mistake(
    "bgrad_takes_probabilities",
    says="this subtracts the targets from the logits themselves; take the sigmoid first.",
)
def bce_with_logits_grad(logits, targets):
    logits, targets = _paired(logits, targets)
    return (logits - targets) / logits.size


@mistake(
    "bgrad_in_place",
    says="this works in place on the caller's logits; work on a new array.",
    seen="docs: numpy.asarray: no copy is performed if the input already is an array of that type",
    breaks=("leaves_alone",),
)
def bce_with_logits_grad(logits, targets):
    logits, targets = _paired(logits, targets)
    small = np.exp(-np.abs(logits))
    sigmoid = np.where(logits >= 0, 1.0, small) / (1 + small)
    logits[...] = sigmoid - targets
    return logits / logits.size


@mistake(
    "bwl_in_place",
    says="this subtracts z·y in place and so changes the caller's logits; work on a new array.",
    seen="docs: numpy.asarray: no copy is performed if the input already is an array of that type",
    breaks=("leaves_alone",),
)
def bce_with_logits(logits, targets):
    logits, targets = _paired(logits, targets)
    softplus = np.logaddexp(0, logits)
    logits *= targets
    return np.mean(softplus - logits)


@mistake(
    "bce_fills_zeros",
    says="this writes 1 into the caller's array where a probability and its target are 0; work on a new array.",
    seen="docs: numpy.asarray: no copy is performed if the input already is an array of that type",
    breaks=("leaves_alone",),
)
def bce_loss(probs, targets):
    probs, targets = _paired(probs, targets)
    if np.any((probs < 0) | (probs > 1)):
        raise ValueError("probs must lie in [0, 1]")
    negative = _x_log_y(1 - targets, 1 - probs)
    probs[targets == 0] = 1
    with np.errstate(divide="ignore"):
        return -np.mean(targets * np.log(probs) + negative)
