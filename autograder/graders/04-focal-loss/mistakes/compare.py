"""Known wrong answers of 04-focal-loss, part `compare`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake

mistake(
    "compare_on_the_training_rows",
    says="the metrics are measured on the training rows; evaluate on the test rows.",
    seen="XuyangBai/KPConv.pytorch#3: the test loop reads train_loader",
    change=("model, X_test, y_test", "model, X_train, y_train"),
)

mistake(
    "compare_trains_on_the_test_rows",
    breaks=(
        "leaves_alone",
        "state",
    ),
    says="the models are trained on the test rows; train on the training rows.",
    change=("model, X_train, y_train", "model, X_test, y_test"),
)

mistake(
    "compare_one_model",
    breaks=("state",),
    says="the same model is trained three times in a row; train a copy of the starting model for each loss.",
    seen="antmarakis/Machine-Learning#3: each fold goes on training the same model",
    change=("copy.deepcopy(start)", "start"),
)

mistake(
    "compare_other_starts",
    breaks=("state",),
    says="each model starts from different weights, so the comparison depends on chance; copy one starting model for each loss.",
    change=(
        "start = nn.Linear(X_train.shape[1], 2).to(X_train)\n"
        "    results = {}\n"
        "    for name, loss_fn in losses.items():\n"
        "        model = copy.deepcopy(start)",
        "nn.Linear(X_train.shape[1], 2).to(X_train)\n"
        "    results = {}\n"
        "    for name, loss_fn in losses.items():\n"
        "        with torch.random.fork_rng():\n"
        "            torch.manual_seed(seed + len(results))\n"
        "            model = nn.Linear(X_train.shape[1], 2).to(X_train)",
    ),
)

mistake(
    "compare_weights_by_frequency",
    says="the weights are the shares of the classes, so the rare class counts even less; use the inverse.",
    seen="ninous-dev/heart-prediction LogisticRegression/compute_class_weights.py: counts / rows",
    change=(
        "len(y_train) / (2 * torch.bincount(y_train, minlength=2))",
        "torch.bincount(y_train, minlength=2) / len(y_train)",
    ),
)

mistake(
    "compare_focal_alpha_swapped",
    says="focal loss weights class 0 by 0.75 and class 1 by 0.25; the rare class 1 gets 0.75.",
    seen="clcarwin/focal_loss_pytorch#10: alpha on class 0, 1 - alpha on class 1",
    change=("0.25, 0.75", "0.75, 0.25"),
)

mistake(
    "compare_unweighted_focal",
    says="focal loss runs without its weights 0.25 and 0.75.",
    change=("FocalLoss(alpha=[0.25, 0.75]).to(X_train.device)", "FocalLoss().to(X_train.device)"),
)

mistake(
    "compare_focal_by_frequency",
    says="focal loss uses the inverse frequencies as weights; use 0.25 and 0.75.",
    change=("FocalLoss(alpha=[0.25, 0.75]).to(X_train.device)", "FocalLoss(alpha=weight)"),
)


@mistake(
    "compare_last_loss_for_all",
    breaks=(
        "leaves_alone",
        "state",
    ),
    says="a lambda made in a loop sees the loop variable's last value, so all three models get the same loss.",
    seen="python/cpython#100299: lambdas made in a loop all use its last value",
)
def compare(X_train, y_train, X_test, y_test, seed=0):
    weight = (len(y_train) / (2 * torch.bincount(y_train, minlength=2))).to(X_train.dtype)
    losses = [F.cross_entropy, nn.CrossEntropyLoss(weight=weight), FocalLoss(alpha=[0.25, 0.75]).to(X_train.device)]
    bound = [lambda logits, targets: loss_fn(logits, targets) for loss_fn in losses]
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        start = nn.Linear(X_train.shape[1], 2).to(X_train)
    results = {}
    for name, loss in zip(("cross_entropy", "weighted", "focal"), bound, strict=True):
        model = copy.deepcopy(start)
        train(model, X_train, y_train, loss, lr=0.01, seed=seed)
        results[name] = evaluate(model, X_test, y_test)
    return results


mistake(
    "compare_seeds_globally",
    breaks=("leaves_alone",),
    says="torch.manual_seed changes the caller's random state; seed and make the layer inside torch.random.fork_rng().",
    seen="soran-ghaderi/torchebm#319: torch.manual_seed rewrites the caller's random state",
    change=(
        "with torch.random.fork_rng():\n"
        "        torch.manual_seed(seed)\n"
        "        start = nn.Linear(X_train.shape[1], 2).to(X_train)",
        "torch.manual_seed(seed)\n    start = nn.Linear(X_train.shape[1], 2).to(X_train)",
    ),
)

mistake(
    "compare_64_features",
    breaks=(
        "leaves_alone",
        "state",
    ),
    says="the layer is made for the 64 pixels of the digits; take the number of features from X_train.",
    change=("X_train.shape[1]", "64"),
)
