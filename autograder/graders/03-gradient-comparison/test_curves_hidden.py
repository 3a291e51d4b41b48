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


@check("speed", topic="default", hint="Take the first index, even if the accuracy falls again later: it is not sorted.")
def test_first_index_that_reaches(student, rng):
    """returns the first index, although the accuracy goes up and down"""
    accuracy = rng.uniform(0.3, 0.6, size=40)
    first = int(rng.integers(8, 15))
    accuracy[[first, first + 3, first + 9]] = 0.85, 0.97, 0.99
    assert student.steps_to_accuracy(history(rng, accuracy), 0.8) == equal_to(first)
    assert student.steps_to_accuracy(history(rng, accuracy), 0.9) == equal_to(first + 3)


@check("speed", topic="extremes", points=0.5, hint="An accuracy equal to the threshold reaches it.")
def test_threshold_met_exactly(student, rng):
    """an equal accuracy reaches the threshold"""
    tells(student, rng)
    place = int(rng.integers(20, 40))
    accuracy = [*np.sort(rng.uniform(0.3, 0.6, size=place)), 0.75]
    assert student.steps_to_accuracy(history(rng, accuracy), 0.75) == equal_to(place)


@check("speed", topic="extremes", points=0.5, hint="0 is a valid index, though Python takes it as false.")
def test_threshold_met_at_the_start(student, rng):
    """the start may reach the threshold"""
    tells(student, rng)
    assert student.steps_to_accuracy(history(rng, [0.9]), 0.6) == equal_to(0)


@check(
    "speed", topic="extremes", points=0.5, hint="argmax of a row of False is 0: test first whether there is any True."
)
def test_threshold_that_is_never_reached(student, rng):
    """returns None if it is never reached"""
    tells(student, rng)
    assert student.steps_to_accuracy(history(rng, [0.5, 0.625, 0.75]), 0.8) == equal_to(None)


@check(
    "speed",
    kind="property",
    topic="leaves_alone",
    points=0.25,
    hint="Put what you compute into new names, not into the history.",
)
def test_counting_leaves_the_history(student, rng):
    """does not change the history"""
    tells(student, rng)
    given = history(rng, [0.5, 0.625, 0.75, 0.7])
    seen = student.observe("steps_to_accuracy", given, 0.6)
    require(unchanged(seen.arguments[0], given), "`steps_to_accuracy` changes the history")


@check("speed", kind="property", topic="prints", points=0.25, hint="Return the number; the caller prints it.")
def test_counting_prints_nothing(student, rng):
    """prints nothing"""
    tells(student, rng)
    seen = student.observe("steps_to_accuracy", history(rng, [0.5, 0.625, 0.75]), 0.6)
    require(seen.printed == "", "`steps_to_accuracy` prints something")


def tells(student, rng):
    """Require that a count is given, right or wrong, which depends on the history and on the threshold."""
    slow = history(rng, [0.5] * 12 + [0.6] * 5 + [0.7] * 6 + [0.6])  # the last place falls with the threshold, too
    fast = history(rng, [0.5] * 7 + [0.7] * 4 + [0.6])
    found = [student.steps_to_accuracy(run, threshold) for run, threshold in ((slow, 0.65), (fast, 0.65), (slow, 0.55))]
    again = [student.steps_to_accuracy(slow, 0.65) for _ in range(3)]
    for count in (*found, *again):
        number = isinstance(count, (int, float, np.number)) and not isinstance(count, bool)
        require(number and np.isfinite(count), "`steps_to_accuracy` gives no number yet")
    require(found[0] not in found[1:], "the count does not depend on the history and on the threshold")
    require(again == [found[0]] * 3, "`steps_to_accuracy` gives something else when it is called again")


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


def label_of(axes, number):
    """What a reader takes the line for; matplotlib's own placeholder gives way to the legend's text."""
    label = axes.lines[number].label
    if not label.startswith("_"):
        return label
    return axes.legend[number] if number < len(axes.legend) else ""


def with_lines(figure):
    """The axes on which something is drawn."""
    return [axes for axes in figure.axes if any(len(line.y) > 1 for line in axes.lines)]


def works(student, draw):
    """Two histories and what drawing them gave: curves, right or wrong, that are others for other histories."""
    histories, seen = shared(student, draw)
    figure = drawn(seen)
    require(sum(len(curves(axes)) for axes in figure.axes) >= len(histories), "no curves are drawn yet")
    others = drawn(student.observe("plot_training_curves", runs(draw("others"), alpha=31, bravo=31)))
    same = [curves(axes) for axes in figure.axes] == [curves(axes) for axes in others.axes]
    require(not same, "the curves do not depend on the histories")
    return histories, seen, figure


def curves(axes):
    """The heights of the lines that go up or down."""
    return [list(line.y) for line in axes.lines if len(line.y) > 1 and np.isfinite(line.y).all() and np.ptp(line.y) > 0]


