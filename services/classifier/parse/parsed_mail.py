"""What parsing gives: a mail as plain data. Nothing here is trusted, nothing is missing."""

from dataclasses import dataclass
from datetime import date, datetime

from services.classifier.parse.headers import Headers
from shared.contracts.content import PartRef


@dataclass(frozen=True, slots=True)
class Address:
    """One address of a header field.

    Attributes:
        email: The addr-spec in lower case, without comments: `jan@firma.cz`. May be invalid.
        name: The display name, decoded. Never used for matching (behaviour R-b).
        odd: Others may read another address there: characters inside it or blanks were taken out,
            a route, or a second address beside the brackets. As a sender it is not believed (S-1).
    """

    email: str
    name: str = ""
    odd: bool = False


@dataclass(frozen=True, slots=True)
class FailedRecipient:
    """An address that a bounce names (behaviours B-2 and B-3).

    Attributes:
        address: In lower case.
        status: Enhanced status (RFC 3463), as `5.1.1`; None if the bounce has none.
        permanent: Delivery was given up: action `failed`, or a status of class 5.
        of_address: The address itself is at fault (does not exist, its domain does not exist),
            rather than a full mailbox, a policy or something temporary.
        reason: What the bounce says, shortened, for a person.
        original: The address that the mail was sent to, where another system has made `address`
            out of it (RFC 3464 section 2.3.1); None if unknown, or the same.
    """

    address: str
    status: str | None
    permanent: bool
    of_address: bool
    reason: str
    original: str | None = None

    @property
    def addresses(self) -> tuple[str, ...]:
        """Both names of whom it concerns."""
        return (self.address, self.original) if self.original else (self.address,)


@dataclass(frozen=True, slots=True)
class Returned:
    """What is known of the mail that came back.

    Attributes:
        sender: Its From address in lower case, or None.
        message_id: With angle brackets, or None.
        recipients: Addresses of its To, in order, in lower case.
    """

    sender: str | None = None
    message_id: str | None = None
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reports:
    """What machines report in a mail: bounces (RFC 3464, dialects), complaints (RFC 5965).

    Attributes:
        failures: Addresses that a bounce names, each once, in order.
        source: Where they were found: `report` (machine part), `dialect` (a vendor's text), or
            an empty string if the mail is no bounce.
        complainants: Original recipients of an abuse report; empty if the mail is none.
        returned: The mail that came back.
        more: There were more addresses than are kept.
    """

    failures: tuple[FailedRecipient, ...] = ()
    source: str = ""
    complainants: tuple[str, ...] = ()
    returned: Returned = Returned()
    more: bool = False


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody invited; the answer is a PARTSTAT in upper case, as `ACCEPTED`."""

    address: str
    answer: str


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One event of a calendar part (RFC 5545, RFC 5546; behaviours V2-1 to V2-3).

    Attributes:
        method: Of the calendar, else of the part's header, in upper case: `REQUEST`.
        uid: Never empty.
        recurrence_id: Which occurrence, as UTC `20261110T080000Z` or a date `20261110`; None for
            the whole event or series.
        sequence: 0 without one; at most 2**31 - 1.
        stamp: DTSTAMP in UTC, or None.
        start, end: An aware moment; a date where all-day; a naive moment where floating, or where
            the zone is unknown. End is computed from DURATION where there is one; None without.
        summary, location: Cleaned, one line.
        organizer: Address in lower case, or None.
        attendees: In order, each address once.
        rule: RRULE as it is written, shortened to 500 characters; None without. Never expanded.
    """

    method: str
    uid: str
    recurrence_id: str | None
    sequence: int
    stamp: datetime | None
    start: datetime | date | None
    end: datetime | date | None
    summary: str
    location: str
    organizer: str | None
    attendees: tuple[Attendee, ...]
    rule: str | None

    @property
    def all_day(self) -> bool:
        """Whether it lasts whole days."""
        return self.start is not None and not isinstance(self.start, datetime)


@dataclass(frozen=True, slots=True)
class ParsedMail:
    r"""A mail as the rules may see it.

    Attributes:
        senders: Every address of every From field, in order: the rules want exactly one.
        from_fields: How many From fields there are.
        to, cc: Recipients in header order, at most 1,000 together.
        subject: Decoded, white space folded, without control characters.
        date: The Date header in UTC; None without a valid one.
        message_id: With its angle brackets, or None.
        text: All readable text of the body, HTML turned into text, lines ended by `\n`.
        text_is_html: The text comes from HTML.
        html: The HTML body, decoded and within its bounds; None without one.
        attachments: Files of the mail, signature pictures once.
        auto_submitted: RFC 3834, and the older marks of automatic mail.
        body_sha256: Digest of the body, part by part as decoded.
        size: Bytes of the raw mail.
        defects: What was wrong or beyond a cap, one short sentence each.
        headers: All header fields, raw; what only one rule asks for is decoded when it asks.
        reports: Bounces and complaints in it.
        events: Events of its calendar parts that have a METHOD.
        attached_senders: From addresses of mails that are attached.
        xml_documents: XML in it that is in the language of XML mail (E-4).
        offset: Where it begins in its backup: a journal report has it inside (I-14).
        inner_sha256: Digest of its own bytes, where it lies inside a report.
    """

    senders: tuple[Address, ...]
    from_fields: int
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    date: datetime | None
    message_id: str | None
    text: str
    text_is_html: bool
    html: str | None
    attachments: tuple[PartRef, ...]
    auto_submitted: bool
    body_sha256: str
    size: int
    defects: tuple[str, ...]
    headers: Headers
    reports: Reports = Reports()
    events: tuple[CalendarEvent, ...] = ()
    attached_senders: tuple[str, ...] = ()
    xml_documents: tuple[bytes, ...] = ()
    offset: int = 0
    inner_sha256: str | None = None
