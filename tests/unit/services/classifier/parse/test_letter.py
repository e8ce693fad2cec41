"""Which part of a mail is its letter, and which are files."""

import base64

import pytest

from services.classifier.parse.mail import parse_mail
from services.classifier.parse.parsed_mail import ParsedMail

PDF = b"%PDF-1.4\n\x00\x01binary\n"
NOTICE = "Váš e-mailový klient nepodporuje HTML. / This message is in HTML format."


def the_mail(*parts: str, kind: str = "mixed") -> ParsedMail:
    """A parsed mail of these parts."""
    inside = "".join(f"--x\n{part}\n" for part in parts)
    head = f"From: a@b.cz\nContent-Type: multipart/{kind}; boundary=x\n\n"
    return parse_mail(f"{head}{inside}--x--\n".encode(), "key")


def plain(text: str, more: str = "") -> str:
    """A plain part; `more` goes behind its type."""
    return f"Content-Type: text/plain; charset=utf-8{more}\n\n{text}"


def page(html: str, more: str = "") -> str:
    """An HTML part."""
    return f"Content-Type: text/html; charset=utf-8{more}\n\n{html}"


def inner(kind: str, *parts: str) -> str:
    """A multipart inside."""
    inside = "".join(f"--y\n{part}\n" for part in parts)
    return f"Content-Type: multipart/{kind}; boundary=y\n\n{inside}--y--"


def names(mail: ParsedMail) -> list[str]:
    """Names of the files."""
    return [file.name for file in mail.attachments]


@pytest.mark.parametrize(
    "part",
    [
        plain("Zakázka:123 text", '; name="zprava.txt"'),
        plain("Zakázka:123 text").replace("\n\n", "\nContent-Disposition: inline; filename=a\n\n"),
        page("<p>Zakázka:123 text</p>", "; name=body.html"),
    ],
)
def test_the_only_text_is_the_letter_whatever_its_name(part: str) -> None:
    """A-3: old programs, scanners and forms name all that they send."""
    alone = parse_mail(f"From: a@b.cz\n{part}".encode(), "key")
    with_file = the_mail(part, "Content-Type: application/pdf; name=a.pdf\n\nx")

    assert (alone.text.strip(), names(alone)) == ("Zakázka:123 text", [])
    assert (with_file.text.strip(), names(with_file)) == ("Zakázka:123 text", ["a.pdf"])


def test_a_named_text_beside_a_letter_is_a_file() -> None:
    """A-4: also where it comes first, and where it is shown inline."""
    file = plain("Zakázka:7", '; name="log.txt"').replace(
        "\n\n", "\nContent-Disposition: inline; filename=log.txt\n\n", 1
    )
    for parts in ((plain("Letter"), file), (file, plain("Letter"))):
        mail = the_mail(*parts)

        assert (mail.text.strip(), names(mail)) == ("Letter", ["log.txt"])


def test_a_text_sent_as_a_file_alone_stays_a_file() -> None:
    """A-4: `attachment` is the sender's own word."""
    mail = the_mail(plain("x").replace("\n\n", "\nContent-Disposition: attachment\n\n", 1))

    assert (mail.text, names(mail)) == ("", ["text.txt"])


def test_forms_of_an_alternative_are_the_letter_whatever_their_names() -> None:
    """A-3: gateways name both forms of one text."""
    mail = the_mail(
        plain("Zakázka:123 text", "; name=part1.txt"),
        page("<p>Zakázka:123 text</p>", "; name=part2.html"),
        kind="alternative",
    )

    assert (mail.text.strip(), names(mail)) == ("Zakázka:123 text", [])


@pytest.mark.parametrize("blank", ["\ufffc", " \n\xa0\n", "--", "* * *", "\u200b"])
def test_a_plain_form_without_a_letter_is_blank(blank: str) -> None:
    """A-3: Apple Mail writes U+FFFC for a picture; others draw lines."""
    mail = the_mail(plain(blank), page("<p>Zakázka:123</p>"), kind="alternative")

    assert mail.text == "Zakázka:123"


def test_signs_alone_are_a_text_where_nothing_else_says_it() -> None:
    """A-3: without HTML beside it nothing is thrown away."""
    assert the_mail(plain("👍"), kind="alternative").text.strip() == "👍"
    assert parse_mail("Content-Type: text/plain; charset=utf-8\n\n+1 👍".encode(), "k").text


