"""What stands still, where and why (behaviours O-4, INV-9): the findings of `status`. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.answers.outgoing import OutboxCounts
from services.answers.status import QueueCounts, Service, SourceState
from services.fetcher.standing import STANDING_STILL, FeedState, in_words
from shared.broker.topology import CLASSIFIER_MAIL
from shared.contracts.said import Said, said, verbatim

_MINUTE = "%Y-%m-%d %H:%M %Z"
_LONG = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Standstill:
    """Something that does not move.

    Attributes:
        where: A source, a queue or a service.
        why: What is known of it.
        remedy: What to do.
    """

    where: Said
    why: Said
    remedy: Said


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
        now: In the zone in which times are told.
        outbox: Mail that is to be sent; None where it is not known.
    """
    found = [one for source in sources if source.state == "enabled" for one in _source(source, now)]
    for service in services:
        found += _service(service)
    for queue in queues:
        found += _queue(queue)
    if failed:
        found.append(_dead(said("failed: {failed} mail(s)", failed=failed)))
    return [*found, *(_outbox(outbox, now) if outbox else ())]


def _source(source: SourceState, now: datetime) -> Iterator[Standstill]:
    where = verbatim(f"{source.box}, {source.place}")
    if source.trouble:
        yield Standstill(where, source.trouble, said("see crmservice check"))
    if source.held:
        why = said("{held} mail(s) could not be read and stay in the box", held=source.held)
        yield Standstill(where, why, said("the fetcher's log names each with its reason"))
    since = f"{source.since:{_MINUTE}}" if source.since else ""
    start = said("start crmservice fetcher, or crmservice run where there is no broker")
    if source.doing is None:
        yield Standstill(where, said("nobody has read it yet"), start)
    elif source.doing is FeedState.STOPPED:
        why = said("nobody reads it since {since}: its reader was stopped", since=since)
        yield Standstill(where, why, start)
    elif source.doing in STANDING_STILL:
        remedy = said(
            "mend it; the fetcher tries again by itself, and reads the box's file when it starts"
        )
        yield Standstill(
            where,
            said(
                "{state} since {since}: {why}",
                state=in_words(source.doing),
                since=since,
                why=source.why,
            ),
            remedy,
        )
    elif source.overdue_at and now > source.overdue_at:
        why = said(
            "its reader has said nothing since {overdue_at}: it hangs, or died",
            overdue_at=format(source.overdue_at, _MINUTE),
        )
        yield Standstill(where, why, said("look at its log, and start it again"))


def _service(service: Service) -> Iterator[Standstill]:
    if not service.processes:
        name = service.service
        why = said("no process takes mail")
        remedy = said(
            "start crmservice {name}; one that runs says in /ready what it waits for", name=name
        )
        yield Standstill(verbatim(name), why, remedy)


def _queue(queue: QueueCounts) -> Iterator[Standstill]:
    if queue.waiting and not queue.consumers:
        reader = "classifier" if queue.queue == CLASSIFIER_MAIL else "writer"
        why = said("{waiting} mail(s) wait, and no process reads the queue", waiting=queue.waiting)
        yield Standstill(verbatim(queue.queue), why, said("see {reader}", reader=reader))
    if queue.dead:
        yield _dead(said("{queue}: {dead} mail(s)", queue=queue.queue, dead=queue.dead))


def _dead(where: Said) -> Standstill:
    why = said("could not be processed and wait for a person")
    return Standstill(where, why, said("see crmservice dead-letters list"))


def _outbox(outbox: OutboxCounts, now: datetime) -> Iterator[Standstill]:
    if outbox.waiting and not outbox.server:
        why = said("{waiting} mail(s) wait: no box names a smtpServer", waiting=outbox.waiting)
        yield Standstill(
            said("outbox"), why, said("set smtpServer in the box's file, then start the mailer")
        )
    elif outbox.oldest_at and now - outbox.oldest_at > _LONG:
        why = said(
            "{waiting} mail(s) wait, the oldest since {oldest_at}",
            waiting=outbox.waiting,
            oldest_at=format(outbox.oldest_at.astimezone(now.tzinfo), _MINUTE),
        )
        yield Standstill(
            said("outbox"), why, said("see crmservice mail list; start crmservice mailer")
        )
    if outbox.failed:
        why = said("{failed} mail(s) were refused for good", failed=outbox.failed)
        yield Standstill(
            said("outbox"), why, said("see crmservice mail list; then mail retry or mail drop")
        )
