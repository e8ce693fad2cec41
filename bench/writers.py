"""`python -m bench.writers`: several writers over one database, with mails that meet.

Mails are classified beforehand, once a turn, so only writing is measured. Each writer is a process
of its own with every n-th mail, in groups, as from one queue; what they do begins at one signal and
ends with the last commit. A group that meets another writer comes again, as in the service.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from bench import databases
from bench.mails import a_company, a_mail
from bench.reports import KINDS, a_report
from services.assembly.classifying import classifier_stage
from services.assembly.composition import Erp, open_erp
from services.assembly.writing import writer_stage
from services.operator.setup.company import fill_company
from services.writer.stage import WriterStage
from shared.backup.store import BackupStore
from shared.contracts.messages import FetchedMail, MailClassified, MailFetched
from shared.log import configure_logging
from shared.netgenium.database.engine import ConflictError
from shared.netgenium.own.migration import migrate
from shared.netgenium.schema.reference_schema import create_reference_schema
from shared.settings.box import Box
from shared.settings.environment import Environment

_CAME = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
_CLASSIFIED_AT_ONCE = 50


def main() -> None:
    """Run the benchmark, or one writer of it as a child."""
    arguments = _arguments()
    configure_logging("error")
    if arguments.share is not None:
        _write_share(arguments)
        return
    with databases.running(arguments.database) as fresh:
        for turn in range(arguments.turns):
            for writers in arguments.writers:
                with fresh() as url, tempfile.TemporaryDirectory() as folder:
                    _prepare(Path(folder), url, arguments)
                    _measure(Path(folder), url, writers, turn, arguments)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=1500)
    parser.add_argument("--writers", type=int, nargs="+", default=[1, 2, 4], help="how many")
    parser.add_argument("--turns", type=int, default=3, help="how often each number runs")
    parser.add_argument("--group", type=int, default=50, help="mails of one transaction")
    parser.add_argument("--set", choices=("mixed", "text"), default="mixed")
    parser.add_argument("--database", choices=databases.NAMES[1:], default="postgresql")
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--share", type=int, nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


def _open(folder: Path, url: str) -> tuple[Box, Erp]:
    variables = {"CRMSERVICE_DATA": str(folder), "NETGENIUM_DATABASE_URL": url}
    box = Box(name="bench", email="crm@firma.cz", root_path=str(folder), time_zone=ZoneInfo("UTC"))
    return box, open_erp(Environment.from_environ(variables))


def _prepare(folder: Path, url: str, arguments: argparse.Namespace) -> None:
    """Fill the database, and put the classified mails into a file."""
    box, erp = _open(folder, url)
    create_reference_schema(erp.engine, erp.tables)
    migrate(erp.engine)
    fill_company(erp.engine, erp.tables, a_company())
    classifier, store = classifier_stage([box], erp, folder), BackupStore(folder)
    fetched = [_fetched(raw, n, store) for n, raw in enumerate(_mails(arguments))]
    with (folder / "classified").open("w", encoding="utf-8") as file:
        for begin in range(0, len(fetched), _CLASSIFIED_AT_ONCE):
            for mail in classifier.handle(fetched[begin : begin + _CLASSIFIED_AT_ONCE]):
                file.write(mail.model_dump_json() + "\n")
    erp.engine.dispose()


def _mails(arguments: argparse.Namespace) -> Iterator[bytes]:
    """Yield five eighths text and HTML; the rest is what marks, invites and tells of problems."""
    chance = random.Random(11)
    made = dict.fromkeys(KINDS, 0)
    for number in range(arguments.mails):
        if arguments.set == "mixed" and chance.random() < 3 / 8:
            kind = chance.choices(list(KINDS), list(KINDS.values()))[0]
            yield a_report(kind, made[kind], number, chance)
            made[kind] += 1
        else:
            shape = "plain" if arguments.set == "text" or chance.random() < 2 / 3 else "html"
            yield a_mail(shape, number, chance)


def _fetched(raw: bytes, number: int, store: BackupStore) -> FetchedMail:
    mail_id = UUID(int=number + 1)
    message = MailFetched(
        mail_id=mail_id,
        box="bench",
        source=f"bench:{number}",
        received_at=_CAME,
        size=len(raw),
        sha256=sha256(raw).hexdigest(),
        backup_key=store.write([(mail_id, raw)], _CAME.date())[0],
    )
    return FetchedMail(message, raw)


def _measure(
    folder: Path, url: str, writers: int, turn: int, arguments: argparse.Namespace
) -> None:
    """Let the writers begin together, and print what they did."""
    command = [sys.executable, "-m", "bench.writers", "--folder", str(folder), "--url", url]
    command += ["--group", str(arguments.group), "--share"]
    children = [
        subprocess.Popen(  # noqa: S603 - this very script
            [*command, str(number), str(writers)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(writers)
    ]
    for child in children:
        _line(child)
    load, begin = os.getloadavg()[0], time.perf_counter()
    for child in children:
        _say(child)
    told = [json.loads(_line(child)) for child in children]
    seconds = time.perf_counter() - begin
    for child in children:
        child.communicate()
    conflicts = sum(one["conflicts"] for one in told)
    cpu = sum(one["cpu"] for one in told)
    print(
        f"turn {turn + 1}: {writers} writers, {arguments.mails / seconds:.0f} mails/s, "
        f"{conflicts} groups tried again, {1000 * cpu / arguments.mails:.1f} CPU s/1000, "
        f"load {load:.1f}",
        flush=True,
    )


def _line(child: subprocess.Popen[str]) -> str:
    assert child.stdout  # noqa: S101 - it was asked for
    return child.stdout.readline()


def _say(child: subprocess.Popen[str]) -> None:
    assert child.stdin  # noqa: S101 - it was asked for
    child.stdin.write("go\n")
    child.stdin.flush()


def _write_share(arguments: argparse.Namespace) -> None:
    """Be one writer: wait for the signal, write, and tell how it went."""
    number, writers = arguments.share
    folder = Path(arguments.folder)
    lines = (folder / "classified").read_text("utf-8").splitlines()
    mails = [MailClassified.model_validate_json(line) for line in lines[number::writers]]
    box, erp = _open(folder, arguments.url)
    conflicts: list[float] = []

    def pause(seconds: float) -> None:
        conflicts.append(seconds)
        time.sleep(seconds)

    stage = replace(writer_stage([box], erp, folder), pause=pause)
    erp.engine.connect().close()
    print("ready", flush=True)
    sys.stdin.readline()
    cpu = time.process_time()
    for begin in range(0, len(mails), arguments.group):
        _insist(stage, mails[begin : begin + arguments.group])
    spent = time.process_time() - cpu
    print(json.dumps({"conflicts": len(conflicts), "cpu": spent}), flush=True)


def _insist(stage: WriterStage, group: Sequence[MailClassified]) -> None:
    while True:
        try:
            stage.handle(group)
        except ConflictError:
            continue
        return


if __name__ == "__main__":
    main()
