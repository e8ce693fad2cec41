"""What is read out of ordinary mail."""

from email.message import EmailMessage

import pytest

from services.classifier.parse.html import html_to_text, sanitise_html
from services.classifier.parse.mail import parse_mail
from services.classifier.parse.quotes import split_quotes
from shared.backup.parts import decode_transfer

OWN = "Souhlasím s nabídkou.\nContract:5"


@pytest.mark.parametrize(
    ("field", "emails"),
    [
        ("a@b.cz", ["a@b.cz"]),
        ("Jan <A@B.cz>, <c@d.cz>", ["a@b.cz", "c@d.cz"]),
        ('"Novák, Jan" <a@b.cz>', ["a@b.cz"]),
        ("boss@firma.cz <evil@x.cz>", ["evil@x.cz"]),
        ("=?utf-8?B?Ym9zc0BmaXJtYS5jeg==?= <evil@x.cz>", ["evil@x.cz"]),
        ("friends: a@b.cz, C <c@d.cz>; e@f.cz", ["a@b.cz", "c@d.cz", "e@f.cz"]),
        ("undisclosed-recipients:;", []),
        ("a@b.cz (Jan (the boss))", ["a@b.cz"]),
        ("<@relay.cz:a@b.cz>", ["a@b.cz"]),
        # A scheme reads like a group's name; the address behind it counts.
        ("mailto:a@b.cz", ["a@b.cz"]),
        ("<a@b.cz", ["a@b.cz"]),
        ('"a b"@c.cz', ['"a b"@c.cz']),
        ("a@b.cz,,;, c@d.cz", ["a@b.cz", "c@d.cz"]),
        ("Jan Novák", []),
    ],
)
def test_addresses_are_what_stands_in_brackets(field: str, emails: list[str]) -> None:
    """R-b: names are never addresses; groups, comments, routes and junk are read through."""
    mail = parse_mail(f"To: {field}\n\n".encode(), "key")

    assert [address.email for address in mail.to] == emails


def test_names_are_decoded() -> None:
    """R-b: display names are decoded, for people to read."""
    mail = parse_mail(b"From: =?iso-8859-2?Q?Ji=F8=ED_Nov=E1k?= <a@b.cz>\n\n", "key")

    assert mail.senders[0].name == "Jiří Novák"


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        (b"=?utf-8?Q?P=C5=99=C3=ADloha?=", "Příloha"),
        (b"=?utf-8?B?UMWZw61s?=\n =?utf-8?B?b2hh?=", "Příloha"),
        (b"=?utf-8?Q?P=C5?=\n =?utf-8?Q?=99=C3=ADloha?=", "Příloha"),
        ("Příloha".encode(), "Příloha"),
        (b"P\xf8\xedloha", "P"),
        (b"=?iso-8859-1?Q?Fr\xf6sche?=", "Frösche"),
        (b"=?no-such?Q?abc?= d", "abc d"),
        (b"=?utf-8?B?broken", "=?utf-8?B?broken"),
        (b"plain  folded\n\t text", "plain folded text"),
        (b"=?utf-8?Q?Kolik_to_stoj=C3=AD?_Zak=C3=A1zka:123?=", "Kolik to stojí? Zakázka:123"),
        (b"=?utf-8?Q?a??_b?= =?utf-8?Q?_c?=", "a?? b c"),
        (b"=?utf-8?Q?a=3D?b=?utf-8?Q?c?=", "=?utf-8?Q?a=3D?bc"),
        (b"a =?utf-8?Q?b?= c", "a b c"),
        (b"", ""),
    ],
)
def test_subjects_are_decoded(raw: bytes, subject: str) -> None:
    """A-3: encoded words, split inside a character, raw 8-bit, unknown charsets, folding."""
    found = parse_mail(b"Subject: " + raw + b"\n\n", "key").subject

    assert found.startswith(subject) if subject == "P" else found == subject


