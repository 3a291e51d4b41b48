"""What students get is made of the sources, holds no answer, and works with plain pytest."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from autograder import course as courses
from autograder.base.errors import ReleaseError
from autograder.course import Assignment, Course, parse
from autograder.release import build, classroom
from autograder.release.source import BEGIN, END
from autograder.student.checks import public

ROOT = Path(__file__).parent.parent
ASSIGNMENTS = ("01-mse", "02-cross-entropy")

COURSE = """
id: tiny
title: Tiny
assignments:
  - id: 01-tiny
    title: Tiny
    module: tiny
    environment: numpy
    parts:
      - {id: double, title: Double, points: 2, functions: [double], hints: [one, two, three]}
"""
PART = '''# %% part="double"
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION
'''
CHECKS = '''# %% checks="double"
def test_double_of_two():
    """two becomes four"""
    assert double(2) == pytest.approx(4)
'''


def tiny(root: Path, *cells: str) -> tuple[Course, Path]:
    """A course of one assignment with these cells as its source."""
    folder = root / "solutions" / "01-tiny"
    folder.mkdir(parents=True)
    (folder / "tiny.py").write_text("\n\n".join(cells))
    return parse(COURSE), root


def readable(path: Path) -> str:
    """A released file's text; of a notebook its cells' sources, free of JSON's escapes."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])


def released(assignment_id: str) -> dict[str, str]:
    folder = ROOT / "assignments" / assignment_id
    paths = [path for path in folder.rglob("*") if not build.LEFTOVERS & set(path.parts)]
    return {path.name: readable(path) for path in paths if path.is_file()}


def source_of(assignment: Assignment) -> str:
    return (ROOT / "solutions" / assignment.id / f"{assignment.module}.py").read_text(encoding="utf-8")


def solution_lines(text: str) -> set[str]:
    """Lines that stand in solution regions and nowhere else; short ones (`else:`) say nothing."""
    inside: set[str] = set()
    outside: set[str] = set()
    solving = False
    for line in text.splitlines():
        if BEGIN in line or END in line:
            solving = BEGIN in line
        else:
            (inside if solving else outside).add(line.strip())
    return {line for line in inside - outside if len(line) > 12}


def hidden_texts() -> Iterator[str]:
    """Names, titles and hints of the hidden checks."""
    for path in sorted((ROOT / "autograder" / "graders").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield from filter(None, [node.name, ast.get_docstring(node)])
            elif isinstance(node, ast.keyword) and node.arg == "hint" and isinstance(node.value, ast.Constant):
                yield str(node.value.value)


def test_the_committed_assignments_have_not_drifted(course: Course) -> None:
    assert build.drift(course, ROOT) == []


@pytest.mark.parametrize("assignment_id", ASSIGNMENTS)
def test_no_line_of_a_solution_is_released(course: Course, assignment_id: str) -> None:
    secret = solution_lines(source_of(course.assignment(assignment_id)))
    files = released(assignment_id)
    assert len(secret) > 10 and len(files) == 5 + ("predict.json" in files)
    assert [(name, line) for name, text in files.items() for line in secret if line in text] == []


def test_no_hidden_check_is_named_in_what_is_released() -> None:
    secret = set(hidden_texts())
    assert secret, "no hidden check was found below autograder/graders"
    texts = {f"{item}/{name}": text for item in ASSIGNMENTS for name, text in released(item).items()}
    # Whole words: a hidden `test_range` is not named by a public `test_range_of_floats`.
    words = {line: re.compile(rf"(?<!\w){re.escape(line)}(?!\w)") for line in secret}
    assert [(name, line) for name, text in texts.items() for line in sorted(secret) if words[line].search(text)] == []


def test_students_are_told_how_many_hidden_checks_there_are(course: Course) -> None:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "-q",
        "-p",
        "no:cacheprovider",
        "-o",
        "addopts=",
        "--import-mode=importlib",
    ]
    folders = [str(ROOT / "autograder" / "graders" / item.id) for item in course.assignments]
    listed = subprocess.run([*command, *folders], cwd=ROOT, capture_output=True, text=True, timeout=120).stdout
    for item in course.assignments:
        collected = sum(f"/{item.id}/" in line and "::" in line for line in listed.splitlines())
        assert collected >= min(11, 3 * sum(len(part.functions) for part in item.parts))
        assert public.hidden_checks(item, ROOT / "assignments" / item.id) == collected
        readme = (ROOT / "assignments" / item.id / "README.md").read_text(encoding="utf-8")
        assert f"{collected} hidden checks, run when you submit" in readme


