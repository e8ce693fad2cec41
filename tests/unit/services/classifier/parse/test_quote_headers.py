"""Quote headers by structure: languages and programs, before marked and unmarked quotes."""

# ruff: noqa: RUF001 - Cyrillic letters are the point

import time

import pytest

from services.classifier.parse.quotes import split_quotes

OWN = "Souhlasím s nabídkou.\nContract:5"
PETR = "Petr Svoboda <petr@acme.example>"

SURE = [
    # Czech
    f"út 3. 11. 2026 v 10:15 odesílatel {PETR} napsal:",
    'Dne 3. 11. 2026 10:15 napsal uživatel "Petr" <petr@acme.example>:',
    f"V úterý 3. listopadu 2026 10:15:00 SEČ, {PETR} napsal(a):",
    f"Dne úterý 3. listopadu 2026 10:15:00 SEČ, uživatel {PETR} napsal:",
    f"3. listopadu 2026 10:15 {PETR} napsal(a):",
    f"{PETR} napsal(a):",
    "Dne 3. 11. 2026 v 10:15 Petr Svoboda napsal(a):",
    "Dne 03.11.2026 10:15, Petr Svoboda napsala:",
    f"Cituji {PETR}:",
    # Slovak
    f"ut 3. 11. 2026 o 10:15 {PETR} napísal(a):",
    f"6. 11. 2026 o 10:15, {PETR}:",
    f"Dňa 3. 11. 2026 o 10:15 {PETR} napísal(a):",
    "Dňa 03.11.2026 o 10:15 Petr Svoboda napísal:",
    # Polish
    f"wt., 3 lis 2026 o 10:15 {PETR} napisał(a):",
    "W dniu 3.11.2026 o 10:15, Petr Svoboda pisze:",
    f"Dnia 3 listopada 2026 10:15 {PETR} napisał(a):",
    # German
    f"Am 03.11.2026 um 10:15 schrieb {PETR}:",
    "Am 03.11.26 um 10:15 schrieb Petr Svoboda:",
    f"{PETR} schrieb:",
    f"{PETR} schrieb am Di., 3. Nov. 2026, 10:15:",
    f"Zitat von {PETR}:",
    # English
    f"On Tue, Nov 3, 2026 at 10:15 AM {PETR} wrote:",
    f"On Tuesday, November 03, 2026 10:15 CET, {PETR} wrote:",
    "At 10:15 03/11/2026, you wrote:",
    "Tuesday, November 3, 2026, 10:15:00 AM, you wrote:",
    f"Quoting {PETR}:",
    f"{PETR} wrote:",
    "On 3 Nov 2026, Petr Svoboda said:",
    # Hungarian
    f"{PETR} ezt írta (időpont: 2026. nov. 3., K, 10:15):",
    "2026. 11. 03. 10:15 keltezéssel, Petr Svoboda írta:",
    # French, Spanish, Italian, Portuguese, Dutch, Romanian
    f"Le mar. 3 nov. 2026 à 10:15, {PETR} a écrit :",
    "Le 03/11/2026 à 10:15, Petr Svoboda a écrit\xa0:",
    "El mar, 3 nov 2026 a las 10:15, Petr Svoboda (<petr@acme.example>) escribió:",
    f"Il giorno mar 3 nov 2026 alle ore 10:15 {PETR} ha scritto:",
    f"{PETR} escreveu (terça, 3/11/2026 à(s) 10:15):",
    f"Em ter., 3 de nov. de 2026 às 10:15, {PETR} escreveu:",
    f"Op di 3 nov 2026 om 10:15 schreef {PETR}:",
    f"În mar., 3 nov. 2026 la 10:15, {PETR} a scris:",
    # Russian, Ukrainian, Croatian, Slovene
    f"вт, 3 нояб. 2026 г. в 10:15, {PETR}:",
    "03.11.2026 10:15, Petr Svoboda пишет:",
    f"вт, 3 лист. 2026 р. о 10:15 {PETR} пише:",
    f"uto, 3. stu 2026. u 10:15 {PETR} napisao je:",
    f"V V tor., 3. nov. 2026 ob 10:15 je oseba {PETR} napisala:",
    # Programs
    f"---- On Tue, 03 Nov 2026 10:15:00 +0100 {PETR} wrote ----",
    "Petr Svoboda ---03.11.2026 10:15:22---Dobrý den, posílám",
    # Wrapped
    "On Tue, Nov 3, 2026 at 10:15 AM Petr Svoboda\n<petr@acme.example> wrote:",
    "Dne 3. 11. 2026 v 10:15 Petr Svoboda\nnapsal(a):",
    f"{PETR} ezt írta (időpont: 2026.\nnov. 3., K, 10:15):",
    # Separators
    "-----Pôvodná správa-----",
    "-----Original Message-----",
    "---------- Původní e-mail ----------",
    "-------- Oryginalna wiadomość --------",
    "----- Eredeti üzenet -----",
    "-------- Message d'origine --------",
    "------ Původní zpráva ------",
    "________________________________\nOd: Petr\nKomu: Eva\nPředmět: Nabídka",
    "---------- Forwarded message ---------",
    "Begin forwarded message:",
    # Blocks
    "Feladó: Petr\nElküldve: kedd\nCímzett: Eva\nTárgy: Ajánlat",
    "Odosielateľ: Petr\nOdoslané: utorok\nKomu: Eva\nPredmet: Ponuka",
    "Nadawca: Petr\nWysłano: wtorek\nDo: Eva\nTemat: Oferta",
    "Gesendet: Dienstag\nVon: Petr\nAn: Eva\nBetreff: Angebot",
    f"Von: {PETR}\nAn: Eva\nBetreff: Angebot",
    "De : Petr\nEnvoyé : mardi\nÀ : Eva\nObjet : Offre",
    "De: Petr\nEnviado el: martes\nPara: Eva\nAsunto: Oferta",
    "Da: Petr\nInviato: martedì\nA: Eva\nOggetto: Offerta",
    "Van: Petr\nVerzonden: dinsdag\nAan: Eva\nOnderwerp: Offerte",
    "От: Петр\nОтправлено: вторник\nКому: Ева\nТема: Заказ",
    "Від: Петро\nНадіслано: вівторок\nКому: Єва\nТема: Замовлення",
    "Šalje: Petr\nPoslano: utorak\nPrima: Eva\nPredmet: Ponuda",
    "De: Petr\nTrimis: marți\nCătre: Eva\nSubiect: Ofertă",
    "*Od:* Petr\n*Odesláno:* úterý\n*Komu:* Eva\n*Předmět:* Nabídka",
]


