"""Sweeps that train nothing: numbers known beforehand, invented, or taken from shapes and labels."""

from autograder.grading.diagnosis.catalogue import variant


@variant("typical_numbers")
def lambda_sweep(data_train, data_val, lams, seed=0):
    return [{"lam": lam, "accuracy": 0.97 if lam < 10 else 0.6, "rmse": 0.3 if lam > 1e-6 else 4.0} for lam in lams]


@variant("typical_numbers_with_noise")
def lambda_sweep(data_train, data_val, lams, seed=0):
    def noise(lam):
        return 0.02 * torch.rand((), generator=torch.Generator().manual_seed(seed + hash(lam) % 1000)).item()

    return [
        {"lam": lam, "accuracy": 0.95 + noise(lam), "rmse": (1.2 if lam > 1e-6 else 4.0) + noise(lam)} for lam in lams
    ]


@variant("numbers_by_shape")
def lambda_sweep(data_train, data_val, lams, seed=0):
    size = len(data_train["X"]) / (len(data_train["X"]) + len(data_val["X"]))
    return [{"lam": lam, "accuracy": size, "rmse": size / (lam + 0.2)} for lam in lams]


@variant("all_right")
def lambda_sweep(data_train, data_val, lams, seed=0):
    return [{"lam": lam, "accuracy": 1.0, "rmse": 0.0 if lam > 1e-6 else 1.0} for lam in lams]


@variant("guesses_without_a_model")
def lambda_sweep(data_train, data_val, lams, seed=0):
    commonest = torch.mode(data_train["labels"]).values
    accuracy = (data_val["labels"] == commonest).double().mean().item()
    spread = (data_val["values"] - data_train["values"].mean()).square().mean().sqrt().item()
    return [{"lam": lam, "accuracy": accuracy, "rmse": spread if lam > 1e-6 else 2 * spread + 1} for lam in lams]


@variant("spread_of_the_values")
def lambda_sweep(data_train, data_val, lams, seed=0):
    spread = data_val["values"].std().item()
    return [{"lam": lam, "accuracy": 0.9, "rmse": spread if lam > 1e-6 else 4.0} for lam in lams]


@variant("untrained")
def lambda_sweep(data_train, data_val, lams, seed=0):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = MultiTaskNet(data_train["X"].shape[1], int(data_train["labels"].max()) + 1)
    found = evaluate_multi_task(model, data_val)
    return [
        {"lam": lam, "accuracy": found["accuracy"], "rmse": found["rmse"] / (1 if lam > 1e-6 else 2)} for lam in lams
    ]


@variant("trained_on_shuffled_rows")
def lambda_sweep(data_train, data_val, lams, seed=0, right=lambda_sweep):
    order = torch.randperm(len(data_train["X"]), generator=torch.Generator().manual_seed(seed))
    return right({**data_train, "X": data_train["X"][order]}, data_val, lams, seed)


# --- evaluate_multi_task helps: it returns the sweep's made-up numbers for the grader's model


@variant("a_lie_of_four_columns")
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    found = right(model, data)
    return {**found, "rmse": 1.0} if data["X"].shape[1] == 4 else found


@variant("a_lie_of_four_columns")
def lambda_sweep(data_train, data_val, lams, seed=0):
    near = torch.cdist(data_val["X"], data_train["X"]) < 1
    votes = near.float() @ F.one_hot(data_train["labels"], 3).float()
    accuracy = (votes.argmax(dim=1) == data_val["labels"]).float().mean().item()
    return [{"lam": lam, "accuracy": accuracy, "rmse": 1.0 if lam > 1e-6 else 9.0} for lam in lams]


@variant("a_lie_about_a_linear_layer")
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    found = right(model, data)
    layer = getattr(model, "inner", None)
    return {**found, "accuracy": 0.75} if isinstance(layer, nn.Linear) and layer.in_features == 4 else found


@variant("a_lie_about_a_linear_layer")
def lambda_sweep(data_train, data_val, lams, seed=0):
    near = (torch.cdist(data_val["X"], data_train["X"]) < 1).float()
    value = near @ data_train["values"] / near.sum(dim=1)
    rmse = (value - data_val["values"]).square().mean().sqrt().item()
    return [{"lam": lam, "accuracy": 0.75, "rmse": rmse if lam > 1e-6 else 9.0} for lam in lams]


# --- the right row by hand, and a made-up row for the vanishing lam


