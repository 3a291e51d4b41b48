"""Hidden checks of 04-focal-loss: the comparison of three losses.

`compare` hands back nothing but numbers, so the data are made for them to prove something. All test rows of `Clouds` lie
on one line, in four groups between the places where the three classifiers change their mind: on these rows every right
solution gives the same predictions, whatever its random numbers. How many rows are in a group and what they are labelled
is drawn from the course's secret. So the right metrics are known here to the last digit, and to nobody else.
"""

import functools
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn import metrics
from torch import nn

from autograder.grading import check, require

KEYS = ("accuracy", "precision", "recall", "f1", "average_precision")
LOSSES = ("cross_entropy", "weighted", "focal")
DIGITS = Path(__file__).parents[3] / "solutions" / "04-focal-loss" / "digits.csv"
# 384 rows are three full batches of 128.
TRAINING_ROWS = 384
FIXED = 2027

# Bounds for what benchmarks/thresholds_focal_loss.py prints. Draws with gaps as wide as these leave each row room: over 100
# draws no metric of a row on the line was off the truth.
LEAST_GAPS = 0.45, 0.6
# By how much metrics may differ from those of the grader's own classifiers: on the line, on training rows, on the digits.
EXACT, NEAR = 0.002, 0.12
ON_DIGITS = {"average_precision": 0.06, "accuracy": 0.085}
# Of the digits trained on, for who measures there: the mean less 6 sd.
LEAST_AVERAGE_PRECISION = {"cross_entropy": 0.69, "weighted": 0.73, "focal": 0.79}


class Clouds:
    """Two overlapping clouds to train on, and rows on a line to test on; both drawn by `rng`."""

    def __init__(self, reference, rng, features=5, distance=(1.3, 1.7), share=10):
        self.reference, self.features = reference, features
        while True:
            self.line = rng.normal(size=features)
            self.line /= np.linalg.norm(self.line)
            y = rng.permutation(np.arange(TRAINING_ROWS) % share == 0)
            X = rng.normal(size=(TRAINING_ROWS, features)) + rng.uniform(*distance) * y[:, None] * self.line
            self.train = torch.tensor(X, dtype=torch.float32), torch.tensor(y.astype(int))
            self.models = trained(reference, *self.train)
            places = {name: self.threshold(model) for name, model in self.models.items()}
            gaps = places["focal"] - places["weighted"], places["cross_entropy"] - places["focal"]
            if share < 10 or all(gap > least for gap, least in zip(gaps, LEAST_GAPS, strict=True)):
                break
        self._draw_rows(rng, places, gaps)

    def threshold(self, model):
        """Where on the line a classifier changes its mind."""
        weight, bias = (model[key].double().numpy() for key in ("weight", "bias"))
        return -(bias[1] - bias[0]) / ((weight[1] - weight[0]) @ self.line)

    def _draw_rows(self, rng, places, gaps):
        """Groups of rows beyond all thresholds, between each two of them, and before all."""
        middles = (
            places["cross_entropy"] + 1.2,
            places["focal"] + 0.4 * gaps[1],
            places["weighted"] + gaps[0] / 2,
            places["weighted"] - 1.2,
        )
        sizes = rng.integers(7, 25, size=4)
        groups = [middle + np.linspace(-0.05, 0.05, size) for middle, size in zip(middles, sizes, strict=True)]
        labels = [rng.permutation(np.arange(size) < rng.integers(2, size - 1)) for size in sizes]
        order = rng.permutation(sizes.sum())
        self.places, self.labels = np.concatenate(groups)[order], np.concatenate(labels)[order].astype(int)
        of_group = np.repeat(np.arange(4), sizes)[order]
        self.predicted = {name: of_group < groups for name, groups in zip(LOSSES, (1, 3, 2), strict=True)}
        X = torch.tensor(self.places[:, None] * self.line, dtype=torch.float32)
        self.test = X, torch.tensor(self.labels)

    @property
    def all(self):
        return tuple(item.clone() for item in (*self.train, *self.test))

    def truth(self):
        """scikit-learn's metrics of what right classifiers say of the rows on the line."""
        return {name: measured(self.labels, said, self.places) for name, said in self.predicted.items()}

    def sharp(self, name):
        """A classifier of the rows on the line whose threshold lies right between the groups."""
        said = self.predicted[name]
        threshold = (self.places[said].min() + self.places[~said].max()) / 2
        weight = torch.tensor(np.stack([-self.line, self.line]), dtype=torch.float32)
        return {"weight": weight, "bias": torch.tensor([threshold, -threshold], dtype=torch.float32)}


