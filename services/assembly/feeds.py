"""The fetcher put together: a feed for each source of each box (behaviours I-1, I-2, I-7)."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path

from services.assembly.clock import local_clock
from services.fetcher.failed import FailedMail
from services.fetcher.feed import Feed
from services.fetcher.fetch import Fetched, Fetcher
from services.fetcher.lease import FileLease, Lease, SenderLease, file_name
from services.fetcher.sources.eml_dir import EmlDir
from services.fetcher.sources.mailbox import Mailbox
from services.fetcher.sources.port import EML_DIR, MAILBOX, Source, sources_of
from services.fetcher.standing import STATES, FeedState, StandingFile
from shared import metrics
from shared.backup.store import BackupStore
from shared.broker.guarded import Gate, Guarded
from shared.broker.port import Publisher
from shared.broker.publisher import BrokerPublisher
from shared.broker.rabbitmq.address import BrokerAddress
from shared.broker.sender import Sender
from shared.broker.topology import CLASSIFIER_MAIL, lease_queue
from shared.broker.tries import Tries
from shared.broker.wire import fetched_to_broker
from shared.contracts.messages import FetchedMail
from shared.errors import ConfigProblem, ConfigurationError
from shared.health.state import Health
from shared.oauth.app_file import app_file, read_app
from shared.settings.box import Box

SEEN, TRIES = "seen", "tries"
"""Folders of the data folder."""


@dataclass(frozen=True, slots=True)
class Sink:
    """Where a feed's mail goes, and its right to read the source."""

    publisher: Publisher[FetchedMail]
    lease: Lease


def boxes_to_read(boxes: Sequence[Box]) -> list[Box]:
    """Boxes that are switched on.

    Raises:
        ConfigurationError: No box is.
    """
    ready = [box for box in boxes if box.enabled]
    if not ready:
        names = ", ".join(box.name for box in boxes)
        remedy = "set enabled to true in one of them"
        raise ConfigurationError([ConfigProblem(names, "no box is enabled", remedy)])
    return ready


@dataclass(frozen=True, slots=True)
class Feeds:
    """Makes feeds.

    Attributes:
        data: Backups, leases and what was seen.
        sink: Gives publisher and lease for the name of a lease.
        after: Is told of every round.
    """

    data: Path
    sink: Callable[[str], Sink]
    after: Callable[[Feed, Fetched], None] = lambda *_: None

    def of(self, boxes: Sequence[Box]) -> list[Feed]:
        """A feed for each source of `boxes`.

        What one source misses (its `caFile`, its app's file, its `emlDir`) is waited for, and said
        in `/ready`; the others are read.
        """
        feeds = []
        for box in boxes:
            if MAILBOX in sources_of(box):
                feeds.append(self._mailbox_feed(box))
            if box.eml_dir:
                feeds.append(self._directory_feed(box, box.eml_dir))
        return feeds

    def _mailbox_feed(self, box: Box) -> Feed:
        mailbox = Mailbox(box, seen_file(self.data, box), local_clock(box))

        def tell_metrics() -> None:
            rounds = mailbox.rounds().values()
            if rounds:
                waiting, read_at = sum(count for _, count in rounds), max(at for at, _ in rounds)
                metrics.box_read(box.name, mailbox.kind, waiting, read_at.timestamp())
            metrics.box_holds(box.name, mailbox.held())

        return self._feed(box, mailbox, lambda _: tell_metrics())

    def _directory_feed(self, box: Box, folder: Path) -> Feed:
        source = EmlDir(folder, box.eml_settle_seconds)

        def tell_metrics(fetched: Fetched) -> None:
            left = fetched.postponed + fetched.not_given + source.unsettled
            metrics.box_read(box.name, source.kind, left, local_clock(box)().timestamp())

        return self._feed(box, source, tell_metrics)

    def _feed(self, box: Box, source: Source, also: Callable[[Fetched], None]) -> Feed:
        files = source.kind == EML_DIR
        name = f"{box.name} {EML_DIR}" if files else box.name
        sink = self.sink(name)
        fetcher = Fetcher(
            box.name,
            box.email,
            source,
            BackupStore(self.data),
            sink.publisher,
            local_clock(box),
            FailedMail(self.data),
        )

        def told(fetched: Fetched) -> None:
            backed_up = fetched.taken + fetched.set_aside
            found = backed_up + fetched.postponed + fetched.not_given
            metrics.fetched(box.name, found, backed_up)
            also(fetched)
            _tell_expiry(box)
            self.after(feed, fetched)

        rests_at = (lambda _: False) if files else box.paused_at
        tell = self._telling(box.name, source.kind, StandingFile(self.data, name))
        feed = Feed(f"box {name}", fetcher, sink.lease, box.poll_seconds, rests_at, told, tell)
        return feed

    def _telling(
        self, box: str, kind: str, file: StandingFile
    ) -> Callable[[FeedState, str, float | None], None]:
        metrics.expect_source(box, kind, STATES)

        def tell(state: FeedState, why: str, wait_seconds: float | None) -> None:
            metrics.box_stands(box, kind, state, STATES)
            if state != FeedState.STANDING_BY:
                # The note is of the process that reads.
                file.tell(state, why, wait_seconds)

        return tell


