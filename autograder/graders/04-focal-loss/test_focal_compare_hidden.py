"""Hidden checks of 04-focal-loss: the comparison of three losses."""

import functools
from pathlib import Path

import numpy as np
import pytest
import torch

from autograder.grading import check, require

KEYS = ("accuracy", "precision", "recall", "f1", "average_precision")
LOSSES = ("cross_entropy", "weighted", "focal")
DIGITS = Path(__file__).parents[3] / "solutions" / "04-focal-loss" / "digits.csv"
# The data of the checks with thresholds are fixed: what varies is the student's own randomness. 384 rows are three full
# batches, and of the test rows there are enough for a recall with two digits.
DATA_SEED, TRAINING_ROWS, TEST_ROWS = 2027, 384, 2000

# Thresholds are the mean -+ 6 sd of the reference over 400 seeds, as benchmarks/thresholds_focal_loss.py prints them; sd
# is not taken below 0.01, for other right solutions draw and shuffle in another way. Were a figure normally distributed,
# a right solution would fall out once in a billion gradings; whatever its distribution, no seed of the 400 comes near.
LEAST_AVERAGE_PRECISION = {"cross_entropy": 0.77, "weighted": 0.78, "focal": 0.79}
LEAST_GAIN_OF_WEIGHTS, LEAST_LOSS_OF_PRECISION = 0.45, 0.31
LEAST_GAIN_OF_FOCAL, MOST_GAIN_OF_FOCAL = 0.25, 0.45


def fixed(number=0):
    """Numbers that are the same for everybody: a comparison is judged by how training goes, not by the draw."""
    return np.random.default_rng(DATA_SEED + number)


def clouds(rng, rows=120, features=3, share=10):
    """Two overlapping clouds, one example in `share` of class 1."""
    y = rng.permutation(np.arange(rows) % share == 0)
    X = rng.normal(size=(rows, features)) + y[:, None]
    return torch.tensor(X, dtype=torch.float32), torch.tensor(y.astype(int))


def fixed_clouds():
    """X_train, y_train, X_test, y_test of the same two clouds for everybody."""
    rng = fixed()
    return *clouds(rng, TRAINING_ROWS), *clouds(rng, TEST_ROWS)


def digits():
    """X_train, y_train, X_test, y_test of "is it an 8?", both classes in their proportion."""
    pixels = np.loadtxt(DIGITS, delimiter=",", skiprows=1)
    X, y = torch.tensor(pixels[:, :-1] / 16, dtype=torch.float32), torch.tensor(pixels[:, -1] == 8).long()
    rng = np.random.default_rng(DATA_SEED)
    order = torch.tensor(rng.permutation(len(X)))
    eights, others = order[y[order] == 1], order[y[order] == 0]
    share = round(TRAINING_ROWS * len(eights) / len(X))
    train = torch.cat([eights[:share], others[: TRAINING_ROWS - share]])[rng.permutation(TRAINING_ROWS)]
    test = torch.cat([eights[share:], others[TRAINING_ROWS - share :]])
    return X[train], y[train], X[test], y[test]


def seven_features():
    """X_train, y_train, X_test, y_test of clouds with another number of features."""
    rng = fixed(1)
    return *clouds(rng, features=7), *clouds(rng, features=7)


@pytest.fixture(scope="session")
def compared(student):
    """The student's comparison on these data, made once for several checks; `again` calls anew."""

    @functools.cache
    def made(data):
        return rows_of(student.compare(*data(), seed=7))

    def rows(data, again=False):
        return made.__wrapped__(data) if again else made(data)

    return rows


def hold(right, message, compared, data):
    """A check that fails calls once more by itself: a mistake is named from the calls of the check that failed."""
    if not right:
        compared(data, again=True)
    require(right, message)


def rows_of(value):
    """A comparison as plain numbers."""
    require(isinstance(value, dict) and set(LOSSES) <= set(value), f"the keys are {', '.join(LOSSES)}")
    for name in LOSSES:
        row = value[name]
        require(isinstance(row, dict) and set(KEYS) <= set(row), f'"{name}" has the keys {", ".join(KEYS)}')
    return {name: {key: float(value[name][key]) for key in KEYS} for name in LOSSES}


def gain(rows, metric, name):
    return rows[name][metric] - rows["cross_entropy"][metric]


def train_draws(student, random_state):
    """Whether the student's `train` by itself touches the random state: that is paid for in its own part."""
    layer, loss = student.call("torch.nn.Linear", 2, 2), student.name("torch.nn.functional.cross_entropy")
    before = random_state()
    student.train(layer, torch.ones(4, 2), torch.tensor([0, 1, 0, 1]), loss, epochs=1)
    return random_state() != before


