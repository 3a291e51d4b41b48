"""Turn IPython's magics into plain Python, in one pass over a cell.

IPython's own transformer tokenises the whole cell again for each magic, so a kilobyte of magics takes seconds. Here
each line is read once: only a line that begins a statement can be a magic, not one inside a string or brackets.
"""

from __future__ import annotations

import re

_NESTED = 5
_PYTHON_CELL_MAGICS = ("time", "timeit", "capture", "prun")
# What decides how the next line is read: a comment ends this one, quotes open a string, brackets continue the
# statement.
_NOTABLE = re.compile(r"#.*|\"{3}|'{3}|\"(?:\\.|[^\"\\])*\"?|'(?:\\.|[^'\\])*'?|[()\[\]{}]", re.DOTALL)
_ENDS = {'"""': re.compile(r'(?:\\.|[^\\])*?"{3}', re.DOTALL), "'''": re.compile(r"(?:\\.|[^\\])*?'{3}", re.DOTALL)}
_TARGET = re.compile(r"[\w.,:\[\]'\"* ()]{1,200}")
_HELP = re.compile(r"[\w.*%\[\]]{1,200}\?{1,2}")


def without_magics(cell: str) -> tuple[str, int]:
    """Replace the magics of a cell by calls of IPython, keeping line numbers; return the cell and how many there were.

    A cell in another language becomes empty; a cell that is only timed or captured keeps its code.
    """
    count = 0
    for _ in range(_NESTED):
        first, _, rest = cell.lstrip().partition("\n")
        if not first.startswith("%%"):
            break
        count += 1
        if first[2:].split(" ")[0].strip() not in _PYTHON_CELL_MAGICS:
            return "", count
        cell = rest
    if not {"%", "!", "?"} & set(cell) and not cell.lstrip("\n")[:1].isspace():
        return cell, count
    made, more = _converted(_moved_left(cell.split("\n")))
    return made, count + more


def _moved_left(lines: list[str]) -> list[str]:
    """Remove the indentation of a cell that is indented as a whole, as IPython does."""
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    if not all(line.startswith(indent) for line in lines if line.strip()):
        return lines
    return [line.removeprefix(indent) for line in lines]


def _converted(lines: list[str]) -> tuple[str, int]:
    made: list[str] = []
    scan, count, place = _Scan(), 0, 0
    while place < len(lines):
        line = lines[place]
        call = _as_call(line) if scan.at_start else None
        if call is None:
            made.append(line)
            scan.read(line)
            place += 1
            continue
        count += 1
        made.append(call)
        while lines[place].endswith("\\") and place + 1 < len(
            lines
        ):  # the magic continues; blank lines keep the numbering
            place += 1
            made.append("")
        place += 1
    return "\n".join(made), count


class _Scan:
    """Tracks whether the next line begins a statement."""

    def __init__(self) -> None:
        self._depth = 0
        self._open = ""
        self._continued = False

    @property
    def at_start(self) -> bool:
        return not self._depth and not self._open and not self._continued

    def read(self, line: str) -> None:
        place = 0
        self._continued = False
        while place < len(line):
            if self._open:
                end = _ENDS[self._open].match(line, place)
                if end is None:
                    return
                place, self._open = end.end(), ""
                continue
            found = _NOTABLE.search(line, place)
            if found is None:
                break
            if found[0].startswith("#"):
                return
            place = found.end()
            self._note(found[0])
        self._continued = not self._open and line.endswith("\\")

    def _note(self, text: str) -> None:
        if text in _ENDS:
            self._open = text
        elif text in "([{":
            self._depth += 1
        elif text in ")]}":
            self._depth = max(0, self._depth - 1)


def _as_call(line: str) -> str | None:
    """Return the call that IPython would turn this line into; None if it is not a magic."""
    text = line.strip()
    indent = line[: len(line) - len(line.lstrip())]
    if text.startswith("!"):
        return f"{indent}get_ipython().system({text.lstrip('!')!r})"
    if text.startswith("%"):
        return f"{indent}{_line_magic(text.lstrip('%'))}"
    if text.startswith("?") or (text.endswith("?") and _HELP.fullmatch(text)):
        return f"{indent}{_line_magic('pinfo ' + text.strip('?'))}"
    target, _, value = line.partition("=")
    value = value.strip()
    if not value.startswith(("!", "%")) or value[1:2] == "=" or not _TARGET.fullmatch(target.strip()):
        return None
    call = f"get_ipython().getoutput({value[1:]!r})" if value[0] == "!" else _line_magic(value[1:])
    return f"{target}= {call}"


def _line_magic(text: str) -> str:
    name, _, rest = text.strip().partition(" ")
    return f"get_ipython().run_line_magic({name!r}, {rest.strip()!r})"
