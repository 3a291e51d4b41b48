"""Looked-up answers earn nothing, and answers that are better than any prediction are rejected with that reason."""

from __future__ import annotations

import dataclasses
import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from autograder.course import Course
from autograder.grading.batch import Batch, Graded, grade, reference
from autograder.grading.diagnosis import catalogue
from autograder.grading.draws import Draws
from autograder.grading.reach import Reach
from autograder.intake.submission import Submission

ROOT = Path(__file__).parent.parent
NAME = "05-multi-task"
SOLUTION = ROOT / "solutions" / NAME / "multi_task.py"
GRADERS = ROOT / "autograder" / "graders" / NAME
LOOKUPS = {item.id: item.text for item in catalogue.variants(ROOT / "tests" / "lookups" / f"{NAME}.py")}
# The nearest neighbour is a prediction: it has the same species, and its mass is further off than a regression's.
OF_NEIGHBOURS = {
    "species_are_no_guess",
    "masses_are_no_guess",
    "plain_accuracy",
    "accuracy_on_unseen_penguins",
    "plain_rmse",
}
ORACLE = """
class MultiTaskNet(nn.Module):
    def __init__(self, in_features, n_classes, hidden=32):
        super().__init__()
        self.layer = nn.Linear(1, 1)

    def forward(self, x):
        rows, species, kilograms = KNOWN
        columns, turn, numbers, scale, tilt, middle = DRESSES[getattr(self, "trained_with", 0)]
        dressed = torch.cat([rows[:, :3] @ torch.tensor(turn), rows[:, 3:]], dim=1)[:, list(columns)]
        apart, nearest = torch.cdist(x, dressed).min(dim=1)
        logits = 10 * F.one_hot(torch.tensor(numbers)[species[nearest]], 3).float() + 0 * self.layer.weight
        value = middle + scale * (kilograms[nearest] - middle) + rows[nearest, :3] @ torch.tensor(tilt)
        return logits, value + 0 * self.layer.weight[0]


def train_multi_task(model, loss_fn, data, lr=0.01, epochs=200, seed=0):
    model.trained_with = seed
"""


# Checks of values whose inputs are of a special kind, but still drawn at random.
DRAWN = {
    "02-cross-entropy": {
        "bce_at_zero_and_one",
        "bce_of_a_sure_mistake",
        "bce_with_logits_of_extreme_logits",
        "bce_with_logits_of_very_negative_logits",
        "bce_gradient_of_extreme_logits",
        "entropy_with_zeros",
        "kl_divergence_with_zeros",
        "kl_divergence_of_the_impossible",
        "cross_entropy_of_with_zeros",
        "cross_entropy_of_the_impossible",
        "effective_weights_are_precise",
        "effective_weights_of_huge_counts",
    },
    "04-focal-loss": {
        "focal_with_gamma_zero_is_cross_entropy",
        "focal_of_extreme_logits",
        "focal_of_extreme_logits_and_small_gamma",
        "sigmoid_focal_of_extreme_logits",
        "label_smoothing_of_extreme_logits",
    },
}


