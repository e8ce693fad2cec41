"""Walks through the copies of dead letters by the time of their death, some in each look (E-3)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, or_

from shared.netgenium.own.tables import dead_letter_table

AT_ONCE = 200
"""Most dead letters of one look; their backups are looked for in many folders."""

_OWN = dead_letter_table.c


class _Place(NamedTuple):
    """A place in the order of the walk: several may have died in one moment."""

    died_at: datetime
    mail_id: UUID = UUID(int=0)
    queue: str = ""

    def behind(self) -> ColumnElement[bool]:
        """Return what holds for the dead letters after this place."""
        same = and_(_OWN.died_at == self.died_at, _OWN.mail_id == self.mail_id)
        return and_(
            # The index has the moment alone.
            _OWN.died_at >= self.died_at,
            or_(
                _OWN.died_at > self.died_at,
                and_(_OWN.died_at == self.died_at, _OWN.mail_id > self.mail_id),
                and_(same, _OWN.queue > self.queue),
            ),
        )


@dataclass(slots=True)
class DeadLetterWalk:
    """One walk: from some time ago to the newest, and again.

    Attributes:
        back: From how long ago it begins, each time.
    """

    back: timedelta
    _after: _Place | None = field(default=None, init=False)
    _next: _Place | None = field(default=None, init=False)

    def look(self, connection: Connection, which: Select[Any], now: datetime) -> Sequence[Row[Any]]:
        """Return the next of `which`; the same ones until `go_on` is called."""
        after = self._after or _Place(now - self.back)
        left = which.where(after.behind())
        until = connection.scalar(_last_moment(left))
        if until is not None:
            left = left.where(_OWN.died_at <= until)
        query = left.order_by(_OWN.died_at, _OWN.mail_id, _OWN.queue).limit(AT_ONCE)
        rows = connection.execute(query).all()
        self._next = None if until is None else _Place(until, rows[-1].mail_id, rows[-1].queue)
        return rows

    def go_on(self) -> None:
        """Go on after what the last look returned; at the end begin anew."""
        self._after = self._next


def _last_moment(left: Select[Any]) -> Select[Any]:
    """Return the query for the moment at which one look ends; it finds none where few are left.

    In the order of the index alone, so that no database sorts all that are left.
    """
    moments = left.with_only_columns(_OWN.died_at).order_by(_OWN.died_at)
    return moments.offset(AT_ONCE - 1).limit(1)
