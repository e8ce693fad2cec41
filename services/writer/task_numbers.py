"""Numbers of new tasks: one more than the highest there is.

The ERP's own numbering is not documented. Only numbers that are digits alone count, among the
newest thousand tasks; the write transaction keeps other writers out.
"""

from sqlalchemy import select

from services.writer.unit_of_work import UnitOfWork

_NEWEST = 1000


def next_task_number(work: UnitOfWork) -> str:
    """The next number, after those of the database and of this unit of work."""
    task = work.erp.table("task").c
    newest = select(task.number).order_by(task.id.desc()).limit(_NEWEST)
    numbers = [*work.connection.scalars(newest)]
    numbers += [str(row.values["number"]) for row in work.rows.get("task", [])]
    taken = (int(number) for number in numbers if number and number.isdecimal())
    return str(max(taken, default=0) + 1)
