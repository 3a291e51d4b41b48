"""What every other package stands on: errors, text, files, tables, time. It imports nothing else of the project."""
