"""Right answers of 01-mse in other styles: each earns everything, a naive one all but unusual and bad input."""

from autograder.grading.diagnosis.catalogue import naive, variant

# --- plain loops over nested lists, math instead of NumPy


@variant("loops")
def flat(values):
    if np.ndim(values) == 0:
        return [float(values)]
    found = []
    for value in values:
        found.extend(flat(value))
    return found


@variant("loops")
def differences(pred, target):
    if np.shape(pred) != np.shape(target):
        raise ValueError(f"{np.shape(pred)} is not {np.shape(target)}")
    found = [p - t for p, t in zip(flat(pred), flat(target))]
    if len(found) == 0:
        raise ValueError("there is nothing to average")
    return found


@variant("loops")
def mse_loss(pred, target):
    total = 0.0
    found = differences(pred, target)
    for error in found:
        total += error * error
    return total / len(found)


@variant("loops")
def mse_grad(pred, target):
    found = differences(pred, target)
    return np.array([2 * error / len(found) for error in found]).reshape(np.shape(pred))


@variant("loops")
def rmse(pred, target):
    return mse_loss(pred, target) ** 0.5


@variant("loops")
def rmse_grad(pred, target):
    root = rmse(pred, target)
    if root == 0:
        return np.zeros(np.shape(pred))
    found = differences(pred, target)
    return np.array([error / len(found) / root for error in found]).reshape(np.shape(pred))


@variant("loops")
def mae_loss(pred, target):
    found = differences(pred, target)
    return sum(map(abs, found)) / len(found)


@variant("loops")
def mae_grad(pred, target):
    found = differences(pred, target)
    signs = []
    for error in found:
        if error > 0:
            signs.append(1 / len(found))
        elif error < 0:
            signs.append(-1 / len(found))
        else:
            signs.append(0.0)
    return np.array(signs).reshape(np.shape(pred))


@variant("loops")
def huber_loss(pred, target, delta=1.0):
    if not delta > 0:
        raise ValueError("delta must be more than 0")
    total, found = 0.0, differences(pred, target)
    for error in found:
        if abs(error) < delta:
            total += error**2 / 2
        else:
            total += delta * abs(error) - delta**2 / 2
    return total / len(found)


@variant("loops")
def huber_grad(pred, target, delta=1.0):
    if not delta > 0:
        raise ValueError("delta must be more than 0")
    found = differences(pred, target)
    return np.array([min(delta, max(-delta, error)) / len(found) for error in found]).reshape(np.shape(pred))


@variant("loops")
def quick_check_mse():
    return 10


# --- a class that holds the errors


@variant("class")
class Errors:
    def __init__(self, pred, target):
        self.pred, self.target = np.array(pred, float), np.array(target, float)
        self.check()
        self.e = self.pred - self.target
        self.n = self.e.size

    def check(self):
        if self.pred.shape != self.target.shape or not self.pred.size:
            raise ValueError("shapes: %s, %s" % (self.pred.shape, self.target.shape))

    def mean(self, values):
        return float(values.sum() / self.n)


@variant("class")
def mse_loss(pred, target):
    errors = Errors(pred, target)
    return errors.mean(errors.e**2)


@variant("class")
def mse_grad(pred, target):
    errors = Errors(pred, target)
    return errors.e * (2.0 / errors.n)


@variant("class")
def rmse(pred, target):
    errors = Errors(pred, target)
    return np.sqrt(errors.mean(errors.e**2))


@variant("class")
def mae_loss(pred, target):
    errors = Errors(pred, target)
    return errors.mean(abs(errors.e))


@variant("class")
def huber_loss(pred, target, delta=1.0):
    if delta <= 0:
        raise ValueError(f"delta is {delta}")
    errors = Errors(pred, target)
    quadratic = np.minimum(abs(errors.e), delta)
    return errors.mean(0.5 * quadratic**2 + delta * (abs(errors.e) - quadratic))


# --- linear algebra


@variant("einsum")
def mse_loss(pred, target):
    errors = _errors(pred, target).reshape(-1)
    return np.einsum("i,i->", errors, errors) / errors.size


@variant("einsum")
def mae_loss(pred, target):
    errors = _errors(pred, target).reshape(-1)
    return np.einsum("i,i", errors, np.sign(errors)) / errors.size