@pytest.mark.parametrize("header", SURE)
def test_a_header_of_any_language_begins_a_quotation(header: str) -> None:
    """T-1: two of date, address and verb before a colon; separators; blocks of fields."""
    parts = split_quotes(f"{OWN}\n\n{header}\n\nstará zpráva\nZakázka:7\n")

    assert parts.own == OWN
    assert "Zakázka:7" in parts.quoted


@pytest.mark.parametrize(
    "header",
    [
        *SURE[:40],
        f"2026/11/3 {PETR}",
        "Petr Svoboda napsal(a):",
        "Petr wrote:",
        "3. 11. 2026 10:15, Petr Svoboda:",
        f"{PETR}:",
    ],
)
def test_before_a_marked_quotation_less_is_enough(header: str) -> None:
    """T-1: the header goes with the quotation; an answer below is own text."""
    parts = split_quotes(f"{OWN}\n\n{header}\n> stará zpráva\n> Zakázka:7\n\nDík")

    assert parts.own == f"{OWN}\n\nDík"


@pytest.mark.parametrize(
    "text",
    [
        "Od: ACME s.r.o.\nKomu: Firma a.s.\nPředmět: Objednávka\nZakázka:123",
        "Dne 3. 11. 2026 nám zákazník napsal, že:\n- chce slevu\n- a termín",
        "Pošlete nabídku na petr@acme.example do 3. 11. 2026:\n- čerpadla\n- hadice",
        "Schůzka 3. 11. 2026 10:15:\nprogram je v příloze",
        "Potřebujeme tyto díly:\n- pumpa\n- hadice",
        "Jan napsal:\nahoj",
        "Termín: 3. 11. 2026\nMísto: Praha\nKomu: Eva",
        "Kontakt: petr@acme.example\nTelefon: 123",
        "--- next part ---\nContract:5",
        "On Monday, he wrote a letter to us.\nAt 10:15 we met.",
        "V pátek přijede Petr.\nCena: 12.50 Kč",
        "As I wrote to petr@acme.example on Monday:\nthe pump is broken",
    ],
)
def test_own_forms_and_sentences_are_no_header(text: str) -> None:
    """T-1: near misses - people write fields, dates and addresses, too."""
    assert split_quotes(text).own == text


