"""Hidden checks of 04-focal-loss: the comparison of three losses.

`compare` returns only numbers, so the data are made such that these numbers prove something. The test rows of `Clouds`
lie far from the decision boundaries of the three classifiers. There every right solution gives the same predictions,
whatever its random numbers. The course's secret decides where the rows lie, how many there are and their labels. So the
grader knows the right metrics to the last digit, and nobody else does.

The student's own `evaluate` is never called on these rows: it could repeat what `compare` has made up.
"""

import functools
import itertools
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

# Bounds for what benchmarks/thresholds_focal_loss.py prints. A row is used only if all models of a loss agree on it:
# it lies DEVIATIONS of their standard deviations, plus ROOM, from the boundary. Over 200 draws no metric was off.
DEVIATIONS, ROOM = 5, 0.06
MEMBERS, SEEDS = 8, (0, 1)
# How far metrics may be from those of the grader's own classifiers: known rows, their ranking, training rows (besides
# six standard deviations), digits.
EXACT, RANKED, NEAR = 0.002, 0.06, 0.02
ON_DIGITS = {"average_precision": 0.06, "accuracy": 0.085, "recall": 0.085}


class Clouds:
    """Two overlapping clouds to train on, and scattered rows to test on; both drawn by `rng`."""

    def __init__(self, reference, rng, distance=(1.3, 1.7), share=(10, 11), least=7):
        chosen = None
        while chosen is None:
            line = rng.normal(size=5)
            line /= np.linalg.norm(line)
            y = rng.permutation(np.arange(TRAINING_ROWS) % rng.integers(*share) == 0)
            X = rng.normal(size=(TRAINING_ROWS, 5)) + rng.uniform(*distance) * y[:, None] * line
            self.train = torch.tensor(X, dtype=torch.float32), torch.tensor(y.astype(int))
            self.models = trained(reference, *self.train)
            rows = scattered(rng, line, self.models)
            chosen = self._choose(rng, rows, least)
        self.labels = np.concatenate([rng.permutation(np.arange(len(n)) < rng.integers(2, len(n) - 1)) for n in chosen])
        order = rng.permutation(len(self.labels))
        self.X, self.labels = rows[np.concatenate(chosen)][order], self.labels[order].astype(int)
        self.test = torch.tensor(self.X, dtype=torch.float32), torch.tensor(self.labels)

    def _choose(self, rng, rows, least):
        """Choose rows of each kind: positive for no model, the weighted one, focal loss too, all; None if too few."""
        said = np.stack([scores(self.models[name], rows).mean(1) > 0 for name in LOSSES], 1)
        kinds = [np.flatnonzero((said == kind).all(1)) for kind in ([0, 0, 0], [0, 1, 0], [0, 1, 1], [1, 1, 1])]
        if min(map(len, kinds)) < least:
            return None
        return [kind[: rng.integers(7, 25)] for kind in kinds if len(kind) >= 7]

    @property
    def all(self):
        return tuple(item.clone() for item in (*self.train, *self.test))

    def truth(self, name, rows="test"):
        """Return the labels of these rows, and the mean scores that the classifiers of this loss give them."""
        X, y = self.test if rows == "test" else self.train
        return y.numpy(), scores(self.models[name], X.double().numpy()).mean(1)


def scattered(rng, line, models, count=4000):
    """Draw rows in all directions on which all models of a loss agree; leave gaps also where there is no boundary."""
    mean = models["cross_entropy"].mean(0)
    middle = -mean[-1] / (mean[:-1] @ line)
    rows = rng.normal(size=(count, len(line)))
    rows += (rng.uniform(middle - 8, middle + 6.5, size=count) - rows @ line)[:, None] * line
    kept = np.ones(count, dtype=bool)
    for members in models.values():
        found = scores(members, rows)
        far = DEVIATIONS * found.std(1) + ROOM * np.linalg.norm(members.mean(0)[:-1])
        kept &= np.abs(found.mean(1)) > far
    places = scores(mean[None], rows)[:, 0] / np.linalg.norm(mean[:-1])
    for least, most in ((0.8, 5), (-7, -2.9)):  # wider than the gaps at the decision boundaries
        for start in rng.uniform(least, most, size=rng.integers(2, 4)):
            kept &= (places < start) | (places > start + rng.uniform(0.8, 1.3))
    return rows[kept]


