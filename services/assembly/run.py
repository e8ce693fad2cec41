"""`run`: the whole pipeline in one process, once or until it is told to stop."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from services.assembly.composition import Erp
from services.assembly.failed_copies import FailedCopies
from services.assembly.feeds import Feeds, boxes_to_read, local_sink
from services.assembly.live_contexts import LiveContexts
from services.assembly.pipeline import local_pipeline
from services.assembly.writing import prepare_writer
from services.fetcher.box_states import BoxStates
from services.fetcher.feed import Feed, state_after
from services.fetcher.fetch import Fetched
from services.fetcher.standing import FeedState
from services.writer.box_states import record_box_states
from shared import metrics
from shared.backup.store import BackupStore
from shared.broker.port import Receipt
from shared.contracts.messages import MailRecorded
from shared.contracts.said import said
from shared.contracts.verdict import joined
from shared.errors import CRMServiceError
from shared.log import Logger
from shared.rule_metrics import rules_refused
from shared.settings.box import Box

_log = Logger()


@dataclass(slots=True)
class Tally:
    """What a run has done so far; tells of every mail after its commit. For several threads.

    Attributes:
        tell: Called for each recorded mail.
        verdicts: How many mails had which verdict.
        set_aside: Mails and files that could not be processed.
        postponed: Mails that stayed in their source for a later round, by feed.
        unsettled: Files that were still being written, by feed.
        resting: Boxes that were not read because their pause lasts.
    """

    tell: Callable[[MailRecorded], None]
    verdicts: Counter[str] = field(default_factory=Counter)
    set_aside: int = 0
    postponed: dict[str, int] = field(default_factory=dict)
    unsettled: dict[str, int] = field(default_factory=dict)
    resting: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def publish(self, batch: Sequence[MailRecorded]) -> None:
        """Count and tell."""
        with self._lock:
            for mail in batch:
                self.verdicts[joined(mail.verdict)] += 1
                with suppress(OSError):
                    # Nobody reads what is told, or it cannot be written: the work goes on.
                    self.tell(mail)

    def flush(self) -> Receipt:
        """Do nothing: nothing is ever under way here."""
        return Receipt()

    def after(self, feed: Feed, fetched: Fetched) -> None:
        """Count what a feed's round has brought."""
        with self._lock:
            self.set_aside += fetched.set_aside + fetched.unprocessable
            self.postponed[feed.name] = fetched.postponed
            self.unsettled[feed.name] = fetched.unsettled


def run_once(boxes: Sequence[Box], erp: Erp, data: Path, tally: Tally) -> None:
    """Process everything that waits, in mailboxes and directories.

    Raises:
        TransientError: Database, disk or a mailbox is away, or another process reads a box; the
            other boxes were read nevertheless.
        CredentialsRefusedError: A mailbox refused the login.
    """
    failures: list[CRMServiceError] = []
    feeds, states = local_feeds(boxes, erp, data, tally)
    for feed in feeds:
        try:
            if feed.rests():
                tally.resting.append(feed.name)
                feed.tell(FeedState.RESTING, said("its pause (stopFrom, stopTo) lasts"), None)
            else:
                feed.once()
                feed.tell(FeedState.RESTING, said("run --once reads it"), None)
        except CRMServiceError as error:
            failures.append(error)
            feed.tell(state_after(error), error.sentence, None)
        finally:
            feed.close()
    states.send_all()
    if failures:
        for failure in failures[:-1]:
            _log.error("box not read", reason=str(failure))
        raise failures[-1]


def local_feeds(  # noqa: PLR0913, PLR0917 - all that a pipeline is made from
    boxes: Sequence[Box],
    erp: Erp,
    data: Path,
    tally: Tally,
    rests: Sequence[float] = (),
    contexts: LiveContexts | None = None,
) -> tuple[list[Feed], BoxStates]:
    """Return feeds into a pipeline within this process, and what tells the database of their state.

    `rests` is as for `local_sink`, `contexts` what the rules know of the boxes.

    Raises:
        TransientError: Database or disk is unreachable.
        ConfigurationError: A rule file cannot be used.
    """
    ready = boxes_to_read(boxes)
    contexts = contexts or LiveContexts(ready, erp, rules_refused)
    for box in ready:
        metrics.expect_records(box.name)
    BackupStore(data).discard_halves()
    prepare_writer(boxes[0], erp, data)
    pipeline = partial(local_pipeline, boxes, erp, data, contexts=contexts)
    sink = local_sink(data, pipeline, tally, rests)
    states = BoxStates(partial(record_box_states, erp.engine))
    copies = FailedCopies(erp.engine)
    copies.compare(data, [box.name for box in boxes])
    return Feeds(data, sink, states, tally.after, copies.made).of(ready), states
