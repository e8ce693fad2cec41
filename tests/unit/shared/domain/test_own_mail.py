from uuid import UUID

import pytest
from pydantic import SecretStr

from shared.domain.own_mail import OwnMail

OURS = OwnMail(SecretStr("one secret"))
THEIRS = OwnMail(SecretStr("another secret"))
UNIQUE = UUID(int=7)
MESSAGE_ID = OURS.message_id(UNIQUE, "firma.cz")


def test_a_message_id_of_ours_is_known_without_any_header() -> None:
    """R-0, I-9: it carries the signature itself."""
    assert OURS.is_ours(MESSAGE_ID, ())


@pytest.mark.parametrize(
    "message_id",
    [
        None,
        "",
        MESSAGE_ID.replace("firma.cz", "evil.example"),
        MESSAGE_ID.replace(UNIQUE.hex, UUID(int=8).hex),
        MESSAGE_ID.upper(),
        f"{MESSAGE_ID}\n",
        MESSAGE_ID.strip("<>"),
        THEIRS.message_id(UNIQUE, "firma.cz"),
        "<přílohy@firma.cz>",
    ],
)
def test_a_changed_message_id_is_not_ours(message_id: str | None) -> None:
    """R-0: another domain, another number, another secret, other characters."""
    assert not OURS.is_ours(message_id, ())


def test_the_loop_header_belongs_to_one_message_id() -> None:
    """R-0: copied to another mail it says nothing; one genuine header among others is enough."""
    header = OURS.loop_header("<a@firma.cz>")

    assert OURS.is_ours("<a@firma.cz>", ("yes", "účet", header))
    assert not OURS.is_ours("<b@firma.cz>", (header,))
    assert not OURS.is_ours(None, (header,))
    assert not THEIRS.is_ours("<a@firma.cz>", (header,))


def test_the_signature_of_a_message_id_is_no_loop_header() -> None:
    """R-0: the two are signed apart, so neither gives the other away."""
    signature = MESSAGE_ID.partition(".")[2].partition("@")[0]

    assert not OURS.loop_header(MESSAGE_ID).startswith(signature)


def test_the_secret_is_never_shown() -> None:
    """I-9: not even where the object is written to a log."""
    assert "one secret" not in repr(OURS)
