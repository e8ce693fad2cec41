"""The calendar and the outbox for a person."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.answers.outgoing import OutboxEntry
from services.calsync.decisions import HeldDeletion
from services.calsync.round import RoundOfUser
from services.calsync.users import CalendarUser
from services.calsync.writing import Done
from services.operator.present.calendar_text import CalendarText
from services.operator.present.outbox import entry_as_text
from shared.contracts.said import said
from shared.language.language import ENGLISH, LanguageName, language

EVA = "eva@firma.cz"
PRAGUE = ZoneInfo("Europe/Prague")
AT = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)
IN_ENGLISH, IN_CZECH = CalendarText(ENGLISH, PRAGUE), CalendarText(language("cs"), PRAGUE)
ITEM: dict[str, Any] = {
    "activity": 4711,
    "event": "AAMk",
    "state": "in_step",
    "user": EVA,
    "erp": {"subject": "Pump"},
    "calendar": None,
    "invitation": 5,
    "held": "too many",
    "notes": [
        {
            "field": "start",
            "noted_at": AT,
            "closed_at": AT,
            "reason": "set back",
            "erp_value": "8:00",
            "calendar_value": "9:00",
        }
    ],
    "writes": [
        {
            "written_at": AT,
            "side": "erp",
            "what": "changed",
            "field": "subject",
            "old_value": "Pum",
            "new_value": "Pump",
            "reason": "edited",
        }
    ],
}


def test_a_round_says_its_reason_in_the_language_of_the_reader() -> None:
    """K-7, O-11: what was said as a sentence is said again; counts are as in English."""
    done = RoundOfUser(EVA, "failed", said("nothing listens there"), Done(1, 2, 3), held=4)

    assert IN_ENGLISH.round(done) == (
        f"{EVA}: failed; calendar +1 ~2 -3; ERP +0 ~0 -0; deletions held: 4; nothing listens there"
    )
    assert IN_CZECH.round(done) == (
        f"{EVA}: selhalo; kalendář +1 ~2 -3; ERP +0 ~0 -0; zadržená smazání: 4; nic tam nenaslouchá"
    )


def test_a_users_calendar_is_told_with_the_companys_time() -> None:
    """K-7, W-5, O-11: of the last whole round, or that there was none."""
    seen = CalendarUser(1, EVA, "m", last_round_at=AT)
    parked = CalendarUser(1, EVA, "m", state="parked", reason="no licence")

    assert IN_ENGLISH.user(seen, 0, 2) == (
        f"{EVA}: active; last whole round: 2026-11-29 00:30:00 CET; deletions held: 0;"
        " items with a note: 2"
    )
    assert IN_CZECH.user(parked, 0, 0).startswith(f"{EVA}: odstaveno; poslední celé kolo: nikdy;")
    assert IN_CZECH.user(parked, 0, 0).endswith("; no licence")


def test_a_held_deletion_says_where_it_was_deleted() -> None:
    """K-8, O-11: in a whole sentence for either side."""
    one = HeldDeletion(UUID(int=7), 1, "calendar", 5, None, "Pump", "2026-12-01", AT, "too many")

    assert IN_ENGLISH.held(EVA, one) == (
        f"{UUID(int=7)}: {EVA}, 2026-12-01 Pump, deleted in the calendar\n"
        "    held since 2026-11-29 00:30:00 CET: too many"
    )
    assert "smazáno v kalendáři\n    zadrženo od 29. 11. 2026 00:30:00 CET" in IN_CZECH.held(
        EVA, one
    )


def test_an_item_is_told_line_by_line() -> None:
    """K-8, O-11: sides, invitation, what is held, notes, and the last writes."""
    assert IN_ENGLISH.item(ITEM).splitlines() == [
        f"activity 4711, event AAMk: in step, {EVA}",
        "    ERP subject: Pump",
        "    invitation 5 has the answer given in the calendar",
        "    held: too many",
        "    note on start, 2026-11-29 00:30:00 CET, closed: set back",
        "        ERP 8:00; calendar 9:00",
        "    2026-11-29 00:30:00 CET ERP changed subject: Pum -> Pump (edited)",
    ]
    czech = IN_CZECH.item(ITEM)
    assert "událost AAMk: v souladu" in czech
    assert "poznámka k start, 29. 11. 2026 00:30:00 CET, uzavřená" in czech
    assert "aktivita 4711 je obnovena jako 4712" in IN_CZECH.restored(4711, 4712)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("en", f"7 2026-11-29 00:30:00 CET failed, notice to {EVA}: refused"),
        ("cs", f"7 29. 11. 2026 00:30:00 CET selhalo, notice pro {EVA}: refused"),
    ],
)
def test_a_mail_of_the_outbox_is_one_line(name: LanguageName, line: str) -> None:
    """M-2, O-11: in the company's time; a server's words about it make no second line."""
    entry = OutboxEntry(
        "7", "failed", EVA, "notice", "crm", "mail x", AT, 5, None, None, None, "refused\n"
    )

    assert entry_as_text(entry, PRAGUE, language(name)).rstrip() == line
