"""Mail by IMAP, from a real Dovecot."""

import imaplib
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from services.fetcher.seen import Seen
from services.fetcher.sources.first_look import MOST_AT_ONCE, WaitsForStartError
from services.fetcher.sources.imap import session as imap_session
from services.fetcher.sources.imap.source import Imap
from services.fetcher.sources.port import SourceMail
from shared.errors import CredentialsRefusedError, ExitCode, TransientError
from shared.settings.value_types import Disposition, ServerAddress
from tests.builders import a_box
from tests.messages import a_failure
from tests.servers.dovecot import Dovecot, MailBoxAccount
from tests.servers.rounds import mailbox_around
from tests.servers.token_server import TokenServer

PRAGUE = ZoneInfo("Europe/Prague")
PASSWORD = "pw of the box"
CZECH = "Příchozí & nové"

Make = Callable[..., Imap]


class Tokens:
    """Tokens of the token server."""

    def __init__(self, server: TokenServer, username: str) -> None:
        self._server = server
        self._username = username
        self._token = server.give(username)

    def token(self) -> SecretStr:
        return SecretStr(self._token)

    def renew(self) -> None:
        self._token = self._server.give(self._username)


@pytest.fixture(scope="module")
def without_move() -> Iterator[Dovecot]:
    """A server that cannot move."""
    server = Dovecot(without=["MOVE"])
    server.start()
    yield server
    server.remove()


@pytest.fixture
def account(dovecot: Dovecot) -> MailBoxAccount:
    """An empty mailbox of its own."""
    dovecot.start()
    return dovecot.add_box(f"{uuid4().hex}@firma.cz", PASSWORD)


@pytest.fixture
def seen(tmp_path: Path) -> Iterator[Seen]:
    """What the fetcher remembers."""
    with closing(Seen(tmp_path / "seen.db")) as seen:
        yield seen


@pytest.fixture
def make(dovecot: Dovecot, account: MailBoxAccount, seen: Seen) -> Iterator[Make]:
    """Sources of the mailbox."""
    made: list[Imap] = []

    def one(tokens: Tokens | None = None, **settings: Any) -> Imap:
        given = {
            "imap_url": ServerAddress(host="localhost", port=dovecot.imaps_port),
            "pop3_name": account.name,
            "pop3_password": SecretStr(account.password),
            "ca_file": dovecot.ca_file,
            "time_zone": PRAGUE,
        }
        made.append(Imap(a_box(**(given | settings)), seen, lambda: datetime.now(UTC), tokens))
        return made[-1]

    yield one
    for each in made:
        each.close()


@contextmanager
def outlook(dovecot: Dovecot, account: MailBoxAccount) -> Iterator[imaplib.IMAP4_SSL]:
    """Another program that has the mailbox open."""
    context = ssl.create_default_context(cafile=str(dovecot.ca_file))
    with imaplib.IMAP4_SSL("localhost", dovecot.imaps_port, ssl_context=context) as client:
        client.login(account.name, f'"{account.password}"'[1:-1])
        client.select("INBOX")
        yield client


def a_mail(subject: str) -> bytes:
    """A small mail."""
    return f"Subject: {subject}\r\n\r\nHello.\r\n".encode()


def take_all(source: Imap) -> list[SourceMail]:
    """A whole round, each batch acknowledged."""
    taken: list[SourceMail] = []
    for batch in source.batches():
        source.acknowledge(batch)
        taken += batch
    return taken


def subjects(mails: Sequence[SourceMail]) -> list[str]:
    """What was taken, in order."""
    return [(mail.raw or b"").splitlines()[0].decode().removeprefix("Subject: ") for mail in mails]


