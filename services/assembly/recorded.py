"""How a fetcher hears that the mail of its box is recorded (behaviour I-8)."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from services.fetcher.recorded_inbox import BrokerRecordedInbox
from services.fetcher.seen import Seen, seen_file
from services.fetcher.sources.of_box import BoxSource, sources_of
from services.fetcher.taken import TakenMails
from shared.broker.inbox import Inbox
from shared.broker.port import Publisher, Receipt
from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.topology import actions_queue, actions_queue_of
from shared.broker.wire import recorded_to_broker
from shared.contracts.messages import MailRecorded
from shared.contracts.origin import is_from_file
from shared.flow import Addressed, Outlet
from shared.settings.box import Box


def recorded_outlet(boxes: Sequence[Box]) -> Outlet[MailRecorded]:
    """Tell the fetchers of those `boxes` whose mail leaves once it is recorded."""
    asking = _asking(boxes)

    def addressed(mail: MailRecorded) -> Sequence[Addressed]:
        if mail.box in asking and _is_of_mailbox(mail):
            return [(actions_queue(mail.box), recorded_to_broker(mail))]
        return ()

    return Outlet([actions_queue_of(name) for name in asking], addressed)


def recorded_inbox(address: BrokerAddress, source: BoxSource) -> BrokerRecordedInbox:
    """Return what the fetcher of `source` hears from the writers."""
    return BrokerRecordedInbox(Inbox(address, actions_queue_of(source.box.name)))


@dataclass(frozen=True, slots=True)
class MemoryTeller:
    """Notes recorded mail in the memory of its box, where a command processes mail by itself.

    Implements `Publisher`.

    Attributes:
        boxes: Those of the deployment.
        data: The data folder.
        onward: Where recorded mail is told besides.
    """

    boxes: Sequence[Box]
    data: Path
    onward: Publisher[MailRecorded]

    def publish(self, batch: Sequence[MailRecorded]) -> None:
        """Note that `batch` may leave its boxes.

        Raises:
            TransientError: A memory cannot be used.
        """
        for name, box in _asking(self.boxes).items():
            recorded = {mail.mail_id: mail.mailbox for mail in batch if mail.box == name}
            file = seen_file(self.data, box)
            if recorded and file.exists():
                with closing(Seen(file, heals=False)) as seen:
                    TakenMails(name, seen.memory).record(recorded)
        self.onward.publish(batch)

    def flush(self) -> Receipt:
        """Flush where it is told besides."""
        return self.onward.flush()


def _asking(boxes: Sequence[Box]) -> Mapping[str, Box]:
    sources = [source for box in boxes for source in sources_of(box)]
    return {source.box.name: source.box for source in sources if source.two_steps}


def _is_of_mailbox(mail: MailRecorded) -> bool:
    return not is_from_file(mail.source)
