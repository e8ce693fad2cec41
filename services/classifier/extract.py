"""Extraction: what the rules ask about is read out of a parsed mail once. Pure."""

from datetime import datetime
from functools import lru_cache
from uuid import UUID

from services.classifier.identification import identification_key
from services.classifier.mail import Mail
from services.classifier.parse.quotes import split_quotes
from services.classifier.parsed_mail import ParsedMail
from services.classifier.tokens import find_tokens
from services.classifier.vocabulary import Vocabulary, first_prefix, tight
from shared.addresses import is_valid_address
from shared.folding import fold_line


def extract(
    parsed: ParsedMail,
    vocabulary: Vocabulary,
    *,
    mail_id: UUID,
    received_at: datetime,
    content_sha256: str,
) -> Mail:
    """The mail as the rules ask about it."""
    sender, sender_problem = _sender(parsed)
    recipients = dict.fromkeys(address.email for address in (*parsed.to, *parsed.cc))
    return Mail(
        mail_id=mail_id,
        received_at=received_at,
        content_sha256=content_sha256,
        parsed=parsed,
        sender=sender,
        sender_problem=sender_problem,
        recipients=tuple(recipients),
        key=identification_key(parsed),
        subject=tight(fold_line(parsed.subject)),
        unforwarded_subject=without_prefixes(parsed.subject, vocabulary.forwards),
        tokens=find_tokens(
            _without_new_task(parsed.subject, vocabulary), parsed.text, vocabulary, _own_and_quoted
        ),
    )


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


def _sender(parsed: ParsedMail) -> tuple[str | None, str]:
    """The sender address if there is exactly one valid one, else why not (R-b)."""
    if parsed.from_fields != 1:
        return None, f"the mail has {parsed.from_fields} From fields instead of one"
    if len(parsed.senders) != 1:
        return None, f"the From field has {len(parsed.senders)} addresses instead of one"
    address = parsed.senders[0].email
    if not _is_valid_address(address):
        return None, f"{address or 'an empty address'} is not a valid e-mail address"
    return address, ""


def _own_and_quoted(text: str) -> tuple[str, str]:
    parts = split_quotes(text)
    return parts.own, parts.quoted
