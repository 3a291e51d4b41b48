"""Make what students get, assignments/, of the staff's single sources in solutions/."""
