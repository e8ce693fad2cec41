from email.header import Header
from email.message import EmailMessage

import pytest

from services.fetcher.sources.whole import Came

MAIL = b"Received: from a by b; Mon, 02 Nov 2026 08:00:00 +0000\r\nSubject: one\r\n\r\nHello.\r\n"
MULTIPART = (
    b'Received: by b\r\nSubject: two\r\nContent-Type: multipart/mixed;\r\n boundary="=_x y"\r\n\r\n'
    b"--=_x y\r\n\r\nHello.\r\n--=_x y\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n"
)
NOTICES = {
    "English 2010": (
        "Microsoft Exchange Server 2010",
        "Retrieval using the IMAP4 protocol failed for the following message: 20004",
        (
            'The server couldn\'t retrieve the following message:\n\nSubject: "Canceled"\n\n'
            "The message hasn't been deleted. You might be able to view it using Outlook."
        ),
    ),
    "English, another wording": (
        "postmaster@firma.cz",
        "Message notice",
        "The message could not be retrieved. It has not been deleted.",
    ),
    "English, curly": (
        "someone@firma.cz",
        "Notice",
        "The server couldn\u2019t retrieve the message. The message hasn\u2019t been deleted.",
    ),
    "German": (
        "postmaster@firma.de",
        "Fehler",
        (
            "Der Server konnte die folgende Nachricht nicht abrufen:\n\n"
            "Die Nachricht wurde nicht gelöscht."
        ),
    ),
    "Czech": (
        "postmaster@firma.cz",
        "Chyba",
        ("Server nemohl následující zprávu načíst.\nZpráva nebyla odstraněna."),
    ),
    "by its sender alone": ("Microsoft Exchange Server", "Oznámení", "Cokoli v jakémkoli jazyce."),
    "by its subject alone": ("System", "Načtení protokolem POP3 se nezdařilo: 752", "Text."),
}


def a_notice(sender: str, subject: str, text: str, *, received: bool = False) -> bytes:
    """As Exchange writes it: quoted-printable, without Received and Message-ID."""
    message = EmailMessage()
    message["From"] = sender
    message.set_content(text, cte="quoted-printable")
    head = f"Subject: {Header(subject, 'utf-8').encode()}\n".encode()
    way = b"Received: from a by b; Mon, 02 Nov 2026 08:00:00 +0000\n" if received else b""
    return (way + head + message.as_bytes()).replace(b"\n", b"\r\n")


@pytest.mark.parametrize("name", NOTICES)
@pytest.mark.parametrize("announced", [0, 14_300, 3_000_000])
def test_a_servers_notice_is_not_the_mail(name: str, announced: int) -> None:
    """F-50: whatever size was announced, and in whatever language."""
    raw = a_notice(*NOTICES[name])

    assert "notice" in (Came(raw).doubt(announced or len(raw)) or "")


@pytest.mark.parametrize("name", NOTICES)
def test_a_mail_that_quotes_a_notice_is_a_mail(name: str) -> None:
    """F-50: a colleague forwards it: it came on its way and is as long as announced."""
    raw = a_notice(*NOTICES[name], received=True)

    assert Came(raw).doubt(len(raw)) is None


@pytest.mark.parametrize(
    "text",
    [
        "Your parcel could not be retrieved from the box.",
        "The order has not been deleted.",
        "Die Bestellung wurde nicht gelöscht.",
    ],
)
def test_half_a_phrase_makes_no_notice(text: str) -> None:
    """F-50: both halves belong to it: it cannot be given, and it is still there."""
    raw = a_notice("Jan <jan@firma.cz>", "Objednávka", text)

    assert Came(raw).doubt(len(raw) * 2) is None


@pytest.mark.parametrize("announced", [0, 14_300])
def test_nothing_is_no_mail(announced: int) -> None:
    """F-50: whatever was announced."""
    assert "nothing came" in (Came().doubt(announced) or "")


@pytest.mark.parametrize(
    "raw",
    [
        b"Hello.\r\n\r\nSubject: not in the head\r\n",
        b"\r\n",
        b"<html><body>Hello</body></html>\r\n",
        b"SGVsbG8gd29ybGQ=\r\n",
        b"\xff\xfe\x00binary" * 100,
        b"x" * 2_000_000,
    ],
)
def test_text_without_any_header_is_no_mail(raw: bytes) -> None:
    """F-50: a part of a mail, even if as many bytes came as were announced."""
    assert "no header" in (Came(raw).doubt(len(raw)) or "")


@pytest.mark.parametrize(
    "raw",
    [
        MAIL,
        b"\r\n" + MAIL,
        b"From jan Mon Nov  2 08:00:00 2026\n" + MAIL.replace(b"\r\n", b"\n"),
        b" broken first line\r\n" + MAIL,
        b"subject : x\r\n\r\n",
        MULTIPART,
    ],
)
def test_what_came_as_announced_is_the_mail(raw: bytes) -> None:
    """F-50: odd beginnings, and a multipart that its sender never ended."""
    assert Came(raw).doubt(len(raw)) is None
    assert Came(raw).doubt(1) is None


@pytest.mark.parametrize("share", [1.01, 2, 3, 3.9])
def test_a_size_that_was_estimated_is_no_reason(share: float) -> None:
    """F-50: good mail of Exchange may have a third of the announced size."""
    assert Came(MAIL).doubt(int(len(MAIL) * share)) is None
    whole = MULTIPART + b"--=_x y--\r\n"
    assert Came(whole).doubt(int(len(whole) * share)) is None


def test_less_than_a_quarter_is_something_else() -> None:
    """F-50: the first 100 kB of 3 MB, without a word of a notice; a small mail may be smaller."""
    assert "announced bytes came" in (Came(MAIL * 1000).doubt(len(MAIL) * 30_000) or "")
    assert Came(MAIL).doubt(10_000) is None


def test_a_multipart_without_its_end_was_cut_off() -> None:
    """F-50: shorter than announced, and the last boundary is missing."""
    assert "cut off" in (Came(MULTIPART).doubt(len(MULTIPART) + 1000) or "")


def test_memory_holds_the_beginning_and_the_end() -> None:
    """H-30: pieces of any size; what is between head and tail is forgotten."""
    came = Came()
    came.add(MULTIPART)
    for _ in range(100):
        came.add(b"x" * 100_000)
    came.add(b"\r\n--=_x ")
    came.add(b"y--\r\n")

    assert came.doubt(came.size * 2) is None
    assert len(came._head) + len(came._tail) < 200_000


@pytest.mark.parametrize(
    "head",
    [
        b"Subject: =?utf-8?b?!!!?=\r\nFrom: =?x?q?=ff?=\r\n\r\n",
        b"Content-Type: multipart/mixed; boundary*=nonsense''%ff\r\n\r\n",
        b"Content-Type: text/plain; charset=no-such\r\nSubject: \xff\xfe\r\n\r\n\xff",
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!!=",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" * 50,
    ],
)
def test_hostile_heads_are_judged_all_the_same(head: bytes) -> None:
    """H-30: nothing that a sender writes raises anything."""
    for announced in (0, len(head), len(head) * 2):
        Came(head).doubt(announced)
