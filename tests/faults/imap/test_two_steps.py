"""IMAP mail that leaves once it is recorded, and what happens to it meanwhile."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

from services.fetcher.failed import FailedMail
from services.fetcher.seen import Seen
from services.fetcher.sources.imap.source import Imap
from services.fetcher.sources.mailbox import Mailbox
from services.fetcher.taken import TakenMails
from shared.settings.value_types import Disposition
from tests.messages import a_failure
from tests.servers.rounds import MAIL, OTHER, SEEN, Clock, rounds
from tests.servers.scripted import HANG_UP, Folder, Message, ScriptedImap

Make = Callable[..., Imap]

TO_DONE = Disposition(action="move", folder="Done")


def take(source: Imap | Mailbox) -> list[UUID]:
    """What a round gives, taken."""
    mail_ids = []
    for batch in source.batches():
        named = [(uuid4(), mail) for mail in batch]
        source.take(named)
        mail_ids += [mail_id for mail_id, _ in named]
    return mail_ids


def record(seen: Seen, mail_ids: list[UUID]) -> None:
    """The word of the writer."""
    TakenMails("crm", seen.memory).record(dict.fromkeys(mail_ids))


@pytest.mark.parametrize("disposition", [SEEN, TO_DONE, Disposition()], ids=["seen", "move", "del"])
def test_nothing_is_done_to_a_mail_before_it_is_recorded(
    server: ScriptedImap, make: Make, seen: Seen, disposition: Disposition
) -> None:
    """I-8: neither marked nor moved nor deleted; then it is, in the round after the word."""
    server.folders["Done"] = Folder()
    mail_ids = take(make(disposition=disposition))

    assert take(make(disposition=disposition)) == []
    assert server.inbox.messages[3].flags == set()
    assert server.folders["Done"].messages == {}
    record(seen, mail_ids)
    assert take(make(disposition=disposition)) == []

    left = {uid: message.flags for uid, message in server.inbox.messages.items()}
    assert left == ({3: {"\\Seen"}} if disposition == SEEN else {})
    assert len(server.folders["Done"].messages) == (disposition == TO_DONE)


def test_a_mail_that_was_marked_is_marked_once(
    server: ScriptedImap, make: Make, seen: Seen
) -> None:
    """I-8: somebody who marks it as unread again keeps it so."""
    record(seen, take(make(disposition=SEEN)))
    take(make(disposition=SEEN))
    server.inbox.messages[3].flags.clear()

    take(make(disposition=SEEN))

    assert server.inbox.messages[3].flags == set()


@pytest.mark.parametrize("disposition", [SEEN, Disposition()], ids=["seen", "delete"])
def test_a_server_that_goes_away_is_asked_again(
    server: ScriptedImap, make: Make, seen: Seen, disposition: Disposition
) -> None:
    """I-6, I-8: what was recorded is done in a later round."""
    record(seen, take(make(disposition=disposition)))
    server.answers["UID STORE"] = HANG_UP
    rounds(make(disposition=disposition), 1)
    server.answers.clear()

    rounds(make(disposition=disposition), 1)

    left = {uid: message.flags for uid, message in server.inbox.messages.items()}
    assert left == ({3: {"\\Seen"}} if disposition == SEEN else {})


def test_new_uids_meanwhile_change_nothing(server: ScriptedImap, make: Make, seen: Seen) -> None:
    """F-51: the mail is known by its content, stays until it is recorded, and then goes."""
    mail_ids = take(make())
    server.inbox.validity += 1
    server.inbox.messages = {9: server.inbox.messages[3]}

    assert [take(make()) for _ in range(2)] == [[], []]
    assert list(server.inbox.messages) == [9]
    record(seen, mail_ids)
    assert take(make()) == []

    assert server.inbox.messages == {}


def test_another_message_under_the_same_uid_stays_and_is_taken(
    server: ScriptedImap, make: Make, seen: Seen
) -> None:
    """F-52: what was never backed up is never deleted."""
    mail_ids = take(make())
    server.inbox.messages[3] = Message(OTHER)
    record(seen, mail_ids)

    others = take(make())

    assert len(others) == 1
    assert server.inbox.messages[3].raw == OTHER
    record(seen, others)
    take(make())
    assert server.inbox.messages == {}


def test_a_mail_that_somebody_moved_is_told_and_its_word_comes_to_nothing(
    server: ScriptedImap, make: Make, seen: Seen
) -> None:
    """I-8: a person was quicker."""
    mail_ids = take(make())
    server.inbox.messages.clear()
    with capture_logs() as logs:
        take(make())
        record(seen, mail_ids)
        take(make())

    assert [log["mails"] for log in logs if "before it was recorded" in log["event"]] == [1]
    assert seen.memory.rows("SELECT * FROM taken") == []


def a_mailbox(folder: Path, make: Make, **settings: object) -> Mailbox:
    """The mailbox as the fetcher has it, with a memory of its own."""
    box = make()._box.model_copy(update=settings)
    return Mailbox(box, folder / "own.db", Clock(), FailedMail(folder))


def test_mail_of_a_folder_that_is_not_read_any_more_stays_and_is_told(
    server: ScriptedImap, make: Make, tmp_path: Path
) -> None:
    """I-8, I-10: nothing waits for it for ever."""
    server.folders["Sales"] = Folder({1: Message(OTHER)})
    both = a_mailbox(tmp_path, make, imap_folders=("INBOX", "Sales"), dispose_after="recorded")
    mail_ids = take(both)
    both.close()

    one = a_mailbox(tmp_path, make, dispose_after="recorded")
    one.recorded(dict.fromkeys(mail_ids))
    with capture_logs() as logs:
        assert take(one) == []
        one.close()

    assert [log["place"] for log in logs if "not read any more" in log["event"]] == ["Sales"]
    assert list(server.folders["Sales"].messages) == [1]
    assert server.inbox.messages == {}


def test_a_box_that_does_not_wait_any_more_lets_everything_go(
    server: ScriptedImap, make: Make, tmp_path: Path
) -> None:
    """I-8: `disposeAfter` set back to `published`: what was taken was published."""
    patient = a_mailbox(tmp_path, make, dispose_after="recorded")
    take(patient)
    patient.close()

    hasty = a_mailbox(tmp_path, make)
    assert take(hasty) == []
    hasty.close()

    assert server.inbox.messages == {}


def test_a_mail_that_was_set_aside_stays_until_it_is_released(
    server: ScriptedImap, make: Make, tmp_path: Path
) -> None:
    """I-8, O-2: it is not recorded yet, and it is not given again."""
    patient = a_mailbox(tmp_path, make, dispose_after="recorded")
    note = a_failure("cannot be read")
    for batch in patient.batches():
        patient.set_aside(batch[0], note)
    set_aside = dict(server.inbox.messages)

    assert take(patient) == []
    patient.recorded({note.message.mail_id: None})
    assert take(patient) == []
    patient.close()

    assert [message.raw for message in set_aside.values()] == [MAIL]
    assert server.inbox.messages == {}
