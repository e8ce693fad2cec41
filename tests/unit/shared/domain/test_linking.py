from shared.contracts.references import ContactRef
from shared.domain.directory import AddressBookEntry
from tests.builders import (
    ACME,
    BETA,
    BOB,
    BOX,
    EVA,
    JAN,
    PETR,
    STRANGER,
    a_mail,
    activities,
    decide,
    reasons,
    some_facts,
)

SECOND = ContactRef(id=7, email="second@acme.example")


def test_incoming_mail_is_linked_by_its_sender() -> None:
    """A-2: contact and relationship of the sender's full address."""
    (activity,) = activities(decide(a_mail(sender=PETR)))

    assert activity.contact is not None
    assert activity.contact.email == PETR
    assert activity.relationship == ACME


def test_an_unknown_person_of_a_known_company_is_linked_to_the_company() -> None:
    """A-2: the domain counts where no full address is found."""
    (activity,) = activities(decide(a_mail(sender="new@acme.example")))

    assert activity.contact is None
    assert activity.relationship == ACME


def test_outgoing_mail_is_linked_by_the_first_recipient_that_is_found() -> None:
    """A-2: in header order, users left out, full addresses of all recipients before any domain."""
    mail = a_mail(sender=JAN, to=f"new@acme.example, {EVA}, {STRANGER}", cc=f"{BOB}, {BOX}")

    (activity,) = activities(decide(mail))

    assert activity.contact is not None
    assert activity.contact.email == BOB
    assert activity.relationship == BETA


def test_a_domain_of_two_companies_links_nothing() -> None:
    """A-2: a domain on two relationships gives no link and a warning in the trace."""
    facts = some_facts(relationships_by_domain={"gama.example": (ACME, BETA)})

    decided = decide(a_mail(sender="ota@gama.example"), facts)

    (activity,) = activities(decided)
    assert activity.relationship is None
    assert "ACME s.r.o., Beta a.s." in reasons(decided, "A-2")[0]


def test_an_address_of_two_people_of_one_company_links_the_company() -> None:
    """A-2: which of two contacts is meant is not guessed; their common company is sure."""
    both = (AddressBookEntry(ContactRef(id=1, email=PETR), ACME), AddressBookEntry(SECOND, ACME))

    (activity,) = activities(decide(a_mail(), some_facts(address_book={PETR: both})))

    assert activity.contact is None
    assert activity.relationship == ACME


def test_an_address_of_two_companies_links_nothing() -> None:
    """A-2: one address on contacts of two companies gives no link, not even by domain."""
    both = (AddressBookEntry(ContactRef(id=1, email=PETR), ACME), AddressBookEntry(SECOND, BETA))

    (activity,) = activities(
        decide(a_mail(), some_facts(address_book={PETR: both}, relationships_by_domain={}))
    )

    assert activity.relationship is None


def test_a_stranger_is_linked_to_nobody() -> None:
    """A-2: an address that is nowhere gives no link, and the activity is made all the same."""
    decided = decide(a_mail(sender=STRANGER))

    (activity,) = activities(decided)
    assert (activity.contact, activity.relationship) == (None, None)
    assert "not in the address book" in reasons(decided, "A-2")[0]