def _with_parts(*parts: str, kind: str = "mixed") -> bytes:
    inside = "".join(f"\r\n--x\r\n{part}" for part in parts)
    return (
        f"Content-Type: multipart/{kind}; boundary=x\r\n\r\npreamble{inside}\r\n--x--\r\nepilogue"
    ).encode()


def test_plain_text_goes_before_html_of_the_same_alternative() -> None:
    """A-3: of an alternative the plain text is read, unless it is blank; the HTML is kept."""
    plain = "Content-Type: text/plain\r\n\r\nplain"
    html = "Content-Type: text/html\r\n\r\n<b>html</b>"

    both = parse_mail(_with_parts(plain, html, kind="alternative"), "key")
    blank = parse_mail(
        _with_parts("Content-Type: text/plain\r\n\r\n \r\n", html, kind="alternative"), "key"
    )

    assert (both.text, both.text_is_html, both.html) == ("plain", False, "<b>html</b>")
    assert (blank.text, blank.text_is_html) == ("html", True)
    assert both.attachments == blank.attachments == ()


def test_several_texts_are_joined_in_order() -> None:
    """A-3: inline texts one after another are all read."""
    mail = parse_mail(_with_parts("\r\none", "Content-Type: text/html\r\n\r\n<p>two</p>"), "key")

    assert mail.text == "one\n\ntwo"


@pytest.mark.parametrize(
    ("part", "name", "content"),
    [
        ('Content-Type: text/plain; name="n.txt"\r\n\r\nx', "n.txt", b"x"),
        ("Content-Disposition: attachment\r\n\r\nx", "text.txt", b"x"),
        ("Content-Type: text/calendar\r\n\r\nBEGIN", "invite.ics", b"BEGIN"),
        (
            "Content-Type: message/rfc822\r\n\r\nSubject: s\r\n\r\nb",
            "s.eml",
            b"Subject: s\r\n\r\nb",
        ),
        (
            "Content-Type: message/rfc822\r\n\r\nFrom: a\r\n\r\nb",
            "message.eml",
            b"From: a\r\n\r\nb",
        ),
        (
            "Content-Type: message/rfc822\r\n\r\nSubject: =?utf-8?Q?A=2F..=2Fb=C5=99?=\r\n\r\nc",
            "A_.._bř.eml",
            b"Subject: =?utf-8?Q?A=2F..=2Fb=C5=99?=\r\n\r\nc",
        ),
        ("Content-Type: image/png\r\n\r\nx", "image.png", b"x"),
        ("Content-Type: application/x-odd\r\n\r\nx", "attachment.bin", b"x"),
        (
            "Content-Disposition: attachment; filename*0=a; filename*1=b.pdf\r\n\r\nx",
            "ab.pdf",
            b"x",
        ),
        (
            "Content-Disposition: attachment; filename*=utf-8''V%C3%BDkres.pdf\r\n\r\nx",
            "Výkres.pdf",
            b"x",
        ),
        ('Content-Type: a/b; name="=?utf-8?Q?V=C3=BDkres=2Epdf?="\r\n\r\nx', "Výkres.pdf", b"x"),
    ],
)
def test_files_are_named_and_cut_out_exactly(part: str, name: str, content: bytes) -> None:
    """A-4: what is a file, how it is called, and its byte range without the line end after it."""
    raw = _with_parts("\r\ntext", part)

    (file,) = parse_mail(raw, "key").attachments

    assert file.name == name
    assert decode_transfer(raw[file.start : file.end], file.encoding) == content


def test_signature_pictures_are_listed_once() -> None:
    """A-4: a picture inside the text that repeats is one file; one that was attached stays."""
    inline = "Content-Type: image/png; name=%s\r\nContent-ID: <%s>\r\n\r\nlogo"
    attached = (
        "Content-Type: image/png\r\nContent-Disposition: attachment; filename=l.png\r\n\r\nlogo"
    )
    raw = _with_parts(inline % ("1.png", "a"), inline % ("2.png", "b"), attached)

    assert [file.name for file in parse_mail(raw, "key").attachments] == ["1.png", "l.png"]


