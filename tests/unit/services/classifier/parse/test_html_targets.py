"""Where links lead is kept in the text, where they do not show it themselves."""

import pytest

from services.classifier.parse.html import html_to_text
from services.classifier.parse.html_bounds import bounded_html
from services.classifier.parse.mail import parse_mail


def text_of(html: str) -> str:
    """Return the text of a page without defects."""
    return html_to_text(html, [])


def test_where_links_lead_is_listed_below_the_text() -> None:
    """A-3: a number behind the words, and the target below; the same target has one number."""
    text = text_of(
        "<p>Podklady jsou <a href='https://acme.example/a?b=1'>zde</a>, smlouva "
        "<a href='http://acme.example/c'>tam</a>, znovu <a href=' https://acme.example/a?b=1'>tu</a>."
        "</p><p>Petr</p>"
    )

    assert text == (
        "Podklady jsou zde [1], smlouva tam [2], znovu tu [1].\n\nPetr\n\n"
        "[1] https://acme.example/a?b=1\n[2] http://acme.example/c"
    )


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("https://acme.example/a", "https://acme.example/a"),
        ("https://www.acme.example/", "acme.example"),
        ("HTTP://Acme.Example/a", "see acme.example/a"),
        ("https://acme.example/long/way", "https://acme.example /long/ way"),
        ("https://acme.example/a", " - "),
        ("https://acme.example/a", "<img src='cid:x' alt='logo'>"),
        ("mailto:petr@acme.example", "Petr"),
        ("tel:+420123", "call"),
        ("javascript:x()", "click"),
        ("/relative", "click"),
        ("https://", "click"),
        ("https://[broken", "click"),
        ("https://acme.example/" + "a" * 3000, "click"),
    ],
)
def test_links_that_say_enough_get_no_number(target: str, shown: str) -> None:
    """A-3: near misses - what is shown anyway, pictures, what is no page."""
    assert "[1]" not in text_of(f"<p>x <a href='{target}'>{shown}</a></p>")


def test_what_a_reader_cannot_see_has_no_target() -> None:
    """A-3, H-14: a link in hidden text is not listed."""
    assert text_of("<p>x<a href='https://a.example/b' style='display: none'>y</a></p>") == "x"


def test_a_wrapped_link_is_unwrapped() -> None:
    """A-3: Microsoft's servers put their own host before every link; people want the page."""
    wrapped = (
        "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Facme.example%2Fa%3Fb%3D1"
        "&amp;data=05%7C02%7C&amp;reserved=0"
    )

    assert text_of(f"<a href='{wrapped}'>zde</a>").endswith("[1] https://acme.example/a?b=1")


def test_a_wrapped_link_that_hides_something_else_stays() -> None:
    """A-3, H-14: what is inside may be no address of a page, or have line ends."""
    for inner in ("javascript:alert(1)", "https%3A%2F%2Fa.example%2F%0AContract:1"):
        wrapped = f"https://eur01.safelinks.protection.outlook.com/?url={inner}"
        assert text_of(f"<a href='{wrapped}'>zde</a>").endswith(f"[1] {wrapped}")


def test_many_links_are_bounded() -> None:
    """H-3: of many links the first fifty targets are listed."""
    page = "".join(f"<a href='https://a.example/{number}'>zde</a> " for number in range(300))

    assert text_of(page).count("https://") == 50


@pytest.mark.parametrize(
    "style",
    ["DISPLAY : none", "x:1;dis/**/play:none", "mso-hide:all", "overflow:hidden;max-height:0"],
)
def test_hidden_elements_inside_each_other_are_left_out(style: str) -> None:
    """A-3: what is hidden is left out with all inside it, once."""
    page = f"<div style='{style}'>a<p hidden>b<i style='{style}'>c</i></p></div>d"

    assert text_of(page) == "d"


def test_a_page_is_looked_through_for_its_bounds_once() -> None:
    """H-6: whoever reads a mail's HTML again finds it bounded."""
    page = parse_mail(b"Content-Type: text/html\n\n" + b"<i>" * 3000 + b"x", "key").html

    assert page is not None
    assert page.count("<i>") < 3000
    assert bounded_html(page, []) is page


@pytest.mark.parametrize(
    "wrapped",
    [
        "https://www.google.com/url?q=https%3A%2F%2Facme.example%2Fa&sa=D&ust=1",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Facme.example%2Fa&h=x",
        "https://slack-redir.net/link?url=https%3A%2F%2Facme.example%2Fa",
        "https://urldefense.com/v3/__https://acme.example/a__;!!abc$",
        "https://urldefense.com/v3/__https:/acme.example/a__;!!abc$",
    ],
)
def test_other_programs_wrap_links_too(wrapped: str) -> None:
    """A-3: where the page stands in the link, it is listed; where it is shown, nothing is."""
    assert text_of(f"<a href='{wrapped}'>x</a>").endswith("[1] https://acme.example/a")
    assert text_of(f"<a href='{wrapped}'>https://acme.example/a</a>") == "https://acme.example/a"


@pytest.mark.parametrize(
    "target",
    [
        "https://urldefense.com/v3/__https://acme.example/*a__;Kg!!abc$",
        "https://www.google.com/search?q=https%3A%2F%2Facme.example",
        "https://evil.example/url?q=https%3A%2F%2Facme.example",
        "https://track.example/c?url=https%3A%2F%2Facme.example",
    ],
)
def test_what_is_no_known_wrapper_is_listed_as_it_is(target: str) -> None:
    """A-3: near misses - nobody may show another page than the one that a link leads to."""
    assert text_of(f"<a href='{target}'>x</a>").endswith(f"[1] {target}")
