"""What a mail would leave in the ERP: file names, HTML, dates, and how much of everything."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from services.classifier.stage import classified
from services.writer.attachment_files import suffix_of
from services.writer.handlers.mail_date import date_of
from shared.contracts.messages import MailClassified, MailFetched
from tests.builders import (
    DIRECTOR,
    EVA,
    JAN,
    MAIL_ID,
    NO_ROLE,
    RECEIVED,
    a_box,
    a_mail,
    decide,
    raw_mail,
    some_facts,
)
from tests.messages import A_KEY

Seen = Callable[[MailClassified], str]


@dataclass(frozen=True, slots=True)
class Content:
    """A mail whose content is the attack.

    Attributes:
        name: Of the input that showed the hole first.
        variant: What this one does differently.
        raw: The mail.
        seen: What is looked at.
        expected: What is to be seen.
    """

    name: str
    variant: str
    raw: bytes
    seen: Seen
    expected: str

    def __str__(self) -> str:
        """As pytest names it."""
        return f"{self.name}: {self.variant}"

    def message(self) -> MailClassified:
        """What the classifier tells the writer."""
        fetched = MailFetched(
            mail_id=MAIL_ID,
            box="crm",
            source="imap:1",
            received_at=RECEIVED,
            size=len(self.raw),
            sha256="a" * 64,
            backup_key=A_KEY,
        )
        mail, facts = a_mail(self.raw), some_facts(a_box())
        facts = replace(facts, context=replace(facts.context, keeps_html=True))
        return classified(fetched, mail, facts, decide(mail, facts))


def _files(message: MailClassified) -> str:
    """Names that people see, each with the suffix that its file has on disk."""
    assert message.content
    return ", ".join(f"{one.name}|{suffix_of(one.name)}" for one in message.content.attachments)


def _html(message: MailClassified) -> str:
    assert message.content
    return message.content.html or ""


def _date(message: MailClassified) -> str:
    assert message.content
    return date_of(message, message.content, message.received_at).isoformat()


def _is_bounded(message: MailClassified) -> str:
    """Whether it stays within the bounds of one mail."""
    few = len(message.commands) <= 500 and len(message.trace) <= 200
    small = len(message.model_dump_json()) <= 8 * 1024 * 1024
    files = len(message.content.attachments) if message.content else 0
    events = message.content.events if message.content else ()
    return str(few and small and files <= 200 and all(len(one.attendees) <= 300 for one in events))


def _of_parts(*heads: str) -> bytes:
    """A mail with a part of these header lines each."""
    parts = "".join(f"--b\n{head}\n\n<%@ Page %>\n" for head in heads)
    return raw_mail(f"{parts}--b--\n", more="Content-Type: multipart/mixed; boundary=b\n")


def _named(*names: str) -> bytes:
    field = 'Content-Type: x/y\nContent-Disposition: attachment; filename="{}"'
    return _of_parts(*(field.format(name) for name in names))


_FILES = (
    (
        "attach-aspx",
        "what servers run",
        _named("shell.aspx", "x.ashx", "web.config", "b.svg"),
        "shell.aspx|.aspx.bin, x.ashx|.ashx.bin, web.config|.config.bin, b.svg|.svg.bin",
    ),
    (
        "attach-aspx",
        "upper case and trailing dots",
        _named("A.PHP", "a.aspx.", "b.aspx .. "),
        "A.PHP|.php.bin, a.aspx|.aspx.bin, b.aspx|.aspx.bin",
    ),
    (
        "attach-aspx",
        "encoded names",
        _of_parts(
            "Content-Disposition: attachment; filename*=utf-8''a.%61spx",
            'Content-Type: x/y; name="=?utf-8?q?b=2Ehtml?="',
        ),
        "a.aspx|.aspx.bin, b.html|.html.bin",
    ),
    (
        "attach-aspx",
        "other letters and streams",
        _named("a.\uff41\uff53\uff50\uff58", "b.aspx::$DATA", "c.pdf;.aspx", ".htaccess"),
        (
            "a.\uff41\uff53\uff50\uff58|.bin, b.aspx__$DATA|.bin, c.pdf;.aspx|.aspx.bin, "
            "htaccess|.bin"
        ),
    ),
    (
        "names",
        "paths and devices",
        _named("../../../etc/passwd", "..\\\\..\\\\win.ini", "CON", "con .txt", "nul.", "COM1.txt"),
        "passwd|.bin, win.ini|.ini.bin, _CON|.bin, _con .txt|.txt, _nul|.bin, _COM1.txt|.txt",
    ),
    (
        "names",
        "of full width",
        _named("\uff0e\uff0e\uff0fetc", "\uff23\uff2f\uff2e.txt"),
        "_etc|.bin, _\uff23\uff2f\uff2e.txt|.txt",
    ),
    (
        "names",
        "invisible and turned round",
        _named("fdp.\u202eexe", "a\u2067.txt", "CONIN$", "CLOCK$.doc"),
        "fdp.exe|.exe.bin, a.txt|.txt, _CONIN$|.bin, _CLOCK$.doc|.doc",
    ),
    (
        "names",
        "of one sound",
        _named("a.txt", "A.TXT", "", " . "),
        "a.txt|.txt, A (2).TXT|.txt, attachment.bin|.bin.bin, attachment (2).bin|.bin.bin",
    ),
)
"""Input, variant, mail, and what is to be seen."""

_HTML = (
    (
        "links of the ERP's own page",
        '<a href="/NETGenium/Delete.aspx?id=1">a</a><a href="//e/x">b</a><a href="?d=5">c</a>',
        "".join(f'<a rel="noopener noreferrer">{one}</a>' for one in "abc"),
    ),
    (
        "scripts",
        '<p>x<img src="cid:1" onerror=alert(1)><svg><script>alert(1)</script></svg></p>',
        '<p>x<img src="cid:1"></p>',
    ),
    (
        "schemes in disguise",
        (
            '<a href=" &#1; java\tscript:alert(1)">a</a><a href="data:text/html,x">b</a>'
            '<blockquote cite="javascript:x">q</blockquote>'
        ),
        (
            '<a rel="noopener noreferrer">a</a><a rel="noopener noreferrer">b</a>'
            "<blockquote>q</blockquote>"
        ),
    ),
    (
        "forms and frames",
        (
            '<form action=/x><input></form><iframe src=x></iframe><base href="https://e/">'
            '<meta http-equiv=refresh content="0;url=//e"><link rel=stylesheet href=x>t'
        ),
        "t",
    ),
)
"""Variant, HTML, and what is left of it."""


def _shown() -> Iterator[Content]:
    for name, variant, raw, expected in _FILES:
        yield Content(name, variant, raw, _files, expected)
    for variant, html, expected in _HTML:
        raw = raw_mail(html, more="Content-Type: text/html; charset=utf-8\n")
        yield Content("html-xss", variant, raw, _html, expected)


def _calendar(events: int, attendees: int, more: str = "") -> str:
    invited = "".join(f"ATTENDEE:mailto:a{number}@x.cz\n" for number in range(attendees))
    told = "".join(
        f"BEGIN:VEVENT\nUID:e{number}@x\nDTSTART:20261201T090000Z\nORGANIZER:mailto:o@x.cz\n"
        f"{invited}{more}END:VEVENT\n"
        for number in range(events)
    )
    return f"BEGIN:VCALENDAR\nMETHOD:REQUEST\n{told}END:VCALENDAR\n"


_USERS = (JAN, EVA, DIRECTOR, NO_ROLE)


def _amplified() -> Iterator[Content]:
    calendar = "Content-Type: text/calendar; charset=utf-8\n"
    everybody = ", ".join(_USERS)
    part = "--b\nContent-Disposition: attachment; filename=a\n\nx\n"
    mixed = "Content-Type: multipart/mixed; boundary=b\n"
    rows = {
        "amp-10-100-94": (
            (calendar, _calendar(60, 94)),
            (calendar, _calendar(200, 5)),
            (calendar, _calendar(1, 2000)),
            (mixed, "".join(f"--b\n{calendar}\n{_calendar(9, 90)}" for _ in range(4)) + "--b--"),
        ),
        "amp-10-50-50": (
            (calendar, _calendar(50, 50)),
            (calendar, _calendar(50, 50, f"SUMMARY:{'x' * 4000}\n")),
            (calendar, _calendar(50, 50, f"LOCATION:{'%' * 3000}\nRRULE:FREQ=DAILY\n")),
            (calendar, _calendar(50, 5, f"DESCRIPTION:{'x' * 9000}\n")),
        ),
        "amp-40-100-94": (
            (calendar, _calendar(94, 40)),
            (mixed, part * 990 + "--b--"),
            ("", "Contract:1 p9 " * 5_000),
            (f"References: {'<a@b> ' * 3000}\n", "Opo:9\n" * 3_000),
        ),
    }
    for name, variants in rows.items():
        for number, (more, body) in enumerate(variants):
            raw = raw_mail(body, to=everybody, more=more, sender="o@x.cz")
            yield Content(name, f"number {number}", raw, _is_bounded, "True")


def _dates() -> Iterator[Content]:
    came = RECEIVED.isoformat()
    for date, expected in (
        ("Mon, 02 Nov 2099 10:00:00 +0100", came),
        ("Fri, 31 Dec 9999 23:59:59 -1200", came),
        ("2 Nov 49 10:00:00 GMT", came),
        ("Tue, 03 Nov 2026 10:00:01 +0000", came),
    ):
        yield Content("date-future", date, raw_mail(date=date), _date, expected)


CONTENTS = [*_shown(), *_amplified(), *_dates()]
"""All of them."""
