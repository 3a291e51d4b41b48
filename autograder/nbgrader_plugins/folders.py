"""Folders of a course that nbgrader works in."""

GRADES = "grades"
# What intake made of the submissions: a notebook each, whatever was handed in.
READABLE = ".losslab-readable"
