"""Records an invitation, its change, its cancellation or an answer (manual, chapter 14)."""

from services.writer.decisions.invitation import Decision, after, decide, told
from services.writer.decisions.invitation_state import Stored, series_key, state_key
from services.writer.decisions.organiser import about
from services.writer.handlers.invitation_answers import record_answers
from services.writer.handlers.invitation_record import is_there, what_it_said, write_record
from services.writer.handlers.invitation_series import cancel_occurrences
from services.writer.put_row import put_row
from services.writer.unit_of_work import UnitOfWork
from shared.contracts.commands import UpsertInvitation
from shared.contracts.flags import NOT_FROM_ITS_ORGANISER, OTHER_ORGANISER
from shared.contracts.messages import MailClassified
from shared.contracts.said import Said, said, with_semicolons
from shared.netgenium.own.tables import invitation_table

_GONE = said("its record was deleted in the ERP and stays away")


def upsert_invitation(command: UpsertInvitation, mail: MailClassified, work: UnitOfWork) -> None:
    """Decide by what is stored, in this transaction, and say in the trace what became of it."""
    if not work.erp.has("invitation"):
        return
    stored = about(work.earlier.invitations_of(state_key(command)), command)
    gone = bool(stored and stored.record_id and not is_there(stored.record_id, command, work))
    if command.method == "REPLY":
        record_id = stored.record_id if stored and not gone else None
        reasons = [record_answers(command, record_id, mail, work)]
    else:
        reasons = _record(command, mail, work, stored=stored, gone=gone)
    reasons += [_GONE] if gone else []
    why = with_semicolons(reasons)
    reason = said("{user}: {uid}: {why}", user=command.user.email, uid=command.uid, why=why)
    work.outcome.say(mail, "V2-2", "invitation", reason)


def _record(
    command: UpsertInvitation,
    mail: MailClassified,
    work: UnitOfWork,
    *,
    stored: Stored | None,
    gone: bool,
) -> list[Said]:
    new = told(command, mail.mail_id, mail.received_at)
    series = None
    if command.recurrence_id:
        series = about(work.earlier.invitations_of(series_key(command)), command)
    decision = decide(stored, command, new, series)
    reasons = [decision.reason]
    if not decision.counts:
        return reasons
    if decision.replaces and stored and stored.record_id and not gone:
        reasons.append(what_it_said(stored.record_id, stored.mail_id, work))
    if stored is None and (others := _other_organisers(command, work)):
        work.outcome.flag(mail, OTHER_ORGANISER)
        reasons.append(
            said(
                "the event was told by {organizer}, too: this is a record of its own",
                organizer=", ".join(others),
            )
        )
    if not new.believed:
        work.outcome.flag(mail, NOT_FROM_ITS_ORGANISER)
    _apply(command, mail, work, stored=stored, new=new, decision=decision, gone=gone)
    return reasons + cancel_occurrences(command, new, work)


def _other_organisers(command: UpsertInvitation, work: UnitOfWork) -> list[str]:
    """Return who else organises the event, or the series of the occurrence (V2-2a)."""
    known = list(work.earlier.invitations_of(state_key(command)))
    if command.recurrence_id:
        series = work.earlier.invitations_of(series_key(command))
        known += series if about(series, command) is None else []
    return list(dict.fromkeys(one.organizer or "?" for one in known))


def _apply(  # noqa: PLR0913 - both tables are written from all of this
    command: UpsertInvitation,
    mail: MailClassified,
    work: UnitOfWork,
    *,
    stored: Stored | None,
    new: Stored,
    decision: Decision,
    gone: bool,
) -> None:
    record_id = stored.record_id if stored else None
    if not gone and command.method != "CANCEL":
        record_id = write_record(command, record_id, decision, work)
    elif not gone and record_id is not None:
        cancelled = {"cancelled": True, "sequence": command.sequence}
        work.update("invitation", record_id, cancelled)
    state = after(stored, new, decision, record_id)
    put_row(
        work.connection,
        invitation_table,
        _row(state, command),
        known=stored.key if stored else None,
    )
    work.earlier.remember(state_key(command), stored, state)
    if record_id is not None and not gone:
        work.touched(mail.cause, command, "invitation", record_id)


def _row(state: Stored, command: UpsertInvitation) -> dict[str, object]:
    return {
        "key": state.key,
        "occurrence_key": state_key(command),
        "user_id": command.user.id,
        "record_id": state.record_id,
        "revision": state.order.sequence,
        "stamp": state.order.stamp,
        "organizer": state.organizer,
        "genuine": state.believed,
        "cancelled": state.cancelled,
        "mail_id": state.mail_id,
    }
