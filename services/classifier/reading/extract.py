"""Extraction: what the rules ask about is read out of a parsed mail once. Pure."""

import re
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from itertools import accumulate
from uuid import UUID

from services.classifier.facts.facts import BoxContext
from services.classifier.parse.addresses import read_addresses
from services.classifier.parse.html import Structure, read_structure
from services.classifier.parse.parsed_mail import ParsedMail
from services.classifier.parse.quotes import split_quotes
from services.classifier.reading.identification import identification_key
from services.classifier.reading.mail import Bounce, Mail, field_values
from services.classifier.reading.phrases import bounce_by_phrase
from services.classifier.reading.problem import ProblemReport, read_problem
from services.classifier.reading.proof import Proof, prove
from shared.contracts.said import NOTHING_SAID, Said, said, said_many
from shared.domain.addresses import is_valid_address
from shared.domain.folding import fold_line
from shared.domain.own_mail import LOOP_HEADER
from shared.domain.tokens import Token, find_tokens
from shared.domain.vocabulary import Vocabulary, first_prefix, tight

_ENVELOPE = ("delivered-to", "x-original-to", "envelope-to", "resent-to")
_RESULTS = "authentication-results"
_MOST_FORWARDED = 50
_MOST_ANSWERED = 20
_ANSWERED_CHARACTERS = 4000
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,500}>")


def extract(
    parsed: ParsedMail,
    context: BoxContext,
    *,
    mail_id: UUID,
    received_at: datetime,
    content_sha256: str,
) -> Mail:
    """The mail as the rules ask about it."""
    vocabulary = context.vocabulary
    sender, sender_problem = _sender(parsed)
    subject = tight(fold_line(parsed.subject))
    tokens = find_tokens(
        _without_new_task(parsed.subject, vocabulary), parsed.text, vocabulary, _own_and_quoted
    )
    recipients = dict.fromkeys(address.email for address in (*parsed.to, *parsed.cc))
    mail = Mail(
        mail_id=mail_id,
        received_at=received_at,
        content_sha256=content_sha256,
        parsed=parsed,
        sender=sender,
        sender_problem=sender_problem,
        recipients=tuple(recipients),
        key=identification_key(parsed),
        subject=subject,
        unforwarded_subject=without_prefixes(parsed.subject, vocabulary.forwards),
        tokens=tokens,
        is_our_own=_is_our_own(parsed, context),
        proof=_proof(parsed, context, sender),
        forwarded_from=_forwarded_from(parsed),
        answers_to=_answers_to(parsed),
        problem=_problem(parsed, subject, tokens, vocabulary),
    )
    return replace(mail, bounce=_bounce(mail, vocabulary))


def _proof(parsed: ParsedMail, context: BoxContext, sender: str | None) -> Proof:
    if sender and parsed.senders[0].odd:
        odd = said("other systems may read another sender in such a From field")
        return Proof("refuted", odd)
    results = field_values(parsed, _RESULTS)
    cut = parsed.headers.are_cut(_RESULTS)
    return prove(results, context.box.authserv_id, sender, cut)


def _is_our_own(parsed: ParsedMail, context: BoxContext) -> bool:
    if context.own_mail is None:
        return False
    return context.own_mail.is_ours(parsed.message_id, field_values(parsed, LOOP_HEADER.lower()))


def _forwarded_from(parsed: ParsedMail) -> tuple[str, ...]:
    values = [value for name in _ENVELOPE for value in field_values(parsed, name)[:_MOST_FORWARDED]]
    found = (one.email for value in values for one in read_addresses(value, _MOST_FORWARDED, []))
    return tuple(dict.fromkeys(found))[:_MOST_FORWARDED]


def _answers_to(parsed: ParsedMail) -> tuple[str, ...]:
    """`In-Reply-To`, then `References` from its end (RFC 5322 section 3.6.4)."""
    direct = [
        one for value in field_values(parsed, "in-reply-to") for one in _MESSAGE_ID.findall(value)
    ]
    earlier = [
        one for value in field_values(parsed, "references") for one in _MESSAGE_ID.findall(value)
    ]
    nearest = tuple(dict.fromkeys((*direct, *reversed(earlier))))[:_MOST_ANSWERED]
    lengths = accumulate(map(len, nearest))
    return tuple(
        one for one, end in zip(nearest, lengths, strict=True) if end <= _ANSWERED_CHARACTERS
    )


def _problem(
    parsed: ParsedMail, subject: str, tokens: tuple[Token, ...], vocabulary: Vocabulary
) -> ProblemReport | None:
    if not first_prefix(subject, vocabulary.problems):
        return None
    structure = read_structure(parsed.html, []) if parsed.html else Structure()
    return read_problem(parsed.text, tokens, structure.rows, structure.links, vocabulary)


def _bounce(mail: Mail, vocabulary: Vocabulary) -> Bounce | None:
    """A machine's report, else a phrase pair of the vocabulary (B-2, B-4)."""
    reports = mail.parsed.reports
    if reports.source and reports.failures:
        named = {
            "report": said("a delivery report (RFC 3464)"),
            "dialect": said("a mail server's own words"),
        }
        return Bounce(named[reports.source], reports.failures, reports.more)
    return bounce_by_phrase(mail, vocabulary)


_is_valid_address = lru_cache(maxsize=4096)(is_valid_address)


def without_prefixes(subject: str, prefixes: tuple[str, ...]) -> str:
    """`subject` as written, without any number of leading `prefixes`, which end in a colon."""
    while first_prefix(tight(fold_line(subject)), prefixes):
        subject = after_colon(subject)
    return subject


def _without_new_task(subject: str, vocabulary: Vocabulary) -> str:
    """What can hold a token: in `New task: 3 pumps` the 3 is no task's number."""
    bare = without_prefixes(subject, vocabulary.forwards)
    is_new_task = first_prefix(tight(fold_line(bare)), vocabulary.new_task)
    return after_colon(bare) if is_new_task else subject


def after_colon(subject: str) -> str:
    """What stands behind the first colon, in whatever width it is written."""
    for position, character in enumerate(subject):
        if fold_line(character) == ":":
            return subject[position + 1 :].strip()
    return ""


def _sender(parsed: ParsedMail) -> tuple[str | None, Said]:
    """The sender address if there is exactly one valid one, else why not (R-b)."""
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


def _own_and_quoted(text: str) -> tuple[str, str]:
    parts = split_quotes(text)
    return parts.own, parts.quoted
