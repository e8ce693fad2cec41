"""An IMAP server that is slow, silent, announces mail, or lies; and what becomes of the mail."""

import threading
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from services.fetcher.seen import Seen
from services.fetcher.sources.imap import session as imap_session
from services.fetcher.sources.imap import text as imap_text
from services.fetcher.sources.imap import wire as imap_wire
from services.fetcher.sources.imap.source import Imap
from services.fetcher.sources.port import LARGE_BYTES, SLICE_BYTES, SourceMail
from shared.errors import ConfigurationError, TransientError
from tests.builders import a_box
from tests.servers.processes import wait_until
from tests.servers.rounds import MAIL, NOW, OTHER, take_all
from tests.servers.scripted import HANG_UP, SILENCE, Folder, Message, ScriptedImap, Talk

LARGE = b"Subject: large\r\n\r\n" + b"0123456789abcde\n" * (LARGE_BYTES // 16 + 10)
THROTTLED = "Request is throttled. Suggested Backoff Time: 299961 milliseconds"

Make = Callable[..., Imap]


class Stopped(threading.Event):
    """Notes how long it was waited for, and waits no moment of it."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout)
        return False


def raws(mails: list[SourceMail]) -> list[bytes | None]:
    """What was fetched."""
    return [mail.raw for mail in mails]


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

    with pytest.raises(TransientError, match="no answer in time"):
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
