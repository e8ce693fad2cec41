"""Which mails a mail about a task answers, so that mail programs show them together (E-2)."""

from sqlalchemy import Connection, select

from shared.netgenium.own.tables import outbox_table
from shared.netgenium.schema.tables import ErpTables

_MOST = 5


def read_before(connection: Connection, erp: ErpTables, task: int) -> tuple[str, ...]:
    """Return Message-IDs of the newest mails about a task: the customer's before ours."""
    own, activity = outbox_table.c, erp.table("activity").c
    ours = select(own.message_id).where(own.task_id == task, own.message_id.is_not(None))
    found = list(connection.scalars(ours.order_by(own.sent_at.desc()).limit(_MOST)))
    if "message_id" not in activity:
        return tuple(found)
    theirs = select(activity.message_id).where(
        activity.task == task, activity.message_id.is_not(None)
    )
    newest = connection.scalars(theirs.order_by(activity.id.desc()).limit(_MOST))
    return tuple(dict.fromkeys((*newest, *found)))
