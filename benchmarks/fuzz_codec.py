"""A coverage-guided search for bytes that harm the grader's end of the wire: crash, hang or eat memory.

    pip install 'losslab[fuzz]'
    python -m benchmarks.fuzz_codec [--seconds 60]

libFuzzer, by way of atheris, starts from well-formed values and follows what lines each change of them reaches, in the codec
and in the messages. Anything but a value, WireError or DecodeError ends the run with the bytes that did it; so does a single
input that takes more than 5 s or 512 MiB.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["autograder.worker"]):
    from autograder.worker import messages, wire

import msgspec
import numpy as np

SEEDS = [
    None,
    3.5,
    [1, "two", (3.0, 2**70)],
    {"a": np.arange(6.0).reshape(2, 3), "b": [True, 1j]},
    np.float32(2.5),
    np.zeros((0, 3)),
    wire.Handle(3, "Linear"),
    wire.Figure([wire.Axes(lines=[wire.Line("loss", [1.0, 2.0], [3.0, 4.0])])], b"png"),
]


def one(data: bytes) -> None:
    """Read the bytes as a value, and as a reply."""
    with contextlib.suppress(wire.WireError):
        wire.unpack(data)
    with contextlib.suppress(msgspec.DecodeError):
        messages.decode_reply(data)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        for number, value in enumerate(SEEDS):
            Path(folder, str(number)).write_bytes(wire.pack(value))
        limits = ["-timeout=5", "-rss_limit_mb=2048", "-malloc_limit_mb=512", f"-max_total_time={seconds}"]
        atheris.Setup([sys.argv[0], "-max_len=4096", "-print_final_stats=1", *limits, folder], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
