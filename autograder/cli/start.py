"""Where `losslab` begins: even a failed start gives one line with the remedy."""

from __future__ import annotations

import sys


def main() -> None:
    """Run `losslab`; a library that is not installed ends it with exit 2."""
    try:
        from autograder.cli.app import main as run

        run()
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if name in ("", "autograder"):
            raise
        line = f"losslab: {name} is not installed here; run: python -m pip install {name}"
        print(line, file=sys.stderr)
        sys.exit(2)
