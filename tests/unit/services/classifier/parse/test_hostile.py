"""Hostile mail (behaviours H-1 to H-15): parsed within bounds, flagged, never an exception.

The guard on CPU time is generous: it tells a hang from a slow machine, not fast from slow.
"""

import base64
import time
import tracemalloc
from collections.abc import Callable

import pytest

from services.classifier.parse.html import html_to_text, sanitise_html
from services.classifier.parse.mail import parse_mail
from services.classifier.parse.parsed_mail import ParsedMail
from services.classifier.parse.quotes import split_quotes

HEAD = b"From: a@b.cz\nTo: c@d.cz\nSubject: hostile\n"
HANG_SECONDS = 8.0
FORMATTING = "".join(f"<b id={number}>" for number in range(2_900))


def bounded(raw: bytes) -> ParsedMail:
    """Parse `raw` and tell a hang."""
    begin = time.process_time()
    mail = parse_mail(raw, "key")
    assert time.process_time() - begin < HANG_SECONDS
    return mail


def flagged(mail: ParsedMail, words: str) -> bool:
    """Whether a defect says `words`."""
    return any(words in defect for defect in mail.defects)


def nested(depth: int, content_type: str = "multipart/mixed") -> bytes:
    """Multiparts inside multiparts."""
    return HEAD + b"".join(
        b'Content-Type: %s; boundary="b%d"\n\n--b%d\n' % (content_type.encode(), n, n)
        for n in range(depth)
    )


def test_deep_nesting_is_cut() -> None:
    """H-1: below 100 levels the rest is one opaque part; the mail is parsed."""
    mail = bounded(nested(1000) + b"Content-Type: text/plain\n\nContract:1\n")

    assert flagged(mail, "nested beyond the limit")
    assert mail.senders[0].email == "a@b.cz"
    assert len(mail.attachments) == 1


def test_nested_messages_stay_closed() -> None:
    """H-1: a message inside a message is a file; a thousand levels cost one."""
    mail = bounded(HEAD + b"Content-Type: message/rfc822\n\n" * 1000 + b"x")

    assert [part.content_type for part in mail.attachments] == ["message/rfc822"]


@pytest.mark.parametrize(
    "part",
    [b"\n--x\n\ntext", b"\n--x\nContent-Type: multipart/mixed; boundary=y\n\n", b"\n--x\n--x"],
)
def test_a_flood_of_parts_is_cut(part: bytes) -> None:
    """H-2: of 100,000 parts a thousand are read, the rest is flagged."""
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n" + part * 100_000

    assert flagged(bounded(raw), "parts beyond the limit")


@pytest.mark.parametrize(
    ("field", "flag"),
    [
        (b"Subject: " + b"x" * 10_000_000, "beyond the limit"),
        (b"Subject: " + b"word\n " * 200_000, "beyond the limit"),
        (b"To: " + b"a@b.cz, " * 100_000, "beyond the limit"),
        (b"To: " + b",".join(b"a%d@b.cz" % n for n in range(9000)), "recipients beyond the limit"),
        (b"X: y\n" * 100_000, "header fields beyond the limit"),
        (b"Subject: " + b"=?utf-8?Q?=C3=A9?= =?x-no?B?w6k=?= " * 50_000, "beyond the limit"),
        (b"Subject: " + b"\r" * 300_000, "beyond the limit"),
        (b"From: " + b"a:" * 60_000, "beyond the limit"),
        (b"From: " + b"(" * 50_000 + b"a@b.cz", ""),
        (b'From: "' + b'\\"' * 45_000, ""),
        (b'From: "' + b'\\"<' * 30_000, ""),
        (b'From: "a"' + b'"a"' * 20_000 + b"<b>" + b":" * 30_000, ""),
        (b"From: " + b"<" * 90_000, ""),
        (b'Content-Type: a/b; x="' + b";" * 95_000, ""),
        (b'Content-Type: a/b; x="' + b'\\";' * 30_000, ""),
        (b"Content-Type: text/plain; " + b"".join(b"a*%d=x; " % n for n in range(8_000)), ""),
    ],
    ids=lambda value: str(value[:18]) if isinstance(value, bytes) else None,
)
def test_floods_in_headers_are_cut(field: bytes, flag: str) -> None:
    """H-3: caps on a field, the section, the fields and the recipients; the rest is read."""
    mail = bounded(b"Date: Mon, 02 Nov 2026 09:12:00 +0100\n" + field + b"\n\nbody\n")

    assert mail.date is not None
    assert len(mail.to) <= 1000
    assert flag == "" or flagged(mail, flag)


