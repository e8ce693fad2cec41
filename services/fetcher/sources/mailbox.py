"""Which source reads the mailbox of a box."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from services.fetcher.seen import Seen
from services.fetcher.sources.imap.source import Imap
from services.fetcher.sources.pop3.source import Pop3
from shared.oauth import client_credentials
from shared.settings.box import Box


def mailbox_of(box: Box, seen: Seen, clock: Callable[[], datetime]) -> Imap | Pop3:
    """The source for a box with `imapUrl` or `pop3Url`; nothing is connected yet.

    Raises:
        ConfigurationError: `caFile` or the app's file cannot be used.
    """
    tokens = client_credentials(box) if box.pop3_oauth else None
    if box.imap_url:
        return Imap(box, seen, clock, tokens)
    return Pop3(box, seen, clock, tokens)


def probe_mailbox(box: Box) -> str:
    """Log in to the mailbox and out again, changing nothing; a sentence about what was found.

    Raises:
        TransientError: The server is away, or a folder is missing.
        CredentialsRefusedError: It refused the login.
        ConfigurationError: `caFile` or the app's file cannot be used.
    """
    with TemporaryDirectory() as nothing_remembered:
        seen = Seen(Path(nothing_remembered) / "seen.db")
        source = mailbox_of(box, seen, lambda: datetime.now(UTC))
        try:
            return source.probe()
        finally:
            source.close()
            seen.close()
