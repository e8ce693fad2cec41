"""Lists and lines of HTML as a person reads them in an activity."""

import pytest

from services.classifier.parse.html import html_to_text, sanitise_html
from tests.builders import a_mail


def text_of(html: str) -> str:
    """Return the text of a page without defects."""
    return html_to_text(html, [])


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Díly:<ul><li>pumpa</li><li>hadice</ul>Petr", "Díly:\n• pumpa\n• hadice\nPetr"),
        ("<p>Kroky</p><ol><li>vypnout<li>počkat</ol>", "Kroky\n\n1. vypnout\n2. počkat"),
        ("<ol start=7><li>a</li><li>b</li></ol>", "7. a\n8. b"),
        ("<ol start='x'><li>a</li></ol><ol><li>b</li></ol>", "1. a\n1. b"),
        ("<ul><li><p>a</p></li><li><div>b</div></li></ul>", "• a\n\n• b"),
        ("<ul><li>a<ol><li>b</li><li>c</li></ol></li><li>d</li></ul>", "• a\n1. b\n2. c\n• d"),
        ("<ul style='list-style-type: none'><li>Úvod<li>Ceník</ul>", "Úvod\nCeník"),
        ("<ul><li style='list-style:none'>a</li><li></li><li>b</li></ul>", "a\n• b"),
        ("<table><tr><td><ul><li>a<li>b</ul><td>c</table>", "• a\n• b\nc"),
        ("<ul style='display:none'><li>a</li></ul>b", "b"),
    ],
)
def test_items_of_a_list_have_their_bullets_and_numbers(html: str, text: str) -> None:
    """A-3: as a page draws them; a menu without them has none."""
    assert text_of(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ("<div>a</div><div>&nbsp;</div><div>b</div>", "a\n\nb"),
        ("<div>a<br></div><div>b</div>", "a\nb"),
        ("<div><div>a</div></div>\n<div><div>b</div></div>", "a\nb"),
        ("<p>a</p><p>b</p><div>c</div>", "a\n\nb\n\nc"),
        ("<p class=MsoNormal>a<o:p></o:p></p><p class=MsoNormal>b</p>", "a\nb"),
        ('<p class="MsoNormal">a</p><p class="MsoNormal">&nbsp;</p><p>b</p>', "a\n\nb"),
        ('<p style="margin:0cm">a</p><p style="margin: 0">b</p><p>c</p>', "a\nb\n\nc"),
        ("a<br>b<br><br>c", "a\nb\n\nc"),
        ("<h1>a</h1>b<hr>c", "a\n\nb\n\nc"),
        ("<dl><dt>a<dd>b</dl>", "a\nb"),
    ],
)
def test_lines_are_as_far_apart_as_on_the_page(html: str, text: str) -> None:
    """A-3: a line in a block of its own, or in Outlook's paragraph, has no blank line around it."""
    assert text_of(html) == text


def test_a_token_in_a_list_begins_its_line() -> None:
    """T-1: behind a bullet or number as well as before there were any."""
    page = "<p>dříve Contract:7</p><ol><li>Contract:123</li></ol>"
    head = "Content-Type: text/html; charset=utf-8\n"

    assert str(a_mail(page, more=head).tokens[0]) == "contract 123"
    assert str(a_mail(page.replace("ol>", "ul>"), more=head).tokens[0]) == "contract 123"


@pytest.mark.parametrize(
    "style",
    [
        "style='display:none'",
        "style='max-height: 0; overflow: hidden'",
        "style='font-size:0'",
        "style='mso-hide:all'",
        "style='visibility:hidden'",
        "style='opacity:0'",
        "style='text-indent:-9999px'",
        "style='color: transparent'",
        "hidden",
    ],
)
def test_what_a_page_hides_is_not_shown_by_the_record(style: str) -> None:
    """H-14: its styles are taken out of safe HTML, so what they hide goes with them."""
    assert sanitise_html(f"<div {style}>preview</div><p>letter</p>") == "<p>letter</p>"


def test_the_title_of_a_page_is_no_part_of_the_record() -> None:
    """H-14: a program shows it above the page at most, often it is "Untitled"."""
    page = "<html><head><title>Untitled</title></head><body><p>letter</p></body></html>"

    assert sanitise_html(page) == "<p>letter</p>"
