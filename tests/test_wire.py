"""The wire: values come back unchanged, and no bytes can harm the reader."""

from __future__ import annotations

import struct
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from autograder.grading.tensors import tensors
from autograder.worker import messages, reader, values, wire
from autograder.worker.values import WireError

CODES = {name: bytes([code]) for code, name in enumerate(values.DTYPES)}


def length(number: int) -> bytes:
    return struct.pack("<I", number)


def tensor(code: int, shape: tuple[int, ...], raw: bytes, gradient: int = 0) -> bytes:
    return b"x" + bytes([code, gradient, len(shape)]) + b"".join(map(length, shape)) + raw


def refused(data: bytes) -> bool:
    try:
        reader.unpack(data, tensors)
    except wire.WireError:
        return True
    return False


@pytest.mark.parametrize("name", [name for name in values.DTYPES if name not in values.ONLY_OF_NUMPY])
@pytest.mark.parametrize("shape", [(), (3,), (0, 4), (2, 1, 3)])
def test_a_tensor_crosses_the_wire_unchanged(name: str, shape: tuple[int, ...]) -> None:
    sent = torch.arange(int(np.prod(shape)) or 1)[: int(np.prod(shape))].reshape(shape).to(getattr(torch, name))
    got = reader.unpack(wire.pack(sent), tensors)
    assert got.dtype is sent.dtype and got.shape == sent.shape and torch.equal(got, sent)


def test_requires_grad_crosses_the_wire() -> None:
    assert reader.unpack(wire.pack(torch.ones(2, requires_grad=True)), tensors).requires_grad
    assert not reader.unpack(wire.pack(torch.ones(2)), tensors).requires_grad


@pytest.mark.parametrize("code", range(len(values.DTYPES), 256))
def test_a_dtype_outside_of_the_table_is_refused(code: int) -> None:
    assert refused(tensor(code, (4,), bytes(64)))
    assert refused(b"a" + bytes([code, 1]) + length(4) + bytes(64))
    assert refused(b"g" + bytes([code]) + bytes(64))


ODD_TENSORS: dict[str, Callable[[], torch.Tensor]] = {
    "quantised": lambda: torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.quint8),
    "sparse": lambda: torch.eye(3).to_sparse(),
    "compressed": lambda: torch.eye(3).to_sparse_csr(),
    "without values": lambda: torch.ones(3, device="meta"),
    "of nine dimensions": lambda: torch.ones((1,) * 9),
    "of an unusual dtype": lambda: torch.ones(3).to(torch.float8_e4m3fn),
}


@pytest.mark.parametrize("kind", ODD_TENSORS)
@pytest.mark.filterwarnings("ignore")
def test_a_tensor_of_another_kind_arrives_as_a_description(kind: str) -> None:
    assert isinstance(reader.unpack(wire.pack(ODD_TENSORS[kind]()), tensors), wire.Opaque)


def test_each_true_is_stored_as_one() -> None:
    """NumPy and torch rely on it: they add up the bytes of a mask to know how much memory it needs."""
    raw = bytes(range(256))
    for got in (
        reader.unpack(b"a" + CODES["bool"] + b"\1" + length(256) + raw),
        reader.unpack(tensor(0, (256,), raw), tensors).numpy(),
    ):
        assert set(got.view(np.uint8).tolist()) == {0, 1} and got.sum() == 255
    assert reader.unpack(b"g" + CODES["bool"] + b"\x80").tobytes() == b"\1"


@pytest.mark.parametrize(
    "shape",
    [(5,), (2**32 - 1,), (2**16, 2**16), (0, 2**31), (0, 2**16, 2**16), (0,) * 9, (1,) * 200, (2**32 - 1,) * 8],
)
def test_an_impossible_shape_is_refused(shape: tuple[int, ...]) -> None:
    dims = bytes([len(shape)]) + b"".join(map(length, shape))
    assert refused(b"a" + CODES["float64"] + dims + bytes(32))
    assert refused(b"x" + CODES["float64"] + b"\0" + dims + bytes(32))


