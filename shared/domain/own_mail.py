"""Mail that we send ourselves, told from all other mail by a signature (behaviours I-9, R-0).

The Message-ID and the loop header are signed with the secret of the installation, so nobody else
can hide behind them.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from uuid import UUID

from pydantic import SecretStr

LOOP_HEADER = "X-CRMService-Loop"

_MESSAGE_ID = re.compile(r"<([0-9a-f]{32})\.([0-9a-f]{32})@([^<>@\s]{1,255})>")


@dataclass(frozen=True, slots=True)
class OwnMail:
    """Signs our mail and recognises it.

    Attributes:
        secret: The secret of the installation.
    """

    secret: SecretStr

    def message_id(self, unique: UUID, domain: str) -> str:
        """Return the Message-ID of a mail of ours, with its angle brackets (RFC 5322, 3.6.4)."""
        return f"<{unique.hex}.{self._sign(f'id {unique.hex}@{domain}')[:32]}@{domain}>"

    def loop_header(self, message_id: str) -> str:
        """Return the value of the loop header in the mail with this Message-ID."""
        return self._sign(f"loop {message_id}")

    def is_ours(self, message_id: str | None, loop_headers: tuple[str, ...]) -> bool:
        """Return whether a mail's Message-ID or one of its loop headers is signed by us."""
        if not message_id:
            return False
        signed = _MESSAGE_ID.fullmatch(message_id)
        if signed:
            wanted = self.message_id(UUID(signed[1]), signed[3])
            if hmac.compare_digest(wanted.encode(), message_id.encode()):
                return True
        wanted = self.loop_header(message_id)
        return any(hmac.compare_digest(wanted.encode(), one.encode()) for one in loop_headers)

    def unique_of(self, message_id: str) -> UUID | None:
        """Return the number of the mail of ours that has this Message-ID; None if none has."""
        signed = _MESSAGE_ID.fullmatch(message_id)
        return UUID(signed[1]) if signed and self.is_ours(message_id, ()) else None

    def tag(self, number: str) -> str:
        """Return the keyed tag of a task's number: six characters of base32 in lower case (E-1)."""
        digest = bytes.fromhex(self._sign(f"ticket {number}"))
        return base64.b32encode(digest).decode("ascii")[:6].lower()

    def _sign(self, text: str) -> str:
        key = self.secret.get_secret_value().encode()
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
