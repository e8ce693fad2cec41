"""Our messages as messages and back (architecture, "Contracts"). Pure.

A fetched mail travels byte for byte as `message/rfc822`, its fields as headers; above the inline
limit the body is empty and the classifier reads the backup. A classified mail is JSON.
"""

import zlib
from collections.abc import Mapping
from typing import TypeVar

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from shared.broker.message import SIZE, BrokerMessage, Header
from shared.contracts.base import Contract
from shared.contracts.bounds import MESSAGE_BYTES
from shared.contracts.box_state import BoxState
from shared.contracts.calendar_hint import CalendarHint
from shared.contracts.dead_letter import DeadLetterNote
from shared.contracts.line import one_line
from shared.contracts.messages import FetchedMail, MailClassified, MailFetched, MailRecorded
from shared.contracts.said import said
from shared.errors import ContractError, PermanentError

_PREFIX = "x-crmservice-"
_INLINE = "x-crmservice-inline"
_RAW, _JSON, _ZLIB = "message/rfc822", "application/json", "application/zlib"
_COMPRESSED_FROM_BYTES = 64 * 1024
_FASTEST = 1
_LONGEST_READ_BYTES = 8 * MESSAGE_BYTES
"""Earlier versions wrote longer messages, which are still read."""


_Ours = TypeVar("_Ours", bound=Contract)
_FIELDS = tuple(MailFetched.model_fields)
_UNKNOWN_KIND = "union_tag_invalid"
_LONGEST_KIND = 40


def fetched_to_broker(mail: FetchedMail) -> BrokerMessage:
    """Return the message to the classifier."""
    headers: dict[str, Header] = {
        f"{_PREFIX}{name.replace('_', '-')}": value
        for name, value in mail.message.model_dump(mode="json", exclude_none=True).items()
    }
    headers[_INLINE] = mail.raw is not None
    return BrokerMessage(str(mail.mail_id), _RAW, mail.raw or b"", headers)


def fetched_from_broker(broker_message: BrokerMessage) -> FetchedMail:
    """Return the mail that a message to the classifier holds.

    Raises:
        ContractError: It is none of a version that we know.
    """
    try:
        message = MailFetched.read(_fields_in_headers(broker_message))
    except ValidationError as error:
        raise _not_ours(MailFetched.__name__, error) from None
    inline = broker_message.headers.get(_INLINE, False)
    if inline and len(broker_message.body) != message.size:
        raise ContractError(
            said(
                "The message holds {number} bytes where its mail has {size}",
                number=len(broker_message.body),
                size=message.size,
            )
        )
    return FetchedMail(message, broker_message.body if inline else None)


def classified_to_broker(mail: MailClassified) -> BrokerMessage:
    """Return the message to the writer; a long one is compressed, and says how long it was.

    Raises:
        PermanentError: It is longer than any mail needs.
    """
    body = mail.model_dump_json().encode()
    if len(body) < _COMPRESSED_FROM_BYTES:
        return BrokerMessage(str(mail.mail_id), _JSON, body)
    if len(body) > MESSAGE_BYTES:
        raise PermanentError(
            said(
                "What the mail gives takes {number} bytes, more than the {message_bytes} that "
                "go to the writer; its backup is whole",
                number=len(body),
                message_bytes=MESSAGE_BYTES,
            )
        )
    return BrokerMessage(str(mail.mail_id), _ZLIB, zlib.compress(body, _FASTEST), {SIZE: len(body)})


def classified_from_broker(broker_message: BrokerMessage) -> MailClassified:
    """Return the classified mail that a message to the writer holds.

    Raises:
        ContractError: It is none of a version that we know.
    """
    return _read(MailClassified, broker_message)


def recorded_to_broker(mail: MailRecorded) -> BrokerMessage:
    """Return the message to the fetcher of the mail's box."""
    return BrokerMessage(str(mail.mail_id), _JSON, mail.model_dump_json().encode())


def recorded_from_broker(broker_message: BrokerMessage) -> MailRecorded:
    """Return the recorded mail that a message to a fetcher tells of.

    Raises:
        ContractError: It is none of a version that we know.
    """
    return _read(MailRecorded, broker_message)


def hint_to_broker(hint: CalendarHint) -> BrokerMessage:
    """Return the message to the calendar's service; it is about no mail."""
    return BrokerMessage("", _JSON, hint.model_dump_json().encode())


