"""Header fields: capped, unfolded, decoded (RFC 5322, RFC 2047, RFC 2231)."""

import binascii
import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field

from services.classifier.parse import limits
from services.classifier.parse.charsets import clean, clean_line, decode_text
from services.classifier.parse.parameters import read_parameters

_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_USUAL_FOLD = re.compile(rb"\r\n(?=[ \t])")
"""The same where every line feed has its CR: ten times as fast."""

_ENCODED_WORD = re.compile(
    r"=\?([^?*\s]{1,60})(?:\*[^?\s]{0,30})?\?([bBqQ])\?((?>(?:[^?=]|\?(?!=)|=(?!\?(?!=)))*))\?="
)
"""A word ends at `?=`; question marks inside are written as they are by naive programs."""

_BETWEEN_WORDS = re.compile(r"(\?=)[ \t\r\n]+(?==\?[^?\s]{1,90}\?[bBqQ]\?)")
_BARE_CR = re.compile(rb"(?<!\r)\r++(?!\n|\Z)")
"""What ends no line; several before a line feed are one careless line end. Looked at run by run."""

_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
_LETTERS = r"[A-Za-z0-9!#$&^_+.-]++"
_WORD = re.compile(
    rf"""(?>(?:[\s"'<;,:=]|\([^()]*+\))*)({_LETTERS})(?!\s*=)(?>(?:\s*+[/\\]\s*+({_LETTERS})?)?)"""
)
"""The first token, or two with a slash between; comments, quotes and separators are passed over."""

