"""A signature that no delimiter announces, told by strong evidence alone (T-1). Pure.

The last lines of what somebody wrote: a greeting that ends a letter, a name, and behind it nothing
but short lines, among them a way to reach him.
"""

import re
from collections.abc import Sequence

from shared.domain.folding import fold_line

_CLOSING = re.compile(
    r"(?:(?:dekuj[iu]|dakuje?m|diky|vdaka|thanks|thank you|danke|dziekuje)[^.]{0,40}[,.!] ?)?"
    r"(?:s (?:pratelskym |priatelskym |srdecnym )?(?:pozdrav(?:em|om)|uctou|pranim|prani)\b.{0,50}"
    r"|(?:pekny|hezky|krasny|prijemny) (?:zbytek )?(?:dne|dna|den|vikend)|zdravim|z powazaniem"
    r"|(?:serdecznie )?pozdrawiam(?: serdecznie)?|mit freundlichen? gruss?en?|mit besten grussen"
    r"|(?:viele|beste|schone|liebe|herzliche) grusse(?: aus .{2,30})?|mfg"
    r"|(?:with )?(?:best|kind|kindest|warm)(?: personal)? regards|regards|(?:yours )?sincerely"
    r"|(?:tisztelettel|udvozlettel)|cordialement|bien a vous|cordiali saluti|distinti saluti"
    r"|saludos(?: cordiales)?|atentamente|met vriendelijke groeten?)[ ,.!:)-]*"
)
_REACHED = re.compile(
    r"\b(?:tel|mob|gsm|phone|mobil|telefon|fax)\w{0,4}[ .:]|\+ ?[0-9]{2,3}[ (]|(?:[0-9]{3} ?){3}"
    r"|[^\s@]@[^\s@]|\bwww\.|https?://",
    re.IGNORECASE,
)
_SAID = re.compile(r"(?:\S+ ){9}|[?!]$|^(?:p\. ?s\.|ps)\b|[a-z]{3,}\.$|^[-*\u2022] ")
"""What nobody writes below his name unless he goes on: a sentence, a question, a postscript."""

_MOST_LINES = 12
_LINE_CHARACTERS = 120


def without_signature(lines: Sequence[str]) -> Sequence[str]:
    """Return `lines` before the greeting of a signature; all of them if they end in none."""
    written = [number for number, line in enumerate(lines) if line.strip()]
    for place in range(len(written) - 3, max(len(written) - _MOST_LINES, 0) - 1, -1):
        if not _ends_a_letter(lines[written[place]]):
            continue
        behind = [lines[number].strip() for number in written[place + 2 :]]
        if any(map(_REACHED.search, behind)) and not any(map(_is_said, behind)):
            return lines[: written[place]]
        break
    return lines


def _ends_a_letter(line: str) -> bool:
    return len(line) <= _LINE_CHARACTERS and _CLOSING.fullmatch(fold_line(line).strip()) is not None


def _is_said(line: str) -> bool:
    if len(line) > _LINE_CHARACTERS:
        return True
    return _SAID.search(fold_line(line)) is not None and not _REACHED.search(line)
