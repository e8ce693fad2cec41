"""Bounds that services agree on."""

MESSAGE_BYTES = 8 * 1024 * 1024
"""The message to the writer about one mail, as JSON; longer ones are not written any more."""

STORED_FILES = 200
"""Files that are stored of one mail, with all its activities together where each has its own."""

COMMENT_LENGTH = 100_000
"""Characters of a comment that a mail makes; what is longer is cut, the activity has it whole."""

MAIL_VALUES = 50
"""Values that the template of a mail of ours is filled with."""

MAIL_VALUE_LENGTH = 20_000
"""Characters of each of them; longer ones are cut. Of a list each item."""
