"""Everything that the double keeps: accounts, mailboxes, mails to attendees, faults, habits."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from tests.servers.graph.accounts import Accounts, GraphAccount
from tests.servers.graph.delta import Delta
from tests.servers.graph.faults import Faults
from tests.servers.graph.mailbox import GraphMailbox, utc_now
from tests.servers.graph.meetings import Invited, Meetings
from tests.servers.graph.messages import Call
from tests.servers.graph.outbox import AttendeeOutbox


class Company:
    """A tenant of Microsoft 365.

    Attributes:
        accounts: Its users and guests.
        delta: What delta does, and forgets.
        faults: What goes wrong with the next requests.
        outbox: Every mail that attendees would have been sent.
        mailed_by_requests: How many of them were caused by requests, not by people in Outlook.
        calls: Every request, oldest first, with what was answered.
        now: The service's clock, which tests may set wrong.
        most_in_flight: Requests that the service handles at once; more are throttled.
        link_root: Where links in answers lead to; empty for the service itself.
    """

    def __init__(self) -> None:
        """Make an empty company."""
        self.accounts = Accounts()
        self.delta = Delta()
        self.faults = Faults()
        self.outbox = AttendeeOutbox()
        self.mailed_by_requests = 0
        self.calls: list[Call] = []
        self.now: Callable[[], datetime] = utc_now
        self.most_in_flight = 4
        self.link_root = ""
        self._mailboxes: dict[str, GraphMailbox] = {}
        self._meetings = Meetings(self.outbox, _ByAddress(self))

    def add(
        self,
        upn: str,
        *,
        mail: str | None = "",
        aliases: tuple[str, ...] = (),
        guest: bool = False,
        object_id: str = "",
    ) -> GraphMailbox:
        """Make an account and return its mailbox."""
        account = self.accounts.add(
            upn, mail=mail, aliases=aliases, guest=guest, object_id=object_id
        )
        mailbox = GraphMailbox(account, self._meetings, lambda: self.now())  # noqa: PLW0108 - tests change it
        self._mailboxes[account.id] = mailbox
        return mailbox

    def mailbox(self, name: str) -> GraphMailbox:
        """Return the mailbox of the account with this id or user principal name."""
        account = self.accounts.find(name)
        account.check_mailbox()
        return self._mailboxes[account.id]

    def mailboxes(self) -> Iterator[tuple[GraphAccount, GraphMailbox]]:
        """Return all mailboxes with their accounts."""
        return ((account, self._mailboxes[account.id]) for account in self.accounts)


class _ByAddress(Mapping[str, Invited]):
    """Mailboxes by the addresses that mail reaches them with."""

    def __init__(self, company: Company) -> None:
        self._company = company

    def __getitem__(self, address: str) -> Invited:
        for account, mailbox in self._company.mailboxes():
            if address in {each.lower() for each in (mailbox.address, *account.aliases)}:
                return mailbox
        raise KeyError(address)

    def __iter__(self) -> Iterator[str]:
        return (mailbox.address.lower() for _, mailbox in self._company.mailboxes())

    def __len__(self) -> int:
        return len(list(iter(self)))
