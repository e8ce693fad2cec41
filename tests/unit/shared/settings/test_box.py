from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr, ValidationError

from shared.settings.box import Box


def _a_box(**changed: object) -> Box:
    needed: dict[str, object] = {
        "name": "crm",
        "email": "crm@firma.cz",
        "root_path": "/srv/netgenium",
        "time_zone": ZoneInfo("Europe/Prague"),
    }
    return Box.model_validate(needed | changed)


def test_a_box_is_paused_in_its_own_zone() -> None:
    """I-4: the pause is wall time in the box's zone, whatever the zone of the moment."""
    box = _a_box(stop_from=time(0, 0), stop_to=time(6, 0))
    assert box.paused_at(datetime(2026, 11, 20, 23, 0, tzinfo=UTC))
    assert not box.paused_at(datetime(2026, 11, 21, 5, 0, tzinfo=UTC))


def test_a_box_without_times_is_never_paused() -> None:
    """I-4: no times, no pause."""
    assert not _a_box().paused_at(datetime(2026, 11, 21, 0, 0, tzinfo=UTC))


def test_a_box_fills_in_what_follows_from_its_address() -> None:
    """D-3: login name and own domain follow from the address."""
    box = _a_box()
    assert (box.pop3_name, box.own_domains) == ("crm@firma.cz", frozenset({"firma.cz"}))


def test_a_box_cannot_be_changed_and_knows_no_other_field() -> None:
    """I-1: settings are frozen, and a field that does not exist is an error."""
    box = _a_box()
    with pytest.raises(ValidationError):
        box.name = "other"  # type: ignore[misc]  # this is what the test is about
    with pytest.raises(ValidationError):
        _a_box(pop3_pasword="x")


def test_a_box_shows_no_password() -> None:
    """I-1: neither the text of a box nor the error of a wrong field shows a value."""
    assert "heslo" not in repr(_a_box(pop3_password=SecretStr("heslo")))
    with pytest.raises(ValidationError) as caught:
        _a_box(pop3_pasword="heslo")
    assert "heslo" not in str(caught.value)
