"""The calendar in the ERP: activities of a user that have a start and are no e-mails (K-2).

Bound to one connection: what it writes is committed together with the ledger's row.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, update

from services.calsync.calendars.erp_rows import ErpRecords
from services.calsync.calendars.port import (
    CalendarChanges,
    CalendarItem,
    FieldValues,
    ItemChangedError,
    ItemContent,
    ItemGoneError,
    ItemTime,
    NewItem,
    Participant,
    Window,
)
from services.calsync.content import as_json, canonical, time_in
from services.calsync.zones import days_of, inside, instant_of, moment_of
from shared.contracts.said import said
from shared.netgenium.database.many import in_chunks
from shared.netgenium.schema.tables import ErpTables

_SHOWN = ("id", "subject", "text", "start", "end", "all_day", "location", "private", "series")
_ASKED = (*_SHOWN, "type", "responsible", "completed_on", "message_id")
"""What else is asked of an activity that may not be in step."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ActivityState:
    """An activity as it is, in step or not.

    Attributes:
        item: Its content, where it has a start, is no e-mail and carries no Message-ID.
        responsible: Id of the user.
        completed: It has a completion date.
    """

    item: CalendarItem | None
    responsible: int | None
    completed: bool


class ErpCalendar:
    """The activities of the ERP as calendars, through the mapping."""

    def __init__(
        self,
        connection: Connection,
        erp: ErpTables,
        *,
        default_minutes: int = 60,
        e_mail_type: int | None = None,
    ) -> None:
        """Take the connection of the transaction.

        Args:
            connection: What it writes is committed by its owner.
            erp: The mapped tables; `activity.start` must be mapped.
            default_minutes: Length of an activity whose end is missing or not after its start.
            e_mail_type: Id of the activity type of e-mails, if there is one.
        """
        self._connection = connection
        self._erp = erp
        self._zone = ZoneInfo(erp.mapping.time.zone)
        self._length = timedelta(minutes=default_minutes)
        self._e_mail = e_mail_type
        self._records = ErpRecords(connection, erp, "activity")
        self._table = self._records.table
        self._shown = [self._table.c[name] for name in _SHOWN if name in self._table.c]
        self._asked = [self._table.c[name] for name in _ASKED if name in self._table.c]

    def changes(
        self, user: Participant, window: Window, cursor: str | None = None
    ) -> CalendarChanges:
        """Return all activities of the user in the window: one indexed query, no cursor."""
        del cursor
        found = (self._item(row) for row in self._rows(user, window))
        items = tuple(item for item in found if inside(item.content, window))
        return CalendarChanges(items, frozenset(), complete=True, cursor="")

    def mark(self, user: Participant, window: Window) -> int:
        """Return a number that differs as soon as `changes` does; within this process."""
        return hash(tuple(self._rows(user, window)))

    def get(self, user: Participant, item_id: str) -> CalendarItem:
        """Return an activity of the user.

        Raises:
            ItemGoneError: There is none with this id that belongs into the user's calendar.
        """
        return self._owned(user, item_id, self.states([item_id]))

    def _owned(
        self, user: Participant, item_id: str, states: Mapping[str, ActivityState]
    ) -> CalendarItem:
        state = states.get(item_id)
        if state is None or state.item is None or state.responsible != user.user_id:
            raise ItemGoneError(
                said(
                    "activity {item_id} is not in the calendar of {address}",
                    item_id=item_id,
                    address=user.address,
                )
            )
        return state.item

    def states(self, item_ids: Iterable[str]) -> Mapping[str, ActivityState]:
        """Return what is there of these activities, whosever they are."""
        wanted = sorted({int(one) for one in item_ids})
        return {
            str(row.id): ActivityState(
                self._item(row) if self._is_in_step(row) else None,
                row.responsible,
                row.completed_on is not None,
            )
            for chunk in in_chunks(wanted)
            for row in self._connection.execute(
                select(*self._asked).where(self._table.c.id.in_(chunk))
            )
        }

    def shows_others(self, user: Participant) -> bool:
        """Whether the ERP shows any activity of the user, of whatever type and time (K-7)."""
        query = select(self._table.c.id).where(self._table.c.responsible == user.user_id).limit(1)
        return self._connection.execute(query).first() is not None

    def create(self, user: Participant, new: NewItem) -> CalendarItem:
        """Insert an activity of the user and return it as it is stored."""
        (item,) = self.create_all(user, [new])
        return item

    def create_all(self, user: Participant, new: Sequence[NewItem]) -> list[CalendarItem]:
        """Insert activities of the user, with the same fields of `record`; as they are stored.

        Raises:
            ItemGoneError: The ERP stored something that does not belong into the user's calendar.
        """
        records = [(self._record(user, one), one.lists) for one in new]
        ids = [str(one) for one in self._records.insert(records)]
        states = self.states(ids)
        return [self._owned(user, item_id, states) for item_id in ids]

    def _record(self, user: Participant, new: NewItem) -> dict[str, Any]:
        empty = {"contact": None, "relationship": None, "contract": None, "task": None}
        return {
            **empty,
            "direction": "outgoing",
            "completed_on": None,
            **new.record,
            **self._values(_all_values(new.content)),
            "responsible": user.user_id,
        }

    def change(
        self, user: Participant, item_id: str, version: str | None, values: FieldValues
    ) -> CalendarItem:
        """Set these fields; start and deadline go together.

        Raises:
            ItemChangedError: A person has changed it since.
            ItemGoneError: It does not exist.
        """
        self._lock(item_id)
        self._expect(user, item_id, version)
        self.write(item_id, self._values(values))
        return self.get(user, item_id)

    def delete(self, user: Participant, item_id: str, version: str | None) -> None:
        """Delete the activity with its lists.

        Raises:
            ItemChangedError: A person has changed it since.
        """
        self._lock(item_id)
        if self.states([item_id]):
            self._expect(user, item_id, version)
            self._records.delete(int(item_id))

    def write(self, item_id: str, fields: Mapping[str, Any]) -> None:
        """Set mapped fields of the record, by the catalogue's names."""
        if row := self._erp.mapped("activity", fields):
            where = self._table.c.id == int(item_id)
            self._connection.execute(update(self._table).where(where).values(row))

    def write_list(self, item_id: str, name: str, listed: Sequence[int]) -> None:
        """Replace the values of a field of the record with several values."""
        self._records.set_list(name, int(item_id), listed)

    def _rows(self, user: Participant, window: Window) -> Sequence[Row[Any]]:
        query = select(*self._shown).where(
            self._table.c.responsible == user.user_id, self._in_step(), self._overlaps(window)
        )
        return self._connection.execute(query.order_by(self._table.c.id)).all()

    def _expect(self, user: Participant, item_id: str, version: str | None) -> None:
        if version is not None and self.get(user, item_id).version != version:
            raise ItemChangedError(
                said("activity {item_id} has been changed meanwhile", item_id=item_id)
            )

    def _lock(self, item_id: str) -> None:
        """Take the row, so that nobody changes it between the look and the write."""
        same = {"subject": self._table.c.subject}
        where = self._table.c.id == int(item_id)
        self._connection.execute(update(self._table).where(where).values(same))

    def _in_step(self) -> ColumnElement[bool]:
        columns = self._table.c
        wanted: list[ColumnElement[bool]] = [columns.start.is_not(None)]
        if self._e_mail is not None:
            wanted.append(or_(columns.type.is_(None), columns.type != self._e_mail))
        if "message_id" in columns:
            wanted.append(func.coalesce(columns.message_id, "") == "")
        return and_(*wanted)

    def _overlaps(self, window: Window) -> ColumnElement[bool]:
        """Return a day more on each side: ends may be missing, and days are read leniently."""
        columns = self._table.c
        begins = columns.start >= window.begin - _DAY
        reaches = or_(begins, columns.end > window.begin) if "end" in columns else begins
        return and_(columns.start < window.end + _DAY, reaches)

    def _is_in_step(self, row: Row[Any]) -> bool:
        """Return whether a row is what `_in_step` asks for."""
        e_mail = self._e_mail is not None and row.type == self._e_mail
        message_id = getattr(row, "message_id", None)
        return row.start is not None and not e_mail and not message_id

    def _item(self, row: Row[Any]) -> CalendarItem:
        fields = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for it
        start, end = self._times(fields)
        content = canonical(
            ItemContent(
                row.subject or "",
                row.text or "",
                start,
                end,
                fields.get("location") or "",
                bool(fields.get("private")),
            )
        )
        return CalendarItem(
            str(row.id), as_json(content), content, uid=(fields.get("series") or "").rstrip()
        )

    def _times(self, fields: Mapping[Any, Any]) -> tuple[ItemTime, ItemTime]:
        start, end = fields["start"], fields.get("end")
        if fields.get("all_day"):
            return days_of(start, end, self._zone)
        begin = instant_of(start, self._zone)
        until = instant_of(end, self._zone) if end else begin
        return begin, until if until > begin else begin + self._length

    def _values(self, values: FieldValues) -> dict[str, Any]:
        """Return the record's fields for synced ones."""
        row: dict[str, Any] = {
            name: one for name, one in values.items() if name not in {"start", "end"}
        }
        if "start" in values and "end" in values:
            start, end = time_in(values, "start"), time_in(values, "end")
            begin = moment_of(start, self._zone)
            row |= {
                "start": begin,
                "date": begin,
                "due_date": begin,
                "end": moment_of(end, self._zone),
                "all_day": not isinstance(start, datetime),
            }
        return row


def _all_values(content: ItemContent) -> FieldValues:
    return {
        "subject": content.subject,
        "text": content.text,
        "start": content.start,
        "end": content.end,
        "location": content.location,
        "private": content.private,
    }