def test_an_inner_multipart_without_its_end_ends_with_the_outer_one() -> None:
    """H-7: a missing final boundary costs nothing behind it."""
    inner = "Content-Type: multipart/alternative; boundary=y\r\n\r\n--y\r\n\r\ninside"
    mail = parse_mail(_with_parts(inner, "Content-Type: a/b; name=f.bin\r\n\r\nfile"), "key")

    assert mail.text == "inside"
    assert [(file.name, file.size) for file in mail.attachments] == [("f.bin", 4)]


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: s\nTo: a@b.cz\n\nbody",
        b"Subject: s\rTo: a@b.cz\r\rbody",
        b"Subject: s\r\nTo: a@b.cz\n\r\nbody",
        b"\xef\xbb\xbfSubject: s\nTo: a@b.cz\n\nbody",
        b"\n\nSubject: s\nTo: a@b.cz\n\nbody",
        b"From someone Mon Nov  2 09:12:00 2026\nSubject: s\nTo: a@b.cz\n\nbody",
    ],
    ids=["LF", "CR", "mixed", "BOM", "blank lines first", "mbox"],
)
def test_ways_of_writing_lines_do_not_matter(raw: bytes) -> None:
    """H-7: line ends, marks and mailbox lines before the header are read through."""
    mail = parse_mail(raw, "key")

    assert (mail.subject, mail.text, mail.to[0].email) == ("s", "body", "a@b.cz")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Subject: s\nTo: a@b.cz\nNo blank line,\nbody: yes", "No blank line,\nbody: yes"),
        (_with_parts("Text at once"), "Text at once"),
        (_with_parts("Text at once\r\n\r\nand more"), "Text at once\n\nand more"),
        (_with_parts("Content-Type: text/plain\r\nText at once"), "Text at once"),
        (_with_parts("\r\nfirst\r\n--xy\r\n --x\r\n-- x"), "first\n--xy\n --x\n-- x"),
        (_with_parts("\r\nfirst").replace(b"--x\r", b"--x \t \r"), "first"),
        (_with_parts("\r\nfirst", "\r\n", "\r\nsecond"), "first\n\nsecond"),
    ],
    ids=[
        "no blank line",
        "part without header",
        "part without header, blank line later",
        "part without blank line",
        "lines like the boundary",
        "blanks behind the boundary",
        "empty part",
    ],
)
def test_malformed_mails_lose_no_text(raw: bytes, text: str) -> None:
    """A-3, H-9: where blank lines are missing or lines look like boundaries, all text is read."""
    assert parse_mail(raw, "key").text == text


def test_one_boundary_used_twice_means_the_inner_multipart() -> None:
    """H-9: an inner multipart may have the boundary of the outer one; both texts are read."""
    inner = "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\ninside\r\n--x--"

    assert parse_mail(_with_parts(inner, "\r\noutside"), "key").text == "inside\n\noutside"


def test_a_mail_in_utf_16_is_text() -> None:
    """H-8: a whole mail in UTF-16 has no header that can be trusted; its text is readable."""
    mail = parse_mail("From: a@b.cz\n\nPříloha".encode("utf-16"), "key")

    assert mail.text == "From: a@b.cz\n\nPříloha"
    assert mail.senders == ()
    assert "no header section" in mail.defects


def test_the_body_digest_does_not_depend_on_the_way() -> None:
    """R-a: other line ends, boundaries and transfer encodings give the same digest."""
    message = EmailMessage()
    message.set_content("Příliš žluťoučký kůň\n", cte="base64")
    other = EmailMessage()
    other.set_content("Příliš žluťoučký kůň\n", cte="quoted-printable")

    digests = {
        parse_mail(raw, "key").body_sha256
        for raw in (bytes(message), bytes(other), bytes(other).replace(b"\n", b"\r\n"))
    }

    assert len(digests) == 1
    assert parse_mail(b"\n\nanother", "key").body_sha256 not in digests


