"""Hidden checks of 05-multi-task: measuring, and the sweep over λ.

The sweep reports numbers only, so its rows are compared with what they must be if a network has been trained. What is
measured is asked by one function for both parts: nothing tells a question of `evaluate` from one that serves the sweep.
"""

import functools
from dataclasses import dataclass

import numpy as np
import pytest
import sklearn.metrics
import torch

from autograder.grading import check, close_to, require

KEYS = ("accuracy", "rmse")
NOTHING = 1e-20  # so small that even Adam, which divides by the size of a gradient, does not learn the second task
AWAY = 500.0  # how far values are moved, to see an error grow: far beyond what an untrained head answers
UNLEARNT = 100.0  # no untrained head answers with more than a few units
# How far a trained network may be from perfect predictions: its share of right classes, and its error as a ratio.
# Right solutions of all kinds stay within for each of 50 secrets.
SHARE, LOW, HIGH = 0.12, 0.7, 1.33


@dataclass(frozen=True)
class Question:
    """Rows to be measured on, and the classes and values that are predicted for them."""

    labels: np.ndarray
    values: np.ndarray
    classes: np.ndarray
    predicted: np.ndarray

    @property
    def error(self):
        return self.predicted - self.values

    @property
    def share(self):
        return float((self.classes == self.labels).mean())

    @property
    def root(self):
        return float(np.sqrt((self.error**2).mean()))

    @property
    def of_pairs(self):
        return float(np.sqrt(((self.predicted[:, None] - self.values) ** 2).mean()))


# What is reported, rightly or by a named misreading: how a question is answered, and the share or RMSE behind a number.
SHARES = {
    "share": (lambda one: one.share, lambda found, one: found),
    "percent": (lambda one: 100 * one.share, lambda found, one: found / 100),
    "share of the wrong": (lambda one: 1 - one.share, lambda found, one: 1 - found),
    "number": (lambda one: one.share * len(one.labels), lambda found, one: found / len(one.labels)),
}
ERRORS = {
    "root": (lambda one: one.root, lambda found, one: found),
    "mean square": (lambda one: one.root**2, lambda found, one: found**0.5),
    "half of the mean square": (lambda one: one.root**2 / 2, lambda found, one: (2 * found) ** 0.5),
    "sum of squares": (lambda one: (one.error**2).sum(), lambda found, one: (found / len(one.labels)) ** 0.5),
    "root of the sum": (lambda one: (one.error**2).sum() ** 0.5, lambda found, one: found / len(one.labels) ** 0.5),
    "root of the root": (lambda one: one.root**0.5, lambda found, one: found**2),
    "mean distance": (lambda one: abs(one.error).mean(), lambda found, one: found + one.root - abs(one.error).mean()),
    "every pair": (lambda one: one.of_pairs, lambda found, one: found + one.root - one.of_pairs),
}


def asked(student, rng):
    """Ask evaluate_multi_task about a linear model; return what it says, and the question, whose answers are computed here.

    Rows, columns, classes and weights are drawn, and the model is put together in the same way whatever the answer is for.
    """
    rows, columns, classes = (int(rng.integers(*limits)) for limits in ((24, 60), (5, 9), (3, 5)))
    X = torch.tensor(rng.normal(size=(rows, columns)), dtype=torch.float32)
    layer = student.call("torch.nn.Linear", columns, classes + 1)
    state = {"weight": rng.normal(size=(classes + 1, columns)), "bias": rng.normal(size=classes + 1)}
    layer.method("load_state_dict", {key: torch.tensor(item, dtype=torch.float32) for key, item in state.items()})
    table = X.double().numpy() @ state["weight"].astype(np.float32).T + state["bias"].astype(np.float32)
    found, predicted = table[:, :classes].argmax(axis=1), table[:, classes]
    labels = np.where(rng.random(rows) < rng.uniform(0.3, 0.9), found, rng.integers(0, classes, size=rows))
    values = torch.tensor(predicted + rng.uniform(0.3, 2) * rng.normal(size=rows), dtype=torch.float32)
    data = {"X": X, "labels": torch.tensor(labels), "values": values}
    said = student.evaluate_multi_task(student.call("kit.Split", layer), data)
    return said, Question(labels, values.double().numpy(), found, predicted)


def two_headed(student, rng):
    """Make a linear model of 5 features with 3 logits and a value, and data for it."""
    student.call("torch.manual_seed", 0)
    X = torch.tensor(rng.normal(size=(64, 5)), dtype=torch.float32)
    data = {"X": X, "labels": X[:, :3].argmax(dim=1), "values": 2 + X[:, 3]}
    return student.call("kit.Split", student.call("torch.nn.Linear", 5, 4)), data


