"""Metrics for Prometheus (behaviour O-3): the home of prometheus_client.

`docs/operations.md` lists them; a test compares the two. No label ever holds an address, a
subject or anything else of a mail. Whoever will count something says so first (`expect_…`): a
series that begins with its first event hides that event from `increase()`.
"""

import platform
from collections.abc import Collection, Iterable, Mapping, Sequence

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from shared.contracts.flags import FLAGS
from shared.contracts.verdict import KINDS, kind_of

REGISTRY = CollectorRegistry()
CONTENT_TYPE = CONTENT_TYPE_LATEST

OUTCOMES = ("handled", "retried", "dead_lettered", "given_back")
RETRY_REASONS = ("may_pass", "unexpected_error")

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86400)
_MAILS = (1, 2, 5, 10, 20, 50, 100)
UNKNOWN = float("nan")
"""What cannot be known now."""

ProcessCollector(registry=REGISTRY)


def counter(name: str, what: str, *labels: str) -> Counter:
    """Return a new counter."""
    return Counter(name, what, labels, registry=REGISTRY)


def gauge(name: str, what: str, *labels: str) -> Gauge:
    """Return a new gauge."""
    return Gauge(name, what, labels, registry=REGISTRY)


def _histogram(name: str, what: str, buckets: Sequence[float], *labels: str) -> Histogram:
    return Histogram(name, what, labels, buckets=buckets, registry=REGISTRY)


_build = gauge("crmservice_build_info", "1; which version runs.", "version", "python")
_mails = counter(
    "crmservice_mails_total",
    "Mails that a stage has had, by what became of them.",
    "stage",
    "outcome",
)
_retries = counter(
    "crmservice_retries_total", "Mails that rest for a further try, by why.", "stage", "reason"
)
_batch = _histogram("crmservice_batch_mails", "Mails handled together.", _MAILS, "stage")
_handling = _histogram(
    "crmservice_batch_seconds", "Time that a stage takes for a batch.", _SECONDS, "stage"
)
_age = _histogram(
    "crmservice_mail_age_seconds",
    "Time from a mail's arrival in its box to its commit in the ERP.",
    _SECONDS,
    "box",
)
_recorded = counter("crmservice_recorded_mails_total", "Mails committed in the ERP.", "box")
_verdicts = counter(
    "crmservice_verdicts_total", "Verdicts by box, in the words of the log.", "box", "verdict"
)
_flagged = counter("crmservice_flagged_total", "Mails recorded with a flag, by flag.", "flag")
_found = counter(
    "crmservice_found_mails_total", "Mails that a source has given or should have given.", "box"
)
_backed_up = counter(
    "crmservice_backed_up_mails_total", "Mails backed up and handed on, by box.", "box"
)
_waiting = gauge(
    "crmservice_box_waiting_mails",
    "Mails that the last round has left in the source.",
    "box",
    "source",
)
_read_at = gauge(
    "crmservice_box_read_timestamp_seconds",
    "When the source was last read, Unix time; 0: not since the start.",
    "box",
    "source",
)
_held = gauge(
    "crmservice_box_held_mails", "Mails that could not be read and stay in the box.", "box"
)
_state = gauge(
    "crmservice_box_state", "1 for the state that the source is in.", "box", "source", "state"
)
_expiry = gauge(
    "crmservice_credential_expiry_timestamp_seconds",
    "When the secret of the box's app expires, Unix time, where its file says so.",
    "box",
)
_part = gauge(
    "crmservice_part_ready", "1 where a part of the service works, 0 where it is missed.", "part"
)
_queue_mails = gauge(
    "crmservice_queue_mails", "Messages in a queue that no process has in hand.", "queue"
)
_queue_consumers = gauge("crmservice_queue_consumers", "Processes that read a queue.", "queue")
_queue_waiting = gauge(
    "crmservice_queue_waiting_seconds",
    "For how long a queue has not been seen empty: its oldest message is no older.",
    "queue",
)
_dead = gauge(
    "crmservice_dead_letters", "Mails that could not be processed and wait for a person.", "queue"
)
_rounds = counter(
    "crmservice_calendar_rounds_total", "Rounds of users' calendars, by how they ended.", "result"
)
_calendar_writes = counter(
    "crmservice_calendar_writes_total", "Items written by the calendar.", "side", "what"
)
_calendar_requests = counter(
    "crmservice_calendar_requests_total", "Requests for users' mailboxes to Microsoft Graph."
)
_calendar_held = gauge(
    "crmservice_calendar_held_deletions", "Deletions in calendars that wait for a person."
)
_calendar_notes = gauge(
    "crmservice_calendar_noted_items", "Items of calendars with a note for a person."
)
_free = gauge("crmservice_data_free_bytes", "Free space where the data folder lies.")
_size = gauge("crmservice_data_size_bytes", "Size of the file system of the data folder.")


def begin(version: str) -> None:
    """Say that the process runs this version."""
    _build.labels(version, platform.python_version()).set(1)


def expect_stage(stage: str) -> None:
    """Expect this process to be a `stage`."""
    for outcome in OUTCOMES:
        _mails.labels(stage, outcome)
    for reason in RETRY_REASONS:
        _retries.labels(stage, reason)
    _batch.labels(stage)
    _handling.labels(stage)


