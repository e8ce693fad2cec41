"""Headers of quotations in other languages and programs, and own forms that are none."""

from tests.kinds.row import Row, letter, page, row

JAN = "Jan Novák <jan.novak@firma.cz>"
_OWN = "Platí pro Contract:123."


def _answer(header: str, quoted: str = "Dobrý den,\nZakázka:7\nJan", own: str = _OWN) -> bytes:
    return letter(
        f"{own}\n\n{header}\n{quoted}\n", subject="Re: Nabídka", head="In-Reply-To: <z@firma.cz>\n"
    )


def _quote(of: str, shows: str, header: str) -> Row:
    return row(of, shows, _answer(header), own=_OWN, token="contract 123")


def _page(of: str, shows: str, hypertext: str) -> Row:
    return row(
        of,
        shows,
        page(f"<p>{_OWN}</p>{hypertext}", subject="Re: x"),
        own=_OWN,
        token="contract 123",
    )


def _private(of: str, shows: str, header: str, quoted: str = "Zakázka:7\n") -> Row:
    raw = letter(
        f"Posílám k Zakázka:123 Documentation p-\n\n{header}\n{quoted}",
        sender="jan.novak@firma.cz",
        to="petr.svoboda@acme.example, crm@firma.cz",
        subject="Re: Nabídka",
    )
    return row(of, shows, raw, type="Documentation", roles=0, token="contract 123")


def _form(shows: str, body: str, subject: str = "Objednavka") -> Row:
    return row("own-form-taken-for-a-quote", shows, letter(body + "\n", subject=subject), own=body)