def scores(members, rows):
    """Return z1 - z0 of each row by each model."""
    return rows @ members[:, :-1].T + members[:, -1]


def measured(labels, scores):
    """Compute the metrics with scikit-learn."""
    predicted = scores > 0
    found = metrics.precision_recall_fscore_support(labels, predicted, average="binary", zero_division=0)[:3]
    ranking = metrics.average_precision_score(labels, scores)
    return dict(zip(KEYS, (metrics.accuracy_score(labels, predicted), *found, ranking), strict=True))


def trained(reference, X, y):
    """Train the grader's own classifiers with each loss, from several starting weights.

    Each classifier is returned as the weights and the bias of z1 - z0. Those of one seed are trained as one
    wide layer; the first of them starts at zero.
    """
    weight = (len(y) / (2 * torch.bincount(y, minlength=2))).to(X)
    losses = (F.cross_entropy, nn.CrossEntropyLoss(weight=weight), reference.FocalLoss(alpha=[0.25, 0.75]))
    found = {}
    for name, loss in zip(LOSSES, losses, strict=True):
        members = [_wide(reference, X, y, loss, seed) for seed in SEEDS]
        found[name] = torch.cat(members).numpy()
    return found


def _wide(reference, X, y, loss, seed):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = nn.Linear(X.shape[1], 2 * MEMBERS)
    with torch.no_grad():
        model.weight[:2], model.bias[:2] = 0.0, 0.0

    def of_all(logits, targets):
        return MEMBERS * loss(logits.reshape(-1, 2), targets.repeat_interleave(MEMBERS))

    reference.train(model, X, y, of_all, lr=0.01, seed=seed)
    layers = torch.cat([model.weight, model.bias[:, None]], 1).detach().double().reshape(MEMBERS, 2, -1)
    return layers[:, 1] - layers[:, 0]


def table():
    pixels = np.loadtxt(DIGITS, delimiter=",", skiprows=1)
    return torch.tensor(pixels[:, :-1] / 16, dtype=torch.float32), torch.tensor(pixels[:, -1] == 8).long()


def digits(rng):
    """Return X_train, y_train, X_test, y_test of "is it an 8?"; `rng` draws the test rows: 8s and wrong labels."""
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
    """Return X_train, y_train, X_test, y_test of clouds, with equally many training rows of each class."""
    parts = []
    for rows, share in ((64, 2), (400, 10)):
        y = rng.permutation(np.arange(rows) % share == 0)
        X = rng.normal(size=(rows, 3)) + y[:, None]
        parts += [torch.tensor(X, dtype=torch.float32), torch.tensor(y.astype(int))]
    return parts


def seven_features(rng):
    """Return X_train, y_train, X_test, y_test of clouds with another number of features, and rows anywhere."""
    parts = []
    for _ in range(2):
        y = rng.permutation(np.arange(120) % 10 == 0)
        parts += [
            torch.tensor(rng.normal(size=(120, 7)) + y[:, None], dtype=torch.float32),
            torch.tensor(y.astype(int)),
        ]
    return parts


_KNOWN = {}  # the grader's own work for the whole class, by the name of what is drawn and the generator's state


@pytest.fixture(scope="session")
def clouds(reference, draw_for_all):
    """Return a function that gives the grader's drawn clouds, made once for all submissions."""

    def known(name="clouds", **options):
        rng = draw_for_all(name)
        key = (name, *rng.bit_generator.state["state"].values())
        if key not in _KNOWN:
            _KNOWN[key] = Clouds(reference, rng, **options)
        return _KNOWN[key]

    return known


@pytest.fixture(scope="session")
def compared(student, draw, draw_for_all, clouds):
    """Return a function that gives the student's comparison, made once for several checks; `again` calls it again."""
    makers = {
        "clouds": lambda: clouds().all,
        "seven": lambda: seven_features(draw("seven")),
        "digits": lambda: digits(draw_for_all("digits")),
    }

    @functools.cache
    def made(name):
        return rows_of(student.compare(*makers[name](), seed=7))

    def rows(name, again=False):
        return made.__wrapped__(name) if again else made(name)

    return rows


