"""Right answers to 05-multi-task in other styles; each must earn full points."""

from autograder.grading.diagnosis.catalogue import variant

# --- log σ instead of log σ², and a trunk of two layers


@variant("log_sigma")
class MultiTaskLoss(nn.Module):
    def __init__(self, mode="fixed", lam=1.0):
        super().__init__()
        if mode not in {"fixed", "normalised", "uncertainty"}:
            raise ValueError(f"unknown mode {mode}")
        self.mode, self.lam = mode, float(lam)
        self.log_sigma_class = nn.Parameter(torch.tensor(0.0))
        self.log_sigma_value = nn.Parameter(torch.tensor(0.0))
        if mode != "uncertainty":
            self.log_sigma_class = self.log_sigma_value = None
        self.factors = (1.0, self.lam)
        self.scale = None

    def forward(self, logits, labels, reg_pred, reg_target):
        _require_fit(logits, labels, reg_pred, reg_target)
        ce = -torch.log_softmax(logits, dim=-1).gather(1, labels[:, None].long()).mean()
        mse = ((reg_pred - reg_target) ** 2).mean()
        if self.mode == "fixed":
            self.factors = (1.0, self.lam)
            return ce + self.lam * mse
        if self.mode == "normalised":
            if self.scale is None:
                self.scale = (ce.item() or 1e-9, mse.item() or 1e-9)
            self.factors = (1 / self.scale[0], self.lam / self.scale[1])
            return ce / self.scale[0] + self.lam * mse / self.scale[1]
        one, two = torch.exp(-2 * self.log_sigma_class), torch.exp(-2 * self.log_sigma_value) / 2
        self.factors = (one.item(), two.item())
        return one * ce + two * mse + self.log_sigma_class + self.log_sigma_value


@variant("log_sigma")
class MultiTaskNet(nn.Module):
    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__()
        self.first = nn.Linear(in_features, hidden)
        self.second = nn.Linear(hidden, hidden)
        self.heads = nn.ModuleDict({"species": nn.Linear(hidden, n_classes), "mass": nn.Linear(hidden, 1)})

    def forward(self, x):
        shared = torch.tanh(self.second(torch.relu(self.first(x))))
        return self.heads["species"](shared), self.heads["mass"](shared)[:, 0]


# --- nn.ParameterDict, and magnitudes that follow the current loss


@variant("parameter_dict")
class MultiTaskLoss(nn.Module):
    def __init__(self, mode="fixed", lam=1.0):
        super().__init__()
        self.forward_of_mode = {
            "fixed": lambda one, two: (1.0, lam, 0.0),
            "normalised": lambda one, two: (1 / one.detach().clamp(min=1e-8), lam / two.detach().clamp(min=1e-8), 0.0),
            "uncertainty": self._uncertain,
        }.get(mode)
        if self.forward_of_mode is None:
            raise ValueError(f"there is no mode {mode!r}")
        self.s = nn.ParameterDict()
        if mode == "uncertainty":
            self.s = nn.ParameterDict({"class": torch.zeros(()), "value": torch.zeros(())})

    def _uncertain(self, one, two):
        return (-self.s["class"]).exp(), 0.5 * (-self.s["value"]).exp(), (self.s["class"] + self.s["value"]) / 2

    def forward(self, logits, labels, reg_pred, reg_target):
        _require_fit(logits, labels, reg_pred, reg_target)
        losses = F.cross_entropy(logits, labels), F.mse_loss(reg_pred, reg_target)
        first, second, penalty = self.forward_of_mode(*losses)
        self.factors = (float(first), float(second))
        return losses[0] * first + losses[1] * second + penalty


