"""A linear scan of a mail's bytes: cuts parts at their boundaries and knows each leaf's range.

One pass from left to right with an explicit stack: no recursion, no copy of a body. Only header
blocks are handed on. A part ends at the next boundary line of any multipart that is still open,
so a missing final boundary costs nothing. What is beyond a cap stays inside its opaque leaf.
"""

import re
from dataclasses import dataclass, field

from services.classifier.parse import limits
from services.classifier.parse.headers import Headers, read_headers

_BLANK_LINE = re.compile(rb"\r?\n[ \t]*\r?\n")
_DELIMITER_BYTES = limits.BOUNDARY_CHARACTERS + 100
"""The longest delimiter line that is looked at: boundary, closing hyphens, blanks."""

_FIELD_LINE = re.compile(rb"(?:[!-9;-~]++[ \t]*+:|[ \t]|>?From )[^\n]*+(?:\n|\Z)")
_FIELD_LINES = re.compile(rb"(?:%s)*+" % _FIELD_LINE.pattern)
_MEDIA_TYPE = re.compile(r"[!-~]{1,120}/[!-~]{1,120}")
_LEADING = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*+\r?\n)*+")


@dataclass(slots=True)
class Part:
    """A leaf of the mail.

    Attributes:
        headers: Its header section.
        content_type: Media type, in lower case.
        start, end: Byte range of its encoded body.
        parent: Media type of the multipart around it, or an empty string.
        alternative: Number of the alternative it belongs to, or None.
    """

    headers: Headers
    content_type: str
    start: int
    end: int
    parent: str = ""
    alternative: int | None = None


@dataclass(slots=True)
class Scan:
    """A scanned mail.

    Attributes:
        headers: The mail's own header section.
        body_start: Where everything behind it begins.
        leaves: In order.
        defects: What was wrong or beyond a cap.
    """

    headers: Headers
    body_start: int
    leaves: list[Part] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Open:
    """A multipart whose closing boundary has not come yet."""

    boundary: bytes
    content_type: str
    alternative: int | None


def scan_mail(raw: bytes) -> Scan:
    """Scan `raw`; any bytes give a result.

    Mails with CR alone as line end must have been normalised, length unchanged, by the caller.
    """
    defects: list[str] = []
    leading = _LEADING.match(raw)
    start = leading.end() if leading else 0
    # A blank line beyond the limit on header sections is no header's end; one byte tells the cut.
    window = min(start + limits.HEADER_SECTION_BYTES + 1, len(raw))
    section, body_start = _header_section(raw, start, window)
    headers = read_headers(section, defects)
    if not headers.fields:
        # Then everything is text: what identifies the mail must not be empty.
        defects.append("no header section")
        body_start = start
    scan = Scan(headers, body_start, defects=defects)
    _Scanner(raw, scan).run()
    return scan


