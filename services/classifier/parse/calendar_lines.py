r"""Content lines and components of a calendar (RFC 5545 section 3.1), within bounds. Linear, total.

The library's own reader of whole calendars is not asked: it keeps every zone that a mail defines
for all later mails, expands the zone's rules without a bound, and gives a line up for one quote
too many. What nobody reads, as DESCRIPTION and ATTACH, is dropped here, at no cost.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from services.classifier.parse.charsets import clean, decode_text

PART_BYTES = 1024 * 1024
"""One calendar part as decoded; real invitations have a few kilobytes."""

MAIL_BYTES = 2 * PART_BYTES
"""All calendar parts of a mail together."""

COMPONENTS = 1000
"""Components of one mail, of any kind."""

LINES = 20_000
"""Content lines of one mail."""

LINE_CHARACTERS = 10_000
"""One content line that is read; the rest of it is dropped."""

NESTING = 10
"""Components inside components; the standard has three levels."""

_READ_NAMES = (
    "BEGIN END METHOD VERSION UID SEQUENCE DTSTAMP DTSTART DTEND DURATION RECURRENCE-ID RRULE "
    "ORGANIZER ATTENDEE SUMMARY LOCATION TZID TZOFFSETFROM TZOFFSETTO RDATE "
    "X-MICROSOFT-CDO-ALLDAYEVENT X-MICROSOFT-MSNCALENDAR-ALLDAYEVENT"
)
READ = frozenset(_READ_NAMES.split())
"""Properties that are read; all others are dropped before anything else looks at them."""

_NEVER_INSIDE_ITSELF = ("VCALENDAR", "VEVENT")
_FOLD = re.compile(rb"(?:\r{0,2}\n|\r)[ \t]")
_WIDE_FOLD = re.compile(r"\n[ \t]")
_LINE = re.compile(r"[^\n]+")
_NAME = re.compile(r"\s{0,9}([A-Za-z][A-Za-z0-9-]{0,60})\s{0,9}(?=[;:])")
_SECTION = re.compile(r'((?>(?:[^":]++|"[^"]*+")*)):')
_PARAMETER = re.compile(r';\s*+([A-Za-z][A-Za-z0-9-]*+)\s*+=\s*+(?:"([^"]*+)"|([^;]*+))')
_LEFT_ENCODED = re.compile(rb"(?i);\s?(?:ROLE|PARTSTAT|RSVP|CUTYPE|CN|TZID|VALUE)=3D")
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_UTF8_MARK = b"\xef\xbb\xbf"


@dataclass(slots=True)
class Budget:
    """What calendars of one mail may still use."""

    size: int = MAIL_BYTES
    lines: int = LINES
    components: int = COMPONENTS


@dataclass(frozen=True, slots=True)
class Property:
    """A content line.

    Attributes:
        name: In upper case.
        rest: Everything behind the name, as `;TZID=Europe/Prague:20261110T090000`.
    """

    name: str
    rest: str

    @property
    def value(self) -> str:
        """What stands behind the first colon outside quotes; of broken quotes, behind the first."""
        section = _SECTION.match(self.rest)
        return self.rest[section.end() :] if section else self.rest.partition(":")[2]

    @property
    def last_value(self) -> str:
        """What stands behind the last colon: zone names with a colon are often not quoted."""
        return self.rest.rpartition(":")[2].strip()

    def parameter(self, name: str, *, before_last_colon: bool = False) -> str | None:
        """Return the first parameter with this upper-case name, without quotes; None without it."""
        head = self.rest.rpartition(":")[0] if before_last_colon else self._section
        for found, quoted, bare in _PARAMETER.findall(head):
            if found.upper() == name:
                return str(quoted or bare).strip()
        return None

    @property
    def _section(self) -> str:
        section = _SECTION.match(self.rest)
        return section[1] if section else self.rest.partition(":")[0]


@dataclass(slots=True)
class Component:
    """A component with those of its properties that are read.

    Attributes:
        name: In upper case, as `VEVENT`; empty for what stands around the outermost.
        properties: In order.
        children: In order.
    """

    name: str
    properties: list[Property] = field(default_factory=list)
    children: list["Component"] = field(default_factory=list)

    def all(self, name: str) -> list[Property]:
        """Return every property with this upper-case name."""
        return [one for one in self.properties if one.name == name]

    def first(self, name: str) -> Property | None:
        """Return the first property with this upper-case name."""
        return next((one for one in self.properties if one.name == name), None)


def calendar_text(data: bytes, charset: str | None, budget: Budget, defects: list[str]) -> str:
    r"""Return the calendar as unfolded lines ended by `\n`, cut at the caps.

    Args:
        data: The part as its transfer encoding gives it.
        charset: As the part says; without one it is UTF-8 (RFC 5545 section 3.1.4).
        budget: Loses the bytes that are read.
        defects: Gets what was wrong.
    """
    size = min(PART_BYTES, budget.size)
    if len(data) > size:
        defects.append("a calendar beyond the limit")
    data = data[:size]
    budget.size -= len(data)
    if data.startswith(_WIDE_MARKS):
        return _WIDE_FOLD.sub("", clean(decode_text(data, "utf-16", defects)))
    if _LEFT_ENCODED.search(data):
        # Quoted-printable whose header field got lost on the way.
        defects.append("a calendar in an encoding that it does not name")
        data = binascii.a2b_qp(data)
    if data.startswith(_UTF8_MARK):
        data, charset = data.removeprefix(_UTF8_MARK), "utf-8"
    # Folds are taken out before decoding: some senders fold inside a character.
    data = _FOLD.sub(b"", data)
    return clean(decode_text(data, charset or "utf-8", defects))


def read_components(text: str, budget: Budget, defects: list[str]) -> Component:
    """Read `text` into a component without a name; what is beyond a cap is left out."""
    outermost = Component("")
    stack = [outermost]
    for line in _content_lines(text, budget, defects):
        if line.name == "END":
            _end(stack, line.value.strip().upper())
        elif line.name != "BEGIN":
            stack[-1].properties.append(line)
        elif not _begin(stack, line.value.strip().upper(), budget, defects):
            break
    if len(stack) > 1:
        defects.append("a calendar without its end")
    return outermost


def _begin(stack: list[Component], name: str, budget: Budget, defects: list[str]) -> bool:
    """Open a component; gives False at a cap."""
    if name in _NEVER_INSIDE_ITSELF and _end(stack, name):
        defects.append("a calendar component without its end")
    if budget.components == 0:
        defects.append("calendar components beyond the limit")
        return False
    if len(stack) > NESTING:
        defects.append("calendar components nested beyond the limit")
        return False
    budget.components -= 1
    component = Component(name)
    stack[-1].children.append(component)
    stack.append(component)
    return True


def _end(stack: list[Component], name: str) -> bool:
    """Close the innermost open component with this name, and all inside it; False without one."""
    depth = next((at for at in range(len(stack) - 1, 0, -1) if stack[at].name == name), 0)
    if depth:
        del stack[depth:]
    return depth > 0


def _content_lines(text: str, budget: Budget, defects: list[str]) -> Iterator[Property]:
    """Yield lines that are read; every line counts."""
    for found in _LINE.finditer(text):
        if budget.lines == 0:
            defects.append("calendar lines beyond the limit")
            return
        budget.lines -= 1
        head = _NAME.match(text, found.start(), found.end())
        name = head[1].upper() if head else ""
        if head is None or name not in READ:
            continue
        end = min(found.end(), head.end() + LINE_CHARACTERS)
        if end < found.end():
            defects.append("a calendar line beyond the limit")
        yield Property(name, text[head.end() : end])