def measured(labels, predicted, scores):
    found = metrics.precision_recall_fscore_support(labels, predicted, average="binary", zero_division=0)[:3]
    ranking = metrics.average_precision_score(labels, scores)
    return dict(zip(KEYS, (metrics.accuracy_score(labels, predicted), *found, ranking), strict=True))


def trained(reference, X, y):
    """Weights of the grader's own three classifiers, each the mean of two seeds."""
    weight = (len(y) / (2 * torch.bincount(y, minlength=2))).to(X)
    losses = (F.cross_entropy, nn.CrossEntropyLoss(weight=weight), reference.FocalLoss(alpha=[0.25, 0.75]))
    found = {}
    for name, loss in zip(LOSSES, losses, strict=True):
        states = []
        for seed in (0, 1):
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed)
                model = nn.Linear(X.shape[1], 2)
            reference.train(model, X, y, loss, lr=0.01, seed=seed)
            states.append(model.state_dict())
        found[name] = {key: (states[0][key] + states[1][key]) / 2 for key in states[0]}
    return found


def table():
    pixels = np.loadtxt(DIGITS, delimiter=",", skiprows=1)
    return torch.tensor(pixels[:, :-1] / 16, dtype=torch.float32), torch.tensor(pixels[:, -1] == 8).long()


def digits(rng):
    """X_train, y_train, X_test, y_test of "is it an 8?": to test on, a share of 8s and of wrong labels that `rng` draws."""
    X, y = table()
    order = torch.tensor(rng.permutation(len(X)))
    eights, others = order[y[order] == 1], order[y[order] == 0]
    share = round(TRAINING_ROWS * len(eights) / len(X))
    train = torch.cat([eights[:share], others[: TRAINING_ROWS - share]])[rng.permutation(TRAINING_ROWS)]
    rest = others[TRAINING_ROWS - share :][: int(rng.integers(130, 1000))]
    test = torch.cat([eights[share:], rest])
    wrong = torch.tensor(rng.uniform(size=len(test)) < rng.uniform(0.08, 0.25))
    return X[train], y[train], X[test], torch.where(wrong, 1 - y[test], y[test])


def balanced(rng):
    """X_train, y_train, X_test, y_test of clouds, with as many rows of each class to train on."""
    parts = []
    for rows, share in ((64, 2), (400, 10)):
        y = rng.permutation(np.arange(rows) % share == 0)
        X = rng.normal(size=(rows, 3)) + y[:, None]
        parts += [torch.tensor(X, dtype=torch.float32), torch.tensor(y.astype(int))]
    return parts


def seven_features(rng):
    """X_train, y_train, X_test, y_test of clouds with another number of features, and rows anywhere."""
    parts = []
    for _ in range(2):
        y = rng.permutation(np.arange(120) % 10 == 0)
        parts += [
            torch.tensor(rng.normal(size=(120, 7)) + y[:, None], dtype=torch.float32),
            torch.tensor(y.astype(int)),
        ]
    return parts


_KNOWN = {}  # by the name of what is drawn and the numbers that it begins with: the grader's own work, for the whole class


@pytest.fixture(scope="session")
def clouds(reference, draw_for_all):
    """What the grader knows of drawn clouds, made once for all submissions."""

    def known(name="clouds", **options):
        rng = draw_for_all(name)
        key = (name, *rng.bit_generator.state["state"].values())
        if key not in _KNOWN:
            _KNOWN[key] = Clouds(reference, rng, **options)
        return _KNOWN[key]

    return known


@pytest.fixture(scope="session")
def compared(student, draw, clouds):
    """The student's comparison on these data, made once for several checks; `again` calls anew."""
    makers = {"clouds": lambda: clouds().all, "seven": lambda: seven_features(draw("seven"))}

    @functools.cache
    def made(name):
        return rows_of(student.compare(*makers[name](), seed=7))

    def rows(name, again=False):
        return made.__wrapped__(name) if again else made(name)

    return rows


