"""From bytes to text: charsets from an allow-list, decoding with replacement. Total."""

import codecs
import re

_FAMILIES = (
    "us-ascii utf-8 utf-16 utf-16le utf-16be utf-32 utf-32le utf-32be utf-7",
    " ".join(f"iso-8859-{number}" for number in (*range(1, 12), 13, 14, 15, 16)),
    " ".join(f"windows-{number}" for number in range(1250, 1259)),
    "koi8-r koi8-u mac-roman mac-latin2 cp437 cp874 cp850 cp852 cp866",
    "iso-2022-jp shift_jis euc-jp euc-kr iso-2022-kr gb2312 gbk gb18030 hz big5 tis-620",
)
ALLOWED = frozenset(codecs.lookup(name).name for family in _FAMILIES for name in family.split())
"""Charsets of mail; never codecs that are none, as rot13, zlib or unicode_escape."""

_OURS = {"x-unknown": "utf-8", "unknown-8bit": "utf-8", "cp-850": "cp850", "x-sjis": "shift_jis"}
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
_GUESSED_BYTES = 4096
_TOO_SHORT_TO_GUESS = 40
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_TO_NOTHING = dict.fromkeys(
    (
        *(code for code in range(0xA0) if _UNWANTED.match(chr(code))),
        *range(0xD800, 0xE000),
        *(0xFFFE, 0xFFFF),
    )
)
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def decode_text(raw: bytes, charset: str | None, defects: list[str]) -> str:
    """Decode `raw` as `charset` says; a charset that is missing, unknown or lying is guessed."""
    if raw.isascii() and b"\x1b" not in raw and not _is_wide(charset):
        return raw.decode("ascii")
    name = _codec(charset)
    if charset and name is None:
        defects.append("unknown charset")
    if name not in (None, "ascii"):
        try:
            return raw.decode(_WIDER.get(name or "", name or ""))
        except UnicodeError:
            return _despite(raw, name or "", defects)
    return _guess(raw, defects, declared=charset is not None)


def _despite(raw: bytes, name: str, defects: list[str]) -> str:
    """Decode text that its declared charset cannot."""
    defects.append("text is not in its declared charset")
    if name == "utf-8":
        return _guess(raw, [], declared=True)
    return raw.decode(_WIDER.get(name, name), "replace")


def _is_wide(charset: str | None) -> bool:
    """Charsets in which ASCII bytes are not ASCII characters."""
    return (charset or "").lower().startswith(("utf-16", "utf-32", "utf-7", "hz"))


def _codec(charset: str | None) -> str | None:
    """The allowed Python codec for a charset's name, or None."""
    if not charset:
        return None
    name = charset.strip("\"'., \t").lower()
    try:
        found = codecs.lookup(_OURS.get(name, name)).name
    except (LookupError, ValueError):
        return None
    return found if found in ALLOWED else None


def _guess(raw: bytes, defects: list[str], *, declared: bool) -> str:
    """UTF-8 if it fits, else what chardet finds, else Windows-1252."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start > _GUESSED_BYTES and error.end < len(raw):
            return raw.decode("utf-8", "replace")
    if not declared:
        defects.append("8-bit text without a charset")
    if len(raw) < _TOO_SHORT_TO_GUESS:
        return raw.decode("cp1252", "replace")
    # Here, because its tables take megabytes, and few mails hide their charset.
    import chardet  # noqa: PLC0415

    found = chardet.detect(raw[:_GUESSED_BYTES])["encoding"]
    return raw.decode(_codec(found) or "cp1252", "replace")


def clean(text: str) -> str:
    r"""Text with line ends as `\n`, without control characters and lone surrogates (H-7)."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and text.isprintable():
        return text
    text = text.removeprefix("\ufeff")
    # A pattern that finds many takes many times the memory of the text; a table does not.
    return text.translate(_TO_NOTHING) if _UNWANTED.search(text) else text


def clean_line(text: str) -> str:
    """One line for subjects and names: also without direction overrides, blanks folded."""
    return " ".join(_BIDI.sub("", clean(text)).split())
