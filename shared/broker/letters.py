"""A message as a broker carries it: bytes and headers. Pure; knows no broker."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

Header = str | int | bool

TRIES = "x-crmservice-tries"
"""How often handling met an unexpected error."""

REASON = "x-crmservice-reason"
"""Why a dead letter died."""

DIED_AT = "x-crmservice-died-at"
"""When it died, UTC, ISO 8601."""

RELEASED = "x-crmservice-released"
"""How often an operator released it."""

_LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class Letter:
    """Body and headers.

    Attributes:
        mail_id: The mail it is about, as text; the AMQP message id.
        headers: Names and plain values; never an address or a text of a mail but in `reason`.
        body: Bytes of `content_type`.
    """

    mail_id: str
    content_type: str
    body: bytes
    headers: Mapping[str, Header] = field(default_factory=dict)

    @property
    def tries(self) -> int:
        """How often handling met an unexpected error so far."""
        tries = self.headers.get(TRIES, 0)
        return tries if isinstance(tries, int) else 0

    def once_more(self) -> "Letter":
        """With one more try on its account."""
        return replace(self, headers={**self.headers, TRIES: self.tries + 1})

    def dead(self, reason: str, moment: str) -> "Letter":
        """As a dead letter."""
        reason = reason[:_LONGEST_REASON]
        return replace(self, headers={**self.headers, REASON: reason, DIED_AT: moment})

    def released(self) -> "Letter":
        """As new again, but for the count of releases."""
        count = self.headers.get(RELEASED, 0)
        kept = {
            name: value
            for name, value in self.headers.items()
            if name not in (TRIES, REASON, DIED_AT)
        }
        return replace(self, headers={**kept, RELEASED: int(count) + 1})


@dataclass(frozen=True, slots=True)
class Delivery:
    """A letter in hand: the broker keeps it until it is acknowledged.

    Attributes:
        tag: The broker's number for it on this connection.
        letter: What came.
        deaths: How many consumers died with it in hand.
    """

    tag: int
    letter: Letter
    deaths: int = 0
