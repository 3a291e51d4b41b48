"""Attacks, graded for real among innocent neighbours: they earn, read and leave nothing, and harm nobody else."""

from __future__ import annotations

import contextlib
import html.parser
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attack_class
import msgspec
import pytest
from attack_class import Attack, Run

from autograder.course import Course, Limits
from autograder.grading.batch import Batch, Graded, grade
from autograder.intake.submission import Submission
from autograder.jail import attacks, walls
from autograder.jail.worker import Worker
from autograder.worker import confine

ROOT = Path(__file__).parent.parent
ATTACKS = attack_class.written() + attack_class.made()


@pytest.fixture(scope="module")
def attacked() -> Iterator[Run]:
    """Grade the innocents among all attackers. LOSSLAB_SANDBOX names a wall other than the strongest.

    Not in pytest's own folder: a run that is killed leaves folders too deep for pytest, whose next run would end on them.
    """
    folder = Path(tempfile.mkdtemp(prefix="losslab-attacked-"))
    try:
        yield attack_class.grade(folder, True, os.environ.get("LOSSLAB_SANDBOX"))
    finally:
        subprocess.run(["rm", "-rf", str(folder)], check=True)  # too deep for shutil, where grading was interrupted


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Grade the innocents alone."""
    return attack_class.grade(tmp_path_factory.mktemp("alone"), False, os.environ.get("LOSSLAB_SANDBOX"))


def test_there_are_at_least_a_hundred_attacks() -> None:
    assert len(ATTACKS) >= 100 and len({attack.name for attack in ATTACKS}) >= 100


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: f"{attack.name}-{attack.student}"[:60])
def test_an_attack_earns_nothing_and_is_named(attacked: Run, attack: Attack) -> None:
    assert attack_class.problems(attack, attacked) == []


def test_the_batch_goes_on_to_its_end(attacked: Run) -> None:
    assert attacked.returncode == 0, attacked.screen[-2000:]


def test_no_secret_appears_in_any_output(attacked: Run) -> None:
    assert attack_class.leaks(attacked) == []


def test_each_canary_is_planted_among_the_secrets(attacked: Run) -> None:
    root = attacked.out.parent / "root"
    found = b"".join(path.read_bytes() for path in root.rglob("*") if path.is_file())
    assert [value for value in attacked.canaries[:4] if value not in found] == []


@pytest.mark.parametrize(
    ("student", "assignment"), [(student, item) for student, _, items in attack_class.INNOCENTS for item in items]
)
def test_a_neighbours_result_is_the_same_byte_for_byte(
    attacked: Run, undisturbed: Run, student: str, assignment: str
) -> None:
    path = Path("results", student, f"{assignment}.json")
    assert undisturbed.returncode == 0, undisturbed.screen[-2000:]
    assert (attacked.out / path).read_bytes() == (undisturbed.out / path).read_bytes()


def test_an_innocent_submission_earns_full_points(undisturbed: Run) -> None:
    best = undisturbed.result("aa-innocent", "01-mse")
    assert best["score"] == best["max_score"]


def test_no_process_file_or_mount_is_left(attacked: Run) -> None:
    assert attacked.left == []


def test_the_batch_ends_within_the_time_that_its_limits_allow(attacked: Run) -> None:
    assert attacked.seconds < attack_class.budget(len(ATTACKS))


def test_the_terminal_gets_no_control_characters(attacked: Run) -> None:
    assert attack_class.CONTROL.findall(attacked.screen.replace("\r", "")) == []


def test_json_on_the_terminal_has_no_control_characters(tmp_path: Path) -> None:
    folder = tmp_path / "submitted" / "name-\x1b[2J\x9b31m\u202e" / "01-mse"
    folder.mkdir(parents=True)
    (folder / "\x1b]0;owned\x07.txt").write_text("x")
    command = [sys.executable, "-m", "autograder", "grade", str(tmp_path / "submitted")]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "out"), "--json"], cwd=ROOT, capture_output=True, check=True
    )
    assert attack_class.CONTROL.findall(done.stdout.decode()) == []
    assert "name-\x1b[2J\x9b31m\u202e" in str(msgspec.json.decode(done.stdout)["results"][0]["student"])


class Page(html.parser.HTMLParser):
    """A parser that collects what a browser would run or fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.live: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "iframe", "object", "embed", "form", "base", "svg", "link"):
            self.live.append(tag)
        for name, value in attributes:
            if name.startswith("on") or (
                name in ("src", "href") and not (value or "").startswith(("data:image/", "#"))
            ):
                self.live.append(f"{tag} {name}={value}"[:80])


