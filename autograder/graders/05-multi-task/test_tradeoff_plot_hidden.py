"""Hidden checks of 05-multi-task: the plot of the sweep over λ."""

import numpy as np
import pytest

from autograder.grading import check, require
from autograder.worker.wire import Figure


@pytest.fixture(scope="session")
def rows(draw):
    """Draw rows of a sweep, in no order: what a figure has to show is random, so nobody knows it before."""
    rng = draw("plot")
    lams = 10.0 ** (np.array([-1.5, 1.3, -0.3, 2.5]) + rng.uniform(-0.3, 0.3, size=4))
    numbers = rng.uniform(0.35, 0.95, size=4), rng.uniform(0.3, 0.8, size=4)
    return [
        {"lam": float(lam), "accuracy": float(one), "rmse": float(two)}
        for lam, one, two in zip(lams, *numbers, strict=True)
    ]


@pytest.fixture
def drawn(student, rows):
    """Observe a call of plot_lambda_tradeoff. Each check draws its own rows: only its own calls can name a mistake."""

    def draw():
        seen = student.observe("plot_lambda_tradeoff", [dict(row) for row in rows])
        require(isinstance(seen.value, Figure), "plot_lambda_tradeoff has to return a matplotlib Figure")
        shown = [number for axes in seen.value.axes for line in axes.lines for number in (*line.x, *line.y)]
        known = [row[key] for row in rows for key in ("accuracy", "rmse")]
        require(any(np.isclose(number, known).any() for number in shown), "the figure shows none of the rows")
        return seen

    return draw


def axes_with(figure, rows, key):
    """Return the axes that have a point at (lam, row[key]) for every row."""
    found = []
    for axes in figure.axes:
        points = [point for line in axes.lines for point in zip(line.x, line.y, strict=False)]
        if points and all(np.isclose(points, (row["lam"], row[key])).all(axis=1).any() for row in rows):
            found.append(axes)
    return found


@check(
    "lambda_tradeoff", hint="Draw each row's number against its lam; sort the rows first, as they come in any order."
)
def test_plot_shows_the_rows(student, rows, drawn):
    """every row is a point, and accuracy and RMSE have separate scales"""
    figure = drawn().value
    shown = [axes_with(figure, rows, key) for key in ("accuracy", "rmse")]
    for key, axes in zip(("accuracy", "rmse"), shown, strict=True):
        require(axes, f'"{key}" is not drawn against lam for every row')
    require(any(one is not two for one in shown[0] for two in shown[1]), "accuracy and RMSE share one vertical scale")
    lines = [line for axes in (*shown[0], *shown[1]) for line in axes.lines if line.joined and len(line.x) > 2]
    require(
        all(line.x == sorted(line.x) for line in lines), "a line runs to and fro: sort the rows by lam before drawing"
    )


@check("lambda_tradeoff", hint='Call set_xscale("log") on the axes that show lam.')
def test_plot_on_a_log_axis(student, rows, drawn):
    """lam is drawn on a logarithmic axis"""
    figure = drawn().value
    shown = [axes for key in ("accuracy", "rmse") for axes in axes_with(figure, rows, key)]
    shown = shown or [axes for axes in figure.axes if axes.lines]
    require(shown and all(axes.xscale in ("log", "symlog") for axes in shown), "the axis of lam is not logarithmic")


@check("lambda_tradeoff", hint="Label the x axis, each y axis and each line; call legend() after drawing the lines.")
def test_plot_is_labelled(student, rows, drawn):
    """the axes have labels, a legend names both lines, and the rows are not changed"""
    figure = drawn().value
    used = [axes for axes in figure.axes if axes.lines]
    require(any(axes.xlabel.strip() for axes in used), "the axis of lam has no label")
    require(used and all(axes.ylabel.strip() for axes in used), "a vertical axis has no label")
    legend = " ".join(text for axes in figure.axes for text in axes.legend).lower()
    require("accuracy" in legend and "rmse" in legend, 'the legend does not name "accuracy" and "RMSE"')
    require(drawn().arguments[:1] == [rows], "the rows have changed")
