"""Invitations from emlDir to committed rows: series, deleted records, who may change or answer."""

import json
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from shared.netgenium.database.engine import write_transaction
from shared.netgenium.own.tables import journal_table
from tests.installation import Installation, an_installation
from tests.rule_book_mails import EVA, JAN, PETR, arrive, invitation

RULE = "FREQ=WEEKLY;COUNT=10;BYDAY=TU"
OCCURRENCE = "RECURRENCE-ID:20261117T080000Z"
MALLORY = "mallory@evil.example"
COLLEAGUE = "assistant@acme.example"


def _with(line: str, raw: bytes) -> bytes:
    """A further line in the event."""
    return raw.replace(b"SUMMARY:", f"{line}\nSUMMARY:".encode())


def _proven(domain: str) -> str:
    return f"Authentication-Results: mx.firma.cz; dmarc=pass header.from={domain}\n"


def _receive(installation: Installation, *mails: bytes) -> Installation:
    """Each mail in a run of its own."""
    for raw in mails:
        arrive(installation, f"{len(installation.recorded)}.eml", raw)
        installation.run()
    return installation


def _an_office(folder: Path) -> Installation:
    return an_installation(folder, authserv_id=("mx.firma.cz",), eml_trusted=True)


def _said(installation: Installation) -> str:
    """What the trace of the last mail says about its invitation."""
    mail_id = installation.recorded[-1].mail_id
    query = select(journal_table.c.trace).where(journal_table.c.mail_id == mail_id)
    with installation.erp.engine.connect() as connection:
        trace = json.loads(connection.execute(query).scalar_one())
    return "\n".join(line["reason"] for line in trace if line["id"] == "V2-2")


def _delete_records(installation: Installation) -> None:
    """What a person does in the ERP."""
    with write_transaction(installation.erp.engine) as connection:
        connection.execute(delete(installation.erp.tables.table("invitation")))


def test_the_rule_of_a_series_is_that_of_its_last_update(tmp_path: Path) -> None:
    """V2-2: RRULE is in the record, is changed by an update, and goes with one that has none."""
    installation = _receive(_an_office(tmp_path), _with(f"RRULE:{RULE}", invitation("REQUEST", 0)))
    assert [row["rule"] for row in installation.list("invitations")] == [RULE]

    _receive(installation, _with("RRULE:FREQ=DAILY;COUNT=2", invitation("REQUEST", 1)))
    assert [row["rule"] for row in installation.list("invitations")] == ["FREQ=DAILY;COUNT=2"]
    _receive(installation, invitation("REQUEST", 2))
    assert [row["rule"] for row in installation.list("invitations")] == [None]


@pytest.mark.parametrize("cancel_first", [True, False])
def test_a_cancelled_series_takes_its_changed_occurrences_along(
    tmp_path: Path, *, cancel_first: bool
) -> None:
    """V2-1, RFC 5546 3.2.5: a changed occurrence ends with its series, even if it comes last."""
    series = _with(f"RRULE:{RULE}", invitation("REQUEST", 0))
    changed = _with(OCCURRENCE, invitation("REQUEST", 1, "20261117T120000Z"))
    cancel = invitation("CANCEL", 2)
    mails = (series, cancel, changed) if cancel_first else (series, changed, cancel)

    installation = _receive(_an_office(tmp_path), *mails)

    found = installation.list("invitations")
    assert {row["recurrence_id"]: row["cancelled"] for row in found} == {
        None: True,
        "20261117T080000Z": True,
    }


def test_an_occurrence_changed_after_the_cancellation_lives(tmp_path: Path) -> None:
    """V2-1: between series and occurrence the later DTSTAMP decides, in any order."""
    later = _with(OCCURRENCE, invitation("REQUEST", 3, "20261117T120000Z"))

    for number, mails in enumerate(
        [(invitation("CANCEL", 2), later), (later, invitation("CANCEL", 2))]
    ):
        installation = _receive(_an_office(tmp_path / str(number)), *mails)
        assert [row["cancelled"] for row in installation.list("invitations")] == [False]


def test_a_cancelled_occurrence_leaves_its_series(tmp_path: Path) -> None:
    """V2-1: a CANCEL with RECURRENCE-ID ends that occurrence alone."""
    installation = _receive(
        _an_office(tmp_path),
        _with(f"RRULE:{RULE}", invitation("REQUEST", 0)),
        _with(OCCURRENCE, invitation("REQUEST", 1)),
        _with(OCCURRENCE, invitation("CANCEL", 2)),
    )

    found = {row["recurrence_id"]: row["cancelled"] for row in installation.list("invitations")}
    assert found == {None: False, "20261117T080000Z": True}


