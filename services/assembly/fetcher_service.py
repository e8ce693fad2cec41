"""The fetcher as a service: until it is told to stop."""

from collections.abc import Sequence

from services.assembly.feeds import Feeds, boxes_to_read, broker_sink, run_feeds
from services.assembly.paths import Use, require_paths
from services.assembly.services import broker_address, running
from shared.backup.store import BackupStore
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
    sink = broker_sink(broker_address(environment, "fetcher"))
    with running(environment) as (health, stopped):
        BackupStore(environment.data).discard_halves()
        run_feeds(Feeds(environment.data, sink).of(ready), health, stopped)
