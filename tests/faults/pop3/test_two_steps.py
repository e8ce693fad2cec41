"""POP3 mail that leaves once it is recorded, and what a server does wrong meanwhile."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

from services.fetcher.seen import Seen
from services.fetcher.sources.pop3.source import Pop3
from services.fetcher.sources.port import LARGE_BYTES
from services.fetcher.taken import TakenMails
from tests.servers.rounds import MAIL, OTHER, SEEN, rounds
from tests.servers.scripted_pop3 import HANG_UP, ScriptedPop3

Make = Callable[..., Pop3]

LARGE = b"Subject: large\r\n\r\n" + b"0123456789abcd\r\n" * (LARGE_BYTES // 16 + 10)


def take(source: Pop3) -> list[UUID]:
    """What a round gives, taken."""
    mail_ids = []
    for batch in source.batches():
        named = [(uuid4(), mail) for mail in batch]
        for _, mail in named:
            if mail.raw is None:
                assert list(source.slices(mail))
        source.take(named)
        mail_ids += [mail_id for mail_id, _ in named]
    return mail_ids


def record(seen: Seen, mail_ids: list[UUID]) -> None:
    """The word of the writer."""
    TakenMails("crm", seen.memory).record(dict.fromkeys(mail_ids))


@pytest.mark.parametrize("raw", [MAIL, LARGE], ids=["small", "large"])
def test_name_size_and_header_prove_that_it_is_the_mail(
    server: ScriptedPop3, make: Make, seen: Seen, raw: bytes
) -> None:
    """I-6: nothing is read again; it is deleted in a session that has compared it."""
    server.mails = {"u1": raw}
    mail_ids = take(make())
    heard = len(server.heard)

    assert take(make()) == []
    assert not [line for line in server.heard[heard:] if line.startswith("DELE")]
    record(seen, mail_ids)
    heard = len(server.heard)
    assert take(make()) == []

    commands = [line.partition(" ")[0] for line in server.heard[heard:]]
    assert commands[-3:] == ["TOP", "DELE", "QUIT"]
    assert "RETR" not in commands
    assert server.mails == {}


@pytest.mark.parametrize(
    "top", [b"-ERR unknown\r\n", b"+OK\r\nX-Added: by the server\r\n.\r\n"], ids=["none", "other"]
)
@pytest.mark.parametrize("raw", [MAIL, LARGE], ids=["small", "large"])
def test_a_server_without_a_header_to_compare_shows_the_whole_mail(
    server: ScriptedPop3, make: Make, seen: Seen, raw: bytes, top: bytes
) -> None:
    """I-6: the content decides."""
    server.mails = {"u1": raw}
    mail_ids = take(make())
    record(seen, mail_ids)
    server.answers["TOP"] = top

    assert take(make()) == []

    assert server.mails == {}


@pytest.mark.parametrize("other", [OTHER, MAIL.replace(b"one", b"two")], ids=["size", "header"])
def test_another_mail_under_the_name_stays_and_is_taken(
    server: ScriptedPop3, make: Make, seen: Seen, other: bytes
) -> None:
    """I-6, F-54: some servers use a name again: what was never backed up is never deleted."""
    mail_ids = take(make())
    server.mails = {"u1": other}
    record(seen, mail_ids)

    with capture_logs() as logs:
        first = take(make())
        second = take(make())

    assert [log["mail"] for log in logs if "another mail" in log["event"]] == ["u1"]
    assert server.mails == {"u1": other}
    assert len(first + second) == 1
    record(seen, first + second)
    assert take(make()) == []
    assert server.mails == {}


def test_a_server_that_goes_away_before_the_end_is_asked_again(
    server: ScriptedPop3, make: Make, seen: Seen
) -> None:
    """I-6, F-7: without its answer to QUIT nothing counts as deleted."""
    mail_ids = take(make())
    record(seen, mail_ids)
    server.answers["QUIT"] = [HANG_UP]

    rounds(make(), 1)
    still_there = dict(server.mails)
    rounds(make(), 1)

    assert still_there == {"u1": MAIL}
    assert server.mails == {}


def test_a_box_that_refuses_deletion_is_told_once(
    server: ScriptedPop3, make: Make, seen: Seen
) -> None:
    """F-62: no error in every round."""
    record(seen, take(make()))
    server.answers["DELE"] = b"-ERR read-only\r\n"

    with capture_logs() as logs:
        assert [take(make()) for _ in range(3)] == [[], [], []]

    assert [log["event"] for log in logs if log["log_level"] == "error"] == ["box does not delete"]
    assert server.mails == {"u1": MAIL}


def test_a_mail_that_cannot_be_compared_holds_up_no_other(
    server: ScriptedPop3, make: Make, seen: Seen
) -> None:
    """F-53: it is named and rests; the others are taken, and it goes when the server gives it."""
    record(seen, take(make()))
    server.answers |= {"TOP": b"-ERR no\r\n", "RETR 1": b"-ERR cannot read it\r\n"}
    server.mails["u2"] = OTHER

    with capture_logs() as logs:
        assert [len(take(make())) for _ in range(5)] == [1, 0, 0, 0, 0]

    assert len([log for log in logs if "cannot be read" in log["event"]]) == 3
    assert "u1" in server.mails


def test_without_names_a_recorded_mail_goes_when_it_was_read_again(
    server: ScriptedPop3, make: Make, seen: Seen
) -> None:
    """F-54: its content is its name."""
    server.answers["UIDL"] = b"-ERR unknown\r\n"
    server.mails["u2"] = OTHER
    first, _ = take(make())
    record(seen, [first])

    assert take(make()) == []

    assert server.mails == {"u2": OTHER}


def test_mail_with_a_new_name_goes_by_its_content(
    server: ScriptedPop3, make: Make, seen: Seen
) -> None:
    """F-54: it is not taken again under that name, and stays until it is recorded."""
    mail_ids = take(make())
    server.mails = {"renamed": MAIL}

    assert [take(make()) for _ in range(2)] == [[], []]
    assert server.mails == {"renamed": MAIL}
    record(seen, mail_ids)
    assert [take(make()) for _ in range(2)] == [[], []]

    assert server.mails == {}


def test_mail_that_stays_anyway_is_forgotten_once_it_is_recorded(
    server: ScriptedPop3, make: Make, seen: Seen
) -> None:
    """I-8: with `seen` POP3 mail is left alone, and nothing of it waits for ever."""
    record(seen, take(make(disposition=SEEN)))

    assert take(make(disposition=SEEN)) == []

    assert server.mails == {"u1": MAIL}
    assert seen.memory.rows("SELECT * FROM taken") == []