@pytest.mark.parametrize(
    ("head", "automatic"),
    [
        ("Auto-Submitted: auto-replied", True),
        ("Auto-Submitted: no", False),
        ("Precedence: bulk", True),
        ("X-Auto-Response-Suppress: All", True),
        ("List-Id: <people.example>", False),
        ("Subject: x", False),
    ],
)
def test_automatic_mail_is_told(head: str, *, automatic: bool) -> None:
    """A-3: RFC 3834's field and the older marks; a mailing list alone is written by people."""
    assert parse_mail(f"{head}\n\n".encode(), "key").auto_submitted is automatic


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two <b>three</b></p>", "One\n\nTwo three"),
        ("Contract:<b>123</b> <i>p</i><i>-</i>", "Contract:123 p-"),
        ("a<br>b<BR/>c<br class=x>d", "a\nb\nc\nd"),
        (
            "<table><tr><td>Status</td><td>open</td></tr><tr><td>x</td></tr></table>",
            "Status open\nx",
        ),
        ("<ul><li>one<li>two</ul>", "• one\n• two"),
        ("a&nbsp;&nbsp;b &lt;c&gt; &#268;&#x11b;", "a b <c> Čě"),
        ("line\n  wrapped   text", "line wrapped text"),
        ("<pre>two\nlines</pre>", "two\nlines"),
        ("before<blockquote>said<br>more</blockquote>after", "before\n\n> said\n> more\n> \nafter"),
        ('<a href="http://x.cz/?a=1">x.cz/?a=1</a>', "x.cz/?a=1"),
    ],
)
def test_html_becomes_the_text_a_reader_sees(html: str, text: str) -> None:
    """A-3: blocks and rows are lines, inline elements are not, quotes carry their mark."""
    assert html_to_text(html, []) == text


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ('<img src="http://spy.example/1.gif">', "<img>"),
        ('<img src="cid:logo" onerror="x()">', '<img src="cid:logo">'),
        ("<form action=x><input></form>ok", "ok"),
        ('<a href="javascript:x()">l</a>', '<a rel="noopener noreferrer">l</a>'),
        ("<svg onload=x()></svg><style>b{}</style>t", "t"),
    ],
)
def test_html_for_the_erp_is_harmless(html: str, kept: str) -> None:
    """H-14: scripts, handlers, forms, styles and remote pictures are gone."""
    assert sanitise_html(html) == kept


