"""Hidden checks of 03-gradient-comparison: counting steps and drawing curves, on made-up histories."""

import numpy as np

from autograder.grading import check, equal_to, require
from autograder.worker.wire import Figure


def history(rng, accuracy):
    """Make up what `train` returns, so that this part can be right even if training is wrong."""
    entries = len(accuracy)
    return {
        "loss": rng.uniform(0.05, 2.0, size=entries),
        "accuracy": np.array(accuracy, dtype=float),
        "grad_norm": rng.uniform(0.01, 1.0, size=entries),
        "w": rng.normal(size=3),
        "b": float(rng.normal()),
    }


@check("speed", hint="Take the first index, even if the accuracy falls again later: it is not sorted.")
def test_first_index_that_reaches(student, rng):
    """returns the first index, although the accuracy goes up and down"""
    accuracy = rng.uniform(0.3, 0.6, size=40)
    first = int(rng.integers(8, 15))
    accuracy[[first, first + 3, first + 9]] = 0.85, 0.97, 0.99
    assert student.steps_to_accuracy(history(rng, accuracy), 0.8) == equal_to(first)
    assert student.steps_to_accuracy(history(rng, accuracy), 0.9) == equal_to(first + 3)
    assert student.steps_to_accuracy(history(rng, [*accuracy, 1.0]), 1.0) == equal_to(40)


@check(
    "speed", hint="An equal accuracy reaches the threshold; and 0 is a valid index, though Python takes it as false."
)
def test_threshold_met_exactly_or_at_the_start(student, rng):
    """an equal accuracy reaches the threshold, and so may the first entry"""
    assert student.steps_to_accuracy(history(rng, [0.5, 0.625, 0.75, 0.875]), 0.75) == equal_to(2)
    assert student.steps_to_accuracy(history(rng, [0.9, 0.5, 0.95]), 0.875) == equal_to(0)
    assert student.steps_to_accuracy(history(rng, [0.75]), 0.75) == equal_to(0)


@check("speed", hint="argmax of a row of False is 0: test first whether there is any True. Do not change the history.")
def test_threshold_that_is_never_reached(student, rng):
    """returns None if it is never reached, does not change the history"""
    given = history(rng, [0.5, 0.625, 0.75])
    require(student.steps_to_accuracy(given, 0.6) is not None, "it is None where the threshold is reached, too")
    seen = student.observe("steps_to_accuracy", given, 0.8)
    assert seen.value == equal_to(None)
    require(unchanged(seen.arguments[0], given), "`steps_to_accuracy` changes the history")
    require(seen.printed == "", "`steps_to_accuracy` prints something")


def unchanged(after, before):
    return list(after) == list(before) and all(np.array_equal(after[key], before[key]) for key in before)


def runs(rng, **entries):
    """Made-up histories by name, each of its own length."""
    return {name: history(rng, rng.uniform(size=count)) for name, count in entries.items()}


def drawn(observation):
    figure = observation.value
    require(isinstance(figure, Figure), "`plot_training_curves` returns no matplotlib Figure")
    return figure


def shared(student, draw):
    """Two histories, and what drawing them gave. Each check draws anew: only its own calls can name a mistake."""
    histories = runs(draw("histories"), alpha=31, bravo=31)
    return histories, student.observe("plot_training_curves", histories)


def line_of(axes, values):
    """The number of the line on these axes whose heights are `values`; None if there is none."""
    for number, line in enumerate(axes.lines):
        if len(line.y) == len(values) and np.allclose(line.y, values, rtol=1e-5, atol=1e-7):
            return number
    return None


def axes_for(figure, histories, key):
    """The axes that show all histories' `key`; which of the axes that is, is the student's choice."""
    for axes in figure.axes:
        if all(line_of(axes, run[key]) is not None for run in histories.values()):
            return axes
    return None


def both_axes(figure, histories):
    """Axes of the losses and axes of the accuracies, the first of each."""
    found = [axes_for(figure, histories, key) for key in ("loss", "accuracy")]
    require(None not in found, "losses and accuracies are not all drawn as lines, each kind on one axes")
    return found


