"""From bytes to text: what is declared, unless it is impossible; else a guess (H-8). Total."""

import re

from services.classifier.parse.charset_guess import better_codec, fitting_codec, guessed_codec
from services.classifier.parse.charset_names import codec_of

_WIDER = {
    # What these senders really mean: supersets that browsers use too.
    "ascii": "utf-8",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
_WINDOWS = {
    # Whose characters 0x80 to 0x9F nobody writes: where they occur, the Windows page is meant.
    "iso8859-7": "cp1253",
    "iso8859-8": "cp1255",
    "iso8859-13": "cp1257",
    "iso8859-15": "cp1252",
}
_CENTRAL = frozenset(("cp1250", "iso8859-2"))
_OF_ONE_BYTE = frozenset(
    (
        *("iso8859-1", "iso8859-2", "iso8859-9", "iso8859-15"),
        *("cp1250", "cp1251", "cp1252", "cp1254", "koi8-r"),
    )
)
"""In which the two bytes of a letter of UTF-8 never are letters of a word."""

_CONTROLS = re.compile(rb"[\x80-\x9f]")
_WIDE = ("utf-16", "utf-32", "utf-7", "hz")
_ESCAPED = re.compile(rb"\x1b(?:\$[@AB]|\$\([DC]|\([JI])")
"""How Japanese text in seven bits begins (ISO 2022)."""

_KOREAN = b"\x1b$)C"

_FOREIGN_BYTES = 2
"""A line with fewer bytes that are no UTF-8 is damaged, not in another charset."""

_CONTROLS_OF_ASCII = bytes((*range(9), 11, 12, *range(14, 32), 127))
_UNWANTED = {
    # In UTF-8, where sorting bytes out takes a fraction of a pattern's time.
    b"\xc2": re.compile(rb"\xc2[\x80-\x9f]"),
    b"\xed": re.compile(rb"\xed[\xa0-\xbf]"),
    b"\xef": re.compile(rb"\xef\xbf[\xbc\xbe\xbf]"),
}
"""Control characters, lone surrogates, and what is no character, by their first byte."""

_TO_NOTHING = dict.fromkeys(
    (
        *(*_CONTROLS_OF_ASCII, *range(0x80, 0xA0)),
        *range(0xD800, 0xE000),
        *(0xFFFC, 0xFFFE, 0xFFFF),
    )
)
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def decode_text(
    raw: bytes, charset: str | None, defects: list[str], hint: str | None = None
) -> str:
    """Decode `raw` as `charset` says; a charset that is missing, unknown or lying is guessed.

    Args:
        raw: The text, decoded from its transfer encoding.
        charset: As it is declared, or None.
        defects: Gets what was wrong.
        hint: A charset that another part of the mail declares.
    """
    wide = (charset or "").lower().startswith(_WIDE)
    if raw.isascii() and b"\x1b" not in raw and not wide:
        return raw.decode("ascii")
    name = codec_of(charset)
    if charset and name is None:
        defects.append("unknown charset")
    elif name and _is_impossible(name, raw):
        defects.append("text is not in its declared charset")
        name = None
    if name in (None, "ascii"):
        return _undeclared(raw, hint, defects if charset is None else [])
    try:
        return raw.decode(_meant(name or "", raw))
    except UnicodeError:
        defects.append("text is not in its declared charset")
    if name == "utf-8":
        return _undeclared(raw, hint, [])
    fitting = fitting_codec(raw) if name in _OF_ONE_BYTE else ""
    return raw.decode(fitting or _meant(name or "", raw), "replace")


def _is_impossible(name: str, raw: bytes) -> bool:
    """Whether a text cannot be in a charset.

    In one of two or four bytes each has a blank or line end. And what is UTF-8 throughout has, in a
    charset of one byte, a sign or a control character behind each letter.
    """
    if name.startswith(("utf-16", "utf-32")):
        return b"\0" not in raw and raw.isascii()
    return name in _OF_ONE_BYTE and _is_utf8(raw)


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _meant(name: str, raw: bytes) -> str:
    """Return the codec that a declared one stands for."""
    name = _WIDER.get(name, name)
    if name == "iso8859-2" and _CONTROLS.search(raw):
        # A dash of Windows' may have come into a text that is right.
        return better_codec(raw, _CENTRAL) or "cp1250"
    return _WINDOWS[name] if name in _WINDOWS and _CONTROLS.search(raw) else name


def _undeclared(raw: bytes, hint: str | None, defects: list[str]) -> str:
    """Return ISO 2022 or UTF-8 if it fits, else what other parts are written in, else a guess."""
    if raw.isascii() and _KOREAN in raw:
        return raw.decode("iso2022_kr", "replace")
    if raw.isascii() and _ESCAPED.search(raw):
        return raw.decode("iso2022_jp_2", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        if _is_mostly_utf8(raw):
            defects.append("text is not in its declared charset")
            return "\n".join(map(_line, raw.split(b"\n")))
    defects.append("8-bit text without a charset")
    meant = codec_of(hint)
    if meant in (None, "ascii", "utf-8"):
        meant = guessed_codec(raw)
    return raw.decode(_meant(meant or "", raw), "replace")


def _line(raw: bytes) -> str:
    """Read a line of UTF-8 with bad bytes in it, or one that a gateway added in another charset."""
    text = raw.decode("utf-8", "replace")
    if text.count("\ufffd") < _FOREIGN_BYTES or _is_mostly_utf8(raw):
        return text
    return raw.decode(fitting_codec(raw) or "utf-8", "replace")


def _is_mostly_utf8(raw: bytes) -> bool:
    """Return whether there are more characters of several bytes than bytes that fit none."""
    text = raw.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return bad < len(text) - len(text.encode("ascii", "ignore")) - bad


def clean(text: str) -> str:
    r"""Text with line ends as `\n`, without control characters and lone surrogates (H-7)."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and text.isprintable():
        return text
    text = text.removeprefix("\ufeff")
    # A pattern that finds many takes many times the memory of the text; a table does not.
    return text.translate(_TO_NOTHING) if _has_unwanted(text) else text


def _has_unwanted(text: str) -> bool:
    raw = text.encode("utf-8", "surrogatepass")
    if len(raw.translate(None, _CONTROLS_OF_ASCII)) != len(raw):
        return True
    return any(first in raw and found.search(raw) for first, found in _UNWANTED.items())


def clean_line(text: str) -> str:
    """Make one line for subjects and names: without direction overrides, blanks folded."""
    return " ".join(_BIDI.sub("", clean(text)).split())
