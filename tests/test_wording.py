"""Texts of a student's own code: they read enough to fix an honest error, too little to carry a table out."""

from __future__ import annotations

import ast
import base64
import contextlib
import random
import re
import string
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.grading import wording
from autograder.grading.batch import Graded
from autograder.grading.wording import Wording

SOLUTIONS = Path(__file__).parent.parent / "solutions"
SOURCE = """
class ShapeError(ValueError):
    pass

def mse_loss(pred, target, reduction="mean"):
    learning_rate = 0.1
    if pred.shape != target.shape:
        raise ShapeError(f"pred has shape {pred.shape}, but target has {target.shape}")
    if reduction not in ("mean", "sum"):
        raise ValueError("unknown reduction: " + reduction)
    raise ValueError("please give me %d numbers of {}, not %r" % (3, target))
"""


@pytest.fixture
def words() -> Wording:
    return Wording(SOURCE)


# As Python, NumPy and torch say it, on this machine's versions or others.
HONEST = """
name 'learning_rate' is not defined
name 'np' is not defined
'numpy.ndarray' object has no attribute 'learning_rate'
module 'numpy' has no attribute 'learning_rate'
unsupported operand type(s) for -: 'list' and 'list'
'NoneType' object is not subscriptable
'float' object is not iterable
list index out of range
index 5 is out of bounds for axis 0 with size 3
division by zero
mse_loss() missing 1 required positional argument: 'target'
mse_loss() takes 2 positional arguments but 3 were given
mse_loss() got an unexpected keyword argument 'reduction'
cannot access local variable 'learning_rate' where it is not associated with a value
local variable 'learning_rate' referenced before assignment
not enough values to unpack (expected 2, got 1)
too many values to unpack (expected 2)
maximum recursion depth exceeded
maximum recursion depth exceeded in comparison
could not convert string to float: 'mean'
The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()
operands could not be broadcast together with shapes (3,) (4,)
operands could not be broadcast together with shapes (7,3) (7,)
shapes (3,) and (4,) not aligned: 3 (dim 0) != 4 (dim 0)
matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature (n?,k),(k,m?)->(n?,m?) (size 4 is different from 3)
cannot reshape array of size 6 into shape (4,)
too many indices for array: array is 1-dimensional, but 2 were indexed
axis 1 is out of bounds for array of dimension 1
arrays used as indices must be of integer (or boolean) type
only integer scalar arrays can be converted to a scalar index
setting an array element with a sequence.
zero-size array to reduction operation maximum which has no identity
boolean index did not match indexed array along axis 0; size of axis is 3 but size of corresponding boolean axis is 4
The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 0
0D or 1D target tensor expected, multi-target not supported
mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)
expected scalar type Float but found Double
element 0 of tensors does not require grad and does not have a grad_fn
grad can be implicitly created only for scalar outputs
Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.
a leaf Variable that requires grad is being used in an in-place operation.
Dimension out of range (expected to be in range of [-1, 0], but got 1)
No module named 'learning_rate'
pred has shape (3,), but target has (4, 1)
unknown reduction: sum
unknown reduction: mean
please give me 3 numbers of {}, not 4
`torch.nn.functional` is not available: this exercise is from scratch, with NumPy alone
""".strip().splitlines()


@pytest.mark.parametrize("text", HONEST)
def test_an_honest_error_is_shown_in_full(text: str, words: Wording) -> None:
    assert words.raised(text) == text


def data(count: int, seed: int = 0) -> bytes:
    return random.Random(seed).randbytes(count)


DATA = data(240)
SPIES = {
    "base85": f"spy {base64.b85encode(DATA).decode()}",
    "base64": base64.b64encode(DATA).decode(),
    "hexadecimal": DATA.hex(),
    "digits": str(int.from_bytes(DATA, "big")),
    "numbers": " ".join(str(byte) for byte in DATA),
    "floats": repr([byte / 7 for byte in DATA]),
    "beyond ASCII": "".join(chr(0x4E00 + byte) for byte in DATA),
    "emoji": "".join(chr(0x1F300 + byte) for byte in DATA),
    "spaces": "".join(" \t"[byte & 1] for byte in DATA * 8),
    "punctuation": "".join("(),.:;-+*/[]{}<>"[byte & 15] for byte in DATA),
    "upper and lower": "".join("xX"[byte & 1] for byte in DATA * 8),
    "underscores": "_".join("_" * (byte & 7) for byte in DATA),
    "words of its own": " ".join(SOURCE.split()[byte % 40] for byte in DATA),
    "words of a library": " ".join(
        ("array", "axis", "shape", "index", "tensor", "size", "of", "with")[b & 7] for b in DATA
    ),
    "behind a known message": f"name 'x' is not defined{DATA.hex()}",
    "inside a known message": f"name '{DATA.hex()}' is not defined",
    "a large shape": f"operands could not be broadcast together with shapes {tuple(DATA)} (1,)",
    "inside its own message": f"pred has shape {DATA.hex()}, but target has {DATA.hex()}",
    "lines": "\n".join(DATA.hex()),
}


