"""Lets mails of one thread find each other in whatever order they were recorded (behaviour A-6).

It is done after the commit of a group, in a transaction of its own: of two writers with mails of
one thread the later one sees both. Whoever ends before it gets the same mails again, and what was
assigned, or taken back, is not assigned a second time.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, update

from services.writer.changes import record_change
from services.writer.decisions.claim import marks_of
from services.writer.decisions.late_thread import late_assignments
from services.writer.group_locks import record_lock
from services.writer.journal import made_before
from services.writer.timeline import tell
from services.writer.unit_of_work import UnitOfWork
from shared.contracts.cause import Cause
from shared.contracts.commands import AssignActivity
from shared.contracts.messages import MailClassified
from shared.netgenium.database.engine import write_transaction
from shared.netgenium.database.locks import hold
from shared.netgenium.queries.recorded import ASSIGNMENTS
from shared.netgenium.queries.threads import read_answers
from shared.netgenium.schema.tables import ErpTables


@dataclass(frozen=True, slots=True)
class LateThreads:
    """Assigns activities as other mails of their threads are."""

    engine: Engine
    erp: ErpTables
    clock: Callable[[], datetime]

    def join(self, mails: Iterable[MailClassified]) -> Sequence[AssignActivity]:
        """Look at threads of `mails`, which are recorded; return what was assigned.

        Raises:
            ConflictError: Another writer was first: trying again will see what it wrote.
            TransientError: The database is unreachable.
            PermanentError: A right is missing.
        """
        ours = [mail for mail in mails if mail.commands]
        keys = {key for mail in ours if (key := marks_of(mail).message_key)}
        answers = {mail.mail_id for mail in ours if mail.refers_to}
        if not keys and not answers:
            return ()
        with write_transaction(self.engine) as connection:
            found = late_assignments(read_answers(connection, self.erp, keys, answers))
            made = made_before(connection, (one.command_id for one in found)) if found else ()
            wanted = [one for one in found if one.command_id not in made]
            if not wanted:
                return ()
            hold(connection, *(record_lock("activity", one.activity) for one in wanted))
            work = UnitOfWork(connection, self.erp, self.clock())
            done = [one for one in wanted if _assigned(work, one)]
            work.flush()
            tell(connection, "linked", [step for one in done for step in _steps(one)], work.now)
        return done


def _assigned(work: UnitOfWork, command: AssignActivity) -> bool:
    """Assign the activity, unless somebody was first."""
    activity = work.erp.table("activity")
    table = activity.c
    free = (table[kind].is_(None) for kind in ASSIGNMENTS if kind in table)
    changed = update(activity).where(table.id == command.activity, *free)
    if not work.connection.execute(changed.values(dict(command.records))).rowcount:
        return False
    old = dict.fromkeys(command.records)
    cause, new = Cause("mail", command.like), command.records
    record_change(work, cause, command, "activity", command.activity, old=old, new=new)
    return True


def _steps(command: AssignActivity) -> Iterable[tuple[Cause, str]]:
    giver, taker = Cause("mail", command.like), Cause("mail", command.mail_id)
    yield taker, f"activity {command.activity}: assigned as {giver}, of the same thread (A-6)"
    yield giver, f"activity {command.activity} of {taker}: assigned as this mail is (A-6)"
