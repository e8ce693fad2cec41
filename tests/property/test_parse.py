from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from services.classifier.parse.quotes import split_quotes
from tests.checked_mail import checked

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


@given(st.binary(max_size=3000))
@example(b"")
def test_any_bytes_parse(raw: bytes) -> None:
    """A-3, H-7: parsing is total: any bytes give a mail whose parts are what they say."""
    checked(raw)


@given(st.lists(PIECES, max_size=60))
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
