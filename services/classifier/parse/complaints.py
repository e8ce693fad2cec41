"""Abuse reports (ARF, RFC 5965): whose mail it was that complains (behaviour R-3)."""

from collections.abc import Iterable

from services.classifier.parse.bounced_addresses import distinct, is_daemon, typed_address
from services.classifier.parse.headers import Headers, read_headers
from services.classifier.parse.parsed_mail import Returned

FEEDBACK_TYPE = "message/feedback-report"
COMPLAINANTS = 100
"""Addresses that are kept of one report; as many mean that there may be more."""

_FORWARDED_FIELD = "x-hmxmroriginalrecipient"
_RECIPIENT_FIELDS = frozenset(("original-rcpt-to", "removal-recipient", _FORWARDED_FIELD))


def read_complaint(report: bytes, returned: Returned) -> tuple[str, ...]:
    """Original recipients of an abuse report; empty for reports about authentication and DMARC.

    Args:
        report: Decoded message/feedback-report (RFC 5965 section 3).
        returned: Of whose To one address stands in where the report names none.
    """
    # A blank line inside is a mistake of some senders.
    lines = (line for line in report.splitlines() if line.strip())
    headers = read_headers(b"\n".join(lines), [])
    if headers.word("feedback-type") != "abuse":
        return ()
    named = distinct(_named(headers.fields), COMPLAINANTS)
    if not named and len(returned.recipients) == 1:
        named = [one for one in returned.recipients if not is_daemon(one)]
    return tuple(named)


def read_forwarded_complaint(subject: bytes, original: Headers) -> tuple[str, ...]:
    """Return whom Microsoft's complaint names: the mail itself comes back, with its own field.

    Args:
        subject: Of the complaint, raw; its wording is asked because anybody can add the field.
        original: Header of the mail that came back.
    """
    if not subject.strip().lower().startswith(b"complaint about message"):
        return ()
    named = _named((name, value) for name, value in original.fields if name == _FORWARDED_FIELD)
    return tuple(distinct(named, COMPLAINANTS))


def _named(fields: Iterable[tuple[str, bytes]]) -> list[str]:
    values = (value for name, value in fields if name in _RECIPIENT_FIELDS)
    found = (typed_address(value.decode("utf-8", "replace")) for value in values)
    return [address for address in found if address]
