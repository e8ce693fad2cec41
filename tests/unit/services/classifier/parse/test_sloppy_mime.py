"""MIME fields and boundaries as careless programs write them: nothing that was written is lost."""

import base64

import pytest

from services.classifier.parse.headers import Headers
from services.classifier.parse.mail import parse_mail
from services.classifier.parse.parsed_mail import ParsedMail
from shared.backup.parts import decode_part
from tests.calendar_builders import a_calendar, a_part, an_event, parsed

PDF = b"%PDF-1.4 hello"
HEAD = b"From: a@b.cz\nTo: c@d.cz\n"
PARTS = (
    b"%s\nContent-Type: text/plain; charset=utf-8\n\nContract:123 here\n"
    b'%s\nContent-Type: application/pdf; name="a.pdf"\n'
    b"Content-Transfer-Encoding: base64\n\nJVBERi0xLjQgaGVsbG8=\n%s--\n"
)


def files(mail: ParsedMail, raw: bytes) -> dict[str, bytes]:
    """Names and decoded bytes of the attachments."""
    return {part.name: decode_part(raw[part.start : part.end], part) for part in mail.attachments}


@pytest.mark.parametrize(
    "field",
    [
        "text/html charset=utf-8",
        '"text/html"; charset=utf-8',
        '"text/html; charset=utf-8"',
        "text/html (a page); charset=utf-8",
        "(a page) text/html; charset=utf-8",
        "text/html, charset=utf-8",
        "text/html: charset=utf-8",
        "TEXT / HTML ; CHARSET = UTF-8",
        "text/html.",
        "text/html;; charset=utf-8;",
        "=?utf-8?Q?text/html?=; charset=utf-8",
        "=?utf-8?B?dGV4dC9odG1sOyBjaGFyc2V0PXV0Zi04?=",
        "html; charset=utf-8",
        "text\\html; charset=utf-8",
    ],
)
def test_a_type_is_read_through_careless_punctuation(field: str) -> None:
    """A-3, H-9: quotes, comments, blanks, forgotten semicolons and encoded words around a type."""
    mail = parse_mail(f"Content-Type: {field}\n\n<p>Zakázka:&nbsp;123</p>".encode(), "k")

    assert (mail.text, mail.text_is_html) == ("Zakázka: 123", True)


@pytest.mark.parametrize(
    "field",
    [
        "base64",
        '"base64"',
        "'base64'",
        "BASE64;",
        "base64.",
        "base64,",
        "base64 (generated)",
        "(generated) base64",
        "base64 charset=utf-8",
        "base64; charset=utf-8",
        "=?us-ascii?Q?base64?=",
        " \t base64 \t ",
        "base-64",
    ],
)
def test_an_encoding_is_read_through_careless_punctuation(field: str) -> None:
    """A-4, H-9: a file, a text and an invitation are decoded however their encoding is written."""
    head = f"Content-Transfer-Encoding: {field}"
    calendar = base64.encodebytes(a_calendar(*an_event()))
    raw = b"".join(
        b"\n--x\n" + part
        for part in (
            a_part(base64.b64encode(PDF), 'application/pdf; name="a.pdf"', head),
            a_part(base64.b64encode(b"Hello"), "text/plain", head),
            a_part(calendar, "text/calendar", head),
        )
    )
    raw = b"Content-Type: multipart/mixed; boundary=x\n\n" + raw + b"\n--x--\n"

    mail = parse_mail(raw, "k")

    assert files(mail, raw)["a.pdf"] == PDF
    assert mail.text == "Hello"
    assert len(mail.events) == 1


@pytest.mark.parametrize(
    "field", ['"quoted-printable"', "Quoted-Printable (x)", "quoted-printable;"]
)
def test_quoted_printable_is_read_through_careless_punctuation(field: str) -> None:
    """A-3, H-9: also of a text."""
    raw = f"Content-Transfer-Encoding: {field}\n\nZak=C3=A1zka:123".encode()

    assert parse_mail(raw, "k").text == "Zakázka:123"


@pytest.mark.parametrize(
    "field",
    [
        'application/pdf name="a.pdf"',
        "application/pdf, name=a.pdf",
        "application/pdf; name=a.pdf,",
        "application/pdf; (a file) name=a.pdf",
        "application/pdf;name = 'a.pdf'".replace("'", '"'),
        'application/pdf; name="a.pdf" charset=binary',
        "application/pdf; name*0=a.p name*1=df",
        'name="a.pdf"',
        'pdf; name="a.pdf"',
    ],
)
def test_a_file_name_is_read_through_careless_punctuation(field: str) -> None:
    """A-4, H-9: the name, wherever a semicolon is missing."""
    mail = parsed(a_part(b"Hello", "text/plain"), a_part(PDF, field))

    assert [part.name for part in mail.attachments] == ["a.pdf"]
    assert mail.text == "Hello"


