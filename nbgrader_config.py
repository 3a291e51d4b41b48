"""nbgrader's settings for this course; the gradebook that `losslab grade` writes is one that nbgrader reads."""

c = get_config()  # type: ignore[name-defined]  # noqa: F821

c.CourseDirectory.course_id = "loss-functions"
c.CourseDirectory.submitted_directory = "submitted"
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError()"}
