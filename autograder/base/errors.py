"""The errors that LossLab reports to people, each as one line that names file, cause and remedy.

LossLabError
├── CourseError        course.yml or a grader contradicts the course
├── SubmissionError    a submission that cannot be graded; becomes a "rejected" Result
├── SandboxError       no wall works between grader and submission
├── ReleaseError       an assignment cannot be built from its source
└── OutputError        results cannot be written
"""

from __future__ import annotations


class LossLabError(Exception):
    """Base of all errors that people see; its text is the whole line that they read."""


class CourseError(LossLabError):
    """course.yml or a grader contradicts the course."""


class SubmissionError(LossLabError):
    """A submission cannot be read; it is rejected, and the batch goes on."""


class SandboxError(LossLabError):
    """No wall works between grader and submission, or the jail broke down."""


class ReleaseError(LossLabError):
    """An assignment cannot be built from its source."""


class OutputError(LossLabError):
    """Results cannot be written where they were asked for."""
