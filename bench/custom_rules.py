"""What rules of one's own cost a mail, and what `rules try` costs over many backups.

python -m bench.custom_rules              # fifty rules and none, over the plain set
python -m bench.custom_rules --backups 100000
"""

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from bench.mails import a_company, a_mail, mails
from services.answers.trial_run import TrialCount, TrialPlan
from services.assembly.classifying import look_up_in
from services.assembly.composition import Erp, open_erp
from services.assembly.live_contexts import context_of
from services.classifier.decide import decide
from services.classifier.facts.facts import BoxContext
from services.classifier.parse.mail import parse_mail
from services.classifier.reading.extract import Arrival, extract
from services.operator.progress import with_progress
from services.operator.setup.company import fill_company
from shared.log import configure_logging
from shared.netgenium.database.engine import write_transaction
from shared.netgenium.own.migration import migrate
from shared.netgenium.own.tables import journal_table
from shared.netgenium.schema.reference_schema import create_reference_schema
from shared.settings.box import Box
from shared.settings.environment import Environment

AT_ONCE = MANY = 50
A_DAY = 1000
FIRST = datetime(2026, 8, 1, 12, tzinfo=UTC)

WHEN = (
    "{{ field = 'subject', op = 'contains', value = 'number {n}' }}",
    "{{ field = 'from', op = 'ends', value = '@company{n}.cz' }}",
    r"{{ field = 'body', op = 'matches', value = '^(host|server) ?{n}: (\S+)' }}",
    "{{ field = 'header:X-System-{n}', op = 'exists' }}",
    r"{{ field = 'own_text', op = 'matches', value = '\b(urgent|spěchá) {n}\b' }}",
)
"""What rules ask, in turn; the last, whose own words a text is, costs more than all others."""


def rules(count: int, kinds: int = len(WHEN)) -> str:
    """Return a file with so many rules, of which few hold, and the first `kinds` of `WHEN`."""
    return "".join(
        f"[[rule]]\nname = 'rule {n}'\nwhen = {WHEN[n % kinds].format(n=n)}\n"
        "actions = [ { do = 'task', find = '\\[#(\\d+)\\]' } ]\n"
        for n in range(count)
    )


def opened(folder: Path) -> Erp:
    """Return an ERP with the company of the other benchmarks."""
    erp = open_erp(environment(folder), makes=True)
    create_reference_schema(erp.engine, erp.tables)
    migrate(erp.engine)
    fill_company(erp.engine, erp.tables, a_company())
    return erp


def environment(folder: Path) -> Environment:
    """Return that of an installation whose database is a file in `folder`."""
    return Environment.from_environ({"CRMSERVICE_DATA": str(folder)})


def a_context(folder: Path, erp: Erp, text: str) -> BoxContext:
    """Return the context of a box with these rules."""
    file = folder / "rules.toml"
    file.write_text(text or "# none", "utf-8")
    box = Box(
        name="bench",
        email="crm@firma.cz",
        root_path=str(folder),
        time_zone=ZoneInfo("UTC"),
        eml_dir=folder,
        rules_file=file,
    )
    return context_of(box, erp)


def cost(folder: Path, count: int, turns: int) -> None:
    """Print milliseconds a mail for look-up and chain, with and without rules."""
    erp = opened(folder)
    look_up = look_up_in(erp)
    parsed = [parse_mail(raw, str(n)) for n, raw in enumerate(mails(count))]
    without, whole = rules(MANY, len(WHEN) - 1), rules(MANY)
    for name, text in (("none", ""), ("50 without own_text", without), ("50", whole)):
        context, best = a_context(folder, erp, text), float("inf")
        for _ in range(turns):
            # Extracted anew: a mail keeps its folded text.
            new = [extract(one, context, _arrival(n)) for n, one in enumerate(parsed)]
            begun = time.process_time()
            for some in (new[at : at + AT_ONCE] for at in range(0, count, AT_ONCE)):
                facts = look_up([(mail, context) for mail in some])
                for mail, known in zip(some, facts, strict=True):
                    decide(mail, known)
            best = min(best, time.process_time() - begun)
        print(f"{name:20} {best / count * 1000:.2f} ms CPU a mail for look-up and chain")


def _arrival(number: int) -> Arrival:
    return Arrival(UUID(int=number), FIRST, f"{number:064x}")


def trial(folder: Path, count: int, processes: int | None) -> None:
    """Print how long `rules try` takes over so many backups, and its memory on the way."""
    erp = opened(folder)
    for rows in backups(folder, count):
        with write_transaction(erp.engine) as connection:
            connection.execute(insert(journal_table), list(rows))
    context, counted = a_context(folder, erp, rules(MANY)), TrialCount()
    begun, before = time.monotonic(), time.process_time()
    plan = TrialPlan(environment(folder), context.box, context.rules, FIRST)
    steps = max(count // 10, 1)
    for _ in with_progress(plan.run(counted, processes), counted):
        if counted.looked_at % steps == 0:
            spent = time.monotonic() - begun
            print(f"{counted.looked_at:7} mails: {spent:6.0f} s, {peaks()}", flush=True)
    helpers = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = time.process_time() - before + helpers.ru_utime + helpers.ru_stime
    print(f"{cpu / count * 1000:.1f} ms CPU a mail in all processes; {peaks()}")


def peaks() -> str:
    """Return the largest resident sets so far; a helper's is known once it has ended."""
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    own, helper = (resource.getrusage(one).ru_maxrss // 1024 for one in whose)
    return f"peak {own} MB, of a helper {helper} MB"


def backups(folder: Path, count: int) -> Iterator[Sequence[dict[str, object]]]:
    """Write backups, day by day; yield the rows of the journal that belong to them."""
    chance = random.Random(7)
    for day, first in enumerate(range(0, count, A_DAY)):
        at = FIRST + timedelta(days=day)
        place = folder / "POP3Downloads" / at.date().isoformat()
        place.mkdir(parents=True)
        yield [_backup(place, n, at, chance) for n in range(first, min(first + A_DAY, count))]


def _backup(place: Path, number: int, at: datetime, chance: random.Random) -> dict[str, object]:
    own, raw = UUID(int=(number << 64) + 12), a_mail("plain", number, chance)
    (place / f"{own}.eml").write_bytes(raw)
    texts = ("source", "identification_key", "subject", "body_sha256")
    return dict.fromkeys(texts, f"{number:064x}") | {
        "mail_id": own,
        "box": "bench",
        "received_at": at,
        "verdict": "PROCESSED",
        "trace": "[]",
        "commands": "[]",
        "content_sha256": sha256(raw).hexdigest(),
        "backup_key": f"POP3Downloads/{place.name}/{own}.eml",
        "differs": False,
        "recorded_at": at,
    }


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=1000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--backups", type=int, default=0, help="try the rules on so many instead")
    parser.add_argument("--processes", type=int, help="for --backups; as many as pay")
    arguments = parser.parse_args()
    configure_logging("warning")
    with tempfile.TemporaryDirectory() as folder:
        if arguments.backups:
            trial(Path(folder), arguments.backups, arguments.processes)
        else:
            cost(Path(folder), arguments.mails, arguments.turns)


if __name__ == "__main__":
    main()
