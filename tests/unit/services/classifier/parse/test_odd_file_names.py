"""Names that mean something to a system only after it has read them in its own way."""

import pytest

from services.classifier.parse.file_names import safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("con .txt", "_con .txt"),
        ("NUL", "_NUL"),
        ("CONIN$", "_CONIN$"),
        ("conout$.txt", "_conout$.txt"),
        ("CLOCK$", "_CLOCK$"),
        ("\uff23\uff2f\uff2e.txt", "_\uff23\uff2f\uff2e.txt"),
        ("\uff0e\uff0e\uff0fetc\uff0fpasswd", "_etc_passwd"),
        ("a\uff1ab\uff0ac\uff1f.txt", "a_b_c_.txt"),
        ("…hidden", "hidden"),
        ("report\uff0e", "report"),
    ],
)
def test_what_a_system_reads_as_something_else_is_safe(name: str, safe: str) -> None:
    """H-13: devices with a blank or a dollar sign, and letters that become others."""
    assert safe_name(name, "text/plain") == safe


@pytest.mark.parametrize(
    "name", ["icon.txt", "console.log", "contract.pdf", "½ off.pdf", "Žádost č. 2.docx", "a$b"]
)
def test_a_harmless_name_stays(name: str) -> None:
    """H-13: near misses."""
    assert safe_name(name, "text/plain") == name
