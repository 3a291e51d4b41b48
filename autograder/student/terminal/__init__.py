"""A student's commands on the terminal: check, watch, hint, status, predict."""