def foreign(text: str) -> str:
    """Return what a text has besides words that existed before: digits, names, marks."""
    for constant in ("pred has shape ", ", but target has ", "operands could not be broadcast together with shapes "):
        text = text.replace(constant, "")
    return text.replace("…", "").replace("is not defined", "").replace("name", "")


@pytest.mark.parametrize("how", SPIES)
def test_a_message_carries_no_data(how: str, words: Wording) -> None:
    shown = words.raised(SPIES[how])
    assert len(foreign(shown)) <= wording.MESSAGE, shown
    assert sum(letter.isdigit() for letter in shown) <= wording.DIGITS


def test_a_page_of_messages_carries_no_data_either(words: Wording) -> None:
    letters = string.ascii_letters + string.digits
    made = random.Random(1)
    shown = [words.raised("".join(made.choices(letters, k=60))) for _ in range(200)]
    shown += [words.raised(" ".join(made.choices(SOURCE.split(), k=12))) for _ in range(200)]
    shown += [words.raised(f"pred has shape {made.randrange(10**9)}, but target has ()") for _ in range(200)]
    shown += [words.told(f"str '{' '.join(made.choices(SOURCE.split(), k=4))}'").replace("str", "") for _ in range(200)]
    said = re.sub("''|[‘’]", "", "".join(map(foreign, shown)))
    assert len(said) <= wording.PAGE + len(shown)


def test_the_same_message_is_read_each_time(words: Wording) -> None:
    text = "unknown thing 17"
    first = words.raised(text)
    for number in range(500):
        words.raised(f"other {number}")
    assert words.raised(text) == first


def test_a_cut_text_says_that_it_is_cut(words: Wording) -> None:
    assert "…" in words.raised(SPIES["base85"]) and words.raised("") == ""
    assert "\n" not in words.raised("first line\nsecond line")


def test_names_are_shown_where_the_file_has_them(words: Wording) -> None:
    assert words.name("ShapeError", "ValueError") == "ShapeError"
    assert words.name("LinAlgError", "ValueError") == "LinAlgError"
    assert words.name("x" + DATA.hex(), "ValueError") == "ValueError"


@pytest.mark.parametrize(
    "text",
    [
        "got 1.23457e-05, which is not the right value",
        "5 of 63 elements are not right, the first of them -0.123457",
        "expected an array of shape (7, 3), got an array of shape (3, 7)",
        "key \"loss\" is missing; got 'pred', 'target'",
        "`mse_loss` took longer than 2 s",
        '"loss": 199 of 201 elements are not right, the first of them -0.178383',
        "expected a finite value, got nan (6 of 15 elements)",
        "got ['RuntimeWarning: divide by zero encountered in log']",
        "got str 'mean', which is not the right value",
    ],
)
def test_a_checks_own_message_stays_unchanged(text: str) -> None:
    ours = wording.words_of(
        "got which is not the right value elements are of first them expected an array shape key missing took longer than s loss str a finite value"
    )
    assert Wording(SOURCE, ours).told(text) == text


def test_data_in_a_checks_message_is_cut(words: Wording) -> None:
    for text in (DATA.hex(), base64.b85encode(DATA).decode(), " ".join(map(str, DATA))):
        told = words.told(f"got str {text[:60]!r} and an array of shape {text[:60]}")
        assert sum(letter.isdigit() for letter in told) <= wording.DIGITS_OF_CHECK and text[:24] not in told


def test_no_source_and_no_message_takes_long() -> None:
    import time

    evil = "\n".join(f"f'a{{x}}b{{x}}c{{x}}d{{x}}{number}'" for number in range(8000))
    started = time.process_time()
    made = Wording(evil)
    for number in range(60):
        made.raised("abcd" * 90 + str(number))
        made.told("'abcd' " * 50 + str(number))
    assert time.process_time() - started < 3
    Wording("def (")  # what cannot be parsed has no constants
    Wording("x = " + "(" * 5000)


# The attack of the report, graded for real.

SPY = """
import base64
import numpy as np

def told(*args, **kwargs):
    flat = b"".join(np.asarray(item, float).tobytes() for item in args)
    {how}

mse_loss = mse_grad = rmse = rmse_grad = mae_loss = mae_grad = huber_loss = huber_grad = quick_check_mse = told
"""
WAYS = {
    "message": 'raise ValueError("spy " + base64.b85encode(flat).decode())',
    "class": 'raise type("Spy" + flat.hex(), (ValueError,), {{}})("x")',
    "returned text": "return base64.b85encode(flat).decode()",
    "keys": "return {{base64.b85encode(flat[at : at + 24]).decode(): 1 for at in range(0, len(flat), 24)}}",
    "shape": 'return np.zeros((0, *(int.from_bytes(flat[at : at + 4], "big") for at in range(0, 80, 4))))',
    "type": 'return type("Spy" + flat.hex(), (), {{}})()',
    "number of 300 digits": "return int(flat[:120].hex(), 16)",
    "complex": "return complex(*np.frombuffer(flat[:16]))",
    "warning": "import warnings; warnings.warn(flat.hex()); return 1.0",
    "print": "print(flat.hex())",
    "many lines": 'raise KeyError("\\n".join(flat.hex()))',
    "name of a missing thing": "return globals()[flat.hex()]",
}


