"""One mail that a POP3 server does not manage, and what becomes of the rest of the box."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.fetcher.seen import Seen
from services.fetcher.sources.pop3.source import Pop3
from services.fetcher.sources.port import LARGE_BYTES
from shared.errors import TransientError
from shared.settings.value_types import Disposition
from tests.servers.rounds import MAIL, OTHER, SEEN, ATaker, Clock, fetcher_of, rounds, told
from tests.servers.scripted_pop3 import HANG_UP, ScriptedPop3

LARGE = b"Subject: large\r\n\r\n" + b"0123456789abcde\n" * (LARGE_BYTES // 16 + 10) + b"\r\n"
NOTICE = (
    b"From: Microsoft Exchange Server 2010\r\nSubject: Retrieval using the POP3 protocol failed"
    b" for the following\r\n message: 3\r\n\r\nThe server couldn't retrieve the following message:"
    b"\r\n\r\nThe message hasn't been deleted.\r\n"
)
EMPTY = b"+OK\r\n.\r\n"

Make = Callable[..., Pop3]


@pytest.fixture
def server() -> Iterator[ScriptedPop3]:
    """A server with two mails: the first one is trouble."""
    server = ScriptedPop3({"u1": MAIL, "u2": OTHER})
    yield server
    server.stop()


def rounds_of(source: Pop3, count: int) -> list[str]:
    """Which mails several rounds took."""
    return [mail.identity for mail in rounds(source, count)]


@pytest.mark.parametrize("size", [14_300, 3 * 1024 * 1024, 0])
@pytest.mark.parametrize("stays", [False, True])
@pytest.mark.parametrize(
    "raw", [NOTICE, b"", b"Hello without header\r\n\r\nand more\r\n"], ids=["notice", "", "text"]
)
def test_what_is_not_the_mail_stays_and_the_rest_goes_on(
    server: ScriptedPop3, make: Make, tmp_path: Path, *, raw: bytes, size: int, stays: bool
) -> None:
    """F-50: never deleted, nor taken; named, tried again, and then taken."""
    disposition = SEEN if stays else Disposition(action="delete")
    server.sizes["u1"] = size
    server.answers["RETR 1"] = EMPTY if not raw else b"+OK\r\n" + raw + b".\r\n"
    taker = ATaker()
    fetcher = fetcher_of(make(disposition=disposition), tmp_path, taker)

    with capture_logs() as logs:
        assert [fetcher.fetch_all().taken for _ in range(2)] == [1, 0]

    assert "u1" in server.mails
    assert [fetched.raw for fetched in taker.taken] == [OTHER]
    assert told(logs) == ["u1", "u1"]
    server.answers.clear()
    server.sizes.clear()
    assert fetcher.fetch_all().taken == 1
    assert ("u1" in server.mails) == stays


def test_a_large_mail_that_is_torn_stays(server: ScriptedPop3, make: Make, tmp_path: Path) -> None:
    """F-50: 1 MB of 30 MB: known at its end only; kept, and its neighbour is taken and deleted."""
    server.mails["u1"] = LARGE
    server.sizes["u1"] = 30 * len(LARGE)
    fetcher = fetcher_of(make(), tmp_path, ATaker())

    with capture_logs() as logs:
        assert fetcher.fetch_all().taken == 1

    assert list(server.mails) == ["u1"]
    assert told(logs) == ["u1"]
    assert len(list(tmp_path.rglob("*.eml"))) == 1


@pytest.mark.parametrize("raw", [MAIL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("answer", [HANG_UP, b"+OK\r\nSubject: one\r\n\r\nHel<EOF>"])
def test_a_mail_that_makes_the_server_hang_up_is_set_aside(
    server: ScriptedPop3, make: Make, clock: Clock, raw: bytes, answer: str | bytes
) -> None:
    """F-59: the others are read in the next round; the culprit rests after three tries, named."""
    server.mails = {"u0": OTHER, "u1": raw, **{f"v{n}": OTHER + b"%d\r\n" % n for n in range(20)}}
    server.texts["u1"] = answer
    source = make()

    with capture_logs() as logs:
        # A session that breaks deletes nothing, and acknowledged mail comes again.
        assert len(set(rounds_of(source, 2))) == 21
        assert rounds_of(source, 2) == []
        heard = len(server.heard)
        assert rounds_of(source, 1) == rounds_of(make(), 1) == []

    assert told(logs) == ["u1"] * 3
    assert not [each for each in server.heard[heard:] if each.startswith("RETR")]
    server.texts.clear()
    server.mails["new"] = OTHER
    assert rounds_of(source, 1) == ["new"]
    clock.now += timedelta(days=1)
    assert rounds_of(make(), 1) == ["u1"]


def test_without_uidl_the_culprit_is_known_by_its_place(server: ScriptedPop3, make: Make) -> None:
    """F-54, F-59: the others are read; it is set aside when nothing moves it any more."""
    server.answers["UIDL"] = b"-ERR unknown\r\n"
    server.texts["u1"] = HANG_UP
    source = make()

    assert len(rounds_of(source, 3)) == 1
    heard = len(server.heard)
    rounds_of(source, 6)

    assert list(server.mails) == ["u1"]
    assert len([each for each in server.heard[heard:] if each == "RETR 1"]) <= 3


def test_a_mail_that_is_refused_rests_after_three_tries(server: ScriptedPop3, make: Make) -> None:
    """F-53: -ERR to one RETR in each round: named three times, then left alone for a while."""
    server.answers["RETR 1"] = b"-ERR cannot read it\r\n"
    server.mails["u3"] = OTHER
    server.answers["DELE"] = b"-ERR read-only\r\n"
    source = make()

    with capture_logs() as logs:
        assert rounds_of(source, 5) == ["u2", "u3"]

    assert told(logs) == ["u1"] * 3


@pytest.mark.parametrize("code", ["[SYS/TEMP]", "[IN-USE]", "[LOGIN-DELAY]"])
def test_a_state_of_the_server_pauses_the_box(server: ScriptedPop3, make: Make, code: str) -> None:
    """F-57: one answer is enough: no mail is blamed."""
    server.mails = {f"u{number}": MAIL for number in range(300)}
    server.answers["RETR"] = f"-ERR {code} later\r\n".encode()

    with capture_logs() as logs, pytest.raises(TransientError, match="cannot be read now"):
        list(make().batches())

    assert len([each for each in server.heard if each.startswith("RETR")]) == 1
    assert told(logs) == []


@pytest.mark.parametrize("raw", [MAIL, LARGE], ids=["small", "large"])
def test_an_ok_to_a_deletion_is_believed_after_a_look(
    server: ScriptedPop3, make: Make, tmp_path: Path, raw: bytes
) -> None:
    """F-62: OK to DELE and QUIT, and the mails are still there: told, and not recorded again."""
    server.mails["u1"] = raw
    server.answers["QUIT"] = b"+OK bye\r\n"
    taker = ATaker()
    fetcher = fetcher_of(make(), tmp_path, taker)

    with capture_logs() as logs:
        assert [fetcher.fetch_all().taken for _ in range(3)] == [2, 0, 0]

    assert len(taker.taken) == len(list(tmp_path.rglob("*.eml"))) == 2
    stays = [log["mails"] for log in logs if log["event"] == "box does not delete"]
    assert sorted(stays) == [["u1"], ["u2"]]


def test_a_name_that_is_used_again_names_a_new_mail(server: ScriptedPop3, make: Make) -> None:
    """F-54: a server that calls every first mail u1: the content says that it is another one."""
    source = make()
    assert rounds_of(source, 1) == ["u1", "u2"]
    server.mails = {"u1": OTHER + b"And more.\r\n"}

    assert rounds_of(source, 1) == ["u1"]
    assert server.mails == {}


@pytest.mark.parametrize("raw", [MAIL, LARGE], ids=["small", "large"])
def test_new_names_in_every_session_record_nothing_again(
    server: ScriptedPop3, make: Make, seen: Seen, tmp_path: Path, raw: bytes
) -> None:
    """F-54: a server that renumbers, and mail that stays: known by its content, no backup."""
    fetcher = fetcher_of(make(disposition=SEEN), tmp_path, ATaker())
    server.mails = {"a1": raw, "a2": OTHER}
    taken = [fetcher.fetch_all().taken]
    for prefix in "bcd":
        server.mails = {f"{prefix}1": raw, f"{prefix}2": OTHER}
        taken.append(fetcher.fetch_all().taken)

    assert taken == [2, 0, 0, 0]
    assert len(list(tmp_path.rglob("*.eml"))) == 2
    assert len(seen.known("POP3")) == len(seen.memory.rows("SELECT * FROM content")) == 2


def test_the_same_content_under_two_names_is_two_mails(server: ScriptedPop3, make: Make) -> None:
    """F-54: both are there: the later stages judge them."""
    server.mails = {"u1": MAIL, "u2": MAIL}

    assert rounds_of(make(disposition=SEEN), 2) == ["u1", "u2"]
