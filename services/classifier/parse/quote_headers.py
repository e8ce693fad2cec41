"""The line, or two, before a quotation: who wrote, when, and a colon (T-1). Linear.

Told by structure: a date, an address and a verb, two of which are enough in a line that ends with a
colon. One is enough where what follows is marked as a quotation.
"""

import re
from collections.abc import Sequence

from services.classifier.parse import limits
from services.classifier.parse.quote_words import CITES, WROTE
from shared.domain.folding import fold_line

_LINES = 4
_MARKS = (">", "|")
_ENDS = (":", "--", "\uff1a")
_NEAR_LINES = 3
_CLOCK = r"\b[0-9]{1,2}(?::[0-9]{2}|[.h][0-9]{2}\b(?!\.))"
_DATE = re.compile(
    r"\b(?:[0-9]{1,2}[./-] ?[0-9]{1,2}[./-] ?[0-9]{2,4}|[0-9]{4}[./-] ?[0-9]{1,2}[./-] ?[0-9]{1,2}"
    r"|[0-9]{1,2}(?:st|nd|rd|th)?\.?,? (?:de |of )?[a-z]{3,12}\.?,? (?:de )?[0-9]{4}"
    r"|[a-z]{3,12}\.? [0-9]{1,2},? [0-9]{4}|[0-9]{4}\. [a-z]{3,12}\.? [0-9]{1,2}"
    rf"|[0-9]{{1,2}}\. ?[0-9]{{1,2}}\.(?= ))|{_CLOCK}"
)
_ADDRESS = re.compile(r"[^\s<>()\[\]:;,@]{1,64}@[^\s<>()\[\]:;,@]{2,100}")
_ENDS_WITH_ADDRESS = re.compile(r"[<(\[][^<>()\[\]@]{1,80}@[^<>()\[\]@]{2,120}[>)\]]{1,3} ?:$")
_WROTE_LAST = re.compile(
    rf"\b(?:{WROTE})(?: ?\((?:a|v|la)\)|/-?a)?(?: je| the following| nasledujici)?"
    r"(?: ?\((?:[^()]|\([^()]*\)){3,100}\))? ?(?:-{2,}|:)$"
)
_WROTE = re.compile(rf"\b(?:{WROTE})\b")
_BRACKETED = re.compile(r"[<(\[][^<>()\[\]]{0,80}@")
_BEGINS = re.compile(r"(?:dne|dna|on|am|le|il|el|em|op|den|w dniu|dnia)\b.*[0-9a-z]")
_VERB_BEFORE_NAME = re.compile(r"\b(?:schrieb|schreef|skrev|napsala? uzivatel)\b[^,.]{2,80}:$")
_DATE_FIRST = 30
_DASHES = re.compile(r"^-{2,} ?|^[> *_]+|[*_ ]+$")


def header_end(lines: Sequence[str], number: int) -> int:
    """Return the line behind the header that begins in line `number`; 0 if none begins there."""
    end = _strong_end(lines, number)
    if not end:
        return _weak_end(lines, number)
    # A sentence before the header is not part of it; of a wrapped one the first line has the date.
    is_further = end > number + 1 and _opens(_piece(lines[number + 1]))
    return 0 if is_further and _strong_end(lines, number + 1) else end


def is_marked(line: str) -> bool:
    """Return whether a line carries the mark of a quotation."""
    return line.lstrip().startswith(">")


def _strong_end(lines: Sequence[str], number: int) -> int:
    last = _last_line(lines, number)
    if last is None:
        return 0
    first = _piece(lines[number])
    joined = ""
    for position in range(number, last + 1):
        joined = f"{joined} {_piece(lines[position])}".strip()
        if joined.endswith(_ENDS) and _is_header(joined):
            return position + 1 if _has_evidence(first) or _BEGINS.match(first) else 0
    return 0


def _last_line(lines: Sequence[str], number: int) -> int | None:
    """Return the last line of the paragraph that a header could end in; None without any."""
    last = None
    for position in range(number, min(number + _LINES, len(lines))):
        bare = lines[position].strip("> *_\t\r")
        if not bare:
            break
        if bare.endswith(_ENDS):
            last = position
    return last


def _weak_end(lines: Sequence[str], number: int) -> int:
    if not _is_before_quotation(lines, number + 1):
        return 0
    line = _piece(lines[number])
    if line.endswith(":"):
        return number + 1 if _has_evidence(line) else 0
    return number + 1 if _DATE.search(line) and _ADDRESS.search(line) else 0


def _piece(line: str) -> str:
    """Return a line folded, without marks of quotation, emphasis and the dashes around it."""
    folded = fold_line(line[: limits.QUOTE_LINE_CHARACTERS])
    return _DASHES.sub("", _DASHES.sub("", folded)).strip()


def _opens(line: str) -> bool:
    """Return whether a folded line may be the first of a header."""
    date = _DATE.search(line)
    return _BEGINS.match(line) is not None or (date is not None and date.start() < _DATE_FIRST)


def _has_evidence(line: str) -> bool:
    return bool(
        _DATE.search(line) or _ADDRESS.search(line) or _WROTE_LAST.search(line) or CITES.match(line)
    )


def _is_header(line: str) -> bool:
    """Return whether a joined line that ends with a colon, or dashes, says who wrote and when."""
    address = _ADDRESS.search(line) is not None
    date = _DATE.search(line)
    if _WROTE_LAST.search(line):
        return address or date is not None
    if address and (CITES.match(line) or (_WROTE.search(line) and _BRACKETED.search(line))):
        return True
    if date is None:
        return False
    if _VERB_BEFORE_NAME.search(line):
        return True
    return date.start() < _DATE_FIRST and _ENDS_WITH_ADDRESS.search(line[-250:]) is not None


def _is_before_quotation(lines: Sequence[str], number: int) -> bool:
    """Return whether the next line that is not blank is marked, and near."""
    near = lines[number : number + _NEAR_LINES]
    following = next((line for line in near if line.strip()), "")
    return following.startswith(_MARKS)
