"""The code that runs on the student's side of the wall. It knows no answers and imports nothing else of the project."""
