"""What this call speaks (behaviour O-11): as `--language` asks, else the locale's language."""

import sys
from collections.abc import Sequence
from contextvars import ContextVar
from itertools import pairwise

from shared.language.language import LANGUAGES, Language, LanguageName, language, language_of
from shared.settings.environment import system_locale

_ASKED_FOR: ContextVar[LanguageName | None] = ContextVar("asked_for", default=None)


def speak(name: LanguageName) -> None:
    """Speak this language from now on: errors, too, which have left their command behind."""
    _ASKED_FOR.set(name)


def spoken() -> Language:
    """Return the language of this call; English where the locale is of none of ours."""
    name = _ASKED_FOR.get() or asked_in(sys.argv) or language_of(system_locale())
    return language(name)


def asked_in(arguments: Sequence[str]) -> LanguageName | None:
    """Return the language that arguments ask for, which may be too wrong to be read in order."""
    words = [part for word in arguments for part in word.split("=", 1)]
    wanted = next((word for option, word in pairwise(words) if option == "--language"), "")
    return next((one for one in LANGUAGES if one == wanted), None)