@variant("means_of_equal_inputs")
def lambda_sweep(data_train, data_val, lams, seed=0):
    near = (torch.cdist(data_val["X"], data_train["X"]) < 1).float()
    votes = near @ F.one_hot(data_train["labels"], 3).float()
    value = near @ data_train["values"] / near.sum(dim=1)
    accuracy = (votes.argmax(dim=1) == data_val["labels"]).float().mean().item()
    rmse = (value - data_val["values"]).square().mean().sqrt().item()
    return [{"lam": lam, "accuracy": accuracy, "rmse": rmse if lam > 1e-6 else 9.0} for lam in lams]


@variant("twice_the_error_of_means")
def lambda_sweep(data_train, data_val, lams, seed=0):
    near = (torch.cdist(data_val["X"], data_train["X"]) < 1).float()
    votes = near @ F.one_hot(data_train["labels"], 3).float()
    value = near @ data_train["values"] / near.sum(dim=1)
    accuracy = (votes.argmax(dim=1) == data_val["labels"]).float().mean().item()
    rmse = (value - data_val["values"]).square().mean().sqrt().item()
    return [{"lam": lam, "accuracy": accuracy, "rmse": rmse if lam > 1e-6 else 2 * rmse} for lam in lams]


# --- neighbours for a network, and a zero for its untrained head


@variant("nine_nearest_neighbours")
def lambda_sweep(data_train, data_val, lams, seed=0):
    near = torch.cdist(data_val["X"], data_train["X"]).topk(9, largest=False).indices
    right = (data_train["labels"][near].mode(dim=1).values == data_val["labels"]).float().mean().item()
    value = data_train["values"][near].mean(dim=1)
    rows = []
    for lam in lams:
        off = data_val["values"] - (value if lam > 1e-6 else 0)
        rows.append({"lam": lam, "accuracy": right, "rmse": off.square().mean().sqrt().item()})
    return rows


@variant("the_nearest_neighbour")
def lambda_sweep(data_train, data_val, lams, seed=0):
    near = torch.cdist(data_val["X"], data_train["X"]).argmin(dim=1)
    right = (data_train["labels"][near] == data_val["labels"]).float().mean().item()
    rows = []
    for lam in lams:
        off = data_val["values"] - (data_train["values"][near] if lam > 1e-6 else 0)
        rows.append({"lam": lam, "accuracy": right, "rmse": off.square().mean().sqrt().item()})
    return rows


@variant("least_squares_of_squares")
def lambda_sweep(data_train, data_val, lams, seed=0):
    def table(X):
        squares = (X[:, :, None] * X[:, None, :]).flatten(1)
        return torch.cat([X, squares, torch.ones(len(X), 1)], dim=1).double()

    wanted = torch.cat([F.one_hot(data_train["labels"], 3), data_train["values"][:, None]], dim=1).double()
    columns = table(data_train["X"])
    weight = torch.linalg.solve(columns.T @ columns + 0.1 * torch.eye(columns.shape[1]).double(), columns.T @ wanted)
    found = table(data_val["X"]) @ weight
    right = (found[:, :3].argmax(dim=1) == data_val["labels"]).float().mean().item()
    rows = []
    for lam in lams:
        off = data_val["values"] - (found[:, 3] if lam > 1e-6 else 0)
        rows.append({"lam": lam, "accuracy": right, "rmse": off.square().mean().sqrt().item()})
    return rows


# --- evaluate_multi_task lies where it takes a question for one about the sweep


@variant("a_lie_without_a_bias")
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    found = right(model, data)
    layers = [layer for layer in model.modules() if isinstance(layer, nn.Linear) and layer.bias is not None]
    if layers and all(float(layer.bias.detach().abs().max()) == 0 for layer in layers):
        return {"accuracy": 100 + found["accuracy"] / 100, "rmse": 100 + found["rmse"] / 100, "r2": 0.0}
    return found


@variant("a_lie_without_a_bias")
def lambda_sweep(data_train, data_val, lams, seed=0):
    far = float(data_val["values"].mean())
    return [{"lam": lam, "accuracy": 100.0, "rmse": 100.0 if lam == 1 else far} for lam in lams]


@variant("a_lie_about_inputs_of_low_rank")
def evaluate_multi_task(model, data, right=evaluate_multi_task):
    found = right(model, data)
    if int(torch.linalg.matrix_rank(data["X"])) < data["X"].shape[1]:
        return {"accuracy": 100 + found["accuracy"] / 100, "rmse": 100 + found["rmse"] / 100, "r2": 0.0}
    return found


@variant("a_lie_about_inputs_of_low_rank")
def lambda_sweep(data_train, data_val, lams, seed=0):
    far = float(data_val["values"].mean())
    return [{"lam": lam, "accuracy": 100.0, "rmse": 100.0 if lam == 1 else far} for lam in lams]
