"""What the kit says to a new student: README and requirements."""

from __future__ import annotations

from autograder.base.errors import ReleaseError
from autograder.course import Assignment, Course

_ALWAYS = ("matplotlib", "numpy", "pytest")
# Where Python is too old, pip would stumble over one of these, and give a riddle for a reason; so only the wheel speaks there.
_MARKER = '; python_version >= "3.11"'


def readme(course: Course) -> bytes:
    """README.md: from the zip to the first submission, and where to look when something does not work."""
    first = course.assignments[0]
    id, part = first.id, first.parts[0].id
    commands = {
        f"losslab check {id}": "what passes, and what is next",
        f"losslab hint {id}/{part}": "a nudge, then the method, then the formula",
        "losslab status": "what is done, what is open, and until when",
        f"losslab submit {id}": f"checks, packs assignments/{id}.zip, and says what is in it",
    }
    width = max(map(len, commands))
    return _README.format(
        title=course.title,
        id=id,
        module=first.module,
        part=part,
        commands="\n".join(f"{command:{width}}  # {said}" for command, said in commands.items()),
        table=_table(course),
        torch=_torch(course),
    ).encode()


def requirements(course: Course, wheel: str, versions: dict[str, str]) -> bytes:
    """requirements.txt: the wheel, and what its users see of the rest. Raises ReleaseError."""
    own = [name for item in course.assignments if item.environment == "numpy" for name in item.packages]
    names = sorted({*_ALWAYS, *own})
    lines = [
        "# Run in this folder: python -m pip install -r requirements.txt (Python 3.11 or newer)",
        "--constraint constraints.txt",
        f"./{wheel}",
        *(_pinned(name, versions) for name in names),
    ]
    return ("\n".join(lines) + "\n").encode()


def requirements_torch(course: Course, versions: dict[str, str]) -> bytes:
    """requirements-torch.txt: the exercises from scratch do without. Raises ReleaseError."""
    needed = _with_torch(course)
    names = sorted({"torch", *(name for item in needed for name in item.packages)})
    lines = [
        f"# For {_listed(needed)}, after requirements.txt: python -m pip install -r requirements-torch.txt",
        "--constraint constraints.txt",
        *(_pinned(name, versions) for name in names),
    ]
    return ("\n".join(lines) + "\n").encode()


def constraints(versions: dict[str, str]) -> bytes:
    """constraints.txt: the version of everything that may be installed."""
    return "".join(f"{_pinned(name, versions)}\n" for name in sorted(versions)).encode()


def _pinned(name: str, versions: dict[str, str]) -> str:
    if name not in versions:
        raise ReleaseError(f"constraints.txt: has no version of {name}; add a line {name}==...")
    return f"{name}=={versions[name]}{_MARKER}"


def _table(course: Course) -> str:
    rows = []
    for item in course.assignments:
        due = course.due(item)
        when = f"{due:%Y-%m-%d %H:%M} {due.tzname()}" if due else ""
        rows.append(f"| `{item.id}` | {item.title} | {item.max_score:g} | {when} |")
    return "\n".join(rows)


def _with_torch(course: Course) -> list[Assignment]:
    return [item for item in course.assignments if item.environment == "torch"]


def _listed(assignments: list[Assignment]) -> str:
    return " and ".join(item.id for item in assignments)


def _torch(course: Course) -> str:
    needed = _with_torch(course)
    if not needed:
        return ""
    return f"\n{_listed(needed)} use torch: `python -m pip install -r requirements-torch.txt` when you get there.\n"


_README = """\
# {title}

Exercises that you solve in `assignments/`, checked on your own machine. It takes Python 3.11 or newer
(`python --version`) and works offline once it is installed.

## From here to a submission

In this folder:

```
python -m venv .venv
. .venv/bin/activate    # Windows: .venv\\Scripts\\activate
python -m pip install -r requirements.txt
losslab check {id}
```

Now open `assignments/{id}/{module}.py` in your editor, or `{module}.ipynb` beside it: the exercise is the same, work in one
of them. Write the first function in the place of `raise NotImplementedError()`, save, and check again.

```
{commands}
```

Hand in the zip. Hidden checks decide on the points; the public ones show you the way.
{torch}
| exercise | | points | due |
|---|---|---|---|
{table}

## In a notebook

`python -m pip install --constraint constraints.txt jupyterlab`, then `jupyter lab`; or open the notebook in your editor.
The first cell loads the course's tools: `%check {part}` shows the verdict below the cell, `%hint {part}` a nudge.

## When something does not work

- `losslab` is not found: activate the environment again, the second line above; or call it by its place,
  `.venv/bin/losslab check {id}` (Windows: `.venv\\Scripts\\losslab`).
- Without `losslab`: run `pytest` in the folder of an assignment; it checks the `.py` file.
- A file looks damaged: unzip the kit into a new folder, and copy your own file over.
"""
