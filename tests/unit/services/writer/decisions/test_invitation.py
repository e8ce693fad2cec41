"""Which state of an invitation counts, and whose it is (behaviours V2-1, V2-2 to V2-2d)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.writer.decisions.invitation import after, decide, told
from services.writer.decisions.invitation_state import Stored
from services.writer.decisions.organiser import about
from shared.contracts.commands import UpsertInvitation
from tests.writing import CAME, an_id, an_invitation

PETR, CAROL = "petr@acme.example", "carol@acme.example"
MALLORY, EVA, TOM = "x@evil.example", "eva@firma.cz", "tom@firma.cz"
LARGEST = 2**31 - 1


def a_state(
    name: str,
    sequence: int = 0,
    method: str = "REQUEST",
    *,
    trust: str = "unproven",
    stamp: datetime | None = None,
    sender: str = PETR,
    organizer: str | None = PETR,
) -> UpsertInvitation:
    """What a mail says of the meeting `u1`; its name is the summary, and its stamp its sequence."""
    more: dict[str, Any] = {"trust": trust, "sender": sender, "organizer": organizer}
    at = stamp or CAME + timedelta(minutes=min(sequence, 1000))
    start = "2026-11-10T08:00:00Z"
    return an_invitation(name, "u1", method, sequence, stamp=at, start=start, summary=name, **more)


class Records:
    """What the ERP has of the meeting, one record for each organiser."""

    def __init__(self, *told_: UpsertInvitation, arrived: datetime = CAME) -> None:
        """Take mails in, in order."""
        self.states: list[Stored] = []
        self.summaries: dict[int, str] = {}
        self.reasons: list[str] = []
        for one in told_:
            self.take(one, arrived)

    def take(self, command: UpsertInvitation, arrived: datetime = CAME) -> None:
        """Do what the handler does, without a database."""
        stored = about(self.states, command)
        new = told(command, an_id(command.summary), arrived)
        decision = decide(stored, command, new)
        self.reasons.append(str(decision.reason))
        if not decision.counts:
            return
        record_id = stored.record_id if stored else None
        if command.method != "CANCEL":
            record_id = record_id or len(self.summaries) + 1
            self.summaries[record_id] = command.summary
        self.states = [one for one in self.states if one is not stored]
        self.states.append(after(stored, new, decision, record_id))

    def shown(self) -> dict[str, tuple[str, bool, bool]]:
        """Summary, whether cancelled, and whether flagged, by organiser."""
        return {
            one.organizer or "": (
                self.summaries[one.record_id],
                one.cancelled,
                not one.believed,
            )
            for one in self.states
            if one.record_id is not None
        }


@pytest.mark.parametrize("trust", ["proven", "unproven"])
@pytest.mark.parametrize("turned", [False, True])
def test_another_organiser_with_the_same_uid_touches_nobody(trust: str, *, turned: bool) -> None:
    """V2-2a: a stranger who is first with a UID, or second, has a record of his own."""
    squatter = a_state("squatter", 5, sender=MALLORY, organizer=MALLORY, trust=trust)
    mails = [squatter, a_state("real"), a_state("moved", 1), a_state("gone", 2, "CANCEL")]

    records = Records(*(mails[::-1] if turned else mails))

    shown = records.shown()
    assert shown[MALLORY] == ("squatter", False, False)
    assert shown[PETR][1:] == (True, False)


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
@pytest.mark.parametrize("trust", ["proven", "unproven", "refused"])
def test_a_stranger_changes_nothing_in_the_organisers_name(method: str, trust: str) -> None:
    """V2-2: who is not the organiser, nor proven for his domain, is ignored."""
    forged = a_state("forged", 9, method, sender=MALLORY, trust=trust)

    assert Records(a_state("real"), forged).shown() == {PETR: ("real", False, False)}


@pytest.mark.parametrize(
    ("organizer", "sender", "trust", "one_record"),
    [
        (CAROL, CAROL, "proven", True),
        ("carol@office.acme.example", "carol@office.acme.example", "proven", True),
        (CAROL, CAROL, "unproven", False),
        (CAROL, PETR, "proven", True),
        (MALLORY, MALLORY, "proven", False),
        (CAROL, MALLORY, "proven", False),
    ],
)
def test_a_new_organiser_of_the_company_takes_the_record_over(
    organizer: str, sender: str, trust: str, *, one_record: bool
) -> None:
    """V2-2a: proven, and of the same organisation; then the old one's later mail is his no more."""
    new = a_state("by the new one", 3, sender=sender, organizer=organizer, trust=trust)

    records = Records(a_state("old", trust="proven"), new)

    assert len(records.shown()) == (1 if one_record else 2)
    assert records.shown()[organizer][0] == "by the new one"
    if one_record:
        records.take(a_state("late", 2, trust="proven"))
        assert list(records.summaries.values()) == ["by the new one"]


