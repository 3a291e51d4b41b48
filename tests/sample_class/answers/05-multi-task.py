"""What students hand in for 05-multi-task, where it is other than the reference."""

from autograder.grading.diagnosis.catalogue import variant


@variant("net:deep")
class MultiTaskNet(nn.Module):
    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(in_features, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.ReLU())
        self.heads = nn.ModuleDict({"cls": nn.Linear(hidden, n_classes), "reg": nn.Linear(hidden, 1)})

    def forward(self, x):
        h = self.body(x)
        return self.heads["cls"](h), self.heads["reg"](h)[:, 0]


@variant("net:column")
class MultiTaskNet(nn.Module):
    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(in_features, hidden), nn.ReLU())
        self.classify = nn.Linear(hidden, n_classes)
        self.regress = nn.Linear(hidden, 1)

    def forward(self, x):
        h = self.trunk(x)
        return self.classify(h), self.regress(h)


@variant("net:squeeze")
class MultiTaskNet(nn.Module):
    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(in_features, hidden), nn.ReLU())
        self.classify = nn.Linear(hidden, n_classes)
        self.regress = nn.Linear(hidden, 1)

    def forward(self, x):
        h = self.trunk(x)
        return self.classify(h), self.regress(h).squeeze()


@variant("loss:sigma")
class MultiTaskLoss(nn.Module):
    def __init__(self, mode="fixed", lam=1.0):
        super().__init__()
        if mode not in ("fixed", "normalised", "uncertainty"):
            raise ValueError(f"mode {mode!r}")
        self.mode, self.lam = mode, lam
        self.factors = (1.0, lam)
        if mode == "uncertainty":
            self.log_sigma = nn.ParameterDict({"c": nn.Parameter(torch.zeros(())), "r": nn.Parameter(torch.zeros(()))})

    def forward(self, logits, labels, reg_pred, reg_target):
        _require_fit(logits, labels, reg_pred, reg_target)
        c, r = F.cross_entropy(logits, labels), ((reg_pred - reg_target) ** 2).mean()
        if self.mode == "uncertainty":
            wc, wr = torch.exp(-2 * self.log_sigma["c"]), 0.5 * torch.exp(-2 * self.log_sigma["r"])
            total = wc * c + wr * r + self.log_sigma["c"] + self.log_sigma["r"]
        elif self.mode == "normalised":
            wc, wr = 1 / c.detach().clamp(min=1e-8), self.lam / r.detach().clamp(min=1e-8)
            total = wc * c + wr * r
        else:
            wc, wr = 1.0, self.lam
            total = c + self.lam * r
        self.factors = (float(wc), float(wr))
        return total


@variant("loss:undetached")
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "normalised":
            return super().forward(logits, labels, reg_pred, reg_target)
        _require_fit(logits, labels, reg_pred, reg_target)
        c, r = F.cross_entropy(logits, labels), F.mse_loss(reg_pred, reg_target)
        self.factors = (1 / c.item(), self.lam / r.item())
        return c / c + self.lam * r / r


@variant("loss:no_log_term")
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        total = super().forward(logits, labels, reg_pred, reg_target)
        return total - self.log_variances.sum() / 2 if self.mode == "uncertainty" else total


@variant("loss:unregistered")
class MultiTaskLoss(MultiTaskLoss):
    def __init__(self, mode="fixed", lam=1.0):
        super().__init__(mode, lam)
        if mode == "uncertainty":
            del self.log_variances
            self.log_variances = torch.zeros(2, requires_grad=True)


@variant("loss:lam_first")
class MultiTaskLoss(MultiTaskLoss):
    def forward(self, logits, labels, reg_pred, reg_target):
        if self.mode != "fixed":
            return super().forward(logits, labels, reg_pred, reg_target)
        _require_fit(logits, labels, reg_pred, reg_target)
        self.factors = (self.lam, 1.0)
        return self.lam * F.cross_entropy(logits, labels) + F.mse_loss(reg_pred, reg_target)


@variant("train:model_only")
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0):
    history = {k: [] for k in ("total", "classification", "regression", "weight_classification", "weight_regression")}
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    model.train()
    for _ in range(epochs):
        optimiser.zero_grad()
        logits, value = model(data["X"])
        total = loss_fn(logits, data["labels"], value, data["values"])
        total.backward()
        optimiser.step()
        history["total"].append(total.item())
        history["classification"].append(F.cross_entropy(logits, data["labels"]).item())
        history["regression"].append(F.mse_loss(value, data["values"]).item())
        history["weight_classification"].append(float(loss_fn.factors[0]))
        history["weight_regression"].append(float(loss_fn.factors[1]))
    return history


@variant("evaluate:mse")
def evaluate_multi_task(model, data):
    was = model.training
    model.eval()
    with torch.no_grad():
        logits, value = model(data["X"])
    model.train(was)
    error = ((value - data["values"]) ** 2).mean().item()
    return {
        "accuracy": (logits.argmax(1) == data["labels"]).float().mean().item(),
        "rmse": error,
        "r2": 1 - error / data["values"].var(unbiased=False).item(),
    }


@variant("sweep:one_model")
def lambda_sweep(data_train, data_val, lams, seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = MultiTaskNet(data_train["X"].shape[1], int(data_train["labels"].max()) + 1)
    rows = []
    for lam in lams:
        train_multi_task(model, MultiTaskLoss("fixed", lam), data_train, seed=seed)
        result = evaluate_multi_task(model, data_val)
        rows.append({"lam": lam, "accuracy": result["accuracy"], "rmse": result["rmse"]})
    return rows


@variant("plot:linear")
def plot_lambda_tradeoff(rows):
    fig, ax = plt.subplots()
    ax.plot([r["lam"] for r in rows], [r["accuracy"] for r in rows], label="accuracy")
    ax.plot([r["lam"] for r in rows], [r["rmse"] for r in rows], label="rmse")
    ax.set_xlabel("lambda")
    ax.set_ylabel("accuracy, rmse")
    ax.legend()
    return fig
