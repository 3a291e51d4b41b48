"""Right answers of 01-mse in other styles; each must earn everything."""

from autograder.grading.diagnosis.catalogue import variant

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
