"""The first connection to a full box waits for the administrator (behaviour I-11)."""

from shared.contracts.said import said
from shared.errors import ExitCode, TransientError
from shared.settings.box import Box

MOST_AT_ONCE = 500
"""So many messages are processed as the manual says, without a question."""


class WaitsForStartError(TransientError):
    """A box is full and nobody has said from when on its mail counts."""

    exit_code = ExitCode.CONFIGURATION_WRONG


def first_look(found: int, box: Box, place: str) -> None:
    """Judge what the first opening of a place has found.

    Args:
        found: How many messages would be processed.
        box: Its `startFrom` is the administrator's answer.
        place: The folder, as a person calls it.

    Raises:
        WaitsForStartError: There are more than 500, and `startFrom` is not set.
    """
    if found > MOST_AT_ONCE and box.start_from is None:
        raise WaitsForStartError(
            said(
                "Box {name}: the first look into {place} found {found} messages, more than "
                "{most_at_once}; nothing is read before startFrom is set: a date as 2026-11-30 "
                "to begin with the mail of that day, or all",
                name=box.name,
                place=place,
                found=found,
                most_at_once=MOST_AT_ONCE,
            )
        )
