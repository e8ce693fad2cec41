import pytest

from shared.domain.folding import fold_line, fold_lines
from shared.domain.vocabulary import (
    PHRASES,
    build_vocabulary,
    comparable_subject,
    contains_words,
    first_prefix,
    tight,
)
from shared.settings.keys import KEY_BY_NAME


def test_every_list_is_there_and_can_be_extended() -> None:
    """V: the built-in phrases of both languages stay when a list is extended."""
    built_in = build_vocabulary({})
    extended = build_vocabulary({"newTaskPhrase": ("Úloha:",), "replyPrefix": ("Antw:",)})

    assert built_in.new_task == ("new task:", "novy ukol:", "nova uloha:")
    assert extended.new_task == ("new task:", "novy ukol:", "nova uloha:", "uloha:")
    assert extended.replies[-1] == "antw:"
    assert extended.forwards == built_in.forwards


def test_prefixes_end_in_a_colon_however_they_are_written() -> None:
    """V: `TR` as a prefix does not make `Traktor:` one."""
    extended = build_vocabulary({"forwardPrefix": ("TR",), "newTaskPhrase": ("Založ úkol",)})

    assert first_prefix("traktor:x", extended.forwards) is None
    assert first_prefix("tr:x", extended.forwards) == "tr:"
    assert "zaloz ukol:" in extended.new_task


def test_empty_extensions_empty_nothing() -> None:
    """V: an empty value neither empties a list nor matches everything."""
    assert build_vocabulary({"detailsPhrase": ("", "  ")}) == build_vocabulary({})


def test_every_phrase_has_its_configuration_key() -> None:
    """V: the key in the last column of the table is one that the configuration knows."""
    assert set(PHRASES) <= set(KEY_BY_NAME)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Nový  ÚKOL :\r\n x", "novy ukol : x"),
        ("Ｔａｓｋ：５", "task:5"),  # noqa: RUF001 - full-width letters are the point
        ("PŘÍLEŽITOST\u00a0:\t9", "prilezitost : 9"),
        ("Stra\u00dfe \ufb01n", "strasse fin"),
        ("a\u0301b", "ab"),
        ("Za\u200bkáz\u00adka\u200d:\u20605\ufeff", "zakazka:5"),
    ],
)
def test_folding_makes_ways_of_writing_equal(text: str, folded: str) -> None:
    """V: compatibility forms, diacritics, case and white space do not matter."""
    assert fold_line(text) == folded


def test_a_text_of_very_many_characters_folds_as_each_of_its_words() -> None:
    """V: how many different letters a text has does not matter."""
    words = [chr(code) * 2 for code in range(0xC0, 0x2000) if chr(code).isalpha()]

    folded = fold_line(" ".join(words))

    assert folded.split() == " ".join(map(fold_line, words)).split()


def test_folding_can_keep_lines() -> None:
    """V: lines stay apart where a token must stand on one line."""
    assert fold_lines("Á  b\n\n c ") == "a b\n\nc"


def test_blanks_around_a_colon_are_optional() -> None:
    """V: a blank before or after the colon makes no difference."""
    assert (tight(" : : "), tight("a :: b"), tight("a  : b")) == ("::", "a::b", "a :b")
    assert tight(fold_line("New task : X: y")) == "new task:X: y".lower().replace(": ", ":")


def test_the_longest_prefix_wins() -> None:
    """V: of several phrases that fit, the most specific one is named."""
    assert first_prefix("info o ukolu", ("info", "info o")) == "info o"
    assert first_prefix("x", ("info",)) is None


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        ("info o ukolu", "info o"),
        ("info o:x", "info o"),
        ("info o", "info o"),
        ("info objednavka", None),
        ("info oprava", None),
        ("info about5", None),
    ],
)
def test_a_phrase_ends_with_the_end_of_a_word(text: str, prefix: str | None) -> None:
    """V: a longer word that begins alike is another one."""
    assert first_prefix(text, build_vocabulary({}).inform) == prefix


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("task details changed", True),
        ("details", True),
        ("(details)", True),
        ("detailsheet", False),
        ("codetails", False),
        ("detailsheet and details", True),
    ],
)
def test_a_phrase_inside_a_subject_is_whole_words(text: str, *, found: bool) -> None:
    """V: `Details` is no part of `Detailsheet`."""
    assert contains_words(text, "details") is found


@pytest.mark.parametrize(
    ("subject", "compared"),
    [
        ("[EXTERNAL] New task: x", "new task:x"),
        ("[Externí] [SPAM]  Nový úkol: x", "novy ukol:x"),
        ("Re[2]: x", "re:x"),
        ("AW(3): x", "aw:x"),
        ("Re [12] : x", "re:x"),
        ("[Zakázka:4] x", "[zakazka:4] x"),
        ("[JIRA] x", "[jira] x"),
        ("Cena(1): x", "cena:x"),
    ],
)
def test_tags_and_counters_before_a_subject_are_passed_over(subject: str, compared: str) -> None:
    """V: gateways put tags before a subject, and some programs count replies."""
    assert comparable_subject(subject, build_vocabulary({}).tags) == compared
