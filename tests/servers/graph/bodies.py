"""What the service makes of the bodies that it is sent."""

import html
import re
from functools import lru_cache
from html.parser import HTMLParser

from tests.servers.graph.messages import Json

JOIN_LINK = "https://teams.microsoft.com/l/meetup-join/"
_LINE = "_" * 80
_BREAKS = {"br", "p", "div", "tr", "li"}
_HIDDEN = {"head", "script", "style", "title"}


def stored(body: Json) -> str:
    """Return a body as the service keeps it: HTML, wrapped anew, with a head of its own."""
    content = str(body.get("content") or "")
    if str(body.get("contentType", "text")).lower() == "text":
        lines = "<br>\r\n".join(html.escape(content, quote=False).splitlines())
        content = f'<div class="PlainText">{lines}</div>'
    inner = re.search(r"<body[^>]*>(.*)</body>", content, re.DOTALL | re.IGNORECASE)
    return _wrapped(inner[1].strip() if inner else content)


def with_meeting(content: str, number: int) -> str:
    """Return a stored body with the block by which people join an online meeting."""
    block = (
        f'<div class="me-email-text"><span>{_LINE}</span><div>Microsoft Teams meeting</div>'
        f'<div><a href="{JOIN_LINK}{number}">Join the meeting now</a></div>'
        f"<span>{_LINE}</span></div>"
    )
    return content.replace("\r\n</body>", f"<br>\r\n{block}\r\n</body>")


@lru_cache(maxsize=1024)
def as_text(content: str) -> str:
    """Return a stored body as the service shows it to who asks for text."""
    reader = _Reader()
    reader.feed(content)
    reader.close()
    text = re.sub(r"[ \t]*\n[ \t]*", "\n", "".join(reader.found))
    return re.sub(r"\n{3,}", "\n\n", text).strip().replace("\n", "\r\n")


def _wrapped(inner: str) -> str:
    return (
        '<html>\r\n<head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
        f"\r\n</head>\r\n<body>\r\n{inner}\r\n</body>\r\n</html>\r\n"
    )


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the parser's own
        self._hidden += tag in _HIDDEN
        if tag == "br":
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _HIDDEN
        if tag in _BREAKS - {"br"}:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found.append(re.sub(r"\s+", " ", data))
