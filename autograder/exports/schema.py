"""Everything as JSON, and its schema (docs/export.schema.json)."""

from __future__ import annotations

from typing import Any

import msgspec

from autograder.exports.load import Grades, Person
from autograder.results import FORMAT, Result


class Export(msgspec.Struct, frozen=True):
    """A course's people and results. `format` increases when readers have to change."""

    format: int
    course: str
    students: list[Person]
    results: list[Result]


def write_export_json(grades: Grades) -> str:
    """Write the JSON; it contains no NaN, which JSON does not know."""
    results = [grades.results[key] for key in sorted(grades.results)]
    value = Export(FORMAT, grades.course.id, grades.people, results)
    return msgspec.json.format(msgspec.json.encode(value), indent=1).decode() + "\n"


def schema() -> dict[str, Any]:
    """Return the JSON Schema of what `write_export_json` returns."""
    made = msgspec.json.schema(Export)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "LossLab export", **made}
