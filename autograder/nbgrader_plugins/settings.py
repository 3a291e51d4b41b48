"""What nbgrader_config.py sets: nbgrader's folders and steps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograder import course as courses
from autograder.nbgrader_plugins import formgrader, logs
from autograder.nbgrader_plugins.folders import GRADES


def apply(config: Any, root: Path) -> None:
    """Set nbgrader up for the course in this folder.

    Raises:
        CourseError: course.yml is not valid.
    """
    course = courses.load(root / courses.FILENAME)
    (root / GRADES).mkdir(exist_ok=True)
    config.CourseDirectory.course_id = course.id
    config.CourseDirectory.db_url = f"sqlite:///{(root / GRADES / 'gradebook.db').resolve()}"
    config.CourseDirectory.source_directory = "assignments"  # `losslab release` has taken the solutions out
    config.CourseDirectory.submitted_directory = "submitted"
    config.CourseDirectory.ignore = [".*", "*.pyc", "__pycache__", "feedback"]
    config.NbGraderAPI.timezone = course.timezone
    _set_steps(config)
    # Students may hand in the script: the released one does not take its place.
    kept = {item.id: [f"{item.module}.py"] for item in course.assignments}
    config.Autograde.exclude_overwriting = kept
    config.ZipCollectApp.extractor_plugin = "autograder.nbgrader_plugins.unpack.Extractor"
    config.ZipCollectApp.collector_plugin = "autograder.nbgrader_plugins.collect.Collector"
    config.ExportApp.plugin_class = "autograder.nbgrader_plugins.export.QuotedCsv"
    # What a student wrote runs in nobody's browser; the setting alone does not reach nbgrader's own templates.
    config.HTMLExporter.sanitize_html = True
    config.GenerateFeedback.exporter_class = "autograder.nbgrader_plugins.exporter.CleanExporter"
    _take_the_place_of_autograde()
    formgrader.protect()
    logs.clean()


def _set_steps(config: Any) -> None:
    """Set the two lists of steps that nbgrader reads; `Autograde.preprocessors` would have no effect."""
    config.GenerateAssignment.preprocessors = [
        "nbgrader.preprocessors.LockCells",
        "nbgrader.preprocessors.ClearOutput",
        "nbgrader.preprocessors.CheckCellMetadata",
        "nbgrader.preprocessors.ComputeChecksums",
        "autograder.nbgrader_plugins.preprocessors.RegisterCells",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    config.Autograde.autograde_preprocessors = [
        "autograder.nbgrader_plugins.preprocessors.GradeInJail",
        "nbgrader.preprocessors.LimitOutput",
        "autograder.nbgrader_plugins.preprocessors.SaveResult",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    config.AssignLatePenalties.plugin_class = "autograder.nbgrader_plugins.penalty.LatePolicyPlugin"


def _take_the_place_of_autograde() -> None:
    """Replace the converter, which nbgrader's command and formgrader look up by name; no setting does this."""
    from nbgrader import api as books
    from nbgrader.apps import api, autogradeapp
    from nbgrader.converters import base

    from autograder.gradebook import newest_schema
    from autograder.nbgrader_plugins import literal
    from autograder.nbgrader_plugins.converter import JailAutograde

    books.get_alembic_version = newest_schema  # it would look for the program `alembic` on the PATH
    api.Autograde = JailAutograde
    autogradeapp.Autograde = JailAutograde
    base.glob = literal
