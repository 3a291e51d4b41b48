"""Wrong answers of 05-multi-task that are not in the catalogue: new mistakes, and catalogued ones in other words."""

from autograder.grading.diagnosis.catalogue import mistake

# --- catalogued mistakes, written differently: they must get the catalogued name


@mistake(
    "value_as_column",
    part="network",
    says="the value keeps its last axis.",
    seen="written for the held-out set",
    named="network_column",
    also=("score",),
)
class MultiTaskNet(nn.Module):
    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(in_features, hidden), nn.ReLU())
        self.classify = nn.Linear(hidden, n_classes)
        self.regress = nn.Linear(hidden, 1)

    def forward(self, x):
        h = F.relu(F.linear(x, self.trunk[0].weight, self.trunk[0].bias))
        return self.classify(h), self.regress(h)


@mistake(
    "probabilities_for_logits",
    part="network",
    says="softmax in the network.",
    seen="written for the held-out set",
    named="network_softmax",
)
class MultiTaskNet(MultiTaskNet):
    def forward(self, x):
        h = self.trunk(x)
        return F.softmax(self.classify(h), dim=-1), self.regress(h)[..., 0]


@mistake(
    "sum_times_lam",
    part="loss_fixed",
    says="lam multiplies both.",
    seen="written for the held-out set",
    named="fixed_lam_on_both",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        total = super().forward(logits, labels, reg_pred, reg_target)
        if self.mode == "fixed":
            ce = -F.log_softmax(logits, 1)[torch.arange(len(labels), device=labels.device), labels.long()].mean()
            self.factors = (self.lam, self.lam)
            total = total + (self.lam - 1) * ce
        return total


@mistake(
    "root_mean_square",
    part="loss_fixed",
    says="RMSE for MSE.",
    seen="written for the held-out set",
    named="fixed_root",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "fixed":
            return super().forward(logits, labels, reg_pred, reg_target)
        _require_fit(logits, labels, reg_pred, reg_target)
        return F.cross_entropy(logits, labels) + self.lam * torch.sqrt(torch.mean((reg_pred - reg_target) ** 2))


@mistake(
    "no_half_in_front",
    part="loss_uncertainty",
    says="the half of the regression is missing.",
    seen="written for the held-out set",
    named="uncertainty_no_half",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        total = super().forward(logits, labels, reg_pred, reg_target)
        if self.mode == "uncertainty":
            extra = torch.exp(-self.log_variances[1]) * F.mse_loss(reg_pred, reg_target) / 2
            self.factors = (self.factors[0], 2 * self.factors[1])
            total = total + extra
        return total


@mistake(
    "grows_with_noise",
    part="loss_uncertainty",
    says="e^s for e^-s.",
    seen="written for the held-out set",
    named="uncertainty_sign",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "uncertainty":
            return super().forward(logits, labels, reg_pred, reg_target)
        _require_fit(logits, labels, reg_pred, reg_target)
        s, t = self.log_variances
        self.factors = (s.exp().item(), 0.5 * t.exp().item())
        one, two = F.cross_entropy(logits, labels), (reg_pred - reg_target).pow(2).mean()
        return s.exp() * one + 0.5 * t.exp() * two + 0.5 * (s + t)


@mistake(
    "parameters_of_the_model_alone",
    part="train",
    says="the loss's parameters are not trained.",
    seen="written for the held-out set",
    named="train_not_the_loss",
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    frozen = [item.requires_grad_(False) for item in loss_fn.parameters()]
    try:
        return right(model, loss_fn, data, lr, epochs, seed)
    finally:
        for item in frozen:
            item.requires_grad_(True)


@mistake(
    "squared_error_as_rmse",
    part="evaluate",
    says="no root.",
    seen="written for the held-out set",
    named="evaluate_mse",
)
def evaluate_multi_task(model, data):
    mode = model.training
    model.eval()
    with torch.no_grad():
        logits, value = model(data["X"])
    model.train(mode)
    mse = F.mse_loss(value, data["values"])
    r2 = 1 - mse / data["values"].var(correction=0)
    accuracy = (logits.argmax(-1) == data["labels"]).double().mean()
    return {"accuracy": float(accuracy), "rmse": float(mse), "r2": float(r2)}


@mistake(
    "hundred_times_the_share",
    part="evaluate",
    says="per cent.",
    seen="written for the held-out set",
    named="evaluate_percent",
)
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    found = dict(right(model, data))
    found["accuracy"] = found["accuracy"] / 0.01
    return found


@mistake(
    "stays_in_eval_mode",
    part="evaluate",
    says="the mode is not restored.",
    seen="written for the held-out set",
    named="evaluate_leaves_eval",
)
def evaluate_multi_task(model, data):
    with torch.no_grad():
        logits, value = model.eval()(data["X"])
    error, spread = value - data["values"], data["values"] - data["values"].mean()
    return {
        "accuracy": float((logits.argmax(1) == data["labels"]).float().mean()),
        "rmse": float(error.square().mean()) ** 0.5,
        "r2": 1 - float(error.square().sum() / spread.square().sum()),
    }


@mistake(
    "measured_on_train",
    part="lambda_tradeoff",
    says="data_train is measured on.",
    seen="written for the held-out set",
    named="sweep_on_training_data",
)
def lambda_sweep(data_train, data_val, lams, seed=0):
    rows = []
    for lam in lams:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            model = MultiTaskNet(data_train["X"].shape[1], int(data_train["labels"].max()) + 1)
        train_multi_task(model, MultiTaskLoss(lam=lam), data_train, seed=seed)
        found = evaluate_multi_task(model, data_train)
        rows.append({"lam": lam, "accuracy": found["accuracy"], "rmse": found["rmse"]})
    return rows


@mistake(
    "no_log_scale",
    part="lambda_tradeoff",
    says="linear axis.",
    seen="written for the held-out set",
    named="plot_linear_axis",
)
def plot_lambda_tradeoff(rows):
    rows = sorted(rows, key=lambda row: row["lam"])
    figure, left = plt.subplots(figsize=(6, 4), layout="constrained")
    right = left.twinx()
    lams = [row["lam"] for row in rows]
    left.plot(lams, [row["accuracy"] for row in rows], "o-", color="tab:blue", label="accuracy")
    right.plot(lams, [row["rmse"] for row in rows], "s--", color="tab:red", label="RMSE")
    left.set(xlabel="λ, weight of the regression loss", ylabel="accuracy", title="What λ trades")
    right.set_ylabel("RMSE")
    figure.legend(loc="outside lower center", ncols=2)
    return figure


# --- new mistakes: they must be caught, and not be misnamed


@mistake("two_trunks", part="network", says="nothing is shared.", seen="written for the held-out set")
class MultiTaskNet(MultiTaskNet):
    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__(in_features, n_classes, hidden)
        self.other = nn.Sequential(nn.Linear(in_features, hidden), nn.ReLU())

    def forward(self, x):
        return self.classify(self.trunk(x)), self.regress(self.other(x)).squeeze(-1)


@mistake(
    "value_first",
    part="network",
    says="the order of the pair.",
    seen="written for the held-out set",
    also=("score", "lambda_tradeoff"),
)
class MultiTaskNet(MultiTaskNet):
    def forward(self, x):
        logits, value = super().forward(x)
        return value, logits


@mistake(
    "a_dict_of_answers",
    part="network",
    says="a dict for a pair.",
    seen="written for the held-out set",
    also=("score", "lambda_tradeoff"),
)
class MultiTaskNet(MultiTaskNet):
    def forward(self, x):
        logits, value = super().forward(x)
        return {"logits": logits, "value": value}


@mistake("sum_of_squares", part="loss_fixed", says="sum for mean.", seen="written for the held-out set")
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "fixed":
            return super().forward(logits, labels, reg_pred, reg_target)
        _require_fit(logits, labels, reg_pred, reg_target)
        return F.cross_entropy(logits, labels) + self.lam * F.mse_loss(reg_pred, reg_target, reduction="sum")


@mistake("convex_combination", part="loss_fixed", says="(1 - lam) and lam.", seen="written for the held-out set")
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "fixed":
            return super().forward(logits, labels, reg_pred, reg_target)
        _require_fit(logits, labels, reg_pred, reg_target)
        self.factors = (1 - self.lam, self.lam)
        return (1 - self.lam) * F.cross_entropy(logits, labels) + self.lam * F.mse_loss(reg_pred, reg_target)


@mistake("log_of_the_losses", part="loss_normalised", says="log for division.", seen="written for the held-out set")
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "normalised":
            return super().forward(logits, labels, reg_pred, reg_target)
        _require_fit(logits, labels, reg_pred, reg_target)
        one, two = F.cross_entropy(logits, labels), F.mse_loss(reg_pred, reg_target)
        self.factors = (_number(1 / one.detach()), _number(self.lam / two.detach()))
        return torch.log(one) + self.lam * torch.log(two)


@mistake("lam_of_the_class", part="loss_normalised", says="lam on the first term.", seen="written for the held-out set")
class MultiTaskLoss(MultiTaskLoss):
    def _normalisers(self, classification, regression):
        first, second = super()._normalisers(classification, regression)
        return first * self.lam, second / self.lam if self.lam else second


@mistake("magnitudes_for_all", part="loss_normalised", says="kept in the class.", seen="written for the held-out set")
class MultiTaskLoss(MultiTaskLoss):
    kept = {}

    def _normalisers(self, classification, regression):
        one = MultiTaskLoss.kept.setdefault("one", classification.clamp(min=1e-12))
        two = MultiTaskLoss.kept.setdefault("two", regression.clamp(min=1e-12))
        return 1 / one, self.lam / two


@mistake("log_term_doubled_for_one", part="loss_uncertainty", says="s1 + s2/2.", seen="written for the held-out set")
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, *data):
        total = super().forward(*data)
        return total + self.log_variances[0] / 2 if self.mode == "uncertainty" else total


@mistake(
    "exact_square_of_s", part="loss_uncertainty", says="s² for s as the penalty.", seen="written for the held-out set"
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, *data):
        total = super().forward(*data)
        if self.mode == "uncertainty":
            total = total - self.log_variances.sum() / 2 + self.log_variances.square().sum() / 2
        return total


@mistake(
    "classification_never_trained",
    part="train",
    says="backward of the regression.",
    seen="written for the held-out set",
    also=("score", "lambda_tradeoff"),
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    class Half(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = loss_fn

        def forward(self, logits, *rest):
            value = loss_fn(logits.detach(), *rest)
            self.factors = loss_fn.factors
            return value

    return right(model, Half(), data, lr, epochs, seed)


@mistake(
    "history_of_tensors_in_one_list", part="train", says="one list of tuples.", seen="written for the held-out set"
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    history = right(model, loss_fn, data, lr, epochs, seed)
    return list(zip(*history.values()))


@mistake("names_without_weights", part="train", says="two keys are missing.", seen="written for the held-out set")
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    history = right(model, loss_fn, data, lr, epochs, seed)
    return {name: history[name] for name in ("total", "classification", "regression")}


@mistake(
    "argmax_of_columns",
    part="evaluate",
    says="argmax over rows.",
    seen="written for the held-out set",
    also=("lambda_tradeoff",),
)
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    found = right(model, data)
    with torch.no_grad():
        logits, _ = model(data["X"])
    hits = (logits.argmax(dim=0)[: len(data["labels"])] == data["labels"][: logits.shape[1]]).float().mean().item()
    return {**found, "accuracy": hits}


@mistake("r2_of_the_sample_variance", part="evaluate", says="n - 1 for n.", seen="written for the held-out set")
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    found = right(model, data)
    return {**found, "r2": 1 - found["rmse"] ** 2 / data["values"].var().item()}


@mistake("rows_as_a_dict", part="lambda_tradeoff", says="a dict by lam.", seen="written for the held-out set")
def lambda_sweep(data_train, data_val, lams, seed=0, right=lambda_sweep):
    return {row["lam"]: row for row in right(data_train, data_val, lams, seed)}


@mistake("rmse_against_accuracy", part="lambda_tradeoff", says="the wrong axes.", seen="written for the held-out set")
def plot_lambda_tradeoff(rows):
    figure, axes = plt.subplots()
    axes.plot([row["accuracy"] for row in rows], [row["rmse"] for row in rows], "o", label="accuracy and RMSE")
    axes.set(xscale="log", xlabel="accuracy", ylabel="RMSE")
    axes.legend()
    return figure


@mistake("labels_of_any_kind", part="validation", says="1.5 becomes 1.", seen="written for the held-out set")
def _require_fit(logits, labels, reg_pred, reg_target, right=_require_fit):
    right(logits, labels.long(), reg_pred, reg_target)


# --- written to be paid for what was not done


@mistake(
    "history_after_a_formula",
    part="train",
    says="the first losses are measured, all others are a curve that looks like a training.",
    seen="written for the held-out set",
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    found = right(model, loss_fn, data, lr, epochs, seed)
    for name in ("total", "classification", "regression"):
        found[name] = [found[name][0] * (1.0 if lr < 1e-5 else 0.9**epoch) for epoch in range(epochs)]
    return found


@mistake(
    "normalised_once",
    part="loss_normalised",
    says="the first call divides by magnitudes, all others are the plain sum.",
    seen="written for the held-out set",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "normalised" or not hasattr(self, "once"):
            self.once = True
            return super().forward(logits, labels, reg_pred, reg_target)
        self.factors = (1.0, self.lam)
        return F.cross_entropy(logits, labels) + self.lam * F.mse_loss(reg_pred, reg_target)


@mistake(
    "normalised_by_made_up_numbers",
    part="loss_normalised",
    says="from the second call on the factors are numbers of no meaning, and lam has no say.",
    seen="written for the held-out set",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "normalised" or not hasattr(self, "once"):
            self.once = 0
            return super().forward(logits, labels, reg_pred, reg_target)
        self.once += 1
        self.factors = (1e-6 * self.once, 1e6)
        return self.factors[0] * F.cross_entropy(logits, labels) + self.factors[1] * F.mse_loss(reg_pred, reg_target)


@mistake(
    "normalised_alike_for_the_same_batch",
    part="loss_normalised",
    says="what was seen first is divided rightly each time, and anything else by magnitudes made up for it.",
    seen="written for the held-out set",
)
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "normalised":
            return super().forward(logits, labels, reg_pred, reg_target)
        one, two = F.cross_entropy(logits, labels), F.mse_loss(reg_pred, reg_target)
        if not hasattr(self, "first"):
            self.first = one.detach().clamp(min=1e-12), two.detach().clamp(min=1e-12)
        known = bool(one == self.first[0])
        away = 1.0 if known else 1e-3
        self.factors = (_number(away / self.first[0]), _number(self.lam / self.first[1]))
        return one * self.factors[0] + two * self.factors[1]
