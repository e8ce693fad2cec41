"""Who takes part (K-1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from services.calsync.calendars.accounts import Account
from services.calsync.calendars.port import Participant
from services.calsync.company import CompanyRounds
from services.calsync.ledger import Ledger
from services.calsync.participants import ErpUser, match_participants, pilots
from services.calsync.people import People
from shared.netgenium.database.engine import write_transaction
from shared.netgenium.own.calendar_tables import calendar_saved_table
from tests.calendar_world import EVA as EVA_TAKES_PART
from tests.calendar_world import JAN as JAN_TAKES_PART
from tests.calendar_world import CalendarWorld, a_content

JAN = ErpUser(1, ("jan.novak@firma.cz", "novak@firma.cz"))
EVA = ErpUser(2, ("eva.mala@firma.cz",))


def _account(name: str, *addresses: str, **more: bool) -> Account:
    return Account(name, frozenset(addresses), **more)


@pytest.mark.parametrize("address", ["jan.novak@firma.cz", "NOVAK@firma.cz"])
def test_a_user_is_found_by_any_address_without_regard_to_case(address: str) -> None:
    """K-1: mail, userPrincipalName and proxy addresses are all addresses of an account."""
    found = match_participants([JAN], [_account("A", address, "other@firma.cz")])

    assert found.taking_part == (Participant(1, address.lower(), "A"),)


def test_guests_take_no_part() -> None:
    """K-1: a guest of the tenant is none of its accounts."""
    found = match_participants([JAN], [_account("A", "jan.novak@firma.cz", guest=True)])

    assert (found.taking_part, found.without) == ((), (JAN,))


def test_several_accounts_with_an_address_refuse_the_user() -> None:
    """K-1: to guess would show one person's calendar to another."""
    accounts = [_account("A", "jan.novak@firma.cz"), _account("B", "novak@firma.cz")]
    found = match_participants([JAN, EVA], [*accounts, _account("C", "eva.mala@firma.cz")])

    assert [one.user_id for one in found.refused] == [1]
    assert [one.user_id for one in found.taking_part] == [2]


def test_two_users_with_one_address_are_both_refused() -> None:
    """K-1: refused for all concerned, each with the reason."""
    other = ErpUser(3, ("novak@firma.cz", "third@firma.cz"))
    found = match_participants([JAN, other], [_account("A", "jan.novak@firma.cz")])

    assert [one.user_id for one in found.refused] == [1, 3]
    assert {one.reason for one in found.refused} == {
        "novak@firma.cz is the address of several users of the ERP"
    }


def test_one_account_of_two_users_refuses_both() -> None:
    """K-1: an account that has addresses of two users is nobody's."""
    account = _account("A", "jan.novak@firma.cz", "eva.mala@firma.cz")
    found = match_participants([JAN, EVA], [account])

    assert [one.user_id for one in found.refused] == [1, 2]


def test_a_disabled_account_is_reported_for_its_user_alone() -> None:
    """K-1: the others go on."""
    accounts = [
        _account("A", "jan.novak@firma.cz", enabled=False),
        _account("B", "eva.mala@firma.cz"),
    ]
    found = match_participants([JAN, EVA], accounts)

    assert [(one.user_id, one.reason) for one in found.refused] == [
        (1, "the Microsoft account is disabled")
    ]
    assert [one.user_id for one in found.taking_part] == [2]


def test_a_pilot_is_named_by_any_of_his_addresses() -> None:
    """K-1a: only the addresses of `calendarUser` take part; without any, all do."""
    assert pilots([JAN, EVA], frozenset({"novak@firma.cz"})) == [JAN]
    assert pilots([JAN, EVA], frozenset()) == [JAN, EVA]


@dataclass
class _Tenant:
    """The accounts of a tenant."""

    known: list[Account]

    def accounts(self, addresses: Iterable[str]) -> list[Account]:
        wanted = set(addresses)
        return [one for one in self.known if wanted & one.addresses]


def _taking_part(world: CalendarWorld, tenant: _Tenant) -> tuple[Participant, ...]:
    """Who has a round, looked up anew."""
    people = People(world.engine, world.erp, tenant, frozenset(), lambda: world.now)
    return CompanyRounds(world.rounds(), people).due().taking_part


def test_a_user_who_takes_part_no_more_is_parked(world: CalendarWorld) -> None:
    """K-1b: nothing is deleted on either side; when he is back nothing is doubled."""
    tenant = _Tenant(
        [
            _account(JAN_TAKES_PART.mailbox, JAN_TAKES_PART.address),
            _account(EVA_TAKES_PART.mailbox, EVA_TAKES_PART.address),
        ]
    )
    assert _taking_part(world, tenant) == (JAN_TAKES_PART, EVA_TAKES_PART)
    world.plan(a_content("Own"))
    world.calendar.add(JAN_TAKES_PART.mailbox, a_content("Event", 6))
    world.settle()

    accounts, tenant.known = tenant.known, tenant.known[1:]
    assert _taking_part(world, tenant) == (EVA_TAKES_PART,)
    assert len(world.activities()) == len(world.events()) == 2

    tenant.known = accounts
    assert _taking_part(world, tenant) == (JAN_TAKES_PART, EVA_TAKES_PART)
    world.settle()
    assert len(world.activities()) == len(world.events()) == 2


def test_an_inactive_user_takes_no_part(world: CalendarWorld) -> None:
    """K-1: active users of the ERP only."""
    table = world.erp.table("user")
    with write_transaction(world.engine) as connection:
        connection.execute(table.update().where(table.c.id == 1).values(active=False))
    tenant = _Tenant([_account("A", JAN_TAKES_PART.address)])

    assert _taking_part(world, tenant) == ()


def test_another_account_is_matched_anew(world: CalendarWorld) -> None:
    """K-1: its events are other ones; what is there already is not doubled."""
    world.plan(a_content("Own"))
    world.settle()
    moved = Participant(1, JAN_TAKES_PART.address, "another mailbox")
    world.calendar.add(moved.mailbox, a_content("Own"))
    world.settle(moved)

    assert len(world.activities()) == len(world.events(moved)) == 1


def test_what_has_ended_long_ago_is_forgotten(world: CalendarWorld) -> None:
    """K-7: links that have ended are known for 400 days, saved values for 30."""
    tenant = _Tenant([_account(JAN_TAKES_PART.mailbox, JAN_TAKES_PART.address)])
    event = world.calendar.add(JAN_TAKES_PART.mailbox, a_content())
    world.plan(a_content("Other", 6))
    world.settle()
    world.calendar.remove(JAN_TAKES_PART.mailbox, event)
    world.settle()

    deleted_at = world.now

    def kept(days: int) -> tuple[int, int]:
        world.now = deleted_at + timedelta(days=days)
        _taking_part(world, tenant)
        with world.engine.connect() as connection:
            memory = Ledger(connection, world.now).memory(JAN_TAKES_PART.user_id)
            return len(memory), len(connection.execute(calendar_saved_table.select()).all())

    assert [kept(29), kept(31), kept(399), kept(401)] == [(1, 1), (1, 0), (1, 0), (0, 0)]
