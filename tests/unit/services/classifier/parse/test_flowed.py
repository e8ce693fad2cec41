"""Text with soft line ends (RFC 3676)."""

import pytest

from services.classifier.parse.flowed import unflowed
from services.classifier.parse.mail import parse_mail


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Zakázka: \n123 p2", "Zakázka: 123 p2"),
        ("one \ntwo \nthree\nfour", "one two three\nfour"),
        ("> one \n> two\nown", "> one two\nown"),
        (">> one \n>> two\n> three", ">> one two\n> three"),
        ("> one \nown", "> one \nown"),
        ("own \n> one", "own \n> one"),
        (" >no quote", ">no quote"),
        (" From here", "From here"),
        ("text\n-- \nPetr", "text\n-- \nPetr"),
        ("text \n-- \nPetr", "text \n-- \nPetr"),
        ("ends with a soft one ", "ends with a soft one "),
        ("a \n\nb", "a \nb"),
        ("", ""),
    ],
)
def test_soft_line_ends_are_joined(text: str, read: str) -> None:
    """A-3: a paragraph is one line, of one depth of quotes; a signature's is never joined."""
    assert unflowed(text, delete_space=False) == read


def test_the_blank_before_a_soft_line_end_may_be_none_of_the_writers() -> None:
    """A-3: `delsp=yes`, as for languages without blanks."""
    assert unflowed("こん \nにちは", delete_space=True) == "こんにちは"


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ("; format=flowed", "Zakázka: 123"),
        ('; Format="Flowed"; charset=utf-8', "Zakázka: 123"),
        ("; format=flowed; delsp=yes", "Zakázka:123"),
        ("; format=fixed", "Zakázka: \n123"),
        ("", "Zakázka: \n123"),
    ],
)
def test_only_a_text_that_says_so_has_soft_line_ends(parameters: str, text: str) -> None:
    """A-3: blanks at the ends of lines mean nothing elsewhere."""
    raw = f"Content-Type: text/plain{parameters}\n\nZakázka: \n123".encode()

    assert parse_mail(raw, "key").text == text


def test_many_soft_lines_cost_linear_time() -> None:
    """H-4: a mebibyte of them is one paragraph."""
    assert len(unflowed("x \n" * 300_000, delete_space=False)) == 600_000
