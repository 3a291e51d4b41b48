"""A class of attackers with a few innocent neighbours, graded for real: python tests/attack_class.py [--sandbox NAME]

Prints, for each attack, what it got away with; exit 1 if that is anything. tests/test_attacks.py asserts the same.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import attack_archives
import yaml

from autograder.intake import names

HERE = Path(__file__).parent
ROOT = HERE.parent
CLASS = HERE / "sample_class" / "submitted"
# Small limits keep the batch short; an attack is held by any.
LIMITS = {
    "call_seconds": 0.5,
    "load_seconds": 1.5,
    "submission_seconds": 4,
    "memory_mb": 192,
    "scratch_mb": 4,
    "processes": 8,
    "reply_mb": 1,
}
JOBS = 3
OF_TORCH = {**LIMITS, "call_seconds": 2, "load_seconds": 4, "submission_seconds": 15, "memory_mb": 512}
# Student in the class of attackers, student of the sample class, assignments. Names put them between the attackers.
INNOCENTS = (
    ("aa-innocent", "student-01", ("01-mse", "02-cross-entropy", "04-focal-loss")),
    ("mm-innocent", "student-03", ("01-mse", "02-cross-entropy")),
    ("pp-innocent", "student-08", ("01-mse",)),
    ("zz-innocent", "student-10", ("01-mse", "02-cross-entropy")),
)
CANARY = re.compile(rb"canary-[a-z]+-[0-9a-f]{8,}")
# What a terminal or a reader could be fooled with: control characters but tab and line end, and those that turn text around.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


# The same for every run of this process: one of them seeds the random inputs.
KINDS = ("reference", "check", "data", "seed", "environment", "descriptor", "sentinel")
CANARIES = {kind: f"canary-{kind}-{secrets.token_hex(8)}" for kind in KINDS}


@dataclass(frozen=True)
class Attack:
    """One submission, the parts it honestly solves, and what must come of it: part, status (or several), words."""

    name: str
    student: str
    assignment: str
    earns: tuple[str, ...]
    part: str
    statuses: tuple[str, ...]
    words: str


@dataclass
class Run:
    """One `losslab grade` and all that can be seen of it from outside."""

    out: Path
    seconds: float
    returncode: int
    screen: str
    left: list[str] = field(default_factory=list)
    canaries: tuple[bytes, ...] = ()

    def result(self, student: str, assignment: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.out / "results" / student / f"{assignment}.json").read_bytes())
        return found


def written() -> list[Attack]:
    """The attacks that are files."""
    return [_of_file(path) for path in sorted((HERE / "attacks").glob("*.py"))]


def _of_file(path: Path) -> Attack:
    head = path.read_text().split('"""')[1]
    keys = dict(
        line.split(": ", 1) for line in head.splitlines() if re.match(r"(assignment|earns|held by|outcome): ", line)
    )
    earns = () if keys["earns"] == "nothing" else tuple(keys["earns"].split())
    return _attack(path.stem, path.stem.replace("_", "-"), keys["assignment"], earns, keys["outcome"])


def made() -> list[Attack]:
    """The attacks that are generated."""
    return [
        _attack(item.fill.__name__, printable(item.student), "01-mse", item.earns, item.outcome)
        for item in attack_archives.MADE
    ]


def _attack(name: str, student: str, assignment: str, earns: tuple[str, ...], outcome: str) -> Attack:
    part, _, rest = outcome.partition(" ")
    if part == "rejected":
        return Attack(name, student, assignment, earns, "", ("rejected",), rest)
    status, _, words = rest.partition(" ")
    return Attack(name, student, assignment, earns, part, tuple(status.removeprefix("?").split(",")), words)


def printable(name: str | bytes) -> str:
    """A student's name as results have it."""
    return names.student_id(os.fsdecode(name))


def hand_in_attacks(submitted: Path) -> None:
    for path in sorted((HERE / "attacks").glob("*.py")):
        attack = _of_file(path)
        module = attack.assignment[3:].replace("-", "_")
        folder = submitted / attack.student / attack.assignment
        folder.mkdir(parents=True)
        shutil.copy(path, folder / f"{module}.py")
    for item in attack_archives.MADE:
        folder = submitted / os.fsdecode(item.student) / "01-mse"
        folder.mkdir(parents=True)
        item.fill(folder)


