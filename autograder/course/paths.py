"""Where everything of a course lies: sources, references, graders, released files, the secret, the proof.

`root` is the folder of course.yml in each function. No other module spells these paths out.
"""

from __future__ import annotations

from pathlib import Path

SOLUTIONS, RELEASED, PACKAGE, GRADERS = "solutions", "assignments", "autograder", "autograder/graders"
HIDDEN_CHECKS, CATALOGUE, VARIANTS, EQUIVALENT = "test_*.py", "mistakes", "variants.py", "equivalent.yml"
SECRET, VERIFIED = f"{GRADERS}/secret.txt", f"{GRADERS}/verified.json"
PREDICTIONS = f"{SOLUTIONS}/predictions.yml"
# Below the folder of results.
RESULTS, FEEDBACK, GRADEBOOK = "results", "feedback", "gradebook.db"


def solution(root: Path, assignment_id: str) -> Path:
    """The folder of an assignment's source, its reference and its data."""
    return root / SOLUTIONS / assignment_id


def source(root: Path, assignment_id: str, module: str) -> Path:
    """The single source of an assignment; as a module it is the reference."""
    return solution(root, assignment_id) / f"{module}.py"


def released(root: Path, assignment_id: str) -> Path:
    """The folder that students get."""
    return root / RELEASED / assignment_id


def graders(root: Path, assignment_id: str) -> Path:
    """The folder of an assignment's hidden checks, mistakes, variants and equivalent mutants."""
    return root / GRADERS / assignment_id


def mistakes(root: Path, assignment_id: str) -> Path:
    """The catalogue of known mistakes, a file for each part."""
    return graders(root, assignment_id) / CATALOGUE


def variants(root: Path, assignment_id: str) -> Path:
    """Right answers in other styles."""
    return graders(root, assignment_id) / VARIANTS


def equivalent(root: Path, assignment_id: str) -> Path:
    """Mutants of the reference that are right as well, each with the reason."""
    return graders(root, assignment_id) / EQUIVALENT


def hidden_checks(root: Path, assignment_id: str) -> list[Path]:
    """The files of hidden checks, in order."""
    return sorted(graders(root, assignment_id).glob(HIDDEN_CHECKS))


def verified(root: Path) -> Path:
    """What `losslab verify` has proven."""
    return root / VERIFIED