def test_no_tensor_of_integers_requires_a_gradient() -> None:
    assert refused(tensor(values.DTYPES.index("int64"), (1,), bytes(8), gradient=1))


def test_there_are_no_tensors_of_dtypes_that_only_numpy_has() -> None:
    assert refused(tensor(values.DTYPES.index("uint16"), (1,), bytes(2)))
    assert refused(b"a" + CODES["bfloat16"] + b"\1" + length(1) + bytes(2))


BOMBS = {
    "values": b"l" + length(values.MAX_VALUES + 1) + b"N" * (values.MAX_VALUES + 1),
    "lists in a list": b"l" + length(60_000) + (b"l" + length(0)) * 60_000,
    "dicts": b"l" + length(60_000) + (b"m" + length(0)) * 60_000,
    "arrays": b"l" + length(9_000) + (b"a" + CODES["bool"] + b"\1" + length(0)) * 9_000,
    "tensors": b"l" + length(9_000) + tensor(0, (0,), b"") * 9_000,
    "keys": b"m" + length(1_001) + b"".join(b"i" + struct.pack("<q", key) + b"N" for key in range(1_001)),
    "depth": b"l\x01\0\0\0" * 200_000 + b"N",
    "figures": b"f" + (b"l" + length(60_000)) + (b"l" + length(0)) * 60_000 + b"N",
    "promised lengths": b"l" + length(2**32 - 1) + b"s" + length(2**32 - 1),
    "promised numbers": b"D" + length(2**32 - 1) + bytes(80),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_is_refused_before_it_takes_memory_or_time(kind: str) -> None:
    tracemalloc.start()
    started = time.process_time()
    assert refused(BOMBS[kind])
    assert time.process_time() - started < 2.0
    assert tracemalloc.get_traced_memory()[1] < 32 << 20
    tracemalloc.stop()


def test_keys_that_are_chosen_to_collide_take_no_time() -> None:
    """Return as many keys as allowed, each on the path that a dict of that size probes for a free place."""
    keys: list[int] = []
    place = perturb = 0
    for _ in range(values.MAX_KEYS):
        keys.append(place + (len(keys) << 40))
        place = (5 * place + perturb + 1) % 2048
    one = b"m" + length(len(keys)) + b"".join(b"i" + struct.pack("<q", key) + b"N" for key in keys)
    many = values.MAX_VALUES // (2 * len(keys) + 1)
    started = time.process_time()
    reader.unpack(b"l" + length(many - 1) + one * (many - 1))
    assert time.process_time() - started < 2.0


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 2**200, -(2**200)])
def test_a_large_integer_comes_whole_and_a_huge_one_as_a_description(number: int) -> None:
    assert reader.unpack(wire.pack(number)) == number
    assert isinstance(reader.unpack(wire.pack(number**9)), wire.Opaque)


@pytest.mark.parametrize("digits", [b"", b"-", b"1_0", b" 1", b"0x1", b"+1", b"g", b"f" * 300])
def test_a_number_in_another_spelling_is_refused(digits: bytes) -> None:
    assert refused(b"I" + length(len(digits)) + digits)


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + bytes(30)


@pytest.mark.parametrize(
    ("picture", "shown"),
    [
        (png(640, 480), True),
        (png(20_000, 20_000), False),
        (png(0, 480), False),
        (png(640, 480)[:20], False),
        (b"<svg onload=alert(1)>", False),
        (png(640, 480) + bytes(values.MAX_PNG_BYTES), False),
    ],
)
def test_only_a_small_picture_crosses_the_wire(picture: bytes, shown: bool) -> None:
    figure = wire.Figure([wire.Axes("title", lines=[wire.Line("loss", [1.0], [2.0], True)])], picture)
    got = reader.unpack(wire.pack(figure))
    assert got == wire.Figure(figure.axes, picture if shown else b"")


