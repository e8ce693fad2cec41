"""The calendar as an administrator has it: commands and service, over the double of Graph."""

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from services.assembly.calendar_lease import CalendarBusyError, calendar_lease
from services.operator.setup.company_entries import Company
from shared.settings.environment import Environment
from tests.calendar_of_graph import tokens_of
from tests.deployment import Deployment
from tests.installation import COMPANY
from tests.servers.graph import faults
from tests.servers.graph.events import meeting
from tests.servers.graph.mailbox import GraphMailbox
from tests.servers.graph.server import GraphServer
from tests.servers.processes import wait_until
from tests.servers.rabbitmq import RabbitMQ

JAN, EVA = "jan.novak@firma.cz", "eva.mala@firma.cz"
TYPES = ("E-mail", "Schůzka")


@dataclass
class Office:
    """A deployment whose two users have calendars at Microsoft."""

    deployment: Deployment
    graph: GraphServer
    jan: GraphMailbox
    eva: GraphMailbox

    def call(self, *words: str, **environment: str) -> CompletedProcess[str]:
        """Call `crmservice calendar`."""
        config = str(self.deployment.config)
        return self.deployment.call("calendar", *words, "--config", config, **environment)

    def sync(self, *addresses: str, code: int = 0) -> dict[str, dict[str, Any]]:
        """Do a round; what is told, by user."""
        called = self.call("sync", *addresses, "--json")
        assert called.returncode == code, called.stderr + called.stdout
        assert "Traceback" not in called.stderr
        told = [json.loads(line) for line in called.stdout.splitlines()]
        return {one["user"]: one for one in told}


def an_event(subject: str, days: int = 2, **more: object) -> dict[str, Any]:
    """An hour at noon, some days from now."""
    begin = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0, tzinfo=None)
    begin += timedelta(days=days)
    end = begin + timedelta(hours=1)
    return meeting(subject, begin.isoformat(), end.isoformat(), "UTC", **more)


def an_office(folder: Path, graph: GraphServer, url: str = "", **keys: str) -> Office:
    """An office in a folder."""
    company = COMPANY.model_dump() | {"activity_types": TYPES}
    named = {
        "calendar": "true",
        "graphUrl": graph.url,
        "caFile": str(graph.ca_file),
        "timeZone": "Europe/Prague",
        **keys,
    }
    deployment = Deployment(folder, url, keys=named, company=Company.model_validate(company))
    tokens_of(graph, folder / "erp", graph.ca_file)
    return Office(deployment, graph, graph.company.add(JAN), graph.company.add(EVA))


@pytest.fixture
def office(graph: GraphServer, tmp_path: Path) -> Iterator[Office]:
    """An office without a broker."""
    made = an_office(tmp_path, graph)
    yield made
    made.deployment.close()


def test_a_round_brings_all_users_into_step(office: Office) -> None:
    """K-1, K-2: an object a user, one a line; a second round writes nothing for one request."""
    office.jan.create(an_event("Audit"))

    first, second = office.sync(), office.sync()

    assert set(first) == {JAN, EVA}
    assert first[JAN]["to_erp"] == {"created": 1, "changed": 0, "deleted": 0}
    (activity,) = office.deployment.list("activities")
    assert activity["subject"] == "Audit"
    nothing = {"created": 0, "changed": 0, "deleted": 0}
    assert second[JAN] == {
        "user": JAN,
        "result": "ok",
        "reason": None,
        "to_calendar": nothing,
        "to_erp": nothing,
        "held": 0,
        "notes": 0,
        "requests": 1,
    }


def test_only_the_named_users_have_a_round(office: Office) -> None:
    """K-1a: in any letter case; an address that nobody has is wrong use."""
    assert set(office.sync("Eva.Mala@FIRMA.cz")) == {EVA}

    called = office.call("sync", "nobody@firma.cz", "--json")
    assert called.returncode == 2
    assert "nobody@firma.cz" in json.loads(called.stderr)["error"]


def test_a_pilot_leaves_the_others_alone(graph: GraphServer, tmp_path: Path) -> None:
    """K-1a, K-1b: who is not named takes no part; who was there before is parked."""
    office = an_office(tmp_path, graph)
    office.sync()
    office.deployment.write_box("crm", _with(office, calendarUser=JAN))

    told = office.sync()

    assert {user: one["result"] for user, one in told.items()} == {JAN: "ok", EVA: "parked"}
    assert "calendarUser" in told[EVA]["reason"]


