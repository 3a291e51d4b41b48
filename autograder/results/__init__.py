"""From the outcomes of checks to results.json, and what changes between two of them."""

from autograder.results.model import (
    FORMAT,
    CheckResult,
    PartResult,
    Provenance,
    Result,
    Results,
    dump,
    pieces,
)

__all__ = ["FORMAT", "CheckResult", "PartResult", "Provenance", "Result", "Results", "dump", "pieces"]