def test_starttls_on_the_port_without_tls(
    dovecot: Dovecot, account: MailBoxAccount, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-2: port 143 begins in plain text, and the login comes after TLS."""
    monkeypatch.setattr(imap_session, "STARTTLS_PORT", dovecot.imap_port)
    dovecot.deliver(account, a_mail("one"))

    source = make(imap_url=ServerAddress(host="localhost", port=dovecot.imap_port))

    assert subjects(take_all(source)) == ["one"]


def test_a_token_opens_the_mailbox(
    dovecot: Dovecot, account: MailBoxAccount, make: Make, token_server: TokenServer
) -> None:
    """I-2: XOAUTH2; a revoked token is renewed once, without anybody's help (F-56)."""
    tokens = Tokens(token_server, account.name)
    dovecot.deliver(account, a_mail("one"))
    source = make(tokens, pop3_password=None)
    assert subjects(take_all(source)) == ["one"]
    source.close()
    token_server.revoke_all()
    dovecot.deliver(account, a_mail("two"))

    assert subjects(take_all(source)) == ["two"]


@pytest.mark.parametrize("by", ["password", "token"])
def test_a_refused_login_is_told_without_the_secret(
    make: Make, token_server: TokenServer, by: str
) -> None:
    """I-2, F-61: exit code 4, what to check, and no secret."""
    tokens = Tokens(token_server, "somebody.else@firma.cz") if by == "token" else None

    with pytest.raises(CredentialsRefusedError, match="check pop3Name") as raised:
        take_all(make(tokens, pop3_password=SecretStr("wrong secret")))

    assert "secret" not in str(raised.value)
    if tokens:
        assert tokens.token().get_secret_value() not in str(raised.value)


def test_mail_is_known_by_folder_uidvalidity_and_uid(
    dovecot: Dovecot, account: MailBoxAccount, make: Make
) -> None:
    """I-5: the name of a mail in its mailbox, which no other mail ever has."""
    dovecot.deliver(account, a_mail("one"))
    dovecot.deliver(account, a_mail("two"))

    mails = take_all(make(imap_folders=("inbox",)))

    folder, validity, uid = mails[0].identity.split("/")
    assert (folder, int(uid)) == ("INBOX", 1)
    assert int(validity) > 0
    assert mails[1].identity == f"INBOX/{validity}/2"


def test_new_mail_is_picked_up_at_once(
    dovecot: Dovecot, account: MailBoxAccount, make: Make
) -> None:
    """I-3: IDLE: the wait ends when mail is delivered, and not at the next poll."""
    source = make(poll_seconds=600)
    take_all(source)
    returned = threading.Event()

    def wait() -> None:
        source.wait(600, threading.Event())
        returned.set()

    waits = threading.Thread(target=wait)
    waits.start()
    assert not returned.is_set()
    dovecot.deliver(account, a_mail("one"))

    assert returned.wait(30)
    waits.join()
    assert subjects(take_all(source)) == ["one"]


def test_mail_delivered_before_the_wait_is_not_slept_over(
    dovecot: Dovecot, account: MailBoxAccount, make: Make
) -> None:
    """I-3: delivered after the round's look and before IDLE begins."""
    source = make(poll_seconds=600)
    dovecot.deliver(account, a_mail("one"))
    for batch in source.batches():
        source.acknowledge(batch)
        dovecot.deliver(account, a_mail("two"))

    source.wait(600, threading.Event())

    assert subjects(take_all(source)) == ["two"]


def test_several_folders_are_read(dovecot: Dovecot, account: MailBoxAccount, make: Make) -> None:
    """I-10: each by its own name, whatever the letters."""
    for folder in ("INBOX", CZECH):
        dovecot.deliver(
            account, a_mail(folder.split()[-1].encode("ascii", "ignore").decode()), folder
        )
    source = make(imap_folders=("INBOX", CZECH))

    mails = take_all(source)

    assert [mail.identity.rsplit("/", 2)[0] for mail in mails] == ["INBOX", CZECH]
    assert dovecot.messages(account, CZECH) == dovecot.messages(account) == 0


def test_a_missing_folder_is_named_and_the_others_are_read(
    dovecot: Dovecot, account: MailBoxAccount, make: Make
) -> None:
    """I-10: the sentence names the folder and the nearest there is."""
    dovecot.deliver(account, a_mail("one"), "Obchod")
    source = make(imap_folders=("Obhcod", "Obchod"))

    with pytest.raises(TransientError, match='no folder "Obhcod"; the nearest is "Obchod"'):
        take_all(source)

    assert dovecot.messages(account, "Obchod") == 0


def test_unread_mail_only(dovecot: Dovecot, account: MailBoxAccount, make: Make) -> None:
    """I-10: scanType unread leaves what somebody has read; reading it marks nothing."""
    dovecot.deliver(account, a_mail("read"))
    dovecot.deliver(account, a_mail("unread"))
    with outlook(dovecot, account) as client:
        client.store("1", "+FLAGS", "\\Seen")
    source = make(scan_type="unread")

    assert [subjects(batch) for batch in source.batches()] == [["unread"]]
    assert subjects(take_all(source)) == ["unread"]
    assert dovecot.messages(account) == 1


def test_disposition_seen_marks_and_does_not_fetch_again(
    dovecot: Dovecot, account: MailBoxAccount, make: Make
) -> None:
    """I-8: the mail stays, is marked as seen, and is fetched once, also by the next process."""
    dovecot.deliver(account, a_mail("one"))
    settings = {"disposition": Disposition(action="seen")}
    assert subjects(take_all(make(**settings))) == ["one"]
    dovecot.deliver(account, a_mail("two"))

    assert subjects(take_all(make(**settings))) == ["two"]

    with outlook(dovecot, account) as client:
        assert client.search(None, "SEEN") == ("OK", [b"1 2"])


def test_disposition_move_moves(dovecot: Dovecot, account: MailBoxAccount, make: Make) -> None:
    """I-8: into the folder, by its Czech name."""
    dovecot.deliver(account, a_mail("old"), CZECH)
    dovecot.deliver(account, a_mail("one"))

    take_all(make(disposition=Disposition(action="move", folder=CZECH)))

    assert (dovecot.messages(account), dovecot.messages(account, CZECH)) == (0, 2)


@pytest.mark.parametrize(
    ("target", "sentence"),
    [("Hotvo", 'the nearest is "Hotovo"'), ("Elsewhere", "there are "), ("INBOX", "read itself")],
)
def test_a_folder_to_move_to_that_cannot_be_is_named_before_anything_is_taken(
    dovecot: Dovecot, account: MailBoxAccount, make: Make, target: str, sentence: str
) -> None:
    """I-8: missing, or one of those that are read: no mail is taken that could not be moved."""
    dovecot.deliver(account, a_mail("old"), "Hotovo")
    dovecot.deliver(account, a_mail("one"))

    with pytest.raises(TransientError, match=sentence):
        take_all(make(disposition=Disposition(action="move", folder=target)))

    assert dovecot.messages(account) == 1


def test_what_others_have_flagged_is_not_removed(
    dovecot: Dovecot, account: MailBoxAccount, make: Make
) -> None:
    """I-6: UID EXPUNGE removes exactly the mail that was taken."""
    dovecot.deliver(account, a_mail("one"))
    source = make()
    batch = next(iter(source.batches()))
    with outlook(dovecot, account) as client:
        client.append("INBOX", "(\\Deleted)", imaplib.Time2Internaldate(0), a_mail("theirs"))

        source.acknowledge(batch)
        source.close()

        assert dovecot.messages(account) == 1
        client.noop()
        assert client.search(None, "DELETED") == ("OK", [b"1"])


def test_what_others_remove_during_a_round_is_skipped(
    dovecot: Dovecot, account: MailBoxAccount, make: Make
) -> None:
    """F-53: removed between two batches by an Outlook user: the rest is taken."""
    for number in range(103):
        dovecot.deliver(account, a_mail(str(number)))
    source = make()
    batches = source.batches()
    first = next(batches)
    with outlook(dovecot, account) as client:
        client.store("102", "+FLAGS", "\\Deleted")
        client.expunge()

        source.acknowledge(first)
        second = next(batches)

    assert subjects(second) == ["100", "102"]
    assert list(batches) == []


@pytest.mark.parametrize("when", ["before acknowledging", "after"])
def test_a_server_that_dies_loses_nothing_and_doubles_nothing(
    dovecot: Dovecot, account: MailBoxAccount, make: Make, when: str
) -> None:
    """F-5, F-50: killed in mid-round: what was taken is not given again, what was not is."""
    for number in range(150):
        dovecot.deliver(account, a_mail(str(number)))
    source = make()
    batches = source.batches()
    first = next(batches)
    if when == "after":
        source.acknowledge(first)
    dovecot.kill()
    if when != "after":
        with pytest.raises(TransientError):
            source.acknowledge(first)
    with pytest.raises(TransientError):
        next(batches)
    dovecot.start()

    rest = take_all(source)

    assert sorted(subjects([*first, *rest]), key=int) == [str(number) for number in range(150)]
    assert dovecot.messages(account) == 0


def test_a_full_box_waits_for_the_administrator(
    dovecot: Dovecot, account: MailBoxAccount, make: Make, seen: Seen
) -> None:
    """I-11, O-4: more than 500 at the first look: nothing is read, and it is said how many wait."""
    for number in range(MOST_AT_ONCE + 1):
        dovecot.deliver(account, a_mail(str(number)))
    dovecot.deliver(account, a_mail("other"), "Other")
    source = make(imap_folders=("INBOX", "Other"))

    with pytest.raises(TransientError, match=r"INBOX found 501 messages.*startFrom"):
        take_all(source)

    assert seen.rounds()["INBOX"][1] == MOST_AT_ONCE + 1
    assert dovecot.messages(account) == MOST_AT_ONCE + 1
    assert dovecot.messages(account, "Other") == 0
    source = make()
    with pytest.raises(WaitsForStartError):
        take_all(source)
    assert len(take_all(make(start_from="all"))) == MOST_AT_ONCE + 1


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Europe/Prague", "Pacific/Niue"])
def test_a_start_date_is_the_boxes_own_day(
    dovecot: Dovecot, account: MailBoxAccount, make: Make, zone: str
) -> None:
    """I-11: by the calendar of the box's zone; what came before stays in the box untouched."""
    start = date(2026, 11, 10)
    midnight = datetime(2026, 11, 10, tzinfo=ZoneInfo(zone))
    with outlook(dovecot, account) as client:
        for name, moment in {
            "long before": midnight - timedelta(days=60),
            "before": midnight - timedelta(seconds=1),
            "at": midnight,
            "after": midnight + timedelta(days=4),
        }.items():
            client.append("INBOX", "", f'"{moment:%d-%b-%Y %H:%M:%S %z}"', a_mail(name))
    source = make(start_from=start, time_zone=ZoneInfo(zone))

    assert subjects(take_all(source)) == ["at", "after"]
    assert take_all(source) == []
    assert dovecot.messages(account) == 2


def test_old_mail_of_an_archive_is_known_as_old(
    dovecot: Dovecot, account: MailBoxAccount, make: Make
) -> None:
    """I-11: archive: what the first look found is old, with its own date; later mail is not."""
    long_ago = datetime(2020, 5, 4, 3, 2, 1, tzinfo=UTC)
    with outlook(dovecot, account) as client:
        client.append("INBOX", "", f'"{long_ago:%d-%b-%Y %H:%M:%S %z}"', a_mail("old"))
    source = make(archive=True)
    (old,) = take_all(source)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    with outlook(dovecot, account) as client:
        client.append("INBOX", "", f'"{tomorrow:%d-%b-%Y %H:%M:%S %z}"', a_mail("new"))

    (new,) = take_all(source)

    assert (old.old, old.received_at) == (True, long_ago)
    assert not new.old


def test_a_folder_made_anew_is_read_anew(
    dovecot: Dovecot, account: MailBoxAccount, make: Make, seen: Seen
) -> None:
    """F-51: deleted and made again it has another UIDVALIDITY: old notes mean nothing."""
    dovecot.deliver(account, a_mail("one"), "Shared")
    settings = {"imap_folders": ("Shared",), "disposition": Disposition(action="seen")}
    (first,) = take_all(make(**settings))
    with outlook(dovecot, account) as client:
        client.rename("Shared", "Elsewhere")
        client.create("Shared")
        client.append("Shared", "", imaplib.Time2Internaldate(0), a_mail("two"))

    (second,) = take_all(make(**settings))

    assert subjects([second]) == ["two"]
    assert first.identity != second.identity
    assert len(seen.known("Shared")) == 1


def test_a_probe_says_what_it_found(dovecot: Dovecot, account: MailBoxAccount, make: Make) -> None:
    """O-6: for `crmservice check`: who answered, how many wait, how new mail is noticed."""
    dovecot.deliver(account, a_mail("one"))
    dovecot.deliver(account, a_mail("two"), "Sales")

    said = make(imap_folders=("INBOX", "Sales")).probe()

    assert f"localhost:{dovecot.imaps_port} accepted the login" in said
    assert "INBOX holds 1 message" in said
    assert "Sales holds 1 message" in said
    assert dovecot.messages(account) == 1


def test_a_probe_names_every_missing_folder(
    dovecot: Dovecot, account: MailBoxAccount, make: Make
) -> None:
    """O-6, O-1: with the nearest names, and the code of a wrong configuration."""
    for name in ("Sales", "Other"):
        dovecot.deliver(account, a_mail(name), name)
    with pytest.raises(TransientError, match=r"Sakes.*Otter.*Sales.*Other") as raised:
        make(imap_folders=("Sakes", "INBOX", "Otter")).probe()

    assert raised.value.exit_code == ExitCode.CONFIGURATION_WRONG


def test_a_probe_foretells_a_first_look_that_would_wait(
    dovecot: Dovecot, account: MailBoxAccount, make: Make, seen: Seen
) -> None:
    """I-11, O-1: `check` says so before anything runs; a box that was read before is no news."""
    for number in range(MOST_AT_ONCE + 1):
        dovecot.deliver(account, a_mail(str(number)))

    with pytest.raises(WaitsForStartError, match="startFrom") as raised:
        make().probe()

    assert raised.value.exit_code == ExitCode.CONFIGURATION_WRONG
    with outlook(dovecot, account) as client:
        client.select("INBOX")
        client.store("1:*", "+FLAGS", r"\Seen")
    assert "501 messages" in make(scan_type="unread").probe()
    seen.open("INBOX", datetime.now(UTC))
    assert "501 messages" in make().probe()
    assert dovecot.messages(account) == MOST_AT_ONCE + 1


def test_no_log_line_has_a_secret_or_a_subject(
    dovecot: Dovecot, account: MailBoxAccount, make: Make, tmp_path: Path
) -> None:
    """O-2: neither password nor subject in what is logged during a round and a refusal."""
    dovecot.deliver(account, a_mail("confidential"))
    with capture_logs() as logs:
        source = mailbox_around(make(), tmp_path)
        batch = next(iter(source.batches()))
        source.set_aside(batch[0], a_failure("no mail at all"))

    assert [log["event"] for log in logs] == ["mail set aside"]
    assert PASSWORD not in str(logs)
    assert "confidential" not in str(logs)
    assert dovecot.messages(account) == 0


@pytest.mark.parametrize("sized", [False, True])
def test_one_file_that_the_server_cannot_read_holds_up_no_other(
    dovecot: Dovecot, account: MailBoxAccount, make: Make, *, sized: bool
) -> None:
    """F-59: Dovecot ends the session over it: it is named and set aside, all else is read."""
    for number in range(5):
        dovecot.deliver(account, a_mail(f"{number}"))
    dovecot.lock_away(account, a_mail("locked"), sized=sized)
    for number in range(5, 10):
        dovecot.deliver(account, a_mail(f"{number}"))
    source = make()
    taken: list[SourceMail] = []

    with capture_logs() as logs:
        for _ in range(8):
            with suppress(TransientError):
                for batch in source.batches():
                    source.acknowledge(batch)
                    taken += batch

    assert sorted(subjects(taken)) == [str(number) for number in range(10)]
    assert len({log["message"] for log in logs if "cannot be read" in log["event"]}) == 1
    assert dovecot.messages(account) == 1
    # It rests: a round is quiet, and new mail goes on.
    dovecot.deliver(account, a_mail("new"))
    assert subjects(take_all(source)) == ["new"]


def test_without_the_right_to_delete_a_copy_is_made_once(without_move: Dovecot, seen: Seen) -> None:
    """F-62, I-8: Dovecot says OK to STORE and EXPUNGE and does nothing: one copy a mail; told."""
    account = without_move.add_box(f"{uuid4().hex}@firma.cz", PASSWORD)
    without_move.deliver(account, a_mail("in the target"), folder="Done")
    without_move.deliver(account, a_mail("one"))
    without_move.limit(account, "lrwsip")
    box = a_box(
        imap_url=ServerAddress(host="localhost", port=without_move.imaps_port),
        pop3_name=account.name,
        pop3_password=SecretStr(account.password),
        ca_file=without_move.ca_file,
        disposition=Disposition(action="move", folder="Done"),
    )

    with capture_logs() as logs:
        for _ in range(4):
            with closing(Imap(box, seen, lambda: datetime.now(UTC), None)) as source:
                take_all(source)

    assert without_move.messages(account, "Done") == 2
    assert without_move.messages(account) == 1
    assert "right to delete" in next(log["reason"] for log in logs if "stays" in log["event"])
