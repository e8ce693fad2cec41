"""Locks of writers: rows of `crm_lock` that a transaction holds until its end.

Two writers never wait for each other, because everybody takes locks in one order: that of their
names. A name begins with its place in that order. A transaction takes all locks of the things it
works on in one call at its begin, then perhaps `TASK_NUMBERS`, then perhaps `IDS`.

A lock for each address or event would let the table grow for ever, so things share a bounded
number of locks: two that share one wait for each other without need, which is rare and harmless.

SQLite needs none of this: its write transactions follow one another anyway.
"""

import time
from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import DatabaseError

from shared.netgenium.database.engine import ConflictError, transaction_beside
from shared.netgenium.database.many import in_chunks
from shared.netgenium.database.servers import LOCK_SECONDS, changed_meanwhile, locks_in_order
from shared.netgenium.own.tables import lock_table

TASK_NUMBERS = "2/task numbers"
"""Held for the moment in which numbers of new tasks are reserved."""

IDS = "3/ids"
"""Held by who counts ids up from the highest; every other lock is taken before it."""

_SHARES = 4096
_TRIES = 10


def lock_for(kind: str, thing: str) -> str:
    """Return the name of the lock of `thing`; the same thing always has the same.

    Args:
        kind: What it is, in a word.
        thing: Any text that identifies it.
    """
    digest = sha256(thing.encode("utf-8", "replace")).digest()
    return f"1/{kind}/{int.from_bytes(digest[:4]) % _SHARES:03x}"


def writes_follow_one_another(connection: Connection) -> bool:
    """Whether the database lets one write transaction begin only when the other has ended."""
    return connection.dialect.name == "sqlite"


def hold(connection: Connection, *names: str) -> None:
    """Take the locks `names`, in order; who asks for one of them waits for this transaction's end.

    What is read afterwards is what the holders before have committed. Names of a second call come
    after those of the first: their places 1, 2 and 3 see to that.

    Args:
        connection: Inside a write transaction.
        names: From `lock_for`, or a name above; rows that are missing are made and stay.

    Raises:
        ConflictError: Other writers made the missing rows at the same time, again and again.
        sqlalchemy.exc.DatabaseError: The wait took too long; `write_transaction` translates it.
    """
    if writes_follow_one_another(connection):
        return
    wanted = sorted(set(names))
    _make_missing(connection, wanted)
    if locks_in_order(connection.dialect):
        _take_together(connection, wanted)
    else:
        for name in wanted:
            _take(connection, name)


def _make_missing(connection: Connection, names: Sequence[str]) -> None:
    """Make rows in a transaction of their own: nobody waits for a row until ours ends."""
    for _ in range(_TRIES - 1):
        try:
            return _make(connection, names)
        except ConflictError:
            # Another writer made one of the rows in the meantime: now it can be seen.
            continue
    return _make(connection, names)


def _make(connection: Connection, names: Sequence[str]) -> None:
    there: set[str] = set()
    for chunk in in_chunks(names):
        query = select(lock_table.c.name).where(lock_table.c.name.in_(chunk))
        there.update(connection.scalars(query))
    if missing := [name for name in names if name not in there]:
        with transaction_beside(connection) as beside:
            beside.execute(insert(lock_table), [{"name": name, "counter": 0} for name in missing])


def _take_together(connection: Connection, names: Sequence[str]) -> None:
    """Lock the rows of a sorted query, which PostgreSQL does in their order."""
    # The database's own collation may sort otherwise than we cut the chunks.
    in_order = lock_table.c.name.collate("C")
    for chunk in in_chunks(names):
        rows = select(lock_table.c.name).where(lock_table.c.name.in_(chunk))
        connection.execute(rows.order_by(in_order).with_for_update()).all()


def _take(connection: Connection, name: str) -> None:
    """Lock row by row: an UPDATE of many rows would take them in any order."""
    row = update(lock_table).where(lock_table.c.name == name)
    statement = row.values(counter=lock_table.c.counter + 1)
    end = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            connection.execute(statement)
        except DatabaseError as error:
            # Firebird waits for the holder, and then fails all the same.
            if not changed_meanwhile(error) or time.monotonic() > end:
                raise
        else:
            return
