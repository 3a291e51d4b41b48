"""Hidden checks of 05-multi-task: the sweep over λ and its plot."""

import functools

import numpy as np
import pytest
import torch

from autograder.grading import check, require
from autograder.worker.wire import Figure

ROWS = [
    {"lam": 0.03, "accuracy": 0.91, "rmse": 0.75},
    {"lam": 20.0, "accuracy": 0.64, "rmse": 0.31},
    {"lam": 0.5, "accuracy": 0.97, "rmse": 0.42},
    {"lam": 300.0, "accuracy": 0.38, "rmse": 0.36},
]
NOTHING = 1e-12  # so small that not even Adam, which divides by the size of a gradient, follows the second task


def made(seed, rows, shift=0.0, turn=0):
    """Three classes and a value, easy to learn; `shift` and `turn` make other truths of the same inputs."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, 4))
    return {
        "X": torch.tensor(X, dtype=torch.float32),
        "labels": torch.tensor((np.argmax(X[:, :3], axis=1) + turn) % 3),
        "values": torch.tensor(2 + X[:, 3] + shift, dtype=torch.float32),
    }


@pytest.fixture(scope="session")
def sweep(student):
    """lambda_sweep with a memory: training is what this grading spends its time on."""

    @functools.cache
    def run(lams, mood=0, shift=0.0, turn=0):
        train, val = made(1, 48), made(2, 40, shift, turn)
        return left_by(student, "lambda_sweep", train, val, list(lams), mood=mood, seed=4)

    return run


def left_by(student, function, *arguments, mood=0, **options):
    """What a call gives, and what it leaves behind that it should not, in words."""
    student.call("torch.manual_seed", mood)
    before = student.call("torch.get_rng_state")
    seen = student.observe(function, *arguments, **options)
    found = {"prints something"} if seen.printed else set()
    if not torch.equal(before, student.call("torch.get_rng_state")):
        found.add("changes the caller's random numbers")
    data, left = ([item for item in items if isinstance(item, dict)] for items in (arguments, seen.arguments))
    for given, after in zip(data, left, strict=False):
        if set(after) != set(given) or not all(torch.equal(after[key], given[key]) for key in given):
            found.add("changes the data")
    return seen.value, found


def rows_of(swept, count):
    """The rows of a sweep as numbers."""
    rows, _ = swept
    require(isinstance(rows, (list, tuple)) and len(rows) == count, "there is one row for each lam")
    for row in rows:
        require(isinstance(row, dict), "a row is a dict")
        for key in ("lam", "accuracy", "rmse"):
            require(key in row, f'key "{key}" is missing in a row')
    return [{key: float(row[key]) for key in ("lam", "accuracy", "rmse")} for row in rows]


def both(sweep, **options):
    """The rows of a lam that is right and of one that vanishes."""
    return rows_of(sweep((1.0, NOTHING), **options), 2)


@check("lambda_tradeoff", points=0.5, hint='A dict with "lam", "accuracy" and "rmse" for each lam, in the order given.')
def test_rows_in_order(student, sweep):
    """one row for each lam, in order"""
    rows = both(sweep)
    require([row["lam"] for row in rows] == [1.0, NOTHING], '"lam" is not the lam of the row')
    for row in rows:
        for key in (
            "accuracy",
            "rmse",
        ):  # no more is said of them: they come from evaluate_multi_task, a part of its own
            require(np.isfinite(row[key]) and row[key] >= 0, f'"{key}" is no finite number of 0 or more')


@check("lambda_tradeoff", hint="Each row is trained with its own lam.")
def test_lam_matters(student, sweep):
    """a vanishing lam leaves one of the tasks unlearnt"""
    good, bad = both(sweep)
    differ = abs(bad["rmse"] - good["rmse"]) > 0.3 * good["rmse"] or abs(bad["accuracy"] - good["accuracy"]) > 0.1
    if not differ:
        both(sweep, mood=1)  # a call of this check's own, from which the mistake can be told
    require(differ, "two very different lams give nearly the same row")


@check("lambda_tradeoff", hint="Make a new model inside the loop, seeded for each lam.")
def test_rows_are_independent_of_others(student, sweep):
    """a new model for each lam: a row is the same when it is alone, and with any other random state before"""
    together, alone = both(sweep)[1], rows_of(sweep((NOTHING,), mood=7), 1)[0]
    same = abs(together["accuracy"] - alone["accuracy"]) < 1e-6
    same = same and abs(together["rmse"] - alone["rmse"]) < 1e-4 * (1 + alone["rmse"])
    require(same, "the row of a lam depends on the lams before it, or on the caller's random numbers")


@check("lambda_tradeoff", hint="Train on the first data, measure on the second.")
def test_measured_on_the_second_data(student, sweep):
    """trained on one part of the data, measured on the other"""
    like, unlike = both(sweep)[0], rows_of(sweep((1.0,), shift=20.0, turn=1), 1)[0]
    worse = unlike["accuracy"] < 0.7 * like["accuracy"] and unlike["rmse"] > 4 * like["rmse"]
    require(worse, "the row is not that of a model trained on the first data and measured on the second")


@check("lambda_tradeoff", points=0.5, hint="Seed inside fork_rng, and change nothing that belongs to the caller.")
def test_sweep_leaves_everything(student, sweep):
    """leaves data and the caller's random numbers, and prints nothing"""
    _, swept = sweep((NOTHING,), mood=7)
    if not swept:
        return
    model = student.call("kit.Split", student.call("torch.nn.Linear", 4, 4))
    loss = student.MultiTaskLoss(mode="fixed")
    _, trained = left_by(student, "train_multi_task", model, loss, made(3, 24), mood=3, epochs=2)
    sweep((NOTHING,), mood=8)  # a call of this check's own, from which the mistake can be told
    for trace in sorted(swept - trained):  # what training leaves behind has cost its points there
        require(False, f"`lambda_sweep` {trace}")


