"""nbgrader's autograde for all that intake can read: notebooks, scripts and archives, also broken ones."""

from __future__ import annotations

import fnmatch
import os
import shutil
from pathlib import Path
from typing import Any

from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException

from autograder import course as courses
from autograder.base.errors import LossLabError
from autograder.base.text import one_line
from autograder.course import Assignment, Course, paths
from autograder.intake import folder
from autograder.nbgrader_plugins import grading, readable
from autograder.nbgrader_plugins.folders import READABLE


class JailAutograde(Autograde):
    """Grades all requested submissions at once, in a separate process, before nbgrader goes through the notebooks."""

    @property
    def _input_directory(self) -> str:
        return self._readable if self._sanitizing else str(self.coursedir.autograded_directory)

    @property
    def _readable(self) -> str:
        """Name a folder for this process: formgrader and a command may run at the same time."""
        return f"{READABLE}-{os.getpid()}"

    def init_notebooks(self) -> None:
        root = Path(self.coursedir.root)
        course = courses.load(root / courses.FILENAME)
        assignment = course.assignment(self.coursedir.assignment_id)
        students = self._students(course, assignment)
        self.graded = grading.grade(course, root, self.coursedir.submitted_directory, assignment, students)
        shutil.rmtree(root / self._readable, ignore_errors=True)
        for student in students:
            source = self._submitted(student, assignment)
            for problem in readable.write_notebook(
                assignment,
                source,
                root / self._readable / student / assignment.id,
                paths.released(root, assignment.id),
            ):
                self.log.warning("%s", one_line(f"{student}/{assignment.id}: {problem}"))
        readable.done_reading()
        super().init_notebooks()

    def init_single_notebook_resources(self, notebook_filename: str) -> dict[str, Any]:
        resources: dict[str, Any] = super().init_single_notebook_resources(notebook_filename)
        of = resources["nbgrader"]
        resources["losslab"] = self.graded.get((of["student"], of["assignment"]))
        return resources

    def start(self) -> None:
        try:
            super().start()
        except (
            LossLabError
        ) as error:  # one line, as everywhere; nbgrader's command ends without a traceback only for this error
            line = one_line(str(error))
            self.log.error("%s", line)
            raise NbGraderException(line) from None
        finally:
            shutil.rmtree(Path(self.coursedir.root) / self._readable, ignore_errors=True)

    def _students(self, course: Course, assignment: Assignment) -> list[str]:
        submitted = Path(self.coursedir.root) / self.coursedir.submitted_directory
        if not submitted.is_dir():
            return []
        excluded = self.coursedir.student_id_exclude.split(",")
        names = [student for student, _, _ in folder.find(submitted, course, [assignment.id])]
        pattern = self.coursedir.student_id
        chosen = [name for name in names if name == pattern or fnmatch.fnmatchcase(name, pattern)]
        return [name for name in chosen if name not in excluded]

    def _submitted(self, student: str, assignment: Assignment) -> Path:
        submitted = Path(self.coursedir.root) / self.coursedir.submitted_directory
        return folder.place(submitted, student) / assignment.id
