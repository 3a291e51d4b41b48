"""Random numbers of hidden checks: derived from the course's secret, and the same each time a submission is graded."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

import msgspec
import numpy as np

_NUMBERS = 2027


class Draws:
    """Random numbers for the checks of one batch. `rounds` are digests of its submissions."""

    def __init__(self, secret: bytes, assignment: str, rounds: Sequence[str]) -> None:
        self._secret = secret
        self._assignment = assignment
        self._rounds = rounds

    def of_check(self, check: str, index: int, seed: int = 0) -> np.random.Generator:
        """Return random numbers of a check for a submission; the same each time it is graded."""
        return self._generator(check, self._rounds[index], seed)

    def shared(self, name: str, index: int | None = None) -> np.random.Generator:
        """Return random numbers that several checks share: a submission's own or, without an index, everybody's."""
        return self._generator(f"shared/{name}", "" if index is None else self._rounds[index])

    def _generator(self, name: str, round: str, seed: int = 0) -> np.random.Generator:
        return np.random.default_rng(seed_of(self._secret, self._assignment, name, round, seed))


def numbers() -> np.random.Generator:
    """Return random numbers that do not depend on the secret."""
    return np.random.default_rng(_NUMBERS)


def seed_of(secret: bytes, assignment: str, check: str, round: str, seed: int = 0) -> int:
    """Return the seed of a check's random numbers. `round` is a submission's digest, so each round gets another."""
    name = msgspec.json.encode(["inputs", assignment, check, round, seed])
    return int.from_bytes(hmac.digest(secret, name, hashlib.sha256)[:16], "big")
