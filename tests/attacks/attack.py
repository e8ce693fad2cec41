"""What an attack by one mail is, and what the chain makes of it, in a few words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.classifier.chain import SoFar
from services.classifier.reading.mail import Mail
from shared.contracts.commands import CountSoftBounce, CreateActivity, MarkForbidden
from tests.builders import JAN, a_box, a_directory, a_mail, activities, invitations, raw_mail, tasks
from tests.honest.systems import EXCHANGE, GOOGLE, POSTFIX, RSPAMD, SEZNAM, System

SYSTEMS = (POSTFIX, EXCHANGE, GOOGLE, RSPAMD, SEZNAM)
"""Systems that prove senders: variants of an attack go through them in turn."""

EVIL = "evil.example"


@dataclass(frozen=True, slots=True)
class Attack:
    """One mail of an adversary.

    Attributes:
        name: Of the input that showed the hole first.
        variant: What this one does differently.
        raw: The mail.
        settings: Of the box that it comes to.
        outcome: As `outcome_of` says it.
        earlier: What was recorded before.
    """

    name: str
    variant: str
    raw: bytes
    settings: Mapping[str, Any]
    outcome: str
    earlier: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """As pytest names it."""
        return f"{self.name}: {self.variant}"

    def read(self) -> Mail:
        """The mail, as the classifier reads it."""
        return a_mail(self.raw, a_box(**self.settings))


def attack(
    name: str,
    variant: str,
    outcome: str,
    way: tuple[System, str],
    *,
    settings: Any = None,
    earlier: Any = None,
    **mail: Any,
) -> Attack:
    """A row of a table; `mail` are arguments of `raw_mail`, below what the system has written.

    `settings` are further ones of the box, `earlier` is what was recorded before.
    """
    system, head = way
    given = {"to": JAN, "body": "Pay.\n", "sender": f"x@{EVIL}"} | mail
    raw = raw_mail(given.pop("body"), more=head + given.pop("more", ""), **given)
    both = {**system.settings, **(settings or {})}
    return Attack(name, variant, raw, both, outcome, earlier or {})


def came(number: int, domain: str = EVIL, **results: str) -> tuple[System, str]:
    """Mail of a sender of `domain`, proven by his own server, by the system of this number."""
    system = SYSTEMS[number % len(SYSTEMS)]
    return system, system.came(domain, **results)


def failed(number: int, domain: str) -> tuple[System, str]:
    """Mail whose From is of `domain`, which the system of this number refutes."""
    return came(number, domain, dkim="fail", spf="fail", dmarc="fail (p=REJECT)")


def outcome_of(mail: Mail, decided: SoFar) -> str:
    """What was decided: activities with type and scope, further records, marks, proof, flags."""
    said = [_activity(one) for one in activities(decided)] or [", ".join(decided.words).lower()]
    said += ["task"] if tasks(decided) else []
    said += [f"invitation {one.user.email.partition('.')[0]}" for one in invitations(decided)]
    for command in decided.commands:
        if isinstance(command, MarkForbidden | CountSoftBounce):
            holds = command.report and not command.report.believed
            said.append(f"{'holds' if holds else 'marks'} {command.address}")
    return "; ".join((*said, mail.proof.state, *decided.flags))


def _activity(one: CreateActivity) -> str:
    name = one.responsible.email.partition(".")[0]
    filed = [one.contract.number] if one.contract else []
    kind = [one.type.name] if one.type.name != "E-mail" else []
    return " ".join((one.direction, name, *filed, *kind, *_scope(one)))


def _scope(one: CreateActivity) -> list[str]:
    """The depth down to which roles see it, where it is not that of the responsible user."""
    company = a_directory()
    default = min(company.users[one.responsible.email].role_depths)
    asked = max((role.depth for role in company.roles if role.ref in one.scope), default=0)
    return [] if asked == default else [f"p{asked or '-'}"]
