"""Keys of ours that concern the box as a whole, and what its rules do."""

from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from shared.contracts.said import said
from shared.domain.addresses import domain_of
from shared.settings.file_name import file_name
from shared.settings.key import Key
from shared.settings.value_types import MailGroup
from shared.settings.values import (
    NotAllowedError,
    address,
    domain,
    flag,
    label,
    mail_group,
    seconds,
    text,
    zone,
)


def _address_or_all(value: str) -> str:
    given = value.strip()
    if given != "*" and "*" in given:
        raise NotAllowedError(said("one e-mail address as crm@firma.cz, or * alone for any"))
    return given if given == "*" else address(given)


def _own_domains(given: dict[str, Any]) -> frozenset[str]:
    return frozenset({domain_of(str(given.get("email", "")))})


class BoxKeys(BaseModel):
    """Keys of ours that concern the box as a whole, and what its rules do."""

    name: Annotated[
        str,
        Key(
            "name",
            label,
            doc="Label of the box in logs and metrics; every box has its own.",
            source="I-1",
            default_note="the file's name without `.xml`",
        ),
    ]
    enabled: Annotated[
        bool,
        Key(
            "enabled",
            flag,
            doc="`false` switches the box off: its mail stays where it is.",
            source="E-5",
        ),
    ] = True
    time_zone: Annotated[
        ZoneInfo,
        Key(
            "timeZone",
            zone,
            doc="IANA zone of the pause and of all local times of the box, as `Europe/Prague`.",
            source="I-4",
            default_note="the host's",
        ),
    ]
    eml_settle_seconds: Annotated[
        float,
        Key(
            "emlSettleSeconds",
            seconds,
            doc="How long size and time of a file in `emlDir` must stand still, in seconds.",
            source="I-7",
        ),
    ] = 1.0
    own_domains: Annotated[
        frozenset[str],
        Key(
            "ownDomain",
            domain,
            doc="Further domain of the company, beside that of `pop3Email`.",
            source="D-3",
        ),
    ] = Field(default_factory=_own_domains)
    mail_groups: Annotated[
        tuple[MailGroup, ...],
        Key(
            "mailGroup",
            mail_group,
            doc="Address that counts as several users: "
            "`obchod@firma.cz=jana@firma.cz,tom@firma.cz`.",
            source="R-c",
        ),
    ] = ()
    rules_file: Annotated[
        Path | None,
        Key(
            "rulesFile",
            file_name,
            doc="File with rules of your own (TOML), absolute or beside this file; "
            "see `rules-file.md`.",
            source="C-1",
        ),
    ] = None
    manual_rules: Annotated[
        bool,
        Key(
            "manualRules",
            flag,
            doc="`false`: the box only scans: the manual's rules R-2 to R-12 are not asked, and "
            "only rules of `rulesFile` make something.",
            source="C-5",
        ),
    ] = True
    only_known_customers: Annotated[
        bool,
        Key(
            "onlyKnownCustomers",
            flag,
            doc="`true`: mail of a customer who is not in the address book makes no activity; "
            "one who is there twice is known.",
            source="A-2",
        ),
    ] = False
    attribute_forwards: Annotated[
        bool,
        Key(
            "attributeForwards",
            flag,
            doc="`true`: what a user has forwarded is linked to whom the original mail came from, "
            "where nobody else of the mail is found.",
            source="A-2",
        ),
    ] = False
    strict_manual_direction: Annotated[
        bool,
        Key(
            "strictManualDirection",
            flag,
            doc="`true`: mail to the box, or of an own domain, is outgoing even if its sender is "
            "no user.",
            source="D-4, D-6",
        ),
    ] = False
    strict_manual_duplicates: Annotated[
        bool,
        Key(
            "strictManualDuplicates",
            flag,
            doc="`true`: date, sender, recipients and subject alone make a duplicate, whatever the "
            "mail says.",
            source="S-9",
        ),
    ] = False
    opt_out_contains: Annotated[
        bool,
        Key(
            "optOutContains",
            flag,
            doc="`true`: an opt-out phrase counts anywhere in the subject.",
            source="B-1",
        ),
    ] = False
    problem_sender: Annotated[
        tuple[str, ...],
        Key(
            "problemSender",
            _address_or_all,
            doc="Address outside the own domains that may send problem mails, beside those whose "
            "contract it is; `*`: anybody. Such mail of others is ordinary mail.",
            source="S-8",
        ),
    ] = ()
    erp_mail_pattern: Annotated[
        str | None,
        Key(
            "erpMailPattern",
            text,
            doc="Mail that NET Genium itself has sent: `Field: pattern` with `*`; "
            "without field the Message-ID.",
            source="R-f",
        ),
    ] = None
