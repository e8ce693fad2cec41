"""The transport within one process: a batch goes straight to the next stage.

`flush` returns when the last stage has committed, so what the source acknowledges afterwards is
safe. Nothing is kept between two flushes: after a crash the source still has its mail.
"""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar
from uuid import UUID

from shared.broker.port import Handled, Message, Publisher, Receipt
from shared.errors import TransientError

In = TypeVar("In", bound=Message)
Out = TypeVar("Out", bound=Message)


class LocalTransport(Generic[In, Out]):
    """Publishes to a stage in this process, and what that stage makes to the one after it."""

    def __init__(
        self, handle: Callable[[Sequence[In]], Handled[Out]], onward: Publisher[Out]
    ) -> None:
        """Connect a stage (`handle`, under the runner) with the publisher of what it makes."""
        self._handle = handle
        self._onward = onward
        self._refused: dict[UUID, str] = {}
        self._postponed: dict[UUID, str] = {}

    def publish(self, batch: Sequence[In]) -> None:
        """Let the stage handle `batch` and hand on what it makes.

        Raises:
            TransientError: The stage cannot work now.
        """
        if not batch:
            return
        try:
            handled = self._handle(batch)
            # A bug does not pass by waiting: the source sets its mail aside, too.
            self._refused |= handled.refused | handled.failed
            self._postponed |= handled.postponed
            self._onward.publish(handled.outputs)
        except TransientError:
            # Nothing since the last flush counts as taken, so nothing counts as refused either.
            self._forget()
            raise

    def flush(self) -> Receipt:
        """Return when everything published is committed, with what was not taken on the way.

        Raises:
            TransientError: A stage further on cannot work now.
        """
        onward = self._onward.flush()
        receipt = Receipt(
            {**self._refused, **onward.refused}, {**self._postponed, **onward.postponed}
        )
        self._forget()
        return receipt

    def _forget(self) -> None:
        self._refused.clear()
        self._postponed.clear()


class Collector(Generic[Out]):
    """The end of the line: keeps what the last stage made until somebody takes it."""

    def __init__(self) -> None:
        """Start empty."""
        self._collected: list[Out] = []

    def publish(self, batch: Sequence[Out]) -> None:
        """Keep `batch`."""
        self._collected += batch

    def flush(self) -> Receipt:
        """Do nothing: nothing is ever under way here."""
        return Receipt()

    def take(self) -> list[Out]:
        """Return everything since the last call."""
        taken, self._collected = self._collected, []
        return taken