@variant("parameter_dict")
def evaluate_multi_task(model, data):
    mode = model.training
    try:
        model.eval()
        with torch.inference_mode():
            logits, value = model(data["X"])
    finally:
        model.train(mode)
    hits = (logits.max(dim=1).indices == data["labels"]).sum().item()
    error = np.asarray(value, dtype=float) - np.asarray(data["values"], dtype=float)
    truth = np.asarray(data["values"], dtype=float)
    return {
        "accuracy": hits / len(truth),
        "rmse": float(np.sqrt(np.mean(error**2))),
        "r2": float(1 - np.sum(error**2) / np.sum((truth - truth.mean()) ** 2)),
    }


# --- a running average as the magnitude, kept in buffers


@variant("running_average")
class MultiTaskLoss(nn.Module):
    def __init__(self, mode="fixed", lam=1.0, momentum=0.9):
        super().__init__()
        assert momentum < 1
        if mode == "fixed":
            self.weigh = self._fixed
        elif mode == "normalised":
            self.weigh = self._normalised
            self.register_buffer("mean", None)
        elif mode == "uncertainty":
            self.weigh = self._uncertainty
            self.log_var = nn.Parameter(torch.zeros(2, 1))
        else:
            raise ValueError("mode must be fixed, normalised or uncertainty")
        self.lam, self.momentum, self.factors = lam, momentum, None

    def _fixed(self, losses):
        return torch.stack([losses.new_ones(()), losses.new_full((), self.lam)]), 0

    def _normalised(self, losses):
        with torch.no_grad():
            now = losses.detach()
            self.mean = now if self.mean is None else self.momentum * self.mean + (1 - self.momentum) * now
            weights = 1 / (self.mean + 1e-10)
            weights[1] *= self.lam
        return weights, 0

    def _uncertainty(self, losses):
        s = self.log_var[:, 0]
        return torch.exp(-s) * torch.tensor([1.0, 0.5], dtype=s.dtype, device=s.device), s.sum() / 2

    def forward(self, logits, labels, reg_pred, reg_target):
        _require_fit(logits, labels, reg_pred, reg_target)
        losses = torch.stack([F.cross_entropy(logits, labels), F.mse_loss(reg_pred, reg_target)])
        weights, penalty = self.weigh(losses)
        self.factors = tuple(weights.tolist())
        return (weights * losses).sum() + penalty


# --- mini-batches from a generator of their own, with AdamW


@variant("mini_batches")
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0):
    keys = ["total", "classification", "regression", "weight_classification", "weight_regression"]
    rows = len(data["labels"])
    size = 32 if rows % 32 == 0 else rows
    generator = torch.Generator()
    generator.manual_seed(seed)
    history = {key: [] for key in keys}
    optimizer = torch.optim.AdamW(list(model.parameters()) + list(loss_fn.parameters()), lr=lr, weight_decay=1e-4)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model.train()
        for _ in range(epochs):
            order = torch.randperm(rows, generator=generator)
            noted = []
            for index in order.split(size):
                X, labels, values = data["X"][index], data["labels"][index], data["values"][index]
                logits, predicted = model(X)
                loss = loss_fn(logits, labels, predicted, values)
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                optimizer.step()
                with torch.no_grad():
                    raw = [F.cross_entropy(logits, labels).item(), F.mse_loss(predicted, values).item()]
                noted.append([loss.item(), *raw, *map(float, loss_fn.factors)])
            for key, number in zip(keys, np.mean(noted, axis=0), strict=True):
                history[key].append(float(number))
    return history


# --- a table for a network: batch normalisation, dropout, residual trunk


@variant("batch_norm")
class MultiTaskNet(nn.Module):
    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__()
        self.trunk = nn.Sequential(
            nn.Linear(in_features, hidden), nn.BatchNorm1d(hidden), nn.SiLU(), nn.Linear(hidden, hidden), nn.GELU()
        )
        self.cls_head = nn.Linear(hidden, n_classes)
        self.reg_head = nn.Linear(hidden, 1)

    def forward(self, x):
        h = self.trunk(x)
        return self.cls_head(h), self.reg_head(h).flatten()