@pytest.fixture(scope="session")
def measures(student):
    """Return a function that tells whether the result of evaluate_multi_task depends on the data."""

    @functools.cache
    def found():
        model, data = two_headed(student, np.random.default_rng(1))
        other = {"X": data["X"], "labels": (data["labels"] + 1) % 3, "values": 3 - 2 * data["values"]}
        first, second = (student.evaluate_multi_task(model, part) for part in (data, other))
        if not all(isinstance(item, dict) for item in (first, second)):
            return False
        return differ([[item.get(key) for key in ("accuracy", "rmse", "r2")] for item in (first, second)])

    return found


def differ(both):
    """Tell whether two lists of numbers differ."""
    try:
        one, two = (np.array([float(item) for item in numbers]) for numbers in both)
    except (TypeError, ValueError):
        return False
    return not np.allclose(one, two)


def does_measure(measures):
    require(measures(), "nothing is measured: the result does not depend on the data")


@check("evaluate", topic="default", hint="Accuracy is the share of rows whose largest logit is at the label.")
def test_accuracy_of_classes(student, rng):
    """the accuracy is that of scikit-learn"""
    said, one = asked(student, rng)
    assert said == close_to({"accuracy": sklearn.metrics.accuracy_score(one.labels, one.classes)})


@check("evaluate", topic="default", hint="RMSE is the root of the mean squared error, in the unit of the values.")
def test_rmse_of_values(student, rng):
    """the RMSE is that of scikit-learn"""
    said, one = asked(student, rng)
    expected = sklearn.metrics.root_mean_squared_error(one.values, one.predicted)
    assert said == close_to({"rmse": expected}, rtol=1e-4)


@check(
    "evaluate",
    topic="default",
    hint="R² is 1 minus the squared errors over the squared distances of the *true* values from their mean.",
)
def test_r2_of_values(student, rng):
    """R² is that of scikit-learn"""
    said, one = asked(student, rng)
    assert said == close_to({"r2": sklearn.metrics.r2_score(one.values, one.predicted)}, rtol=1e-4, atol=1e-5)


@check("evaluate", kind="property", topic="evaluation", points=0.5, hint="Call the model after model.eval().")
def test_evaluation_mode(student, numbers, measures):
    """measures in eval mode"""
    does_measure(measures)
    calls = calls_of(student, numbers)
    require(not any(call[0] for call in calls), "the model is measured in training mode")


@check("evaluate", kind="property", topic="gradient", points=0.5, hint="Call the model inside torch.no_grad().")
def test_evaluation_without_gradients(student, numbers, measures):
    """measures without gradients"""
    does_measure(measures)
    calls = calls_of(student, numbers)
    require(not any(call[1] for call in calls), "gradients are on while measuring")


def calls_of(student, numbers):
    """Return the calls of a model while it is measured: training mode, gradients on."""
    model, data = two_headed(student, numbers)
    probe = student.call("kit.Probe", model)
    probe.method("train", True)
    student.evaluate_multi_task(probe, data)
    calls = probe.attribute("calls")
    require(calls, "the model is never called")
    return calls


@check(
    "evaluate",
    kind="property",
    topic="state",
    points=0.5,
    hint="Remember model.training and restore it with model.train(was).",
)
def test_evaluation_restores_both_modes(student, numbers, measures):
    """returns the model to the mode it had"""
    does_measure(measures)
    model, data = two_headed(student, numbers)
    for mode in (True, False):
        model.method("train", mode)
        student.evaluate_multi_task(model, data)
        require(model.attribute("training") is mode, "the model is not in the mode it had before")


@check(
    "evaluate", kind="property", topic="leaves_alone", points=0.25, hint="Compute new tensors; do not write into data."
)
def test_evaluation_leaves_everything(student, numbers, measures):
    """changes neither data nor model"""
    does_measure(measures)
    model, data = two_headed(student, numbers)
    before = model.state()
    seen = student.observe("evaluate_multi_task", model, data)
    require(unchanged(seen, data), "the data have changed")
    require(all(torch.equal(before[key], item) for key, item in model.state().items()), "the model has changed")


@check("evaluate", kind="property", topic="prints", points=0.25, hint="Return the numbers instead of printing them.")
def test_evaluation_prints_nothing(student, numbers, measures):
    """prints nothing"""
    does_measure(measures)
    seen = student.observe("evaluate_multi_task", *two_headed(student, numbers))
    require(seen.printed == "", "the function prints something")


