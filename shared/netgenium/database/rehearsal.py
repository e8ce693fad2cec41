"""Trying what would be written: write transactions as savepoints of one that is rolled back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from shared.errors import CRMServiceError
from shared.netgenium.database.engine import REHEARSAL, database_errors, writing


@dataclass(slots=True)
class Rehearsal:
    """One transaction that is never committed.

    Attributes:
        engine: For whoever writes: each `write_transaction` on it is a savepoint.
        connection: The one that all of them share.
    """

    engine: Engine
    connection: Connection
    _ended_by: BaseException | None = None

    @property
    def goes_on(self) -> bool:
        """Whether more can be tried: no connection was lost, no transaction undone as a whole."""
        alive = self.connection.in_transaction() and not self.connection.invalidated
        return self._ended_by is None and alive

    @contextmanager
    def step(self) -> Iterator[Connection]:
        """Open a savepoint; what is written in it is seen by the next ones, unless it fails.

        Any other error than a database's or ours ends the rehearsal, and so undoes everything.
        Where the database has undone the whole transaction, nothing more may be written: it would
        stay. So each further step raises what has ended the rehearsal.
        """
        if self._ended_by is not None:
            raise self._ended_by
        savepoint = self.connection.begin_nested()
        try:
            yield self.connection
            savepoint.commit()
        except (SQLAlchemyError, CRMServiceError) as error:
            try:
                savepoint.rollback()
            except SQLAlchemyError:
                self._ended_by = error
            raise


@contextmanager
def rehearsed(engine: Engine) -> Iterator[Rehearsal]:
    """Open a rehearsal on `engine`; afterwards everything is as it was.

    Only numbers that identity columns and generators have given are used up.

    Raises:
        TransientError: The database is unreachable.
    """
    with database_errors(engine), writing(engine).connect() as connection:
        whole = connection.begin()
        rehearsal = Rehearsal(engine, connection)
        rehearsal.engine = engine.execution_options(**{REHEARSAL: rehearsal.step})
        connection.execution_options(**{REHEARSAL: rehearsal.step})
        try:
            yield rehearsal
        finally:
            whole.rollback()