def hand_in_innocents(submitted: Path) -> None:
    for student, source, assignments in INNOCENTS:
        for assignment in assignments:
            shutil.copytree(CLASS / source / assignment, submitted / student / assignment)


def make_course(root: Path, canaries: dict[str, str]) -> None:
    """The course with small limits, and with a canary in every secret: references, checks, data, seed of random inputs."""
    course = yaml.safe_load((ROOT / "course.yml").read_text())
    course["limits"] = LIMITS
    for assignment in course["assignments"]:
        assignment["limits"] = OF_TORCH if assignment["environment"] == "torch" else LIMITS
    root.mkdir()
    (root / "course.yml").write_text(yaml.safe_dump(course, allow_unicode=True))
    shutil.copytree(ROOT / "assignments", root / "assignments")
    shutil.copytree(ROOT / "solutions", root / "solutions")
    graders = root / "autograder" / "graders"
    shutil.copytree(ROOT / "autograder" / "graders", graders)
    for path in root.glob("solutions/*/*.py"):
        _append(path, canaries["reference"])
    for path in graders.glob("*/*.py"):
        _append(path, canaries["check"])
    (graders / "01-mse" / "mse_hidden.csv").write_text(f"a,b\n1,{canaries['data']}\n")
    (graders / "secret.txt").write_text(canaries["seed"])


def _append(path: Path, canary: str) -> None:
    with open(path, "a") as file:
        file.write(f'\n\nCANARY = "{canary}"\n')


def grade(folder: Path, attackers: bool, sandbox: str | None = None) -> Run:
    """Grade the innocents, alone or among attackers, as an instructor would; then look around."""
    canaries = CANARIES
    submitted, out = folder / "submitted", folder / "out"
    make_course(folder / "root", canaries)
    hand_in_innocents(submitted)
    if attackers:
        hand_in_attacks(submitted)
    name = f"losslab-sentinel-{secrets.token_hex(4)}"
    sentinels = [place / name for place in (Path("/tmp"), Path.home(), Path("/dev/shm"), out) if _is_there(place, out)]
    for path in sentinels:
        path.write_text(canaries["sentinel"])
        os.utime(path, (1e9, 1e9))
    mounts = Path("/proc/self/mountinfo").read_text()
    with tempfile.TemporaryFile() as secret:
        secret.write(canaries["descriptor"].encode())
        secret.flush()
        command = [sys.executable, "-m", "autograder", "grade", str(submitted), "--out", str(out), "--jobs", str(JOBS)]
        variables = {**os.environ, "PYTHONPATH": str(ROOT), "LOSSLAB_PASSWORD": canaries["environment"]}
        variables.pop("LOSSLAB_SECRET_FILE", None)  # this course has a secret of its own
        with adopting_orphans():
            started = time.monotonic()
            process = subprocess.Popen(
                command + (["--sandbox", sandbox] if sandbox else []),
                cwd=folder / "root",
                env=variables,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(secret.fileno(),),
            )
            screen, _ = process.communicate()
            seconds = time.monotonic() - started
            left = [f"process {pid}" for pid in orphans()]
    left += [f"{path} was changed" for path in sentinels if not _untouched(path, canaries["sentinel"])]
    for path in sentinels:
        path.unlink(missing_ok=True)
    left += [str(path) for path in marks(folder)]
    subprocess.run(["rm", "-rf", str(submitted)], check=True)  # too deep for shutil
    left += ["a mount"] if Path("/proc/self/mountinfo").read_text() != mounts else []
    values = tuple(value.encode() for value in canaries.values())
    return Run(out, seconds, process.returncode, screen.decode(errors="replace"), left, values)


def _is_there(place: Path, out: Path) -> bool:
    if place == out:
        place.mkdir()
    return place.is_dir() and os.access(place, os.W_OK)


