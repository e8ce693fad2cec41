"""Patterns that are compiled when they are first asked."""

import re

import pytest

from services.classifier.parse.seldom import SeldomPattern


def test_a_seldom_pattern_is_compiled_once_and_only_when_it_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """O-6: the words of bounces cost nothing where no bounce is read."""
    compiled: list[str] = []
    compile_pattern = re.compile

    def counted(pattern: str, flags: re.RegexFlag) -> re.Pattern[str]:
        compiled.append(pattern)
        return compile_pattern(pattern, flags)

    monkeypatch.setattr("services.classifier.parse.seldom.re.compile", counted)
    pattern = SeldomPattern("b+", re.IGNORECASE)
    assert compiled == []

    found = pattern.search("aBb")
    assert found
    assert (found[0], pattern.match("aBb"), pattern.sub("-", "aBb")) == ("Bb", None, "a-")
    assert [one[0] for one in pattern.finditer("b B")] == ["b", "B"]
    assert compiled == ["b+"]
