import pytest

from services.classifier.facts.facts import Facts
from services.classifier.facts.look_up import _addresses
from services.classifier.reading.mail import Mail
from tests.builders import (
    BOX,
    EVA,
    JAN,
    PETR,
    STRANGER,
    a_box,
    a_mail,
    activities,
    decide,
    reasons,
    some_facts,
)

_GMAIL = (
    f"---------- Forwarded message ---------\nFrom: Petr <{PETR}>\nDate: x\nSubject: y\n\nText\n"
)
_OUTLOOK = (
    f"Hi\n\nOd: Petr Svoboda [mailto:{PETR}]\nOdesláno: dnes\nKomu: Jan\nPředmět: y\n\nText\n"
)
_THUNDERBIRD = (
    f"-------- Přeposlaná zpráva --------\nPředmět: y\nDatum: x\nOd: Petr <{PETR}>\n\nText\n"
)
_APPLE = (
    f"Begin forwarded message:\n\n> From: Petr <{PETR}>\n> Subject: y\n> Date: x\n> To: J\n>\n"
    "> Text\n"
)
_WRAPPED = (
    f"---------- Forwarded message ---------\nFrom: A very long name\n <{PETR}>\nDate: x\n\nText\n"
)
_FORMS = {
    "gmail": _GMAIL,
    "outlook": _OUTLOOK,
    "thunderbird": _THUNDERBIRD,
    "apple": _APPLE,
    "wrapped": _WRAPPED,
}
_ASKED = some_facts(a_box(attribute_forwards=True))


def _forwarded(text: str, *, sender: str = JAN, to: str = BOX, subject: str = "FW: y") -> Mail:
    return a_mail(text, sender=sender, to=to, subject=subject)


def _linked_to(mail: Mail, facts: Facts | None = None) -> str | None:
    (activity,) = activities(decide(mail, facts))
    return activity.contact.email if activity.contact else None


@pytest.mark.parametrize("form", _FORMS)
def test_the_trace_names_who_wrote_what_is_forwarded(form: str) -> None:
    """R-11: however programs write the header of what they forward, its sender is named."""
    decided = decide(_forwarded(_FORMS[form]))

    assert f"the mail that is forwarded came from {PETR}" in reasons(decided, "R-11")


@pytest.mark.parametrize("to", [BOX, EVA])
def test_forwarded_mail_is_linked_to_its_first_sender_if_asked(to: str) -> None:
    """A-2: attributeForwards links what a user forwards, to the box or to a colleague."""
    mail = _forwarded(_GMAIL, to=to)

    assert _linked_to(mail, _ASKED) == PETR
    assert _linked_to(mail) is None


def test_a_mail_forwarded_as_a_file_has_its_sender_too() -> None:
    """R-11, A-2: the original may be attached."""
    raw = (
        f"From: {JAN}\nTo: {BOX}\nSubject: Fwd: y\nContent-Type: multipart/mixed; boundary=x\n\n"
        "--x\n\nSee below.\n--x\nContent-Type: message/rfc822\n\n"
        f"From: Petr <{PETR}>\n\nText\n--x--\n"
    )
    mail = a_mail(raw.encode())

    assert _linked_to(mail, _ASKED) == PETR


def test_who_receives_a_forwarded_mail_goes_before_who_wrote_it() -> None:
    """A-2: a mail forwarded to a customer is that customer's."""
    mail = _forwarded(_GMAIL.replace(PETR, STRANGER), to=f"{PETR}, {BOX}")

    assert _linked_to(mail, _ASKED) == PETR


def test_an_outsider_cannot_say_whose_mail_he_forwards() -> None:
    """A-2: only a user's word counts, and below somebody from outside nobody's."""
    from_outside = _forwarded(_GMAIL, sender=STRANGER, to=JAN)
    nested = _forwarded(_GMAIL.replace(PETR, STRANGER) + _GMAIL)

    assert _linked_to(from_outside, _ASKED) is None
    assert _linked_to(nested, _ASKED) is None


def test_a_forged_user_cannot_say_whose_mail_he_forwards() -> None:
    """A-2, S-1: a user who is not believed links nothing."""
    box = a_box(attribute_forwards=True, authserv_id=("mx.firma.cz",))
    more = "Authentication-Results: mx.firma.cz; dmarc=fail header.from=firma.cz\n"
    mail = a_mail(_GMAIL, box, sender=JAN, to=EVA, subject="Fwd: y", more=more)

    assert mail.proof.state == "refuted"
    assert _linked_to(mail, some_facts(box)) is None


def test_what_went_from_colleague_to_colleague_is_the_customers() -> None:
    """R-11: headers of colleagues are passed over."""
    mail = _forwarded(_GMAIL.replace(PETR, EVA) + _GMAIL)

    assert _linked_to(mail, _ASKED) == PETR


def test_an_answer_forwards_nothing() -> None:
    """R-11: the header below an answer is that of the mail it answers."""
    decided = decide(_forwarded(_OUTLOOK, subject="Re: y"), _ASKED)

    assert not [one for one in reasons(decided, "R-11") if "came from" in one]
    assert activities(decided)[0].contact is None


def test_who_wrote_what_is_forwarded_is_looked_up() -> None:
    """A-2: the address book is asked for the original sender, too."""
    mail = _forwarded(_GMAIL)

    assert PETR in set(_addresses(mail, _ASKED.context))