def test_a_body_without_end_is_searched_in_part() -> None:
    """H-4: a single line of 50 MB is cut to what is searched; the size is told truly."""
    raw = HEAD + b"\nContract:1 " + b"x" * 50_000_000

    mail = bounded(raw)

    assert mail.size == len(raw)
    assert len(mail.text) == 1024 * 1024
    assert flagged(mail, "text beyond the limit")


@pytest.mark.parametrize(
    "body",
    [
        b"=\n" * 1_000_000,
        b"\n--" * 1_000_000,
        b"\n--x" * 500_000,
        b"\r" * 2_000_000,
        b"\n" * 2_000_000,
    ],
    ids=["soft breaks", "delimiters", "other delimiters", "CR", "LF"],
)
def test_floods_of_lines_are_linear(body: bytes) -> None:
    """H-4: line floods in a multipart and in quoted-printable text cost linear time."""
    bounded(HEAD + b"Content-Type: multipart/mixed; boundary=zz\n\n--zz\n\n" + body)
    bounded(HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n" + body)


def test_a_mail_without_a_blank_line_is_header_alone() -> None:
    """H-4: no blank line: the fields are read, the body is empty."""
    mail = bounded(HEAD.rstrip(b"\n"))

    assert (mail.subject, mail.text) == ("hostile", "")


def test_archives_are_never_opened() -> None:
    """H-5: a bomb in an archive is a file of its packed size."""
    packed = b"PK\x03\x04" + b"\0" * 1000
    raw = (
        HEAD + b'Content-Type: application/zip; name="42.zip"\n'
        b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(packed)
    )

    (part,) = bounded(raw).attachments

    assert (part.name, part.size) == ("42.zip", len(packed))


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 300_000,
        "<b><i>" * 150_000 + "x",
        "<p " + 'a="b" ' * 300_000 + ">x",
        "&amp;&nbsp;&#x41;" * 120_000,
        "<plaintext>" + "<p>" * 300_000,
        "<table><tr><td>" * 60_000,
        "<blockquote>" * 100_000 + "x",
        "<!--" * 300_000,
        "<br " * 400_000,
        "<style>" + "a{}" * 500_000,
        "<p>" + FORMATTING + "<p>x" * 400_000,
        "<div>" + FORMATTING + "</div>" + "<div>x</div>" * 150_000,
        "<p " + " ".join(f"a{n}=b" for n in range(150_000)),
        "<p x='>' " + " ".join(f"a{n}=b" for n in range(150_000)),
        "<div></x>" * 200_000,
        "<svg>" + "<td>" * 400_000,
        "<optgroup>" * 150_000,
        "<span>" * 2_900 + "</b>" * 400_000,
        "<i style='display:none'>x</i>" * 60_000,
        "<i hidden>" * 100_000,
        "<p>opacity:" + "0" * 60_000 + ".x",
        "".join(f"<p style='top:{n};opacity:{'0' * 1_900}.x'>" for n in range(1_000)),
        "&" * 2_000_000,
        "\xa0" * 2_000_000,
    ],
    ids=lambda html: html[:12],
)
@pytest.mark.parametrize("read", [lambda html: html_to_text(html, []), sanitise_html])
def test_html_bombs_are_bounded(html: str, read: Callable[[str], str]) -> None:
    """H-6: nesting, attributes, entities, unclosed and repeated elements end in time."""
    begin = time.process_time()
    found = read(html)
    assert time.process_time() - begin < HANG_SECONDS
    # Escaping makes five characters of one; a tree that repeats elements makes hundreds.
    assert len(found) < 5 * len(html) + 1000


