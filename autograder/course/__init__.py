"""course.yml as types, the cost of late work, and the paths of a course."""

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