@pytest.fixture(scope="session")
def own(student, clouds):
    """What the student's own `evaluate` says of the grader's classifiers: what is wrong there is paid for there."""

    def evaluated(state, X, y):
        layer = student.call("torch.nn.Linear", X.shape[1], 2)
        layer.method("load_state_dict", state)
        return numbers_of(student.evaluate(layer, X, y))

    @functools.cache
    def on_the_line():
        drawn, truth = clouds(), clouds().truth()
        found = {name: evaluated(drawn.sharp(name), *drawn.test) for name in LOSSES}
        right = [key for key in KEYS if all(abs(found[name][key] - truth[name][key]) < EXACT for name in LOSSES)]
        require(right, "`evaluate` gives no metric of the test rows")
        return found

    return evaluated, on_the_line


@pytest.fixture(scope="session")
def proof(student, clouds, compared, own):
    """Of which rows the student's metrics are, "test" or "train": for which of the three losses they show it.

    Whoever measures on the training rows has lost a check by that, and not all of them.
    """
    evaluated, on_the_line = own

    def near(row, wanted, slack):
        return all(abs(row[key] - wanted[key]) <= slack for key in KEYS)

    def on_training_rows():
        others = clouds("easy", distance=(3.2, 3.6), share=4)
        pairs = [(clouds(), compared("clouds")), (others, rows_of(student.compare(*others.all, seed=7)))]
        return [
            name
            for name in LOSSES
            if all(near(rows[name], evaluated(one.models[name], *one.train), NEAR) for one, rows in pairs)
        ]

    @functools.cache
    def found():
        rows, wanted = compared("clouds"), on_the_line()
        on_test = [name for name in LOSSES if near(rows[name], wanted[name], EXACT)]
        return ("test", on_test) if on_test else ("train", on_training_rows())

    return found


def numbers_of(row):
    require(isinstance(row, dict) and set(KEYS) <= set(row), f"there are the keys {', '.join(KEYS)}")
    return {key: float(row[key]) for key in KEYS}


def rows_of(value):
    """A comparison as plain numbers."""
    require(isinstance(value, dict) and set(LOSSES) <= set(value), f"the keys are {', '.join(LOSSES)}")
    return {name: numbers_of(value[name]) for name in LOSSES}


def hold(right, message, compared, name="clouds"):
    """A check that fails calls once more by itself: a mistake is named from the calls of the check that failed."""
    if not right:
        compared(name, again=True)
    require(right, message)


def follows(proof, compared, *names):
    """The metrics are those of trained classifiers; with `names`, of these."""
    _, shown = proof()
    if not names:
        hold(shown, "the metrics are not those of three trained classifiers on these rows", compared)
    for name in names:
        row = compared("clouds")[name]
        told = f'"{name}": recall {row["recall"]:.2f} and precision {row["precision"]:.2f}'
        hold(name in shown, f"{told} are not those of a classifier trained with this loss on these rows", compared)


def train_draws(student, random_state):
    """Whether the student's `train` by itself touches the random state: that is paid for in its own part."""
    layer, loss = student.call("torch.nn.Linear", 2, 2), student.name("torch.nn.functional.cross_entropy")
    before = random_state()
    student.train(layer, torch.ones(4, 2), torch.tensor([0, 1, 0, 1]), loss, epochs=1)
    return random_state() != before


@check("compare", points=0.5, hint="Three keys, each with the dict of evaluate; D is the number of columns of X.")
def test_comparison_of_any_number_of_features(student, compared, proof):
    """three losses with five metrics each, whatever the number of features"""
    rows = compared("seven")
    right = all(0 <= value <= 1 for row in rows.values() for value in row.values())
    hold(right, "a metric is not from 0 to 1", compared, "seven")
    follows(proof, compared)


@check("compare", hint="Train each model from the starting weights, on the training rows, with lr 0.01 for 60 epochs.")
def test_comparison_learns_the_digits(student, reference, draw_for_all, own, proof):
    """each of the three models ranks the 8s of the test rows well above the rest"""
    learns_in_small_steps(student, own)
    data = digits(draw_for_all("digits"))
    rows = rows_of(student.compare(*(item.clone() for item in data), seed=7))
    place, _ = proof()
    if place == "train":
        for name, least in LEAST_AVERAGE_PRECISION.items():
            found = rows[name]["average_precision"]
            require(found >= least, f'"{name}": average precision on the digits is {found:.3f}, which is too little')
        follows(proof, lambda *_, **__: None)
        return
    for name, state in known_digits(reference, draw_for_all, data).items():
        wanted = own[0](state, *data[2:])
        found = rows[name]
        keys = ("average_precision", "accuracy") if name == "cross_entropy" else ("average_precision",)
        right = all(abs(found[key] - wanted[key]) <= ON_DIGITS[key] for key in keys)
        require(right, f'"{name}": the metrics on the digits are not those of a classifier trained on them')


