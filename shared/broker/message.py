"""A message as a broker carries it: bytes and headers. Pure; knows no broker."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from shared.contracts.line import one_line

Header = str | int | bool

TRIES = "x-crmservice-tries"
"""How often handling met an error that may pass."""

SUSPECT = "x-crmservice-suspect"
"""Consumers died with it in hand: it is handled with nothing else in hand."""

SIZE = "x-crmservice-size"
"""Bytes that handling it takes into memory, where that is more than its body."""

REASON = "x-crmservice-reason"
"""Why a dead letter died."""

DIED_AT = "x-crmservice-died-at"
"""When it died, UTC, ISO 8601."""

RELEASED = "x-crmservice-released"
"""How often an operator released it."""

_LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class BrokerMessage:
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
        """How often handling met an error that may pass, so far."""
        return self._count(TRIES)

    @property
    def releases(self) -> int:
        """How often an operator released it."""
        return self._count(RELEASED)

    @property
    def suspect(self) -> bool:
        """Whether consumers may have died of it."""
        return bool(self.headers.get(SUSPECT, False))

    @property
    def weight(self) -> int:
        """Bytes that it takes in memory, at least: a mail may lie in the backup, or compressed."""
        return max(len(self.body), self._count(SIZE))

    def suspected(self) -> "BrokerMessage":
        """Return the message as one that consumers may have died of."""
        return replace(self, headers={**self.headers, SUSPECT: True})

    def once_more(self) -> "BrokerMessage":
        """Return the message with one more try on its account; no consumer died of it this time."""
        kept = {name: value for name, value in self.headers.items() if name != SUSPECT}
        return replace(self, headers={**kept, TRIES: self.tries + 1})

    def dead(self, reason: str, moment: str) -> "BrokerMessage":
        """Return the message as a dead letter, whose reason is one line."""
        reason = one_line(reason)[:_LONGEST_REASON]
        return replace(self, headers={**self.headers, REASON: reason, DIED_AT: moment})

    def released(self) -> "BrokerMessage":
        """Return the message as new again, but for the count of releases."""
        kept = {
            name: value
            for name, value in self.headers.items()
            if name not in (TRIES, SUSPECT, REASON, DIED_AT)
        }
        return replace(self, headers={**kept, RELEASED: self.releases + 1})

    def _count(self, header: str) -> int:
        count = self.headers.get(header, 0)
        return count if isinstance(count, int) else 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message in hand: the broker keeps it until it is acknowledged.

    Attributes:
        tag: The broker's number for it on this connection.
        message: What came.
        delivery_count: How many consumers died with it in hand.
    """

    tag: int
    message: BrokerMessage
    delivery_count: int = 0
