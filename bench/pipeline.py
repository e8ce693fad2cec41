"""`python -m bench.pipeline`: from the eml directory to committed rows, beside the lower bound.

Both run in processes of their own, in turns, on the same generated set; the best of the turns
counts. `--profile` shows where the time goes.
"""

import argparse
import cProfile
import json
import os
import pstats
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bench import bound
from bench.mails import a_company, write_mails
from services.classifier import stage as classifier
from services.classifier.look_up import DatabaseLookUp
from services.fetcher.sources.eml_dir import EmlDir
from services.operator.company import fill_company
from services.operator.composition import open_erp
from services.operator.run import Tally, run_once
from services.writer.stage import WriterStage
from shared.backup.store import BackupStore
from shared.log import configure_logging
from shared.netgenium.migration import migrate
from shared.netgenium.reference_schema import create_reference_schema
from shared.settings.box import Box
from shared.settings.environment import Environment

Measured = dict[str, float]
T = TypeVar("T")

SCALE = (
    "For scale: django-helpdesk 59/s, Roundup 39/s, Odoo 17 14.5/s; bare loops without backup: "
    "standard parser 138/s, Rust parser 729/s."
)
AIM_RATIO, AIM_MEGABYTES = 0.6, 150


def main() -> None:
    """Run the benchmark, or one side of it as a child."""
    arguments = _arguments()
    configure_logging("warning")
    if arguments.side:
        with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
            side = _ours if arguments.side == "ours" else _bound
            print(json.dumps(side(Path(folder), arguments.mails, profile=arguments.profile)))
        return
    if arguments.profile:
        _child("ours", arguments, "--profile")
        return
    turns = [
        (_child("ours", arguments), _child("bound", arguments)) for _ in range(arguments.turns)
    ]
    _report(
        min((ours for ours, _ in turns), key=lambda one: one["seconds"]),
        min((bare for _, bare in turns), key=lambda one: one["seconds"]),
        arguments,
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=1000, help="size of the set")
    parser.add_argument("--turns", type=int, default=3, help="how often each side runs")
    parser.add_argument("--folder", default=None, help="where the disk is that counts")
    parser.add_argument("--profile", action="store_true", help="show where the time goes")
    parser.add_argument("--side", choices=("ours", "bound"), help=argparse.SUPPRESS)
    return parser.parse_args()


def _child(side: str, arguments: argparse.Namespace, *more: str) -> Measured:
    command = [sys.executable, "-m", "bench.pipeline", "--side", side]
    command += ["--mails", str(arguments.mails), *more]
    if arguments.folder:
        command += ["--folder", arguments.folder]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - this very script
    if more:
        print(done.stdout)
        return {}
    measured: Measured = json.loads(done.stdout)
    return measured


def _ours(folder: Path, mails: int, *, profile: bool) -> Measured:
    eml, data = folder / "eml", folder / "data"
    eml.mkdir()
    size = write_mails(eml, mails)
    erp = open_erp(Environment.from_environ({"CRMSERVICE_DATA": str(data)}))
    create_reference_schema(erp.engine, erp.tables)
    migrate(erp.engine)
    fill_company(erp.engine, erp.tables, a_company())
    box = Box(
        name="bench", email="crm@firma.cz", root_path=str(folder), time_zone=ZoneInfo("UTC"),
        eml_dir=eml, eml_settle_seconds=0,
    )  # fmt: skip
    stages = _watch_stages()
    tally = Tally(lambda _: None)
    if profile:
        profiler = cProfile.Profile()
        profiler.runcall(run_once, [box], erp, data, tally)
        pstats.Stats(profiler).sort_stats("tottime").print_stats(40)
    measured = _measured(lambda: run_once([box], erp, data, tally))
    made = tally.verdicts.total()
    if made != mails:
        raise SystemExit(f"{made} of {mails} mails were recorded: {tally.verdicts}")
    return measured | {"bytes": size} | {f"stage {name}": spent for name, spent in stages.items()}


def _bound(folder: Path, mails: int, *, profile: bool) -> Measured:
    del profile
    eml = folder / "eml"
    eml.mkdir()
    write_mails(eml, mails)
    return _measured(lambda: bound.run(eml, folder / "data")) | {"flush": _flush_seconds(folder)}


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
    """Seconds by stage; inner stages are part of the outer one named before the dot."""
    spent: dict[str, float] = defaultdict(float)
    for owner, name, stage in (
        (EmlDir, "_read", "fetcher.read"),
        (BackupStore, "write", "fetcher.backup"),
        (EmlDir, "acknowledge", "fetcher.delete"),
        (classifier.ClassifierStage, "handle", "classifier"),
        (classifier, "parse_mail", "classifier.parse"),
        (classifier, "extract", "classifier.extract"),
        (DatabaseLookUp, "__call__", "classifier.look-up"),
        (classifier, "_classified", "classifier.chain"),
        (WriterStage, "handle", "writer"),
    ):
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


def _report(ours: Measured, bare: Measured, arguments: argparse.Namespace) -> None:
    mails = arguments.mails
    print(f"{mails} mails, {ours['bytes'] / 1e6:.0f} MB, best of {arguments.turns} turns\n")
    print(f"{'':14}{'mails/s':>10}{'CPU s/1000':>12}{'peak MB':>10}")
    for name, one in (("CRMService", ours), ("bare bound", bare)):
        rate, cpu = mails / one["seconds"], one["cpu"] / mails * 1000
        print(f"{name:14}{rate:10.0f}{cpu:12.2f}{one['megabytes']:10.0f}")
    print(f"\nratio {bare['seconds'] / ours['seconds']:.2f} (aim {AIM_RATIO}), ", end="")
    print(f"memory aim below {AIM_MEGABYTES} MB; one flush {bare['flush'] * 1000:.2f} ms\n")
    print("by stage, ms a mail:")
    for name in sorted(key for key in ours if key.startswith("stage ")):
        print(f"  {name.removeprefix('stage '):22}{ours[name] / mails * 1000:8.3f}")
    print(f"\n{SCALE}")


if __name__ == "__main__":
    main()
