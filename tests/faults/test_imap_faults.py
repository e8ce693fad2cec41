"""What an IMAP server does wrong, and what becomes of the mail."""

import base64
import logging
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from services.fetcher.seen import Seen
from services.fetcher.sources.imap import session as imap_session
from services.fetcher.sources.imap import text as imap_text
from services.fetcher.sources.imap import wire as imap_wire
from services.fetcher.sources.imap.source import Imap
from services.fetcher.sources.port import LARGE_BYTES, SLICE_BYTES, SourceMail
from shared.errors import ConfigurationError, CredentialsRefusedError, TransientError
from shared.settings.values import Disposition, ServerAddress
from tests.builders import a_box
from tests.servers.certificates import Authority
from tests.servers.processes import free_port, wait_until
from tests.servers.scripted import HANG_UP, SILENCE, Folder, Message, ScriptedImap, Talk

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MAIL = b"Subject: one\r\n\r\nHello.\r\n"
OTHER = b"Subject: two\r\n\r\nHello again.\r\n"
LARGE = b"Subject: large\r\n\r\n" + b"0123456789abcde\n" * (LARGE_BYTES // 16 + 10)
PASSWORD = "s3cret-of-the-box"
SEEN = Disposition(action="seen")
THROTTLED = "Request is throttled. Suggested Backoff Time: 299961 milliseconds"
NOT_CONNECTED = "{tag} BAD User is authenticated but not connected."

Make = Callable[..., Imap]


class Tokens:
    """Tokens that are numbered."""

    def __init__(self) -> None:
        self.renewed = 0

    def token(self) -> SecretStr:
        return SecretStr(f"s3cret-token-{self.renewed}")

    def renew(self) -> None:
        self.renewed += 1


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Stopped(threading.Event):
    """Notes how long it was waited for, and waits no moment of it."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout)
        return False


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Proves the servers of these tests."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def tls(authority: Authority) -> ssl.SSLContext:
    """Of the server that the sources expect."""
    return authority.server_context("localhost")


@pytest.fixture
def server(tls: ssl.SSLContext) -> Iterator[ScriptedImap]:
    """A server with one mail."""
    server = ScriptedImap({"INBOX": Folder({3: Message(MAIL)})}, tls=tls)
    yield server
    server.stop()


@pytest.fixture
def seen(tmp_path: Path) -> Iterator[Seen]:
    """What the fetcher remembers."""
    with closing(Seen(tmp_path / "seen.db")) as seen:
        yield seen


@pytest.fixture
def clock() -> Clock:
    """The time."""
    return Clock()


@pytest.fixture
def make(server: ScriptedImap, seen: Seen, authority: Authority, clock: Clock) -> Iterator[Make]:
    """Sources of the server."""
    made: list[Imap] = []

    def one(tokens: Tokens | None = None, **settings: Any) -> Imap:
        given = {
            "imap_url": ServerAddress(host="localhost", port=server.port),
            "pop3_password": SecretStr(PASSWORD),
            "ca_file": authority.ca_file,
        }
        made.append(Imap(a_box(**(given | settings)), seen, clock, tokens))
        return made[-1]

    yield one
    for each in made:
        each.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A read may take half a second only."""
    for module in (imap_wire, imap_session):
        monkeypatch.setattr(module, "CONNECT_SECONDS", 0.5)


def take_all(source: Imap) -> list[SourceMail]:
    """A whole round, each batch acknowledged."""
    taken: list[SourceMail] = []
    for batch in source.batches():
        source.acknowledge(batch)
        taken += batch
    return taken


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


# Logging in


def test_a_token_that_has_expired_is_renewed(server: ScriptedImap, make: Make) -> None:
    """F-56: the connection is made anew with a new token, within the round or the next."""
    tokens = Tokens()
    source = make(tokens)
    server.answers["UID SEARCH"] = [NOT_CONNECTED]
    with pytest.raises(TransientError, match="dropped the login"):
        take_all(source)
    server.answers["AUTHENTICATE"] = ["{tag} NO AUTHENTICATE failed."]

    assert raws(take_all(source)) == [MAIL]
    assert tokens.renewed == 1


@pytest.mark.parametrize("command", ["LIST", "SELECT"])
def test_a_mailbox_that_stays_closed_is_a_missing_right(
    server: ScriptedImap, make: Make, command: str
) -> None:
    """F-56, I-2: not connected with a new token either: the right to the mailbox is missing."""
    server.answers[command] = NOT_CONNECTED
    tokens = Tokens()

    with pytest.raises(CredentialsRefusedError, match="full access") as raised:
        take_all(make(tokens))

    assert tokens.renewed == 1
    assert "s3cret" not in str(raised.value)


def test_a_refused_token_ends_the_conversation_of_xoauth2(server: ScriptedImap, make: Make) -> None:
    """I-2, F-61: the server's reason is answered with an empty line; no secret in the sentence."""

    def refuse(talk: Talk) -> None:
        talk.say("+ ")
        server.heard.append(talk.line())
        talk.say("+ " + base64.b64encode(b'{"status":"400"}').decode())
        server.heard.append(talk.line())
        talk.say("{tag} NO AUTHENTICATE failed.")

    server.answers["AUTHENTICATE"] = refuse

    with pytest.raises(CredentialsRefusedError, match="AccessAsApp") as raised:
        take_all(make(Tokens(), pop3_name="shared@firma.cz"))

    said = server.heard[server.heard.index("AUTHENTICATE XOAUTH2") + 1 :][:2]
    assert base64.b64decode(said[0]) == (
        b"user=shared@firma.cz\x01auth=Bearer s3cret-token-0\x01\x01"
    )
    assert said[1] == ""
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize("challenge", ["+ ", "+ not base64!"])
def test_endless_challenges_end(server: ScriptedImap, make: Make, challenge: str) -> None:
    """H-30: a server that only ever asks is left."""

    def ask(talk: Talk) -> None:
        talk.say(challenge)
        while talk.line():
            talk.say(challenge)
        talk.say(challenge)
        while not server.ended.is_set() and talk.line() is not None:
            talk.say(challenge)

    server.answers["AUTHENTICATE"] = ask

    with pytest.raises(TransientError, match="broke off"):
        take_all(make())


@pytest.mark.parametrize("echo", [PASSWORD, "[AUTHENTICATIONFAILED] no"])
def test_a_refused_password_is_named_and_never_shown(
    server: ScriptedImap, make: Make, echo: str
) -> None:
    """F-61: the sentence says what to check, even where a server repeats the password."""
    server.answers["AUTHENTICATE"] = "{tag} NO " + echo

    with pytest.raises(CredentialsRefusedError, match="check pop3Name and pop3Password") as raised:
        take_all(make())

    assert PASSWORD not in str(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize("answer", ["{tag} NO [UNAVAILABLE] later", "* BYE shutting down", HANG_UP])
def test_a_login_that_could_not_be_judged_is_no_refusal(
    server: ScriptedImap, make: Make, answer: str
) -> None:
    """F-61: only a server that says no to the password gives the alarm of a wrong one."""
    server.answers["AUTHENTICATE"] = answer

    with pytest.raises(TransientError):
        take_all(make())


def test_a_server_without_plain_gets_a_quoted_login(server: ScriptedImap, make: Make) -> None:
    """I-2: LOGIN with name and password quoted; nothing in them is a command."""
    server.capabilities = ""

    take_all(make(pop3_name='crm "x" y', pop3_password=SecretStr('p"w\\')))

    assert server.commands("LOGIN") == ['LOGIN "crm \\"x\\" y" "p\\"w\\\\"']


def test_a_password_beyond_ascii_goes_by_plain_or_not_at_all(
    server: ScriptedImap, make: Make
) -> None:
    """I-2: UTF-8 by PLAIN; a server that only has LOGIN takes ASCII, and it is said."""
    password = SecretStr("heslo-žluté")
    take_all(make(pop3_password=password))
    said = server.heard[server.heard.index("AUTHENTICATE PLAIN") + 1]
    assert base64.b64decode(said).decode().endswith("\0heslo-žluté")
    server.capabilities = ""

    with pytest.raises(CredentialsRefusedError, match="ASCII") as raised:
        take_all(make(pop3_password=password))

    assert "žluté" not in str(raised.value)
    assert server.commands("LOGIN") == []


@pytest.mark.parametrize("capabilities", ["LOGINDISABLED", "LOGINDISABLED AUTH=XOAUTH2"])
def test_a_server_that_takes_no_passwords_is_told(
    server: ScriptedImap, make: Make, capabilities: str
) -> None:
    """I-2: as Exchange Online: pop3OAuth is what to look at; nothing was sent."""
    server.capabilities = capabilities

    with pytest.raises(CredentialsRefusedError, match="pop3OAuth"):
        take_all(make())

    assert server.commands("LOGIN") == []


def test_the_library_logs_neither_mail_nor_login(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    """O-2: not even at the lowest level, which the library fills with all that is said."""
    with caplog.at_level(logging.DEBUG):
        take_all(make())

    login = base64.b64encode(f"\0crm@firma.cz\0{PASSWORD}".encode()).decode()
    for word in ("Hello", PASSWORD, login):
        assert word not in caplog.text


# Throttled, slow, silent


@pytest.mark.parametrize("answer", ["{tag} NO " + THROTTLED, "{tag} BAD " + THROTTLED])
@pytest.mark.parametrize("command", ["AUTHENTICATE", "SELECT", "UID SEARCH", "UID FETCH"])
def test_a_server_that_throttles_is_given_the_time_it_asks_for(
    server: ScriptedImap, make: Make, command: str, answer: str
) -> None:
    """F-57: the wait is read from the answer, whatever was asked."""
    server.answers[command] = [answer]

    with pytest.raises(TransientError, match="throttling") as raised:
        take_all(make())

    assert raised.value.retry_after_seconds == 299.961
    assert list(server.inbox.messages) == [3]


@pytest.mark.parametrize("where", ["greeting", "UID FETCH", "NOOP"])
def test_a_throttling_farewell_is_read(server: ScriptedImap, make: Make, where: str) -> None:
    """F-57: BYE with a wait: as the greeting, in a round, and before one."""
    source = make()
    if where == "greeting":
        server.greeting = "* BYE " + THROTTLED
    else:
        assert source.probe()
        server.answers[where] = ["* BYE " + THROTTLED]

    with pytest.raises(TransientError, match="throttling") as raised:
        take_all(source)

    assert raised.value.retry_after_seconds == 299.961


@pytest.mark.parametrize("command", ["CAPABILITY", "AUTHENTICATE", "SELECT", "UID FETCH"])
@pytest.mark.usefixtures("impatient")
def test_a_server_that_hangs_is_away(server: ScriptedImap, make: Make, command: str) -> None:
    """F-59: no read waits for ever; the next round works on a new connection."""
    server.answers[command] = [SILENCE]
    source = make()

    with pytest.raises(TransientError, match="timed out"):
        take_all(source)

    assert raws(take_all(source)) == [MAIL]


@pytest.mark.usefixtures("impatient")
def test_a_server_that_dribbles_is_away(
    server: ScriptedImap, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-59: a byte now and then keeps no connection alive."""
    monkeypatch.setattr(imap_wire, "PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr(imap_wire, "SLOWEST_BYTES_A_SECOND", 10**6)

    def dribble(talk: Talk) -> None:
        while not server.ended.wait(0.01):
            talk.send(b"*")

    server.answers["UID SEARCH"] = [dribble]

    with pytest.raises(TransientError, match="for one answer"):
        take_all(make())


def test_a_kept_connection_that_died_is_replaced_quietly(server: ScriptedImap, make: Make) -> None:
    """I-3: servers close idle connections: that is no error of the next round."""
    source = make()
    take_all(source)
    server.hang_up()
    server.inbox.messages[4] = Message(OTHER)

    assert raws(take_all(source)) == [OTHER]
    assert server.sessions == 2


# Waiting


def announce(talk: Talk) -> None:
    """Mail that comes while the client waits."""
    talk.say("+ idling", "* OK still here", "* 2 EXISTS")
    talk.line()
    talk.say("{tag} OK done")


def announce_early(talk: Talk) -> None:
    """Mail that comes with the answer to DONE."""
    talk.say("+ idling")
    talk.server.answers.clear()
    talk.say("* 2 EXISTS")
    talk.line()
    talk.say("{tag} OK done")


@pytest.mark.parametrize("happen", [announce, announce_early])
def test_new_mail_ends_the_wait(
    server: ScriptedImap, make: Make, happen: Callable[[Talk], None]
) -> None:
    """I-3: the wait ends when the server announces mail, long before the next poll."""
    source = make()
    take_all(source)
    server.answers["IDLE"] = [happen]

    source.wait(600, threading.Event())

    assert server.commands("IDLE") == ["IDLE"]


def test_mail_announced_before_the_wait_ends_it_at_once(server: ScriptedImap, make: Make) -> None:
    """I-3: mail that came during the round, after the look, is not slept over."""

    def meanwhile(talk: Talk) -> None:
        talk.say("* 2 EXISTS")
        talk.properly()

    server.answers["UID EXPUNGE"] = [meanwhile]
    source = make()
    take_all(source)

    source.wait(600, threading.Event())

    assert server.commands("IDLE") == ["IDLE"]
    assert server.commands("DONE") == ["DONE"]


def test_mail_in_the_first_folder_while_others_were_read_ends_the_wait(
    server: ScriptedImap, make: Make
) -> None:
    """I-3, I-10: the folder is selected again for the wait, and its next UID compared."""
    server.folders["Sales"] = Folder()
    source = make(imap_folders=("INBOX", "Sales"))
    take_all(source)
    server.inbox.messages[8] = Message(OTHER)

    source.wait(600, threading.Event())

    assert server.commands("IDLE") == []
    assert raws(take_all(source)) == [OTHER]


def test_the_wait_ends_when_we_are_stopped(server: ScriptedImap, make: Make) -> None:
    """I-3: within about a second."""
    source = make()
    take_all(source)
    stopped = threading.Event()
    waits = threading.Thread(target=source.wait, args=[600, stopped])
    waits.start()
    wait_until(lambda: bool(server.commands("IDLE")), "IDLE")

    stopped.set()
    waits.join(10)

    assert not waits.is_alive()
    assert server.commands("DONE") == ["DONE"]


def test_without_idle_the_box_is_polled(server: ScriptedImap, make: Make) -> None:
    """I-3: every pollSeconds, or sooner if told so; not connected, nothing is connected."""
    server.capabilities = "UIDPLUS"
    source = make(poll_seconds=40)
    stopped = Stopped()

    source.wait(600, stopped)
    assert server.sessions == 0
    take_all(source)
    source.wait(600, stopped)
    source.wait(7, stopped)

    assert [round(waited or 0) for waited in stopped.waited] == [40, 40, 7]
    assert server.commands("IDLE") == []


@pytest.mark.usefixtures("impatient")
def test_a_connection_that_died_in_silence_is_found(server: ScriptedImap, make: Make) -> None:
    """F-58: IDLE ends in time; no answer to that: the wait returns, the next round reconnects."""

    def silence_after(talk: Talk) -> None:
        talk.say("+ idling")
        server.ended.wait()

    server.answers["IDLE"] = [silence_after]
    source = make(poll_seconds=1)
    take_all(source)

    source.wait(600, threading.Event())
    server.inbox.messages[4] = Message(OTHER)

    assert raws(take_all(source)) == [OTHER]
    assert server.sessions == 2


def test_idle_is_begun_anew_long_before_servers_drop_it(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-58: at most nine minutes in one IDLE, whatever the poll."""
    asked: list[float] = []

    def idle(_: object, seconds: float, __: threading.Event) -> bool:
        asked.append(seconds)
        return len(asked) == 2

    monkeypatch.setattr(imap_session.ImapSession, "idle", idle)
    source = make(poll_seconds=3600)
    take_all(source)

    source.wait(3600, threading.Event())

    assert asked == [540.0, 540.0]


@pytest.mark.parametrize(
    "answer",
    [HANG_UP, "* BYE enough", "+ idling\n* BYE enough", "{tag} NO not now", "* 1 NONSENSE"],
)
def test_a_server_that_drops_idle_is_asked_again_soon_and_not_in_a_loop(
    server: ScriptedImap, make: Make, answer: str
) -> None:
    """F-58: lost in IDLE: a look and another IDLE after a second, then with longer waits."""
    server.answers["IDLE"] = [answer] * 8
    source = make(poll_seconds=300)
    stopped = Stopped()

    for _ in range(8):
        take_all(source)
        source.wait(600, stopped)

    waited = [waited or 0.0 for waited in stopped.waited]
    assert len(server.commands("IDLE")) == len(waited) == 8
    assert waited[0] < 2
    assert waited[1] < 4
    assert 30 < waited[-1] < 80


@pytest.mark.parametrize("answer", ["* BYE ", "+ idling\n* BYE ", "{tag} NO "])
def test_a_server_that_throttles_in_idle_is_given_its_time(
    server: ScriptedImap, make: Make, answer: str
) -> None:
    """F-57, F-58: it says goodbye for five minutes: it is not asked again after a second."""
    server.answers["IDLE"] = [answer + THROTTLED]
    source = make()
    take_all(source)

    with pytest.raises(TransientError, match="throttling") as raised:
        source.wait(600, Stopped())

    assert raised.value.retry_after_seconds == 299.961


def test_after_a_good_idle_a_lost_one_is_tried_again_after_a_second(
    server: ScriptedImap, make: Make
) -> None:
    """F-58: what was lost long ago makes nobody wait now."""
    server.answers["IDLE"] = [HANG_UP, HANG_UP, HANG_UP, announce, HANG_UP]
    source = make(poll_seconds=300)
    stopped = Stopped()

    for _ in range(5):
        take_all(source)
        source.wait(600, stopped)

    assert (stopped.waited[-1] or 0.0) < 2


def test_mail_that_came_while_idle_was_lost_is_taken_in_the_next_look(
    server: ScriptedImap, make: Make
) -> None:
    """F-58, I-3: the server was away for a moment: nobody waits for pollSeconds."""
    server.answers["IDLE"] = [HANG_UP]
    source = make(poll_seconds=300)
    stopped = Stopped()
    take_all(source)
    source.wait(600, stopped)
    server.inbox.messages[4] = Message(OTHER)

    assert raws(take_all(source)) == [OTHER]
    assert sum(waited or 0.0 for waited in stopped.waited) < 2


# Nobody but the server


def test_a_certificate_that_proves_nothing_is_refused(server: ScriptedImap, make: Make) -> None:
    """F-60, INV-11: without its authority the server is nobody; nothing was sent."""
    with pytest.raises(TransientError, match=r"certificate.*nothing was sent.*caFile"):
        take_all(make(ca_file=None))

    assert server.heard == []


@pytest.mark.parametrize("name", ["127.0.0.1", "elsewhere.example"])
def test_a_certificate_for_another_host_is_refused(
    server: ScriptedImap, make: Make, authority: Authority, name: str
) -> None:
    """F-60, INV-11: the name in imapUrl is the one that must be proven."""
    server.tls = authority.server_context(name)

    with pytest.raises(TransientError, match="certificate"):
        take_all(make())

    assert server.heard == []


def test_plain_text_where_tls_is_expected_is_refused(server: ScriptedImap, make: Make) -> None:
    """F-60, I-2: TLS from the first byte on every port but 143."""
    server.tls = None

    with pytest.raises(TransientError, match="speaks no TLS"):
        take_all(make(allow_plaintext=True))


def test_an_unreachable_server_is_named(make: Make) -> None:
    """F-59: nothing listens: the sentence says where and what to check."""
    port = free_port()

    with pytest.raises(TransientError, match=rf"localhost:{port} cannot be reached.*imapUrl"):
        take_all(make(imap_url=ServerAddress(host="localhost", port=port)))


@pytest.mark.parametrize("host", ["does-not-exist.invalid", ".", "a" * 70 + ".cz"])
def test_a_host_that_is_none_is_named(make: Make, host: str) -> None:
    """F-59: a name nobody has, or nobody can have."""
    with pytest.raises(TransientError, match="cannot be reached"):
        take_all(make(imap_url=ServerAddress(host=host, port=993)))


@pytest.fixture
def upgraded(
    server: ScriptedImap, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> ScriptedImap:
    """A server that begins without TLS, as port 143 does."""
    server.tls, server.starttls = None, tls
    monkeypatch.setattr(imap_session, "STARTTLS_PORT", server.port)
    return server


def test_port_143_begins_with_starttls(upgraded: ScriptedImap, make: Make) -> None:
    """I-2: TLS before the login."""
    assert raws(take_all(make())) == [MAIL]

    heard = upgraded.heard
    assert heard.index("STARTTLS") < heard.index("AUTHENTICATE PLAIN")


def test_a_server_without_starttls_gets_no_password(upgraded: ScriptedImap, make: Make) -> None:
    """F-60, INV-11: stripped from the capabilities: refused, even with allowPlaintext."""
    upgraded.starttls = None

    with pytest.raises(TransientError, match=r"no STARTTLS.*nothing was sent"):
        take_all(make(allow_plaintext=True))

    assert set(upgraded.heard) == {"CAPABILITY"}


@pytest.mark.parametrize(
    ("answer", "greeting"),
    [
        ("{tag} NO not now", "* OK ready"),
        ("{tag} OK begin", "* OK ready"),
        (HANG_UP, "* OK ready"),
        (None, "* PREAUTH welcome"),
    ],
)
def test_a_refused_starttls_gets_no_password(
    upgraded: ScriptedImap, make: Make, answer: str | None, greeting: str
) -> None:
    """F-60, INV-11: refused, begun without TLS, or made needless by PREAUTH: nothing was sent."""
    upgraded.greeting = greeting
    if answer:
        upgraded.answers["STARTTLS"] = answer
    upgraded.answers["CAPABILITY"] = ["* CAPABILITY IMAP4rev1 STARTTLS\n{tag} OK"]
    if answer and answer.endswith("begin"):
        # What comes instead of TLS.
        upgraded.answers["STARTTLS"] = answer + "\n* OK no TLS at all"

    with pytest.raises(TransientError, match="nothing was sent"):
        take_all(make())

    assert not {each.split(" ")[0] for each in upgraded.heard} - {"CAPABILITY", "STARTTLS", "\x16"}


def test_a_login_that_was_not_asked_for_is_refused(server: ScriptedImap, make: Make) -> None:
    """F-60, INV-11: PREAUTH behind TLS: whose mailbox that is, nobody knows."""
    server.greeting = "* PREAUTH welcome"

    with pytest.raises(TransientError, match="logged in already"):
        take_all(make())

    assert set(server.heard) == {"CAPABILITY"}


def test_what_was_said_before_tls_is_forgotten(upgraded: ScriptedImap, make: Make) -> None:
    """F-60: answers slipped in before TLS are not believed after it."""

    def slip_in(talk: Talk) -> None:
        tag = talk.tag
        number = int(tag[4:]) + 1
        forged = f"* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n{tag[:4]}{number} OK done\r\n"
        talk.say('* LIST () "/" "Forged"')
        talk.send(f"{tag} OK begin\r\n{forged}".encode())
        talk.server.answers.clear()
        talk.secure()

    upgraded.answers["STARTTLS"] = [slip_in]

    with pytest.raises(TransientError, match='no folder "Forged"'):
        take_all(make(disposition=Disposition(action="move", folder="Forged")))
    assert raws(take_all(make())) == [MAIL]


# A server that lies


def test_a_mail_larger_than_any_stays_and_is_told(
    server: ScriptedImap, make: Make, seen: Seen
) -> None:
    """H-30: above 200 MB: logged as an error, left in the box, never asked for, never deleted."""
    server.inbox.messages[3].size = 300 * 1024 * 1024
    server.inbox.messages[4] = Message(OTHER)
    source = make()

    with capture_logs() as logs:
        assert raws(take_all(source)) == [OTHER]
        assert take_all(source) == []

    assert len([log for log in logs if log["log_level"] == "error"]) == 1
    assert server.commands("UID FETCH 3 (BODY") == []
    assert list(server.inbox.messages) == [3]
    assert len(seen.known("INBOX")) == 1


def test_a_mail_without_end_is_given_up_for_good(
    server: ScriptedImap, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H-30: announced with 2 MB, endless in fact: one round is lost, the mail stays in the box."""
    monkeypatch.setattr(imap_text, "MAX_MAIL_BYTES", 4 * SLICE_BYTES)

    def endless(talk: Talk) -> None:
        offset = talk.server.heard[-1].partition("<")[2].partition(".")[0]
        talk.literal(1, 3, f"BODY[]<{offset}>", b"x" * SLICE_BYTES)
        talk.say("{tag} OK done")

    server.inbox.messages[3] = Message(MAIL, size=2 * LARGE_BYTES)
    server.answers["UID FETCH 3 (BODY"] = endless
    source = make()
    (mail,) = next(iter(source.batches()))

    with pytest.raises(TransientError, match="does not end"):
        list(source.slices(mail))

    assert take_all(source) == []
    assert list(server.inbox.messages) == [3]


LIES = {
    "a literal of more digits than anybody reads": b"* 1 FETCH (BODY[] {%s}\r\n" % (b"9" * 5000),
    "brackets without end": b"* 1 FETCH " + b"(" * 100_000 + b"\r\nTAG OK done\r\n",
    "a body that is a number of brackets": b"* 1 FETCH (UID (3) BODY[] (1 2))\r\nTAG OK done\r\n",
    "no IMAP at all": b"HTTP/1.1 400 Bad Request\r\n",
    "an unknown tag": b"XYZ1 OK done\r\n",
    "an unpaired item": b"* 1 FETCH (UID)\r\nTAG OK done\r\n",
}


@pytest.mark.parametrize("lie", LIES)
def test_an_answer_that_is_none_harms_nobody(server: ScriptedImap, make: Make, lie: str) -> None:
    """H-30: whatever comes instead of an answer, it is a server that is away."""

    def tell(talk: Talk) -> None:
        talk.send(LIES[lie].replace(b"TAG", talk.tag.encode()))

    server.answers["UID FETCH 3 (BODY"] = [tell]
    source = make()

    with pytest.raises(TransientError):
        take_all(source)

    assert raws(take_all(source)) == [MAIL]


def test_a_literal_of_4_gb_is_not_waited_for(server: ScriptedImap, make: Make) -> None:
    """H-30: what is announced beyond any batch is refused before it is read."""
    server.answers["UID FETCH 3 (BODY"] = b"* 1 FETCH (UID 3 BODY[] {4294967295}\r\nx"

    with pytest.raises(TransientError, match="announced 4294967295 bytes"):
        take_all(make())


def test_a_slice_is_no_larger_than_asked(server: ScriptedImap, make: Make) -> None:
    """H-30: memory stays constant, whatever a server sends for a slice."""

    def whole(talk: Talk) -> None:
        talk.literal(1, 3, "BODY[]<0>", LARGE)
        talk.say("{tag} OK done")

    server.inbox.messages[3].raw = LARGE
    server.answers["UID FETCH 3 (BODY"] = whole
    source = make()
    (mail,) = next(iter(source.batches()))

    with pytest.raises(TransientError, match="more bytes than"):
        next(source.slices(mail))


@pytest.mark.parametrize(
    ("line", "said"),
    [(b"* 3 EXISTS\r\n", "bytes for one command"), (b"x" * 100, "a line of more than")],
)
def test_a_flood_is_cut_off(
    server: ScriptedImap, make: Make, monkeypatch: pytest.MonkeyPatch, line: bytes, said: str
) -> None:
    """H-30: untagged lines, or one line, without end: a bound on bytes ends it."""
    monkeypatch.setattr(imap_wire, "MAX_ANSWER_BYTES", 2**20)
    monkeypatch.setattr(imap_wire, "MAX_LINE_BYTES", 2**19)

    def flood(talk: Talk) -> None:
        while not server.ended.is_set():
            talk.send(line * 1000)

    server.answers["UID SEARCH"] = [flood]

    with pytest.raises(TransientError, match=said):
        take_all(make())


@pytest.mark.parametrize("line", ["* OK still here", "* 1 RECENT"])
def test_endless_lines_in_idle_end(server: ScriptedImap, make: Make, line: str) -> None:
    """H-30: a server that talks without end while we wait is left."""

    def chatter(talk: Talk) -> None:
        talk.say("+ idling")
        while not server.ended.is_set():
            talk.say(*[line] * 1000)

    server.answers["IDLE"] = [chatter]
    source = make()
    take_all(source)

    source.wait(600, threading.Event())

    assert raws(take_all(source)) == []
    assert server.sessions == 2


def test_an_unsolicited_answer_is_not_taken_for_a_mail(server: ScriptedImap, make: Make) -> None:
    """F-53: a FETCH answer that only bears a sequence number, which is another mail's UID."""

    def also(talk: Talk) -> None:
        talk.say("* 3 FETCH (FLAGS (\\Seen))", "* 1 EXPUNGE", "{tag} OK done")

    server.answers["UID FETCH 3 (RFC822.SIZE"] = [also]

    assert take_all(make()) == []


@pytest.mark.parametrize("arrived", ["99-Foo-2026 10:00:00 +0100", "01-Jan-0001 00:00:00 +9999"])
def test_a_time_that_no_calendar_has_is_now(server: ScriptedImap, make: Make, arrived: str) -> None:
    """H-30: the mail is taken, and deleted, all the same."""
    server.inbox.messages[3].arrived = arrived

    (mail,) = take_all(make())

    assert mail.received_at == NOW
    assert server.inbox.messages == {}


def test_a_folder_without_uidvalidity_is_not_read(server: ScriptedImap, make: Make) -> None:
    """F-51: without it no UID means anything."""
    server.answers["SELECT"] = "* 1 EXISTS\n{tag} OK [READ-WRITE] done"

    with pytest.raises(TransientError, match="UIDVALIDITY"):
        take_all(make())


def test_a_box_without_address_is_an_error_of_the_configuration(seen: Seen) -> None:
    """I-12: there is nothing to connect to."""
    with pytest.raises(ConfigurationError, match="imapUrl"):
        Imap(a_box(), seen, lambda: NOW, None)
