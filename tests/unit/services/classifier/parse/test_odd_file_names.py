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
        ("ＣＯＮ.txt", "_ＣＯＮ.txt"),
        ("．．／etc／passwd", "_etc_passwd"),
        ("a：b＊c？.txt", "a_b_c_.txt"),
        ("…hidden", "hidden"),
        ("report．", "report"),
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
