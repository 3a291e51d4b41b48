"""What people do with a course: grade a class, preview the grades, replay one submission."""