def learns_in_small_steps(student, own):
    """Sixty steps of 0.01 find the positives with a strong signal and not those with a faint one; far larger steps find all."""
    rows = torch.arange(64)
    y, strong = rows % 4 == 0, rows % 8 == 0
    X = torch.zeros(64, 16)
    X[:, 0] = torch.where(y, 0.05, -0.05)
    X[:, 1] = torch.where(strong, 3.0, 0.0)
    X[:, 2] = 0.0005 * ((rows * 37) % 64 - 32)  # no two rows have the same score
    known = {"weight": torch.zeros(2, 16), "bias": torch.tensor([1.0, -1.0])}
    known["weight"][1, 1:3] = torch.tensor([1.0, 0.5])
    found = rows_of(student.compare(X, y.long(), X.clone(), y.long(), seed=7))["cross_entropy"]
    wanted = own[0](known, X, y.long())
    near = abs(found["accuracy"] - wanted["accuracy"]) < 0.01
    require(near, "60 epochs at a rate of 0.01 do not lead where these models are")


def known_digits(reference, draw_for_all, data):
    """The grader's own classifiers of the digits, made once for all submissions."""
    key = ("digits", *draw_for_all("digits").bit_generator.state["state"].values())
    if key not in _KNOWN:
        _KNOWN[key] = trained(reference, *data[:2])
    return _KNOWN[key]


@check("compare", hint="Weights n / (2 n_c), counted on the training labels: the rare class has the larger one.")
def test_weights_find_more_positives_of_overlapping_classes(student, compared, proof):
    """where classes overlap, weights raise recall over plain cross-entropy, and cost precision"""
    follows(proof, compared, "cross_entropy", "weighted")


@check("compare", hint="Focal loss with gamma 2, and weights 0.25 for class 0 and 0.75 for class 1.")
def test_focal_loss_finds_more_positives_of_overlapping_classes(student, compared, proof):
    """where classes overlap, focal loss with its weights raises recall, but less than inverse frequencies would"""
    follows(proof, compared, "focal")


@check("compare", points=0.5, hint="Copy the starting weights for each loss, and give each training the same seed.")
def test_comparison_starts_from_the_same_weights(student, compared, proof):
    """all start from the same weights: where the classes are balanced, weighting changes nothing"""
    rng = np.random.default_rng(FIXED + 11)  # numbers on which one model that is trained on and on differs by 0.15
    rows = rows_of(student.compare(*balanced(rng)))
    # Two test rows whose scores differ in the last bit may change places.
    same = [abs(rows["cross_entropy"][key] - rows["weighted"][key]) < 0.01 for key in KEYS]
    require(all(same), "on balanced classes, weighted and plain cross-entropy should give the same model")
    follows(proof, compared)


@check("compare", hint="Train on the training rows, evaluate on the test rows, and never the other way round.")
def test_comparison_measures_the_test_rows(student, compared, proof):
    """the metrics are those of the test rows, which no training has seen"""
    place, _ = proof()
    hold(place == "test", "the metrics are not those of a trained classifier on the test rows", compared)


@check("compare", hint="Making a layer draws random numbers: do it inside of torch.random.fork_rng(), seeded.")
def test_comparison_is_reproducible(student, compared, proof, random_state, draw):
    """the same seed gives the same result, and random state and data are left alone"""
    before, data = compared("seven"), seven_features(draw("seven"))
    student.call("torch.manual_seed", 2)
    state = random_state()
    seen = student.observe("compare", *[item.clone() for item in data], seed=7)
    if random_state() == state or not train_draws(student, random_state):
        require(random_state() == state, "the caller's random state is another one afterwards")
        require(
            all(torch.equal(*pair) for pair in zip(seen.arguments, data, strict=False)), "`compare` changes its data"
        )
        hold(rows_of(seen.value) == before, "the same seed gives another result", compared, "seven")
    follows(proof, compared)
