"""MIME fields that are nearly right, and multiparts whose boundary never comes."""

from tests.kinds.row import PDF, Row, encoded, html, letter, parts, row, text

_FILE = "Content-Disposition: attachment; filename=a.pdf\n"
_PLAIN = "Content-Type: text/plain; charset=utf-8\n\nZakázka:123 text"


def _typed(kind: str, body: str, more: str = "") -> bytes:
    return letter(body, head=f"Content-Type: {kind}\n{more}")


_WHOLE = f"--b\n{_PLAIN}\n--b\nContent-Type: application/pdf; name=nabidka.pdf\n\n%PDF-1.4 hello\n--b--\n"
_MIXED = "multipart/mixed; boundary=b"


def _lost(body: str, kind: str = "alternative") -> bytes:
    return _typed(f'multipart/{kind}; boundary="aaaa"', body)


ROWS: list[Row] = [
    row(
        "html-without-semicolon",
        "as niax/rust-email 25",
        _typed("text/html charset=utf-8", "<style>p{}</style><p>Zakázka:&nbsp;123</p>"),
        text="Zakázka: 123",
        token="contract 123",
    ),
    row(
        "html-without-semicolon",
        "a comma instead",
        _typed("text/html, charset=utf-8", "<p>Dobrý den</p>"),
        text="Dobrý den",
    ),
    row(
        "html-without-semicolon",
        "capitals, a comment, an equals sign too many",
        _typed("TEXT/HTML (page); charset==utf-8", "<b>Číslo</b>"),
        text="Číslo",
    ),
    row(
        "html-without-semicolon",
        "the type in quotes, Latin 2",
        letter(
            "<p>Žluťoučký kůň</p>",
            head='Content-Type: "text/html"; charset=iso-8859-2\n',
            charset="iso8859-2",
        ),
        text="Žluťoučký kůň",
    ),
    row(
        "multipart-without-semicolon",
        "alternative",
        _typed(
            'multipart/alternative boundary="b"', f"--b\n{_PLAIN}\n--b\n{html('<p>x</p>')}\n--b--\n"
        ),
        text="Zakázka:123 text",
        files=[],
    ),
    row(
        "multipart-without-semicolon",
        "mixed, unquoted, with a file",
        _typed("multipart/mixed boundary=b", _WHOLE),
        text="Zakázka:123 text",
        files=["nabidka.pdf 14"],
    ),
    row(
        "multipart-without-semicolon",
        "folded, a comma",
        _typed('multipart/related,\n\tboundary="b"', f"--b\n{html('<p>Dobrý den</p>')}\n--b--\n"),
        text="Dobrý den",
        files=[],
    ),
    row(
        "attachment-without-semicolon",
        "the type",
        parts(
            "mixed",
            text("Dobrý den"),
            f'Content-Type: application/pdf name="a.pdf"\nContent-Transfer-Encoding: base64\n\n{PDF}',
        ),
        text="Dobrý den",
        files=["a.pdf 14"],
    ),
    row(
        "attachment-without-semicolon",
        "the disposition",
        parts(
            "mixed",
            text("Dobrý den"),
            "Content-Type: text/plain\nContent-Disposition: attachment filename=a.txt\n\nžádost",
        ),
        text="Dobrý den",
        files=["a.txt 8"],
    ),
    row(
        "attachment-without-semicolon",
        "a Word file, its type folded",
        parts(
            "mixed",
            text("Guten Tag"),
            "Content-Type: application/msword\n name=Angebot.doc\nContent-Transfer-Encoding: base64\n\n"
            f"{PDF}",
        ),
        text="Guten Tag",
        files=["Angebot.doc 14"],
    ),
    row(
        "encoding-in-quotes-attachment",
        "double quotes",
        parts(
            "mixed",
            text("x"),
            f'Content-Type: application/pdf\n{_FILE}Content-Transfer-Encoding: "base64"\n\n{PDF}',
        ),
        files=["a.pdf 14"],
    ),
    row(
        "encoding-in-quotes-attachment",
        "single quotes, capitals",
        parts(
            "mixed",
            text("x"),
            f"Content-Type: application/pdf\n{_FILE}Content-Transfer-Encoding: 'BASE64'\n\n{PDF}",
        ),
        files=["a.pdf 14"],
    ),
    row(
        "encoding-in-quotes-attachment",
        "a semicolon and a parameter",
        parts(
            "mixed",
            text("x"),
            f"Content-Type: application/pdf\n{_FILE}Content-Transfer-Encoding: base64; x=1\n\n{PDF}",
        ),
        files=["a.pdf 14"],
    ),
    row(
        "encoding-in-quotes-attachment",
        "quoted-printable in quotes",
        parts(
            "mixed",
            text("x"),
            f'Content-Type: text/csv\n{_FILE}Content-Transfer-Encoding: "quoted-printable"\n\n=41;=42',
        ),
        files=["a.pdf 3"],
    ),
    row(
        "encoding-with-comment-body",
        "a comment behind",
        _typed(
            "text/plain; charset=utf-8",
            "Zak=C3=A1zka:123\n",
            "Content-Transfer-Encoding: quoted-printable (generated)\n",
        ),
        text="Zakázka:123",
    ),
    row(
        "encoding-with-comment-body",
        "a comment before, base64",
        _typed(
            "text/plain; charset=utf-8",
            encoded("Objednávka:15"),
            "Content-Transfer-Encoding: (by gateway) base64\n",
        ),
        text="Objednávka:15",
    ),
    row(
        "encoding-with-comment-body",
        "HTML, a charset behind",
        _typed(
            "text/html; charset=utf-8",
            "<p>=C5=BD=C3=A1dost</p>",
            "Content-Transfer-Encoding: quoted-printable charset=utf-8\n",
        ),
        text="Žádost",
    ),
    row(
        "base64-around-a-whole-multipart",
        "as mail-mime-parser 202",
        _typed(_MIXED, encoded(_WHOLE), "Content-Transfer-Encoding: base64\n"),
        text="Zakázka:123 text",
        token="contract 123",
    ),
    row(
        "base64-around-a-whole-multipart",
        "quoted-printable around it",
        _typed(
            "multipart/alternative; boundary=q=b",
            "--q=3Db\nContent-Type: text/plain; charset=3Dutf-8\n\nZak=C3=A1zka:123\n--q=3Db--\n",
            "Content-Transfer-Encoding: quoted-printable\n",
        ),
        text="Zakázka:123",
    ),
    row(
        "base64-around-a-whole-multipart",
        "around an inner one",
        parts(
            "mixed",
            text("Dobrý den"),
            "Content-Type: multipart/alternative; boundary=c\nContent-Transfer-Encoding: base64\n\n"
            + encoded(f"--c\n{text('Contract:7')}\n--c--\n"),
        ),
        has=["Dobrý den", "Contract:7"],
    ),
    row(
        "base64-around-a-whole-multipart",
        "nothing that is one inside",
        _typed(_MIXED, encoded("jen text"), "Content-Transfer-Encoding: base64\n"),
        has=["jen text"],
    ),
    row(
        "text-lost-boundary",
        "another boundary",
        _lost(f"--bbbb\n{_PLAIN}\n--bbbb\n{html('<p>Zakázka:123 text</p>')}\n--bbbb--\n"),
        text="Zakázka:123 text",
        token="contract 123",
    ),
    row(
        "text-lost-boundary",
        "a file inside",
        _lost(_WHOLE.replace("--b", "--bbbb"), "mixed"),
        text="Zakázka:123 text",
        files=["nabidka.pdf 14"],
    ),
    row(
        "text-lost-boundary",
        "bare text, German",
        _lost("Guten Tag,\nContract:7\n"),
        text="Guten Tag,\nContract:7",
    ),
    row(
        "text-lost-boundary",
        "another letter case",
        _lost(f"--AAAA\n{_PLAIN}\n--AAAA--\n", "mixed"),
        text="Zakázka:123 text",
    ),
    row(
        "text-lost-boundary",
        "one dash too few",
        _lost(f"-aaaa\n{_PLAIN}\n-aaaa--\n", "mixed"),
        has=["Zakázka:123 text"],
    ),
    row(
        "file-of-an-unreadable-type",
        "`pdf`",
        parts(
            "mixed",
            text("Dobrý den"),
            "Content-Type: pdf\nContent-Transfer-Encoding: base64\n\n" + encoded(bytes(range(256))),
        ),
        text="Dobrý den",
        files=["attachment.bin 256"],
    ),
    row(
        "file-of-an-unreadable-type",
        "a type of blanks, a ZIP",
        parts(
            "mixed",
            text("Dzień dobry"),
            "Content-Type:   \nContent-Transfer-Encoding: base64\n\n"
            + encoded(b"PK\x03\x04" + bytes(60)),
        ),
        text="Dzień dobry",
        files=["attachment.bin 64"],
    ),
    row(
        "file-of-an-unreadable-type",
        "an encoded word, with a name",
        parts(
            "mixed",
            text("Jó napot"),
            'Content-Type: =?utf-8?Q?picture?=; name="a.jpg"\nContent-Transfer-Encoding: base64\n\n'
            + encoded(b"\xff\xd8\xff\xe0" + bytes(30)),
        ),
        text="Jó napot",
        files=["a.jpg 34"],
    ),
    row(
        "file-of-an-unreadable-type",
        "one that is text stays text",
        parts("mixed", "Content-Type: textový\n\nZakázka:123"),
        has=["Zakázka:123"],
    ),
]
