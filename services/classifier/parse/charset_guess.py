"""What 8-bit text without a usable charset is, by the letters that languages have (H-8). Pure.

A statistical guess needs a long text; a subject has five letters of it. But the languages of this
service's users have few letters each: a reading whose letters all belong to one of them is right,
and a wrong reading mixes letters of several, or has signs inside words.
"""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Collection, Iterator
from functools import cache

from services.classifier.parse.charset_names import codec_of

_LOOKED_AT_BYTES = 4096
_STATISTICS_BYTES = 200
"""A statistical guess says little of less, and takes the time of a whole mail."""

_STRANGERS = 8
"""A reading may have one strange letter in so many: somebody else's name."""

_SIGNS = "„“”‚‘«»‹›…€§°·•®©™£²³½¼¾¿¡×\xa0\xad"  # noqa: RUF001 - the signs themselves
_BETWEEN_LETTERS = "’–—"  # noqa: RUF001 - as above
# In Western languages one letter often is a word, or ends one, where ours have none: è, caffè, può,
# però. Nor is one of these behind a letter that never comes before it: così.
_NO_WORD = (
    r"|(?<!\w)[čČ](?![\w.])|\A[^«]*»[^«]*\Z|(?:[fghjkmnpstvxz]|io)č(?![\w.])"
    r"|(?:[bcdfghjkmnpqrstvwxz]|\b[pP]u)ň\b|(?<![bpvfmdtnBPVFMDTN])ě|ď[bdfghlnpqrvwxz]|č[dgq]"
)
_NO_CZECH = rf"{_NO_WORD}|iů\b"
# These are soft by themselves, and never before a vowel; the others begin no word, nor stand beside
# a vowel.
_NO_POLISH = rf"{_NO_WORD}|[ćńśź][aeiouyąęó]|\b[ąęĄĘ]|[aeouyóąę][ąę]|[ąę][aeiouyó]|ąti"
# Where a Slovak word has no `ľ` the `ž` of ISO 8859-2 is meant, which has the same byte: before a
# soft or long vowel, after a long consonant, first before most consonants, in frequent words.
_NO_SLOVAK = (
    rf"{_NO_WORD}|ŕ\b|[ľĽ][eéiíá]|[ĺŕ]ľ|\b[ľĽ][bcčdfghjklmnprtvz]|\b(?:uľ\b|moľn|tieľ\b|môľ)"
    r"|nľ|íľn|\b[jJ][iu]ľ|\b(?:neľ|aľ|téľ)\b"
)
_OURS = (
    "áčďéěíňóřšťúůýž",
    "áäčďéíĺľňóôŕšťúýž",
    "ąćęłńóśźż",
    "áéíóöőúüű",
    "äöüß",
)
_OTHERS = (
    "àâæçèéêëîïôùûüÿœ",
    "àèéìíòóùú",
    "áéíñóúü",
    "áâãàçéêíóôõú",
    "åäöé",
    "æøåé",
)
"""French, Italian, Spanish, Portuguese, Swedish, Danish and Norwegian."""


def _strange(letters: str, never: str = "") -> re.Pattern[str]:
    """Return what a text of a language with these letters does not have, and `never` beside."""
    capitals = "".join(letter.upper() for letter in letters if len(letter.upper()) == 1)
    return re.compile(
        rf"[^\x00-\x7f{letters}{capitals}{_SIGNS}{_BETWEEN_LETTERS}]"
        rf"|(?<=[a-z{letters}])[{capitals}]|(?<=\w)[{_SIGNS[:-2]}](?=\w)|®(?=\w)|©(?=[a-z{letters}]){never}"
    )


_CYRILLIC = "а-яёіїєґ"  # noqa: RUF001 - the letters themselves
_NO_CYRILLIC = (
    rf"[^\x00-\x7f{_CYRILLIC}{_CYRILLIC.upper()}{_SIGNS}{_BETWEEN_LETTERS}]"
    rf"|(?<=[{_CYRILLIC}])[{_CYRILLIC.upper()}]"
    rf"|(?<=[A-Za-z])[{_CYRILLIC}{_CYRILLIC.upper()}]|[{_CYRILLIC}{_CYRILLIC.upper()}](?=[A-Za-z])"
)
# Of two readings that fit the first counts.
_ALL = ("cp1250", "iso8859-2", "cp1252", "cp1251", "koi8-r")


@cache
def _strangers_in(codec: str) -> tuple[re.Pattern[str], ...]:
    """Return what texts in this codec do not have, for each language; compiled when asked."""
    if codec in ("cp1251", "koi8-r"):
        return (re.compile(_NO_CYRILLIC),)
    if codec == "cp1252":
        return tuple(map(_strange, _OTHERS))
    # Czech, Slovak, Polish, Hungarian, German.
    never = (_NO_CZECH, _NO_SLOVAK, _NO_POLISH, _NO_WORD, _NO_WORD)
    return tuple(map(_strange, _OURS, never))


_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


def guessed_codec(raw: bytes) -> str:
    """Return the codec of a text that is no UTF-8: by its letters, else what chardet finds."""
    if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    strangers, letters, best = _best(raw, _ALL)
    if strangers * _STRANGERS <= letters or len(raw) < _STATISTICS_BYTES:
        return best or "cp1250"
    # Here, because its tables take megabytes, and few mails hide their charset.
    import chardet  # noqa: PLC0415

    found = chardet.detect(raw[:_LOOKED_AT_BYTES])["encoding"]
    return codec_of(found) or "cp1250"


def fitting_codec(raw: bytes) -> str:
    """Return the codec whose letters fit a language; empty if none fits well."""
    strangers, letters, name = _best(raw, _ALL)
    return name if strangers * _STRANGERS <= letters else ""


def better_codec(raw: bytes, among: Collection[str]) -> str:
    """Return, of these codecs the one whose letters fit a language best."""
    return _best(raw, among)[2]


def _best(raw: bytes, among: Collection[str]) -> tuple[int, int, str]:
    """Return strange letters, all letters beyond ASCII, and the codec of the best reading."""
    best: tuple[int, int, str] | None = None
    for strangers, letters, name in _readings(raw[:_LOOKED_AT_BYTES], among):
        if best is None or strangers < best[0]:
            best = strangers, letters, name
        if strangers == 0:
            break
    return best or (1, 0, "")


def _readings(raw: bytes, among: Collection[str]) -> Iterator[tuple[int, int, str]]:
    """Yield what each reading has, for each language."""
    for name in (one for one in _ALL if one in among):
        try:
            text = raw.decode(name)
        except UnicodeDecodeError:
            continue
        letters = len(_NOT_ASCII.findall(text))
        for strange in _strangers_in(name):
            yield len(strange.findall(text)), letters, name
