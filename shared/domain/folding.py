"""Folding of text before any comparison (behaviour V): the one home of Unidecode.

Folded text is in lower case, without diacritics, in plain forms of full-width and compatibility
characters, without invisible marks, with every run of white space as one blank.
"""

import re
import unicodedata

from unidecode import unidecode

_BEYOND_ASCII = re.compile(r"([^\x00-\x7f])")
_SLICE = 65_536
"""Characters that are folded at a time: the pieces of a long text would take much memory."""


class _PlainCharacters(dict[str, str]):
    """Table that asks Unidecode once for each distinct character."""

    def __missing__(self, character: str) -> str:
        # Zero-width and direction marks and soft hyphens stand inside words, unseen.
        invisible = unicodedata.category(character) == "Cf"
        plain = self[character] = "" if invisible else unidecode(character)
        return plain


_PLAIN = _PlainCharacters()


def fold_line(text: str) -> str:
    """Fold `text`; line ends count as white space."""
    return " ".join(_plain(text).split())


def fold_lines(text: str) -> str:
    r"""Fold `text` line by line; lines stay apart by `\n`, empty ones included."""
    return "\n".join(" ".join(line.split()) for line in _plain(text).split("\n"))


def _plain(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        slices = (text[begin : begin + _SLICE] for begin in range(0, len(text), _SLICE))
        text = "".join(map(_in_ascii, slices))
    return text.casefold()


def _in_ascii(text: str) -> str:
    """Replace character by character; cutting out the few takes a third of `str.translate`."""
    pieces = _BEYOND_ASCII.split(text)
    pieces[1::2] = map(_PLAIN.__getitem__, pieces[1::2])
    return "".join(pieces)
