"""Journal reports: the mail inside, for everybody in its envelope; forged ones are ordinary."""

import hashlib
from typing import Any

import pytest

from services.classifier.chain import SoFar
from services.classifier.facts.facts import BoxContext
from services.classifier.outcome.content import mail_content
from services.classifier.policy import POLICY
from services.classifier.reading.extract import Arrival
from services.classifier.reading.journaled import read_mail
from services.classifier.reading.mail import Mail
from shared.domain.vocabulary import build_vocabulary
from shared.settings.box import Box
from tests.builders import (
    DIRECTOR,
    EVA,
    JAN,
    MAIL_ID,
    PETR,
    RECEIVED,
    a_box,
    activities,
    decide,
    raw_mail,
    reasons,
    some_facts,
)
from tests.messages import A_KEY

JOURNAL = "journal@firma.cz"
PROVEN = "Authentication-Results: mx.firma.cz; dmarc=pass header.from=firma.cz\n"
ORIGINAL = raw_mail("Hello.\n", more="Message-ID: <1@acme.example>\n")
ENVELOPE = f"""Sender: {PETR}
Subject: Delivery
Message-Id: <1@acme.example>
To: {JAN}
Bcc: {EVA}
Recipient: karel.asistent@firma.cz, Forwarded: {DIRECTOR}
To: nobody@firma.cz, Expanded: all@firma.cz
"""


def _box(**settings: Any) -> Box:
    given = {
        "journal_reports": True,
        "journal_sender": (JOURNAL,),
        "authserv_id": ("mx.firma.cz",),
        "save_originals_from": (PETR,),
    }
    return a_box(**(given | settings))


def _report(
    *originals: bytes, envelope: str = ENVELOPE, more: str = PROVEN, **fields: Any
) -> bytes:
    parts = [b"Content-Type: text/plain\n\n" + envelope.encode()]
    parts += [b"Content-Type: message/rfc822\n\n" + one for one in originals]
    body = b"".join(b"--j\n" + part + b"\n" for part in parts) + b"--j--\n"
    head = f'{more}X-MS-Journal-Report:\nContent-Type: multipart/mixed; boundary="j"\n'
    given = {"sender": JOURNAL, "to": "crm@firma.cz", "subject": "Delivery"} | fields
    return raw_mail("", more=head, **given) + body


def _read(raw: bytes, box: Box) -> Mail:
    context = BoxContext(box, build_vocabulary(box.vocabulary), POLICY)
    arrival = Arrival(MAIL_ID, RECEIVED, hashlib.sha256(raw).hexdigest())
    return read_mail(raw, A_KEY, context, arrival)


def _decided(raw: bytes, box: Box | None = None) -> SoFar:
    box = box or _box()
    return decide(_read(raw, box), some_facts(box))


def test_everybody_in_the_envelope_is_a_recipient() -> None:
    """I-14, R-c: an employee in Bcc, and one whose mail the server has sent on."""
    decided = _decided(_report(ORIGINAL))

    assert [one.responsible.email for one in activities(decided)] == [JAN, EVA, DIRECTOR]
    assert decided.words == ("PROCESSED",)
    assert reasons(decided, "I-14") == ["a journal report: the mail in it, with its envelope"]


def test_files_are_those_of_the_mail_inside() -> None:
    """I-14, A-4: they are ranges of the report, and so is the original."""
    inner = raw_mail(
        "--b\n\nHello.\n--b\nContent-Disposition: attachment; filename=a.txt\n\nfile\n--b--\n",
        more='Content-Type: multipart/mixed; boundary="b"\nMessage-ID: <1@acme.example>\n',
    )
    raw, box = _report(inner), _box()

    mail = _read(raw, box)
    content = mail_content(mail, BoxContext(box, build_vocabulary({}), POLICY), A_KEY)

    file, original = content.attachments
    assert raw[file.start : file.end].strip() == b"file"
    assert raw[original.start : original.end].strip() == inner.strip()
    assert hashlib.sha256(raw[original.start : original.end]).hexdigest() == original.sha256
    assert mail.key == _read(inner, box).key


@pytest.mark.parametrize(
    ("raw", "box"),
    [
        (_report(ORIGINAL, more=""), _box()),
        (_report(ORIGINAL, more=PROVEN.replace("pass", "fail")), _box()),
        (_report(ORIGINAL, sender="max@elsewhere.example"), _box()),
        (_report(ORIGINAL), _box(journal_sender=("other@firma.cz",))),
        (_report(ORIGINAL), _box(journal_reports=False)),
    ],
)
def test_a_report_that_nothing_proves_is_ordinary_mail(raw: bytes, box: Box) -> None:
    """I-14, S-1: whoever could forge one could write any mail in anybody's name."""
    mail = _read(raw, box)

    assert mail.sender != PETR
    assert EVA not in mail.forwarded_from
    assert mail.journal is None or not mail.journal.applied


@pytest.mark.parametrize(
    "originals",
    [
        (),
        (b"\x00\x01\x02",),
        (ORIGINAL.replace(b"<1@", b"<2@"),),
    ],
)
def test_a_report_without_its_mail_says_so(originals: tuple[bytes, ...]) -> None:
    """I-14: it is recorded itself; nothing is made of another mail than the one it names."""
    decided = _decided(_report(*originals))

    assert activities(decided) == []
    assert "cannot be read" in reasons(decided, "I-14")[0]


def test_of_a_protected_mail_the_readable_copy_is_taken() -> None:
    """I-14: Exchange attaches both."""
    encrypted = raw_mail(
        "--b\nContent-Type: application/x-microsoft-rpmsg-message\n\nx\n--b--\n",
        more='Content-Type: multipart/mixed; boundary="b"\nMessage-ID: <1@acme.example>\n',
    )

    for pair in ((encrypted, ORIGINAL), (ORIGINAL, encrypted)):
        assert _read(_report(*pair), _box()).parsed.text.strip() == "Hello."


def test_without_a_proof_of_servers_the_setting_decides() -> None:
    """I-14: `senderProof=off` believes the named sender, as it does everybody."""
    box = _box(sender_proof="off", authserv_id=())

    assert _read(_report(ORIGINAL, more=""), box).sender == PETR