@variant("dot")
def mse_loss(pred, target):
    errors = _errors(pred, target).ravel()
    return errors @ errors / len(errors)


@variant("dot")
def rmse(pred, target):
    errors = _errors(pred, target).ravel()
    return np.sqrt(np.vdot(errors, errors) / len(errors))


@variant("norm")
def mse_loss(pred, target):
    errors = _errors(pred, target).ravel()
    return np.linalg.norm(errors) ** 2 / errors.size


@variant("norm")
def rmse(pred, target):
    errors = _errors(pred, target).ravel()
    return np.linalg.norm(errors) / np.sqrt(errors.size)


@variant("norm")
def rmse_grad(pred, target):
    errors = _errors(pred, target)
    length = np.linalg.norm(errors.ravel())
    if length == 0:
        return np.zeros(errors.shape)
    return errors / length / np.sqrt(errors.size)


@variant("norm")
def mae_loss(pred, target):
    errors = _errors(pred, target).ravel()
    return np.linalg.norm(errors, ord=1) / errors.size


# --- NumPy in its other ways


@variant("vectorize")
def mse_loss(pred, target):
    _errors(pred, target)
    return np.vectorize(lambda p, t: (float(p) - float(t)) ** 2, otypes=[float])(pred, target).mean()


@variant("vectorize")
def mae_grad(pred, target):
    errors = _errors(pred, target)
    return np.vectorize(lambda e: 0.0 if e == 0 else e / abs(e) / errors.size, otypes=[float])(errors)


@variant("vectorize")
def huber_loss(pred, target, delta=1.0):
    _require_positive(delta)

    def one(e):
        return e * e / 2 if -delta <= e <= delta else delta * (abs(e) - delta / 2)

    return np.vectorize(one, otypes=[float])(_errors(pred, target)).mean()


@variant("float32")
def _errors(pred, target):
    if np.shape(pred) != np.shape(target) or np.size(pred) == 0:
        raise ValueError(f"pred: {np.shape(pred)}, target: {np.shape(target)}")
    return np.asarray(pred, dtype=np.float32) - np.asarray(target, dtype=np.float32)


@variant("float32")
def mse_loss(pred, target):
    return np.mean(np.square(_errors(pred, target)), dtype=np.float32)


@variant("average_and_variance")
def mse_loss(pred, target):
    errors = _errors(pred, target)
    return np.var(errors) + np.average(errors) ** 2


@variant("average_and_variance")
def mae_loss(pred, target):
    return np.average(np.abs(_errors(pred, target)), weights=None)


@variant("zero_dimensional")
def mse_loss(pred, target):
    return np.array(np.mean(_errors(pred, target) ** 2))


@variant("zero_dimensional")
def mae_loss(pred, target):
    return np.asarray(np.abs(_errors(pred, target)).mean())


@variant("zero_dimensional")
def huber_loss(pred, target, delta=1.0):
    _require_positive(delta)
    clipped = np.clip(_errors(pred, target), -delta, delta)
    return np.asarray(np.mean(clipped * (_errors(pred, target) - 0.5 * clipped)))


@variant("zero_dimensional")
def quick_check_mse():
    return np.array([2.0, -4.0]).dot([2.0, -4.0]).reshape(()) / 2


@variant("comprehensions")
def mse_loss(pred, target):
    errors = _errors(pred, target)
    return sum([error**2 for error in errors.flatten().tolist()]) / errors.size


@variant("comprehensions")
def mse_grad(pred, target):
    errors = _errors(pred, target)
    result = np.empty(errors.shape)
    for index in np.ndindex(*errors.shape):
        result[index] = 2 * errors[index] / errors.size
    return result


@variant("comprehensions")
def mae_loss(pred, target):
    return np.fromiter((abs(error) for error in _errors(pred, target).flat), dtype=float).mean()


@variant("math_module")
def mse_loss(pred, target):
    import math

    errors = _errors(pred, target).ravel().tolist()
    return math.fsum(error * error for error in errors) / len(errors)


@variant("math_module")
def rmse(pred, target):
    import math

    errors = _errors(pred, target).ravel().tolist()
    return math.hypot(*errors) / math.sqrt(len(errors))


@variant("math_module")
def mae_grad(pred, target):
    import math

    errors = _errors(pred, target)
    signs = [math.copysign(1, error) if error else 0.0 for error in errors.ravel().tolist()]
    return np.reshape(signs, errors.shape) / len(signs)