def unchanged(seen, data):
    """Tell whether the data, an argument of an observed call, are the same after it."""
    after = next((item for item in seen.arguments if isinstance(item, dict)), {})
    same = set(after) == set(data) and all(isinstance(item, torch.Tensor) for item in after.values())
    return same and all(torch.equal(after[key], data[key]) for key in data)


class Steps:
    """Data for a sweep that a network learns, and neither its neighbours nor a linear model do.

    Class and value depend on which of four steps along one direction of space a row stands on; the values go up and
    down from one to the next. All other directions are wider and mean nothing. Directions, steps and numbers are drawn.
    """

    ROWS, TO_MEASURE, OTHERS = 96, 60, 3

    def __init__(self, rng):
        self._axes = np.linalg.qr(rng.normal(size=(1 + self.OTHERS, 1 + self.OTHERS)))[0]
        self._labels = rng.permutation(3)[[0, 1, 2, 0]]
        self._height, self._middle = rng.uniform(1.1, 1.4), rng.uniform(0.8, 1.4)
        up = np.array([1.0, -1.0, 1.0, -1.0]) * rng.choice([-1, 1])
        self._values = self._middle + self._height * up + rng.uniform(-0.2, 0.2, size=4)
        where, X = self._rows(rng, self.ROWS, 2.2)
        self.train = self._data(X, self._labels[where], self._values[where])
        self.unlearnable = self._data(X, rng.permutation(self._labels[where]), rng.permutation(self._values[where]))
        self._where, self._X = self._rows(rng, self.TO_MEASURE, 1.7)
        # Of the rows that are measured on, so many have the class and value that the network learns.
        shares = rng.permutation([0.75, 0.5, 0.25]) + rng.uniform(-0.08, 0.08, size=3)
        upright = rng.permutation([0.14, 0.5, 0.86]) + rng.uniform(-0.02, 0.02, size=3)
        self.questions = [self._question(rng, *pair) for pair in zip(shares, upright, strict=True)]
        self.clearest = int(upright.argmax())

    def _rows(self, rng, count, width):
        where = rng.permutation(np.arange(count) % 4)
        along = 0.8 * (np.array([-3.0, -1.0, 1.0, 3.0])[where] + 0.1 * rng.normal(size=count))
        return where, np.column_stack([along, width * rng.normal(size=(count, self.OTHERS))]) @ self._axes

    def _question(self, rng, share, upright):
        classes, predicted = self._labels[self._where], self._values[self._where]
        wrong = rng.permutation(len(classes)) >= round(share * len(classes))
        labels = (classes + wrong * rng.integers(1, 3, size=len(classes))) % 3
        flipped = rng.permutation(len(classes)) >= round(upright * len(classes))
        values = np.where(flipped, 2 * self._middle - predicted, predicted)
        return Question(labels, values.astype(np.float32).astype(float), classes, predicted)

    def is_learnt_by(self, guess):
        """Tell whether predictions, classes and values, are as good as those of a network."""
        classes, predicted = guess
        told = [Question(one.labels, one.values, classes, predicted) for one in self.questions]
        rows = [{"accuracy": one.share, "rmse": one.root} for one in told]
        names = {"accuracy": ["share"], "rmse": ["root"]}
        return learnt(rows, self.questions, names) or learnt(rows, self.questions, names, ("rmse",))

    def to_measure(self, index, moved=0.0):
        question = self.questions[index]
        return self._data(self._X, question.labels, question.values + moved)

    @staticmethod
    def _data(X, labels, values):
        return {
            "X": torch.tensor(X, dtype=torch.float32),
            "labels": torch.tensor(labels),
            "values": torch.tensor(values, dtype=torch.float32),
        }


@pytest.fixture(scope="session")
def steps(draw_for_all):
    """Return data that nearest neighbours and quadratic models do not learn well enough: drawn again until it is so."""
    rng = draw_for_all("sweep")
    while True:
        drawn = Steps(rng)
        if not any(drawn.is_learnt_by(guess) for guess in simple_guesses(drawn.train, drawn.to_measure(0)["X"])):
            return drawn


