"""Our messages as letters and back (architecture, "Contracts"). Pure.

A fetched mail travels byte for byte as `message/rfc822`, its fields as headers; above the inline
limit the body is empty and the classifier reads the backup. A classified mail is JSON.
"""

import zlib

from pydantic import ValidationError

from shared.broker.letters import Header, Letter
from shared.contracts.bounds import MESSAGE_BYTES
from shared.contracts.messages import FetchedMail, MailClassified, MailFetched
from shared.errors import ContractError

_PREFIX = "x-crmservice-"
_INLINE = "x-crmservice-inline"
_RAW, _JSON, _ZLIB = "message/rfc822", "application/json", "application/zlib"
_COMPRESSED_FROM_BYTES = 64 * 1024
_FASTEST = 1
_LONGEST_BYTES = 8 * MESSAGE_BYTES
"""Earlier versions wrote longer messages, which are still read."""

_FIELDS = tuple(MailFetched.model_fields)


def fetched_to_letter(mail: FetchedMail) -> Letter:
    """The letter to the classifier."""
    headers: dict[str, Header] = {
        f"{_PREFIX}{name.replace('_', '-')}": value
        for name, value in mail.message.model_dump(mode="json").items()
    }
    headers[_INLINE] = mail.raw is not None
    return Letter(str(mail.mail_id), _RAW, mail.raw or b"", headers)


def letter_to_fetched(letter: Letter) -> FetchedMail:
    """The mail that a letter to the classifier holds.

    Raises:
        ContractError: It is none of a version that we know.
    """
    names = {f"{_PREFIX}{name.replace('_', '-')}": name for name in _FIELDS}
    fields = {names[name]: value for name, value in letter.headers.items() if name in names}
    try:
        message = MailFetched.model_validate(fields)
    except ValidationError as error:
        raise _not_ours(MailFetched.__name__, error) from None
    inline = letter.headers.get(_INLINE, False)
    if inline and len(letter.body) != message.size:
        raise ContractError(
            f"The message holds {len(letter.body)} bytes where its mail has {message.size}"
        )
    return FetchedMail(message, letter.body if inline else None)


def classified_to_letter(mail: MailClassified) -> Letter:
    """The letter to the writer; a long one is compressed."""
    body = mail.model_dump_json().encode()
    if len(body) < _COMPRESSED_FROM_BYTES:
        return Letter(str(mail.mail_id), _JSON, body)
    return Letter(str(mail.mail_id), _ZLIB, zlib.compress(body, _FASTEST))


def letter_to_classified(letter: Letter) -> MailClassified:
    """The classified mail that a letter to the writer holds.

    Raises:
        ContractError: It is none of a version that we know.
    """
    body = _inflated(letter.body) if letter.content_type == _ZLIB else letter.body
    try:
        return MailClassified.model_validate_json(body)
    except ValidationError as error:
        raise _not_ours(MailClassified.__name__, error) from None


def _inflated(body: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        inflated = inflater.decompress(body, _LONGEST_BYTES)
    except zlib.error:
        raise ContractError("The message's body is not compressed as it says") from None
    if not inflater.eof:
        raise ContractError(f"The message's body is cut, or longer than {_LONGEST_BYTES} bytes")
    return inflated


def _not_ours(kind: str, error: ValidationError) -> ContractError:
    # Only places and kinds of errors: the values are a mail's.
    found = error.errors(include_input=False, include_url=False, include_context=False)
    where = ", ".join(".".join(map(str, one["loc"])) + f" ({one['type']})" for one in found[:5])
    return ContractError(f"The message is no {kind} of a version this service knows: {where}")
