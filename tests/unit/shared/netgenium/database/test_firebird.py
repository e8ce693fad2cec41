"""What the driver of Firebird is kept from."""

import gc
import sys

import pytest
from firebird.driver import core  # type: ignore[import-untyped]

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
