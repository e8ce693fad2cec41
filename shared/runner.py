"""The runner: decides what becomes of messages whose handling fails (architecture, "Errors").

A batch is handled as a whole; when that fails, its messages are handled one by one, so that a bad
mail harms no neighbour. This module has the one broad `except` around our own code: an unexpected
error is a bug, is logged with its traceback, and sets aside only the mail that met it.
"""

from collections.abc import Sequence
from typing import Protocol, TypeVar

import structlog

from shared.broker.port import Handled, Message
from shared.errors import PermanentError, TransientError

In = TypeVar("In", bound=Message)
In_contra = TypeVar("In_contra", bound=Message, contravariant=True)
Out = TypeVar("Out", bound=Message)
Out_co = TypeVar("Out_co", bound=Message, covariant=True)

_log = structlog.get_logger()


class Stage(Protocol[In_contra, Out_co]):
    """What a service does to a batch of messages."""

    @property
    def name(self) -> str:
        """The service's name, for logs and reasons."""

    def handle(self, batch: Sequence[In_contra]) -> Sequence[Out_co]:
        """Handle all of `batch` or nothing of it; give what goes to the next stage.

        Raises:
            TransientError: Something outside is away; the same batch may work later.
            PermanentError: A message of the batch can never be handled.
        """


def handle_batch(stage: Stage[In, Out], batch: Sequence[In]) -> Handled[Out]:
    """Let `stage` handle `batch`, message by message where the batch fails as a whole.

    Raises:
        TransientError: As the stage raised it; messages handled before it are handled again
            later, which every stage allows.
    """
    try:
        return Handled(list(stage.handle(batch)))
    except TransientError:
        raise
    except Exception as error:  # noqa: BLE001 - the runner's own: nothing may stop the other mails
        if len(batch) == 1:
            return _failure(stage, batch[0], error)
        _log.info("batch falls apart into mails", stage=stage.name, mails=len(batch))
    handled: Handled[Out] = Handled()
    for message in batch:
        alone = handle_batch(stage, [message])
        handled.outputs += alone.outputs
        handled.refused |= alone.refused
        handled.failed |= alone.failed
    return handled


def _failure(stage: Stage[In, Out], message: In, error: Exception) -> Handled[Out]:
    log = _log.bind(mail_id=str(message.mail_id), stage=stage.name)
    if isinstance(error, PermanentError):
        log.error("mail cannot be handled", reason=str(error))
        return Handled(refused={message.mail_id: str(error)})
    log.error("mail met an unexpected error", exc_info=error)
    reason = f"Unexpected error in the {stage.name}: {type(error).__name__}"
    return Handled(failed={message.mail_id: f"{reason}; the log has the details"})
