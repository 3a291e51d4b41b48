"""Known wrong answers of 05-multi-task, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake

# --- network


@mistake(
    "network_squeeze_all",
    part="network",
    says="a bare squeeze() also takes away the axis of a batch of one; take off the last axis only.",
    seen="NVIDIA/tacotron2#303: squeeze without a dimension, a batch of one",
)
class MultiTaskNet(MultiTaskNet):
    def forward(self, x):
        shared = self.trunk(x)
        return self.classify(shared), self.regress(shared).squeeze()


@mistake(
    "network_column",
    part="network",
    also=("score",),
    says="the value is left in a column (N, 1), which broadcasts against (N,) targets; take off its last axis.",
    seen="pytorch/pytorch#16045: nn.Linear(2, 1) returned as it is, beside targets (n,)",
)
class MultiTaskNet(MultiTaskNet):
    def forward(self, x):
        shared = self.trunk(x)
        return self.classify(shared), self.regress(shared)


@mistake(
    "network_softmax",
    part="network",
    says="this applies a softmax to the logits, and cross-entropy applies another; return the logits as they are.",
    seen="jindongwang/Deep-learning-activity-recognition#10: F.softmax before nn.CrossEntropyLoss",
)
class MultiTaskNet(MultiTaskNet):
    def forward(self, x):
        logits, value = super().forward(x)
        return logits.softmax(dim=1), value


@mistake(
    "network_detached",
    part="network",
    says="this detaches the trunk before the regression head, so that errors of the value never train the trunk.",
    seen="not found in the wild: made for this catalogue",
    also=("score",),
)
class MultiTaskNet(MultiTaskNet):
    def forward(self, x):
        shared = self.trunk(x)
        return self.classify(shared), self.regress(shared.detach()).squeeze(-1)


@mistake(
    "network_linear",
    part="network",
    says="this has no activation, and two linear layers in a row are one linear layer.",
    seen="nutonomy/nuscenes-devkit#728: no nonlinearity between two linear layers",
)
class MultiTaskNet(MultiTaskNet):
    def forward(self, x):
        shared = self.trunk[0](x)
        return self.classify(shared), self.regress(shared).squeeze(-1)


@mistake(
    "network_head_on_head",
    part="network",
    says="the value is computed from the logits; each head reads the trunk, and none the other head.",
    seen="not found in the wild: made for this catalogue",
)
class MultiTaskNet(MultiTaskNet):
    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__(in_features, n_classes, hidden)
        self.regress = nn.Linear(n_classes, 1)

    def forward(self, x):
        logits = self.classify(self.trunk(x))
        return logits, self.regress(logits).squeeze(-1)


@mistake(
    "network_batch_statistics",
    part="network",
    also=("score",),
    says="this standardises by the batch at hand, so that a row's answer hangs on its neighbours, and alone it is NaN.",
    seen="not found in the wild: made for this catalogue",
)
class MultiTaskNet(MultiTaskNet):
    def forward(self, x):
        return super().forward((x - x.mean(dim=0)) / x.std(dim=0))


@mistake(
    "network_ignores_hidden",
    part="network",
    says="this has a fixed width, whatever `hidden` is.",
    seen="not found in the wild: made for this catalogue",
)
class MultiTaskNet(MultiTaskNet):
    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__(in_features, n_classes, 32)


@mistake(
    "network_other_width",
    part="network",
    says="the default of `hidden` is 32.",
    seen="not found in the wild: made for this catalogue",
)
class MultiTaskNet(MultiTaskNet):
    def __init__(self, in_features, n_classes, hidden=64):
        super().__init__(in_features, n_classes, hidden)


@mistake(
    "network_float32",
    part="network",
    says="this casts the input to float32, so that the network cannot be moved to float64; use x as it comes.",
    seen="not found in the wild: made for this catalogue",
)
class MultiTaskNet(MultiTaskNet):
    def forward(self, x):
        return super().forward(x.float())


@mistake(
    "network_activation_first",
    part="network",
    says="the activation stands before the layer; what follows it are linear layers alone.",
    seen="not found in the wild: made for this catalogue",
    also=("score",),
)
class MultiTaskNet(MultiTaskNet):
    def forward(self, x):
        shared = self.trunk[0](torch.relu(x))
        return self.classify(shared), self.regress(shared).squeeze(-1)


@mistake(
    "network_relu_on_the_value",
    part="network",
    says="this puts a ReLU on the answers; heads are linear: logits and values may be negative.",
    seen="not found in the wild: made for this catalogue",
    also=("score",),
)
class MultiTaskNet(MultiTaskNet):
    def forward(self, x):
        logits, value = super().forward(x)
        return torch.relu(logits), torch.relu(value)


# --- loss_fixed


@mistake(
    "fixed_lam_on_both",
    part="loss_fixed",
    says="this multiplies both losses by lam; it weighs the regression loss alone.",
    seen="not found in the wild: made for this catalogue",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "fixed":
            return super().forward(logits, labels, reg_pred, reg_target)
        _require_fit(logits, labels, reg_pred, reg_target)
        self.factors = (self.lam, self.lam)
        return self.lam * (F.cross_entropy(logits, labels) + F.mse_loss(reg_pred, reg_target))


@mistake(
    "fixed_lam_on_classification",
    part="loss_fixed",
    says="this puts lam on the classification loss; it belongs to the regression loss.",
    seen="not found in the wild: made for this catalogue",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "fixed":
            return super().forward(logits, labels, reg_pred, reg_target)
        _require_fit(logits, labels, reg_pred, reg_target)
        self.factors = (self.lam, 1.0)
        return self.lam * F.cross_entropy(logits, labels) + F.mse_loss(reg_pred, reg_target)


@mistake(
    "fixed_ignores_lam",
    part="loss_fixed",
    says="this adds the losses without lam, so that the weight has no effect.",
    seen="not found in the wild: made for this catalogue",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "fixed":
            return super().forward(logits, labels, reg_pred, reg_target)
        _require_fit(logits, labels, reg_pred, reg_target)
        self.factors = (1.0, 1.0)
        return F.cross_entropy(logits, labels) + F.mse_loss(reg_pred, reg_target)


@mistake(
    "fixed_root",
    part="loss_fixed",
    says="this takes the root of the squared error; the regression loss is the MSE, not the RMSE.",
    seen="not found in the wild: made for this catalogue",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "fixed":
            return super().forward(logits, labels, reg_pred, reg_target)
        _require_fit(logits, labels, reg_pred, reg_target)
        return F.cross_entropy(logits, labels) + self.lam * F.mse_loss(reg_pred, reg_target).sqrt()


@mistake(
    "fixed_absolute",
    part="loss_fixed",
    says="this averages absolute errors; the regression loss is the mean of the squares.",
    seen="huynhtuan17ti/climate-predictor src_1/metric.py: MSE = np.mean(np.abs(...))",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "fixed":
            return super().forward(logits, labels, reg_pred, reg_target)
        _require_fit(logits, labels, reg_pred, reg_target)
        return F.cross_entropy(logits, labels) + self.lam * F.l1_loss(reg_pred, reg_target)


@mistake(
    "fixed_log_epsilon",
    part="loss_fixed",
    says="this takes log(softmax + 1e-8), which stops growing for a sure mistake; take cross-entropy from the logits.",
    seen="vanqaq/hm1 loss.py: np.log(softmax + 1e-05)",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "fixed":
            return super().forward(logits, labels, reg_pred, reg_target)
        _require_fit(logits, labels, reg_pred, reg_target)
        logs = torch.log(logits.softmax(dim=1) + 1e-8)
        return F.nll_loss(logs, labels) + self.lam * F.mse_loss(reg_pred, reg_target)


# --- loss_normalised


@mistake(
    "normalised_not_detached",
    part="loss_normalised",
    says="your magnitude is not detached, so a loss over itself is a constant 1 whose gradient is zero.",
    seen="not found in the wild: made for this catalogue",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "normalised":
            return super().forward(logits, labels, reg_pred, reg_target)
        one, two = F.cross_entropy(logits, labels), F.mse_loss(reg_pred, reg_target)
        return one / one.clamp(min=1e-12) + self.lam * two / two.clamp(min=1e-12)


@mistake(
    "normalised_nan",
    part="loss_normalised",
    says="this divides 0 by 0 where a task has no error, and gives NaN; keep the magnitude away from 0.",
    seen="not found in the wild: made for this catalogue",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "normalised":
            return super().forward(logits, labels, reg_pred, reg_target)
        one, two = F.cross_entropy(logits, labels), F.mse_loss(reg_pred, reg_target)
        self.factors = (_number(1 / one.detach()), _number(self.lam / two.detach()))
        return one / one.detach() + self.lam * two / two.detach()


@mistake(
    "normalised_ignores_lam",
    part="loss_normalised",
    says="this leaves lam out of the normalised sum; it still weighs the second term.",
    seen="not found in the wild: made for this catalogue",
)
class MultiTaskLoss(MultiTaskLoss):
    def _normalisers(self, classification, regression):
        first, second = super()._normalisers(classification, regression)
        return first, second / self.lam if self.lam else 1.0


@mistake(
    "normalised_batches_later",
    part="loss_normalised",
    says="the magnitude kept from the first call is not detached, so that the second backward meets a graph already freed.",
    seen="quark0/darts#56: a graph kept from an earlier step, for want of detach (there a hidden state)",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "normalised":
            return super().forward(logits, labels, reg_pred, reg_target)
        _require_fit(logits, labels, reg_pred, reg_target)
        one, two = F.cross_entropy(logits, labels), F.mse_loss(reg_pred, reg_target)
        if not hasattr(self, "first"):
            self.first = one, two
        self.factors = (_number(1 / self.first[0].detach()), _number(self.lam / self.first[1].detach()))
        return one / (self.first[0] + 1e-12) + self.lam * two / (self.first[1] + 1e-12)


@mistake(
    "normalised_weights_sum_to_one",
    part="loss_normalised",
    says="this divides by the sum of both magnitudes; each loss is divided by its own.",
    seen="not found in the wild: made for this catalogue",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "normalised":
            return super().forward(logits, labels, reg_pred, reg_target)
        _require_fit(logits, labels, reg_pred, reg_target)
        one, two = F.cross_entropy(logits, labels), F.mse_loss(reg_pred, reg_target)
        both = (one + two).detach().clamp(min=1e-12)
        self.factors = (_number(1 / both), _number(self.lam / both))
        return one / both + self.lam * two / both


# --- loss_uncertainty


@mistake(
    "uncertainty_no_log_term",
    part="loss_uncertainty",
    says="the term ½(s1 + s2) is missing, so that s grows without end and every loss becomes free.",
    seen="not found in the wild: made for this catalogue",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, *data):
        total = super().forward(*data)
        return total - self.log_variances.sum() / 2 if self.mode == "uncertainty" else total


@mistake(
    "uncertainty_full_log_term",
    part="loss_uncertainty",
    says="this adds s1 + s2 where half of it is asked for: log σ is half of log σ².",
    seen="GuanRunwei/ASY-VRNet utils/multitaskloss.py: exp(-s) * loss + s",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, *data):
        total = super().forward(*data)
        return total + self.log_variances.sum() / 2 if self.mode == "uncertainty" else total


@mistake(
    "uncertainty_no_half",
    part="loss_uncertainty",
    says="the ½ in front of the regression loss is missing; it comes from the Gaussian likelihood.",
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
    part="loss_uncertainty",
    says="this halves the classification loss too; the ½ belongs to the regression loss alone.",
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
    part="loss_uncertainty",
    says="this adds log(1 + σ²), which is never negative and is log 2 where σ is 1; the likelihood gives log σ, which is ½s.",
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
    part="loss_uncertainty",
    says="this weighs with e^(+s), so that a noisy task gets a larger weight; the exponent is -s.",
    seen="not found in the wild: made for this catalogue",
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
    part="loss_uncertainty",
    says="your s are plain tensors, which neither parameters() nor .to() knows; wrap them in nn.Parameter.",
    seen="facebookresearch/ReAgent#629: attributes not registered as parameters",
)
class MultiTaskLoss(MultiTaskLoss):
    def __init__(self, mode="fixed", lam=1.0):
        super().__init__(mode, lam)
        if mode == "uncertainty":
            del self.log_variances
            self.log_variances = torch.zeros(2, requires_grad=True)


@mistake(
    "uncertainty_variance",
    part="loss_uncertainty",
    says="this learns σ² itself from 1 and divides by it; learn s = log σ², which may take any sign.",
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
    part="loss_uncertainty",
    says="your s start at 1; they start at 0, where both variances are 1.",
    seen="lyp-deeplearning/MOS-Multi-Task-Face-Detect#7: log_vars ought to start at ones, says a user",
)
class MultiTaskLoss(MultiTaskLoss):
    def __init__(self, mode="fixed", lam=1.0):
        super().__init__(mode, lam)
        if mode == "uncertainty":
            self.log_variances = nn.Parameter(torch.ones(2))


@mistake(
    "uncertainty_detached",
    part="loss_uncertainty",
    says="this takes the weights out of the graph (.item() or detach), so that only the log term moves s, without end.",
    seen="not found in the wild: made for this catalogue",
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
    part="loss_uncertainty",
    says="both tasks share one s; each has its own.",
    seen="not found in the wild: made for this catalogue",
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
    part="loss_uncertainty",
    says="this multiplies by lam in the uncertainty mode too, where the weights are learnt and lam has no say.",
    seen="autonomousvision/transfuser#335: the fixed task weights stay in the uncertainty loss",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "uncertainty":
            return super().forward(logits, labels, reg_pred, reg_target)
        return super().forward(logits, labels, reg_pred, reg_target) + (self.lam - 1) * (
            torch.exp(-self.log_variances[1]) / 2 * F.mse_loss(reg_pred, reg_target)
        )


# --- train


@mistake(
    "train_not_the_loss",
    part="train",
    says="the optimiser gets the model's parameters only, so that those of the loss never move.",
    seen="Mdraqibkhan/Phaseformer#7: the optimiser does not have the loss's weights",
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0):
    names = ("total", "classification", "regression", "weight_classification", "weight_regression")
    history = {name: [] for name in names}
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for _ in range(epochs):
            optimiser.zero_grad()
            logits, value = model(data["X"])
            total = loss_fn(logits, data["labels"], value, data["values"])
            total.backward()
            optimiser.step()
            raw = F.cross_entropy(logits, data["labels"]), F.mse_loss(value, data["values"])
            for name, number in zip(names, (total, *raw, *loss_fn.factors)):
                history[name].append(_number(number))
    return history


@mistake(
    "train_history_short",
    part="train",
    says="your lists are one entry short; note one number for each epoch, the last one too.",
    seen="activetigger/activetigger#391: the last epoch is missing from the loss plot",
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    history = right(model, loss_fn, data, lr, epochs, seed)
    return {name: numbers[:-1] for name, numbers in history.items()}


@mistake(
    "train_weighted_losses",
    part="train",
    says="this notes the losses with their weights; they are asked for as they are before weighing.",
    seen="not found in the wild: made for this catalogue",
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    history = right(model, loss_fn, data, lr, epochs, seed)
    for name in ("classification", "regression"):
        history[name] = [loss * weight for loss, weight in zip(history[name], history[f"weight_{name}"])]
    return history


@mistake(
    "train_global_seed",
    part="train",
    says="this seeds torch's global random numbers and leaves them changed; use a Generator or fork_rng.",
    seen="soran-ghaderi/torchebm#319: torch.manual_seed rewrites the caller's random state",
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    torch.manual_seed(seed)
    return right(model, loss_fn, data, lr, epochs, seed)


@mistake(
    "train_eval_mode",
    part="train",
    says="this trains in eval mode, where dropout does nothing; call model.train() first.",
    seen="pytorch/tutorials#1624: the second epoch trains in evaluation mode",
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    model.eval()
    model.train, kept = lambda mode=True: model, model.train
    try:
        return right(model, loss_fn, data, lr, epochs, seed)
    finally:
        model.train = kept


@mistake(
    "train_without_zero_grad",
    part="train",
    says="gradients are never cleared, so that each step adds up all gradients before it; call zero_grad().",
    seen="pytorch/pytorch#47175: zero_grad forgotten, or once an epoch",
    also=("score",),
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0):
    names = ("total", "classification", "regression", "weight_classification", "weight_regression")
    history = {name: [] for name in names}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model.train()
        optimiser = torch.optim.Adam([*model.parameters(), *loss_fn.parameters()], lr=lr)
        for _ in range(epochs):
            pass
            logits, value = model(data["X"])
            total = loss_fn(logits, data["labels"], value, data["values"])
            total.backward()
            optimiser.step()
            raw = F.cross_entropy(logits, data["labels"]), F.mse_loss(value, data["values"])
            for name, number in zip(names, (total, *raw, *loss_fn.factors)):
                history[name].append(_number(number))
    return history


@mistake(
    "train_ignores_the_seed",
    part="train",
    says="what is random here does not hang on `seed`: a model with dropout trains otherwise every time.",
    seen="soapisnotfat/super-resolution#3: the seed setting is ineffective",
    replayable=False,
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    with torch.random.fork_rng(devices=[]):
        return right(model, loss_fn, data, lr, epochs, int(torch.randint(2**31, ())))


@mistake(
    "train_ignores_epochs",
    part="train",
    says="this trains for 200 epochs whatever `epochs` says.",
    seen="not found in the wild: made for this catalogue",
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    return right(model, loss_fn, data, lr, 200, seed)


@mistake(
    "train_a_copy",
    part="train",
    says="this trains a copy, and the model that was given stays as it was.",
    seen="not found in the wild: made for this catalogue",
    also=("score", "lambda_tradeoff"),
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    import copy

    return right(copy.deepcopy(model), loss_fn, data, lr, epochs, seed)


@mistake(
    "train_shuffles_the_data",
    part="train",
    says="this writes shuffled rows back into the caller's data; index them into new tensors.",
    seen="BioThinkLab/SCYN#7: the caller's arrays are changed in place",
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    order = torch.randperm(len(data["labels"]), generator=torch.Generator().manual_seed(seed))
    for name in ("X", "labels", "values"):
        data[name] = data[name][order]
    return right(model, loss_fn, data, lr, epochs, seed)


@mistake(
    "train_prints",
    part="train",
    says="this prints its progress; the history is what tells it.",
    seen="not found in the wild: made for this catalogue",
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    history = right(model, loss_fn, data, lr, epochs, seed)
    for epoch, total in enumerate(history["total"]):
        if epoch % 10 == 0:
            print(f"epoch {epoch}: {total:.4f}")
    return history


@mistake(
    "train_weights_of_the_start",
    part="train",
    says="this notes the weights once, at the start; in the uncertainty mode they move with s.",
    seen="not found in the wild: made for this catalogue",
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    history = right(model, loss_fn, data, lr, epochs, seed)
    for name in ("weight_classification", "weight_regression"):
        history[name] = history[name][:1] * epochs
    return history


@mistake(
    "train_total_unweighted",
    part="train",
    says="this notes the sum of the raw losses as the total; what was minimised is the combined loss.",
    seen="not found in the wild: made for this catalogue",
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    history = right(model, loss_fn, data, lr, epochs, seed)
    history["total"] = [one + two for one, two in zip(history["classification"], history["regression"])]
    return history


# --- evaluate


@mistake(
    "evaluate_mse",
    part="evaluate",
    says="this reports the MSE under the name of the RMSE; the root is missing.",
    seen="coreylynch/pyFM#8: what was called RMSE is the MSE",
)
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    found = right(model, data)
    return {**found, "rmse": found["rmse"] ** 2}


@mistake(
    "evaluate_root_twice",
    part="evaluate",
    says="this takes the root of the RMSE once more; the RMSE is one root of the mean square.",
    seen="not found in the wild: made for this catalogue",
)
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    found = right(model, data)
    return {**found, "rmse": found["rmse"] ** 0.5}


@mistake(
    "evaluate_percent",
    part="evaluate",
    says="this gives the accuracy in per cent; it is a share between 0 and 1.",
    seen="kamalesh0406/Audio-Classification validate.py: 100*correct/total",
)
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    found = right(model, data)
    return {**found, "accuracy": 100 * found["accuracy"]}


@mistake(
    "evaluate_r2_unexplained",
    part="evaluate",
    says="this is the unexplained share of the variance; R² is one minus it.",
    seen="not found in the wild: made for this catalogue",
)
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    found = right(model, data)
    return {**found, "r2": 1 - found["r2"]}


@mistake(
    "evaluate_leaves_eval",
    part="evaluate",
    says="this leaves the model in eval mode; remember model.training and put it back.",
    seen="tk-rusch/coRNN#1: no model.train() after model.eval()",
)
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    found = right(model, data)
    model.eval()
    return found


@mistake(
    "evaluate_training_mode",
    part="evaluate",
    says="this measures in training mode, with dropout at work; call model.eval() first.",
    seen="udacity/deep-learning-v2-pytorch#397: model.eval() added before evaluation",
)
def evaluate_multi_task(model, data):
    with torch.no_grad():
        logits, value = model(data["X"])
    squares = (value - data["values"]).square()
    spread = (data["values"] - data["values"].mean()).square()
    accuracy = (logits.argmax(dim=1) == data["labels"]).float().mean().item()
    return {"accuracy": accuracy, "rmse": squares.mean().sqrt().item(), "r2": 1 - (squares.sum() / spread.sum()).item()}


@mistake(
    "evaluate_with_gradients",
    part="evaluate",
    says="this keeps a graph while measuring; wrap the call in torch.no_grad().",
    seen="OpenNMT/OpenNMT-py#1141: torch.no_grad() is not used in validate()",
)
def evaluate_multi_task(model, data):
    mode = model.training
    model.eval()
    logits, value = (item.detach() for item in model(data["X"]))
    model.train(mode)
    squares = (value - data["values"]).square()
    spread = (data["values"] - data["values"].mean()).square()
    accuracy = (logits.argmax(dim=1) == data["labels"]).float().mean().item()
    return {"accuracy": accuracy, "rmse": squares.mean().sqrt().item(), "r2": 1 - (squares.sum() / spread.sum()).item()}


@mistake(
    "evaluate_r2_of_predictions",
    part="evaluate",
    says="this divides by the spread of the predictions; R² divides by that of the true values.",
    seen="dynamicslab/pysindy#80: r2_score with its arguments swapped",
)
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    mode = model.training
    found = right(model, data)
    with torch.no_grad():
        _, value = model.eval()(data["X"])
    model.train(mode)
    spread = (value - value.mean()).square().sum()
    return {**found, "r2": 1 - ((value - data["values"]).square().sum() / spread).item()}


@mistake(
    "evaluate_correlation",
    part="evaluate",
    says="this is the squared correlation, which forgives a wrong scale and offset; R² does not.",
    seen="AlexNedyalkov/ML-from-Scratch utils/accuracy_metrics.py: np.corrcoef squared",
)
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    mode = model.training
    found = right(model, data)
    with torch.no_grad():
        _, value = model.eval()(data["X"])
    model.train(mode)
    return {**found, "r2": torch.corrcoef(torch.stack([value, data["values"]]))[0, 1].square().item()}


@mistake(
    "evaluate_mean_absolute",
    part="evaluate",
    says="this is the mean absolute error; the RMSE squares before it averages.",
    seen="facebookresearch/sparsh#9: the root of each square, then the mean",
)
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    mode = model.training
    found = right(model, data)
    with torch.no_grad():
        _, value = model.eval()(data["X"])
    model.train(mode)
    return {**found, "rmse": (value - data["values"]).abs().mean().item()}


@mistake(
    "evaluate_prints",
    part="evaluate",
    says="this prints the figures; return them.",
    seen="not found in the wild: made for this catalogue",
)
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    found = right(model, data)
    print(found)
    return found


@mistake(
    "evaluate_keeps_predictions",
    part="evaluate",
    says="this stores its predictions in the caller's data.",
    seen="not found in the wild: made for this catalogue",
)
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    found = right(model, data)
    with torch.no_grad():
        data["predicted"] = model(data["X"])[1]
    return found


# --- lambda_tradeoff


@mistake(
    "sweep_one_model",
    part="lambda_tradeoff",
    says="this trains one model on and on; each lam needs a new model, or a row depends on those before it.",
    seen="BMEII-AI/RadImageNet#5: weights not made anew in the loop over folds",
    replayable=False,
)
def lambda_sweep(data_train, data_val, lams, seed=0):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = MultiTaskNet(data_train["X"].shape[1], int(data_train["labels"].max()) + 1)
    rows = []
    for lam in lams:
        train_multi_task(model, MultiTaskLoss(mode="fixed", lam=lam), data_train, seed=seed)
        found = evaluate_multi_task(model, data_val)
        rows.append({"lam": lam, "accuracy": found["accuracy"], "rmse": found["rmse"]})
    return rows


@mistake(
    "sweep_global_seed",
    part="lambda_tradeoff",
    says="this seeds torch's global random numbers and leaves them changed; seed inside fork_rng.",
    seen="mlcommons/modelgauge#149: the global random number generator seeded again and again",
)
def lambda_sweep(data_train, data_val, lams, seed=0, right=lambda_sweep):
    torch.manual_seed(seed)
    return right(data_train, data_val, lams, seed)


@mistake(
    "sweep_on_training_data",
    part="lambda_tradeoff",
    says="this measures on the data it was trained on; measure on data_val.",
    seen="hpcaitech/ColossalAI#6405: evaluation iterates over train_dataloader",
)
def lambda_sweep(data_train, data_val, lams, seed=0, right=lambda_sweep):
    return right(data_train, data_train, lams, seed)


@mistake(
    "plot_linear_axis",
    part="lambda_tradeoff",
    says="this draws lam on a linear axis, where all small values fall together; set_xscale('log').",
    seen="not found in the wild: made for this catalogue",
)
def plot_lambda_tradeoff(rows, right=plot_lambda_tradeoff):
    figure = right(rows)
    for axes in figure.axes:
        axes.set_xscale("linear")
    return figure


@mistake(
    "sweep_unseeded",
    part="lambda_tradeoff",
    says="the first weights are drawn without the seed, so that every sweep gives other rows.",
    seen="online-ml/deep-river#172: the seed must take effect before the module is initialised",
    replayable=False,
)
def lambda_sweep(data_train, data_val, lams, seed=0, right=lambda_sweep):
    rows = []
    with torch.random.fork_rng(devices=[]):
        for lam in lams:
            rows += right(data_train, data_val, [lam], int(torch.randint(2**31, ())))
    return rows


@mistake(
    "sweep_ignores_lam",
    part="lambda_tradeoff",
    says="every row is trained with a lam of 1; give the lam of the row to MultiTaskLoss.",
    seen="not found in the wild: made for this catalogue",
)
def lambda_sweep(data_train, data_val, lams, seed=0, right=lambda_sweep):
    return [{**right(data_train, data_val, [1.0], seed)[0], "lam": lam} for lam in lams]


@mistake(
    "sweep_sorted",
    part="lambda_tradeoff",
    says="this sorts the lams; rows come in the order in which the lams were given.",
    seen="not found in the wild: made for this catalogue",
)
def lambda_sweep(data_train, data_val, lams, seed=0, right=lambda_sweep):
    return right(data_train, data_val, sorted(lams), seed)


@mistake(
    "plot_unsorted",
    part="lambda_tradeoff",
    says="the line runs to and fro where rows are not in order of lam; sort them before drawing.",
    seen="not found in the wild: made for this catalogue",
)
def plot_lambda_tradeoff(rows, right=plot_lambda_tradeoff):
    figure = right(rows)
    for axes, key in zip(figure.axes, ("accuracy", "rmse")):
        axes.lines[0].set_data([row["lam"] for row in rows], [row[key] for row in rows])
    return figure


@mistake(
    "plot_one_scale",
    part="lambda_tradeoff",
    says="accuracy and RMSE are on one scale, where one of them is flat; give each its own, by twinx() or two panes.",
    seen="not found in the wild: made for this catalogue",
)
def plot_lambda_tradeoff(rows):
    rows = sorted(rows, key=lambda row: row["lam"])
    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    for key, name in (("accuracy", "accuracy"), ("rmse", "RMSE")):
        axes.plot([row["lam"] for row in rows], [row[key] for row in rows], label=name)
    axes.set(xscale="log", xlabel="λ", ylabel="accuracy and RMSE")
    axes.legend()
    return figure


@mistake(
    "plot_without_legend",
    part="lambda_tradeoff",
    says="there is no legend that says which line is which.",
    seen="roboflow/rf-detr#1335: legends missing in plots of training metrics",
)
def plot_lambda_tradeoff(rows, right=plot_lambda_tradeoff):
    figure = right(rows)
    for legend in figure.legends:
        legend.remove()
    figure.legends.clear()
    return figure


# --- validation


@mistake(
    "loss_checks_nothing",
    part="validation",
    says="this checks nothing: (N,) beside (N, 1) broadcasts to a table, and a label of -100 is skipped in silence.",
    seen="pytorch/pytorch#16045: (n, 1) beside (n,), and no error",
)
class MultiTaskLoss(MultiTaskLoss):
    def __init__(self, mode="fixed", lam=1.0):
        super().__init__(mode if mode in ("normalised", "uncertainty") else "fixed", lam)

    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "fixed":
            return super().forward(logits, labels, reg_pred, reg_target)
        return F.cross_entropy(logits, labels) + self.lam * F.mse_loss(reg_pred, reg_target)


@mistake(
    "loss_compares_lengths",
    part="validation",
    says="this compares lengths only: (N,) beside (N, 1) passes, and broadcasts to a table.",
    seen="andrejhulak/nums-numpy loss_fn.py: assert len(y_true) == len(y_pred)",
)
def _require_fit(logits, labels, reg_pred, reg_target, right=_require_fit):
    if len(reg_pred) != len(reg_target):
        raise ValueError(f"reg_pred has shape {tuple(reg_pred.shape)}, reg_target {tuple(reg_target.shape)}")
    right(logits, labels, reg_pred.reshape(-1), reg_target.reshape(-1))


@mistake(
    "loss_asserts",
    part="validation",
    says="this asserts, and an AssertionError is no ValueError; raise ValueError with a message.",
    seen="kgdunn/process-improve#243: assert for input checks, gone under python -O",
)
def _require_fit(logits, labels, reg_pred, reg_target, right=_require_fit):
    try:
        right(logits, labels, reg_pred, reg_target)
    except ValueError as error:
        raise AssertionError(str(error)) from None


@mistake(
    "loss_skips_minus_100",
    part="validation",
    says="this lets a label of -100 pass, which torch's cross-entropy skips in silence.",
    seen="docs: torch.nn.CrossEntropyLoss: ignore_index, a target value that is ignored",
)
def _require_fit(logits, labels, reg_pred, reg_target, right=_require_fit):
    right(logits, torch.where(labels == -100, 0, labels), reg_pred, reg_target)


@mistake(
    "loss_silent_about_shapes",
    part="validation",
    says="the message does not name the two shapes; say what came, and what was expected.",
    seen="not found in the wild: made for this catalogue",
    replayable=False,
)
def _require_fit(logits, labels, reg_pred, reg_target, right=_require_fit):
    if reg_pred.shape != reg_target.shape:
        raise ValueError("shapes differ")
    right(logits, labels, reg_pred, reg_target)
