"""Known wrong answers of 01-mse, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake

# --- mse_loss


@mistake(
    "mse_rows",
    part="mse_loss",
    says="this divides by the number of rows; the mean goes over all elements of the matrix.",
    seen="borgwang/tinynn#26: np.sum(...) / predicted.shape[0] (there a Huber loss)",
)
def mse_loss(pred, target):
    errors = _errors(pred, target)
    return np.sum(errors**2) / len(np.atleast_1d(errors))


@mistake(
    "mse_sum",
    part="mse_loss",
    says="this is the sum of the squared errors; the mean divides it by the number of elements.",
    seen="acids-ircam/creative_ml#6: the MSE defined as a sum",
)
def mse_loss(pred, target):
    return np.sum(_errors(pred, target) ** 2)


@mistake(
    "mse_half",
    part="mse_loss",
    says="this has a ½ in front, as books write it who want a gradient without a 2; here the loss is the plain mean.",
    seen="kuleshov-group/aml-book#17: the MSE with 1/(2n)",
)
def mse_loss(pred, target):
    return np.mean(_errors(pred, target) ** 2) / 2


@mistake(
    "mse_axis_0",
    part="mse_loss",
    says="this averages over the first axis only and leaves one number for each column; average over every axis.",
    seen="hoangchunghien/deep-learning-framework loss.py: squared errors reduced along axis 0 only",
)
def mse_loss(pred, target):
    return np.mean(_errors(pred, target) ** 2, axis=0)


@mistake(
    "mse_absolute",
    part="mse_loss",
    says="this averages absolute errors, which is the MAE; square the errors instead.",
    seen="huynhtuan17ti/climate-predictor src_1/metric.py: MSE = np.mean(np.abs(...))",
)
def mse_loss(pred, target):
    return np.mean(np.abs(_errors(pred, target)))


@mistake(
    "mse_root",
    part="mse_loss",
    says="this takes the root at the end, which is the RMSE; the MSE stays in squared units.",
    seen="not found in the wild: made for this catalogue",
)
def mse_loss(pred, target):
    return np.sqrt(np.mean(_errors(pred, target) ** 2))


@mistake(
    "mse_of_mean_error",
    part="mse_loss",
    says="this squares the mean error, so that positive and negative errors cancel; square each error before you average.",
    seen="not found in the wild: made for this catalogue",
)
def mse_loss(pred, target):
    return np.mean(_errors(pred, target)) ** 2


@mistake(
    "mse_variance",
    part="mse_loss",
    says="this is the variance of the errors, which forgives a constant offset; do not take their mean away first.",
    seen="not found in the wild: made for this catalogue",
)
def mse_loss(pred, target):
    return np.var(_errors(pred, target))


@mistake(
    "mse_n_minus_1",
    part="mse_loss",
    says="this divides by n - 1, as a sample variance does; the mean of n squared errors divides by n.",
    seen="docs: numpy.var: ddof=1 divides by N - 1, Bessel's correction",
)
def mse_loss(pred, target):
    errors = _errors(pred, target)
    with np.errstate(all="ignore"):
        return np.sum(errors**2) / np.float64(errors.size - 1)


@mistake(
    "mse_unsigned",
    part="mse_loss",
    says="this subtracts unsigned integers as they come, and they wrap around below zero; make float arrays of both first.",
    seen="open-mmlab/mmagic#288: (img1 - img2)**2 on uint8 images",
)
def mse_loss(pred, target):
    _errors(pred, target)
    errors = np.asarray(pred) - np.asarray(target)
    return np.mean(errors**2)


@mistake(
    "mse_truncated",
    part="mse_loss",
    says="this turns its input into whole numbers, which cuts off what stands behind the point; convert to float.",
    seen="not found in the wild: made for this catalogue",
)
def mse_loss(pred, target):
    _errors(pred, target)
    errors = np.asarray(pred, dtype=float).astype(int) - np.asarray(target, dtype=float).astype(int)
    return np.mean(errors**2)


@mistake(
    "mse_in_place",
    part="mse_loss",
    says="this subtracts in place and so overwrites the caller's predictions; let the difference be a new array.",
    seen="met in practice: a submission that changed its arguments spoilt a shared fixture",
)
def mse_loss(pred, target):
    _errors(pred, target)
    pred = np.asarray(pred, dtype=float)
    pred -= np.asarray(target, dtype=float)
    return np.mean(pred**2)


@mistake(
    "mse_expanded",
    part="mse_loss",
    says="this expands the square into p² - 2pt + t², where huge numbers cancel and the digits are lost; subtract before you square.",
    seen="docs: sklearn.metrics.pairwise.euclidean_distances: catastrophic cancellation",
)
def mse_loss(pred, target):
    _errors(pred, target)
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    return np.mean(pred**2) - 2 * np.mean(pred * target) + np.mean(target**2)


@mistake(
    "mse_boxed",
    part="mse_loss",
    says="this keeps the averaged axes, so that the number comes in an array with one element; return the number alone.",
    seen="not found in the wild: made for this catalogue",
)
def mse_loss(pred, target):
    return np.mean(np.atleast_1d(_errors(pred, target)) ** 2, keepdims=True)


@mistake(
    "mse_arrays_only",
    part="mse_loss",
    says="this uses a method that only arrays have, so a list or a number breaks it; make arrays of both arguments first.",
    seen="bfortuner/ml-glossary#6: yHat.astype(float) on the argument as it comes",
)
def mse_loss(pred, target):
    pred.astype(float)
    target.astype(float)
    return np.mean(_errors(pred, target) ** 2)


# --- mse_grad


@mistake(
    "mse_grad_no_2",
    part="mse_grad",
    says="this lost the factor 2 which comes down when a square is differentiated; the loss has no ½ that would cancel it.",
    seen="davisking/dlib#1169: loss (x - y)², gradient without the 2",
)
def mse_grad(pred, target):
    errors = _errors(pred, target)
    return errors / errors.size


@mistake(
    "mse_grad_rows",
    part="mse_grad",
    says="this divides by the number of rows; the loss is a mean over all elements, and so is its gradient.",
    seen="theo-moret/FirstOrderOptim losses/mse.py: np.mean in the loss, / len(y_true) in the gradient",
)
def mse_grad(pred, target):
    errors = _errors(pred, target)
    return 2 * errors / (len(errors) if errors.ndim else 1)


@mistake(
    "mse_grad_sign",
    part="mse_grad",
    says="this has the wrong sign: it is the derivative with respect to the target; the inner derivative for pred is +1.",
    seen="kszymani/Heras plain/losses.py: mse_deriv has y - p",
)
def mse_grad(pred, target):
    errors = _errors(pred, target)
    return -2 * errors / errors.size


@mistake(
    "mse_grad_no_n",
    part="mse_grad",
    says="this is the gradient of the sum; the 1/n of the mean stays in front when you differentiate.",
    seen="louiseblade/RNN_FS loss.py: mean in the loss, no 1/n in the gradient",
)
def mse_grad(pred, target):
    return 2 * _errors(pred, target)


@mistake(
    "mse_grad_scalar",
    part="mse_grad",
    says="this averages the gradient into one number; every prediction has a slope of its own, so keep the shape of pred.",
    seen="not found in the wild: made for this catalogue",
)
def mse_grad(pred, target):
    return 2 * np.mean(_errors(pred, target))


@mistake(
    "mse_grad_absolute",
    part="mse_grad",
    says="this loses the sign of the errors, so every prediction is pushed down; the slope has the sign of pred - target.",
    seen="not found in the wild: made for this catalogue",
)
def mse_grad(pred, target):
    errors = _errors(pred, target)
    return 2 * np.abs(errors) / errors.size


@mistake(
    "mse_grad_of_mean_error",
    part="mse_grad",
    says="this gives every element the gradient of the squared mean error; each element's slope depends on its own error alone.",
    seen="not found in the wild: made for this catalogue",
)
def mse_grad(pred, target):
    errors = _errors(pred, target)
    return np.full(errors.shape, 2 * np.mean(errors) / errors.size)


@mistake(
    "mse_grad_flat",
    part="mse_grad",
    says="this comes back as one long vector; give it the shape of pred.",
    seen="not found in the wild: made for this catalogue",
)
def mse_grad(pred, target):
    errors = _errors(pred, target).ravel()
    return 2 * errors / errors.size


@mistake(
    "mse_grad_in_place",
    part="mse_grad",
    says="this works in place on the array that the caller handed in, and leaves the errors in it; work on a new array.",
    seen="docs: numpy.asarray: no copy is performed if the input already is an array of that type",
)
def mse_grad(pred, target):
    _errors(pred, target)
    grad = np.asarray(pred, dtype=float)
    grad -= np.asarray(target, dtype=float)
    return 2 * grad / grad.size


@mistake(
    "mse_grad_keeps_n",
    part="mse_grad",
    says="this keeps the n of its first call and uses it ever after; count the elements anew in every call.",
    seen="docs: Python language reference, function definitions: a default is evaluated once",
)
def mse_grad(pred, target, counted=[]):
    errors = _errors(pred, target)
    if not counted:
        counted.append(errors.size)
    return 2 * errors / counted[0]


@mistake(
    "mse_grad_unsigned",
    part="mse_grad",
    says="this subtracts unsigned integers as they come, and they wrap around below zero; make float arrays of both first.",
    seen="dwave-examples/image-segmentation#10: differences of uint8 wrap around",
)
def mse_grad(pred, target):
    _errors(pred, target)
    return 2.0 * (np.asarray(pred) - np.asarray(target)) / np.size(pred)


@mistake(
    "mse_grad_like_pred",
    part="mse_grad",
    says="your result takes over the number type of pred, so integer predictions get a gradient cut to whole numbers; make a float array for it.",
    seen="docs: numpy.zeros_like: takes over the data type of its argument",
)
def mse_grad(pred, target):
    errors = _errors(pred, target)
    grad = np.zeros_like(pred)
    grad[...] = np.trunc(2 * errors / errors.size) if grad.dtype.kind in "iu" else 2 * errors / errors.size
    return grad


@mistake(
    "mse_grad_list",
    part="mse_grad",
    says="this returns a list; the gradient is an array, which an optimiser can scale and subtract.",
    seen="not found in the wild: made for this catalogue",
)
def mse_grad(pred, target):
    errors = _errors(pred, target)
    return (2 * errors / errors.size).tolist()


# --- rmse


@mistake(
    "rmse_no_root",
    part="rmse",
    says="this is the mean of the squares without its root; the RMSE is in the units of the target.",
    seen="coreylynch/pyFM#8: what was called RMSE is the MSE",
)
def rmse(pred, target):
    return np.mean(_errors(pred, target) ** 2)


@mistake(
    "rmse_is_mae",
    part="rmse",
    says="this takes the root of each square before averaging, which is the MAE; the root comes last.",
    seen="facebookresearch/sparsh#9: the root of each square, then the mean",
)
def rmse(pred, target):
    return np.mean(np.sqrt(_errors(pred, target) ** 2))


@mistake(
    "rmse_norm_over_n",
    part="rmse",
    says="this takes the root of the sum and then divides by n; n belongs under the root.",
    seen="not found in the wild: made for this catalogue",
)
def rmse(pred, target):
    errors = _errors(pred, target)
    return np.sqrt(np.sum(errors**2)) / errors.size


@mistake(
    "rmse_by_rows",
    part="rmse",
    says="this averages the RMSE of each row; there is one root, of the mean over all elements.",
    seen="Copa6/ML_helper_codes modelling/keras/keras_custom_metrics.py: root of the mean along axis -1",
)
def rmse(pred, target):
    errors = np.atleast_1d(_errors(pred, target))
    return np.mean(np.sqrt(np.mean(errors**2, axis=-1)))


@mistake(
    "rmse_epsilon",
    part="rmse",
    says="your root has a small number added under it, which shows as soon as errors are small; the value of a root needs no such help.",
    seen="pytorch/pytorch#45112: asks for sqrt(mse_loss + eps)",
)
def rmse(pred, target):
    return np.sqrt(np.mean(_errors(pred, target) ** 2) + 1e-8)


@mistake(
    "rmse_grad_nan",
    part="rmse",
    says="this divides 0 by 0 at a perfect fit and returns NaN; treat an RMSE of zero before you divide.",
    seen="akanazawa/cmr#11: nan, since the gradient of sqrt is not defined at 0",
)
def rmse_grad(pred, target):
    errors = _errors(pred, target)
    with np.errstate(all="ignore"):
        return errors / (errors.size * np.sqrt(np.mean(errors**2)))


@mistake(
    "rmse_grad_twice",
    part="rmse",
    says="this divides the gradient of the MSE by the RMSE, but the derivative of a root has a ½ too; divide by twice the RMSE.",
    seen="not found in the wild: made for this catalogue",
)
def rmse_grad(pred, target):
    errors = _errors(pred, target)
    root = np.sqrt(np.mean(errors**2))
    return 2 * errors / (errors.size * root) if root > 0 else np.zeros_like(errors)


@mistake(
    "rmse_grad_half",
    part="rmse",
    says="your ½ of the root is there, but the 2 of the square is missing; the two cancel.",
    seen="not found in the wild: made for this catalogue",
)
def rmse_grad(pred, target):
    errors = _errors(pred, target)
    root = np.sqrt(np.mean(errors**2))
    return errors / (2 * errors.size * root) if root > 0 else np.zeros_like(errors)


@mistake(
    "rmse_grad_over_mse",
    part="rmse",
    says="this divides by the MSE; the derivative of a root divides by the root, the RMSE.",
    seen="not found in the wild: made for this catalogue",
)
def rmse_grad(pred, target):
    errors = _errors(pred, target)
    mean = np.mean(errors**2)
    return errors / (errors.size * mean) if mean > 0 else np.zeros_like(errors)


@mistake(
    "rmse_grad_no_n",
    part="rmse",
    says="this divides by the RMSE but not by n; the 1/n of the mean stays when you differentiate.",
    seen="not found in the wild: made for this catalogue",
)
def rmse_grad(pred, target):
    errors = _errors(pred, target)
    root = np.sqrt(np.mean(errors**2))
    return errors / root if root > 0 else np.zeros_like(errors)


@mistake(
    "rmse_grad_sign",
    part="rmse",
    says="this points the other way: the error in the gradient is pred - target.",
    seen="kszymani/Heras plain/losses.py: y - p (there the gradient of the MSE)",
)
def rmse_grad(pred, target):
    errors = _errors(pred, target)
    root = np.sqrt(np.mean(errors**2))
    return -errors / (errors.size * root) if root > 0 else np.zeros_like(errors)


@mistake(
    "rmse_grad_root_of_grad",
    part="rmse",
    says="this takes the root of the MSE's gradient; differentiate the root by the chain rule instead.",
    seen="not found in the wild: made for this catalogue",
)
def rmse_grad(pred, target):
    with np.errstate(all="ignore"):
        return np.sqrt(mse_grad(pred, target))


@mistake(
    "rmse_grad_nearly_perfect",
    part="rmse",
    says="this takes a good fit for a perfect one, since np.allclose forgives small errors; only an RMSE of exactly zero is special.",
    seen="docs: numpy.allclose: its default atol does not suit small numbers",
)
def rmse_grad(pred, target):
    errors = _errors(pred, target)
    if np.allclose(np.asarray(pred, dtype=float), np.asarray(target, dtype=float)):
        return np.zeros_like(errors)
    return errors / (errors.size * np.sqrt(np.mean(errors**2)))


@mistake(
    "rmse_grad_epsilon",
    part="rmse",
    says="your guard against 0/0 is so large that it bends the gradient of small errors; treat an RMSE of zero on its own instead.",
    seen="pytorch/pytorch#45112: sqrt(mse_loss + eps) against nan",
)
def rmse_grad(pred, target):
    errors = _errors(pred, target)
    return errors / (errors.size * np.sqrt(np.mean(errors**2) + 1e-8))


@mistake(
    "rmse_grad_zero_number",
    part="rmse",
    says="your answer to a perfect fit is the number 0; the gradient keeps the shape of pred there too.",
    seen="not found in the wild: made for this catalogue",
)
def rmse_grad(pred, target):
    errors = _errors(pred, target)
    root = np.sqrt(np.mean(errors**2))
    return errors / (errors.size * root) if root > 0 else 0.0


# --- mae


@mistake(
    "mae_no_absolute",
    part="mae",
    says="this averages the errors with their signs, so that they cancel; take absolute values first.",
    seen="not found in the wild: made for this catalogue",
)
def mae_loss(pred, target):
    return np.mean(_errors(pred, target))


@mistake(
    "mae_of_mean_error",
    part="mae",
    says="this takes the absolute value of the mean, when the errors have cancelled already; take it of each error.",
    seen="not found in the wild: made for this catalogue",
)
def mae_loss(pred, target):
    return np.abs(np.mean(_errors(pred, target)))


@mistake(
    "mae_median",
    part="mae",
    says="this is the median of the absolute errors; the M of MAE is the mean here.",
    seen="docs: sklearn.metrics.median_absolute_error",
)
def mae_loss(pred, target):
    return np.median(np.abs(_errors(pred, target)))


@mistake(
    "mae_sum",
    part="mae",
    says="this is the sum of the absolute errors; divide it by their number.",
    seen="DataScienceSpecialization/courses#119: sum() for mean() (there in an RMSE)",
)
def mae_loss(pred, target):
    return np.sum(np.abs(_errors(pred, target)))


@mistake(
    "mae_rows",
    part="mae",
    says="this divides by the number of rows; the mean goes over all elements of the matrix.",
    seen="borgwang/tinynn#26: np.sum(...) / predicted.shape[0] (there a Huber loss)",
)
def mae_loss(pred, target):
    errors = _errors(pred, target)
    return np.sum(np.abs(errors)) / len(np.atleast_1d(errors))


@mistake(
    "mae_unsigned",
    part="mae",
    says="this subtracts unsigned integers as they come: below zero they wrap around, and their absolute value is huge; make float arrays first.",
    seen="ybarancan/efficient_spectral_cnn#5: mean absolute error of uint8 images",
)
def mae_loss(pred, target):
    _errors(pred, target)
    return np.mean(np.abs(np.asarray(pred) - np.asarray(target)))


@mistake(
    "mae_grad_one_at_zero",
    part="mae",
    says="this counts an error of exactly 0 as positive; the subgradient asked for there is 0.",
    seen="not found in the wild: made for this catalogue",
)
def mae_grad(pred, target):
    errors = _errors(pred, target)
    return np.where(errors >= 0, 1.0, -1.0) / errors.size


@mistake(
    "mae_grad_nan_at_zero",
    part="mae",
    says="this divides the error by its absolute value, which is 0/0 where a prediction is perfect; the sign function gives 0 there.",
    seen="not found in the wild: made for this catalogue",
)
def mae_grad(pred, target):
    errors = _errors(pred, target)
    with np.errstate(all="ignore"):
        return errors / np.abs(errors) / errors.size


@mistake(
    "mae_grad_sign",
    part="mae",
    says="this is the sign of target - pred; a prediction that is too high needs a positive slope.",
    seen="LuckMeelo/neuralib neuralib/loss/MeanAbsoluteError.py: np.sign(y_true - y_pred)",
)
def mae_grad(pred, target):
    errors = _errors(pred, target)
    return -np.sign(errors) / errors.size


@mistake(
    "mae_grad_no_n",
    part="mae",
    says="this is the sign alone; the loss is a mean, so each slope is divided by n.",
    seen="not found in the wild: made for this catalogue",
)
def mae_grad(pred, target):
    return np.sign(_errors(pred, target))


@mistake(
    "mae_grad_rows",
    part="mae",
    says="this divides by the number of rows; the loss is a mean over all elements, and so is its gradient.",
    seen="Lllsir0202/Machine2Learning utils/loss/methods/regression_loss/mae.py: / y_true.shape[0]",
)
def mae_grad(pred, target):
    errors = _errors(pred, target)
    return np.sign(errors) / (len(errors) if errors.ndim else 1)


@mistake(
    "mae_grad_counts_wrong_ones",
    part="mae",
    says="this divides by the number of errors that are not 0; perfect predictions count in the mean as well.",
    seen="not found in the wild: made for this catalogue",
)
def mae_grad(pred, target):
    errors = _errors(pred, target)
    return np.sign(errors) / max(np.count_nonzero(errors), 1)


@mistake(
    "mae_grad_one_sided",
    part="mae",
    says="this has no slope where the prediction is too low; there it is -1/n.",
    seen="not found in the wild: made for this catalogue",
)
def mae_grad(pred, target):
    errors = _errors(pred, target)
    return (errors > 0) / errors.size


# --- huber


@mistake(
    "huber_smooth_l1",
    part="huber",
    says="this is smooth L1, which is Huber divided by delta; only at delta = 1 are they equal.",
    seen="docs: torch.nn.SmoothL1Loss: huber(x, y) / beta",
)
def huber_loss(pred, target, delta=1.0):
    _require_positive(delta)
    size = np.abs(_errors(pred, target))
    return np.mean(np.where(size <= delta, 0.5 * size**2 / delta, size - 0.5 * delta))


@mistake(
    "huber_no_half",
    part="huber",
    says="your parabola has no ½, so the two branches do not meet at delta; half the square is meant.",
    seen="uu-sml/sml-book-page#17: eq. 5.4 of a draft, the square without its 0.5",
)
def huber_loss(pred, target, delta=1.0):
    _require_positive(delta)
    size = np.abs(_errors(pred, target))
    return np.mean(np.where(size <= delta, size**2, delta * (size - 0.5 * delta)))


@mistake(
    "huber_no_offset",
    part="huber",
    says="your line starts at the origin, so the loss jumps at delta; take ½δ away from the error before you scale it.",
    seen="uu-sml/sml-book-page#17: eq. 5.4 of a draft, nothing subtracted from the linear part",
)
def huber_loss(pred, target, delta=1.0):
    _require_positive(delta)
    size = np.abs(_errors(pred, target))
    return np.mean(np.where(size <= delta, 0.5 * size**2, delta * size))


@mistake(
    "huber_offset_not_squared",
    part="huber",
    says="your line is lowered by ½δ; it takes ½δ² for the branches to meet, which shows when delta is not 1.",
    seen="not found in the wild: made for this catalogue",
)
def huber_loss(pred, target, delta=1.0):
    _require_positive(delta)
    size = np.abs(_errors(pred, target))
    return np.mean(np.where(size <= delta, 0.5 * size**2, delta * size - 0.5 * delta))


@mistake(
    "huber_line_without_delta",
    part="huber",
    says="your line has slope 1 whatever delta is; at the seam the parabola has slope delta, and the line goes on with it.",
    seen="tensorforce/tensorforce#139: abs(delta) - 0.5 whatever the clip is",
)
def huber_loss(pred, target, delta=1.0):
    _require_positive(delta)
    size = np.abs(_errors(pred, target))
    return np.mean(np.where(size <= delta, 0.5 * size**2, size - 0.5 * delta))


@mistake(
    "huber_delta_ignored",
    part="huber",
    says="this uses 1 whatever delta it is given; seam, slope and offset all depend on delta.",
    seen="xXAI-botXx/ANN-106 src/ann106/loss_functions.py: delta = 1.0 typed in",
)
def huber_loss(pred, target, delta=1.0):
    _require_positive(delta)
    size = np.abs(_errors(pred, target))
    return np.mean(np.where(size <= 1, 0.5 * size**2, size - 0.5))


@mistake(
    "huber_signed_seam",
    part="huber",
    says="this compares the error itself with delta, so large negative errors fall into the parabola; compare its absolute value.",
    seen="marlbenchmark/on-policy#47: e > d for abs(e) > d",
)
def huber_loss(pred, target, delta=1.0):
    _require_positive(delta)
    errors = _errors(pred, target)
    return np.mean(np.where(errors <= delta, 0.5 * errors**2, delta * (np.abs(errors) - 0.5 * delta)))


@mistake(
    "huber_squared_seam",
    part="huber",
    says="this compares the squared error with delta, which puts the seam at the root of delta; compare the absolute error.",
    seen="not found in the wild: made for this catalogue",
)
def huber_loss(pred, target, delta=1.0):
    _require_positive(delta)
    size = np.abs(_errors(pred, target))
    return np.mean(np.where(size**2 <= delta, 0.5 * size**2, delta * (size - 0.5 * delta)))


@mistake(
    "huber_one_branch_for_all",
    part="huber",
    says="this chooses one branch for the whole array by the mean error; every element chooses for itself.",
    seen="not found in the wild: made for this catalogue",
)
def huber_loss(pred, target, delta=1.0):
    _require_positive(delta)
    size = np.abs(_errors(pred, target))
    if np.mean(size) <= delta:
        return np.mean(0.5 * size**2)
    return np.mean(delta * (size - 0.5 * delta))


@mistake(
    "huber_branches_swapped",
    part="huber",
    says="your branches are swapped: small errors belong to the parabola, large ones to the line.",
    seen="not found in the wild: made for this catalogue",
)
def huber_loss(pred, target, delta=1.0):
    _require_positive(delta)
    size = np.abs(_errors(pred, target))
    return np.mean(np.where(size > delta, 0.5 * size**2, delta * (size - 0.5 * delta)))


@mistake(
    "huber_pseudo",
    part="huber",
    says="this is the pseudo-Huber loss, a smooth cousin; the Huber loss has two branches that meet at delta.",
    seen="docs: scipy.special.pseudo_huber",
)
def huber_loss(pred, target, delta=1.0):
    _require_positive(delta)
    return np.mean(delta**2 * (np.sqrt(1 + (_errors(pred, target) / delta) ** 2) - 1))


@mistake(
    "huber_default_delta",
    part="huber",
    says="your default delta is not the 1.0 of the statement; the rest is right.",
    seen="docs: sklearn.linear_model.HuberRegressor: epsilon=1.35",
)
def huber_loss(pred, target, delta=1.35):
    _require_positive(delta)
    size = np.abs(_errors(pred, target))
    return np.mean(np.where(size <= delta, 0.5 * size**2, delta * (size - 0.5 * delta)))


@mistake(
    "huber_sum",
    part="huber",
    says="this adds the losses of all elements up; take their mean.",
    seen="KumarArindam/ML-CheatSheet losses_scratch.py: np.sum(loss)",
)
def huber_loss(pred, target, delta=1.0):
    _require_positive(delta)
    size = np.abs(_errors(pred, target))
    return np.sum(np.where(size <= delta, 0.5 * size**2, delta * (size - 0.5 * delta)))


@mistake(
    "huber_grad_sign_lost",
    part="huber",
    says="this gives +delta to large negative errors too; outside of delta the slope bears the sign of the error.",
    seen="not found in the wild: made for this catalogue",
)
def huber_grad(pred, target, delta=1.0):
    _require_positive(delta)
    errors = _errors(pred, target)
    return np.where(np.abs(errors) <= delta, errors, delta) / errors.size


@mistake(
    "huber_grad_no_n",
    part="huber",
    says="this is the slope of each element's own loss; the loss is a mean, so divide by n.",
    seen="not found in the wild: made for this catalogue",
)
def huber_grad(pred, target, delta=1.0):
    _require_positive(delta)
    return np.clip(_errors(pred, target), -delta, delta)


@mistake(
    "huber_grad_slope_1",
    part="huber",
    says="your slope outside is 1 instead of delta; the line goes on with the slope which the parabola has at the seam.",
    seen="not found in the wild: made for this catalogue",
)
def huber_grad(pred, target, delta=1.0):
    _require_positive(delta)
    errors = _errors(pred, target)
    return np.where(np.abs(errors) <= delta, errors, np.sign(errors)) / errors.size


@mistake(
    "huber_grad_smooth_l1",
    part="huber",
    says="this is the gradient of smooth L1; Huber's is delta times that.",
    seen="docs: torch.nn.SmoothL1Loss: huber(x, y) / beta",
)
def huber_grad(pred, target, delta=1.0):
    _require_positive(delta)
    errors = _errors(pred, target)
    return np.clip(errors / delta, -1, 1) / errors.size


@mistake(
    "huber_grad_zero_outside",
    part="huber",
    says="this gives outliers no slope at all; outside of delta the slope is constant, delta times the sign.",
    seen="not found in the wild: made for this catalogue",
)
def huber_grad(pred, target, delta=1.0):
    _require_positive(delta)
    errors = _errors(pred, target)
    return np.where(np.abs(errors) <= delta, errors, 0.0) / errors.size


@mistake(
    "huber_grad_seam_left_out",
    part="huber",
    says="your two conditions leave out an error of exactly delta, whose slope stays 0; let one of them include it.",
    seen="not found in the wild: made for this catalogue",
)
def huber_grad(pred, target, delta=1.0):
    _require_positive(delta)
    errors = _errors(pred, target)
    return np.where(np.abs(errors) == delta, 0.0, np.clip(errors, -delta, delta)) / errors.size


@mistake(
    "huber_grad_delta_ignored",
    part="huber",
    says="this clips the error at 1 whatever delta it is given; clip it at delta.",
    seen="not found in the wild: made for this catalogue",
)
def huber_grad(pred, target, delta=1.0):
    _require_positive(delta)
    errors = _errors(pred, target)
    return np.clip(errors, -1, 1) / errors.size


@mistake(
    "huber_grad_double_inside",
    part="huber",
    says="your slope inside is 2e, that of a whole square; the parabola is half a square, with slope e.",
    seen="not found in the wild: made for this catalogue",
)
def huber_grad(pred, target, delta=1.0):
    _require_positive(delta)
    errors = _errors(pred, target)
    return np.where(np.abs(errors) <= delta, 2 * errors, delta * np.sign(errors)) / errors.size


# --- quick_check


@mistake(
    "quick_check_signs_kept",
    part="quick_check",
    says="this keeps the minus of -4 through the square; (-4)² is +16.",
    seen="docs: Python language reference, the power operator: -1**2 results in -1",
)
def quick_check_mse():
    return (2**2 + -(4**2)) / 2


@mistake(
    "quick_check_doubled",
    part="quick_check",
    says="this doubles the errors, or just adds up their sizes; square each of them and take the mean.",
    seen="not found in the wild: made for this catalogue",
)
def quick_check_mse():
    return (2 * 2 + 4 * 2) / 2


@mistake(
    "quick_check_printed",
    part="quick_check",
    says="this returns nothing; end with a return of the number, a print is only for your own eyes.",
    seen="not found in the wild: made for this catalogue",
)
def quick_check_mse():
    print(mse_loss([2, -4], [0, 0]))


@mistake(
    "quick_check_text",
    part="quick_check",
    says="this returns text that reads as a number; return the number itself.",
    seen="not found in the wild: made for this catalogue",
)
def quick_check_mse():
    return "10"


# --- validation


@mistake(
    "mse_checks_nothing",
    part="validation",
    says="your mse_loss checks nothing: it broadcasts shapes that differ, and averages nothing to NaN; compare shapes and count elements first.",
    seen="pytorch/pytorch#19699: (N, 1) beside (N,), another loss without a word",
)
def mse_loss(pred, target):
    with np.errstate(all="ignore"):
        squares = (np.asarray(pred, dtype=float) - np.asarray(target, dtype=float)) ** 2
        return np.sum(squares) / np.float64(squares.size)


@mistake(
    "mse_broadcasts",
    part="validation",
    says="your mse_loss lets NumPy stretch one shape to the other; compare the shapes before you subtract.",
    seen="pytorch/pytorch#16045: (n, 1) beside (n,), and no error",
)
def mse_loss(pred, target):
    errors = np.asarray(pred, dtype=float) - np.asarray(target, dtype=float)
    if errors.size == 0:
        raise ValueError("pred and target are empty")
    return np.mean(errors**2)


@mistake(
    "mse_takes_empty",
    part="validation",
    says="your mse_loss takes empty input and returns NaN; raise a ValueError where there are no elements.",
    seen="pytorch/pytorch#141057: the mean of an empty tensor is nan",
)
def mse_loss(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    if pred.shape != target.shape:
        raise ValueError(f"pred has shape {pred.shape}, target has shape {target.shape}")
    with np.errstate(all="ignore"):
        return np.sum((pred - target) ** 2) / np.float64(pred.size)


@mistake(
    "mse_empty_is_zero",
    part="validation",
    says="your mse_loss answers empty input with 0, as if the fit were perfect; raise a ValueError.",
    seen="pytorch/pytorch#50224: asks for 0 as the loss of an empty batch",
)
def mse_loss(pred, target):
    return np.mean(_errors(pred, target) ** 2) if np.size(pred) else 0.0


@mistake(
    "mse_empty_by_len",
    part="validation",
    says="your mse_loss looks for emptiness with len, which counts rows: an array of shape (2, 0) has rows but no elements; use size.",
    seen="not found in the wild: made for this catalogue",
)
def mse_loss(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    if pred.shape != target.shape or (pred.ndim and len(pred) == 0):
        raise ValueError(f"pred has shape {pred.shape}, target has shape {target.shape}")
    with np.errstate(all="ignore"):
        return np.sum((pred - target) ** 2) / np.float64(pred.size)


@mistake(
    "mse_compares_sizes",
    part="validation",
    says="your mse_loss compares the numbers of elements, which are equal for (N,) and (N, 1); compare the shapes.",
    seen="not found in the wild: made for this catalogue",
)
def mse_loss(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    if pred.size != target.size or pred.size == 0:
        raise ValueError(f"pred has shape {pred.shape}, target has shape {target.shape}")
    return np.mean((pred - target) ** 2)


@mistake(
    "mse_compares_lengths",
    part="validation",
    says="your mse_loss compares lengths, which only count rows; compare the whole shapes.",
    seen="andrejhulak/nums-numpy loss_fn.py: assert len(y_true) == len(y_pred)",
)
def mse_loss(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    if pred.shape[:1] != target.shape[:1] or pred.size == 0:
        raise ValueError(f"pred has shape {pred.shape}, target has shape {target.shape}")
    return np.mean((pred - target) ** 2)


@mistake(
    "mse_compares_axes",
    part="validation",
    says="your mse_loss compares the number of axes only, so (3, 2) beside (3, 1) slips through; compare the shapes.",
    seen="kohjiahng/Autograd autograd/losses/crossentropyloss.py: asserts ndim only",
)
def mse_loss(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    if pred.ndim != target.ndim or pred.size == 0:
        raise ValueError(f"pred has shape {pred.shape}, target has shape {target.shape}")
    return np.mean((pred - target) ** 2)


@mistake(
    "mse_flattens",
    part="validation",
    says="your mse_loss flattens both arguments, which makes a row and a column equal; refuse shapes that differ instead.",
    seen="docs: sklearn.utils.column_or_1d: ravels a column",
)
def mse_loss(pred, target):
    return np.mean(_errors(np.ravel(pred), np.ravel(target)) ** 2)


@mistake(
    "mse_asserts",
    part="validation",
    says="your mse_loss refuses bad input with an assert, which is an AssertionError and is gone under python -O; raise a ValueError.",
    seen="kgdunn/process-improve#243: assert for input checks, gone under python -O",
)
def mse_loss(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    assert pred.shape == target.shape, f"{pred.shape} and {target.shape}"
    assert pred.size > 0, "empty"
    return np.mean((pred - target) ** 2)


@mistake(
    "mse_prints_the_error",
    part="validation",
    says="your mse_loss prints a message about bad input and goes on without a result; raise a ValueError, so that nobody can miss it.",
    seen="not found in the wild: made for this catalogue",
)
def mse_loss(pred, target):
    try:
        return np.mean(_errors(pred, target) ** 2)
    except ValueError as error:
        print(error)


@mistake(
    "mse_grad_broadcasts",
    part="validation",
    says="your mse_grad lets NumPy stretch one shape to the other, and its result no longer has the shape of pred; compare the shapes first.",
    seen="HIPS/Kayak#14: an L2 loss of (77,) and (77, 1) over all pairs",
)
def mse_grad(pred, target):
    errors = np.asarray(pred, dtype=float) - np.asarray(target, dtype=float)
    if errors.size == 0:
        raise ValueError("pred and target are empty")
    return 2 * errors / errors.size


@mistake(
    "mse_grad_takes_empty",
    part="validation",
    says="your mse_grad returns an empty array for empty input; the loss has no value there, so raise a ValueError in both.",
    seen="not found in the wild: made for this catalogue",
)
def mse_grad(pred, target):
    return 2 * _errors(pred, target) / np.size(pred) if np.size(pred) else np.asarray(pred, dtype=float)


@mistake(
    "huber_shapes_unchecked",
    part="validation",
    says="your huber_loss checks delta but not the shapes; refuse shapes that differ, as in the other losses.",
    seen="docs: torch.nn.functional.huber_loss: only warns of sizes that differ",
)
def huber_loss(pred, target, delta=1.0):
    _require_positive(delta)
    size = np.abs(np.asarray(pred, dtype=float) - np.asarray(target, dtype=float))
    if size.size == 0:
        raise ValueError("pred and target are empty")
    return np.mean(np.where(size <= delta, 0.5 * size**2, delta * (size - 0.5 * delta)))


@mistake(
    "huber_takes_any_delta",
    part="validation",
    says="your huber_loss takes a negative delta, whose parabola ends before it begins; a delta that is not positive is a ValueError.",
    seen="not found in the wild: made for this catalogue",
)
def huber_loss(pred, target, delta=1.0):
    size = np.abs(_errors(pred, target))
    return np.mean(np.where(size <= delta, 0.5 * size**2, delta * (size - 0.5 * delta)))


@mistake(
    "huber_delta_made_positive",
    part="validation",
    says="your huber_loss mends a negative delta by dropping its sign; a delta that is not positive is a mistake of the caller, so raise a ValueError.",
    seen="not found in the wild: made for this catalogue",
)
def huber_loss(pred, target, delta=1.0):
    delta, size = np.abs(delta), np.abs(_errors(pred, target))
    return np.mean(np.where(size <= delta, 0.5 * size**2, delta * (size - 0.5 * delta)))


@mistake(
    "huber_takes_delta_zero",
    part="validation",
    says="your huber_loss takes a delta of 0, for which every loss is 0; refuse it together with the negative ones.",
    seen="docs: torch.nn.SmoothL1Loss: a beta of 0 is allowed, as delta is not in HuberLoss",
)
def huber_loss(pred, target, delta=1.0):
    _require_positive(1.0 if delta == 0 else delta)
    size = np.abs(_errors(pred, target))
    return np.mean(np.where(size <= delta, 0.5 * size**2, delta * (size - 0.5 * delta)))


@mistake(
    "huber_grad_takes_any_delta",
    part="validation",
    says="your huber_grad takes a negative delta, and clips between bounds that are the wrong way round; raise a ValueError for it, as in the loss.",
    seen="not found in the wild: made for this catalogue",
)
def huber_grad(pred, target, delta=1.0):
    errors = _errors(pred, target)
    return np.clip(errors, -delta, delta) / errors.size
