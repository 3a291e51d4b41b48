"""Render what release and `losslab new` write from Jinja2 templates. They make files, not pages: nothing is escaped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jinja2

TEMPLATES, SKELETON = "templates", "skeleton"


def rendered(folder: str, name: str, **values: Any) -> str:
    """The text of template `name`.j2 in a folder of this package; a value that is missing is an error."""
    loader = jinja2.FileSystemLoader(Path(__file__).with_name(folder))
    environment = jinja2.Environment(
        loader=loader,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["points"] = lambda value: f"{value:g}"
    environment.filters["quoted"] = lambda text: json.dumps(text, ensure_ascii=False)  # a text of JSON is one of YAML
    return environment.get_template(f"{name}.j2").render(values)
