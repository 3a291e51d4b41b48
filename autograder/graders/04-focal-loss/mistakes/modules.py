"""Known wrong answers of 04-focal-loss, part `modules`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake

mistake(
    "module_alpha_is_an_attribute",
    breaks=("state",),
    says="alpha is a plain attribute, which `.to()` and `state_dict()` ignore; register it as a buffer.",
    seen="kornia/kornia#666: tensors kept as attributes, which .to() does not move",
    function="FocalLoss",
    change=(
        'self.register_buffer("alpha", None if alpha is None else torch.as_tensor(alpha) * 1.0)',
        "self.alpha = None if alpha is None else torch.as_tensor(alpha) * 1.0",
    ),
)

mistake(
    "module_alpha_is_learned",
    breaks=("state",),
    says="alpha is a parameter, so an optimiser would change it; keep this setting in a buffer.",
    seen="docs: torch.nn.Module.register_buffer: for what is no parameter",
    function="FocalLoss",
    change=(
        '.register_buffer("alpha", None if alpha is None else torch.',
        ".alpha = None if alpha is None else nn.Parameter(torch.",
    ),
)

mistake(
    "module_gamma_forgotten",
    says="the module always uses gamma = 2; pass its own gamma on.",
    function="FocalLoss",
    change=("= gamma", "= 2.0"),
)

mistake(
    "module_reduction_forgotten",
    says="the module always takes the mean; pass its own reduction on.",
    function="FocalLoss",
    change=("= gamma, reduction", '= gamma, "mean"'),
)

mistake(
    "module_alpha_forgotten",
    says="the module ignores its alpha; pass it on.",
    function="FocalLoss",
    change=("alpha, self.gamma, self.", "gamma=self.gamma, reduction=self."),
)

mistake(
    "smoothing_over_all_classes",
    says="this spreads eps over all C classes, as torch does; here the target keeps 1 - eps and each other class gets eps / (C - 1).",
    seen="docs: torch.nn.CrossEntropyLoss: label_smoothing mixes in the uniform distribution",
    function="LabelSmoothingLoss",
    change=(
        "at_target = log_p.gather(1, targets[:, None]).squeeze(1)\n"
        "        share = self.smoothing / (logits.shape[1] - 1)\n"
        "        return -((1 - self.smoothing - share) * at_target + share * log_p.sum(dim=1)).mean()",
        "log_p.gather(1, targets[:, None]).squeeze(1)\n"
        "        return F.cross_entropy(logits, targets, label_smoothing=self.smoothing)",
    ),
)

mistake(
    "smoothing_over_c",
    says="each other class gets eps / C, so the distribution does not sum to 1; divide by C - 1.",
    seen="eladhoffer/utils.pytorch#14: 1 - eps - eps/C on the target, eps/C on all",
    function="LabelSmoothingLoss",
    change=("(logits.shape[1] - 1)", "logits.shape[1]"),
)

mistake(
    "smoothing_on_the_target_too",
    says="the target gets eps / (C - 1) on top of 1 - eps; only the other classes share eps.",
    function="LabelSmoothingLoss",
    change=("self.smoothing - share", "self.smoothing"),
)

mistake(
    "smoothing_summed",
    says="this is the sum over the examples; return their mean.",
    seen="shubham-goel/4D-Humans#85: the loss is summed and not divided by the batch size",
    function="LabelSmoothingLoss",
    change=("mean", "sum"),
)

mistake(
    "smoothing_log_of_softmax",
    says="the logarithm of a softmax is -inf as soon as the probability underflows, and 0 · -inf is NaN; use log_softmax.",
    seen="docs: torch.nn.functional.log_softmax: log(softmax(x)) is numerically unstable",
    function="LabelSmoothingLoss",
    change=("F.log_softmax(logits, dim=1)", "torch.log(torch.softmax(logits, dim=1))"),
)

mistake(
    "smoothing_in_float32",
    function="LabelSmoothingLoss",
    breaks=("dtype",),
    says="this makes float32 of the logits, whatever they are; keep their dtype.",
    change=("F.log_softmax(logits, dim=1)", "F.log_softmax(logits.float(), dim=1)"),
)

mistake(
    "smoothing_on_the_cpu",
    function="LabelSmoothingLoss",
    breaks=("device",),
    says="this makes a tensor on the CPU, whatever device the logits are on; use new_zeros or zeros_like.",
    change=("share * log_p.sum(dim=1)).mean()", "share * log_p.sum(dim=1) + torch.zeros(len(log_p))).mean()"),
)

mistake(
    "smoothing_prints",
    function="LabelSmoothingLoss",
    breaks=("leaves_alone", "prints"),
    says="this prints while it computes; take the print out when you are done looking.",
    change=("F.log_softmax(logits, dim=1)", "F.log_softmax(logits, dim=1)\n        print(log_p)"),
)
