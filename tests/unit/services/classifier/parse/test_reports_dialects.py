import pytest

from services.classifier.parse.parsed_mail import FailedRecipient, Reports
from tests.report_builders import a_text, addresses, only, reports_of

EXCHANGE = "Microsoft Exchange <postmaster@firma.cz>"

TEXTS = {
    "qmail": (
        "failure notice",
        (
            "Hi. This is the qmail-send program at mx.example.\n"
            "I'm afraid I wasn't able to deliver your message to the following addresses.\n\n"
            "<jan@acme.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n"
        ),
    ),
    "Exim": (
        "Mail delivery failed: returning message to sender",
        (
            "This message was created automatically by mail delivery software.\n\n"
            "A message that you sent could not be delivered to one or more of its\nrecipients. "
            "This is a permanent error. The following address(es) failed:\n\n  jan@acme.example\n"
            "    Unrouteable address\n"
        ),
    ),
    "Postfix": (
        "Undelivered Mail Returned to Sender",
        (
            "This is the mail system at host mx.example.\n\n"
            "For further assistance, please send mail to postmaster.\n\n"
            "<jan@acme.example>: host mx.acme.example said: 550 User unknown\n"
        ),
    ),
    "sendmail": (
        "Returned mail: see transcript for details",
        (
            "   ----- The following addresses had permanent fatal errors -----\n"
            "<jan@acme.example>\n"
            "    (reason: 550 5.1.1 User unknown)\n\n   ----- Transcript of session follows -----\n"
            "... while talking to mx.acme.example.:\n550 5.1.1 User unknown\n"
        ),
    ),
    "Gmail": (
        "Delivery Status Notification (Failure)",
        (
            "** Address not found **\n\nYour message wasn't delivered to jan@acme.example because "
            "the address couldn't be found, or is unable to receive mail.\n"
        ),
    ),
    "Domino": (
        "Undeliverable message",
        (
            "------- Failure Reasons  --------\n\nUser not listed in public Name & Address Book\n"
            "jan@acme.example\n"
        ),
    ),
    "unknown system": (
        "Delivery problem",
        (
            "Unfortunately we cannot deliver the mail for this recipient:\n\n   jan@acme.example\n"
            "   Reason: no such user\n"
        ),
    ),
}

EXCHANGE_TEXTS = {
    "English": (
        "Undeliverable: Offer",
        (
            "Your message did not reach some or all of the intended recipients.\n\n"
            "The following recipient(s) could not be reached:\n\n   jan@acme.example on 1.10.2026\n"
            "   The e-mail account does not exist at the organization this message was sent to.\n"
        ),
    ),
    "Czech": (
        "Nedoručitelné: Nabídka",
        (
            "Doručení těmto příjemcům nebo skupinám se nezdařilo:\n\njan@acme.example\n"
            "Zadaná e-mailová adresa nebyla nalezena.\n"
        ),
    ),
    "Czech, encoded subject": (
        "=?utf-8?q?Nedoru=C4=8Diteln=C3=A9=3A_Nab=C3=ADdka?=",
        (
            "Vaši zprávu nelze doručit následujícím příjemcům:\n\n  jan@acme.example\n"
            "Příjemce neexistuje.\n"
        ),
    ),
    "German": (
        "Unzustellbar: Angebot",
        (
            "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:\n\n"
            "jan@acme.example\nDie eingegebene E-Mail-Adresse konnte nicht gefunden werden.\n"
        ),
    ),
}


@pytest.mark.parametrize("system", TEXTS)
def test_texts_of_mail_systems_name_who_failed(system: str) -> None:
    """R-2, B-2: without a machine part the vendor's text is read."""
    subject, body = TEXTS[system]
    reports = reports_of(a_text(body, subject=subject))
    assert [failure.address for failure in reports.failures] == ["jan@acme.example"]
    assert reports.source == "dialect"
    assert reports.failures[0].of_address


@pytest.mark.parametrize("language", EXCHANGE_TEXTS)
def test_exchange_is_understood_in_its_languages(language: str) -> None:
    """R-2, B-2: whatever the language of the server is."""
    subject, body = EXCHANGE_TEXTS[language]
    failure = only(a_text(body, sender=EXCHANGE, subject=subject))
    assert (failure.address, failure.of_address) == ("jan@acme.example", True)


def test_a_full_mailbox_in_czech_is_soft() -> None:
    """B-3: the words of a vendor's text decide as those of a report."""
    body = "Vaše zpráva nebyla doručena těmto příjemcům:\n\njan@acme.example\nSchránka je plná.\n"
    failure = only(a_text(body, sender=EXCHANGE, subject="Nedoručitelné: Nabídka"))
    assert failure.permanent
    assert not failure.of_address


def test_the_header_field_of_failed_recipients_is_read() -> None:
    """B-2: X-Failed-Recipients comes before the text."""
    raw = a_text(
        "The mail could not be delivered, mailbox of eva@acme.example unavailable.\n",
        more="X-Failed-Recipients: Jan@Acme.example, petr@acme.example\n",
    )
    assert addresses(raw) == ["jan@acme.example", "petr@acme.example"]


