"""What hidden graders are written with, and what runs them.

from autograder.grading import check, close_to, require
"""

from .checks import check, require
from .matchers import close_to, equal_to
from .student import Student

__all__ = ["Student", "check", "close_to", "equal_to", "require"]
