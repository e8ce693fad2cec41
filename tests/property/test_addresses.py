from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from services.classifier.parse.addresses import read_addresses
from shared.domain.addresses import is_valid_address

LOCAL = st.from_regex(r"[a-z0-9][a-z0-9._+-]{0,10}[a-z0-9]", fullmatch=True)
ADDRESSES = st.builds(
    "{}@{}".format, LOCAL, st.from_regex(r"[a-z0-9-]{1,8}\.[a-z]{2,4}", fullmatch=True)
)
NAME_CHARACTERS = st.characters(
    codec="utf-8", exclude_characters="@<>", exclude_categories=["Cc", "Cs", "Zl", "Zp"]
)
NAMES = st.text(NAME_CHARACTERS, max_size=30).filter(lambda name: "=?" not in name)
QUOTED = NAMES.map(lambda name: '"' + name.replace("\\", "").replace('"', "") + '"')
FREE_NAMES = st.text(
    st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=20
) | st.sampled_from(["Svoboda, Petr", "ACME, s.r.o.", "Ph.D.,", "'Petr'", "(Petr", "Petr)", "[x]"])
BRACKETED = st.sampled_from(
    ["<{}>", "< {} >", "<'{}'>", "<mailto:{}>", "<{}", "<<{}>>", "<\u200b{}>"]
)
FREE = st.sampled_from(
    ["{}", "'{}'", "{},", "{};", "<{}>", "{}>", "\u200b{}", "mailto:{}", " {} ."]
)


@given(NAMES | QUOTED, BRACKETED, ADDRESSES)
def test_whatever_the_name_the_bracket_is_the_address(name: str, form: str, address: str) -> None:
    """R-b: for any display name, with any punctuation, exactly the bracketed address is read."""
    found = read_addresses(f"{name} {form.format(address)}", 100, [])

    assert [one.email for one in found] == [address]


@given(FREE_NAMES, FREE, ADDRESSES)
def test_a_name_without_brackets_is_no_part_of_the_address(
    name: str, form: str, address: str
) -> None:
    """R-b: also where the brackets were forgotten."""
    found = read_addresses(f"{name} {form.format(address)}", 100, [])

    assert [one.email for one in found] == [address]


@given(st.lists(st.tuples(NAMES.filter(lambda n: not set(n) & set('"(')), ADDRESSES), max_size=6))
def test_every_address_of_a_list_is_read(entries: list[tuple[str, str]]) -> None:
    """R-b, R-c: of a list of mailboxes whose names have any marks that need no partner."""
    value = ", ".join(f"{name} <{address}>" for name, address in entries)

    assert [one.email for one in read_addresses(value, 100, [])] == [one for _, one in entries]


@given(st.text(max_size=200))
def test_any_text_is_an_address_list(value: str) -> None:
    """R-b: total; every address has an at sign inside, and none has a control character."""
    for one in read_addresses(value, 10, []):
        assert "@" in one.email[1:-1]
        assert not any(ord(character) < 32 for character in one.email)


@given(
    st.from_regex(
        r"[a-z0-9_+.-]{1,66}@[a-z0-9-]{1,65}(\.[a-z0-9-]{1,12}){0,3}\.[a-z0-9-]{1,6}",
        fullmatch=True,
    )
)
def test_plain_addresses_are_judged_as_the_library_judges_them(address: str) -> None:
    """R-7: the short way of `is_valid_address` lets nothing pass that email-validator refuses."""
    try:
        validate_email(f"{address}.example", check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        assert not is_valid_address(address)
    else:
        assert is_valid_address(address)
