"""A coverage-guided search for bytes that harm the grader's end of the wire: crash, hang or eat memory.

    pip install 'losslab[fuzz]'
    python -m benchmarks.fuzz_codec [--seconds 60] [--runs 10000000] [--torch]

libFuzzer, by way of atheris, starts from well-formed values and replies and follows what lines each change of them reaches, in
the reader and in the messages. Anything but a value, WireError or Malformed ends the run with the bytes that did it; so does a
single input that takes more than 5 s or 512 MiB. What is read is added up and compared as a check would do it. With --torch,
tensors are made of torch, as in the exercises that are about it.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["autograder.worker"]):
    from autograder.worker import messages, reader, values, wire

import numpy as np

SEEDS = [
    None,
    3.5,
    [1, "two", (3.0, 2**70)],
    {"a": np.arange(6.0).reshape(2, 3), "b": [True, 1j], 3: [1, 2, 3], 0.5: [1.0, 2.0]},
    [np.float32(2.5), np.bool_(True), np.zeros((0, 3)), np.array([True, False])],
    [wire.Handle(3, "Linear"), wire.Opaque("set", "{1}"), b"bytes"],
    wire.Figure([wire.Axes(lines=[wire.Line("loss", [1.0, 2.0], [3.0, 4.0])])], b"\x89PNG\r\n\x1a\n"),
]
_TENSORS = [
    b"x" + bytes([code, flag, 1, 2, 0, 0, 0]) + bytes(2 * size)
    for code, size in enumerate(values.ITEM_SIZES.values())
    for flag in (0, 1)
]


def seeds() -> list[bytes]:
    """Well-formed bytes: values, tensors, and a reply of each kind."""
    packed = [wire.pack(value) for value in SEEDS]
    reply = messages.returned(7, packed[3], packed[4], packed[0], ["careful"], "printed")
    loaded = messages.loaded(7, ["mse_loss"], [values.Note(3, "ValueError: no")])
    return [*packed, *_TENSORS, reply, loaded, messages.raised(7, ["ValueError", "Exception"], "no", 3)]


def use(value: Any) -> None:
    """What a check may do with a value that it was given."""
    if isinstance(value, (list, tuple)):
        for item in value:
            use(item)
    elif isinstance(value, dict):
        use(list(value.values()))
    elif isinstance(value, np.ndarray):
        with np.errstate(all="ignore"):
            np.allclose(value, value + value)
            value[value != 0].sum()
    elif hasattr(value, "detach"):
        (value.detach() != 0).sum().item()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--runs", type=int, default=-1)
    parser.add_argument("--torch", action="store_true")
    wanted = parser.parse_args()
    tensors: reader.Tensors | None = None
    if wanted.torch:
        from autograder.grading.tensors import tensors

    def one(data: bytes) -> None:
        """Read the bytes as a value, and as a reply."""
        with contextlib.suppress(wire.WireError):
            use(reader.unpack(data, tensors))
        with contextlib.suppress(messages.Malformed):
            messages.decode_reply(data, tensors)

    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(seeds()):
            Path(folder, str(number)).write_bytes(data)
        limits = ["-timeout=5", "-rss_limit_mb=4096", "-malloc_limit_mb=512", f"-max_total_time={wanted.seconds}"]
        limits += [f"-runs={wanted.runs}", "-max_len=4096", "-print_final_stats=1"]
        atheris.Setup([sys.argv[0], *limits, folder], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
