"""Extraction: what the rules ask about is read out of a parsed mail once. Pure."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from itertools import accumulate
from uuid import UUID

from services.classifier.facts.facts import BoxContext
from services.classifier.parse.addresses import read_addresses
from services.classifier.parse.forwarded import forwarded_senders
from services.classifier.parse.headers import decode_field
from services.classifier.parse.html import Structure, read_structure
from services.classifier.parse.message_ids import message_ids
from services.classifier.parse.parsed_mail import ParsedMail
from services.classifier.reading.body_text import BodyText
from services.classifier.reading.identification import identification_key
from services.classifier.reading.mail import Bounce, Mail, field_values
from services.classifier.reading.phrases import bounce_by_phrase
from services.classifier.reading.problem import ProblemReport, read_problem
from services.classifier.reading.proof import ClaimedSender, Proof, prove
from services.classifier.reading.trusted_hosts import trusted_hosts
from services.classifier.reading.way_in import WayIn, way_in
from services.classifier.xml_mail.request import xml_request
from shared.contracts.said import NOTHING_SAID, Said, said, said_many
from shared.domain.addresses import domain_of, is_valid_address
from shared.domain.folding import fold_line
from shared.domain.own_mail import LOOP_HEADER
from shared.domain.tickets import Ticket, find_tickets
from shared.domain.tokens import Token, find_tokens
from shared.domain.vocabulary import Vocabulary, comparable_subject, first_prefix, without_tags

_ENVELOPE = (
    *("delivered-to", "x-original-to", "envelope-to", "resent-to"),
    *("x-forwarded-for", "x-forwarded-to"),
)
_INSIDE = "x-ms-exchange-organization-authas"
_MOST_FORWARDED = 50
_MOST_ANSWERED = 20
_ANSWERED_CHARACTERS = 4000
_NUMBER = re.compile("[ :#]{0,3}[0-9]")
"""What follows `Problem No.`; `Problém C. V. Hora` is somebody's name."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is known of a mail before it is read.

    Attributes:
        mail_id: Its name everywhere (I-5).
        received_at: When the source got it.
        content_sha256: Digest of the raw mail.
        from_file: It came as a file of `emlDir`, whose header anybody may have written (S-1).
        folder: The folder of its box that it was in, where the box has folders.
    """

    mail_id: UUID
    received_at: datetime
    content_sha256: str
    from_file: bool = False
    folder: str | None = None


def extract(parsed: ParsedMail, context: BoxContext, arrival: Arrival) -> Mail:
    """Read out of a mail what the rules ask about."""
    vocabulary = context.vocabulary
    way = way_in(parsed.headers, trusted_hosts(context.box, context.box.own_domains))
    sender, sender_problem = _sender(parsed)
    subject = comparable_subject(parsed.subject, vocabulary.tags)
    body = BodyText(parsed.text)
    tokens = find_tokens(parsed.subject, parsed.text, vocabulary, lambda _text: _told_apart(body))
    recipients = dict.fromkeys(address.email for address in (*parsed.to, *parsed.cc))
    xml = xml_request(parsed.xml_documents, sender, context.box)
    mail = Mail(
        mail_id=arrival.mail_id,
        received_at=arrival.received_at,
        content_sha256=arrival.content_sha256,
        parsed=parsed,
        sender=sender,
        sender_problem=sender_problem,
        recipients=tuple(recipients),
        key=(xml.key if xml else None) or identification_key(parsed),
        subject=subject,
        unforwarded_subject=without_prefixes(parsed.subject, vocabulary.forwards, vocabulary.tags),
        tokens=tokens,
        body=body,
        is_our_own=_is_our_own(parsed, context),
        proof=_proof(parsed, context, sender, way, from_file=arrival.from_file),
        forwarded_from=_forwarded_from(parsed, way),
        forwards=_forwards(parsed, subject, vocabulary),
        answers_to=_answers_to(parsed),
        problem=_problem(parsed, subject, tokens, vocabulary),
        folder=arrival.folder,
        tickets=_tickets(parsed, context),
        xml=xml,
        key_alone=bool(context.box.strict_manual_duplicates or (xml and xml.key)),
    )
    return replace(mail, bounce=_bounce(mail, vocabulary))


def _proof(
    parsed: ParsedMail, context: BoxContext, sender: str | None, way: WayIn, *, from_file: bool
) -> Proof:
    if sender is None:
        return Proof("unknown", said("there is no single valid sender"))
    if parsed.senders[0].odd:
        odd = said("other systems may read another sender in such a From field")
        return Proof("refuted", odd)
    if from_file and not context.box.eml_trusted:
        return Proof("unknown", said("files of emlDir prove nothing"))
    return prove(way, _claim(parsed, context, sender))


def _claim(parsed: ParsedMail, context: BoxContext, sender: str) -> ClaimedSender:
    own = context.box.own_domains
    lists = [value.rstrip("> ").rpartition("<")[2] for value in field_values(parsed, "list-id")]
    inside = [value.lower() for value in field_values(parsed, _INSIDE)]
    return ClaimedSender(
        sender,
        is_own=domain_of(sender) in own,
        by_list=any(f".{one}".endswith(f".{domain}") for one in lists for domain in own),
        internal="exchange-online" in context.box.mail_system and set(inside) == {"internal"},
    )


def _is_our_own(parsed: ParsedMail, context: BoxContext) -> bool:
    if context.own_mail is None:
        return False
    return context.own_mail.is_ours(parsed.message_id, field_values(parsed, LOOP_HEADER.lower()))


def _tickets(parsed: ParsedMail, context: BoxContext) -> tuple[Ticket, ...]:
    if not context.box.conversations:
        return ()
    return find_tickets(parsed.subject, context.own_mail)


def _forwarded_from(parsed: ParsedMail, way: WayIn) -> tuple[str, ...]:
    """Return addresses of the envelope, as servers on the way in have noted them (R-c, S-11)."""
    own = parsed.headers.fields[: way.own_fields]
    values = [
        decode_field(value, [])
        for name in _ENVELOPE
        for value in [raw for field, raw in own if field == name][:_MOST_FORWARDED]
    ]
    found = (one.email for value in values for one in read_addresses(value, _MOST_FORWARDED, []))
    return tuple(dict.fromkeys(found))[:_MOST_FORWARDED]


def _forwards(parsed: ParsedMail, subject: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return senders of what is forwarded: an answer's header is not that of its content."""
    if not first_prefix(subject, vocabulary.forwards):
        return ()
    return forwarded_senders(parsed.text) or parsed.attached_senders


