"""Numbers of new tasks: one more than the highest there is (behaviour N-1).

The ERP's own numbering is not documented. Only numbers that are digits alone count, among the
newest thousand tasks.
"""

from collections.abc import Iterator
from itertools import count

from sqlalchemy import Connection, select

from shared.netgenium.locks import TASK_NUMBERS, hold
from shared.netgenium.tables import ErpTables

_NEWEST = 1000


def new_task_numbers(connection: Connection, erp: ErpTables) -> Iterator[str]:
    """The next numbers in order; no other writer numbers tasks until this transaction ends."""
    hold(connection, TASK_NUMBERS)
    task = erp.table("task").c
    newest = select(task.number).order_by(task.id.desc()).limit(_NEWEST)
    taken = (int(one) for one in connection.scalars(newest) if one and one.isdecimal())
    return map(str, count(max(taken, default=0) + 1))
