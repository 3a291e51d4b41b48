"""LossLab: an auto-graded exercise and course kit for a chapter on loss functions."""

import sys

__version__ = "0.1.0"

if sys.version_info < (3, 11):
    # Said here, before a file is read that an older Python does not understand.
    print(
        f"losslab: Python {sys.version_info[0]}.{sys.version_info[1]} is too old; "
        "install Python 3.11 or newer from python.org, and install losslab with it",
        file=sys.stderr,
    )
    sys.exit(2)