def hint_from_broker(broker_message: BrokerMessage) -> CalendarHint:
    """Return the hint that a message holds.

    Raises:
        ContractError: It is none of a version that we know.
    """
    return _read(CalendarHint, broker_message)


def state_to_broker(state: BoxState) -> BrokerMessage:
    """Return the message to the writer about a box; it is about no mail."""
    return BrokerMessage("", _JSON, state.model_dump_json().encode())


def state_from_broker(broker_message: BrokerMessage) -> BoxState:
    """Return the state of a box that a message holds.

    Raises:
        ContractError: It is none of a version that we know.
    """
    return _read(BoxState, broker_message)


def note_to_broker(note: DeadLetterNote) -> BrokerMessage:
    """Return the message to the writer about a dead letter."""
    return BrokerMessage(str(note.mail_id), _JSON, note.model_dump_json().encode())


def note_from_broker(broker_message: BrokerMessage) -> DeadLetterNote:
    """Read what a message tells of a dead letter.

    Raises:
        ContractError: It is none of a version that we know.
    """
    return _read(DeadLetterNote, broker_message)


class _Outline(BaseModel):
    """What both kinds of messages tell of their mail, as far as they do."""

    model_config = ConfigDict(extra="ignore")

    box: str | None = None
    source: str | None = None
    received_at: str | None = None
    size: int | None = None
    sha256: str | None = Field(None, validation_alias=AliasChoices("sha256", "content_sha256"))
    backup_key: str | None = None


def described(broker_message: BrokerMessage) -> Mapping[str, str]:
    """Return what a message of any queue tells of its mail, one line each; else nothing."""
    try:
        if broker_message.content_type in (_JSON, _ZLIB):
            outline = _Outline.model_validate_json(_json_of(broker_message))
        else:
            outline = _Outline.model_validate(_fields_in_headers(broker_message))
    except (ValidationError, ContractError):
        return {}
    told = outline.model_dump(exclude_none=True)
    return {name: one_line(str(value)) for name, value in told.items()}


def _fields_in_headers(broker_message: BrokerMessage) -> dict[str, Header]:
    names = {f"{_PREFIX}{name.replace('_', '-')}": name for name in _FIELDS}
    return {names[name]: value for name, value in broker_message.headers.items() if name in names}


def _read(kind: type[_Ours], broker_message: BrokerMessage) -> _Ours:
    """Return what a message of JSON holds.

    Raises:
        ContractError: It is none of a version that we know.
    """
    try:
        return kind.read_json(_json_of(broker_message))
    except ValidationError as error:
        raise _not_ours(kind.__name__, error) from None


def _json_of(broker_message: BrokerMessage) -> bytes:
    """Unpack the body; never more bytes than the message says, so that its weight is true."""
    if broker_message.content_type != _ZLIB:
        return broker_message.body
    most = (
        min(broker_message.weight, _LONGEST_READ_BYTES)
        if SIZE in broker_message.headers
        else _LONGEST_READ_BYTES
    )
    inflater = zlib.decompressobj()
    try:
        inflated = inflater.decompress(broker_message.body, most)
    except zlib.error:
        raise ContractError(said("The message's body is not compressed as it says")) from None
    if not inflater.eof:
        raise ContractError(
            said("The message's body is cut, or longer than {most} bytes", most=most)
        )
    return inflated


def _not_ours(kind: str, error: ValidationError) -> ContractError:
    # Only places and kinds of errors: the values are a mail's.
    found = error.errors(include_input=False, include_url=False)
    unknown = [one for one in found if one["type"] == _UNKNOWN_KIND]
    if unknown:
        tag = one_line(str(unknown[0].get("ctx", {}).get("tag", "")))[:_LONGEST_KIND]
        return ContractError(
            said(
                "The message holds a command of the kind {tag}, which this service does not "
                "know: bring it up to the version of the service that sent it, and release the "
                "mail",
                tag=repr(tag),
            )
        )
    where = ", ".join(".".join(map(str, one["loc"])) + f" ({one['type']})" for one in found[:5])
    return ContractError(
        said(
            "The message is no {kind} of a version this service knows: {where}",
            kind=kind,
            where=where,
        )
    )