def test_several_recipients_have_their_own_reasons() -> None:
    """B-2, B-3: what stands behind an address is about it."""
    raw = a_text(
        "This is the mail system at host mx.example.\n\n"
        "<jan@acme.example>: host mx.acme.example said: 550 5.1.1 User unknown\n\n"
        "<eva@acme.example>: host mx.acme.example said: 552 5.2.2 Mailbox is full\n"
    )
    found = {failure.address: failure for failure in reports_of(raw).failures}
    assert found["jan@acme.example"].status == "5.1.1"
    assert found["eva@acme.example"].status == "5.2.2"
    assert found["jan@acme.example"].of_address
    assert not found["eva@acme.example"].of_address


def test_a_warning_of_delay_is_temporary() -> None:
    """B-3: the other system goes on trying."""
    raw = a_text(
        "This message was created automatically by mail delivery software.\nA message that you "
        "sent has not yet been delivered to one or more of its recipients.\n\n"
        "The address to which the message has not yet been delivered is:\n\n  jan@acme.example\n"
        "    Delay reason: connection timed out\n",
        subject="Warning: message 1abc delayed 24 hours",
    )
    failure = only(raw)
    assert not failure.permanent
    assert not failure.of_address


def test_the_original_and_our_own_address_are_not_taken() -> None:
    """B-2, H-20: neither what the original says, nor who gets the bounce."""
    raw = a_text(
        "Dear obchod@firma.cz,\nyour message could not be delivered to:\n\n  jan@acme.example\n\n"
        "----- Original message -----\nFrom: obchod@firma.cz\nTo: petr@acme.example\n\n"
        "the following addresses failed: eva@acme.example\n"
    )
    assert addresses(raw) == ["jan@acme.example"]


def test_a_bounce_whose_boundary_fits_nothing_is_read_as_text() -> None:
    """B-2: a gateway changed the boundary in the body and not in the header."""
    raw = (
        b"From: MAILER-DAEMON@mx.example\nReturn-Path: <>\nSubject: Undelivered\n"
        b"Content-Type: multipart/report; boundary=aa\n\n--bb\n\nThis is the mail system at host "
        b"mx.example.\n\n<jan@acme.example>: user unknown\n\n--bb--\n"
    )
    assert addresses(raw) == ["jan@acme.example"]


@pytest.mark.parametrize(
    ("sender", "subject", "path", "more", "body"),
    [
        (
            *("Jan <jan@acme.example>", "Nepřítomnost v kanceláři", "<>", ""),
            "Nejsem tu. Kontaktujte mě na adrese eva@acme.example.\n",
        ),
        (
            *("Jan <jan@acme.example>", "Automatic reply: Delivery failed", "<>", ""),
            "Your message was not delivered; write to the address eva@acme.example\n",
        ),
        (
            *("Help <help@acme.example>", "Your message: status", "<>"),
            *("Auto-Submitted: auto-replied\n", "Delivered to address help@acme.example\n"),
        ),
        (
            *("Jan <jan@acme.example>", "Mail delivery problem", "<jan@acme.example>", ""),
            "I got this:\n\nDelivery to the following recipients failed:\n\n  eva@acme.example\n",
        ),
        (
            *("DHL Mail Delivery <info@dhl.example>", "Delivery failed", "<x@dhl.example>", ""),
            "The parcel could not be delivered to this address: eva@acme.example\n",
        ),
        (
            *("postmaster@acme.example", "Odstávka", "<postmaster@acme.example>", ""),
            "Napište na adresu eva@acme.example, server nelze použít.\n",
        ),
        (
            *("confirm@acme.example", "Please confirm", "<>", ""),
            "Your message is held. Confirm the address eva@acme.example\n",
        ),
        (
            *("Jan <jan@acme.example>", "Re: Undelivered Mail Returned to Sender", "<>", ""),
            "> <eva@acme.example>: user unknown\n",
        ),
        (
            *("Jan <jan@acme.example>", "Read: Offer", "<>", ""),
            "Your message to eva@acme.example was displayed. There is no guarantee.\n",
        ),
    ],
)
def test_what_only_looks_like_a_bounce_is_none(
    sender: str, subject: str, path: str, more: str, body: str
) -> None:
    """R-2, H-23: automatic answers, challenges, parcels, and people who quote a bounce."""
    raw = a_text(body, sender=sender, subject=subject, path=path, more=more)
    assert reports_of(raw) == Reports()


@pytest.mark.parametrize(
    "body",
    [
        "Please contact postmaster@acme.example for help, delivery failed.\n",
        "Message from eva@acme.example could not be delivered.\n",
        "From: eva@acme.example\nThe mail was returned.\n",
    ],
)
def test_others_that_a_bounce_names_did_not_fail(body: str) -> None:
    """B-2: postmasters and senders."""
    assert reports_of(a_text(body)).failures == ()


def test_failures_are_plain_values() -> None:
    """B-4: one and the same bounce gives the same failures, in the same order."""
    raw = a_text(
        "This is the mail system at host mx.example.\n\n"
        "<b@acme.example>: user unknown\n\n<a@acme.example>: user unknown\n"
    )
    first = reports_of(raw).failures
    assert first == reports_of(raw).failures
    assert all(isinstance(failure, FailedRecipient) for failure in first)
    assert {failure.address for failure in first} == {"a@acme.example", "b@acme.example"}
