"""Names of charsets."""

import codecs

import pytest

from services.classifier.parse.charset_names import ALLOWED


@pytest.mark.parametrize("name", sorted(ALLOWED))
def test_an_allowed_codec_is_named_as_python_names_it(name: str) -> None:
    """H-8: the allow-list is compared with Python's own name of a codec."""
    assert codecs.lookup(name).name == name
