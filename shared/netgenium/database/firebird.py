"""Firebird 3: waiting transactions, what its driver cannot count, tables before rows.

Writers run READ COMMITTED, so that who waited for a lock sees what the holder has committed. The
driver's own default, a snapshot, would number two records alike. All of this holds for
firebird-driver with sqlalchemy-firebird; this module is their home.
"""

import atexit
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from ctypes.util import find_library
from functools import cache
from itertools import count
from secrets import randbelow
from typing import Any
from weakref import WeakSet

from firebird.driver import TPB, Isolation, core, driver_config  # type: ignore[import-untyped]
from firebird.driver import Error as FirebirdError
from firebird.driver.fbapi import (  # type: ignore[import-untyped]
    FB_SHUTDOWN_CALLBACK,
    ISC_STATUS_ARRAY,
    fb_shut_confirmation,
    fb_shutrsn_signal,
    get_api,
    has_api,
)
from sqlalchemy import Connection, Engine, event

from shared.contracts.said import said
from shared.errors import ConfigProblem, ConfigurationError
from shared.netgenium.database.servers import (
    CONNECT_SECONDS,
    LOCK_SECONDS,
    codec_of,
    remember_charset,
)

_COUNTED = ("INSERT", "UPDATE", "DELETE", "SELECT", "MERGE", "WITH")
"""Begins of the statements whose rows can be counted."""


def _need_library() -> None:
    """Refuse a missing library, which the driver tells only late and with a foreign error."""
    named = driver_config.fb_client_library.value
    if sys.platform == "linux" and not (has_api() or named or find_library("fbclient")):
        what, remedy = said("needs Firebird's client library"), said("apt-get install libfbclient2")
        raise ConfigurationError([ConfigProblem("NETGENIUM_DATABASE_URL", what, remedy)])


@FB_SHUTDOWN_CALLBACK  # type: ignore[untyped-decorator]
def _not_by_a_signal(reason: int, _mask: int, _argument: object) -> int:
    """Return 1, which refuses, where a signal is the reason."""
    return int(reason == fb_shutrsn_signal)


@cache
def _keep_connections_at_signals() -> None:
    """Let a signal end nothing but what we end.

    With its first connection the client library takes SIGINT and SIGTERM over, and at either
    shuts down every connection of the process, in the middle of the batch in hand. Our own
    handlers are still called, and they decide what ends, and when.
    """
    status = ISC_STATUS_ARRAY()
    get_api().fb_shutdown_callback(status, _not_by_a_signal, fb_shut_confirmation, None)


@cache
def _let_destructors_fail() -> None:
    """Make the driver's destructors quiet about what a lost server or a signal has left behind.

    They free what was left open, a cursor at the loss of its connection for one, and fail once
    more; as nobody can catch that, Python would print a traceback beside our log.
    """
    for kind in vars(core).values():
        if isinstance(kind, type) and "__del__" in vars(kind):
            kind.__del__ = _quiet(kind.__del__)  # type: ignore[attr-defined]


def _quiet(end: Callable[[object], None]) -> Callable[[object], None]:
    def quiet(one: object) -> None:
        # What has no attributes yet has nothing to free.
        with suppress(FirebirdError, AttributeError):
            end(one)

    return quiet


def _drop(connection: Any) -> None:  # noqa: ANN401 - the driver's own
    """Let go of a broken connection: sqlalchemy-firebird calls a method that the driver lacks."""
    # That it has broken is known: the driver can only say so once more.
    with suppress(FirebirdError):
        connection.close()


_engines: WeakSet[Engine] = WeakSet()
_loading = threading.Lock()


@atexit.register
def _close_connections() -> None:
    """Close what is open before the driver shuts its library down, which it registered earlier."""
    for engine in tuple(_engines):
        engine.dispose()


_turn = count(randbelow(100))


def _patience_seconds() -> int:
    """Return how long a connection waits for a lock: at least a third of the longest wait.

    Firebird looks for deadlocks only where transactions wait without end. So connections wait for
    different times: of two that wait for each other, one gives up first, and the other goes on.
    """
    third = LOCK_SECONDS // 3
    return third + next(_turn) % third


def prepare(engine: Engine, charset: str) -> None:
    """Set up every connection that `engine` will open.

    Args:
        engine: For a URL of Firebird.
        charset: Firebird's name of the connection's character set.

    Raises:
        ConfigurationError: Firebird's client library is not installed.
    """
    _need_library()
    _let_destructors_fail()
    _engines.add(engine)
    engine.dialect.do_terminate = _drop  # type: ignore[assignment, method-assign]
    driver_config.db_defaults.timeout.value = CONNECT_SECONDS

    @event.listens_for(engine, "do_connect")
    def load(*_: object) -> None:
        # The library is known before it is ready: a second thread would find it half loaded.
        with _loading:
            _keep_connections_at_signals()

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own
        isolation = Isolation.READ_COMMITTED_RECORD_VERSION
        waiting = TPB(isolation=isolation, lock_timeout=_patience_seconds())
        connection.main_transaction.default_tpb = waiting.get_buffer()

    @event.listens_for(engine, "first_connect")
    def look(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own
        cursor = connection.cursor()
        cursor.execute("SELECT TRIM(rdb$character_set_name) FROM rdb$database")
        [own] = cursor.fetchone()
        cursor.close()
        connection.rollback()
        remember_charset(engine.dialect, own or "NONE", codec_of(charset) or "utf-8")

    @event.listens_for(engine, "after_cursor_execute")
    def leave_uncounted(
        _connection: Connection, _cursor: object, statement: str, *more: object
    ) -> None:
        context: Any = more[1]
        if not statement.lstrip().upper().startswith(_COUNTED):
            # firebird-driver fails when it is asked how many rows CREATE TABLE has changed.
            context._rowcount = -1  # noqa: SLF001 - there is no other way
