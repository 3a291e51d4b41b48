"""Students' Markdown, outputs and pictures as nbgrader's pages get them: no browser is needed to see that nothing is left."""

from __future__ import annotations

import base64
import struct
import time
from html.parser import HTMLParser
from typing import Any

import nbformat
import pytest
import script_injection as injection
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from autograder.nbgrader_plugins import clean
from autograder.nbgrader_plugins.exporter import MAX_PAGE, CleanExporter, escaped, harmless

MATHS = (
    r"\href{javascript:x}{go} \cssId{a}{b} \class{a}{b} \style{a}{b} \require{a} \mmlToken{mi}[href=x]{a} \bbox[a:b]{c}"
)


class Tags(HTMLParser):
    """Every element and attribute of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def png(width: int, height: int) -> str:
    head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + bytes(9)
    return base64.b64encode(head).decode()


def is_harmless(page: str) -> bool:
    """By a parser of its own: allowed elements, and no attribute that loads, runs, names or styles."""
    for tag, attributes in Tags(page).found:
        if tag not in clean.ALLOWED_TAGS.split():
            return False
        for name, value in attributes.items():
            allowed = {
                "href": (value or "").lower().startswith(("http://", "https://", "mailto:")),
                "src": (value or "").startswith(("data:image/png;base64,", "data:image/jpeg;base64,")),
                "style": (value or "").startswith("text-align:"),
                "class": True,
            }.get(name, name in ("title", "alt", "target", "rel", "start"))
            if not allowed:
                return False
    return True


@pytest.mark.parametrize("name", injection.MARKDOWN)
def test_nothing_of_an_injection_is_left(name: str) -> None:
    assert is_harmless(clean.markdown(injection.markdown()[name], injection.ATTACHMENTS))
    assert is_harmless(clean.cleaned(injection.markdown()[name]))


@pytest.mark.parametrize("source", ["List<int> and x <y> z", "a < b > c & d", "`<b>`", "    <script>", "1 <2 >0"])
def test_what_looks_like_html_reads_as_it_was_typed(source: str) -> None:
    shown = "".join(Text(clean.markdown(source)).found).strip()
    for word in source.replace("`", "").split():
        assert word in shown


class Text(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.found.append(data)


@pytest.mark.parametrize("macro", ["href", "cssId", "class", "style", "require", "mmlToken", "bbox"])
@pytest.mark.parametrize(
    "around", ["${}$", "$${}$$", "\\begin{{align}}{}\\end{{align}}", "{}", "| a |\n|---|\n| ${}$ |"]
)
def test_a_formula_links_loads_and_styles_nothing(macro: str, around: str) -> None:
    page = clean.markdown(around.format(MATHS))
    assert f"\\{macro}" not in page and macro in page


@pytest.mark.parametrize(
    "spelt", ["\\hre&#102;{x}", "\\hr<!-- -->ef{x}", "\\&#x68;ref{x}", "\\h\u200bref{x}", "\\\x00href{x}"]
)
def test_a_macro_is_found_however_it_is_spelt(spelt: str) -> None:
    page = clean.markdown(f"<p>${spelt}$</p>")
    assert "\\href" not in "".join(Text(page).found)


def test_a_picture_in_the_cell_is_shown_and_one_from_elsewhere_told_of() -> None:
    attachments = {"plot.png": {"image/png": png(640, 480)}}
    assert "<img" in clean.markdown("![x](attachment:plot.png)", attachments)
    for source in (
        "![x](attachment:gone.png)",
        "![x](plot.png)",
        "![x](https://example.org/x.png)",
        "![x](/api/contents)",
    ):
        page = clean.markdown(source, attachments)
        assert "<img" not in page and "[x: not shown, as it is not in the notebook" in page


def test_a_picture_that_is_too_large_to_draw_is_told_of() -> None:
    page = clean.markdown("![x](attachment:a)", {"a": {"image/png": png(20_000, 20_000)}})
    assert "<img" not in page and "20000 × 20000 pixels" in page


def test_only_pictures_are_carried_on_from_a_students_notebook() -> None:
    attachments = {
        **injection.ATTACHMENTS,
        "ok": {"image/svg+xml": png(5, 5)},
        "no": None,
        "list": [1],
        "int": {"a": 1},
    }
    assert clean.attached({"attachments": attachments}) == {"ok": {"image/png": png(5, 5)}}
    assert clean.attached({"attachments": ["a"]}) == clean.attached({}) == {}


@pytest.mark.parametrize(
    "unit", ["[", "<b>", "\\\\(", "<a><s>", "<ol><li>", "<div>", "> ", "**a", "- ", "`", "![", "$"]
)
def test_a_cell_that_is_made_to_be_slow_takes_seconds_at_most(unit: str) -> None:
    started = time.process_time()
    clean.markdown(unit * (clean.MAX_MARKDOWN // len(unit)))
    assert time.process_time() - started < 15
    assert clean.markdown(unit * clean.MAX_MARKDOWN * 2).startswith("<pre>")


def page_of(*cells: Any) -> str:
    exporter = CleanExporter()
    exporter.template_name = "classic"
    html, _ = exporter.from_notebook_node(new_notebook(cells=list(cells)), {"metadata": {"name": "x"}})
    return str(html)


def test_all_markdown_of_a_page_is_bounded() -> None:
    cells = [new_markdown_cell("*x* " * 4000) for _ in range(20)]
    page = page_of(*cells)
    assert page.count("<em>x</em>") == 4000 * (MAX_PAGE // 16_000)
    assert page.count("*x*") == 4000 * (20 - MAX_PAGE // 16_000)


def test_outputs_are_text_and_pictures() -> None:
    evil = "<img src=x onerror=1>"
    data = [
        {"text/html": evil},
        {"application/javascript": "top.hits=1"},
        {"image/svg+xml": "<svg onload=1>"},
        {"text/latex": "$\\href{javascript:1}{x}$"},
        {"application/vnd.jupyter.widget-view+json": {"x": evil}},
        {"image/png": png(20_000, 20_000)},
        {"image/png": f'{png(4, 4)}" onerror=1 x="'},
        {"text/plain": evil},
        {"image/png": png(4, 4)},
    ]
    outputs = [new_output("display_data", data=item) for item in data]
    for output in outputs:
        output.metadata = {"image/png": {"width": "1 onerror=1", "alt": evil}, "text/html": {"isolated": True}}
    outputs += [
        new_output("stream", name="stdout", text=f"{evil}\x1b]8;;javascript:1\x07x"),
        new_output("error", ename=evil, evalue=evil, traceback=[f"\x1b[31m{evil}"]),
    ]
    cell = new_code_cell(evil, outputs=outputs, metadata={"tags": [evil], "nbgrader": {"grade_id": evil}})
    notebook = harmless(nbformat.from_dict({"metadata": {}, "cells": [{**cell, "execution_count": evil}]}))
    assert notebook.cells[0].execution_count is None
    page = page_of(cell, new_raw_cell(evil, metadata={"raw_mimetype": "text/html"}))
    body = page[page.index("<body") :]
    images = [attributes for tag, attributes in Tags(body).found if tag == "img"]
    assert [image["src"] for image in images] == [f"data:image/png;base64,{png(4, 4)}"]
    assert not [
        tag for tag, attributes in Tags(body).found if tag in ("script", "iframe", "svg") or "onerror" in attributes
    ]
    assert body.count("output not shown") == 5 and "20000 × 20000 pixels" in body


def test_a_notebooks_own_metadata_does_not_reach_the_page() -> None:
    notebook = new_notebook(cells=[new_markdown_cell("x")])
    notebook.metadata = nbformat.from_dict(
        {
            "title": "</title><script>1</script>",
            "widgets": {"a": 1},
            "language_info": {"name": "x", "pygments_lexer": "<b>"},
        }
    )
    assert set(harmless(notebook).metadata) == {"language_info"}


def test_nbgraders_templates_name_nobody_without_escaping() -> None:
    made = escaped('<script>\nvar student_id = "{{ student_id }}";\n</script>{{ resources.student }}')
    assert '{{ (student_id ~ "") | tojson }}' in made and "{{ resources.student | string | e }}" in made
    assert made.startswith('<script nonce="{{ resources.nonce }}">')
