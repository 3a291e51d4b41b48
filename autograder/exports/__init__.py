"""Grades and graders in the forms that other systems take: Gradescope, Canvas, Moodle, CSV and JSON."""