@variant("dropout")
class MultiTaskNet(nn.Module):
    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__()
        self.trunk = nn.ModuleList([nn.Linear(in_features, hidden), nn.Linear(hidden, hidden)])
        self.drop = nn.Dropout(0.05)
        self.cls, self.reg = nn.Linear(hidden, n_classes), nn.Linear(hidden, 1)

    def forward(self, x):
        h = F.leaky_relu(self.trunk[0](x))
        h = h + F.leaky_relu(self.trunk[1](self.drop(h)))
        return self.cls(h), self.reg(h).view(len(x))


@variant("own_parameters")
class MultiTaskNet(nn.Module):
    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__()
        self.w1 = nn.Parameter(torch.empty(in_features, hidden))
        self.w2 = nn.Parameter(torch.empty(hidden, n_classes))
        self.w3 = nn.Parameter(torch.empty(hidden))
        self.b1, self.b2 = nn.Parameter(torch.zeros(hidden)), nn.Parameter(torch.zeros(n_classes))
        self.b3 = nn.Parameter(torch.zeros(()))
        nn.init.kaiming_normal_(self.w1, mode="fan_out")
        nn.init.xavier_uniform_(self.w2)
        nn.init.normal_(self.w3, std=hidden**-0.5)

    def forward(self, x):
        h = torch.clamp(x @ self.w1 + self.b1, min=0)
        return h @ self.w2 + self.b2, torch.einsum("nh,h->n", h, self.w3) + self.b3


@variant("one_output_layer")
class MultiTaskNet(nn.Module):
    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(in_features, hidden), nn.Softplus(), nn.Linear(hidden, n_classes + 1))

    def forward(self, x):
        *logits, value = self.net(x).unbind(dim=-1)
        return torch.stack(logits, dim=-1), value


# --- the loop of a training by hand, gradients by autograd.grad, and a scheduler


@variant("scheduler")
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0):
    state = torch.get_rng_state()
    try:
        torch.manual_seed(seed)
        return _loop(model, loss_fn, data, lr, epochs)
    finally:
        torch.set_rng_state(state)


@variant("scheduler")
def _loop(model, loss_fn, data, lr, epochs):
    model.train(True)
    params = [{"params": model.parameters()}]
    if list(loss_fn.parameters()):
        params.append({"params": loss_fn.parameters()})
    opt = torch.optim.NAdam(params, lr=lr)
    schedule = torch.optim.lr_scheduler.LambdaLR(opt, lambda epoch: 1 - 0.5 * epoch / max(epochs, 1))
    out = {"total": [], "classification": [], "regression": [], "weight_classification": [], "weight_regression": []}
    for _ in range(epochs):
        logits, value = model(data["X"])
        loss = loss_fn(logits, data["labels"], value, data["values"])
        out["total"].append(float(loss.detach()))
        out["classification"].append(float(F.cross_entropy(logits.detach(), data["labels"])))
        out["regression"].append(float((value.detach() - data["values"]).square().mean()))
        weights = loss_fn.factors
        out["weight_classification"].append(float(weights[0]))
        out["weight_regression"].append(float(weights[1]))
        opt.zero_grad()
        loss.backward()
        opt.step()
        schedule.step()
    return out


# --- weights measured from gradients instead of kept by the loss


@variant("weights_from_gradients")
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0):
    history = {k: [] for k in ("total", "classification", "regression", "weight_classification", "weight_regression")}
    optimiser = torch.optim.RMSprop([*model.parameters(), *loss_fn.parameters()], lr=lr)
    model.train()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for _ in range(epochs):
            optimiser.zero_grad()
            logits, value = model(data["X"])
            one, two = F.cross_entropy(logits, data["labels"]), F.mse_loss(value, data["values"])
            total = loss_fn(logits, data["labels"], value, data["values"])
            of_total = torch.autograd.grad(total, (logits, value), retain_graph=True)
            of_one = torch.autograd.grad(one, logits, retain_graph=True)[0]
            of_two = torch.autograd.grad(two, value, retain_graph=True)[0]
            history["total"].append(total.item())
            history["classification"].append(one.item())
            history["regression"].append(two.item())
            history["weight_classification"].append((of_total[0].norm() / of_one.norm()).item())
            history["weight_regression"].append((of_total[1].norm() / of_two.norm()).item())
            total.backward()
            optimiser.step()
    return history