def simple_guesses(train, X):
    """Yield what simple models predict, classes and values, without a network."""
    apart = torch.cdist(X, train["X"])
    for count in (1, 3, 5, 9):
        found = apart.topk(count, largest=False).indices
        yield train["labels"][found].mode(dim=1).values.numpy(), train["values"][found].mean(dim=1).numpy()
    columns, rows = (
        torch.cat([item, (item[:, :, None] * item[:, None, :]).flatten(1), torch.ones(len(item), 1)], dim=1).double()
        for item in (train["X"], X)
    )
    wanted = torch.cat([torch.eye(3)[train["labels"]], train["values"][:, None]], dim=1).double()
    inverse = torch.linalg.inv(columns.T @ columns + 0.1 * torch.eye(columns.shape[1]).double())
    table = rows @ inverse @ columns.T @ wanted
    yield table[:, :3].argmax(dim=1).numpy(), table[:, 3].numpy()


@pytest.fixture(scope="session")
def sweep(student, steps):
    """Return lambda_sweep with a memory, since grading spends its time on training."""

    @functools.cache
    def run(lams, question=steps.clearest, moved=0.0, mood=0, trained_on="train"):
        data = [dict(getattr(steps, trained_on)), steps.to_measure(question, moved)]
        return left_by(student, "lambda_sweep", *data, list(lams), mood=mood, seed=4)

    return run


@pytest.fixture(scope="session")
def readings(student, draw):
    """Return, for each key, how evaluate_multi_task reads it: rightly, or by misreadings that cost points there."""

    @functools.cache
    def found():
        told = [asked(student, rng) for rng in [draw("questions")] * 3]
        names = {}
        for key, usual in (("accuracy", "share"), ("rmse", "root")):
            names[key] = [
                name
                for name, (take, _) in {**SHARES, **ERRORS}.items()
                if all(says(said, key, take(one)) for said, one in told)
            ]
            names[key] = [usual] if usual in names[key] else names[key]
        return names

    return found


def says(said, key, wanted):
    """Tell whether a result has this number."""
    try:
        return bool(np.isclose(float(said[key]), wanted, rtol=1e-3, atol=1e-5))
    except (KeyError, TypeError, ValueError):
        return False


def learnt(rows, questions, names, keys=KEYS):
    """Tell whether rows have the numbers of a network that has learnt; a key that nobody can read tells nothing."""
    asked = list(zip(rows, questions, strict=True))
    read = [key for key in keys if names[key]]
    return bool(read) and all(
        any(all(near(row[key], name, question) for row, question in asked) for name in names[key]) for key in read
    )


def near(found, name, question):
    """Tell whether a number, read in this way, is nearly that of perfect predictions."""
    if found < 0:
        return False
    if name in SHARES:
        return abs(SHARES[name][1](found, question) - question.share) <= SHARE
    return LOW <= ERRORS[name][1](found, question) / question.root <= HIGH


@pytest.fixture(scope="session")
def proof(sweep, steps, readings):
    """Tell on which data the student's rows show a trained network: "val", "train", or None.

    A solution that measures on the training data loses one check for that, not all of them.
    """

    @functools.cache
    def found():
        rows = [rows_of(sweep((1.0,), question=number), 1)[0] for number in range(3)]
        if learnt(rows, steps.questions, readings()):
            return "val"
        noise = rows_of(sweep((1.0,), trained_on="unlearnable"), 1)[0]
        same = all(row == rows[0] for row in rows)
        return "train" if same and fits_itself(rows[0], noise, readings()) else None

    return found


def fits_itself(row, noise, names):
    """Tell whether a row is that of a network measured on what it was trained on, and not so good for mere noise."""
    if not (names["accuracy"] and names["rmse"]):
        return False
    (_, share), (_, root) = SHARES.get(names["accuracy"][0], (0, None)), ERRORS.get(names["rmse"][0], (0, None))
    if share is None or root is None or min(row.values()) < 0 or min(noise.values()) < 0:
        return False
    one = Question(*[np.ones(Steps.ROWS)] * 4)
    good, bad = ((share(item["accuracy"], one), root(item["rmse"], one)) for item in (row, noise))
    return 0.9 <= good[0] <= 1 and good[0] > bad[0] > 0.3 and 0 < 1.5 * good[1] < bad[1] < 2


def shows_work(proof, sweep):
    """Require the rows to be those of a network trained on the first data."""
    hold(proof() is not None, "the rows are not those of a trained network", sweep)


def hold(right, message, sweep):
    """Require `right`; call again first if it fails: mistakes are told from the failed check's own calls."""
    if not right:
        both(sweep, mood=1)
    require(right, message)


def left_by(student, function, *arguments, mood=0, **options):
    """Return what a call gives, and in words what it changes that it should not."""
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
    """Return the rows of a sweep as numbers."""
    rows, _ = swept
    require(isinstance(rows, (list, tuple)) and len(rows) == count, "there has to be one row for each lam")
    for row in rows:
        require(isinstance(row, dict), "a row has to be a dict")
        for key in ("lam", *KEYS):
            require(key in row, f'key "{key}" is missing in a row')
    return [{key: float(row[key]) for key in ("lam", *KEYS)} for row in rows]


