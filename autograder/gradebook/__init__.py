"""nbgrader's gradebook, the scores that people entered there by hand, and grades.csv."""

from autograder.gradebook.book import newest_schema, opened, warm, write_gradebook

__all__ = ["newest_schema", "opened", "warm", "write_gradebook"]
