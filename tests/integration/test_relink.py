"""Mail of people who enter the address book later: listed, linked, and undone."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select, update

from services.answers.records import list_records
from services.writer.relink import LateLink, Relink
from services.writer.undo import undo_cause
from services.writer.undone import Undone
from shared.contracts.cause import Cause
from shared.netgenium.database.engine import write_transaction
from shared.netgenium.own.tables import event_table
from shared.netgenium.queries import unlinked
from shared.netgenium.queries.unlinked import Wanted
from shared.settings.value_types import MailGroup
from tests.builders import RECEIVED, raw_mail
from tests.installation import Installation, an_installation
from tests.rule_book_mails import EVA, JAN, PETR
from tests.servers.firebird import Firebird
from tests.servers.postgresql import PostgreSQL

MAX, MIA = "max@new.example", "mia@new.example"
RELINK = UUID("00000000-0000-4000-8000-00000000abcd")


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """One unknown sender with two mails, one with one, and a mail to an unknown customer."""
    installation = an_installation(tmp_path)
    _arrive(installation, MAX, JAN, 1)
    _arrive(installation, MAX, JAN, 2)
    _arrive(installation, MIA, f"{JAN}, {EVA}", 3)
    _arrive(installation, JAN, f"{MIA}, {EVA}", 4)
    _arrive(installation, PETR, JAN, 5)
    installation.run()
    return installation


def _arrive(installation: Installation, sender: str, to: str, minute: int) -> None:
    date = f"Mon, 02 Nov 2026 09:{minute:02}:00 +0100"
    installation.drop(f"{minute}.eml", raw_mail(sender=sender, to=to, date=date))


def _enters(installation: Installation, address: str, company: int | None = None) -> int:
    """Somebody adds a contact to the ERP."""
    tables = installation.erp.tables
    contact = tables.table("contact")
    emails = tables.many("contact", "emails").table  # type: ignore[union-attr]
    with write_transaction(installation.erp.engine) as connection:
        row = {"last_name": "New", "relationship": company}
        (made,) = connection.execute(insert(contact).values(row)).inserted_primary_key or (0,)
        connection.execute(insert(emails), [{"owner": made, "value": f"{address} "}])
    return int(made)


def _relink(installation: Installation) -> Relink:
    erp, boxes = installation.erp, [installation.box]
    return Relink(erp.engine, erp.tables, boxes, RELINK, "tester", lambda: RECEIVED)


def _link(installation: Installation, **wanted: Any) -> list[LateLink]:
    return list(_relink(installation).link(Wanted(**wanted)))


def _undo(installation: Installation) -> Sequence[Undone]:
    with write_transaction(installation.erp.engine) as connection:
        cause = Cause("operator", RELINK)
        return undo_cause(connection, installation.erp.tables, cause, "tester", RECEIVED)


def _contacts(installation: Installation) -> list[tuple[object, object]]:
    return [(row["subject"] and row["direction"], row["contact"]) for row in _rows(installation)]


def _rows(installation: Installation) -> Sequence[Mapping[str, Any]]:
    return installation.list("activities")


def _told(installation: Installation, cause: UUID) -> list[tuple[str, str]]:
    own = event_table.c
    query = select(own.stage, own.what).where(own.cause_id == cause).order_by(own.stage)
    with installation.erp.engine.connect() as connection:
        return [(row.stage, row.what) for row in connection.execute(query)]


UNLINKED = [
    *(("incoming", None), ("incoming", None), ("incoming", None), ("incoming", None)),
    *(("outgoing", None), ("incoming", PETR)),
]


def test_unknown_senders_are_listed_by_number(installation: Installation) -> None:
    """A-2: users and known customers are none; who is known by now is said to be."""
    _enters(installation, MIA)

    listed = list_records(installation.erp, "unknown")

    assert [(row["address"], row["mails"], row["known_by_now"]) for row in listed] == [
        (MAX, 2, False),
        (MIA, 1, True),
    ]


def test_who_enters_the_address_book_gets_their_mail(installation: Installation) -> None:
    """A-2: both ways, and nobody else's; a second call finds nothing."""
    assert _contacts(installation) == UNLINKED
    _enters(installation, MIA)

    assert [one.to for one in _link(installation)] == [MIA] * 3

    assert _contacts(installation)[2:5] == [
        *(("incoming", MIA), ("incoming", MIA), ("outgoing", MIA))
    ]
    assert _contacts(installation)[:2] == UNLINKED[:2]
    assert _link(installation) == []


def test_a_relink_is_undone_as_a_whole(installation: Installation) -> None:
    """O-2: the operator is the cause, and the mail's own timeline tells both."""
    _enters(installation, MAX)
    links = _link(installation)

    undone = _undo(installation)

    assert [one.done for one in undone] == [True, True]
    assert _contacts(installation) == UNLINKED
    told = _told(installation, links[0].mail_id)
    activity = links[0].link.activity
    assert [stage for stage, _ in told] == ["linked", "recorded", "undone"]
    assert told[0][1] == f"activity {activity}: linked to {MAX}, by tester (operator {RELINK})"
    assert told[2][1] == f"activity {activity}: set back, by tester"
    assert len(_told(installation, RELINK)) == 4
    assert [one.done for one in _undo(installation)] == [False, False]
    assert len(_told(installation, RELINK)) == 4


