"""Notices of service errors: at most one per kind, service and hour, with a count (I-9, M-5).

Where a notice goes is decided by whoever is given it; here is decided whether there is one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from uuid import UUID, uuid5

from services.mailer.outbox_mail import SAID
from shared.contracts.cause import Cause
from shared.contracts.said import Said, verbatim
from shared.contracts.sentence import sentence_of
from shared.elapsed import is_within

BETWEEN = timedelta(hours=1)
"""Between two notices of one kind."""

PATIENCE = timedelta(minutes=2)
"""A part that is missed for a shorter time is no reason to write to anybody."""


Parts = Callable[[], Mapping[str, str | None]]
"""Says of each part why it is missed; None: it works."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice.

    Attributes:
        service: Which service met the error.
        kind: What kind of error it is.
        reason: A sentence, without anything of a mail and without secrets.
        count: How often it has happened since the last notice.
        at: When this notice was made.
    """

    service: str
    kind: str
    reason: str
    count: int
    at: datetime

    @property
    def cause(self) -> Cause:
        """The same for all notices of this kind in this hour, whichever process makes them."""
        return Cause.named("notice", f"{self.service}\0{self.kind}\0{self.at:%Y-%m-%d %H}")

    @property
    def outbox_id(self) -> UUID:
        """Its name in the outbox, whichever way it goes."""
        return uuid5(self.cause.id, "outbox\0notice")

    @property
    def values(self) -> Mapping[str, object]:
        """What the template is filled with."""
        sentence = self.reason if isinstance(self.reason, Said) else verbatim(self.reason)
        return {
            "service": self.service,
            "kind": self.kind,
            "reason": self.reason,
            f"reason{SAID}": sentence_of(sentence).model_dump_json(),
            "count": self.count,
            "at": f"{self.at:%Y-%m-%d %H:%M %Z}",
        }


@dataclass(slots=True)
class _Kind:
    count: int = 0
    last_at: datetime | None = None
    reason: str = ""


@dataclass(slots=True)
class NoticeBook:
    """Counts what happens and has a notice written where one is due.

    Attributes:
        service: Whose errors these are.
        post: Sends a notice; returns whether it is on its way.
        now: The time.
    """

    service: str
    post: Callable[[Notice], bool]
    now: Callable[[], datetime]
    _kinds: dict[str, _Kind] = field(default_factory=dict, init=False)

    def tell(self, kind: str, reason: str) -> None:
        """Tell that it has happened again."""
        known = self._kinds.setdefault(kind, _Kind())
        known.count += 1
        known.reason = reason
        self._post(kind, known)

    def catch_up(self) -> None:
        """Send what has happened within the hour after a notice, or could not be sent."""
        for kind, known in self._kinds.items():
            if known.count:
                self._post(kind, known)

    def _post(self, kind: str, known: _Kind) -> None:
        now = self.now()
        if known.last_at is not None and is_within(BETWEEN, known.last_at, now):
            return
        if self.post(Notice(self.service, kind, known.reason, known.count, now)):
            known.count, known.last_at = 0, now


@dataclass(slots=True)
class MissedParts:
    """Tells of parts of a service that are missed for longer than a moment.

    Attributes:
        book: Is told.
        parts: Say what is missed.
    """

    book: NoticeBook
    parts: Sequence[Parts]
    _since: dict[str, datetime] = field(default_factory=dict, init=False)
    _told: set[str] = field(default_factory=set, init=False)

    def look(self) -> None:
        """Look once: each time that a part is missed counts once, however long it lasts."""
        now = self.book.now()
        for part, reason in chain.from_iterable(each().items() for each in self.parts):
            if reason is None:
                self._since.pop(part, None)
                self._told.discard(part)
            elif not self._is_new(part, now) and part not in self._told:
                self._told.add(part)
                self.book.tell(part, reason)
        self.book.catch_up()

    def _is_new(self, part: str, now: datetime) -> bool:
        return is_within(PATIENCE, self._since.setdefault(part, now), now)