@pytest.mark.parametrize(
    "header",
    [
        "Dne 2. 11. 2026 v 9:00 Jan Novák napsal(a):\n> stará zpráva",
        "Dne po 2. 11. 2026 v 9:00 odesílatel Jan Novák <jan@firma.cz>\nnapsal:\n> stará zpráva",
        "Od: Jan\nOdesláno: pondělí\nKomu: Eva\nPředmět: Nabídka\n\nstará zpráva",
        "-----Původní zpráva-----\nOd: Jan\n\nstará zpráva",
        "---------- Přeposlaná zpráva ----------\nOd: Jan\n\nstará zpráva",
        "On Mon, 2 Nov 2026 at 9:00, Jan Novak <jan@firma.cz> wrote:\n> stará zpráva",
        "On Mon, 2 Nov 2026 at 9:00, Jan Novak\n<jan@firma.cz> wrote:\n> stará zpráva",
        "From: Jan\nSent: Monday\nTo: Eva\nSubject: Offer\n\nstará zpráva",
        "-----Original Message-----\nFrom: Jan\n\nstará zpráva",
        "---------- Forwarded message ---------\nFrom: Jan\n\nstará zpráva",
        "Am 02.11.26 um 09:00 schrieb Jan Novak:\n> stará zpráva",
        "Am Mo., 2. Nov. 2026 um 09:00 Uhr schrieb Jan <jan@firma.cz>:\n> stará zpráva",
        "Von: Jan\nGesendet: Montag\nAn: Eva\nBetreff: Angebot\n\nstará zpráva",
        "-----Ursprüngliche Nachricht-----\nVon: Jan\n\nstará zpráva",
        "> stará zpráva\n> druhý řádek",
        "-- \nJan Novák\nstará zpráva",
        "________________________________\nOd: Jan\nDatum: pondělí\nKomu: Eva\n\nstará zpráva",
        "Från: Jan\nSkickat: måndag\nTill: Eva\nÄmne: Offert\n\nstará zpráva",
        "______________\n> Od: Jan\n> Komu: Eva\n> Datum: 2.11.2026 9:00\n>\nstará zpráva",
        "2. 11. 2026 v 9:00, Jan Novák <jan@firma.cz>:\n\n> stará zpráva",
        "---- On Mon, 2 Nov 2026 Jan <jan@firma.cz> wrote ----\n\nstará zpráva",
        "2026-11-02 9:00 GMT+01:00 Jan Novák <jan@firma.cz>:\n\n> stará zpráva",
        "Jan Novák <jan@firma.cz> schrieb am Mo., 2. Nov. 2026\num 9:00 Uhr:\n\n> stará zpráva",
    ],
)
def test_quotes_and_signatures_are_told_from_own_text(header: str) -> None:
    """T-1: Czech, German and English quote headers, wrapped or not, plain quotes, signatures."""
    parts = split_quotes(f"{OWN}\n\n{header}\n")

    assert parts.own == OWN
    assert "stará zpráva" in parts.quoted


def test_text_without_a_quote_is_own() -> None:
    """T-1: a near miss - a sentence with `on` and `wrote` is no quote header."""
    text = "On Monday I wrote to you.\nPlease answer.\n- one\n- two"

    assert split_quotes(text).own == text


@pytest.mark.parametrize(
    "text",
    [
        "Dne 2. 11. 2026 Jan napsal:\n> otázka\n> druhá\n\n{}\n",
        "> otázka\n\n{}\n",
        "On 2 Nov 2026, Jan wrote:\n\n> Hello\n>\n> otázka\n\n{}\n\n> druhá\n",
    ],
)
def test_answers_below_a_quote_are_own(text: str) -> None:
    """T-1: an answer below marked quotes, or between two of them, is own text."""
    parts = split_quotes(text.format(OWN))

    assert parts.own == OWN
    assert "otázka" in parts.quoted


@pytest.mark.parametrize(
    "text",
    [
        "From: Prague\nwe go to Brno.\nTo: be done",
        "Od: pondělí bude zavřeno.",
        "Dne 2. 11. jsem napsal nabídku.",
        "----------\nContract:5",
        "a > b\nDate: tomorrow",
    ],
)
def test_text_that_resembles_a_header_block_is_own(text: str) -> None:
    """T-1: a near miss - one or two such words begin no quote."""
    assert split_quotes(text).own == text


@pytest.mark.parametrize(
    "quote",
    [
        "<blockquote><p>Contract:9</p></blockquote>",
        '<div class="gmail_quote"><div>Jan kirjoitti</div><p>Contract:9</p></div>',
        '<div id="appendonsend"></div><hr><p>Contract:9</p>',
        '<div id="divRplyFwdMsg"><b>Lähettäjä:</b> Jan</div><p>Contract:9</p>',
    ],
)
def test_html_quotes_are_quoted(quote: str) -> None:
    """T-1: what HTML marks as a quote is quoted text, whatever language its header has."""
    html = f"<div>My answer</div>{quote}"

    parts = split_quotes(html_to_text(html, []))

    assert parts.own == "My answer"
    assert "Contract:9" in parts.quoted
