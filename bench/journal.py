"""How long the journal's questions take: `find`, `explain`, `list`, `status` at a million mails.

Rows are made as the writer makes them, with random ids, ten words a mail, and one effect
each. SQLite has no statistics, as in an installation; PostgreSQL has those of its own housekeeping.
"""

import argparse
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy import Engine

from bench.databases import running
from bench.starts import CALL, PEAK
from services.answers.find import find_mails
from services.answers.made import made_of
from services.answers.recorded import recorded
from services.answers.records import list_records
from services.answers.search import Search, words_typed
from services.answers.status import recorded_in
from services.assembly.composition import Erp
from shared.netgenium.database.engine import open_database
from shared.netgenium.own.migration import migrate
from shared.netgenium.own.tables import OWN
from shared.netgenium.schema.mapping import load_mapping
from shared.netgenium.schema.reference_schema import create_reference_schema
from shared.netgenium.schema.tables import ErpTables

FIRST = datetime(2024, 1, 1)  # noqa: DTZ001 - as it is stored
STEP = 7_919
TRACE = '[{"id": "R-15", "rule": "incoming", "hit": true, "reason": "%s"}]' % ("x" * 1000)
AT_ONCE = 20_000

Rows = dict[str, list[tuple[object, ...]]]


def mail_id(number: int) -> UUID:
    """Return the id of the mail with that number: ascending, so that rows are quickly made."""
    return UUID(int=(number << 64) + 12)


def made(mails: int) -> Iterator[Rows]:
    """Yield rows by table, so many mails at a time; their order in time is not that of ids."""
    for first in range(0, mails, AT_ONCE):
        rows: Rows = {name: [] for name in COLUMNS}
        chance = random.Random(first)
        for number in range(first, min(first + AT_ONCE, mails)):
            _add(rows, number, number * STEP % mails, chance)
        yield rows


COLUMNS = {
    "crm_journal": (
        "mail_id box source identification_key received_at subject sender message_id verdict "
        "direction trace content_sha256 body_sha256 backup_key differs recorded_at message_key "
        "tokens flags commands"
    ).split(),
    "crm_journal_word": ["mail_id", "word"],
    "crm_journal_recipient": ["mail_id", "place", "address"],
    "crm_effect": "command_id cause_id cause_kind kind entity record_id".split(),
}


def _add(rows: Rows, number: int, minute: int, chance: random.Random) -> None:
    own = mail_id(number).hex
    person, company = chance.randrange(9000), chance.randrange(900)
    user, word = chance.randrange(100), int(chance.paretovariate(0.7)) % 20_000
    sender, recipient = f"osoba{person}@firma{company}.cz", f"uzivatel{user}@nase.cz"
    at = (FIRST + timedelta(minutes=minute)).isoformat(" ", "microseconds")
    rows["crm_journal"].append(
        (
            *(own, "crm", f"emlDir:{number}.eml", f"{number:064x}", at),
            *(f"Nabidka slovo{word} cislo{number}", sender, f"<{number}@firma{company}.cz>"),
            "SPAM, DELETED" if number % 5000 == 0 else "PROCESSED",
            *("incoming", TRACE, "0" * 64, "0" * 64, f"POP3Downloads/2026-01-01/{number}.eml"),
            *(False, at, f"{number:064x}", "[]", "[]", "[]"),
        )
    )
    words = {"nabidka", f"slovo{word}", f"cislo{number}", sender, f"osoba{person}"}
    words |= {f"firma{company}", "cz", recipient, f"uzivatel{user}", "nase"}
    rows["crm_journal_word"] += [(own, one) for one in sorted(words)]
    rows["crm_journal_recipient"].append((own, 0, recipient))
    effect = UUID(int=number).hex
    rows["crm_effect"].append((effect, own, "mail", "create_activity", "activity", number + 1))


def fill(engine: Engine, mails: int) -> None:
    """Fill our own tables; indexes are made when the rows are there."""
    indexes = [index for name in COLUMNS for index in OWN.tables[name].indexes]
    with engine.begin() as connection:
        for index in indexes:
            index.drop(connection)
    put = _copy if engine.dialect.name == "postgresql" else _insert
    raw = engine.raw_connection()
    if put is _insert:
        raw.cursor().execute("PRAGMA synchronous = OFF")
    for rows in made(mails):
        for table, found in rows.items():
            put(raw.cursor(), table, found)
        raw.commit()
    raw.close()
    with engine.begin() as connection:
        for index in indexes:
            index.create(connection)
    if put is _copy:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _insert(cursor: object, table: str, rows: list[tuple[object, ...]]) -> None:
    columns = COLUMNS[table]
    places = ", ".join("?" * len(columns))
    words = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608 - our own names
    cursor.executemany(words, rows)  # type: ignore[attr-defined]


def _copy(cursor: object, table: str, rows: list[tuple[object, ...]]) -> None:
    words = f"COPY {table} ({', '.join(COLUMNS[table])}) FROM STDIN"
    with cursor.copy(words) as copy:  # type: ignore[attr-defined]
        for row in rows:
            copy.write_row(row)


