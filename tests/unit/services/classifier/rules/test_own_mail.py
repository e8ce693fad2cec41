from uuid import UUID

from pydantic import SecretStr

from shared.domain.own_mail import LOOP_HEADER, OwnMail
from tests.builders import OWN_MAIL, a_mail, decide

UNIQUE = UUID(int=7)
MESSAGE_ID = "<other@firma.cz>"


def _words(own: OwnMail, *, message_id: str, loop_of: str | None = None) -> tuple[str, ...]:
    more = f"Message-ID: {message_id}\n"
    more += f"{LOOP_HEADER}: {own.loop_header(loop_of)}\n" if loop_of else ""
    return decide(a_mail(more=more)).words


def test_our_own_message_id_stops_the_mail() -> None:
    """R-0: LOOP, no activity."""
    ours = OWN_MAIL.message_id(UNIQUE, "firma.cz")

    assert _words(OWN_MAIL, message_id=ours) == ("LOOP", "DELETED")


def test_our_loop_header_stops_the_mail() -> None:
    """R-0: a server may have given the mail another Message-ID before we signed it."""
    assert _words(OWN_MAIL, message_id=MESSAGE_ID, loop_of=MESSAGE_ID) == ("LOOP", "DELETED")


def test_nobody_else_can_hide_behind_the_signature() -> None:
    """R-0, I-9: another secret, or our header copied to another mail, is no mail of ours."""
    other = OwnMail(SecretStr("guessed"))

    assert _words(other, message_id=other.message_id(UNIQUE, "firma.cz")) == ("PROCESSED",)
    assert _words(other, message_id=MESSAGE_ID, loop_of=MESSAGE_ID) == ("PROCESSED",)
    assert _words(OWN_MAIL, message_id="<new@evil.example>", loop_of=MESSAGE_ID) == ("PROCESSED",)
