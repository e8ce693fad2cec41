"""The servers of the test run do what their fixtures promise, so that tests may build on them."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import ChannelClosedByBroker, ProbableAccessDeniedError

from tests.servers.processes import wait_until
from tests.servers.rabbitmq import RabbitMQ


@contextmanager
def _channel(url: str, context: ssl.SSLContext | None = None) -> Iterator[BlockingChannel]:
    parameters = pika.URLParameters(url)
    if context:
        parameters.ssl_options = pika.SSLOptions(context, parameters.host)
    with pika.BlockingConnection(parameters) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        yield channel


def _declare(channel: BlockingChannel) -> None:
    channel.queue_declare("mail", durable=True, arguments={"x-queue-type": "quorum"})


def _waiting(channel: BlockingChannel) -> int:
    count: int = channel.queue_declare("mail", passive=True).method.message_count
    return count


@pytest.mark.parametrize("end", [RabbitMQ.kill, RabbitMQ.stop])
def test_what_rabbitmq_has_confirmed_outlives_its_end(rabbitmq: RabbitMQ, end: object) -> None:
    """House: a killed or stopped node keeps what it has confirmed."""
    assert callable(end)
    with rabbitmq.vhost() as url:
        with _channel(url) as channel:
            _declare(channel)
            channel.basic_publish("", "mail", b"x", mandatory=True)
            # The node ends under the connection.
            channel.connection.close()
            end(rabbitmq)
        rabbitmq.start()

        with _channel(url) as channel:
            wait_until(lambda: _waiting(channel) == 1, "the message")


def test_virtual_hosts_do_not_share_queues(rabbitmq: RabbitMQ) -> None:
    """House: a test sees no queue of another test."""
    with rabbitmq.vhost() as one, rabbitmq.vhost() as other:
        with _channel(one) as channel:
            _declare(channel)

        with _channel(other) as channel, pytest.raises(ChannelClosedByBroker, match="404"):
            _waiting(channel)


def test_rabbitmq_speaks_tls_with_a_certificate_that_can_be_verified(rabbitmq: RabbitMQ) -> None:
    """House: with its authority the node is trusted, with the system's it is not."""
    with rabbitmq.vhost() as url:
        address = rabbitmq.url(url.rpartition("/")[2], tls=True)
        with _channel(address, ssl.create_default_context(cafile=rabbitmq.ca_file)) as channel:
            _declare(channel)

        with (
            pytest.raises(ssl.SSLCertVerificationError),
            _channel(address, ssl.create_default_context()),
        ):
            pass


def test_users_of_rabbitmq_have_the_rights_that_were_given(rabbitmq: RabbitMQ) -> None:
    """House: a user may look at the one queue, and neither declare nor enter elsewhere."""
    with rabbitmq.vhost() as url, rabbitmq.vhost() as elsewhere:
        vhost = url.rpartition("/")[2]
        address = rabbitmq.add_user("reader", "s/cret", vhost=vhost, read="^mail$")
        with _channel(url) as channel:
            _declare(channel)

        with _channel(address) as channel:
            assert _waiting(channel) == 0
        with _channel(address) as channel, pytest.raises(ChannelClosedByBroker, match="403"):
            channel.queue_declare("mine")
        with (
            pytest.raises(ProbableAccessDeniedError),
            _channel(address.replace(vhost, elsewhere.rpartition("/")[2])),
        ):
            pass
