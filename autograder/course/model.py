"""course.yml as types: assignments in order, their parts, points, hints, deadlines, limits and late policy."""

from __future__ import annotations

import datetime
import re
import zoneinfo
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
import yaml

from autograder.base.errors import CourseError

FILENAME = "course.yml"
EXTENSIONS = "extensions.yml"
_T = TypeVar("_T")
# libyaml's parser, if PyYAML was built with it: it takes a seventh of the time, which every start would pay.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ALLOWED = {"environment": ("numpy", "torch"), "better": ("higher", "lower")}


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)


def _require_unique(names: list[str], what: str) -> None:
    for name in names:
        _require(names.count(name) == 1, f"{what} `{name}` is there twice")


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of the model: an unknown key is an error, never ignored."""


class LatePolicy(_Strict, frozen=True):
    """Percent of the score lost for each started day after `grace_minutes`, at most `max_percent`.

    Work that comes more than `closes_after_days` late scores nothing.
    """

    grace_minutes: float = 0
    percent_per_day: float = 0
    max_percent: float = 100
    closes_after_days: float | None = None

    def __post_init__(self) -> None:
        for name in ("percent_per_day", "max_percent"):
            _require(0 <= getattr(self, name) <= 100, f"`{name}` is a percentage from 0 to 100")
        _require(self.grace_minutes >= 0, "`grace_minutes` is 0 or more")
        _require((self.closes_after_days or 0) >= 0, "`closes_after_days` is 0 or more")


class Extension(_Strict, frozen=True):
    """A later deadline for one student, granted by name."""

    student: str
    assignment: str
    until: datetime.datetime


class Limits(_Strict, frozen=True):
    """Bounds on a submission: seconds of its own time, MiB of memory, scratch space and reply, number of threads.

    Its own time is computing and sleeping; waiting for a busy processor does not count.
    """

    call_seconds: float = 2.0
    load_seconds: float = 10.0
    submission_seconds: float = 60.0
    memory_mb: int = 512
    scratch_mb: int = 16
    processes: int = 16
    reply_mb: float = 4.0

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            _require(getattr(self, name) > 0, f"`{name}` is more than 0")


class Part(_Strict, frozen=True):
    """What is scored together: `functions` are the names a student defines for it; `manual` parts are graded by hand."""

    id: str
    title: str
    points: float
    hints: list[str] = []
    functions: list[str] = []
    manual: bool = False

    def __post_init__(self) -> None:
        _require(
            bool(re.fullmatch(r"[a-z][a-z0-9_]*", self.id)), f"part `{self.id}`: `id` is lower case, words joined by _"
        )
        _require(self.points > 0, f"part `{self.id}`: `points` is more than 0")
        wanted = 0 if self.manual else 3
        written = [hint for hint in self.hints if hint.strip()]
        _require(
            len(self.hints) == len(written) and len(written) in (wanted, 3),
            f"part `{self.id}`: `hints` is three texts: nudge, method, formula",
        )


class Measure(_Strict, frozen=True):
    """A column of the leaderboard: what a check measured, and whether higher or lower is better."""

    id: str
    title: str
    better: Literal["higher", "lower"]
    digits: int = 2


class Assignment(_Strict, frozen=True):
    """One exercise: `module` is the name of the file that students hand in, without its suffix.

    `data` are files next to its source that students also get; `leaderboard` lists measures, the one that ranks first.
    """

    id: str
    title: str
    module: str
    environment: Literal["numpy", "torch"]
    parts: list[Part]
    due: datetime.datetime | None = None
    packages: list[str] = []
    data: list[str] = []
    leaderboard: list[Measure] = []
    limits: Limits | None = None
    late_policy: LatePolicy | None = None

    def __post_init__(self) -> None:
        _require(bool(re.fullmatch(r"\d\d-[a-z0-9-]+", self.id)), f"assignment `{self.id}`: `id` looks like 01-name")
        _require(self.module.isidentifier(), f"assignment `{self.id}`: `module` is a Python name")
        _require(bool(self.parts), f"assignment `{self.id}`: `parts` has at least one part")
        plain = all(re.fullmatch(r"[A-Za-z0-9_-]+\.(csv|npz|md)", name) for name in self.data)
        _require(plain, f"assignment `{self.id}`: `data` are names of .csv, .npz or .md files")
        _require_unique([part.id for part in self.parts], f"assignment `{self.id}`: part")

    @property
    def max_score(self) -> float:
        return sum(part.points for part in self.parts)

    def part(self, part_id: str) -> Part | None:
        return next((part for part in self.parts if part.id == part_id), None)

    def part_of(self, function: str) -> Part | None:
        """Return the part that asks for a function of this name, if there is one."""
        return next((part for part in self.parts if function in part.functions), None)


class Course(_Strict, frozen=True):
    """A whole course. Deadlines without an offset are in `timezone`; each student has `free_late_days` in all.

    With `carry_forward`, what is right given a named mistake in another function keeps its points.
    """

    id: str
    title: str
    assignments: list[Assignment]
    timezone: str = "UTC"
    limits: Limits = Limits()
    late_policy: LatePolicy = LatePolicy()
    free_late_days: int = 0
    carry_forward: bool = True
    extensions: list[Extension] = []

    def __post_init__(self) -> None:
        _require_unique([assignment.id for assignment in self.assignments], "assignment")
        _require(self.free_late_days >= 0, "`free_late_days` is 0 or more")
        known = {assignment.id for assignment in self.assignments}
        for item in self.extensions:
            _require(item.assignment in known, f"extension of {item.student}: no assignment `{item.assignment}`")
        _require_unique([f"{item.student} {item.assignment}" for item in self.extensions], "extension")
        try:
            zoneinfo.ZoneInfo(self.timezone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            raise ValueError("`timezone` is a name such as UTC or Europe/Berlin") from None

    def assignment(self, assignment_id: str) -> Assignment:
        """Return the assignment with this id, module name or unambiguous beginning of its id. Raises CourseError."""
        exact = [item for item in self.assignments if item.id == assignment_id]
        near = exact or [item for item in self.assignments if assignment_id and item.id.startswith(assignment_id)]
        near = near or [item for item in self.assignments if assignment_id in (item.module, item.id.partition("-")[2])]
        if len(near) != 1:
            known = ", ".join(item.id for item in self.assignments)
            raise CourseError(f"assignment {assignment_id!r}: not in {FILENAME}; there are {known}")
        return near[0]

    def limits_of(self, assignment: Assignment) -> Limits:
        return assignment.limits or self.limits

    def late_policy_of(self, assignment: Assignment) -> LatePolicy:
        return assignment.late_policy or self.late_policy

    def due(self, assignment: Assignment, student: str = "") -> datetime.datetime | None:
        """Return the deadline with its time zone; for a named student, with their extension."""
        until = [item.until for item in self.extensions if (item.student, item.assignment) == (student, assignment.id)]
        due = until[0] if until else assignment.due
        if due is None or due.tzinfo is not None:
            return due
        return due.replace(tzinfo=zoneinfo.ZoneInfo(self.timezone))


def load(path: Path) -> Course:
    """Read a course file, and extensions.yml next to it: students get only the first.

    Raises:
        CourseError: one line that names file, key and the allowed form.
    """
    course, private = parse(_text(path), str(path)), path.with_name(EXTENSIONS)
    if not private.is_file():
        return course
    granted = _converted(_yaml(_text(private), str(private)) or [], list[Extension], str(private))
    try:
        return msgspec.structs.replace(course, extensions=[*course.extensions, *granted])
    except ValueError as error:
        raise CourseError(f"{private}: {error}") from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise CourseError(f"{path}: cannot be read ({error.strerror}); run this in the folder of the course") from None
    except UnicodeDecodeError:
        raise CourseError(f"{path}: is not UTF-8; save it as UTF-8") from None


def parse(text: str, name: str = FILENAME) -> Course:
    """Parse YAML text into a Course. Raises CourseError."""
    return _converted(_yaml(text, name), Course, name)


def _yaml(text: str, name: str) -> Any:
    try:
        return yaml.load(text, _LOADER)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or type(error).__name__
        raise CourseError(f"{name}{where}: is not YAML ({problem}); fix the indentation or quotes there") from None


def _converted(raw: Any, kind: type[_T], name: str) -> _T:
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        raise CourseError(f"{name}: {_explain(str(error))}") from None


def _explain(message: str) -> str:
    """Rewrite msgspec's sentence: the key comes first, and for an unknown key the allowed ones are listed."""
    text, _, path = message.partition(" - at `$")
    where = path.rstrip("`").lstrip(".") or "top level"
    unknown = re.search(r"unknown field `(.*)`", text)
    if unknown:
        return f"{where}: unknown key `{unknown[1]}`; allowed are {', '.join(_keys_at(where))}"
    missing = re.search(r"missing required field `(.*)`", text)
    if missing:
        return f"{where}: key `{missing[1]}` is missing"
    allowed = _ALLOWED.get(where.rpartition(".")[2])
    if text.startswith("Invalid enum value") and allowed:
        return f"{where}: {text}; allowed are {', '.join(allowed)}"
    return f"{where}: {text}"


def _keys_at(where: str) -> tuple[str, ...]:
    last = re.sub(r"\[.*?\]", "", where).rpartition(".")[2]
    kinds: dict[str, Any] = {
        "assignments": Assignment,
        "parts": Part,
        "leaderboard": Measure,
        "limits": Limits,
        "late_policy": LatePolicy,
        "extensions": Extension,
    }
    return tuple(kinds.get(last, Course).__struct_fields__)


def find(start: Path | None = None) -> Path:
    """Return the path of the nearest course.yml, here or in a folder above; else of the installed package's own.

    Raises:
        CourseError: there is none.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / FILENAME).is_file():
            return folder / FILENAME
    packed = Path(__file__).parents[1] / FILENAME
    if packed.is_file():
        return packed
    raise CourseError(f"{FILENAME}: not found in {here} or above; run this in the folder of the course")