class _Scanner:
    """The pass over the delimiter lines."""

    def __init__(self, raw: bytes, scan: Scan) -> None:
        self._raw = raw
        self._scan = scan
        self._stack: list[_Open] = []
        self._lines: dict[bytes, tuple[int, bool]] = {}
        self._alternatives = 0
        self._opened = 0
        self._leaf: Part | None = None

    def run(self) -> None:
        self._begin(self._scan.headers, self._scan.body_start)
        if self._stack:
            self._follow_delimiters()
        self._finish(len(self._raw))
        if self._stack:
            self._flag("a multipart without its final boundary")
        if not self._scan.leaves:
            self._flag("a multipart without parts")

    def _follow_delimiters(self) -> None:
        raw = self._raw
        # One byte before the body: the line end of the blank line begins the first delimiter.
        position = max(self._scan.body_start - 1, 0)
        while self._stack and (begin := _delimiter(raw, position, len(raw))) >= 0:
            line, position = _line(raw, begin)
            known = self._lines.get(line)
            if known is None:
                continue
            depth, closes = known
            self._finish(_before_line_end(raw, begin - 1))
            self._close(depth if closes else depth + 1)
            if closes:
                continue
            if self._opened == limits.PARTS:
                self._flag("parts beyond the limit")
                self._close(0)
                return
            position = self._open_part(position)

    def _close(self, depth: int) -> None:
        """Multiparts from `depth` inwards are over."""
        del self._stack[depth:]
        # Of two open multiparts with one boundary, the inner one is meant.
        self._lines = {}
        for level, multipart in enumerate(self._stack):
            self._lines[multipart.boundary] = (level, False)
            self._lines[multipart.boundary + b"--"] = (level, True)

    def _open_part(self, line_end: int) -> int:
        """Read the part that begins behind a delimiter line; gives where to go on."""
        raw = self._raw
        self._opened += 1
        start = raw.find(b"\n", line_end) + 1 or len(raw)
        # A part may be cut short by the next delimiter, before its header section ends.
        window = min(start + limits.HEADER_SECTION_BYTES, len(raw))
        end = self._next_delimiter(start, window)
        section, body_start = _header_section(raw, start, end)
        if section and not _FIELD_LINE.match(raw, start, end):
            # Text without a blank line before it.
            section, body_start = b"", start
        self._begin(read_headers(section, self._scan.defects), body_start)
        return max(body_start - 1, line_end)

    def _next_delimiter(self, start: int, end: int) -> int:
        """Where the next delimiter of an open multipart begins; `end` if none comes before."""
        position = max(start - 1, 0)
        while (begin := _delimiter(self._raw, position, end)) >= 0:
            line, position = _line(self._raw, begin)
            if line in self._lines:
                return begin
        return end

    def _begin(self, headers: Headers, body_start: int) -> None:
        parent = self._stack[-1] if self._stack else None
        content_type = _content_type(headers, parent.content_type if parent else "")
        boundary = None
        if content_type.startswith("multipart/"):
            boundary = self._boundary(headers)
        alternative = parent.alternative if parent else None
        if boundary is None:
            if content_type.startswith("multipart/"):
                content_type = "text/plain" if not self._stack else "application/octet-stream"
            self._leaf = Part(
                headers,
                content_type,
                body_start,
                body_start,
                parent.content_type if parent else "",
                alternative,
            )
            return
        if content_type == "multipart/alternative" and alternative is None:
            self._alternatives += 1
            alternative = self._alternatives
        self._leaf = None
        self._stack.append(_Open(boundary, content_type, alternative))
        self._close(len(self._stack))

    def _boundary(self, headers: Headers) -> bytes | None:
        if len(self._stack) >= limits.NESTING:
            self._flag("multiparts nested beyond the limit")
            return None
        value = headers.parameter("boundary", "content-type", self._scan.defects)
        boundary = (value or "").rstrip().encode("utf-8", "surrogateescape")
        if not 0 < len(boundary) <= limits.BOUNDARY_CHARACTERS:
            self._flag("a multipart without a usable boundary")
            return None
        return boundary

    def _finish(self, end: int) -> None:
        """The leaf at hand ends here."""
        leaf, self._leaf = self._leaf, None
        if leaf is None:
            return
        leaf.end = max(end, leaf.start)
        self._scan.leaves.append(leaf)

    def _flag(self, defect: str) -> None:
        if defect not in self._scan.defects:
            self._scan.defects.append(defect)


def _delimiter(raw: bytes, position: int, end: int) -> int:
    """Where the next line that begins with two hyphens begins, at or behind `position`; or -1.

    A plain search for bytes: ten times faster than a pattern.
    """
    if position == 0 and raw.startswith(b"--"):
        return 0
    return raw.find(b"\n--", position, end) + 1 or -1


def _line(raw: bytes, begin: int) -> tuple[bytes, int]:
    """The delimiter line at `begin`, without hyphens and trailing blanks, and where it ends."""
    end = raw.find(b"\n", begin, begin + _DELIMITER_BYTES)
    end = end if end >= 0 else min(begin + _DELIMITER_BYTES, len(raw))
    return raw[begin + 2 : end].rstrip(b" \t\r"), end


def _header_section(raw: bytes, start: int, end: int) -> tuple[bytes, int]:
    """The header section that begins at `start`, and where the body behind it begins."""
    if raw[start : start + 1] == b"\n" or raw[start : start + 2] == b"\r\n":
        return b"", raw.find(b"\n", start) + 1
    found = _BLANK_LINE.search(raw, start, end)
    if found is None:
        # Without a blank line the first line that is no field begins the body.
        fields = _FIELD_LINES.match(raw, start, end)
        end = fields.end() if fields and fields.end() > start else end
        return raw[start:end], end
    return raw[start : found.start()], found.end()


def _content_type(headers: Headers, parent: str) -> str:
    """The media type; plain text where there is none or it is malformed (RFC 2045 section 5.2)."""
    said = headers.word("content-type")
    if not said and parent == "multipart/digest":
        return "message/rfc822"
    return said if _MEDIA_TYPE.fullmatch(said) else "text/plain"


def _before_line_end(raw: bytes, delimiter: int) -> int:
    """The line end before a delimiter belongs to the delimiter (RFC 2046 section 5.1.1)."""
    return delimiter - 1 if raw[delimiter - 1 : delimiter] == b"\r" else delimiter
