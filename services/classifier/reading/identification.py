"""The identification key of a mail (manual, chapter 15.1; behaviour R-a)."""

import hashlib
import json

from services.classifier.parse.parsed_mail import ParsedMail


def identification_key(parsed: ParsedMail) -> str:
    """SHA-256 over date, sender, recipients and subject, as 64 hex digits.

    The date counts as UTC seconds; a mail without a valid one is identified by its body instead.
    The order and the case of recipients do not matter.
    """
    when = int(parsed.date.timestamp()) if parsed.date else parsed.body_sha256
    senders = [address.email.lower() for address in parsed.senders]
    recipients = sorted({address.email.lower() for address in (*parsed.to, *parsed.cc)})
    parts = json.dumps([when, senders, recipients, parsed.subject])
    return hashlib.sha256(parts.encode("ascii")).hexdigest()