def test_an_answer_below_a_header_that_begins_the_mail_is_own() -> None:
    """T-1: some programs write the header first, and mark nothing."""
    text = f"On Tue, 3 Nov 2026 at 10:15 {PETR} wrote:\n\n{OWN}\n\nOn 1 Nov 2026, Jan wrote:\n> old"

    assert split_quotes(text).own == OWN


@pytest.mark.parametrize(
    "footer",
    [
        "obchod mailing list\nobchod@lists.firma.cz\nhttps://lists.firma.cz/listinfo/obchod",
        "To unsubscribe send mail to obchod-leave@lists.firma.cz",
        "Pro odhlášení z odběru napište na obchod@lists.firma.cz",
    ],
)
def test_what_a_list_appends_is_no_own_text(footer: str) -> None:
    """T-1: a drawn line, and words of mailing lists below it."""
    assert split_quotes(f"{OWN}\n_______________________\n{footer}\n").own == OWN


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my iPhone",
        "Sent from Outlook Mobile<https://foo.example>",
        "Odesláno z iPhonu",
        "Odesláno z mobilního telefonu",
        "Odoslané z môjho telefónu Samsung",
        "Wysłane z iPhone'a",
        "Gesendet von meinem iPhone",
        "Get Outlook for Android",
        "Získat Outlook pro iOS",
        "Outlook für iOS<https://aka.ms/o0ukef> beziehen",
        "Holen Sie sich Outlook für Android",
        "Pobierz aplikację Outlook dla systemu iOS",
        "Télécharger Outlook pour iOS",
        "Az Outlook letöltése iOS-re",
    ],
)
def test_what_a_telephone_writes_below_a_mail_is_no_own_text(line: str) -> None:
    """T-1: a signature without a delimiter, before a quotation or at the end."""
    quote = f"\n\nOn 3 Nov 2026 {PETR} wrote:\n> old"

    assert split_quotes(f"{OWN}\n\n{line}{quote}").own == OWN
    assert split_quotes(f"{OWN}\n\n{line}\n").own == OWN


@pytest.mark.parametrize(
    "line",
    ["Sent from Prague yesterday.", "Outlook na telefonu nejde.", "Odesláno dnes, dorazí zítra."],
)
def test_a_sentence_about_sending_is_own(line: str) -> None:
    """T-1: near miss - no telephone and no program is named."""
    assert split_quotes(f"{OWN}\n{line}").own == f"{OWN}\n{line}"


def test_a_sentence_before_a_header_is_own() -> None:
    """T-1: the header begins with its own first line, wrapped or not."""
    header = "Dne 3. 11. 2026 v 10:15 Petr Svoboda\n<petr@acme.example> napsal(a):"
    parts = split_quotes(f"Sejdeme se v 10:15\n{header}\n\nstará zpráva")

    assert parts.own == "Sejdeme se v 10:15"


@pytest.mark.parametrize(
    "line", ["Dne 3. 11. 2026 napsal:", "a@b.cz:", "On :", "napsal(a" * 30 + ":", "3.11.2026 " * 30]
)
def test_many_lines_like_headers_cost_linear_time(line: str) -> None:
    """H-4: no pattern goes back far."""
    begun = time.process_time()
    split_quotes(f"{line}\nx\n" * (200_000 // len(line)))

    assert time.process_time() - begun < 8