def test_one_users_trouble_is_his_alone(office: Office) -> None:
    """K-1: a mailbox without a licence fails for its user, and the command ends with 3."""
    office.jan.account.mailbox = "unlicensed"
    office.eva.create(an_event("Audit"))

    told = office.sync(code=3)

    assert (told[JAN]["result"], told[EVA]["result"]) == ("failed", "ok")
    assert "licence" in told[JAN]["reason"]
    assert len(office.deployment.list("activities")) == 1


def test_a_user_with_two_accounts_is_refused(office: Office) -> None:
    """K-1: to guess would show one person's calendar to another."""
    office.graph.company.add("other@firma.cz", aliases=(f"SMTP:{JAN}", JAN))

    told = office.sync(code=3)

    assert (told[JAN]["result"], told[EVA]["result"]) == ("refused", "ok")


def test_a_missing_consent_ends_the_round_for_all(office: Office) -> None:
    """K-1: the app lacks a right, so no user can have a round: exit code 4."""
    office.graph.tokens.claims = {"roles": [], "aud": "https://graph.microsoft.com"}
    called = office.call("sync", "--json")
    assert called.returncode == 4
    assert "User.Read.All" in json.loads(called.stderr.splitlines()[-1])["error"]


def test_an_unreachable_service_is_told(office: Office) -> None:
    """K-1: nobody can have a round, so nothing is told of users: exit code 5."""
    office.graph.stop()
    called = office.call("sync", "--json")
    assert (called.returncode, called.stdout) == (5, "")


def test_a_short_wait_is_waited_for(office: Office) -> None:
    """K-1: what a mailbox asks for within a minute costs the user nothing."""
    office.sync()
    office.graph.company.faults.add(faults.throttled(1), path="delta")

    told = office.sync()

    assert {one["result"] for one in told.values()} == {"ok"}


def test_a_long_wait_fails_with_its_time(office: Office) -> None:
    """K-1: nobody waits for an hour; a later round honours it, too, and asks nothing."""
    office.sync()
    office.graph.company.faults.add(faults.throttled(3600), path="delta")
    assert office.sync(JAN, code=3)[JAN]["result"] == "failed"

    again = office.sync(JAN, code=3)[JAN]

    assert (again["requests"], "left alone until" in again["reason"]) == (0, True)


def test_a_calendar_that_is_switched_off_is_left_alone(office: Office) -> None:
    """K-1: `calendar` is `false`, so nothing is asked, and the person is told."""
    office.deployment.write_box("crm", _with(office, calendar="false"))
    called = office.call("sync", "--json")
    assert called.returncode == 78
    assert office.graph.company.calls == []


def test_another_process_that_does_the_calendar_is_named(office: Office) -> None:
    """K-1: a round waits for the lease as long as it is told, and then says who has it."""
    environment = Environment.from_environ(office.deployment.environment)
    first, second = calendar_lease(environment), calendar_lease(environment)
    waited: list[float] = []
    first.hold()

    with pytest.raises(CalendarBusyError, match=f"process {os.getpid()} on "):
        second.wait(3.0, waited.append)

    assert sum(waited) == 3.0
    first.close()
    second.wait(0.0)
    second.close()


def test_many_deletions_wait_for_a_person(office: Office) -> None:
    """K-7: they are listed, and carried out or refused as the person decides."""
    events = [office.jan.create(an_event(f"Audit {number}")) for number in range(6)]
    office.sync(JAN)
    for event in events[:4]:
        office.jan.delete(office.jan.mutable_id(event))
    office.sync(JAN)

    told = office.sync(JAN)[JAN]
    held = [json.loads(line) for line in office.call("held", "--json").stdout.splitlines()]

    assert told["held"] == len(held) == 4
    assert {(one["user"], one["side"]) for one in held} == {(JAN, "calendar")}
    released, refused = held[:2], held[2:]
    assert office.call("release", *(one["held_id"] for one in released)).returncode == 0
    assert office.call("refuse", *(one["held_id"] for one in refused)).returncode == 0
    assert office.sync(JAN)[JAN]["to_erp"]["deleted"] == 2
    assert office.call("held", "--json").stdout == ""
    left = {one["subject"] for one in office.deployment.list("activities")}
    assert left == {"Audit 4", "Audit 5", *(one["subject"] for one in refused)}


