"""The fetcher put together: a feed for each source of each box (behaviours I-1, I-2, I-7)."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path

from services.assembly.clock import local_clock
from services.assembly.recorded import recorded_inbox
from services.fetcher.box_states import BoxStates
from services.fetcher.failed import FailedMailNote
from services.fetcher.feed import Feed
from services.fetcher.fetch import Fetched, Fetcher
from services.fetcher.lease import FileLease, Lease, SenderLease, file_name
from services.fetcher.recorded_inbox import LocalRecordedInbox
from services.fetcher.sources.of_box import BoxSource, sources_of
from services.fetcher.sources.opening import open_source
from services.fetcher.sources.port import Source
from services.fetcher.standing import STATES, FeedState, StandingFile
from services.fetcher.two_steps import RecordedInbox, TwoSteps
from shared import metrics
from shared.backup.store import BackupStore
from shared.broker.guarded import Gate, Guarded
from shared.broker.port import Publisher
from shared.broker.publisher import BrokerPublisher
from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.sender import Sender
from shared.broker.topology import CLASSIFIER_MAIL, lease_queue, queues_of
from shared.broker.tries import Tries
from shared.broker.wire import fetched_to_broker
from shared.contracts.messages import FetchedMail, MailRecorded
from shared.contracts.said import Said
from shared.errors import ConfigurationError
from shared.health.state import Health
from shared.log import Logger
from shared.oauth.app_file import app_file, read_app
from shared.settings.box import Box

_log = Logger()

TRIES = "tries"
"""Folder of the data folder."""


@dataclass(frozen=True, slots=True)
class Sink:
    """Where a feed's mail goes, and its right to read the source.

    Attributes:
        recorded: Tells what is recorded; None where mail leaves before that.
    """

    publisher: Publisher[FetchedMail]
    lease: Lease
    recorded: RecordedInbox | None = None


def boxes_to_read(boxes: Sequence[Box]) -> list[Box]:
    """Return the boxes that are switched on.

    Where none is, that is what somebody wants: a service idles, and the log says why.
    """
    ready = [box for box in boxes if box.enabled]
    if not ready:
        _log.warning("no box is enabled: no mail is read until enabled is true in one of them")
    return ready


@dataclass(frozen=True, slots=True)
class Feeds:
    """Makes feeds.

    Attributes:
        data: Backups, leases and what was seen.
        sink: Returns publisher and lease for a source.
        states: Is told the state of each source.
        after: Is told of every round.
        set_aside: Is told of every mail of a mailbox that is set aside.
    """

    data: Path
    sink: Callable[[BoxSource], Sink]
    states: BoxStates
    after: Callable[[Feed, Fetched], None] = lambda *_: None
    set_aside: Callable[[FailedMailNote], None] = lambda _: None

    def of(self, boxes: Sequence[Box]) -> list[Feed]:
        """Return a feed for each source of `boxes`.

        What one source misses (its `caFile`, its app's file, its `emlDir`) is waited for, and said
        in `/ready`; the others are read.
        """
        return [self._feed(source) for box in boxes for source in sources_of(box)]

    def _feed(self, source: BoxSource) -> Feed:
        box, sink = source.box, self.sink(source)
        opened = open_source(source, self.data, local_clock(box), self.set_aside)
        fetcher = Fetcher(
            box.name,
            box.email,
            opened,
            BackupStore(self.data),
            sink.publisher,
            local_clock(box),
            TwoSteps(opened, sink.recorded) if sink.recorded else None,
        )

        def told(fetched: Fetched) -> None:
            _measure(box, opened, fetched)
            self.after(feed, fetched)

        feed = Feed(
            f"box {source.name}",
            fetcher,
            sink.lease,
            box.poll_seconds,
            source.rests_at,
            told,
            self._telling(source, opened),
        )
        return feed

    def _telling(
        self, source: BoxSource, opened: Source
    ) -> Callable[[FeedState, Said, float | None], None]:
        """Return who hands what a feed tells to the metrics, to `status`, and to the database."""
        box, file = source.box.name, StandingFile(self.data, source.name)
        metrics.expect_source(box, opened.kind, STATES)

        def tell(state: FeedState, why: Said, wait_seconds: float | None) -> None:
            metrics.box_stands(box, opened.kind, state, STATES)
            if state is FeedState.STANDING_BY:
                # The process that reads the source tells how it stands.
                self.states.forget(source)
            else:
                file.tell(state, why, wait_seconds)
                self.states.tell(source, state, why, opened.report())

        return tell


def _measure(box: Box, source: Source, fetched: Fetched) -> None:
    """Count a round."""
    backed_up = fetched.taken + fetched.set_aside
    found = backed_up + fetched.postponed + fetched.not_given
    metrics.fetched(box.name, found, backed_up)
    report = source.report()
    if report.read_at is not None and report.waiting is not None:
        metrics.box_read(box.name, source.kind, report.waiting, report.read_at.timestamp())
    if report.held is not None:
        metrics.box_holds(box.name, report.held)
    _tell_expiry(box)


def _tell_expiry(box: Box) -> None:
    if not box.pop3_oauth:
        return
    # What is wrong with the file, its login tells.
    with suppress(ConfigurationError):
        if expires := read_app(app_file(box)).expires:
            midnight = datetime.combine(expires, time.min, box.time_zone)
            metrics.credential_expires(box.name, midnight.timestamp())


def plain_publisher(address: BrokerAddress) -> tuple[Publisher[FetchedMail], Sender]:
    """Return a publisher to the classifier's queue without a lease, and its connection."""
    sender = Sender(address, queues_of(CLASSIFIER_MAIL))
    return BrokerPublisher(sender, CLASSIFIER_MAIL, fetched_to_broker), sender


def broker_sink(address: BrokerAddress) -> Callable[[BoxSource], Sink]:
    """Return what opens outlets into RabbitMQ; lease and publishing share a connection."""

    def sink(source: BoxSource) -> Sink:
        sender = Sender(address, queues_of(CLASSIFIER_MAIL), lease_queue(source.name))
        publisher = BrokerPublisher(sender, CLASSIFIER_MAIL, fetched_to_broker)
        recorded = recorded_inbox(address, source) if source.two_steps else None
        return Sink(publisher, SenderLease(sender), recorded)

    return sink


def local_sink(
    data: Path,
    pipeline: Callable[[Publisher[MailRecorded]], Publisher[FetchedMail]],
    recorded: Publisher[MailRecorded],
    rests: Sequence[float] = (),
) -> Callable[[BoxSource], Sink]:
    """Return what opens outlets into this process, which no mail of one source can stop.

    Args:
        data: The data folder.
        pipeline: Makes the pipeline of a source, which tells recorded mail to what it is given.
        recorded: Is told of every mail after its commit.
        rests: Seconds that a mail rests before each further try; without them every round is one.
    """
    gate = Gate()

    def sink(source: BoxSource) -> Sink:
        tries = Tries(data / TRIES / f"{file_name(source.name)}.json")
        lease = FileLease(data, source.name)
        if not source.two_steps:
            return Sink(Guarded(pipeline(recorded), tries, gate, rests), lease)
        inbox = LocalRecordedInbox(recorded)
        return Sink(Guarded(pipeline(inbox), tries, gate, rests), lease, inbox)

    return sink


def run_feeds(
    feeds: Sequence[Feed], states: BoxStates, health: Health, stopped: threading.Event
) -> None:
    """Run each feed in a thread of its own: one box's trouble is not another's.

    `states` tells how they stand, in a thread of its own, too.

    Raises:
        CRMServiceError: A feed cannot go on; all have ended.
    """

    def run(feed: Feed) -> None:
        try:
            feed.run(health, stopped)
        finally:
            # A feed that ends by itself ends the service: its supervisor starts it again.
            stopped.set()

    with ThreadPoolExecutor(len(feeds) + 1, "feed") as pool:
        runs = [pool.submit(run, feed) for feed in feeds]
        runs.append(pool.submit(states.run, stopped))
    states.end()
    for each in runs:
        each.result()