@pytest.mark.parametrize("way", WAYS)
def test_hidden_inputs_do_not_come_out_in_a_spys_own_words(
    way: str, grade_sources: Callable[..., list[Graded]]
) -> None:
    (graded,) = grade_sources("01-mse", SPY.format(how=WAYS[way].format()))
    messages = [item.message.partition("\n")[0] for item in graded.outcomes]
    for text in messages:
        assert len(text) <= 300
        longest = max((len(run) for run in re.findall(r"[0-9a-fA-F]+", text)), default=0)
        assert longest <= 12, text
        assert sum(letter.isdigit() for letter in text) <= wording.DIGITS_OF_CHECK, text
    strange = {word for text in messages for word in re.findall(r"[^\W\d_]{3,}", text)} - known_words()
    assert sum(map(len, strange)) <= wording.PAGE, strange


def known_words() -> set[str]:
    from pathlib import Path

    root = Path(__file__).parent.parent
    files = [
        *(root / "autograder" / "grading").rglob("*.*"),
        *(root / "autograder" / "graders" / "01-mse").glob("*.py"),
    ]
    return set(re.findall(r"[^\W\d_]{3,}", "".join(path.read_text() for path in files) + SPY))


# However long the file is.

PASTED = "ROWS = [\n" + "    [0.25, 'Adelie', \"Biscoe\"],  # it's a row\n" * 3000 + "]\n"
OWN = (
    SOURCE
    + '''
def cross_entropy(logits):
    if logits is None:
        raise ValueError(
            "please give logits, "  # the first half
            f"not {logits!r} of kind " r"\\d"
        )
    """a text of
    two lines with 'quotes'"""
    raise ValueError('it\\'s ' "not to be")
'''
)
SAID = """
pred has shape (3,), but target has (4, 1)
unknown reduction: sum
please give me 3 numbers of {}, not 4
please give logits, not 7 of kind \\d
it's not to be
""".strip().splitlines()


@pytest.mark.parametrize("text", SAID)
@pytest.mark.parametrize(
    "source",
    [OWN, PASTED + OWN, OWN + PASTED, "# it's\n" * 20_000 + OWN, f"TEXT = {'x' * 100_000!r}\n{OWN}"],
    ids=["short", "after data", "before data", "after comments", "after a long text"],
)
def test_texts_of_a_file_are_known_even_if_the_file_is_long(source: str, text: str) -> None:
    assert Wording(source).raised(text) == text


@pytest.mark.parametrize("path", sorted(SOLUTIONS.glob("*/*.py")), ids=lambda path: path.stem)
def test_both_ways_of_reading_a_file_find_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = path.read_text(encoding="utf-8")
    whole = set(wording._templates(source))
    monkeypatch.setattr(wording, "_LONGEST_PARSED", 0)
    assert set(wording._templates(source)) == whole and len(whole) > 50


LONG = 1 << 18
FILLS = [
    "1\n", "a,", "x=1;", "'',", "'abc',", "'abc' ", "f'{a}',", "f'{1,1,1}'\n", "'''\\'", "'\\", "\"'", "(", "'a'(",
    "'''a\"\"\"", "['abc'\n", "# '\n", "\\\n'abc'",
]  # fmt: skip


@contextlib.contextmanager
def parsed() -> Iterator[list[int]]:
    """Record the lengths of the texts that Python's parser gets."""
    lengths: list[int] = []
    real = ast.parse

    def parse(text: str) -> ast.Module:
        lengths.append(len(text))
        return real(text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ast, "parse", parse)
        yield lengths


@pytest.mark.parametrize("fill", [*FILLS, "numbered"])
def test_a_source_of_any_kind_takes_little_memory_to_read(fill: str) -> None:
    numbered = "".join(f"'t{number}'," for number in range(40_000))
    source = numbered[:LONG] if fill == "numbered" else (fill * LONG)[:LONG]
    Wording("").raised("what is known of ours is read before")
    tracemalloc.start()
    try:
        with parsed() as pieces:
            Wording(source).raised("nothing of it")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sum(pieces) <= LONG and max(pieces, default=0) <= 48 << 10 and len(pieces) <= 2000
    assert peak < 48 << 20


def test_a_source_is_parsed_once_for_all_that_its_page_says() -> None:
    Wording("").raised("what is known of ours is read before")
    words = Wording(SOURCE + "# once\n")
    with parsed() as pieces:
        for one in (words, words.renewed(), words.renewed()):
            one.raised("pred has shape 3, but target has 4")
    assert len(pieces) == 1


def test_the_texts_of_only_one_submission_are_kept_in_memory() -> None:
    """A batch holds a Wording for each submission, but not what each one was read from."""
    class_of = [Wording(f"x{number} = 1\n" * 1000) for number in range(8)]
    for one in class_of:
        one.raised("something else")
    assert not any(vars(one).keys() & {"_words", "_own"} for one in class_of)
    assert wording._words_in.cache_info().currsize <= 1 and wording._own_of.cache_info().currsize <= 1
