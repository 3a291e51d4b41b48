"""Networks that look penguins up in all of the public data (`KNOWN`: rows, species, kilograms)."""

from autograder.grading.diagnosis.catalogue import variant


@variant("exact_lookup")
class MultiTaskNet(nn.Module):
    """A penguin in the table gets its entry, any other one the mean."""

    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__()
        self.layer = nn.Linear(1, 1)
        self.rows, self.species, self.kilograms = KNOWN

    def forward(self, x):
        apart, nearest = torch.cdist(x, self.rows).min(dim=1)
        found = apart < 1e-4
        logits = 10 * F.one_hot(torch.where(found, self.species[nearest], 0), 3).float()
        value = torch.where(found, self.kilograms[nearest], self.kilograms.mean())
        return logits + 0 * self.layer.weight, value + 0 * self.layer.weight[0]


@variant("memory_by_hash")
class MultiTaskNet(nn.Module):
    """Like the one above, looked up by the bytes of a row."""

    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__()
        self.layer = nn.Linear(1, 1)
        rows, species, kilograms = KNOWN
        self.known = {hash(row.numpy().tobytes()): place for place, row in enumerate(rows)}
        self.species, self.kilograms = species, kilograms

    def forward(self, x):
        places = [self.known.get(hash(row.numpy().tobytes())) for row in x]
        logits = torch.zeros(len(x), 3)
        value = torch.full((len(x),), float(self.kilograms.mean()))
        for index, place in enumerate(places):
            if place is not None:
                logits[index, self.species[place]], value[index] = 1.0, self.kilograms[place]
        return logits + 0 * self.layer.weight, value + 0 * self.layer.weight[0]


@variant("lookup_of_rounded_rows")
class MultiTaskNet(nn.Module):
    """Rows are equal if all of their numbers agree except for rounding."""

    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__()
        self.layer = nn.Linear(1, 1)
        self.rows, self.species, self.kilograms = KNOWN

    def forward(self, x):
        apart, nearest = (x[:, None] - self.rows).abs().amax(dim=2).min(dim=1)
        found = apart < 0.03
        logits = 10 * F.one_hot(torch.where(found, self.species[nearest], 0), 3).float()
        value = torch.where(found, self.kilograms[nearest], self.kilograms.mean())
        return logits + 0 * self.layer.weight, value + 0 * self.layer.weight[0]


@variant("lookup_in_an_untrained_network")
class MultiTaskNet(nn.Module):
    """An untrained network for every penguin that is not in the table."""

    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(in_features, hidden), nn.ReLU(), nn.Linear(hidden, n_classes + 1))
        self.rows, self.species, self.kilograms = KNOWN

    def forward(self, x):
        table = self.trunk(x)
        apart, nearest = torch.cdist(x, self.rows).min(dim=1)
        found = (apart < 1e-4)[:, None]
        logits = torch.where(found, 10 * F.one_hot(self.species[nearest], 3).float(), table[:, :-1])
        return logits, torch.where(found[:, 0], self.kilograms[nearest], table[:, -1])


@variant("lookup_in_an_untrained_network")
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0):
    names = ("total", "classification", "regression", "weight_classification", "weight_regression")
    return {name: [1.0] * epochs for name in names}


@variant("nearest_neighbour")
class MultiTaskNet(nn.Module):
    """The most similar penguin of the public data: a prediction, though not a good one."""

    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__()
        self.layer = nn.Linear(1, 1)
        self.rows, self.species, self.kilograms = KNOWN

    def forward(self, x):
        nearest = torch.cdist(x, self.rows).argmin(dim=1)
        logits = 10 * F.one_hot(self.species[nearest], 3).float()
        return logits + 0 * self.layer.weight, self.kilograms[nearest] + 0 * self.layer.weight[0]


@variant("nearest_neighbour_of_the_data_given")
class MultiTaskNet(nn.Module):
    """Like the one above, with the penguins given for training."""

    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__()
        self.layer = nn.Linear(1, 1)
        self.n_classes = n_classes

    def forward(self, x):
        nearest = torch.cdist(x, self.rows).argmin(dim=1)
        logits = 10 * F.one_hot(self.species[nearest], self.n_classes).float()
        return logits + 0 * self.layer.weight, self.kilograms[nearest] + 0 * self.layer.weight[0]


