"""What several hidden checks of 02-cross-entropy share."""

import numpy as np
import pytest

from autograder.grading import require


@pytest.fixture
def leaves_alone(student):
    """Call a function of the submission: its arguments stay as they are, and nothing is printed."""

    def call(function, *arguments):
        seen = student.observe(function, *arguments)
        same = [np.array_equal(one, two) for one, two in zip(seen.arguments, arguments, strict=True)]
        require(all(same), f"`{function}` changes its arguments")
        require(seen.printed == "", f"`{function}` prints something")

    return call
