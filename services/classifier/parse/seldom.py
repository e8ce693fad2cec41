"""Patterns that few mails need: each is compiled when it is first asked."""

import re
from collections.abc import Iterator
from functools import cached_property


class SeldomPattern:
    """A pattern as of `re`, which costs nothing until it is used.

    Those with the words of all mail systems and languages take milliseconds each.
    """

    def __init__(self, pattern: str, flags: re.RegexFlag = re.NOFLAG) -> None:
        """Keep what is compiled later.

        Args:
            pattern: In the language of `re`.
            flags: As of `re`.
        """
        self._pattern = pattern
        self._flags = flags

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self._pattern, self._flags)

    def search(self, text: str) -> re.Match[str] | None:
        """Return where the pattern first fits."""
        return self._compiled.search(text)

    def match(self, text: str) -> re.Match[str] | None:
        """Return whether and how the text begins with it."""
        return self._compiled.match(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Yield each place where it fits."""
        return self._compiled.finditer(text)

    def sub(self, replacement: str, text: str) -> str:
        """Return the text with each place replaced."""
        return self._compiled.sub(replacement, text)
