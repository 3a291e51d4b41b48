"""What runs on the student's side of the wall; it knows no answer and imports nothing else of the project."""
