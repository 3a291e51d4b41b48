"""Wrong answers of 01-mse that are not in the catalogue: new mistakes, and catalogued ones in other words."""

from autograder.grading.diagnosis.catalogue import mistake

# --- catalogued mistakes, written differently: they must get the catalogued name


@mistake(
    "sum_in_a_loop",
    part="mse_loss",
    says="this never divides.",
    seen="written for the held-out set",
    named="mse_sum",
)
def mse_loss(pred, target):
    p, t = np.array(pred, dtype=float), np.array(target, dtype=float)
    if p.shape != t.shape:
        raise ValueError(f"shapes {p.shape} and {t.shape} differ")
    if p.size == 0:
        raise ValueError("empty")
    total = 0.0
    for a, b in zip(p.flatten(), t.flatten()):
        total += (a - b) ** 2
    return total


@mistake(
    "columns_by_method",
    part="mse_loss",
    says="this leaves a number for each column.",
    seen="written for the held-out set",
    named="mse_axis_0",
)
def mse_loss(pred, target):
    p, t = np.asarray(pred).astype(float), np.asarray(target).astype(float)
    if p.shape != t.shape or p.size == 0:
        raise ValueError("bad shapes: " + str(p.shape) + " " + str(t.shape))
    diff = t - p
    return (diff * diff).mean(0)


@mistake(
    "dot_over_rows",
    part="mse_loss",
    says="this divides by rows.",
    seen="written for the held-out set",
    named="mse_rows",
)
def mse_loss(pred, target):
    p, t = np.asarray(pred, float), np.asarray(target, float)
    if p.shape != t.shape or p.size == 0:
        raise ValueError(f"{p.shape} vs {t.shape}")
    n = p.shape[0] if p.ndim > 0 else 1
    flat = (t - p).ravel()
    return flat.dot(flat) / n


@mistake(
    "sample_variance_formula",
    part="mse_loss",
    says="this divides by n - 1.",
    seen="written for the held-out set",
    named="mse_n_minus_1",
)
def mse_loss(pred, target):
    p, t = np.asarray(pred, float), np.asarray(target, float)
    if p.shape != t.shape or p.size == 0:
        raise ValueError(f"{p.shape} vs {t.shape}")
    squares = (p - t).ravel() ** 2
    with np.errstate(all="ignore"):
        return squares.mean() * p.size / np.subtract(float(p.size), 1.0)


@mistake(
    "derivative_for_target",
    part="mse_grad",
    says="this has the other sign.",
    seen="written for the held-out set",
    named="mse_grad_sign",
)
def mse_grad(pred, target):
    p, t = np.asarray(pred, float), np.asarray(target, float)
    if p.shape != t.shape or p.size == 0:
        raise ValueError(f"{p.shape} vs {t.shape}")
    return 2.0 / p.size * (t - p)


@mistake(
    "half_mse_derived",
    part="mse_grad",
    says="this lost its 2.",
    seen="written for the held-out set",
    named="mse_grad_no_2",
)
def mse_grad(pred, target):
    p, t = np.asarray(pred, float), np.asarray(target, float)
    if p.shape != t.shape or p.size == 0:
        raise ValueError(f"{p.shape} vs {t.shape}")
    out = np.empty(p.shape)
    for i in np.ndindex(p.shape):
        out[i] = (p[i] - t[i]) / p.size
    return out


@mistake(
    "root_of_each_square",
    part="rmse",
    says="this takes the root first.",
    seen="written for the held-out set",
    named="rmse_is_mae",
)
def rmse(pred, target):
    p, t = np.asarray(pred, float), np.asarray(target, float)
    if p.shape != t.shape or p.size == 0:
        raise ValueError(f"{p.shape} vs {t.shape}")
    roots = [((a - b) ** 2) ** 0.5 for a, b in zip(p.flat, t.flat)]
    return sum(roots) / len(roots)


@mistake(
    "unguarded_chain_rule",
    part="rmse",
    says="this is NaN at a perfect fit.",
    seen="written for the held-out set",
    named="rmse_grad_nan",
)
def rmse_grad(pred, target):
    with np.errstate(divide="ignore", invalid="ignore"):
        return mse_grad(pred, target) * 0.5 / rmse(pred, target)


