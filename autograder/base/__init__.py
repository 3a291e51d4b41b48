"""Errors, text, files, tables and time, which every other package uses. Imports nothing else of the project."""
