"""Known wrong answers of 05-multi-task, each with what a tutor would say."""

from autograder.grading.mistakes import mistake

# --- network


@mistake(
    "network_squeeze_all",
    part="network",
    says="a bare squeeze() also takes away the axis of a batch of one; take off the last axis only.",
    seen="a well-known trap of torch: squeeze without a dimension",
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
    seen="student submissions: nn.Linear(hidden, 1) returned as it is",
)
class MultiTaskNet(MultiTaskNet):
    def forward(self, x):
        shared = self.trunk(x)
        return self.classify(shared), self.regress(shared)


@mistake(
    "network_softmax",
    part="network",
    says="this applies a softmax to the logits, and cross-entropy applies another; return the logits as they are.",
    seen="student submissions: softmax before torch's cross_entropy",
)
class MultiTaskNet(MultiTaskNet):
    def forward(self, x):
        logits, value = super().forward(x)
        return logits.softmax(dim=1), value


@mistake(
    "network_detached",
    part="network",
    says="this detaches the trunk before the regression head, so that errors of the value never train the trunk.",
    seen="student submissions: detach to keep the tasks apart",
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
    seen="student submissions: the activation is forgotten",
)
class MultiTaskNet(MultiTaskNet):
    def forward(self, x):
        shared = self.trunk[0](x)
        return self.classify(shared), self.regress(shared).squeeze(-1)


# --- loss_fixed


@mistake(
    "fixed_lam_on_both",
    part="loss_fixed",
    says="this multiplies both losses by lam; it weighs the regression loss alone.",
    seen="student submissions: parentheses around the sum",
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
    seen="student submissions: the two losses swapped",
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
    seen="student submissions: lam stored and never used",
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
    seen="student submissions: MSE and RMSE confused",
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
    seen="student submissions: l1_loss for mse_loss",
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
    seen="student submissions: an epsilon against log(0)",
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
    seen="student submissions: loss / loss",
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
    seen="student submissions: loss / loss.detach() without a guard",
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
    seen="student submissions: lam used in the fixed mode only",
)
class MultiTaskLoss(MultiTaskLoss):
    def _normalisers(self, classification, regression):
        first, second = super()._normalisers(classification, regression)
        return first, second / self.lam if self.lam else 1.0


# --- loss_uncertainty


@mistake(
    "uncertainty_no_log_term",
    part="loss_uncertainty",
    says="the term ½(s1 + s2) is missing, so that s grows without end and every loss becomes free.",
    seen="student submissions of Kendall et al.'s loss",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, *data):
        total = super().forward(*data)
        return total - self.log_variances.sum() / 2 if self.mode == "uncertainty" else total


@mistake(
    "uncertainty_full_log_term",
    part="loss_uncertainty",
    says="this adds s1 + s2 where half of it is asked for: log σ is half of log σ².",
    seen="log variance and log deviation confused in public versions of the loss",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, *data):
        total = super().forward(*data)
        return total + self.log_variances.sum() / 2 if self.mode == "uncertainty" else total


@mistake(
    "uncertainty_no_half",
    part="loss_uncertainty",
    says="the ½ in front of the regression loss is missing; it comes from the Gaussian likelihood.",
    seen="public versions of the loss that treat both tasks alike",
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
    seen="public versions of the loss that treat both tasks as regressions",
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
    "uncertainty_sign",
    part="loss_uncertainty",
    says="this weighs with e^(+s), so that a noisy task gets a larger weight; the exponent is -s.",
    seen="student submissions: the minus is lost",
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
    seen="torch forums: torch.zeros(2, requires_grad=True) as an attribute",
)
class MultiTaskLoss(MultiTaskLoss):
    def __init__(self, mode="fixed", lam=1.0):
        super().__init__(mode, lam)
        if mode == "uncertainty":
            del self.log_variances
            self.log_variances = torch.zeros(2, requires_grad=True)


# --- train


@mistake(
    "train_not_the_loss",
    part="train",
    says="the optimiser gets the model's parameters only, so that those of the loss never move.",
    seen="torch forums: learnable loss weights that stay at their start",
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
    seen="student submissions: the last epoch is not recorded",
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    history = right(model, loss_fn, data, lr, epochs, seed)
    return {name: numbers[:-1] for name, numbers in history.items()}


@mistake(
    "train_weighted_losses",
    part="train",
    says="this notes the losses with their weights; they are asked for as they are before weighing.",
    seen="student submissions: the terms of the sum recorded",
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
    seen="torch.manual_seed at the top of a training function",
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    torch.manual_seed(seed)
    return right(model, loss_fn, data, lr, epochs, seed)


# --- evaluate


@mistake(
    "evaluate_mse",
    part="evaluate",
    says="this reports the MSE under the name of the RMSE; the root is missing.",
    seen="student submissions",
)
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    found = right(model, data)
    return {**found, "rmse": found["rmse"] ** 2}


@mistake(
    "evaluate_percent",
    part="evaluate",
    says="this gives the accuracy in per cent; it is a share between 0 and 1.",
    seen="student submissions",
)
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    found = right(model, data)
    return {**found, "accuracy": 100 * found["accuracy"]}


@mistake(
    "evaluate_r2_unexplained",
    part="evaluate",
    says="this is the unexplained share of the variance; R² is one minus it.",
    seen="student submissions: the 1 - is forgotten",
)
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    found = right(model, data)
    return {**found, "r2": 1 - found["r2"]}


@mistake(
    "evaluate_leaves_eval",
    part="evaluate",
    says="this leaves the model in eval mode; remember model.training and put it back.",
    seen="student submissions: model.eval() without a way back",
)
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    found = right(model, data)
    model.eval()
    return found


# --- lambda_tradeoff


@mistake(
    "sweep_one_model",
    part="lambda_tradeoff",
    says="this trains one model on and on; each lam needs a new model, or a row depends on those before it.",
    seen="student submissions: the model made outside of the loop",
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
    seen="torch.manual_seed at the top of an experiment",
)
def lambda_sweep(data_train, data_val, lams, seed=0, right=lambda_sweep):
    torch.manual_seed(seed)
    return right(data_train, data_val, lams, seed)


@mistake(
    "sweep_on_training_data",
    part="lambda_tradeoff",
    says="this measures on the data it was trained on; measure on data_val.",
    seen="student submissions: the wrong variable in evaluate",
)
def lambda_sweep(data_train, data_val, lams, seed=0, right=lambda_sweep):
    return right(data_train, data_train, lams, seed)


@mistake(
    "plot_linear_axis",
    part="lambda_tradeoff",
    says="this draws lam on a linear axis, where all small values fall together; set_xscale('log').",
    seen="student submissions",
)
def plot_lambda_tradeoff(rows, right=plot_lambda_tradeoff):
    figure = right(rows)
    for axes in figure.axes:
        axes.set_xscale("linear")
    return figure


# --- validation


@mistake(
    "loss_checks_nothing",
    part="validation",
    says="this checks nothing: (N,) beside (N, 1) broadcasts to a table, and a label of -100 is skipped in silence.",
    seen="torch's mse_loss, which only warns, and ignore_index of cross_entropy",
)
class MultiTaskLoss(MultiTaskLoss):
    def __init__(self, mode="fixed", lam=1.0):
        super().__init__(mode if mode in ("normalised", "uncertainty") else "fixed", lam)

    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "fixed":
            return super().forward(logits, labels, reg_pred, reg_target)
        return F.cross_entropy(logits, labels) + self.lam * F.mse_loss(reg_pred, reg_target)