def test_what_a_person_has_changed_since_is_not_set_back(installation: Installation) -> None:
    """O-2: somebody has linked the activity to another contact meanwhile."""
    _enters(installation, MAX)
    first, _ = _link(installation)
    activity = installation.erp.tables.table("activity")
    with write_transaction(installation.erp.engine) as connection:
        mine = update(activity).where(activity.c.id == first.link.activity)
        connection.execute(mine.values(contact=1))

    assert sorted(one.done for one in _undo(installation)) == [False, True]


def test_a_link_that_somebody_was_first_with_stays(installation: Installation) -> None:
    """A-2: a person links while the call runs; the call leaves that activity alone."""
    mine = _enters(installation, MAX)
    relink = _relink(installation)
    with installation.erp.engine.connect() as connection:
        stale = unlinked.read_unlinked(connection, installation.erp.tables, Wanted(), 0)
    with write_transaction(installation.erp.engine) as connection:
        table = installation.erp.tables.table("activity")
        connection.execute(update(table).where(table.c.id == 1).values(contact=1))
        links = relink._links(connection, stale)
        done = relink._write(connection, links)

    assert [one.link.activity for one in done] == [2]
    assert [row["contact"] for row in _rows(installation)[:2]] == [PETR, MAX]
    assert mine != 1


def test_a_dry_run_writes_nothing(installation: Installation) -> None:
    """A-2: it tells the same links."""
    _enters(installation, MIA)

    found = [one.link.activity for one in _relink(installation).found(Wanted())]

    assert _contacts(installation) == UNLINKED
    assert found == [one.link.activity for one in _link(installation)]


def test_only_what_is_asked_for_is_linked(installation: Installation) -> None:
    """A-2: by address, of sender or recipient, and by the day of receipt."""
    _enters(installation, MIA)
    _enters(installation, MAX)

    assert _link(installation, since=datetime(2999, 1, 1, tzinfo=UTC)) == []
    assert [one.to for one in _link(installation, address=MAX)] == [MAX, MAX]
    assert len(_link(installation, since=datetime(2000, 1, 1, tzinfo=UTC), address=MIA)) == 3


def test_a_company_that_is_linked_stays(tmp_path: Path) -> None:
    """A-2: a person of that company is added to it; one of another company is not."""
    installation = an_installation(tmp_path)
    for minute, name in enumerate(("one", "two"), 1):
        _arrive(installation, f"{name}@acme.example", JAN, minute)
    installation.run()
    _enters(installation, "one@acme.example", company=1)
    _enters(installation, "two@acme.example", company=2)

    (link,) = _link(installation)

    assert link.to == "one@acme.example, ACME s.r.o."
    assert [row["relationship"] for row in _rows(installation)] == ["ACME s.r.o."] * 2
    assert all(one.done for one in _undo(installation))
    assert [row["relationship"] for row in _rows(installation)] == ["ACME s.r.o."] * 2


def test_our_own_people_and_groups_are_no_customers(tmp_path: Path) -> None:
    """A-2, R-c: outgoing mail is linked to the customer, though we are in the book, too."""
    group = MailGroup(address="team@partner.example", members=(EVA,))
    installation = an_installation(tmp_path, mail_groups=(group,))
    _arrive(installation, JAN, f"desk@firma.cz, {group.address}, {EVA}, {MIA}", 1)
    installation.run()
    for address in ("desk@firma.cz", group.address, EVA, MIA):
        _enters(installation, address)

    assert [one.to for one in _link(installation)] == [MIA]


def test_many_activities_are_read_in_batches(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A-2: constant memory; a batch in which nobody is known does not end the call."""
    monkeypatch.setattr(unlinked, "AT_ONCE", 1)
    _enters(installation, MIA)

    assert [one.to for one in _link(installation)] == [MIA] * 3


@pytest.mark.parametrize("server", ["postgresql", "firebird"])
def test_servers_link_alike(
    tmp_path: Path, server: str, postgresql: PostgreSQL, firebird: Firebird
) -> None:
    """NG-9, A-2: listed, linked and undone on PostgreSQL and Firebird."""
    with (postgresql if server == "postgresql" else firebird).database() as url:
        installation = an_installation(tmp_path, database_url=url)
        _arrive(installation, MAX, JAN, 1)
        installation.run()
        _enters(installation, MAX)

        assert [row["known_by_now"] for row in installation.list("unknown")] == [True]
        assert [one.to for one in _link(installation)] == [MAX]
        assert installation.list("unknown") == []
        assert [one.done for one in _undo(installation)] == [True]
        installation.erp.engine.dispose()