def _untouched(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text() == text and path.stat().st_mtime == 1e9


def marks(folder: Path) -> list[Path]:
    """Files that an attack has left outside its scratch space; removed, so that the next run starts clean."""
    places = [Path(place) for place in ("/", "/tmp", "/var/tmp", "/dev/shm", "/run", "/etc", "/home", "/root")]
    places += [
        Path.home(),
        folder,
        folder / "out",
        folder / "root",
        folder / "submitted",
        ROOT,
        ROOT / "autograder" / "worker",
    ]
    found = [path for place in places for path in place.glob(f"*{attack_archives.MARK}*")]
    for path in found:
        path.unlink(missing_ok=True)
    return found


@contextlib.contextmanager
def adopting_orphans() -> Any:
    """Processes that lose their parent become children of this one, so that none can get away unseen."""
    prctl = ctypes.CDLL(None).prctl
    prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    try:
        yield
    finally:
        prctl(36, 0, 0, 0, 0)


def orphans(patience: float = 3.0) -> list[int]:
    """Children of this process that are still running a moment later; they are ended."""
    end = time.monotonic() + patience
    while True:
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        found = [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
        if not found or time.monotonic() > end:
            break
        time.sleep(0.05)
    for pid in found:
        with contextlib.suppress(OSError):
            os.kill(pid, 9)
            os.waitpid(pid, 0)
    return found


def problems(attack: Attack, run: Run) -> list[str]:
    """What this attack got away with, and what is not said of it; nothing, where it was held."""
    try:
        result = run.result(attack.student, attack.assignment)
    except OSError:
        return ["there is no result"]
    found = []
    for part in result["parts"]:
        wanted = part["max_score"] if part["id"] in attack.earns else 0
        if part["score"] != wanted:
            found.append(f"{part['id']}: earned {part['score']:g} of {part['max_score']:g}, {wanted:g} is right")
    if result["status"] == "rejected":
        said = [("rejected", result["problem"])]
    else:
        checks = [check for part in result["parts"] if part["id"] == attack.part for check in part["checks"]]
        said = [(check["status"], check["message"]) for check in checks if check["status"] != "pass"]
    # On a busy machine the small limits may end an attack before it gets to what it wants; that is held, and named, too.
    named = any(status in attack.statuses and attack.words in message for status, message in said)
    if not named and not any(status == "timeout" for status, _ in said):
        found.append(f"{'/'.join(attack.statuses)} {attack.words!r} is not what is said: {str(said[:2])[:300]}")
    longest = max((len(text) for _, text in said), default=0)
    if longest > 1000:
        found.append(f"a message of {longest} characters")
    for path in (run.out / "results" / attack.student, run.out / "feedback" / attack.student):
        text = b"".join(file.read_bytes() for file in sorted(path.iterdir()))
        found += [f"{match.decode()} came out" for match in CANARY.findall(text)]
    return found


def leaks(run: Run) -> list[str]:
    """Secrets in anything that came out, on the screen included."""
    found = [f"screen: {match.decode()}" for match in CANARY.findall(run.screen.encode())]
    for path in sorted(run.out.rglob("*")):
        if path.is_file() and not path.name.startswith("losslab-sentinel"):
            data = path.read_bytes()
            found += [f"{path.relative_to(run.out)}: {value.decode()}" for value in run.canaries if value in data]
    return found


def budget(attackers: int) -> float:
    """Seconds within which course.yml's limits say that a batch ends, on JOBS processes; and a minute to start and write."""
    return attackers * (LIMITS["submission_seconds"] + LIMITS["call_seconds"]) / JOBS + 60


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sandbox")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        run = grade(Path(name), True, wanted.sandbox)
        attacks = written() + made()
        bad = {attack.name: problems(attack, run) for attack in attacks}
        for attack, found in bad.items():
            for problem in found:
                print(f"{attack}: {problem}")
        for problem in [*leaks(run), *run.left]:
            print(problem)
        broken = sum(map(bool, bad.values()))
        print(f"{len(attacks) - broken} of {len(attacks)} attacks held, {run.seconds:.1f} s, exit {run.returncode}")
        if run.returncode:
            print(run.screen[-3000:])
    return 1 if broken or run.left else 0


if __name__ == "__main__":
    sys.exit(main())
