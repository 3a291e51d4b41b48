"""Prove the graders: right solutions earn everything, wrong ones lose what they are wrong in."""
