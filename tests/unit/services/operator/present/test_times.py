from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from services.answers.times import utc
from services.operator.output import write_json
from services.operator.present.records import record_as_text
from shared.language.language import LanguageName, language

PRAGUE = ZoneInfo("Europe/Prague")


@pytest.mark.parametrize(
    ("name", "told"),
    [("en", "2026-07-01 10:30:05 CEST"), ("cs", "1. 7. 2026 10:30:05 CEST")],
)
def test_a_list_tells_times_in_the_companys_zone_and_names_it(
    capsys: pytest.CaptureFixture[str], name: LanguageName, told: str
) -> None:
    """O-10: as `find` and `status` do; a program gets the same moment with its offset."""
    row = {"received_at": utc(datetime(2026, 7, 1, 8, 30, 5, 999, tzinfo=UTC)), "subject": "a"}

    text = record_as_text(row, PRAGUE, language(name))
    write_json(row)

    assert text.splitlines()[0].endswith(f" {told}")
    assert '"received_at": "2026-07-01T08:30:05Z"' in capsys.readouterr().out


def test_a_text_that_looks_like_a_moment_stays_as_it_was_written() -> None:
    """O-10: a subject is nobody's time."""
    row = {"subject": "2026-07-01T08:30:05Z"}

    assert record_as_text(row, PRAGUE, language("en")).rstrip().endswith("2026-07-01T08:30:05Z")
