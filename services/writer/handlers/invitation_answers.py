"""What attendees answer, remembered whether or not the invitation has come yet (V2-1)."""

from sqlalchemy import select

from services.writer.decisions.organiser import may_answer
from services.writer.put_row import put_row
from services.writer.unit_of_work import UnitOfWork
from shared.contracts.commands import UpsertInvitation
from shared.contracts.events import Invited
from shared.contracts.messages import MailClassified
from shared.contracts.said import Said, said, with_commas
from shared.domain.event_order import EventOrder, order_of
from shared.domain.invitation_key import digest, event_key
from shared.netgenium.own.tables import answer_table

_UNANSWERED = "NEEDS-ACTION"


def attendee_lines(command: UpsertInvitation, work: UnitOfWork) -> str:
    """Return a line for each: address and answer; what attendees answered themselves goes first."""
    own = answer_table.c
    query = select(own.attendee, own.answer).where(
        own.event_key == _event_key(command),
        own.revision >= command.sequence,
    )
    answers = {row.attendee: row.answer for row in work.connection.execute(query)}
    return "\n".join(f"{a.address} {answers.get(a.address, a.answer)}" for a in command.attendees)


def record_answers(
    command: UpsertInvitation, record_id: int | None, mail: MailClassified, work: UnitOfWork
) -> Said:
    """Remember the answers that the sender may give, and show them in the record if there is one.

    Gives the reason for the trace.
    """
    if command.trust == "refused":
        return said("S-1: the sender is not believed: the answer is ignored")
    order = order_of(command.sequence, command.stamp, mail.received_at)
    told = [
        one
        for one in command.attendees
        if may_answer(command, one.address) and _remember(command, one, order, work)
    ]
    if not told:
        return said("no newer answer of the sender")
    return with_commas([_told(one, record_id, command, work) for one in told])


def _told(one: Invited, record_id: int | None, command: UpsertInvitation, work: UnitOfWork) -> Said:
    answered = said("{address} answered {answer}", address=one.address, answer=one.answer)
    if _show(record_id, one.address, one.answer, command, work):
        return answered
    return said("{answered} but is no attendee: not added to the list", answered=answered)


def _remember(command: UpsertInvitation, one: Invited, order: EventOrder, work: UnitOfWork) -> bool:
    """Store an answer; False if a newer one is known. The same answer again is told again."""
    own = answer_table.c
    key = digest(_event_key(command), one.address)
    row = work.connection.execute(select(answer_table).where(own.key == key)).first()
    if row is not None and EventOrder(row.revision, row.stamp).is_later_than(order):
        return False
    values = {
        "key": key,
        "event_key": _event_key(command),
        "attendee": one.address,
        "answer": one.answer,
        "revision": order.sequence,
        "stamp": order.stamp,
    }
    put_row(work.connection, answer_table, values, known=row is not None)
    return True


def _show(
    record_id: int | None, attendee: str, answer: str, command: UpsertInvitation, work: UnitOfWork
) -> bool:
    """Write an answer into the record; False if its list has no such attendee."""
    if record_id is None:
        return True
    table = work.erp.table("invitation")
    if attendee == command.user.email and answer != _UNANSWERED:
        work.update("invitation", record_id, {"answer": answer})
    if "attendees" not in table.c:
        return True
    query = select(table.c.attendees).where(table.c.id == record_id)
    lines = [line for line in (work.connection.scalar(query) or "").split("\n") if line]
    if attendee not in {line.partition(" ")[0] for line in lines}:
        return False
    shown = [f"{attendee} {answer}" if x.partition(" ")[0] == attendee else x for x in lines]
    work.update("invitation", record_id, {"attendees": "\n".join(shown)})
    return True


def _event_key(command: UpsertInvitation) -> str:
    return event_key(command.uid, command.recurrence_id)
