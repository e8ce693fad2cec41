"""What fuzzing begins with: small inputs of each kind, and mails that are there."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.builders import raw_mail
from tests.calendar_builders import EASTERN, a_calendar, a_part, an_event
from tests.report_builders import a_complaint, a_recipient, a_report, a_text

_COLLECTED = Path("../shared/corpora")
_SMALL_BYTES = 20_000
_EVERY = 4
_SUFFIXES = (".eml", ".txt", ".msg")

_HTML = (
    b"<html><head><style>p{color:red}</style></head><body><p style='display:none'>x</p><table><tr>"
    b"<td><p>Order:</p></td><td>123 <a href='https://a.example/?b=1'>here</a></td></tr></table>"
    b"<div class='gmail_quote'>On Mon, X wrote:<blockquote>old<br>text</blockquote></div><pre>  a\n"
    b" b</pre><!-- note --><ul><li>one<li>two</ul>&amp;&#160;&#xe0f2;<svg><td></svg></body></html>"
)
_ANSWER = """\
Dobrý den,
posílám to.

Dne 3. 11. 2026 v 10:15 Jan Novák <jan@acme.example> napsal(a):
> Zakázka: 123 p-
> text

--
Eva
"""
_BLOCK = """\
Yes.

Od: Jan <jan@acme.example>
Odesláno: 3. listopadu 2026
Komu: Eva
Předmět: Re: x

text
________________________________
mailing list
"""


def _texts(*texts: str) -> list[bytes]:
    return [text.encode() for text in texts]


def seeds(target: str, *, collected: bool = True) -> Sequence[bytes]:
    """Return what `target` begins with; for whole mails the `collected` ones, too."""
    own = _SEEDS.get(target)
    return own if own is not None else [*_mails(), *(_collected() if collected else ())]


def _mails() -> list[bytes]:
    body = "Dobrý den, Zakázka: 2026-12 p- příště\n"
    multipart = (
        b'Content-Type: multipart/alternative; boundary="y"\n\n--y\nContent-Type: text/plain\n\na\n'
        b"--y\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n<p>a=20</p>"
        b'\n--y--\n--x\nContent-Disposition: attachment; filename="a.pdf"\n'
        b"Content-Transfer-Encoding: base64\n\nJVBERi0=\n--x--\n"
    )
    mixed = (
        b"From: a@b.example\nTo: jan@firma.cz\nContent-Type: multipart/mixed; boundary=x\n\n--x\n"
    )
    calendar = a_part(a_calendar(*EASTERN, *an_event("DTSTART:20261110T080000Z")))
    return [
        raw_mail(body),
        raw_mail(body, subject="=?utf-8?B?UMWZw61sb2hh?= Re[2]: New task: x"),
        mixed + multipart,
        mixed + calendar + b"\n--x--\n",
        *_reports(),
    ]


def _reports() -> list[bytes]:
    status = a_recipient("Action: failed", "Status: 5.1.1", "Diagnostic-Code: smtp; 550 No user")
    return [
        a_report(status),
        a_complaint("Feedback-Type: abuse\nOriginal-Rcpt-To: jan@acme.example\n"),
        a_text("<jan@acme.example>: host mx.acme.example said: 550 5.1.1 User unknown\n"),
    ]


def _collected() -> list[bytes]:
    """Return some of the collected mails, where they are there."""
    files = sorted(one for one in _COLLECTED.rglob("*") if one.suffix in _SUFFIXES)
    return [one.read_bytes() for one in files[::_EVERY] if 0 < one.stat().st_size <= _SMALL_BYTES]


_SEEDS: Mapping[str, Sequence[bytes]] = {
    "reports": _reports(),
    "calendars": [
        a_calendar(*EASTERN, *an_event("DTSTART;TZID=X:20261110T080000", "RRULE:FREQ=DAILY")),
        a_calendar(
            *an_event("DTSTART;VALUE=DATE:20261110", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.c")
        ),
    ],
    "addresses": _texts(
        '"Novák, Jan" <jan@acme.example>, Skupina: a@b.example, =?utf-8?Q?=C5=99?= <c@d.example>;',
        "Acme, s.r.o. <jan@acme.example> (note), <@route:eva@příklad.example>, 'x'@y.example",
    ),
    "charsets": [
        text.encode(name)
        for text, name in (
            ("Příliš žluťoučký kůň úpěl ďábelské ódy", "cp1250"),
            ("Zażółć gęślą jaźń „a“", "cp1250"),
            ("日本語の本文", "iso-2022-jp"),
            ("Příloha", "utf-16"),
        )
    ],
    "quotes": _texts(_ANSWER, _BLOCK),
    "tokens": _texts("Zakázka: 2026-123 nabídka p-", "*Order:* (45 p2), Opo: 7/8 Úkol:9"),
    "html": [_HTML],
    "results": _texts(
        "mx.firma.cz; dmarc=pass (p=none) header.from=acme.example; spf=fail smtp.mailfrom=a@b.c",
        'mx.firma.cz 1; dkim=pass reason="good \\" (x)" header.d=acme.example',
    ),
}