def label_of(axes, number):
    """What a reader takes the line for; matplotlib's own placeholder gives way to the legend's text."""
    label = axes.lines[number].label
    if not label.startswith("_"):
        return label
    return axes.legend[number] if number < len(axes.legend) else ""


@check("plot", hint="On one axes, draw a line for each history through all of its losses.")
def test_lines_of_the_losses(student, draw):
    """one axes shows the loss of each history at each step"""
    histories, seen = shared(student, draw)
    axes = axes_for(drawn(seen), histories, "loss")
    require(axes is not None, "there is no axes with a line of losses for every history")
    require(by_steps(axes, histories, "loss"), "the x of a line does not count its steps")


@check("plot", hint="On one axes, draw a line for each history through all of its accuracies.")
def test_lines_of_the_accuracies(student, draw):
    """one axes shows the accuracy of each history at each step"""
    histories, seen = shared(student, draw)
    axes = axes_for(drawn(seen), histories, "accuracy")
    require(axes is not None, "there is no axes with a line of accuracies for every history")
    require(by_steps(axes, histories, "accuracy"), "the x of a line does not count its steps")


def by_steps(axes, histories, key):
    """Whether x goes up by one from entry to entry; 0 and 1 will both do as the start."""
    for run in histories.values():
        x = np.array(axes.lines[line_of(axes, run[key])].x)
        if len(x) != len(run[key]) or x[0] not in (0, 1) or not np.allclose(np.diff(x), 1):
            return False
    return True


@check("plot", hint="Two scales need two axes; draw all histories in the dict, each with its own length.")
def test_histories_of_different_length(student, draw):
    """shows losses and accuracies on separate axes, for three histories of different length"""
    histories = runs(draw("three"), alpha=9, bravo=21, charlie=15)
    losses, accuracies = both_axes(drawn(student.observe("plot_training_curves", histories)), histories)
    require(losses is not accuracies, "losses and accuracies share one axes")
    mixed = any(line_of(losses, run["accuracy"]) is not None for run in histories.values())
    require(not mixed, "the axes of the losses shows accuracies too")


@check("plot", hint="Give each line label=name, on both axes, and call legend().")
def test_labels_and_legend(student, draw):
    """each line is labelled with its name, and a legend shows the names"""
    histories, seen = shared(student, draw)
    figure = drawn(seen)
    for axes, key in zip(both_axes(figure, histories), ("loss", "accuracy"), strict=True):
        for name, run in histories.items():
            label = label_of(axes, line_of(axes, run[key])).lower()
            named = [other for other in histories if other in label]
            require(named == [name], f"a line of the {key} is not labelled with its history's name alone")
    shown = " ".join(text for axes in figure.axes for text in axes.legend).lower()
    require(all(name in shown for name in histories), "no legend shows the names")


@check("plot", hint="Call set_xlabel and set_ylabel of the axes; a title is not a label.")
def test_axis_labels(student, draw):
    """both axes have a y label, and x is labelled as the step"""
    histories, seen = shared(student, draw)
    both = both_axes(drawn(seen), histories)
    require(all(says(axes.ylabel) for axes in both), "an axes has no label on y")
    require(any(says(axes.xlabel) for axes in both), "there is no label on x")


def says(label):
    """Whether a label has a letter at least; a dot tells nobody anything."""
    return any(letter.isalpha() for letter in label)


@check("plot", hint="Make a new figure in each call; do not change the histories.")
def test_figures_are_independent(student, draw):
    """a second figure shows only its own history; histories do not change, nothing is printed"""
    before, seen = shared(student, draw)
    require(seen.printed == "", "`plot_training_curves` prints something")
    given = seen.arguments[0]
    same = list(given) == list(before) and all(unchanged(given[name], before[name]) for name in before)
    require(same, "`plot_training_curves` changes the histories")
    histories = runs(draw("one"), only=12)
    for axes in both_axes(drawn(student.observe("plot_training_curves", histories)), histories):
        old = [run[key] for run in before.values() for key in ("loss", "accuracy")]
        require(all(line_of(axes, values) is None for values in old), "a figure still shows the histories before")
