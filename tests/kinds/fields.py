"""Header fields: encoded words, names of files, dates and ids."""

from tests.kinds.row import PDF, Row, encoded, letter, parts, row, text


def _dated(date: str) -> bytes:
    return letter(date=date)


def _named(fields: str) -> bytes:
    piece = f"Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; {fields}\n\n{PDF}"
    return parts("mixed", text("x"), piece)


def _answer(fields: str) -> bytes:
    return letter(subject="Re: Dotaz", head=fields)


ROWS: list[Row] = [
    row(
        "q-word-with-question-mark",
        "in the middle",
        letter(subject="=?utf-8?Q?Kolik_to_stoj=C3=AD?_Zak=C3=A1zka:123?="),
        subject="Kolik to stojí? Zakázka:123",
        token="contract 123",
    ),
    row(
        "q-word-with-question-mark",
        "at the end, Latin 2",
        letter(subject="=?iso-8859-2?q?M=E1te_=E8as??="),
        subject="Máte čas?",
    ),
    row(
        "q-word-with-question-mark",
        "two, then another word",
        letter(subject="=?UTF-8?Q?Kolik=3F?_Kdy?= =?UTF-8?Q?_P=C5=99ijedete?=?="),
        has=[],
    ),
    row(
        "q-word-with-question-mark",
        "in a name",
        letter(sender="=?utf-8?Q?Kdo?_Jo=C5=BEka?= <petr.svoboda@acme.example>"),
        name="Kdo? Jožka",
        sender="petr.svoboda@acme.example",
    ),
    row(
        "file-name-encoded-word-in-2231-pieces",
        "cut in a character",
        _named(
            'filename*0="=?UTF-8?Q?P=C5=99=C3=AD=C5"; filename*1="=A1loha?=\n =?UTF-8?Q?_1"; filename*2=".docx?="'
        ),
        files=["Příšloha 1.docx 14"],
    ),
    row(
        "file-name-encoded-word-in-2231-pieces",
        "base64 over two pieces",
        _named(
            'filename*0="=?utf-8?B?'
            + encoded("nabídka číslo.pdf")[:10]
            + '"; filename*1="'
            + encoded("nabídka číslo.pdf")[10:]
            + '?="'
        ),
        files=["nabídka číslo.pdf 14"],
    ),
    row(
        "file-name-encoded-word-in-2231-pieces",
        "the name of the type, Polish",
        parts(
            "mixed",
            text("x"),
            f'Content-Type: application/pdf; name*0="=?utf-8?Q?zam=C3=B3w"; name*1="ienie.pdf?="\nContent-Transfer-Encoding: base64\n\n{PDF}',
        ),
        files=["zamówienie.pdf 14"],
    ),
    row(
        "date-zone-with-colon",
        "+01:00",
        _dated("Mon, 16 Nov 2026 10:00:00 +01:00"),
        date="2026-11-16 09:00",
    ),
    row(
        "date-zone-with-colon",
        "-05:30",
        _dated("Mon, 16 Nov 2026 10:00:00 -05:30"),
        date="2026-11-16 15:30",
    ),
    row(
        "date-zone-with-colon",
        "behind GMT",
        _dated("Mon, 16 Nov 2026 10:00 GMT+02:00"),
        date="2026-11-16 08:00",
    ),
    row(
        "date-zone-with-colon",
        "behind UTC, a blank",
        _dated("16 Nov 2026 10:00:00 UTC +1:00"),
        date="2026-11-16 09:00",
    ),
    row("date-zone-name", "CET", _dated("Mon, 16 Nov 2026 10:00:00 CET"), date="2026-11-16 09:00"),
    row(
        "date-zone-name", "SELČ", _dated("Thu, 16 Jul 2026 10:00:00 SELČ"), date="2026-07-16 08:00"
    ),
    row(
        "date-zone-name",
        "in brackets alone",
        _dated("Mon, 16 Nov 2026 10:00:00 (CET)"),
        date="2026-11-16 09:00",
    ),
    row(
        "date-zone-name",
        "MESZ, small letters",
        _dated("Thu, 16 Jul 2026 10:00:00 mesz"),
        date="2026-07-16 08:00",
    ),
    row(
        "date-zone-name", "Moscow", _dated("Thu, 16 Jul 2026 10:00:00 MSK"), date="2026-07-16 07:00"
    ),
    row(
        "date-zone-name",
        "the C library's order",
        _dated("Mon Nov 16 10:00:00 CET 2026"),
        date="2026-11-16 09:00",
    ),
    row("date-pm", "07:30 PM", _dated("Mon, 16 Nov 2026 07:30 PM +0100"), date="2026-11-16 18:30"),
    row(
        "date-pm",
        "small letters, seconds, midnight",
        _dated("Mon, 16 Nov 2026 12:05:00 am +0000"),
        date="2026-11-16 00:05",
    ),
    row(
        "date-pm",
        "noon, dots, no zone",
        _dated("Mon, 16 Nov 2026 12:15 p.m."),
        date="2026-11-16 12:15",
    ),
    row("date-pm", "American order", _dated("11/16/2026 7:30:00 PM +0100"), date=None),
    row(
        "thread-encoded-message-id-1-first",
        "one word",
        letter(head="Message-ID: =?utf-8?q?=3Co6=40acme=2Eexample=3E?=\n"),
        id="<o6@acme.example>",
    ),
    row(
        "thread-encoded-message-id-1-first",
        "two words, folded",
        letter(head="Message-ID:\n =?utf-8?q?=3Co6=40acme?=\n =?utf-8?q?=2Eexample=3E?=\n"),
        id="<o6@acme.example>",
    ),
    row(
        "thread-encoded-message-id-1-first",
        "base64",
        letter(head=f"Message-ID: =?us-ascii?B?{encoded('<o6@acme.example>')}?=\n"),
        id="<o6@acme.example>",
    ),
    row(
        "thread-encoded-message-id-2-answer",
        "plain",
        _answer("In-Reply-To: <o6@acme.example>\n"),
        answers=["<o6@acme.example>"],
    ),
    row(
        "thread-encoded-message-id-2-answer",
        "encoded again",
        _answer("In-Reply-To: =?utf-8?q?=3Co6=40acme=2Eexample=3E?=\n"),
        answers=["<o6@acme.example>"],
    ),
    row(
        "thread-encoded-message-id-2-answer",
        "in References, with words between",
        _answer("References: <o5@acme.example> =?utf-8?q?=3Co6=40acme=2Eexample=3E?=\n"),
        answers=["<o6@acme.example>", "<o5@acme.example>"],
    ),
    row(
        "thread-bare-message-id-1-first",
        "no brackets",
        letter(head="Message-ID: nobr3@acme.example\n"),
        id="<nobr3@acme.example>",
    ),
    row(
        "thread-bare-message-id-1-first",
        "in quotes",
        letter(head='Message-ID: "nobr3@acme.example"\n'),
        id="<nobr3@acme.example>",
    ),
    row(
        "thread-bare-message-id-1-first",
        "one bracket, a comment",
        letter(head="Message-ID: <nobr3@acme.example (by script)\n"),
        id="<nobr3@acme.example>",
    ),
    row(
        "thread-bare-message-id-1-first",
        "without an at sign",
        letter(head="Message-ID: 20261116-77\n"),
        id="<20261116-77>",
    ),
    row(
        "thread-bare-message-id-2-answer",
        "with brackets",
        _answer("In-Reply-To: <nobr3@acme.example>\n"),
        answers=["<nobr3@acme.example>"],
    ),
    row(
        "thread-bare-message-id-2-answer",
        "bare as well",
        _answer("In-Reply-To: nobr3@acme.example\n"),
        answers=["<nobr3@acme.example>"],
    ),
    row(
        "thread-bare-message-id-2-answer",
        "several, bare, by commas",
        _answer("References: a@x.example, nobr3@acme.example\n"),
        answers=["<nobr3@acme.example>", "<a@x.example>"],
    ),
    row(
        "thread-bare-message-id-2-answer",
        "the old words",
        _answer("In-Reply-To: Your message of Mon <nobr3@acme.example>\n"),
        answers=["<nobr3@acme.example>"],
    ),
]
