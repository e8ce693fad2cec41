"""The fetcher as a service: until it is told to stop."""

from collections.abc import Sequence

from services.assembly.feeds import Feeds, boxes_to_read, broker_sink, run_feeds
from services.assembly.noticing import notice_look, notices_of
from services.assembly.paths import Use, require_paths
from services.assembly.services import broker_address, running
from services.assembly.state_sender import sending_states
from services.assembly.watch import BrokerLook, Look, data_look, looking
from services.fetcher.box_states import BoxStates
from shared.backup.store import BackupStore
from shared.broker.rabbitmq.address import PART as BROKER
from shared.settings.box import Box
from shared.settings.environment import Environment


def run_fetcher(boxes: Sequence[Box], environment: Environment) -> None:
    """Read mailboxes and directories; mail goes to the classifier's queue.

    Raises:
        ConfigurationError: Boxes or broker address cannot work.
        CredentialsRefusedError: The broker refused us.
    """
    require_paths(boxes, environment, Use.FETCH)
    ready = boxes_to_read(boxes)
    address = broker_address(environment, "fetcher")
    with running(environment) as (health, stopped), sending_states(address) as send:
        health.expect(BROKER)
        looks: list[Look] = [
            data_look(environment.data),
            BrokerLook(address, stopped, health),
            notice_look(notices_of("fetcher", boxes, environment), health),
        ]
        BackupStore(environment.data).discard_halves()
        states = BoxStates(send)
        feeds = Feeds(environment.data, broker_sink(address), states).of(ready)
        with looking(looks, stopped):
            run_feeds(feeds, states, health, stopped)
