"""What the column types make of texts, check boxes, choices, numbers and moments."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import make_url

from shared.netgenium.database.servers import codec_of, remember_charset
from shared.netgenium.own.columns import UtcMoment
from shared.netgenium.schema.types import (
    CUT_MARK,
    CheckBox,
    Choice,
    CutText,
    Moment,
    WholeNumber,
    cut,
)

SQLITE = make_url("sqlite://").get_dialect()()
SQL_SERVER = make_url("mssql+pyodbc://").get_dialect()()
PRAGUE = ZoneInfo("Europe/Prague")


def test_a_text_that_fits_stays_as_it_is() -> None:
    """NG-7: the limit itself is not too long."""
    assert CutText(10).process_bind_param("čtyři slov", SQLITE) == "čtyři slov"
    assert CutText().process_bind_param("x" * 100_000, SQLITE) == "x" * 100_000
    assert CutText(10).process_bind_param(None, SQLITE) is None


def test_a_text_that_is_too_long_is_cut_with_a_mark() -> None:
    """NG-7: one character too many, and the text ends with the visible mark, inside the limit."""
    stored = CutText(10).process_bind_param("abcdefghijk", SQLITE)
    assert stored == "abcdef" + CUT_MARK
    assert len(stored) == 10


@pytest.mark.parametrize("length", range(1, 9))
def test_a_very_short_column_never_overflows(length: int) -> None:
    """NG-7: where the mark does not fit the text is cut without it."""
    stored = cut("abcdefghij", length)
    assert len(stored) == length
    assert stored.startswith("a")
    assert (CUT_MARK in stored) is (length > len(CUT_MARK))


def test_a_cut_tears_no_character_apart() -> None:
    """NG-7: an accent stays with its letter, and joined emoji stay together."""
    assert cut("abcdee\u0301ghijkl", 10) == "abcde" + CUT_MARK
    assert cut("abcd\U0001f469\u200d\U0001f4bbefghij", 10) == "abcd" + CUT_MARK


def test_a_text_of_accents_alone_is_still_cut() -> None:
    """NG-7: hostile text gives something short, and does not fail."""
    assert len(cut("\u0301" * 100_000, 250)) <= 250


def test_sql_server_counts_an_emoji_as_two() -> None:
    """NG-7: its columns count UTF-16 units, so fewer emoji fit."""
    stored = CutText(10).process_bind_param("\U0001f600" * 8, SQL_SERVER)
    assert stored == "\U0001f600" * 3 + CUT_MARK
    assert CutText(10).process_bind_param("\U0001f600" * 5, SQL_SERVER) == "\U0001f600" * 5
    assert CutText(10).process_bind_param("\U0001f600" * 8, SQLITE) == "\U0001f600" * 8


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("UTF8", "utf-8"),
        ("WIN1250", "cp1250"),
        ("DOS852", "cp852"),
        ("ISO8859_2", "iso8859-2"),
        ("LATIN2", "iso8859-2"),
        ("UNICODE_FSS", "utf-8"),
        ("NONE", None),
        ("SQL_ASCII", None),
        ("KLINGON", "utf-8"),
    ],
)
def test_databases_name_their_character_sets_in_their_own_way(name: str, codec: str | None) -> None:
    """NG-7: Python's codec for it; None for a database that takes any bytes."""
    assert codec_of(name) == codec


@pytest.mark.parametrize(
    ("database", "connection", "stored"),
    [
        ("UTF8", "utf-8", "žž😀?漢žžžž"),
        ("WIN1250", "utf-8", "žž???žžžž"),
        ("NONE", "cp1250", "žž???žžžž"),
        ("WIN1250", "cp1250", "žž???žžžž"),
        ("NONE", "utf-8", "žž […]"),
        ("ASCII", "utf-8", "?????????"),
    ],
)
def test_letters_that_a_database_does_not_have(database: str, connection: str, stored: str) -> None:
    """NG-7: they become question marks; without a character set its limits are bytes."""
    dialect = make_url("sqlite://").get_dialect()()
    remember_charset(dialect, database, connection)
    assert CutText(10).process_bind_param("žž😀\ud800漢žžžž", dialect) == stored


def test_the_mark_is_written_with_the_letters_of_the_database() -> None:
    """NG-7: ISO 8859-2 has no ellipsis."""
    dialect = make_url("sqlite://").get_dialect()()
    remember_charset(dialect, "ISO8859_2")
    assert CutText(10).process_bind_param("abcdefghijk", dialect) == "abcdef [?]"


@pytest.mark.parametrize(
    ("given", "stored"),
    [("a\0b", "ab"), ("\0", ""), ("a\ud800b", "a?b"), ("\udfff\ud83d", "??"), ("ok ž\n", "ok ž\n")],
)
def test_nul_and_lone_surrogates_do_not_reach_the_database(given: str, stored: str) -> None:
    """NG-7: what no database takes is removed or replaced, with and without a limit."""
    assert CutText(50).process_bind_param(given, SQLITE) == stored
    assert CutText().process_bind_param(given, SQLITE) == stored


