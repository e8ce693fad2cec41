"""Text with soft line ends (RFC 3676): paragraphs as their writer sees them. Pure, linear."""

import re
from collections.abc import Iterator

_QUOTED = re.compile(r"(>*)( ?)(.*)")
_SIGNATURE = "-- "


def unflowed(text: str, *, delete_space: bool) -> str:
    """Return `text` with the lines of each paragraph joined.

    Args:
        text: Decoded text of a part with `format=flowed`.
        delete_space: `delsp=yes`: the blank before a soft line end is none of the writer's.
    """
    return "\n".join(_paragraphs(text.split("\n"), delete_space=delete_space))


def _paragraphs(lines: list[str], *, delete_space: bool) -> Iterator[str]:
    pieces: list[str] = []
    depth = ""
    for line in lines:
        found = _QUOTED.match(line)
        quotes, content = (found[1], found[3]) if found else ("", line)
        if pieces and (quotes != depth or content == _SIGNATURE):
            yield _joined(depth, pieces)
            pieces = []
        depth = quotes
        if content.endswith(" ") and content != _SIGNATURE:
            pieces.append(content[:-1] if delete_space else content)
        else:
            yield _joined(depth, [*pieces, content])
            pieces = []
    if pieces:
        yield _joined(depth, pieces)


def _joined(quotes: str, pieces: list[str]) -> str:
    content = "".join(pieces)
    return f"{quotes} {content}" if quotes else content