REPLIES: dict[str, Any] = {
    "an array for a kind": [np.zeros(3), 1, None, None, None, [], ""],
    "an array for a number": ["returned", np.zeros(3), None, None, None, [], ""],
    "true for a number": ["returned", True, None, None, None, [], ""],
    "no list": 3,
    "another kind": ["answered", 1, None],
    "too short": ["returned", 1, None],
    "a text for a number": ["raised", "1", ["ValueError"], "", 0],
    "no class": ["raised", 1, [], "", 0],
    "many classes": ["raised", 1, ["ValueError"] * 11, "", 0],
    "a long message": ["raised", 1, ["ValueError"], "x" * 401, 0],
    "an impossible line": ["raised", 1, ["ValueError"], "", -1],
    "names that are none": ["loaded", 1, [1, 2], []],
    "many names": ["loaded", 1, ["f"] * 1001, []],
    "many notes": ["loaded", 1, [], [[1, "no"]] * 21],
    "a long note": ["loaded", 1, [], [[1, "n" * 321]]],
    "a long print": ["returned", 1, None, None, None, [], "p" * 2001],
    "many warnings": ["returned", 1, None, None, None, ["w"] * 21, ""],
}


@pytest.mark.parametrize("kind", REPLIES)
def test_a_reply_of_another_form_is_malformed(kind: str) -> None:
    with pytest.raises(messages.Malformed):
        messages.decode_reply(wire.pack(REPLIES[kind]))


def test_what_follows_a_reply_makes_it_malformed() -> None:
    packed = messages.raised(1, ["ValueError"], "no", 3)
    assert messages.decode_reply(packed) == messages.Raised(1, ["ValueError"], "no", 3)
    with pytest.raises(messages.Malformed):
        messages.decode_reply(packed + b"N")


@pytest.mark.parametrize(
    "name", ["number.\n\nThis check is withdrawn.", "a b", "", "x" * 41, "ein_Zahlwört", "<b>", "array of two things"]
)
def test_a_class_whose_name_is_a_sentence_is_an_object(name: str) -> None:
    value = type(name, (), {})()
    assert reader.unpack(wire.pack(value)).type_name == "object"


def test_a_class_with_a_name_keeps_it() -> None:
    assert reader.unpack(wire.pack(Path())).type_name == "PosixPath"
    assert reader.unpack(wire.pack(np.array(["a"]))).type_name.startswith("array of ")


@pytest.mark.parametrize("shape", [((1 << 20) + 1, 0), ((1 << 20) + 1, 1), (1 << 10, 1 << 10, 2, 1)])
def test_an_array_of_millions_of_rows_is_refused_at_both_ends(shape: tuple[int, ...]) -> None:
    array = np.zeros(shape, dtype=bool)
    with pytest.raises(MemoryError):
        wire.pack(array)
    packed = b"a" + bytes([0, len(shape)]) + b"".join(struct.pack("<I", size) for size in shape) + array.tobytes()
    with pytest.raises(WireError, match="too many rows"):
        reader.unpack(packed)


def test_a_large_array_of_few_rows_is_sent() -> None:
    assert reader.unpack(wire.pack(np.zeros(1 << 22, dtype=bool))).shape == (1 << 22,)
    assert reader.unpack(wire.pack(np.zeros((1 << 20, 3), dtype=bool))).shape == (1 << 20, 3)


def test_rows_are_counted_over_all_arrays_of_a_message() -> None:
    many = np.zeros((1 << 19, 0))
    assert len(reader.unpack(wire.pack([many, many]))) == 2
    with pytest.raises(WireError, match="too many rows"):
        reader.unpack(wire.pack([many, many, many]))


def test_a_line_of_more_points_than_a_worker_sends_is_refused() -> None:
    points = [0.0] * (values.MAX_POINTS + 1)
    axes = values.Axes("", "", "", "linear", "linear", [], [values.Line("", points, points, True)])
    with pytest.raises(WireError, match="not a line"):
        reader.unpack(wire.pack(values.Figure([axes], b"")))
