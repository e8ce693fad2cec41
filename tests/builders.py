"""Builders: a mail, the facts about it, and the decision of the real chain, in one line each."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from services.classifier.chain import SoFar
from services.classifier.decide import decide as decide_
from services.classifier.facts.facts import BoxContext, Facts
from services.classifier.parse.mail import parse_mail
from services.classifier.policy import policy_of
from services.classifier.reading.extract import Arrival, extract
from services.classifier.reading.mail import Mail
from shared.contracts.commands import ApplyEvent, CreateActivity, CreateTask, UpsertInvitation
from shared.contracts.references import (
    ActivityTypeRef,
    ContactRef,
    RecordRef,
    RelationshipRef,
    RoleRef,
    UserRef,
)
from shared.domain.directory import AddressBookEntry, Directory, RecordMatch, Role, User
from shared.domain.earlier import Earlier
from shared.domain.folding import fold_line
from shared.domain.own_mail import OwnMail
from shared.domain.vocabulary import build_vocabulary
from shared.settings.box import Box
from tests.messages import A_KEY

BOX = "crm@firma.cz"
JAN = "jan.novak@firma.cz"
EVA = "eva.dvorakova@firma.cz"
DIRECTOR = "karel.reditel@firma.cz"
NO_ROLE = "bez.role@firma.cz"
PETR = "petr.svoboda@acme.example"
BOB = "bob@beta.example"
STRANGER = "max@elsewhere.example"

BOARD, MANAGEMENT, SALES, SERVICE, TRAINEE = (
    Role(RoleRef(id=number, name=name), depth)
    for number, (name, depth) in enumerate(
        [("Board", 1), ("Management", 2), ("Sales", 3), ("Service", 3), ("Trainee", 4)], start=1
    )
)
ACME = RelationshipRef(id=1, name="ACME s.r.o.")
BETA = RelationshipRef(id=2, name="Beta a.s.")

OWN_MAIL = OwnMail(SecretStr("a secret of the tests"))

MAIL_ID = UUID("00000000-0000-5000-8000-000000000001")
RECEIVED = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def raw_mail(
    body: str = "Hello.\n",
    *,
    subject: str = "Delivery",
    sender: str | None = PETR,
    to: str = JAN,
    cc: str = "",
    date: str = "Mon, 02 Nov 2026 09:12:00 +0100",
    more: str = "",
) -> bytes:
    """A raw mail with UTF-8 text; `more` are further header lines, each with its line end."""
    lines = [
        f"From: {sender}" if sender is not None else "",
        f"To: {to}" if to else "",
        f"Cc: {cc}" if cc else "",
        f"Subject: {subject}",
        f"Date: {date}" if date else "",
        "Content-Type: text/plain; charset=utf-8" if "Content-Type" not in more else "",
    ]
    head = more + "".join(f"{line}\n" for line in lines if line)
    return f"{head}\n{body}".encode("utf-8", "surrogateescape")


def a_box(**settings: Any) -> Box:
    """The box crm@firma.cz."""
    given = {"name": "crm", "email": BOX, "root_path": "/erp", "time_zone": ZoneInfo("UTC")}
    return Box(**(given | settings))


def a_mail(
    source: bytes | str = "Hello.\n",
    box: Box | None = None,
    *,
    from_file: bool = False,
    folder: str | None = None,
    **fields: Any,
) -> Mail:
    """A mail, read as the classifier reads it: raw bytes, or a body with `raw_mail`'s fields."""
    raw = source if isinstance(source, bytes) else raw_mail(source, **fields)
    box = box or a_box()
    return extract(
        parse_mail(raw, A_KEY),
        BoxContext(box, build_vocabulary(box.vocabulary), policy_of(box), own_mail=OWN_MAIL),
        Arrival(
            MAIL_ID,
            RECEIVED,
            hashlib.sha256(raw).hexdigest(),
            from_file=from_file,
            folder=folder,
        ),
    )


def a_directory(**changes: Any) -> Directory:
    """A small company: four users, two companies, a few numbers."""
    known: dict[str, Any] = {
        "users": _users(
            {JAN: [SALES], EVA: [SERVICE], DIRECTOR: [BOARD, SALES], NO_ROLE: []},
        ),
        "address_book": {
            PETR: (AddressBookEntry(ContactRef(id=1, email=PETR), ACME),),
            BOB: (AddressBookEntry(ContactRef(id=3, email=BOB), BETA),),
        },
        "relationships_by_domain": {"acme.example": (ACME,)},
        "records": {
            ("contract", "123"): RecordMatch(exact=RecordRef(id=1, number="123")),
            ("contract", "7"): RecordMatch(exact=RecordRef(id=7, number="7")),
            ("order", "15"): RecordMatch(similar=(RecordRef(id=1, number="2026-15"),)),
            ("task", "55"): RecordMatch(exact=RecordRef(id=1, number="55")),
            ("opportunity", "9"): RecordMatch(exact=RecordRef(id=1, number="9")),
        },
        "owners": {
            ("contract", 1): frozenset({ACME.id}),
            ("contract", 7): frozenset({BETA.id}),
            ("order", 1): frozenset({ACME.id}),
            ("task", 1): frozenset({ACME.id}),
        },
        "activity_types": _types("E-mail", "Documentation", "Documentation review", "Schůzka"),
        "roles": (BOARD, MANAGEMENT, SALES, SERVICE, TRAINEE),
    }
    return Directory(**(known | changes))


def some_facts(box: Box | None = None, **changes: Any) -> Facts:
    """The small company; `changes` to the facts, their directory or what happened earlier."""
    box = box or a_box()
    own = {key: changes.pop(key) for key in ("context", "processed") if key in changes}
    earlier = {one.name: changes.pop(one.name) for one in fields(Earlier) if one.name in changes}
    given: dict[str, Any] = {
        "context": BoxContext(box, build_vocabulary(box.vocabulary), policy_of(box))
    } | own
    return Facts(**given, directory=a_directory(**changes), earlier=Earlier(**earlier))


def decide(mail: Mail, facts: Facts | None = None) -> SoFar:
    """What the chain of the manual makes of `mail`."""
    return decide_(mail, facts or some_facts())


def activities(decided: SoFar) -> list[CreateActivity]:
    """The activities among the commands."""
    return [command for command in decided.commands if isinstance(command, CreateActivity)]


def tasks(decided: SoFar) -> list[CreateTask]:
    """The tasks among the commands."""
    return [command for command in decided.commands if isinstance(command, CreateTask)]


def invitations(decided: SoFar) -> list[UpsertInvitation]:
    """The invitations among the commands, with what is said of their events."""
    found = (command for command in decided.commands if isinstance(command, ApplyEvent))
    return [command.of(decided.events[command.event]) for command in found]


def hits(decided: SoFar) -> list[str]:
    """Identifiers of the rules (not the notes) that hit."""
    return [line.id for line in decided.trace if line.hit and line.id.startswith("R-")]


def reasons(decided: SoFar, identifier: str) -> list[str]:
    """What the trace says under `identifier`."""
    return [line.reason for line in decided.trace if line.id == identifier]


def _users(roles: Mapping[str, Iterable[Role]]) -> Mapping[str, User]:
    return {
        email: User(UserRef(id=number, email=email), tuple(role.depth for role in of_user))
        for number, (email, of_user) in enumerate(roles.items(), start=1)
    }


def _types(*names: str) -> Mapping[str, ActivityTypeRef]:
    return {
        fold_line(name): ActivityTypeRef(id=number, name=name)
        for number, name in enumerate(names, start=1)
    }
