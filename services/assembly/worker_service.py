"""A stage between two queues as a service: until it is told to stop."""

from services.assembly.services import broker_address, running
from services.assembly.watch import BrokerLook, data_look, looking
from shared import metrics
from shared.settings.environment import Environment
from shared.worker import Flow, In, Out, Worker


def run_worker(flow: Flow[In, Out], environment: Environment) -> None:
    """Handle what comes from the flow's queue.

    Raises:
        ConfigurationError: Queues or addresses cannot work.
        CredentialsRefusedError: The broker refused us.
    """
    address = broker_address(environment, flow.stage.name)
    metrics.expect_stage(flow.stage.name)
    with (
        running(environment) as (health, stopped),
        looking([data_look(environment.data), BrokerLook(address, stopped)], stopped),
    ):
        Worker(flow, address, health, stopped).run()
