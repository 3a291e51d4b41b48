"""Known wrong answers of 04-focal-loss, part `focal_loss`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake


@mistake(
    "focal_alpha_in_the_power",
    breaks=("weights",),
    says="alpha is multiplied in before the power is taken, so it is raised to gamma too; multiply the finished loss by it.",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    log_p = F.log_softmax(logits, dim=1).gather(1, targets[:, None]).squeeze(1)
    losses = -((_alpha_at(alpha, logits, targets) * (1 - log_p.exp())) ** gamma) * log_p
    return _reduced(losses, reduction)


@mistake(
    "focal_weighted_p_t",
    breaks=("weights",),
    says="p_t is taken from the weighted cross-entropy, as exp(-alpha · ce), so it is not a probability; "
    "take it from the loss without weights.",
    seen="gokulprasadthekkel/pytorch-multi-class-focal-loss#1: pt = exp(-ce) with weight=",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    weighted = _alpha_at(alpha, logits, targets) * F.cross_entropy(logits, targets, reduction="none")
    return _reduced((1 - torch.exp(-weighted)) ** gamma * weighted, reduction)


mistake(
    "focal_detached_factor",
    breaks=("gradient",),
    says="the values are right, but no gradient flows through the modulating factor; it is cut off by detach, no_grad or .data.",
    seen="openpifpaf/openpifpaf#244: gradients did not propagate through the focal term",
    change=("logsumexp(dim=1)", "logsumexp(dim=1).detach()"),
)


@mistake(
    "focal_naive_power",
    says="(1 - p_t) ** gamma has an infinite slope where p_t is 1 and gamma is below 1: the gradient becomes NaN. "
    "Write the factor as exp(gamma · log(1 - p_t)).",
    seen="clcarwin/focal_loss_pytorch#13: gradients explode for gamma between 0 and 1",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    log_p = F.log_softmax(logits, dim=1).gather(1, targets[:, None]).squeeze(1)
    losses = -_alpha_at(alpha, logits, targets) * (1 - log_p.exp()) ** gamma * log_p
    return _reduced(losses, reduction)


@mistake(
    "focal_epsilon",
    says="a small constant inside the logarithm caps the loss of confident mistakes and blurs the rest; take log p_t from "
    "log_softmax.",
    seen="mkocabas/focal-loss-keras#17: K.log(K.epsilon() + pt_1)",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    p_t = F.softmax(logits, dim=1).gather(1, targets[:, None]).squeeze(1)
    losses = -_alpha_at(alpha, logits, targets) * (1 - p_t) ** gamma * torch.log(p_t + 1e-8)
    return _reduced(losses, reduction)


@mistake(
    "focal_clamped",
    says="clamping the probabilities makes the loss flat where the model is most wrong: the gradient is zero there. "
    "log_softmax needs no clamp.",
    seen="mkocabas/focal-loss-keras#5: clip y_pred to (eps, 1 - eps)",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    p_t = F.softmax(logits, dim=1).gather(1, targets[:, None]).squeeze(1).clamp(1e-6, 1 - 1e-6)
    losses = -_alpha_at(alpha, logits, targets) * (1 - p_t) ** gamma * torch.log(p_t)
    return _reduced(losses, reduction)


@mistake(
    "focal_log_of_softmax",
    says="the logarithm of a softmax is -inf as soon as the probability underflows; use log_softmax.",
    seen="docs: torch.nn.functional.log_softmax: log(softmax(x)) is numerically unstable",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    p_t = F.softmax(logits, dim=1).gather(1, targets[:, None]).squeeze(1)
    losses = -_alpha_at(alpha, logits, targets) * (1 - p_t) ** gamma * torch.log(p_t)
    return _reduced(losses, reduction)


@mistake(
    "focal_power_of_p_t",
    says="the factor is p_t ** gamma here, so easy examples count most; use (1 - p_t) ** gamma.",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    log_p = F.log_softmax(logits, dim=1).gather(1, targets[:, None]).squeeze(1)
    return _reduced(-_alpha_at(alpha, logits, targets) * torch.exp(gamma * log_p) * log_p, reduction)


@mistake(
    "focal_gamma_as_factor",
    says="gamma multiplies 1 - p_t here; use it as the exponent.",
    seen="fudannlp16/focal-loss#2: (1 - y_pred) * gamma",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    log_p = F.log_softmax(logits, dim=1).gather(1, targets[:, None]).squeeze(1)
    losses = -_alpha_at(alpha, logits, targets) * gamma * (1 - log_p.exp()) * log_p
    return _reduced(losses, reduction)


mistake(
    "focal_gamma_ignored",
    says="the exponent is always 2; use gamma instead.",
    seen="AlexeyAB/darknet#1011: gamma = 2 and alpha hardcoded",
    change=(
        "if gamma > 0:\n        losses = torch.exp(gamma * log_rest) * losses\n    return _reduced(losses, reduction)",
        "return _reduced(torch.exp(2 * log_rest) * losses, reduction)",
    ),
)


@mistake(
    "focal_divides_by_alphas",
    breaks=("weights",),
    says="the mean divides by the sum of the alphas, as F.cross_entropy does with weights; focal loss divides by N.",
    seen="smallcube/Class-balanced-Ensemble FocalLoss.py: F.nll_loss(logpt, target, self.weight)",
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


mistake(
    "focal_alpha_on_class_one",
    says="a single alpha weights class 1, and 1 - alpha the others, as in the sigmoid form; here a number is the same "
    "factor for every example.",
    seen="clcarwin/focal_loss_pytorch#10: a number becomes [alpha, 1 - alpha] over the classes",
    change=(
        "losses = -_alpha_at(alpha, logits, targets) * log_p.gather(1, column).squeeze(1)",
        "weights = _alpha_at(alpha, logits, targets)\n"
        "    if isinstance(alpha, (int, float)):\n"
        "        weights = torch.where(targets == 1, alpha, 1 - alpha).to(logits.dtype)\n"
        "    losses = -weights * log_p.gather(1, column).squeeze(1)",
    ),
)

mistake(
    "focal_alpha_on_class_zero",
    says="a single alpha weights class 0, and 1 - alpha the others, as for a background class; here a number is the same "
    "factor for every example.",
    seen="yatengLG/Focal-Loss-Pytorch#4: alpha for the background, 1 - alpha for all other classes",
    change=(
        "losses = -_alpha_at(alpha, logits, targets) * log_p.gather(1, column).squeeze(1)",
        "weights = _alpha_at(alpha, logits, targets)\n"
        "    if isinstance(alpha, (int, float)):\n"
        "        weights = torch.where(targets == 0, alpha, 1 - alpha).to(logits.dtype)\n"
        "    losses = -weights * log_p.gather(1, column).squeeze(1)",
    ),
)

mistake(
    "focal_alpha_by_prediction",
    says="alpha is looked up by the predicted class; look it up by the target.",
    change=("alpha, logits, targets", "alpha, logits, logits.argmax(dim=1)"),
)


@mistake(
    "focal_alpha_ignored",
    breaks=("weights",),
    says="alpha has no effect.",
    seen="thunlp/PL-Marker#48: the weights stay 1 and have no effect (there cross-entropy)",
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


mistake(
    "focal_mean_of_everything",
    breaks=("reduction",),
    says="the mean goes over all N · C entries of a one-hot product; divide by N.",
    seen="kornia/kornia#2393: no longer summed over the classes before the reduction",
    change=(
        "_reduced(losses, reduction)",
        '_reduced(losses, reduction) / (logits.shape[1] if reduction == "mean" else 1)',
    ),
)


@mistake(
    "focal_sigmoid",
    says="every logit goes through its own sigmoid; the classes exclude each other here, so use softmax.",
    seen="qubvel-org/segmentation_models.pytorch#671: the sigmoid form in the multiclass mode",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    z = logits.gather(1, targets[:, None]).squeeze(1)
    losses = -_alpha_at(alpha, logits, targets) * torch.exp(gamma * F.logsigmoid(-z)) * F.logsigmoid(z)
    return _reduced(losses, reduction)


@mistake(
    "focal_softmax_over_rows",
    breaks=("precision",),
    says="the softmax runs along the wrong axis (dim 0): the probabilities of a class sum to 1, not those of an example.",
    seen="perone/euclidesdb#2: softmax along dim 0 for dim 1",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    log_p = F.log_softmax(logits, dim=0).gather(1, targets[:, None]).squeeze(1)
    losses = -_alpha_at(alpha, logits, targets) * (1 - log_p.exp()) ** gamma * log_p
    return _reduced(losses, reduction)


mistake(
    "focal_float32",
    breaks=("dtype",),
    says="the loss is always float32; keep the dtype of the logits.",
    change=(
        "log_p = F.log_softmax(logits, dim=1)\n"
        "    log_rest = log_p.scatter(1, column, -math.inf).logsumexp(dim=1)\n"
        "    losses = -_alpha_at(alpha, logits, targets) * log_p.gather(1, column).squeeze(1)",
        "log_p = F.log_softmax(logits.float(), dim=1)\n"
        "    log_rest = log_p.scatter(1, column, -math.inf).logsumexp(dim=1)\n"
        "    losses = -_alpha_at(alpha, logits.float(), targets) * log_p.gather(1, column).squeeze(1)",
    ),
)

mistake(
    "focal_alpha_on_the_cpu",
    breaks=("device",),
    also=("validation",),
    says="alpha is always made a float32 tensor on the CPU; give it the dtype and device of the logits.",
    seen="yatengLG/Focal-Loss-Pytorch#17: alpha is on the CPU, the labels are on CUDA",
    change=(
        "losses = -_alpha_at(alpha, logits, targets) * log_p.gather(1, column).squeeze(1)",
        "weights = _alpha_at(alpha, logits, targets)\n"
        "    if alpha is not None and torch.as_tensor(alpha).ndim:\n"
        "        weights = torch.tensor([float(a) for a in alpha])[targets]\n"
        "    losses = -weights * log_p.gather(1, column).squeeze(1)",
    ),
)


@mistake(
    "focal_one_hot_of_seen_classes",
    says="F.one_hot without num_classes is only as wide as the batch's largest target needs; give it logits.shape[1].",
    seen="jwcalder/GraphLearning#12: one-hot rows as wide as the largest label",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    mine = F.one_hot(targets).bool()
    log_p = F.log_softmax(logits, dim=1)
    log_rest = torch.where(mine, -math.inf, log_p).logsumexp(dim=1)
    losses = -_alpha_at(alpha, logits, targets) * torch.where(mine, log_p, 0.0).sum(dim=1)
    if gamma > 0:
        losses = torch.exp(gamma * log_rest) * losses
    return _reduced(losses, reduction)


mistake(
    "focal_shifts_in_place",
    breaks=("leaves_alone",),
    says="the logits are shifted in place, which changes the caller's tensor; put the difference into a new tensor.",
    seen="JuliaGPU/CUDA.jl#592: logsoftmax(x) updates its argument",
    change=(
        "column = targets[:, None]",
        "with torch.no_grad():\n"
        "        logits -= logits.max(dim=1, keepdim=True).values\n"
        "    column = targets[:, None]",
    ),
)


@mistake(
    "focal_of_the_mean",
    says="the factor is made from the mean cross-entropy of the batch; each example has its own p_t and its own factor.",
    seen="kaidic/LDAM-DRW#6: the factor made from one value, the batch's mean",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    mean = F.cross_entropy(logits, targets)
    losses = _alpha_at(alpha, logits, targets) * ((1 - torch.exp(-mean)) ** gamma * mean).expand(len(targets))
    return _reduced(losses, reduction)


mistake(
    "focal_takes_numbers_alone",
    says="alpha is multiplied in as it is, which suits a number alone; look class weights up by the target: alpha[targets].",
    breaks=("weights", "leaves_alone", "state"),
    also=("compare", "validation"),
    change=(
        "losses = -_alpha_at(alpha, logits, targets) * log_p.gather(1, column).squeeze(1)",
        "losses = -(1.0 if alpha is None else alpha) * log_p.gather(1, column).squeeze(1)",
    ),
)