def test_a_stranger_s_series_of_that_name_ends_nothing(tmp_path: Path) -> None:
    """V2-2, H-26: a CANCEL with the UID but another organiser leaves the occurrences."""
    installation = _receive(
        _an_office(tmp_path),
        _with(OCCURRENCE, invitation("REQUEST", 0)),
        invitation("CANCEL", 5, sender=MALLORY, organizer=MALLORY),
    )

    assert [row["cancelled"] for row in installation.list("invitations")] == [False]


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "REPLY"])
def test_a_record_deleted_in_the_erp_stays_away(tmp_path: Path, method: str) -> None:
    """V2-1: who deleted the invitation gets none by its update, and the trace says so."""
    installation = _receive(_an_office(tmp_path), invitation("REQUEST", 0))
    _delete_records(installation)

    _receive(installation, invitation(method, 1, "20261111T080000Z", answer="ACCEPTED"))

    assert installation.list("invitations") == []
    assert "its record was deleted in the ERP" in _said(installation)


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
@pytest.mark.parametrize(
    ("sender", "counts"), [(MALLORY, False), (COLLEAGUE, True), ("x@sub.acme.example", False)]
)
def test_a_proof_counts_for_the_organisers_domain_alone(
    tmp_path: Path, method: str, sender: str, *, counts: bool
) -> None:
    """V2-2, S-1, H-26: a stranger who has proven his own domain changes nobody's meeting."""
    head = _proven(sender.rpartition("@")[2])
    installation = _receive(
        _an_office(tmp_path),
        invitation("REQUEST", 0),
        invitation(method, 1, "20261231T080000Z", sender=sender, head=head),
    )

    (found,) = installation.list("invitations")
    changed = found["cancelled"] if method == "CANCEL" else found["start"].startswith("2026-12-31")
    assert changed is counts


def test_a_strangers_cancellation_in_advance_is_not_remembered(tmp_path: Path) -> None:
    """V2-2, H-26: a proven stranger cannot cancel a meeting before its invitation comes."""
    installation = _receive(
        _an_office(tmp_path),
        invitation("CANCEL", 5, sender=MALLORY, head=_proven("evil.example")),
        invitation("REQUEST", 0),
    )

    assert [row["cancelled"] for row in installation.list("invitations")] == [False]


@pytest.mark.parametrize(("sender", "counts"), [(MALLORY, False), (COLLEAGUE, True)])
def test_nobody_answers_for_another_domain(tmp_path: Path, sender: str, *, counts: bool) -> None:
    """V2-1, S-1: a proven sender answers for attendees of his own domain, not for others."""
    installation = _receive(
        _an_office(tmp_path),
        invitation("REQUEST", 0, organizer=EVA, sender=EVA, attendee=PETR),
        invitation(
            "REPLY",
            0,
            organizer=EVA,
            attendee=PETR,
            answer="DECLINED",
            sender=sender,
            head=_proven(sender.rpartition("@")[2]),
        ),
    )

    (found,) = installation.list("invitations")
    assert found["answers"] == {PETR: "DECLINED" if counts else "NEEDS-ACTION"}


def test_who_is_no_attendee_does_not_become_one_by_an_answer(tmp_path: Path) -> None:
    """V2-1: a REPLY of somebody who was not invited leaves the list, and the trace says so."""
    installation = _receive(
        _an_office(tmp_path),
        invitation("REQUEST", 0),
        invitation("REPLY", 0, attendee=MALLORY, answer="ACCEPTED", sender=MALLORY),
    )

    (found,) = installation.list("invitations")
    assert found["answers"] == {JAN: "NEEDS-ACTION"}
    assert f"{MALLORY} answered ACCEPTED but is no attendee" in _said(installation)


def _flags(installation: Installation) -> list[list[str]]:
    """Flags of the mails, in order."""
    query = select(journal_table.c.mail_id, journal_table.c.flags)
    with installation.erp.engine.connect() as connection:
        found = {mail_id: json.loads(flags) for mail_id, flags in connection.execute(query)}
    return [found[mail.mail_id] for mail in installation.recorded]


def _shown(installation: Installation) -> dict[str, tuple[str, bool]]:
    """Start and whether cancelled, by organiser and occurrence."""
    return {
        f"{row['organizer']} {row['recurrence_id'] or ''}".strip(): (
            row["start"][:10],
            row["cancelled"],
        )
        for row in installation.list("invitations")
    }


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("line", ["SUMMARY:x", OCCURRENCE], ids=["event", "occurrence"])
def test_who_knows_a_uid_squats_on_nothing(tmp_path: Path, line: str, *, turned: bool) -> None:
    """V2-2a: a stranger's event of that UID, or occurrence of it, is a record of his own."""
    proven = _proven("evil.example")
    mails = [
        _with(line, invitation("REQUEST", 5, sender=MALLORY, organizer=MALLORY, head=proven)),
        _with(line, invitation("REQUEST", 0, "20261201T080000Z")),
    ]

    installation = _receive(_an_office(tmp_path), *(mails[::-1] if turned else mails))
    _receive(installation, _with(line, invitation("REQUEST", 1, "20261202T080000Z")))

    found = {key.partition(" ")[0]: start for key, (start, _) in _shown(installation).items()}
    assert found == {MALLORY: "2026-11-10", PETR: "2026-12-02"}
    assert _flags(installation) == [[], ["other organiser"], []]


