"""What a driver's error means: each says it in its own way, by state, number, name or words.

Pure: the functions take what the driver raised, and know nothing of SQLAlchemy.
"""

_SQLSTATE_LENGTH = 5

_LOST_RACE_SQLSTATES = ("40001", "40P01")
"""Serialization failures and deadlocks."""

_SQL_SERVER_DEADLOCK = 1205

_BUSY_SQLSTATES = ("57014", "55P03", "HYT00")
"""A statement that was cancelled because it took too long, or that waited too long for a lock."""

_FIREBIRD_WAITED_LONG = 335544510
"""`isc_lock_timeout`; its state is that of a deadlock."""

_SQL_SERVER_BUSY = (1222, 20003)
"""A lock was waited for too long; pymssql's own end of a statement that took too long."""

_SQLITE_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_INTERRUPT")

_USELESS_SQLSTATES = ("08", "25006", "25P03", "57P0")
"""Begins of states: the connection is lost, read-only, idle for too long; the server stops."""

_FIREBIRD_USELESS = frozenset(
    (335544528, 335544721, 335544726, 335544727, 335544741, 335544765, 335544856)
)
"""Shut down, network error, read and write error, lost, read-only, connection shut down."""

_SQL_SERVER_USELESS = (976, 978, 979, 983, 3906)
"""The database is a secondary replica now, or cannot be written."""

_FIREBIRD_NO_RIGHT = 335544352
"""`isc_no_priv`: its state is that of a refused login, but it is about one table."""

_AWAY_SQLSTATES = ("08", "25006", "28", "40", "53", "57", "HYT")
"""Begins of states: connection, read-only, login, deadlock, resources, operator, time-out."""

_SQL_SERVER_AWAY = (1204, *_SQL_SERVER_USELESS)
"""No locks are left, or the connection is useless."""

_SQLITE_AWAY = (
    "SQLITE_PERM",
    "SQLITE_NOMEM",
    "SQLITE_READONLY",
    "SQLITE_IOERR",
    "SQLITE_CORRUPT",
    "SQLITE_FULL",
    "SQLITE_CANTOPEN",
    "SQLITE_PROTOCOL",
    "SQLITE_NOTADB",
)
"""Begins of SQLite's error names that are no mail's fault; `OperationalError` has others, too."""

_OWN_SQLSTATES = ("08", "25006", "53100", "53300", "57P0")
"""Begins of states: connection, read-only, disk full, too many connections, the server stops."""

_SQLITE_OWN = ("SQLITE_FULL", "SQLITE_READONLY", "SQLITE_IOERR")

_FIREBIRD_OWN = frozenset((335544344, *_FIREBIRD_USELESS))
"""An I/O error, as on a full disk, or the connection is useless."""


def sqlstate(error: BaseException | None) -> str:
    """Return the five characters for the kind of error; pyodbc gives them as first argument."""
    arguments = getattr(error, "args", None) or ("",)
    state = getattr(error, "sqlstate", None) or arguments[0]
    return state if isinstance(state, str) and len(state) == _SQLSTATE_LENGTH else ""


def sqlite_name(error: BaseException | None) -> str:
    """Return SQLite's name for the kind of error; empty where another database raised it."""
    # Firebird's errors answer None to whatever they are asked for.
    return str(getattr(error, "sqlite_errorname", None) or "")


def lost_race(error: BaseException | None) -> bool:
    """Whether the whole transaction gave way to another: a deadlock, or a row changed meanwhile."""
    # Where Firebird's patience has ended, the other one still has the lock: nothing new to see.
    if _FIREBIRD_WAITED_LONG in _gds_codes(error):
        return False
    return sqlstate(error) in _LOST_RACE_SQLSTATES or _number(error) == _SQL_SERVER_DEADLOCK


def is_busy(error: BaseException | None) -> bool:
    """Whether one statement took too long or waited too long, which says nothing of the server."""
    return (
        _FIREBIRD_WAITED_LONG in _gds_codes(error)
        or sqlstate(error) in _BUSY_SQLSTATES
        or _number(error) in _SQL_SERVER_BUSY
        or sqlite_name(error).startswith(_SQLITE_BUSY)
    )


def proves_useless(error: BaseException | None) -> bool:
    """Whether nothing more can be done over the connection, whatever the driver thinks of it.

    After a switchover the old leader goes on answering, but writes nothing any more: who keeps
    the connection never finds the new one.
    """
    return (
        sqlstate(error).startswith(_USELESS_SQLSTATES)
        or bool(_FIREBIRD_USELESS & set(_gds_codes(error)))
        or _number(error) in _SQL_SERVER_USELESS
    )


def is_away(error: BaseException | None) -> bool:
    """Return whether the database as a whole cannot be used now."""
    if name := sqlite_name(error):
        return name.startswith(_SQLITE_AWAY)
    return (
        names_the_server(error)
        or sqlstate(error).startswith(_AWAY_SQLSTATES)
        or _number(error) in _SQL_SERVER_AWAY
    )


def names_the_server(error: BaseException | None) -> bool:
    """Return whether the error itself shows that the database cannot work: no mail is to blame.

    A probe that writes nothing would not notice a full disk.
    """
    return (
        sqlite_name(error).startswith(_SQLITE_OWN)
        or sqlstate(error).startswith(_OWN_SQLSTATES)
        or bool(_FIREBIRD_OWN & set(_gds_codes(error)))
        or _number(error) in _SQL_SERVER_USELESS
    )


def lacks_a_right(error: BaseException | None) -> bool:
    """Return whether Firebird refuses one table, in the state of a refused login."""
    return _FIREBIRD_NO_RIGHT in _gds_codes(error)


def _gds_codes(error: BaseException | None) -> tuple[int, ...]:
    return tuple(getattr(error, "gds_codes", None) or ())


def _number(error: BaseException | None) -> int | None:
    """Return SQL Server's number for the kind of error, which pymssql gives as first argument."""
    arguments = getattr(error, "args", None) or (None,)
    return arguments[0] if isinstance(arguments[0], int) else None
