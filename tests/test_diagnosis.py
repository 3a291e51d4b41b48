"""Naming mistakes: an answer that equals a known wrong answer is named, and no other is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from autograder.base.errors import CourseError
from autograder.grading import batch
from autograder.grading.batch import Graded
from autograder.grading.diagnosis import catalogue, engine, output, replays
from autograder.grading.diagnosis.catalogue import Mistake
from autograder.grading.diagnosis.engine import Diagnosis
from autograder.grading.trace import Recorded, Trace
from autograder.proving.mutants import mutants
from autograder.worker import wire

ROOT = Path(__file__).parent.parent
REFERENCE = (ROOT / "solutions" / "01-mse" / "mse.py").read_text()
Grade = Callable[..., list[Graded]]


def names(graded: Graded) -> dict[str, set[str | None]]:
    """Names given to failed checks, by part."""
    found: dict[str, set[str | None]] = {}
    for item in graded.outcomes:
        if item.status != "pass":
            found.setdefault(item.part, set()).add(item.mistake)
    return found


def changed(text: str) -> str:
    return catalogue.replaced(REFERENCE, text)


def test_a_slip_of_a_factor_is_named(grade_sources: Grade) -> None:
    text = "def mae_grad(pred, target):\n    errors = _errors(pred, target)\n    return 2 * np.sign(errors) / errors.size\n"
    assert names(grade_sources("01-mse", changed(text))[0]) == {"mae": {"twice"}}


def test_an_answer_that_equals_no_known_mistake_is_not_named(grade_sources: Grade) -> None:
    text = "def mae_grad(pred, target):\n    errors = _errors(pred, target)\n    return 1.037 * np.sign(errors) / errors.size\n"
    assert names(grade_sources("01-mse", changed(text))[0]) == {"mae": {None}}


def test_a_right_function_on_a_wrong_one_names_the_wrong_one(grade_sources: Grade) -> None:
    text = "def mse_loss(pred, target):\n    e = _errors(pred, target)\n    return np.sum(e ** 2) / len(np.atleast_1d(e))\n"
    found = names(grade_sources("01-mse", changed(text))[0])
    assert len(found["mse_loss"]) == 1 and None not in found["mse_loss"]
    assert found["mse_loss"] <= found["rmse"]


def test_a_message_of_a_named_mistake_shows_no_input(grade_sources: Grade) -> None:
    text = "def mse_loss(pred, target):\n    e = _errors(pred, target)\n    return np.sum(e ** 2) / len(np.atleast_1d(e))\n"
    graded = grade_sources("01-mse", changed(text))[0]
    told = [item.message for item in graded.outcomes if item.mistake]
    assert told and all("[" not in message for message in told)


def test_diagnosis_leaves_the_random_state_of_the_grader_alone(grade_sources: Grade) -> None:
    import numpy as np

    np.random.seed(7)
    before = np.random.get_state()[1].copy()  # type: ignore[index]
    grade_sources("01-mse", changed("def mse_loss(pred, target):\n    np.random.seed(1)\n    return 3.0\n"))
    assert (np.random.get_state()[1] == before).all()  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('@mistake("a", part="p", says=1 + x, seen="y")\ndef f(): ...\n', "plain literals"),
        ('@mistake("a", part="p", seen="y")\ndef f(): ...\n', "says"),
        ('@mistake("a", part="p", says="s", seen="y")\ndef f(): ...\n' * 2, "twice"),
        ("def f(:\n", "cannot be read"),
        ('@mistake("a", says="s")\ndef f(): ...\n', "missing 1 required positional argument: 'part'"),
        ('mistake("a", part="f", says="s")\n', "either a `change` or a function"),
        ('@mistake("a", part="f", says="s", change=("1", "2"))\ndef f(): ...\n', "either a `change` or a function"),
        ('@mistake("a", part="p", says="s", function="f")\ndef f(): ...\n', "`function` goes with `change`"),
        ('mistake("a", part="f", says="s", change="1")\n', r"`change` is two texts: \(old, new\)"),
        (
            'mistake("a", part="p", says="s", change=("1", "2"))\n',
            r"defines no `p`; say which one is changed: function=",
        ),
        (
            'mistake("a", part="f", says="s", change=("3", "2"))\n',
            "'3' stands 0 times in the reference's `f`.*as it is now",
        ),
        ('mistake("a", part="f", says="s", change=("", "2"))\n', "'' stands 0 times"),
        (
            'mistake("a", part="f", says="s", change=("x", "2"))\n',
            "'x' stands 2 times in the reference's `f`.*more of the",
        ),
        (
            'mistake("a", part="f", says="s", change=("+ 1", "+ "))\n',
            "is not Python after its change .*fix the new text",
        ),
        ('mistake("a", part="f", says="s", change=("def f", "def g"))\n', "`f` is not defined alone"),
        ('mistak("a", part="f", says="s", change=("1", "2"))\n', "does not belong"),
    ],
)
def test_a_catalogue_that_cannot_be_used_is_one_line_that_says_why(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "mistakes.py"
    path.write_text(text)
    with pytest.raises(CourseError, match=reason) as caught:
        catalogue.mistakes(path, "def f(x):\n    return x + 1\n")
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def catalogue_of(folder: Path, **files: str) -> tuple[Mistake, ...]:
    (folder / "mistakes").mkdir()
    for name, text in files.items():
        (folder / "mistakes" / f"{name}.py").write_text(text)
    return catalogue.mistakes(
        folder / "mistakes", 'import math\n@cached\ndef f(x):\n    """Doc."""\n    return x + 1\n'
    )


def test_a_change_is_made_in_the_text_of_the_function(tmp_path: Path) -> None:
    text = 'mistake("a", says="s", function="f", change=("x + 1", "x - 1"))\n\n@mistake("b", says="s")\ndef f(x): ...\n'
    one, two = catalogue_of(tmp_path, p=text)
    assert (one.part, one.function, one.text) == ("p", "f", '@cached\ndef f(x):\n    """Doc."""\n    return x - 1\n')
    assert (two.part, two.function, two.text) == ("p", "f", "def f(x): ...\n")
    assert one.seen == two.seen == ""


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"p": 'mistake("a", part="q", says="s", change=("1", "2"))'}, "the part is `p`, by the file's name"),
        (dict.fromkeys("fg", 'mistake("a", says="s", function="f", change=("1", "2"))'), "g.py line 1: .* twice"),
    ],
)
def test_a_folder_of_mistakes_that_contradicts_itself_says_where(
    tmp_path: Path, files: dict[str, str], reason: str
) -> None:
    with pytest.raises(CourseError, match=reason):
        catalogue_of(tmp_path, **files)


def test_a_catalogue_next_to_the_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "mistakes.py").write_text("")
    with pytest.raises(CourseError, match=r"mistakes\.py: is not read; move its mistakes into the folder"):
        catalogue_of(tmp_path)


SMALL = '''
import numpy as np
LIMIT = 3
def helper(x): return x + 1
def unused(x): return x - 1
def f(x, scale=2.0):
    """Doc 5."""
    if x.size == 0:
        raise ValueError(f"{x.size + 9} is no size")
    return np.sum(helper(x), axis=0) * scale
def test_f(): assert f(1) == 4
'''


def test_mutants_change_what_computes_and_nothing_else() -> None:
    found = {item.id for item in mutants(SMALL, ["f"])}
    assert found == {
        "f: 2.0 → 3.0",
        "f: x.size == 0 → x.size != 0",
        "f: x.size == 0 → not x.size == 0",
        "f: 0 → 1",
        "f: 0 → 1 #2",
        "f: np.sum(helper(x), axis=0) * scale → np.sum(helper(x), axis=0) / scale",
        "f: np.sum(helper(x), axis=0) → np.sum(helper(x))",
        "f: np.sum(helper(x), axis=0) → helper(x)",
        "f: helper(x) → x",
        "helper: x + 1 → x - 1",
        "helper: 1 → 2",
    }


def test_each_mutant_has_one_change_and_leaves_the_others_alone() -> None:
    found = {item.id: item.source for item in mutants(SMALL, ["f"])}
    assert "x - 1" in found["helper: x + 1 → x - 1"].split("def unused")[0]
    assert "helper(x)" in found["helper: x + 1 → x - 1"]
    assert "return x + 1" in found["f: helper(x) → x"]
    assert len({source for source in found.values()}) == len(found)


def trace(part: str, label: str, *values: tuple[float, float]) -> Trace:
    """A failed check that called one function with numbers, and the values it returned."""
    calls = [
        Recorded(label, wire.pack([[given], {}]), label=label, value=value, after=[given]) for given, value in values
    ]
    return Trace(f"check_of_{label}", part, False, tuple(calls))


def test_mistakes_in_a_function_and_in_its_caller_are_both_named() -> None:
    reference = "def f(x):\n    return x + 1\n\ndef g(x):\n    return 2 * f(x)\n"
    catalogue = [
        Mistake("two", "f", "f", "adds two.", "here", "def f(x):\n    return x + 2\n"),
        Mistake("thrice", "g", "g", "multiplies by three.", "here", "def g(x):\n    return 3 * f(x)\n"),
    ]
    below, above = trace("f", "f", (3.0, 5.0), (1.5, 3.5)), trace("g", "g", (3.0, 15.0), (2.0, 12.0))
    found = Diagnosis(reference, catalogue, "small").find([above, below])
    assert {name: item.mistake for name, item in found.items()} == {"check_of_f": "two", "check_of_g": "thrice"}


def test_a_figure_is_compared_with_figures_of_known_mistakes() -> None:
    drawn = "import matplotlib.pyplot as plt\ndef plot(x):\n    figure, axes = plt.subplots()\n    axes.plot([1, 2], {})\n    return figure\n"
    catalogue = [Mistake("flat", "plot", "plot", "is flat.", "here", drawn.format("[x, x]"))]
    given = wire.Figure([wire.Axes(lines=[wire.Line("", [1.0, 2.0], [5.0, 5.0])])])
    calls = (Recorded("plot", wire.pack([[5.0], {}]), label="plot", value=given, after=[5.0]),)
    found = Diagnosis(drawn.format("[x, 2 * x]"), catalogue, "plots").find([Trace("lines", "plot", False, calls)])
    assert found["lines"].mistake == "flat"


def test_a_mistake_is_named_although_the_answer_prints_as_well(grade_sources: Grade) -> None:
    text = "def mse_loss(pred, target):\n    print('here')\n    return np.sum(_errors(pred, target) ** 2)\n"
    assert "mse_sum" in names(grade_sources("01-mse", changed(text))[0])["mse_loss"]


@pytest.mark.parametrize("seconds", [-1.0, 1e9])
def test_a_mistakes_name_does_not_depend_on_which_checks_take_long(
    grade_sources: Grade, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    monkeypatch.setattr(replays, "LONG", seconds)
    monkeypatch.setattr(batch, "_diagnosis", engine.of)  # one whose replays nobody has seen yet
    rows = "def mse_loss(pred, target):\n    e = _errors(pred, target)\n    return np.sum(e ** 2) / len(np.atleast_1d(e))\n"
    other = "def mae_grad(pred, target):\n    errors = _errors(pred, target)\n    return np.sign(errors) / 7\n"
    wrong, unknown = (names(one) for one in grade_sources("01-mse", changed(rows), changed(other)))
    assert wrong == {"mse_loss": {"mse_rows"}, "rmse": {"mse_rows"}}
    assert unknown == {"mae": {None}}


def half(*values: float, dtype: torch.dtype = torch.float16) -> output.Output:
    return output.Output(torch.tensor(values, dtype=dtype), (), (), None)


def test_two_ways_to_round_a_half_are_one_answer() -> None:
    assert output.same(half(1.0, 3.0), half(1.001, 3.002))
    assert not output.same(half(1.0, 3.0), half(1.01, 3.0))
    assert not output.same(half(1.0, 3.0, dtype=torch.float64), half(1.001, 3.002))


def test_long_lists_of_numbers_are_compared_as_arrays() -> None:
    def given(value: object) -> output.Output:
        return output.Output(value, (), (), None)

    state = list(range(600))
    assert output.same(given([state, None]), given([list(state), None]))
    assert not output.same(given([state, None]), given([[*state[:-1], 7], None]))
    assert not output.same(given([state, None]), given([state[:-1], None]))


def test_an_edit_that_no_longer_fits_the_reference_ends_grading_with_one_line(
    grade_sources: Grade, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object) -> None:
        catalogue.edited(REFERENCE, "mse_loss", ("np.meen", "np.sum"), "mse_loss.py line 16: mistake `mse_sum`")

    monkeypatch.setattr(batch, "_diagnosis", broken)
    with pytest.raises(
        CourseError, match=r"01-mse: mse_loss\.py line 16: mistake `mse_sum`: 'np\.meen' stands 0"
    ) as caught:
        grade_sources("01-mse", changed("def mse_loss(pred, target):\n    return 7.5\n"))
    assert "\n" not in str(caught.value) and "teardown" not in str(caught.value)
