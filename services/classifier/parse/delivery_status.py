"""The machine part of a bounce: per-recipient fields of message/delivery-status (RFC 3464)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.classifier.parse.bounced_addresses import typed_address
from shared.domain.addresses import domain_of

STATUS_TYPES = frozenset(
    (
        *("message/delivery-status", "message/global-delivery-status"),
        *("text/delivery-status", "message/xdelivery-status", "message/x-delivery-status"),
    )
)
"""Media types of the machine part (RFC 3464, RFC 6533); some senders write other ones."""

_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,60})[ \t]*:[ \t]*(.*)", re.DOTALL)
_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d]|\.\d)")
_LINE_CHARACTERS = 4000
_VALUE_CHARACTERS = 8000
_RECIPIENT_FIELDS = ("final-recipient", "original-recipient", "x-actual-recipient")
_WORD = re.compile(r"[a-z]{1,20}")


@dataclass(frozen=True, slots=True)
class RecipientStatus:
    """What a report says of one recipient.

    Attributes:
        address: Final-Recipient, else Original-Recipient, in lower case; empty if neither names
            an address.
        action: In lower case: `failed`, `delayed`, `delivered`, `relayed`, `expanded`, or empty.
        status: Enhanced status (RFC 3463), or an empty string.
        diagnostic: Diagnostic-Code with its lines joined, or an empty string.
        original: Original-Recipient, if it is another address than `address`; else None.
    """

    address: str
    action: str
    status: str
    diagnostic: str
    original: str | None = None


def read_statuses(text: str) -> Iterator[RecipientStatus]:
    """Yield every recipient of the status part `text`, in order. Total, linear."""
    fields: dict[str, str] = {}
    for name, value in _fields(text):
        # Some senders forget the blank line between two recipients.
        if not name or (name == "final-recipient" and name in fields):
            yield from _recipient(fields)
            fields = {}
        if name:
            fields.setdefault(name, value)
    yield from _recipient(fields)


def enhanced_status(text: str) -> str | None:
    """Return the first enhanced status (RFC 3463) in `text`; an address of a host is none."""
    found = _ENHANCED.search(text)
    return found[1] if found else None


def _fields(text: str) -> Iterator[tuple[str, str]]:
    """Yield unfolded fields with their name in lower case; an empty name is a blank line."""
    name, values, size = "", [], 0
    for line in text.split("\n"):
        if line[:1] in (" ", "\t") and line.strip() and name:
            if size < _VALUE_CHARACTERS:
                values.append(line.strip()[:_LINE_CHARACTERS])
                size += len(values[-1])
            continue
        if name:
            yield name, " ".join(values)
        found = _FIELD.match(line[:_LINE_CHARACTERS])
        name = found[1].lower() if found else ""
        values = [found[2].strip()] if found else []
        size = len(line)
        if not line.strip():
            yield "", ""
    if name:
        yield name, " ".join(values)


def _recipient(fields: dict[str, str]) -> Iterator[RecipientStatus]:
    if not any(name in fields for name in _RECIPIENT_FIELDS):
        return
    typed = [typed_address(fields.get(name, "")) for name in _RECIPIENT_FIELDS]
    found = [address for address in typed if address]
    # A name inside a system, as x@ims_daemon, is nobody's address.
    address = next((one for one in found if "_" not in domain_of(one)), next(iter(found), ""))
    original = typed_address(fields.get("original-recipient", ""))
    action = _WORD.match(fields.get("action", "").lower())
    yield RecipientStatus(
        address,
        action[0] if action else "",
        enhanced_status(fields.get("status", "")) or "",
        fields.get("diagnostic-code", ""),
        original if original != address else None,
    )
