"""The containers for real: `make test-containers`. Needs a Docker daemon and Compose v2.

Builds the image, starts docker-compose.yml with a PostgreSQL beside it, drops mail, kills a
process, stops everything, and removes what it made. DATABASE_IMAGE names the database's image.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (
    *("docker", "compose", "-p", "crmservice-test"),
    *("-f", "docker-compose.yml", "-f", "override.yml"),
)
COPIED = (
    "docker-compose.yml",
    ".env.example",
    "deploy/compose/prepare",
    "deploy/compose/rabbitmq.conf",
    "deploy/compose/rabbitmq-definitions.json",
)
OVERRIDE = f"""
services:
  postgres:
    image: {os.environ.get("DATABASE_IMAGE", "postgres:17")}
    environment: {{POSTGRES_HOST_AUTH_METHOD: trust}}
    networks: [database]
    healthcheck:
      test: [CMD-SHELL, "$$(ls /usr/lib/postgresql/*/bin/pg_isready) -U postgres -h 127.0.0.1"]
      interval: 1s
      retries: 60
  migrate:
    build: {ROOT}
    depends_on:
      postgres:
        condition: service_healthy
"""
BOX = """<configuration><appSettings>
<add key="rootPath" value="/erp"/><add key="emlDir" value="/eml"/>
<add key="pop3Email" value="crm@firma.example"/>
</appSettings></configuration>"""
MAIL = (
    "From: a@b.example\nTo: crm@firma.example\nSubject: Hello\nMessage-ID: <{0}@b.example>\n\n{0}\n"
)
DROP = "cat > /eml/.new && mv /eml/.new /eml/{}.eml"
# The first process is Docker's init; what it started is ours, and its end is the container's.
DIE = "for p in /proc/[0-9]*; do grep -q ^crmservice $p/comm && kill -9 ${p#/proc/}; done"
USERS = {"fetcher", "classifier", "writer", "calendar", "operator"}
PUBLISH = """python - <<'END'
import pika
from pathlib import Path
url = Path("/run/secrets/rabbitmq_url").read_text().strip()
channel = pika.BlockingConnection(pika.URLParameters(url)).channel()
channel.confirm_delivery()
channel.basic_publish("{}", "", b"")
END"""
CONFINED = "! touch /x 2>/dev/null && [ $(id -u) = 10001 ] && grep -q 'CapEff:.0*$' /proc/1/status"


@dataclass(frozen=True, slots=True)
class Compose:
    """Docker Compose on the copy of the project in `folder`."""

    folder: Path

    def __call__(self, *words: str) -> str:
        """What a command prints.

        Raises:
            CalledProcessError: It failed.
        """
        command = (*COMMAND, *words)
        done = subprocess.run(command, cwd=self.folder, check=True, stdout=subprocess.PIPE)
        return done.stdout.decode().strip()

    def succeeds(self, service: str, script: str, given: str = "") -> bool:
        """Whether a shell script ends with 0 in a container of `service`."""
        command = (*COMMAND, "exec", "-T", service, "sh", "-c", script)
        done = subprocess.run(command, cwd=self.folder, input=given.encode(), check=False)
        return done.returncode == 0

    def recorded(self) -> int:
        """How many mails the journal has."""
        told = self("exec", "-T", "writer", "crmservice", "list", "journal", "--json")
        return len(told.splitlines())

    def restarts(self, service: str) -> int:
        """How often running containers of `service` have been started again, all together."""
        ids = self("ps", "--quiet", "--status", "running", service).split()
        command = ("docker", "inspect", "--format", "{{.RestartCount}}", *ids)
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
        return sum(map(int, done.stdout.split()))


def main() -> int:
    """Run the trial; gives 1 where something is not as promised."""
    with tempfile.TemporaryDirectory(prefix="crmservice-") as folder:
        compose = Compose(Path(folder))
        prepare(compose.folder)
        try:
            compose("up", "--build", "--wait", "--scale", "classifier=2")
            return 0 if all(list(trial(compose))) else 1
        finally:
            compose("down", "--volumes")


def prepare(folder: Path) -> None:
    """What a new installation has, with a box that reads the volume `eml`."""
    for name in COPIED:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((ROOT / name).read_bytes())
    subprocess.run(("/bin/sh", "deploy/compose/prepare"), cwd=folder, check=False)
    (folder / "override.yml").write_text(OVERRIDE, "utf-8")
    (folder / "config" / "box.xml").write_text(BOX, "utf-8")
    url = "postgresql+psycopg://postgres@postgres/postgres"
    (folder / "secrets" / "database_url").write_text(url, "utf-8")
    (folder / "erp").mkdir()
    (folder / ".env").write_text("ERP_DIR=./erp\nCRMSERVICE_INSECURE=postgres\n", "utf-8")


def trial(compose: Compose) -> Iterator[bool]:
    """Use, harm and stop the services; gives whether each thing is as promised."""
    for service in ("fetcher", "classifier", "writer"):
        confined = compose.succeeds(service, CONFINED)
        yield tell(f"{service} is a plain user without capabilities on a read-only disk", confined)
    users = compose("exec", "-T", "rabbitmq", "rabbitmqctl", "-q", "list_users").splitlines()[1:]
    yield tell("every broker user belongs to a service", {one.split()[0] for one in users} == USERS)
    may = compose.succeeds("fetcher", PUBLISH.format("crmservice.nobody"))
    may_command = compose.succeeds("fetcher", PUBLISH.format("writer.commands"))
    yield tell("the fetcher may not command the writer", may and not may_command)
    yield tell(
        "the classifier cannot write data", not compose.succeeds("classifier", "touch /data/x")
    )
    compose.succeeds("fetcher", DROP.format(1), MAIL.format(1))
    yield tell("a mail is recorded", soon(lambda: compose.recorded() == 1))
    compose.succeeds("classifier", DIE)
    compose.succeeds("fetcher", DROP.format(2), MAIL.format(2))
    yield tell("after a kill, the next mail is, too", soon(lambda: compose.recorded() == 2))
    yield tell("the killed one came back", soon(lambda: compose.restarts("classifier") == 1))
    began = time.monotonic()
    compose("stop")
    yield tell("all stop within the grace period", time.monotonic() - began < 40)
    codes = compose("ps", "--all", "--format", "{{.Service}} {{.ExitCode}}").splitlines()
    yield tell(f"all ended with 0: {', '.join(codes)}", all(one.endswith(" 0") for one in codes))


def soon(holds: Callable[[], bool]) -> bool:
    """Whether it comes true within a minute."""
    until = time.monotonic() + 60
    while not (true := holds()) and time.monotonic() < until:
        time.sleep(0.5)
    return true


def tell(what: str, good: object) -> bool:
    """Print a line."""
    sys.stdout.write(f"{'ok  ' if good else 'FAIL'} {what}\n")
    return bool(good)


if __name__ == "__main__":
    sys.exit(main())