def questions(erp: Erp, data: Path, mails: int) -> dict[str, Callable[[], object]]:
    """Return what is measured in this process, by name."""
    middle = mails // 2

    def find(words: str = "", **more: object) -> Callable[[], object]:
        search = Search(words=words_typed(words.split()) if words else (), **more)  # type: ignore[arg-type]
        return lambda: made_of(erp, [one.mail_id for one in find_mails(erp, search, 21)])

    return {
        "`find` a word of every mail": find("nabidka"),
        "`find` a beginning of every mail": find("nab"),
        "`find` a number": find(f"cislo{middle}"),
        "`find` an address": find("osoba7@firma8.cz"),
        "`find` two words that never meet": find("slovo1 cislo1"),
        "`find` a person and a company, apart": find("osoba77 firma88"),
        "`find --verdict SPAM`": find(verdict="SPAM"),
        "`find --verdict LOOP` (none)": find(verdict="LOOP"),
        "`find --box` (none)": find(box="other"),
        "`find` what is not there": find("xyzzy"),
        "`explain MAIL_ID`": lambda: recorded(erp, data, mail_id(middle)),
        "`list journal --limit 20`": lambda: list(list_records(erp, "journal", most=20)),
        "`status`: the journal": lambda: recorded_in(erp),
    }


def server_cpu(engine: Engine) -> float:
    """Return seconds of CPU that PostgreSQL has used for us; SQLite has none of its own."""
    if engine.dialect.name != "postgresql":
        return 0.0
    words = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
    with engine.connect() as connection:
        pids = [str(pid) for (pid,) in connection.exec_driver_sql(words)]
    stats = [
        Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split() for pid in pids
    ]
    # What parallel helpers have used counts as that of their parent's children.
    parent = Path(f"/proc/{stats[0][1]}/stat").read_text("utf-8").rpartition(")")[2].split()
    ticks = sum(int(one[11]) + int(one[12]) for one in stats) + int(parent[13]) + int(parent[14])
    return ticks / os.sysconf("SC_CLK_TCK")


def best(question: Callable[[], object], engine: Engine, turns: int) -> tuple[float, float]:
    """Return least seconds of several turns, and least seconds of CPU, the server's included."""
    seconds, cpu = [], []
    for _ in range(turns):
        began, used = time.perf_counter(), time.process_time() + server_cpu(engine)
        question()
        seconds.append(time.perf_counter() - began)
        cpu.append(time.process_time() + server_cpu(engine) - used)
    return min(seconds), min(cpu)


def called(
    arguments: list[str], environment: dict[str, str], head: int | None
) -> tuple[float, float]:
    """Call the command line; return seconds and peak megabytes. `head`: only so many lines."""
    code = PEAK + CALL.format(arguments=["crmservice", *arguments])
    began = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - our own command line
        [sys.executable, "-c", code],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout  # noqa: S101
        assert process.stderr  # noqa: S101
        if head:
            for _ in range(head):
                process.stdout.readline()
            process.stdout.close()
        else:
            while process.stdout.read(1 << 20):
                pass
        told = process.stderr.read().split()
    return time.perf_counter() - began, int(told[-1]) / 1024


def measure(name: str, url: str, folder: Path, mails: int, turns: int) -> None:
    """Print the figures of one database."""
    erp = Erp(open_database(url), ErpTables(load_mapping(None)))
    create_reference_schema(erp.engine, erp.tables)
    migrate(erp.engine)
    began = time.perf_counter()
    fill(erp.engine, mails)
    print(f"\n{name}: {mails} mails filled in {time.perf_counter() - began:.0f} s, ", end="")
    print(
        f"load {os.getloadavg()[0]:.1f}\n\n| | ms | CPU ms, the server's included |\n|---|---|---|"
    )
    for what, question in questions(erp, folder, mails).items():
        seconds, cpu = best(question, erp.engine, turns)
        print(f"| {what} | {seconds * 1000:.0f} | {cpu * 1000:.0f} |", flush=True)
    environment = {**os.environ, "NETGENIUM_DATABASE_URL": url, "CRMSERVICE_DATA": str(folder)}
    print("\n| the whole command | s | peak MB |\n|---|---|---|")
    for words, head in (
        (["find", "nabidka"], None),
        (["explain", str(mail_id(mails // 2))], None),
        (["list", "journal", "--json"], 1),
        (["list", "journal", "--json"], None),
        (["list", "journal"], None),
    ):
        seconds, megabytes = called(words, environment, head)
        shown = " ".join(words) + (" \\| head -1" if head else "")
        print(f"| `{shown}` | {seconds:.1f} | {megabytes:.0f} |", flush=True)
    erp.engine.dispose()


def main() -> None:
    """Measure the databases that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=1_000_000)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--database", action="append", choices=("sqlite", "postgresql"))
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    for name in arguments.database or ("sqlite", "postgresql"):
        with TemporaryDirectory(dir=arguments.folder) as made_folder, running(name) as fresh:
            folder = Path(made_folder)
            with fresh() as url:
                where = url or f"sqlite:///{folder}/netgenium.db"
                measure(name, where, folder, arguments.mails, arguments.turns)


if __name__ == "__main__":
    main()
