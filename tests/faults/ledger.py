"""The ledger: mails go into a real mailbox while a nemesis breaks things; then each is accounted.

`python -m tests.faults.ledger --seconds 180` runs all combinations and writes the report
`docs/ledger.md` (`make test-faults`); `test_ledger.py` runs a short one.
"""

import argparse
import random
import select
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from services.assembly.secret import make_secret
from tests.builders import raw_mail
from tests.deployment import Deployment, Service
from tests.faults.ledger_post import KEYS, UNKNOWN, LedgerPost, a_ledger_post, make_due, states
from tests.servers.dovecot import Dovecot, MailBoxAccount
from tests.servers.postgresql import PostgreSQL
from tests.servers.processes import wait_until
from tests.servers.proxy import Proxy, proxied
from tests.servers.rabbitmq import RabbitMQ

REPORT = Path("docs/ledger.md")
MAILS_A_SECOND = 4.0
HEALING_SECONDS = 180.0
_BROKEN_SECONDS = (0.5, 4.0)
_BETWEEN_SECONDS = (0.5, 3.0)

Act = Callable[["World"], None]


@dataclass
class World:
    """A deployment whose servers stand behind proxies, so that the network can fail, too."""

    deployment: Deployment
    account: MailBoxAccount
    rabbitmq: RabbitMQ
    postgresql: PostgreSQL
    dovecot: Dovecot
    wires: dict[str, Proxy]
    chance: random.Random
    post: LedgerPost
    names: Sequence[str] = (
        *("fetcher",) * 2, *("classifier",) * 2, *("writer",) * 4, *("mailer",) * 2,
    )  # fmt: skip
    services: list[Service] = field(default_factory=list)

    def start_services(self) -> None:
        """Start every service that does not run: what a restart policy does."""
        for number, name in enumerate(self.names):
            if len(self.services) <= number:
                self.services.append(self.deployment.start(name, ready=False))
            elif self.services[number].process.poll() is not None:
                self.services[number] = self.deployment.start(name, ready=False)

    def heal(self) -> None:
        """Everything runs and every wire is whole."""
        for service in self.services:
            if service.process.poll() is None:
                service.send(signal.SIGCONT)
        self.heal_servers()
        self.start_services()

    def heal_servers(self) -> None:
        """Every server runs and answers, and every wire is whole."""
        self.rabbitmq.thaw()
        self.post.lose_after_data = 0
        for server in (self.rabbitmq, self.postgresql, self.dovecot):
            server.start()
        for wire in self.wires.values():
            wire.resume()

    def broken_for(self) -> float:
        """How long something stays broken."""
        return self.chance.uniform(*_BROKEN_SECONDS)

    def rest(self, seconds: float) -> None:
        """Let so much time pass; services that died are started again meanwhile."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.start_services()
            select.select([], [], [], min(0.2, max(0.0, end - time.monotonic())))


def kill_a_service(world: World) -> None:
    """SIGKILL: no chance to tidy up (F-1 to F-11)."""
    world.chance.choice(world.services).end(signal.SIGKILL)


def stop_a_service(world: World) -> None:
    """SIGTERM: it finishes or gives back what is in hand (F-14)."""
    world.chance.choice(world.services).send(signal.SIGTERM)


def freeze_a_service(world: World) -> None:
    """It does nothing for a while and then goes on as if nothing had been (F-22)."""
    service = world.chance.choice(world.services)
    if service.process.poll() is None:
        service.send(signal.SIGSTOP)
        world.rest(world.broken_for())
        service.send(signal.SIGCONT)


def kill_the_broker(world: World) -> None:
    """SIGKILL and start (F-20, F-21)."""
    world.rabbitmq.kill()
    world.rest(world.broken_for())
    world.rabbitmq.start()


def freeze_the_broker(world: World) -> None:
    """It answers nothing for a while (F-22)."""
    world.rabbitmq.freeze()
    world.rest(world.broken_for())
    world.rabbitmq.thaw()


def block_the_broker(world: World) -> None:
    """A memory alarm: publishers have to wait (F-23)."""
    world.rabbitmq.control("set_vm_memory_high_watermark", "absolute", "1MB")
    world.rest(world.broken_for())
    world.rabbitmq.control("set_vm_memory_high_watermark", "0.6")


def kill_the_database(world: World) -> None:
    """Cut in mid-transaction (F-40, F-44)."""
    world.postgresql.kill()
    world.rest(world.broken_for())
    world.postgresql.start()


def kill_the_mail_server(world: World) -> None:
    """The mailbox goes away in mid-command (F-50)."""
    world.dovecot.kill()
    world.rest(world.broken_for())
    world.dovecot.start()


def lose_an_answer(world: World) -> None:
    """The mail server takes a mail, and the connection is lost before it says so."""
    world.post.lose_after_data = 1


def cut_a_wire(world: World) -> None:
    """Every connection to one server is cut."""
    world.wires[world.chance.choice(sorted(world.wires))].cut()


def hold_a_wire(world: World) -> None:
    """Nothing passes for a while, and nobody is told."""
    wire = world.wires[world.chance.choice(sorted(world.wires))]
    wire.pause()
    world.rest(world.broken_for())
    wire.resume()


EVERYTHING: tuple[Act, ...] = (
    kill_a_service,
    stop_a_service,
    freeze_a_service,
    kill_the_broker,
    freeze_the_broker,
    block_the_broker,
    kill_the_database,
    kill_the_mail_server,
    lose_an_answer,
    cut_a_wire,
    hold_a_wire,
)
COMBINATIONS: tuple[tuple[Act, ...], ...] = (
    *((act,) for act in EVERYTHING),
    (kill_a_service, kill_the_broker),
    (kill_a_service, kill_the_database, cut_a_wire),
    (stop_a_service, hold_a_wire, kill_the_mail_server),
    EVERYTHING,
)


@dataclass(frozen=True)
class Account:
    """What became of the mails.

    Attributes:
        sent: How many went into the mailbox.
        lost: Of which there is neither a journal row nor a dead letter.
        doubled: With more than one journal row, or other than one activity for each user; and
            numbers of tasks that were given twice.
        unsent: Mails for the support that did not leave, or left under two names.
        sent_again: Those that left again although the mailer had heard that they were taken.
        dead: Dead letters, by reason.
        left: Messages in queues, mails in the box.
        acts: What the nemesis did, how often.
        seconds: Until everything was through after the last fault.
    """

    sent: int
    lost: Sequence[str]
    doubled: Sequence[str]
    unsent: Sequence[str]
    sent_again: Sequence[str]
    dead: Counter[str]
    left: int
    acts: Counter[str]
    seconds: float

    @property
    def good(self) -> bool:
        """Lost 0, doubled 0, nothing left, no dead letter; the same for outgoing mail."""
        mail = self.unsent or self.sent_again
        return not (self.lost or self.doubled or mail or self.dead or self.left)


def run(world: World, acts: Sequence[Act], seconds: float) -> Account:
    """Send mails for `seconds` while the nemesis does `acts`; then heal, wait, and account."""
    sent: list[str] = []
    done: Counter[str] = Counter()
    world.start_services()
    end = time.monotonic() + seconds
    begin = time.monotonic()
    while time.monotonic() < end:
        _send(world, sent, int((time.monotonic() - begin) * MAILS_A_SECOND) + 1)
        world.rest(world.chance.uniform(*_BETWEEN_SECONDS))
        act = world.chance.choice(acts)
        act(world)
        done[act.__name__] += 1
    world.heal()
    healed = time.monotonic()
    _send(world, sent, len(sent) + 1)
    wait_until(lambda: _through(world, len(sent)), "every mail to be through", HEALING_SECONDS)
    _send_the_rest(world)
    took = time.monotonic() - healed
    return _account(world, sent, done, took)


def _send_the_rest(world: World) -> None:
    """Have mailers that are new send what others had in hand when they died."""
    for service in world.services:
        if service.name == "mailer":
            service.send(signal.SIGTERM)
            service.process.wait(HEALING_SECONDS)
    erp = world.deployment.erp()
    try:
        make_due(erp.engine)
        world.start_services()
        wait_until(lambda: states(erp.engine) <= {"sent"}, "mail to be sent", HEALING_SECONDS)
    finally:
        erp.engine.dispose()


def _send(world: World, sent: list[str], until: int) -> None:
    while len(sent) < until:
        number = len(sent)
        asks = _asks_for_a_task(number)
        subject = f"New task: Ledger {number}" if asks else f"Ledger {number}"
        subject += f" {UNKNOWN}" * _is_for_people(number)
        world.dovecot.deliver(world.account, raw_mail(
            sender="jan.novak@firma.cz" if asks else "petr@acme.example",
            to=", ".join(_recipients(number)),
            subject=subject,
            more=f"Message-ID: <ledger-{number}@acme.example>\n",
        ))  # fmt: skip
        sent.append(subject)


def _asks_for_a_task(number: int) -> bool:
    return number % 5 == 1


def _is_for_people(number: int) -> bool:
    return number % 5 in {2, 4}


def _recipients(number: int) -> Sequence[str]:
    if _asks_for_a_task(number):
        return ("eva.mala@firma.cz",)
    both = ("jan.novak@firma.cz", "eva.mala@firma.cz")
    return both if number % 3 == 0 else both[:1]


def _through(world: World, mails: int) -> bool:
    world.start_services()
    if world.dovecot.messages(world.account):
        return False
    if len(world.deployment.list("journal")) < mails:
        return False
    return _left(world) == 0


def _left(world: World) -> int:
    queues = world.deployment.status()["queues"]
    if isinstance(queues, dict):
        return -1
    waiting = sum(int(row["waiting"]) + int(row["resting"]) for row in queues)
    return waiting + world.dovecot.messages(world.account)


def _account(world: World, sent: Sequence[str], acts: Counter[str], took: float) -> Account:
    journal = Counter(row["subject"] for row in world.deployment.list("journal"))
    activities = Counter(row["subject"] for row in world.deployment.list("activities"))
    wanted = {subject: len(_recipients(number)) for number, subject in enumerate(sent)}
    tasks = [row for row in world.deployment.list("tasks") if row["mail_id"]]
    numbers = Counter(row["number"] for row in tasks)
    names = world.post.names()
    asked = sum(map(_asks_for_a_task, range(len(sent))))
    broker_messages = world.deployment.call("dead-letters", "list", "--json").stdout.splitlines()
    return Account(
        sent=len(sent),
        lost=[subject for subject in sent if not journal[subject]],
        doubled=[
            subject
            for subject in sent
            if journal[subject] > 1 or (journal[subject] and activities[subject] != wanted[subject])
        ]
        + [f"task {number}" for number, count in numbers.items() if count > 1]
        + [f"{len(tasks)} tasks for {asked} mails"] * (len(tasks) != asked),
        unsent=[
            subject
            for number, subject in enumerate(sent)
            if len(names.get(number, ())) != _is_for_people(number)
        ],
        sent_again=world.post.sent_again(),
        dead=Counter(broker_messages),
        left=_left(world),
        acts=acts,
        seconds=took,
    )


@contextmanager
def a_world(
    folder: Path, rabbitmq: RabbitMQ, postgresql: PostgreSQL, dovecot: Dovecot, seed: int
) -> Iterator[World]:
    """A deployment on real servers, all of them behind proxies."""
    with ExitStack() as stack:
        database = stack.enter_context(postgresql.database())
        broker = stack.enter_context(rabbitmq.vhost())
        wires = {
            "broker": stack.enter_context(proxied(rabbitmq.port)),
            "database": stack.enter_context(proxied(postgresql.port)),
            "mailbox": stack.enter_context(proxied(dovecot.imaps_port)),
        }
        post, port = stack.enter_context(a_ledger_post())
        wires["post"] = stack.enter_context(proxied(port))
        account = dovecot.add_box(f"ledger{seed}-{folder.name}", "pw")
        deployment = Deployment(
            folder,
            broker.replace(f":{rabbitmq.port}/", f":{wires['broker'].port}/"),
            database.replace(f":{postgresql.port}/", f":{wires['database'].port}/"),
            {
                "imapUrl": f"localhost:{wires['mailbox'].port}",
                "pop3Name": account.name,
                "pop3Password": account.password,
                "caFile": str(dovecot.ca_file),
                "smtpServer": f"localhost:{wires['post'].port}",
                **KEYS,
            },
        )
        make_secret(deployment.data)
        chance = random.Random(seed)  # noqa: S311 - no secret hangs on it
        world = World(deployment, account, rabbitmq, postgresql, dovecot, wires, chance, post)
        try:
            yield world
        finally:
            deployment.close()
            world.heal_servers()


def main() -> int:
    """Run every combination, write the report; 1 if any mail was lost or doubled."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=180.0)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--only", type=int, nargs="*", help="numbers of combinations")
    given = arguments.parse_args()
    rows, good = [], True
    with _servers() as (rabbitmq, postgresql, dovecot):
        for number, acts in enumerate(COMBINATIONS, start=1):
            if given.only and number not in given.only:
                continue
            with tempfile.TemporaryDirectory() as folder:
                place = Path(folder)
                with a_world(place, rabbitmq, postgresql, dovecot, given.seed + number) as world:
                    account = run(world, acts, given.seconds)
            good = good and account.good
            rows.append(_row(number, account))
            sys.stdout.write(rows[-1] + "\n")
            sys.stdout.flush()
    if not given.only:
        REPORT.write_text(_page(rows, given.seconds, given.seed), "utf-8")
    return 0 if good else 1


