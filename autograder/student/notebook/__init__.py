"""`%check` and `%hint` in a student's notebook: the public checks on the functions as they are in the kernel, shown in place."""
