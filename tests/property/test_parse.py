import hashlib
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.classifier.parse.mail import parse_mail
from services.classifier.parse.parsed_mail import ParsedMail
from services.classifier.parse.quotes import split_quotes
from shared.backup.parts import decode_transfer

DEMO = [path.read_bytes() for path in sorted(Path("demo/mails").glob("*.eml"))]
PIECES = st.sampled_from(
    [
        b"\n", b"\r\n", b"\r", b"\n\n", b"--x", b"--x--", b"--", b": ", b" ", b"\t", b"=?utf-8?B?",
        b"?=", b"From: a@b.cz", b"Content-Type: multipart/mixed; boundary=x",
        b'Content-Type: text/plain; charset="utf-16"', b"Content-Transfer-Encoding: base64",
        b"Content-Type: text/html", b"<p>", b"<blockquote>", b"=20=\n", b"aGVsbG8=", b"\xff",
        b"\x00",
        b'Content-Disposition: attachment; filename="a.txt"',
        b"Date: Mon, 02 Nov 2026 09:12:00 +0100",
    ]
)  # fmt: skip


def checked(raw: bytes) -> ParsedMail:
    """Parse `raw` and check what must hold for any mail."""
    mail = parse_mail(raw, "key")
    normalised = raw.replace(b"\r", b"\n") if b"\n" not in raw else raw
    for part in mail.attachments:
        assert 0 <= part.start <= part.end <= len(raw)
        decoded = decode_transfer(normalised[part.start : part.end], part.encoding)
        assert len(decoded) == part.size
        assert hashlib.sha256(decoded).hexdigest() == part.sha256
    assert len({part.name.lower() for part in mail.attachments}) == len(mail.attachments)
    for text in (mail.text, mail.subject):
        assert not any(ord(c) < 32 and c not in "\n\t" for c in text)
        text.encode("utf-8")
    assert mail.size == len(raw)
    return mail


@given(st.binary(max_size=3000))
@example(b"")
def test_any_bytes_parse(raw: bytes) -> None:
    """A-3, H-7: parsing is total: any bytes give a mail whose parts are what they say."""
    checked(raw)


@given(st.lists(PIECES, max_size=60))
@settings(max_examples=300)
def test_anything_that_looks_like_a_mail_parses(pieces: list[bytes]) -> None:
    """A-3, H-9: any order of the pieces that mails are made of gives a mail."""
    checked(b"".join(pieces))


@given(st.sampled_from(DEMO), st.data())
def test_damaged_mails_parse(raw: bytes, data: st.DataObject) -> None:
    """A-3, H-7: a mail with bytes cut out, put in and changed is still a mail."""
    for _ in range(data.draw(st.integers(1, 4))):
        begin = data.draw(st.integers(0, len(raw)))
        end = data.draw(st.integers(begin, min(begin + 50, len(raw))))
        raw = raw[:begin] + data.draw(st.binary(max_size=20)) + raw[end:]
    checked(raw)


@given(st.text(st.sampled_from("ab>\n -:DneOnwrotea(),.\u00e1"), max_size=400))
def test_quotes_lose_no_line(text: str) -> None:
    """T-1: own and quoted text together have every line of the text, none twice."""
    parts = split_quotes(text)

    lines = sorted(line.strip() for line in text.split("\n") if line.strip())
    divided = sorted(
        line.strip() for line in (*parts.own.split("\n"), *parts.quoted.split("\n")) if line.strip()
    )
    assert divided == lines