def test_without_graders_the_number_of_hidden_checks_is_not_mentioned(tmp_path: Path) -> None:
    course, root = tiny(tmp_path, PART, CHECKS)
    files = build.build(course, course.assignments[0], root)
    assert b"HIDDEN_CHECKS" not in files["test_tiny.py"]
    grader = root / "autograder" / "graders" / "01-tiny"
    grader.mkdir(parents=True)
    (grader / "test_one_hidden.py").write_text(
        '@check("double")\ndef test_a(student):\n    """a"""\n\ndef helper(): pass\n'
    )
    assert b"HIDDEN_CHECKS = 1\n" in build.build(course, course.assignments[0], root)["test_tiny.py"]
    (grader / "test_one_hidden.py").write_text("def (")
    with pytest.raises(ReleaseError, match="cannot be read as Python"):
        build.build(course, course.assignments[0], root)


@pytest.mark.parametrize("assignment_id", ASSIGNMENTS)
def test_each_part_has_one_grade_cell_with_its_points(course: Course, assignment_id: str) -> None:
    assignment = course.assignment(assignment_id)
    path = ROOT / "assignments" / assignment.id / f"{assignment.module}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    tags = [cell.metadata.nbgrader for cell in notebook.cells if "nbgrader" in cell.metadata]
    graded = [(tag.grade_id, tag.points) for tag in tags if tag.grade]
    assert sorted(graded) == sorted((part.id, part.points) for part in assignment.parts)
    assert {tag.schema_version for tag in tags} == {3}


@pytest.mark.parametrize("assignment_id", ASSIGNMENTS)
def test_every_function_of_the_stub_raises_not_implemented(course: Course, assignment_id: str) -> None:
    assignment = course.assignment(assignment_id)
    path = ROOT / "assignments" / assignment.id / f"{assignment.module}.py"
    spec = importlib.util.spec_from_file_location(f"stub_{assignment.module}", path)
    assert spec is not None and spec.loader is not None
    stub = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(stub)
    for name in (name for part in assignment.parts for name in part.functions):
        function = getattr(stub, name)
        with pytest.raises(NotImplementedError):
            function(*[None] * function.__code__.co_argcount)


