"""What a part is, by its Content-Type (RFC 2045 section 5), however carelessly that is written."""

import re

from services.classifier.parse.headers import Headers

_MEDIA_TYPE = re.compile(r"[!-~]{1,120}/[!-~]{1,120}")
_NAMED_BY_HALF = {
    "text": "text/plain",
    "plain": "text/plain",
    "html": "text/html",
    "multipart": "multipart/mixed",
    "calendar": "text/calendar",
}


def media_type(headers: Headers, parent: str) -> str:
    """Return the media type; plain text where none is said (section 5.2), empty if unreadable."""
    if headers.first("content-type") is None:
        return "message/rfc822" if parent == "multipart/digest" else "text/plain"
    said = headers.word("content-type")
    if not said and not (headers.first("content-type") or b"").strip(b"; \t"):
        return "text/plain"
    if _MEDIA_TYPE.fullmatch(said):
        return said
    if headers.parameter("boundary", "content-type", []):
        return "multipart/mixed"
    if not said and headers.parameter("charset", "content-type", []):
        return "text/plain"
    return _NAMED_BY_HALF.get(said, "")
