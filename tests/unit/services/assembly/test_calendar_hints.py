"""Who is told of calendars that may have news (K-2)."""

from uuid import UUID

import pytest

from services.assembly.calendar_hints import hints_outlet
from shared.broker.topology import CALENDAR_CHANGES
from shared.broker.wire import hint_from_broker
from shared.contracts.messages import MailRecorded
from tests.builders import a_box


def _recorded(*users: int) -> MailRecorded:
    return MailRecorded(
        mail_id=UUID(int=1),
        box="crm",
        source="emlDir:a",
        subject="x",
        verdict=(),
        again=False,
        calendar_users=users,
    )


def test_a_hint_names_the_users_whose_invitations_were_recorded() -> None:
    """K-2, K-4a: one message a mail, and none for a mail that concerns no calendar."""
    outlet = hints_outlet([a_box(calendar=True)])

    assert [queue.name for queue in outlet.queues] == [CALENDAR_CHANGES]
    ((name, message),) = outlet.addressed(_recorded(1, 7))
    assert (name, hint_from_broker(message).users) == (CALENDAR_CHANGES, (1, 7))
    assert outlet.addressed(_recorded()) == ()


def test_a_meeting_of_a_thousand_users_is_one_hint() -> None:
    """K-2: what is left out has its turn within a period."""
    ((_, message),) = hints_outlet([a_box(calendar=True)]).addressed(_recorded(*range(5000)))

    assert len(hint_from_broker(message).users) == 1000


@pytest.mark.parametrize("keys", [{}, {"calendar": False}])
def test_without_the_calendar_nothing_is_declared_or_told(keys: dict[str, bool]) -> None:
    """K-2: the queue is there only where a file switches the calendar on."""
    outlet = hints_outlet([a_box(**keys)])

    assert (outlet.queues, list(outlet.addressed(_recorded(1)))) == ([], [])
