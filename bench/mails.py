"""The generated sets: seeded, Czech and English, shaped like a company's mail.

`plain`: 60 % plain text of 3-8 KB, 30 % HTML of 20-70 KB with quotes, 8 % with a 200 KB attachment
and 2 % with a 5 MB attachment. `mixed`: 70 % of these and 30 % of `reports`. Every mail has a date
and subject of its own, so none is a duplicate.
"""

import base64
import quopri
import random
from collections.abc import Iterator
from pathlib import Path

from bench import reports
from bench.heads import COMPANIES, CONTACTS_EACH, USERS, a_contact, a_user, head
from services.operator.setup.company_entries import Company

_WORDS = (
    "zakázka dodávka termín potvrzení nabídka prosím faktura stroj čerpadlo montáž oprava servis "
    "příloha výkres lisovna zítra děkuji pozdravem the delivery of machine please confirm offer "
    "invoice pump press order customer meeting schedule drawing tomorrow thank regards question"
).split()
SETS = {"plain": 0.0, "mixed": 0.3}
"""Which part of a set are mails of `reports`."""

_SHAPES = {"plain": 60, "html": 30, "attachment": 8, "large attachment": 2}
_ATTACHED_BYTES = {"attachment": 200_000, "large attachment": 5_000_000}


def a_company() -> Company:
    """Return 100 users, 500 companies with four contacts each, 200 contracts."""
    return Company.model_validate(
        {
            "activity_types": ["E-mail", "Documentation"],
            "roles": [{"name": "Board"}, {"name": "Sales", "parent": "Board"}],
            "users": [
                {"login": f"u{n}", "name": f"User {n}", "email": f"u{n}@firma.cz", "role": "Sales"}
                for n in range(USERS)
            ],
            "relationships": [
                {
                    "name": f"Company {n}",
                    "domains": [f"c{n}.example"],
                    "contacts": [
                        {"name": f"Person {n}-{m}", "emails": [f"p{m}@c{n}.example"]}
                        for m in range(CONTACTS_EACH)
                    ],
                }
                for n in range(COMPANIES)
            ],
            "contracts": [{"number": str(n)} for n in range(1, 201)],
        }
    )


def write_mails(folder: Path, count: int, which: str = "plain", seed: int = 7) -> int:
    """Write `count` mails of the set `which` into `folder`; gives their bytes in all."""
    return sum(
        (folder / f"{number:06}.eml").write_bytes(raw)
        for number, raw in enumerate(mails(count, which, seed))
    )


def mails(count: int, which: str = "plain", seed: int = 7) -> Iterator[bytes]:
    """Yield `count` mails, the same for the same seed."""
    chance = random.Random(seed)
    made = dict.fromkeys(reports.KINDS, 0)
    for number in range(count):
        if SETS[which] and chance.random() < SETS[which]:
            kind = chance.choices(list(reports.KINDS), list(reports.KINDS.values()))[0]
            yield reports.a_report(kind, made[kind], number, chance)
            made[kind] += 1
        else:
            yield a_mail(chance.choices(list(_SHAPES), list(_SHAPES.values()))[0], number, chance)


def a_mail(shape: str, number: int, chance: random.Random) -> bytes:
    """Make one mail of a shape: `plain`, `html`, `attachment` or `large attachment`."""
    match shape:
        case "plain":
            body = _text(chance, chance.randint(3000, 8000))
            return _head(number, chance, "text/plain; charset=utf-8") + body.encode()
        case "html":
            return _head(number, chance, 'multipart/alternative; boundary="b"') + _html(chance)
        case _:
            content = chance.randbytes(_ATTACHED_BYTES[shape])
            return _head(number, chance, 'multipart/mixed; boundary="b"') + _file(chance, content)


def _head(number: int, chance: random.Random, content_type: str) -> bytes:
    token = f" Contract:{chance.randint(1, 200)}" if chance.random() < 0.2 else ""
    subject = f"=?utf-8?Q?Nab=C3=ADdka_=C4=8D=2E_{number}?={token}"
    return head(number, a_contact(chance), a_user(chance), subject, content_type)


def _text(chance: random.Random, length: int) -> str:
    words: list[str] = []
    size = 0
    while size < length:
        words.append(chance.choice(_WORDS))
        size += len(words[-1].encode()) + 1
        if len(words) % 12 == 0:
            words.append("\r\n")
    return " ".join(words)


def _html(chance: random.Random) -> bytes:
    wanted = chance.randint(20_000, 70_000)
    paragraph = (
        '<p class="MsoNormal" style="margin:0cm"><span style="font-size:11.0pt;color:#1F497D">'
        "{}</span></p>\r\n<table><tr><td>{}</td><td>{}</td></tr></table>\r\n"
    )
    html = "<html><head><style>p.MsoNormal{margin:0}</style></head><body>\r\n"
    while len(html) < wanted:
        html += paragraph.format(_text(chance, 400), _text(chance, 20), _text(chance, 20))
    html += (
        f"<blockquote>{paragraph.format(_text(chance, 2000), 'a', 'b')}</blockquote></body></html>"
    )
    plain = _text(chance, 3000) if chance.random() < 0.5 else ""
    return (
        b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        + plain.encode()
        + b"\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        + quopri.encodestring(html.encode()).replace(b"\r\r\n", b"\r\n")
        + b"\r\n--b--\r\n"
    )


def _file(chance: random.Random, content: bytes) -> bytes:
    encoded = base64.encodebytes(content).replace(b"\n", b"\r\n")
    return (
        b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        + _text(chance, 2000).encode()
        + b'\r\n--b\r\nContent-Type: application/pdf; name="drawing.pdf"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n" + encoded + b"--b--\r\n"
    )
