"""With a series its changed occurrences end, too (RFC 5546 section 3.2.5; V2-1)."""

from collections.abc import Iterator

from sqlalchemy import RowMapping, func, select, update

from services.writer.decisions.invitation import ended_with
from services.writer.decisions.invitation_state import Stored
from services.writer.decisions.organiser import takes_over
from services.writer.unit_of_work import UnitOfWork
from shared.contracts.commands import UpsertInvitation
from shared.contracts.said import Said, said_many
from shared.netgenium.database.many import by_stored_form
from shared.netgenium.own.tables import invitation_table


def cancel_occurrences(command: UpsertInvitation, new: Stored, work: UnitOfWork) -> list[Said]:
    """End what ends with the series, and say how many occurrences that were."""
    if command.method != "CANCEL" or command.recurrence_id is not None:
        return []
    ended = [
        row
        for row in _occurrences(command, work)
        if not row["cancelled"] and ended_with(new, row["stamp"])
    ]
    for row in ended:
        work.update("invitation", row["record_id"], {"cancelled": True})
        own = update(invitation_table).where(invitation_table.c.key == row["key"])
        work.connection.execute(own.values(cancelled=True))
        work.earlier.cancelled(row["occurrence_key"], row["key"])
    if not ended:
        return []
    return [
        said_many("{n} changed occurrence with it", "{n} changed occurrences with it", len(ended))
    ]


def _occurrences(command: UpsertInvitation, work: UnitOfWork) -> Iterator[RowMapping]:
    """Yield what is known of the recorded occurrences of a series, by its organiser."""
    own, record = invitation_table.c, work.erp.table("invitation").c
    occurrence = func.coalesce(own.occurrence_key, own.key).label("occurrence_key")
    query = (
        select(own.key, occurrence, own.record_id, own.stamp, own.cancelled, own.organizer)
        .join_from(invitation_table, work.erp.table("invitation"), own.record_id == record.id)
        .where(
            own.user_id == command.user.id,
            record.uid == command.uid,
            record.user == command.user.id,
        )
    )
    stored_as = by_stored_form(
        work.connection, own.organizer, [command.organizer] if command.organizer else []
    )
    for row in work.connection.execute(query.order_by(own.record_id)).mappings():
        organizer = row["organizer"]
        if organizer in stored_as or takes_over(command, organizer):
            yield row