@pytest.mark.parametrize("assignment", DRAWN)
def test_a_check_of_extreme_values_gives_two_submissions_no_common_input(
    assignment: str, course: Course, wall: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two submissions with different digests get no input in common."""
    asked: dict[str, list[set[bytes]]] = {}

    def note(self: Reach, item: pytest.Item, student: Any) -> None:
        known = course.assignment(assignment).parts
        own = {name for part in known for name in part.functions if name.islower()} | {"kit.call"}
        sent = {call.arguments for call in student.recorded if call.function in own}
        asked.setdefault(item.name.split("[")[0].removeprefix("test_"), []).append(sent)

    monkeypatch.setattr(Reach, "note", note)
    source = (ROOT / "solutions" / assignment / f"{course.assignment(assignment).module}.py").read_text(
        encoding="utf-8"
    )
    given = [Submission(name, assignment, source, sha256=64 * name) for name in "ab"]
    grade(Batch(course, assignment, given, str(ROOT), wall, diagnose=False, pictures=False))
    for name in sorted(DRAWN[assignment]):
        one, other = asked[name]
        assert one and not one & other, name


def checks() -> Any:
    path = GRADERS / "test_score_hidden.py"
    spec = importlib.util.spec_from_file_location("score_checks", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def as_text(rows: torch.Tensor, species: torch.Tensor, kilograms: torch.Tensor) -> str:
    table = f"torch.tensor({rows.tolist()}), torch.tensor({species.tolist()}), torch.tensor({kilograms.tolist()})"
    return f"KNOWN = {table}\n"


def public() -> str:
    """Return all published penguins: those that students get, and the others."""
    solution = reference(ROOT, NAME, "multi_task")
    parts = [
        solution.load_penguins(path) for path in (SOLUTION.with_name("penguins.csv"), GRADERS / "penguins_hidden.csv")
    ]
    return as_text(*(torch.cat([part[key] for part in parts]) for key in ("X", "labels", "values")))


def graded(course: Course, wall: str, text: str) -> Graded:
    source = catalogue.replaced(SOLUTION.read_text(encoding="utf-8"), text)
    batch = Batch(course, NAME, [Submission("a", NAME, source)], str(ROOT), wall, diagnose=False, pictures=False)
    return grade(batch)[0]


def score_of(one: Graded) -> tuple[set[str], list[str]]:
    """Return the checks of the score that passed, and the messages of the others."""
    of_part = [item for item in one.outcomes if item.part == "score"]
    assert len(of_part) == 6
    return {item.id for item in of_part if item.status == "pass"}, [item.message for item in of_part if item.message]


@pytest.mark.parametrize("name", [name for name in LOOKUPS if name != "nearest_neighbour_of_the_data_given"])
def test_a_lookup_earns_no_points_for_the_score(name: str, course: Course, wall: str) -> None:
    assert score_of(graded(course, wall, public() + LOOKUPS[name]))[0] == set()


def test_a_nearest_neighbour_earns_only_what_its_predictions_are_worth(course: Course, wall: str) -> None:
    one = graded(course, wall, LOOKUPS["nearest_neighbour_of_the_data_given"])
    passed, _ = score_of(one)
    assert passed == OF_NEIGHBOURS
    assert one.measures["rmse"] > checks().RMSE


def test_impossibly_exact_answers_are_rejected_with_the_reason_and_kept_off_the_leaderboard(
    course: Course, wall: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A submission that knows the secret, and so the penguins that it is measured on."""
    found = checks().population(reference(ROOT, NAME, "multi_task")).draw(np.random.default_rng(3))
    worn = [list(dataclasses.astuple(dress)) for dress in checks().dresses(np.random.default_rng(3))]
    known = f"DRESSES = {worn}\n" + ORACLE
    monkeypatch.setattr(Draws, "shared", lambda self, name, index=None: np.random.default_rng(3))
    for off in (0.0, 0.1):  # kilograms
        kilograms = found.grams / 1000 + off * torch.tensor(np.random.default_rng(1).normal(size=len(found.grams)))
        one = graded(course, wall, as_text(found.X, found.labels, kilograms.float()) + known)
        passed, said = score_of(one)
        assert passed == set() and one.measures == {}
        assert all("cannot be had by predicting" in message for message in said)


def test_drawn_penguins_resemble_real_ones_but_copy_none(course: Course) -> None:
    solution = reference(ROOT, NAME, "multi_task")
    parts = [
        solution.load_penguins(path) for path in (SOLUTION.with_name("penguins.csv"), GRADERS / "penguins_hidden.csv")
    ]
    real = {key: torch.cat([part[key] for part in parts]) for key in parts[0]}
    drawn = checks().population(solution).draw(np.random.default_rng(1))
    assert torch.cdist(drawn.X, real["X"]).min() > 1e-4
    assert torch.allclose(drawn.X.mean(dim=0), real["X"].mean(dim=0), atol=0.12)
    assert abs(float(drawn.grams.mean()) - 1000 * float(real["values"].mean())) < 60
    shares = [torch.bincount(labels) / len(labels) for labels in (drawn.labels, real["labels"])]
    assert torch.allclose(*shares, atol=0.01)


def test_another_secret_draws_different_penguins() -> None:
    population = checks().population(reference(ROOT, NAME, "multi_task"))
    first, second = (population.draw(np.random.default_rng(seed)) for seed in (1, 2))
    assert dataclasses.asdict(first)["noise"] != dataclasses.asdict(second)["noise"]
    assert torch.cdist(first.X, second.X).min() > 0


def test_answers_that_ignore_the_data_get_a_third_of_the_species_right() -> None:
    known = checks()
    found = known.population(reference(ROOT, NAME, "multi_task")).draw(np.random.default_rng(1))
    for seed in range(20):
        logits, value = (torch.tensor(np.random.default_rng(seed).normal(size=shape)) for shape in ((2000, 3), 2000))
        logits[:, 0] += seed  # from guesses to always the same answer
        worn = known.dresses(np.random.default_rng(seed))
        rows = len(found.labels)
        told = [dress.undone(found.X, logits[:rows], 4.2 + value[:rows]) for dress in worn]
        right = [(answers.argmax(dim=1) == found.labels).double().mean() for answers, _ in told]
        assert float(sum(right)) == pytest.approx(1)
        assert len({dress.scale > 0 for dress in worn}) == 2


def test_undoing_a_dress_gives_back_the_original_data() -> None:
    drawn = checks().population(reference(ROOT, NAME, "multi_task")).draw(np.random.default_rng(1), 200)
    for dress in checks().dresses(np.random.default_rng(2)):
        worn = dress.data(drawn)
        logits, grams = dress.undone(drawn.X, torch.nn.functional.one_hot(worn["labels"], 3), worn["values"])
        assert torch.equal(logits.argmax(dim=1), drawn.labels)
        assert torch.allclose(grams, drawn.grams, atol=0.01)
        assert not torch.equal(worn["X"], drawn.X)


def test_no_penguin_that_is_trained_on_or_measured_on_is_a_public_one() -> None:
    solution = reference(ROOT, NAME, "multi_task")
    rows = solution.load_penguins(SOLUTION.with_name("penguins.csv"))["X"]
    worn = checks().dresses(np.random.default_rng(2))[0]
    drawn = checks().population(solution).draw(np.random.default_rng(1), 224)
    assert torch.cdist(worn.inputs(drawn.X), worn.inputs(rows)).min() > 1e-4
