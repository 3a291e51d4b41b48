"""Known wrong answers of 05-multi-task, part `loss_uncertainty`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake


@mistake(
    "uncertainty_no_log_term",
    says="the term ½(s1 + s2) is missing, so s grows without end and the losses stop counting; add it.",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, *data):
        total = super().forward(*data)
        return total - self.log_variances.sum() / 2 if self.mode == "uncertainty" else total


@mistake(
    "uncertainty_full_log_term",
    says="this adds s1 + s2; add half of it, because log σ is half of log σ².",
    seen="GuanRunwei/ASY-VRNet utils/multitaskloss.py: exp(-s) * loss + s",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, *data):
        total = super().forward(*data)
        return total + self.log_variances.sum() / 2 if self.mode == "uncertainty" else total


@mistake(
    "uncertainty_no_half",
    says="the ½ in front of the regression loss is missing; the Gaussian likelihood gives it.",
    seen="wandb/senpai#1157: sum(exp(-s) * loss + 0.5 * s), regressions too",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "uncertainty":
            return super().forward(logits, labels, reg_pred, reg_target)
        first, second = torch.exp(-self.log_variances)
        self.factors = (_number(first), _number(second))
        losses = first * F.cross_entropy(logits, labels) + second * F.mse_loss(reg_pred, reg_target)
        return losses + self.log_variances.sum() / 2


@mistake(
    "uncertainty_half_on_both",
    says="this halves the classification loss too; halve the regression loss alone.",
    seen="gigberg/nlpcode44 SemTransModel/hitrans/models/Loss.py: 0.5 / sigma² for every task",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "uncertainty":
            return super().forward(logits, labels, reg_pred, reg_target)
        first, second = torch.exp(-self.log_variances) / 2
        self.factors = (_number(first), _number(second))
        losses = first * F.cross_entropy(logits, labels) + second * F.mse_loss(reg_pred, reg_target)
        return losses + self.log_variances.sum() / 2


@mistake(
    "uncertainty_one_more",
    says="this adds log(1 + σ²), which is never negative and is log 2 at σ = 1; add log σ, which is ½s.",
    seen="poetryool/re autoloss/myloss.py: log(1 + sigma²)",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, *data):
        total = super().forward(*data)
        if self.mode != "uncertainty":
            return total
        return total - self.log_variances.sum() / 2 + torch.log1p(torch.exp(self.log_variances)).sum()


@mistake(
    "uncertainty_sign",
    says="this weights by e^(+s), so a noisy task gets a larger weight; use e^(-s).",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "uncertainty":
            return super().forward(logits, labels, reg_pred, reg_target)
        first, second = torch.exp(self.log_variances) * self.log_variances.new_tensor([1.0, 0.5])
        self.factors = (_number(first), _number(second))
        losses = first * F.cross_entropy(logits, labels) + second * F.mse_loss(reg_pred, reg_target)
        return losses + self.log_variances.sum() / 2


@mistake(
    "uncertainty_not_registered",
    says="your s are plain tensors, which parameters() and .to() ignore; wrap them in nn.Parameter.",
    seen="facebookresearch/ReAgent#629: attributes not registered as parameters",
    breaks=("device",),
)
class MultiTaskLoss(MultiTaskLoss):
    def __init__(self, mode="fixed", lam=1.0):
        super().__init__(mode, lam)
        if mode == "uncertainty":
            del self.log_variances
            self.log_variances = torch.zeros(2, requires_grad=True)


@mistake(
    "uncertainty_variance",
    says="this learns σ² itself and divides by it; learn s = log σ², which may have any sign.",
    seen="ICEORY/PMF pc_processor/loss/multi_task_loss.py: divides by a learnt sigma²",
)
class MultiTaskLoss(MultiTaskLoss):
    def __init__(self, mode="fixed", lam=1.0):
        super().__init__(mode, lam)
        if mode == "uncertainty":
            self.log_variances = nn.Parameter(torch.ones(2))

    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "uncertainty":
            return super().forward(logits, labels, reg_pred, reg_target)
        _require_fit(logits, labels, reg_pred, reg_target)
        first, second = 1 / self.log_variances * self.log_variances.new_tensor([1.0, 0.5])
        self.factors = (_number(first), _number(second))
        losses = first * F.cross_entropy(logits, labels) + second * F.mse_loss(reg_pred, reg_target)
        return losses + self.log_variances.sum() / 2


@mistake(
    "uncertainty_starts_at_one",
    says="your s start at 1; start them at 0, where both variances are 1.",
    seen="lyp-deeplearning/MOS-Multi-Task-Face-Detect#7: log_vars ought to start at ones, says a user",
)
class MultiTaskLoss(MultiTaskLoss):
    def __init__(self, mode="fixed", lam=1.0):
        super().__init__(mode, lam)
        if mode == "uncertainty":
            self.log_variances = nn.Parameter(torch.ones(2))


@mistake(
    "uncertainty_detached",
    says="this detaches the weights (.item() or detach), so only the log term moves s, without end; keep them in the graph.",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "uncertainty":
            return super().forward(logits, labels, reg_pred, reg_target)
        _require_fit(logits, labels, reg_pred, reg_target)
        first, second = torch.exp(-self.log_variances).detach() * self.log_variances.new_tensor([1.0, 0.5])
        self.factors = (_number(first), _number(second))
        losses = first * F.cross_entropy(logits, labels) + second * F.mse_loss(reg_pred, reg_target)
        return losses + self.log_variances.sum() / 2


@mistake(
    "uncertainty_one_for_both",
    says="both tasks share one s; give each its own.",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "uncertainty":
            return super().forward(logits, labels, reg_pred, reg_target)
        _require_fit(logits, labels, reg_pred, reg_target)
        s = self.log_variances[0]
        first, second = torch.exp(-s), torch.exp(-s) / 2
        self.factors = (_number(first), _number(second))
        return first * F.cross_entropy(logits, labels) + second * F.mse_loss(reg_pred, reg_target) + s


@mistake(
    "uncertainty_lam",
    says="this multiplies by lam in the uncertainty mode too; leave lam out there, because the weights are learnt.",
    seen="autonomousvision/transfuser#335: the fixed task weights stay in the uncertainty loss",
    breaks=("lam",),
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "uncertainty":
            return super().forward(logits, labels, reg_pred, reg_target)
        return super().forward(logits, labels, reg_pred, reg_target) + (self.lam - 1) * (
            torch.exp(-self.log_variances[1]) / 2 * F.mse_loss(reg_pred, reg_target)
        )
