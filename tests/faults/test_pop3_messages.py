"""One mail that a POP3 server does not manage, and what becomes of the rest of the box."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from services.fetcher.failed import FailedMail
from services.fetcher.fetch import Fetcher
from services.fetcher.seen import Seen
from services.fetcher.sources.pop3 import session as pop3_session
from services.fetcher.sources.pop3.source import Pop3
from services.fetcher.sources.port import LARGE_BYTES
from shared.backup.store import BackupStore
from shared.broker.port import Receipt
from shared.contracts.messages import FetchedMail
from shared.errors import TransientError
from shared.settings.values import Disposition, ServerAddress
from tests.builders import a_box
from tests.servers.scripted_pop3 import HANG_UP, ScriptedPop3

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
MAIL = b"Subject: one\r\n\r\nHello.\r\n"
OTHER = b"Subject: two\r\n\r\nHello again.\r\n"
LARGE = b"Subject: large\r\n\r\n" + b"0123456789abcde\n" * (LARGE_BYTES // 16 + 10) + b"\r\n"
NOTICE = (
    b"From: Microsoft Exchange Server 2010\r\nSubject: Retrieval using the POP3 protocol failed"
    b" for the following\r\n message: 3\r\n\r\nThe server couldn't retrieve the following message:"
    b"\r\n\r\nThe message hasn't been deleted.\r\n"
)
EMPTY = b"+OK\r\n.\r\n"
SEEN = Disposition(action="seen")

Make = Callable[..., Pop3]


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class ATaker:
    """A next stage that takes everything."""

    def __init__(self) -> None:
        self.taken: list[FetchedMail] = []

    def publish(self, batch: Sequence[FetchedMail]) -> None:
        self.taken += batch

    def flush(self) -> Receipt:
        return Receipt()


@pytest.fixture
def server() -> Iterator[ScriptedPop3]:
    """A server with two mails: the first one is trouble."""
    server = ScriptedPop3({"u1": MAIL, "u2": OTHER})
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
def make(
    server: ScriptedPop3, seen: Seen, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Make]:
    """Sources of the server, on the port that begins without TLS; a second one is a restart."""
    monkeypatch.setattr(pop3_session, "PLAIN_PORT", server.port)
    made: list[Pop3] = []

    def one(**settings: Any) -> Pop3:
        given: dict[str, Any] = {
            "pop3_url": ServerAddress(host="localhost", port=server.port),
            "pop3_password": SecretStr("pw"),
            "allow_plaintext": True,
        }
        made.append(Pop3(a_box(**given | settings), seen, clock, None))
        return made[-1]

    yield one
    for each in made:
        each.close()


def rounds(source: Pop3, count: int) -> list[str]:
    """Which mails several rounds took; one that breaks is followed by the next."""
    taken: list[str] = []
    for _ in range(count):
        with suppress(TransientError):
            for batch in source.batches():
                for mail in batch:
                    if mail.raw is None:
                        list(source.slices(mail))
                source.acknowledge(batch)
                taken += [mail.identity for mail in batch]
    return taken


def fetcher_of(source: Pop3, folder: Path, taker: ATaker) -> Fetcher:
    """The whole fetcher of one box."""
    return Fetcher(
        "crm", "crm@firma.cz", source, BackupStore(folder), taker, lambda: NOW, FailedMail(folder)
    )


def told(logs: list[Any]) -> list[str]:
    """Which messages the log has named."""
    return [log["message"] for log in logs if "cannot be read" in log["event"]]


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
        assert len(set(rounds(source, 2))) == 21
        assert rounds(source, 2) == []
        heard = len(server.heard)
        assert rounds(source, 1) == rounds(make(), 1) == []

    assert told(logs) == ["u1"] * 3
    assert not [each for each in server.heard[heard:] if each.startswith("RETR")]
    server.texts.clear()
    server.mails["new"] = OTHER
    assert rounds(source, 1) == ["new"]
    clock.now += timedelta(days=1)
    assert rounds(make(), 1) == ["u1"]


def test_without_uidl_the_culprit_is_known_by_its_place(server: ScriptedPop3, make: Make) -> None:
    """F-54, F-59: the others are read; it is set aside when nothing moves it any more."""
    server.answers["UIDL"] = b"-ERR unknown\r\n"
    server.texts["u1"] = HANG_UP
    source = make()

    assert len(rounds(source, 3)) == 1
    heard = len(server.heard)
    rounds(source, 6)

    assert list(server.mails) == ["u1"]
    assert len([each for each in server.heard[heard:] if each == "RETR 1"]) <= 3


def test_a_mail_that_is_refused_rests_after_three_tries(server: ScriptedPop3, make: Make) -> None:
    """F-53: -ERR to one RETR in each round: named three times, then left alone for a while."""
    server.answers["RETR 1"] = b"-ERR cannot read it\r\n"
    server.mails["u3"] = OTHER
    server.answers["DELE"] = b"-ERR read-only\r\n"
    source = make()

    with capture_logs() as logs:
        assert rounds(source, 5) == ["u2", "u3"]

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
    assert rounds(source, 1) == ["u1", "u2"]
    server.mails = {"u1": OTHER + b"And more.\r\n"}

    assert rounds(source, 1) == ["u1"]
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

    assert rounds(make(disposition=SEEN), 2) == ["u1", "u2"]
