"""One message, or one answer, that an IMAP server does not manage; and what becomes of the rest."""

import re
import ssl
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.fetcher.seen import Seen
from services.fetcher.sources.imap import text as imap_text
from services.fetcher.sources.imap import wire as imap_wire
from services.fetcher.sources.imap.source import Imap
from services.fetcher.sources.port import LARGE_BYTES, SLICE_BYTES
from shared.errors import TransientError
from shared.settings.value_types import Disposition
from tests.servers.rounds import (
    MAIL,
    OTHER,
    SEEN,
    ATaker,
    Clock,
    fetcher_of,
    rounds,
    take_all,
    told,
)
from tests.servers.scripted import HANG_UP, Answer, Folder, Message, ScriptedImap, Talk

LARGE = b"Subject: large\r\n\r\n" + b"0123456789abcde\n" * (LARGE_BYTES // 16 * 3)
NOTICE = (
    b"From: Microsoft Exchange Server 2010\r\nSubject: Retrieval using the IMAP4 protocol failed"
    b" for the following\r\n message: 3\r\n\r\nThe server couldn't retrieve the following message:"
    b"\r\n\r\nThe message hasn't been deleted.\r\n"
)
TO_DONE = Disposition(action="move", folder="Done")

Make = Callable[..., Imap]


@pytest.fixture
def server(tls: ssl.SSLContext) -> Iterator[ScriptedImap]:
    """A server with two mails: the first one is trouble."""
    folders = {"INBOX": Folder({3: Message(MAIL), 4: Message(OTHER)}), "Done": Folder()}
    server = ScriptedImap(folders, tls=tls)
    yield server
    server.stop()


def rounds_of(source: Imap, count: int) -> list[bytes | None]:
    """What several rounds took."""
    return [mail.raw for mail in rounds(source, count)]


def giving(raw: bytes) -> Answer:
    """Give `raw` as message 3."""

    def give(talk: Talk) -> None:
        talk.literal(1, 3, "BODY[]", raw)
        talk.say("{tag} OK done")

    return give


# What came is held against what was announced


@pytest.mark.parametrize("size", [14_300, 3 * 1024 * 1024, None])
@pytest.mark.parametrize(
    "raw", [NOTICE, b"", b"Hello without any header\r\n\r\nand more"], ids=["notice", "", "text"]
)
def test_what_is_not_the_mail_stays_and_the_rest_goes_on(
    server: ScriptedImap, make: Make, raw: bytes, size: int | None
) -> None:
    """F-50: a notice, nothing, a part: never deleted, named, tried again, and then taken."""
    server.inbox.messages[3].size = size
    server.inbox.messages[3].raw = raw
    source = make()

    with capture_logs() as logs:
        assert rounds_of(source, 2) == [OTHER]

    assert list(server.inbox.messages) == [3]
    assert not [each for each in server.commands("UID STORE") if " 3 " in each]
    assert told(logs) == ["7/3", "7/3"]
    server.inbox.messages[3] = Message(MAIL)
    assert rounds_of(source, 1) == [MAIL]
    assert server.inbox.messages == {}


@pytest.mark.parametrize("disposition", [SEEN, TO_DONE], ids=["seen", "move"])
def test_what_is_not_the_mail_is_neither_marked_nor_moved(
    server: ScriptedImap, make: Make, disposition: Disposition
) -> None:
    """F-50, I-8: whatever becomes of mail that was taken."""
    server.inbox.messages[3].raw = NOTICE

    assert rounds_of(make(disposition=disposition), 1) == [OTHER]

    assert server.inbox.messages[3].flags == set()
    assert NOTICE not in [each.raw for each in server.folders["Done"].messages.values()]


def test_a_partial_fetch_that_ends_early_is_fetched_whole(server: ScriptedImap, make: Make) -> None:
    """F-50: the first 100 kB of 3 MB by slices; the whole message has the rest."""

    def ends_early(talk: Talk) -> None:
        start = int(re.findall(r"<(\d+)\.", talk.server.heard[-1])[0])
        talk.literal(1, 3, f"BODY[]<{start}>", LARGE[:100_000][start:])
        talk.say("{tag} OK done")

    server.inbox.messages[3].raw = LARGE
    server.answers["UID FETCH 3 (BODY.PEEK[]<"] = ends_early
    source = make()
    (batch,) = source.batches()
    (large,) = [mail for mail in batch if mail.raw is None]

    assert b"".join(source.slices(large)) == LARGE


def a_byte_too_early(talk: Talk) -> None:
    """Give every slice but the first a byte too early, as Dovecot 2.4 does."""
    start, count = map(int, re.findall(r"<(\d+)\.(\d+)>", talk.server.heard[-1])[0])
    begin = max(start - 1, 0)
    talk.literal(1, 3, f"BODY[]<{start}>", LARGE[begin : begin + count])
    talk.say("{tag} OK done")


def test_slices_that_do_not_join_are_fetched_whole(server: ScriptedImap, make: Make) -> None:
    """F-64: the announced size comes, and a byte of it twice; the whole message is right."""
    server.inbox.messages[3].raw = LARGE
    server.answers["UID FETCH 3 (BODY.PEEK[]<"] = a_byte_too_early
    source = make()
    (batch,) = source.batches()
    (large,) = [mail for mail in batch if mail.raw is None]

    slices = list(source.slices(large))

    assert b"".join(slices) == LARGE
    assert max(map(len, slices)) <= SLICE_BYTES


def test_slices_that_do_not_join_of_a_huge_message_are_not_taken(
    server: ScriptedImap, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-64: too large to be read as a whole: it stays, with its reason; its neighbour is taken."""
    monkeypatch.setattr(imap_text, "MAX_ANSWER_BYTES", len(LARGE) - 1)
    server.inbox.messages[3].raw = LARGE
    server.answers["UID FETCH 3 (BODY.PEEK[]<"] = a_byte_too_early
    taker = ATaker()
    fetcher = fetcher_of(make(), tmp_path, taker)

    with capture_logs() as logs:
        assert fetcher.fetch_all().taken == 1

    assert [fetched.raw for fetched in taker.taken] == [OTHER]
    assert list(server.inbox.messages) == [3]
    assert told(logs) == ["7/3"]
    assert "slices do not join" in str(logs)


def test_a_large_mail_that_stays_torn_stays(
    server: ScriptedImap, make: Make, tmp_path: Path
) -> None:
    """F-50: the whole fetch gives the same 100 kB of 3 MB: kept, and its neighbour is taken."""
    server.inbox.messages[3] = Message(LARGE[:100_000], size=len(LARGE))
    source, taker = make(), ATaker()
    fetcher = fetcher_of(source, tmp_path, taker)

    with capture_logs() as logs:
        assert fetcher.fetch_all().taken == 1

    assert [fetched.raw for fetched in taker.taken] == [OTHER]
    assert list(server.inbox.messages) == [3]
    assert told(logs) == ["7/3"]
    assert len(list(tmp_path.rglob("*.eml"))) == 1


def test_a_text_that_is_cut_off_as_a_whole_goes_on_by_slices(
    server: ScriptedImap, make: Make
) -> None:
    """F-50: the same 60 kB of 100 kB each time, and no boundary to miss: a slice tells."""
    text = b"Subject: long\r\n\r\n" + b"0123456789abcd\r\n" * 6_000
    server.inbox.messages[3].raw = text
    server.answers["UID FETCH 3 (BODY.PEEK[])"] = giving(text[:60_000])
    server.answers["UID FETCH 3,4 (BODY.PEEK[])"] = giving(text[:60_000])

    with capture_logs() as logs:
        rounds_of(make(), 1)

    assert 3 in server.inbox.messages
    assert "7/3" in told(logs)


@pytest.mark.parametrize(
    "answer", ["{tag} NO [SERVERBUG] cannot", "{tag} OK done", "{tag} BAD Server Unavailable. 15"]
)
def test_a_large_mail_that_is_not_given_holds_up_nobody(
    server: ScriptedImap, make: Make, tmp_path: Path, answer: str
) -> None:
    """F-53: refused, or nothing given, by slices: named; the neighbour in its batch is taken."""
    server.inbox.messages[3].raw = LARGE
    server.answers["UID FETCH 3 (BODY.PEEK[]<"] = answer
    source, taker = make(), ATaker()
    fetcher = fetcher_of(source, tmp_path, taker)

    with capture_logs() as logs:
        assert [fetcher.fetch_all().taken for _ in range(2)] == [1, 0]

    assert told(logs) == ["7/3"] * 2
    assert list(server.inbox.messages) == [3]


# One message over which the server hangs up


def named(talk: Talk, uid: int) -> bool:
    """Whether the command at hand asks for a message."""
    return uid in talk._named(talk.server.heard[-1].split(" ")[2])


def hanging_up_over(uid: int, about: str) -> Answer:
    """Hang up at a FETCH of `about` that asks for one message, whatever else it asks for."""

    def answer(talk: Talk) -> None:
        if about in talk.server.heard[-1] and named(talk, uid):
            talk.server.hang_up()
        else:
            talk.properly()

    return answer


@pytest.mark.parametrize("about", ["BODY", "RFC822.SIZE"])
@pytest.mark.parametrize("uid", [3, 20, 42])
def test_a_message_that_makes_the_server_hang_up_is_set_aside(
    server: ScriptedImap, make: Make, clock: Clock, about: str, uid: int
) -> None:
    """F-59: the others are read within two more rounds, the culprit rests after three tries."""
    mails = {number: b"Subject: %d\r\n\r\nx\r\n" % number for number in range(3, 43)}
    server.inbox.messages = {number: Message(raw) for number, raw in mails.items()}
    server.answers["UID FETCH"] = hanging_up_over(uid, about)
    source = make()

    with capture_logs() as logs:
        assert sorted(filter(None, rounds_of(source, 3))) == sorted(
            raw for number, raw in mails.items() if number != uid
        )
        assert rounds_of(source, 2) == []
        asked = len(server.commands("UID FETCH"))
        assert take_all(source) == take_all(make()) == []

    assert told(logs) == [f"7/{uid}"] * 3
    assert len(server.commands("UID FETCH")) == asked
    assert list(server.inbox.messages) == [uid]
    # New mail goes on; the culprit is tried again later, also after a restart.
    server.inbox.messages[50] = Message(OTHER)
    assert rounds_of(source, 1) == [OTHER]
    server.answers.clear()
    clock.now += timedelta(days=1)
    assert rounds_of(make(), 1) == [mails[uid]]


def test_a_large_message_that_makes_the_server_hang_up_is_set_aside(
    server: ScriptedImap, make: Make
) -> None:
    """F-59: by slices, too; in its third try it is asked for as a whole."""
    server.inbox.messages[3].raw = LARGE
    server.answers["UID FETCH 3 (BODY.PEEK[]<"] = HANG_UP

    assert rounds_of(make(), 4) == [OTHER, LARGE]
    assert server.inbox.messages == {}


def test_a_server_that_gives_all_for_a_slice_is_asked_for_all(
    server: ScriptedImap, make: Make
) -> None:
    """H-30: the neighbour is read, and so is the large message in the end."""

    def whole(talk: Talk) -> None:
        talk.literal(1, 3, "BODY[]<0>", LARGE)
        talk.say("{tag} OK done")

    server.inbox.messages[3].raw = LARGE
    server.answers["UID FETCH 3 (BODY.PEEK[]<"] = whole

    assert rounds_of(make(), 4) == [OTHER, LARGE]


@pytest.mark.parametrize("size", [0, 500])
def test_a_size_that_is_told_too_small_stops_nobody(
    server: ScriptedImap, make: Make, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """H-30: more comes than was told, and than any answer may have: it is read by slices."""
    monkeypatch.setattr(imap_wire, "MAX_ANSWER_BYTES", 2 * LARGE_BYTES)
    server.inbox.messages[3] = Message(LARGE, size=size)

    assert rounds_of(make(), 5) == [OTHER, None]
    assert server.inbox.messages == {}


def test_a_server_in_trouble_blames_nobody_for_long(server: ScriptedImap, make: Make) -> None:
    """F-59: it hangs up whatever is asked for; when it is well again all is read at once."""
    server.answers["UID FETCH"] = [HANG_UP, HANG_UP]
    source = make()

    with capture_logs() as logs:
        assert sorted(filter(None, rounds_of(source, 4))) == sorted([MAIL, OTHER])

    assert len(told(logs)) <= 1


# States of the server


STATES = ["[LIMIT] slow down", "[UNAVAILABLE] later", "[INUSE] busy", "Too many connections"]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("command", ["UID FETCH", "SELECT", "UID SEARCH"])
def test_a_state_of_the_server_pauses_the_box(
    server: ScriptedImap, make: Make, command: str, state: str
) -> None:
    """F-57: one answer is enough: no message is blamed, and no storm of commands."""
    mails = {number: Message(b"Subject: x\r\n\r\n%d" % number) for number in range(1, 401)}
    server.inbox.messages = mails
    server.answers[command] = "{tag} NO " + state

    with capture_logs() as logs, pytest.raises(TransientError, match="cannot serve us now"):
        take_all(make())

    assert len(server.heard) < 15
    assert told(logs) == []


@pytest.mark.parametrize(
    ("command", "disposition"),
    [
        ("UID STORE", Disposition(action="delete")),
        ("UID EXPUNGE", Disposition(action="delete")),
        ("UID MOVE", TO_DONE),
        ("UID STORE", SEEN),
    ],
)
@pytest.mark.parametrize("state", [*STATES, "[OVERQUOTA] full"])
def test_a_state_stops_disposing_and_no_reading(
    server: ScriptedImap,
    make: Make,
    seen: Seen,
    *,
    command: str,
    disposition: Disposition,
    state: str,
) -> None:
    """F-57, F-62: all is read, the command comes once a round, the box pauses with a reason."""
    mails = {number: Message(b"Subject: x\r\n\r\n%d" % number) for number in range(1, 301)}
    server.inbox.messages = mails
    server.answers[command] = "{tag} NO " + state
    source = make(disposition=disposition)

    with pytest.raises(TransientError, match="cannot serve us now"):
        take_all(source)

    assert len(seen.known("INBOX")) == 300
    assert len(server.commands(command)) == 1
    server.answers.clear()
    assert take_all(source) == []
    if disposition is not SEEN:
        assert server.inbox.messages == {}


def test_some_messages_in_a_row_that_are_refused_are_some_messages(
    server: ScriptedImap, make: Make
) -> None:
    """F-53: the first ten of sixty: each is named, and all others are taken in the same round."""
    mails = {number: Message(b"Subject: x\r\n\r\n%d" % number) for number in range(1, 61)}
    server.inbox.messages = mails

    def refusing(talk: Talk) -> None:
        if "BODY" in talk.server.heard[-1] and any(named(talk, uid) for uid in range(1, 11)):
            talk.say("{tag} NO [SERVERBUG] cannot")
        else:
            talk.properly()

    server.answers["UID FETCH"] = refusing

    with capture_logs() as logs:
        assert len(rounds_of(make(), 2)) == 50

    assert set(told(logs)) == {f"7/{uid}" for uid in range(1, 11)}


def test_a_server_that_refuses_every_message_is_no_fault_of_each(
    server: ScriptedImap, make: Make
) -> None:
    """F-57: NO to everything, without a code: a dozen commands, and a pause."""
    mails = {number: Message(b"Subject: x\r\n\r\n%d" % number) for number in range(1, 401)}
    server.inbox.messages = mails
    server.answers["UID FETCH"] = "{tag} NO something is wrong"

    with capture_logs() as logs, pytest.raises(TransientError, match="to every message"):
        take_all(make())

    assert len(server.commands("UID FETCH")) < 20
    assert told(logs) == []


# OK, and nothing behind it


@pytest.mark.parametrize(
    "answer", ["{tag} OK done", "* 1 FETCH (UID 3 BODY[] NIL)\n{tag} OK done"], ids=["", "NIL"]
)
@pytest.mark.parametrize("about", ["BODY.PEEK[]", "RFC822.SIZE INTERNALDATE"])
def test_an_ok_without_data_is_looked_into(
    server: ScriptedImap, make: Make, answer: str, about: str
) -> None:
    """F-53: the message is still there: it is named, and tried again with longer pauses."""

    def nothing_of_3(talk: Talk) -> None:
        if about not in talk.server.heard[-1] or not named(talk, 3):
            talk.properly()
        else:
            if named(talk, 4):
                talk.fetched(4, about)
            talk.say(*answer.split("\n"))

    server.answers["UID FETCH"] = nothing_of_3
    source = make()

    with capture_logs() as logs:
        assert rounds_of(source, 4) == [OTHER]

    assert told(logs) == ["7/3"] * 3
    assert list(server.inbox.messages) == [3]


# A move that is half done


def without_rights(server: ScriptedImap, says: str) -> None:
    """A folder in which nothing can be deleted, whatever the server says."""
    server.capabilities = "UIDPLUS IDLE"
    for command in ("UID STORE", "UID EXPUNGE"):
        server.answers[command] = "{tag} " + says


@pytest.mark.parametrize("says", ["OK done", "NO [NOPERM] not allowed"])
def test_a_copy_is_made_once(server: ScriptedImap, make: Make, clock: Clock, says: str) -> None:
    """I-8, F-62: COPY works and deletion does not: one copy a mail, however many rounds; told."""
    without_rights(server, says)
    source = make(disposition=TO_DONE)

    with capture_logs() as logs:
        for _ in range(6):
            take_all(source)
        take_all(make(disposition=TO_DONE))

    assert len(server.folders["Done"].messages) == 2
    assert len(server.inbox.messages) == 2
    warned = [log for log in logs if "stays in its folder" in log["event"]]
    assert len(warned) == 2  # once an hour by each of the two
    server.answers.clear()
    clock.now += timedelta(hours=1)
    take_all(source)
    assert server.inbox.messages == {}
    assert len(server.folders["Done"].messages) == 2


@pytest.mark.parametrize("command", ["UID STORE", "UID EXPUNGE"])
def test_an_ok_to_a_deletion_is_believed_after_a_look(
    server: ScriptedImap, make: Make, command: str
) -> None:
    """F-62: OK, and the mail is still there: it is told what right is missing."""
    server.answers[command] = "{tag} OK done"

    with capture_logs() as logs:
        take_all(make())

    (warned,) = [log for log in logs if "stays in its folder" in log["event"]]
    assert "right to delete and expunge" in warned["reason"]


def test_a_move_that_leaves_the_original_is_not_repeated(server: ScriptedImap, make: Make) -> None:
    """I-8: MOVE says OK and copies: told, and not moved again in each round."""

    def copies(talk: Talk) -> None:
        uids, folder = talk.server.heard[-1].split(" ")[2:]
        talk.properly(f"UID COPY {uids} {folder}")

    server.answers["UID MOVE"] = copies
    source = make(disposition=TO_DONE)

    with capture_logs() as logs:
        for _ in range(4):
            take_all(source)

    assert len(server.folders["Done"].messages) == 2
    assert len([log for log in logs if "stays in its folder" in log["event"]]) == 1


# Names that cannot be read


@pytest.mark.parametrize(
    "line",
    [
        '* LIST () "/" "R&D"',
        '* LIST () "/" R&D',
        '* LIST () "/" Two words',
        '* LIST () "/" "&AAAA"',
        "* LIST",
        '* LIST () "/"',
        '* LIST (((( "/" "x"',
        '* LIST () "/" "no end',
    ],
)
@pytest.mark.parametrize("disposition", [Disposition(action="delete"), TO_DONE])
def test_a_folder_whose_name_cannot_be_read_spoils_nothing(
    server: ScriptedImap, make: Make, line: str, disposition: Disposition
) -> None:
    """I-10: the list is for hints; the box is read."""
    server.answers["LIST"] = line + '\n* LIST () "/" "INBOX"\n{tag} OK done'

    assert len(take_all(make(disposition=disposition))) == 2
    assert "accepted the login" in make().probe()


@pytest.mark.parametrize("answer", ["{tag} NO not allowed", "{tag} BAD what", "{tag} OK done"])
def test_a_list_that_is_refused_spoils_nothing(
    server: ScriptedImap, make: Make, answer: str
) -> None:
    """I-10: nor does a server that lists nothing; a folder that is missing is still named."""
    server.answers["LIST"] = answer

    assert len(take_all(make())) == 2
    with pytest.raises(TransientError, match="no folder"):
        take_all(make(imap_folders=("Missing",)))


# New UIDs for everything


@pytest.mark.parametrize("raw", [MAIL, LARGE], ids=["small", "large"])
def test_new_uids_at_each_login_record_nothing_again(
    server: ScriptedImap, make: Make, seen: Seen, tmp_path: Path, raw: bytes
) -> None:
    """F-51: mail that stays is known by its content: no backup, no record; it is told."""
    server.inbox.messages[3].raw = raw
    taker = ATaker()

    def a_round() -> int:
        source = make(disposition=SEEN)
        fetcher = fetcher_of(source, tmp_path, taker)
        taken = fetcher.fetch_all().taken
        source.close()
        server.inbox.validity += 1
        return taken

    with capture_logs() as logs:
        assert [a_round() for _ in range(4)] == [2, 0, 0, 0]
        server.inbox.messages[9] = Message(b"Subject: new\r\n\r\nHello.\r\n")
        assert [a_round() for _ in range(2)] == [1, 0]

    assert len(list(tmp_path.rglob("*.eml"))) == 3
    warned = [log["times"] for log in logs if "new UIDs" in log["event"]][1:]
    assert warned == [2, 3, 4, 5]
    assert len(seen.known("INBOX")) == 3
    assert len(seen.memory.rows("SELECT * FROM content")) == 3


def test_a_second_copy_under_the_same_uidvalidity_is_a_mail(
    server: ScriptedImap, make: Make
) -> None:
    """F-51: the same bytes twice in one folder are two mails: the later stages judge them."""
    source = make(disposition=SEEN)
    take_all(source)
    server.inbox.messages[5] = Message(MAIL)

    assert rounds_of(source, 1) == [MAIL]


def test_mail_that_has_gone_is_forgotten(server: ScriptedImap, make: Make, seen: Seen) -> None:
    """F-51: the memory of contents is not larger than the box."""
    source = make(disposition=SEEN)
    take_all(source)
    del server.inbox.messages[3]
    take_all(source)

    assert len(seen.memory.rows("SELECT * FROM content")) == 1