def test_html_is_read_up_to_where_it_becomes_a_bomb() -> None:
    """H-6: the text before the nesting limit is kept, and the cut is flagged."""
    mail = bounded(
        HEAD + b"Content-Type: text/html\n\n<p>Contract:1</p>" + b"<div>" * 5_000 + b"deep"
    )

    assert mail.text == "Contract:1"
    assert flagged(mail, "HTML nested beyond the limit")


def test_html_is_read_up_to_where_it_has_too_many_references() -> None:
    """H-6: what stands before the limit is kept, and the cut is flagged."""
    mail = bounded(HEAD + b"Content-Type: text/html\n\n<p>Contract:1</p>" + b"&" * 100_001 + b"x")

    assert mail.text.startswith("Contract:1\n")
    assert mail.text.count("&") == 100_000
    assert not mail.text.endswith("x")
    assert flagged(mail, "HTML references beyond the limit")


def test_large_ordinary_html_is_read_whole() -> None:
    """H-6: a near miss - thousands of rows, links and bold words are an ordinary newsletter."""
    row = '<tr><td><b>One</b><td><a href="https://a.cz/?x=1&y=2"><font size=2>two</font></a>'
    html = "<table>" + row * 5_000 + "</table>"
    defects: list[str] = []

    lines = [line for line in html_to_text(html, defects).split("\n") if line]

    assert len(lines) == 5_001
    assert set(lines) == {"One two [1]", "One two", "[1] https://a.cz/?x=1&y=2"}
    assert defects == []
    assert sanitise_html(html).count("https://a.cz/") == 5_000


def test_many_html_parts_share_one_limit() -> None:
    """H-6: what is read of HTML is bounded for the mail, not for each part."""
    part = b"--x\nContent-Type: text/html\n\n" + b"<p>x</p>" * 20_000 + b"\n"
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n" + part * 200

    assert flagged(bounded(raw), "HTML beyond the limit")


@pytest.mark.parametrize(
    "hidden",
    [
        '<p style="display:none">Contract:1</p>',
        "<span style='color:red; DISPLAY: NONE'>Contract:1</span>",
        "<div hidden>Contract:1</div>",
        '<p style="visibility: hidden">Contract:1</p>',
        '<p style="font-size:0">Contract:1</p>',
        '<p style="color:red;font-size: .0em">Contract:1</p>',
        '<p style="display:/**/none">Contract:1</p>',
        '<p style="display&#58;none !important">Contract:1</p>',
        '<p style="opacity: 0.0">Contract:1</p>',
        "<div hidden><p hidden>Contract:1</p></div>",
        "<style>Contract:1</style><script>Contract:1</script><!-- Contract:1 -->",
        "<title>Contract:1</title>",
    ],
)
def test_hidden_text_is_not_read(hidden: str) -> None:
    """H-6: what a reader cannot see cannot assign a mail."""
    assert html_to_text(f"<body><p>Seen</p>{hidden}</body>", []) == "Seen"


@pytest.mark.parametrize(
    "style",
    ["font-size:10px", "font-size:0.5em", "opacity:0.9", "background:none", "overflow:hidden"],
)
def test_visible_text_is_read(style: str) -> None:
    """H-6: a near miss - styles that look like hiding but show their text."""
    assert html_to_text(f'<p style="{style}">Contract:1</p>', []) == "Contract:1"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"a\0b\x07c\x1b[1md", "abc[1md"),
        (b"\xef\xbb\xbfbom", "bom"),
        (b"one\r\ntwo\rthree\n", "one\ntwo\nthree\n"),
        (b"caf\xe9 cr\xe8me br\xfbl\xe9e, \xe0 la carte, s'il vous pla\xeet", "crème"),
        ("Příliš žluťoučký kůň".encode(), "Příliš žluťoučký kůň"),
        (b"broken \xc3 utf-8 \xff end", "broken"),
    ],
)
def test_odd_bytes_become_clean_text(raw: bytes, text: str) -> None:
    """H-7: control characters, marks, line ends and broken bytes are normalised."""
    found = bounded(HEAD + b"\n" + raw).text

    assert text in found
    assert not any(ord(character) < 32 and character not in "\n\t" for character in found)
    assert not any(0xD800 <= ord(character) < 0xE000 for character in found)


