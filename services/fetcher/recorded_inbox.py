"""How the fetcher hears what is recorded: from a queue, or within one process."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from shared.broker.inbox import Inbox
from shared.broker.port import Publisher, Receipt
from shared.broker.wire import recorded_from_broker
from shared.contracts.mailbox_actions import MailboxActions, Told
from shared.contracts.messages import MailRecorded
from shared.errors import ContractError
from shared.log import Logger

_log = Logger()


@dataclass(frozen=True, slots=True)
class BrokerRecordedInbox:
    """Tells what a queue tells; implements `RecordedInbox`."""

    inbox: Inbox

    def has_news(self) -> bool:
        """Return whether messages have arrived."""
        return self.inbox.has_news()

    def receive(self) -> Told:
        """Return the mails that the queue has told; a message that cannot be read is logged.

        Raises:
            TransientError: The broker is unreachable.
        """
        told: dict[UUID, MailboxActions | None] = {}
        for message in self.inbox.receive():
            try:
                recorded = recorded_from_broker(message)
                told[recorded.mail_id] = recorded.mailbox
            except ContractError as error:
                _log.error("message passed over", mail_id=message.mail_id, reason=str(error))
        return told

    def done(self) -> None:
        """Acknowledge them."""
        self.inbox.done()

    def close(self) -> None:
        """Close the connection."""
        self.inbox.close()


class LocalRecordedInbox:
    """Hears what the writer of this process makes, and hands it on.

    Implements `RecordedInbox` and `Publisher`; for one thread.
    """

    def __init__(self, onward: Publisher[MailRecorded]) -> None:
        """Take where recorded mail is told besides."""
        self._onward = onward
        self._told: dict[UUID, MailboxActions | None] = {}

    def publish(self, batch: Sequence[MailRecorded]) -> None:
        """Keep what `batch` tells.

        Raises:
            TransientError: It cannot be handed on.
        """
        self._told |= {mail.mail_id: mail.mailbox for mail in batch}
        self._onward.publish(batch)

    def flush(self) -> Receipt:
        """Flush where it is handed on."""
        return self._onward.flush()

    def has_news(self) -> bool:
        """Return whether something was told since."""
        return bool(self._told)

    def receive(self) -> Told:
        """Return the mails that were told."""
        return dict(self._told)

    def done(self) -> None:
        """Forget them."""
        self._told.clear()

    def close(self) -> None:
        """Do nothing: nothing is held."""
