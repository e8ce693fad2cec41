"""Words that a mail is found by."""

from hypothesis import example, given
from hypothesis import strategies as st

from shared.domain.search_words import LONGEST_WORD, MOST_WORDS, search_words


def test_a_mail_is_found_by_whole_words_and_their_pieces_however_they_are_written() -> None:
    """R-d: case, diacritics and punctuation do not matter; an address is found by its parts."""
    assert search_words(["RE: Čerpadlo, 2025-7", "Petr@Acme.example"]) == (
        "re",
        "cerpadlo",
        "2025-7",
        "2025",
        "7",
        "petr@acme.example",
        "petr",
        "acme",
        "example",
    )


ANYTHING = st.text(st.characters(exclude_categories=()), max_size=200)


@given(st.lists(ANYTHING, max_size=20))
@example(["half a pair \ud800", "\0"])
def test_any_text_gives_few_short_plain_words_each_once(texts: list[str]) -> None:
    """H-4: whatever a mail says, its words fit their column and are told apart there."""
    words = search_words(texts)

    assert len(words) == len(set(words)) <= MOST_WORDS
    assert all(word.isascii() and word.isprintable() and " " not in word for word in words)
    assert all(0 < len(word) <= LONGEST_WORD and word == word.lower() for word in words)
