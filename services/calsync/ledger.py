"""The ledger in the ERP's database: links, users, the journal of writes, and notes (K-6 to K-8).

Bound to one transaction, so that a row is written together with the effect that it tells of.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from services.calsync.content import time_from
from services.calsync.link import LIVE, CalendarLink, NoteOfItem, Side
from shared.netgenium.database.many import in_chunks
from shared.netgenium.own.calendar_tables import (
    calendar_item_table,
    calendar_note_table,
    calendar_saved_table,
    calendar_write_table,
)

REMEMBERED = timedelta(days=400)
"""How long what has ended is known (K-7)."""

_COLUMNS = {"uid": "ical_uid", "master": "master_id", "online": "online_meeting"}
"""Columns that are not called as the attribute."""

_NAMES = tuple(one.name for one in fields(CalendarLink))
_SELECTED = tuple(calendar_item_table.c[_COLUMNS.get(name, name)] for name in _NAMES)
"""In the order of the attributes."""

_STARTED = _NAMES.index("original_start")


@dataclass(frozen=True, slots=True)
class WrittenField:
    """One field of one write (K-8); a whole item has no field."""

    what: str
    field: str | None = None
    old: str | None = None
    new: str | None = None


class Ledger:
    """The rows of one transaction."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        """Take the transaction and its moment."""
        self._connection = connection
        self._now = now

    def links(self, user_id: int) -> Sequence[CalendarLink]:
        """Return all links of a user that are alive."""
        return self._read(user_id, live=True)

    def memory(self, user_id: int) -> Sequence[CalendarLink]:
        """Return all links of a user that have ended, the newest last."""
        return self._read(user_id, live=False)

    def link(self, item_id: UUID) -> CalendarLink | None:
        """Return one link, whatever its state."""
        query = select(*_SELECTED).where(calendar_item_table.c.item_id == item_id)
        row = self._connection.execute(query).first()
        return _link(row) if row else None

    def links_of_others(self, user_id: int, activity_ids: Iterable[int]) -> Sequence[CalendarLink]:
        """Return the live links that other users have to activities (K-9)."""
        columns = calendar_item_table.c
        query = select(*_SELECTED).where(columns.user_id != user_id, columns.state.in_(LIVE))
        return [
            _link(row)
            for chunk in in_chunks(sorted(activity_ids))
            for row in self._connection.execute(query.where(columns.activity_id.in_(chunk)))
        ]

    def link_of_meeting(
        self, user_id: int, uid: str, original_start: str | None
    ) -> CalendarLink | None:
        """Return the newest link of a meeting, or of a series any."""
        columns = calendar_item_table.c
        query = select(*_SELECTED).where(columns.user_id == user_id, columns.ical_uid == uid)
        if original_start is not None:
            query = query.where(columns.original_start == original_start)
        row = self._connection.execute(query.order_by(columns.changed_at.desc())).first()
        return _link(row) if row else None

    def add(self, *links: CalendarLink) -> None:
        """Write new links."""
        self._connection.execute(insert(calendar_item_table), [self._row(one) for one in links])

    def keep(self, link: CalendarLink, *, new: bool) -> None:
        """Write a link that is new, or one that is there."""
        if new:
            self.add(link)
        else:
            self.save(link)

    def save(self, link: CalendarLink) -> None:
        """Write a link that is there."""
        where = calendar_item_table.c.item_id == link.item_id
        self._connection.execute(update(calendar_item_table).where(where).values(self._row(link)))

    def release_activities(self, *activity_ids: int, of_user: int | None = None) -> None:
        """Take activities from links that had others under their ids: those are gone.

        Args:
            activity_ids: Of activities that get links of their own; a few dozen at most.
            of_user: Whose links are meant; None: those of all users, as the row is a new one.
                One that was there may have been moved from another user, who keeps his link (K-9).
        """
        columns = calendar_item_table.c
        had_it = update(calendar_item_table).where(
            columns.activity_id.in_(activity_ids), columns.state.in_(LIVE)
        )
        if of_user is not None:
            had_it = had_it.where(columns.user_id == of_user)
        self._connection.execute(had_it.values(activity_id=None, changed_at=self._now))

    def bury(self, link: CalendarLink, **changes: Any) -> None:  # noqa: ANN401 - any field
        """Remember one side of a link as deleted, in a row of its own."""
        self.add(replace(link, item_id=uuid4(), state="deleted", **changes))

    def forget_user(self, user_id: int) -> None:
        """Drop a user's live links: his account is another one, so all is matched anew."""
        columns = calendar_item_table.c
        self._connection.execute(
            delete(calendar_item_table).where(columns.user_id == user_id, columns.state.in_(LIVE))
        )

    def forget_old(self) -> None:
        """Drop what has ended long ago."""
        columns = calendar_item_table.c
        self._connection.execute(
            delete(calendar_item_table).where(
                columns.state.not_in(LIVE), columns.changed_at < self._now - REMEMBERED
            )
        )

    def written(
        self, link: CalendarLink, side: Side, reason: str, written: Iterable[WrittenField]
    ) -> None:
        """Add to the journal what was written on a side, and why."""
        self._journal(self._write(link, side, reason, one) for one in written)

    def created(self, side: Side, links: Iterable[tuple[CalendarLink, str]]) -> None:
        """Add to the journal that items were made on a side, each with the reason."""
        made = WrittenField("created")
        self._journal(self._write(link, side, reason, made) for link, reason in links)

    def _journal(self, rows: Iterable[dict[str, Any]]) -> None:
        if written := list(rows):
            self._connection.execute(insert(calendar_write_table), written)

    def _write(
        self, link: CalendarLink, side: Side, reason: str, one: WrittenField
    ) -> dict[str, Any]:
        return {
            "write_id": uuid4(),
            "item_id": link.item_id,
            "user_id": link.user_id,
            "side": side,
            "what": one.what,
            "field": one.field,
            "old_value": one.old,
            "new_value": one.new,
            "reason": reason,
            "written_at": self._now,
        }

    def note(self, link: CalendarLink, notes: Iterable[NoteOfItem]) -> None:
        """Write notes; an open one of the same field is replaced."""
        for one in notes:
            self.close_notes(link, [one.field])
            row = {
                "note_id": uuid4(),
                "item_id": link.item_id,
                "user_id": link.user_id,
                "field": one.field,
                "erp_value": one.erp,
                "calendar_value": one.calendar,
                "reason": one.reason,
                "noted_at": self._now,
            }
            self._connection.execute(insert(calendar_note_table), [row])

    def close_notes(self, link: CalendarLink, names: Iterable[str] | None = None) -> None:
        """Close the open notes of these fields; None: all of them."""
        columns = calendar_note_table.c
        closing = update(calendar_note_table).where(
            columns.item_id == link.item_id, columns.closed_at.is_(None)
        )
        if names is not None:
            closing = closing.where(columns.field.in_(list(names)))
        self._connection.execute(closing.values(closed_at=self._now))

    def open_notes(self, user_id: int) -> frozenset[UUID]:
        """Return the items of a user that have open notes."""
        columns = calendar_note_table.c
        query = select(columns.item_id).where(
            columns.user_id == user_id, columns.closed_at.is_(None)
        )
        return frozenset(self._connection.scalars(query))

    def held(self, user_id: int) -> int:
        """Count the held deletions of a user."""
        columns = calendar_item_table.c
        query = select(func.count()).where(columns.user_id == user_id, columns.state == "held")
        return self._connection.scalar(query) or 0

    def empty(self, link: CalendarLink) -> None:
        """Remove values of an item that has become private: journal, notes, what is saved (K-4)."""
        for table, names in (
            (calendar_write_table, ("old_value", "new_value")),
            (calendar_note_table, ("erp_value", "calendar_value")),
        ):
            where = table.c.item_id == link.item_id
            self._connection.execute(update(table).where(where).values(dict.fromkeys(names)))
        saved = calendar_saved_table.c.item_id == link.item_id
        self._connection.execute(delete(calendar_saved_table).where(saved))

    def _read(self, user_id: int, *, live: bool) -> Sequence[CalendarLink]:
        columns = calendar_item_table.c
        state = columns.state.in_(LIVE) if live else columns.state.not_in(LIVE)
        query = select(*_SELECTED).where(columns.user_id == user_id, state)
        order = (columns.changed_at, columns.activity_id, columns.event_id)
        rows = self._connection.execute(query.order_by(*order))
        return [_link(row) for row in rows]

    def _row(self, link: CalendarLink) -> dict[str, Any]:
        row = {_COLUMNS.get(name, name): getattr(link, name) for name in _NAMES}
        started = link.original_start
        return {
            **row,
            "original_start": started.isoformat() if started else None,
            "changed_at": self._now,
        }


def _link(row: Row[Any]) -> CalendarLink:
    values: tuple[Any, ...] = tuple(row)
    link = CalendarLink(*values)
    if values[_STARTED] is None:
        return link
    return replace(link, original_start=time_from(values[_STARTED]))
