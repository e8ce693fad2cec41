"""Links of stored HTML lead nowhere but to whole addresses: the ERP's own page shows it."""

import pytest

from services.classifier.parse.html import sanitise_html


@pytest.mark.parametrize(
    "target",
    [
        "/NETGenium/Delete.aspx?id=1",
        "?delete=5",
        "Delete.aspx",
        "//evil.example/x",
        "\\\\evil.example\\x",
        "https:Delete.aspx?id=1",
        "http:/Delete.aspx",
        "ht\ntps:Delete.aspx",
        "#top",
        "javascript:alert(1)",
        "data:text/html,x",
        "",
    ],
)
def test_a_link_that_is_no_whole_address_loses_its_target(target: str) -> None:
    """H-14: relative to the page of the ERP, it would do something there in the user's name."""
    assert "href" not in sanitise_html(f'<a href="{target}">Invoice</a>')


@pytest.mark.parametrize(
    "target", ["https://acme.example/a?b=1#c", "HTTP://acme.example", "mailto:a@b.cz", "cid:1@x"]
)
def test_a_whole_address_stays(target: str) -> None:
    """H-14: customers send links that people need."""
    assert f'href="{target}"' in sanitise_html(f'<a href=" {target}">Offer</a>').replace(
        '=" ', '="'
    )


@pytest.mark.parametrize("tag", ["blockquote", "q", "ins", "del"])
def test_a_citation_names_no_source(tag: str) -> None:
    """H-14: nobody reads it, and some programs follow it."""
    html = f'<{tag} cite="javascript:alert(1)">text</{tag}>'
    assert sanitise_html(html) == f"<{tag}>text</{tag}>"
