"""The errors that LossLab reports to people, each as one line that names file, cause and remedy.

LossLabError
├── CourseError        course.yml or a grader contradicts the course
├── SubmissionError    a submission that cannot be graded; becomes a "rejected" Result
├── SandboxError       no wall between grader and submission can be had
├── ReleaseError       an assignment cannot be made of its source
└── OutputError        results cannot be written
"""

from __future__ import annotations


class LossLabError(Exception):
    """Its text is the whole line that a person reads."""


class CourseError(LossLabError):
    """course.yml, or a grader, contradicts what the course says."""


class SubmissionError(LossLabError):
    """A submission cannot be read; it is rejected, and the batch goes on."""


class SandboxError(LossLabError):
    """No wall between grader and submission can be had, or the jail broke down."""


class ReleaseError(LossLabError):
    """An assignment cannot be made of its source."""


class OutputError(LossLabError):
    """Results cannot be written where they were asked for."""
