"""Whether two addresses are of one organisation (V2-2, V2-2a, S-8)."""

import pytest

from shared.domain.public_mail import of_one_domain, of_one_organisation


@pytest.mark.parametrize(
    ("one", "other", "domain", "organisation"),
    [
        ("a@acme.example", "b@acme.example", True, True),
        ("a@acme.example", "b@office.acme.example", False, True),
        ("a@acme.co.uk", "b@evil.co.uk", False, False),
        ("a@gmail.com", "b@gmail.com", False, False),
        ("a@gmail.com", "a@gmail.com", True, True),
        ("a@seznam.cz", "b@seznam.cz", False, False),
        ("a@yahoo.co.uk", "b@yahoo.co.uk", False, False),
        ("a@mail.gmail.com", "b@mail.gmail.com", False, False),
        ("a@notgmail.com", "b@notgmail.com", True, True),
        ("a", "a", False, False),
        ("", "", False, False),
    ],
)
def test_a_domain_speaks_for_its_own_people_alone(
    one: str, other: str, *, domain: bool, organisation: bool
) -> None:
    """V2-2, S-8: at a public mail service, and without a domain, everybody stands alone."""
    assert of_one_domain(one, other) is domain
    assert of_one_organisation(one, other) is organisation
