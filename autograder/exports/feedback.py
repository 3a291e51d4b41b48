"""All feedback pages in one zip, one folder for each student, each page checked again for hidden material."""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

from autograder.base.errors import OutputError
from autograder.base.files import zipped
from autograder.base.text import one_line, plain
from autograder.course import Course, paths
from autograder.pages import leaks
from autograder.pages.feedback import withheld


def write_feedback_zip(out: Path, root: Path, course: Course, only: list[str]) -> bytes:
    """Pack OUT/feedback into a zip; equal pages give equal bytes.

    Raises:
        OutputError: the page does not exist.
    """
    wanted = [course.assignment(name) for name in only] or course.assignments
    signs = {item.id: leaks.canaries(root, item) for item in wanted}
    pages = [path for path in sorted((out / paths.FEEDBACK).glob("*/*.html")) if path.stem in signs]
    if not pages:
        raise OutputError(f"{out}/feedback: holds no pages; run `losslab grade` first")
    files: dict[str, bytes] = {}
    for path in pages:
        text = path.read_text(encoding="utf-8")
        if signs[path.stem].in_page(text):
            name = plain(f"{path.parent.name}/{path.stem}")
            print(f"warning: {name}: the feedback page is withheld: it would show hidden material", file=sys.stderr)
            text = withheld(course, leaks.WITHHELD_PAGE)
        files[f"{_folder(path.parent.name)}/{path.name}"] = text.encode()
    return zipped(files)


def _folder(student: str) -> str:
    """Name the student's folder in the zip. On some systems a backslash separates folders, a colon names a drive."""
    safe = re.sub(r'[\\/:*?"<>|]', "_", one_line(student))
    if safe == student:
        return student
    return f"{safe} {hashlib.sha256(student.encode(errors='surrogateescape')).hexdigest()[:6]}"
