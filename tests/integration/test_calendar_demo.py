"""`make demo-calendar` tells the story that it promises (K-2, K-4, K-6, K-7)."""

import re

import pytest

from demo import calendar


def test_the_demo_shows_both_sides_and_a_held_deletion(capsys: pytest.CaptureFixture[str]) -> None:
    """K-7, K-4: a series, a busy block, a conflict's note, and a mass deletion, released."""
    calendar.main()

    told = capsys.readouterr().out
    parts = re.split(
        r"^(Before|After|After the conflict|Held|After the release): ", told, flags=re.MULTILINE
    )
    shown = {
        f"{when}: {part.splitlines()[0].strip()}": part
        for when, part in zip(parts[1::2], parts[2::2], strict=True)
    }
    assert "Weekly meeting" not in shown["Before: ERP of Jana"]
    assert shown["After: ERP of Jana"].count("Weekly meeting") == 3
    assert "Soukromá událost" in shown["After: ERP of Tomáš"]
    assert "Doctor" not in shown["After: ERP of Tomáš"]
    assert "Service of the press" in shown["After: calendar of Tomáš"]
    assert "Offer, changed in Outlook │ Board room" in shown["After the conflict: ERP of Jana"]
    assert "note: subject: both sides were changed" in told
    assert shown["Held: ERP of Jana"].count("Nov") == 5
    assert "5 held deletions are released" in told
    assert "Nov" not in shown["After the release: ERP of Jana"]
