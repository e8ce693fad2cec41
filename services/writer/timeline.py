"""The timeline: what became of each cause, one row a step, never changed (behaviours R-d, O-2)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal
from uuid import uuid4

from sqlalchemy import Connection, insert

from shared.contracts.cause import Cause
from shared.netgenium.own.tables import event_table

Stage = Literal["recorded", "undone", "linked", "released", "refused"]


def tell(
    connection: Connection, stage: Stage, steps: Iterable[tuple[Cause, str]], now: datetime
) -> None:
    """Add a row for each step.

    Args:
        connection: In the transaction that makes it true.
        stage: What kind of step it is.
        steps: Whose it is, and what was done, in one line for a person.
        now: When.
    """
    rows = [
        {
            "event_id": uuid4(),
            "cause_id": cause.id,
            "cause_kind": cause.kind,
            "stage": stage,
            "happened_at": now,
            "what": what,
        }
        for cause, what in steps
    ]
    if rows:
        connection.execute(insert(event_table), rows)
