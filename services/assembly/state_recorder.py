"""What is told to the writer beside the mail: the state of boxes, and dead letters (O-2, O-4)."""

from functools import partial

from sqlalchemy import Engine

from services.assembly.inbox_recorder import InboxRecorder
from services.writer.box_states import record_box_states
from services.writer.dead_letters import record_dead_letters
from shared.broker.topology import boxes_queue, dead_letter_notes_queue
from shared.broker.wire import note_from_broker, state_from_broker
from shared.contracts.box_state import BoxState
from shared.contracts.dead_letter import DeadLetterNote


def box_state_recorder(engine: Engine) -> InboxRecorder[BoxState]:
    """Return what records in `crm_box` what fetchers tell."""
    return InboxRecorder(
        "box states", boxes_queue(), state_from_broker, partial(record_box_states, engine)
    )


def dead_letter_recorder(engine: Engine) -> InboxRecorder[DeadLetterNote]:
    """Return what records in `crm_dead_letter` what services and operators tell of dead letters."""
    return InboxRecorder(
        "dead letters",
        dead_letter_notes_queue(),
        note_from_broker,
        partial(record_dead_letters, engine),
    )
