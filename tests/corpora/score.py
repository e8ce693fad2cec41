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
