"""Known wrong answers of 01-mse, part `huber`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake

mistake(
    "huber_smooth_l1",
    says="this is smooth L1, which is Huber divided by delta; they are equal only at delta = 1.",
    seen="docs: torch.nn.SmoothL1Loss: huber(x, y) / beta",
    function="huber_loss",
    change=("2, delta * (size - 0.5 * delta)", "2 / delta, size - 0.5 * delta"),
)

mistake(
    "huber_no_half",
    says="your parabola has no ½, so the two branches do not meet at delta; take half the square.",
    seen="uu-sml/sml-book-page#17: eq. 5.4 of a draft, the square without its 0.5",
    function="huber_loss",
    change=("0.5 * size", "size"),
)

mistake(
    "huber_no_offset",
    says="your line starts at the origin, so the loss jumps at delta; subtract ½δ from the error before you scale it.",
    seen="uu-sml/sml-book-page#17: eq. 5.4 of a draft, nothing subtracted from the linear part",
    function="huber_loss",
    change=("(size - 0.5 * delta)", "size"),
)

mistake(
    "huber_offset_not_squared",
    says="you subtract ½δ from the line; the branches only meet with ½δ², as you see when delta is not 1.",
    function="huber_loss",
    change=("(size - 0.5 * delta)", "size - 0.5 * delta"),
)

mistake(
    "huber_line_without_delta",
    says="your line always has slope 1; where the branches meet the parabola has slope delta, and the line continues with it.",
    seen="tensorforce/tensorforce#139: abs(delta) - 0.5 whatever the clip is",
    function="huber_loss",
    change=("delta * (size - 0.5 * delta)", "size - 0.5 * delta"),
)

mistake(
    "huber_delta_ignored",
    says="this always uses a delta of 1; seam, slope and offset all depend on the delta that is passed.",
    seen="xXAI-botXx/ANN-106 src/ann106/loss_functions.py: delta = 1.0 typed in",
    function="huber_loss",
    change=("delta, 0.5 * size**2, delta * (size - 0.5 * delta)", "1, 0.5 * size**2, size - 0.5"),
)


@mistake(
    "huber_signed_seam",
    says="this compares the signed error with delta, so large negative errors get the parabola; compare the absolute error.",
    seen="marlbenchmark/on-policy#47: e > d for abs(e) > d",
)
def huber_loss(pred, target, delta=1.0):
    _require_positive(delta)
    errors = _errors(pred, target)
    return np.mean(np.where(errors <= delta, 0.5 * errors**2, delta * (np.abs(errors) - 0.5 * delta)))


mistake(
    "huber_squared_seam",
    says="this compares the squared error with delta, so the branches change at the root of delta; compare the absolute error.",
    function="huber_loss",
    change=("size <= delta", "size**2 <= delta"),
)


@mistake(
    "huber_one_branch_for_all",
    says="this chooses one branch for the whole array by the mean error; choose the branch for each element.",
)
def huber_loss(pred, target, delta=1.0):
    _require_positive(delta)
    size = np.abs(_errors(pred, target))
    if np.mean(size) <= delta:
        return np.mean(0.5 * size**2)
    return np.mean(delta * (size - 0.5 * delta))


mistake(
    "huber_branches_swapped",
    says="your branches are swapped: small errors belong to the parabola, large ones to the line.",
    function="huber_loss",
    change=("size <= delta", "size > delta"),
)


@mistake(
    "huber_pseudo",
    says="this is the pseudo-Huber loss, a smooth relative; the Huber loss has two branches that meet at delta.",
    seen="docs: scipy.special.pseudo_huber",
)
def huber_loss(pred, target, delta=1.0):
    _require_positive(delta)
    return np.mean(delta**2 * (np.sqrt(1 + (_errors(pred, target) / delta) ** 2) - 1))


mistake(
    "huber_default_delta",
    says="your default delta is not 1.0, as the task asks; the rest is right.",
    seen="docs: sklearn.linear_model.HuberRegressor: epsilon=1.35",
    function="huber_loss",
    change=("1.0", "1.35"),
)

mistake(
    "huber_sum",
    says="this adds the losses of all elements up; take their mean.",
    seen="KumarArindam/ML-CheatSheet losses_scratch.py: np.sum(loss)",
    function="huber_loss",
    change=("np.mean", "np.sum"),
)

mistake(
    "huber_grad_sign_lost",
    says="this gives +delta to large negative errors too; outside of delta the slope has the sign of the error.",
    function="huber_grad",
    change=("np.clip(errors, -delta, delta)", "np.where(np.abs(errors) <= delta, errors, delta)"),
)


@mistake(
    "huber_grad_no_n",
    says="this is the slope of each element's own loss; the loss is a mean, so divide by n.",
)
def huber_grad(pred, target, delta=1.0):
    _require_positive(delta)
    return np.clip(_errors(pred, target), -delta, delta)


mistake(
    "huber_grad_slope_1",
    says="your slope outside is 1 instead of delta; the line continues with the slope of the parabola at delta.",
    function="huber_grad",
    change=("np.clip(errors, -delta, delta)", "np.where(np.abs(errors) <= delta, errors, np.sign(errors))"),
)

mistake(
    "huber_grad_smooth_l1",
    says="this is the gradient of smooth L1; Huber's is delta times that.",
    seen="docs: torch.nn.SmoothL1Loss: huber(x, y) / beta",
    function="huber_grad",
    change=("errors, -delta, delta", "errors / delta, -1, 1"),
)

mistake(
    "huber_grad_zero_outside",
    says="this gives outliers no slope at all; outside of delta the slope is constant, delta times the sign.",
    function="huber_grad",
    change=("np.clip(errors, -delta, delta)", "np.where(np.abs(errors) <= delta, errors, 0.0)"),
)

mistake(
    "huber_grad_seam_left_out",
    says="your two conditions leave out an error of exactly delta, whose slope stays 0; let one of them include it.",
    function="huber_grad",
    change=("np.clip(errors, -delta, delta)", "np.where(np.abs(errors) == delta, 0.0, np.clip(errors, -delta, delta))"),
)

mistake(
    "huber_grad_delta_ignored",
    says="this always clips the error at 1; clip it at delta.",
    function="huber_grad",
    change=("delta, delta", "1, 1"),
)

mistake(
    "huber_grad_double_inside",
    says="your slope inside is 2e, that of a whole square; the parabola is half a square, with slope e.",
    function="huber_grad",
    change=("np.clip(errors, -delta, delta)", "np.where(np.abs(errors) <= delta, 2 * errors, delta * np.sign(errors))"),
)

mistake(
    "huber_axis_0",
    says="this averages over the first axis only and leaves one number for each column; average over every axis.",
    breaks=("axes",),
    also=("validation",),
    function="huber_loss",
    change=("delta * (size - 0.5 * delta)))", "delta * (size - 0.5 * delta)), axis=0)"),
)

mistake(
    "huber_grad_list",
    says="this returns a list; the gradient is an array, which an optimiser can scale and subtract.",
    breaks=("axes",),
    function="huber_grad",
    change=("np.clip(errors, -delta, delta) / errors.size", "(np.clip(errors, -delta, delta) / errors.size).tolist()"),
)


@mistake(
    "huber_grad_in_place",
    says="this clips in place and leaves the clipped errors in the caller's array; work on a new array.",
    seen="docs: numpy.asarray: no copy is performed if the input already is an array of that type",
    breaks=("leaves_alone",),
)
def huber_grad(pred, target, delta=1.0):
    _require_positive(delta)
    _errors(pred, target)
    slope = np.asarray(pred, dtype=float)
    slope -= np.asarray(target, dtype=float)
    return np.clip(slope, -delta, delta, out=slope) / slope.size


@mistake(
    "huber_prints",
    says="this prints while it computes; take the print out when you are done looking for errors.",
    breaks=("prints",),
)
def huber_loss(pred, target, delta=1.0):
    _require_positive(delta)
    size = np.abs(_errors(pred, target))
    print(size <= delta)
    return np.mean(np.where(size <= delta, 0.5 * size**2, delta * (size - 0.5 * delta)))