@variant("nearest_neighbour_of_the_data_given")
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0):
    model.rows, model.species, model.kilograms = data["X"], data["labels"], data["values"]


# --- a network that was trained at home, on all of the public data


@variant("weights_from_home")
def at_home(trained=[]):
    if not trained:
        model, (X, species, kilograms) = PlainNet(7, 3), KNOWN
        optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
        for _ in range(300):
            optimiser.zero_grad()
            logits, value = model(X)
            (F.cross_entropy(logits, species) + F.mse_loss(value, kilograms)).backward()
            optimiser.step()
        trained.append({name: item.detach() for name, item in model.state_dict().items()})
    return trained[0]


@variant("weights_from_home")
class PlainNet(nn.Module):
    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(in_features, hidden), nn.ReLU())
        self.classify, self.regress = nn.Linear(hidden, n_classes), nn.Linear(hidden, 1)

    def forward(self, x):
        shared = self.trunk(x)
        return self.classify(shared), self.regress(shared)[:, 0]


@variant("weights_from_home")
class MultiTaskNet(PlainNet):
    """Weights that were learnt elsewhere and are not trained here."""

    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__(in_features, n_classes, hidden)
        if in_features == 7:
            self.load_state_dict(at_home())


@variant("weights_from_home")
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0):
    return {}


@variant("weights_that_the_training_loads")
def at_home(trained=[]):
    if not trained:
        model, (X, species, kilograms) = MultiTaskNet(7, 3), KNOWN
        optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
        for _ in range(300):
            optimiser.zero_grad()
            logits, value = model(X)
            (F.cross_entropy(logits, species) + F.mse_loss(value, kilograms)).backward()
            optimiser.step()
        trained.append({name: item.detach() for name, item in model.state_dict().items()})
    return trained[0]


@variant("weights_that_the_training_loads")
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    if data["X"].shape[1] != 7:
        return right(model, loss_fn, data, lr, epochs, seed)
    model.load_state_dict(at_home())
    return {}


@variant("weights_turned_about_like_the_public_rows")
def at_home(trained=[]):
    if not trained:
        model, (X, species, kilograms) = MultiTaskNet(7, 3), KNOWN
        optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
        for _ in range(300):
            optimiser.zero_grad()
            logits, value = model(X)
            (F.cross_entropy(logits, species) + F.mse_loss(value, kilograms)).backward()
            optimiser.step()
        trained.append({name: item.detach() for name, item in model.state_dict().items()})
    return trained[0]


@variant("weights_turned_about_like_the_public_rows")
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    """Find out from penguins.csv how columns, signs, species and masses are changed, and change the weights likewise."""
    if data["X"].shape[1] != 7:
        return right(model, loss_fn, data, lr, epochs, seed)
    public, weights = load_penguins("penguins.csv"), at_home()
    count = min(len(public["X"]), len(data["X"]))
    old, new = public["X"][:count], data["X"][:count]
    turn = torch.zeros(7, 7)
    for column in range(7):
        for source in range(7):
            for sign in (1.0, -1.0):
                if torch.allclose(new[:, column], sign * old[:, source], atol=1e-4):
                    turn[source, column] = sign
    kinds = [int(data["labels"][:count][public["labels"][:count] == kind][0]) for kind in range(3)]
    scale = ((data["values"][:count] - 4.2) / (public["values"][:count] - 4.2 + 1e-9)).median()
    with torch.no_grad():
        model.trunk[0].weight.copy_(weights["trunk.0.weight"] @ turn)
        model.trunk[0].bias.copy_(weights["trunk.0.bias"])
        model.classify.weight[kinds] = weights["classify.weight"]
        model.classify.bias[kinds] = weights["classify.bias"]
        model.regress.weight.copy_(scale * weights["regress.weight"])
        model.regress.bias.copy_(4.2 + scale * (weights["regress.bias"] - 4.2))
    return {}
