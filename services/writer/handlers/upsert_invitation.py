"""Records an invitation, its change, its cancellation or an answer (manual, chapter 14)."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import RowMapping, select, update

from services.writer.decisions.invitation import (
    Decision,
    Stored,
    decide,
    ended_with,
    is_genuine,
    series_key,
    state_key,
    state_of,
)
from services.writer.handlers.invitation_answers import record_answers
from services.writer.handlers.invitation_record import is_there, write_record
from services.writer.put_row import put_row
from services.writer.unit_of_work import UnitOfWork
from shared.contracts.commands import UpsertInvitation
from shared.contracts.messages import MailClassified
from shared.contracts.said import Said, said, said_many, with_semicolons
from shared.netgenium.own.tables import invitation_table

_GONE = said("its record was deleted in the ERP and stays away")


def upsert_invitation(command: UpsertInvitation, mail: MailClassified, work: UnitOfWork) -> None:
    """Decide by what is stored, in this transaction, and say in the trace what became of it."""
    if not work.erp.has("invitation"):
        return
    stored = work.earlier.invitations.get(state_key(command))
    record_id = stored.record_id if stored else None
    gone = record_id is not None and not is_there(record_id, command, work)
    if command.method == "REPLY":
        reasons = [record_answers(command, None if gone else record_id, work)]
    else:
        series = None
        if command.recurrence_id:
            series = work.earlier.invitations.get(series_key(command))
        decision = decide(stored, command, series)
        reasons = [decision.reason]
        if decision.counts:
            _apply(command, mail, work, stored=stored, decision=decision, gone=gone)
            reasons += _cancel_occurrences(command, work)
    reasons += [_GONE] if gone else []
    why = with_semicolons(reasons)
    reason = said("{user}: {uid}: {why}", user=command.user.email, uid=command.uid, why=why)
    work.outcome.say(mail, "V2-2", "invitation", reason)


def _apply(  # noqa: PLR0913 - both tables are written from all of this
    command: UpsertInvitation,
    mail: MailClassified,
    work: UnitOfWork,
    *,
    stored: Stored | None,
    decision: Decision,
    gone: bool,
) -> None:
    record_id = stored.record_id if stored else None
    if not gone and command.method != "CANCEL":
        record_id = write_record(command, record_id, decision, work)
    elif not gone and record_id is not None:
        cancelled = {"cancelled": True, "sequence": command.sequence}
        work.update("invitation", record_id, cancelled)
    newest = state_of(command)
    if stored and decision.cancelled and command.method != "CANCEL":
        # A cancellation that came before its invitation stays the newest state.
        newest = max(newest, stored, key=lambda state: state.order)
    row = {
        "key": state_key(command),
        "user_id": command.user.id,
        "record_id": record_id,
        "revision": newest.revision,
        "stamp": newest.stamp,
        "organizer": command.organizer,
        "genuine": is_genuine(command),
        "cancelled": decision.cancelled,
        "mail_id": mail.mail_id,
    }
    put_row(work.connection, invitation_table, row, known=stored is not None)
    work.earlier.invitations[state_key(command)] = Stored(
        record_id,
        newest.revision,
        newest.stamp,
        command.organizer,
        is_genuine(command),
        decision.cancelled,
    )
    if record_id is not None and not gone:
        work.touched(mail.cause, command, "invitation", record_id)


def _cancel_occurrences(command: UpsertInvitation, work: UnitOfWork) -> list[Said]:
    """With a series its changed occurrences end, too (RFC 5546 section 3.2.5); says how many."""
    if command.method != "CANCEL" or command.recurrence_id is not None:
        return []
    ended = [
        row
        for row in _occurrences(command, work)
        if not row["cancelled"] and ended_with(state_of(command), command.organizer, row["stamp"])
    ]
    for row in ended:
        work.update("invitation", row["record_id"], {"cancelled": True})
        own = update(invitation_table).where(invitation_table.c.key == row["key"])
        work.connection.execute(own.values(cancelled=True))
        if known := work.earlier.invitations.get(row["key"]):
            work.earlier.invitations[row["key"]] = replace(known, cancelled=True)
    if not ended:
        return []
    return [
        said_many("{n} changed occurrence with it", "{n} changed occurrences with it", len(ended))
    ]


def _occurrences(command: UpsertInvitation, work: UnitOfWork) -> Sequence[RowMapping]:
    """What is known of the recorded occurrences of a series, by the same organiser."""
    own, record = invitation_table.c, work.erp.table("invitation").c
    query = (
        select(own.key, own.record_id, own.stamp, own.cancelled)
        .join_from(invitation_table, work.erp.table("invitation"), own.record_id == record.id)
        .where(
            own.user_id == command.user.id,
            own.organizer == command.organizer,
            own.key != state_key(command),
            record.uid == command.uid,
            record.user == command.user.id,
        )
    )
    return work.connection.execute(query.order_by(own.record_id)).mappings().all()
