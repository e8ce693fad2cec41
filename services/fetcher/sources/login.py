"""What IMAP and POP3 have in common on their way in: TLS, XOAUTH2, throttling."""

import re
import ssl
from pathlib import Path

from shared.contracts.said import said
from shared.errors import ConfigProblem, ConfigurationError
from shared.settings.box import Box

CONNECT_SECONDS = 30.0
"""The longest a connection or one read may take: a server that hangs is unreachable (F-59)."""

_LONGEST_PAUSE_SECONDS = 3600.0
_THROTTLED = re.compile(r"Backoff Time: (\d{1,12}) milliseconds", re.IGNORECASE)


def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """Return what trusts the authorities of a file; of the system without one.

    Raises:
        OSError: The file cannot be read, or holds no certificates.
    """
    return ssl.create_default_context(cafile=ca_file)


def tls_context(box: Box) -> ssl.SSLContext:
    """Make a context of TLS 1.2 or later that checks certificate and host name (I-2, F-60).

    Raises:
        ConfigurationError: `caFile` holds no certificates.
    """
    try:
        context = trusting(box.ca_file)
    except OSError as error:
        raise ConfigurationError(
            [
                ConfigProblem(
                    f"box {box.name}",
                    said(
                        "caFile {ca_file} cannot be used: {reason}",
                        ca_file=box.ca_file,
                        reason=error.strerror or "no certificates",
                    ),
                    said("Name a readable file with certificates in PEM form."),
                )
            ]
        ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def xoauth2(user: str, token: str) -> bytes:
    """Return the client's first answer of XOAUTH2 (Google and Microsoft), not yet in base64.

    Args:
        user: The mailbox; for a shared one its own address, whatever the app is called.
        token: An access token; what is returned is as secret as it.
    """
    return b"user=" + user.encode() + b"\x01auth=Bearer " + token.encode() + b"\x01\x01"


def backoff_seconds(answer: str) -> float | None:
    """Return how long a throttling server asks to wait (F-57), an hour at most; else None."""
    found = _THROTTLED.search(answer)
    return min(int(found[1]) / 1000, _LONGEST_PAUSE_SECONDS) if found else None
