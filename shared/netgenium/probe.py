"""Whether the database can be used: what tells a server that is away from a statement's trouble.

A probe asks for nothing that could be wrong by itself, so whatever goes wrong is the server's
state, and passes.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, literal_column, select, update

from shared.errors import PermanentError, TransientError
from shared.netgenium.database import database_errors, write_transaction
from shared.netgenium.own_tables import lock_table


def answers(engine: Engine) -> None:
    """Return if the database takes a connection and answers a statement (F-40).

    Raises:
        TransientError: It does not.
    """
    with _whatever_is_wrong_passes(), database_errors(engine), engine.connect() as connection:
        # Each dialect adds what its database needs: Firebird has no SELECT without a table.
        connection.scalar(select(literal_column("1")))


def takes_writes(engine: Engine) -> None:
    """Return if the database lets us write, too: a standby answers, but does not.

    Changes nothing: no lock has an empty name.

    Raises:
        TransientError: It does not.
    """
    nothing = update(lock_table).where(lock_table.c.name == "").values(counter=0)
    with _whatever_is_wrong_passes(), write_transaction(engine) as connection:
        connection.execute(nothing)


@contextmanager
def _whatever_is_wrong_passes() -> Iterator[None]:
    try:
        yield
    except PermanentError as error:
        raise TransientError(str(error)) from error