def test_direction_overrides_leave_subject_and_names() -> None:
    """H-7: no right-to-left override in a subject or a file name."""
    raw = "From: a@b.cz\nSubject: abc\u202egnp.exe\n\n".encode()

    assert bounded(raw).subject == "abcgnp.exe"


@pytest.mark.parametrize(
    "charset",
    [
        "rot13",
        "zlib",
        "unicode_escape",
        "base64",
        "hex",
        "idna",
        "x-none",
        "utf-8\0",
        "a" * 500,
        "",
    ],
)
def test_only_charsets_are_charsets(charset: str) -> None:
    """H-8: codec names that are no charsets are unknown; the text is decoded all the same."""
    raw = HEAD + f"Content-Type: text/plain; charset={charset}\n\n".encode() + b"\\u0041 \xc3\xa9 x"

    assert "\\u0041 é x" in bounded(raw).text


@pytest.mark.parametrize("charset", ["utf-16", "utf-7", "iso-2022-jp", "windows-1250", "gb2312"])
def test_a_lying_charset_loses_nothing_else(charset: str) -> None:
    """H-8: bytes that their charset cannot be are replaced and flagged; the mail is read."""
    raw = (
        HEAD + f"Content-Type: text/plain; charset={charset}\n\n".encode() + b"\xff\xfe\x81\x1b(B x"
    )

    assert bounded(raw).senders[0].email == "a@b.cz"


@pytest.mark.parametrize(
    "boundary",
    [b'""', b'"' + b"b" * 10_000 + b'"', b"x; boundary=y", b'"x', b"\xff\xfe", b""],
)
def test_odd_boundaries_are_bounded(boundary: bytes) -> None:
    """H-9: an unusable boundary makes the body one opaque text; nothing escapes."""
    raw = (
        HEAD
        + b"Content-Type: multipart/mixed; boundary="
        + boundary
        + b"\n\n--x\n\nContract:1\n--x--"
    )

    assert bounded(raw).senders[0].email == "a@b.cz"


def test_of_two_content_types_the_first_counts() -> None:
    """H-9: a second Content-Type changes nothing."""
    raw = HEAD + b"Content-Type: text/plain\nContent-Type: text/html\n\n<b>x</b>"

    assert bounded(raw).text == "<b>x</b>"


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ("Date: Mon, 02 Nov 2026 09:12:00 +0100\n", "2026-11-02T08:12:00+00:00"),
        ("Date: 2 Nov 26 09:12 CET\n", None),
        ("Date: Mon, 02 Nov 9999 09:12:00 +0000\n", None),
        ("Date: Mon, 02 Nov 1901 09:12:00 +0000\n", None),
        ("Date: nonsense\n", None),
        ("Date: Mon, 02 Nov 2026 09:12:00 -9999\n", None),
        ("Date: x\nDate: Mon, 02 Nov 2026 09:12:00 -0000\n", "2026-11-02T09:12:00+00:00"),
        ("Date: " + "1" * 90_000 + "\n", None),
        ("", None),
    ],
)
def test_absurd_dates_are_no_dates(dates: str, expected: str | None) -> None:
    """H-10: the first valid date between 1970 and 2100 counts; else there is none."""
    date = bounded(dates.encode() + HEAD + b"\n").date

    if expected is not None:
        assert date is not None
        assert date.isoformat() == expected
    else:
        assert date is None or date.year == 2026