@pytest.mark.parametrize(
    "field",
    [
        'attachment filename="a.txt"',
        '"attachment"; filename=a.txt',
        'filename="a.txt"',
        "attachment",
    ],
)
def test_a_disposition_is_read_through_careless_punctuation(field: str) -> None:
    """A-4, H-9: what is sent as a file is one."""
    mail = parsed(
        a_part(b"Hello", "text/plain"),
        a_part(b"inside", "text/plain", f"Content-Disposition: {field}"),
    )

    assert mail.text == "Hello"
    assert len(mail.attachments) == 1


def test_a_bare_file_name_keeps_its_blanks_and_parentheses() -> None:
    """A-4: a near miss - in a name without quotes a comment is none."""
    mail = parsed(a_part(PDF, "application/pdf; name=offer of May (final).pdf"))

    assert [part.name for part in mail.attachments] == ["offer of May (final).pdf"]


@pytest.mark.parametrize("field", ["pdf", "x", "=?utf-8?Q?=FF?=", "; ; a=b", "1/", "///"])
def test_a_part_of_an_unreadable_type_is_a_file(field: str) -> None:
    """A-4, H-9: what nobody can name is kept as a file, never shown as text, never lost."""
    mail = parsed(a_part(b"Hello", "text/plain"), a_part(bytes(range(256)), field))

    assert mail.text == "Hello"
    assert [part.size for part in mail.attachments] == [256]


@pytest.mark.parametrize(
    ("body", "is_text"), [(b"Contract:123", True), (bytes(range(256)), False), (PDF, False)]
)
def test_a_mail_of_an_unreadable_type_is_told_by_its_bytes(body: bytes, *, is_text: bool) -> None:
    """A-3, A-4: a letter under a broken type is still read, and a file is still one."""
    mail = parse_mail(HEAD + b"Content-Type: rubbish\n\n" + body, "k")

    assert (mail.text == body.decode("latin-1")) is is_text
    assert bool(mail.attachments) is not is_text


@pytest.mark.parametrize(
    "field", ["", ";", "text", "text; charset=utf-8", "charset=utf-8", "plain"]
)
def test_a_half_named_text_is_a_text(field: str) -> None:
    """A-3, H-9: a near miss - an empty or half a type means what RFC 2045 has without one."""
    mail = parsed(a_part("Příloha".encode(), field))

    assert mail.text == "Příloha"


