"""The whole sample class through `nbgrader autograde` and `losslab grade`, part by part: python tests/whole_class.py

All 150 submissions, some broken; exit 1 where any score, penalty or need of a manual grade differs. Takes several minutes, so
the test suite does the same with a part of the class (tests/test_nbgrader.py).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import nbgrader_course as kit
from test_nbgrader import marks

from autograder import course as courses


def main() -> int:
    ids = [item.id for item in courses.load(kit.ROOT / "course.yml").assignments]
    with tempfile.TemporaryDirectory() as name:
        folder = kit.make(Path(name))
        for student in sorted(kit.CLASS.iterdir()):
            for assignment in ids:
                if (student / assignment).is_dir():
                    kit.hand_in(folder, assignment, int(student.name[-2:]))
        for assignment in ids:
            kit.run(folder, "nbgrader", "generate_assignment", assignment)
            kit.run(folder, "nbgrader", "autograde", assignment)
            print(f"{assignment}: autograded", flush=True)
        kit.run(folder, "autograder", "grade", "submitted", "--out", "alone")
        ours, theirs = marks(folder / "alone" / "gradebook.db"), marks(folder / "grades" / "gradebook.db")
    for key in sorted(set(ours) | set(theirs)):
        if ours.get(key) != theirs.get(key):
            print(f"{'/'.join(key)}: losslab {ours.get(key)}, nbgrader {theirs.get(key)}")
    print(
        f"{len(ours)} marks of {len({key[:2] for key in ours})} submissions: {'equal' if ours == theirs else 'they differ'}"
    )
    return int(ours != theirs)


if __name__ == "__main__":
    sys.exit(main())