@pytest.mark.parametrize(
    "text",
    [
        "\n" * 20_000,
        "x\n\n" * 8_000,
        " \n" * 20_000,
        "On " * 8_000,
        "Dne " * 6_000,
        "\n".join(["Am " * 160] * 40),
        "Warning: mail " * 2_000,
        "> " * 10_000,
        "-" * 30_000,
        "From: a\n" * 3_000,
        "wrote:\n" * 3_000,
        ("Am a schrieb " * 35 + "\n") * 40,
        "On a\nwrote\n" * 2_000,
        "_" * 30_000,
        "a" * 1_000_000,
        "a\n" * 300_000,
    ],
    ids=lambda text: repr(text[:8]),
)
def test_quote_bombs_are_bounded(text: str) -> None:
    """H-11: the quadratic patterns of the quote finder never see enough to hang."""
    begin = time.process_time()
    parts = split_quotes(text)
    assert time.process_time() - begin < HANG_SECONDS
    assert len(parts.own) + len(parts.quoted) <= len(text)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\evil.exe", "evil.exe"),
        ("/etc/shadow", "shadow"),
        ("CON", "_CON"),
        ("aux.txt", "_aux.txt"),
        ("a:b.txt", "a_b.txt"),
        ("trailing. . ", "trailing"),
        ("x" * 5000 + ".pdf", "x" * 196 + ".pdf"),
        ("a\0b\r\nc.txt", "ab c.txt"),
        ("abc\u202egnp.exe", "abcgnp.exe"),
        ("..", "attachment.bin"),
        ("", "attachment.bin"),
        ("  ", "attachment.bin"),
    ],
)
def test_file_names_are_safe_everywhere(name: str, safe: str) -> None:
    """H-13: no path, device, stream, control or direction character; never empty or endless."""
    raw = HEAD + f"Content-Disposition: attachment; filename*=utf-8''{_percent(name)}\n".encode()
    raw += b"Content-Type: application/octet-stream\n\nx"

    assert [part.name for part in bounded(raw).attachments] == [safe]


def _percent(name: str) -> str:
    return "".join(f"%{byte:02X}" for byte in name.encode())


def test_a_number_for_a_long_name_keeps_it_short() -> None:
    """H-13: the number that tells two long names apart does not make them longer."""
    part = b'--x\nContent-Type: application/pdf; name="%s.pdf"\n\n1\n' % (b"x" * 500)
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n" + part * 3 + b"--x--"

    names = [one.name for one in bounded(raw).attachments]

    assert [len(name) for name in names] == [200, 200, 200]
    assert names[1].endswith("x (2).pdf")


def test_doubled_file_names_are_told_apart() -> None:
    """H-13: the same name twice, in any case, gets a number."""
    part = b'--x\nContent-Type: application/pdf; name="%s"\n\n%s\n'
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n"
    raw += part % (b"a.pdf", b"1") + part % (b"A.PDF", b"2") + part % (b"a.pdf", b"3") + b"--x--"

    assert [one.name for one in bounded(raw).attachments] == ["a.pdf", "A (2).PDF", "a (3).pdf"]


@pytest.mark.parametrize("field", ["Subject", "From", "To"])
def test_line_ends_never_leave_a_field(field: str) -> None:
    """H-15: an encoded line end in a field cannot begin a new line anywhere."""
    raw = f"{field}: =?utf-8?Q?a=0D=0ABcc:_x@y.cz?= <a@b.cz>\n\n".encode()
    mail = bounded(raw)

    told = [mail.subject, *(one.name + one.email for one in (*mail.senders, *mail.to))]
    assert not any("\n" in text or "\r" in text for text in told)


@pytest.mark.parametrize("size", [1, 2])
def test_memory_stays_near_the_size_of_the_mail(size: int) -> None:
    """H-4, INV-5: a large attachment costs a small multiple of its size."""
    raw = (
        HEAD + b'Content-Type: application/pdf; name="a.pdf"\n'
        b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(b"x" * size * 5_000_000)
    )
    tracemalloc.start()
    mail = bounded(raw)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert mail.attachments[0].size == size * 5_000_000
    assert peak < 3 * len(raw)


@pytest.mark.parametrize("blank", [" ", "\t"])
def test_floods_of_blanks_in_an_address_are_linear(blank: str) -> None:
    """H-4: blanks up to the limit of a field, as `make fuzz` found, cost linear time."""
    mail = bounded(f"From: Acme <@ro{blank * (95_000 // len(blank))}x\n\nx".encode())

    assert len(mail.senders) == 1