def _row(number: int, account: Account) -> str:
    acts = ", ".join(
        f"{name.replace('_', ' ')} {count}" for name, count in sorted(account.acts.items())
    )
    cells = [number, acts, account.sent, len(account.lost), len(account.doubled)]
    cells += [len(account.unsent), len(account.sent_again)]
    cells += [account.dead.total(), account.left, f"{account.seconds:.0f} s"]
    return f"| {' | '.join(map(str, cells))} |"


def _page(rows: Sequence[str], seconds: float, seed: int) -> str:
    head = (
        "# The ledger\n\n"
        f"What `make test-faults` wrote on {datetime.now(UTC):%Y-%m-%d}: {len(rows)} runs of "
        f"{seconds:.0f} s with seed {seed}. Mails go into a Dovecot mailbox, some to two users; "
        "two fetchers, two classifiers and four writers take them through RabbitMQ to PostgreSQL, "
        "all behind proxies, while a nemesis does what the second column says, as often as it "
        "says. Afterwards everything is healed and every mail is accounted: *lost* has no journal "
        "row, *doubled* has two, or not exactly one activity for each user. Every fifth mail asks "
        "for a task, which must be there once, with a number of its own. Two of five have the "
        "number of no task, so two mailers forward them to people: *not sent* has not left, or "
        "under two names; *sent again* came again although the mailer had heard that it was "
        "taken.\n\n"
        "| run | faults | mails | lost | doubled | not sent | sent again | dead letters | left in "
        "queues and box | through after the last fault |\n" + "|---" * 10 + "|\n"
    )
    return head + "\n".join(rows) + "\n"


@contextmanager
def _servers() -> Iterator[tuple[RabbitMQ, PostgreSQL, Dovecot]]:
    rabbitmq, postgresql, dovecot = RabbitMQ(), PostgreSQL(), Dovecot()
    servers = (rabbitmq, postgresql, dovecot)
    try:
        for server in servers:
            server.start()
        yield rabbitmq, postgresql, dovecot
    finally:
        for server in servers:
            server.remove()


if __name__ == "__main__":
    sys.exit(main())