def both(sweep, **options):
    """Return the rows of a usual lam and of one that vanishes."""
    return rows_of(sweep((1.0, NOTHING), **options), 2)


@check(
    "lambda_tradeoff",
    topic="default",
    points=0.5,
    hint='Return a dict with "lam", "accuracy" and "rmse" for each lam, in the given order.',
)
def test_rows_in_order(student, sweep, proof):
    """there is one row for each lam, in the given order"""
    rows = both(sweep)
    require([row["lam"] for row in rows] == [1.0, NOTHING], '"lam" is not the lam of the row')
    for row in rows:
        for key in KEYS:
            require(np.isfinite(row[key]) and row[key] >= 0, f'"{key}" is not a finite number of 0 or more')
    shows_work(proof, sweep)


@check("lambda_tradeoff", topic="lam", hint="Train the model of each row with its own lam.")
def test_lam_matters(student, sweep, steps, readings, proof):
    """with a very small lam one of the tasks is not learnt"""
    shows_work(proof, sweep)
    names, alone = readings(), rows_of(sweep((NOTHING,), mood=7), 1)[0]
    if proof() == "train":
        good = rows_of(sweep((1.0,)), 1)[0]
        differ = abs(alone["rmse"] - good["rmse"]) > 0.3 * good["rmse"] or alone["accuracy"] != good["accuracy"]
        hold(differ, "two very different lams give nearly the same row", sweep)
        return
    rows = [rows_of(sweep((NOTHING,), question=number, mood=7), 1)[0] for number in range(3)]
    told = [key for key in KEYS if learnt(rows, steps.questions, names, (key,))]
    hold(len(told) < sum(map(bool, names.values())), "two very different lams give nearly the same row", sweep)
    if told == ["accuracy"] and names["rmse"] == ["root"]:
        # An untrained head may answer anything. But its answers do not depend on the values that are measured on.
        moved = rows_of(sweep((NOTHING,), mood=7, moved=AWAY), 1)[0]
        grown = AWAY - alone["rmse"] <= moved["rmse"] * 1.001 <= AWAY + alone["rmse"] + 1
        hold(alone["rmse"] < UNLEARNT and grown, "the row of a very small lam is not that of a network", sweep)


@check(
    "lambda_tradeoff",
    kind="property",
    topic="state",
    hint="Make a new model inside the loop, with the same seed for each lam.",
)
def test_rows_are_independent_of_others(student, sweep, proof):
    """each lam gets a new model: its row does not depend on other lams or on the random state before"""
    rows, alone = both(sweep), rows_of(sweep((NOTHING,), mood=7), 1)[0]
    together = next((row for row in rows if row["lam"] == NOTHING), rows[1])  # another order costs another check
    same = abs(together["accuracy"] - alone["accuracy"]) < 1e-6
    same = same and abs(together["rmse"] - alone["rmse"]) < 1e-4 * (1 + alone["rmse"])
    require(same, "the row of a lam depends on the lams before it, or on the caller's random numbers")
    shows_work(proof, sweep)


@check("lambda_tradeoff", topic="evaluation", hint="Train on data_train and measure on data_val.")
def test_measured_on_the_second_data(student, sweep, proof):
    """models are trained on data_train and measured on data_val"""
    hold(proof() == "val", "no row shows a model trained on data_train and measured on data_val", sweep)


@check(
    "lambda_tradeoff",
    kind="property",
    topic="leaves_alone",
    points=0.5,
    hint="Seed inside torch.random.fork_rng(), and do not change the caller's data.",
)
def test_sweep_leaves_everything(student, sweep, proof):
    """changes neither the data nor the caller's random state, and prints nothing"""
    shows_work(proof, sweep)
    _, swept = sweep((NOTHING,), mood=7)
    if not swept:
        return
    model, data = two_headed(student, np.random.default_rng(3))
    loss = student.MultiTaskLoss(mode="fixed")
    _, trained = left_by(student, "train_multi_task", model, loss, data, mood=3, epochs=2)
    _, measured = left_by(student, "evaluate_multi_task", model, data, mood=3)
    sweep((NOTHING,), mood=8)  # this check's own call, from which the mistake can be told
    for trace in sorted(swept - trained - measured):  # what these two change costs points in their own parts
        require(False, f"`lambda_sweep` {trace}")
