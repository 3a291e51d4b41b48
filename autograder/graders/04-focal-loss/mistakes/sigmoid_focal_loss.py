"""Known wrong answers of 04-focal-loss, part `sigmoid_focal_loss`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake

mistake(
    "sigmoid_alpha_swapped",
    says="alpha weights the negatives here, and 1 - alpha the positives; it is the other way round.",
    seen="fudannlp16/focal-loss#6: 1 - alpha on the positives",
    change=("alpha * losses, (1 - alpha)", "(1 - alpha) * losses, alpha"),
)

mistake(
    "sigmoid_alpha_for_all",
    says="alpha multiplies every element; weight the negatives by 1 - alpha.",
    seen="liuyuisanai/Focal-Loss#4: alpha for positives and negatives alike",
    change=("torch.where(positive, alpha * losses, (1 - alpha) * losses)", "alpha * losses"),
)

mistake(
    "sigmoid_alpha_none_is_a_quarter",
    says="alpha=None still weights by 0.25; None means no weights at all.",
    change=(
        "if alpha is not None:\n        losses = torch.where(positive, alpha * losses, (1 - alpha) * losses)",
        "alpha = 0.25 if alpha is None else alpha\n"
        "    losses = torch.where(positive, alpha * losses, (1 - alpha) * losses)",
    ),
)

mistake(
    "sigmoid_p_for_p_t",
    says="p_t is the probability of a positive even where the target is 0; use 1 - p there.",
    seen="yqyao/SSD_Pytorch#32: 1 - P in the factor of the negatives",
    change=(
        "signed = torch.where(positive, logits, -logits)\n"
        "    losses = -torch.exp(gamma * F.logsigmoid(-signed)) * F.logsigmoid(signed)",
        "losses = (1 - torch.sigmoid(logits)) ** gamma * F.binary_cross_entropy_with_logits(\n"
        '        logits, targets, reduction="none"\n'
        "    )",
    ),
)

mistake(
    "sigmoid_naive_power",
    says="(1 - p_t) ** gamma has an infinite slope where p_t is 1 and gamma is below 1; write it as exp(gamma · logsigmoid(-z)).",
    seen="kornia/kornia#918: nan gradients for gamma between 0 and 1",
    change=(
        "signed = torch.where(positive, logits, -logits)\n"
        "    losses = -torch.exp(gamma * F.logsigmoid(-signed)) * F.logsigmoid(signed)",
        "p = torch.sigmoid(logits)\n"
        "    p_t = torch.where(positive, p, 1 - p)\n"
        '    losses = (1 - p_t) ** gamma * F.binary_cross_entropy_with_logits(logits, targets, reduction="none")',
    ),
)

mistake(
    "sigmoid_epsilon",
    says="a small constant inside the logarithm caps the loss of confident mistakes; use logsigmoid.",
    seen="mkocabas/focal-loss-keras#17: K.log(K.epsilon() + pt_1)",
    change=(
        "signed = torch.where(positive, logits, -logits)\n"
        "    losses = -torch.exp(gamma * F.logsigmoid(-signed)) * F.logsigmoid(signed)",
        "p = torch.sigmoid(logits)\n"
        "    p_t = torch.where(positive, p, 1 - p)\n"
        "    losses = -((1 - p_t) ** gamma) * torch.log(p_t + 1e-8)",
    ),
)

mistake(
    "sigmoid_detached_factor",
    says="the values are right, but no gradient flows through the modulating factor; do not detach it.",
    seen="kuangliu/pytorch-retinanet#12: asks whether the factor is to be detached; it is not",
    change=("torch.exp(gamma * F.logsigmoid(-signed))", "torch.exp(gamma * F.logsigmoid(-signed)).detach()"),
)

mistake(
    "sigmoid_by_positives",
    breaks=("reduction",),
    says="the mean divides by the number of positives, as detectors do; divide by the number of all elements.",
    change=(
        "_reduced(losses, reduction)",
        'losses.sum() / max(positive.sum().item(), 1) if reduction == "mean" else _reduced(losses, reduction)',
    ),
)

mistake(
    "sigmoid_takes_probabilities",
    says="the logits are used as if they were probabilities already; apply the sigmoid.",
    seen="keras-team/keras#4744: raw outputs handed to a loss of probabilities",
    change=(
        "signed = torch.where(positive, logits, -logits)\n"
        "    losses = -torch.exp(gamma * F.logsigmoid(-signed)) * F.logsigmoid(signed)",
        "p = logits.clamp(1e-7, 1 - 1e-7)\n"
        "    p_t = torch.where(positive, p, 1 - p)\n"
        "    losses = -((1 - p_t) ** gamma) * torch.log(p_t)",
    ),
)

mistake(
    "sigmoid_float32",
    breaks=("dtype",),
    says="the loss is always float32; keep the dtype of the logits.",
    change=("torch.where(positive, logits, -logits)", "torch.where(positive, logits, -logits).float()"),
)

mistake(
    "sigmoid_alpha_zero_is_none",
    says="`if alpha` treats an alpha of 0 as None; 0 is a weight too: test `alpha is not None`.",
    seen="cosanlab/nltools#370: `if upper:` takes 0 for None (there a threshold)",
    change=("alpha is not None", "alpha"),
)

mistake(
    "sigmoid_alpha_in_the_power",
    says="alpha is multiplied in before the power is taken, so it is raised to gamma too; multiply the finished loss by it.",
    change=("alpha * losses, (1 - alpha)", "alpha**gamma * losses, (1 - alpha) ** gamma"),
)

mistake(
    "sigmoid_by_rows",
    breaks=("reduction",),
    says="the mean divides by the number of rows; divide by the number of all elements.",
    seen="borgwang/tinynn#26: np.sum(...) / predicted.shape[0] (there a Huber loss)",
    change=(
        "_reduced(losses, reduction)",
        'losses.sum() / len(losses) if reduction == "mean" else _reduced(losses, reduction)',
    ),
)


@mistake(
    "sigmoid_twice",
    says="the sigmoid is applied twice: binary_cross_entropy_with_logits applies it too, so give it the logits.",
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


mistake(
    "sigmoid_ones_on_the_cpu",
    breaks=("device",),
    says="this makes a tensor on the CPU, whatever device the logits are on; compare with a number, or use ones_like.",
    change=("positive = targets == 1", "positive = targets == torch.ones(targets.shape)"),
)

mistake(
    "sigmoid_prints",
    breaks=("leaves_alone", "prints"),
    says="this prints while it computes; take the print out when you are done looking.",
    change=("positive = targets == 1", "positive = targets == 1\n    print(positive)"),
)
