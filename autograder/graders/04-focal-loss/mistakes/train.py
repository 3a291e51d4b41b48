"""Known wrong answers of 04-focal-loss, part `train`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake

mistake(
    "train_no_zero_grad",
    breaks=(
        "leaves_alone",
        "state",
    ),
    says="the gradients of all batches add up; set them to zero before each backward.",
    seen="facebookresearch/nwm#16: zero_grad is missing in one branch",
    change=(
        "optimiser.zero_grad()\n                loss = loss_fn(model(X[rows]), y[rows])",
        "loss = loss_fn(model(X[rows]), y[rows])",
    ),
)

mistake(
    "train_seeds_globally",
    breaks=("state",),
    says="torch.manual_seed changes the caller's random state; seed inside torch.random.fork_rng().",
    seen="huggingface/diffusers#175: torch.manual_seed in a training loop",
    also=("compare",),
    change=(
        "with torch.random.fork_rng():\n        torch.manual_seed(seed)",
        "torch.manual_seed(seed)\n    if True:",
    ),
)

mistake(
    "train_own_generator",
    breaks=("state",),
    says="the row order has its own generator, but dropout still draws from the caller's random state; seed inside torch.random.fork_rng().",
    change=(
        "with torch.random.fork_rng():\n"
        "        torch.manual_seed(seed)\n"
        "        for _ in range(epochs):\n"
        "            total = 0.0\n"
        "            for rows in torch.randperm(len(X)).split(batch_size):",
        "generator = torch.Generator().manual_seed(seed)\n"
        "    if True:\n"
        "        for _ in range(epochs):\n"
        "            total = 0.0\n"
        "            for rows in torch.randperm(len(X), generator=generator).split(batch_size):",
    ),
)

mistake(
    "train_same_order_each_epoch",
    breaks=("training",),
    says="every epoch uses the rows in the same order; draw a new order in each.",
    change=(
        "for _ in range(epochs):\n"
        "            total = 0.0\n"
        "            for rows in torch.randperm(len(X)).split(batch_size):",
        "order = torch.randperm(len(X))\n"
        "        for _ in range(epochs):\n"
        "            total = 0.0\n"
        "            for rows in order.split(batch_size):",
    ),
)

mistake(
    "train_never_shuffles",
    breaks=("training",),
    says="the rows stay in their original order; shuffle them in each epoch.",
    seen="openai/random-network-distillation#17: the samples of an epoch are not shuffled",
    change=("torch.randperm", "torch.arange"),
)

mistake(
    "train_drops_the_rest",
    breaks=("training",),
    says="the last, smaller batch is left out; it is a batch too.",
    seen="mlcommons/algorithmic-efficiency#54: the last partial batch is dropped",
    change=(
        "optimiser.zero_grad()",
        "if len(rows) < batch_size < len(X):\n                    continue\n                optimiser.zero_grad()",
    ),
)

mistake(
    "train_sgd",
    says="this trains with plain gradient descent; use Adam.",
    also=("compare",),
    change=("torch.optim.Adam", "torch.optim.SGD"),
)

mistake(
    "train_ignores_lr",
    breaks=(
        "leaves_alone",
        "state",
    ),
    says="`lr` has no effect, because the optimiser uses its own default; pass lr on.",
    also=("compare",),
    change=("torch.optim.Adam(model.parameters(), lr=lr)", "torch.optim.Adam(model.parameters())"),
)

mistake(
    "train_in_eval_mode",
    breaks=("training",),
    says="the model is never put into training mode, so dropout has no effect; call model.train().",
    seen="pytorch/tutorials#1624: the second epoch trains in evaluation mode",
    change=(
        "model.train()\n    history = []",
        "history = []",
    ),
)

mistake(
    "train_sums_batch_losses",
    says="the loss of an epoch is the sum over its batches; use the mean over the rows.",
    seen="jinglescode/time-series-forecasting-pytorch#13: batch losses added up over the epoch",
    change=(
        "total += loss.item() * len(rows)\n            history.append(total / len(X))",
        "total += loss.item()\n            history.append(total)",
    ),
)

mistake(
    "train_last_batch_only",
    says="the loss kept is that of the last batch; use the mean over all rows of the epoch.",
    seen="nicknochnack/PyTorchin15#4: the epoch's loss is that of its last batch",
    change=("total / len(X)", "loss.item()"),
)

mistake(
    "train_measures_after_the_step",
    says="the loss of an epoch is computed again after its steps; keep the losses that you differentiated.",
    change=(
        "history.append(total / len(X))",
        "with torch.no_grad():\n                history.append(loss_fn(model(X), y).item())",
    ),
)

mistake(
    "train_sorts_the_data",
    breaks=("leaves_alone",),
    says="X and y are shuffled in place, which changes the caller's data; index them instead.",
    seen="BioThinkLab/SCYN#7: the caller's arrays are changed in place",
    change=(
        "for rows in torch.randperm(len(X)).split(batch_size):",
        "order = torch.randperm(len(X))\n"
        "            X[:], y[:] = X[order].clone(), y[order].clone()\n"
        "            for rows in torch.arange(len(X)).split(batch_size):",
    ),
)

mistake(
    "train_new_optimiser_each_epoch",
    says="every epoch makes a new Adam, which forgets its running averages; use one optimiser for all epochs.",
    seen="alan-turing-institute/deepsensor#47: Adam is made anew at the start of each epoch",
    change=(
        "optimiser = torch.optim.Adam(model.parameters(), lr=lr)\n"
        "    model.train()\n"
        "    history = []\n"
        "    with torch.random.fork_rng():\n"
        "        torch.manual_seed(seed)\n"
        "        for _ in range(epochs):",
        "model.train()\n"
        "    history = []\n"
        "    with torch.random.fork_rng():\n"
        "        torch.manual_seed(seed)\n"
        "        for _ in range(epochs):\n"
        "            optimiser = torch.optim.Adam(model.parameters(), lr=lr)",
    ),
)

mistake(
    "train_shuffles_apart",
    breaks=(
        "leaves_alone",
        "state",
        "training",
    ),
    says="X and y are shuffled separately, so rows get other rows' labels; index both with the same permutation.",
    also=("compare",),
    change=(
        "for rows in torch.randperm(len(X)).split(batch_size):\n"
        "                optimiser.zero_grad()\n"
        "                loss = loss_fn(model(X[rows]), y[rows])",
        "batches = zip(\n"
        "                torch.randperm(len(X)).split(batch_size), torch.randperm(len(X)).split(batch_size), strict=True\n"
        "            )\n"
        "            for rows, labels in batches:\n"
        "                optimiser.zero_grad()\n"
        "                loss = loss_fn(model(X[rows]), y[labels])",
    ),
)

mistake(
    "train_zeroes_before_the_step",
    breaks=(
        "leaves_alone",
        "state",
        "training",
    ),
    says="the gradients are set to zero between backward and step, so the step has no gradient; zero them before backward.",
    also=("compare",),
    change=(
        "optimiser.zero_grad()\n"
        "                loss = loss_fn(model(X[rows]), y[rows])\n"
        "                loss.backward()",
        "loss = loss_fn(model(X[rows]), y[rows])\n"
        "                loss.backward()\n"
        "                optimiser.zero_grad()",
    ),
)

mistake(
    "train_a_copy",
    breaks=(
        "leaves_alone",
        "state",
        "training",
    ),
    says="a copy of the model is trained, and the caller's model stays untrained; train the model you are given.",
    also=("compare",),
    change=(
        "optimiser = torch.optim.Adam(model.parameters(), lr=lr)",
        "model = copy.deepcopy(model)\n    optimiser = torch.optim.Adam(model.parameters(), lr=lr)",
    ),
)

mistake(
    "train_with_replacement",
    breaks=("training",),
    says="the rows are drawn with replacement, so some come twice in an epoch and others never; use a permutation.",
    change=("torch.randperm(len(X)).split(batch_size)", "torch.randint(len(X), (len(X),)).split(batch_size)"),
)
