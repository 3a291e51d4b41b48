"""Find the mistake behind a failed check, by replaying a student's calls on a catalogue of wrong answers."""
