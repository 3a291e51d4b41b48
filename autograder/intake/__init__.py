"""From what students hand in to one Submission each."""
