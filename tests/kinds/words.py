"""Words of subjects and texts: tokens, phrases, problem mails."""

from tests.builders import EVA, JAN
from tests.kinds.row import Row, letter, page, row

_INFORM = "Toto je automaticky generovaný e-mail, neodpovídejte.\n"
_SENDER = {"problem_sender": frozenset(("netgenium@firma.cz",))}


def _subject(subject: str, **fields: str) -> bytes:
    return letter(subject=subject, **fields)


def _reply(subject: str) -> bytes:
    return letter(
        "Hotovo. Eva\n", sender=EVA, subject=subject, head="In-Reply-To: <zadani@firma.cz>\n"
    )


def _problem(table: str, subject: str = "New Issue No. 77") -> bytes:
    link = '<a href="https://x.example/p.aspx?form=1&amp;id=77">x</a>'
    return page(table + link, sender=JAN, to=EVA, subject=subject)


def _cells(*pairs: tuple[str, str], cell: str = "<td><p class=MsoNormal>{}</p></td>") -> str:
    rows = "".join(f"<tr>{''.join(map(cell.format, pair))}</tr>" for pair in pairs)
    return f"<table>{rows}</table>"


_MADE = "Task application, NEW TASK CREATED, DELETED"

ROWS: list[Row] = [
    row(
        "reply-to-new-task-with-number",
        "Czech",
        _reply("Re: Nový úkol: 55 ks ložisek"),
        assigned=None,
        token=None,
    ),
    row(
        "reply-to-new-task-with-number",
        "English, forwarded",
        _reply("FW: RE: New task: 55 gates"),
        assigned=None,
        token=None,
    ),
    row(
        "reply-to-new-task-with-number",
        "Polish prefix",
        _reply("Odp: New task: 55 gates"),
        assigned=None,
        token=None,
    ),
    row(
        "reply-to-new-task-with-number",
        "Slovak",
        _reply("Re: Nová úloha: 55 ks"),
        assigned=None,
        token=None,
    ),
    row(
        "reply-to-new-task-with-number",
        "in a body",
        letter("Zadal jsem Nový úkol: 55 ks vrat.\n"),
        token=None,
    ),
    row(
        "reply-to-new-task-with-number",
        "in a quoted header",
        letter("Hotovo\n\n-----Original Message-----\nFrom: x\nSubject: New task: 55 gates\n"),
        token=None,
    ),
    row(
        "reply-to-new-task-with-number",
        "the token stays",
        _reply("Re: Úkol: 55"),
        token="task 55",
        assigned="55",
    ),
    row(
        "inform-without-word-end",
        "Info objednávka",
        letter(_INFORM, subject="Info objednávka 2026-15"),
        words="PROCESSED",
    ),
    row(
        "inform-without-word-end",
        "Details inside a word",
        letter(
            "This email was generated automatically, do not reply.\n",
            subject="Detailsheet of the pump",
        ),
        words="PROCESSED",
    ),
    row(
        "inform-without-word-end",
        "Slovak letters behind",
        letter(_INFORM, subject="Info ošetrenie stroja"),
        words="PROCESSED",
    ),
    row(
        "inform-without-word-end",
        "a name behind Problem",
        _subject("Problém C. V. Hora"),
        words="PROCESSED",
    ),
    row(
        "inform-without-word-end",
        "the word itself",
        letter(_INFORM, subject="Info o objednávce", sender=JAN, to=EVA),
        words="Inform other users…, DELETED",
    ),
    row(
        "problem-sender-customer",
        "a customer, the setting is there",
        _subject("Problem No. 3 at our press"),
        box=_SENDER,
        words="PROCESSED",
    ),
    row(
        "problem-sender-customer",
        "without the setting",
        _subject("Problém č. 3 na lisu"),
        words="PROCESSED",
    ),
    row(
        "problem-sender-customer",
        "Status Problem, German text",
        letter("Die Presse steht wieder\n", subject="Status Problem No. 3"),
        box=_SENDER,
        words="PROCESSED",
    ),
    row(
        "problem-table-with-paragraphs",
        "Outlook",
        _problem(_cells(("Status", "Open"), ("Subject", "Pumpa"), ("Contract:", "7"))),
        words=_MADE,
        tasks=["Pumpa"],
    ),
    row(
        "problem-table-with-paragraphs",
        "div and break, Czech",
        _problem(
            _cells(
                ("Stav", "Nový"),
                ("Předmět", "Lis stojí"),
                ("Zakázka:", "123"),
                cell="<td><div>{}<br></div></td>",
            ),
            "Nový problém č. 77",
        ),
        words=_MADE,
        tasks=["Lis stojí"],
    ),
    row(
        "problem-table-with-paragraphs",
        "white space in the source, th",
        _problem(
            _cells(
                ("Status", "Open"),
                ("Subject", "Pump stands"),
                ("Contract:", "123"),
                cell="\n  <th>\n    <p>\n  {}\n</p>\n  </th>",
            )
        ),
        words=_MADE,
        tasks=["Pump stands"],
    ),
    row(
        "problem-table-with-paragraphs",
        "one colon per cell, lists",
        _problem(
            "<ul><li><p>Status: <b>Open</b></p></li><li><p>Subject: <b>Pump</b></p></li><li><p>Contract: <b>123</b></p></li></ul>"
        ),
        words=_MADE,
        tasks=["Pump"],
    ),
    row("token-number-with-slash", "7/2", _subject("Zakázka: 7/2"), token=None),
    row(
        "token-number-with-slash",
        "a year behind, a blank-less text",
        letter("viz Contract:123/2026.\n"),
        token=None,
    ),
    row("token-number-with-slash", "a backslash, Order", letter("Order: 15\\2\n"), token=None),
    row(
        "token-number-with-slash",
        "two words with a slash between stay",
        letter("Zakázka:123 / Objednávka:15\n"),
        token="contract 123",
    ),
    row(
        "token-number-with-slash", "a full-width slash", letter("Zakázka:123\uff0f4\n"), token=None
    ),
]
