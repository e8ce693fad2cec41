"""What to do about a line that is not TOML, by what people mistype (behaviour C-3). Pure."""

import re
from collections.abc import Sequence

from shared.contracts.said import Said, said

_OTHERWISE = said("Correct the line.")

_REMEDIES: Sequence[tuple[re.Pattern[str], Said]] = (
    (re.compile("[\u2018-\u201f\u00ab\u00bb]"), said("Write straight quotes, \" or '.")),
    (re.compile("[\u00a0\u2000-\u200b\u202f\u3000\ufeff]"), said("Write plain blanks.")),
    (
        re.compile(r'"[^"]*\\[^"]*"'),
        said("Write expressions in single quotes, as {form}.", form=r"'\d+'"),
    ),
    (
        re.compile(r"=\s*(?:True|False|TRUE|FALSE|yes|no|on|off)\b", re.IGNORECASE),
        said("Write true or false."),
    ),
    (re.compile(r"^\s*[\w-]+\s*:"), said("Write = after the key.")),
    (
        re.compile(r"=\s*\{[^}]*(?:,\s*\}|$)"),
        said("Write {form} in one line, without a comma at its end.", form="{ … }"),
    ),
    (re.compile(r"=\s*[^\s\"'\[{0-9+-]"), said("Write text in quotes.")),
    (re.compile(r"^\s*<"), said("Rule files are TOML: see docs/rules-file.md.")),
)
"""The first that fits the line; where a curly quote stands, nothing else matters."""


def remedy_for(lines: Sequence[str]) -> Said:
    """Return what most probably mends lines that are not TOML."""
    found = (told for line in lines for wrong, told in _REMEDIES if wrong.search(line))
    return next(found, _OTHERWISE)