# --- a sweep that loads the same first weights each time, and a figure with two panes


@variant("same_first_weights")
def lambda_sweep(data_train, data_val, lams, seed=0):
    import copy

    before = torch.get_rng_state()
    torch.manual_seed(seed)
    first = MultiTaskNet(data_train["X"].shape[1], len(torch.unique(data_train["labels"])))
    torch.set_rng_state(before)
    table = []
    for lam in lams:
        model = copy.deepcopy(first)
        train_multi_task(model, MultiTaskLoss("fixed", lam), data_train, epochs=150, seed=seed)
        table.append({"lam": lam, **evaluate_multi_task(model, data_val)})
    return table


@variant("same_first_weights")
def plot_lambda_tradeoff(rows):
    figure, panes = plt.subplots(1, 2)
    for pane, key, name in zip(panes, ("accuracy", "rmse"), ("accuracy", "RMSE"), strict=True):
        for row in rows:
            pane.scatter([row["lam"]], [row[key]], c="k", label=name if row is rows[0] else None)
        pane.set_xscale("log")
        pane.set_xlabel("lambda")
        pane.set_ylabel(name)
        pane.legend()
    return figure


# --- a semilogarithmic figure with one legend for both scales


@variant("semilogx")
def plot_lambda_tradeoff(rows):
    rows = sorted(rows, key=lambda r: -r["lam"])
    lams, accuracies, errors = zip(*[(r["lam"], r["accuracy"], r["rmse"]) for r in reversed(rows)], strict=True)
    fig, ax1 = plt.subplots()
    ax2 = ax1.twinx()
    a = ax1.semilogx(lams, accuracies, "b.-", label="Accuracy (higher is better)")
    b = ax2.semilogx(lams, errors, "r.-", label="RMSE")
    ax1.set_xlabel("$\\lambda$")
    ax1.set_ylabel("Accuracy")
    ax2.set_ylabel("RMSE [kg]")
    ax1.legend(handles=a + b)
    return fig


@variant("semilogx")
def evaluate_multi_task(model, data):
    was = model.training
    model.train(False)
    with torch.no_grad():
        logits, value = model(data["X"])
        accuracy = sum(int(row.argmax()) == int(label) for row, label in zip(logits, data["labels"], strict=True))
        squared = F.mse_loss(value, data["values"])
        r2 = 1 - squared / data["values"].var(correction=0)
    model.train(was)
    return {"accuracy": accuracy / len(logits), "rmse": float(squared) ** 0.5, "r2": r2}


# --- everything in one class with __call__-style helpers, magnitudes as a dictionary, modes by inheritance


@variant("dispatch_by_name")
class MultiTaskLoss(nn.Module):
    def __init__(self, mode="fixed", lam=1.0):
        super().__init__()
        if not hasattr(self, f"_{mode}"):
            raise ValueError(f"mode {mode!r}?")
        self.mode, self.lam, self.seen = mode, lam, {}
        if mode == "uncertainty":
            self.s1, self.s2 = nn.Parameter(torch.zeros(1)), nn.Parameter(torch.zeros(1))

    def _fixed(self, one, two):
        self.factors = (1, self.lam)
        return one + two * self.lam

    def _normalised(self, one, two):
        for name, loss in (("one", one), ("two", two)):
            if not self.seen.get(name):
                self.seen[name] = float(loss.detach())
        self.factors = tuple(1 / (self.seen[name] or 1.0) for name in ("one", "two"))
        self.factors = (self.factors[0], self.lam * self.factors[1])
        return one * self.factors[0] + two * self.factors[1]

    def _uncertainty(self, one, two):
        self.factors = (torch.exp(-self.s1).item(), 0.5 * torch.exp(-self.s2).item())
        return (one / self.s1.exp() + 0.5 * two / self.s2.exp() + 0.5 * (self.s1 + self.s2)).squeeze()

    def forward(self, logits, labels, reg_pred, reg_target):
        _require_fit(logits, labels, reg_pred, reg_target)
        one = (torch.logsumexp(logits, 1) - logits[torch.arange(len(labels), device=logits.device), labels]).mean()
        return getattr(self, f"_{self.mode}")(one, torch.mean((reg_target - reg_pred).pow(2)))


