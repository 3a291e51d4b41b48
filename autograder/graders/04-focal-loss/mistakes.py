"""Known wrong answers of 04-focal-loss, each with what a tutor would say."""

from autograder.grading.mistakes import mistake

# --- focal_loss


@mistake(
    "focal_alpha_in_the_power",
    part="focal_loss",
    says="alpha is multiplied in before the power is taken, so it is raised to gamma too; it multiplies the finished loss.",
    seen="student submissions: (alpha * (1 - p_t)) ** gamma",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    log_p = F.log_softmax(logits, dim=1).gather(1, targets[:, None]).squeeze(1)
    losses = -((_alpha_at(alpha, logits, targets) * (1 - log_p.exp())) ** gamma) * log_p
    return _reduced(losses, reduction)


@mistake(
    "focal_weighted_p_t",
    part="focal_loss",
    says="p_t is taken from the weighted cross-entropy, exp(-alpha · ce), and is no probability then; "
    "take it from the loss without weights.",
    seen="the much copied snippet ce = F.cross_entropy(weight=alpha); pt = exp(-ce)",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    weighted = _alpha_at(alpha, logits, targets) * F.cross_entropy(logits, targets, reduction="none")
    return _reduced((1 - torch.exp(-weighted)) ** gamma * weighted, reduction)


@mistake(
    "focal_detached_factor",
    part="focal_loss",
    says="the values are right, but no gradient flows through the modulating factor; it is cut off by detach, no_grad or .data.",
    seen="with torch.no_grad() around p_t, in several public implementations",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    column = targets[:, None]
    log_p = F.log_softmax(logits, dim=1)
    log_rest = log_p.scatter(1, column, -math.inf).logsumexp(dim=1).detach()
    losses = -_alpha_at(alpha, logits, targets) * log_p.gather(1, column).squeeze(1)
    if gamma > 0:
        losses = torch.exp(gamma * log_rest) * losses
    return _reduced(losses, reduction)


@mistake(
    "focal_naive_power",
    part="focal_loss",
    says="(1 - p_t) ** gamma has an infinite slope where p_t is 1 and gamma is below 1: the gradient becomes NaN. "
    "Write the factor as exp(gamma · log(1 - p_t)).",
    seen="the formula as it stands in the paper",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    log_p = F.log_softmax(logits, dim=1).gather(1, targets[:, None]).squeeze(1)
    losses = -_alpha_at(alpha, logits, targets) * (1 - log_p.exp()) ** gamma * log_p
    return _reduced(losses, reduction)


@mistake(
    "focal_epsilon",
    part="focal_loss",
    says="a small constant inside the logarithm caps the loss of confident mistakes and blurs the rest; take log p_t from "
    "log_softmax.",
    seen="torch.log(p + 1e-8), in most tutorials",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    p_t = F.softmax(logits, dim=1).gather(1, targets[:, None]).squeeze(1)
    losses = -_alpha_at(alpha, logits, targets) * (1 - p_t) ** gamma * torch.log(p_t + 1e-8)
    return _reduced(losses, reduction)


@mistake(
    "focal_clamped",
    part="focal_loss",
    says="clamping the probabilities makes the loss flat where the model is most wrong: the gradient is zero there. "
    "log_softmax needs no clamp.",
    seen="p.clamp(1e-6, 1 - 1e-6), in most tutorials",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    p_t = F.softmax(logits, dim=1).gather(1, targets[:, None]).squeeze(1).clamp(1e-6, 1 - 1e-6)
    losses = -_alpha_at(alpha, logits, targets) * (1 - p_t) ** gamma * torch.log(p_t)
    return _reduced(losses, reduction)


@mistake(
    "focal_log_of_softmax",
    part="focal_loss",
    says="the logarithm of a softmax is -inf as soon as the probability underflows; use log_softmax.",
    seen="torch.log(torch.softmax(x)), the usual first try",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    p_t = F.softmax(logits, dim=1).gather(1, targets[:, None]).squeeze(1)
    losses = -_alpha_at(alpha, logits, targets) * (1 - p_t) ** gamma * torch.log(p_t)
    return _reduced(losses, reduction)


@mistake(
    "focal_power_of_p_t",
    part="focal_loss",
    says="the factor is p_t ** gamma here, which makes easy examples count most; it is (1 - p_t) ** gamma.",
    seen="student submissions",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    log_p = F.log_softmax(logits, dim=1).gather(1, targets[:, None]).squeeze(1)
    return _reduced(-_alpha_at(alpha, logits, targets) * torch.exp(gamma * log_p) * log_p, reduction)


@mistake(
    "focal_gamma_as_factor",
    part="focal_loss",
    says="gamma multiplies 1 - p_t here; it is its exponent.",
    seen="student submissions",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    log_p = F.log_softmax(logits, dim=1).gather(1, targets[:, None]).squeeze(1)
    losses = -_alpha_at(alpha, logits, targets) * gamma * (1 - log_p.exp()) * log_p
    return _reduced(losses, reduction)


@mistake(
    "focal_gamma_ignored",
    part="focal_loss",
    says="the exponent is always 2; use gamma.",
    seen="student submissions: (1 - p_t) ** 2 typed in",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    column = targets[:, None]
    log_p = F.log_softmax(logits, dim=1)
    log_rest = log_p.scatter(1, column, -math.inf).logsumexp(dim=1)
    losses = -_alpha_at(alpha, logits, targets) * log_p.gather(1, column).squeeze(1)
    return _reduced(torch.exp(2 * log_rest) * losses, reduction)


@mistake(
    "focal_divides_by_alphas",
    part="focal_loss",
    says="the mean divides by the sum of the alphas, as F.cross_entropy does with weights; focal loss divides by N.",
    seen="F.cross_entropy's convention carried over",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    column = targets[:, None]
    log_p = F.log_softmax(logits, dim=1)
    log_rest = log_p.scatter(1, column, -math.inf).logsumexp(dim=1)
    weights = _alpha_at(alpha, logits, targets) * torch.ones_like(log_rest)
    losses = -weights * log_p.gather(1, column).squeeze(1)
    if gamma > 0:
        losses = torch.exp(gamma * log_rest) * losses
    return losses.sum() / weights.sum() if reduction == "mean" else _reduced(losses, reduction)


@mistake(
    "focal_alpha_on_class_one",
    part="focal_loss",
    says="a single alpha is given to class 1 and 1 - alpha to the others, as in the sigmoid form; here a number is the same "
    "factor for every example.",
    seen="RetinaNet's alpha carried over to the softmax form",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    column = targets[:, None]
    log_p = F.log_softmax(logits, dim=1)
    log_rest = log_p.scatter(1, column, -math.inf).logsumexp(dim=1)
    weights = _alpha_at(alpha, logits, targets)
    if isinstance(alpha, (int, float)):
        weights = torch.where(targets == 1, alpha, 1 - alpha).to(logits.dtype)
    losses = -weights * log_p.gather(1, column).squeeze(1)
    if gamma > 0:
        losses = torch.exp(gamma * log_rest) * losses
    return _reduced(losses, reduction)


@mistake(
    "focal_alpha_by_prediction",
    part="focal_loss",
    says="alpha is looked up by the predicted class; it belongs to the target.",
    seen="student submissions: alpha[logits.argmax(1)]",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    column = targets[:, None]
    log_p = F.log_softmax(logits, dim=1)
    log_rest = log_p.scatter(1, column, -math.inf).logsumexp(dim=1)
    losses = -_alpha_at(alpha, logits, logits.argmax(dim=1)) * log_p.gather(1, column).squeeze(1)
    if gamma > 0:
        losses = torch.exp(gamma * log_rest) * losses
    return _reduced(losses, reduction)


@mistake(
    "focal_alpha_ignored",
    part="focal_loss",
    says="alpha has no effect.",
    seen="student submissions",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    _alpha_at(alpha, logits, targets)
    column = targets[:, None]
    log_p = F.log_softmax(logits, dim=1)
    log_rest = log_p.scatter(1, column, -math.inf).logsumexp(dim=1)
    losses = -log_p.gather(1, column).squeeze(1)
    if gamma > 0:
        losses = torch.exp(gamma * log_rest) * losses
    return _reduced(losses, reduction)


@mistake(
    "focal_mean_of_everything",
    part="focal_loss",
    says="the mean goes over all N · C entries of a one-hot product; divide by N.",
    seen="kornia's reduction, and one-hot implementations",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    column = targets[:, None]
    log_p = F.log_softmax(logits, dim=1)
    log_rest = log_p.scatter(1, column, -math.inf).logsumexp(dim=1)
    losses = -_alpha_at(alpha, logits, targets) * log_p.gather(1, column).squeeze(1)
    if gamma > 0:
        losses = torch.exp(gamma * log_rest) * losses
    return _reduced(losses, reduction) / (logits.shape[1] if reduction == "mean" else 1)


@mistake(
    "focal_sigmoid",
    part="focal_loss",
    says="every logit goes through a sigmoid of its own; the classes exclude each other here: softmax.",
    seen="segmentation_models_pytorch's multiclass mode",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    z = logits.gather(1, targets[:, None]).squeeze(1)
    losses = -_alpha_at(alpha, logits, targets) * torch.exp(gamma * F.logsigmoid(-z)) * F.logsigmoid(z)
    return _reduced(losses, reduction)


@mistake(
    "focal_softmax_over_rows",
    part="focal_loss",
    says="the softmax goes along the wrong axis (dim 0): the probabilities of one class sum to 1, not those of one example.",
    seen="F.log_softmax(logits, dim=0)",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    log_p = F.log_softmax(logits, dim=0).gather(1, targets[:, None]).squeeze(1)
    losses = -_alpha_at(alpha, logits, targets) * (1 - log_p.exp()) ** gamma * log_p
    return _reduced(losses, reduction)


@mistake(
    "focal_float32",
    part="focal_loss",
    says="what comes back is float32 whatever went in; keep the dtype of the logits.",
    seen="logits.float() at the top of the function",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    column = targets[:, None]
    log_p = F.log_softmax(logits.float(), dim=1)
    log_rest = log_p.scatter(1, column, -math.inf).logsumexp(dim=1)
    losses = -_alpha_at(alpha, logits.float(), targets) * log_p.gather(1, column).squeeze(1)
    if gamma > 0:
        losses = torch.exp(gamma * log_rest) * losses
    return _reduced(losses, reduction)


@mistake(
    "focal_alpha_on_the_cpu",
    part="focal_loss",
    says="alpha becomes a tensor on the CPU and in float32; make it with the dtype and the device of the logits.",
    seen="torch.tensor(alpha) in many public implementations",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    column = targets[:, None]
    log_p = F.log_softmax(logits, dim=1)
    log_rest = log_p.scatter(1, column, -math.inf).logsumexp(dim=1)
    weights = _alpha_at(alpha, logits, targets)
    if alpha is not None and torch.as_tensor(alpha).ndim:
        weights = torch.tensor([float(a) for a in alpha])[targets]
    losses = -weights * log_p.gather(1, column).squeeze(1)
    if gamma > 0:
        losses = torch.exp(gamma * log_rest) * losses
    return _reduced(losses, reduction)
