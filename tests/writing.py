"""Builders for the writer: classified mails with commands, and a writer on any database."""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Engine

from services.writer.attachments import AttachmentStore
from services.writer.legacy_log import LegacyLog
from services.writer.stage import WriterStage
from shared.backup.store import BackupStore
from shared.contracts.commands import (
    AnyCommand,
    CountSoftBounce,
    CreateActivity,
    CreateTask,
    MarkForbidden,
    UpsertInvitation,
)
from shared.contracts.content import MailContent
from shared.contracts.events import Invited
from shared.contracts.messages import MailClassified
from shared.contracts.references import (
    ActivityTypeRef,
    ContactRef,
    RecordRef,
    RelationshipRef,
    UserRef,
)
from shared.netgenium.schema.tables import ErpTables
from tests.messages import A_KEY

CAME = datetime(2026, 11, 6, 9, 0, tzinfo=UTC)
JAN = UserRef(id=1, email="jan.novak@firma.cz")
EVA = UserRef(id=2, email="eva.mala@firma.cz")
PETR = ContactRef(id=1, email="petr@acme.example")
ACME = RelationshipRef(id=1, name="ACME s.r.o.")
E_MAIL = ActivityTypeRef(id=1, name="E-mail")

_SPACE = UUID(int=3)


def an_id(name: str) -> UUID:
    """The same name has the same id; a name may be anything."""
    return uuid5(_SPACE, ascii(name))


def a_classified(name: str, *commands: AnyCommand, **changes: Any) -> MailClassified:
    """A classified mail; its name makes its id, its key and its subject."""
    fields: dict[str, Any] = {
        "mail_id": an_id(name),
        "box": "crm",
        "source": f"emlDir:{name}",
        "received_at": CAME,
        "content_sha256": "c" * 64,
        "backup_key": A_KEY,
        "key": _key(name),
        "body_sha256": "b" * 64,
        "subject": name,
        "sender": PETR.email,
        "message_id": f"<{name}@acme.example>",
        "verdict": ("PROCESSED",),
        "direction": "incoming",
        "trace": (),
        "commands": commands,
        "content": a_content(name),
    }
    return MailClassified.model_validate(fields | changes)


def _key(name: str) -> str:
    return sha256(name.encode("utf-8", "replace")).hexdigest()


def a_content(subject: str, **changes: Any) -> MailContent:
    """What a mail says."""
    fields: dict[str, Any] = {
        "subject": subject,
        "text": "Hello",
        "html": "<p>Hello</p>",
        "sent_at": CAME,
        "sender": PETR.email,
        "to": (JAN.email,),
        "cc": (),
        "message_id": None,
    }
    return MailContent.model_validate(fields | changes)


def an_activity(name: str, user: UserRef = JAN, **more: Any) -> CreateActivity:
    """An activity of `user`."""
    return CreateActivity(
        command_id=an_id(f"{name} activity {user.id}"),
        responsible=user,
        type=E_MAIL,
        direction="incoming",
        completed=True,
        **more,
    )


def a_task(name: str, **more: Any) -> CreateTask:
    """A task, or a problem's state."""
    fields = {"subject": name, "solvers": (EVA,), "approver": JAN} | more
    return CreateTask(command_id=an_id(f"{name} task"), **fields)


def a_mark(name: str, address: str, **more: Any) -> MarkForbidden:
    """A mark; without contacts and relationships, of the address itself."""
    fields = {"mark": "broken"} | more
    return MarkForbidden(command_id=an_id(f"{name} mark {address}"), address=address, **fields)


def a_soft_bounce(name: str, address: str, day: int, **more: Any) -> CountSoftBounce:
    """A soft bounce of a day of November."""
    return CountSoftBounce(
        command_id=an_id(f"{name} bounce {address}"),
        address=address,
        bounced_on=date(2026, 11, day),
        **more,
    )


def an_invitation(
    name: str, uid: str, method: str, sequence: int, user: UserRef = JAN, **more: Any
) -> UpsertInvitation:
    """A state of an event that Petr organises."""
    fields: dict[str, Any] = {
        "recurrence_id": None,
        "stamp": CAME + timedelta(minutes=sequence),
        "start": f"2026-11-10T0{sequence}:00:00Z",
        "end": None,
        "all_day": False,
        "location": "",
        "summary": uid,
        "organizer": PETR.email,
        "attendees": (Invited(address=user.email, answer="ACCEPTED"),),
        "rule": None,
        "sender": user.email if method == "REPLY" else PETR.email,
        "trust": "proven",
    }
    return UpsertInvitation(
        command_id=an_id(f"{name} event {uid} {user.id}"),
        user=user,
        uid=uid,
        method=method,
        sequence=sequence,
        **(fields | more),
    )


