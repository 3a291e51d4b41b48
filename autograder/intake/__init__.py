"""Turn what students hand in into one Submission each."""