def expect_source(box: str, source: str, states: Sequence[str]) -> None:
    """Expect this process to read a source of `box`, which has one of `states`."""
    for counted in (_found, _backed_up, _held):
        counted.labels(box)
    for measured in (_waiting, _read_at):
        measured.labels(box, source)
    for state in states:
        _state.labels(box, source, state)


def expect_records(box: str) -> None:
    """Expect this process to record mails of `box`."""
    _recorded.labels(box)
    _age.labels(box)
    for flag in FLAGS:
        _flagged.labels(flag)
    for kind in KINDS:
        _verdicts.labels(box, kind)


def expect_queues(queues: Iterable[str], dead: Iterable[str]) -> None:
    """Expect this process to look at `queues`, and the dead letters of `dead`: all unknown."""
    for queue in queues:
        for gauge in (_queue_mails, _queue_consumers, _queue_waiting):
            gauge.labels(queue).set(UNKNOWN)
    for queue in dead:
        _dead.labels(queue).set(UNKNOWN)


def handled(stage: str, mails: int, seconds: float) -> None:
    """Count a batch of `mails` that a stage has handled in `seconds`."""
    _mails.labels(stage, "handled").inc(mails)
    _batch.labels(stage).observe(mails)
    _handling.labels(stage).observe(seconds)


def came_otherwise(stage: str, outcome: str, mails: int = 1) -> None:
    """Count mails that were `dead_lettered` or `given_back`."""
    _mails.labels(stage, outcome).inc(mails)


def retried(stage: str, reason: str) -> None:
    """Count a mail that rests for a further try: its error `may_pass`, or is unexpected."""
    _mails.labels(stage, "retried").inc()
    _retries.labels(stage, reason).inc()


def recorded(box: str, verdict: Sequence[str], age_seconds: float) -> None:
    """Count a mail of `box` that is committed, `age_seconds` after its arrival."""
    _recorded.labels(box).inc()
    _verdicts.labels(box, kind_of(verdict)).inc()
    _age.labels(box).observe(max(age_seconds, 0.0))


def flagged(flags: Collection[str]) -> None:
    """Count a committed mail by its flags; words that are no flags are not counted."""
    for flag in FLAGS:
        if flag in flags:
            _flagged.labels(flag).inc()


def fetched(box: str, found: int, backed_up: int) -> None:
    """Count mails found in `box`, and those of them that the next stage has, backed up."""
    _found.labels(box).inc(found)
    _backed_up.labels(box).inc(backed_up)


def box_read(box: str, source: str, waiting: int, moment: float) -> None:
    """Set when a source of `box` was read (`moment`, Unix time), and the mails `waiting` in it."""
    _waiting.labels(box, source).set(waiting)
    _read_at.labels(box, source).set(moment)


def box_stands(box: str, source: str, state: str, states: Sequence[str]) -> None:
    """Set the `state` of a source of `box`, and unset all others of `states`."""
    for each in states:
        _state.labels(box, source, each).set(each == state)


def box_holds(box: str, mails: int) -> None:
    """Set how many mails of `box` could not be read, and stay in it."""
    _held.labels(box).set(mails)


def credential_expires(box: str, moment: float) -> None:
    """Set when the secret of the app of `box` expires (`moment`, Unix time)."""
    _expiry.labels(box).set(moment)


def part(name: str, *, ready: bool) -> None:
    """Say whether a part that a service can do without works: `/ready` does not ask it."""
    _part.labels(name).set(ready)


def queue(name: str, mails: int, consumers: int, waiting_seconds: float) -> None:
    """Set what was counted in a queue."""
    _queue_mails.labels(name).set(mails)
    _queue_consumers.labels(name).set(consumers)
    _queue_waiting.labels(name).set(waiting_seconds)


def dead_letters(queue: str, mails: int) -> None:
    """Set how many dead letters of `queue` wait; `failed`: those without a broker."""
    _dead.labels(queue).set(mails)


def expect_calendar(results: Iterable[str]) -> None:
    """Expect this process to do rounds of calendars, which end with one of `results`."""
    for result in results:
        _rounds.labels(result)
    for side in ("calendar", "erp"):
        for what in ("created", "changed", "deleted"):
            _calendar_writes.labels(side, what)


def calendar_round(result: str, requests: int) -> None:
    """Count a round of one user's calendar that has ended."""
    _rounds.labels(result).inc()
    _calendar_requests.inc(requests)


def calendar_written(side: str, what: str, items: int) -> None:
    """Count the items that a round has created, changed or deleted on a side."""
    _calendar_writes.labels(side, what).inc(items)


def calendar_waits(held: int, notes: int) -> None:
    """Set how much waits for a person, for all users together."""
    _calendar_held.set(held)
    _calendar_notes.set(notes)


def data_space(free_bytes: int, size_bytes: int) -> None:
    """Space of the file system of the data folder."""
    _free.set(free_bytes)
    _size.set(size_bytes)


def exposition(parts: Mapping[str, str | None]) -> bytes:
    """Return all metrics in Prometheus' text format.

    Args:
        parts: What `Health.parts` tells.
    """
    for part, reason in parts.items():
        _part.labels(part).set(reason is None)
    return generate_latest(REGISTRY)
