import json
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from shared import metrics
from shared.errors import ConfigurationError
from shared.health.server import serving
from shared.health.state import LONGEST_SILENCE_SECONDS, PATIENCE_SECONDS, Health
from tests.servers.processes import HOST, free_port


def test_a_service_is_ready_when_every_part_works() -> None:
    """INV-9: a part that is waited for makes it unready, with the reason."""
    health = Health()
    seen = [health.ready]
    health.expect("broker")
    health.works("database")
    seen.append(health.ready)
    health.works("broker")
    seen.append(health.ready)
    health.waiting("database", "it is away")
    seen.append(health.ready)

    assert seen == [False, False, True, False]
    assert health.parts() == {"broker": None, "database": "it is away"}


def test_a_worker_that_hangs_is_not_alive() -> None:
    """INV-9, F-27: silence for ten minutes; a server that is away is no reason to be restarted."""
    now = 0.0
    health = Health(lambda: now)
    health.beat("classifier")
    health.waiting("database", "it is away")
    assert health.alive

    now = LONGEST_SILENCE_SECONDS + 1

    assert not health.alive


def test_a_part_works_when_nobody_waits_for_it_any_more() -> None:
    """INV-9: what one thread finds in order does not hide what another one waits for."""
    health = Health()
    health.waiting("broker", "takes no messages", "box sales")
    health.works("broker")
    assert health.parts() == {"broker": "takes no messages"}

    health.works("broker", "box sales")

    assert health.parts() == {"broker": None}


def test_a_server_that_does_not_answer_is_waited_for() -> None:
    """INV-9, F-59: a question without an answer is no good news, however long it hangs."""
    now = 0.0
    health = Health(lambda: now)
    health.asked("database")
    assert health.parts() == {"database": "not tried yet"}
    health.works("database")
    health.asked("database")
    seen = [health.ready]

    now = PATIENCE_SECONDS + 1
    assert health.parts() == {"database": "has not answered for 30 s"}
    seen.append(health.ready)
    health.works("database")
    seen.append(health.ready)

    assert seen == [True, False, True]


def test_whoever_stands_by_is_told_from_whoever_works(served: tuple[Health, str]) -> None:
    """F-75, INV-9: both are ready; the page says which one does nothing."""
    health, url = served
    health.stands_by("box sales")
    health.works("broker")
    status, body = _get(f"{url}/ready")
    assert (status, json.loads(body)["standing_by"]) == (200, ["box sales"])

    health.works("box sales")

    assert json.loads(_get(f"{url}/ready")[1])["standing_by"] == []


@pytest.fixture
def served() -> Iterator[tuple[Health, str]]:
    """A health server and its address."""
    health, port = Health(), free_port()
    with serving(health, HOST, port):
        yield health, f"http://{HOST}:{port}"


def _get(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url) as answer:  # noqa: S310 - our own server
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def test_readiness_is_told_over_http(served: tuple[Health, str]) -> None:
    """INV-9: 503 with the reason while something is waited for, 200 afterwards."""
    health, url = served
    health.waiting("broker", "it is away")

    status, body = _get(f"{url}/ready")
    assert status == 503
    assert json.loads(body) == {
        "ready": False,
        "parts": {"broker": "it is away"},
        "standing_by": [],
    }
    assert _get(f"{url}/healthz")[0] == 200

    health.works("broker")
    assert _get(f"{url}/ready")[0] == 200


def test_metrics_are_told_over_http(served: tuple[Health, str]) -> None:
    """O-3: Prometheus' text format, parts included; a verdict's number is no label."""
    health, url = served
    health.works("broker")
    metrics.recorded("sales", ("TASK 4711 UPDATED",), 1.5)

    status, body = _get(f"{url}/metrics")

    assert status == 200
    assert b'crmservice_part_ready{part="broker"} 1.0' in body
    assert b'crmservice_verdicts_total{box="sales",verdict="TASK N UPDATED"}' in body
    assert b"TASK 4711" not in body


def test_nothing_else_is_told(served: tuple[Health, str]) -> None:
    """INV-9: three pages, and no way to change anything."""
    _, url = served

    assert _get(f"{url}/")[0] == 404
    assert _get(f"{url}/ready?x=../etc/passwd")[0] == 404


def test_a_taken_port_is_told_plainly(served: tuple[Health, str]) -> None:
    """F-74: the sentence names the variable."""
    port = int(served[1].rpartition(":")[2])

    with pytest.raises(ConfigurationError, match="METRICS_PORT"), serving(Health(), HOST, port):
        pass


def test_without_a_port_nothing_listens() -> None:
    """O-3: metrics are asked for by METRICS_PORT."""
    with serving(Health(), HOST, None):
        pass
