"""IPython's magics as plain Python, in one pass over a cell.

IPython's own transformer tokenises the cell anew for each magic, so a kilobyte of them takes seconds. Here a line is
looked at once: where a statement begins, it may be a magic; elsewhere, in a string or in brackets, it is not.
"""

from __future__ import annotations

import re

_NESTED = 5
_PYTHON_CELL_MAGICS = ("time", "timeit", "capture", "prun")
# What changes how the next line reads: a comment ends it, quotes open a string, brackets continue the statement.
_NOTABLE = re.compile(r"#.*|\"{3}|'{3}|\"(?:\\.|[^\"\\])*\"?|'(?:\\.|[^'\\])*'?|[()\[\]{}]", re.DOTALL)
_ENDS = {'"""': re.compile(r'(?:\\.|[^\\])*?"{3}', re.DOTALL), "'''": re.compile(r"(?:\\.|[^\\])*?'{3}", re.DOTALL)}
_TARGET = re.compile(r"[\w.,:\[\]'\"* ()]{1,200}")
_HELP = re.compile(r"[\w.*%\[\]]{1,200}\?{1,2}")


def without_magics(cell: str) -> tuple[str, int]:
    """A cell with calls of IPython in the place of magics, on lines of the same number; and how many there were.

    A cell in another language becomes empty; one that is only timed stays.
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
    """A cell that is indented as a whole runs in IPython as if it was not."""
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
        while lines[place].endswith("\\") and place + 1 < len(lines):  # the magic goes on, and its lines stay counted
            place += 1
            made.append("")
        place += 1
    return "\n".join(made), count


class _Scan:
    """Whether the next line begins a statement."""

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
    """The call that IPython would make of this line; None where it is no magic."""
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
