"""Which student a downloaded file is from: what `nbgrader zip_collect` asks of each file of an LMS's download."""

from __future__ import annotations

import re
from pathlib import Path

from nbgrader.plugins import FileNameCollectorPlugin

_STUDENT = r"(?P<student_id>[^/]+?)"
_FILE = r"(?P<file_id>[^/]+\.(?:ipynb|py|zip|csv))"
# Behind `extracted/`, the first that fits: Moodle's folders, Canvas's names, a folder or an archive by student.
PATTERNS = (
    # The outermost folder that Moodle has named, at most one below the top: what lies in it, students have named.
    rf"(?:[^/]+/)??[^/]*?_(?P<student_id>\d+)_assignsubmission_file_?/(?:[^/]+/)*{_FILE}$",
    rf"(?:[^/]+/)*[^_/]+_(?:LATE_)?(?P<student_id>\d+)_\d+_{_FILE}$",
    rf"{_STUDENT}/(?:[^/]+/)*{_FILE}$",
)
# What a browser or Canvas adds to the name of a file that is handed in again.
_AGAIN = re.compile(r"(?:-\d+| \(\d+\))(?=\.\w+$)")


class Collector(FileNameCollectorPlugin):
    """Takes notebooks, scripts and data; files that nbgrader itself laid down beside them stay out."""

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """The student and the name of the file, None for one that is skipped."""
        _, _, behind = Path(submitted_file).as_posix().partition("/extracted/")
        return parsed(behind)


def parsed(name: str) -> dict[str, str] | None:
    """Student and file of a path below the folder of downloads; None where there is no telling."""
    for pattern in PATTERNS:
        match = re.match(pattern, name)
        if match:
            return {"student_id": match["student_id"], "file_id": _AGAIN.sub("", match["file_id"])}
    return None
