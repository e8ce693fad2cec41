import pytest

from shared.settings.near_miss import nearest, quoted

_KNOWN = ("rootPath", "pop3Url", "pop3Password", "name")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("rootpath", "rootPath"),
        (" rootPath ", "rootPath"),
        ("root_path", "rootPath"),
        ("pop3Ulr", "pop3Url"),
        ("pop3Pasword", "pop3Password"),
        ("nmae", "name"),
    ],
)
def test_a_misspelt_word_finds_its_nearest(word: str, meant: str) -> None:
    """I-1: case, blanks, a missing letter or two in a wrong order still name the key."""
    assert nearest(word, _KNOWN) == meant


@pytest.mark.parametrize("word", ["logDir", "banana", "", "x" * 1_000_000, "pop"])
def test_a_word_that_resembles_none_finds_none(word: str) -> None:
    """I-1: a strange, an empty and a huge word resemble no key."""
    assert nearest(word, _KNOWN) is None


def test_quoting_escapes_control_characters_and_shortens() -> None:
    """I-1: a quoted value cannot forge lines of the report, nor fill it."""
    assert quoted('a\n"b"') == '"a\\n\\"b\\""'
    assert len(quoted("x" * 10_000)) < 100
