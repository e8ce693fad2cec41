"""Where a mail came from, as messages and the journal name it: `emlDir:offer.eml`. Pure."""

from enum import StrEnum


class MailOrigin(StrEnum):
    """What a mail was read by; the name of its mail in the journal begins with it."""

    EML_DIR = "emlDir"
    IMAP = "imap"
    POP3 = "pop3"


def is_from_file(source: str) -> bool:
    """Return whether a mail was a file: no mailbox has it, and whoever writes there is trusted."""
    return any(_is_file(origin) and source.startswith(f"{origin}:") for origin in MailOrigin)


def _is_file(origin: MailOrigin) -> bool:
    match origin:
        case MailOrigin.EML_DIR:
            return True
        case MailOrigin.IMAP | MailOrigin.POP3:
            return False
