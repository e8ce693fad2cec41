"""The machine of random edits and faults, over the double of Microsoft Graph and the client."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.calendar_machine import CalendarMachine
from tests.calendar_of_graph import of_graph
from tests.outlook_at_graph import OutlookAtGraph
from tests.servers.graph.server import GraphServer

FEW = settings(
    max_examples=2,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_both_sides_agree_when_it_is_quiet_again(graph: GraphServer) -> None:
    """INV-10: whatever people do on both sides, and whatever fails: nothing is doubled or lost."""

    class Machine(CalendarMachine):
        """Jan's Outlook is at the double."""

        def __init__(self) -> None:
            super().__init__()
            graph.reset()
            self.folder_of_app = TemporaryDirectory()
            folder = Path(self.folder_of_app.name)
            self.clients = [of_graph(graph, folder), of_graph(graph, folder)]
            asked, looked = (client.__enter__().calendar for client in self.clients)
            outlook: Any = OutlookAtGraph(graph, asked, looked)
            outlook._trouble = self._meet
            self.world.calendar = outlook

        def teardown(self) -> None:
            super().teardown()
            assert graph.company.mailed_by_requests == 0
            for client in self.clients:
                client.__exit__(None, None, None)
            self.folder_of_app.cleanup()

    run_state_machine_as_test(Machine, settings=FEW)
    assert graph.peak <= 4
