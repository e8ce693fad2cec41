"""The generated set: seeded, Czech and English, shaped like a company's mail.

60 % plain text of 3-8 KB, 30 % HTML of 20-70 KB with quotes, 8 % with a 200 KB attachment and
2 % with a 5 MB attachment. Every mail has a date and subject of its own, so none is a duplicate.
"""

import base64
import quopri
import random
from collections.abc import Iterator
from pathlib import Path

from services.operator.company import Company

USERS, COMPANIES, CONTACTS_EACH = 100, 500, 4
_WORDS = (
    "zakázka dodávka termín potvrzení nabídka prosím faktura stroj čerpadlo montáž oprava servis "
    "příloha výkres lisovna zítra děkuji pozdravem the delivery of machine please confirm offer "
    "invoice pump press order customer meeting schedule drawing tomorrow thank regards question"
).split()
_SHAPES = {"plain": 60, "html": 30, "attachment": 8, "large attachment": 2}
_ATTACHED_BYTES = {"attachment": 200_000, "large attachment": 5_000_000}


def a_company() -> Company:
    """100 users, 500 companies with four contacts each, 200 contracts."""
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


def write_mails(folder: Path, count: int, seed: int = 7) -> int:
    """Write `count` mails into `folder`; gives their bytes in all."""
    return sum(
        (folder / f"{number:06}.eml").write_bytes(raw)
        for number, raw in enumerate(mails(count, seed))
    )


def mails(count: int, seed: int = 7) -> Iterator[bytes]:
    """`count` mails, the same for the same seed."""
    chance = random.Random(seed)
    for number in range(count):
        yield a_mail(chance.choices(list(_SHAPES), list(_SHAPES.values()))[0], number, chance)


def a_mail(shape: str, number: int, chance: random.Random) -> bytes:
    """One mail of a shape: `plain`, `html`, `attachment` or `large attachment`."""
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
    company, person, user = (
        chance.randrange(COMPANIES),
        chance.randrange(4),
        chance.randrange(USERS),
    )
    minutes, seconds = divmod(number, 60)
    hours, minutes = divmod(minutes, 60)
    token = f" Contract:{chance.randint(1, 200)}" if chance.random() < 0.2 else ""
    lines = (
        (
            f"Received: from mx.c{company}.example by mail.firma.cz with ESMTPS id {number:08x};"
            " Mon, 2 Nov 2026 09:12:00 +0100"
        ),
        (
            "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example; s=s1;"
            f" h=from:to:subject:date; bh={'A' * 43}=; b={'B' * 340}=="
        ),
        f"From: =?utf-8?B?UGV0ciBTdm9ib2Rh?= <p{person}@c{company}.example>",
        f"To: =?utf-8?Q?Jan_Nov=C3=A1k?= <u{user}@firma.cz>",
        f"Cc: Info <info@c{company}.example>",
        f"Subject: =?utf-8?Q?Nab=C3=ADdka_=C4=8D=2E_{number}?={token}",
        f"Date: Mon, {2 + hours // 24:02} Nov 2026 {hours % 24:02}:{minutes:02}:{seconds:02} +0100",
        f"Message-ID: <{number}@c{company}.example>",
        "MIME-Version: 1.0",
        f"Content-Type: {content_type}",
        "Content-Transfer-Encoding: 8bit",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


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