@pytest.fixture(scope="session")
def read(questions):
    """Tell how to read the student's `evaluate`, key by key: a mistake there costs points in its own part only.

    It is read from the answers that its own checks judge. A key may be off by a factor (percent), hold another metric
    (precision and recall swapped) or the metric of another form; a key that is wrong in another way is ignored.
    """

    @functools.cache
    def readings():
        asked = []
        for question, row in questions():
            labels, score = question.labels.numpy(), question.scores
            asked.append((numbers_of(row), {name: form(labels, score) for name, form in FORMS.items()}))
        found = {key: reading for key in KEYS if (reading := reading_of(key, asked)) is not None}
        told = "fewer than three metrics of `evaluate` are right, so the comparison cannot be read"
        require(len({place for place, _ in found.values()}) >= 3, told)
        return found

    def wanted(labels, score):
        """Return the right metrics in the form in which this `evaluate` gives them."""
        known = {name: FORMS[name](labels, score) for name in {name for (name, _), _ in readings().values()}}
        return {key: known[name][metric] for key, ((name, metric), _) in readings().items()}

    def said(row):
        require(set(readings()) <= set(row), f"a row has the keys {', '.join(KEYS)}")
        return {key: row[key] / factor for key, (_, factor) in readings().items()}

    def held():
        """Return which metric stands behind each key that can be read."""
        return {key: metric for key, ((_, metric), _) in readings().items()}

    return wanted, said, held


def both_classes(labels, score):
    """Compute the metrics as means over both classes."""
    one, other = measured(labels, score), measured(1 - labels, -score)
    return {key: (one[key] + other[key]) / 2 for key in KEYS}


# How an honest `evaluate` may take its classes.
FORMS = {
    "right": measured,
    "columns swapped": lambda labels, score: measured(labels, -score),
    "of class 0": lambda labels, score: measured(1 - labels, -score),
    "mean of both": both_classes,
}


def reading_of(key, asked):
    """Return which form of which metric a key holds, and times what; None if it holds none."""
    metrics_of_key = (key, *(other for other in KEYS if other != key))
    for place in itertools.product(FORMS, metrics_of_key):
        form, metric = place
        factors = [row.get(key, 0.0) / max(right[form][metric], 1e-9) for row, right in asked]
        if factors[0] > 0.001 and np.allclose(factors, factors[0], rtol=1e-4, atol=0):
            return place, factors[0]
    return None


@pytest.fixture(scope="session")
def proof(student, clouds, compared, read):
    """Tell which rows the student's metrics are of, "test" or "train", and which of the three losses show it.

    A solution that measures on the training rows loses one check for that, not all of them.
    """
    wanted, said, held = read

    def near(row, right, slack):
        found = said(row)
        return all(abs(found[key] - right[key]) <= slack[key] for key in right)

    def on_test_rows(rows):
        slack = {key: RANKED if metric == "average_precision" else EXACT for key, metric in held().items()}
        return [name for name in LOSSES if near(rows[name], wanted(*clouds().truth(name)), slack)]

    def on_training_rows(rows):
        # Few and many positives, far and near: usual numbers of one of these clouds are wrong for the next.
        others = [clouds(f"clouds {n}", distance=(0.8, 4.5), share=(2, 8), least=0) for n in range(4)]
        pairs = [(clouds(), rows), *((one, rows_of(student.compare(*one.all, seed=7))) for one in others)]
        return [
            name
            for name in LOSSES
            if all(near(found[name], *among(wanted, one.models[name], *one.train)) for one, found in pairs)
        ]

    @functools.cache
    def found():
        rows = compared("clouds")
        on_test = on_test_rows(rows)
        return ("test", on_test) if on_test else ("train", on_training_rows(rows))

    return found


def among(wanted, members, X, y):
    """Return the mean metrics of the grader's own classifiers on these rows, and how far off an honest one may be."""
    each = [wanted(y.numpy(), score) for score in scores(members, X.double().numpy()).T]
    found = {key: np.array([row[key] for row in each]) for key in each[0]}
    mean = {key: values.mean() for key, values in found.items()}
    return mean, {key: NEAR + 6 * values.std() for key, values in found.items()}


def numbers_of(row):
    require(isinstance(row, dict) and set(KEYS) & set(row), f"a row has the keys {', '.join(KEYS)}")
    return {key: float(row[key]) for key in KEYS if key in row}


def rows_of(value):
    """Return a comparison as plain numbers."""
    require(isinstance(value, dict) and set(LOSSES) <= set(value), f"the result has the keys {', '.join(LOSSES)}")
    return {name: numbers_of(value[name]) for name in LOSSES}


