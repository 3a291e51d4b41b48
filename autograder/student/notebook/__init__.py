"""`%check` and `%hint` in a student's notebook: public checks on the kernel's current functions, shown in the cell."""
