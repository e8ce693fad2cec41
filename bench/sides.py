"""The two sides of the benchmark, each run in a process of its own."""

import cProfile
import os
import pstats
import re
import resource
import time
from argparse import Namespace
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bench import bound
from bench.bare import open_bare
from bench.few_rules import use_few_rules
from bench.mails import a_company, write_mails
from bench.report import Measured
from services.assembly.composition import Erp, open_erp
from services.assembly.run import Tally, run_once
from services.classifier import stage as classifier
from services.classifier.facts.look_up import DatabaseLookUp
from services.classifier.reading import journaled
from services.fetcher.sources.eml_dir import EmlDir
from services.operator.setup.company import fill_company
from services.writer.stage import WriterStage
from shared.backup.store import BackupStore
from shared.netgenium.own.migration import migrate
from shared.netgenium.schema.reference_schema import create_reference_schema
from shared.settings.box import Box
from shared.settings.environment import Environment

T = TypeVar("T")

_NUMBER = re.compile(r"\d+")

STAGES: tuple[tuple[Any, str, str], ...] = (
    (EmlDir, "_read", "fetcher.read"),
    (BackupStore, "write", "fetcher.backup"),
    (EmlDir, "acknowledge", "fetcher.delete"),
    (classifier.ClassifierStage, "handle", "classifier"),
    (journaled, "parse_mail", "classifier.parse"),
    (journaled, "extract", "classifier.extract"),
    (DatabaseLookUp, "__call__", "classifier.look-up"),
    (classifier, "decide", "classifier.chain"),
    (classifier, "mail_content", "classifier.content"),
    (WriterStage, "handle", "writer"),
)
"""What is timed: where a function is called from, its name there, and what the report calls it."""


def ours(folder: Path, arguments: Namespace) -> Measured:
    """CRMService as shipped, on the database of `--url`."""
    eml, data = folder / "eml", folder / "data"
    eml.mkdir()
    size = write_mails(eml, arguments.mails, arguments.set)
    erp = _filled(data, arguments.url)
    if arguments.rules == "few":
        use_few_rules()
    box = Box(
        name="bench", email="crm@firma.cz", root_path=str(folder), time_zone=ZoneInfo("UTC"),
        eml_dir=eml, eml_settle_seconds=0,
    )  # fmt: skip
    stages = _watch_stages()
    tally = Tally(lambda _: None)
    if arguments.profile:
        _profiled(lambda: run_once([box], erp, data, tally))
        return {}
    measured = _measured(lambda: run_once([box], erp, data, tally))
    erp.engine.dispose()
    _insist(tally.verdicts, arguments.mails)
    spent = {f"stage {name}": seconds for name, seconds in stages.items()}
    return measured | {"bytes": size} | spent | _found(tally.verdicts)


def bare(folder: Path, arguments: Namespace) -> Measured:
    """Measure the bound, with its own tables in the database of `--url`."""
    eml, data = folder / "eml", folder / "data"
    eml.mkdir()
    data.mkdir()
    write_mails(eml, arguments.mails, arguments.set)
    database = open_bare(arguments.url, data)
    measured = _measured(lambda: bound.run(eml, data, database))
    database.close()
    return measured | {"flush": _flush_seconds(folder)}


def _filled(data: Path, url: str) -> Erp:
    variables = {"CRMSERVICE_DATA": str(data)} | ({"NETGENIUM_DATABASE_URL": url} if url else {})
    erp = open_erp(Environment.from_environ(variables), makes=True)
    create_reference_schema(erp.engine, erp.tables)
    migrate(erp.engine)
    fill_company(erp.engine, erp.tables, a_company())
    return erp


def _insist(verdicts: Counter[str], mails: int) -> None:
    if verdicts.total() != mails:
        raise SystemExit(f"{verdicts.total()} of {mails} mails were recorded: {verdicts}")


def _found(verdicts: Counter[str]) -> Measured:
    """Return how many mails had which verdict; the numbers of records are left out."""
    found: Counter[str] = Counter()
    for words, count in verdicts.items():
        found[f"verdict {_NUMBER.sub('n', words)}"] += count
    return dict(found)


def _profiled(work: Callable[[], object]) -> None:
    profiler = cProfile.Profile()
    profiler.runcall(work)
    for order in ("tottime", "cumulative"):
        pstats.Stats(profiler).sort_stats(order).print_stats(45)


def _measured(work: Callable[[], object]) -> Measured:
    begin, cpu = time.perf_counter(), time.process_time()
    work()
    return {
        "seconds": time.perf_counter() - begin,
        "cpu": time.process_time() - cpu,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _flush_seconds(folder: Path, flushes: int = 200) -> float:
    begin = time.perf_counter()
    for number in range(flushes):
        descriptor = os.open(folder / f"flush{number}", os.O_WRONLY | os.O_CREAT)
        os.write(descriptor, b"x" * 5000)
        os.fsync(descriptor)
        os.close(descriptor)
    return (time.perf_counter() - begin) / flushes


def _watch_stages() -> dict[str, float]:
    """Return seconds by stage; inner stages are part of the outer one named before the dot."""
    spent: dict[str, float] = defaultdict(float)
    for owner, name, stage in STAGES:
        setattr(owner, name, _timed(getattr(owner, name), stage, spent))
    return spent


def _timed(work: Callable[..., T], stage: str, spent: dict[str, float]) -> Callable[..., T]:
    def timed(*arguments: Any, **named: Any) -> T:  # noqa: ANN401 - whatever the stage takes
        begin = time.perf_counter()
        try:
            return work(*arguments, **named)
        finally:
            spent[stage] += time.perf_counter() - begin

    return timed
