"""LossLab: an auto-graded exercise and course kit for a chapter on loss functions."""

__version__ = "0.1.0"
