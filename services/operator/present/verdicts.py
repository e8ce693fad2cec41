"""Verdicts for people: what a word means, and the word itself, for which people search."""

import re
from collections.abc import Iterable, Mapping

from shared.contracts.verdict import Word, joined
from shared.language.language import Language, marked

WORDS: Mapping[Word, str] = {
    Word.DELETED: marked("no activity made"),
    Word.DUPLICATE_KEY: marked("duplicate"),
    Word.FILED: marked("filed under its task"),
    Word.IGNORED: marked("ignored by its subject"),
    Word.IMPORTED: marked("taken over from the log of before"),
    Word.INFORM_OTHER_USERS: marked("notice to users"),
    Word.INVALID_TASK: marked("invalid problem mail"),
    Word.LOOP: marked("our own mail came back"),
    Word.XML_MAIL: marked("XML mail carried out"),
    Word.XML_REFUSED: marked("XML mail refused"),
    Word.NET_GENIUM: marked("mail of NET Genium"),
    Word.NEW_TASK_CREATED: marked("new task created"),
    Word.NOTIFY_OTHER_USERS: marked("notice to users"),
    Word.PROCESSED: marked("processed"),
    Word.SPAM: marked("spam"),
    Word.TASK_APPLICATION: marked("problem mail"),
    Word.UNKNOWN_USER: marked("the sender is no user"),
}
"""What each word means."""

_UPDATED = re.compile(r"TASK ([0-9]+) UPDATED")


def verdict_as_text(words: Iterable[str], language: Language) -> str:
    """Say each word with its meaning; in English the words speak for themselves."""
    if language.name == "en":
        return joined(words)
    return joined(_meant(word, language) for word in words)


def _meant(word: str, language: Language) -> str:
    if updated := _UPDATED.fullmatch(word):
        return language.say("task {number} updated", number=updated[1]) + f" ({word})"
    meaning = next((text for known, text in WORDS.items() if known == word), None)
    return language.say(meaning) + f" ({word})" if meaning else word
