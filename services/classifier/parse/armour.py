"""What OpenPGP writes around a text (RFC 9580 section 6): no words of the sender, and no quotation.

Its lines between dashes look like separators ("Original Message"), but what follows is own text.
"""

import re
from collections.abc import Sequence

_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_BEGIN = re.compile(r"-----BEGIN PGP ([A-Z ]{3,30})-----")
_HEADER_LINES = 8
_BLOCK_LINES = 2000


def behind_armour(lines: Sequence[str], number: int) -> int:
    """Return the line behind the armour that begins in line `number`; `number` if none does.

    Of a signed text that is its head, up to a blank line; else the whole block, and where its end
    is missing the first line alone.
    """
    line = lines[number].rstrip()
    begin = _BEGIN.fullmatch(line)
    if begin is None:
        return number
    end, most = f"-----END PGP {begin[1]}-----", _BLOCK_LINES
    if line == _SIGNED:
        end, most = "", _HEADER_LINES
    block = range(number + 1, min(number + 1 + most, len(lines)))
    return next((below + 1 for below in block if lines[below].rstrip() == end), number + 1)
