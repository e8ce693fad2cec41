"""Notes: what was decided on the way, for the trace."""

from typing import NamedTuple

from shared.contracts.said import Said


class Note(NamedTuple):
    """Something that was decided on the way, for the trace.

    Attributes:
        id: Identifier of the behaviour, as `T-3`.
        name: What it is about, as `token`.
        applied: Whether it took effect.
        reason: One sentence.
    """

    id: str
    name: str
    applied: bool
    reason: Said