@pytest.mark.parametrize(
    "field",
    [
        "multipart/mixed boundary=b1",
        'multipart/mixed boundary="b1"',
        "multipart/mixed, boundary=b1",
        "multipart/mixed; boundary='b1'",
        'multipart/mixed; boundary="b1 "',
        'multipart/mixed; boundary="b1',
        "multipart/mixed; boundary=b1 (comment)",
        '"multipart/mixed"; boundary="b1"',
        "multipart; boundary=b1",
        'boundary="b1"',
        "multipart/mixed",
        "multipart/mixed; boundary=",
        "multipart/mixed; boundary=other",
        'multipart/mixed; boundary="--b1"',
        'multipart/mixed; boundary="%s"' % ("x" * 5000),
        "multipart/mixed; boundary=B1",
    ],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_parts_are_found_whatever_the_boundary_is_called(field: str, end: bytes) -> None:
    """H-9, A-3, A-4: a boundary that is missing, wrong or written carelessly costs nothing."""
    raw = HEAD + b"Content-Type: " + field.encode() + b"\n\n" + PARTS % ((b"--b1",) * 3)
    raw = raw.replace(b"\n", end)

    mail = parse_mail(raw, "k")

    assert mail.text.strip() == "Contract:123 here"
    assert files(mail, raw) == {"a.pdf": PDF}


def test_a_nested_multipart_with_another_boundary_is_read() -> None:
    """H-9: inside another multipart, too."""
    inside = PARTS % ((b"--b2",) * 3)
    raw = (
        HEAD + b"Content-Type: multipart/mixed; boundary=b1\n\n--b1\n"
        b"Content-Type: multipart/related; boundary=lost\n\n" + inside + b"\n--b1\n\nlast\n--b1--\n"
    )

    mail = parse_mail(raw, "k")

    assert mail.text.split() == ["Contract:123", "here", "last"]
    assert files(mail, raw) == {"a.pdf": PDF}


@pytest.mark.parametrize(
    "body",
    [
        b"Contract:123",
        b"Contract:123\n--b1--\n",
        b"Contract:123\n--other\n",
        b"--b1--\nContract:123\n",
        b"--\nContract:123\n--\n",
        b"preamble\n--b2\nContent-Type: text/plain\n\nContract:123\n--b2--\nepilogue",
        b"Contract:123\n--b2\nContent-Type: application/pdf\n\nx\n--b2--\n",
        b"--b2\nContent-Type: application/pdf\n\nx\n--b2--\nContract:123",
        b"--b2\nContent-Type: multipart/mixed; boundary=b3\n\nContract:123",
    ],
)
@pytest.mark.parametrize("depth", [0, 1])
def test_what_stands_in_a_multipart_without_parts_is_text(body: bytes, depth: int) -> None:
    """H-9, A-3: preamble, epilogue and cut-off mails are read: never an empty activity."""
    inner = b"Content-Type: multipart/mixed; boundary=b1\n\n" + body
    raw = HEAD + inner
    if depth:
        raw = HEAD + b"Content-Type: multipart/mixed; boundary=top\n\n--top\n" + inner

    assert "Contract:123" in parse_mail(raw, "k").text


def test_padding_of_a_sound_multipart_is_not_read() -> None:
    """A-3: a near miss - preamble and epilogue of a multipart with parts are for no reader."""
    raw = b"Content-Type: multipart/mixed; boundary=b1\n\nThis is MIME.\n--b1\n\nHi\n--b1--\nend"

    assert parse_mail(raw, "k").text == "Hi"


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", '"base64"'])
def test_a_multipart_behind_an_encoding_is_read(encoding: str) -> None:
    """H-9, A-3, A-4: its text is read, its files are stored, and so is the whole of it."""
    inside = PARTS % ((b"--=b1",) * 3)
    body = base64.encodebytes(inside)
    if "base64" not in encoding:
        body = inside.replace(b"=", b"=3D").replace(b"--", b"-=2D")
    raw = HEAD + b'Content-Type: multipart/mixed; boundary="=b1"\n'
    raw += b"Content-Transfer-Encoding: " + encoding.encode() + b"\n\n" + body

    mail = parse_mail(raw, "k")

    assert mail.text.strip() == "Contract:123 here"
    assert list(files(mail, raw).values()) == [b"%PDF-1.4 hello", inside]


GZIP64 = b"H4sIAJ+A5jIAA0VPTWvDMAy9+1e8nbpCsS877bRS1vayXdJDDwURbJEEEqez\nK3J9N2aa\n"


@pytest.mark.parametrize("kind", ["text/plain", "text/html", "message/rfc822", "nonsense"])
@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("x-gzip64", GZIP64),
        ("X-GZIP64;", b"short"),
        ("(ours) x-unprintable", b"words of a text"),
        ("gzip64", GZIP64),
        ("base91", GZIP64.replace(b"\n", b"\r\n")),
        ("deflate", b"\x78\x9c\x00\x01 words"),
    ],
)
def test_a_part_in_an_unknown_encoding_is_a_file(kind: str, encoding: str, body: bytes) -> None:
    """H-9, A-4: nobody reads what cannot be decoded; it is stored as it came."""
    head = f"Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n\n".encode()
    inner = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHello\n--b\n" + head + body
    raw = HEAD + inner + b"\n--b--\n"

    mail = parse_mail(raw, "k")

    assert mail.text == "Hello"
    assert list(files(mail, raw).values()) == [body]
    assert [part.content_type for part in mail.attachments] == ["application/octet-stream"]


def test_a_part_of_a_package_in_an_unknown_encoding_is_a_file() -> None:
    """H-9, A-4: what an encoded multipart holds is no more readable than what stands free."""
    part = b"--=b1\nContent-Type: text/plain\nContent-Transfer-Encoding: x-gzip64\n\n" + GZIP64
    raw = HEAD + b'Content-Type: multipart/mixed; boundary="=b1"\n'
    raw += b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(part + b"--=b1--\n")

    mail = parse_mail(raw, "k")

    assert (mail.text, len(mail.attachments)) == ("", 2)


@pytest.mark.parametrize(
    "encoding", ["8-bit", "7 bit", "7bits", "6bit", "utf-8", "none", "text/plain", "amazonses.com"]
)
@pytest.mark.parametrize("body", ["Dobrý den", "https://a.example/a-link-that-is-quite-long"])
def test_a_word_that_is_no_encoding_hides_no_text(encoding: str, body: str) -> None:
    """H-9, A-3: a near miss - careless programs write anything before plain text."""
    raw = f"Content-Transfer-Encoding: {encoding}\n\n{body}".encode()

    assert parse_mail(raw, "k").text == body


def test_binary_in_a_multipart_without_parts_is_a_file() -> None:
    """H-9, A-4: what is no text is kept as a file."""
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=b1\n\n" + bytes(range(256))

    mail = parse_mail(raw, "k")

    assert (mail.text, [part.size for part in mail.attachments]) == ("", [256])


def test_every_mail_with_a_body_has_a_leaf() -> None:
    """H-9: broken multiparts in broken multiparts are opened three deep; the rest is one text."""
    body = b"".join(
        b"--g%d\nContent-Type: multipart/mixed; boundary=never%d\n\n" % (n, n) for n in range(50)
    )
    raw = HEAD + b"Content-Type: multipart/mixed\n\n" + body + b"Contract:123"

    assert "Contract:123" in parse_mail(raw, "k").text


def test_a_word_that_nobody_wrote_is_empty() -> None:
    """H-9: a field that is not there has no token."""
    assert Headers(()).word("content-type") == ""
