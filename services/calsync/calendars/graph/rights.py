"""The rights that a token says it has. Pure."""

import base64
import binascii
import json

NEEDED = frozenset({"Calendars.ReadWrite", "User.Read.All"})
"""Application permissions that the calendar needs, and no others."""


def rights_in(token: str) -> frozenset[str] | None:
    """Return the application permissions in a token; None if it does not say.

    The signature is not looked at: this only words messages, nothing is allowed because of it.
    """
    parts = token.split(".")
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        roles = claims["roles"]
    except (IndexError, KeyError, TypeError, ValueError, binascii.Error, RecursionError):
        return None
    return frozenset(map(str, roles)) if isinstance(roles, list) else None