def test_what_was_deleted_is_explained_and_restored(office: Office) -> None:
    """K-7, K-8: every write is shown with its reason; the activity is made again, once."""
    event = office.jan.create(an_event("Audit"))
    office.jan.create(an_event("Other"))
    office.sync(JAN)
    (activity,) = [one for one in office.deployment.list("activities") if one["subject"] == "Audit"]
    number = str(activity["id"])
    office.jan.delete(office.jan.mutable_id(event))
    office.sync(JAN)
    office.sync(JAN)

    explained = json.loads(office.call("explain", number, "--json").stdout.splitlines()[0])
    restored = office.call("restore", number, "--json")

    assert explained["writes"][0]["what"] == "deleted"
    assert explained["writes"][0]["reason"]
    assert json.loads(restored.stdout)["activity"] == activity["id"]
    assert "Audit" in {one["subject"] for one in office.deployment.list("activities")}
    assert office.call("restore", number).returncode == 2
    assert office.call("explain", "no-such-event").returncode == 2


@pytest.mark.parametrize("word", ["release", "refuse"])
def test_a_decision_about_nothing_is_wrong_use(office: Office, word: str) -> None:
    """K-7: an id that nothing is held under, or that is none, changes nothing."""
    for held_id in ("154c463d-386a-5b61-bf0d-6b2cd91a1bcb", "first"):
        called = office.call(word, held_id)
        assert (called.returncode, "crmservice calendar held" in called.stderr) == (2, True)


def test_the_state_of_each_user_is_shown(office: Office) -> None:
    """K-1: who takes part, since when, and why not."""
    office.jan.account.mailbox = "unlicensed"
    office.sync(code=3)
    shown = [json.loads(line) for line in office.call("status", "--json").stdout.splitlines()]
    states = {one["user"]: one["state"] for one in shown}
    assert states == {JAN: "failed", EVA: "active"}


def _with(office: Office, **keys: str) -> dict[str, str]:
    usual = {"emlDir": str(office.deployment.eml), "emlSettleSeconds": "0"}
    return {**usual, **office.deployment.keys, **keys}


@pytest.fixture
def served(rabbitmq: RabbitMQ, graph: GraphServer, tmp_path: Path) -> Iterator[Office]:
    """An office with a broker, whose calendars are looked at every second."""
    with rabbitmq.vhost() as url:
        made = an_office(tmp_path, graph, url, calendarSeconds="1")
        yield made
        made.deployment.close()


def _subjects(office: Office) -> set[str]:
    return {one["subject"] for one in office.deployment.list("activities")}


def test_the_service_keeps_calendars_in_step(served: Office) -> None:
    """K-2: what is entered while it runs is carried over; it ends at a signal, counts its work."""
    service = served.deployment.start("calsync")
    served.jan.create(an_event("Audit"))
    wait_until(lambda: "Audit" in _subjects(served), "the activity")

    _, told = service.get("metrics")

    assert b'crmservice_calendar_writes_total{side="erp",what="created"} 1.0' in told
    assert b'crmservice_calendar_rounds_total{result="failed"} 0.0' in told
    assert service.end() == 0


def test_a_second_service_stands_by_and_takes_over(served: Office) -> None:
    """K-1: one process asks Microsoft at a time; when it dies the other goes on."""
    first = served.deployment.start("calsync")
    second = served.deployment.start("calsync")
    assert json.loads(second.get("ready")[1])["standing_by"] == ["calendar"]

    first.end(signal.SIGKILL)
    served.jan.create(an_event("Audit"))

    wait_until(lambda: "Audit" in _subjects(served), "the second service to take over")
    # It says so at the end of its round, which is a moment later.
    wait_until(
        lambda: json.loads(second.get("ready")[1])["standing_by"] == [], "the second to say so"
    )


INVITATION = """\
From: Petr <petr@acme.example>
To: jan.novak@firma.cz
Subject: Audit
Date: Mon, 02 Nov 2026 08:00:00 +0100
Message-ID: <audit@acme.example>
MIME-Version: 1.0
Content-Type: text/calendar; method=REQUEST; charset=utf-8

BEGIN:VCALENDAR
VERSION:2.0
METHOD:REQUEST
BEGIN:VEVENT
UID:audit@acme.example
DTSTAMP:20261102T070000Z
DTSTART:20261105T080000Z
DTEND:20261105T090000Z
SUMMARY:Audit
ORGANIZER:mailto:petr@acme.example
ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:jan.novak@firma.cz
END:VEVENT
END:VCALENDAR
"""


def test_a_recorded_invitation_brings_the_users_round_forward(
    rabbitmq: RabbitMQ, graph: GraphServer, tmp_path: Path
) -> None:
    """K-2, K-4a: the writer's hint has the answer carried, long before the period."""
    with rabbitmq.vhost() as url:
        office = an_office(tmp_path, graph, url, calendarSeconds="3600")
        event = office.jan.create(an_event("Audit"))
        event.uid = "audit@acme.example"
        event.fields |= {"organizer": "petr@acme.example", "responseStatus": "accepted"}
        for name in ("calsync", "calsync", "classifier", "writer", "fetcher"):
            office.deployment.start(name)
        wait_until(lambda: "Audit" in _subjects(office), "the first round")
        (office.deployment.eml / "audit.eml").write_text(INVITATION, "utf-8")

        def answers() -> list[str | None]:
            return [one["answer"] for one in office.deployment.list("invitations")]

        wait_until(lambda: answers() == ["ACCEPTED"], "the answer")
        office.deployment.close()