def plain_pytest(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


def copied(folder: Path, assignment_id: str = "01-mse") -> Path:
    return Path(shutil.copytree(ROOT / "assignments" / assignment_id, folder / assignment_id))


@pytest.mark.parametrize("assignment_id", ASSIGNMENTS)
def test_plain_pytest_passes_with_the_reference(course: Course, tmp_path: Path, assignment_id: str) -> None:
    assignment = course.assignment(assignment_id)
    folder = copied(tmp_path, assignment_id)
    (folder / f"{assignment.module}.py").write_text(source_of(assignment), encoding="utf-8")
    outcome = plain_pytest(folder)
    assert outcome.returncode == 0 and " passed" in outcome.stdout, outcome.stdout


def test_plain_pytest_fails_with_the_stub(tmp_path: Path) -> None:
    outcome = plain_pytest(copied(tmp_path))
    assert outcome.returncode == 1 and "passed" not in outcome.stdout, outcome.stdout


def test_a_missing_function_fails_its_own_checks_only(course: Course, tmp_path: Path) -> None:
    folder = copied(tmp_path)
    text = source_of(course.assignment("01-mse")).replace("def huber_grad(", "def another_name(")
    (folder / "mse.py").write_text(text, encoding="utf-8")
    outcome = plain_pytest(folder)
    assert "1 failed" in outcome.stdout and "passed" in outcome.stdout, outcome.stdout


def test_running_the_notebooks_check_cells_runs_the_checks(course: Course) -> None:
    assignment = course.assignment("01-mse")
    cells = nbformat.read(ROOT / "assignments" / "01-mse" / "mse.ipynb", as_version=4).cells
    checks = [cell.source for cell in cells if cell.metadata.get("nbgrader", {}).get("grade")]
    names: dict[str, object] = {}
    exec(source_of(assignment), names)
    assert len(checks) == len(assignment.parts)
    for text in checks:
        exec(text, names)
    with pytest.raises(AssertionError):
        exec(checks[0], names | {"mse_loss": lambda pred, target: 0.0})


def test_equal_sources_give_equal_bytes(course: Course) -> None:
    assignment = course.assignment("01-mse")
    assert build.build(course, assignment, ROOT) == build.build(course, assignment, ROOT)


def test_a_whole_source_is_released_without_its_answer(tmp_path: Path) -> None:
    course, root = tiny(tmp_path, PART, CHECKS)
    files = build.build(course, course.assignments[0], root)
    assert set(files) == {"tiny.py", "tiny.ipynb", "test_tiny.py", "README.md", classroom.PATH}
    assert not [name for name, content in files.items() if b"2 * x" in content or b"SOLUTION" in content]
    assert b"raise NotImplementedError()" in files["tiny.py"] and b"test_" not in files["tiny.py"]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ((PART,), 'part `double` has no checks cell; add one that begins with `# %% checks="double"`'),
        ((CHECKS,), "part `double` has no part cell"),
        ((PART, CHECKS, CHECKS.replace('"double"', '"triple"')), 'checks="triple" is not a part in course.yml'),
        ((PART.replace('"double"', '"triple"'), CHECKS), 'part="triple" is not a part in course.yml'),
        ((PART.replace("def double", "def dble"), CHECKS), "function `double` is not defined at the top level"),
        ((PART.replace("    ### BEGIN SOLUTION\n", ""), CHECKS), f"function `double` has no {BEGIN}"),
        ((PART.replace("    ### END SOLUTION\n", ""), CHECKS), "do not pair up"),
        ((PART, CHECKS, CHECKS), 'checks="double" appears twice'),
        ((PART, CHECKS, "# %%\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n"), "outside a part's cell"),
        ((PART, CHECKS.replace("test_", "tset_")), "has no function test_*"),
        ((PART, CHECKS.replace("of_two()", "of_two(tmp_path)")), "check `test_double_of_two` has arguments"),
        ((PART, CHECKS.replace("def test", "@pytest.mark.slow\ndef test")), "or a decorator; write a plain function"),
        (("# %%\ndef (", PART, CHECKS), "line 2 is not Python"),
    ],
)
def test_a_source_that_contradicts_the_course_is_refused(tmp_path: Path, cells: tuple[str, ...], words: str) -> None:
    course, root = tiny(tmp_path, *cells)
    with pytest.raises(ReleaseError) as caught:
        build.build(course, course.assignments[0], root)
    line = str(caught.value)
    assert line.startswith("solutions/01-tiny/tiny.py: ") and words in line and "\n" not in line


def test_a_missing_source_is_named(tmp_path: Path) -> None:
    course = parse(COURSE)
    with pytest.raises(ReleaseError, match=r"^solutions/01-tiny/tiny\.py: cannot be read"):
        build.build(course, course.assignments[0], tmp_path)


