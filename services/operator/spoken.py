"""What this call speaks (behaviour O-11): as `--language` asks, else the locale's language."""

from contextvars import ContextVar

from shared.language.language import Language, LanguageName, language, language_of
from shared.settings.environment import system_locale

_ASKED_FOR: ContextVar[LanguageName | None] = ContextVar("asked_for", default=None)


def speak(name: LanguageName) -> None:
    """Speak this language from now on: errors, too, which have left their command behind."""
    _ASKED_FOR.set(name)


def spoken() -> Language:
    """Return the language of this call; English where the locale is of none of ours."""
    return language(_ASKED_FOR.get() or language_of(system_locale()))