def hold(right, message, compared, name="clouds"):
    """Require `right`; call `compare` again first if it fails: mistakes are told from the failed check's own calls."""
    if not right:
        compared(name, again=True)
    require(right, message)


def follows(proof, compared, *names):
    """Require the metrics to be those of trained classifiers; with `names`, of each of these losses."""
    _, shown = proof()
    rows = compared("clouds")
    if not names:
        hold(shown, "the metrics are not those of three trained classifiers on these rows", compared)
        hold(any(rows[name] != rows["focal"] for name in LOSSES), "all three losses give the same metrics", compared)
    for name in names:
        row = rows[name]
        told = f'"{name}": recall {row["recall"]:.2f} and precision {row["precision"]:.2f}'
        hold(name in shown, f"{told} are not those of a classifier trained with this loss on these rows", compared)


@pytest.fixture(scope="session")
def on_digits(reference, draw_for_all, compared, proof, read):
    """Return a function that requires metrics of a row to be those of the grader's own classifiers of the digits."""
    wanted, said, held = read

    def known(X, y):
        key = ("digits", *draw_for_all("digits").bit_generator.state["state"].values())
        if key not in _KNOWN:
            _KNOWN[key] = trained(reference, X, y)
        return _KNOWN[key]

    def near(name, *keys):
        X, y, X_test, y_test = digits(draw_for_all("digits"))
        right = wanted(y_test.numpy(), scores(known(X, y)[name], X_test.double().numpy()).mean(1))
        found = said(compared("digits")[name])
        told = f'"{name}": the metrics on the digits are not those of a classifier trained on them with this loss'
        slack = {key: ON_DIGITS[metric] for key, metric in held().items() if metric in keys}
        close = all(abs(found[key] - right[key]) <= slack[key] for key in slack)
        hold(close, told, compared, "digits")

    def of_training_rows(name, *keys):
        X, y, *_ = digits(draw_for_all("digits"))
        right, slack = among(wanted, known(X, y)[name], X, y)
        found = said(compared("digits")[name])
        told = f'"{name}": the metrics on the digits are not those of a classifier trained on them with this loss'
        hold(all(abs(found[key] - right[key]) <= slack[key] for key in right), told, compared, "digits")

    return lambda *args: (near if proof()[0] == "test" else of_training_rows)(*args)


def train_draws(student, random_state):
    """Tell whether the student's `train` alone changes the random state: that costs points in its own part only."""
    layer, loss = student.call("torch.nn.Linear", 2, 2), student.name("torch.nn.functional.cross_entropy")
    before = random_state()
    student.train(layer, torch.ones(4, 2), torch.tensor([0, 1, 0, 1]), loss, epochs=1)
    return random_state() != before


@check(
    "compare",
    points=0.5,
    topic="default",
    hint="Return a dict with three keys, each holding the dict of evaluate; D is the number of columns of X.",
)
def test_comparison_of_any_number_of_features(student, compared, proof, read):
    """returns five metrics for each of the three losses, for any number of features"""
    _, said, _ = read
    rows = [said(row) for row in compared("seven").values()]
    right = all(0 <= value <= 1 + 1e-6 for row in rows for value in row.values())
    hold(right, "a metric is not between 0 and 1", compared, "seven")
    follows(proof, compared)


@check("compare", points=0.5, topic="training", hint="Train each model on the training rows.")
def test_comparison_learns_the_digits(student, compared, proof, on_digits):
    """each of the three models ranks the 8s among the test rows well above the other digits"""
    follows(proof, compared)
    on_digits("cross_entropy", "average_precision", "accuracy")
    for name in ("weighted", "focal"):
        on_digits(name, "average_precision")


@check("compare", topic="training", hint="Train with lr 0.01 for 60 epochs.")
def test_comparison_learns_in_small_steps(student, compared, read, proof, draw):
    """the models are trained with a learning rate of 0.01 for 60 epochs"""
    learns_in_small_steps(student, read, draw)
    follows(proof, compared)


def learns_in_small_steps(student, read, draw):
    """Require what 60 steps of 0.01 learn: strong positives, not faint ones (far larger steps find both)."""
    wanted, said, held = read
    X, y, strong = faint_and_strong(draw("small steps"))
    found = said(rows_of(student.compare(X, y.long(), X.clone(), y.long(), seed=7))["cross_entropy"])
    right = wanted(y.numpy(), strong.numpy())
    near = all(abs(found[key] - right[key]) < 0.01 for key, metric in held().items() if metric != "average_precision")
    require(near, "60 epochs at a learning rate of 0.01 do not give these models")


