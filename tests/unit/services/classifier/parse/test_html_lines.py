"""HTML as a reader sees it: rows of tables, hidden text, quotations."""

import pytest

from services.classifier.parse.html import html_to_text
from services.classifier.parse.quotes import split_quotes


def text_of(html: str) -> str:
    """The text of a page."""
    return html_to_text(html, [])


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (
            "<table><tr><td><p class=MsoNormal>Zakázka:</p></td><td><p>123</p></td></tr></table>",
            "Zakázka: 123",
        ),
        (
            "<table><tr><td><div>Status</div><td><div>Open</div><tr><td>Subject<td>Pumpa</table>",
            "Status Open\nSubject Pumpa",
        ),
        (
            (
                "<table><tr><th>\n<p>a</p>\n</th><td> <p>b<br></p> </td></tr>"
                "<tr><td><p>c</p></td></tr></table>"
            ),
            "a b\nc",
        ),
        (
            "<table><tr><td><p>left one</p><p>left two</p></td><td>right</td></tr></table>",
            "left one\n\nleft two\nright",
        ),
        ("<p>a</p><table><tr><td>b</td></tr></table><p>c</p>", "a\n\nb\n\nc"),
        (
            (
                "<table><tr><td><table><tr><td><p>Contract:</p></td><td><p>7</p></td></tr></table>"
                "</td></tr></table>"
            ),
            "Contract: 7",
        ),
        ("<pre>a\tb\n  c</pre>", "a b\nc"),
        (
            "<blockquote><div><p>a</p><div><div><p>b</p></div></div></div></blockquote>",
            "> \n> a\n> \n> b\n> ",
        ),
    ],
)
def test_the_cells_of_a_row_stand_in_one_line(html: str, text: str) -> None:
    """A-3: paragraphs inside cells, as Outlook writes them, do not split the row."""
    assert text_of(html) == text


@pytest.mark.parametrize(
    "style",
    [
        "max-height:0;overflow:hidden",
        "height:0px; overflow: hidden",
        "overflow:hidden;width:0",
        "overflow:hidden; max-width: 0.0px !important",
        "position:absolute;left:-9999px",
        "text-indent:-10000px",
        "color:transparent",
        "font-size:0",
        "DISPLAY : NONE",
    ],
)
def test_text_without_room_is_not_read(style: str) -> None:
    """H-6: newsletters hide a preview so, and anybody can hide a token."""
    html = f'<div style="{style}">Zakázka:7</div><p>Zakázka:123</p>'

    assert text_of(html) == "Zakázka:123"


@pytest.mark.parametrize(
    "style",
    [
        "max-height:10px;overflow:hidden",
        "height:0",
        "overflow:hidden;max-width:600px",
        "line-height:0.9;overflow:hidden",
        "border-width:0;overflow:hidden",
        "margin-left:-12px",
        "background-color:transparent",
        "text-indent:-18.0pt",
    ],
)
def test_text_with_room_is_read(style: str) -> None:
    """H-6: near miss - sizes of frames, and what runs out of a box that cuts nothing."""
    assert text_of(f'<div style="{style}">Zakázka:7</div>') == "Zakázka:7"


@pytest.mark.parametrize(
    "indented",
    [
        '<blockquote style="margin:0 0 0 40px;border:none;padding:0px">%s</blockquote>',
        '<blockquote class="webkit-indent-blockquote" style="border: none">%s</blockquote>',
    ],
)
def test_an_indented_paragraph_is_own_text(indented: str) -> None:
    """T-1: the button for indenting makes a block without a border."""
    assert "own words" in split_quotes(text_of(f"<p>Hello</p>{indented % 'own words'}")).own


@pytest.mark.parametrize(
    "quoted",
    [
        '<div class="yahoo_quoted" id="yahoo_quoted_1">%s</div>',
        '<div class="protonmail_quote">%s</div>',
        '<div class="tutanota_quote">%s</div>',
        '<div name="quote" style="margin:10px">%s</div>',
        '<div data-marker="__QUOTED_TEXT__">%s</div>',
        '<div class="gmail_quote gmail_quote_container">%s</div>',
        '<div id="mail-editor-reference-message-container"></div><p>%s</p>',
        '<div class="ms-outlook-mobile-reference-message">%s</div>',
        '<hr id="stopSpelling"><p>%s</p>',
        (
            '<div class="moz-cite-prefix">They wrote long ago</div>'
            '<blockquote type="cite" style="border:none">%s</blockquote>'
        ),
        '<p id="reply-intro">They wrote</p><blockquote>%s</blockquote>',
        '<blockquote class="gmail_quote" style="border:none">%s</blockquote>',
    ],
)
def test_the_elements_of_mail_programs_tell_a_quotation(quoted: str) -> None:
    """T-1: whatever language the line before it is in."""
    parts = split_quotes(text_of(f"<p>Own text</p>{quoted % 'Zakázka:7'}"))

    assert parts.own == "Own text"
    assert "Zakázka:7" in parts.quoted


@pytest.mark.parametrize(
    "tag",
    [
        *("script", "style", "title", "template", "noscript", "object", "iframe", "svg", "math"),
        *("select", "textarea"),
    ],
)
def test_elements_that_no_reader_sees_are_left_out(tag: str) -> None:
    """H-6: whatever stands in them, and however their names are written."""
    assert text_of(f"<p>shown<{tag.upper()}>hidden</{tag.title()}>") == "shown"
