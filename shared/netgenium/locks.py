"""One writer at a time: rows of `crm_lock` that a transaction holds until its end.

An UPDATE takes the row, because SQL Server has no `FOR UPDATE` and SQLite needs none.
"""

import time

from sqlalchemy import Connection, insert, update
from sqlalchemy.exc import DatabaseError

from shared.netgenium.database import is_unique_violation
from shared.netgenium.own_tables import lock_table
from shared.netgenium.servers import LOCK_SECONDS, changed_meanwhile


def hold(connection: Connection, name: str) -> None:
    """Take the lock `name`; who asks for it meanwhile waits for the end of this transaction.

    What is read afterwards is what the holder before has committed. Who needs several locks takes
    them in alphabetical order, so that no two writers wait for each other.

    Args:
        connection: Inside a write transaction.
        name: At most 63 characters; its row is made when it is missing.

    Raises:
        sqlalchemy.exc.DatabaseError: The wait took too long; `write_transaction` translates it.
    """
    if _taken(connection, name):
        return
    try:
        with connection.begin_nested():
            connection.execute(insert(lock_table).values(name=name, counter=1))
    except DatabaseError as error:
        # Another writer made the row in the meantime, and has committed it: now it is there.
        if not is_unique_violation(error) or not _taken(connection, name):
            raise


def _taken(connection: Connection, name: str) -> bool:
    row = update(lock_table).where(lock_table.c.name == name)
    statement = row.values(counter=lock_table.c.counter + 1)
    end = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            return connection.execute(statement).rowcount > 0
        except DatabaseError as error:
            # Firebird waits for the holder, and then fails all the same.
            if not changed_meanwhile(error) or time.monotonic() > end:
                raise
