"""Write docs/mistakes.md, the sources of the catalogues of known mistakes: python scripts/mistakes-page.py"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from autograder import course as courses  # noqa: E402
from autograder.grading.diagnosis.catalogue import of_assignment  # noqa: E402

PAGE = ROOT / "docs" / "mistakes.md"

# The forms of `seen`, and which part of each is the source; none if a mistake was made up for the catalogue.
KINDS = {
    "thread": re.compile(r"([\w.-]+/[\w.-]+#\d+): ."),
    "file": re.compile(r"([\w.-]+/[\w.-]+ \S+\.py)(?:: .|; met in practice: .)"),
    "docs": re.compile(r"docs: ([^:]+)(?:: .|$)"),
    "met": re.compile(r"met in practice: (.+)"),
    "made": re.compile(r"()$"),
}

TEXT = """# Where the known mistakes come from

A grader names a wrong answer by a catalogue of {entries} known mistakes, `autograder/graders/*/mistakes/`. Each entry is a
wrong function, the sentence that its author reads, and in `seen` where it was met:

| `seen` | what it is |
| --- | --- |
| `owner/repository#number: ...` | an issue or a pull request on GitHub in which somebody reports the mistake, makes it or fixes it |
| `owner/repository path.py: ...` | a file in a public repository that has it |
| `docs: ...` | documentation that warns of it, or that states the convention which is taken for the one asked for |
| `met in practice: ...` | met while the exercises were made; there is nothing public to read |
| nothing | made up for the catalogue, as a mistake that can be made |

A source serves every entry of its family. Where it has the mistake in another function than the exercise, `seen` says in
which: `(there an MSE)`.

| assignment | entries | threads | files | documentation | met in practice only | made for the catalogue |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
{table}

## Threads

{thread}

## Files

{file}

## Documentation

{docs}

This page is written by `python scripts/mistakes-page.py`; a test fails while it is out of date.
"""


def source(seen: str) -> tuple[str, str]:
    """Return the kind of a source, and the source. Raises ValueError if `seen` has none of these forms."""
    for kind, form in KINDS.items():
        if found := form.match(seen):
            return kind, found[1]
    raise ValueError(f"`seen` names no source: {seen}")


def page() -> str:
    rows, cited = [], {kind: Counter[str]() for kind in KINDS}
    for assignment in courses.load(ROOT / "course.yml").assignments:
        entries = of_assignment(ROOT, assignment.id, assignment.module)
        sources = [source(item.seen) for item in entries]
        for kind, name in sources:
            cited[kind][name] += 1
        kinds = Counter(kind for kind, _ in sources)
        if len(entries) > kinds["made"]:  # a catalogue whose mistakes were all made up has no sources to list
            rows.append((assignment.id, [len(entries), *(kinds[kind] for kind in KINDS)]))
    rows.append(("all", [sum(column) for column in zip(*(counts for _, counts in rows), strict=True)]))
    return TEXT.format(
        entries=rows[-1][1][0],
        table="\n".join(f"| {name} | {' | '.join(map(str, counts))} |" for name, counts in rows),
        **{kind: "\n".join(map(_line, sorted(cited[kind].items(), key=_first))) for kind in ("thread", "file", "docs")},
    )


def _first(cited: tuple[str, int]) -> str:
    return cited[0].lower()


def _line(cited: tuple[str, int]) -> str:
    name, times = cited
    return f"- {name}" if times == 1 else f"- {name} ({times} entries)"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
