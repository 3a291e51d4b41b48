"""What the documents name exists: links, files, functions, commands and their options."""

from __future__ import annotations

import ast
import importlib
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from autograder.cli import app

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")] + sorted(ROOT.glob("docs/*.md"))
FOLDERS = ("assignments", "autograder", "benchmarks", "docs", "scripts", "solutions", "tests")
# Files that a command writes when it is first needed; they are in no checkout.
WRITTEN = {"autograder/graders/secret.txt"}

documents = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def fenced(text: str) -> list[str]:
    """The blocks of code."""
    return re.findall(r"^ *```[^\n]*\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)


def inline(text: str) -> list[str]:
    """The code within sentences, each on one line."""
    plain = re.sub(r"^ *```.*?^ *```", "", text, flags=re.DOTALL | re.MULTILINE)
    return [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", plain)]


def command_lines(text: str) -> Iterator[str]:
    """Every line of code that a reader may type, without its comment."""
    for line in [*inline(text), *(line for block in fenced(text) for line in block.splitlines())]:
        yield line.partition("  #")[0].strip()


def anchors(path: Path) -> set[str]:
    """What a link into a page may name: its headings, as GitHub writes them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def pattern(path: str) -> str:
    """A path as a glob: what stands for a name matches any."""
    return re.sub(r"NN-name|11-name|<[^>]+>|name(?=\.py$|_hidden)", "*", path).rstrip("/")


@documents
def test_every_link_leads_to_a_file_and_a_heading(document: Path) -> None:
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = document.parent / name if name else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@documents
def test_every_path_in_a_sentence_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    paths = {code for code in inline(text) if re.fullmatch(rf"({'|'.join(FOLDERS)})/[\w./*<>-]*", code)} - WRITTEN
    assert [path for path in sorted(paths) if not any(ROOT.glob(pattern(path)))] == []


@documents
def test_every_losslab_command_has_the_options_that_are_shown(document: Path) -> None:
    wrong = []
    for line in command_lines(document.read_text(encoding="utf-8")):
        for name, rest in re.findall(r"(?:^|[\s;&])losslab ([a-z][a-z-]*)([^;&]*)", line):
            known = options(name)
            if known is None or set(re.findall(r"(?<!\S)\[?(--[a-z-]+)", rest)) - known:
                wrong.append(line)
    assert wrong == []


def options(name: str) -> set[str] | None:
    """The options of a command; None where there is no such command."""
    if name not in app.COMMANDS:
        return None
    command = typer.main.get_command(app.build([name])).commands[name]  # type: ignore[attr-defined]
    return {"--help", *(option for parameter in command.params for option in parameter.opts)}


@documents
def test_every_example_in_python_is_python_and_imports_what_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for block in re.findall(r"^( *)```python\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE):
        for node in ast.walk(ast.parse(textwrap.dedent(block[1]))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("autograder"):
                module = importlib.import_module(node.module or "")
                assert [item.name for item in node.names if not hasattr(module, item.name)] == []


@documents
def test_every_script_and_make_target_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    missing = []
    for line in command_lines(document.read_text(encoding="utf-8")):
        missing += [name for name in re.findall(r"^make ([a-z-]+)", line) if name not in targets]
        for module in re.findall(r"python -m ((?:benchmarks|autograder)[\w.]*)", line):
            path = ROOT / module.replace(".", "/")
            missing += [] if path.with_suffix(".py").is_file() or path.is_dir() else [module]
        missing += [path for path in re.findall(r"python ((?:tests|scripts)/\S+)", line) if not (ROOT / path).is_file()]
    assert missing == []


# docs/architecture.md


def rows(heading: str) -> list[list[str]]:
    """The rows of the tables below a heading of docs/architecture.md, cell by cell."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    below = re.split(r"^## ", text.partition(f"\n## {heading}\n")[2], flags=re.MULTILINE)[0]
    lines = [line for line in below.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_the_map_has_a_line_for_every_package() -> None:
    listed = {row[0].strip("`/ ") for row in rows("The packages")}
    packages = {path.parent.name for path in (ROOT / "autograder").glob("*/__init__.py")} | {"graders"}
    parts = {row for row in listed if "/" in row}
    assert listed - parts == packages
    assert [part for part in parts if not (ROOT / "autograder" / part).is_dir()] == []


@pytest.mark.parametrize("walk", ["From a submission to the gradebook", "From `losslab check` to a line on the screen"])
def test_each_step_of_a_walk_names_a_function_that_exists(walk: str) -> None:
    steps = rows(walk)
    assert len(steps) >= 8
    assert [
        step[:2] for step in steps if not defines(ROOT / "autograder" / step[0].strip("`"), step[1].strip("`"))
    ] == []


def defines(path: Path, name: str) -> bool:
    """Whether a module has a function, a class or a method (`Class.method`) of that name."""
    if not path.is_file():
        return False
    body = ast.parse(path.read_text(encoding="utf-8")).body
    for word in name.split("."):
        kinds = (ast.FunctionDef, ast.ClassDef)
        found = next((node for node in body if isinstance(node, kinds) and node.name == word), None)
        if found is None:
            return False
        body = found.body
    return True