@mistake(
    "sign_by_conditions",
    part="mae",
    says="this says 1 at 0.",
    seen="written for the held-out set",
    named="mae_grad_one_at_zero",
)
def mae_grad(pred, target):
    p, t = np.asarray(pred, float), np.asarray(target, float)
    if p.shape != t.shape or p.size == 0:
        raise ValueError(f"{p.shape} vs {t.shape}")
    grad = np.ones(p.shape)
    grad[p < t] = -1
    return grad / p.size


@mistake(
    "torch_beta",
    part="huber",
    says="this is smooth L1.",
    seen="written for the held-out set",
    named="huber_smooth_l1",
)
def huber_loss(pred, target, delta=1.0):
    if delta <= 0:
        raise ValueError("delta")
    p, t = np.asarray(pred, float), np.asarray(target, float)
    if p.shape != t.shape or p.size == 0:
        raise ValueError(f"{p.shape} vs {t.shape}")
    total = 0.0
    for a, b in zip(p.ravel(), t.ravel()):
        d = abs(a - b)
        total += d * d / (2 * delta) if d < delta else d - delta / 2
    return total / p.size


@mistake(
    "masks_that_miss_the_seam",
    part="huber",
    says="this forgets the seam.",
    seen="written for the held-out set",
    named="huber_grad_seam_left_out",
)
def huber_grad(pred, target, delta=1.0):
    if delta <= 0:
        raise ValueError("delta")
    p, t = np.asarray(pred, float), np.asarray(target, float)
    if p.shape != t.shape or p.size == 0:
        raise ValueError(f"{p.shape} vs {t.shape}")
    e = p - t
    grad = np.zeros(p.shape)
    grad[abs(e) < delta] = e[abs(e) < delta]
    grad[e > delta] = delta
    grad[e < -delta] = -delta
    return grad / p.size


@mistake(
    "no_checks_at_all",
    part="validation",
    says="this checks nothing.",
    seen="written for the held-out set",
    named="mse_checks_nothing",
)
def mse_loss(pred, target):
    p, t = np.array(pred, dtype=float), np.array(target, dtype=float)
    return ((t - p) ** 2).mean()


# --- new mistakes: they must lose points in their part, and must not be called by a wrong name


@mistake(
    "mean_over_the_last_axis",
    part="mse_loss",
    says="this leaves a number for each row.",
    seen="keras' MeanSquaredError before its reduction",
)
def mse_loss(pred, target):
    return np.mean(np.square(_errors(pred, target)), axis=-1)


@mistake(
    "wrapped_before_the_cast",
    part="validation",
    says="this makes floats of a difference that has wrapped around already.",
    named="mse_unsigned",
    seen="written for the held-out set: the cast after the subtraction",
)
def mse_loss(pred, target):
    p, t = np.asarray(pred), np.asarray(target)
    if p.shape != t.shape or p.size == 0:
        raise ValueError(f"{p.shape} vs {t.shape}")
    return np.mean((p - t).astype(float) ** 2)


@mistake(
    "half_precision",
    part="mse_loss",
    says="this computes in float16, which keeps three digits.",
    seen="mixed precision training, where losses are kept in float32 for this reason",
)
def mse_loss(pred, target):
    return np.mean(_errors(pred, target).astype(np.float16) ** 2)


@mistake(
    "relative_errors",
    part="mse_loss",
    says="this divides each error by its target.",
    seen="the mean squared percentage error",
)
def mse_loss(pred, target):
    errors = _errors(pred, target)
    with np.errstate(all="ignore"):
        return np.mean((errors / np.asarray(target, dtype=float)) ** 2)


@mistake(
    "running_average",
    part="mse_loss",
    says="this averages over all calls so far.",
    seen="the metric objects of keras and torchmetrics, which keep a state",
)
def mse_loss(pred, target, history=[]):
    history.append(np.mean(_errors(pred, target) ** 2))
    return sum(history) / len(history)


@mistake(
    "prints_the_loss",
    part="mse_loss",
    says="this prints what it returns.",
    seen="written for the held-out set: a print left over from debugging",
    named="mse_prints",
)
def mse_loss(pred, target):
    loss = np.mean(_errors(pred, target) ** 2)
    print("loss:", loss)
    return loss