@variant("copies_changed_in_place")
def mse_loss(pred, target):
    _errors(pred, target)
    errors = np.array(pred, dtype=np.float64)
    errors -= target
    errors **= 2
    return errors.mean()


@variant("copies_changed_in_place")
def mse_grad(pred, target):
    _errors(pred, target)
    grad = np.array(pred, dtype=np.float64, copy=True)
    grad -= target
    grad *= 2
    grad /= grad.size
    return grad


@variant("copies_changed_in_place")
def huber_loss(pred, target, delta=1.0):
    _require_positive(delta)
    loss = np.abs(_errors(pred, target))
    loss = np.atleast_1d(loss)
    far = loss > delta
    loss[~far] **= 2
    loss[~far] /= 2
    loss[far] = delta * loss[far] - delta**2 / 2
    return loss.mean()


@variant("nan_replaced")
def rmse_grad(pred, target):
    errors = _errors(pred, target)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nan_to_num(errors / (errors.size * rmse(pred, target)))


@variant("nan_replaced")
def mae_grad(pred, target):
    errors = _errors(pred, target)
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(errors / np.abs(errors)) / errors.size


@variant("tiny_epsilon")
def rmse_grad(pred, target):
    errors = _errors(pred, target)
    return errors / (errors.size * rmse(pred, target) + 1e-15)


@variant("by_the_chain_rule")
def mse_grad(pred, target):
    return _errors(pred, target) / np.size(pred) * 2


@variant("by_the_chain_rule")
def rmse_grad(pred, target):
    root = rmse(pred, target)
    return mse_grad(pred, target) / (2 * root) if root else 0.0 * mse_grad(pred, target)


@variant("masks")
def mae_grad(pred, target):
    errors = _errors(pred, target)
    return ((errors > 0) * 1.0 - (errors < 0) * 1.0) / errors.size


@variant("masks")
def huber_loss(pred, target, delta=1.0):
    _require_positive(delta)
    errors = _errors(pred, target)
    near = np.abs(errors) <= delta
    return np.sum(near * errors**2 / 2 + ~near * (delta * np.abs(errors) - delta**2 / 2)) / errors.size


@variant("masks")
def huber_grad(pred, target, delta=1.0):
    _require_positive(delta)
    errors = _errors(pred, target)
    near = np.abs(errors) <= delta
    return (near * errors + ~near * delta * np.sign(errors)) / errors.size


@variant("select_and_piecewise")
def huber_loss(pred, target, delta=1.0):
    _require_positive(delta)
    size = np.abs(_errors(pred, target))
    return np.piecewise(size, [size < delta], [lambda e: e**2 / 2, lambda e: delta * e - delta**2 / 2]).mean()


@variant("select_and_piecewise")
def huber_grad(pred, target, delta=1.0):
    _require_positive(delta)
    errors = _errors(pred, target)
    return np.select([errors > delta, errors < -delta], [delta, -delta], default=errors) / np.size(target)


@variant("scaled_smooth_l1")
def smooth_l1(errors, beta):
    size = np.abs(errors)
    return np.where(size < beta, size**2 / (2 * beta), size - beta / 2)


@variant("scaled_smooth_l1")
def huber_loss(pred, target, delta=1.0):
    _require_positive(delta)
    return delta * smooth_l1(_errors(pred, target), beta=delta).mean()


@variant("own_errors")
class ShapeError(ValueError):
    pass


@variant("own_errors")
def _errors(pred, target):
    pred, target = np.array(pred, dtype=float), np.array(target, dtype=float)
    if pred.ndim != target.ndim or any(a != b for a, b in zip(pred.shape, target.shape)):
        raise ShapeError("Got " + str(target.shape).replace(" ", "") + " for targets, " + str(pred.shape) + " before.")
    if 0 in pred.shape:
        raise ShapeError("Nothing to compare.")
    return np.subtract(pred, target)


@variant("target_minus_pred")
def mse_loss(pred, target):
    return np.mean(_errors(target, pred) ** 2)


@variant("target_minus_pred")
def mse_grad(pred, target):
    return _errors(target, pred) * -2 / np.size(pred)


@variant("target_minus_pred")
def mae_grad(pred, target):
    return np.sign(_errors(target, pred)) / -np.size(pred)


