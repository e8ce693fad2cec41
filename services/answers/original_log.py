"""The log of the original service, and which of its backups each entry is about (O-5). Pure.

An entry is a line a word, as `NOTICE 2026-11-02 09:12:00 PROCESSED`, and names no mail. A mail's
words end with PROCESSED or DELETED; backups and entries come in the same order.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from shared.contracts.verdict import Word

_LINE = re.compile(r"NOTICE ([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}) (.+)")
_UPDATED = re.compile(r"TASK [0-9]+ UPDATED")
_LAST = frozenset({Word.PROCESSED, Word.DELETED})
_EARLY = timedelta(seconds=2)
"""How much older than its backup an entry may be: file systems round times."""

_LATE = timedelta(minutes=10)
"""How long the original may work on what it has downloaded at once."""


@dataclass(frozen=True, slots=True)
class LoggedMail:
    """What the log says of one mail."""

    at: datetime
    words: tuple[str, ...]


def decoded(raw: bytes) -> str:
    """Return the text of a log file, whatever the original has written it in."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1250", "replace")


def logged_mails(text: str, zone: tzinfo) -> Iterator[LoggedMail]:
    """Read the log `text` mail by mail; lines of other kinds and a mail without end are left out.

    Args:
        text: Of the log.
        zone: Its times are local there.
    """
    words: list[str] = []
    for moment, word in _lines(text):
        words.append(word)
        if word in _LAST:
            yield LoggedMail(moment.replace(tzinfo=zone), tuple(words))
            words = []


def paired(times: Sequence[datetime], logged: Iterable[LoggedMail]) -> list[LoggedMail | None]:
    """Return the entry of each backup, by order and time; None where the log has none.

    Args:
        times: When each backup was written, in order.
        logged: Entries in the order of the log.
    """
    entries = iter(logged)
    entry = next(entries, None)
    found: list[LoggedMail | None] = []
    for time in times:
        while entry and entry.at < time - _EARLY:
            entry = next(entries, None)
        if entry and entry.at <= time + _LATE:
            found.append(entry)
            entry = next(entries, None)
        else:
            found.append(None)
    return found


def differs(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether two verdicts differ in more than a task's number, or its being there already."""
    return [_kind(word) for word in ours] != [_kind(word) for word in theirs]


def _lines(text: str) -> Iterator[tuple[datetime, str]]:
    for line in text.splitlines():
        found = _LINE.fullmatch(line.strip())
        if found and (word := _known(found[2].strip())):
            try:
                yield datetime.fromisoformat(found[1]), word
            except ValueError:
                continue


def _known(word: str) -> str | None:
    """Return the word as we spell it; None for lines about other things."""
    tidy = word.replace("...", "…")
    return tidy if tidy in {*Word} or _UPDATED.fullmatch(tidy) else None


def _kind(word: str) -> str:
    return Word.NEW_TASK_CREATED if _UPDATED.fullmatch(word) else word
