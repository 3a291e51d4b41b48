"""Known wrong answers of 03-gradient-comparison, part `plot`, each with what a tutor would say."""

from autograder.grading.diagnosis.catalogue import mistake


@mistake(
    "plot_no_legend",
    says="there is no legend, so nobody can tell which line is which; call legend() after you draw the lines.",
    breaks=("plot",),
    seen="roboflow/rf-detr#1335: legends missing in plots of training metrics",
)
def plot_training_curves(histories, right=plot_training_curves):
    figure = right(histories)
    for axes in figure.axes:
        axes.get_legend().remove()
    return figure


@mistake(
    "plot_no_axis_labels",
    says="the axes have no labels; say what is drawn with set_xlabel and set_ylabel.",
    breaks=("plot",),
    seen="dnouri/nolearn#122: plot_loss gets its axis labels",
)
def plot_training_curves(histories, right=plot_training_curves):
    figure = right(histories)
    for axes in figure.axes:
        axes.set(xlabel="", ylabel="")
    return figure


mistake(
    "plot_loss_twice",
    says="both axes show the loss; one of them should show the accuracy.",
    function="plot_training_curves",
    change=("history[key],", 'history["loss"],'),
)


@mistake(
    "plot_log_of_the_loss",
    says='this draws logarithms of the losses; draw the losses, and use set_yscale("log") for a logarithmic scale.',
)
def plot_training_curves(histories):
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for name, history in histories.items():
        left.plot(range(len(history["loss"])), np.log(history["loss"]), label=name)
        right.plot(range(len(history["accuracy"])), history["accuracy"], label=name)
    left.set(xlabel="step", ylabel="log loss")
    right.set(xlabel="step", ylabel="accuracy")
    left.legend()
    right.legend()
    return figure


mistake(
    "plot_cut_to_the_shortest",
    says="all lines end where the shortest history ends; draw each one to its own end.",
    breaks=("plot",),
    function="plot_training_curves",
    change=(
        "axes.plot(range(len(history[key])), history[key], label=name)",
        "short = min(len(other[key]) for other in histories.values())\n"
        "            axes.plot(range(short), history[key][:short], label=name)",
    ),
)

mistake(
    "plot_into_one_figure",
    says="each call draws into the same figure, so the lines of earlier calls stay; make a new figure each time.",
    breaks=("state", "plot"),
    seen="Novacer/alpharithmic-trading#12: each call's plot is appended to the old figure",
    replayable=False,
    function="plot_training_curves",
    change=(
        'figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")',
        "figure = plt.figure(1)\n"
        "    left, right = figure.axes or (figure.add_subplot(1, 2, 1), figure.add_subplot(1, 2, 2))",
    ),
)


@mistake(
    "plot_on_one_axes",
    says="losses and accuracies share one axes and one scale; draw them on two.",
    breaks=("plot",),
)
def plot_training_curves(histories):
    figure, axes = plt.subplots()
    for name, history in histories.items():
        for key in ("loss", "accuracy"):
            axes.plot(range(len(history[key])), history[key], label=name)
    axes.set(xlabel="step", ylabel="value")
    axes.legend()
    return figure


@mistake(
    "plot_accuracies_in_percent",
    says="this draws percentages; draw the accuracies as the history has them.",
)
def plot_training_curves(histories, right=plot_training_curves):
    return right({name: {**run, "accuracy": 100 * np.asarray(run["accuracy"])} for name, run in histories.items()})


mistake(
    "plot_x_from_zero_to_one",
    says="x does not count the steps; draw each entry over its own number, 0, 1, 2 and so on.",
    breaks=("plot",),
    function="plot_training_curves",
    change=("range(len(history[key])), history[key]", "np.linspace(0, 1, len(history[key])), history[key]"),
)

mistake(
    "plot_labels_of_the_keys",
    says="all lines have the same label, so nobody can tell whose they are; give each one its history's name.",
    breaks=("plot",),
    replayable=False,
    function="plot_training_curves",
    change=("label=name", "label=key"),
)


@mistake(
    "plot_adds_to_the_histories",
    says="this leaves an entry of its own in the caller's histories; keep it in a name of your own.",
    breaks=("leaves_alone",),
)
def plot_training_curves(histories, right=plot_training_curves):
    figure = right(histories)
    for history in histories.values():
        history["steps"] = np.arange(len(history["loss"]))
    return figure


@mistake(
    "plot_prints",
    says="this prints besides drawing; leave the printing to the caller.",
    breaks=("prints",),
)
def plot_training_curves(histories, right=plot_training_curves):
    print(list(histories))
    return right(histories)
