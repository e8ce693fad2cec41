"""What a POP3 server does wrong, and what becomes of the mail."""

import base64
import hashlib
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.fetcher.failed import FailedMail
from services.fetcher.seen import Seen
from services.fetcher.sources.pop3 import content as pop3_content
from services.fetcher.sources.pop3 import session as pop3_session
from services.fetcher.sources.pop3 import source as pop3
from services.fetcher.sources.pop3 import wire as pop3_wire
from services.fetcher.sources.pop3.source import Pop3
from services.fetcher.sources.port import LARGE_BYTES, POP3_PLACE
from shared.errors import CredentialsRefusedError, TransientError
from shared.settings.value_types import ServerAddress
from tests.builders import a_box
from tests.messages import a_failure
from tests.servers.certificates import Authority
from tests.servers.rounds import (
    MAIL,
    NOW,
    OTHER,
    PASSWORD,
    SEEN,
    TOKEN,
    Tokens,
    mailbox_around,
    take_all,
)
from tests.servers.scripted_pop3 import HANG_UP, SILENCE, ScriptedPop3

Make = Callable[..., Pop3]


def test_what_is_acknowledged_is_deleted_in_the_session_that_read_it(
    server: ScriptedPop3, make: Make
) -> None:
    """I-6: RETR, DELE and QUIT in one session; a second round finds nothing."""
    source = make()

    mails = take_all(source)

    assert [(mail.identity, mail.raw) for mail in mails] == [("u1", MAIL)]
    assert server.heard[-3:] == ["RETR 1", "DELE 1", "QUIT"]
    assert server.sessions == 1
    assert server.mails == {}
    assert take_all(source) == []


def test_what_is_not_acknowledged_stays(server: ScriptedPop3, make: Make) -> None:
    """I-6: only acknowledged mail of a batch is deleted."""
    server.mails["u2"] = OTHER
    source = make()

    for batch in source.batches():
        source.acknowledge(batch[1:])

    assert list(server.mails) == ["u1"]


def test_a_round_that_is_broken_off_still_deletes_what_was_acknowledged(
    server: ScriptedPop3, make: Make
) -> None:
    """I-6: a service that stops ends its session properly."""
    source = make()
    batches = source.batches()

    source.acknowledge(next(iter(batches)))
    source.close()

    assert server.heard[-1] == "QUIT"
    assert server.mails == {}


def test_a_session_that_dies_before_quit_deletes_nothing(server: ScriptedPop3, make: Make) -> None:
    """F-7: the mail comes again under the same name."""
    server.answers["QUIT"] = [HANG_UP]
    source = make()

    with pytest.raises(TransientError, match="hung up"):
        take_all(source)

    assert [mail.identity for mail in take_all(source)] == ["u1"]
    assert server.mails == {}


def test_mail_that_stays_is_taken_once(server: ScriptedPop3, make: Make) -> None:
    """I-8: with `disposition` `seen` the mail stays, and its UIDL is remembered."""
    source = make(disposition=SEEN)

    assert len(take_all(source)) == 1
    assert take_all(source) == []
    assert list(server.mails) == ["u1"]
    assert server.heard.count("RETR 1") == 1


def test_each_look_is_noted(server: ScriptedPop3, make: Make, seen: Seen) -> None:
    """O-4: when the box was read, and how many mails are left: those that nobody has taken."""
    server.mails["u2"] = OTHER
    source = make(disposition=SEEN)

    list(source.batches())
    assert seen.rounds() == {POP3_PLACE: (NOW, 2)}
    take_all(source)
    assert seen.rounds() == {POP3_PLACE: (NOW, 0)}
    take_all(source)
    assert seen.rounds() == {POP3_PLACE: (NOW, 0)}


