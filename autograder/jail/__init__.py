"""The wall between grader and submission: mounts, system call filters, and the processes behind it."""
