"""nbgrader's settings for this course: `nbgrader autograde` and formgrader grade through the jail, as `losslab grade` does."""

import sys
from pathlib import Path

root = Path(__file__).resolve().parent
sys.path.insert(0, str(root))  # the course's own package

from autograder.nbgrader_plugins import settings  # noqa: E402

settings.apply(get_config(), root)  # type: ignore[name-defined]  # noqa: F821
