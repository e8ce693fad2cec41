"""`run`: the whole pipeline in one process, once or until it is told to stop."""

import random
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from services.fetcher.fetch import Fetcher
from services.fetcher.lease import box_lease
from services.fetcher.sources.eml_dir import EmlDir
from services.operator.composition import Erp, pipeline, sweep_orphans
from shared.broker.port import Receipt
from shared.contracts.messages import MailRecorded
from shared.errors import ConfigurationError, Problem, TransientError
from shared.settings.box import Box

ROUND_SECONDS = 5.0
"""How often a running service looks into `emlDir`."""

_LONGEST_PAUSE_SECONDS = 60.0

_log = structlog.get_logger()


@dataclass(slots=True)
class Tally:
    """What a run has done so far; tells of every mail after its commit.

    Attributes:
        tell: Called for each recorded mail.
        verdicts: How many mails had which verdict.
        set_aside: Mails and files that could not be processed.
        unsettled: Files that were still being written.
    """

    tell: Callable[[MailRecorded], None]
    verdicts: Counter[str] = field(default_factory=Counter)
    set_aside: int = 0
    unsettled: int = 0

    def publish(self, batch: Sequence[MailRecorded]) -> None:
        """Count and tell."""
        for mail in batch:
            self.verdicts[", ".join(mail.verdict)] += 1
            with suppress(BrokenPipeError):
                # Nobody reads what is told any more: the work goes on.
                self.tell(mail)

    def flush(self) -> Receipt:
        """Nothing is ever under way here."""
        return Receipt()


def boxes_to_run(boxes: Sequence[Box]) -> list[Box]:
    """Boxes that are switched on and have an `emlDir`, each of which is checked.

    Raises:
        ConfigurationError: An `emlDir` is missing, or there is nothing to read at all.
    """
    ready = [box for box in boxes if box.enabled and box.eml_dir]
    problems = [
        Problem(box.name, f"emlDir {box.eml_dir} is no directory", "create it or correct the path")
        for box in ready
        if box.eml_dir and not box.eml_dir.is_dir()
    ]
    folders = [box.eml_dir for box in ready]
    problems += [
        Problem(box.name, f"emlDir {box.eml_dir} is another box's too", "give each box its own")
        for box in ready
        if folders.count(box.eml_dir) > 1
    ]
    if not ready:
        names = ", ".join(box.name for box in boxes)
        problems.append(
            Problem(names, "no enabled box has an emlDir", "this version reads mail from emlDir")
        )
    if problems:
        raise ConfigurationError(problems)
    return ready


def run_once(boxes: Sequence[Box], erp: Erp, data: Path, tally: Tally) -> None:
    """Process everything that waits.

    Raises:
        TransientError: Database or disk is away, or another process reads a box.
    """
    with _leased(boxes, data):
        for box in boxes:
            _round(_fetcher(box, erp, data, tally), tally)


def run_until_stopped(boxes: Sequence[Box], erp: Erp, data: Path, tally: Tally) -> None:
    """Process what arrives until SIGTERM or SIGINT; a server that is away is waited for."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    with _leased(boxes, data):
        fetchers = [_fetcher(box, erp, data, tally) for box in boxes]
        pause = ROUND_SECONDS
        while not stop.is_set():
            # One box's trouble is not another's.
            away = [not _round_or_wait(fetcher, tally, stop.is_set) for fetcher in fetchers]
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS) if any(away) else ROUND_SECONDS
            # Jitter keeps several services from coming back all at once.
            stop.wait(pause * random.uniform(0.8, 1.2))  # noqa: S311 - no secret hangs on it


def _fetcher(box: Box, erp: Erp, data: Path, tally: Tally) -> Fetcher:
    if swept := sweep_orphans(box, erp, data):
        _log.info("attachment files without a row removed", files=swept, box=box.name)
    return pipeline(box, erp, data, tally)


def _round_or_wait(fetcher: Fetcher, tally: Tally, stopped: Callable[[], bool]) -> bool:
    """A round of one box; False if something it needs is away for now."""
    try:
        _round(fetcher, tally, stopped)
    except TransientError as error:
        _log.warning("waiting", box=fetcher.box, reason=str(error))
        return False
    return True


def _round(fetcher: Fetcher, tally: Tally, stopped: Callable[[], bool] = lambda: False) -> None:
    fetched = fetcher.fetch_all(stopped)
    tally.set_aside += fetched.set_aside
    if isinstance(fetcher.source, EmlDir):
        tally.set_aside += fetcher.source.unprocessable
        tally.unsettled = fetcher.source.unsettled
        fetcher.source.unprocessable = 0


@contextmanager
def _leased(boxes: Sequence[Box], data: Path) -> Iterator[None]:
    with ExitStack() as leases:
        for box in boxes:
            leases.enter_context(box_lease(data, box.name))
        yield
