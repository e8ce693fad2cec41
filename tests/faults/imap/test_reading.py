"""What an IMAP server does wrong while mail is read, and what becomes of the mail."""

import base64
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from services.fetcher.seen import Seen
from services.fetcher.sources.imap.source import Imap
from services.fetcher.sources.port import LARGE_BYTES, SourceMail
from shared.errors import TransientError
from shared.settings.value_types import Disposition
from tests.servers.rounds import MAIL, OTHER, PASSWORD, Clock, take_all
from tests.servers.scripted import HANG_UP, Folder, Message, ScriptedImap, Talk

LARGE = b"Subject: large\r\n\r\n" + b"0123456789abcde\n" * (LARGE_BYTES // 16 + 10)

Make = Callable[..., Imap]


def raws(mails: list[SourceMail]) -> list[bytes | None]:
    """What was fetched."""
    return [mail.raw for mail in mails]


# Complete or not at all


def half_a_literal(talk: Talk) -> None:
    """Announce a whole mail, send half of it, hang up."""
    talk.send(b"* 1 FETCH (UID 3 BODY[] {%d}\r\n" % len(MAIL) + MAIL[:10])
    talk.server.hang_up()


def shortened(talk: Talk) -> None:
    """A literal that is whole for IMAP, and yet not the whole mail."""
    talk.literal(1, 3, "BODY[]", MAIL[:10])
    talk.say("{tag} OK done")


def test_half_a_mail_is_no_mail(server: ScriptedImap, make: Make) -> None:
    """F-50, F-1: an end in mid-literal gives nothing and deletes nothing; next time it is whole."""
    server.answers["UID FETCH 3 (BODY"] = [half_a_literal]
    source = make()

    with pytest.raises(TransientError, match="broke off"):
        take_all(source)
    assert server.commands("UID STORE") == []

    assert raws(take_all(source)) == [MAIL]
    assert server.inbox.messages == {}


def test_a_mail_shorter_than_announced_is_fetched_again(server: ScriptedImap, make: Make) -> None:
    """F-50: what is short the first time and whole the second is whole."""
    server.answers["UID FETCH 3 (BODY"] = [shortened]

    assert raws(take_all(make())) == [MAIL]


def test_a_size_that_was_only_estimated_is_accepted(server: ScriptedImap, make: Make) -> None:
    """F-50: Exchange estimates: the same bytes twice are the mail; it is said."""
    server.inbox.messages[3].size = len(MAIL) + 7

    with capture_logs() as logs:
        assert raws(take_all(make())) == [MAIL]

    assert [log["taken"] for log in logs if "shorter" in log["event"]] == [True]
    assert len(server.commands("UID FETCH 3 (BODY")) == 2
    assert server.inbox.messages == {}


def test_a_mail_that_is_short_in_two_ways_is_left(server: ScriptedImap, make: Make) -> None:
    """F-50: two different halves are no mail: it stays, and its neighbour is taken."""

    def shorter(talk: Talk) -> None:
        talk.literal(1, 3, "BODY[]", MAIL[:5])
        talk.say("{tag} OK done")

    server.inbox.messages[4] = Message(OTHER)

    def both(talk: Talk) -> None:
        talk.literal(1, 3, "BODY[]", MAIL[:10])
        talk.literal(2, 4, "BODY[]", OTHER)
        talk.say("{tag} OK done")

    server.answers["UID FETCH 3,4 (BODY"] = both
    server.answers["UID FETCH 3 (BODY"] = shorter

    assert raws(take_all(make())) == [OTHER]
    assert list(server.inbox.messages) == [3]


def test_a_short_slice_is_not_the_end_of_a_large_mail(server: ScriptedImap, make: Make) -> None:
    """F-50: a slice that is short before the announced end: it goes on from there."""

    def short_slice(talk: Talk) -> None:
        start = int(re.findall(r"<(\d+)\.", talk.server.heard[-1])[0])
        talk.literal(1, 3, f"BODY[]<{start}>", LARGE[start : start + 5000])
        talk.say("{tag} OK done")

    server.inbox.messages[3].raw = LARGE
    server.answers["UID FETCH 3 (BODY.PEEK[]<2"] = [short_slice]
    source = make()

    (mail,) = next(iter(source.batches()))

    assert mail.raw is None
    assert b"".join(source.slices(mail)) == LARGE


@pytest.mark.parametrize("size", [len(LARGE) + 1000, len(LARGE) - 1000])
def test_a_large_mail_ends_where_the_server_says_so(
    server: ScriptedImap, make: Make, size: int
) -> None:
    """F-50: whatever was announced, slices are read to the end, and it is a multiple of nothing."""
    server.inbox.messages[3] = Message(LARGE, size=size)
    source = make()

    (mail,) = next(iter(source.batches()))

    assert b"".join(source.slices(mail)) == LARGE


def test_a_large_mail_that_goes_away_is_no_mail(server: ScriptedImap, make: Make) -> None:
    """F-53: gone between two slices: nothing is whole, nothing is remembered."""
    server.inbox.messages[3].raw = LARGE
    source = make()
    (mail,) = next(iter(source.batches()))
    slices = source.slices(mail)
    next(slices)

    del server.inbox.messages[3]

    with pytest.raises(TransientError, match="has gone"):
        list(slices)
    assert take_all(source) == []


def test_a_large_mail_is_read_in_its_own_session_only(server: ScriptedImap, make: Make) -> None:
    """F-51: after the connection was lost, a UID may name another mail."""
    server.inbox.messages[3].raw = LARGE
    source = make()
    (mail,) = next(iter(source.batches()))
    source.close()

    with pytest.raises(TransientError, match="was left"):
        next(source.slices(mail))


# Only the mail that was taken goes


@pytest.mark.parametrize("reconnects", [False, True])
@pytest.mark.parametrize("now", [MAIL, OTHER])
def test_a_new_uidvalidity_deletes_nothing(
    server: ScriptedImap, make: Make, seen: Seen, *, reconnects: bool, now: bytes
) -> None:
    """F-51: taken, not yet deleted, then all UIDs are new: nothing goes, all is fetched again."""
    source = make()
    batch = next(iter(source.batches()))
    source.close()
    server.inbox.validity = 8
    server.inbox.messages[3].raw = now
    if reconnects:
        source.probe()

    source.acknowledge(batch)

    assert [raws(list(batch)) for batch in source.batches()] == [[now]]
    assert server.commands("UID STORE") == []
    assert list(server.inbox.messages) == [3]
    assert seen.known("INBOX") == set()


@pytest.mark.parametrize(
    "other", [Message(OTHER), Message(MAIL, arrived="21-Nov-2026 11:00:00 +0100")]
)
def test_another_mail_under_the_same_uid_stays(
    server: ScriptedImap, make: Make, other: Message
) -> None:
    """F-52, INV-8: size and time are compared before a deletion; what differs is new."""
    source = make()
    batches = source.batches()
    batch = next(batches)
    server.inbox.messages[3] = other

    source.acknowledge(batch)

    assert list(batches) == []
    assert server.commands("UID STORE") == []
    assert raws(take_all(source)) == [other.raw]
    assert server.inbox.messages == {}


def test_what_was_taken_is_deleted_after_a_lost_connection(
    server: ScriptedImap, make: Make, seen: Seen
) -> None:
    """F-5, F-6: taken, the connection ends before the deletion: deleted next time, not fetched."""
    server.answers["UID EXPUNGE"] = [HANG_UP]
    source = make()
    with pytest.raises(TransientError):
        take_all(source)
    assert server.inbox.messages[3].flags == {"\\Deleted"}
    fetched = len(server.commands("UID FETCH 3 (BODY"))

    assert take_all(make()) == []

    assert server.inbox.messages == {}
    assert len(server.commands("UID FETCH 3 (BODY")) == fetched
    assert take_all(make()) == []
    assert seen.known("INBOX") == set()


def test_what_another_program_flagged_is_not_removed(server: ScriptedImap, make: Make) -> None:
    """I-6: UID EXPUNGE of exactly our mail; never EXPUNGE, never CLOSE."""
    source = make()
    batch = next(iter(source.batches()))
    server.inbox.messages[9] = Message(OTHER, flags={"\\Deleted"})

    source.acknowledge(batch)
    source.close()

    assert list(server.inbox.messages) == [9]
    assert server.commands("UID EXPUNGE") == ["UID EXPUNGE 3"]
    assert server.commands("EXPUNGE") + server.commands("CLOSE") == []


def test_without_uidplus_mail_stays_flagged(server: ScriptedImap, make: Make) -> None:
    """I-6: a server that cannot delete single mails: flagged once, said once, not fetched again."""
    server.capabilities = "IDLE"
    source = make()

    with capture_logs() as logs:
        assert raws(take_all(source)) == [MAIL]
        assert take_all(source) == []

    assert server.inbox.messages[3].flags == {"\\Deleted"}
    assert len(server.commands("UID STORE")) == 1
    assert server.commands("UID EXPUNGE") + server.commands("EXPUNGE") == []
    assert len([log for log in logs if "cannot delete" in log["event"]]) == 1


def test_without_move_mail_is_copied_and_removed(server: ScriptedImap, make: Make) -> None:
    """I-8: COPY, then our own copy is removed."""
    server.capabilities = "UIDPLUS"
    server.folders["Done"] = Folder()

    take_all(make(disposition=Disposition(action="move", folder="Done")))

    assert [message.raw for message in server.folders["Done"].messages.values()] == [MAIL]
    assert server.inbox.messages == {}


def test_a_vanished_mail_is_skipped(server: ScriptedImap, make: Make) -> None:
    """F-53: gone between the look and the fetch, by a person: no error, the next is taken."""

    def vanish(talk: Talk) -> None:
        del talk.server.inbox.messages[3]
        talk.properly()

    server.inbox.messages[4] = Message(OTHER)
    server.answers["UID FETCH 3,4 (BODY"] = [vanish]

    assert raws(take_all(make())) == [OTHER]


def test_a_mail_that_the_server_cannot_give_spoils_no_other(
    server: ScriptedImap, make: Make
) -> None:
    """F-53: a NO to a batch is narrowed down to the one mail; that one is told and stays."""
    server.inbox.messages[4] = Message(OTHER)
    for uids in ("3,4", "3"):
        server.answers[f"UID FETCH {uids} (BODY"] = "{tag} NO Server Unavailable. 15"

    with capture_logs() as logs:
        assert raws(take_all(make())) == [OTHER]

    assert [log["message"] for log in logs if "cannot be read" in log["event"]] == ["7/3"]
    assert list(server.inbox.messages) == [3]


def test_only_uids_are_spoken_of_and_nothing_is_enabled(server: ScriptedImap, make: Make) -> None:
    """F-53: sequence numbers never; IMAP4rev2, CONDSTORE or UTF8 are never enabled."""
    server.capabilities += " ENABLE IMAP4rev2 CONDSTORE UTF8=ACCEPT"
    make().probe()
    take_all(make())

    allowed = ("AUTHENTICATE", "CAPABILITY", "LIST", "LOGOUT", "NOOP", "SELECT", "UID ")
    login = base64.b64encode(f"\0crm@firma.cz\0{PASSWORD}".encode()).decode()
    assert [each for each in server.heard if not each.startswith((*allowed, login))] == []


# Rights


def read_only(server: ScriptedImap) -> None:
    """A folder that may only be read."""
    server.inbox.read_only = True


def store_refused(server: ScriptedImap) -> None:
    """A folder whose rights do not allow deletion."""
    server.answers["UID STORE"] = "{tag} NO [NOPERM] not allowed"


@pytest.mark.parametrize("refuse", [read_only, store_refused])
def test_a_box_that_refuses_deletion_is_told_once_an_hour(
    server: ScriptedImap, make: Make, clock: Clock, refuse: Callable[[ScriptedImap], None]
) -> None:
    """F-62: mail is taken once, stays, and is not processed again every five minutes."""
    refuse(server)
    source = make()

    with capture_logs() as logs:
        assert raws(take_all(source)) == [MAIL]
        assert take_all(source) == []
        assert len([log for log in logs if log["log_level"] == "warning"]) == 1
        clock.now += timedelta(hours=1)
        assert take_all(source) == []

    assert len([log for log in logs if log["log_level"] == "warning"]) == 2
    assert list(server.inbox.messages) == [3]
    server.inbox.read_only = False
    server.answers.clear()
    assert take_all(source) == []
    assert server.inbox.messages == {}
