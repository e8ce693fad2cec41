"""Reasons are kept as pattern and values, and said in the language of whoever asks."""

from copy import deepcopy

import pytest

from shared.contracts.content import TraceLine, trace_line
from shared.contracts.said import (
    Said,
    said,
    said_many,
    verbatim,
    with_commas,
    with_semicolons,
)
from shared.contracts.sentence import Sentence, said_again, sentence_of
from shared.errors import AwayError, ConfigProblem, ConfigurationError, TransientError
from shared.language.language import language, language_of

ENGLISH, CZECH = language("en"), language("cs")


def _line(reason: Said) -> TraceLine:
    """As it comes back from the journal."""
    line = trace_line("R-1", "duplicate", hit=True, reason=reason)
    return TraceLine.read_json(line.model_dump_json(exclude_none=True))


def test_a_reason_is_said_in_both_languages() -> None:
    """O-11: its text is English; its pattern and values, nested ones too, make the Czech one."""
    why = said("the sender {sender} is no user", sender="a@b.cz")
    line = _line(said("S-1: {found}, but {why}: nothing is marked", found="x", why=why))

    assert line.reason == "S-1: x, but the sender a@b.cz is no user: nothing is marked"
    assert ENGLISH.reason(line) == line.reason
    assert CZECH.reason(line) == "S-1: x, ale odesílatel a@b.cz není uživatel: nic se neoznačuje"


def test_a_reason_of_an_earlier_version_is_shown_as_it_is() -> None:
    """O-11: what was recorded without a pattern, or with one that is no longer said, stays."""
    old = TraceLine(id="R-1", rule="duplicate", hit=True, reason="as it was")

    assert CZECH.reason(old) == "as it was"
    assert CZECH.reason(_line(Said("gone a", "gone {x}", {"x": "a"}))) == "gone a"


@pytest.mark.parametrize(
    ("count", "english", "czech"),
    [
        (0, "the mail has 0 From fields instead of one", "zpráva má 0 polí From místo jednoho"),
        (2, "the mail has 2 From fields instead of one", "zpráva má 2 pole From místo jednoho"),
        (5, "the mail has 5 From fields instead of one", "zpráva má 5 polí From místo jednoho"),
    ],
)
def test_counts_take_the_right_form(count: int, english: str, czech: str) -> None:
    """O-11: Czech has a form for one, one for two to four, and one for the rest."""
    one, many = "the mail has {n} From field instead of one", "the mail has {n} From fields"
    line = _line(said_many(one, f"{many} instead of one", count))

    assert (line.reason, CZECH.reason(line)) == (english, czech)


def test_text_of_a_mail_is_no_pattern() -> None:
    """O-11: braces and percent signs in what a mail says are put in as they are."""
    line = _line(said("the subject says “{phrase}”", phrase="{phrase} {n} %s {0.__class__}"))

    assert line.reason == "the subject says “{phrase} {n} %s {0.__class__}”"
    assert CZECH.reason(line) == "předmět říká „{phrase} {n} %s {0.__class__}“"


def test_values_of_a_reason_are_one_line() -> None:
    """H-15: what a message carries reaches a terminal without control characters, values too."""
    line = _line(said("the sender {sender} is no user", sender="a\x1b[2J\nb"))

    assert "\x1b" not in CZECH.reason(line)
    assert "\n" not in CZECH.reason(line)


def test_several_reasons_are_one() -> None:
    """O-11: lists of reasons stay translatable part by part."""
    parts = [said("no status"), said("no subject"), said("no problem id")]

    assert CZECH.reason(_line(with_commas(parts))) == "chybí stav, chybí předmět, chybí id problému"
    assert with_semicolons(parts[:2]) == "no status; no subject"


@pytest.mark.parametrize(
    ("locale", "name"),
    [
        ("cs_CZ.UTF-8", "cs"),
        ("cs", "cs"),
        ("CS_cz", "cs"),
        ("en_US.UTF-8", "en"),
        ("C.UTF-8", "en"),
        ("sk_SK.UTF-8", "en"),
        ("", "en"),
    ],
)
def test_the_locale_chooses(locale: str, name: str) -> None:
    """O-11: Czech where the locale is Czech, else English."""
    assert language_of(locale) == name


def test_an_error_is_said_in_the_language_of_whoever_reads_it() -> None:
    """O-11: its text is English, for the log; errors inside of others are said, too."""
    inner = AwayError(said("{label} answered {error}", label="a:1", error="x"), "broker")
    outer = TransientError(said("{error}; nothing was done: try again later", error=inner))

    assert str(outer) == "a:1 answered x; nothing was done: try again later"
    assert CZECH.tell(outer.sentence) == "a:1 odpověděl x; nic se neudělalo: zkuste to později"
    assert ENGLISH.tell(outer.sentence) == str(outer)


def test_very_many_problems_are_told_line_by_line_in_any_language() -> None:
    """I-1, O-11: each has its line, however many there are."""
    problem = ConfigProblem("crm.xml:7", said("is empty"), said("correct the file"))
    error = ConfigurationError([problem] * 5000)

    assert str(error).splitlines() == ["crm.xml:7: is empty - correct the file"] * 5000
    czech = CZECH.tell(error.sentence).splitlines()
    assert czech == ["crm.xml:7: je prázdné - opravte soubor"] * 5000


def test_what_is_said_survives_a_copy_and_a_file() -> None:
    """O-11: counted and nested sentences come back as they were."""
    many = said_many("{folder} holds {n} message", "{folder} holds {n} messages", 5, folder="INBOX")
    words = said("{holds} (read-only)", holds=many)
    again = said_again(str(words), Sentence.read_json(sentence_of(words).model_dump_json()))

    for each in (words, deepcopy(words), again):
        assert each == "INBOX holds 5 messages (read-only)"
        assert CZECH.tell(each) == "INBOX má 5 zpráv (jen ke čtení)"


def test_what_others_have_written_stays_as_it_is() -> None:
    """O-11: a server's words, and text that nobody has said, are the same in every language."""
    assert CZECH.tell(verbatim("{file} is empty")) == "{file} is empty"
    assert CZECH.tell("is empty") == "is empty"