def test_a_check_box_is_the_pair_of_the_installation() -> None:
    """NG-5: numbers or texts; what is neither is not set."""
    numbers, texts = CheckBox(1, 0), CheckBox("True", "False")
    assert [numbers.process_bind_param(value, SQLITE) for value in (True, False, None)] == [
        1,
        0,
        None,
    ]
    assert [texts.process_bind_param(value, SQLITE) for value in (True, False, None)] == [
        "True",
        "False",
        None,
    ]
    stored = ("True", "True  ", "False", "", "1", None)
    assert [texts.process_result_value(value, SQLITE) for value in stored] == [
        True,
        True,
        False,
        False,
        False,
        None,
    ]
    assert [numbers.process_result_value(value, SQLITE) for value in (1, 0, 2)] == [
        True,
        False,
        False,
    ]


def test_a_choice_is_the_word_of_the_installation() -> None:
    """NG-1: our word goes in and comes out, theirs lies in the database."""
    choice = Choice((("incoming", "Příchozí"), ("outgoing", "Odchozí")))
    assert choice.process_bind_param("incoming", SQLITE) == "Příchozí"
    assert choice.process_result_value("Odchozí", SQLITE) == "outgoing"
    assert choice.process_result_value("Odchozí    ", SQLITE) == "outgoing"


def test_a_choice_that_is_not_ours_stays_as_it_is() -> None:
    """NG-1: the ERP may have words that the program does not know; they are no error."""
    choice = Choice((("incoming", "Příchozí"),))
    assert choice.process_result_value("Interní", SQLITE) == "Interní"
    assert choice.process_result_value(None, SQLITE) is None
    assert choice.process_bind_param("Interní", SQLITE) == "Interní"


@pytest.mark.parametrize(
    ("moment", "local"),
    [
        # The last second of winter time, and the first of summer time.
        (datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC), "2026-03-29 01:59:59"),
        (datetime(2026, 3, 29, 1, 0, 0, tzinfo=UTC), "2026-03-29 03:00:00"),
        # The hour that comes twice.
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2026-10-25 02:30:00"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2026-10-25 02:30:00"),
        (datetime(2026, 7, 1, 12, 0, 0, 999_999, tzinfo=UTC), "2026-07-01 14:00:00"),
    ],
)
def test_a_moment_is_stored_as_local_time(moment: datetime, local: str) -> None:
    """NG-1: the ERP keeps local time to the second, without zone."""
    stored = Moment("Europe/Prague").process_bind_param(moment, SQLITE)
    assert str(stored) == local


def test_a_moment_comes_back_except_in_the_second_of_two_hours() -> None:
    """NG-1: local time cannot tell the two hours apart; the first is taken."""
    kind = Moment("Europe/Prague")
    for hour in range(24 * 7):
        moment = datetime(2026, 10, 22, tzinfo=UTC) + timedelta(hours=hour)
        back = kind.process_result_value(kind.process_bind_param(moment, SQLITE), SQLITE)
        second = moment == datetime(2026, 10, 25, 1, tzinfo=UTC)
        assert back == (moment - timedelta(hours=1) if second else moment)


def test_a_local_time_that_never_was_is_read_as_the_hour_after() -> None:
    """NG-1: somebody typed 02:30 on the day when the clock went from 02:00 to 03:00."""
    typed = datetime(2026, 3, 29, 2, 30)  # noqa: DTZ001 - local time, as the ERP stores it
    moment = Moment("Europe/Prague").process_result_value(typed, SQLITE)
    assert moment == datetime(2026, 3, 29, 3, 30, tzinfo=PRAGUE)


@pytest.mark.parametrize(
    ("moment", "year"),
    [
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), 1753),
        (datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=timezone(-timedelta(hours=12))), 9999),
        (datetime(1066, 10, 14, tzinfo=UTC), 1753),
    ],
)
def test_a_hostile_date_is_moved_into_what_databases_hold(moment: datetime, year: int) -> None:
    """NG-7: a mail may claim any date; storing it never fails."""
    for kind in (Moment("Europe/Prague"), UtcMoment()):
        stored = kind.process_bind_param(moment, SQLITE)
        assert stored is not None
        assert stored.year == year
        assert stored.tzinfo is None


def test_a_number_beyond_an_int_is_stored_as_the_limit() -> None:
    """NG-7: an invitation may claim any sequence number."""
    kind = WholeNumber()
    assert kind.process_bind_param(10**30, SQLITE) == 2**31 - 1
    assert kind.process_bind_param(-(10**30), SQLITE) == -(2**31 - 1)
    assert [kind.process_bind_param(value, SQLITE) for value in (0, 7, None)] == [0, 7, None]


def test_own_moments_are_utc_and_come_back() -> None:
    """NG-8: our own tables keep UTC, so that both hours of the change stay apart."""
    kind = UtcMoment()
    moment = datetime(2026, 10, 25, 2, 30, 0, 123_456, tzinfo=PRAGUE)
    stored = kind.process_bind_param(moment, SQLITE)
    assert str(stored) == "2026-10-25 00:30:00.123456"
    assert kind.process_result_value(stored, SQLITE) == moment.astimezone(UTC)
    assert kind.process_result_value(None, SQLITE) is None
