"""The bytes of our mail: headers, envelope, signature, attachments (M-1, M-3, I-9)."""

import email
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from uuid import UUID

import pytest
from pydantic import SecretStr

from services.mailer.compose import Composed, NotSendableError, SendsAs, compose
from services.mailer.outbox_mail import OutboxMail
from services.mailer.rendering import Rendered
from shared.domain.own_mail import LOOP_HEADER, OwnMail

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
OWN = OwnMail(SecretStr("secret"))
SENDER = SendsAs("crm@firma.cz", "Firma", "errors@firma.cz")
NOTICE = OutboxMail(UUID(int=7), "crm", "eva@firma.cz", "notice", {})
COMMENT = replace(NOTICE, template="comment")
TEXT = Rendered("Věc", "Dobrý den\n", None)
INJECTED = "a\r\nBcc: eve@evil.example\n\rX: y\x00\u2028Z: z\u202e"


def _read(composed: Composed) -> EmailMessage:
    message = email.message_from_bytes(composed.data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert message.defects == []
    return message


def test_a_notice_comes_from_its_own_address_and_nobody_gets_bounces() -> None:
    """M-1: From is errorFrom, the envelope sender is empty."""
    composed = compose(NOTICE, TEXT, SENDER, OWN, NOW)
    message = _read(composed)

    assert (composed.envelope_from, composed.recipient) == ("", "eva@firma.cz")
    assert message["From"] == "errors@firma.cz"
    assert message["Precedence"] == "bulk"
    assert message["Subject"] == "Věc"
    assert message.get_content() == "Dobrý den\r\n"


def test_a_comment_comes_from_the_box_under_its_name() -> None:
    """M-1: the box is the envelope sender, so that a bounce comes back to it."""
    composed = compose(COMMENT, TEXT, SENDER, OWN, NOW)
    message = _read(composed)

    assert composed.envelope_from == "crm@firma.cz"
    assert message["From"] == "Firma <crm@firma.cz>"
    assert message["Precedence"] is None


@pytest.mark.parametrize("template", ["notice", "comment", "forward", "ticket", "answer"])
def test_every_own_mail_is_signed_and_says_that_it_is_automatic(template: str) -> None:
    """M-3: the loop header and the Message-ID are ours, whoever looks."""
    message = _read(compose(replace(NOTICE, template=template), TEXT, SENDER, OWN, NOW))
    message_id, loop = message["Message-ID"], message[LOOP_HEADER]

    assert message["Auto-Submitted"].startswith("auto-")
    assert OWN.is_ours(message_id, ())
    assert OWN.is_ours(message_id, (loop,))
    assert not OwnMail(SecretStr("another")).is_ours(message_id, (loop,))


def test_the_same_mail_has_the_same_message_id() -> None:
    """M-2: a mail that is sent again can be told from a second one."""
    first, again = (compose(NOTICE, TEXT, SENDER, OWN, now) for now in (NOW, datetime.now(UTC)))

    assert first.message_id == again.message_id
    other = compose(replace(NOTICE, outbox_id=UUID(int=8)), TEXT, SENDER, OWN, NOW)
    assert other.message_id != first.message_id


@pytest.mark.parametrize(
    "sender", [replace(SENDER, name=INJECTED), replace(SENDER, name='"; <eve@evil.example>, ž')]
)
def test_no_value_becomes_a_header_or_a_recipient(sender: SendsAs) -> None:
    """M-3: subjects, names and references of others stay what they are."""
    mail = replace(COMMENT, answers_to=[INJECTED, "<a@b>\r\nBcc: eve@evil.example", "<ok@b.cz>"])
    message = _read(compose(mail, Rendered(INJECTED, INJECTED, INJECTED), sender, OWN, NOW))

    assert message["Bcc"] is None
    assert message["X"] is None
    assert message["Z"] is None
    assert [one.addr_spec for one in message["From"].addresses] == ["crm@firma.cz"]
    assert [one.addr_spec for one in message["To"].addresses] == ["eva@firma.cz"]
    assert (message["In-Reply-To"], message["References"]) == ("<ok@b.cz>", "<ok@b.cz>")


@pytest.mark.parametrize(
    "recipient", ["", "eve", "a@b.cz, eve@evil.example", "a@b.cz\r\nRCPT TO:<eve@evil.example>"]
)
def test_what_is_no_address_is_sent_nothing(recipient: str) -> None:
    """M-3: a recipient is one address."""
    with pytest.raises(NotSendableError):
        compose(replace(NOTICE, recipient=recipient), TEXT, SENDER, OWN, NOW)


def test_a_long_thread_is_referred_to_as_it_is() -> None:
    """M-1: Message-IDs are not folded inside or encoded, however long they are."""
    ids = [f"<{'x' * 150}{number}@mail.example>" for number in range(40)]
    composed = compose(replace(COMMENT, answers_to=ids), TEXT, SENDER, OWN, NOW)
    head, _, _ = composed.data.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")

    assert ids[0].encode() in head
    assert b"=?" not in b"".join(line for line in lines if b"mail.example" in line)
    assert max(map(len, lines)) <= 998


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"Subject: a\r\n\r\nHello\r\n", "message/rfc822"),
        (b"Subject: \xc5\xbe\r\n\r\nHello\r\n", "application/octet-stream"),
        (b"Subject: a\n\nbare\n", "application/octet-stream"),
        (b"S: " + b"x" * 2000, "application/octet-stream"),
    ],
)
def test_an_original_is_attached_byte_for_byte(raw: bytes, kind: str) -> None:
    """M-1: as a message where any server passes it on unchanged, else as a file."""
    composed = compose(replace(COMMENT, template="forward"), TEXT, SENDER, OWN, NOW, [raw])

    (part,) = _read(composed).iter_attachments()
    assert part.get_content_type() == kind
    if kind == "message/rfc822":
        assert raw in composed.data
    else:
        assert part.get_payload(decode=True) == raw


def test_html_goes_beside_the_text() -> None:
    """M-4: both say the same; an original goes beside both."""
    html = Rendered("s", "t\n", "<p>Ž</p>\n")
    message = _read(compose(COMMENT, html, SENDER, OWN, NOW, [b"A: b\r\n\r\n"]))
    text, rich = message.get_body(("plain",)), message.get_body(("html",))

    assert text is not None
    assert rich is not None
    assert (text.get_content(), rich.get_content()) == ("t\r\n", "<p>Ž</p>\r\n")
