"""The words of a verdict, spelled once (behaviour R-d): rules, writer, log and metrics use them.

A verdict is a tuple of words in order. They are the manual's, so neither spelling nor case may
change: people and tools search for them. Pure.
"""

import re
from collections.abc import Iterable
from enum import StrEnum

_SEPARATOR = ", "
_NUMBER = re.compile(r"[0-9]+")


class Word(StrEnum):
    """A word of the log."""

    DELETED = "DELETED"
    DUPLICATE_KEY = "DUPLICATE KEY"
    FILED = "FILED"
    IGNORED = "IGNORED"
    IMPORTED = "IMPORTED"
    INFORM_OTHER_USERS = "Inform other users…"
    INVALID_TASK = "INVALID TASK"
    LOOP = "LOOP"
    NET_GENIUM = "NET Genium"
    NEW_TASK_CREATED = "NEW TASK CREATED"
    NOTIFY_OTHER_USERS = "Notify other users…"
    PROCESSED = "PROCESSED"
    SPAM = "SPAM"
    TASK_APPLICATION = "Task application"
    UNKNOWN_USER = "UNKNOWN USER"
    XML_MAIL = "XML MAIL"
    XML_REFUSED = "XML REFUSED"

    def __repr__(self) -> str:
        """As any other text, also where a log shows it."""
        return repr(self.value)


NOT_IN_THE_MANUAL = frozenset(
    {
        *(Word.FILED, Word.IGNORED, Word.IMPORTED, Word.LOOP),
        *(Word.XML_MAIL, Word.XML_REFUSED),
    }
)
"""Words of our own: the legacy log leaves them out."""


def task_updated(task_id: int) -> str:
    """Return the word for a task that a problem mail has changed."""
    return f"TASK {task_id} UPDATED"


def is_task_updated(word: str) -> bool:
    """Return whether a word is one of `task_updated`."""
    return kind_of([word]) == kind_of([task_updated(1)])


def joined(words: Iterable[str]) -> str:
    """Return a verdict as one text, as it is written in the journal and is shown."""
    return _SEPARATOR.join(words)


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a verdict that `joined` has made one text."""
    return tuple(text.split(_SEPARATOR))


def kind_of(words: Iterable[str]) -> str:
    """Return a verdict without its numbers: `TASK 4711 UPDATED` is one kind, whatever the task."""
    return _NUMBER.sub("N", joined(words))


def _kinds() -> Iterable[tuple[str, ...]]:
    yield (Word.DELETED,)
    yield (Word.PROCESSED,)
    yield (Word.FILED,)
    yield Word.FILED, Word.DELETED
    for word in (
        Word.SPAM,
        Word.IGNORED,
        Word.LOOP,
        Word.NET_GENIUM,
        Word.INFORM_OTHER_USERS,
        Word.NOTIFY_OTHER_USERS,
        Word.INVALID_TASK,
        Word.TASK_APPLICATION,
        Word.XML_MAIL,
        Word.XML_REFUSED,
    ):
        yield word, Word.DELETED
    for word in (Word.DUPLICATE_KEY, Word.NEW_TASK_CREATED, Word.UNKNOWN_USER):
        yield word, Word.DELETED
        yield word, Word.PROCESSED
    for done in (Word.NEW_TASK_CREATED, task_updated(1)):
        yield Word.TASK_APPLICATION, done, Word.DELETED
        yield done, Word.IGNORED, Word.DELETED
    yield task_updated(1), Word.DELETED
    yield task_updated(1), Word.PROCESSED


KINDS = tuple(map(kind_of, _kinds()))
"""Every verdict that the rules can give, without numbers."""
