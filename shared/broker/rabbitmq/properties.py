"""Messages as AMQP properties and body, and back."""

from collections.abc import Mapping
from typing import Any

import pika

from shared.broker.message import BrokerMessage, Delivery, Header

_DELIVERY_COUNT = "x-delivery-count"


def properties_of(message: BrokerMessage) -> pika.BasicProperties:
    """Return everything but the body; the message is persistent."""
    return pika.BasicProperties(
        content_type=message.content_type,
        delivery_mode=pika.DeliveryMode.Persistent.value,
        message_id=message.mail_id,
        headers=dict(message.headers),
    )


def delivery_of(tag: int, properties: Any, body: bytes) -> Delivery:  # noqa: ANN401 - pika has no types
    """Return what came, with the broker's count of deliveries that nobody acknowledged."""
    headers = _plain(properties.headers or {})
    delivery_count = int(headers.pop(_DELIVERY_COUNT, 0))
    message = BrokerMessage(
        properties.message_id or "", properties.content_type or "", body, headers
    )
    return Delivery(tag, message, delivery_count)


def _plain(headers: Mapping[str, object]) -> dict[str, Header]:
    """Leave out what the broker adds of tables and lists, such as `x-death`."""
    return {name: value for name, value in headers.items() if isinstance(value, str | int | bool)}
