"""Whether the database can be used: what tells a server that is away from a statement's trouble.

A probe asks for nothing that could be wrong by itself, so whatever goes wrong is the server's
state, and passes.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import (
    Connection,
    Engine,
    Table,
    cast,
    false,
    insert,
    literal_column,
    null,
    select,
    update,
)

from shared.contracts.said import said
from shared.errors import AwayError, CRMServiceError, PermanentError, TransientError
from shared.netgenium.database.engine import PART, database_errors, write_transaction
from shared.netgenium.database.servers import locks_in_order
from shared.netgenium.own.tables import lock_table


def answers(engine: Engine, tables: Iterable[Table] = ()) -> None:
    """Return if the database takes a connection and answers a statement (F-40).

    Args:
        engine: The database.
        tables: Must be readable: somebody may hold one as a whole, as `ALTER TABLE` does.

    Raises:
        AwayError: It does not.
    """
    with _means_away(PermanentError), database_errors(engine), engine.connect() as connection:
        # Each dialect adds what its database needs: Firebird has no SELECT without a table.
        connection.scalar(select(literal_column("1")))
    with (
        suppress(PermanentError),
        _means_away(),
        database_errors(engine),
        engine.connect() as connection,
    ):
        for table in tables:
            _read_no_row(connection, table)


def takes_writes(engine: Engine, tables: Iterable[Table] = (), read: Iterable[Table] = ()) -> None:
    """Return if the database lets us write, too: a standby answers, but does not.

    Changes nothing: no lock has an empty name, and tables get no row.

    Args:
        engine: The database.
        tables: Must take rows: somebody may hold one as a whole, as `CREATE INDEX` does.
        read: Must be readable.

    Raises:
        AwayError: It does not.
    """
    nothing = update(lock_table).where(lock_table.c.name == "").values(counter=0)
    with _means_away(PermanentError), write_transaction(engine) as connection:
        connection.execute(nothing)
    with suppress(PermanentError), _means_away(), write_transaction(engine) as connection:
        for table in read:
            _read_no_row(connection, table)
        for table in tables:
            _write_no_row(connection, table)


def allows(engine: Engine, read: Iterable[Table], added: Iterable[Table] = ()) -> None:
    """Return if the login may read and add to tables; changes nothing.

    Asked at the start: later a right that is missing refuses one mail after the other for good.

    Args:
        engine: The database.
        read: Must be readable.
        added: Must take rows; asked of PostgreSQL alone.

    Raises:
        AwayError: It may not, or the database is unreachable.
    """
    try:
        with _means_away(), database_errors(engine), engine.connect() as connection:
            for table in read:
                _read_no_row(connection, table)
            for table in added:
                _write_no_row(connection, table)
    except PermanentError as error:
        remedy = said(
            "{reason}; give the login the rights of its role: crmservice grants names them",
            reason=error.sentence,
        )
        raise AwayError(remedy, PART) from error


def _read_no_row(connection: Connection, table: Table) -> None:
    connection.execute(select(table.c[0]).where(false())).close()


def _write_no_row(connection: Connection, table: Table) -> None:
    """Ask for the table, not for any row: what holds a single row is one mail's own trouble."""
    if locks_in_order(connection.dialect):
        # PostgreSQL: some locks of tables let others read, but not write.
        column = list(table.c)[-1]
        no_row = select(cast(null(), column.type)).where(false())
        connection.execute(insert(table).from_select([column], no_row))


@contextmanager
def _means_away(*also: type[CRMServiceError]) -> Iterator[None]:
    errors: tuple[type[CRMServiceError], ...] = (TransientError, *also)
    try:
        yield
    except errors as error:
        raise AwayError(error.sentence, PART) from error
