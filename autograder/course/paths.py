"""The paths of a course: sources, references, graders, released files, the secret, the proof.

In each function `root` is the folder of course.yml. No other module spells these paths out.
"""

from __future__ import annotations

from pathlib import Path

SOLUTIONS, RELEASED, PACKAGE, GRADERS = "solutions", "assignments", "autograder", "autograder/graders"
HIDDEN_CHECKS, CATALOGUE, VARIANTS, EQUIVALENT = "test_*.py", "mistakes", "variants.py", "equivalent.yml"
SECRET, VERIFIED = f"{GRADERS}/secret.txt", f"{GRADERS}/verified.json"
PREDICTIONS = f"{SOLUTIONS}/predictions.yml"
# Inside the folder of results.
RESULTS, FEEDBACK, GRADEBOOK = "results", "feedback", "gradebook.db"


def solution(root: Path, assignment_id: str) -> Path:
    """Return the folder of an assignment's source and data."""
    return root / SOLUTIONS / assignment_id


def source(root: Path, assignment_id: str, module: str) -> Path:
    """Return the one source file of an assignment; as a module it is the reference."""
    return solution(root, assignment_id) / f"{module}.py"


def released(root: Path, assignment_id: str) -> Path:
    """Return the folder that students get."""
    return root / RELEASED / assignment_id


def graders(root: Path, assignment_id: str) -> Path:
    """Return the folder of an assignment's hidden checks, mistakes, variants and equivalent mutants."""
    return root / GRADERS / assignment_id


def mistakes(root: Path, assignment_id: str) -> Path:
    """Return the folder of known mistakes, which has one file for each part."""
    return graders(root, assignment_id) / CATALOGUE


def variants(root: Path, assignment_id: str) -> Path:
    """Return the file of right answers in other styles."""
    return graders(root, assignment_id) / VARIANTS


def equivalent(root: Path, assignment_id: str) -> Path:
    """Return the file that lists mutants of the reference that are right as well, each with its reason."""
    return graders(root, assignment_id) / EQUIVALENT


def hidden_checks(root: Path, assignment_id: str) -> list[Path]:
    """Return the files of hidden checks, in order."""
    return sorted(graders(root, assignment_id).glob(HIDDEN_CHECKS))


def verified(root: Path) -> Path:
    """Return the file of what `losslab verify` has proven."""
    return root / VERIFIED
