"""formgrader's pages: escaped names, and a policy that lets a browser run only formgrader's own scripts.

Students' texts are cleaned (`exporter`), so nothing should be left for the policy to stop; it stops what was overlooked.
nbgrader has no setting for either, so what its handlers inherit is replaced.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
import secrets
from pathlib import Path
from typing import Any

import jinja2

from autograder.nbgrader_plugins.exporter import CleanExporter, Escaped

_MATHJAX = "https://cdnjs.cloudflare.com/ajax/libs/mathjax/"


def protect() -> None:
    """Replace what formgrader's handlers inherit. It may be called more than once."""
    from nbgrader.server_extensions.formgrader import base, handlers

    base.BaseHandler.content_security_policy = property(_policy)
    base.BaseHandler.render = _render
    base.BaseHandler.exporter = property(_exporter)
    # nbgrader's API sends JSON labelled as HTML: opened by itself, a name in it could become an element.
    for shown_alone in (handlers.SubmissionFilesHandler, base.BaseApiHandler):
        shown_alone.content_security_policy = property(_no_rights)


class _Page:
    """The exporter for one reply, with its nonce."""

    def __init__(self, exporter: CleanExporter, nonce: str) -> None:
        self.exporter, self.nonce = exporter, nonce

    def from_filename(self, filename: str, resources: dict[str, Any]) -> tuple[str, Any]:
        made: tuple[str, Any] = self.exporter.from_filename(filename, resources | {"nonce": self.nonce})
        return made


def _exporter(handler: Any) -> _Page:
    config = handler.settings["nbgrader_formgrader"].config
    known = handler.settings.get("losslab_exporter")
    if known is None or known[0] != config:
        known = handler.settings["losslab_exporter"] = (config, CleanExporter(config=config))
    return _Page(known[1], _nonce(handler))


def _render(handler: Any, name: str, **values: Any) -> str:
    return _environment().get_template(name).render(**values, nonce=_nonce(handler))


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(loader=Escaped(jinja2.FileSystemLoader(_templates())), autoescape=True)


def _templates() -> Path:
    from nbgrader.server_extensions.formgrader import handlers

    return Path(handlers.template_path)


def _nonce(handler: Any) -> str:
    """Return the nonce of a reply, which nobody can foresee."""
    if not hasattr(handler, "_losslab_nonce"):
        handler._losslab_nonce = secrets.token_urlsafe(18)
    return str(handler._losslab_nonce)


@functools.cache
def _handlers() -> str:
    """Hash the event handlers in nbgrader's own templates, which the policy would block otherwise."""
    sources = sorted(path.read_text(encoding="utf-8") for path in _templates().rglob("*") if path.is_file())
    found = {text for source in sources for text in re.findall(r'\sonclick="([^"{}]*)"', source)}
    hashes = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in sorted(found))
    return " ".join(f"'sha256-{item}'" for item in hashes)


def _policy(handler: Any) -> str:
    """Allow the page's own scripts and MathJax's, which evaluates its configuration; nothing is sent elsewhere."""
    own = f"{handler.request.host}{handler.base_url}/formgrader/static/"
    ours = (
        "default-src 'none'",
        f"script-src 'nonce-{_nonce(handler)}' 'unsafe-eval' {_MATHJAX}",
        f"script-src-attr 'unsafe-hashes' {_handlers()}",
        # By 'self', so that a proxy that changes the host's name costs no more than the small arrows of the tables.
        f"style-src 'unsafe-inline' 'self' {_MATHJAX}",
        f"font-src 'self' {_MATHJAX}",
        f"img-src data: {own}",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return "; ".join([_inherited(handler), *ours])


def _no_rights(handler: Any) -> str:
    """Give no rights to a file that is opened by itself, for example a submitted one, whatever is in it."""
    return "; ".join([_inherited(handler), "default-src 'none'", "sandbox"])


def _inherited(handler: Any) -> str:
    from jupyter_server.base.handlers import JupyterHandler

    return str(JupyterHandler.content_security_policy.fget(handler))