def test_a_part_graded_by_hand_needs_no_checks(tmp_path: Path) -> None:
    _, root = tiny(tmp_path, PART, CHECKS, '# %% [markdown] part="essay"\n# Because.\n')
    course = parse(COURSE + "      - {id: essay, title: Essay, points: 3, manual: true}\n")
    notebook = json.loads(build.build(course, course.assignments[0], root)["tiny.ipynb"])
    essay = notebook["cells"][-1]
    assert essay["metadata"]["nbgrader"]["points"] == 3 and essay["metadata"]["nbgrader"]["solution"]
    assert "Because" not in json.dumps(notebook)


def test_drift_names_missing_changed_and_stray_files_and_a_release_fixes_them(tmp_path: Path) -> None:
    course, root = tiny(tmp_path, PART, CHECKS)
    build.write_assignments(course, root, ["01-tiny"])
    assert build.drift(course, root) == []
    folder = root / "assignments" / "01-tiny"
    (folder / "README.md").unlink()
    (folder / "tiny.py").write_text("x = 1\n")
    (folder / "answers.txt").write_text("42\n")
    before = sorted(path.name for path in folder.iterdir())
    lines = build.drift(course, root)
    assert [line.partition(":")[0].rpartition("/")[2] for line in lines] == ["tiny.py", "README.md", "answers.txt"]
    assert sorted(path.name for path in folder.iterdir()) == before
    build.write_assignments(course, root, ["01-tiny"])
    assert build.drift(course, root) == [] and not (folder / "answers.txt").exists()


def test_a_source_with_an_error_leaves_the_released_files_alone(tmp_path: Path) -> None:
    course, root = tiny(tmp_path, PART, CHECKS)
    build.write_assignments(course, root, ["01-tiny"])
    released_before = (root / "assignments" / "01-tiny" / "tiny.py").read_bytes()
    (root / "solutions" / "01-tiny" / "tiny.py").write_text(PART)
    with pytest.raises(ReleaseError):
        build.write_assignments(course, root, ["01-tiny"])
    assert (root / "assignments" / "01-tiny" / "tiny.py").read_bytes() == released_before


def test_the_students_wheel_holds_no_grader_and_no_solution(tmp_path: Path) -> None:
    project, built = tmp_path / "project", tmp_path / "built"
    project.mkdir()
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, project)
    for name in ("autograder", "solutions"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    planted = project / "autograder" / "graders" / "01-mse"
    planted.mkdir(parents=True, exist_ok=True)
    (planted / "test_planted.py").write_text("answer = 1\n")
    code = "import setuptools; setuptools.setup()"
    command = [sys.executable, "-c", code, "-q", "build_py", "--build-lib", str(built)]
    subprocess.run(command, cwd=project, check=True, capture_output=True, timeout=120)
    files = [path.relative_to(built).as_posix() for path in built.rglob("*") if path.is_file()]
    assert "autograder/course/model.py" in files and "autograder/release/build.py" in files
    assert [name for name in files if "graders" in name or "solutions" in name or "planted" in name] == []


@pytest.mark.parametrize("assignment", ["03-gradient-comparison", "05-multi-task"])
def test_a_written_question_is_one_cell_that_a_person_grades(assignment: str) -> None:
    course = courses.load(ROOT / "course.yml")
    item = course.assignment(assignment)
    notebook = nbformat.read(ROOT / "assignments" / assignment / f"{item.module}.ipynb", as_version=4)
    (cell,) = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "written"]
    tag = cell.metadata["nbgrader"]
    assert (cell.cell_type, tag["grade"], tag["solution"], tag["locked"]) == ("markdown", True, True, False)
    assert tag["points"] == item.part("written").points  # type: ignore[union-attr]
    assert "YOUR ANSWER HERE" in cell.source and "BEGIN SOLUTION" not in cell.source


@pytest.mark.parametrize("assignment", ["03-gradient-comparison", "05-multi-task"])
def test_the_rubric_stays_with_the_staff(assignment: str) -> None:
    assert (ROOT / "solutions" / assignment / "rubric.md").is_file()
    assert not (ROOT / "assignments" / assignment / "rubric.md").exists()
