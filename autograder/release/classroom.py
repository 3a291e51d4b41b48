"""The workflow that runs an assignment's public checks on GitHub Classroom. It holds no secret and no hidden check."""

from __future__ import annotations

from autograder.course import Assignment

PATH = ".github/workflows/public-checks.yml"

_WORKFLOW = """\
# Runs the public checks at each push. Hidden checks, run when you submit, decide on the points.
name: public checks
on: [push, workflow_dispatch]
permissions:
  contents: read
jobs:
  checks:
    runs-on: ubuntu-latest
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: python -m pip install --quiet PACKAGES
      - name: Take the notebook where the script is as it was handed out
        run: |
          first=$(git rev-list --max-parents=0 HEAD | tail -n 1)
          if git diff --quiet "$first" -- MODULE.py && ! git diff --quiet "$first" -- MODULE.ipynb; then
            python - <<'END'
          import json, pathlib
          cells = json.loads(pathlib.Path("MODULE.ipynb").read_text(encoding="utf-8"))["cells"]
          own = [c for c in cells if c["cell_type"] == "code" and not c["metadata"].get("nbgrader", {}).get("grade")]
          lines = "\\n\\n".join("".join(c["source"]) for c in own).split("\\n")
          kept = [line for line in lines if not line.startswith(("%", "!"))]
          pathlib.Path("MODULE.py").write_text("\\n".join(kept) + "\\n", encoding="utf-8")
          END
          fi
      - run: python -m pytest -q
"""


def workflow(assignment: Assignment) -> bytes:
    """The file's content; it belongs to `PATH` in the repository that students start from."""
    torch = ["torch"] if assignment.environment == "torch" else []
    packages = ["numpy", "pytest", *torch, *assignment.packages]
    text = _WORKFLOW.replace("PACKAGES", " ".join(dict.fromkeys(packages))).replace("MODULE", assignment.module)
    return text.encode()
