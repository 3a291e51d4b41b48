"""Results as HTML pages: one for each student and assignment, one for the class."""
