"""Known wrong answers of 02-cross-entropy, part `log_sum_exp`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake


@mistake(
    "lse_unshifted",
    says="this exponentiates without a shift, which overflows above 709 and gives log 0 below -745; move the maximum out of the sum.",
    seen="deeplearning4j/deeplearning4j-examples#730: exp of the raw input (there in softmax)",
    breaks=("extremes",),
)
def log_sum_exp(z, axis=-1):
    with np.errstate(all="ignore"):
        return np.log(np.sum(np.exp(_filled(z, "z")), axis=axis))


@mistake(
    "lse_one_maximum",
    says="this shifts every slice by the maximum of the whole array, so slices far below it underflow to log 0; take the maximum along the axis.",
    seen="nik31096/lstm_keras assignment3.py: np.max(x) without an axis (there in softmax)",
    breaks=("extremes",),
)
def log_sum_exp(z, axis=-1):
    z = _filled(z, "z")
    top = np.max(z) if np.isfinite(np.max(z)) else 0.0
    with np.errstate(all="ignore"):
        return np.log(np.sum(np.exp(z - top), axis=axis)) + top


@mistake(
    "lse_maximum_not_added",
    says="this subtracts the maximum and never adds it back; add it to the logarithm.",
    breaks=("extremes",),
)
def log_sum_exp(z, axis=-1):
    z = _filled(z, "z")
    top = np.max(z, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(all="ignore"):
        return np.log(np.sum(np.exp(z - top), axis=axis))


@mistake(
    "lse_axis_ignored",
    says="this always reduces the last axis; pass `axis` to both max and sum.",
    breaks=("axes",),
)
def log_sum_exp(z, axis=-1):
    z = _filled(z, "z")
    top = np.max(z, axis=-1, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(all="ignore"):
        return np.log(np.sum(np.exp(z - top), axis=-1)) + top[..., 0]


@mistake(
    "lse_nan_of_nothing",
    says="a slice of -inf is shifted by its maximum, and -inf minus -inf is nan; shift by 0 where the maximum is infinite.",
)
def log_sum_exp(z, axis=-1):
    z = _filled(z, "z")
    top = np.max(z, axis=axis, keepdims=True)
    with np.errstate(all="ignore"):
        return np.log(np.sum(np.exp(z - top), axis=axis)) + np.squeeze(top, axis=axis)


@mistake(
    "lse_keeps_the_axis",
    says="the reduced axis is still there with length 1; squeeze it out of the result.",
    also=("validation",),
    breaks=("axes", "extremes", "leaves_alone", "prints", "reduction", "state", "weights"),
)
def log_sum_exp(z, axis=-1):
    z = _filled(z, "z")
    top = np.max(z, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(all="ignore"):
        return np.log(np.sum(np.exp(z - top), axis=axis, keepdims=True)) + top


@mistake(
    "lse_squeezes_everything",
    says="this squeezes out each axis of length 1, not only the reduced one; give squeeze the axis.",
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
    says="this clips its input so that exp cannot overflow, so it uses other numbers than it was given; shift instead of clipping.",
    seen="VielenDanke/study_machine_learning week_3/sigmoid.py: np.clip(z, -500, 500) (there in a sigmoid)",
    breaks=("extremes",),
)
def log_sum_exp(z, axis=-1):
    return np.log(np.sum(np.exp(np.clip(_filled(z, "z"), -500, 500)), axis=axis))


@mistake(
    "lse_mean_as_shift",
    says="this shifts by the mean, so values more than 709 above it still overflow; only the maximum leaves no positive exponent.",
)
def log_sum_exp(z, axis=-1):
    z = _filled(z, "z")
    middle = np.mean(z, axis=axis, keepdims=True)
    middle = np.where(np.isfinite(middle), middle, 0.0)
    with np.errstate(all="ignore"):
        return np.log(np.sum(np.exp(z - middle), axis=axis)) + np.squeeze(middle, axis=axis)


@mistake(
    "lse_largest_size_as_shift",
    says="this shifts by the largest absolute value, which pushes negative slices down to log 0; shift by the maximum with its sign.",
    seen="FluxML/NNlib.jl#43: fails on large negative logits (there a shift by max(0, maximum))",
    breaks=("extremes",),
)
def log_sum_exp(z, axis=-1):
    z = _filled(z, "z")
    top = np.max(np.abs(z), axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(all="ignore"):
        return np.log(np.sum(np.exp(z - top), axis=axis)) + np.squeeze(top, axis=axis)


@mistake(
    "lse_mean",
    says="this takes the mean of the exponentials, which is too small by the log of their number; sum them.",
)
def log_sum_exp(z, axis=-1):
    z = _filled(z, "z")
    top = np.max(z, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(all="ignore"):
        return np.log(np.mean(np.exp(z - top), axis=axis)) + np.squeeze(top, axis=axis)


@mistake(
    "lse_in_place",
    says="this subtracts the maximum in place and so shifts the caller's array; make the difference a new array.",
    seen="JuliaGPU/CUDA.jl#592: logsoftmax(x) updates its argument",
    breaks=("extremes", "leaves_alone"),
)
def log_sum_exp(z, axis=-1):
    z = _filled(z, "z")
    top = np.max(z, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    z -= top
    with np.errstate(all="ignore"):
        return np.log(np.sum(np.exp(z), axis=axis)) + np.squeeze(top, axis=axis)
