"""A linear scan of a mail's bytes: cuts parts at their boundaries and knows each leaf's range.

One pass from left to right with an explicit stack: no recursion, no copy of a body. Only header
blocks are handed on. A part ends at the next boundary line of any multipart that is still open,
so a missing final boundary costs nothing. What is beyond a cap stays inside its opaque leaf.

A multipart whose boundary never comes is cut where a line looks like one; what is left over is a
leaf of its own: whatever somebody wrote is text or a file, never nothing.
"""

import re
from dataclasses import dataclass, field, replace

from services.classifier.parse import limits
from services.classifier.parse.headers import ALWAYS_READ, Headers, read_headers
from services.classifier.parse.media_types import media_type
from services.classifier.parse.part_lines import (
    before_line_end,
    behind_the_limit,
    delimiter_line,
    header_section,
    is_cut,
    is_encoded,
    is_field,
    next_delimiter,
)

_LOOKS_LIKE_A_PART = re.compile(
    rb"^--([^\s-][^\r\n]{0,%d}|-[^\r\n]{2,%d})\r?\n(?i:content-[a-z-]{2,30}[ \t]*:)"
    % (limits.BOUNDARY_CHARACTERS, limits.BOUNDARY_CHARACTERS),
    re.MULTILINE,
)
_UNTYPED = "application/octet-stream"
_NEAR_BYTES = 16 * 1024
"""Behind a header section that is longer than this, the next delimiter is searched for again."""

_NEVER = b"\n"
"""Stands for a boundary that is no line."""

_LEADING = re.compile(rb"(?:\xef\xbb\xbf)?(?>(?:[ \t]*+\r?\n)*)")


@dataclass(slots=True)
class Part:
    """A leaf of the mail.

    Attributes:
        headers: Its header section.
        content_type: Media type, in lower case.
        start, end: Byte range of its encoded body.
        parent: Media type of the multipart around it, or an empty string.
        alternative: Number of the alternative it belongs to, or None.
        untyped: Nobody can tell what it is but by looking: its type is unreadable, or it is a
            multipart without parts.
    """

    headers: Headers
    content_type: str
    start: int
    end: int
    parent: str = ""
    alternative: int | None = None
    untyped: bool = False


@dataclass(slots=True)
class Scan:
    """A scanned mail.

    Attributes:
        headers: The mail's own header section.
        body_start: Where everything behind it begins.
        leaves: In order.
        defects: What was wrong or beyond a cap.
        parts: How many parts have begun.
        alternatives: How many alternatives there are.
    """

    headers: Headers
    body_start: int
    leaves: list[Part] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    parts: int = 0
    alternatives: int = 0


@dataclass(slots=True)
class _Open:
    """A multipart whose closing boundary has not come yet.

    Attributes:
        headers: Of the multipart.
        start: Where its body begins.
        parts: How many parts have begun.
    """

    boundary: bytes
    content_type: str
    alternative: int | None
    headers: Headers
    start: int
    parts: int = 0


def scan_multipart(raw: bytes, headers: Headers, defects: list[str]) -> list[Part]:
    """Scan a multipart with these headers, whose body is all of `raw`; return its leaves."""
    scan = Scan(headers, 0, defects=defects)
    _Scanner(raw, scan, len(raw)).run(headers, 0)
    return scan.leaves


def scan_mail(raw: bytes) -> Scan:
    """Scan `raw`; any bytes give a result.

    Mails with CR alone as line end must have been normalised, length unchanged, by the caller.
    """
    defects: list[str] = []
    leading = _LEADING.match(raw)
    start = leading.end() if leading else 0
    window = min(start + limits.HEADER_SECTION_BYTES, len(raw))
    section, body_start = header_section(raw, start, window)
    headers = read_headers(section, defects)
    if headers.fields and window < len(raw) and is_cut(raw, body_start, window):
        defects.append("header section beyond the limit")
        late, body = behind_the_limit(raw, window, ALWAYS_READ)
        fields = read_headers(b"\n".join(late), defects).fields
        headers = Headers((*headers.fields, *fields), headers.cut)
        body_start = body or body_start
    if not headers.fields:
        # Then everything is text: what identifies the mail must not be empty.
        defects.append("no header section")
        body_start = start
    scan = Scan(headers, body_start, defects=defects)
    _Scanner(raw, scan, len(raw)).run(headers, body_start)
    return scan


