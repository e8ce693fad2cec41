"""The writer's word that brings a user's round forward (behaviour K-2).

Only a hint: the periodic round finds what a lost one would have told.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from services.assembly.inbox_recorder import InboxRecorder
from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.topology import CALENDAR_CHANGES, calendar_changes_queue
from shared.broker.wire import hint_from_broker, hint_to_broker
from shared.contracts.calendar_hint import MOST_USERS, CalendarHint
from shared.contracts.messages import MailRecorded
from shared.flow import Addressed, Outlet
from shared.settings.box import Box
from shared.settings.calendar_keys import calendar_keys_of


def hints_outlet(boxes: Sequence[Box]) -> Outlet[MailRecorded]:
    """Tell the calendar's service of users; nothing where no file switches the calendar on."""
    if not calendar_keys_of(boxes).calendar:
        return Outlet([], lambda _mail: ())
    return Outlet([calendar_changes_queue()], _addressed)


@contextmanager
def hearing_hints(address: BrokerAddress, bring_forward: Callable[[int], None]) -> Iterator[None]:
    """Bring forward everybody whom the writers name, in a thread of its own, during the block."""

    def record(hints: Sequence[CalendarHint]) -> None:
        for user_id in sorted({each for hint in hints for each in hint.users}):
            bring_forward(user_id)

    recorder = InboxRecorder("calendar hints", calendar_changes_queue(), hint_from_broker, record)
    ended = threading.Event()
    with ThreadPoolExecutor(1, "hints") as pool:
        done = pool.submit(recorder.run, address, ended)
        try:
            yield
        finally:
            ended.set()
        done.result()


def _addressed(mail: MailRecorded) -> Sequence[Addressed]:
    users = mail.calendar_users[:MOST_USERS]
    if not users:
        return ()
    return [(CALENDAR_CHANGES, hint_to_broker(CalendarHint(users=users)))]