@mistake(
    "clipped_gradient",
    part="mse_grad",
    says="this clips the gradient at 1.",
    seen="written for the held-out set: gradient clipping put into the loss",
)
def mse_grad(pred, target):
    errors = _errors(pred, target)
    return np.clip(2 * errors / errors.size, -1, 1)


@mistake(
    "gradient_of_unit_length",
    part="mse_grad",
    says="this normalises the gradient.",
    seen="written for the held-out set",
)
def mse_grad(pred, target):
    errors = _errors(pred, target)
    return errors / max(np.sqrt(np.sum(errors**2)), 1e-12)


@mistake(
    "root_of_the_mean_error_squared",
    part="rmse",
    says="this is the absolute mean error.",
    seen="written for the held-out set: the square outside of the mean",
)
def rmse(pred, target):
    return np.sqrt(np.mean(_errors(pred, target)) ** 2)


@mistake(
    "root_of_each_element",
    part="rmse",
    says="this divides by the size of each error instead of the RMSE.",
    seen="written for the held-out set: the root differentiated element by element",
)
def rmse_grad(pred, target):
    errors = _errors(pred, target)
    return np.sign(errors) / np.sqrt(errors.size)


@mistake(
    "root_of_the_mean_absolute",
    part="mae",
    says="this takes a root that belongs to the RMSE.",
    seen="written for the held-out set",
)
def mae_loss(pred, target):
    return np.sqrt(np.mean(np.abs(_errors(pred, target))))


@mistake(
    "smooth_sign",
    part="mae",
    says="this uses tanh for the sign.",
    seen="the gradient of log-cosh, a smooth stand-in for the absolute error",
)
def mae_grad(pred, target):
    errors = _errors(pred, target)
    return np.tanh(errors) / errors.size


@mistake(
    "log_cosh",
    part="huber",
    says="this is the log-cosh loss.",
    seen="keras' LogCosh",
)
def huber_loss(pred, target, delta=1.0):
    _require_positive(delta)
    return np.mean(np.log(np.cosh(_errors(pred, target) / delta))) * delta**2


@mistake(
    "inliers_and_outliers_apart",
    part="huber",
    says="this averages over inliers and outliers apart.",
    seen="written for the held-out set: a mean of each mask",
)
def huber_loss(pred, target, delta=1.0):
    _require_positive(delta)
    size = np.abs(_errors(pred, target))
    near, far = size[size <= delta], size[size > delta]
    loss = 0.0
    if near.size:
        loss += np.mean(0.5 * near**2)
    if far.size:
        loss += np.mean(delta * (far - 0.5 * delta))
    return loss


@mistake(
    "sum_of_squares_by_hand",
    part="quick_check",
    says="this is the sum.",
    seen="written for the held-out set: the mean forgotten",
)
def quick_check_mse():
    return 20


@mistake(
    "type_errors",
    part="validation",
    says="this raises TypeErrors.",
    seen="written for the held-out set",
)
def mse_loss(pred, target):
    p, t = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    if p.shape != t.shape:
        raise TypeError(f"{p.shape} and {t.shape}")
    if p.size == 0:
        raise TypeError("empty")
    return np.mean((p - t) ** 2)


@mistake(
    "message_without_shapes",
    part="validation",
    says="this does not say which shapes.",
    seen="written for the held-out set",
)
def mse_loss(pred, target):
    p, t = np.asarray(pred, dtype=float), np.asarray(target, dtype=float)
    if p.shape != t.shape or p.size == 0:
        raise ValueError("shapes must match")
    return np.mean((p - t) ** 2)


@mistake(
    "gradient_of_what_broadcasts_to_pred",
    part="validation",
    says="this accepts all that broadcasts to the shape of pred.",
    seen="written for the held-out set: the shape of the result compared with pred's",
)
def rmse_grad(pred, target):
    errors = np.asarray(pred, dtype=float) - np.asarray(target, dtype=float)
    if errors.shape != np.shape(pred) or errors.size == 0:
        raise ValueError(f"{np.shape(pred)} and {np.shape(target)}")
    root = np.sqrt(np.mean(errors**2))
    return errors / (errors.size * root) if root > 0 else np.zeros_like(errors)
