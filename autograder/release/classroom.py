"""The workflow that runs an assignment's public checks on GitHub Classroom. It holds no secret and no hidden check."""

from __future__ import annotations

from autograder.course import Assignment
from autograder.release.rendering import TEMPLATES, rendered

PATH = ".github/workflows/public-checks.yml"


def workflow(assignment: Assignment) -> bytes:
    """The file's content; it belongs to `PATH` in the repository that students start from."""
    torch = ["torch"] if assignment.environment == "torch" else []
    packages = ["numpy", "pytest", *torch, *assignment.packages]
    names = list(dict.fromkeys(packages))
    return rendered(TEMPLATES, "public-checks.yml", packages=names, module=assignment.module).encode()
