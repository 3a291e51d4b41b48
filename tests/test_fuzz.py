"""Damaged or odd bytes and texts: each gives a value or one of our errors, never anything else."""

from __future__ import annotations

import io
import json
import math
import random
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder import course as courses
from autograder.base.errors import CourseError, SubmissionError
from autograder.intake import archive, folder, source
from autograder.worker import messages, reader, values, wire

ROOT = Path(__file__).parent.parent
NOTEBOOK = (ROOT / "assignments" / "01-mse" / "mse.ipynb").read_bytes()
COURSE = (ROOT / "course.yml").read_text()
# Deterministic, and bounded in number rather than in time.
FUZZ = settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(width=64)
    | st.text()
    | st.binary()
    | st.complex_numbers(allow_nan=False, max_magnitude=1e6)
)
arrays = st.builds(
    lambda dtype, shape, seed: np.random.default_rng(seed).integers(0, 2, shape).astype(dtype),
    st.sampled_from(sorted(set(values.DTYPES) - values.ONLY_OF_TORCH)),
    st.lists(st.integers(0, 4), max_size=4),
    st.integers(0, 9),
)
any_value = st.recursive(
    scalars | arrays,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=5) | st.integers(-9, 9), inner, max_size=4)
    ),
    max_leaves=12,
)


def equal(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and one.dtype == other.dtype and np.array_equal(one, other)
    if isinstance(one, float) and math.isnan(one):
        return isinstance(other, float) and math.isnan(other)
    if isinstance(one, (list, tuple)):
        return type(one) is type(other) and len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, dict):
        return (
            isinstance(other, dict) and one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
        )
    return type(one) is type(other) and bool(one == other)


@FUZZ
@given(any_value)
def test_a_value_crosses_the_wire_unchanged(value: Any) -> None:
    assert equal(reader.unpack(wire.pack(value)), value)


def mutated(data: bytes, seed: int, times: int) -> bytes:
    """Draw bytes with parts flipped, doubled, cut and swapped."""
    chance = random.Random(seed)
    out = bytearray(data)
    for _ in range(times):
        if not out:
            break
        place, kind = chance.randrange(len(out)), chance.randrange(4)
        if kind == 0:
            out[place] = chance.randrange(256)
        elif kind == 1:
            del out[place : place + chance.randrange(1, 40)]
        elif kind == 2:
            out[place:place] = out[place : place + chance.randrange(1, 40)]
        else:
            out[place:place] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 6)))
    return bytes(out)


@FUZZ
@given(st.binary(max_size=300))
def test_any_bytes_are_a_value_or_a_wire_error(data: bytes) -> None:
    with_a_name(lambda: reader.unpack(data), wire.WireError)


@FUZZ
@given(any_value, st.integers(0, 10**6), st.integers(1, 5))
def test_a_damaged_value_is_a_value_or_a_wire_error(value: Any, seed: int, times: int) -> None:
    with_a_name(lambda: reader.unpack(mutated(wire.pack(value), seed, times)), wire.WireError)


@FUZZ
@given(st.integers(0, 10**6), st.integers(1, 6))
def test_a_damaged_reply_is_a_reply_or_malformed(seed: int, times: int) -> None:
    packed = (wire.pack([1.5, {"a": np.ones(3)}]), wire.pack(None), wire.pack([[], {}]))
    data = mutated(messages.returned(7, *packed, ["careful"], "text"), seed, times)
    with_a_name(lambda: messages.decode_reply(data), messages.Malformed)


@FUZZ
@given(st.integers(0, 10**6), st.integers(1, 8))
def test_a_damaged_notebook_is_code_or_a_submission_error(seed: int, times: int) -> None:
    data = mutated(NOTEBOOK, seed, times)
    with_a_name(lambda: source.from_notebook("mse.ipynb", data), SubmissionError)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
odd_cells = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "cell_type": st.sampled_from(["code", "markdown", "raw", "odd"]) | json_values,
            "source": json_values,
            "metadata": json_values,
            "outputs": json_values,
            "id": json_values,
        },
    ),
    max_size=4,
)


@FUZZ
@given(odd_cells | json_values, st.sampled_from([2, 3, 4, 5, -1, None, "4"]), json_values)
def test_an_odd_notebook_is_code_or_a_submission_error(cells: Any, version: Any, metadata: Any) -> None:
    notebook = {"cells": cells, "metadata": metadata, "nbformat": version, "nbformat_minor": 5}
    data = json.dumps(notebook).encode()
    with_a_name(lambda: source.from_notebook("mse.ipynb", data), SubmissionError)


@FUZZ
@given(st.binary(max_size=400))
def test_any_script_is_code_or_a_submission_error(data: bytes) -> None:
    with_a_name(lambda: source.from_script("mse.py", data), SubmissionError)


@FUZZ
@given(st.integers(0, 10**6), st.integers(1, 8))
def test_a_damaged_archive_is_files_or_a_submission_error(seed: int, times: int) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("work/mse.py", "x = 1\n" * 50)
        file.writestr("work/notes.txt", "note " * 50)
    with_a_name(lambda: archive.read("work.zip", mutated(buffer.getvalue(), seed, times)), SubmissionError)


@FUZZ
@given(st.integers(0, 10**6), st.integers(1, 12))
def test_a_damaged_course_is_a_course_or_a_course_error(seed: int, times: int) -> None:
    text = mutated(COURSE.encode(), seed, times).decode(errors="replace")
    with_a_name(lambda: courses.parse(text), CourseError)


@pytest.mark.parametrize("stamp", ["", "yesterday", "2027-13-45", "9999-12-31T23:59:59+99:99", "\x00", "١٢٣"])
def test_a_timestamp_that_is_none_counts_as_on_time(tmp_path: Path, stamp: str) -> None:
    (tmp_path / "mse.py").write_text("x = 1\n")
    (tmp_path / "timestamp.txt").write_text(stamp)
    submission = folder.read("s", courses.load(ROOT / "course.yml").assignments[0], tmp_path)
    assert submission.problem is None and submission.timestamp is None and len(submission.notes) == 1


def with_a_name(call: Any, error: type[Exception]) -> None:
    """Require that the call returns a value, or raises an error of this kind in one line."""
    try:
        call()
    except error as caught:
        assert "\n" not in str(caught).strip()
