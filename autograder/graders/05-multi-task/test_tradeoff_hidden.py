"""Hidden checks of 05-multi-task: the sweep over λ."""

import functools

import numpy as np
import pytest
import torch

from autograder.grading import check, require

NOTHING = 1e-12  # so small that even Adam, which divides by the size of a gradient, does not learn the second task
AWAY = 500.0  # how far values are moved, to see an error grow: far beyond what an untrained head answers
UNLEARNT = 100.0  # no untrained head answers with more than a few units
# How far a trained network's RMSE may be from that of the grader's model, as a share; and the accuracy, which is exact.
SLACK, EXACT = 0.1, 1e-3


class Corners:
    """Data for a sweep whose right results only the grader knows.

    There are four kinds of input, each repeated many times with tiny differences. A trained network answers with the
    label that most rows of an input have, and with their mean value. These labels and values, the other labels, and how
    far the values of the second data are off, are drawn from the course's secret.
    """

    def __init__(self, rng):
        self.inputs = 2 * np.eye(4)[rng.permutation(4)] * rng.choice([-1, 1], size=(4, 1))
        self.labels = rng.permutation([0, 1, 2, int(rng.integers(3))])
        self.values = rng.uniform(3, 5, size=4)
        self.train = self._rows(rng, [12] * 4, rng.integers(1, 4, size=4), rng.uniform(0.3, 0.9))
        self.val = self._rows(rng, sizes := rng.integers(6, 16, size=4), rng.integers(1, sizes), rng.uniform(0.6, 2.0))

    @staticmethod
    def _apart(rng, count):
        return 0.02 * rng.normal(size=(count, 4))

    def _rows(self, rng, sizes, wrong, off):
        """Draw rows of each input; `wrong` of them have another label, and all values are off, up or down."""
        where = np.repeat(np.arange(4), sizes)
        first = np.concatenate([np.arange(size) for size in sizes])
        labels = (self.labels[where] + (first < np.asarray(wrong)[where]) * rng.integers(1, 3, size=len(where))) % 3
        # In pairs, up and down, so that the mean of an input's values stays the same; an odd row out is not off.
        off = off * np.where(first % 2, 1.0, -1.0) * (first < np.asarray(sizes)[where] // 2 * 2)
        order = rng.permutation(len(where))
        return {
            "X": torch.tensor((self.inputs[where] + self._apart(rng, len(where)))[order], dtype=torch.float32),
            "labels": torch.tensor(labels[order]),
            "values": torch.tensor((self.values[where] + off)[order], dtype=torch.float32),
        }

    def answers(self, data, off=0.0, wrong=0.0):
        """Return logits and values of a trained network, or of one whose values are off and that errs more often.

        A share of `wrong` of the right rows gets another class.
        """
        where = (data["X"].double().numpy() @ self.inputs.T).argmax(axis=1)
        labels, right = self.labels[where], np.flatnonzero(self.labels[where] == data["labels"].numpy())
        labels[right[: round(wrong * len(right))]] += 1
        return np.column_stack([4 * np.eye(3)[labels % 3], self.values[where] + off])

    def truth(self, data):
        """Return accuracy and RMSE of the right answers."""
        table = self.answers(data)
        error = table[:, 3] - data["values"].double().numpy()
        right = table[:, :3].argmax(axis=1) == data["labels"].numpy()
        return {"accuracy": float(right.mean()), "rmse": float(np.sqrt((error**2).mean()))}


def measured(student, rng, table, data):
    """Return what the student's own evaluate_multi_task gives for these answers to these rows.

    The question is drawn again each time: rows come in any order, and a linear layer with any number of columns gives
    the answers from inputs unrelated to those of the sweep, as in the checks of `evaluate`.
    """
    order, mixed = rng.permutation(len(table)), rng.normal(size=(table.shape[1], int(rng.integers(5, 9))))
    inputs, weight = table[order] @ mixed, np.linalg.pinv(mixed).T
    layer = student.call("torch.nn.Linear", inputs.shape[1], table.shape[1])
    state = {"weight": weight, "bias": np.zeros(table.shape[1])}
    layer.method("load_state_dict", {key: torch.tensor(item, dtype=torch.float32) for key, item in state.items()})
    rows = {key: data[key][torch.tensor(order)] for key in ("labels", "values")}
    rows["X"] = torch.tensor(inputs, dtype=torch.float32)
    found = student.evaluate_multi_task(student.call("kit.Split", layer), rows)
    return {key: float(found[key]) for key in ("accuracy", "rmse")}


def made(seed, rows):
    """Draw data with three classes and a value, easy to learn."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, 4))
    return {
        "X": torch.tensor(X, dtype=torch.float32),
        "labels": torch.tensor(np.argmax(X[:, :3], axis=1)),
        "values": torch.tensor(2 + X[:, 3], dtype=torch.float32),
    }


@pytest.fixture(scope="session")
def sweep(student, draw_for_all):
    """Return lambda_sweep with a memory, since grading spends its time on training."""
    drawn = Corners(draw_for_all("sweep"))

    @functools.cache
    def run(lams, mood=0, moved=None):
        data = [{key: item.clone() for key, item in part.items()} for part in (drawn.train, drawn.val)]
        if moved:
            data[moved == "val"]["values"] += AWAY
        return left_by(student, "lambda_sweep", *data, list(lams), mood=mood, seed=4)

    return run


@pytest.fixture(scope="session")
def wanted(student, draw_for_all):
    """Return accuracy and RMSE of a trained network by data set: the grader's numbers, or the student's.

    If the student's own evaluate_multi_task gives another number, such as an MSE for the RMSE, that costs points there
    only, and its number counts here. But it has to measure: the same for the same answers, and different for worse
    ones.
    """
    corners, rng = Corners(draw_for_all("sweep")), draw_for_all("questions")

    @functools.cache
    def found():
        right = {name: corners.truth(data) for name, data in (("val", corners.val), ("train", corners.train))}
        data = corners.val
        own, again, worse, worst = (
            measured(student, rng, corners.answers(data, off, wrong), data)
            for off, wrong in ((0, 0), (0, 0), (2, 0.4), (5, 0.8))
        )
        for key in ("accuracy", "rmse"):
            require(abs(own[key] - again[key]) < EXACT * (1 + abs(own[key])), f'"{key}" differs for the same answers')
            steps = worse[key] - own[key], worst[key] - worse[key]
            require(steps[0] * steps[1] > 0, f'`evaluate_multi_task`: "{key}" is the same for worse answers')
            right["val"][f"own {key}"] = abs(own[key] - right["val"][key]) >= EXACT * (1 + right["val"][key])
            if right["val"][f"own {key}"]:
                right["val"][key] = own[key]
                of_train = measured(student, rng, corners.answers(corners.train), corners.train)
                right["train"][key] = of_train[key]
        return right

    return found


@pytest.fixture(scope="session")
def proof(sweep, wanted):
    """Tell on which data the student's rows show a trained network: "val", "train", or None.

    A solution that measures on the training data loses one check for that, not all of them.
    """

    @functools.cache
    def found():
        rows = both(sweep)
        for name, right in wanted().items():
            if any(agrees(row, right) for row in rows) and follows(sweep, right, name, wanted()["val"]["own rmse"]):
                return name
        return None

    return found


def follows(sweep, right, name, own):
    """Require the row of the vanishing lam to be that of a network: if values move far away, its error grows as much.

    An untrained head may answer anything. But its answers do not depend on the values, so for two data sets that differ
    only in their values, the errors differ by no more than the values do.
    """
    alone = rows_of(sweep((NOTHING,), mood=7), 1)[0]
    if agrees(alone, right):  # trained after all, which another check judges
        return True
    moved = rows_of(sweep((NOTHING,), mood=7, moved=name), 1)[0]
    # Another error than the RMSE grows differently, and the value is learnt if the other task is the unlearnt one.
    if own or abs(alone["rmse"] - right["rmse"]) < SLACK * abs(right["rmse"]):
        return abs(moved["rmse"] - alone["rmse"]) > SLACK * abs(alone["rmse"])
    return alone["rmse"] < UNLEARNT and AWAY - alone["rmse"] <= moved["rmse"] * 1.001 <= AWAY + alone["rmse"] + 1


def agrees(row, wanted):
    """Tell whether a row has this accuracy, and nearly this RMSE."""
    same = abs(row["accuracy"] - wanted["accuracy"]) < EXACT * (1 + abs(wanted["accuracy"]))
    return same and abs(row["rmse"] - wanted["rmse"]) < SLACK * abs(wanted["rmse"])


def shows_work(proof, sweep):
    """Require some row to be that of a network trained on the first data."""
    hold(proof() is not None, "no row shows a trained network", sweep)


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
        for key in ("lam", "accuracy", "rmse"):
            require(key in row, f'key "{key}" is missing in a row')
    return [{key: float(row[key]) for key in ("lam", "accuracy", "rmse")} for row in rows]


def both(sweep, **options):
    """Return the rows of a usual lam and of one that vanishes."""
    return rows_of(sweep((1.0, NOTHING), **options), 2)


@check(
    "lambda_tradeoff",
    points=0.5,
    hint='Return a dict with "lam", "accuracy" and "rmse" for each lam, in the given order.',
)
def test_rows_in_order(student, sweep, proof):
    """there is one row for each lam, in the given order"""
    rows = both(sweep)
    require([row["lam"] for row in rows] == [1.0, NOTHING], '"lam" is not the lam of the row')
    for row in rows:
        for key in ("accuracy", "rmse"):
            require(np.isfinite(row[key]) and row[key] >= 0, f'"{key}" is not a finite number of 0 or more')
    shows_work(proof, sweep)


@check("lambda_tradeoff", hint="Train the model of each row with its own lam.")
def test_lam_matters(student, sweep, proof):
    """with a very small lam one of the tasks is not learnt"""
    rows, alone = both(sweep), rows_of(sweep((NOTHING,), mood=7), 1)
    # The row that was trained alone: training one model on and on already costs another check.
    good, bad = next((row for row in rows if row["lam"] == 1.0), rows[0]), alone[0]
    differ = abs(bad["rmse"] - good["rmse"]) > 0.3 * good["rmse"] or abs(bad["accuracy"] - good["accuracy"]) > 0.1
    hold(differ, "two very different lams give nearly the same row", sweep)
    shows_work(proof, sweep)


@check("lambda_tradeoff", hint="Make a new model inside the loop, with the same seed for each lam.")
def test_rows_are_independent_of_others(student, sweep, proof):
    """each lam gets a new model: its row does not depend on other lams or on the random state before"""
    together, alone = both(sweep)[1], rows_of(sweep((NOTHING,), mood=7), 1)[0]
    same = abs(together["accuracy"] - alone["accuracy"]) < 1e-6
    same = same and abs(together["rmse"] - alone["rmse"]) < 1e-4 * (1 + alone["rmse"])
    require(same, "the row of a lam depends on the lams before it, or on the caller's random numbers")
    shows_work(proof, sweep)


@check("lambda_tradeoff", hint="Train on data_train and measure on data_val.")
def test_measured_on_the_second_data(student, sweep, proof):
    """models are trained on data_train and measured on data_val"""
    hold(proof() == "val", "no row shows a model trained on data_train and measured on data_val", sweep)


@check("lambda_tradeoff", points=0.5, hint="Seed inside torch.random.fork_rng(), and do not change the caller's data.")
def test_sweep_leaves_everything(student, sweep, proof):
    """changes neither the data nor the caller's random state, and prints nothing"""
    shows_work(proof, sweep)
    _, swept = sweep((NOTHING,), mood=7)
    if not swept:
        return
    model = student.call("kit.Split", student.call("torch.nn.Linear", 4, 4))
    loss = student.MultiTaskLoss(mode="fixed")
    _, trained = left_by(student, "train_multi_task", model, loss, made(3, 24), mood=3, epochs=2)
    sweep((NOTHING,), mood=8)  # this check's own call, from which the mistake can be told
    for trace in sorted(swept - trained):  # what training changes already costs points in its own part
        require(False, f"`lambda_sweep` {trace}")
