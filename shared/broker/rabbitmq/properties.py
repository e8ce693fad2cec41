"""Letters as AMQP properties and body, and back."""

from collections.abc import Mapping
from typing import Any

import pika

from shared.broker.letters import BrokerMessage, Delivery, Header

_DEATHS = "x-delivery-count"


def properties_of(letter: BrokerMessage) -> pika.BasicProperties:
    """Everything but the body; the message is persistent."""
    return pika.BasicProperties(
        content_type=letter.content_type,
        delivery_mode=pika.DeliveryMode.Persistent.value,
        message_id=letter.mail_id,
        headers=dict(letter.headers),
    )


def delivery_of(tag: int, properties: Any, body: bytes) -> Delivery:  # noqa: ANN401 - pika has no types
    """What came, with the broker's count of deliveries that nobody acknowledged."""
    headers = _plain(properties.headers or {})
    deaths = int(headers.pop(_DEATHS, 0))
    letter = BrokerMessage(
        properties.message_id or "", properties.content_type or "", body, headers
    )
    return Delivery(tag, letter, deaths)


def _plain(headers: Mapping[str, object]) -> dict[str, Header]:
    """Without what the broker adds of tables and lists, such as `x-death`."""
    return {name: value for name, value in headers.items() if isinstance(value, str | int | bool)}