@variant("target_minus_pred")
def huber_grad(pred, target, delta=1.0):
    _require_positive(delta)
    return -np.maximum(np.minimum(_errors(target, pred), delta), -delta) / np.size(pred)


@variant("extended_precision")
def mse_loss(pred, target):
    errors = _errors(pred, target).astype(np.longdouble)
    return float(np.add.reduce(errors * errors, axis=None) / errors.size)


# --- right on arrays of floats, without conversions and refusals, as many people write


@naive("plain_numpy")
def mse_loss(pred, target):
    return np.mean((pred - target) ** 2)


@naive("plain_numpy")
def mse_grad(pred, target):
    return 2 * (pred - target) / pred.size


@naive("plain_numpy")
def rmse(pred, target):
    return np.sqrt(mse_loss(pred, target))


@naive("plain_numpy")
def rmse_grad(pred, target):
    root = rmse(pred, target)
    if root == 0:
        return np.zeros_like(pred)
    return (pred - target) / (pred.size * root)


@naive("plain_numpy")
def mae_loss(pred, target):
    return np.mean(np.abs(pred - target))


@naive("plain_numpy")
def mae_grad(pred, target):
    return np.sign(pred - target) / pred.size


@naive("plain_numpy")
def huber_loss(pred, target, delta=1.0):
    e = np.abs(pred - target)
    return np.mean(np.where(e <= delta, 0.5 * e**2, delta * (e - 0.5 * delta)))


@naive("plain_numpy")
def huber_grad(pred, target, delta=1.0):
    return np.clip(pred - target, -delta, delta) / pred.size


@naive("target_first")
def mse_loss(pred, target):
    diff = target - pred
    return (diff**2).mean()


@naive("target_first")
def mse_grad(pred, target):
    return -2 / target.size * (target - pred)


@naive("target_first")
def rmse(pred, target):
    return np.sqrt(((target - pred) ** 2).mean())


@naive("target_first")
def rmse_grad(pred, target):
    diff = target - pred
    norm = np.sqrt(np.mean(diff**2))
    return -diff / (diff.size * norm) if norm > 0 else diff * 0.0


@naive("target_first")
def mae_loss(pred, target):
    return np.abs(np.subtract(target, pred)).mean()


@naive("target_first")
def mae_grad(pred, target):
    return np.where(pred > target, 1.0, np.where(pred < target, -1.0, 0.0)) / target.size


@naive("target_first")
def huber_loss(pred, target, delta=1.0):
    diff = np.absolute(target - pred)
    small = diff < delta
    return np.mean(small * 0.5 * diff**2 + (1 - small) * delta * (diff - delta / 2))


@naive("sum_over_size")
def mse_loss(pred, target):
    return np.sum(np.square(pred - target)) / pred.size


@naive("sum_over_size")
def mae_loss(pred, target):
    return np.sum(np.abs(target - pred)) / target.size


@naive("sum_over_size")
def huber_loss(pred, target, delta=1.0):
    e = pred - target
    return sum(0.5 * x**2 if abs(x) <= delta else delta * (abs(x) - 0.5 * delta) for x in e.flatten()) / e.size


@naive("dot_product")
def mse_loss(pred, target):
    e = (pred - target).flatten()
    return np.dot(e, e) / len(e)


@naive("dot_product")
def rmse(pred, target):
    e = (target - pred).flatten()
    return np.dot(e, e) ** 0.5 / len(e) ** 0.5


@naive("list_comprehension")
def mse_loss(pred, target):
    squares = [(p - t) ** 2 for p, t in zip(pred.ravel(), target.ravel())]
    return sum(squares) / len(squares)


@naive("list_comprehension")
def mse_grad(pred, target):
    n = pred.size
    return np.array([2 * (p - t) / n for p, t in zip(pred.ravel(), target.ravel())]).reshape(pred.shape)


@naive("list_comprehension")
def mae_loss(pred, target):
    return np.mean([abs(t - p) for p, t in zip(pred.ravel(), target.ravel())])


@naive("loop_over_indices")
def mse_loss(pred, target):
    p, t = pred.reshape(-1), target.reshape(-1)
    total = 0
    for i in range(len(p)):
        total += (p[i] - t[i]) ** 2
    return total / len(p)


