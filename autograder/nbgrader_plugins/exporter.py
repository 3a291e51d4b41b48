"""Notebooks as HTML for formgrader and nbgrader's feedback: nbconvert's exporter, with students' content made harmless.

nbconvert's own `sanitize_html` does not reach them: nbgrader's two templates replace the block for Markdown cells by one that
never asks for it, and comments and names have no filter at all. So the filters themselves are replaced here, whatever a template
does; outputs and metadata are cleaned first; and nbgrader's templates are escaped where they show names.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import jinja2
from nbconvert.exporters import HTMLExporter
from nbconvert.filters import strip_ansi
from nbformat.v4 import new_output

from autograder.base.text import plain
from autograder.nbgrader_plugins import clean

# Limit on all Markdown of a page; the rest is shown as it was typed.
MAX_PAGE = 100_000
MAX_TEXT = 100_000

_GRADE_ID = re.compile(r"[\w-]+")
_MATHJAX = "https://cdnjs.cloudflare.com/ajax/libs/mathjax/"
# For a page on disk. MathJax 2 evaluates its own configuration.
POLICY = (
    f"default-src 'none'; script-src {_MATHJAX} 'unsafe-eval'; style-src 'unsafe-inline' {_MATHJAX}; "
    f"font-src data: {_MATHJAX}; img-src data:; base-uri 'none'; form-action 'none'"
)


class CleanExporter(HTMLExporter):
    """HTMLExporter for submissions; its settings are those of HTMLExporter."""

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[str, Any]:
        """Return the page and nbconvert's resources."""
        given = dict(resources or {})
        given.setdefault("nonce", "")
        given.setdefault("policy", POLICY)
        self._left = MAX_PAGE
        html, made = super().from_notebook_node(harmless(nb), given, **kw)
        return html, made

    def default_filters(self) -> Iterator[tuple[str, Any]]:
        yield from super().default_filters()
        yield "markdown2html", self.markdown2html
        yield "clean_html", clean.cleaned

    @jinja2.pass_context
    def markdown2html(self, context: Any, source: Any) -> str:
        """Render a cell or a comment; None is a comment that nobody wrote."""
        text = str(source or "")
        self._left -= len(text)
        if self._left < 0:
            return clean.as_typed(text)
        return clean.markdown(text, context.get("cell", {}).get("attachments", {}))

    def _create_environment(self) -> jinja2.Environment:
        made: jinja2.Environment = super()._create_environment()
        assert made.loader is not None
        made.loader = Escaped(made.loader)
        return made


class Escaped(jinja2.BaseLoader):
    """nbgrader's templates with escaping added: its environments have none.

    A name in a script becomes a string of JavaScript, a name in HTML is escaped, and scripts of the template itself get the
    nonce that the page's policy requires. This changes the source, before it holds any name.
    """

    def __init__(self, loader: jinja2.BaseLoader) -> None:
        self.loader = loader

    def get_source(self, environment: jinja2.Environment, template: str) -> Any:
        source, filename, uptodate = self.loader.get_source(environment, template)
        return (escaped(source) if "nbgrader" in str(filename) else source), filename, uptodate

    def list_templates(self) -> list[str]:
        return self.loader.list_templates()


_IN_SCRIPT = re.compile(r"""= "\{\{ ([\w.]+) \}\}([^"{}]*)";""")
_IN_HTML = re.compile(r"\{\{ (resources(?:\.\w+)+|cell\.metadata\.nbgrader\.grade_id) \}\}")
_PLAIN_MODAL = """
<script>
// A sentence with a student's name in it is a text, and not HTML.
createModal = (function (create) {
  return function (id, title, body, footer) {
    return create(id, title, typeof body === "string" ? $("<p/>").text(body) : body, footer);
  };
})(createModal);
</script>"""


def escaped(source: str) -> str:
    """Escape one template's source; see Escaped."""
    source = source.replace('js/utils.js"></script>', f'js/utils.js"></script>{_PLAIN_MODAL}')
    source = _IN_SCRIPT.sub(r'= {{ (\1 ~ "\2") | tojson }};', source)
    source = _IN_HTML.sub(r"{{ \1 | string | e }}", source)
    nonce = "resources.nonce" if "resources." in source else "nonce"
    source = re.sub(r"<script(?=[ >])", f'<script nonce="{{{{ {nonce} }}}}"', source)
    meta = '<meta http-equiv="Content-Security-Policy" content="{{ resources.policy }}" />'
    return source.replace("<head>", f"<head>{meta}") if "resources.nbgrader" in source else source


def harmless(notebook: Any) -> Any:
    """Copy only what a page needs of each cell: its source, pictures, plain outputs, and nbgrader's metadata."""
    made = copy.deepcopy(notebook)
    made.metadata = type(made.metadata)({"language_info": {"name": "python", "pygments_lexer": "ipython3"}})
    for number, cell in enumerate(made.cells):
        cell.id = f"cell-{number}"
        cell.source = plain(str(cell.source))
        tag = cell.metadata.get("nbgrader")
        known = isinstance(tag, dict) and _GRADE_ID.fullmatch(str(tag.get("grade_id", "")))
        cell.metadata = type(made.metadata)({"nbgrader": tag} if known else {})
        if cell.cell_type == "code":
            count = cell.get("execution_count")
            cell.execution_count = count if type(count) is int else None
            cell.outputs = [_output(item) for item in cell.get("outputs", [])]
    return made


def _output(output: Any) -> Any:
    """Return text or a picture; for any other output, a line says that it is left out."""
    kind = output.get("output_type")
    if kind == "stream":
        name = output.get("name")
        return new_output("stream", name="stderr" if name == "stderr" else "stdout", text=_text(output.get("text")))
    if kind == "error":
        trace = output.get("traceback")
        return new_output("stream", name="stderr", text=_text("\n".join(map(str, trace or []))))
    data = output.get("data")
    data = data if isinstance(data, dict) else {}
    for mime in ("image/png", "image/jpeg"):
        picture = str(data.get(mime, ""))
        found, problem = clean.picture(picture) if picture else ("", "is not there")
        if problem is None:
            return new_output("display_data", data={found: "".join(picture.split())})
        if picture:
            return new_output("stream", name="stdout", text=f"[a picture: not shown, as it {problem}]\n")
    if "text/plain" in data:
        return new_output("display_data", data={"text/plain": _text(data["text/plain"])})
    return new_output("stream", name="stdout", text=f"[output not shown: {_text(', '.join(map(str, data)))[:200]}]\n")


def _text(value: Any) -> str:
    text = "".join(map(str, value)) if isinstance(value, list) else str(value or "")
    shown = plain(strip_ansi(text[:MAX_TEXT]))
    return shown if len(text) <= MAX_TEXT else f"{shown}\n[{len(text) - MAX_TEXT} characters more are not shown]\n"