_WORD_BYTES = 1000
_BLANK = " "
_ESCAPE = b"\x1b"
ALWAYS_READ = frozenset(
    (
        *("from", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references"),
        *("content-type", "content-transfer-encoding", "content-disposition", "mime-version"),
    )
)
"""Fields that are read wherever they stand: what identifies a mail must not get lost (H-3)."""


@dataclass(frozen=True, slots=True)
class Headers:
    """The header section of a part.

    Attributes:
        fields: Lower-case name and raw unfolded value, in order. A name keeps the blank before its
            colon, so that nobody who asks for the field finds it.
        cut: Numbers of the fields that are longer than what is kept of them.
        ambiguous: Other systems may read another From here: line ends are of several kinds, or
            the field's name holds a blank.
    """

    fields: Sequence[tuple[str, bytes]]
    cut: frozenset[int] = frozenset()
    ambiguous: bool = False
    _parameters: dict[str, dict[str, tuple[bytes, str | None]]] = field(default_factory=dict)
    _first: dict[str, bytes] = field(default_factory=dict)
    _words: dict[str, str] = field(default_factory=dict)

    def all(self, name: str) -> list[bytes]:
        """Return raw values of every field with this lower-case name."""
        return [value for field_name, value in self.fields if field_name == name]

    def first(self, name: str) -> bytes | None:
        """Return raw value of the first field with this lower-case name."""
        if not self._first:
            self._first.update(reversed(self.fields))
        return self._first.get(name)

    def word(self, name: str) -> str:
        """Return the token that a MIME field begins with (RFC 2045 section 5.1), in lower case.

        Senders forget semicolons, and write quotes, comments, blanks and encoded words around it.
        Empty if the field has none, or is not there.
        """
        if name not in self._words:
            self._words[name] = _first_word(self.first(name) or b"")
        return self._words[name]

    def parameter(self, name: str, of: str, defects: list[str]) -> str | None:
        """Return a parameter of the first field `of`, decoded (RFC 2231, 2047); None without it."""
        if of not in self._parameters:
            text = (self.first(of) or b"").decode("utf-8", "surrogateescape")
            self._parameters[of] = read_parameters(text)
        raw, charset = self._parameters[of].get(name, (None, None))
        if raw is None:
            return None
        text = decode_text(raw, charset, defects)
        return clean(decode_words(text, defects) if "=?" in text else text)


def _first_word(value: bytes) -> str:
    text = value[:_WORD_BYTES].decode("latin-1")
    if "=?" in text:
        text = decode_words(text, [])
    found = _WORD.match(text)
    words = [word.strip(".").lower() for word in found.groups(default="")] if found else []
    return "/".join(filter(None, words))


def read_headers(
    section: bytes, defects: list[str], wanted: Callable[[str], bool] | None = None
) -> Headers:
    """Split a header section into fields; what is beyond the caps is dropped and flagged.

    Args:
        section: The raw lines.
        defects: Gets what was wrong or beyond a cap.
        wanted: Tells by the lower-case name which fields are kept; None for all.
    """
    if len(section) > limits.HEADER_SECTION_BYTES:
        defects.append("header section beyond the limit")
        section = section[: limits.HEADER_SECTION_BYTES]
    fields: list[tuple[str, bytes]] = []
    cut: set[int] = set()
    spaced = False
    lines, mixed = _lines(section)
    for whole in lines:
        line = whole[: limits.HEADER_FIELD_BYTES]
        if not _FIELD.match(line):
            if line.strip() and not line.startswith((b"From ", b">From ")):
                _flag(defects, "a header line without a name")
            continue
        raw_name, _, value = line.partition(b":")
        name = raw_name.strip().decode("ascii").lower()
        if not _is_kept(name, len(fields), wanted, defects):
            continue
        if raw_name != raw_name.rstrip():
            name += _BLANK
            spaced = True
        if len(whole) > len(line):
            _flag(defects, "a header field beyond the limit")
            cut.add(len(fields))
        fields.append((name, value.strip()))
    names = {name for name, _ in fields}
    ambiguous = mixed or f"from{_BLANK}" in names
    if spaced:
        fields = [_found(one, names) for one in fields]
    return Headers(fields, frozenset(cut), ambiguous)


def _lines(section: bytes) -> tuple[list[bytes], bool]:
    """Return the unfolded lines, and whether others may see more of them.

    They end as most of them do: what ends otherwise, or with a bare CR, goes on.
    """
    both = section.count(b"\r\n")
    alone = section.count(b"\n") - both
    # Of two counts the second is a fraction of a search.
    bare = section.count(b"\r") > both and _BARE_CR.search(section) is not None
    mixed = bool(both and alone) or bare
    unfolded = (_FOLD if alone else _USUAL_FOLD).sub(b"", section)
    return unfolded.split(b"\n" if alone > both else b"\r\n"), mixed


def _found(field: tuple[str, bytes], names: Container[str]) -> tuple[str, bytes]:
    """Find a field of what every mail is known by; with a blank in its name if none is without."""
    name = field[0].removesuffix(_BLANK)
    return (name, field[1]) if name in ALWAYS_READ and name not in names else field


def _is_kept(
    name: str, count: int, wanted: Callable[[str], bool] | None, defects: list[str]
) -> bool:
    """Whether a field is kept behind `count` others: beyond the limit only what is always read."""
    if wanted and not wanted(name):
        return False
    if count < limits.HEADER_FIELDS:
        return True
    _flag(defects, "header fields beyond the limit")
    return name in ALWAYS_READ and count < limits.HEADER_FIELDS + limits.LATE_HEADER_FIELDS


def decode_field(raw: bytes, defects: list[str], hint: str | None = None) -> str:
    """Decode a field's encoded words, guess raw 8-bit with `hint`'s help, and make it one line."""
    text = field_text(raw, defects, hint)
    if "=?" in text:
        text = decode_words(text, defects)
    return clean_line(text)


def field_text(raw: bytes, defects: list[str], hint: str | None = None) -> str:
    """Read a field as characters, its encoded words as they are; ISO 2022 has nothing but ASCII."""
    if raw.isascii() and _ESCAPE not in raw:
        return raw.decode("ascii")
    return decode_text(raw, None, defects, hint)


def decode_words(text: str, defects: list[str]) -> str:
    """Decode RFC 2047 encoded words; neighbours of one charset are joined as bytes first.

    Some senders cut a word inside a character, which only the joined bytes can give.
    """
    text = _BETWEEN_WORDS.sub(r"\1", text)
    pieces: list[str] = []
    waiting, charset, end = b"", "", 0
    for word in _ENCODED_WORD.finditer(text):
        raw = _word_bytes(word[2], word[3])
        if word.start() != end or word[1].lower() != charset:
            pieces.append(decode_text(waiting, charset or None, defects))
            pieces.append(text[end : word.start()])
            waiting, charset = b"", word[1].lower()
        waiting += raw
        end = word.end()
    return "".join((*pieces, decode_text(waiting, charset or None, defects), text[end:]))


def _word_bytes(encoding: str, encoded: str) -> bytes:
    try:
        # Raw 8-bit characters inside a word were decoded with the rest of the field.
        raw = encoded.encode("latin-1")
    except UnicodeEncodeError:
        raw = encoded.encode("utf-8", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(raw, header=True)
    raw = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    # A rest of one character stands for nothing.
    raw = raw[:-1] if len(raw) % 4 == 1 else raw
    return binascii.a2b_base64(raw + b"=" * (-len(raw) % 4))


def automatic(fields: Mapping[str, str]) -> bool:
    """Return whether the mail says that a program sent it (RFC 3834, and the marks from before it).

    A mailing list alone (`List-Id`) is no mark: people write to lists.
    """
    said = fields.get("auto-submitted", "no").partition(";")[0].strip().lower()
    precedence = fields.get("precedence", "").strip().lower()
    return (
        said not in ("", "no")
        or precedence in ("bulk", "junk", "auto_reply")
        or "x-autoreply" in fields
        or "x-autorespond" in fields
        or fields.get("x-auto-response-suppress", "").lower() in ("all", "oof, autoreply")
    )


def _flag(defects: list[str], defect: str) -> None:
    if defect not in defects:
        defects.append(defect)
