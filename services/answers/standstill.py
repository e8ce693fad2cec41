"""What stands still, where and why (behaviours O-4, INV-9): the findings of `status`. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.answers.outgoing import OutboxCounts
from services.answers.status import QueueCounts, Service, SourceState
from services.fetcher.standing import STANDING_STILL, FeedState
from shared.broker.topology import CLASSIFIER_MAIL

_MINUTE = "%Y-%m-%d %H:%M"
_LONG = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Standstill:
    """Something that does not move.

    Attributes:
        where: A source, a queue or a service.
        why: What is known of it.
        remedy: What to do.
    """

    where: str
    why: str
    remedy: str


def standstill(  # noqa: PLR0913, PLR0917 - all that may stand still
    sources: Sequence[SourceState],
    queues: Sequence[QueueCounts],
    services: Sequence[Service],
    failed: int,
    now: datetime,
    outbox: OutboxCounts | None = None,
) -> list[Standstill]:
    """Return everything that does not move at `now`.

    Args:
        sources: Of every box.
        queues: None without a broker.
        services: None without a broker.
        failed: Mails that were set aside without a broker.
        now: Aware.
        outbox: Mail that is to be sent; None where it is not known.
    """
    found = [one for source in sources if source.state == "enabled" for one in _source(source, now)]
    for service in services:
        found += _service(service)
    for queue in queues:
        found += _queue(queue)
    if failed:
        found.append(_dead(f"failed: {failed} mail(s)"))
    return [*found, *(_outbox(outbox, now) if outbox else ())]


def _source(source: SourceState, now: datetime) -> Iterator[Standstill]:
    where = f"{source.box}, {source.place}"
    if source.trouble:
        yield Standstill(where, source.trouble, "see crmservice check")
    if source.held:
        why = f"{source.held} mail(s) could not be read and stay in the box"
        yield Standstill(where, why, "the fetcher's log names each with its reason")
    since = f"since {source.since:{_MINUTE}}" if source.since else ""
    start = "start crmservice fetcher, or crmservice run where there is no broker"
    if source.doing is None:
        yield Standstill(where, "nobody has read it yet", start)
    elif source.doing is FeedState.STOPPED:
        yield Standstill(where, f"nobody reads it {since}: its reader was stopped", start)
    elif source.doing in STANDING_STILL:
        remedy = "mend it; the fetcher tries again by itself"
        yield Standstill(where, f"{source.doing} {since}: {source.why}", remedy)
    elif source.overdue_at and now > source.overdue_at:
        why = f"its reader has said nothing since {source.overdue_at:{_MINUTE}}: it hangs, or died"
        yield Standstill(where, why, "look at its log, and start it again")


def _service(service: Service) -> Iterator[Standstill]:
    if not service.processes:
        name = service.service
        why = "no process takes mail"
        remedy = f"start crmservice {name}; one that runs says in /ready what it waits for"
        yield Standstill(name, why, remedy)


def _queue(queue: QueueCounts) -> Iterator[Standstill]:
    if queue.waiting and not queue.consumers:
        reader = "classifier" if queue.queue == CLASSIFIER_MAIL else "writer"
        why = f"{queue.waiting} mail(s) wait, and no process reads the queue"
        yield Standstill(queue.queue, why, f"see {reader}")
    if queue.dead:
        yield _dead(f"{queue.queue}: {queue.dead} mail(s)")


def _dead(where: str) -> Standstill:
    why = "could not be processed and wait for a person"
    return Standstill(where, why, "see crmservice dead-letters list")


def _outbox(outbox: OutboxCounts, now: datetime) -> Iterator[Standstill]:
    if outbox.waiting and not outbox.server:
        why = f"{outbox.waiting} mail(s) wait: no box names a smtpServer"
        yield Standstill("outbox", why, "set smtpServer in the box's file, then start the mailer")
    elif outbox.oldest_at and now - outbox.oldest_at > _LONG:
        why = f"{outbox.waiting} mail(s) wait, the oldest since {outbox.oldest_at:{_MINUTE}} UTC"
        yield Standstill("outbox", why, "see crmservice mail list; start crmservice mailer")
    if outbox.failed:
        why = f"{outbox.failed} mail(s) were refused for good"
        yield Standstill("outbox", why, "see crmservice mail list; then mail retry or mail drop")
