from hypothesis import given
from hypothesis import strategies as st

from tests.builders import a_mail

ADDRESSES = st.lists(
    st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.cz", fullmatch=True), min_size=1, max_size=6, unique=True
)


@given(st.data(), ADDRESSES)
def test_the_key_does_not_depend_on_order_or_case_of_recipients(
    data: st.DataObject, addresses: list[str]
) -> None:
    """R-a: recipients in any order, in any case, in To or Cc, give the same key."""
    shuffled = data.draw(st.permutations(addresses))
    split = data.draw(st.integers(0, len(addresses)))
    upper = [address.upper() for address in shuffled]

    first = a_mail(to=", ".join(addresses))
    other = a_mail(to=", ".join(upper[:split]), cc=", ".join(upper[split:]))

    assert first.key == other.key


@given(ADDRESSES, ADDRESSES)
def test_other_recipients_give_another_key(one: list[str], two: list[str]) -> None:
    """R-a: the set of recipients is part of the key."""
    same = set(one) == set(two)

    assert (a_mail(to=", ".join(one)).key == a_mail(to=", ".join(two)).key) is same


@given(st.text(st.characters(codec="ascii", min_codepoint=33), min_size=1, max_size=30))
def test_without_a_valid_date_the_body_identifies(body: str) -> None:
    """R-a: without a valid Date the digest of the body takes its place; else it does not count."""
    dateless = a_mail(body, date="")

    assert (dateless.key == a_mail("another body", date="").key) is (body == "another body")
    assert a_mail(body).key == a_mail("another body").key