def faint_and_strong(rng):
    """Return rows, labels, and scores that are positive for strong positives alone; no two scores are equal."""
    count, columns = int(rng.integers(60, 100)), int(rng.integers(12, 24))
    kinds = rng.permutation(np.arange(count) % int(rng.integers(7, 10)))
    y, strong = kinds < 2, kinds == 0
    X = np.zeros((count, columns))
    places, sides = rng.permutation(columns)[:3], rng.choice([-1.0, 1.0], size=3)
    X[:, places[0]] = sides[0] * np.where(y, 0.05, -0.05)
    X[:, places[1]] = sides[1] * np.where(strong, rng.uniform(2.8, 3.2), 0.0)
    apart = 0.0005 * (rng.permutation(count) - count / 2)
    X[:, places[2]] = sides[2] * apart
    return (
        torch.tensor(X, dtype=torch.float32),
        torch.tensor(y),
        torch.tensor(np.where(strong, 1.0, -2.0) + 0.5 * apart),
    )


@check(
    "compare",
    topic="weights",
    hint="The weights are n / (2 n_c), counted on the training labels; the rare class gets the larger one.",
)
def test_weights_find_more_positives_of_overlapping_classes(student, compared, proof, on_digits):
    """where classes overlap, class weights raise recall and lower precision, compared with plain cross-entropy"""
    follows(proof, compared, "cross_entropy", "weighted")
    on_digits("weighted", "accuracy", "recall")


@check("compare", topic="alpha", hint="Use focal loss with gamma 2 and weights 0.25 for class 0 and 0.75 for class 1.")
def test_focal_loss_finds_more_positives_of_overlapping_classes(student, compared, proof, on_digits):
    """where classes overlap, focal loss with its weights raises recall, but less than inverse-frequency weights do"""
    follows(proof, compared, "focal")
    on_digits("focal", "accuracy", "recall")


@check(
    "compare",
    kind="property",
    points=0.5,
    topic="state",
    hint="Copy the starting weights for each loss, and give each training the same seed.",
)
def test_comparison_starts_from_the_same_weights(student, compared, proof):
    """all models start from the same weights: on balanced classes, weighting changes nothing"""
    rng = np.random.default_rng(FIXED + 11)  # here one model trained three times over differs by 0.15
    rows = rows_of(student.compare(*balanced(rng)))
    # Two test rows whose scores differ only in the last bit may swap places.
    same = [abs(rows["cross_entropy"][key] - rows["weighted"][key]) < 0.01 for key in rows["weighted"]]
    require(all(same), "on balanced classes, weighted and plain cross-entropy should give the same model")
    follows(proof, compared)


@check("compare", topic="evaluation", hint="Train on the training rows and evaluate on the test rows.")
def test_comparison_measures_the_test_rows(student, compared, proof):
    """the metrics are measured on the test rows, and no model is trained on them"""
    place, _ = proof()
    hold(place == "test", "the metrics are not those of a trained classifier on the test rows", compared)


@check("compare", kind="property", points=0.25, topic="state", hint="Seed the starting weights and the training.")
def test_comparison_is_reproducible(student, compared, proof, draw):
    """the same seed gives the same result"""
    before = compared("seven")
    student.call("torch.manual_seed", 2)
    again = rows_of(student.compare(*seven_features(draw("seven")), seed=7))
    hold(again == before, "the same seed gives a different result", compared, "seven")
    follows(proof, compared)


@check(
    "compare",
    kind="property",
    points=0.25,
    topic="leaves_alone",
    hint="Making a layer draws random numbers: seed and make it inside torch.random.fork_rng().",
)
def test_comparison_leaves_the_random_state_alone(student, compared, proof, random_state, draw):
    """your random state and data stay unchanged"""
    data = seven_features(draw("seven"))
    state = random_state()
    seen = student.observe("compare", *[item.clone() for item in data], seed=7)
    after = random_state()
    require(after == state or train_draws(student, random_state), "the caller's random state has changed afterwards")
    require(all(torch.equal(*pair) for pair in zip(seen.arguments, data, strict=False)), "`compare` changes its data")
    follows(proof, compared)
