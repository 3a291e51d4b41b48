"""Known wrong answers of 05-multi-task, part `train`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake


@mistake(
    "train_not_the_loss",
    says="the optimiser gets only the model's parameters; give it those of the loss too.",
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
    says="your lists are one entry short; note one number for each epoch, including the last.",
    seen="activetigger/activetigger#391: the last epoch is missing from the loss plot",
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    history = right(model, loss_fn, data, lr, epochs, seed)
    return {name: numbers[:-1] for name, numbers in history.items()}


@mistake(
    "train_weighted_losses",
    says="this notes the losses with their weights; note them without.",
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    history = right(model, loss_fn, data, lr, epochs, seed)
    for name in ("classification", "regression"):
        history[name] = [loss * weight for loss, weight in zip(history[name], history[f"weight_{name}"])]
    return history


@mistake(
    "train_global_seed",
    says="this seeds torch's global random numbers and leaves them changed; use a Generator or fork_rng.",
    seen="soran-ghaderi/torchebm#319: torch.manual_seed rewrites the caller's random state",
    breaks=("state",),
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    torch.manual_seed(seed)
    return right(model, loss_fn, data, lr, epochs, seed)


@mistake(
    "train_eval_mode",
    says="this trains in eval mode, where dropout does nothing; call model.train() first.",
    seen="pytorch/tutorials#1624: the second epoch trains in evaluation mode",
    breaks=("evaluation",),
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
    says="gradients are never cleared, so they add up over all steps; call zero_grad() in each step.",
    seen="pytorch/pytorch#47175: zero_grad forgotten, or once an epoch",
    also=("score", "lambda_tradeoff"),
    breaks=("state", "leaves_alone"),
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
    says="random numbers here do not depend on `seed`, so a model with dropout trains differently each time; use the seed.",
    seen="soapisnotfat/super-resolution#3: the seed setting is ineffective",
    replayable=False,
    breaks=("state",),
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    with torch.random.fork_rng(devices=[]):
        return right(model, loss_fn, data, lr, epochs, int(torch.randint(2**31, ())))


@mistake(
    "train_ignores_epochs",
    says="this always trains for 200 epochs; use `epochs`.",
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    return right(model, loss_fn, data, lr, 200, seed)


@mistake(
    "train_a_copy",
    says="this trains a copy, and the given model stays untrained; train the given model.",
    also=("score", "lambda_tradeoff"),
    breaks=("evaluation", "state", "leaves_alone"),
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    import copy

    return right(copy.deepcopy(model), loss_fn, data, lr, epochs, seed)


@mistake(
    "train_shuffles_the_data",
    says="this writes shuffled rows back into the caller's data; index them into new tensors.",
    seen="BioThinkLab/SCYN#7: the caller's arrays are changed in place",
    breaks=("leaves_alone",),
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    order = torch.randperm(len(data["labels"]), generator=torch.Generator().manual_seed(seed))
    for name in ("X", "labels", "values"):
        data[name] = data[name][order]
    return right(model, loss_fn, data, lr, epochs, seed)


@mistake(
    "train_prints",
    says="this prints its progress; print nothing, since the history has it.",
    breaks=("prints",),
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    history = right(model, loss_fn, data, lr, epochs, seed)
    for epoch, total in enumerate(history["total"]):
        if epoch % 10 == 0:
            print(f"epoch {epoch}: {total:.4f}")
    return history


@mistake(
    "train_weights_of_the_start",
    says="this notes the weights only at the start; note them in every epoch, because they change with s.",
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    history = right(model, loss_fn, data, lr, epochs, seed)
    for name in ("weight_classification", "weight_regression"):
        history[name] = history[name][:1] * epochs
    return history


@mistake(
    "train_total_unweighted",
    says="this notes the sum of the raw losses as the total; note the combined loss.",
)
def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0, right=train_multi_task):
    history = right(model, loss_fn, data, lr, epochs, seed)
    history["total"] = [one + two for one, two in zip(history["classification"], history["regression"])]
    return history


mistake(
    "train_weights_swapped",
    function="train_multi_task",
    says="the two weights are noted the wrong way round; the first one belongs to the classification.",
    change=("*loss_fn.factors", "*loss_fn.factors[::-1]"),
)