@check("plot", topic="plot", points=0.75, hint="On one axes, draw a line for each history through all of its losses.")
def test_lines_of_the_losses(student, draw):
    """one axes shows the losses of each history"""
    histories, seen = shared(student, draw)
    require(axes_for(drawn(seen), histories, "loss") is not None, "no axes has a line of losses for every history")


@check(
    "plot", topic="plot", points=0.75, hint="On one axes, draw a line for each history through all of its accuracies."
)
def test_lines_of_the_accuracies(student, draw):
    """one axes shows the accuracies of each history"""
    histories, seen = shared(student, draw)
    require(
        axes_for(drawn(seen), histories, "accuracy") is not None, "no axes has a line of accuracies for every history"
    )


@check("plot", kind="property", topic="plot", points=0.5, hint="x is the number of the step: 0, 1, 2 and so on.")
def test_lines_by_steps(student, draw):
    """the x of each line counts its steps"""
    _, _, figure = works(student, draw)
    for axes in with_lines(figure):
        for line in axes.lines:
            x = np.array(line.x)
            require(
                len(x) < 2 or (x[0] in (0, 1) and np.allclose(np.diff(x), 1)),
                "the x of a line does not count its steps",
            )


@check("plot", kind="property", topic="plot", points=0.5, hint="Two scales need two axes.")
def test_two_axes(student, draw):
    """there are two axes with a line for each history, and no more"""
    histories, _, figure = works(student, draw)
    full = [axes for axes in figure.axes if len(axes.lines) == len(histories)]
    require(len(full) >= 2, "there are not two axes with one line for each history")


@check(
    "plot", kind="property", topic="plot", points=0.5, hint="Draw all histories in the dict, each with its own length."
)
def test_histories_of_different_length(student, draw):
    """draws three histories, each to its own end"""
    works(student, draw)
    histories = runs(draw("three"), alpha=9, bravo=21, charlie=15)
    figure = drawn(student.observe("plot_training_curves", histories))
    lengths = {len(line.y) for axes in figure.axes for line in axes.lines}
    require({9, 15, 21} <= lengths, "not every history is drawn to its own end")


@check("plot", kind="property", topic="plot", points=0.75, hint="Give each line label=name, on both axes.")
def test_labels(student, draw):
    """each line is labelled with its history's name"""
    histories, _, figure = works(student, draw)
    for axes in with_lines(figure):
        labels = [label_of(axes, number).lower() for number, line in enumerate(axes.lines) if len(line.y) > 1]
        named = [[name for name in histories if name in label] for label in labels]
        require(all(len(names) == 1 for names in named), "a line is not labelled with its history's name alone")
        require({names[0] for names in named} == set(histories), "a history's name is missing among the labels")


@check("plot", kind="property", topic="plot", points=0.5, hint="Call legend() after you draw the lines.")
def test_legend(student, draw):
    """a legend shows the names"""
    histories, _, figure = works(student, draw)
    shown = " ".join(text for axes in figure.axes for text in axes.legend).lower()
    require(all(name in shown for name in histories), "no legend shows the names")


@check("plot", kind="property", topic="plot", points=0.5, hint="Call set_ylabel of both axes; a title is not a label.")
def test_axis_labels(student, draw):
    """all axes have a label on y"""
    _, _, figure = works(student, draw)
    require(all(says(axes.ylabel) for axes in with_lines(figure)), "an axes has no label on y")


@check("plot", kind="property", topic="plot", points=0.25, hint="Call set_xlabel; a title is not a label.")
def test_label_of_the_step(student, draw):
    """x is labelled as the step"""
    _, _, figure = works(student, draw)
    require(any(says(axes.xlabel) for axes in with_lines(figure)), "there is no label on x")


def says(label):
    """Whether a label has a letter at least; a dot tells nobody anything."""
    return any(letter.isalpha() for letter in label)


@check("plot", kind="property", topic="state", points=0.5, hint="Make a new figure in each call.")
def test_figures_are_independent(student, draw):
    """a second figure shows only its own history"""
    _, _, figure = works(student, draw)
    before = [line for axes in figure.axes for line in curves(axes)]
    second = drawn(student.observe("plot_training_curves", runs(draw("one"), only=12)))
    require(any(curves(axes) for axes in second.axes), "a figure of one history has no curves")
    old = any(line in before for axes in second.axes for line in curves(axes))
    require(not old, "a figure still shows the histories before")


@check("plot", kind="property", topic="leaves_alone", points=0.25, hint="Work on copies of what a history holds.")
def test_plotting_leaves_the_histories(student, draw):
    """does not change the histories"""
    before, seen, _ = works(student, draw)
    given = seen.arguments[0]
    same = list(given) == list(before) and all(unchanged(given[name], before[name]) for name in before)
    require(same, "`plot_training_curves` changes the histories")


@check("plot", kind="property", topic="prints", points=0.25, hint="The figure says it all; take out what you print.")
def test_plotting_prints_nothing(student, draw):
    """prints nothing"""
    _, seen, _ = works(student, draw)
    require(seen.printed == "", "`plot_training_curves` prints something")
