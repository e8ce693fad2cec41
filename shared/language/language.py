"""A language that people read: English as the code has it, or a catalogue of gettext.

Texts are found for the catalogues by the names of these functions: `say`, `say_many`, `marked`, and
`said`, `said_many` of `shared.contracts.said` (`make words`).
"""

import gettext
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from shared.contracts.content import TraceLine
from shared.contracts.said import COUNT, Said, filled
from shared.contracts.sentence import Sentence

LanguageName = Literal["cs", "en"]
LANGUAGES: tuple[LanguageName, ...] = ("cs", "en")
DOMAIN = "crmservice"
CATALOGUES = Path(__file__).parent / "catalogues"


class Language:
    """One language.

    Attributes:
        name: Its two letters.
    """

    def __init__(self, name: LanguageName) -> None:
        """Load the catalogue; English is in the code."""
        self.name = name
        self._texts: gettext.NullTranslations = gettext.NullTranslations()
        if name != "en":
            self._texts = gettext.translation(DOMAIN, CATALOGUES, [name])

    def say(self, key: str, **values: object) -> str:
        """Say the English pattern `key` with `values` in its places."""
        return filled(self._texts.gettext(key), _texts(values))

    def say_many(self, one: str, many: str, n: int, **values: object) -> str:
        """Say `one` or `many`, as the count `n` asks in this language."""
        return filled(self._texts.ngettext(one, many, n), _texts({**values, COUNT: n}))

    def reason(self, line: TraceLine) -> str:
        """Say why a rule hit or missed; what an earlier version recorded stays in English."""
        if self.name == "en" or line.sentence is None:
            return line.reason
        return self.sentence(line.sentence)

    def tell(self, text: str) -> str:
        """Return what was said in this language; what nobody has `said` stays as it is."""
        if self.name == "en" or not isinstance(text, Said):
            return str(text)
        return self.sentence(text)

    def sentence(self, sentence: Sentence | Said) -> str:
        """Say what was said before."""
        values = {
            name: self.sentence(value) if isinstance(value, Sentence | Said) else value
            for name, value in sentence.values.items()
        }
        count = values.get(COUNT, "")
        if not sentence.key:
            return ""
        if count.isdecimal():
            return filled(self._texts.ngettext(sentence.key, sentence.key, int(count)), values)
        return filled(self._texts.gettext(sentence.key), values)


ENGLISH = Language("en")


@cache
def language(name: LanguageName) -> Language:
    """Return the language of that name."""
    return Language(name)


def language_of(locale: str) -> LanguageName:
    """Return the language of a locale's name, as `cs_CZ.UTF-8`; English if there is none."""
    wanted = locale.partition(".")[0].partition("_")[0].lower()
    return next((one for one in LANGUAGES if one == wanted), "en")


def marked(text: str) -> str:
    """Return `text` as it is: it is said later, and catalogues have it."""
    return text


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}
