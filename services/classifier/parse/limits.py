"""The caps of parsing, each with its reason. What is beyond one becomes opaque and is flagged."""

HEADER_FIELD_BYTES = 100 * 1024
"""One header field; Postfix cuts at the same size."""

HEADER_SECTION_BYTES = 1024 * 1024
"""All header fields of one part together."""

HEADER_FIELDS = 1000
"""Fields of one part: real mail has under a hundred."""

LATE_HEADER_FIELDS = 1000
"""Fields behind those that are kept all the same, of the few that every mail is known by."""

RECIPIENTS = 1000
"""To and Cc together; Postfix allows as many recipients of one mail."""

NESTING = 100
"""Multiparts inside multiparts; Postfix's own limit."""

BROKEN_MULTIPARTS = 3
"""Multiparts inside multiparts whose lost boundary is looked for."""

PARTS = 1000
"""Parts of one mail."""

BOUNDARY_CHARACTERS = 2048
"""RFC 2046 allows 70; Postfix reads 2,048."""

TEXT_CHARACTERS = 1024 * 1024
"""Readable text that is kept and searched."""

HTML_CHARACTERS = 2 * 1024 * 1024
"""HTML that is turned into text, of all parts together."""

HTML_TAGS = 100_000
"""Tags of one HTML part: each becomes a node, which takes a hundred times its bytes."""

HTML_NESTING = 500
"""Elements inside elements; tree builders take quadratic time in the depth."""

HTML_REFERENCES = 100_000
"""Ampersands and blanks that do not break, of one HTML part: each is written as a reference."""

HTML_QUICK_TAGS = 1000
"""HTML with fewer elements cannot cost much, however it is made."""

HTML_ATTRIBUTES = 200
"""Attributes of one element; tree builders compare each with each."""

HTML_FORMATTING = 1_000_000
"""Formatting elements times elements: as many nodes at most may a tree builder add by itself."""

QUOTE_SEARCH_CHARACTERS = 10 * 1024
"""Text in which quotes are told from own text: the library's patterns are quadratic."""

QUOTE_LINE_CHARACTERS = 300
"""Longer lines are no quote header."""

FILE_NAME_CHARACTERS = 200
"""Windows' paths are short, and the ERP adds its own folder."""

ATTENDEES = 300
"""Of one event: more are no meeting."""

ATTENDEES_BEYOND = "attendees beyond the limit"
"""The defect of an event that has more."""
