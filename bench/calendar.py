"""`python -m bench.calendar`: the first round of every calendar, and a quiet one.

Microsoft Graph is the double of the tests, in a process of its own, so that CPU and memory are
those of our side alone. The ERP is SQLite on the disk of the folder, or PostgreSQL of the tests.

    .venv/bin/python -m bench.calendar --users 200 --events 300 --database sqlite|postgresql
    .venv/bin/python -m bench.calendar --profile
"""

import argparse
import cProfile
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from services.assembly.calendar import open_calendar
from services.calsync.company import CompanyRounds
from services.operator.setup.company_entries import Company
from shared.settings.box_file import load_boxes
from tests.deployment import Deployment
from tests.servers.graph.events import meeting, weekly
from tests.servers.graph.mailbox import GraphMailbox
from tests.servers.graph.server import GraphServer
from tests.servers.postgresql import PostgreSQL

_OCCURRENCES = 10
_HTML = "<html><body><p>Agenda</p><ul><li>%s</li><li>budget</li></ul></body></html>"


@dataclass(frozen=True)
class Measured:
    """What the rounds of all users took."""

    name: str
    seconds: float
    cpu: float
    requests: int
    to_erp: int
    peak_mb: float

    def line(self, users: int) -> str:
        """Return a row of the table."""
        each = 1000 * self.cpu / users
        return (
            f"| {self.name} | {self.requests} | {self.seconds:.1f} | {self.cpu:.1f} | {each:.1f} "
            f"| {self.to_erp} | {self.peak_mb:.0f} |"
        )


def main() -> None:
    """Measure, or be the double."""
    wanted = argparse.ArgumentParser(prog="python -m bench.calendar")
    wanted.add_argument("--users", type=int, default=200)
    wanted.add_argument("--events", type=int, default=300)
    wanted.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    wanted.add_argument("--folder", type=Path, default=None)
    wanted.add_argument("--profile", action="store_true", help="of the quiet round")
    wanted.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = wanted.parse_args()
    if options.serve:
        _serve(options.users, options.events)
    else:
        _measure(options)


def _serve(users: int, events: int) -> None:
    """Be Microsoft Graph until the parent goes away."""
    graph = GraphServer()
    graph.start()
    try:
        for number in range(users):
            _fill(graph.company.add(_address(number)), events)
        known = {
            "url": graph.url,
            "ca_file": str(graph.ca_file),
            "client_id": graph.tokens.client_id,
            "client_secret": graph.tokens.client_secret,
            "authority": graph.tokens.authority(),
        }
        sys.stdout.write(json.dumps(known) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
    finally:
        graph.remove()


def _fill(mailbox: GraphMailbox, events: int) -> None:
    """Fill a mailbox: three quarters single meetings with a body, the rest weekly series."""
    begin = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0, tzinfo=None)
    series = events // 4 // _OCCURRENCES
    for number in range(events - series * _OCCURRENCES):
        start = begin + timedelta(days=number % 250 - 20, hours=number % 8)
        body = {"contentType": "html", "content": _HTML % f"item {number}"}
        mailbox.create(_an_hour(f"Meeting {number}", start, body=body))
    for number in range(series):
        start = begin + timedelta(days=number, hours=10)
        day = start.strftime("%A").lower()
        mailbox.create(_an_hour(f"Series {number}", start, recurrence=weekly(day, count=10)))


def _an_hour(subject: str, start: datetime, **more: object) -> dict[str, Any]:
    end = start + timedelta(hours=1)
    return meeting(subject, start.isoformat(), end.isoformat(), "UTC", **more)


def _address(number: int) -> str:
    return f"user{number}@firma.cz"


def _measure(options: argparse.Namespace) -> None:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(dir=options.folder))
        graph = stack.enter_context(_double(options.users, options.events))
        url = stack.enter_context(_database(options.database))
        deployment = _deployment(Path(folder), graph, options.users, url)
        boxes, erp = load_boxes([deployment.config]).boxes, deployment.erp()
        stack.callback(erp.engine.dispose)
        company = stack.enter_context(open_calendar(boxes, erp))
        first = _rounds(company, "first round")
        _rounds(company, "what was found is looked at")
        profile = cProfile.Profile()
        if options.profile:
            profile.enable()
        quiet = [_rounds(company, f"quiet round {turn}") for turn in (1, 2, 3)]
        profile.disable()
    _say(
        f"{options.users} users, {options.events} events each, {options.database}; "
        f"load {os.getloadavg()[0]:.1f}"
    )
    _say("| | requests | s | own CPU s | CPU ms a user | to the ERP | peak MB |")
    _say("|---|---|---|---|---|---|---|")
    for one in (first, *quiet):
        _say(one.line(options.users))
    if options.profile:
        profile.print_stats("tottime")


def _rounds(company: CompanyRounds, name: str) -> Measured:
    begin, cpu = time.monotonic(), time.process_time()
    done = list(company.all((), time.sleep, 60.0))
    failed = [one.reason for one in done if one.result != "ok"]
    if failed:
        raise SystemExit(f"{len(failed)} rounds failed: {failed[0]}")
    return Measured(
        name,
        time.monotonic() - begin,
        time.process_time() - cpu,
        sum(one.requests for one in done),
        sum(one.to_erp.created + one.to_erp.changed + one.to_erp.deleted for one in done),
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


@contextmanager
def _double(users: int, events: int) -> Iterator[dict[str, str]]:
    words = ["--serve", "--users", str(users), "--events", str(events)]
    with subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-m", "bench.calendar", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise SystemExit("the double has no pipes")
        yield json.loads(process.stdout.readline())
        process.stdin.close()


@contextmanager
def _database(kind: str) -> Iterator[str | None]:
    if kind == "sqlite":
        yield None
        return
    server = PostgreSQL()
    server.start()
    try:
        with server.database() as url:
            yield url
    finally:
        server.remove()


def _deployment(
    folder: Path, graph: dict[str, str], users: int, database: str | None
) -> Deployment:
    people = [
        {"login": f"user{n}", "name": f"User {n}", "email": _address(n)} for n in range(users)
    ]
    company = Company.model_validate({"activity_types": ["E-mail", "Meeting"], "users": people})
    keys = {
        "calendar": "true",
        "graphUrl": graph["url"],
        "caFile": graph["ca_file"],
        "timeZone": "Europe/Prague",
    }
    deployment = Deployment(folder, "", database, keys=keys, company=company)
    web = {
        "client_id": graph["client_id"],
        "client_secret": graph["client_secret"],
        "tenant_id": "tenant",
        "token_uri": f"{graph['authority']}/oauth2/v2.0/token",
    }
    file = folder / "erp" / "Config" / "MicrosoftOAuth.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({"web": web}), "utf-8")
    return deployment


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
