"""Counts the marks of the day and those that wait for a person, mail or not (behaviour S-7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.assembly.composition import Erp
from services.assembly.watch import Look
from shared import mark_metrics
from shared.errors import CRMServiceError
from shared.netgenium.database.engine import database_errors
from shared.netgenium.queries.marks import begin_of_day, count_marks, held_by_reporter
from shared.settings.box import Box


@dataclass(frozen=True, slots=True)
class MarksState:
    """How many marks there are.

    Attributes:
        today: Marks that mails have set since midnight in the ERP's zone, of all boxes together.
        per_day: Above so many the alarm is raised: the lowest `marksPerDay` of the boxes.
        held: Marks that wait for a person, by who has reported them.
    """

    today: int
    per_day: int
    held: dict[str, int]

    @property
    def alarm(self) -> bool:
        """Whether there are more than is usual."""
        return self.today > self.per_day


def marks_state(erp: Erp, boxes: Sequence[Box], now: datetime) -> MarksState:
    """Count them.

    Raises:
        TransientError: The database is unreachable.
        PermanentError: `init-db` has not run.
    """
    midnight = begin_of_day(now, erp.zone)
    with database_errors(erp.engine), erp.engine.connect() as connection:
        today, held = count_marks(connection, midnight), held_by_reporter(connection)
    return MarksState(today, min(box.marks_per_day for box in boxes), dict(held))


def marks_look(erp: Erp, boxes: Sequence[Box]) -> Look:
    """Tell it to the metrics; what cannot be known now is no number."""
    mark_metrics.marks(None, min(box.marks_per_day for box in boxes), None)

    def look() -> None:
        try:
            state = marks_state(erp, boxes, datetime.now(UTC))
        except CRMServiceError:
            mark_metrics.marks(None, min(box.marks_per_day for box in boxes), None)
        else:
            mark_metrics.marks(state.today, state.per_day, sum(state.held.values()))

    return look
