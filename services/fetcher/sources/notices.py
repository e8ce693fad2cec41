"""Notices that a server gives in place of a mail that it cannot convert (fault F-50). Pure.

Exchange answers FETCH and RETR with a small mail of its own: from *Microsoft Exchange Server*,
without an address, without `Received`, and in the language of the server. The mail itself is still
in the box, and Outlook can read it.
"""

import re
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

from shared.domain.folding import fold_line

MOST_BYTES = 64 * 1024
"""No notice is larger."""

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_RECEIVED = re.compile(rb"^received[ \t]*:", re.IGNORECASE | re.MULTILINE)
_PROTOCOL = re.compile(r"\b(?:imap4?|pop3?)\b.*\d\s*$")
_EXCHANGE = re.compile(r"exchange server|microsoft@unknown")
_CANNOT = re.compile(
    r"could\W?n.?t (?:be )?retriev|could not (?:be )?retriev|cannot be retriev|unable to retriev"
    r"|retrieval using the .{1,20} failed"
    r"|nicht (?:abgerufen|abrufen)|abruf\w* .{0,80}fehlgeschlagen"
    r"|ne(?:lze|mohl\w*|podarilo se|bylo mozne) .{0,30}(?:nacist|ziskat|stahnout)"
    r"|ne(?:mohol|podarilo sa|bolo mozne) .{0,30}(?:nacitat|ziskat|stiahnut)"
    r"|n.a pas pu .{0,30}(?:recuper|extrai)|impossible de recuper"
    r"|no (?:se )?pud\w* recuper|non e (?:stato )?possibile recuper"
    r"|kan .{0,30}niet .{0,30}op(?:ge)?halen|nie (?:mozna|mogl\w*) .{0,30}pobrac",
)
_STILL_THERE = re.compile(
    r"(?:has|was)(?: not|n.{1,3}t) been deleted|(?:was not|wasn.{1,3}t) deleted"
    r"|nicht geloscht|ne(?:byla|ni) (?:odstranena|smazana)|ne(?:bola|bolo) (?:odstranen|vymazan)"
    r"|pas ete supprim|no se ha eliminado|non e stato eliminato|niet verwijderd"
    r"|nie zosta\w* usunie",
)


def is_notice(raw: bytes, *, short: bool) -> bool:
    """Return whether a small mail is a server's notice that it does not give another mail.

    Args:
        raw: The mail.
        short: Whether fewer bytes came than were announced. A mail that came on its way (it has
            `Received`) and has the size that was told may quote a notice.
    """
    if not short and _RECEIVED.search(_HEAD_END.split(raw.lstrip(b"\r\n"), maxsplit=1)[0]):
        return False
    message = message_from_bytes(raw)
    subject, sender = _header(message, "Subject"), _header(message, "From")
    text = f"{subject}\n{_text(message)}"
    if _CANNOT.search(text) and _STILL_THERE.search(text):
        return True
    by_itself = "Received" not in message and "Message-ID" not in message
    return by_itself and bool(_EXCHANGE.search(sender) or _PROTOCOL.search(subject))


def _header(message: Message, name: str) -> str:
    written = str(message.get(name, ""))
    try:
        parts = decode_header(written)
    except (HeaderParseError, ValueError):
        return fold_line(written)
    return fold_line("".join(_decoded(part, charset) for part, charset in parts))


def _text(message: Message) -> str:
    """Return the text of all parts that have some, folded."""
    texts = []
    for part in message.walk():
        payload = part.get_payload(decode=True)
        if part.get_content_maintype() == "text" and isinstance(payload, bytes):
            texts.append(_decoded(payload, part.get_content_charset()))
    return fold_line(" ".join(texts))


def _decoded(data: bytes | str, charset: str | None) -> str:
    if isinstance(data, str):
        return data
    try:
        return data.decode(charset or "utf-8", "replace")
    except LookupError:
        return data.decode("utf-8", "replace")