def test_the_box_is_looked_into_again_after_poll_seconds(make: Make) -> None:
    """I-3: POP3 announces nothing; the feed may ask to wait less."""
    waited: list[float | None] = []

    class Stopped(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waited.append(timeout)
            return True

    source = make(poll_seconds=300)
    source.wait(1000.0, Stopped())
    source.wait(10.0, Stopped())

    assert waited == [300, 10]


def test_what_is_gone_is_forgotten(server: ScriptedPop3, make: Make, seen: Seen) -> None:
    """I-8: the memory is not larger than the box."""
    source = make(disposition=SEEN)
    take_all(source)
    del server.mails["u1"]
    take_all(source)

    assert seen.known(POP3_PLACE) == frozenset()


@pytest.mark.parametrize("answer", ["DELE", "QUIT"])
def test_a_box_that_does_not_delete_is_not_read_again_and_again(
    server: ScriptedPop3, make: Make, answer: str
) -> None:
    """F-62: a refused deletion is told, and the mail is not taken in every round."""
    server.answers[answer] = b"-ERR read-only\r\n"
    source = make()

    with capture_logs() as logs:
        assert len(take_all(source)) == 1
    assert take_all(source) == []
    assert [log["event"] for log in logs if log["log_level"] == "error"] == ["box does not delete"]


def test_without_uidl_the_content_is_the_name(server: ScriptedPop3, make: Make) -> None:
    """F-54: a server without UIDL; the same content twice is one mail, and both copies go."""
    server.answers["UIDL"] = b"-ERR unknown\r\n"
    server.mails |= {"u2": OTHER, "u3": MAIL}

    mails = take_all(make())

    assert [mail.identity for mail in mails] == [
        f"sha256:{hashlib.sha256(each).hexdigest()}" for each in (MAIL, OTHER)
    ]
    assert server.mails == {}


def test_without_uidl_mail_that_stays_is_taken_once(server: ScriptedPop3, make: Make) -> None:
    """F-54: with `disposition` `seen` its content tells that it was taken."""
    server.answers["UIDL"] = b"-ERR unknown\r\n"
    source = make(disposition=SEEN)

    assert len(take_all(source)) == 1
    assert take_all(source) == []


def test_a_uidl_that_stands_twice_names_nothing(server: ScriptedPop3, make: Make) -> None:
    """F-54: mails with one UIDL are told apart by their content."""
    server.mails |= {"u2": OTHER, "u3": b"Subject: three\r\n\r\n"}
    server.answers["UIDL"] = [b"+OK\r\n1 same\r\n2 same\r\n3 own\r\n.\r\n"]

    identities = [mail.identity for mail in take_all(make())]

    assert [identity.partition(":")[0] for identity in identities] == ["sha256", "sha256", "own"]
    assert len(set(identities)) == 3


def test_another_name_in_every_session_still_deletes_by_the_session(
    server: ScriptedPop3, make: Make
) -> None:
    """F-54: a server that renumbers: what this session read is deleted, by its number."""
    server.mails["u2"] = OTHER
    server.answers["UIDL"] = [b"+OK\r\n1 x\r\n2 y\r\n.\r\n"]

    assert [mail.identity for mail in take_all(make())] == ["x", "y"]
    assert server.mails == {}


@pytest.mark.parametrize(
    "words",
    [
        "[IN-USE] Do you have another POP session running?",
        "Mailbox locked by another process",
        "[SYS/TEMP] try later",
    ],
)
def test_a_box_that_another_reads_is_waited_for(
    server: ScriptedPop3, make: Make, words: str
) -> None:
    """F-55: a lock is no refused login."""
    server.answers["PASS"] = [f"-ERR {words}\r\n".encode()]
    source = make()

    with pytest.raises(TransientError, match="another program reads it") as caught:
        take_all(source)

    assert caught.value.retry_after_seconds == 60
    assert len(take_all(source)) == 1


def test_a_server_that_asks_for_slowness_gets_it(server: ScriptedPop3, make: Make) -> None:
    """F-57: the time that a throttling server names is waited."""
    words = b"-ERR Request is throttled. Suggested Backoff Time: 299961 milliseconds\r\n"
    server.answers["PASS"] = words

    with pytest.raises(TransientError) as caught:
        take_all(make())

    assert caught.value.retry_after_seconds == 299.961


def test_a_server_that_is_full_is_waited_for(server: ScriptedPop3, make: Make) -> None:
    """F-57: a greeting may refuse as well."""
    server.answers["greeting"] = b"-ERR Connection is closed. 10\r\n"

    with pytest.raises(TransientError, match=r"Connection is closed\. 10"):
        take_all(make())


@pytest.mark.parametrize(
    "words", [f"wrong password {PASSWORD}", "[AUTH] account locked, try again later"]
)
def test_a_refused_login_says_what_to_check_and_no_secret(
    server: ScriptedPop3, make: Make, words: str
) -> None:
    """F-61: whatever the server repeats, the password stands nowhere; one try a round."""
    server.answers["PASS"] = f"-ERR {words}\r\n".encode()

    with (
        capture_logs() as logs,
        pytest.raises(CredentialsRefusedError, match="check pop3Name and pop3Password") as caught,
    ):
        take_all(make())

    assert PASSWORD not in f"{caught.value!r} {logs}"
    assert server.sessions == 1


def test_a_missing_right_on_a_shared_mailbox_is_named(server: ScriptedPop3, make: Make) -> None:
    """I-2: the app may log in, but not into this mailbox."""
    server.answers["AUTH"] = b"+ \r\n"
    name = "box of a test"
    server.answers |= {"AUTH XOAUTH2": b"+\r\n"}
    server.answers[_encoded("crm@firma.cz", f"{TOKEN}-0")] = (
        b"-ERR User is authenticated but not connected.\r\n"
    )

    with pytest.raises(CredentialsRefusedError, match="has no right on this mailbox"):
        take_all(make(Tokens(), pop3_oauth=True, name=name))


def test_oauth_is_spoken_in_two_steps(server: ScriptedPop3, make: Make) -> None:
    """I-2: AUTH XOAUTH2, then user and token in base64, for the shared mailbox pop3Name."""
    server.answers["AUTH"] = b"+ \r\n"

    take_all(make(Tokens(), pop3_oauth=True, pop3_name="shared@firma.cz"))

    assert server.heard[1:3] == ["AUTH XOAUTH2", _encoded("shared@firma.cz", f"{TOKEN}-0")]


def test_a_token_that_has_worked_is_renewed_once(server: ScriptedPop3, make: Make) -> None:
    """F-56: an expired token costs no round; a refused app is not knocked for."""
    server.answers["AUTH"] = b"+ \r\n"
    tokens = Tokens()
    source = make(tokens, pop3_oauth=True)
    take_all(source)
    server.answers[_encoded("crm@firma.cz", f"{TOKEN}-0")] = b"-ERR Authentication failed\r\n"

    assert take_all(source) == []
    assert (tokens.renewed, server.sessions) == (1, 3)

    server.answers[_encoded("crm@firma.cz", f"{TOKEN}-1")] = b"-ERR Authentication failed\r\n"
    server.answers[_encoded("crm@firma.cz", f"{TOKEN}-2")] = b"-ERR Authentication failed\r\n"
    for sessions in (5, 6):
        with pytest.raises(CredentialsRefusedError) as caught:
            take_all(source)
        assert TOKEN not in repr(caught.value)
        assert server.sessions == sessions


def test_a_refusal_may_come_as_a_challenge(server: ScriptedPop3, make: Make) -> None:
    """I-2: what the server explains is answered by nothing, and then it refuses."""
    server.answers["AUTH"] = b"+ \r\n"
    server.answers[_encoded("crm@firma.cz", f"{TOKEN}-0")] = b"+ eyJzdGF0dXMiOiI0MDAifQ==\r\n"
    server.answers[""] = b"-ERR [AUTH] no\r\n"

    with pytest.raises(CredentialsRefusedError, match=r"POP\.AccessAsApp"):
        take_all(make(Tokens(), pop3_oauth=True))


@pytest.mark.parametrize("command", ["greeting", "USER", "LIST", "RETR", "DELE", "QUIT"])
def test_a_server_that_hangs_is_left(
    server: ScriptedPop3, make: Make, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """F-59: every read has an end."""
    monkeypatch.setattr(pop3_wire, "CONNECT_SECONDS", 0.2)
    server.answers[command] = SILENCE

    with pytest.raises(TransientError, match="no answer in time"):
        take_all(make())


@pytest.mark.parametrize("command", ["greeting", "PASS", "LIST", "UIDL", "RETR", "DELE"])
def test_a_server_that_hangs_up_loses_nothing(
    server: ScriptedPop3, make: Make, command: str
) -> None:
    """F-50: the next round takes the mail."""
    server.answers[command] = [HANG_UP]
    source = make()

    with pytest.raises(TransientError, match="hung up"):
        take_all(source)

    assert [mail.raw for mail in take_all(source)] == [MAIL]


def test_half_a_mail_is_no_mail(server: ScriptedPop3, make: Make) -> None:
    """F-50: a connection that ends in the middle of a mail gives nothing."""
    server.answers["RETR"] = [b"+OK\r\nSubject: one\r\n\r\nHel<EOF>"]
    source = make()

    with pytest.raises(TransientError, match="in the middle"):
        take_all(source)

    assert [mail.raw for mail in take_all(source)] == [MAIL]


def test_a_server_that_is_away_is_named(make: Make) -> None:
    """F-73: the error names server and box, and what to check."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    source = make(pop3_url=ServerAddress(host="localhost", port=port))

    with pytest.raises(TransientError, match=rf"localhost:{port} of box .* cannot be reached"):
        take_all(source)


def test_a_server_without_tls_gets_no_password(server: ScriptedPop3, make: Make) -> None:
    """I-2, F-60: STLS is required; a line in between that takes it out gets nothing."""
    with pytest.raises(TransientError, match="nothing was sent"):
        take_all(make(allow_plaintext=False))

    assert server.heard == ["STLS"]


def test_what_stands_before_tls_does_not_count_inside_of_it(
    server: ScriptedPop3, make: Make, tmp_path: Path
) -> None:
    """F-60: answers slipped in before TLS begins are forgotten."""
    authority = Authority(tmp_path)
    server.stls = authority.server_context()
    server.answers["STLS"] = b"+OK\r\n+OK\r\n+OK\r\n"

    mails = take_all(make(allow_plaintext=False, ca_file=authority.ca_file))

    assert [mail.raw for mail in mails] == [MAIL]


@pytest.mark.parametrize("names", [("other.example",), ("localhost",)])
def test_a_bad_certificate_gets_no_password(
    server: ScriptedPop3, make: Make, tmp_path: Path, names: tuple[str, ...]
) -> None:
    """F-60: another name, or an authority nobody knows."""
    authority = Authority(tmp_path)
    server.stls = authority.server_context(*names)
    known = {"ca_file": authority.ca_file} if names == ("other.example",) else {}

    with pytest.raises(TransientError, match=r"certificate is refused .*, nothing was sent"):
        take_all(make(allow_plaintext=False, **known))

    assert server.heard == ["STLS"]


def test_another_port_means_tls_from_the_first_byte(
    make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """I-2: on any port but 110 nothing is said before TLS, whatever `allowPlaintext` says."""
    authority = Authority(tmp_path)
    secure = ScriptedPop3({"u1": MAIL}, tls=authority.server_context())
    monkeypatch.setattr(pop3_session, "PLAIN_PORT", 110)
    address = ServerAddress(host="localhost", port=secure.port)
    try:
        source = make(pop3_url=address, ca_file=authority.ca_file)
        assert "1 mails, TLSv1." in source.probe()
        assert len(take_all(source)) == 1
    finally:
        secure.stop()
    assert "STLS" not in secure.heard


def test_a_port_without_tls_is_told(
    server: ScriptedPop3, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-60: plain text where TLS is meant."""
    monkeypatch.setattr(pop3_session, "PLAIN_PORT", 110)

    with pytest.raises(TransientError, match="TLS failed"):
        take_all(make())

    assert not [line for line in server.heard if line.startswith(("USER", "PASS"))]


@pytest.mark.parametrize(
    ("given", "login", "meant"),
    [
        (None, "password", (110, False)),
        (110, "password", (110, False)),
        (None, "oauth", (995, True)),
        (110, "oauth", (110, False)),
        (995, "password", (995, True)),
        (1110, "password", (1110, True)),
    ],
)
def test_the_port_says_when_tls_begins(
    given: int | None, login: str, meant: tuple[int, bool]
) -> None:
    """I-2: no port and 110 mean STLS, with OAuth and no port 995, every other TLS at once."""
    settings = a_box(pop3_url=ServerAddress(host="m", port=given), pop3_oauth=login == "oauth")

    assert pop3_session.address_of(settings) == ("m", *meant)


@pytest.mark.parametrize(
    "mail",
    [
        b"Subject: " + b"x" * 5000 + b"\r\n\r\n" + b"y" * 300_000 + b"\r\n",
        b"Subject: z\r\n\r\n" + b"y" * 65535 + b"\r\n." + b"y" * 65534 + b"\r\n.\r\n..\r\n",
        b"A: b\r\n\r\n.\r\n.a\r\n..\r\n\r\n.\r\n",
        b"Subject: lf\n\nalone\n.\nand more\r\nend\r\n",
        b"Subject: half\r\n\r\nx\n.\r\nand more\r\n",
        b"Subject: nul\r\n\r\n\x00\xff\r\r\n\n\r\n",
    ],
)
def test_a_mail_comes_byte_for_byte(server: ScriptedPop3, make: Make, mail: bytes) -> None:
    """I-5: lines of any length, dots, lone line ends: nothing is changed, nothing ends early."""
    server.mails = {"u1": mail}

    assert [each.raw for each in take_all(make())] == [mail]


def test_a_server_that_ends_its_lines_in_its_own_way_is_understood(
    server: ScriptedPop3, make: Make
) -> None:
    """F-50: a lone line feed after `+OK` says that all lines end so; nobody waits for another."""
    server.answers["RETR"] = b"+OK\nSubject: lf\n\n..dot\n.\n"

    assert [mail.raw for mail in take_all(make())] == [b"Subject: lf\n\n.dot\n"]


def test_a_large_mail_comes_in_slices(server: ScriptedPop3, make: Make) -> None:
    """I-5: above 1 MB nothing is held whole; it is deleted once its last slice was read."""
    large = b"Subject: large\r\n\r\n" + b"0123456789abcdef\r\n" * 180_000
    server.mails = {"u1": MAIL, "u2": large}
    source = make()
    pieces: list[bytes] = []

    for batch in source.batches():
        assert [mail.raw for mail in batch] == [MAIL, None]
        pieces += source.slices(batch[1])
        source.acknowledge(batch)

    assert b"".join(pieces) == large
    assert server.heard.count("RETR 2") == 1
    assert max(map(len, pieces)) < LARGE_BYTES
    assert server.mails == {}


def test_after_its_session_a_batch_can_be_neither_read_nor_deleted(
    server: ScriptedPop3, make: Make
) -> None:
    """I-6: numbers are those of one session."""
    server.mails["u2"] = b"x" * (LARGE_BYTES + 1) + b"\r\n"
    source = make()
    batch = next(source.batches())
    source.close()

    with pytest.raises(TransientError, match="its session has ended"):
        next(iter(source.slices(batch[1])))
    with pytest.raises(TransientError, match="its session has ended"):
        source.acknowledge(batch[:1])
    assert list(server.mails) == ["u1", "u2"]


def test_a_large_mail_that_is_refused_is_waited_for(server: ScriptedPop3, make: Make) -> None:
    """F-53: it was listed, and is not given."""
    server.mails = {"u1": b"x" * (LARGE_BYTES + 1) + b"\r\n"}
    server.answers["RETR"] = b"-ERR gone\r\n"
    source = make()
    batches = source.batches()
    batch = next(batches)

    with pytest.raises(TransientError, match="does not give a mail: -ERR gone"):
        next(iter(source.slices(batch[0])))


def test_a_large_mail_that_was_not_read_stays(server: ScriptedPop3, make: Make) -> None:
    """I-6: without a complete RETR in this session there is no DELE."""
    server.mails = {"u1": b"Subject: large\r\n\r\n" + b"x" * (LARGE_BYTES + 1) + b"\r\n"}
    source = make()

    for batch in source.batches():
        next(iter(source.slices(batch[0])))
        source.acknowledge(batch)

    assert list(server.mails) == ["u1"]


@pytest.mark.parametrize("answers", [{}, {"UIDL": b"-ERR no\r\n"}])
def test_a_size_that_is_a_lie_harms_nothing(
    server: ScriptedPop3, make: Make, answers: dict[str, bytes]
) -> None:
    """H-30: a mail said to be small is given in slices as soon as it is not."""
    large = b"Subject: large\r\n\r\n" + b"x" * (LARGE_BYTES + 1) + b"\r\n"
    server.mails, server.sizes = {"u1": large}, {"u1": 10}
    server.answers.update(answers)
    source = make()

    for batch in source.batches():
        assert [mail.raw for mail in batch] == [None]
        assert b"".join(source.slices(batch[0])) == large
        source.acknowledge(batch)

    assert server.mails == {}


@pytest.mark.parametrize("said", [10, 2_000_000])
def test_a_mail_above_every_limit_is_left(
    server: ScriptedPop3, make: Make, monkeypatch: pytest.MonkeyPatch, said: int
) -> None:
    """H-30: whatever LIST says of it, it is told once and the other mail is taken."""
    for module in (pop3_content, pop3):
        monkeypatch.setattr(module, "MAX_MAIL_BYTES", 1_500_000)
    server.mails = {"u1": b"x" * 1_600_000, "u2": OTHER}
    server.sizes = {"u1": said}
    source = make()

    with capture_logs() as logs:
        if said == 10:
            with pytest.raises(TransientError, match="has no end"):
                take_all(source)
        assert [mail.identity for mail in take_all(source)] == ["u2"]

    assert list(server.mails) == ["u1"]
    assert len([log for log in logs if log["event"].startswith("too large")]) == 1


def test_a_list_without_end_is_cut_off(
    server: ScriptedPop3, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H-30: a list has a limit."""
    monkeypatch.setattr(pop3_wire, "_LIST_BYTES", 1000)
    server.answers["LIST"] = b"+OK\r\n" + b"1 1\r\n" * 400

    with pytest.raises(TransientError, match="list without end"):
        take_all(make())


@pytest.mark.parametrize("greeting", [b"* OK IMAP4rev1\r\n", b"+" * 20_000, b"\r\n"])
def test_what_speaks_no_pop3_is_told(server: ScriptedPop3, make: Make, greeting: bytes) -> None:
    """H-30: another protocol on the port."""
    server.answers["greeting"] = greeting

    with pytest.raises(TransientError, match="speaks no POP3"):
        take_all(make())


@pytest.mark.parametrize("command", ["LIST", "STAT"])
def test_a_server_that_does_not_say_what_it_has_is_told(
    server: ScriptedPop3, make: Make, command: str
) -> None:
    """H-30: -ERR to what every server must know."""
    server.answers[command] = b"-ERR not today\r\n"
    source = make()

    with pytest.raises(TransientError, match="-ERR not today"):
        list(source.batches()) if command == "LIST" else source.probe()

    assert server.heard[-1] == "QUIT"


def test_lines_of_a_list_that_are_none_are_skipped(server: ScriptedPop3, make: Make) -> None:
    """H-30: nonsense in a list harms no other line."""
    server.answers["LIST"] = b"+OK\r\nx y\r\n99999999999999999999 1\r\n1 much\r\n.\r\n"

    assert [mail.raw for mail in take_all(make())] == [MAIL]


def test_a_mail_that_is_not_given_harms_no_other(server: ScriptedPop3, make: Make) -> None:
    """F-53: -ERR to one RETR; the mail stays for the next round."""
    server.mails["u2"] = OTHER
    server.answers["RETR 1"] = [b"-ERR no such message\r\n"]
    source = make()

    assert [mail.identity for mail in take_all(source)] == ["u2"]
    assert [mail.identity for mail in take_all(source)] == ["u1"]


def test_many_mails_come_in_batches_with_a_session_each(server: ScriptedPop3, make: Make) -> None:
    """I-6: at most 100 mails a batch, each deleted before the next session."""
    server.mails = {f"u{number}": MAIL for number in range(230)}
    source = make()
    sizes = []

    for batch in source.batches():
        sizes.append(len(batch))
        source.acknowledge(batch)

    assert sizes == [100, 100, 30]
    assert (server.sessions, server.mails) == (3, {})


def test_a_batch_holds_about_eight_megabytes(server: ScriptedPop3, make: Make) -> None:
    """I-6: whatever LIST says of the sizes."""
    mail = b"Subject: x\r\n\r\n" + b"x" * 1_000_000 + b"\r\n"
    server.mails = {f"u{number}": mail for number in range(10)}
    server.sizes = dict.fromkeys(server.mails, 1)

    first = next(iter(make().batches()))

    assert len(first) == 9


def test_a_full_box_waits_for_start_from(server: ScriptedPop3, make: Make, seen: Seen) -> None:
    """I-11: more than 500 at the first look are not touched before `startFrom` is set."""
    server.mails = {f"u{number}": MAIL for number in range(501)}

    with pytest.raises(TransientError, match="startFrom"):
        take_all(make())

    assert seen.opened_at(POP3_PLACE) is None
    assert not [line for line in server.heard if line.startswith(("RETR", "DELE"))]
    assert len(take_all(make(start_from="all"))) == 501


def test_a_box_that_was_opened_may_become_full(server: ScriptedPop3, make: Make) -> None:
    """I-11: the question is asked at the first look alone."""
    source = make()
    take_all(source)
    server.mails = {f"later{number}": MAIL for number in range(501)}

    assert len(take_all(source)) == 501


def test_mail_before_the_start_is_left_and_asked_once(server: ScriptedPop3, make: Make) -> None:
    """I-11: the day counts in the zone of the box; another `startFrom` asks anew."""
    stamp = "Received: from a by b; Sun, 01 Nov 2026 {} +0100\r\nDate: {}\r\n\r\n"
    server.mails = {
        "before": stamp.format("00:30:00", "Mon, 02 Nov 2026 08:00:00 +0100").encode(),
        "by date": b"Date: Sat, 31 Oct 2026 12:00:00 +0100\r\n\r\n",
        "without": b"Subject: no date\r\n\r\n",
        "on the day": stamp.format("01:30:00", "Thu, 01 Jan 1970 00:00:00 +0000").encode(),
    }
    source = make(start_from=date(2026, 11, 1), disposition=SEEN, time_zone="UTC")

    assert [mail.identity for mail in take_all(source)] == ["without", "on the day"]
    asked = server.heard.count("TOP 1 0")
    assert take_all(source) == []
    assert server.heard.count("TOP 1 0") == asked == 1
    again = make(start_from=date(2026, 10, 1), disposition=SEEN)
    assert [mail.identity for mail in take_all(again)] == ["before", "by date"]


def test_without_top_every_mail_is_taken(server: ScriptedPop3, make: Make) -> None:
    """I-11: a server that shows no heads; better too much than too little."""
    server.mails = {"u1": b"Date: Sat, 31 Oct 2026 12:00:00 +0100\r\n\r\n"}
    server.answers["TOP"] = b"-ERR unknown\r\n"

    assert len(take_all(make(start_from=date(2026, 11, 1)))) == 1


def test_old_mail_is_marked_where_it_is_archived(server: ScriptedPop3, make: Make) -> None:
    """I-11: with `archive` what the first look finds is old, and what was received before it."""
    source = make(archive=True)
    assert [mail.old for mail in take_all(source)] == [True]
    server.mails = {
        "earlier": b"Received: x; Sat, 21 Nov 2026 11:59:59 +0000\r\n\r\n",
        "new": b"Received: x; Sat, 21 Nov 2026 12:00:00 +0000\r\n\r\n",
        "unknown": MAIL,
    }

    assert [mail.old for mail in take_all(source)] == [True, False, False]


def test_without_archive_nothing_is_old(make: Make) -> None:
    """I-11: fewer than 500 are processed as the manual says."""
    assert [mail.old for mail in take_all(make())] == [False]


def test_a_mail_that_cannot_be_processed_leaves_the_box(
    server: ScriptedPop3, make: Make, tmp_path: Path
) -> None:
    """I-6: the backup has it, and the fetcher its reason."""
    source = mailbox_around(make(), tmp_path)

    for batch in source.batches():
        source.set_aside(batch[0], a_failure("cannot be read"))

    assert server.mails == {}
    assert [note.reason for note in FailedMail(tmp_path).all()] == ["cannot be read"]


def test_tls_below_1_2_is_refused(make: Make) -> None:
    """I-2: nothing older than TLS 1.2."""
    assert make()._context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert make()._context.check_hostname


def _encoded(user: str, token: str) -> str:
    return base64.b64encode(f"user={user}\1auth=Bearer {token}\1\1".encode()).decode()
