import pytest

from shared.contracts.flags import NOT_BELIEVED
from shared.domain.sent import sent_by_us

OWN = frozenset({"firma.cz"})


@pytest.mark.parametrize(
    ("sender", "direction", "flags", "wanted"),
    [
        ("jan@firma.cz", "outgoing", [], True),
        ("jan@home.example", "outgoing", [], True),
        ("newsletter@firma.cz", "incoming", [], True),
        ("x@evil.example", "incoming", [], False),
        ("jan@firma.cz", "outgoing", [NOT_BELIEVED], False),
        ("jan@firma.cz", None, [], False),
        (None, "outgoing", [], False),
    ],
)
def test_mail_is_ours_if_its_sender_is_and_nothing_refutes_it(
    sender: str | None, direction: str | None, flags: list[str], *, wanted: bool
) -> None:
    """S-7: a stranger, or somebody who only says that he is one of us, proves no bounce."""
    assert sent_by_us(sender, direction, flags, OWN) is wanted