def test_no_page_runs_or_fetches_anything(attacked: Run) -> None:
    found = {}
    for path in [*attacked.out.rglob("*.html")]:
        page = Page()
        text = path.read_text()
        page.feed(text)
        links = [item for item in page.live if "feedback/" not in item]
        if links or attack_class.CONTROL.findall(text):
            found[path.name] = links
    assert found == {}


@pytest.mark.parametrize("name", [item.name for item in walls.WALLS])
def test_doctor_tries_each_wall_with_attacks(name: str) -> None:
    if walls.by_name(name).own_user and os.geteuid() != 0:
        pytest.skip("the uid wall needs root")
    if not walls.by_name(name).bubblewrap and not confine.landlock_version():
        pytest.skip("without Landlock in the kernel this wall does not keep files from being read")
    assert [finding for finding in attacks.run(walls.by_name(name)) if finding.got] == []


def test_doctor_says_which_attacks_a_wall_lets_through() -> None:
    found = attacks.run(walls.by_name("process"), attacks.SOURCE.replace("def read_environment", "def missing"))
    assert [finding.got for finding in found if finding.attack == attacks.ATTACKS["read_environment"]] == [
        ["no answer"]
    ]


# The limits of one submission, whatever it does.

MEASURED = Limits(
    call_seconds=0.4, load_seconds=1.0, submission_seconds=3.0, memory_mb=128, scratch_mb=4, processes=6, reply_mb=1.0
)
EVERY_FUNCTION = "\nmse_loss = mse_grad = rmse = rmse_grad = mae_loss = mae_grad = huber_loss = huber_grad = quick_check_mse = attack\n"
GREEDY = {
    "sleeps": "import time\ndef attack(*args, **kwargs):\n    time.sleep(60)\n",
    "loops": "def attack(*args, **kwargs):\n    while True: pass\n",
    "dies after loading slowly": (
        "import os, time\ntime.sleep(0.35)\ntime.sleep(0.35)\ndef attack(*args, **kwargs):\n    os._exit(0)\n"
    ),
    "answers just in time": "import time\ndef attack(*args, **kwargs):\n    time.sleep(0.35)\n    return 1.0\n",
}
CROWD = """
import threading, time
def attack(*args, **kwargs):
    for _ in range(50):
        try:
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        except RuntimeError:
            break
    time.sleep(60)
"""
HOARD = """
import time
def attack(*args, **kwargs):
    kept, number = [], 0
    for size in (8 << 20, 1 << 20, 1 << 16):
        try:
            while True:
                kept.append(b"x" * size)
        except MemoryError:
            continue
    try:
        while True:
            with open(f"file-{number}", "wb") as file:
                file.write(bytes(1 << 20))
            number += 1
    except OSError:
        pass
    time.sleep(60)
"""


def graded(course: Course, wall: str, source: str) -> list[Graded]:
    mse = msgspec.structs.replace(course.assignments[0], limits=MEASURED)
    small = msgspec.structs.replace(course, assignments=[mse])
    return grade(Batch(small, mse.id, [Submission("s", mse.id, source + EVERY_FUNCTION)], str(ROOT), wall))


@pytest.fixture(scope="module")
def warmed(course: Course, wall: str) -> None:
    """Start the jail and import the graders before times are measured."""
    graded(course, wall, "def attack(*args, **kwargs): pass\n")


