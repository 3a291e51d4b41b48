"""The wall between grader and submission: what is mounted, what is filtered, who forks whom."""