def a_writer(
    engine: Engine, erp: ErpTables, folder: Path, pause: Callable[[float], None]
) -> WriterStage:
    """A writer; `pause` is told of each conflict instead of waiting."""
    store = AttachmentStore(BackupStore(folder), folder)
    return WriterStage(engine, erp, store, LegacyLog(folder / "log", UTC), lambda: CAME, pause)


def mails_of_all_kinds(chance: random.Random) -> Sequence[MailClassified]:
    """Mails that meet at the same few addresses, contacts, problems, events and keys."""
    return [
        *(_text(number) for number in range(12)),
        *(_new_task(number) for number in range(24)),
        *(_problem(number, state) for number in range(6) for state in range(3)),
        *(_bounce(number, chance) for number in range(32)),
        *(_opt_out(number) for number in range(12)),
        *(_soft(day, copy, chance) for day in (2, 3, 4) for copy in range(2)),
        *(_events(step, copy, chance) for step in range(4) for copy in range(4)),
        *(_duplicate(number) for number in range(8)),
        *(_another(number, copy) for number in range(4) for copy in range(3)),
        *(one for number in range(4) for one in _thread(number)),
    ]


def _text(number: int) -> MailClassified:
    name = f"text {number}"
    return a_classified(name, an_activity(name), an_activity(name, EVA))


def _duplicate(number: int) -> MailClassified:
    """Another copy of a text; every second one came to somebody else, too, by its envelope."""
    name, first = f"copy {number}", f"text {number // 2}"
    also = UserRef(id=3, email="gone@firma.cz")
    late = [an_activity(name, also, by_envelope=True)] if number % 2 else []
    commands = (an_activity(name), an_activity(name, EVA), *late)
    return a_classified(name, *commands, key=_key(first), subject=first, content=a_content(first))


def _another(number: int, copy: int) -> MailClassified:
    """A copy of another mail with the key of a text: its text is the same, nothing else (S-9)."""
    name, what = f"another {number} {copy}", f"another {number}"
    digests = {"body_sha256": _key(name), "text_sha256": _key(what)}
    key, content = _key(f"text {number}"), a_content(what)
    return a_classified(name, an_activity(name), key=key, content=content, **digests)


def _thread(number: int) -> Iterator[MailClassified]:
    """An answer, and behind it the mail that it answers, which has a contract."""
    first, answer = f"asked {number}", f"answered {number}"
    known = (f"<{first}@acme.example>",)
    to = {"recipients": (JAN.email,)}
    inheriting = an_activity(answer, answers_to=known)
    yield a_classified(answer, inheriting, refers_to=known, sender=PETR.email, **to)
    assigned = an_activity(first, contract=RecordRef(id=1, number="123"))
    yield a_classified(first, assigned, **to)


def _new_task(number: int) -> MailClassified:
    name = f"new {number}"
    task = a_task(name)
    return a_classified(name, task, an_activity(name, task_command=task.command_id))


def _problem(number: int, state: int) -> MailClassified:
    name = f"problem {number} {state}"
    content = a_content(name, sent_at=CAME + timedelta(minutes=state))
    status = ("new", "open", "done")[state]
    return a_classified(name, a_task(name, problem_id=str(number), status=status), content=content)


def _bounce(number: int, chance: random.Random) -> MailClassified:
    """Several failed recipients, in any order; people and companies have many addresses."""
    name = f"bounce {number}"
    known = (
        a_mark(name, f"petr{number}@acme.example", contacts=(PETR,)),
        a_mark(name, f"info{number}@acme.example", relationships=(ACME,)),
    )
    stranger = a_mark(name, f"stranger{chance.randrange(12)}@elsewhere.example")
    return a_classified(name, *chance.sample([known[number % 2], stranger], 2))


def _opt_out(number: int) -> MailClassified:
    name, address = f"opt-out {number}", f"stranger{number}@elsewhere.example"
    return a_classified(name, a_mark(name, address, mark="do_not_send"))


def _soft(day: int, copy: int, chance: random.Random) -> MailClassified:
    name = f"soft {day} {copy}"
    counted = [a_soft_bounce(name, f"full{one}@elsewhere.example", day) for one in range(4)]
    return a_classified(name, *chance.sample(counted, 4))


def _events(step: int, copy: int, chance: random.Random) -> MailClassified:
    """A step of some events' lives, in any order."""
    name = f"events {step} {copy}"
    method = ("REQUEST", "REQUEST", "CANCEL", "REPLY")[step]
    told = [
        an_invitation(name, f"meeting-{copy + number}", method, step, user)
        for number in range(3)
        for user in (JAN, EVA)
    ]
    return a_classified(name, *chance.sample(told, 6))
