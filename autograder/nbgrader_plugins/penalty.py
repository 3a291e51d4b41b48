"""The course's late policy where nbgrader asks for one."""

from __future__ import annotations

from pathlib import Path

from nbgrader.plugins import BasePlugin

from autograder import course as courses
from autograder.course import late
from autograder.intake import folder


class LatePolicyPlugin(BasePlugin):
    """Reads the same times as `losslab grade`, and calls the same function."""

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float:
        """Return the points to subtract from this score; `parent`, the step that asks, knows the assignment."""
        coursedir = self.parent.parent.parent.coursedir
        course = courses.load(Path(coursedir.root) / courses.FILENAME)
        submitted = Path(coursedir.root) / coursedir.submitted_directory
        times = folder.times(submitted, course, student_id)
        return late.penalty_of(course, self.parent.assignment_id, student_id, score, times)
