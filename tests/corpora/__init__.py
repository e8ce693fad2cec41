"""Scores over collected mails; the folder ../shared/corpora is not part of the project."""
