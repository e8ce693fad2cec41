from hypothesis import given
from hypothesis import strategies as st

from shared.domain.folding import fold_line
from shared.domain.tokens import _ODD_COLON, find_tokens
from shared.domain.vocabulary import build_vocabulary
from tests.builders import a_mail

VOCABULARY = build_vocabulary({})
KEYWORDS = st.sampled_from(["Contract", "zakázka", "ORDER", "úkol", "Opo", "Zak", "projekt"])
NUMBERS = st.from_regex(r"([0-9]{4}-)?[0-9]{1,10}", fullmatch=True)
BLANK = st.sampled_from(["", " ", "\t", "\u00a0"])


@given(KEYWORDS, BLANK, BLANK, NUMBERS)
def test_a_token_is_found_however_it_is_written(
    keyword: str, before: str, after: str, number: str
) -> None:
    """T-2: any keyword, case, blank and number of the allowed form is found, number unchanged."""
    (token,) = find_tokens(f"{keyword}{before}:{after}{number}", "", VOCABULARY, lambda t: (t, ""))

    assert token.number == number


@given(st.text(max_size=2000))
def test_any_text_can_be_searched(text: str) -> None:
    """T-2: hostile text never breaks the search, and every number found is within its bounds."""
    for token in find_tokens(text, text, VOCABULARY, lambda t: (t, "")):
        digits = token.number.replace("-", "")
        assert digits.isascii()
        assert digits.isdigit()
        assert len(digits) <= 18


@given(st.text(st.sampled_from("Contract:1 \np-"), max_size=200))
def test_near_misses_are_bounded(text: str) -> None:
    """T-1: the tokens of a mail never outnumber its colons."""
    assert len(a_mail(text).tokens) <= text.count(":")


def test_every_character_that_folds_to_a_colon_is_searched() -> None:
    """T-2: lines are chosen by their colons before folding, so none may be forgotten."""
    folding_to_colon = [
        chr(codepoint)
        for codepoint in range(0x80, 0x30000)
        if not 0xD800 <= codepoint < 0xE000 and ":" in fold_line(f"a{chr(codepoint)}b")
    ]

    assert folding_to_colon
    assert [character for character in folding_to_colon if not _ODD_COLON.match(character)] == []
