"""Plain address lists are read by one pattern, and as the reader of all others reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.classifier.parse.addresses import read_addresses
from services.classifier.parse.plain_addresses import plain_addresses

_PIECES = (
    *("Jan", "Jan Novák", '"Novák, Jan"', "=?utf-8?q?Nov=C3=A1k?=", "=?utf-8?b?xI0=?=", "o'Brien"),
    *("<jan@firma.cz>", "Petr@Firma.cz", "<a@b>", "a.b+c@d-e.example", "a@b.cz.", "a@b@c", "@"),
    *(",", ", ", ";", ":", " ", "\t", "\\", "[", "]", '"', "<", ">", "=", ".", "\u200b"),
)
_COMMENT = " (none)"
"""With which no list is plain; comments are nothing."""


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("jan@firma.cz", [("", "jan@firma.cz")]),
        ("Jan <Jan@Firma.cz>,b@c", [("Jan", "Jan@Firma.cz"), ("", "b@c")]),
        ('"Novák, Jan" <jan@firma.cz>', [('"Novák, Jan"', "jan@firma.cz")]),
        ("=?utf-8?q?Nov=C3=A1k?= <jan@firma.cz>", [("=?utf-8?q?Nov=C3=A1k?=", "jan@firma.cz")]),
    ],
)
def test_what_nearly_all_programs_write_is_plain(value: str, found: list[tuple[str, str]]) -> None:
    """R-b: names without marks, in quotes or encoded, and addresses with or without brackets."""
    assert plain_addresses(value) == found


@pytest.mark.parametrize(
    "value", ["", "Jan", "Novák, Jan <a@b>", "a@b;c@d", "a@b,", "Jan <a@b> x", "<a@b", "ž@b.cz"]
)
def test_whatever_may_be_read_in_several_ways_is_not_plain(value: str) -> None:
    """R-b: a near miss - what needs the other reader is left to it as a whole."""
    assert plain_addresses(value) is None


@given(st.lists(st.sampled_from(_PIECES), max_size=12))
def test_a_plain_list_is_read_as_any_other(pieces: list[str]) -> None:
    """R-b: both readers find the same addresses, names and oddities."""
    value = "".join(pieces)
    defects: list[str] = []
    others: list[str] = []

    found = read_addresses(value, 50, defects)

    assert plain_addresses(f"{value}{_COMMENT}") is None
    if plain_addresses(value):
        assert (found, defects) == (read_addresses(f"{value}{_COMMENT}", 50, others), others)
