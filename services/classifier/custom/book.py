"""The rule file of a box on the disk: read, and read again when it changes (behaviour C-3).

A changed file counts once it stands still and is valid. One that is not valid changes nothing: the
rules before stay, and the alarm is raised until the file is mended.
"""

import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from services.classifier.custom.box_fit import odd_for, problems_with
from services.classifier.custom.reading import LARGEST_BYTES, ReadRules, RuleProblem, read_rules
from services.classifier.custom.rule_set import RuleSet
from shared.contracts.said import said
from shared.errors import ConfigProblem, ConfigurationError
from shared.log import Logger
from shared.settings.box import Box

STILL_SECONDS = 1.0
"""For how long a changed file has to stay as it is: half of one may be valid, too."""

_log = Logger()


def read_for(file: Path, box: Box) -> ReadRules:
    """Read a rule file as the rules of `box`; what is wrong with it is among its problems."""
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST_BYTES + 1)
    except OSError as error:
        what = said("cannot be read: {reason}", reason=error.strerror)
        problem = RuleProblem(None, what, said("Correct rulesFile, or who may read the file."))
        return ReadRules((), (problem,), {})
    read = read_rules(content)
    return read._replace(problems=(*read.problems, *problems_with(read, box)))


def as_config(file: Path, problems: Sequence[RuleProblem]) -> list[ConfigProblem]:
    """Return problems of a rule file as those of any file."""
    return [
        ConfigProblem(str(file) if line is None else f"{file}:{line}", what, remedy)
        for line, what, remedy in problems
    ]


class RuleBook:
    """The rules of one box. For several threads."""

    def __init__(
        self,
        file: Path,
        box: Box,
        refused: Callable[[bool], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Read the file.

        Args:
            file: The rule file.
            box: Whose.
            refused: Is told whether the file on the disk is one that cannot be used.
            clock: Seconds that only grow.

        Raises:
            ConfigurationError: It cannot be read, or is not valid; with all problems.
        """
        self._file = file
        self._box = box
        self._clock = clock
        self._lock = threading.Lock()
        self._stamp = self._seen = _stamp(file)
        self._seen_at = clock()
        read = read_for(file, box)
        if read.problems:
            raise ConfigurationError(as_config(file, read.problems))
        self._refused = refused
        refused(False)
        self._rules = self._taken(read)

    def rules(self) -> RuleSet:
        """Return the rules that count now. Never raises."""
        with self._lock:
            if self._has_changed():
                self._stamp = self._seen
                self._read_again()
            return self._rules

    def _has_changed(self) -> bool:
        """Return whether the file is another one than was read, and stands still."""
        stamp, now = _stamp(self._file), self._clock()
        if stamp != self._seen:
            self._seen, self._seen_at = stamp, now
        return stamp != self._stamp and now - self._seen_at >= STILL_SECONDS

    def _read_again(self) -> None:
        read = read_for(self._file, self._box)
        self._refused(bool(read.problems))
        if read.problems:
            told = [str(one) for one in as_config(self._file, read.problems)]
            _log.error("rule file refused: the rules before stay", box=self._box.name, why=told)
            return
        self._rules = self._taken(read)
        _log.info("rule file read again", box=self._box.name, rules=len(self._rules.rules))

    def _taken(self, read: ReadRules) -> RuleSet:
        for problem in as_config(self._file, odd_for(read, self._box)):
            _log.warning("rule without effect", box=self._box.name, where=str(problem))
        return RuleSet(tuple(rule for rule in read.rules if rule.active))


def _stamp(file: Path) -> tuple[int, ...]:
    """Return what is different after every change of the file; nothing while it is gone."""
    try:
        found = os.stat(file)  # noqa: PTH116 - asked for each mail
    except OSError:
        return ()
    return (found.st_mtime_ns, found.st_size, found.st_ino)
