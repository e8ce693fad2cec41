"""Marks an address (manual, chapter 13; behaviours B-1, B-2, B-5)."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from services.writer.changes import Values, change_record, record_change
from services.writer.handlers.held_mark import is_held, settle_held
from services.writer.unit_of_work import UnitOfWork
from shared.contracts.cause import Cause
from shared.contracts.commands import AnyCommand, CountSoftBounce, Mark, MarkForbidden
from shared.contracts.messages import MailClassified
from shared.netgenium.database.trimmed import plain

_BOXES = {
    "do_not_send": {"allow_emails": False, "allow_bulk_emails": False},
    "broken": {"non_functional": True},
}
"""Which check boxes each mark sets, and to what."""


def mark_forbidden(command: MarkForbidden, mail: MailClassified, work: UnitOfWork) -> None:
    """Mark every contact and relationship named; without any, forbid the address itself."""
    if not is_held(command, mail, work):
        mark_address(command, MarkedBy(mail.mail_id, mail.received_at), work, command.mark)


class MarkedBy(NamedTuple):
    """The mail that has asked for a mark, and when it came."""

    mail_id: UUID
    received_at: datetime

    @property
    def cause(self) -> Cause:
        """What the change names."""
        return Cause("mail", self.mail_id)


def mark_address(
    command: MarkForbidden | CountSoftBounce, mail: MarkedBy, work: UnitOfWork, mark: Mark
) -> None:
    """Set `mark`; each changed record is remembered for `undo`. What waits of it is closed."""
    named = [("contact", one.id) for one in command.contacts]
    named += [("relationship", one.id) for one in command.relationships]
    for entity, record_id in named:
        new = work.erp.mapped(entity, _BOXES[mark])
        old = change_record(work, entity, record_id, new)
        if old is not None:
            record_change(
                work,
                mail.cause,
                command,
                entity,
                record_id,
                old=old,
                new=new,
                address=command.address,
                mark=mark,
            )
    if not named and work.erp.has("forbidden_email"):
        _forbid(command, mail, work, mark)
    if command.report is not None:
        settle_held(command.address, mark, mail.mail_id, work)


def _forbid(command: AnyCommand, mail: MarkedBy, work: UnitOfWork, mark: Mark) -> None:
    """Mark an address that nobody has by a row of its own; a row that is there already stays."""
    address = str(getattr(command, "address", ""))
    table = work.erp.table("forbidden_email")
    same = (plain(table.c.address) == address, table.c.type == mark)
    found = work.connection.scalar(select(table.c.id).where(*same).order_by(table.c.id))
    values = {"address": address, "type": mark, "recorded_on": mail.received_at}
    old: Values | None = None if found is None else {}
    if found is None:
        found = work.insert("forbidden_email", values)
    new = {"address": address, "type": mark}
    record_change(
        work,
        mail.cause,
        command,
        "forbidden_email",
        found,
        old=old,
        new=new,
        address=address,
        mark=mark,
    )
