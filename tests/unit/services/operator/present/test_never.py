"""The answer for a mail that is not there."""

from datetime import UTC, datetime

import pytest

from services.answers.whereabouts import BoxSeen, Whereabouts
from services.operator.present.never_text import next_step
from shared.language.language import language

READ_AT = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("state", ["needs you", "login refused", "unreachable", "stopped"])
@pytest.mark.parametrize("waiting", [None, 0, 5000])
def test_a_box_that_nobody_reads_is_the_first_thing_to_mend(
    state: str, waiting: int | None
) -> None:
    """O-4: no waiting helps, and the mail server is not asked, as long as the box is not read."""
    boxes = [BoxSeen("crm", state, READ_AT, waiting), BoxSeen("b", "resting", READ_AT, 0)]

    told = next_step(Whereabouts(boxes, queued=1), None, language("en"))

    assert told == "Next: see crmservice status; nobody fetches the mail of crm"


def test_of_a_box_that_is_read_the_mail_server_is_asked() -> None:
    """O-4: where nothing waits anywhere, the mail has not come."""
    boxes = [BoxSeen("crm", "reading", READ_AT, 0)]

    assert "ask the mail server" in next_step(Whereabouts(boxes), None, language("en"))
