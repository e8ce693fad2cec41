"""Metrics of marks (behaviour S-7); `docs/operations.md` explains them."""

from shared.metrics import UNKNOWN, gauge

_marks_today = gauge(
    "crmservice_marks_today", "Marks that mails have set since midnight, of all boxes."
)
_marks_per_day = gauge("crmservice_marks_per_day", "More marks than that in a day are an alarm.")
_held_marks = gauge("crmservice_held_marks", "Marks by reports that wait for a person.")


def marks(today: int | None, per_day: int, held: int | None) -> None:
    """Set the number of marks that were counted; None: it cannot be known now."""
    _marks_today.set(UNKNOWN if today is None else today)
    _marks_per_day.set(per_day)
    _held_marks.set(UNKNOWN if held is None else held)
