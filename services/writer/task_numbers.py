"""Numbers of new tasks: one more than the highest there is (behaviour N-1).

The ERP's own numbering is not documented. Only numbers that are digits alone count, among the
newest thousand tasks.

Numbers are reserved in a short transaction of their own, because a lock held to the end of a group
makes all other writers wait: nearly every group of mixed mail makes a task. What a failed group has
reserved is not given again.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, insert, select, update

from shared.netgenium.database.engine import transaction_beside
from shared.netgenium.database.locks import TASK_NUMBERS, hold, writes_follow_one_another
from shared.netgenium.own.tables import counter_table
from shared.netgenium.schema.tables import ErpTables

_NEWEST = 1000
_TASKS = "task"


def reserve_task_numbers(connection: Connection, erp: ErpTables, count: int) -> Iterator[str]:
    """Yield `count` numbers in order, which no other writer gets.

    Args:
        connection: Inside a write transaction.
        erp: The mapped tables.
        count: How many are wanted at most.
    """
    if count == 0:
        return iter(())
    if writes_follow_one_another(connection):
        first = _reserved(connection, erp, count)
    else:
        with transaction_beside(connection) as beside:
            first = _reserved(beside, erp, count)
    return map(str, range(first, first + count))


def _reserved(connection: Connection, erp: ErpTables, count: int) -> int:
    """Reserve `count` new numbers; return the first."""
    hold(connection, TASK_NUMBERS)
    ours = counter_table.c.name == _TASKS
    before = connection.scalar(select(counter_table.c.reserved).where(ours))
    first = max(_highest(connection, erp), before or 0) + 1
    last = {"reserved": first + count - 1}
    if before is None:
        connection.execute(insert(counter_table).values(name=_TASKS, **last))
    else:
        connection.execute(update(counter_table).where(ours).values(last))
    return first


def _highest(connection: Connection, erp: ErpTables) -> int:
    task = erp.table("task").c
    newest = select(task.number).order_by(task.id.desc()).limit(_NEWEST)
    taken = (int(one) for one in connection.scalars(newest) if one and one.isdecimal())
    return max(taken, default=0)