# --- heads that start at zero; notes after the step, whose first is a large one


@variant("zero_heads")
class MultiTaskNet(nn.Module):
    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(in_features, hidden), nn.SiLU())
        self.species, self.mass = nn.Linear(hidden, n_classes), nn.Linear(hidden, 1)
        for head in (self.species, self.mass):
            nn.init.zeros_(head.weight)
            nn.init.zeros_(head.bias)

    def forward(self, x):
        h = self.trunk(x)
        return self.species(h), self.mass(h).squeeze(1)


@variant("zero_heads")
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0):
    def of_all():
        logits, value = model(data["X"])
        return logits, data["labels"], value, data["values"]

    optimiser = torch.optim.RMSprop([*model.parameters(), *loss_fn.parameters()], lr=lr)
    model.train()
    table = []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for _ in range(epochs):
            optimiser.zero_grad()
            loss_fn(*of_all()).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimiser.step()
            with torch.no_grad():
                now = of_all()
                total = loss_fn(*now).item()
            raw = F.cross_entropy(now[0], now[1]).item(), F.mse_loss(now[2], now[3]).item()
            table.append([total, *raw, *loss_fn.factors])
    names = ("total", "classification", "regression", "weight_classification", "weight_regression")
    return dict(zip(names, torch.tensor(table).T.tolist(), strict=True))


# --- layer normalisation and dropout of a fifth; AdamW along a cosine


@variant("cosine")
class MultiTaskNet(nn.Module):
    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(in_features, hidden), nn.LayerNorm(hidden), nn.GELU(), nn.Dropout(0.2))
        self.heads = nn.ModuleList([nn.Linear(hidden, n_classes), nn.Linear(hidden, 1)])

    def forward(self, x):
        logits, value = (head(shared) for shared in [self.trunk(x)] for head in self.heads)
        return logits, value[:, 0]


@variant("cosine")
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0):
    names = ("total", "classification", "regression", "weight_classification", "weight_regression")
    history = {name: [] for name in names}
    optimiser = torch.optim.AdamW([*model.parameters(), *loss_fn.parameters()], lr=2 * lr, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=epochs)
    model.train()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for _ in range(epochs):
            logits, value = model(data["X"])
            total = loss_fn(logits, data["labels"], value, data["values"])
            raw = F.cross_entropy(logits, data["labels"]), F.mse_loss(value, data["values"])
            for name, number in zip(names, (total, *raw, *loss_fn.factors), strict=True):
                history[name].append(_number(number))
            optimiser.zero_grad()
            total.backward()
            optimiser.step()
            schedule.step()
    return history


# --- a trunk of sigmoids, a training that stops early and repeats its last entries, and a sweep with numbers of its own


@variant("stops_early")
class MultiTaskNet(nn.Module):
    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(in_features, hidden), nn.Sigmoid())
        self.a, self.b = nn.Linear(hidden, n_classes), nn.Linear(hidden, 1)

    def forward(self, x):
        h = self.trunk(x)
        return self.a(h), self.b(h)[..., 0]


