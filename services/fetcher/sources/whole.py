"""Whether what came is the mail, before the only copy may go (fault F-50). Pure.

The announced size alone decides nothing: Exchange estimates it, and good mail may have a third of
it. So what is shorter than announced is looked at more closely: a multipart without its last
boundary was cut off, and less than a quarter is something else than the mail.
"""

import re
from email import message_from_bytes

from services.fetcher.sources.notices import MOST_BYTES, is_notice
from shared.contracts.said import Said, said

_HEAD_BYTES = 128 * 1024
_TAIL_BYTES = 16 * 1024
_LEAST_SHARE = 4
OVERHEAD_BYTES = 16 * 1024
"""So much may be missing of a small mail: what Exchange counts beside the text."""

_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
_HEAD_END = re.compile(rb"\r?\n\r?\n")


class Came:
    """What came of one message, piece by piece; memory holds its beginning and its end.

    Attributes:
        size: Bytes so far.
    """

    def __init__(self, raw: bytes = b"") -> None:
        """Begin, with `raw` if it came as a whole."""
        self.size = 0
        self._head = bytearray()
        self._tail = b""
        self.add(raw)

    def add(self, piece: bytes) -> None:
        """Add the next piece."""
        self.size += len(piece)
        self._head += piece[: _HEAD_BYTES - len(self._head)]
        self._tail = (self._tail + piece[-_TAIL_BYTES:])[-_TAIL_BYTES:]

    def doubt(self, announced: int) -> Said | None:
        """Return why this is not the mail announced with `announced` bytes; None if it may be."""
        head = bytes(self._head)
        short = self.size < announced
        if not self.size:
            return said("nothing came of {announced} announced bytes", announced=announced)
        if not _has_field(head):
            return said(
                "what came has no header ({came} of {announced} announced bytes)",
                came=self.size,
                announced=announced,
            )
        if self.size <= MOST_BYTES and is_notice(head, short=short):
            return said("the server gave a notice instead of the mail")
        if announced - self.size > OVERHEAD_BYTES and self.size * _LEAST_SHARE < announced:
            return said(
                "{came} of {announced} announced bytes came", came=self.size, announced=announced
            )
        if short and self._is_cut_off(head):
            return said(
                "it was cut off: {came} of {announced} announced bytes came",
                came=self.size,
                announced=announced,
            )
        return None

    def _is_cut_off(self, head: bytes) -> bool:
        """Return whether a multipart lacks the line that ends it."""
        boundary = _boundary(head)
        return bool(boundary) and b"--" + boundary + b"--" not in self._tail


def _has_field(head: bytes) -> bool:
    """Return whether there is any header field before the first empty line."""
    fields = _HEAD_END.split(head.lstrip(b"\r\n"), maxsplit=1)[0]
    return any(_FIELD.match(line) for line in fields.splitlines())


def _boundary(head: bytes) -> bytes:
    """Return the boundary of a multipart, or nothing."""
    fields = _HEAD_END.split(head.lstrip(b"\r\n"), maxsplit=1)[0]
    message = message_from_bytes(fields + b"\r\n\r\n")
    if message.get_content_maintype() != "multipart":
        return b""
    return (message.get_boundary() or "").encode("utf-8", "surrogateescape")
