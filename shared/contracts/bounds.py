"""Bounds that services agree on."""

MESSAGE_BYTES = 8 * 1024 * 1024
"""The message to the writer about one mail, as JSON; longer ones are not written any more."""

STORED_FILES = 200
"""Files that are stored of one mail, with all its activities together where each has its own."""