@pytest.mark.usefixtures("warmed")
@pytest.mark.parametrize("how", GREEDY)
def test_a_submission_takes_no_more_time_than_it_may(
    course: Course, wall: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only its own time counts, whatever else the machine does."""
    taken: list[float] = []
    ask = Worker.ask

    def timed(self: Worker, *args: Any) -> Any:
        before, asked = self.spent, time.monotonic()
        try:
            return ask(self, *args)
        finally:
            taken.append(self.spent - before)
            assert taken[-1] <= time.monotonic() - asked + 0.05  # no more is counted than really passed

    monkeypatch.setattr(Worker, "ask", timed)
    outcomes = graded(course, wall, GREEDY[how])[0].outcomes
    # Each call may exceed the limit by the time between two looks at the clock.
    assert sum(taken) < MEASURED.submission_seconds + 0.1 * len(taken)
    assert how == "dies after loading slowly" or sum(taken) > MEASURED.submission_seconds - 1.0
    assert all(item.status != "pass" for item in outcomes)


def below(pid: int) -> list[int]:
    """Return the processes that descend from this one."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
    found = {pid}
    while grown := {child for child, parent in parents.items() if parent in found} - found:
        found |= grown
    return sorted(found - {pid})


@contextlib.contextmanager
def watched() -> Iterator[dict[str, Any]]:
    """Watch the processes below this one: their number, and the most threads and resident MiB of any."""
    seen: dict[str, Any] = {"threads": 0, "mib": 0.0, "processes": 0}
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(0.02):
            pids = below(os.getpid())
            seen["processes"] = max(seen["processes"], len(pids))
            for pid in pids:
                with contextlib.suppress(OSError, IndexError):
                    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
                    seen["threads"] = max(seen["threads"], int(lines["Threads"]))
                    seen["mib"] = max(seen["mib"], int(lines.get("VmRSS", "0 kB").split()[0]) / 1024)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        stop.set()
        watcher.join()


@pytest.mark.usefixtures("warmed")
def test_memory_and_threads_of_a_submission_stay_within_its_limits(course: Course, wall: str) -> None:
    with watched() as idle:
        graded(course, wall, "def attack(*args, **kwargs): pass\n")
        time.sleep(0.1)
    with watched() as crowded:
        graded(course, wall, CROWD)
    with watched() as seen:  # separately, because a thread reserves address space and leaves less to hoard
        graded(course, wall, HOARD)
    with watched() as both:
        graded(course, wall, CROWD.removesuffix("    time.sleep(60)\n") + HOARD.partition("kwargs):\n")[2])
    assert 2 <= crowded["threads"] <= MEASURED.processes + 1
    assert 2 <= both["threads"] <= MEASURED.processes + 1
    assert 40 < seen["mib"] - idle["mib"] <= MEASURED.memory_mb + MEASURED.scratch_mb
    for taken in (crowded, seen, both):
        assert taken["mib"] - idle["mib"] <= MEASURED.memory_mb + MEASURED.scratch_mb
        assert taken["processes"] <= idle["processes"] + 2


DEADLY = """
import os, signal
from autograder.grading import matchers

accepts = matchers.close_to.reason

def reason(self, value):
    if isinstance(value, float) and value == 666.0:
        os.kill(os.getpid(), signal.SIGSEGV)
    return accepts(self, value)

matchers.close_to.reason = reason
"""

BREAKING = """
from autograder.grading import wording

told = wording.Wording.told

def breaks(self, text):
    if "666" in text:
        raise %s
    return told(self, text)

wording.Wording.told = breaks
"""
HOLES = {
    "kills the process": DEADLY,
    "memory": BREAKING % "MemoryError",
    "a fault of ours": BREAKING % "SystemError('new')",
}


@pytest.mark.parametrize("hole", HOLES)
def test_a_value_that_kills_the_grader_costs_only_its_author(tmp_path: Path, hole: str) -> None:
    """Simulate an unknown hole: comparing a certain number, or reading a message with it, fails."""
    root, submitted = tmp_path / "root", tmp_path / "submitted"
    attack_class.make_course(root, attack_class.CANARIES)
    (root / "autograder" / "graders" / "01-mse" / "conftest.py").write_text(HOLES[hole])
    for number in range(12):
        folder = submitted / f"student-{number:02}" / "01-mse"
        folder.mkdir(parents=True)
        text = (ROOT / "solutions" / "01-mse" / "mse.py").read_text()
        deadly = "\n\ndef mse_loss(pred, target):\n    return 666.0\n" if number in (3, 4) else f"\nnumber = {number}\n"
        (folder / "mse.py").write_text(text + deadly)
    command = [sys.executable, "-m", "autograder", "grade", str(submitted), "--out", str(tmp_path / "out")]
    done = subprocess.run(
        command, cwd=root, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    results = msgspec.json.decode((tmp_path / "out" / "results.json").read_bytes())["results"]
    rejected = [item["student"] for item in results if item["status"] == "rejected"]
    assert rejected == ["student-03", "student-04"] and "ended the process that graded it" in results[3]["problem"]
    assert all(item["score"] == item["max_score"] for item in results if item["status"] == "graded")