@pytest.mark.parametrize("trust", ["proven", "unproven"])
def test_at_a_public_mail_service_nobody_is_of_one_organisation(trust: str) -> None:
    """V2-2a, V2-2: two people of gmail.com have no company, so neither speaks for the other."""
    bob, mallory = "bob@gmail.com", "mallory@gmail.com"
    own = a_state("own", 9, sender=mallory, organizer=mallory, trust=trust)
    forged = a_state("forged", 9, sender=mallory, organizer=bob, trust=trust)

    records = Records(a_state("real", sender=bob, organizer=bob, trust="proven"), own, forged)

    assert records.shown()[bob] == ("real", False, False)
    assert records.shown()[mallory][0] == "own"


@pytest.mark.parametrize("trust", ["proven", "unproven"])
@pytest.mark.parametrize(
    "forged",
    [
        a_state("refuted", LARGEST, trust="refused"),
        a_state("forwarded", 900, sender=TOM, trust="proven"),
        a_state("forged", 5, sender=MALLORY, trust="proven"),
        a_state("forged", 5, sender=MALLORY, stamp=datetime(2099, 1, 1, tzinfo=UTC)),
    ],
    ids=lambda command: command.summary,
)
def test_the_organiser_replaces_what_is_flagged(forged: UpsertInvitation, trust: str) -> None:
    """V2-2b, V2-2d: a first request of anybody is recorded and flagged; his own beats it."""
    records = Records(forged)
    assert records.shown() == {PETR: (forged.summary, False, True)}

    records.take(a_state("real", 0, trust=trust))

    assert records.shown() == {PETR: ("real", False, False)}
    assert "replaces" in records.reasons[-1]


def test_a_cancellation_of_the_organiser_ends_what_is_flagged() -> None:
    """V2-2b: whatever SEQUENCE the flagged record has."""
    forged = a_state("forged", 900, sender=MALLORY)

    assert Records(forged, a_state("end", 1, "CANCEL")).shown() == {PETR: ("forged", True, False)}


def test_what_is_flagged_does_not_revive_what_the_organiser_has_cancelled() -> None:
    """V2-2b, V2-1: a cancellation that came first holds against any forged request."""
    records = Records(a_state("end", 1, "CANCEL"), a_state("forged", 900, trust="refused"))
    assert records.shown() == {PETR: ("forged", True, False)}

    records.take(a_state("real", 0))

    assert records.shown()[PETR][1]


@pytest.mark.parametrize(
    ("sender", "counts"), [(EVA, True), (TOM, True), (MALLORY, False), ("x@gmail.com", False)]
)
@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_colleagues_forward_updates_of_what_they_have_forwarded(
    method: str, sender: str, *, counts: bool
) -> None:
    """V2-2: who has sent a flagged record, or is of his domain, may change it; nobody else."""
    first = a_state("first", sender=EVA)

    records = Records(first, a_state("second", 1, method, sender=sender))

    changed = ("first", True, True) if method == "CANCEL" else ("second", False, True)
    assert records.shown()[PETR] == (changed if counts else ("first", False, True))


@pytest.mark.parametrize(
    ("sender", "trust", "counts"),
    [
        ("assistant@acme.example", "proven", True),
        ("assistant@acme.example", "unproven", False),
        ("assistant@acme.example", "refused", False),
    ],
)
def test_a_delegate_speaks_for_the_organiser_if_proven(
    sender: str, trust: str, *, counts: bool
) -> None:
    """V2-2: an assistant of the same domain; without a proof only the organiser himself counts."""
    records = Records(a_state("first"), a_state("by the assistant", 1, sender=sender, trust=trust))

    assert (records.shown()[PETR][0] == "by the assistant") is counts


