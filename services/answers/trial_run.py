"""The backups of some time are tried in their order, however many there are (behaviour C-3).

They are read batch by batch, day by day, so memory is bounded. Where there are many, several
processes share them.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from services.answers.rule_trial import RuleTrial, TriedBatch, TriedMail
from services.assembly.classifying import look_up_in
from services.assembly.composition import open_erp
from services.assembly.live_contexts import context_with
from services.assembly.several_processes import Work, in_processes
from services.classifier.custom.rule_set import RuleSet
from services.fetcher.sources.port import BATCH_BYTES
from shared.backup.store import FOLDER
from shared.batching import batched
from shared.log import configure_logging
from shared.settings.box import Box
from shared.settings.environment import Environment

AT_ONCE = 50
"""Mails whose facts are looked up together, as the classifier does."""

_FOR_ANOTHER_PROCESS = 500
"""Backups from which one more process is worth its start."""

_MOST_PROCESSES = 4
"""The database has other work."""


@dataclass(slots=True)
class TrialCount:
    """How many mails there were, and what came of them.

    Attributes:
        total: Backups of the time, of whichever box.
        looked_at: Mails of the box that were tried.
        hit: Those for which a rule holds.
        differ, by_rules: Those that would become something else, and because of the rules.
        passed_over: Backups of other boxes, of no recorded mail, too large, or that cannot be read.
    """

    total: int = 0
    looked_at: int = 0
    hit: int = 0
    differ: int = 0
    by_rules: int = 0
    passed_over: int = 0

    @property
    def done(self) -> int:
        """Backups that were looked at."""
        return self.looked_at + self.passed_over


class TrialPlan(NamedTuple):
    """What is tried on which mail; it can be sent to another process.

    Attributes:
        rules: Of the file, as it was read once.
        begin: Mail that came since then.
    """

    environment: Environment
    box: Box
    rules: RuleSet | None
    begin: datetime

    def run(self, count: TrialCount, processes: int | None = None) -> Iterator[TriedMail]:
        """Yield every mail with what would come of it, by the order of the days.

        Args:
            count: Is kept up to date.
            processes: How many work at it; None: as many as pay.

        Raises:
            TransientError: The database is unreachable.
            ElsewhereError: The same, told by one of several processes.
        """
        data = self.environment.data
        count.total = sum(1 for _ in backups_since(data, self.begin))
        several = processes or _processes(count.total)
        groups = in_batches(backups_since(data, self.begin))
        if several > 1:
            return counted(in_processes(several, partial(_start, self), groups), count)
        return counted(map(self.opened().batch, groups), count)

    def opened(self) -> RuleTrial:
        """Return the trial, with the ERP opened."""
        erp = open_erp(self.environment)
        context = context_with(self.rules, self.box, erp)
        return RuleTrial(self.environment.data, erp, context, look_up_in(erp), self.begin)


def counted(batches: Iterable[TriedBatch], count: TrialCount) -> Iterator[TriedMail]:
    """Yield the mails of batches, and count what came of them."""
    for batch in batches:
        count.passed_over += batch.passed_over
        for tried in batch.mails:
            count.looked_at += 1
            count.hit += bool(tried.rules)
            count.differ += tried.differs
            count.by_rules += tried.compared.by_rules
            yield tried


def in_batches(files: Iterable[Path]) -> Iterator[list[Path]]:
    """Return backups in batches that are bounded in number and bytes."""
    return batched(files, _size, AT_ONCE, BATCH_BYTES)


def backups_since(data: Path, begin: datetime) -> Iterator[Path]:
    """Yield the backups of `begin`'s day and later; one day is listed at a time."""
    # A folder is a day of the box's zone, whichever zone `begin` is told in.
    root, first = data / FOLDER, (begin - timedelta(days=1)).date().isoformat()
    days = sorted(day for day in root.iterdir() if day.name >= first) if root.is_dir() else []
    for day in days:
        if day.is_dir():
            yield from sorted(file for file in day.glob("*.eml") if _is_backup(file))


def _start(plan: TrialPlan) -> Work[Sequence[Path], TriedBatch]:
    environment = plan.environment
    configure_logging(environment.log_level or "error", environment.log_format)
    return plan.opened().batch


def _processes(backups: int) -> int:
    cores = len(os.sched_getaffinity(0))
    return max(1, min(cores, _MOST_PROCESSES, backups // _FOR_ANOTHER_PROCESS))


def _is_backup(file: Path) -> bool:
    try:
        return str(UUID(file.stem)) == file.stem
    except ValueError:
        return False


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