@check("compare", points=0.5, hint="Three keys, each with the dict of evaluate; D is the number of columns of X.")
def test_comparison_of_any_number_of_features(student, compared):
    """three losses with five metrics each, whatever the number of features"""
    rows = compared(seven_features)
    right = all(0 <= value <= 1 for row in rows.values() for value in row.values())
    hold(right, "a metric is not from 0 to 1", compared, seven_features)


@check("compare", hint="Train each model from the starting weights, on the training rows, with lr 0.01 for 60 epochs.")
def test_comparison_learns_the_digits(student):
    """each of the three models ranks the 8s of the test rows well above the rest"""
    rows = rows_of(student.compare(*digits(), seed=7))
    for name, least in LEAST_AVERAGE_PRECISION.items():
        found = rows[name]["average_precision"]
        require(found >= least, f'"{name}": average precision on the digits is {found:.3f}, which is too little')


@check("compare", hint="Weights n / (2 n_c), counted on the training labels: the rare class has the larger one.")
def test_weights_find_more_positives_of_overlapping_classes(student, compared):
    """where classes overlap, weights raise recall over plain cross-entropy, and cost precision"""
    rows = compared(fixed_clouds)
    gained, lost = gain(rows, "recall", "weighted"), -gain(rows, "precision", "weighted")
    for right, message in (
        (gained >= LEAST_GAIN_OF_WEIGHTS, f"weights change recall by {gained:+.2f}, which is too little"),
        (lost >= LEAST_LOSS_OF_PRECISION, f"weights change precision by {-lost:+.2f}, which is not right"),
    ):
        hold(right, message, compared, fixed_clouds)


@check("compare", hint="Focal loss with gamma 2, and weights 0.25 for class 0 and 0.75 for class 1.")
def test_focal_loss_finds_more_positives_of_overlapping_classes(student, compared):
    """where classes overlap, focal loss with its weights raises recall, but less than inverse frequencies would"""
    gained = gain(compared(fixed_clouds), "recall", "focal")
    right = LEAST_GAIN_OF_FOCAL <= gained <= MOST_GAIN_OF_FOCAL
    message = f"focal loss changes recall by {gained:+.2f} over cross-entropy, which is not right"
    hold(right, message, compared, fixed_clouds)


@check("compare", points=0.5, hint="Copy the starting weights for each loss, and give each training the same seed.")
def test_comparison_starts_from_the_same_weights(student):
    """all start from the same weights: where the classes are balanced, weighting changes nothing"""
    rng = fixed(11)  # numbers on which one model that is trained on and on differs by 0.15
    X, y = clouds(rng, rows=64, share=2)
    rows = rows_of(student.compare(X, y, *clouds(rng, rows=400)))
    require(len(set(rows["cross_entropy"].values())) > 1, "all five metrics are the same number")
    # Two test rows whose scores differ in the last bit may change places.
    same = [abs(rows["cross_entropy"][key] - rows["weighted"][key]) < 0.01 for key in KEYS]
    require(all(same), "on balanced classes, weighted and plain cross-entropy should give the same model")


@check("compare", hint="Train on the training rows, evaluate on the test rows, and never the other way round.")
def test_comparison_measures_the_test_rows(student, compared):
    """the metrics are those of the test rows, which no training has seen"""
    rows = compared(seven_features)
    X_train, y_train, X_test, y_test = seven_features()
    swapped = rows_of(student.compare(X_train, y_train, X_test, 1 - y_test, seed=7))
    for name in LOSSES:
        # What is right for the labels is wrong for their opposites; the slack is for solutions that are not seeded.
        total = rows[name]["accuracy"] + swapped[name]["accuracy"]
        message = f'"{name}": the accuracy does not follow the test labels as it should'
        hold(abs(total - 1) < 0.1, message, compared, seven_features)


@check("compare", hint="Making a layer draws random numbers: do it inside of torch.random.fork_rng(), seeded.")
def test_comparison_is_reproducible(student, compared, random_state):
    """the same seed gives the same result, and random state and data are left alone"""
    before, data = compared(seven_features), seven_features()
    student.call("torch.manual_seed", 2)
    state = random_state()
    seen = student.observe("compare", *[item.clone() for item in data], seed=7)
    if random_state() != state and train_draws(student, random_state):
        return
    require(random_state() == state, "the caller's random state is another one afterwards")
    require(all(torch.equal(*pair) for pair in zip(seen.arguments, data, strict=False)), "`compare` changes its data")
    hold(rows_of(seen.value) == before, "the same seed gives another result", compared, seven_features)