@naive("loop_over_indices")
def mae_grad(pred, target):
    grad = np.zeros_like(pred)
    p, t, g = pred.reshape(-1), target.reshape(-1), grad.reshape(-1)
    for i in range(len(p)):
        if p[i] > t[i]:
            g[i] = 1 / len(p)
        elif p[i] < t[i]:
            g[i] = -1 / len(p)
    return grad


@naive("loop_over_indices")
def huber_grad(pred, target, delta=1.0):
    grad = np.zeros_like(pred)
    for i in np.ndindex(pred.shape):
        e = pred[i] - target[i]
        if np.abs(e) <= delta:
            grad[i] = e
        else:
            grad[i] = delta * np.sign(e)
    return grad / pred.size


@naive("ravel_and_norm")
def mse_loss(pred, target):
    return np.linalg.norm((target - pred).ravel()) ** 2 / pred.size


@naive("ravel_and_norm")
def rmse(pred, target):
    return np.linalg.norm(pred.ravel() - target.ravel()) / np.sqrt(target.size)


@naive("ravel_and_norm")
def mae_loss(pred, target):
    return np.linalg.norm(pred.ravel() - target.ravel(), 1) / target.size


@naive("power_and_average")
def mse_loss(pred, target):
    return np.average(np.power(np.subtract(target, pred), 2))


@naive("power_and_average")
def rmse(pred, target):
    return np.power(np.average(np.power(target - pred, 2)), 0.5)


@naive("power_and_average")
def mse_grad(pred, target):
    return np.multiply(2.0, np.subtract(pred, target)) / np.prod(pred.shape)


@naive("helper_of_its_own")
def residuals(pred, target):
    return pred - target, np.prod(pred.shape)


@naive("helper_of_its_own")
def mse_loss(pred, target):
    r, n = residuals(pred, target)
    return (r * r).sum() / n


@naive("helper_of_its_own")
def mse_grad(pred, target):
    r, n = residuals(pred, target)
    return r * 2 / n


@naive("helper_of_its_own")
def rmse_grad(pred, target):
    r, n = residuals(pred, target)
    loss = mse_loss(pred, target)
    return np.zeros(r.shape) if loss == 0 else mse_grad(pred, target) * 0.5 / np.sqrt(loss)


@naive("helper_of_its_own")
def huber_loss(pred, target, delta=1.0):
    r, n = residuals(pred, target)
    inside = np.minimum(np.abs(r), delta)
    return (0.5 * inside**2 + delta * (np.abs(r) - inside)).sum() / n


@naive("masked_assignment")
def mae_grad(pred, target):
    grad = np.zeros(pred.shape)
    grad[pred > target] = 1
    grad[pred < target] = -1
    return grad / grad.size


@naive("masked_assignment")
def huber_loss(pred, target, delta=1.0):
    e = np.abs(pred - target)
    out = 0.5 * e**2
    out[e > delta] = delta * e[e > delta] - 0.5 * delta**2
    return out.mean()


@naive("masked_assignment")
def huber_grad(pred, target, delta=1.0):
    g = pred - target
    g[g > delta] = delta
    g[g < -delta] = -delta
    return g / g.size


@naive("one_error_for_zero")
def rmse_grad(pred, target):
    if (pred == target).all():
        return np.zeros(pred.shape)
    return (pred - target) / np.sqrt(np.mean((pred - target) ** 2)) / pred.size


@naive("one_error_for_zero")
def mae_loss(pred, target):
    return np.mean(np.sqrt((pred - target) ** 2))


@naive("asserts_that_shapes_agree")
def mse_loss(pred, target):
    assert pred.shape == target.shape
    return np.mean((target - pred) ** 2)


@naive("asserts_that_shapes_agree")
def rmse(pred, target):
    assert pred.shape == target.shape
    return np.sqrt(np.mean((target - pred) ** 2))


@naive("lengths_and_arrays_without_a_type")
def mse_loss(pred, target):
    pred, target = np.array(pred), np.array(target)
    if len(pred) != len(target):
        raise ValueError("lengths differ")
    return np.mean((pred - target) ** 2)


@naive("lengths_and_arrays_without_a_type")
def huber_grad(pred, target, delta=1.0):
    pred, target = np.array(pred), np.array(target)
    return np.maximum(-delta, np.minimum(delta, pred - target)) / len(pred.flatten())