def test_an_occurrence_of_a_stranger_leaves_the_organisers_change(tmp_path: Path) -> None:
    """V2-2a: a participant makes an occurrence with himself as organiser: the series' one stays."""
    own = invitation("REQUEST", 1, sender=MALLORY, organizer=MALLORY)
    installation = _receive(
        _an_office(tmp_path),
        _with(f"RRULE:{RULE}", invitation("REQUEST", 0)),
        _with(OCCURRENCE, own),
        _with(OCCURRENCE, invitation("REQUEST", 1, "20261117T120000Z")),
        invitation("CANCEL", 2),
    )

    assert _flags(installation)[1:3] == [["other organiser"], ["other organiser"]]
    assert _shown(installation) == {
        PETR: ("2026-11-10", True),
        f"{MALLORY} 20261117T080000Z": ("2026-11-10", False),
        f"{PETR} 20261117T080000Z": ("2026-11-17", True),
    }


@pytest.mark.parametrize("sequence", [0, 3])
def test_a_refuted_first_request_is_flagged_and_replaced(tmp_path: Path, sequence: int) -> None:
    """V2-2d, V2-2b: forged, it is shown and flagged; the organiser's own replaces and keeps it."""
    forged = "Authentication-Results: mx.firma.cz; dmarc=fail header.from=acme.example\n"
    installation = _receive(
        _an_office(tmp_path), invitation("REQUEST", 9, "20261231T080000Z", head=forged)
    )
    assert _shown(installation) == {PETR: ("2026-12-31", False)}
    assert _flags(installation) == [["sender not believed", "not from its organiser"]]

    _receive(installation, invitation("REQUEST", sequence, head=_proven("acme.example")))

    assert _shown(installation) == {PETR: ("2026-11-10", False)}
    assert f"mail {installation.recorded[0].mail_id} had said: Lis, 2026-12-31" in _said(
        installation
    )


def test_a_new_organiser_takes_the_series_with_its_occurrences_over(tmp_path: Path) -> None:
    """V2-2a: proven and of the company; his cancellation ends what the old one has changed."""
    by_new = {"sender": COLLEAGUE, "organizer": COLLEAGUE, "head": _proven("acme.example")}
    installation = _receive(
        _an_office(tmp_path),
        _with(f"RRULE:{RULE}", invitation("REQUEST", 0)),
        _with(OCCURRENCE, invitation("REQUEST", 1)),
        invitation("REQUEST", 2, "20261111T080000Z", **by_new),
        invitation("CANCEL", 3, **by_new),
    )

    assert _shown(installation) == {
        COLLEAGUE: ("2026-11-11", True),
        f"{PETR} 20261117T080000Z": ("2026-11-10", True),
    }
    assert _flags(installation) == [[]] * 4
    _receive(installation, invitation("REQUEST", 1, "20261109T080000Z"))
    assert _shown(installation)[COLLEAGUE] == ("2026-11-11", True)


@pytest.mark.parametrize("method", ["CANCEL", "REQUEST"])
@pytest.mark.parametrize(
    ("sender", "result", "asked", "counts"),
    [
        (PETR, "dmarc=fail header.from=acme.example", "refuted", False),
        (PETR, "dmarc=pass header.from=evil.example", "refuted", False),
        (f"<{MALLORY}> <{PETR}>", "dmarc=pass header.from=acme.example", "refuted", False),
        (PETR, "dmarc=none header.from=acme.example", "unproven", False),
        (PETR, "dmarc=none header.from=acme.example", "refuted", True),
        (PETR, "dmarc=pass header.from=acme.example", "unproven", True),
    ],
)
def test_a_forged_change_of_a_meeting_counts_as_far_as_the_sender_is_believed(
    tmp_path: Path, method: str, sender: str, result: str, asked: str, *, counts: bool
) -> None:
    """S-2, V2-2: a cancellation in the organiser's name changes nothing where it is refuted."""
    office = an_installation(
        tmp_path, authserv_id=("mx.firma.cz",), eml_trusted=True, sender_proof=asked
    )
    head = f"Authentication-Results: mx.firma.cz; {result}\n"
    first = invitation("REQUEST", 0, head=_proven("acme.example"))
    changed = invitation(method, 9, "20261231T080000Z", sender=sender, head=head)

    found = list(_shown(_receive(office, first, changed)).values())

    assert (found != [("2026-11-10", False)]) == counts
