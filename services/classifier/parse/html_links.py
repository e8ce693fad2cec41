"""Where links of HTML lead, if that is not what they show: numbered, and listed below (A-3)."""

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_MOST_LINKS = 200
_MOST_TARGETS = 50
_LINK_CHARACTERS = 2000
_WEB = re.compile(r"https?://[^/\\?#\s]", re.IGNORECASE)
_SHOWN_APART = re.compile(r"\A(?:https?://)?(?:www\.)?|\s+|/+\Z", re.IGNORECASE)
_LETTER = re.compile(r"[^\W_]")
_SLASHES_OF_A_SITE = 2
_WRAPPERS = {
    "safelinks.protection.outlook.com": "url",
    "www.google.com/url": "q",
    "l.facebook.com/l.php": "u",
    "slack-redir.net/link": "url",
}
"""Pages that programs put before every link, and the parameter that holds it."""

_WRAPPED = re.compile("|".join(map(re.escape, _WRAPPERS)), re.IGNORECASE)
_DEFENDED = re.compile(
    r"https://urldefense\.(?:com|us)/v3/__(https?):/{1,2}([^*]{1,1900}?)__;", re.IGNORECASE
)
"""Proofpoint's; an asterisk stands for a letter that is listed behind."""


def number_links(tree: "LexborHTMLParser") -> list[str]:
    """Put a number behind each link that shows something else than its target.

    Returns:
        The targets, in the order of their numbers.
    """
    numbers: dict[str, int] = {}
    for node in tree.css("a[href]")[:_MOST_LINKS]:
        target = _target(node.attrs.get("href") or "")
        shown = node.text(deep=True) if target else ""
        if not _LETTER.search(shown) or _is_shown(target, shown):
            continue
        if target not in numbers and len(numbers) == _MOST_TARGETS:
            break
        node.insert_after(f" [{numbers.setdefault(target, len(numbers) + 1)}]")
    return list(numbers)


def with_targets(text: str, targets: list[str]) -> str:
    """Return `text` with the list of numbered `targets` below it."""
    listed = [f"[{number}] {target}" for number, target in enumerate(targets, start=1)]
    return "\n".join([text, "", *listed]) if listed else text


def _target(href: str) -> str:
    """Return the address of a page that people may want; empty for anything else."""
    href = "".join(href[: _LINK_CHARACTERS + 1].split())
    if not _WEB.match(href) or len(href) > _LINK_CHARACTERS:
        return ""
    if "[" in href or _WRAPPED.search(href):
        return _unwrapped(href)
    defended = _DEFENDED.match(href)
    return f"{defended[1]}://{defended[2]}" if defended else href


def _unwrapped(href: str) -> str:
    """Return the page behind a wrapper; empty if `href` is no address at all."""
    try:
        address = urlsplit(href)
    except ValueError:
        return ""
    place = (address.hostname or "") + address.path
    for wrapper, name in _WRAPPERS.items():
        host, _, path = wrapper.partition("/")
        if place.startswith(wrapper) if path else (address.hostname or "").endswith(f".{host}"):
            inner = parse_qs(address.query, max_num_fields=20).get(name, [""])[0]
            return inner if _WEB.match(inner) and inner.isprintable() else href
    return href


def _is_shown(target: str, shown: str) -> bool:
    if "/" not in shown and target.rstrip("/").count("/") > _SLASHES_OF_A_SITE:
        # A page within a site, and words without any path.
        return False
    return _SHOWN_APART.sub("", target).lower() in _SHOWN_APART.sub("", shown).lower()
