"""How RabbitMQ is reached, and what its refusals mean."""

import logging
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pika
from pika import exceptions
from pydantic import SecretStr

from shared.connection_trouble import connection_trouble
from shared.contracts.said import Said, said, verbatim
from shared.errors import (
    AwayError,
    BrokerRefusedError,
    ConfigProblem,
    ConfigurationError,
    CRMServiceError,
    HeldElsewhereError,
)

PART = "broker"
"""What `/ready` calls it."""

# What pika has to say of a failure, our own errors say once and in words.
logging.getLogger("pika").setLevel(logging.CRITICAL)

_CONNECT_SECONDS = 10
_BLOCKED_SECONDS = 30
_ACCESS_REFUSED, _NOT_ALLOWED, _PRECONDITION_FAILED = 403, 530, 406


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where the broker is.

    Attributes:
        url: `amqp://` or `amqps://`, with name and password.
        ca_file: A PEM bundle that replaces the system's, for a private authority.
        client: Our name on the broker's list of connections.
        heartbeat_seconds: A side that is silent for twice as long counts as gone (F-22).
    """

    url: SecretStr
    ca_file: Path | None = None
    client: str = "crmservice"
    heartbeat_seconds: int = 30

    def parameters(self) -> pika.URLParameters:
        """Return what pika connects with; TLS is verified always (INV-11).

        Raises:
            ConfigurationError: The address cannot work.
        """
        try:
            parameters = pika.URLParameters(self.url.get_secret_value())
        except (ValueError, TypeError):
            raise _wrong(
                said("is no address pika understands"), said("amqps://name:password@host/vhost")
            ) from None
        if parameters.ssl_options is not None:
            parameters.ssl_options = pika.SSLOptions(self._tls(), parameters.host)
        parameters.heartbeat = self.heartbeat_seconds
        parameters.blocked_connection_timeout = _BLOCKED_SECONDS
        parameters.socket_timeout = _CONNECT_SECONDS
        parameters.stack_timeout = 2 * _CONNECT_SECONDS
        parameters.connection_attempts = 1
        parameters.client_properties = {"connection_name": self.client}
        return parameters

    def _tls(self) -> ssl.SSLContext:
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
        except OSError as error:
            raise _wrong(
                said(
                    "RABBITMQ_CA_FILE {ca_file}: {reason}",
                    ca_file=self.ca_file,
                    reason=error.strerror,
                ),
                said("name a PEM file"),
            ) from None
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    def __str__(self) -> str:
        """Return the server without name and password."""
        parameters = pika.URLParameters(self.url.get_secret_value())
        return f"RabbitMQ at {parameters.host}:{parameters.port}"


def refused(address: BrokerAddress, error: BaseException) -> CRMServiceError:
    """Return what a failed connection, or its end, means."""
    causes = list(_causes(error))
    if any(isinstance(cause, exceptions.ProbableAuthenticationError) for cause in causes):
        return BrokerRefusedError(
            said("{address} refused name or password; check RABBITMQ_URL", address=address)
        )
    if any(_refuses_vhost(cause) for cause in causes):
        return BrokerRefusedError(
            said(
                "{address} refused the virtual host; check the path of RABBITMQ_URL and the "
                "user's permissions",
                address=address,
            )
        )
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return unreachable(
                said(
                    "{address} cannot prove who it is ({reason}); nothing was sent; check its "
                    "certificate and RABBITMQ_CA_FILE",
                    address=address,
                    reason=connection_trouble(cause),
                )
            )
    if any(isinstance(cause, exceptions.ConnectionBlockedTimeout) for cause in causes):
        return unreachable(
            said(
                "{address} runs, but takes no messages: an alarm of memory or disk lasts "
                "(rabbitmq-diagnostics alarms); give it room, or raise its limits",
                address=address,
            )
        )
    return unreachable(
        said(
            "{address} is away ({reason}); check that it runs, and RABBITMQ_URL",
            address=address,
            reason=_reason(causes[-1]),
        )
    )


def unreachable(sentence: Said) -> AwayError:
    """Make the error of a broker that cannot be used now, whoever asks."""
    return AwayError(sentence, PART)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield `error` and what pika has wrapped in it, innermost last."""
    yield error
    inner = (getattr(error, "exception", None), *getattr(error, "exceptions", ())[-1:], *error.args)
    for cause in inner:
        if isinstance(cause, BaseException):
            yield from _causes(cause)
            return


def _refuses_vhost(error: BaseException) -> bool:
    return isinstance(error, exceptions.ProbableAccessDeniedError) or _code(error) == _NOT_ALLOWED


def refused_queue(address: BrokerAddress, queue: str, error: BaseException) -> CRMServiceError:
    """Return what a refusal to declare, consume or look at `queue` means."""
    if _code(error) == _PRECONDITION_FAILED:
        return _wrong(
            said("the queue {queue} exists with other arguments", queue=queue),
            said("empty and delete it, or give this deployment a virtual host of its own"),
        )
    if "exclusive use" in _plain(error):
        return HeldElsewhereError(
            said(
                "Another process holds the queue {queue} at {address}", queue=queue, address=address
            )
        )
    if _code(error) == _ACCESS_REFUSED:
        return BrokerRefusedError(
            said(
                "{address} gives this user no right to the queue {queue}",
                address=address,
                queue=queue,
            )
        )
    return unreachable(
        said(
            "{address}: the queue {queue} cannot be used ({reason})",
            address=address,
            queue=queue,
            reason=_plain(error),
        )
    )


def may_not_declare(error: BaseException) -> bool:
    """Return whether the broker refuses this user the right to declare."""
    return _code(error) == _ACCESS_REFUSED


def _code(error: BaseException) -> int | None:
    code = getattr(error, "reply_code", None)
    return code if isinstance(code, int) else None


def _reason(error: BaseException) -> Said:
    return connection_trouble(error) if isinstance(error, OSError) else verbatim(_plain(error))


def _plain(error: BaseException) -> str:
    return getattr(error, "reply_text", "") or str(error) or type(error).__name__


def _wrong(what: Said, remedy: Said) -> ConfigurationError:
    return ConfigurationError([ConfigProblem("RabbitMQ", what, remedy)])
