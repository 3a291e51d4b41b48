"""Known wrong answers of 05-multi-task, part `lambda_tradeoff`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake


@mistake(
    "sweep_one_model",
    says="this goes on training the same model; make a new one for each lam, or a row depends on those before it.",
    seen="BMEII-AI/RadImageNet#5: weights not made anew in the loop over folds",
    replayable=False,
    breaks=("state",),
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
    says="this seeds torch's global random numbers and leaves them changed; seed inside fork_rng.",
    seen="mlcommons/modelgauge#149: the global random number generator seeded again and again",
    breaks=("leaves_alone",),
)
def lambda_sweep(data_train, data_val, lams, seed=0, right=lambda_sweep):
    torch.manual_seed(seed)
    return right(data_train, data_val, lams, seed)


@mistake(
    "sweep_on_training_data",
    says="this measures on the data it was trained on; measure on data_val.",
    seen="hpcaitech/ColossalAI#6405: evaluation iterates over train_dataloader",
)
def lambda_sweep(data_train, data_val, lams, seed=0, right=lambda_sweep):
    return right(data_train, data_train, lams, seed)


@mistake(
    "plot_linear_axis",
    says="this draws lam on a linear axis, where small values fall together; call set_xscale('log').",
)
def plot_lambda_tradeoff(rows, right=plot_lambda_tradeoff):
    figure = right(rows)
    for axes in figure.axes:
        axes.set_xscale("linear")
    return figure


@mistake(
    "sweep_unseeded",
    says="the first weights are drawn without the seed, so every sweep gives different rows; seed before you make the model.",
    seen="online-ml/deep-river#172: the seed must take effect before the module is initialised",
    replayable=False,
    breaks=("state",),
)
def lambda_sweep(data_train, data_val, lams, seed=0, right=lambda_sweep):
    rows = []
    with torch.random.fork_rng(devices=[]):
        for lam in lams:
            rows += right(data_train, data_val, [lam], int(torch.randint(2**31, ())))
    return rows


@mistake(
    "sweep_ignores_lam",
    says="every row is trained with a lam of 1; give the lam of the row to MultiTaskLoss.",
)
def lambda_sweep(data_train, data_val, lams, seed=0, right=lambda_sweep):
    return [{**right(data_train, data_val, [1.0], seed)[0], "lam": lam} for lam in lams]


@mistake(
    "sweep_sorted",
    says="this sorts the lams; return the rows in the order of the given lams.",
)
def lambda_sweep(data_train, data_val, lams, seed=0, right=lambda_sweep):
    return right(data_train, data_val, sorted(lams), seed)


@mistake(
    "plot_unsorted",
    says="the line runs back and forth because the rows are not in order of lam; sort them before drawing.",
)
def plot_lambda_tradeoff(rows, right=plot_lambda_tradeoff):
    figure = right(rows)
    for axes, key in zip(figure.axes, ("accuracy", "rmse")):
        axes.lines[0].set_data([row["lam"] for row in rows], [row[key] for row in rows])
    return figure


@mistake(
    "plot_one_scale",
    says="accuracy and RMSE share one scale, on which one of them looks flat; use twinx() or two axes.",
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
    says="there is no legend; add one that says which line is which.",
    seen="roboflow/rf-detr#1335: legends missing in plots of training metrics",
)
def plot_lambda_tradeoff(rows, right=plot_lambda_tradeoff):
    figure = right(rows)
    for legend in figure.legends:
        legend.remove()
    figure.legends.clear()
    return figure
