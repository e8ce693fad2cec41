"""Bounces and complaints in a mail (RFC 3464, RFC 5965, vendors' dialects; behaviours R-2, R-3).

The machine part is believed first, then X-Failed-Recipients, then a vendor's text. What stands in
an attached mail is that mail's report, not this one's.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from services.classifier.parse.bounce_marks import Marks, marks_of
from services.classifier.parse.bounced_addresses import addresses_in
from services.classifier.parse.charsets import clean, decode_text
from services.classifier.parse.complaints import (
    COMPLAINANTS,
    FEEDBACK_TYPE,
    read_complaint,
    read_forwarded_complaint,
)
from services.classifier.parse.delivery_status import (
    STATUS_TYPES,
    RecipientStatus,
    enhanced_status,
    read_statuses,
)
from services.classifier.parse.dialects import (
    MAIL_BYTES,
    MOST_NAMED,
    explanation,
    header_failures,
    library_failures,
    may_have_failed,
    only_address,
    says_failure,
    text_failures,
)
from services.classifier.parse.failure_reasons import (
    gives_reason,
    is_only_delayed,
    judge,
    shortened,
)
from services.classifier.parse.leaf import Leaf
from services.classifier.parse.parsed_mail import FailedRecipient, Reports, Returned
from services.classifier.parse.returned import original_header, read_returned, returned_of
from services.classifier.parse.scanner import Scan, scan_mail

FAILURES = 100
"""Addresses that are kept of one bounce; whoever reads them has a lower bound (B-2)."""

STATUS_BYTES = 256 * 1024
"""This much of a status part is read: far more than so many recipients need."""

_Named = TypeVar("_Named", RecipientStatus, FailedRecipient)

_NOTHING = Reports()
_REPORT = "multipart/report"
_READ_RECEIPT = "message/disposition-notification"
_SUCCESS = ("delivered", "relayed", "expanded")
_NEAR_CHARACTERS = 800


@dataclass(frozen=True, slots=True)
class Reporting:
    """A mail that may report something.

    Attributes:
        leaves: Its own, and those of packages in it.
        text: All that is readable in it.
    """

    raw: bytes
    scan: Scan
    leaves: Sequence[Leaf]
    text: str


def read_reports(told: Reporting, defects: list[str]) -> Reports:
    """Return what machines report in a scanned mail. Total, linear."""
    scan = told.scan
    parts = {leaf.part.content_type: leaf for leaf in reversed(told.leaves)}
    marks = marks_of(scan.headers)
    # A person's mail may carry the parts of a report that was forwarded.
    is_report = marks.daemon or scan.headers.word("content-type") == _REPORT
    if is_report and FEEDBACK_TYPE in parts:
        return _complaint(told, parts[FEEDBACK_TYPE])
    statuses = list(_statuses(told.leaves)) if is_report else []
    if any(status.address for status in statuses):
        return _report(told, statuses)
    said = _said_in_words(told, marks, defects) if _READ_RECEIPT not in parts else None
    # A machine part that names nobody tells at least that mail came back.
    came_back = is_report and STATUS_TYPES & parts.keys()
    return said or (_report(told, statuses) if came_back else _NOTHING)


def _said_in_words(told: Reporting, marks: Marks, defects: list[str]) -> Reports | None:
    if not marks:
        return None
    return _forwarded_complaint(told) or _by_text(told, marks, defects)


def _by_text(told: Reporting, marks: Marks, defects: list[str]) -> Reports | None:
    """Read header or text of a mail whose header shows that a machine may write."""
    raw, scan, text = told.raw, told.scan, told.text
    if not scan.leaves:
        # Boundaries that fit nothing: the whole body is a text.
        text = clean(
            decode_text(raw[scan.body_start : scan.body_start + MAIL_BYTES], None, defects)
        )
    said = explanation(text)
    lost, delayed = _named(raw, said, marks, defects)
    failures = _distinct(_dialect(said, marks, lost, delayed))
    if not failures and marks.daemon and (report := _attached_report(told)):
        return report
    if not failures and not says_failure(said, is_system=marks.system):
        return None
    returned = read_returned(told.leaves, text)
    return Reports(failures, "dialect", (), returned, more=len(lost) + len(delayed) >= MOST_NAMED)


def _complaint(told: Reporting, report: Leaf) -> Reports:
    returned = read_returned(told.leaves, told.text)
    complainants = read_complaint(report.beginning(STATUS_BYTES), returned)
    return _complained(complainants, returned)


def _complained(complainants: tuple[str, ...], returned: Returned) -> Reports:
    more = len(complainants) == COMPLAINANTS
    return Reports(complainants=complainants, returned=returned, more=more)


def _forwarded_complaint(told: Reporting) -> Reports | None:
    original = original_header(told.leaves)
    if original is None:
        return None
    subject = told.scan.headers.first("subject") or b""
    complainants = read_forwarded_complaint(subject, original)
    if not complainants:
        return None
    return _complained(complainants, returned_of(original))


def _report(told: Reporting, statuses: list[RecipientStatus]) -> Reports:
    """Read the machine part; one that tells only of successes is no bounce."""
    said = explanation(told.text)
    failed = [
        status
        for status in statuses
        if status.action not in _SUCCESS and not status.status.startswith("2")
    ]
    if statuses and not failed:
        return _NOTHING
    # A recipient who is told of thousands of times is judged once.
    failures = tuple(
        _failure(status, said) for status in _distinct(one for one in failed if one.address)
    )
    returned = read_returned(told.leaves, told.text)
    return Reports(failures, "report", (), returned, more=len(failures) == FAILURES)


def _statuses(leaves: Iterable[Leaf]) -> Iterator[RecipientStatus]:
    """Yield recipients of every status part, in order."""
    for leaf in leaves:
        if leaf.part.content_type in STATUS_TYPES:
            status_part = decode_text(leaf.beginning(STATUS_BYTES), None, [])
            yield from read_statuses(clean(status_part))


def _attached_report(told: Reporting) -> Reports | None:
    """Return a report that a gateway has put into a mail of its own.

    Only asked where the bounce's own words name nobody: what came back may be a report, too.
    """
    mails = (leaf for leaf in told.leaves if leaf.part.content_type == "message/rfc822")
    attached = next(mails, None)
    raw = attached.beginning(STATUS_BYTES) if attached else b""
    scan = scan_mail(raw)
    if scan.headers.word("content-type") != _REPORT:
        return None
    leaves = [Leaf(raw, part) for part in scan.leaves]
    statuses = list(_statuses(leaves))
    return _report(Reporting(raw, scan, leaves, told.text), statuses) if statuses else None


def _failure(status: RecipientStatus, said: str) -> FailedRecipient:
    verdict = judge(status.action, status.status, status.diagnostic, said, status.address)
    reason = shortened(status.diagnostic or said)
    return FailedRecipient(
        status.address,
        verdict.status,
        verdict.permanent,
        verdict.of_address,
        reason,
        status.original,
    )


def _dialect(
    said: str, marks: Marks, lost: list[str], delayed: list[str]
) -> Iterator[FailedRecipient]:
    """Yield a failure for each address that a text names."""
    action = "delayed" if is_only_delayed(said) else ""
    near = _near(said, [*lost, *delayed])
    for address in _others(lost, marks.to):
        yield _said(address, said, near.get(address, ""), action)
    for address in _others(delayed, marks.to):
        yield _said(address, said, near.get(address, ""), "delayed")


def _named(raw: bytes, said: str, marks: Marks, defects: list[str]) -> tuple[list[str], list[str]]:
    """Ask header, library and our own sentences; the first that names anybody counts.

    Returns who is given up, and who is only delayed.
    """
    if not may_have_failed(said, is_system=marks.system):
        return [], []
    lost = header_failures(marks.failed) if marks.failed else []
    delayed: list[str] = []
    if not lost and marks.daemon:
        lost, delayed = library_failures(raw, defects)
    if not lost and not delayed and _may_name(said, marks):
        lost = text_failures(said, is_system=marks.system)
    if not lost and not delayed and marks.system:
        lost = only_address(said, addresses_in(marks.to))
    return lost, delayed


def _may_name(said: str, marks: Marks) -> bool:
    """Whether somebody failed, where a text names people.

    Mail systems also tell who was invited, copied or asked to approve.
    """
    if not marks.system or marks.of_delivery:
        return True
    return says_failure(said, is_system=True) or gives_reason(said)


def _others(named: list[str], receiver: str) -> list[str]:
    """Leave out whom the bounce is sent to: that is who wrote the mail, unless nobody else is."""
    receivers = set(addresses_in(receiver))
    return [address for address in named if address not in receivers] or named


def _near(said: str, addresses: list[str]) -> dict[str, str]:
    """Return what follows each address, up to the next of them."""
    lowered = said.lower()
    places = sorted((lowered.find(address), address) for address in addresses[:FAILURES])
    ends = [place for place, _ in places[1:]] + [len(said)]
    return {
        address: said[place : min(end, place + _NEAR_CHARACTERS)]
        for (place, address), end in zip(places, ends, strict=False)
        if place >= 0
    }


def _said(address: str, said: str, near: str, action: str) -> FailedRecipient:
    """Return a failure that a text names: what follows the address tells why."""
    verdict = judge(action, enhanced_status(near) or "", near, said, address)
    reason = shortened(near or said)
    return FailedRecipient(address, verdict.status, verdict.permanent, verdict.of_address, reason)


def _distinct(named: Iterable[_Named]) -> tuple[_Named, ...]:
    """Return each address once, at most so many; nothing behind them is read."""
    kept: dict[str, _Named] = {}
    for one in named:
        kept.setdefault(one.address, one)
        if len(kept) == FAILURES:
            break
    return tuple(kept.values())
