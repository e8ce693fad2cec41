"""What the driver of Firebird is kept from."""

import gc
import sys
import threading
from contextlib import suppress
from types import SimpleNamespace

import pytest
from firebird.driver import core  # type: ignore[import-untyped]
from sqlalchemy.exc import SQLAlchemyError

from shared.errors import CRMServiceError
from shared.netgenium.database import firebird
from shared.netgenium.database.engine import open_database


def test_what_a_signal_leaves_half_made_is_thrown_away_without_a_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """O-6: an object of the driver that a signal has met in the making has nothing to free."""
    told: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda one: told.append(one.exc_value))
    open_database("firebird://user@nowhere.example/erp").dispose()
    made = [one for one in vars(core).values() if isinstance(one, type)]
    kinds = [one for one in made if "__del__" in vars(one)]

    for kind in kinds:
        kind.__new__(kind)  # type: ignore[call-overload]
    gc.collect()

    assert kinds
    assert told == []


def test_the_library_is_loaded_by_one_thread_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """F-40: whoever connects meanwhile waits, and meets no library that is half loaded."""
    both, loads = threading.Barrier(2), []

    def load() -> SimpleNamespace:
        loads.append(threading.current_thread())
        with suppress(threading.BrokenBarrierError):
            both.wait(0.3)
        return SimpleNamespace(fb_shutdown_callback=lambda *_: None)

    def connect() -> None:
        with suppress(CRMServiceError, SQLAlchemyError):
            engine.connect().close()

    monkeypatch.setattr(firebird, "get_api", load)
    firebird._keep_connections_at_signals.cache_clear()
    engine = open_database("firebird://user:secret@127.0.0.1:1/erp")
    threads = [threading.Thread(target=connect) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    firebird._keep_connections_at_signals.cache_clear()

    assert len(loads) == 1
