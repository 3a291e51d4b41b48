"""The plot on a student's page is drawn by a process that has seen only the data to plot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.grading import plots
from autograder.grading.batch import Graded
from autograder.grading.failures import CallFailed
from autograder.grading.remote import Observation
from autograder.grading.trace import Recorded
from autograder.worker import wire

ROOT = Path(__file__).parent.parent
REFERENCE = (ROOT / "solutions" / "03-gradient-comparison" / "gradient_comparison.py").read_text()
SPY = (
    REFERENCE
    + """

SEEN = []


def watched(function):
    def watching(*args, **kwargs):
        SEEN.append(repr((args, kwargs)))
        return function(*args, **kwargs)
    return watching


logit_grad, train, steps_to_accuracy = map(watched, (logit_grad, train, steps_to_accuracy))
plotted = plot_training_curves


def plot_training_curves(histories):
    figure = plotted(histories)
    if SEEN:
        figure.text(0.5, 0.5, "".join(SEEN)[:200])
        figure.patch.set_facecolor("black")
    return figure
"""
)


@pytest.fixture(scope="module")
def graded(grade_sources: Callable[..., list[Graded]]) -> list[Graded]:
    failing = REFERENCE + "\n\ndef plot_training_curves(histories):\n    raise ValueError('no')\n"
    once = (
        SPY
        + "\nCALLS = []\nhonest = plot_training_curves\ndef plot_training_curves(histories):\n    import os\n    if not SEEN: os._exit(1)\n    return honest(histories)\n"
    )
    return grade_sources("03-gradient-comparison", REFERENCE, SPY, failing, once)


def test_a_plot_is_shown(graded: list[Graded]) -> None:
    assert set(graded[0].figures) == {"plot"} and graded[0].figures["plot"].startswith(b"\x89PNG")
    assert all(item.status == "pass" for item in graded[0].outcomes)


def test_a_plot_shows_nothing_of_the_inputs_of_other_calls(graded: list[Graded]) -> None:
    assert graded[1].figures == graded[0].figures
    assert graded[1].outcomes == graded[0].outcomes


def test_a_plot_that_cannot_be_drawn_again_is_left_out_and_grading_goes_on(graded: list[Graded]) -> None:
    assert graded[2].figures == {} and graded[3].figures == {}
    assert any(item.status == "pass" for item in graded[3].outcomes)


class Slow:
    """A submission whose pictures take 25 of its 60 seconds each."""

    def __init__(self) -> None:
        self.spent, self.patient = 0.0, False

    def __enter__(self) -> Slow:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def start_the_clock(self, spent: float) -> None:
        self.spent = spent

    def observe(self, function: str) -> Observation:
        if self.spent > 60:
            raise CallFailed("timeout", "used up")
        self.spent += 25
        return Observation(wire.Figure([], b"\x89PNG"), [], [], "")


def test_all_pictures_share_the_time_of_one_submission() -> None:
    calls = {f"part {number}": Recorded(f"plot_{number}", wire.pack([[], {}])) for number in range(6)}
    assert list(plots.drawn(Slow, calls)) == ["part 0", "part 1", "part 2"]  # type: ignore[arg-type]


UNREADABLE = """

def plot_training_curves(histories):
    figure, axes = plt.subplots(1, 2)
    for part, key in zip(axes, ("loss", "accuracy")):
        for name, run in histories.items():
            part.plot(np.arange(len(run[key])), run[key], label={label}, alpha={alpha})
        part.set(xlabel="{axis}", ylabel="{axis}")
        part.legend()
        {after}
    return figure
"""
EVERYBODY = '" or ".join(histories)'


@pytest.mark.parametrize(
    ("spoilt", "lost"),
    [
        ({}, set()),
        ({"label": EVERYBODY}, {"labels"}),
        ({"axis": "."}, {"axis_labels", "label_of_the_step"}),
        ({"alpha": 0.0}, {"everything"}),
        ({"after": "part.set_xlim(1e6, 2e6)"}, {"everything"}),
    ],
    ids=["readable", "every line has every name", "dots for labels", "transparent", "out of sight"],
)
def test_a_plot_loses_the_checks_of_what_cannot_be_read(
    spoilt: dict[str, object], lost: set[str], grade_sources: Callable[..., list[Graded]]
) -> None:
    usual = {"label": "name", "axis": "step", "alpha": 1.0, "after": "pass"}
    outcomes = grade_sources("03-gradient-comparison", REFERENCE + UNREADABLE.format(**usual | spoilt))[0].outcomes
    everything = {item.id for item in outcomes if item.part == "plot"}
    assert {item.id for item in outcomes if item.status != "pass"} == (everything if lost == {"everything"} else lost)