def _answers_to(parsed: ParsedMail) -> tuple[str, ...]:
    """Return `In-Reply-To`, then `References` from its end (RFC 5322 section 3.6.4)."""
    direct = [one for value in field_values(parsed, "in-reply-to") for one in message_ids(value)]
    earlier = [one for value in field_values(parsed, "references") for one in message_ids(value)]
    nearest = tuple(dict.fromkeys((*direct, *reversed(earlier))))[:_MOST_ANSWERED]
    lengths = accumulate(map(len, nearest))
    return tuple(
        one for one, end in zip(nearest, lengths, strict=True) if end <= _ANSWERED_CHARACTERS
    )


def _problem(
    parsed: ParsedMail, subject: str, tokens: tuple[Token, ...], vocabulary: Vocabulary
) -> ProblemReport | None:
    phrase = first_prefix(subject, vocabulary.problems)
    if phrase is None or (phrase.endswith(".") and not _NUMBER.match(subject, len(phrase))):
        return None
    structure = read_structure(parsed.html, []) if parsed.html else Structure()
    return read_problem(parsed.text, tokens, structure.rows, structure.links, vocabulary)


def _bounce(mail: Mail, vocabulary: Vocabulary) -> Bounce | None:
    """Return a machine's report, else a phrase pair of the vocabulary (B-2, B-4)."""
    reports = mail.parsed.reports
    by_phrase = bounce_by_phrase(mail, vocabulary)
    if not reports.source or (by_phrase and not reports.failures):
        return by_phrase
    named = {
        "report": said("a delivery report (RFC 3464)"),
        "dialect": said("a mail server's own words"),
    }
    return Bounce(named[reports.source], reports.failures, reports.more)


_is_valid_address = lru_cache(maxsize=4096)(is_valid_address)


def without_prefixes(subject: str, prefixes: tuple[str, ...], tags: frozenset[str]) -> str:
    """Return `subject` as written, without any number of leading `tags` and `prefixes`."""
    while first_prefix(comparable_subject(subject, tags), prefixes):
        subject = after_colon(without_tags(subject, tags))
    return without_tags(subject, tags)


def after_colon(subject: str) -> str:
    """Return what follows the first colon, in whatever width it is written."""
    for position, character in enumerate(subject):
        if fold_line(character) == ":":
            return subject[position + 1 :].strip()
    return ""


def _sender(parsed: ParsedMail) -> tuple[str | None, Said]:
    """Return the sender address if there is exactly one valid one, else why not (R-b)."""
    if parsed.from_fields != 1:
        return None, said_many(
            "the mail has {n} From field instead of one",
            "the mail has {n} From fields instead of one",
            parsed.from_fields,
        )
    if len(parsed.senders) != 1:
        return None, said_many(
            "the From field has {n} address instead of one",
            "the From field has {n} addresses instead of one",
            len(parsed.senders),
        )
    address = parsed.senders[0].email
    if not _is_valid_address(address):
        shown = address or said("an empty address")
        return None, said("{address} is not a valid e-mail address", address=shown)
    return address, NOTHING_SAID


def _told_apart(body: BodyText) -> tuple[str, str]:
    return body.parts.own, body.parts.quoted
