"""Where a mail came from, as messages and the journal name it: `emlDir:offer.eml`. Pure."""

FILES = "emlDir"
"""The kind of source whose mail was a file; it begins the names of those mails."""


def is_from_file(source: str) -> bool:
    """Return whether a mail was a file: no mailbox has it, and whoever writes there is trusted."""
    return source.startswith(f"{FILES}:")