def _tell_expiry(box: Box) -> None:
    if not box.pop3_oauth:
        return
    # What is wrong with the file, its login tells.
    with suppress(ConfigurationError):
        if expires := read_app(app_file(box)).expires:
            midnight = datetime.combine(expires, time.min, box.time_zone)
            metrics.credential_expires(box.name, midnight.timestamp())


def plain_publisher(address: BrokerAddress) -> tuple[Publisher[FetchedMail], Sender]:
    """A publisher to the classifier's queue without a lease, and its connection."""
    sender = Sender(address, [CLASSIFIER_MAIL])
    return BrokerPublisher(sender, CLASSIFIER_MAIL, fetched_to_broker), sender


def broker_sink(address: BrokerAddress) -> Callable[[str], Sink]:
    """Outlets into RabbitMQ: lease and publishing share a connection, so both end together."""

    def sink(name: str) -> Sink:
        sender = Sender(address, [CLASSIFIER_MAIL], lease_queue(name))
        publisher = BrokerPublisher(sender, CLASSIFIER_MAIL, fetched_to_broker)
        return Sink(publisher, SenderLease(sender))

    return sink


def local_sink(
    data: Path, publisher: Callable[[], Publisher[FetchedMail]], rests: Sequence[float] = ()
) -> Callable[[str], Sink]:
    """Outlets into this process, which no mail of one source can stop.

    Args:
        data: The data folder.
        publisher: Makes the pipeline of a source.
        rests: Seconds that a mail rests before each further try; without them every round is one.
    """
    gate = Gate()

    def sink(name: str) -> Sink:
        tries = Tries(data / TRIES / f"{file_name(name)}.json")
        return Sink(Guarded(publisher(), tries, gate, rests), FileLease(data, name))

    return sink


def seen_file(data: Path, box: Box) -> Path:
    """What the fetcher of `box` remembers."""
    return data / SEEN / f"{box.email}.db"


def run_feeds(feeds: Sequence[Feed], health: Health, stopped: threading.Event) -> None:
    """Run each feed in a thread of its own: one box's trouble is not another's.

    Raises:
        CRMServiceError: A feed cannot go on; all have ended.
    """

    def run(feed: Feed) -> None:
        try:
            feed.run(health, stopped)
        finally:
            # A feed that ends by itself ends the service: its supervisor starts it again.
            stopped.set()

    with ThreadPoolExecutor(len(feeds), "feed") as pool:
        runs = [pool.submit(run, feed) for feed in feeds]
    for each in runs:
        each.result()
