"""Carries what a user answers in Outlook to the ERP's record of the mail's invitation (K-4a).

The record and the event are one meeting if UID, occurrence, user and organiser are the same. The
answer is kept until the mail has come, and carried once: what a person writes into the record
afterwards stays.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy import Connection, RowMapping, delete, insert, or_, select, update

from services.calsync.calendars.port import CalendarItem, ItemTime, Participant
from services.calsync.ledger import Ledger, WrittenField
from services.calsync.link import CalendarLink
from shared.domain.invitation_key import invitation_key
from shared.netgenium.database.many import in_chunks
from shared.netgenium.own.calendar_tables import calendar_answer_table
from shared.netgenium.own.tables import invitation_table
from shared.netgenium.schema.tables import ErpTables

KEPT = timedelta(days=400)
"""How long an answer is known."""

_WORDS = {"accepted": "ACCEPTED", "declined": "DECLINED", "tentativelyAccepted": "TENTATIVE"}
"""iCalendar's word for the service's own."""

_EXCHANGE = "040000008200e00074c5b7101a82e008"
_FOREIGN = b"vCal-Uid\x01\x00\x00\x00"


@dataclass(frozen=True, slots=True)
class CarriedAnswer:
    """An answer that has been written into a record.

    Attributes:
        key: Of the invitation.
        uid: iCalUId as the calendar has it, and `original_start` of an occurrence: the link.
        old, new: What the record had and has.
    """

    key: str
    uid: str
    original_start: str | None
    old: str | None
    new: str


def carry_answers(
    connection: Connection,
    erp: ErpTables,
    user: Participant,
    now: datetime,
    items: Sequence[CalendarItem],
) -> int:
    """Remember the answers that `items` show, and carry them; return how many were written.

    Args:
        connection: Of the transaction that keeps the cursor.
        erp: The ERP's tables.
        user: Whose round it is.
        now: Its moment.
        items: What the calendar shows anew.
    """
    answers, ledger = InvitationAnswers(connection, erp, user, now), Ledger(connection, now)
    answers.remember(items)
    carried = answers.carry()
    for one in carried:
        link = ledger.link_of_meeting(user.user_id, one.uid, one.original_start)
        # Who has declined may never have had an activity.
        unlinked = CalendarLink(
            uuid5(NAMESPACE_OID, one.key), user.user_id, "ended", "calendar", now
        )
        written = [WrittenField("changed", "answer", one.old, one.new)]
        ledger.written(link or unlinked, "erp", "K-4a: answered in Outlook", written)
    return len(carried)


class InvitationAnswers:
    """The answers of one user, in one transaction."""

    def __init__(
        self, connection: Connection, erp: ErpTables, user: Participant, now: datetime
    ) -> None:
        """Take the transaction, the ERP, the user and the moment."""
        self._connection = connection
        self._erp = erp
        self._user = user
        self._now = now

    def remember(self, items: Iterable[CalendarItem]) -> None:
        """Keep what the user has answered to the meetings of others that are shown now."""
        shown = {self._key(item): item for item in items if item.uid and not item.own}
        if not shown:
            return
        known = self._known(shown)
        new = [self._row(key, item) for key, item in shown.items() if _word(item)]
        over = [key for key, item in shown.items() if key in known and not _word(item)]
        table = calendar_answer_table
        for keys in in_chunks(over):
            self._connection.execute(delete(table).where(table.c.key.in_(keys)))
        for row in new:
            key = row["key"]
            if key in known and known[key] != (row["answer"], row["organizer"]):
                own = update(table).where(table.c.key == key)
                self._connection.execute(own.values(**row, carried=None))
        if added := [row for row in new if row["key"] not in known]:
            self._connection.execute(insert(table), added)

    def carry(self) -> Sequence[CarriedAnswer]:
        """Write answers into the records that do not have them yet; return what was written."""
        if not self._erp.has("invitation", "answer"):
            return []
        return [one for row in self._open() if (one := self._carried(row))]

    def _open(self) -> Sequence[RowMapping]:
        """Return answers whose record is there and was not told them: most rounds have none."""
        own, mail = calendar_answer_table.c, invitation_table.c
        # A row of an earlier version has this key for its own.
        of_before = mail.occurrence_key.is_(None) & (mail.key == own.key)
        is_of_event = or_(mail.occurrence_key == own.key, of_before)
        untold = or_(own.carried.is_(None), own.carried != mail.record_id)
        query = (
            select(own.key, own.ical_uid, own.original_start, own.answer, mail.record_id)
            .join_from(calendar_answer_table, invitation_table, is_of_event)
            .where(own.user_id == self._user.user_id, own.organizer == mail.organizer, untold)
            .where(mail.record_id.is_not(None))
        )
        return self._connection.execute(query.order_by(own.key)).mappings().all()

    def _carried(self, row: RowMapping) -> CarriedAnswer | None:
        own = calendar_answer_table
        told = update(own).where(own.c.key == row["key"])
        self._connection.execute(told.values(carried=row["record_id"]))
        record = self._erp.table("invitation")
        is_it = (record.c.id == row["record_id"]) & (record.c.user == self._user.user_id)
        # Taken before it is read, so that nobody changes it in between.
        self._connection.execute(update(record).where(is_it).values(user=self._user.user_id))
        found = self._connection.execute(select(record).where(is_it)).mappings().first()
        if found is None or found["answer"] == row["answer"]:
            return None
        values = {"answer": row["answer"]}
        if found.get("attendees"):
            lines = [self._answered(line, row["answer"]) for line in found["attendees"].split("\n")]
            values["attendees"] = "\n".join(lines)
        self._connection.execute(update(record).where(is_it).values(values))
        old, new = found["answer"], row["answer"]
        return CarriedAnswer(row["key"], row["ical_uid"], row["original_start"], old, new)

    def _answered(self, line: str, answer: str) -> str:
        """Return a line of the record's attendees, address and answer, with the user's own."""
        return f"{self._user.address} {answer}" if _address(line) == self._user.address else line

    def _known(self, keys: Iterable[str]) -> Mapping[str, tuple[str, str]]:
        own = calendar_answer_table.c
        columns = own.key, own.answer, own.organizer
        found: dict[str, tuple[str, str]] = {}
        for chunk in in_chunks(keys):
            rows = self._connection.execute(select(*columns).where(own.key.in_(chunk)))
            found |= {row.key: (row.answer, row.organizer) for row in rows}
        return found

    def _key(self, item: CalendarItem) -> str:
        occurrence = item.original_start if item.kind == "occurrence" else None
        recurrence_id = _recurrence_id(occurrence) if occurrence else None
        return invitation_key(mail_uid(item.uid), recurrence_id, self._user.user_id)

    def _row(self, key: str, item: CalendarItem) -> dict[str, Any]:
        occurrence = item.original_start if item.kind == "occurrence" else None
        return {
            "key": key,
            "user_id": self._user.user_id,
            "ical_uid": item.uid,
            "original_start": occurrence.isoformat() if occurrence else None,
            "organizer": item.organizer,
            "answer": _word(item),
            "changed_at": self._now,
        }


def forget_answers(connection: Connection, now: datetime) -> None:
    """Drop answers of long ago."""
    table = calendar_answer_table
    connection.execute(delete(table).where(table.c.changed_at < now - KEPT))


def mail_uid(ical_uid: str) -> str:
    """Return the UID as mails have it: Exchange wraps those of other programs. Pure."""
    if not ical_uid.lower().startswith(_EXCHANGE):
        return ical_uid
    try:
        wrapped = bytes.fromhex(ical_uid).partition(_FOREIGN)[2]
        return wrapped.rstrip(b"\x00").decode("utf-8") or ical_uid
    except ValueError:
        return ical_uid


def _word(item: CalendarItem) -> str | None:
    """Return the answer; of a private event nothing is told, nor kept (K-4)."""
    return None if item.content.private else _WORDS.get(item.answer)


def _recurrence_id(start: ItemTime) -> str:
    return f"{start:%Y%m%dT%H%M%SZ}" if isinstance(start, datetime) else f"{start:%Y%m%d}"


def _address(line: str) -> str:
    return line.partition(" ")[0].lower()
