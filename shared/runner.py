"""The runner: decides what becomes of messages whose handling fails (architecture, "Errors").

A batch is handled as a whole; when that fails, its messages are handled one by one, so that a bad
mail harms no neighbour. An error that may pass stops everything only while a probe says that
something outside is away: what one message meets alone, while everything outside works, is its
own trouble. This module has the one broad `except` around our own code: an unexpected error is a
bug, is logged with its traceback, and sets aside only the mail that met it.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from shared.broker.port import Handled, Message
from shared.contracts.line import one_line
from shared.contracts.said import said
from shared.errors import (
    AwayError,
    ConfigurationError,
    CredentialsRefusedError,
    CRMServiceError,
    PermanentError,
    TransientError,
)
from shared.log import Logger

In = TypeVar("In", bound=Message)
In_contra = TypeVar("In_contra", bound=Message, contravariant=True)
Out = TypeVar("Out", bound=Message)
Out_co = TypeVar("Out_co", bound=Message, covariant=True)

Probe = Callable[[], None]
"""Returns if everything outside works; raises `TransientError`."""

_log = Logger()


class Stage(Protocol[In_contra, Out_co]):
    """What a service does to a batch of messages."""

    @property
    def name(self) -> str:
        """The service's name, for logs and reasons."""

    def handle(self, batch: Sequence[In_contra]) -> Sequence[Out_co]:
        """Handle all of `batch` or nothing of it; give what goes to the next stage.

        Raises:
            TransientError: It did not work now; the same batch may work later.
            PermanentError: A message of the batch can never be handled.
        """


def handle_batch(
    stage: Stage[In, Out], batch: Sequence[In], probe: Probe | None = None
) -> Handled[Out]:
    """Let `stage` handle `batch`, message by message where the batch fails as a whole.

    Args:
        stage: What handles it.
        batch: Messages.
        probe: Tells whether something outside is away; without one, every transient error says
            so.

    Raises:
        TransientError: Something outside is away; messages handled before it are handled again
            later, which every stage allows.
        ConfigurationError, CredentialsRefusedError: The probe says that waiting cannot help.
    """
    try:
        return Handled(list(stage.handle(batch)))
    except Exception as error:  # noqa: BLE001 - the runner's own: nothing may stop the other mails
        _raise_if_away(error, probe)
        if len(batch) == 1:
            return _alone(stage, batch[0], error, probe)
        _log.info("batch falls apart into mails", stage=stage.name, mails=len(batch))
    handled: Handled[Out] = Handled()
    for message in batch:
        handled.add(handle_batch(stage, [message], probe))
    return handled


def ask(probe: Probe) -> None:
    """Return if everything outside works, as far as `probe` can tell.

    Raises:
        TransientError: It does not, or the probe itself failed: nothing is known, so we wait.
        ConfigurationError, CredentialsRefusedError: Waiting cannot help.
    """
    try:
        probe()
    except (TransientError, ConfigurationError, CredentialsRefusedError):
        raise
    except CRMServiceError as error:
        raise TransientError(error.sentence) from error
    except Exception as error:
        _log.error("a probe met an unexpected error", exc_info=error)
        kind = type(error).__name__
        raise TransientError(
            said("The probe failed: {kind}; the log has the details", kind=kind)
        ) from error


def _raise_if_away(error: Exception, probe: Probe | None) -> None:
    if isinstance(error, AwayError) or (probe is None and isinstance(error, TransientError)):
        raise error
    if probe is not None and isinstance(error, TransientError):
        ask(probe)


def _alone(
    stage: Stage[In, Out], message: In, error: Exception, probe: Probe | None
) -> Handled[Out]:
    """Settle a message that failed alone; what may have passed by now is tried again."""
    if isinstance(error, TransientError):
        try:
            return Handled(list(stage.handle([message])))
        except Exception as again:  # noqa: BLE001 - as above
            _raise_if_away(again, probe)
            error = again
    return _failure(stage, message, error)


def _failure(stage: Stage[In, Out], message: In, error: Exception) -> Handled[Out]:
    log = _log.bind(mail_id=str(message.mail_id), stage=stage.name)
    reason = one_line(str(error))
    if isinstance(error, TransientError):
        log.warning("mail cannot be handled now", reason=reason)
        return Handled(postponed={message.mail_id: reason})
    if isinstance(error, PermanentError):
        log.error("mail cannot be handled", reason=reason)
        return Handled(refused={message.mail_id: reason})
    log.error("mail met an unexpected error", exc_info=error)
    reason = f"Unexpected error in the {stage.name}: {type(error).__name__}"
    return Handled(failed={message.mail_id: f"{reason}; the log has the details"})
