"""nbgrader as the course's office: its commands grade through the jail, and keep the same book as `losslab grade`."""
