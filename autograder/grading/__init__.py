"""The tools to write hidden graders with, and the code that runs them.

from autograder.grading import check, close_to, require
"""

from autograder.grading.checks import check, require
from autograder.grading.matchers import close_to, equal_to
from autograder.grading.proxy import Student

__all__ = ["Student", "check", "close_to", "equal_to", "require"]
