"""Known wrong answers of 01-mse, part `validation`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake


@mistake(
    "mse_unsigned",
    says="this subtracts unsigned integers, which wrap around below zero; make float arrays of both first.",
    seen="open-mmlab/mmagic#288: (img1 - img2)**2 on uint8 images",
)
def mse_loss(pred, target):
    _errors(pred, target)
    errors = np.asarray(pred) - np.asarray(target)
    return np.mean(errors**2)


@mistake(
    "mse_arrays_only",
    says="this uses a method that only arrays have, so a list or a number breaks it; make arrays of both arguments first.",
    seen="bfortuner/ml-glossary#6: yHat.astype(float) on the argument as it comes",
)
def mse_loss(pred, target):
    pred.astype(float)
    target.astype(float)
    return np.mean(_errors(pred, target) ** 2)


@mistake(
    "mse_grad_unsigned",
    says="this subtracts unsigned integers, which wrap around below zero; make float arrays of both first.",
    seen="dwave-examples/image-segmentation#10: differences of uint8 wrap around",
)
def mse_grad(pred, target):
    _errors(pred, target)
    return 2.0 * (np.asarray(pred) - np.asarray(target)) / np.size(pred)


@mistake(
    "mse_grad_like_pred",
    says="your result has the dtype of pred, so integer predictions get a gradient cut to whole numbers; make a float array for it.",
    seen="docs: numpy.zeros_like: takes over the data type of its argument",
)
def mse_grad(pred, target):
    errors = _errors(pred, target)
    grad = np.zeros_like(pred)
    grad[...] = np.trunc(2 * errors / errors.size) if grad.dtype.kind in "iu" else 2 * errors / errors.size
    return grad


@mistake(
    "mae_unsigned",
    says="this subtracts unsigned integers, which wrap around below zero to huge values; make float arrays first.",
    seen="ybarancan/efficient_spectral_cnn#5: mean absolute error of uint8 images",
)
def mae_loss(pred, target):
    _errors(pred, target)
    return np.mean(np.abs(np.asarray(pred) - np.asarray(target)))


@mistake(
    "mse_checks_nothing",
    says="your mse_loss checks nothing: it broadcasts shapes that differ, and empty input gives NaN; compare shapes and count elements first.",
    seen="pytorch/pytorch#19699: (N, 1) beside (N,), another loss without a word",
)
def mse_loss(pred, target):
    with np.errstate(all="ignore"):
        squares = (np.asarray(pred, dtype=float) - np.asarray(target, dtype=float)) ** 2
        return np.sum(squares) / np.float64(squares.size)


@mistake(
    "mse_broadcasts",
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
    says="your mse_loss returns NaN for empty input; raise a ValueError if there are no elements.",
    seen="pytorch/pytorch#141057: the mean of an empty tensor is nan",
)
def mse_loss(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    if pred.shape != target.shape:
        raise ValueError(f"pred has shape {pred.shape}, target has shape {target.shape}")
    with np.errstate(all="ignore"):
        return np.sum((pred - target) ** 2) / np.float64(pred.size)


mistake(
    "mse_empty_is_zero",
    says="your mse_loss returns 0 for empty input, as if the fit were perfect; raise a ValueError.",
    seen="pytorch/pytorch#50224: asks for 0 as the loss of an empty batch",
    function="mse_loss",
    change=("np.mean(_errors(pred, target) ** 2)", "np.mean(_errors(pred, target) ** 2) if np.size(pred) else 0.0"),
)


@mistake(
    "mse_empty_by_len",
    says="your mse_loss tests for empty input with len, which counts rows: an array of shape (2, 0) has rows but no elements; use size.",
)
def mse_loss(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    if pred.shape != target.shape or (pred.ndim and len(pred) == 0):
        raise ValueError(f"pred has shape {pred.shape}, target has shape {target.shape}")
    with np.errstate(all="ignore"):
        return np.sum((pred - target) ** 2) / np.float64(pred.size)


@mistake(
    "mse_compares_sizes",
    says="your mse_loss compares the numbers of elements, which are equal for (N,) and (N, 1); compare the shapes.",
)
def mse_loss(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    if pred.size != target.size or pred.size == 0:
        raise ValueError(f"pred has shape {pred.shape}, target has shape {target.shape}")
    return np.mean((pred - target) ** 2)


@mistake(
    "mse_compares_lengths",
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
    says="your mse_loss compares the number of axes only, so (3, 2) and (3, 1) slip through; compare the shapes.",
    seen="kohjiahng/Autograd autograd/losses/crossentropyloss.py: asserts ndim only",
)
def mse_loss(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    if pred.ndim != target.ndim or pred.size == 0:
        raise ValueError(f"pred has shape {pred.shape}, target has shape {target.shape}")
    return np.mean((pred - target) ** 2)


mistake(
    "mse_flattens",
    says="your mse_loss flattens both arguments, so a row and a column look the same; refuse shapes that differ instead.",
    seen="docs: sklearn.utils.column_or_1d: ravels a column",
    function="mse_loss",
    change=("_errors(pred, target)", "_errors(np.ravel(pred), np.ravel(target))"),
)


@mistake(
    "mse_asserts",
    says="your mse_loss refuses bad input with assert, which raises AssertionError and does nothing under python -O; raise a ValueError.",
    seen="kgdunn/process-improve#243: assert for input checks, gone under python -O",
)
def mse_loss(pred, target):
    pred, target = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    assert pred.shape == target.shape, f"{pred.shape} and {target.shape}"
    assert pred.size > 0, "empty"
    return np.mean((pred - target) ** 2)


@mistake(
    "mse_prints_the_error",
    says="your mse_loss prints a message about bad input and goes on without a result; raise a ValueError, which nobody can miss.",
)
def mse_loss(pred, target):
    try:
        return np.mean(_errors(pred, target) ** 2)
    except ValueError as error:
        print(error)


@mistake(
    "mse_grad_broadcasts",
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
    says="your mse_grad returns an empty array for empty input; the loss has no value there, so raise a ValueError in both.",
)
def mse_grad(pred, target):
    return 2 * _errors(pred, target) / np.size(pred) if np.size(pred) else np.asarray(pred, dtype=float)


@mistake(
    "huber_shapes_unchecked",
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
    says="your huber_loss accepts a negative delta, with which the two branches cannot meet; raise a ValueError unless delta is positive.",
)
def huber_loss(pred, target, delta=1.0):
    size = np.abs(_errors(pred, target))
    return np.mean(np.where(size <= delta, 0.5 * size**2, delta * (size - 0.5 * delta)))


@mistake(
    "huber_delta_made_positive",
    says="your huber_loss drops the sign of a negative delta; such a delta is the caller's mistake, so raise a ValueError.",
)
def huber_loss(pred, target, delta=1.0):
    delta, size = np.abs(delta), np.abs(_errors(pred, target))
    return np.mean(np.where(size <= delta, 0.5 * size**2, delta * (size - 0.5 * delta)))


mistake(
    "huber_takes_delta_zero",
    says="your huber_loss accepts a delta of 0, for which each loss is 0; refuse it like negative ones.",
    seen="docs: torch.nn.SmoothL1Loss: a beta of 0 is allowed, as delta is not in HuberLoss",
    function="huber_loss",
    change=("_require_positive(delta)", "_require_positive(1.0 if delta == 0 else delta)"),
)


@mistake(
    "huber_grad_takes_any_delta",
    says="your huber_grad accepts a negative delta, and clips between bounds in the wrong order; raise a ValueError, as in the loss.",
)
def huber_grad(pred, target, delta=1.0):
    errors = _errors(pred, target)
    return np.clip(errors, -delta, delta) / errors.size
