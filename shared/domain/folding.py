"""Folding of text before any comparison (behaviour V): the one home of Unidecode.

Folded text is in lower case, without diacritics, in plain forms of full-width and compatibility
characters, without invisible marks, with every run of white space as one blank.
"""

import unicodedata

from unidecode import unidecode


class _PlainCharacters(dict[int, str]):
    """Translation table that asks Unidecode once for each distinct character."""

    def __missing__(self, codepoint: int) -> str:
        character = chr(codepoint)
        # Zero-width and direction marks and soft hyphens stand inside words, unseen.
        invisible = unicodedata.category(character) == "Cf"
        plain = self[codepoint] = "" if invisible else unidecode(character)
        return plain


_PLAIN = _PlainCharacters()

_FEW = 100
"""Distinct characters that are replaced one after the other, which is faster than by the table."""


def fold_line(text: str) -> str:
    """Fold `text`; line ends count as white space."""
    return " ".join(_plain(text).split())


def fold_lines(text: str) -> str:
    r"""Fold `text` line by line; lines stay apart by `\n`, empty ones included."""
    return "\n".join(" ".join(line.split()) for line in _plain(text).split("\n"))


def _plain(text: str) -> str:
    if not text.isascii():
        text = _translated(unicodedata.normalize("NFKC", text))
    return text.casefold()


def _translated(text: str) -> str:
    foreign = [character for character in set(text) if not character.isascii()]
    if len(foreign) > _FEW:
        return text.translate(_PLAIN)
    for character in foreign:
        text = text.replace(character, _PLAIN[ord(character)])
    return text
