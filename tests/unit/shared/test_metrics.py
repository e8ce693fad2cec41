from prometheus_client.parser import text_string_to_metric_families

from services.fetcher.standing import STATES
from shared import metrics
from shared.contracts.flags import FLAGS
from shared.contracts.verdict import KINDS


def _series() -> dict[str, list[dict[str, str]]]:
    families = text_string_to_metric_families(metrics.exposition({}).decode())
    found: dict[str, list[dict[str, str]]] = {}
    for family in families:
        for sample in family.samples:
            found.setdefault(sample.name, []).append(dict(sample.labels))
    return found


def test_every_series_is_there_before_its_first_event() -> None:
    """O-3: `increase()` of a counter that begins with 1 is 0, so the first one is silent."""
    metrics.expect_stage("a_stage")
    metrics.expect_source("a_box", "imap", STATES)
    metrics.expect_records("a_box")
    metrics.expect_queues(["a.queue"], ["a.queue"])

    found = _series()

    stage, box = {"stage": "a_stage"}, {"box": "a_box"}
    for outcome in metrics.OUTCOMES:
        assert stage | {"outcome": outcome} in found["crmservice_mails_total"]
    for reason in metrics.RETRY_REASONS:
        assert stage | {"reason": reason} in found["crmservice_retries_total"]
    for verdict in KINDS:
        assert box | {"verdict": verdict} in found["crmservice_verdicts_total"]
    for flag in FLAGS:
        assert {"flag": flag} in found["crmservice_flagged_total"]
    for state in STATES:
        assert box | {"source": "imap", "state": state} in found["crmservice_box_state"]
    for name in ("found_mails", "backed_up_mails", "recorded_mails"):
        assert box in found[f"crmservice_{name}_total"]
    for name in ("box_waiting_mails", "box_read_timestamp_seconds"):
        assert box | {"source": "imap"} in found[f"crmservice_{name}"]
    assert {"queue": "a.queue"} in found["crmservice_dead_letters"]
    assert {"queue": "a.queue"} in found["crmservice_queue_waiting_seconds"]


def test_version_and_process_are_told() -> None:
    """O-3: which version runs, and what it takes; no label is one that Prometheus sets itself."""
    metrics.begin("1.2.3")

    found = _series()

    assert found["crmservice_build_info"][0]["version"] == "1.2.3"
    assert {"process_resident_memory_bytes", "process_cpu_seconds_total"} <= found.keys()
    taken = {"instance", "job", "service", "namespace", "pod"}
    assert not [name for name, series in found.items() if any(taken & set(s) for s in series)]


def test_a_source_is_in_one_state() -> None:
    """O-3, F-61: a refused login is a series of its own, and ends when it is over."""
    for state in ("login refused", "reading"):
        metrics.box_stands("one_state", "imap", state, STATES)
    families = text_string_to_metric_families(metrics.exposition({}).decode())
    (states,) = [family for family in families if family.name == "crmservice_box_state"]
    mine = {s.labels["state"]: s.value for s in states.samples if s.labels["box"] == "one_state"}

    assert {state for state, value in mine.items() if value} == {"reading"}
    assert set(mine) == set(STATES)
