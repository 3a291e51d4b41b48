"""Turn students' Markdown and HTML into harmless HTML; all that nbgrader's pages show goes through here.

Scripts would run with the teacher's rights on the Jupyter server, so this is a list of what is allowed, and short: text, lists,
tables, code, formulas, links to elsewhere, and pictures that are in the notebook itself. Nothing is loaded, sent or styled.
What is not allowed is shown as the text that it is.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Mapping
from typing import Any

from autograder.base.text import plain
from autograder.pages import pictures

# Longer cells are shown as they were typed: hostile Markdown slows its parser, but must not slow a teacher's server.
MAX_MARKDOWN = 20_000
MAX_PICTURES = 20

ALLOWED_TAGS = """
a abbr b blockquote br caption cite code dd del details dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd
li mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead tr u ul var
"""
_PICTURE = re.compile(r"data:image/[a-z]{3,5};base64,([A-Za-z0-9+/=\s]+)")
_LINK = re.compile(r"(?:https?://|mailto:)[!-~\u00a0-\uffff]+", re.IGNORECASE)
_TASK = re.compile(r'<input class="task-list-item-checkbox" type="checkbox" disabled( checked)?\s*/?>')
_LANGUAGE = re.compile(r"language-[\w+#.-]{1,30}")
# MathJax's ways out of a formula: links, code to load, and names and styles that scripts of the page go by.
_MACROS = re.compile(r"\\(href|url|require|cssId|class|style|data|mmlToken|bbox|enclose|html\w*)(?![a-zA-Z])")


def markdown(source: str, attachments: Mapping[str, Any] | None = None) -> str:
    """Render a Markdown cell or a comment as HTML; `attachments` are the pictures in its cell."""
    source = plain(source)
    if len(source) > MAX_MARKDOWN:
        return as_typed(source)
    try:
        return cleaned(_rendered(source, attachments or {}))
    except Exception:  # a hostile cell may break the parser in any way, but only its own rendering is lost
        return as_typed(source)


def cleaned(text: str) -> str:
    """Keep only the HTML that may be shown; the rest becomes text."""
    from bleach.css_sanitizer import CSSSanitizer
    from bleach.sanitizer import Cleaner

    css = CSSSanitizer(allowed_css_properties=["text-align"], allowed_svg_properties=[])
    made = Cleaner(
        tags=frozenset(ALLOWED_TAGS.split()),
        attributes=_allowed,
        protocols=("http", "https", "mailto", "data"),
        strip=False,
        css_sanitizer=css,
    )
    return _finished(made.clean(plain(text)))


def picture(data: str) -> tuple[str, str | None]:
    """Return a base64 picture's media type, from its first bytes, and why it is not shown (None if it may be)."""
    try:
        raw = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return "", "is damaged"
    return pictures.kind_of(raw), pictures.why_not(raw)


def attached(cell: Any) -> dict[str, dict[str, str]]:
    """Return the pictures of a cell that may be shown, by name, each with its real media type."""
    found: dict[str, dict[str, str]] = {}
    given = cell.get("attachments")
    for name, kinds in list(given.items())[:MAX_PICTURES] if isinstance(given, Mapping) else []:
        for data in kinds.values() if isinstance(kinds, Mapping) else []:
            kind, problem = picture(data) if isinstance(data, str) else ("", "is damaged")
            if problem is None:
                found[str(name)] = {kind: "".join(data.split())}
    return found


def _rendered(source: str, attachments: Mapping[str, Any]) -> str:
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    class Renderer(IPythonRenderer):
        """Names a missing picture; nbconvert would show nothing of the notebook."""

        def _embed_image_or_attachment(self, src: str) -> str:
            return "attachment:" if _is_missing(src, attachments) else str(super()._embed_image_or_attachment(src))

    renderer = Renderer(escape=False, attachments=dict(attachments), exclude_anchor_links=True)
    made: str = MarkdownWithMath(renderer=renderer).render(source)
    return _TASK.sub(lambda box: "☑ " if box[1] else "☐ ", made)


def _is_missing(src: str, attachments: Mapping[str, Any]) -> bool:
    name = src.removeprefix("attachment:")
    found = attachments.get(name)
    return src.startswith("attachment:") and not (isinstance(found, Mapping) and found)


def _allowed(tag: str, name: str, value: str) -> bool:
    """Say which attributes stay. No id, name or data-*: the page's scripts find their own elements by those."""
    if tag == "a" and name == "href":
        return _LINK.fullmatch(value.strip()) is not None
    if tag == "img" and name == "src":
        return _PICTURE.fullmatch(value) is not None
    if tag in ("td", "th") and name == "style":
        return True  # its alignment; the rest is taken out
    if tag == "ol" and name == "start":
        return re.fullmatch(r"\d{1,4}", value) is not None
    if tag in ("span", "div", "pre", "code") and name == "class":
        return all(item in _colours() or _LANGUAGE.fullmatch(item) for item in value.split())
    return name in ("title", "alt")


def _colours() -> frozenset[str]:
    """Return the classes of highlighted code."""
    from pygments.token import STANDARD_TYPES

    return frozenset(STANDARD_TYPES.values()) | {"highlight"}


def _finished(text: str) -> str:
    """Finish the HTML: links open elsewhere without a referrer, pictures are checked, formulas stay in place."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(text, features="html.parser")
    for link in soup.find_all("a"):
        if link.get("href"):
            link.attrs |= {"target": "_blank", "rel": "noopener noreferrer nofollow"}
    for image in soup.find_all("img"):
        _look_at(soup, image)
    for said in soup.find_all(string=_MACROS):
        if not said.find_parent(["code", "pre"]):
            said.replace_with(_MACROS.sub(r"\\text{\1}", said))
    return str(soup)


def _look_at(soup: Any, image: Any) -> None:
    found = _PICTURE.fullmatch(str(image.get("src", "")))
    kind, problem = picture(found[1]) if found else ("", "is not in the notebook; attach it to the cell")
    alt = str(image.get("alt") or "a picture")[:200]
    if found is None or problem is not None:
        image.replace_with(soup.new_string(f"[{alt}: not shown, as it {problem}]"))
        return
    image.attrs |= {"src": f"data:{kind};base64,{''.join(found[1].split())}", "alt": alt}


def as_typed(source: str) -> str:
    """Show text as it was typed."""
    return f"<pre>{html.escape(source)}</pre>"
