import pytest

from services.classifier.reading.wildcard import FieldPattern, field_pattern, matches


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("*@erp.firma.cz>", "<5@erp.firma.cz>", True),
        ("<ng-*@*.cz>", "<ng-5@firma.cz>", True),
        ("a*b*c", "abc", True),
        ("*", "", True),
        ("net genium", "net genium", True),
        ("net genium", "net genium 5", False),
        ("*@erp.firma.cz", "<5@erp.firma.cz>", False),
        ("ab*ba", "aba", False),
        ("a*b*b", "ab", False),
        ("a.c", "abc", False),
        ("", "x", False),
    ],
)
def test_a_star_stands_for_anything_and_the_whole_text_must_fit(
    pattern: str,
    text: str,
    fits: bool,  # noqa: FBT001
) -> None:
    """R-f, H-21: the two ends never share a character; a dot is a dot."""
    assert matches(pattern, text) == fits


def test_a_hostile_text_is_not_searched_over_and_over() -> None:
    """R-f, H-6: fifty stars over a long text that nearly fits."""
    assert not matches("*a" * 50 + "*b", "a" * 200_000)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("X-Mailer: NET Genium*", FieldPattern("x-mailer", "net genium*")),
        ("*@ERP.firma.cz>", FieldPattern("message-id", "*@erp.firma.cz>")),
        (" X-Odesláno : Účtárna*", FieldPattern("x-odesláno", "uctarna*")),
    ],
)
def test_a_pattern_without_a_field_is_that_of_the_message_id(text: str, read: FieldPattern) -> None:
    """R-f: the field is in lower case, the pattern folded."""
    assert field_pattern(text) == read
