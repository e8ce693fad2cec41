"""`python -m bench.services`: the services on real servers, from a mailbox to committed rows.

    throughput   a full mailbox, with 1, 2 and 4 classifiers: mails/s, CPU by service
    latency      10 mails/s into a watched mailbox: arrival (IDLE) to commit
    backlog      many messages in the queues, then the services work on them: peak memory
    large        50 MB mails through everything: peak memory

RabbitMQ, Dovecot and PostgreSQL are the private servers of the tests, on this machine.
"""

import argparse
import os
import random
import select
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

from sqlalchemy import select as query

from bench.mails import a_company, a_mail, mails
from shared.netgenium.own.tables import journal_table
from tests.deployment import Deployment, Service
from tests.servers.dovecot import Dovecot, MailBoxAccount
from tests.servers.postgresql import PostgreSQL
from tests.servers.processes import wait_until
from tests.servers.rabbitmq import RabbitMQ

_TICKS = os.sysconf("SC_CLK_TCK")
_LONG = 3600.0


@dataclass(frozen=True)
class Recorded:
    """A mail in the journal."""

    subject: str
    recorded_at: datetime
    backup_key: str


@dataclass
class Bench:
    """A fresh deployment with an empty mailbox."""

    deployment: Deployment
    dovecot: Dovecot
    account: MailBoxAccount

    def deliver(self, raw: bytes) -> None:
        """Put a mail into the mailbox."""
        self.dovecot.deliver(self.account, raw)

    def recorded(self) -> list[Recorded]:
        """Return every mail in the journal."""
        erp = self.deployment.erp()
        columns = journal_table.c
        wanted = query(columns.subject, columns.recorded_at, columns.backup_key)
        with erp.engine.connect() as connection:
            rows = connection.execute(wanted).all()
        erp.engine.dispose()
        return [Recorded(*row) for row in rows]

    def wait_recorded(self, count: int) -> None:
        """Wait until so many mails are in the journal, looking seldom enough to cost nothing."""

        def there() -> bool:
            select.select([], [], [], 0.5)
            return len(self.recorded()) >= count

        wait_until(there, f"{count} mails", _LONG)


def main() -> None:
    """Run what is asked for."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("what", nargs="*", default=["throughput", "latency", "backlog", "large"])
    arguments.add_argument("--mails", type=int, default=1000)
    arguments.add_argument("--backlog", type=int, default=100_000)
    arguments.add_argument("--seconds", type=float, default=60.0, help="of latency and backlog")
    given = arguments.parse_args()
    with _servers() as servers:
        for what in given.what:
            print(f"\n{what}")
            match what:
                case "throughput":
                    for classifiers in (1, 2, 4):
                        with _bench(*servers) as bench:
                            throughput(bench, given.mails, classifiers)
                case "latency":
                    with _bench(*servers) as bench:
                        latency(bench, given.seconds)
                case "backlog":
                    with _bench(*servers) as bench:
                        backlog(bench, given.backlog, given.seconds)
                case "large":
                    with _bench(*servers) as bench:
                        large(bench)
                case _:
                    sys.exit(f"there is no benchmark {what}")


def throughput(bench: Bench, count: int, classifiers: int) -> None:
    """Measure a mailbox that is full when the services start."""
    size = 0
    for raw in mails(count):
        size += len(raw)
        bench.deliver(raw)
    services = [bench.deployment.start("writer", ready=False)]
    services += [bench.deployment.start("classifier", ready=False) for _ in range(classifiers)]
    for service in services:
        service.wait_ready()
    before = {service: _cpu(service) for service in services}
    begin = time.time()
    fetcher = bench.deployment.start("fetcher", ready=False)
    before[fetcher] = 0.0
    bench.wait_recorded(count)
    first = min(path.stat().st_mtime for path in bench.deployment.data.rglob("*.eml"))
    last = max(one.recorded_at for one in bench.recorded()).timestamp()
    print(f"  {classifiers} classifier(s): {count} mails, {size / 1e6:.0f} MB: ", end="")
    print(f"{count / (last - first):.0f} mails/s; first backup {first - begin:.1f} s after start")
    for name in ("fetcher", "classifier", "writer"):
        spent = sum(_cpu(one) - before[one] for one in before if one.name == name)
        peak = max(_peak(one) for one in before if one.name == name)
        print(f"    {name:11} {spent / count * 1000:6.2f} CPU s/1000 mails, peak {peak:4.0f} MB")


def latency(bench: Bench, seconds: float, rate: float = 10.0) -> None:
    """Measure mails of 3 to 8 KB at an even pace; their delivery is by the test's own clock."""
    bench.deployment.start_all()
    chance = random.Random(1)
    bench.deliver(a_mail("plain", 0, chance))
    bench.wait_recorded(1)
    sent: dict[int, float] = {}
    begin = time.monotonic()
    for number in range(1, int(seconds * rate) + 1):
        raw = a_mail("plain", number, chance)
        pause = begin + number / rate - time.monotonic()
        select.select([], [], [], max(0.0, pause))
        sent[number] = time.time()
        bench.deliver(raw)
    bench.wait_recorded(len(sent) + 1)
    whole, ours = [], []
    for one in bench.recorded():
        number = int(one.subject.split(" Contract")[0].rpartition(" ")[2])
        if number in sent:
            backup = (bench.deployment.data / one.backup_key).stat().st_mtime
            whole.append((one.recorded_at.timestamp() - sent[number]) * 1000)
            ours.append((one.recorded_at.timestamp() - backup) * 1000)
    print(f"  {len(whole)} mails at {rate:.0f}/s")
    # Dovecot 2.3 itself waits half a second before it announces what came.
    _quantiles("delivery into the mailbox to commit", whole)
    _quantiles("backup written to commit", ours)


