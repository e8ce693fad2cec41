"""Metrics for Prometheus (behaviour O-3): the home of prometheus_client.

`docs/operations.md` lists them; a test compares the two. No label ever holds an address, a
subject or anything else of a mail.
"""

from collections.abc import Mapping, Sequence

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from shared.contracts.verdict import kind_of

REGISTRY = CollectorRegistry()
CONTENT_TYPE = CONTENT_TYPE_LATEST

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86400)
_MAILS = (1, 2, 5, 10, 20, 50, 100)

_mails = Counter(
    "crmservice_mails_total",
    "Mails that a stage has had, by what became of them.",
    ["service", "outcome"],
    registry=REGISTRY,
)
_batch = Histogram(
    "crmservice_batch_mails", "Mails handled together.", ["service"],
    buckets=_MAILS, registry=REGISTRY,
)  # fmt: skip
_handling = Histogram(
    "crmservice_batch_seconds", "Time that a stage takes for a batch.", ["service"],
    buckets=_SECONDS, registry=REGISTRY,
)  # fmt: skip
_age = Histogram(
    "crmservice_mail_age_seconds",
    "Time from a mail's arrival in its box to its commit in the ERP.",
    ["box"],
    buckets=_SECONDS,
    registry=REGISTRY,
)
_verdicts = Counter(
    "crmservice_verdicts_total", "Verdicts by box, in the words of the log.", ["box", "verdict"],
    registry=REGISTRY,
)  # fmt: skip
_backed_up = Counter(
    "crmservice_backed_up_mails_total", "Mails backed up and handed on, by box.", ["box"],
    registry=REGISTRY,
)  # fmt: skip
_waiting = Gauge(
    "crmservice_box_waiting_mails", "Mails that the last round has left in the source.",
    ["box", "source"], registry=REGISTRY,
)  # fmt: skip
_read_at = Gauge(
    "crmservice_box_read_timestamp_seconds", "When the source was last read, Unix time.",
    ["box", "source"], registry=REGISTRY,
)  # fmt: skip
_held = Gauge(
    "crmservice_box_held_mails", "Mails that could not be read and stay in the box.", ["box"],
    registry=REGISTRY,
)  # fmt: skip
_part = Gauge(
    "crmservice_part_ready", "1 where a part of the service works, 0 where it is waited for.",
    ["part"], registry=REGISTRY,
)  # fmt: skip


def handled(service: str, mails: int, seconds: float) -> None:
    """A stage has handled a batch of `mails` in `seconds`."""
    _mails.labels(service, "handled").inc(mails)
    _batch.labels(service).observe(mails)
    _handling.labels(service).observe(seconds)


def came_otherwise(service: str, outcome: str, mails: int = 1) -> None:
    """Mails were `dead_lettered`, `retried` or `given_back`."""
    _mails.labels(service, outcome).inc(mails)


def recorded(box: str, verdict: Sequence[str], age_seconds: float) -> None:
    """A mail of `box` is committed, `age_seconds` after its arrival."""
    _verdicts.labels(box, kind_of(verdict)).inc()
    _age.labels(box).observe(max(age_seconds, 0.0))


def backed_up(box: str, mails: int) -> None:
    """So many mails of `box` are backed up, and taken by the next stage."""
    _backed_up.labels(box).inc(mails)


def box_read(box: str, source: str, waiting: int, moment: float) -> None:
    """A source of `box` was read at `moment` (Unix time), and `waiting` mails are left in it."""
    _waiting.labels(box, source).set(waiting)
    _read_at.labels(box, source).set(moment)


def part(name: str, *, ready: bool) -> None:
    """A part that a service can do without works, or is waited for: `/ready` does not ask it."""
    _part.labels(name).set(ready)


def box_holds(box: str, mails: int) -> None:
    """So many mails of `box` could not be read, and stay in it."""
    _held.labels(box).set(mails)


def exposition(parts: Mapping[str, str | None]) -> bytes:
    """All metrics in Prometheus' text format.

    Args:
        parts: What `Health.parts` tells.
    """
    for part, reason in parts.items():
        _part.labels(part).set(reason is None)
    return generate_latest(REGISTRY)
