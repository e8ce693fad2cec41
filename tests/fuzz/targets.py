"""What is fuzzed: each part of the reading, with what must hold for any input of it."""

import hashlib
from collections.abc import Callable, Mapping

from services.classifier.parse import limits
from services.classifier.parse.addresses import read_addresses
from services.classifier.parse.charsets import decode_text
from services.classifier.parse.html import html_to_text, read_structure, sanitise_html
from services.classifier.parse.quotes import split_quotes
from services.classifier.parse.scanner import scan_mail
from services.classifier.reading.results import read_results
from services.classifier.stage import classified
from shared.contracts.messages import MailClassified, MailFetched
from shared.domain.tokens import find_tokens
from shared.domain.vocabulary import build_vocabulary
from tests.builders import MAIL_ID, RECEIVED, a_box, a_mail, decide, some_facts
from tests.calendar_builders import read
from tests.checked_mail import checked
from tests.messages import A_KEY
from tests.report_builders import reports_of

Target = Callable[[bytes], object]
_BOX = a_box()
_GUARDED = a_box(authserv_id=("mx.firma.cz",), border_host=("mx.firma.cz",))
_BORDER = b"Received: from mx.evil.example (mx.evil.example [203.0.113.9]) by mx.firma.cz; x\n"
_STRANGE = b"Received: from a.example by mx.evil.example; x\n"
_VOCABULARY = build_vocabulary({})
_CHARSETS = (None, "utf-8", "us-ascii", "iso-8859-2", "utf-16", "x-odd", "big5", "iso-2022-jp")
_MOST_ADDRESSES = 20


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _mail(raw: bytes) -> None:
    checked(raw)
    a_mail(raw, _BOX)


def _scanner(raw: bytes) -> None:
    scan = scan_mail(raw)
    assert all(0 <= part.start <= part.end <= len(raw) for part in scan.leaves)
    # Each multipart that is open may leave a leaf with what is in none of its parts.
    assert len(scan.leaves) <= limits.PARTS + limits.NESTING


def _classification(raw: bytes) -> None:
    """Decide as the classifier does, by facts of a small company, up to the writer's message."""
    mail, facts = a_mail(raw, _GUARDED), some_facts(_GUARDED)
    decided = decide(mail, facts)
    fetched = MailFetched(
        mail_id=MAIL_ID,
        box="crm",
        source="imap:1",
        received_at=RECEIVED,
        size=len(raw),
        sha256=hashlib.sha256(raw).hexdigest(),
        backup_key=A_KEY,
    )
    message = classified(fetched, mail, facts, decided)
    ids = [command.command_id for command in message.commands]
    assert len(set(ids)) == len(ids)
    assert MailClassified.read_json(message.model_dump_json()) == message
    assert all(word.isprintable() for word in message.verdict)


def _proof(raw: bytes) -> None:
    """Below the fields of our border a sender may write what he likes: it proves nothing (S-1)."""
    for head in (_BORDER + _STRANGE, _BORDER + b"X-Mailer: x\n" + _STRANGE):
        assert a_mail(head + raw, _GUARDED).proof.state != "proven"


def _addresses(raw: bytes) -> None:
    found = read_addresses(_text(raw), _MOST_ADDRESSES, [])
    assert len(found) <= _MOST_ADDRESSES
    assert all("@" in one.email for one in found)


def _charsets(raw: bytes) -> None:
    charset = _CHARSETS[len(raw) % len(_CHARSETS)]
    for hint in (None, "iso-8859-2"):
        decode_text(raw, charset, [], hint).encode("utf-8")


def _quotes(raw: bytes) -> None:
    text = _text(raw)
    parts = split_quotes(text)
    assert sorted(f"{parts.own}\n{parts.quoted}".split()) == sorted(text.split())


def _tokens(raw: bytes) -> None:
    text = _text(raw)
    for token in find_tokens(text[:200], text, _VOCABULARY, lambda one: (one, "")):
        assert token.number.isascii()


def _html(raw: bytes) -> None:
    text = _text(raw)
    defects: list[str] = []
    html_to_text(text, defects).encode("utf-8")
    read_structure(text, defects)
    assert not [one for one in defects if "cannot be read" in one]
    assert "<script" not in sanitise_html(text).lower()


def _results(raw: bytes) -> None:
    for one in read_results(_text(raw), cut=False).results:
        assert one.method == one.method.lower()


TARGETS: Mapping[str, Target] = {
    "mail": _mail,
    "scanner": _scanner,
    "classification": _classification,
    "proof": _proof,
    "reports": reports_of,
    "calendars": read,
    "addresses": _addresses,
    "charsets": _charsets,
    "quotes": _quotes,
    "tokens": _tokens,
    "html": _html,
    "results": _results,
}
