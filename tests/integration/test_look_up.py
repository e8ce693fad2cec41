"""The facts, looked up in a real SQLite database."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select

from services.assembly.classifying import look_up_in
from services.assembly.live_contexts import context_of
from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail
from shared.domain.directory import Directory
from shared.netgenium.schema.tables import ManyTable
from shared.settings.value_types import MailGroup
from tests.builders import a_mail
from tests.installation import Installation, an_installation


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """An installation of the test company."""
    return an_installation(tmp_path)


def facts_about(installation: Installation, *mails: Mail) -> Sequence[Facts]:
    """The facts about mails, looked up together."""
    context = context_of(installation.box, installation.erp)
    return look_up_in(installation.erp)([(mail, context) for mail in mails])


def facts_of(installation: Installation, **mail: Any) -> Directory:
    """The people and records that one mail may mean."""
    (facts,) = facts_about(installation, a_mail(**mail))
    return facts.directory


def type_emails(installation: Installation, entity: str, address: str) -> None:
    """Give the first e-mail of the first record of `entity` as somebody typed it."""
    tables = installation.erp.tables
    many = tables.many(entity, "emails")
    with installation.erp.engine.begin() as connection:
        if isinstance(many, ManyTable):
            held = many.table.c
            first = select(func.min(held.id)).where(held.owner == 1).scalar_subquery()
            query = many.table.update().where(held.id == first).values(value=address)
        else:
            table = tables.table(entity)
            query = table.update().where(table.c.id == 1).values({many.columns[0]: address})
        connection.execute(query)


def test_users_are_found_by_address_whatever_its_case(installation: Installation) -> None:
    """A-1: an active user is found by address; an inactive one is no user."""
    facts = facts_of(installation, to="EVA.mala@FIRMA.cz, gone@firma.cz, nobody@firma.cz")

    assert {address: user.ref.id for address, user in facts.users.items()} == {
        "eva.mala@firma.cz": 2
    }
    assert facts.users["eva.mala@firma.cz"].role_depths == (1,)


def test_roles_have_the_depth_of_the_tree(installation: Installation) -> None:
    """T-5: a role without parent has depth 1, each step down one more."""
    facts = facts_of(installation)

    assert [(role.ref.name, role.depth) for role in facts.roles] == [("Board", 1), ("Sales", 2)]


def test_contacts_are_found_by_any_of_their_addresses(installation: Installation) -> None:
    """A-2: the natural key of a contact is its first address, whichever matched."""
    facts = facts_of(installation, sender="P@home.cz")

    (known,) = facts.address_book["p@home.cz"]
    assert known.contact is not None
    assert known.contact.email == "petr@acme.example"
    assert known.relationship is not None
    assert known.relationship.name == "ACME s.r.o."


@pytest.mark.parametrize(
    ("sender", "companies"),
    [
        ("x@acme.example", ["ACME s.r.o."]),
        ("x@beta.example", ["Beta a.s."]),
        ("x@gama.example", ["Gama Praha", "Gama Brno"]),
        ("x@sub.acme.example", []),
        ("x@example", []),
    ],
)
def test_domains_are_found_wherever_they_stand(
    installation: Installation, sender: str, companies: list[str]
) -> None:
    """A-2: bare or with @, in domains or an e-mail field, of the company or one of its contacts."""
    facts = facts_of(installation, sender=sender)

    found = facts.relationships_by_domain.get(sender.partition("@")[2], ())
    assert [company.name for company in found] == companies


@pytest.mark.parametrize(
    ("token", "exact", "similar"),
    [
        ("Contract:123", "123", []),
        ("Contract:7", None, ["2026-7"]),
        ("Contract:2026-8", None, ["8"]),
        ("Contract:2025-7", "2025-7", []),
        ("Order:15", None, ["2026-15"]),
        ("Order:16", None, ["2025-16", "2026-16"]),
        ("Order:2024-15", None, []),
        ("Contract:23", None, []),
        ("Contract:999", None, []),
    ],
)
def test_numbers_are_found_exactly_or_by_their_year(
    installation: Installation, token: str, exact: str | None, similar: list[str]
) -> None:
    """T-7: exact first; else open records with, or without, the year; closed ones are no match."""
    mail = a_mail(subject=token)
    (facts,) = facts_about(installation, mail)

    found = facts.directory.match(mail.tokens[0].kind, mail.tokens[0].number)
    assert (found.exact.number if found.exact else None) == exact
    assert [record.number for record in found.similar] == similar


def test_a_batch_is_looked_up_in_a_fixed_number_of_queries(installation: Installation) -> None:
    """R-e: facts are looked up once for a batch, however many mails it has."""
    counted: list[str] = []
    event.listen(
        installation.erp.engine,
        "before_cursor_execute",
        lambda *arguments: counted.append(arguments[2]),
    )

    one = a_mail(subject="Contract:123")
    facts_about(installation, one)
    for_one = len(counted)
    others = [a_mail(subject="Order:16", sender=f"s{n}@x{n}.cz") for n in range(60)]
    facts_about(installation, one, *others)

    # The second kind of number costs one exact and one similar search.
    assert 0 < for_one < 18
    assert len(counted) == 2 * for_one + 2


def test_an_address_left_over_from_a_deleted_record_finds_nobody(
    installation: Installation,
) -> None:
    """A-2: the ERP's tables need not be whole: a dangling address is no contact."""
    contact = installation.erp.tables.table("contact")
    with installation.erp.engine.begin() as connection:
        connection.execute(contact.delete())

    assert facts_of(installation, sender="p@home.cz").address_book == {}


