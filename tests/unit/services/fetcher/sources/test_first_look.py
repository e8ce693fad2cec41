from datetime import date

import pytest

from services.fetcher.sources.first_look import MOST_AT_ONCE, WaitsForStartError, first_look
from shared.errors import ExitCode
from tests.builders import a_box


def test_a_full_box_waits_and_says_what_to_set() -> None:
    """I-11: how many, where, and startFrom; the exit code is that of a wrong configuration."""
    with pytest.raises(WaitsForStartError) as raised:
        first_look(501, a_box(), "INBOX")

    for word in ("Box crm", "INBOX", "501", "startFrom", "all"):
        assert word in str(raised.value)
    assert raised.value.exit_code is ExitCode.CONFIGURATION_WRONG


def test_up_to_500_messages_are_processed() -> None:
    """I-11: as the manual says, without a question."""
    assert MOST_AT_ONCE == 500
    first_look(500, a_box(), "INBOX")


@pytest.mark.parametrize("start", ["all", date(2026, 11, 30)])
def test_an_answer_is_an_answer(start: object) -> None:
    """I-11: with startFrom set nothing waits."""
    first_look(10**6, a_box(start_from=start), "INBOX")