ROWS: list[Row] = [
    _quote(
        "quote-czech-yahoo", "Yahoo", f"V pátek 6. listopadu 2026 10:15:00 SEČ, {JAN} napsal(a):\n"
    ),
    _quote(
        "quote-czech-yahoo",
        "Yahoo, wrapped before the name",
        f"V pondělí 2. listopadu 2026 10:15:00 SEČ,\n{JAN} napsal(a):\n",
    ),
    _quote(
        "quote-czech-yahoo",
        "Yahoo, Slovak",
        f"V piatok 6. novembra 2026 o 10:15:00 CET, používateľ {JAN} napísal:\n",
    ),
    _quote(
        "quote-czech-yahoo",
        "Yahoo, German",
        f"Am Freitag, 6. November 2026 um 10:15:00 MEZ hat {JAN} Folgendes geschrieben:\n",
    ),
    _page(
        "quote-czech-yahoo",
        "Yahoo's element",
        '<div id="yahoo_quoted_1" class="yahoo_quoted"><div>V pátek napsal(a):</div><p>Zakázka:7</p></div>',
    ),
    _quote("quote-polish", "Thunderbird", "W dniu 6.11.2026 o 10:15, Jan Novák pisze:"),
    _quote("quote-polish", "Gmail", f"pt., 6 lis 2026 o 10:15 {JAN} napisał(a):\n"),
    _quote(
        "quote-polish",
        "Apple",
        f"Wiadomość napisana przez {JAN} w dniu 6 lis 2026, o godz. 10:15:\n",
    ),
    _quote(
        "quote-polish",
        "o2 and onet",
        "Dnia 6 listopada 2026 10:15 Jan Novák &lt;jan.novak@firma.cz&gt; napisał(a):\n".replace(
            "&lt;", "<"
        ).replace("&gt;", ">"),
    ),
    _quote(
        "quote-polish",
        "Outlook",
        f"Od: {JAN}\nWysłano: piątek, 6 listopada 2026 10:15\nDo: Petr\nTemat: Oferta\n",
    ),
    _quote("quote-slovak-apple", "Apple", f"6. 11. 2026 o 10:15, {JAN}:\n"),
    _quote(
        "quote-slovak-apple",
        "iOS, with a verb",
        f"Dňa 6. 11. 2026 o 10:15 používateľ {JAN} napísal:\n",
    ),
    _quote("quote-slovak-apple", "Apple, Czech", f"6. 11. 2026 v 10:15, {JAN}:\n"),
    _quote(
        "quote-slovak-apple",
        "Apple, Hungarian",
        f"{JAN} írta (2026. nov. 6. dátummal, 10:15 időpontban):\n",
    ),
    _quote(
        "quote-slovak-apple",
        "Apple, German, wrapped",
        "Am 06.11.2026 um 10:15 schrieb Jan Novák\n<jan.novak@firma.cz>:\n",
    ),
    _quote("quote-slovak-gmail", "Gmail", f"pi 6. 11. 2026 o 10:15 {JAN} napísal(a):\n"),
    row(
        "quote-slovak-gmail",
        "Gmail, marked, an answer below",
        _answer(f"pi 6. 11. 2026 o 10:15 {JAN} napísal(a):\n", "> Dobrý den,\n> Zakázka:7\n\nPetr"),
        own=f"{_OWN}\n\nPetr",
    ),
    _quote(
        "quote-slovak-gmail", "Gmail, Croatian", f"pet, 6. stu 2026. u 10:15 {JAN} napisao je:\n"
    ),
    _quote(
        "quote-slovak-gmail", "Gmail, Romanian", f"vin., 6 nov. 2026 la 10:15, {JAN} a scris:\n"
    ),
    _page(
        "quote-slovak-gmail",
        "Gmail's element",
        f'<div class="gmail_quote"><div class="gmail_attr">pi 6. 11. 2026 o 10:15 {JAN.replace("<", "&lt;")} napísal(a):</div><blockquote>Zakázka:7</blockquote></div>',
    ),
    _quote("quote-slovak-token", "Gmail", f"ut 3. 11. 2026 o 10:15 {JAN} napísal(a):\n"),
    _quote("quote-slovak-token", "a separator", "-----Pôvodná správa-----\nOd: Jan\n"),
    _quote(
        "quote-slovak-token",
        "Outlook mobile",
        f"________________________________\nOd: {JAN}\nOdoslané: piatok 6. novembra 2026 10:15\nKomu: Petr\nPredmet: Ponuka\n",
    ),
    _quote("quote-slovak-token", "Czech, without a date", f"{JAN} napsal(a):\n"),
    _quote(
        "quote-slovak-token",
        "Thunderbird, Slovenian",
        f"Oseba {JAN} je dne 6. 11. 2026 ob 10:15 napisala:\n",
    ),
    _quote("quote-slovak-token", "Bulgarian", f"На пт, 6.11.2026 г. в 10:15 {JAN} написа:\n"),
    _quote(
        "quote-slovak-token", "Turkish", f"{JAN}, 6 Kas 2026 Cum, 10:15 tarihinde şunu yazdı:\n"
    ),
    _private(
        "quote-slovak-outgoing-private",
        "the date behind",
        "Petr Svoboda <petr.svoboda@acme.example> napísal(a) 6. 11. 2026 o 10:15:\n",
    ),
    _private(
        "quote-slovak-outgoing-private",
        "an Outlook block without addresses",
        "Od: Petr Svoboda\nOdesláno: pátek 6. listopadu 2026 10:15\nKomu: Jan Novák\nPředmět: Nabídka\n",
    ),
    _private(
        "quote-slovak-outgoing-private",
        "German, the date behind",
        "Petr Svoboda <petr.svoboda@acme.example> schrieb am Fr., 6. Nov. 2026, 10:15:\n",
    ),
    _private(
        "quote-slovak-outgoing-private",
        "marked, without a header",
        "",
        "> Zakázka:7\n> Dobrý den\n",
    ),
    _form(
        "Czech",
        "Původní objednávka (Zakázka:7) je hotová, posíláme novou:\n\nOd: ACME s.r.o.\nKomu: Firma a.s.\nPředmět: oprava lisu\nZakázka:123",
    ),
    _form("German", "Neue Bestellung:\n\nVon: ACME GmbH\nAn: Firma\nBetreff: Pumpe\nContract:123"),
    _form(
        "a transport, Polish",
        "Zlecenie transportu\nOd: Gdańsk\nDo: Brno\nTemat: 2 palety\nContract:123",
    ),
    _form(
        "a web form",
        "Nová zpráva z formuláře:\nJméno: Petr\nE-mail: petr@acme.example\nPředmět: lis\nZpráva: Zakázka:123",
    ),
    _form(
        "a trip with its dates",
        "Cesta\nOd: Praha\nDo: Ostrava\nDatum odjezdu: 6. 11. 2026\nÚčel: Zakázka:123",
    ),
]