@pytest.mark.parametrize("typed", ["{} ", " {}", "{}\xa0", "{}"])
@pytest.mark.parametrize(
    ("stored", "sender"),
    [
        ("jiri@hřiště.example", "jiri@xn--hit-2ra12aub.example"),
        ("jiri@hřiště.example", "Jiri@Hřiště.example"),
        ("jiri@xn--mller-kva.example", "jiri@müller.example"),
        ("jiri@xn--mller-kva.example", "jiri@mu\u0308ller.example"),
        ("jiri@mu\u0308ller.example", "jiri@müller.example"),
        ("jiri@müller.example", "jiri@mu\u0308ller.example"),
        ("jiří@x.example", "jir\u030ci\u0301@x.example"),
        ("Jan@X.example", "jan@x.example"),
    ],
)
def test_an_address_is_found_as_people_have_typed_it(
    installation: Installation, stored: str, sender: str, typed: str
) -> None:
    """A-2, R-b: blanks, capitals, letters or IDNA form, composed or not: it is one address."""
    type_emails(installation, "contact", typed.format(stored))

    mail = a_mail(sender=sender)
    (facts,) = facts_about(installation, mail)

    assert mail.sender is not None
    (known,) = facts.directory.address_book[mail.sender]
    assert known.contact is not None
    assert known.contact.email == stored.lower()


def test_a_user_and_a_number_are_found_with_a_blank_behind(installation: Installation) -> None:
    """A-1, T-7: what was pasted into the ERP is compared without its blanks."""
    type_emails(installation, "user", "jan.novak@firma.cz ")
    contract = installation.erp.tables.table("contract")
    with installation.erp.engine.begin() as connection:
        connection.execute(
            contract.update().where(contract.c.number == "123").values(number="123 ")
        )

    directory = facts_of(installation, to="jan.novak@firma.cz", subject="Contract:123")

    assert "jan.novak@firma.cz" in directory.users
    assert directory.match("contract", "123").record is not None


def test_hostile_addresses_are_only_compared(installation: Installation) -> None:
    """H-16: quotes, wildcards and statements in an address find nothing and break nothing."""
    for sender in ("'%' or 1=1 --@acme.example", "%@%", "_@beta.example\\", "x@' OR ''='"):
        facts = facts_of(installation, sender=sender)
        assert facts.address_book == {}


def test_the_users_of_a_group_are_looked_up(tmp_path: Path) -> None:
    """R-c: they are named in the settings alone, and not in the mail."""
    group = MailGroup(address="sales@firma.cz", members=("eva.mala@firma.cz",))
    installation = an_installation(tmp_path, mail_groups=(group,))

    assert [*facts_of(installation, to="Sales@firma.cz").users] == ["eva.mala@firma.cz"]
    assert [*facts_of(installation, to="other@firma.cz").users] == []


def test_of_users_with_one_address_the_first_is_meant(installation: Installation) -> None:
    """A-1: the lowest id, which knows of the others; inactive ones do not count."""
    user = installation.erp.tables.table("user")
    with installation.erp.engine.begin() as connection:
        connection.execute(user.update().values(emails_1="eva.mala@firma.cz "))

    (found,) = facts_of(installation, to="eva.mala@firma.cz").users.values()

    assert (found.ref.id, found.twins) == (1, (2,))
