"""The command line: each command turns its options into values, calls one function and shows what it gave."""
