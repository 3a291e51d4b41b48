"""What a student's commands do, beside the public checks: pack a submission, show where one stands."""
