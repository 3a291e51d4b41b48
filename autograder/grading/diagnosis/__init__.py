"""From a failed check to the mistake behind it: the catalogue of wrong answers, and the replay of a student's calls."""
