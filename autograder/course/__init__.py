"""course.yml as types, what lateness costs, and where everything of a course lies."""

from autograder.course.model import (
    EXTENSIONS,
    FILENAME,
    Assignment,
    Course,
    Extension,
    LatePolicy,
    Limits,
    Measure,
    Part,
    find,
    load,
    parse,
)

__all__ = [
    "EXTENSIONS",
    "FILENAME",
    "Assignment",
    "Course",
    "Extension",
    "LatePolicy",
    "Limits",
    "Measure",
    "Part",
    "find",
    "load",
    "parse",
]