@pytest.fixture
def drawn(student):
    """The observed call of plot_lambda_tradeoff. Each check draws anew: only its own calls can name a mistake."""

    def draw():
        seen = student.observe("plot_lambda_tradeoff", [dict(row) for row in ROWS])
        require(isinstance(seen.value, Figure), "plot_lambda_tradeoff returns a matplotlib Figure")
        return seen

    return draw


def axes_with(figure, key):
    """Those axes that have a point at (lam, row[key]) for every row."""
    found = []
    for axes in figure.axes:
        points = [point for line in axes.lines for point in zip(line.x, line.y, strict=False)]
        if points and all(np.isclose(points, (row["lam"], row[key])).all(axis=1).any() for row in ROWS):
            found.append(axes)
    return found


@check("lambda_tradeoff", hint="x is lam, y the row's own number; the rows come in any order.")
def test_plot_shows_the_rows(student, drawn):
    """the points drawn are the rows, and each of both has its own scale"""
    figure = drawn().value
    shown = [axes_with(figure, key) for key in ("accuracy", "rmse")]
    for key, axes in zip(("accuracy", "rmse"), shown, strict=True):
        require(axes, f'"{key}" of every row is not drawn against its lam')
    require(any(one is not two for one in shown[0] for two in shown[1]), "accuracy and RMSE share one vertical scale")
    lines = [line for axes in (*shown[0], *shown[1]) for line in axes.lines if line.joined and len(line.x) > 2]
    require(
        all(line.x == sorted(line.x) for line in lines), "a line runs to and fro: sort the rows by lam before drawing"
    )


@check("lambda_tradeoff", hint='set_xscale("log") on the axes that show lam.')
def test_plot_on_a_log_axis(student, drawn):
    """lam is on a logarithmic axis"""
    figure = drawn().value
    shown = [axes for key in ("accuracy", "rmse") for axes in axes_with(figure, key)]
    shown = shown or [axes for axes in figure.axes if axes.lines]
    require(shown and all(axes.xscale in ("log", "symlog") for axes in shown), "an axis of lam is not logarithmic")


@check("lambda_tradeoff", hint="Label the x axis, each y axis and each line, and call legend once the lines are there.")
def test_plot_is_labelled(student, drawn):
    """axes have labels, a legend names both lines, and the rows are left alone"""
    figure = drawn().value
    used = [axes for axes in figure.axes if axes.lines]
    require(any(axes.xlabel.strip() for axes in used), "the axis of lam has no label")
    require(used and all(axes.ylabel.strip() for axes in used), "a vertical axis has no label")
    legend = " ".join(text for axes in figure.axes for text in axes.legend).lower()
    require("accuracy" in legend and "rmse" in legend, 'the legend does not name "accuracy" and "RMSE"')
    require(drawn().arguments[:1] == [ROWS], "the rows have changed")