class _Scanner:
    """The pass over the delimiter lines of a mail, or of a multipart that has to be cut anew."""

    def __init__(self, raw: bytes, scan: Scan, end: int, again: int = 0) -> None:
        self._raw = raw
        self._scan = scan
        self._end = end
        self._again = again
        self._stack: list[_Open] = []
        self._lines: dict[bytes, tuple[int, bool]] = {}
        self._leaf: Part | None = None

    def run(self, headers: Headers, body_start: int) -> None:
        """Cut the mail, whose header section ends at `body_start`."""
        self._begin(headers, body_start)
        self._follow_delimiters(body_start)

    def run_again(self, boundary: bytes, broken: _Open) -> None:
        """Cut a multipart at another boundary than it names; what stands around is kept."""
        found = replace(broken, boundary=boundary, parts=0)
        self._push(found)
        self._leaf = self._left_over(found)
        self._follow_delimiters(found.start)

    def _follow_delimiters(self, start: int) -> None:
        raw = self._raw
        # One byte before the body: the line end of the blank line begins the first delimiter.
        position = max(start - 1, 0)
        while self._stack and (begin := next_delimiter(raw, position, self._end)) >= 0:
            line, position = delimiter_line(raw, begin)
            known = self._lines.get(line)
            if known is None or self._closes_nothing(*known):
                continue
            depth, closes = known
            self._end_parts(depth if closes else depth + 1, before_line_end(raw, begin - 1))
            if closes:
                self._keep_epilogue(position)
                continue
            if self._scan.parts >= limits.PARTS:
                self._flag("parts beyond the limit")
                self._close(0)
                return
            self._stack[depth].parts += 1
            position = self._open_part(position)
        if self._stack:
            self._flag("a multipart without its final boundary")
        self._end_parts(0, self._end)

    def _closes_nothing(self, depth: int, closes: bool) -> bool:  # noqa: FBT001 - as it is kept
        """Return whether a closing delimiter comes before any part: then it is a line of text."""
        return closes and self._stack[depth].parts == 0

    def _keep_epilogue(self, line_end: int) -> None:
        """Behind a multipart that was cut anew, text is no padding."""
        if self._again and not self._stack:
            end = self._raw.find(b"\n", line_end) + 1 or self._end
            self._leaf = Part(Headers(()), "text/plain", end, end, untyped=True)
            self._finish(self._end)

    def _end_parts(self, depth: int, end: int) -> None:
        """End the leaf at hand at `end`, and the multiparts from `depth` inwards."""
        self._finish(end)
        innermost = self._stack[-1] if len(self._stack) > depth else None
        self._close(depth)
        if innermost and innermost.parts == 0:
            self._cut_anew(innermost, end)

    def _cut_anew(self, broken: _Open, end: int) -> None:
        """Find out where the parts of a multipart without any are; else it is one leaf."""
        self._flag("a multipart without parts")
        found = None
        if self._again < limits.BROKEN_MULTIPARTS:
            found = _LOOKS_LIKE_A_PART.search(self._raw, broken.start, max(end, broken.start))
        if found and not is_encoded(found[1], broken.boundary):
            again = _Scanner(self._raw, self._scan, end, self._again + 1)
            again.run_again(found[1].rstrip(b" \t"), broken)
            return
        self._leaf = self._left_over(broken)
        self._finish(end)

    def _left_over(self, broken: _Open) -> Part:
        return Part(broken.headers, _UNTYPED, broken.start, broken.start, untyped=True)

    def _push(self, multipart: _Open) -> None:
        self._stack.append(multipart)
        self._close(len(self._stack))

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
        self._scan.parts += 1
        start = raw.find(b"\n", line_end) + 1 or self._end
        window = min(start + limits.HEADER_SECTION_BYTES, self._end)
        # A part may be cut short by the next delimiter, before its header section ends.
        near = min(start + _NEAR_BYTES, window)
        end = self._next_delimiter(start, near)
        section, body_start = header_section(raw, start, end if end < near else window)
        if (
            end == near
            and (end := self._next_delimiter(near, min(body_start, window))) < body_start
        ):
            section, body_start = header_section(raw, start, end)
        if section and not is_field(raw, start, end):
            # Text without a blank line before it.
            section, body_start = b"", start
        self._begin(read_headers(section, self._scan.defects, _is_of_a_part), body_start)
        return max(body_start - 1, line_end)

    def _next_delimiter(self, start: int, end: int) -> int:
        """Where the next delimiter of an open multipart begins; `end` if none comes before."""
        position = max(start - 1, 0)
        while (begin := next_delimiter(self._raw, position, end)) >= 0:
            line, position = delimiter_line(self._raw, begin)
            if line in self._lines:
                return begin
        return end

    def _begin(self, headers: Headers, body_start: int) -> None:
        parent = self._stack[-1] if self._stack else None
        content_type = media_type(headers, parent.content_type if parent else "")
        alternative = parent.alternative if parent else None
        if content_type.startswith("multipart/") and len(self._stack) < limits.NESTING:
            if content_type == "multipart/alternative" and alternative is None:
                self._scan.alternatives += 1
                alternative = self._scan.alternatives
            self._leaf = None
            boundary = self._boundary(headers)
            self._push(_Open(boundary, content_type, alternative, headers, body_start))
            return
        untyped = not content_type
        if content_type.startswith("multipart/"):
            self._flag("multiparts nested beyond the limit")
            content_type = _UNTYPED
        around = parent.content_type if parent else ""
        kind = content_type or _UNTYPED
        self._leaf = Part(headers, kind, body_start, body_start, around, alternative, untyped)

    def _boundary(self, headers: Headers) -> bytes:
        """Return the boundary that the header names; one that can never come if it is unusable."""
        value = headers.parameter("boundary", "content-type", self._scan.defects)
        boundary = (value or "").rstrip().encode("utf-8", "surrogateescape")
        if not 0 < len(boundary) <= limits.BOUNDARY_CHARACTERS:
            self._flag("a multipart without a usable boundary")
            return _NEVER
        return boundary

    def _finish(self, end: int) -> None:
        """End the leaf at hand here."""
        leaf, self._leaf = self._leaf, None
        if leaf is None:
            return
        leaf.end = max(end, leaf.start)
        self._scan.leaves.append(leaf)

    def _flag(self, defect: str) -> None:
        if defect not in self._scan.defects:
            self._scan.defects.append(defect)


def _is_of_a_part(name: str) -> bool:
    """Return whether a part's header field with this name says anything about its body."""
    return name.startswith("content-")
