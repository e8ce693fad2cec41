"""Edits on both sides while everything fails, then quiet; `make test-calendar-long` runs more."""

from tests.calendar_machine import run


def test_both_sides_agree_once_it_is_quiet() -> None:
    """INV-10, F-12, F-13: nothing lost, doubled or brought back; two more rounds write nothing."""
    run(examples=5, steps=20, same_steps=True)
