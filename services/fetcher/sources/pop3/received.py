"""When a mail was received, from the head of a mail; for servers that do not tell. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

HEAD_BYTES = 128 * 1024
"""So much of a mail is looked through at most."""


def received_at(head: bytes, now: datetime) -> datetime | None:
    """Read the topmost `Received`, which the box's own server wrote (RFC 5321, 4.4).

    Args:
        head: The mail, or its beginning.
        now: A moment after it is not believed.
    """
    for name, value in _fields(head):
        if name == b"received":
            return _moment(value.rpartition(b";")[2], now)
    return None


def dated_at(head: bytes, now: datetime) -> datetime | None:
    """Read the time as `received_at`; without a `Received` by `Date`, the sender's word."""
    if found := received_at(head, now):
        return found
    for name, value in _fields(head):
        if name == b"date":
            return _moment(value, now)
    return None


def _fields(head: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the unfolded fields: name in lower case, and value."""
    field = b""
    for line in head[:HEAD_BYTES].splitlines():
        if line[:1] in (b" ", b"\t"):
            field += line
            continue
        if field:
            yield _field(field)
        if not line:
            return
        field = line
    if field:
        yield _field(field)


def _field(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b":")
    return name.strip().lower(), value


def _moment(written: bytes, now: datetime) -> datetime | None:
    try:
        moment = parsedate_to_datetime(written[-100:].decode("ascii", "replace").strip())
        # Without a zone, or with -0000, it is UTC (RFC 5322, section 3.3).
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return min(aware.astimezone(UTC), now)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
