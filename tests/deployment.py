"""A deployment of real services in processes of their own: broker, database and box are given."""

import json
import os
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.answers.records import list_records
from services.assembly.composition import Erp, open_erp
from services.operator.setup.company import fill_company
from services.operator.setup.company_entries import Company
from shared.netgenium.own.migration import migrate
from shared.netgenium.schema.reference_schema import create_reference_schema
from shared.settings.environment import Environment
from tests.databases import all_tables
from tests.faults import dying
from tests.installation import COMPANY
from tests.program import Program, call
from tests.servers.processes import HOST, free_port, wait_until
from tests.servers.sqlite import sqlite_file


@dataclass(eq=False)
class Service:
    """One process of a service.

    Attributes:
        name: `fetcher`, `classifier` or `writer`.
        port: Of its metrics and health.
    """

    name: str
    process: Program
    port: int
    log: Path

    def get(self, page: str) -> tuple[int, bytes]:
        """Status and body of a page; 0 while nothing listens."""
        try:
            with urllib.request.urlopen(f"http://{HOST}:{self.port}/{page}", timeout=5) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()
        except OSError:
            return 0, b""

    @property
    def ready(self) -> bool:
        """Whether it says that it is ready."""
        return self.get("ready")[0] == 200

    def wait_ready(self, seconds: float = 30) -> None:
        """Wait until it is ready; the test fails with its log if it is not."""

        def ready() -> bool:
            assert self.process.poll() is None, self.log.read_text("utf-8")
            return self.ready

        wait_until(ready, f"{self.name} to be ready", seconds)

    def end(self, with_signal: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, wait for its end, give its exit code."""
        self.process.send_signal(with_signal)
        return self.process.wait(30)

    def send(self, which: signal.Signals) -> None:
        """Send a signal and go on."""
        self.process.send_signal(which)


@dataclass
class Deployment:
    """One ERP, one broker, some boxes, and the services that are started.

    Attributes:
        folder: Where everything is kept.
        rabbitmq_url: The broker.
        database_url: The ERP; None: an SQLite file.
        keys: Keys of the box's file beside the usual ones.
        more_boxes: Files of further boxes.
    """

    folder: Path
    rabbitmq_url: str
    database_url: str | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    company: Company = COMPANY
    services: list[Service] = field(default_factory=list)
    more_boxes: Sequence[Path] = ()

    def __post_init__(self) -> None:
        """Make folders, the box's file and the ERP."""
        for folder in (self.eml, self.folder / "erp", self.data):
            folder.mkdir(parents=True, exist_ok=True)
        self.write_box("crm", {"emlDir": str(self.eml), "emlSettleSeconds": "0", **self.keys})
        file = self.data / "netgenium.db"
        if not self.database_url and not file.exists():
            sqlite_file(file, all_tables)
        erp = open_erp(Environment.from_environ(self.environment), makes=True)
        create_reference_schema(erp.engine, erp.tables)
        migrate(erp.engine)
        fill_company(erp.engine, erp.tables, self.company)
        erp.engine.dispose()

    @property
    def eml(self) -> Path:
        """The emlDir of the box."""
        return self.folder / "eml"

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    @property
    def config(self) -> Path:
        """The box's file."""
        return self.folder / "crm.xml"

    @property
    def environment(self) -> dict[str, str]:
        """What every service gets: nothing of the caller's own settings."""
        database = {"NETGENIUM_DATABASE_URL": self.database_url} if self.database_url else {}
        return {
            "PATH": os.environ["PATH"],
            # Where a copy of the project is tested, its services are the copy's.
            **({"PYTHONPATH": os.environ["PYTHONPATH"]} if "PYTHONPATH" in os.environ else {}),
            "LANG": "C.UTF-8",
            "CRMSERVICE_DATA": str(self.data),
            **({"RABBITMQ_URL": self.rabbitmq_url} if self.rabbitmq_url else {}),
            "CRMSERVICE_LOG_FORMAT": "json",
            **database,
        }

    def write_box(self, name: str, keys: Mapping[str, str]) -> Path:
        """Write the file of a box."""
        usual = {"rootPath": str(self.folder / "erp"), "pop3Email": f"{name}@firma.cz"}
        lines = [
            f'<add key="{key}" value="{value}" />' for key, value in (usual | dict(keys)).items()
        ]
        path = self.folder / f"{name}.xml"
        inner = "\n".join(lines)
        path.write_text(
            f"<configuration>\n<appSettings>\n{inner}\n</appSettings>\n</configuration>\n", "utf-8"
        )
        return path

    def erp(self) -> Erp:
        """The database, from the test's own process."""
        return open_erp(Environment.from_environ(self.environment))

    def start(self, name: str, *, ready: bool = True, dies_at: str = "") -> Service:
        """Start a service; `dies_at` is a point of `tests.faults.dying`."""
        port = free_port()
        log = self.folder / f"{name}-{port}.log"
        environment = {**self.environment, "METRICS_PORT": str(port)}
        configs = [word for path in (self.config, *self.more_boxes) for word in ("-c", str(path))]
        process = Program(
            [dies_at, name, *configs] if dies_at else [name, *configs],
            folder=Path.cwd(),
            environment=environment,
            output=(log, log),
            main=dying.run if dies_at else None,
        )
        service = Service(name, process, port, log)
        self.services.append(service)
        if ready:
            service.wait_ready()
        return service

    def start_all(self, **count: int) -> list[Service]:
        """Start one process of each service, or as many as `count` says, and wait until ready."""
        names = ("fetcher", "classifier", "writer")
        services = [
            self.start(name, ready=False) for name in names for _ in range(count.get(name, 1))
        ]
        for service in services:
            service.wait_ready()
        return services

    def call(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Call the command line."""
        return call(arguments, folder=Path.cwd(), environment={**self.environment, **more})

    def drop(self, name: str, raw: bytes) -> None:
        """Put a mail into emlDir."""
        half = self.eml / f"{name}.half"
        half.write_bytes(raw)
        half.rename(self.eml / name)

    def list(self, table: str) -> Sequence[Mapping[str, Any]]:
        """Records of the database."""
        erp = self.erp()
        try:
            return list(list_records(erp, table))[::-1]
        finally:
            erp.engine.dispose()

    def status(self) -> dict[str, Any]:
        """What `crmservice status` tells."""
        called = self.call("status", "--config", str(self.config), "--json")
        told: dict[str, Any] = json.loads(called.stdout)
        return told

    def close(self) -> None:
        """End every service that still runs."""
        for service in self.services:
            if service.process.poll() is None:
                service.send(signal.SIGCONT)
                service.end(signal.SIGKILL)
