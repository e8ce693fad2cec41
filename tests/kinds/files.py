"""Which texts are the letter, and which are files."""

from tests.kinds.letters import PDF_PART, inner
from tests.kinds.row import Row, html, letter, parts, row, text

_NAMED = 'Content-Type: text/{kind}; charset=utf-8; name="{name}"\n{more}\n{body}'


def _named(kind: str, name: str, body: str, more: str = "") -> str:
    return _NAMED.format(kind=kind, name=name, body=body, more=more)


def _form(kind: str, body: str) -> str:
    return f"Content-Type: {kind}; charset=utf-8\n\n{body}"


ROWS: list[Row] = [
    row(
        "body-with-file-name",
        "plain",
        letter("Zakázka:123\n", head='Content-Type: text/plain; name="zprava.txt"\n'),
        text="Zakázka:123",
        files=[],
    ),
    row(
        "body-with-file-name",
        "HTML, inline",
        letter(
            "<p>Zakázka:123</p>",
            head='Content-Type: text/html; name="mail.htm"; charset=utf-8\nContent-Disposition: inline; filename="mail.htm"\n',
        ),
        text="Zakázka:123",
        files=[],
    ),
    row(
        "body-with-file-name",
        "of a scanner, beside its file",
        parts("mixed", _named("plain", "body.txt", "Sken z kopírky"), PDF_PART),
        text="Sken z kopírky",
        files=["nabidka.pdf 14"],
    ),
    row(
        "body-with-file-name",
        "a named one beside an unnamed is a file",
        parts("mixed", text("Dobrý den"), _named("plain", "log.txt", "Zakázka:7")),
        text="Dobrý den",
        files=["log.txt 10"],
    ),
    row(
        "body-with-file-name",
        "an only text that is sent as a file",
        letter(
            "Zakázka:7\n",
            head="Content-Type: text/plain; charset=utf-8\nContent-Disposition: attachment; filename=a.txt\n",
        ),
        text="",
        files=["a.txt 11"],
    ),
    row(
        "alternative-with-file-names",
        "both",
        parts(
            "alternative",
            _named("plain", "part1.txt", "Zakázka:123"),
            _named("html", "part2.html", "<p>Zakázka:123</p>"),
        ),
        text="Zakázka:123",
        files=[],
    ),
    row(
        "alternative-with-file-names",
        "the HTML alone, Polish",
        parts("alternative", text("Zamówienie"), _named("html", "treść.html", "<p>Zamówienie</p>")),
        text="Zamówienie",
        files=[],
    ),
    row(
        "alternative-with-file-names",
        "inside mixed, with a file",
        parts(
            "mixed",
            inner(
                "alternative",
                _named("plain", "ATT001.txt", "Dobrý den"),
                _named("html", "ATT002.htm", "<p>Dobrý den</p>"),
            ),
            PDF_PART,
        ),
        text="Dobrý den",
        files=["nabidka.pdf 14"],
    ),
    row(
        "amp-part-as-attachment",
        "Gmail",
        parts(
            "alternative",
            text("Dobrý den"),
            _form("text/x-amp-html", "<html amp4email>x"),
            html("<p>Dobrý den</p>"),
        ),
        text="Dobrý den",
        files=[],
    ),
    row(
        "amp-part-as-attachment",
        "Apple's watch, enriched",
        parts(
            "alternative",
            text("Hello"),
            _form("text/watch-html", "<p>Hello</p>"),
            _form("text/enriched", "<bold>Hello</bold>"),
            html("<p>Hello</p>"),
        ),
        text="Hello",
        files=[],
    ),
    row(
        "amp-part-as-attachment",
        "rich text, inside mixed",
        parts(
            "mixed",
            inner("alternative", text("Ahoj"), _form("text/rtf", "{\\rtf1 Ahoj}")),
            PDF_PART,
        ),
        text="Ahoj",
        files=["nabidka.pdf 14"],
    ),
    row(
        "amp-part-as-attachment",
        "Markdown beside HTML only",
        parts("alternative", _form("text/markdown", "# Ahoj"), html("<h1>Ahoj</h1>")),
        text="Ahoj",
        files=[],
    ),
    row(
        "amp-part-as-attachment",
        "a file with a name stays",
        parts("alternative", text("Ahoj"), PDF_PART),
        files=["nabidka.pdf 14"],
    ),
]
