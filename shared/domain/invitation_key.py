"""The key of an invitation, whether a mail tells of it or a calendar (V2-1). Pure."""

from hashlib import sha256


def digest(*parts: str) -> str:
    """Return a key for texts of any length; a NUL inside of one is no border between two."""
    clean = (part.replace("\0", "") for part in parts)
    return sha256("\0".join(clean).encode("utf-8", "replace")).hexdigest()


def event_key(uid: str, recurrence_id: str | None) -> str:
    """Return the key of an event, or of one occurrence, for all users."""
    return digest(uid, recurrence_id or "")


def invitation_key(uid: str, recurrence_id: str | None, user_id: int) -> str:
    """Return the key of an event, or of one occurrence, for one user.

    Args:
        uid: The UID of iCalendar; of an occurrence that of its series.
        recurrence_id: The original start, as `20261110T080000Z`, or `20261110` of all-day events;
            None for the whole.
        user_id: Id of the ERP's user.
    """
    return digest(event_key(uid, recurrence_id), str(user_id))
