"""What rules of the administrator want done with recorded mail, and what a server does to it."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from services.fetcher.seen import Seen
from services.fetcher.sources.imap.connector import FolderError
from services.fetcher.sources.imap.source import Imap
from services.fetcher.taken import TakenMails
from shared.contracts.mailbox_actions import MailboxActions
from shared.errors import ExitCode, TransientError
from shared.settings.value_types import Disposition
from tests.servers.rounds import OTHER, SEEN
from tests.servers.scripted import HANG_UP, Folder, Message, ScriptedImap

Make = Callable[..., Imap]

MARK = MailboxActions(seen=True)
MOVE = MailboxActions(seen=True, then="move", folder="Done")
DELETE = MailboxActions(then="delete")
DISPOSITIONS = [Disposition(), SEEN, Disposition(action="move", folder="Usual")]


@pytest.fixture(autouse=True)
def _folders(server: ScriptedImap) -> None:
    server.folders |= {"Done": Folder(), "Usual": Folder()}


def take(source: Imap) -> list[UUID]:
    """What a round gives, taken."""
    mail_ids = []
    for batch in source.batches():
        named = [(uuid4(), mail) for mail in batch]
        source.take(named)
        mail_ids += [mail_id for mail_id, _ in named]
    return mail_ids


def want(seen: Seen, mail_ids: list[UUID], wish: MailboxActions) -> None:
    """The word of the writer."""
    TakenMails("crm", seen.memory).record(dict.fromkeys(mail_ids, wish))


def _where(server: ScriptedImap) -> dict[str, list[set[str]]]:
    """Flags of the messages of each folder that has any."""
    found = {"INBOX": server.inbox} | {name: server.folders[name] for name in ("Done", "Usual")}
    return {
        name: [message.flags for message in folder.messages.values()]
        for name, folder in found.items()
        if folder.messages
    }


@pytest.mark.parametrize("disposition", DISPOSITIONS, ids=["delete", "seen", "move"])
@pytest.mark.parametrize(
    ("wish", "where"),
    [(MARK, {"INBOX": [{"\\Seen"}]}), (MOVE, {"Done": [{"\\Seen"}]}), (DELETE, {})],
    ids=["mark", "move", "delete"],
)
def test_what_a_rule_wants_stands_in_the_place_of_the_disposition(  # noqa: PLR0917 - fixtures
    server: ScriptedImap,
    make: Make,
    seen: Seen,
    disposition: Disposition,
    wish: MailboxActions,
    where: dict[str, list[set[str]]],
) -> None:
    """C-2: once, however many rounds follow, and also after a restart."""
    want(seen, take(make(disposition=disposition)), wish)

    assert [take(make(disposition=disposition)) for _ in range(3)] == [[], [], []]

    assert _where(server) == where
    assert seen.memory.rows("SELECT * FROM taken") == []
    assert seen.memory.rows("SELECT * FROM wish") == []


def test_it_is_done_at_once_where_the_session_is_open(
    server: ScriptedImap, make: Make, seen: Seen
) -> None:
    """C-2: the round that hears of it does it."""
    source = make()
    for batch in source.batches():
        named = [(uuid4(), mail) for mail in batch]
        source.take(named)
        want(seen, [mail_id for mail_id, _ in named], MOVE)
        source.settle()

    assert _where(server) == {"Done": [{"\\Seen"}]}


@pytest.mark.parametrize("command", ["UID STORE", "UID MOVE"])
def test_a_server_that_goes_away_meanwhile_is_asked_again(
    server: ScriptedImap, make: Make, seen: Seen, command: str
) -> None:
    """C-2: between the commit and the move nothing is lost, and the mail is not given again."""
    want(seen, take(make()), MOVE)
    server.answers[command] = HANG_UP
    with pytest.raises(TransientError):
        take(make())
    server.answers.clear()

    assert take(make()) == []

    assert _where(server) == {"Done": [{"\\Seen"}]}


def test_a_folder_that_is_gone_is_told_and_the_mail_waits_for_it(
    server: ScriptedImap, make: Make, seen: Seen
) -> None:
    """C-2: it stays where it is, whatever `disposition` says; other mail is read all the same."""
    want(seen, take(make()), MOVE)
    del server.folders["Done"]
    server.inbox.messages[4] = Message(OTHER)
    with pytest.raises(FolderError, match="a rule of rulesFile") as trouble:
        take(make())
    assert trouble.value.exit_code == ExitCode.CONFIGURATION_WRONG
    assert sorted(server.inbox.messages) == [3, 4]
    assert len(seen.known("INBOX")) == 2

    server.folders["Done"] = Folder()
    take(make())

    assert sorted(server.inbox.messages) == [4]
    assert len(server.folders["Done"].messages) == 1


def test_a_mail_that_a_person_has_moved_meanwhile_is_left_alone(
    server: ScriptedImap, make: Make, seen: Seen
) -> None:
    """C-2: the word comes to nothing, and nothing waits for ever."""
    mail_ids = take(make())
    server.folders["Usual"].messages[1] = server.inbox.messages.pop(3)
    want(seen, mail_ids, MOVE)

    assert take(make()) == []

    assert list(_where(server)) == ["Usual"]
    assert seen.memory.rows("SELECT * FROM taken") == []


def test_another_message_under_the_same_uid_is_neither_moved_nor_lost(
    server: ScriptedImap, make: Make, seen: Seen
) -> None:
    """C-2, F-52: it is taken as the new mail that it is."""
    want(seen, take(make()), MOVE)
    server.inbox.messages[3] = Message(OTHER)

    assert len(take(make())) == 1

    assert _where(server) == {"INBOX": [set()]}


def test_mail_that_was_marked_stays_as_people_have_it(
    server: ScriptedImap, make: Make, seen: Seen
) -> None:
    """C-2: marked once; who marks it as unread again keeps it so, and it is not deleted."""
    want(seen, take(make()), MARK)
    take(make())
    server.inbox.messages[3].flags.clear()

    take(make())

    assert _where(server) == {"INBOX": [set()]}
