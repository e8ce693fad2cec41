"""The transport's port: batches go in, `flush` returns when the next stage has taken them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar
from uuid import UUID


class Message(Protocol):
    """Anything about one mail that travels between stages."""

    @property
    def mail_id(self) -> UUID:
        """The mail it is about."""


M_contra = TypeVar("M_contra", bound=Message, contravariant=True)
Out = TypeVar("Out", bound=Message)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of everything published since the last flush.

    Attributes:
        refused: Mails that can never be processed, with the reason. A broker never refuses (it
            keeps dead letters itself); within one process the source sets such mail aside.
        postponed: Mails that met an error which may pass, with the reason; within one process
            they stay in their source for a later round. A broker lets them rest itself.
    """

    refused: Mapping[UUID, str] = field(default_factory=dict)
    postponed: Mapping[UUID, str] = field(default_factory=dict)

    @property
    def kept(self) -> Mapping[UUID, str]:
        """Mails that were not processed, for either cause."""
        return {**self.refused, **self.postponed}


@dataclass(slots=True)
class Handled(Generic[Out]):
    """What came of a batch that a stage has handled.

    Attributes:
        outputs: Messages for the next stage.
        refused: Mails that can never be handled, with the reason.
        failed: Mails that met an unexpected error, with the reason: another try may help.
        postponed: Mails that met, alone, an error which may pass, while everything outside works.
    """

    outputs: list[Out] = field(default_factory=list)
    refused: dict[UUID, str] = field(default_factory=dict)
    failed: dict[UUID, str] = field(default_factory=dict)
    postponed: dict[UUID, str] = field(default_factory=dict)

    def add(self, other: "Handled[Out]") -> None:
        """Take in what came of another batch."""
        self.outputs += other.outputs
        self.refused |= other.refused
        self.failed |= other.failed
        self.postponed |= other.postponed


class Publisher(Protocol[M_contra]):
    """Where a stage puts what it has made."""

    def publish(self, batch: Sequence[M_contra]) -> None:
        """Hand over `batch`; it may still be under way when this returns.

        Raises:
            TransientError: As for `flush`.
        """

    def flush(self) -> Receipt:
        """Return when everything published is safe with the next stage.

        Raises:
            TransientError: The next stage cannot take anything now. What was published since the
                last flush counts as not taken and may be published again.
        """
