"""What people do with a course: grade a class, preview it, replay one submission."""
