"""Folders of a course that nbgrader uses."""

GRADES = "grades"
# What intake made of the submissions: a notebook each, whatever was handed in.
READABLE = ".losslab-readable"
