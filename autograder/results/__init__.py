"""Results: made from the outcomes of checks, written to results.json, and compared with earlier ones."""

from autograder.results.model import (
    EARNED,
    FORMAT,
    CheckResult,
    PartResult,
    Provenance,
    Result,
    Results,
    dump,
    pieces,
)

__all__ = ["EARNED", "FORMAT", "CheckResult", "PartResult", "Provenance", "Result", "Results", "dump", "pieces"]