def _quantiles(what: str, milliseconds: list[float]) -> None:
    cuts = statistics.quantiles(milliseconds, n=100)
    print(f"    {what:36} p50 {cuts[49]:.0f}, p90 {cuts[89]:.0f}, p99 {cuts[98]:.0f}, ", end="")
    print(f"longest {max(milliseconds):.0f} ms")


def backlog(bench: Bench, count: int, seconds: float) -> None:
    """Fetch a mailbox with `count` mails at once, and work on it for `seconds` afterwards."""
    chance = random.Random(2)
    for number in range(count):
        bench.deliver(a_mail("plain", number, chance))
    fetcher = bench.deployment.start("fetcher")
    begin = time.monotonic()

    def fetched() -> bool:
        select.select([], [], [], 2.0)
        return bench.dovecot.messages(bench.account) == 0

    wait_until(fetched, "an empty mailbox", _LONG)
    print(f"  {count} mails fetched in {time.monotonic() - begin:.0f} s, ", end="")
    print(f"fetcher's peak {_peak(fetcher):.0f} MB")
    services = [bench.deployment.start(name) for name in ("classifier", "writer")]
    select.select([], [], [], seconds)
    done = len(bench.recorded())
    print(f"  {done} of them recorded after {seconds:.0f} s more, ", end="")
    print(", ".join(f"{one.name}'s peak {_peak(one):.0f} MB" for one in services))


def large(bench: Bench, count: int = 5, megabytes: int = 50) -> None:
    """Measure mails with one attachment each."""
    services = bench.deployment.start_all()
    for number in range(count):
        mail = EmailMessage()
        mail["From"], mail["To"] = "p1@c1.example", "u1@firma.cz"
        mail["Subject"], mail["Date"] = f"Large {number}", "Mon, 02 Nov 2026 09:12:00 +0100"
        mail.set_content("See the file.")
        content = random.Random(number).randbytes(megabytes * 1_000_000 * 3 // 4)
        mail.add_attachment(content, "application", "octet-stream", filename="large.bin")
        bench.deliver(bytes(mail))
    bench.wait_recorded(count)
    print(f"  {count} mails of {megabytes} MB: ", end="")
    print(", ".join(f"{one.name}'s peak {_peak(one):.0f} MB" for one in services))


def _cpu(service: Service) -> float:
    fields = Path(f"/proc/{service.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _peak(service: Service) -> float:
    status = Path(f"/proc/{service.process.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


@contextmanager
def _servers() -> Iterator[tuple[RabbitMQ, PostgreSQL, Dovecot]]:
    servers = (RabbitMQ(), PostgreSQL(), Dovecot())
    try:
        for server in servers:
            server.start()
        yield servers
    finally:
        for server in servers:
            server.remove()


@contextmanager
def _bench(rabbitmq: RabbitMQ, postgresql: PostgreSQL, dovecot: Dovecot) -> Iterator[Bench]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/var/tmp")))
        database = stack.enter_context(postgresql.database())
        broker = stack.enter_context(rabbitmq.vhost())
        account = dovecot.add_box(f"bench-{folder.name}", "pw")
        deployment = Deployment(
            folder,
            broker,
            database,
            {
                "imapUrl": f"localhost:{dovecot.imaps_port}",
                "pop3Name": account.name,
                "pop3Password": account.password,
                "caFile": str(dovecot.ca_file),
                "startFrom": "all",
            },
            a_company(),
        )
        try:
            yield Bench(deployment, dovecot, account)
        finally:
            deployment.close()


if __name__ == "__main__":
    main()
