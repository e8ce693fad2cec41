"""Which part is the text; what HTML shows as lines; what it hides."""

from tests.kinds.row import PDF, Row, encoded, html, letter, parts, row, text

PDF_PART = (
    f"Content-Type: application/pdf; name=nabidka.pdf\nContent-Transfer-Encoding: base64\n\n{PDF}"
)


def inner(kind: str, *pieces: str) -> str:
    """A piece that is a multipart itself."""
    body = "".join(f"--c\n{piece}\n" for piece in pieces)
    return f"Content-Type: multipart/{kind}; boundary=c\n\n{body}--c--"


def _pair(plain: str, hypertext: str) -> bytes:
    return parts("alternative", text(plain), html(hypertext))


FOOTER = "_______________________________________________\nobchod mailing list\nhttps://lists.firma.cz/x\n"
_BASE64 = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n"
_ORDER = "Dobrý den, Zakázka:123 prosím vyřídit, děkuji"

ROWS: list[Row] = [
    row(
        "apple-object-character",
        "alone",
        parts(
            "alternative",
            text("\ufffc\n"),
            inner("mixed", PDF_PART, html("<p>Zakázka:&nbsp;123</p>")),
        ),
        text="Zakázka: 123",
        files=["nabidka.pdf 14"],
    ),
    row(
        "apple-object-character",
        "two and blanks",
        _pair("\ufffc \n\ufffc\n", "<p>Žádost</p>"),
        text="Žádost",
    ),
    row(
        "apple-object-character",
        "no-break spaces alone",
        _pair("\xa0\n \xa0\n", "<p>Kérés</p>"),
        text="Kérés",
    ),
    row(
        "apple-object-character",
        "dots and lines alone",
        _pair("-----\n...\n", "<p>Anfrage</p>"),
        text="Anfrage",
    ),
    row(
        "apple-second-html",
        "Apple Mail",
        parts(
            "alternative",
            text("První"),
            inner("mixed", html("<p>První</p>"), PDF_PART, html("<p>Zakázka: 123 druhá</p>")),
        ),
        has=["První", "Zakázka: 123 druhá"],
        files=["nabidka.pdf 14"],
    ),
    row(
        "apple-second-html",
        "a picture between, German",
        parts(
            "alternative",
            text("Guten Tag"),
            inner(
                "mixed",
                html("<p>Guten Tag</p>"),
                "Content-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=",
                html("<p>Contract:7 dringend</p>"),
            ),
        ),
        has=["Guten Tag", "Contract:7 dringend"],
    ),
    row(
        "apple-second-html",
        "plain says all",
        parts(
            "alternative",
            text("První\nDruhá část"),
            inner("mixed", html("<p>První</p>"), PDF_PART, html("<p>Druhá část</p>")),
        ),
        text="První\nDruhá část",
    ),
    row(
        "plain-part-is-a-notice",
        "Czech and English",
        _pair(
            "Váš e-mailový klient nepodporuje HTML. / This message is in HTML format.",
            "<p>Dobrý den</p><p>Zakázka:123</p>",
        ),
        token="contract 123",
        lacks=["nepodporuje"],
    ),
    row(
        "plain-part-is-a-notice",
        "Polish",
        _pair(
            "Twój program pocztowy nie wyświetla HTML.", "<p>Zamówienie przyjęte, Contract:123</p>"
        ),
        token="contract 123",
    ),
    row(
        "plain-part-is-a-notice",
        "German, with a link",
        _pair(
            "Wird diese Nachricht nicht richtig angezeigt? https://x.example/1",
            "<p>Ihre Bestellung Contract:123 ist unterwegs</p>",
        ),
        token="contract 123",
    ),
    row(
        "plain-part-is-a-notice",
        "Hungarian",
        _pair(
            "Az Ön levelezőprogramja nem jeleníti meg a HTML formátumú üzeneteket.",
            "<p>Rendelés: Contract:123, köszönjük szépen</p>",
        ),
        token="contract 123",
    ),
    row(
        "plain-part-is-a-notice",
        "Slovak, without the word HTML",
        _pair(
            "Ak sa vám správa nezobrazuje správne, otvorte si ju v prehliadači.",
            "<p>Objednávka Contract:123 bola prijatá</p>",
        ),
        token="contract 123",
    ),
    row(
        "plain-part-is-a-notice",
        "a letter about HTML stays",
        _pair(
            "Pošlete nám prosím HTML stránky, Zakázka:123.",
            "<p>Pošlete nám prosím HTML stránky, Zakázka:123.</p>",
        ),
        text="Pošlete nám prosím HTML stránky, Zakázka:123.",
    ),
    row(
        "base64-with-list-footer",
        "not padded",
        letter(f"{encoded(_ORDER).rstrip('=')}\n\n{FOOTER}", head=_BASE64),
        has=[_ORDER],
        token="contract 123",
        lacks=["\ufffd"],
    ),
    row(
        "base64-with-list-footer",
        "padded, a disclaimer in Polish",
        letter(
            f"{encoded('Dzień dobry, Contract:123.')}\nTa wiadomość jest poufna.\n", head=_BASE64
        ),
        has=["Dzień dobry, Contract:123."],
        lacks=["\ufffd"],
    ),
    row(
        "base64-with-list-footer",
        "HTML, a scanner's note",
        letter(
            f"{encoded('<p>Žluťoučký kůň</p>')}\n-- \nScanned by Antivirus 2026\n",
            head=_BASE64.replace("plain", "html"),
        ),
        has=["Žluťoučký kůň"],
        lacks=["\ufffd"],
    ),
    row(
        "base64-with-list-footer",
        "windows-1250",
        letter(
            f"{encoded('Šroub ' * 20, 'cp1250')}\n\n{FOOTER}",
            head=_BASE64.replace("utf-8", "windows-1250"),
        ),
        has=["Šroub Šroub"],
        lacks=["\ufffd"],
    ),
]