def test_a_delegate_without_proof_changes_his_own_invitations() -> None:
    """V2-2: what the assistant has sent is flagged, and follows the assistant."""
    delegate = "assistant@acme.example"

    records = Records(a_state("first", sender=delegate), a_state("second", 1, sender=delegate))

    assert records.shown() == {PETR: ("second", False, True)}


@pytest.mark.parametrize(
    ("sequence", "stamp"),
    [
        (LARGEST, datetime(2099, 1, 1, tzinfo=UTC)),
        (LARGEST, CAME),
        (1, datetime(2099, 1, 1, tzinfo=UTC)),
        (1_793_000_000, datetime(9999, 12, 31, tzinfo=UTC)),
    ],
)
def test_no_number_shuts_later_updates_out(sequence: int, stamp: datetime) -> None:
    """V2-2c: a forged update counts for a day at most, then the organiser's own counts again."""
    records = Records(a_state("first"), a_state("forged", sequence, stamp=stamp))
    assert records.shown()[PETR][0] == "forged"

    later = CAME + timedelta(days=2)
    records.take(a_state("real", 2, stamp=later), later)

    assert records.shown() == {PETR: ("real", False, False)}


def test_a_sequence_ahead_of_the_time_it_is_written_as_counts_nothing() -> None:
    """V2-2c: of hours written into SEQUENCE a forged one, days ahead, shuts none out."""
    forged = a_state("forged", 2026111500, stamp=CAME + timedelta(minutes=1))
    records = Records(a_state("first", 2026110609, stamp=CAME), forged)

    later = CAME + timedelta(days=2)
    records.take(a_state("real", 2026110810, stamp=later), later)

    assert records.shown()[PETR][0] == "real"


@pytest.mark.parametrize(
    "sequences",
    [
        (0, 1, 2),
        (1_793_000_000, 1_793_003_600, 1_793_007_200),
        (2026110609, 2026110610, 2026110611),
        (0, 1_793_000_000, 1_793_003_600),
        (0, 900, 1800),
        (LARGEST, LARGEST, LARGEST),
        (0, 0, 0),
    ],
)
def test_systems_that_write_the_time_into_sequence_are_ordered(sequences: Sequence[int]) -> None:
    """V2-2c: counts, seconds, hours: where SEQUENCE and DTSTAMP grow, the last one counts."""
    told_ = [
        a_state(str(place), sequence, stamp=CAME + timedelta(hours=place - 5))
        for place, sequence in enumerate(sequences)
    ]

    for mails in permutations(told_):
        assert Records(*mails).shown() == {PETR: ("2", False, False)}


_STEPS = st.lists(
    st.tuples(st.sampled_from(["REQUEST", "CANCEL"]), st.integers(0, 1200), st.booleans()),
    min_size=1,
    max_size=4,
)
_STRANGERS = st.lists(
    st.tuples(
        st.sampled_from([MALLORY, PETR]),
        st.sampled_from(["REQUEST", "CANCEL"]),
        st.sampled_from([0, 3, 900, LARGEST]),
        st.sampled_from(["refused", "proven"]),
    ),
    max_size=2,
)


@given(steps=_STEPS, strangers=_STRANGERS, chance=st.randoms(use_true_random=False))
def test_the_order_of_mails_does_not_matter(
    steps: Sequence[tuple[str, int, bool]],
    strangers: Sequence[tuple[str, str, int, str]],
    chance: Random,
) -> None:
    """V2-1, V2-2b, R-e: whatever comes first, the organiser's last word counts."""
    sequence, genuine = 0, [a_state("0", trust="proven")]
    for place, (method, jump, proven) in enumerate(steps, start=1):
        sequence += jump + 1
        at = CAME + timedelta(minutes=place - 60)
        trust = "proven" if proven else "unproven"
        genuine.append(a_state(str(place), sequence, method, trust=trust, stamp=at))
    genuine[0] = a_state("0", trust="proven", stamp=CAME - timedelta(hours=2))
    forged = [
        a_state(
            f"forged {n}",
            number,
            method,
            sender=sender,
            trust="refused" if sender == PETR else trust,
        )
        for n, (sender, method, number, trust) in enumerate(strangers)
    ]
    mails = [*genuine, *forged]
    chance.shuffle(mails)

    records = Records(*mails)

    ((summary, cancelled, flagged),) = records.shown().values()
    assert (cancelled, flagged) == (genuine[-1].method == "CANCEL", False)
    if not cancelled:
        assert summary == genuine[-1].summary