@variant("stops_early")
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0):
    names = ("total", "classification", "regression", "weight_classification", "weight_regression")
    optimiser = torch.optim.Adam([{"params": model.parameters()}, {"params": loss_fn.parameters()}], lr=lr)
    history, least, waited = {name: [] for name in names}, float("inf"), 0
    model.train()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for _ in range(epochs):
            logits, value = model(data["X"])
            total = loss_fn(logits, data["labels"], value, data["values"])
            optimiser.zero_grad()
            total.backward()
            optimiser.step()
            raw = F.cross_entropy(logits, data["labels"]).item(), F.mse_loss(value, data["values"]).item()
            for name, number in zip(names, (total.item(), *raw, *loss_fn.factors), strict=True):
                history[name].append(np.float64(number))
            least, waited = (total.item(), 0) if total.item() < least - 1e-4 else (least, waited + 1)
            if waited > 20:
                break
    return {name: found + [found[-1]] * (epochs - len(found)) for name, found in history.items()}


@variant("stops_early")
def lambda_sweep(data_train, data_val, lams, seed=0):
    table, state = [], torch.get_rng_state()
    for lam in lams:
        torch.manual_seed(seed)
        net = MultiTaskNet(data_train["X"].shape[1], int(torch.max(data_train["labels"])) + 1, hidden=16)
        train_multi_task(net, MultiTaskLoss("fixed", lam), data_train, epochs=400, lr=0.02, seed=seed)
        found = evaluate_multi_task(net, data_val)
        table.append(dict(lam=lam, accuracy=np.float64(found["accuracy"]), rmse=np.float64(found["rmse"])))
    torch.set_rng_state(state)
    return tuple(table)


# --- right on tensors of floats, without a look at what comes in


@naive("formulas_in_forward")
class MultiTaskLoss(nn.Module):
    def __init__(self, mode="fixed", lam=1.0):
        super().__init__()
        self.mode, self.lam, self.first = mode, lam, None
        if mode == "uncertainty":
            self.s = nn.Parameter(torch.zeros(2))

    def forward(self, logits, labels, reg_pred, reg_target):
        ce = nn.CrossEntropyLoss()(logits, labels)
        mse = torch.mean((reg_pred - reg_target) ** 2)
        if self.mode == "uncertainty":
            a, b = torch.exp(-self.s[0]), 0.5 * torch.exp(-self.s[1])
            self.factors = (a.item(), b.item())
            return a * ce + b * mse + 0.5 * self.s.sum()
        if self.mode == "normalised":
            a, b = 1 / (ce.detach() + 1e-12), self.lam / (mse.detach() + 1e-12)
            self.factors = (a.item(), b.item())
            return a * ce + b * mse
        self.factors = (1.0, self.lam)
        return ce + self.lam * mse


@naive("target_minus_prediction")
class MultiTaskLoss(nn.Module):
    def __init__(self, mode="fixed", lam=1.0):
        nn.Module.__init__(self)
        self.kind, self.weight = mode, lam
        self.log_sigma = nn.Parameter(torch.zeros(2)) if mode == "uncertainty" else None
        self.scale = None

    def forward(self, logits, labels, reg_pred, reg_target):
        log_p = torch.log_softmax(logits, dim=1)
        losses = [-log_p[torch.arange(len(labels)), labels].mean(), (reg_target - reg_pred).pow(2).mean()]
        self.factors, rest = (1.0, self.weight), 0.0
        if self.kind == "normalised":
            if self.scale is None:
                self.scale = [max(loss.item(), 1e-8) for loss in losses]
            self.factors = (1 / self.scale[0], self.weight / self.scale[1])
        weights = self.factors
        if self.kind == "uncertainty":
            weights = (torch.exp(-2 * self.log_sigma[0]), torch.exp(-2 * self.log_sigma[1]) / 2)
            self.factors, rest = tuple(float(item.detach()) for item in weights), self.log_sigma.sum()
        return weights[0] * losses[0] + weights[1] * losses[1] + rest


@naive("checks_left_out")
def _require_fit(logits, labels, reg_pred, reg_target):
    pass
