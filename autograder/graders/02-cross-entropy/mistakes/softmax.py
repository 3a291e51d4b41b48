"""Known wrong answers of 02-cross-entropy, part `softmax`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake


@mistake(
    "softmax_unshifted",
    says="this overflows for large logits, and inf/inf is nan; subtract each row's maximum before you exponentiate.",
    seen="theophilec/oco-project src/utils.py; met in practice: 6 of 22 student softmaxes",
    breaks=("extremes",),
)
def softmax(logits):
    powers = np.exp(_filled(logits, "logits"))
    return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "softmax_one_maximum",
    says="this shifts every row by the maximum of the whole matrix, so rows far below it become 0/0; use the maximum of each row.",
    seen="orris27/deeplearning-simple-implementation utils.py; met in practice: 5 of 22 student softmaxes",
    breaks=("extremes",),
)
def softmax(logits):
    logits = _filled(logits, "logits")
    with np.errstate(all="ignore"):
        powers = np.exp(logits - np.max(logits))
        return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "softmax_first_axis",
    says="this works down the first axis; classes are along the last one.",
    seen="perone/euclidesdb#2: softmax along dim 0 for dim 1",
    breaks=("axes", "extremes"),
)
def softmax(logits):
    logits = _filled(logits, "logits")
    powers = np.exp(logits - logits.max(axis=0, keepdims=True))
    return powers / powers.sum(axis=0, keepdims=True)


@mistake(
    "softmax_axis_1",
    says="this uses axis 1, which is the last axis only for matrices; use axis=-1.",
    seen="vanqaq/hm1 loss.py: axis=1 written out in softmax",
    breaks=("axes",),
)
def softmax(logits):
    logits = _filled(logits, "logits")
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


mistake(
    "softmax_without_keepdims",
    says="your sums lost their axis, so they are matched with columns instead of rows; keep it with keepdims=True.",
    seen="triton-lang/triton#11409: reductions without their axis line up with the wrong one",
    also=("validation",),
    breaks=("axes", "extremes", "leaves_alone"),
    change=("powers.sum(axis=-1, keepdims=True)", "powers.sum(axis=-1)"),
)


@mistake(
    "softmax_denominator_unshifted",
    says="this shifts the numerator only: the denominator still sums exp of the original logits, but both need the same shift.",
    breaks=("extremes",),
)
def softmax(logits):
    logits = _filled(logits, "logits")
    with np.errstate(all="ignore"):
        powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return powers / np.exp(logits).sum(axis=-1, keepdims=True)


@mistake(
    "softmax_shifted_after_exp",
    says="this subtracts the maximum after exp; subtract it from the logits, before exp.",
    breaks=("extremes",),
)
def softmax(logits):
    logits = _filled(logits, "logits")
    with np.errstate(all="ignore"):
        powers = np.exp(logits) - logits.max(axis=-1, keepdims=True)
        return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "softmax_clipped",
    says="this clips the logits, so all logits above the limit count as equal; shift each row by its maximum instead.",
    seen="VielenDanke/study_machine_learning week_3/sigmoid.py: np.clip(z, -500, 500) (there in a sigmoid)",
    breaks=("extremes",),
)
def softmax(logits):
    powers = np.exp(np.clip(_filled(logits, "logits"), -500, 500))
    return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "softmax_nan_to_zero",
    says="this turns the nan of an overflow into 0, so the most likely class gets no probability at all; keep exp from overflowing.",
    seen="docs: numpy.nan_to_num: replaces nan with zero",
    breaks=("extremes",),
)
def softmax(logits):
    with np.errstate(all="ignore"):
        powers = np.exp(_filled(logits, "logits"))
        return np.nan_to_num(powers / powers.sum(axis=-1, keepdims=True))


@mistake(
    "softmax_in_place",
    says="this subtracts the maximum in place and so changes the caller's logits.",
    seen="JuliaGPU/CUDA.jl#592: softmax(x) updates its argument",
    breaks=("leaves_alone",),
)
def softmax(logits):
    logits = _filled(logits, "logits")
    logits -= logits.max(axis=-1, keepdims=True)
    powers = np.exp(logits)
    return powers / powers.sum(axis=-1, keepdims=True)


@mistake(
    "log_softmax_of_softmax",
    says="this takes the logarithm of a softmax, which is -inf where the softmax has underflowed to 0; subtract the log-sum-exp from the logits.",
    seen="docs: torch.nn.functional.log_softmax: log(softmax(x)) is numerically unstable",
)
def log_softmax(logits):
    with np.errstate(all="ignore"):
        return np.log(softmax(logits))


@mistake(
    "log_softmax_epsilon",
    says="this adds a small number under the logarithm, so no log-probability can fall below about -18; subtract the log-sum-exp, which needs no such help.",
    seen="vanqaq/hm1 loss.py: np.log(softmax + 1e-05)",
)
def log_softmax(logits):
    return np.log(softmax(logits) + 1e-8)


@mistake(
    "log_softmax_unshifted",
    says="this takes the logarithm of a softmax without a shift, which is nan where exp overflows; subtract your log_sum_exp from the logits.",
    seen="kakavegeta/NLP-practice text-classification/utils.py: np.log of an unshifted softmax",
    breaks=("extremes",),
)
def log_softmax(logits):
    with np.errstate(all="ignore"):
        return np.log(softmax_naive(logits))


@mistake(
    "log_softmax_one_maximum",
    says="this takes the logarithm of a softmax that is shifted by the maximum of the whole matrix, so rows far below it become nan; subtract your log_sum_exp from the logits.",
    seen="orris27/deeplearning-simple-implementation utils.py: np.max(x) without an axis (there in softmax)",
    breaks=("extremes",),
)
def log_softmax(logits):
    logits = _filled(logits, "logits")
    powers = np.exp(logits - logits.max())
    with np.errstate(all="ignore"):
        return np.log(powers / powers.sum(axis=-1, keepdims=True))


mistake(
    "log_softmax_whole_sum",
    says="this subtracts one log-sum-exp of the whole array; each row has its own.",
    seen="uTensor/uTensor#171: the sum over all elements (there in softmax)",
    breaks=("axes", "extremes", "reduction", "weights"),
    function="log_softmax",
    change=("log_sum_exp(logits)[..., None]", "log_sum_exp(logits.ravel())"),
)
