"""The notebook extension. Its magics never raise, so a check never stops a notebook that runs from top to bottom."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.base.errors import CourseError, LossLabError
from autograder.student.checks import texts
from autograder.student.notebook import live, page


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext losslab`: define `%check` and `%hint`."""
    shell.register_magic_function(_shown(lambda line: check(line, shell.user_ns), check.__doc__), "line", "check")
    shell.register_magic_function(_shown(hint, hint.__doc__), "line", "hint")


def unload_ipython_extension(shell: Any) -> None:
    """`%unload_ext losslab`: remove them."""
    for name in ("check", "hint"):
        shell.magics_manager.magics["line"].pop(name, None)


def check(line: str, namespace: dict[str, Any], folder: Path | None = None) -> page.View:
    """`%check`: run the public checks of all parts that are started; `%check mse_loss`: those of a part or function.

    Raises:
        LossLabError: there is no such part, or there is nothing to check here.
    """
    folder = folder or Path.cwd()
    assignment = live.assignment_of(folder)
    part = live.part_named(assignment, line.strip()) if line.strip() else None
    return page.verdicts(assignment, live.check(assignment, folder, namespace), part)


def hint(line: str, folder: Path | None = None) -> page.View:
    """`%hint mse_loss`: a nudge; `%hint mse_loss 2`: the method; 3: the formula.

    Raises:
        LossLabError: there is no such part, or no such level.
    """
    assignment = live.assignment_of(folder or Path.cwd())
    name, _, wanted = line.strip().partition(" ")
    part = live.part_named(assignment, name)
    level = int(wanted) if wanted.strip().isdecimal() else 1 if not wanted.strip() else 0
    if not 1 <= level <= len(part.hints):
        said = texts.NO_SUCH_LEVEL if part.hints else texts.NO_HINTS
        raise CourseError(said.format(line=line.strip(), part=part.id, levels=len(part.hints)))
    shown = texts.CELL_HINT.format(part=part.id, level=level, levels=len(part.hints), hint=part.hints[level - 1])
    return page.message(shown)


def _shown(magic: Callable[[str], page.View], said: str | None) -> Callable[[str], None]:
    def run(line: str) -> None:
        from IPython.display import display

        try:
            view = magic(line)
        except LossLabError as error:
            view = page.message(str(error))
        display(view.bundle, raw=True)

    run.__doc__ = said  # what `%check?` shows
    return run