def test_the_service_waits_for_graph(served: Office) -> None:
    """K-1: what is unreachable is told in `/ready` and tried again."""
    served.graph.stop()
    service = served.deployment.start("calsync", ready=False)
    wait_until(lambda: b"cannot be reached" in service.get("ready")[1], "the trouble to be told")
    served.graph.start()
    service.wait_ready(60)


def test_run_does_the_calendar_as_well(office: Office) -> None:
    """K-2: in the one process, once and for as long as it runs; with `calendar` alone."""
    config = str(office.deployment.config)
    office.jan.create(an_event("Audit"))
    office.deployment.write_box("crm", _with(office, calendarSeconds="1"))

    called = office.deployment.call("run", "--once", "--config", config)

    assert (called.returncode, "2 calendar(s) in step" in called.stderr) == (0, True)
    assert _subjects(office) == {"Audit"}
    service = office.deployment.start("run")
    office.jan.create(an_event("Later"))
    wait_until(lambda: "Later" in _subjects(office), "the second activity")
    assert service.end() == 0


def test_a_run_tells_of_users_whose_round_failed(office: Office) -> None:
    """K-1: the mail is through all the same; exit code 3."""
    office.jan.account.mailbox = "unlicensed"
    called = office.deployment.call("run", "--once", "--config", str(office.deployment.config))
    assert called.returncode == 3
    assert JAN in called.stderr


def test_a_run_without_the_calendar_asks_nothing(office: Office) -> None:
    """K-2: the default is `false`."""
    keys = _with(office)
    del keys["calendar"]
    office.deployment.write_box("crm", keys)
    called = office.deployment.call("run", "--once", "--config", str(office.deployment.config))
    assert (called.returncode, office.graph.company.calls) == (0, [])


def test_what_is_in_step_is_listed(office: Office) -> None:
    """K-2, K-4: an object an item, with the activity, the event, and how they stand."""
    event = office.jan.create(an_event("Audit"))
    office.jan.create(an_event("Secret", 3, sensitivity="private"))
    office.sync(JAN)

    listed = {one["subject"]: one for one in office.deployment.list("calendar")}

    assert set(listed) == {"Audit", "Soukromá událost"}
    audit = listed["Audit"]
    activities = {one["subject"]: one for one in office.deployment.list("activities")}
    assert audit["activity"] == activities["Audit"]["id"]
    assert (audit["user"], audit["state"], audit["series"]) == (JAN, "in_step", None)
    assert audit["ical_uid"] == event.uid
    assert audit["start"].endswith("T12:00:00Z")
    assert activities["Audit"]["start"] == audit["start"]
    assert (activities["Audit"]["all_day"], activities["Audit"]["private"]) == (False, False)
    assert listed["Soukromá událost"]["private"] is True


def _checked(office: Office) -> list[dict[str, Any]]:
    called = office.deployment.call("check", "--config", str(office.deployment.config), "--json")
    assert called.stdout, called.stderr
    found: list[dict[str, Any]] = json.loads(called.stdout)["checks"]
    return [one for one in found if one["name"] == "calendar"]


def _rights(office: Office) -> list[str]:
    """The rights that new tokens say of themselves."""
    claims = office.graph.tokens.claims
    assert claims is not None
    rights: list[str] = claims["roles"]
    return rights


def test_check_looks_at_the_calendar(office: Office) -> None:
    """O-1, K-1: type, rights and users; rights beyond those that are needed are named."""
    _rights(office).append("Group.ReadWrite.All")
    found = _checked(office)
    told = {one["detail"]: one["status"] for one in found}
    assert told["activities are made with the type Schůzka"] == "ok"
    assert told["2 user(s) take part"] == "ok"
    (more,) = [detail for detail in told if "Group.ReadWrite.All" in detail]
    assert told[more] == "warn"


def test_check_names_a_right_that_is_missing(office: Office) -> None:
    """O-1, K-1: before the first round asks for anything."""
    _rights(office)[:] = ["User.Read.All"]
    (last,) = [one for one in _checked(office) if one["status"] == "fail"]
    assert "Calendars.ReadWrite" in last["detail"]
