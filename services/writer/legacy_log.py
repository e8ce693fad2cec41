"""The log in the manual's words (behaviour R-d): `NOTICE yyyy-MM-dd HH:mm:ss WORD`, a line each.

Known limits: a crash between the commit and this line loses the line; the journal has it.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from shared.errors import TransientError

NOT_IN_THE_MANUAL = frozenset({"IGNORED", "LOOP"})


@dataclass(frozen=True, slots=True)
class LegacyLog:
    """The file that people and tools of the original service know."""

    path: Path

    def write(self, verdicts: Iterable[tuple[str, ...]], now: datetime) -> None:
        """Append the words of `verdicts`; `now` is local time.

        Raises:
            TransientError: The file cannot be written.
        """
        lines = "".join(
            f"NOTICE {now:%Y-%m-%d %H:%M:%S} {word}\n"
            for verdict in verdicts
            for word in verdict
            if word not in NOT_IN_THE_MANUAL
        )
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
            with os.fdopen(descriptor, "a", encoding="utf-8") as file:
                file.write(lines)
        except OSError as error:
            raise TransientError(f"Cannot write {self.path}: {error.strerror}") from error
