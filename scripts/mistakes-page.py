"""Write docs/mistakes.md, what the catalogues of known mistakes were drawn from: python scripts/mistakes-page.py"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

import jinja2

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from autograder import course as courses  # noqa: E402
from autograder.grading.diagnosis.catalogue import of_assignment  # noqa: E402

PAGE = ROOT / "docs" / "mistakes.md"

# What `seen` may say, and what of it is the source; nothing, where a mistake was made up for the catalogue.
KINDS = {
    "thread": re.compile(r"([\w.-]+/[\w.-]+#\d+): ."),
    "file": re.compile(r"([\w.-]+/[\w.-]+ \S+\.py)(?:: .|; met in practice: .)"),
    "docs": re.compile(r"docs: ([^:]+)(?:: .|$)"),
    "met": re.compile(r"met in practice: (.+)"),
    "made": re.compile(r"()$"),
}


def source(seen: str) -> tuple[str, str]:
    """The kind of a source, and the source. Raises ValueError where `seen` has none of these forms."""
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
        if len(entries) > kinds["made"]:  # one whose mistakes were all made up has no place on a page of sources
            rows.append((assignment.id, [len(entries), *(kinds[kind] for kind in KINDS)]))
    rows.append(("all", [sum(column) for column in zip(*(counts for _, counts in rows), strict=True)]))
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
    )
    return environment.get_template("mistakes.md.j2").render(rows=rows, cited=cited)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
