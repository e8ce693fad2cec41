"""Rules of the administrator: their file, their conditions, and what they do."""