@pytest.mark.parametrize(
    ("notice", "html"),
    [
        (NOTICE, "<p>Dobrý den, potvrzujeme Zakázka:123</p>"),
        ("To view this message: https://news.example/x", "<p>Oferta dla firmy</p>"),
        ("Bitte im Browser anzeigen", "<p>Unsere neuen Pumpen</p>"),
    ],
)
def test_a_plain_form_that_only_excuses_itself_is_no_letter(notice: str, html: str) -> None:
    """A-3: what the recipient sees is the HTML."""
    mail = the_mail(plain(notice), page(html), kind="alternative")

    assert mail.text == html[3:-4]
    assert mail.text_is_html


def test_a_letter_about_html_is_a_letter() -> None:
    """A-3: near miss - the words of the plain form are those of the HTML."""
    text = "The HTML view of our client is broken in my browser."
    mail = the_mail(plain(text), page(f"<p>{text}</p>"), kind="alternative")

    assert (mail.text.strip(), mail.text_is_html) == (text, False)


def test_html_behind_a_file_is_read_where_the_plain_form_lacks_it() -> None:
    """A-3: Apple Mail cuts the HTML at a file; the plain form may end there."""
    pieces = (
        page("<p>První část dopisu</p>"),
        "Content-Type: application/pdf; name=a.pdf\n\nx",
        page("<p>Zakázka: 123 druhá</p>"),
    )
    short = the_mail(plain("První část dopisu"), inner("mixed", *pieces), kind="alternative")
    whole = the_mail(
        plain("První část dopisu\n\nZakázka: 123 druhá"),
        inner("mixed", *pieces),
        kind="alternative",
    )

    assert short.text.split() == "První část dopisu Zakázka: 123 druhá".split()
    assert whole.text.split() == "První část dopisu Zakázka: 123 druhá".split()
    assert names(short) == names(whole) == ["a.pdf"]


@pytest.mark.parametrize("kind", ["text/x-amp-html", "text/watch-html", "text/enriched"])
def test_another_form_of_the_letter_is_no_file(kind: str) -> None:
    """A-4: a form of an alternative that nobody reads says the same once more."""
    mail = the_mail(
        plain("Letter"), f"Content-Type: {kind}\n\n<x>", page("<p>Letter</p>"), kind="alternative"
    )

    assert names(mail) == []


def test_a_form_is_kept_as_a_file_where_no_form_is_read() -> None:
    """A-4: what cannot be read is a file, never nothing; so is what has a name, or is no text."""
    alone = the_mail("Content-Type: text/enriched\n\n<bold>x</bold>", kind="alternative")
    named = the_mail(
        plain("Letter"),
        "Content-Type: text/csv; name=a.csv\n\na;b",
        "Content-Type: application/pdf\n\nx",
        kind="alternative",
    )

    assert len(alone.attachments) == 1
    assert names(named) == ["a.csv", "attachment.pdf"]


@pytest.mark.parametrize(
    "head",
    [
        "",
        "Content-Type: pdf",
        "Content-Type: =?utf-8?Q?application?=",
        "Content-Type: text/plain",
        "Content-Type: text/plain; charset=utf-8",
    ],
)
def test_binary_behind_base64_is_a_file_whatever_its_type(head: str) -> None:
    """A-4: without a type a part is plain text (RFC 2045 section 5.2), but no text is binary."""
    encoded = base64.b64encode(PDF * 20).decode()
    fields = f"{head}\n".lstrip("\n") + "Content-Transfer-Encoding: base64"
    mail = the_mail(plain("Dobry den"), f"{fields}\n\n{encoded}")

    assert (mail.text.strip(), [file.size for file in mail.attachments]) == (
        "Dobry den",
        [len(PDF * 20)],
    )


@pytest.mark.parametrize("head", ["Content-Type: utf-8", "Content-Type: ???"])
def test_text_of_an_unreadable_type_is_text(head: str) -> None:
    """A-3: also inside a multipart; and text behind base64 stays text."""
    encoded = base64.b64encode("Zakázka:123".encode()).decode()
    base64_text = f"{plain('')}".replace("\n\n", "\nContent-Transfer-Encoding: base64\n\n")

    assert the_mail(f"{head}\n\nContract:123").text.strip() == "Contract:123"
    assert the_mail(base64_text + encoded).text.strip() == "Zakázka:123"
