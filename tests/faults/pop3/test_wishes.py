"""What rules of the administrator want done with mail of a POP3 box: it knows deletion alone."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from services.fetcher.seen import Seen
from services.fetcher.sources.pop3.source import Pop3
from services.fetcher.taken import TakenMails
from shared.contracts.mailbox_actions import MailboxActions
from shared.settings.value_types import Disposition
from tests.servers.rounds import MAIL, SEEN, rounds
from tests.servers.scripted_pop3 import ScriptedPop3

Make = Callable[..., Pop3]

DELETE = MailboxActions(then="delete")
MOVE = MailboxActions(seen=True, then="move", folder="Done")


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize(
    ("disposition", "wish", "goes"),
    [
        (SEEN, DELETE, True),
        (SEEN, MOVE, False),
        (Disposition(), MOVE, True),
        (Disposition(), DELETE, True),
    ],
)
def test_a_rule_deletes_mail_and_everything_else_is_the_boxs_matter(
    server: ScriptedPop3,
    make: Make,
    seen: Seen,
    disposition: Disposition,
    wish: MailboxActions,
    *,
    at_once: bool,
    goes: bool,
) -> None:
    """C-2, I-8: in the session that has read it, or in a later one; nothing waits for ever."""
    source = make(disposition=disposition)
    for batch in source.batches():
        named = [(uuid4(), mail) for mail in batch]
        source.take(named)
        TakenMails("crm", seen.memory).record({mail_id: wish for mail_id, _ in named})
        if at_once:
            source.settle()
    rounds(make(disposition=disposition), 2)

    assert server.mails == ({} if goes else {"u1": MAIL})
    assert seen.memory.rows("SELECT * FROM taken") == []
