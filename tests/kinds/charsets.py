"""Bytes that are not in the charset they are said to be in."""

from tests.kinds.row import Row, encoded, letter, row

BARE = "Content-Type: text/plain\n"
CP1250 = "Content-Type: text/plain; charset=windows-1250\n"
LATIN2 = "Content-Type: text/plain; charset=iso-8859-2\n"
_LETTER = "Dobrý den, Zakázka:123 prosím vyřídit. Děkuji Jiří"
_POLISH = "Dzień dobry, proszę o wycenę łożysk, Contract:123. Dziękuję"
_JAPANESE = "こんにちは、テストです。"


ROWS: list[Row] = [
    row(
        "utf8-with-one-bad-byte",
        "0xFF at the end",
        letter(f"{_LETTER} \udcff\n"),
        has=[_LETTER],
        token="contract 123",
    ),
    row(
        "utf8-with-one-bad-byte",
        "a cut character, Polish",
        letter(f"{_POLISH} \udcc5\n"),
        has=[_POLISH],
    ),
    row(
        "utf8-with-one-bad-byte",
        "a no-break space of Windows, HTML",
        letter("<p>Žluťoučký kůň\udca0úpěl</p>", head="Content-Type: text/html; charset=utf-8\n"),
        has=["Žluťoučký kůň", "úpěl"],
    ),
    row(
        "utf8-with-one-bad-byte",
        "no charset declared",
        letter(f"{_LETTER} \udcfe\n", head=BARE),
        has=[_LETTER],
    ),
    row(
        "utf8-with-one-bad-byte",
        "a footer in windows-1250",
        letter(
            f"{_LETTER}\n"
            + "Zpráva byla prověřena, příští týden\n".encode("cp1250").decode(
                "utf-8", "surrogateescape"
            )
        ),
        has=[_LETTER, "Zpráva byla prověřena, příští týden"],
    ),
    row(
        "subject-raw-windows-1250",
        "beside its body's charset",
        letter(
            "Dobrý den\n", subject="Příležitost:9 čerpadlo šroub", head=CP1250, charset="cp1250"
        ),
        subject="Příležitost:9 čerpadlo šroub",
        token="opportunity 9",
    ),
    row(
        "subject-raw-windows-1250",
        "Polish, no charset anywhere",
        letter("x\n", subject="Zamówienie na łożyska", head=BARE, charset="cp1250"),
        subject="Zamówienie na łożyska",
    ),
    row(
        "subject-raw-windows-1250",
        "ISO 8859-2 beside such a body",
        letter("Žádost\n", subject="Šroubení, ložiska a ťažítka", head=LATIN2, charset="iso8859-2"),
        subject="Šroubení, ložiska a ťažítka",
    ),
    row(
        "subject-raw-windows-1250",
        "Hungarian",
        letter("x\n", subject="Árajánlat kérése, gép és fűrész", head=BARE, charset="cp1250"),
        subject="Árajánlat kérése, gép és fűrész",
    ),
    row(
        "subject-raw-windows-1250",
        "German in windows-1252",
        letter("x\n", subject="Überprüfung der Größe", head=BARE, charset="cp1252"),
        subject="Überprüfung der Größe",
    ),
    row(
        "subject-raw-windows-1250",
        "Slovak, in a display name",
        letter(
            "x\n", sender="Ľubomír Ťažký <petr.svoboda@acme.example>", head=BARE, charset="cp1250"
        ),
        name="Ľubomír Ťažký",
    ),
    row(
        "latin2-declared-windows-1250-sent",
        "Czech",
        letter("Dobrý den, pošlete mi žlutý šroub, ťažítko\n", head=LATIN2, charset="cp1250"),
        text="Dobrý den, pošlete mi žlutý šroub, ťažítko",
    ),
    row(
        "latin2-declared-windows-1250-sent",
        "an encoded subject",
        letter("x\n", subject="=?iso-8859-2?B?" + encoded("Šťastný žralok", "cp1250") + "?="),
        subject="Šťastný žralok",
    ),
    row(
        "latin2-declared-windows-1250-sent",
        "Polish, in quoted-printable",
        letter(
            "Pi=9C w=B3a=9Cciwie =9F\n",
            head=LATIN2 + "Content-Transfer-Encoding: quoted-printable\n",
        ),
        text="Piś właściwie ź",
    ),
    row(
        "latin2-declared-windows-1250-sent",
        "a dash and quotes of Windows alone",
        letter("Cena – „sleva“\n", head=LATIN2, charset="cp1250"),
        text="Cena – „sleva“",
    ),
    row(
        "latin2-declared-windows-1250-sent",
        "Latin 1 declared, 1252 sent",
        letter(
            "Größe – „klein“ 5 €\n",
            head="Content-Type: text/plain; charset=iso-8859-1\n",
            charset="cp1252",
        ),
        text="Größe – „klein“ 5 €",
    ),
    row(
        "latin2-declared-windows-1250-sent",
        "what is Latin 2 stays",
        letter("šroub, žlutý, ťažký\n", head=LATIN2, charset="iso8859-2"),
        text="šroub, žlutý, ťažký",
    ),
    row(
        "japanese-without-charset",
        "the body",
        letter(_JAPANESE, head=BARE, charset="iso2022_jp"),
        text=_JAPANESE,
    ),
    row(
        "japanese-without-charset",
        "a raw subject",
        letter("x\n", subject=_JAPANESE, head=BARE, charset="iso2022_jp"),
        subject=_JAPANESE,
    ),
    row(
        "japanese-without-charset",
        "us-ascii declared, HTML",
        letter(
            f"<p>{_JAPANESE}</p>",
            head="Content-Type: text/html; charset=us-ascii\n",
            charset="iso2022_jp",
        ),
        text=_JAPANESE,
    ),
    row(
        "japanese-without-charset",
        "Korean",
        letter("안녕하세요, 테스트입니다", head=BARE, charset="iso2022_kr"),
        text="안녕하세요, 테스트입니다",
    ),
    row(
        "new-task-raw-windows-1250",
        "forwarded",
        letter(
            "Prosím vyřídit\n",
            sender="jan.novak@firma.cz",
            to="eva.dvorakova@firma.cz",
            subject="Přeposláno: Nový úkol: oprava žerďky",
            head=CP1250,
            charset="cp1250",
        ),
        tasks=["oprava žerďky"],
    ),
    row(
        "new-task-raw-windows-1250",
        "ISO 8859-2, no charset",
        letter(
            "x\n",
            sender="jan.novak@firma.cz",
            to="eva.dvorakova@firma.cz",
            subject="Nový úkol: příští týden šroubení",
            head=BARE,
            charset="iso8859-2",
        ),
        tasks=["příští týden šroubení"],
    ),
    row(
        "new-task-raw-windows-1250",
        "Slovak, one letter beyond ASCII",
        letter(
            "x\n",
            sender="jan.novak@firma.cz",
            to="eva.dvorakova@firma.cz",
            subject="Nová úloha: oprava",
            head=BARE,
            charset="cp1250",
        ),
        tasks=["oprava"],
    ),
    row(
        "new-task-raw-windows-1250",
        "raw UTF-8",
        letter(
            "x\n",
            sender="jan.novak@firma.cz",
            to="eva.dvorakova@firma.cz",
            subject="Nový úkol: žerďka",
        ),
        tasks=["žerďka"],
    ),
]
