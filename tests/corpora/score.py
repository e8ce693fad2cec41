"""What a comparison with the collected mails gives."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Score:
    """How many expectations of one kind are met.

    Attributes:
        name: Of the kind.
        passed: Expectations that are met.
        total: All of them.
        failures: One line for each that is not met: the file and what differs.
    """

    name: str
    passed: int
    total: int
    failures: tuple[str, ...] = ()


class Tally:
    """Counts expectations and keeps those that are not met."""

    def __init__(self) -> None:
        self._passed = 0
        self._failures: list[str] = []

    def add(self, what: str, *, is_right: bool) -> None:
        """Count one expectation; `what` is said of it if it is not met."""
        self._passed += is_right
        if not is_right:
            self._failures.append(what)

    def score(self, name: str) -> Score:
        """What was counted, under a name."""
        total = self._passed + len(self._failures)
        return Score(name, self._passed, total, tuple(self._failures))
