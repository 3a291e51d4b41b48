"""nbgrader as the course's office: its commands grade in the jail and use the same gradebook as `losslab grade`."""
